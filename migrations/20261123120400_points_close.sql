-- +goose Up
-- What a claim earned is posted by the system itself when the notice ends; somebody
-- else than the beneficiary has verified it.
ALTER TABLE points_entries DROP CONSTRAINT points_entries_not_own;
ALTER TABLE points_entries ADD CONSTRAINT points_entries_not_own CHECK (CASE source_kind
    WHEN 'office' THEN posted_by IS NOT NULL AND posted_by <> person_id AND verified_by IS DISTINCT FROM person_id
    WHEN 'claim' THEN verified_by IS NOT NULL AND verified_by <> person_id AND posted_by IS DISTINCT FROM person_id
    ELSE TRUE END);

-- Rule 14: closing; rule 18: the head of heads is sealed with it.
ALTER TABLE points_quarters
    ADD COLUMN closed_by uuid,  -- person
    ADD COLUMN accounts  int,   -- sealed
    ADD COLUMN entries   bigint,
    ADD COLUMN heads     text,  -- hash over the sealed heads, as reports print it
    ADD COLUMN previous  text,  -- seal of the quarter closed before; empty for the first
    ADD COLUMN seal      text,  -- over previous, quarter and heads
    ADD COLUMN left_open jsonb; -- what the check list still named, acknowledged by who closed
ALTER TABLE points_quarters ADD CONSTRAINT points_quarters_sealed
    CHECK (state = 'open' OR (heads IS NOT NULL AND seal IS NOT NULL AND previous IS NOT NULL)) NOT VALID;

-- The heads that a close sealed, so that they can be held against the chains later.
CREATE TABLE points_seals (
    unit_id   uuid NOT NULL,
    quarter   text NOT NULL,
    person_id uuid NOT NULL,
    seq       bigint NOT NULL,
    head      bytea NOT NULL,
    PRIMARY KEY (unit_id, quarter, person_id),
    -- No reference to points_accounts: checking it would lock every account against
    -- postings. ledger verify holds each seal against its account.
    FOREIGN KEY (unit_id, quarter) REFERENCES points_quarters (unit_id, quarter)
);
CREATE TRIGGER points_seals_append_only BEFORE UPDATE OR DELETE ON points_seals
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER points_seals_no_truncate BEFORE TRUNCATE ON points_seals
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

-- The notices of a quarter's totals, and what each said of whom: closing names who
-- has other totals by then.
CREATE TABLE points_notices (
    unit_id      uuid NOT NULL,
    id           uuid NOT NULL,  -- of the notice
    quarter      text NOT NULL,
    branch_id    uuid,           -- null: whoever has a ledger and no branch
    people       int NOT NULL,
    published_at timestamptz NOT NULL,
    last_day     date NOT NULL,
    cancelled_at timestamptz,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, quarter) REFERENCES points_quarters (unit_id, quarter),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id)
);
CREATE INDEX points_notices_quarter ON points_notices (unit_id, quarter, branch_id, published_at DESC);
CREATE TABLE points_noticed (
    unit_id      uuid NOT NULL,
    notice_id    uuid NOT NULL,
    person_id    uuid NOT NULL,
    base         int NOT NULL,   -- net points in hundredths
    political    int NOT NULL,
    professional int NOT NULL,
    discipline   int NOT NULL,
    conduct      int NOT NULL,
    vetoes       int NOT NULL,
    outcome      text NOT NULL DEFAULT '', -- what became of it; empty while it lies open
    settled_at   timestamptz,
    PRIMARY KEY (unit_id, notice_id, person_id),
    FOREIGN KEY (unit_id, notice_id) REFERENCES points_notices (unit_id, id)
);

-- A closed quarter stays closed, and its totals are frozen with it.
-- +goose StatementBegin
CREATE FUNCTION points_quarter_stays_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'closed' THEN
        RAISE EXCEPTION 'a closed quarter stays closed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'points_quarter_open';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
CREATE FUNCTION points_totals_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT unit_id, quarter FROM changed) c
               JOIN points_quarters q ON q.unit_id = c.unit_id AND q.quarter = c.quarter WHERE q.state = 'closed') THEN
        RAISE EXCEPTION 'totals of a closed quarter are frozen' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'points_quarter_open';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER points_quarters_stay_closed BEFORE UPDATE OR DELETE ON points_quarters FOR EACH ROW EXECUTE FUNCTION points_quarter_stays_closed();
CREATE TRIGGER points_totals_frozen_i AFTER INSERT ON points_totals REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION points_totals_frozen();
CREATE TRIGGER points_totals_frozen_u AFTER UPDATE ON points_totals REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION points_totals_frozen();

-- How often caps cut, without reading every entry of a quarter.
CREATE INDEX points_entries_cut ON points_entries (unit_id, post_quarter) INCLUDE (rule_id, person_id, requested, points) WHERE cut_by <> '';

GRANT SELECT, INSERT ON points_seals TO xianfeng_app;
GRANT SELECT, INSERT, UPDATE ON points_notices, points_noticed TO xianfeng_app;
