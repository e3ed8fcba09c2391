-- +goose Up
-- Rule 13: 申报 → 核实 → 公示 → 异议 → 入账.
CREATE SEQUENCE claim_numbers;
CREATE TABLE claim_claims (
    unit_id      uuid NOT NULL REFERENCES org_units,
    id           uuid NOT NULL,
    number       bigint NOT NULL,    -- 申报编号: people can read it; gaps allowed
    person_id    uuid NOT NULL,      -- the beneficiary
    claimed_by   uuid NOT NULL,      -- the same, or who claims for them
    branch_id    uuid,               -- of the beneficiary when it was submitted last: whose secretary verifies; null: no Party member, the Party office verifies
    group_id     uuid,
    rule_code    text NOT NULL,      -- of the scheme in force on fact_on
    rule_title   text NOT NULL,      -- as that scheme names it: what lists and notices print
    rule_clause  text NOT NULL DEFAULT '',
    dimension    text NOT NULL,
    evidence_due boolean NOT NULL DEFAULT false, -- the rule asks for evidence
    honour_level int,                -- the rule's
    honour       text NOT NULL DEFAULT '', -- its name as written
    honour_key   text NOT NULL DEFAULT '', -- the name without spaces and signs: one honour is one key
    fact_on      date NOT NULL,
    amount       int NOT NULL DEFAULT 0, -- hundredths; only where the rule leaves it to the claimant
    requested    int NOT NULL,       -- hundredths, before caps
    matter       text NOT NULL CHECK (matter <> ''), -- 事项, as the ledger will print it
    statement    text NOT NULL DEFAULT '',
    state        text NOT NULL CHECK (state IN ('draft', 'submitted', 'returned', 'verified', 'noticed', 'posted', 'rejected', 'withdrawn', 'superseded', 'reversed')),
    version      int NOT NULL DEFAULT 1, -- grows with every change of content; a verifier names the one they saw
    created_at   timestamptz NOT NULL,
    submitted_at timestamptz,
    verified_by  uuid,
    verified_at  timestamptz,
    notice_id    uuid,
    settled_at   timestamptz,        -- posted, rejected, withdrawn
    reason       text NOT NULL DEFAULT '', -- why returned, rejected or withdrawn
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, number),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, claimed_by) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id),
    FOREIGN KEY (unit_id, notice_id) REFERENCES notice_notices (unit_id, id),
    CONSTRAINT claim_claims_not_own CHECK (verified_by <> person_id AND verified_by <> claimed_by),
    CHECK ((verified_by IS NULL) = (verified_at IS NULL)),
    CHECK (state NOT IN ('verified', 'noticed', 'posted', 'superseded', 'reversed') OR verified_by IS NOT NULL),
    CHECK (state NOT IN ('noticed', 'posted', 'superseded', 'reversed') OR notice_id IS NOT NULL),
    CHECK (honour_level IS NULL OR honour_key <> '')
);
-- The same honour at the same level is claimed once, and counts once at any level.
CREATE UNIQUE INDEX claim_claims_honour_once ON claim_claims (unit_id, person_id, honour_key, honour_level)
    WHERE honour_level IS NOT NULL AND state NOT IN ('draft', 'rejected', 'withdrawn', 'superseded', 'reversed');
CREATE UNIQUE INDEX claim_claims_honour_highest ON claim_claims (unit_id, person_id, honour_key)
    WHERE honour_level IS NOT NULL AND state = 'posted';
CREATE INDEX claim_claims_person ON claim_claims (unit_id, person_id, fact_on DESC);
CREATE INDEX claim_claims_branch ON claim_claims (unit_id, branch_id, state);
CREATE INDEX claim_claims_claimed_by ON claim_claims (unit_id, claimed_by);
CREATE INDEX claim_claims_notice ON claim_claims (unit_id, notice_id) WHERE notice_id IS NOT NULL;
CREATE INDEX claim_claims_verifier ON claim_claims (unit_id, verified_by) WHERE verified_by IS NOT NULL;

CREATE TABLE claim_evidence (
    unit_id  uuid NOT NULL,
    claim_id uuid NOT NULL,
    file_id  uuid NOT NULL,
    caption  text NOT NULL DEFAULT '',
    PRIMARY KEY (unit_id, claim_id, file_id),
    FOREIGN KEY (unit_id, claim_id) REFERENCES claim_claims (unit_id, id) ON DELETE CASCADE,
    FOREIGN KEY (unit_id, file_id) REFERENCES file_files (unit_id, id)
);
CREATE INDEX claim_evidence_file ON claim_evidence (unit_id, file_id);

-- What became of a claim, step by step, for those whom it concerns.
CREATE TABLE claim_steps (
    unit_id   uuid NOT NULL,
    id        uuid NOT NULL,
    claim_id  uuid NOT NULL,
    step      text NOT NULL CHECK (step IN ('submit', 'recall', 'return', 'verify', 'notice', 'cancel', 'post', 'reject', 'withdraw', 'supersede', 'reverse')),
    version   int NOT NULL,
    by_person uuid, -- null: the system itself
    at        timestamptz NOT NULL,
    note      text NOT NULL DEFAULT '',
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, claim_id) REFERENCES claim_claims (unit_id, id)
);
CREATE INDEX claim_steps_claim ON claim_steps (unit_id, claim_id, at);
CREATE INDEX claim_steps_person ON claim_steps (unit_id, by_person, step);
CREATE TRIGGER claim_steps_append_only BEFORE UPDATE OR DELETE ON claim_steps FOR EACH ROW EXECUTE FUNCTION audit_append_only();

-- What was verified is what is posted: content changes only while the claimant has
-- it and its version grows with each change; a claim that was ever submitted is
-- never deleted.
-- +goose StatementBegin
CREATE FUNCTION claim_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    way constant text[] := '{state,verified_by,verified_at,notice_id,settled_at,reason}';
    content constant text[] := way || '{version,submitted_at,branch_id,group_id}';
BEGIN
    IF TG_OP = 'DELETE' THEN
        IF OLD.submitted_at IS NULL THEN RETURN OLD; END IF;
    ELSIF OLD.state IN ('draft', 'returned') THEN
        IF NEW.version > OLD.version OR to_jsonb(OLD) - content IS NOT DISTINCT FROM to_jsonb(NEW) - content THEN RETURN NEW; END IF;
    ELSIF to_jsonb(OLD) - way IS NOT DISTINCT FROM to_jsonb(NEW) - way
        AND (OLD.state IN ('submitted', 'verified', 'noticed') OR OLD.state = 'posted' AND NEW.state IN ('superseded', 'reversed')) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a submitted claim is frozen' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claim_frozen';
END $$;
CREATE FUNCTION claim_evidence_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    u uuid; c uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN u := OLD.unit_id; c := OLD.claim_id; ELSE u := NEW.unit_id; c := NEW.claim_id; END IF;
    IF EXISTS (SELECT FROM claim_claims WHERE unit_id = u AND id = c AND state NOT IN ('draft', 'returned')) THEN
        RAISE EXCEPTION 'a submitted claim keeps its evidence' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claim_frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
-- Neither who made a claim nor whom it is for verifies it or takes it back by hand.
CREATE FUNCTION claim_step_not_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.step IN ('verify', 'reverse') AND EXISTS (SELECT FROM claim_claims c
            WHERE c.unit_id = NEW.unit_id AND c.id = NEW.claim_id AND NEW.by_person IN (c.person_id, c.claimed_by)) THEN
        RAISE EXCEPTION 'recusal' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'claim_claims_not_own';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER claim_steps_not_own BEFORE INSERT ON claim_steps FOR EACH ROW EXECUTE FUNCTION claim_step_not_own();
CREATE TRIGGER claim_claims_frozen BEFORE UPDATE OR DELETE ON claim_claims FOR EACH ROW EXECUTE FUNCTION claim_frozen();
CREATE TRIGGER claim_evidence_frozen BEFORE INSERT OR UPDATE OR DELETE ON claim_evidence FOR EACH ROW EXECUTE FUNCTION claim_evidence_frozen();

GRANT SELECT, INSERT, UPDATE, DELETE ON claim_claims, claim_evidence TO xianfeng_app;
GRANT SELECT, INSERT ON claim_steps TO xianfeng_app;
GRANT USAGE ON SEQUENCE claim_numbers TO xianfeng_app;
