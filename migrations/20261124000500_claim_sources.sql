-- +goose Up
-- What a claim rests on, where another capability attests it: an appraisal of a
-- taskforce, an outcome. One source is claimed once by one person.
ALTER TABLE claim_claims ADD COLUMN source_kind text CHECK (source_kind IN ('appraisal'));
ALTER TABLE claim_claims ADD COLUMN source_id uuid;
ALTER TABLE claim_claims ADD CHECK ((source_kind IS NULL) = (source_id IS NULL));
CREATE UNIQUE INDEX claim_claims_source ON claim_claims (unit_id, person_id, source_kind, source_id)
    WHERE source_id IS NOT NULL AND state NOT IN ('rejected', 'withdrawn', 'superseded', 'reversed');
