-- +goose Up
-- Rules 19 and 20. What was computed when a selection opened is kept with it, so
-- that its arithmetic can be shown as it was.
CREATE TABLE selection_selections (
    unit_id       uuid NOT NULL REFERENCES org_units,
    id            uuid NOT NULL,
    kind          text NOT NULL CHECK (kind IN ('pennant', 'pioneer_post')),
    quarter       text NOT NULL CHECK (quarter ~ '^[12][0-9]{3}Q[1-4]$'),
    title         text NOT NULL CHECK (title <> ''),
    quota         int NOT NULL CHECK (quota >= 1), -- pennant: 1; pioneer_post: for each group
    state         text NOT NULL CHECK (state IN ('open', 'noticed', 'heard', 'decided', 'cancelled')), -- heard: the notice is over
    row_version   int NOT NULL DEFAULT 1,
    opened_by     uuid NOT NULL,
    opened_at     timestamptz NOT NULL,
    computed_at   timestamptz NOT NULL,
    notice_id     uuid,
    decided_by    uuid,
    decided_at    timestamptz,
    decision      text NOT NULL DEFAULT '',
    cancelled_by  uuid,
    cancel_reason text NOT NULL DEFAULT '',
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, notice_id) REFERENCES notice_notices (unit_id, id),
    CHECK ((state = 'decided') = (decided_at IS NOT NULL)),
    CHECK (state <> 'cancelled' OR cancel_reason <> '')
);
CREATE UNIQUE INDEX selection_selections_once ON selection_selections (unit_id, kind, quarter) WHERE state <> 'cancelled';

CREATE TABLE selection_candidates (
    unit_id          uuid NOT NULL,
    id               uuid NOT NULL,
    selection_id     uuid NOT NULL,
    branch_id        uuid NOT NULL,
    group_id         uuid NOT NULL,
    person_id        uuid,             -- null: the group itself
    name             text NOT NULL,
    ord              int NOT NULL DEFAULT 0, -- branch, group, name: the order of the roll
    headcount        int NOT NULL,     -- with a ledger on the quarter's last day
    points           int NOT NULL,     -- hundredths, of all of them
    previous_count   int NOT NULL DEFAULT 0, -- the quarter before
    previous_points  int NOT NULL DEFAULT 0,
    deductions       int NOT NULL DEFAULT 0, -- entries
    deducted         int NOT NULL DEFAULT 0, -- hundredths, ≤ 0
    vetoes           int NOT NULL DEFAULT 0,
    duty_owed        int NOT NULL DEFAULT 0,
    duty_met         int NOT NULL DEFAULT 0,
    holds            boolean NOT NULL DEFAULT false, -- holds it from the quarter before
    place            int,              -- null: excluded
    excluded         text NOT NULL DEFAULT '', -- why
    proposed         boolean NOT NULL DEFAULT false, -- by the arithmetic (pennant), or nominated (pioneer_post)
    nominated_by     uuid,
    nominated_at     timestamptz,
    nomination       text NOT NULL DEFAULT '',
    opinion          text NOT NULL DEFAULT '' CHECK (opinion IN ('', 'agree', 'disagree')), -- of the branch committee
    opinion_text     text NOT NULL DEFAULT '',
    opinion_by       uuid,
    opinion_at       timestamptz,
    noticed          boolean NOT NULL DEFAULT false, -- lies on public notice
    heard            boolean NOT NULL DEFAULT false, -- its notice ended without an upheld objection
    objected         boolean NOT NULL DEFAULT false, -- an objection was upheld
    result           text NOT NULL DEFAULT '' CHECK (result IN ('', 'kept', 'won', 'awarded', 'not_awarded')),
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, selection_id) REFERENCES selection_selections (unit_id, id),
    FOREIGN KEY (unit_id, branch_id, group_id) REFERENCES org_groups (unit_id, branch_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    CHECK (place IS NULL OR excluded = ''),
    CONSTRAINT selection_candidates_eligible CHECK (excluded = '' OR NOT proposed),
    CONSTRAINT selection_candidates_not_own CHECK (nominated_by <> person_id AND opinion_by <> person_id),
    CHECK (proposed OR NOT (noticed OR heard)),
    CHECK (NOT objected OR NOT proposed)
);
CREATE UNIQUE INDEX selection_candidates_once ON selection_candidates (unit_id, selection_id, group_id, coalesce(person_id, '00000000-0000-0000-0000-000000000000'));

CREATE SEQUENCE selection_honour_numbers;
CREATE TABLE selection_honours (
    unit_id      uuid NOT NULL,
    id           uuid NOT NULL,
    number       text NOT NULL,  -- 证书编号
    kind         text NOT NULL CHECK (kind IN ('pennant', 'pioneer_post')),
    title        text NOT NULL,
    quarter      text NOT NULL,
    branch_id    uuid NOT NULL,
    group_id     uuid NOT NULL,
    person_id    uuid,
    name         text NOT NULL,  -- as the certificate prints it
    result       text NOT NULL CHECK (result IN ('kept', 'won', 'awarded')),
    awarded_on   date NOT NULL,
    awarded_by   uuid NOT NULL,
    selection_id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, number),
    UNIQUE (unit_id, candidate_id),
    FOREIGN KEY (unit_id, selection_id) REFERENCES selection_selections (unit_id, id),
    FOREIGN KEY (unit_id, candidate_id) REFERENCES selection_candidates (unit_id, id),
    CONSTRAINT selection_honours_not_own CHECK (awarded_by <> person_id)
);
CREATE UNIQUE INDEX selection_honours_one_pennant ON selection_honours (unit_id, quarter) WHERE kind = 'pennant';
CREATE INDEX selection_honours_person ON selection_honours (unit_id, person_id);
CREATE INDEX selection_honours_list ON selection_honours (unit_id, quarter DESC, number);
CREATE TRIGGER selection_honours_append_only BEFORE UPDATE OR DELETE ON selection_honours
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();

-- What was decided or cancelled stays so, and nobody decides a selection they stand
-- in: as a nominee, or as a member of the group that the pennant would go to.
-- +goose StatementBegin
CREATE FUNCTION selection_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('decided', 'cancelled') THEN
        RAISE EXCEPTION 'the selection is settled' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'selection_settled';
    END IF;
    IF NEW.state = 'decided' AND EXISTS (SELECT FROM selection_candidates c
            WHERE c.unit_id = NEW.unit_id AND c.selection_id = NEW.id AND c.proposed
              AND (c.person_id = NEW.decided_by OR c.person_id IS NULL AND EXISTS (SELECT FROM org_party_memberships m
                  WHERE m.unit_id = c.unit_id AND m.group_id = c.group_id AND m.person_id = NEW.decided_by
                    AND m.valid_from <= (NEW.decided_at AT TIME ZONE 'Asia/Shanghai')::date
                    AND (m.valid_to IS NULL OR m.valid_to >= (NEW.decided_at AT TIME ZONE 'Asia/Shanghai')::date)))) THEN
        RAISE EXCEPTION 'own selection' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'selection_honours_not_own';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION selection_candidates_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM selection_selections s WHERE s.unit_id = NEW.unit_id AND s.id = NEW.selection_id AND s.state IN ('decided', 'cancelled')) THEN
        RAISE EXCEPTION 'the selection is settled' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'selection_settled';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER selection_selections_settled BEFORE UPDATE ON selection_selections FOR EACH ROW EXECUTE FUNCTION selection_settled();
CREATE TRIGGER selection_candidates_settled BEFORE INSERT OR UPDATE ON selection_candidates FOR EACH ROW EXECUTE FUNCTION selection_candidates_settled();

GRANT SELECT, INSERT, UPDATE ON selection_selections, selection_candidates TO xianfeng_app;
GRANT SELECT, INSERT ON selection_honours TO xianfeng_app;
GRANT USAGE ON SEQUENCE selection_honour_numbers TO xianfeng_app;
