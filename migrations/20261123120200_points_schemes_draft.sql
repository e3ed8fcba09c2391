-- +goose Up
-- Drafting (rule 12): who drafts, from which version, and what two people who draft
-- at once see of each other.
ALTER TABLE points_schemes
    ADD COLUMN based_on    uuid,
    ADD COLUMN drafted_by  uuid, -- person; null for the seed
    ADD COLUMN note        text NOT NULL DEFAULT '', -- 修订说明
    ADD COLUMN row_version int NOT NULL DEFAULT 1,
    ADD COLUMN updated_at  timestamptz NOT NULL DEFAULT now(),
    ADD FOREIGN KEY (unit_id, based_on) REFERENCES points_schemes (unit_id, id);

-- Rule 13: of one honour only the highest level counts. Null: no honour.
ALTER TABLE points_rules ADD COLUMN honour_level int CHECK (honour_level BETWEEN 1 AND 9);
ALTER TABLE points_rules ADD CONSTRAINT points_rules_honour_claimed CHECK (honour_level IS NULL OR trigger = 'claim');

-- The schemes that offices started with knew the levels by their rules' codes only.
ALTER TABLE points_rules DISABLE TRIGGER points_rules_frozen;
UPDATE points_rules SET honour_level = CASE code WHEN 'honour_district' THEN 1 WHEN 'honour_city' THEN 2 ELSE 3 END
    WHERE code IN ('honour_district', 'honour_city', 'honour_province') AND trigger = 'claim';
ALTER TABLE points_rules ENABLE TRIGGER points_rules_frozen;
