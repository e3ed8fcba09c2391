-- +goose Up
-- Rules 21 and 22: which talks fall due, with whom, and when they are planned. Nothing
-- in this file can hold what was said: there is no free text in it beside names of types.
CREATE TABLE talk_types (
    unit_id  uuid NOT NULL REFERENCES org_units,
    code     text NOT NULL CHECK (code IN ('leader', 'committee', 'committee_member', 'member',
        'post_change', 'transfer', 'commendation', 'discipline', 'hardship', 'ad_hoc')),
    name     text NOT NULL CHECK (name <> ''),
    active   boolean NOT NULL DEFAULT true,
    pairing  text CHECK (pairing IN ('each', 'one')),  -- committee: every two of it, or each with one other
    talker   text CHECK (talker IN ('secretary', 'department_head', 'deputy_leader', 'leader')), -- of what an occasion makes due
    within_days int CHECK (within_days BETWEEN 1 AND 90), -- working days after the occasion
    ord      int NOT NULL DEFAULT 0,
    row_version int NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, code),
    CHECK ((pairing IS NOT NULL) = (code = 'committee')),
    CHECK ((talker IS NOT NULL) = (code IN ('post_change', 'transfer', 'commendation', 'discipline', 'hardship'))),
    CHECK ((within_days IS NOT NULL) = (talker IS NOT NULL))
);

-- Who talks with every member of staff: the chief with all, or in a larger office
-- leaders with departments each.
CREATE TABLE talk_leaders (
    unit_id       uuid NOT NULL REFERENCES org_units,
    id            uuid NOT NULL,
    person_id     uuid NOT NULL,
    department_id uuid,                                   -- null: the whole office
    per_day       int CHECK (per_day BETWEEN 1 AND 20),   -- null: the setting
    valid_from    date NOT NULL,
    valid_to      date CHECK (valid_to >= valid_from),
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, department_id) REFERENCES org_departments (unit_id, id),
    CONSTRAINT talk_leaders_once EXCLUDE USING gist (unit_id WITH =, person_id WITH =,
        coalesce(department_id, '00000000-0000-0000-0000-000000000000'::uuid) WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);

-- What made a talk due beside the year's plan (五必谈).
CREATE TABLE talk_occasions (
    unit_id      uuid NOT NULL REFERENCES org_units,
    id           uuid NOT NULL,
    kind         text NOT NULL CHECK (kind IN ('post_change', 'transfer', 'commendation', 'discipline', 'hardship')),
    person_id    uuid NOT NULL,
    source_id    uuid NOT NULL, -- the position, membership, honour or entry; of one noted by hand its own id
    happened_on  date NOT NULL,
    found_at     timestamptz NOT NULL,
    noted_by     uuid,          -- person; null: the system found it
    dismissed_by uuid,          -- null: what it was found in was taken back
    dismissed_at timestamptz,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, kind, source_id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    CHECK (dismissed_by IS NULL OR dismissed_at IS NOT NULL),
    CONSTRAINT talk_occasions_not_own CHECK (dismissed_by <> person_id)
);
CREATE INDEX talk_occasions_list ON talk_occasions (unit_id, happened_on DESC, id DESC);

CREATE TABLE talk_plans (
    unit_id   uuid NOT NULL REFERENCES org_units,
    id        uuid NOT NULL,
    year      int NOT NULL CHECK (year BETWEEN 2000 AND 2200),
    branch_id uuid,              -- null: the whole office
    from_day  date NOT NULL,
    made_by   uuid NOT NULL,
    made_at   timestamptz NOT NULL,
    due       int NOT NULL, -- talks that were still to be held
    placed    int NOT NULL, -- of them new on the calendar
    moved     int NOT NULL, -- of them on another day, or with another talker, than before
    unplaced  int NOT NULL, -- of them without a day
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id)
);
CREATE INDEX talk_plans_list ON talk_plans (unit_id, made_at DESC, id DESC);

CREATE TABLE talk_talks (
    unit_id       uuid NOT NULL REFERENCES org_units,
    id            uuid NOT NULL,
    year          int NOT NULL CHECK (year BETWEEN 2000 AND 2200), -- whose plan it fills
    type          text NOT NULL,
    talker_id     uuid NOT NULL,
    partner_id    uuid NOT NULL,
    branch_id     uuid,          -- the partner's when it became due: who may see that it is
    department_id uuid,
    occasion_id   uuid,
    not_before    date NOT NULL,
    due_on        date NOT NULL,
    planned_on    date,          -- null: no day was found, or none is needed
    planned_at    time,          -- null: somewhen that day
    pinned        boolean NOT NULL DEFAULT false, -- moved by hand: the planner leaves it
    unplaced      text NOT NULL DEFAULT '' CHECK (unplaced IN ('', 'talker_full', 'talker_away', 'partner_away', 'no_days', 'no_talker')),
    state         text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'reported', 'confirmed', 'cancelled')),
    done_on       date,
    reported_by   uuid,
    reported_at   timestamptz,
    confirmed_by  uuid,
    confirmed_at  timestamptz,
    cancel_reason text CHECK (cancel_reason IN ('left', 'merged', 'not_needed', 'dropped')), -- dropped: by the planner, which alone may want it again
    cancelled_by  uuid,          -- null: a plan that asks for it no more, or its occasion was taken back
    row_version   int NOT NULL DEFAULT 1,
    created_by    uuid,          -- null: the planner or an occasion
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, type) REFERENCES talk_types (unit_id, code),
    FOREIGN KEY (unit_id, talker_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, partner_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id),
    FOREIGN KEY (unit_id, department_id) REFERENCES org_departments (unit_id, id),
    FOREIGN KEY (unit_id, occasion_id) REFERENCES talk_occasions (unit_id, id),
    CONSTRAINT talk_two_people CHECK (talker_id <> partner_id),
    CHECK (due_on >= not_before),
    CHECK (planned_on IS NULL OR unplaced = ''),
    CHECK ((state IN ('reported', 'confirmed')) = (done_on IS NOT NULL)),
    CHECK ((state IN ('reported', 'confirmed')) = (reported_by IS NOT NULL)),
    CHECK ((state = 'confirmed') = (confirmed_by IS NOT NULL)),
    CHECK ((state = 'cancelled') = (cancel_reason IS NOT NULL)),
    CONSTRAINT talk_reported_by_party CHECK (reported_by IN (talker_id, partner_id)),
    -- The other one confirms.
    CONSTRAINT talk_confirmed_by_other CHECK (confirmed_by IN (talker_id, partner_id) AND confirmed_by <> reported_by),
    -- A third one cancels; an ad hoc talk, never planned, is taken back by who noted it.
    CONSTRAINT talk_cancel_not_own CHECK (type = 'ad_hoc' OR cancelled_by NOT IN (talker_id, partner_id))
);
CREATE UNIQUE INDEX talk_talks_once ON talk_talks (unit_id, year, type, least(talker_id, partner_id), greatest(talker_id, partner_id))
    WHERE state <> 'cancelled' AND occasion_id IS NULL AND type <> 'ad_hoc';
CREATE UNIQUE INDEX talk_talks_occasion ON talk_talks (unit_id, occasion_id) WHERE state <> 'cancelled' AND occasion_id IS NOT NULL;
CREATE INDEX talk_talks_calendar ON talk_talks (unit_id, planned_on, id);
CREATE INDEX talk_talks_talker ON talk_talks (unit_id, talker_id, year);
CREATE INDEX talk_talks_partner ON talk_talks (unit_id, partner_id, year);
CREATE INDEX talk_talks_branch ON talk_talks (unit_id, branch_id, year);
CREATE INDEX talk_talks_year ON talk_talks (unit_id, year, type);

CREATE TABLE talk_moves (
    unit_id  uuid NOT NULL,
    id       uuid NOT NULL,
    talk_id  uuid NOT NULL,
    from_day date,
    to_day   date,
    reason   text NOT NULL CHECK (reason IN ('business', 'meeting', 'leave', 'case', 'partner', 'not_held', 'replan', 'other')), -- a list, so that no content is told by it
    moved_by uuid NOT NULL,
    moved_at timestamptz NOT NULL,
    plan_id  uuid,
    from_talk_id uuid, -- the talk whose place this one takes, where somebody else has to hold it
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, talk_id) REFERENCES talk_talks (unit_id, id),
    FOREIGN KEY (unit_id, from_talk_id) REFERENCES talk_talks (unit_id, id),
    FOREIGN KEY (unit_id, plan_id) REFERENCES talk_plans (unit_id, id)
);
CREATE INDEX talk_moves_talk ON talk_moves (unit_id, talk_id, moved_at);
CREATE INDEX talk_moves_plan ON talk_moves (unit_id, plan_id) WHERE plan_id IS NOT NULL;

-- On which days a deputy meets a department in the morning. Whether the meeting took
-- place is told by its record, a morning_meeting among the activities.
CREATE TABLE talk_mornings (
    unit_id       uuid NOT NULL REFERENCES org_units,
    id            uuid NOT NULL,
    deputy_id     uuid NOT NULL,
    department_id uuid NOT NULL,
    weekdays      smallint[] NOT NULL CHECK (cardinality(weekdays) BETWEEN 1 AND 5 AND weekdays <@ ARRAY[1, 2, 3, 4, 5]::smallint[]), -- Monday is 1
    starts_at     time NOT NULL,
    valid_from    date NOT NULL,
    valid_to      date CHECK (valid_to >= valid_from),
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, deputy_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, department_id) REFERENCES org_departments (unit_id, id),
    CONSTRAINT talk_mornings_once EXCLUDE USING gist
        (unit_id WITH =, deputy_id WITH =, department_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);

-- What is over stays as it was reported, except that the other one confirms it, or
-- says that it was not held.
-- +goose StatementBegin
CREATE FUNCTION talk_settled() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('confirmed', 'cancelled') THEN
        RAISE EXCEPTION 'the talk is over' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'talk_settled';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER talk_settled BEFORE UPDATE ON talk_talks FOR EACH ROW EXECUTE FUNCTION talk_settled();

GRANT SELECT, INSERT, UPDATE ON talk_types TO xianfeng_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON talk_leaders, talk_mornings TO xianfeng_app;
GRANT SELECT, INSERT ON talk_occasions, talk_plans, talk_moves TO xianfeng_app;
GRANT UPDATE (dismissed_by, dismissed_at) ON talk_occasions TO xianfeng_app;
-- Who the two are never changes: what they wrote hangs on the talk, and whoever were put
-- in their place could read it. Somebody else's talk is another talk.
GRANT SELECT, INSERT ON talk_talks TO xianfeng_app;
GRANT UPDATE (branch_id, department_id, planned_on, planned_at, pinned, unplaced, state, done_on, reported_by, reported_at,
    confirmed_by, confirmed_at, cancel_reason, cancelled_by, row_version) ON talk_talks TO xianfeng_app;
