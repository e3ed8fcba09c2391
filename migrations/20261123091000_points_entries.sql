-- +goose Up
CREATE TABLE points_quarters (
    unit_id   uuid NOT NULL REFERENCES org_units,
    id        uuid NOT NULL,
    quarter   text NOT NULL CHECK (quarter ~ '^[12][0-9]{3}Q[1-4]$'),
    state     text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')),
    opened_at timestamptz NOT NULL,
    closed_at timestamptz,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, quarter),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);

-- The row that posting locks; head and sequence of the account's chain lie in it.
CREATE TABLE points_accounts (
    unit_id   uuid NOT NULL,
    person_id uuid NOT NULL,
    seq       bigint NOT NULL DEFAULT 0,
    head      bytea NOT NULL DEFAULT '',
    PRIMARY KEY (unit_id, person_id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id)
);

CREATE SEQUENCE points_vouchers; -- 凭证号: unique, gaps allowed

CREATE TABLE points_entries (
    unit_id      uuid NOT NULL,
    id           uuid NOT NULL,
    person_id    uuid NOT NULL,
    seq          bigint NOT NULL,       -- place in the account's chain
    voucher      bigint NOT NULL,
    branch_id    uuid,                  -- the person's place on the day of the fact
    group_id     uuid,
    scheme_id    uuid NOT NULL,
    rule_id      uuid NOT NULL,
    dimension    text NOT NULL CHECK (dimension IN ('base', 'political', 'professional', 'discipline', 'conduct')),
    points       int NOT NULL,          -- hundredths, after caps
    requested    int NOT NULL,          -- hundredths, before caps
    cut_by       text NOT NULL DEFAULT '', -- which cap made the difference (rule 11)
    fact_on      date NOT NULL,         -- caps count here
    fact_quarter text NOT NULL,
    posted_at    timestamptz NOT NULL,
    post_quarter text NOT NULL,         -- totals count here
    balance      int NOT NULL,          -- sum of the account in post_quarter after this entry
    source_kind  text NOT NULL CHECK (source_kind IN ('quarter', 'activity', 'claim', 'office', 'reversal')),
    source_id    uuid NOT NULL,         -- a version of a record; for a reversal, the entry it reverses
    record_id    uuid NOT NULL,         -- the record through all its versions
    reverses     uuid,
    posted_by    uuid,                  -- person; null: the system itself
    verified_by  uuid,                  -- person
    reason       text NOT NULL,
    algorithm    text NOT NULL DEFAULT 'sha256',
    prev_hash    bytea NOT NULL,
    hash         bytea NOT NULL,
    PRIMARY KEY (unit_id, id),
    CONSTRAINT points_entries_source UNIQUE (unit_id, source_kind, source_id, person_id, rule_id), -- rule 10
    CONSTRAINT points_entries_chain UNIQUE (unit_id, person_id, seq),
    CONSTRAINT points_entries_voucher UNIQUE (unit_id, voucher),
    FOREIGN KEY (unit_id, person_id) REFERENCES points_accounts (unit_id, person_id),
    FOREIGN KEY (unit_id, rule_id) REFERENCES points_rules (unit_id, id),
    FOREIGN KEY (unit_id, scheme_id) REFERENCES points_schemes (unit_id, id),
    FOREIGN KEY (unit_id, post_quarter) REFERENCES points_quarters (unit_id, quarter),
    FOREIGN KEY (unit_id, reverses) REFERENCES points_entries (unit_id, id),
    -- A reversal that follows from its record is of kind reversal; one that the
    -- office decided by hand is of kind office, so that the next check holds for it.
    CHECK (CASE source_kind WHEN 'reversal' THEN reverses IS NOT NULL WHEN 'office' THEN TRUE ELSE reverses IS NULL END),
    CHECK (reverses IS NULL OR reverses = source_id),
    -- Separation of duties: nobody posts, verifies or reverses by hand for themselves.
    CONSTRAINT points_entries_not_own CHECK (source_kind NOT IN ('claim', 'office')
        OR (posted_by IS NOT NULL AND posted_by <> person_id AND verified_by IS DISTINCT FROM person_id))
);
CREATE UNIQUE INDEX points_entries_reversed_once ON points_entries (unit_id, reverses) WHERE reverses IS NOT NULL; -- rule 8
CREATE INDEX points_entries_ledger ON points_entries (unit_id, person_id, post_quarter, seq DESC);
CREATE INDEX points_entries_record ON points_entries (unit_id, record_id);

-- Rule 11: what has been used of each cap. cap is rule:CODE or dimension:NAME,
-- period is an event's record id, a month 2026-03, a quarter or a year.
CREATE TABLE points_caps (
    unit_id   uuid NOT NULL,
    person_id uuid NOT NULL,
    cap       text NOT NULL,
    period    text NOT NULL,
    used      int NOT NULL CHECK (used >= 0),
    PRIMARY KEY (unit_id, person_id, period, cap), -- read by period: a long past costs nothing
    FOREIGN KEY (unit_id, person_id) REFERENCES points_accounts (unit_id, person_id)
);

-- Kept in the posting transaction, so that a quarter's summary reads five rows a
-- person. gained and deducted go by the sign of the original: a reversal takes
-- away from where it came.
CREATE TABLE points_totals (
    unit_id   uuid NOT NULL,
    quarter   text NOT NULL,
    person_id uuid NOT NULL,
    dimension text NOT NULL,
    gained    int NOT NULL DEFAULT 0,
    deducted  int NOT NULL DEFAULT 0, -- ≤ 0
    entries   int NOT NULL DEFAULT 0,
    vetoes    int NOT NULL DEFAULT 0,
    PRIMARY KEY (unit_id, quarter, person_id, dimension),
    FOREIGN KEY (unit_id, person_id) REFERENCES points_accounts (unit_id, person_id),
    FOREIGN KEY (unit_id, quarter) REFERENCES points_quarters (unit_id, quarter)
);
CREATE INDEX points_totals_person ON points_totals (unit_id, person_id, quarter);

-- Rule 8: append-only, enforced here whatever the code does. The owner can
-- disable triggers; for that there is the chain.
CREATE TRIGGER points_entries_append_only BEFORE UPDATE OR DELETE ON points_entries
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER points_entries_no_truncate BEFORE TRUNCATE ON points_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

-- Rule 14: a closed quarter takes no entries.
-- +goose StatementBegin
CREATE FUNCTION points_quarter_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM (SELECT DISTINCT unit_id, post_quarter FROM posted) p
               JOIN points_quarters q ON q.unit_id = p.unit_id AND q.quarter = p.post_quarter
               WHERE q.state = 'closed') THEN
        RAISE EXCEPTION 'a closed quarter takes no entries' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'points_quarter_open';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER points_entries_quarter_open AFTER INSERT ON points_entries
    REFERENCING NEW TABLE AS posted FOR EACH STATEMENT EXECUTE FUNCTION points_quarter_open();

GRANT SELECT, INSERT, UPDATE ON points_quarters, points_accounts, points_totals, points_caps TO xianfeng_app;
GRANT SELECT, INSERT ON points_entries TO xianfeng_app;
GRANT USAGE ON SEQUENCE points_vouchers TO xianfeng_app;
