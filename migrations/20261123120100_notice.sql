-- +goose Up
-- Public notice (rule 13): one mechanism for whatever has to lie open to objection
-- for some working days before it holds. kind says whose subjects they are.
CREATE TABLE notice_notices (
    unit_id       uuid NOT NULL REFERENCES org_units,
    id            uuid NOT NULL,
    kind          text NOT NULL CHECK (kind ~ '^[a-z][a-z_]*$'), -- claims, totals, selection
    title         text NOT NULL CHECK (title <> ''),
    body          text NOT NULL DEFAULT '',
    branch_id     uuid,             -- null: open to the whole office
    quarter       text CHECK (quarter ~ '^[12][0-9]{3}Q[1-4]$'),
    columns       text[] NOT NULL,  -- headings of the printed list
    working_days  int NOT NULL CHECK (working_days BETWEEN 1 AND 60),
    published_by  uuid NOT NULL,    -- person
    published_at  timestamptz NOT NULL,
    first_day     date NOT NULL,    -- of publishing, which is not counted
    last_day      date NOT NULL,    -- objections are taken to its end
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'settled', 'cancelled')),
    settled_at    timestamptz,
    cancelled_by  uuid,
    cancel_reason text NOT NULL DEFAULT '',
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id),
    CHECK (last_day > first_day),
    CHECK ((state = 'open') = (settled_at IS NULL)),
    CHECK (state <> 'cancelled' OR cancel_reason <> '')
);
CREATE INDEX notice_notices_list ON notice_notices (unit_id, published_at DESC, id DESC);
CREATE INDEX notice_notices_due ON notice_notices (unit_id, last_day) WHERE state = 'open';

CREATE TABLE notice_items (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    notice_id  uuid NOT NULL,
    kind       text NOT NULL,   -- the notice's
    subject_id uuid NOT NULL,   -- what the owner put up: a claim, a person's total, a candidate
    person_id  uuid,            -- whom it is about; null for a group
    branch_id  uuid,            -- whose committee decides about objections; null: the Party office
    ord        int NOT NULL,
    title      text NOT NULL CHECK (title <> ''),
    cells      text[] NOT NULL, -- under the notice's columns
    recused    uuid[] NOT NULL DEFAULT '{}', -- who may not decide: claimant, beneficiary, verifier
    outcome    text CHECK (outcome IN ('passed', 'upheld', 'withdrawn', 'cancelled')), -- null while it lies open
    settled_at timestamptz,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, notice_id, subject_id),
    FOREIGN KEY (unit_id, notice_id) REFERENCES notice_notices (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    CHECK ((outcome IS NULL) = (settled_at IS NULL))
);
CREATE UNIQUE INDEX notice_items_open ON notice_items (unit_id, kind, subject_id) WHERE outcome IS NULL;
CREATE INDEX notice_items_list ON notice_items (unit_id, notice_id, ord);
CREATE INDEX notice_items_subject ON notice_items (unit_id, subject_id);

CREATE TABLE notice_objections (
    unit_id     uuid NOT NULL,
    id          uuid NOT NULL,
    notice_id   uuid NOT NULL,
    item_id     uuid NOT NULL,
    branch_id   uuid,            -- the item's
    objector_id uuid NOT NULL,
    statement   text NOT NULL CHECK (statement <> ''),
    filed_at    timestamptz NOT NULL,
    state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'upheld', 'rejected', 'withdrawn')),
    answer      text NOT NULL DEFAULT '',
    meeting_id  uuid,            -- the record of the meeting that decided
    decided_by  uuid,
    decided_at  timestamptz,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, notice_id) REFERENCES notice_notices (unit_id, id),
    FOREIGN KEY (unit_id, item_id) REFERENCES notice_items (unit_id, id),
    FOREIGN KEY (unit_id, objector_id) REFERENCES org_people (unit_id, id),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CONSTRAINT notice_objections_answered CHECK (state NOT IN ('upheld', 'rejected') OR (answer <> '' AND decided_by IS NOT NULL)),
    -- A branch's objection is decided by its meeting.
    CONSTRAINT notice_objections_met CHECK (state NOT IN ('upheld', 'rejected') OR branch_id IS NULL OR meeting_id IS NOT NULL),
    CONSTRAINT notice_objections_not_own CHECK (state NOT IN ('upheld', 'rejected') OR decided_by <> objector_id)
);
CREATE UNIQUE INDEX notice_objections_once ON notice_objections (unit_id, item_id, objector_id) WHERE state = 'open';
CREATE INDEX notice_objections_item ON notice_objections (unit_id, item_id);
CREATE INDEX notice_objections_list ON notice_objections (unit_id, filed_at DESC, id DESC);

-- An objection comes while its item lies open, and not after the last day.
-- +goose StatementBegin
CREATE FUNCTION notice_objection_in_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM notice_items i JOIN notice_notices n ON n.unit_id = i.unit_id AND n.id = i.notice_id
        WHERE i.unit_id = NEW.unit_id AND i.id = NEW.item_id AND n.id = NEW.notice_id AND i.outcome IS NULL AND n.state = 'open'
          AND NEW.state = 'open' AND NEW.branch_id IS NOT DISTINCT FROM i.branch_id
          AND (NEW.filed_at AT TIME ZONE 'Asia/Shanghai')::date BETWEEN n.first_day AND n.last_day
        FOR SHARE OF i, n;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the notice is over' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'notice_objection_in_time';
    END IF;
    RETURN NEW;
END $$;
-- Whoever is concerned does not decide, nor the committee of another branch.
CREATE FUNCTION notice_objection_recusal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' THEN
        RAISE EXCEPTION 'the objection is decided' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'notice_objection_decided';
    END IF;
    IF NEW.state IN ('upheld', 'rejected') AND EXISTS (SELECT FROM notice_items i WHERE i.unit_id = NEW.unit_id AND i.id = NEW.item_id
            AND (NEW.decided_by = ANY (i.recused) OR NEW.decided_by = i.person_id)) THEN
        RAISE EXCEPTION 'recusal' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'notice_objections_not_own';
    END IF;
    IF NEW.state IN ('upheld', 'rejected') AND NOT EXISTS (SELECT FROM access_grants g WHERE g.unit_id = NEW.unit_id AND g.person_id = NEW.decided_by
            AND g.valid_from <= (NEW.decided_at AT TIME ZONE 'Asia/Shanghai')::date
            AND (g.valid_to IS NULL OR g.valid_to >= (NEW.decided_at AT TIME ZONE 'Asia/Shanghai')::date)
            AND (g.ended_at IS NULL OR g.ended_at > NEW.decided_at)
            AND (g.role = 'party_office' OR g.role IN ('committee_member', 'branch_secretary') AND g.place_kind = 'branch' AND g.place_id = NEW.branch_id)) THEN
        RAISE EXCEPTION 'not of the committee' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'notice_objections_decider';
    END IF;
    RETURN NEW;
END $$;
-- What was settled stays settled, whatever the clock or a second process says.
CREATE FUNCTION notice_item_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.outcome IS NOT NULL THEN
        RAISE EXCEPTION 'the item is settled' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'notice_item_settled';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION notice_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'open' THEN
        RAISE EXCEPTION 'the notice has ended' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'notice_item_settled';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER notice_objections_in_time BEFORE INSERT ON notice_objections FOR EACH ROW EXECUTE FUNCTION notice_objection_in_time();
CREATE TRIGGER notice_objections_recusal BEFORE UPDATE ON notice_objections FOR EACH ROW EXECUTE FUNCTION notice_objection_recusal();
CREATE TRIGGER notice_items_settled BEFORE UPDATE ON notice_items FOR EACH ROW EXECUTE FUNCTION notice_item_settled();

CREATE TRIGGER notice_notices_ended BEFORE UPDATE ON notice_notices FOR EACH ROW EXECUTE FUNCTION notice_ended();

-- What was put up stays as it was read: only how it ended may be written.
GRANT SELECT, INSERT ON notice_notices, notice_items, notice_objections TO xianfeng_app;
GRANT UPDATE (state, settled_at, cancelled_by, cancel_reason) ON notice_notices TO xianfeng_app;
GRANT UPDATE (outcome, settled_at) ON notice_items TO xianfeng_app;
GRANT UPDATE (state, answer, meeting_id, decided_by, decided_at) ON notice_objections TO xianfeng_app;
