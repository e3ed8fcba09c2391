-- +goose Up
-- Rule 32: who owes what how often. A change closes a line and begins another of the
-- same code, so that each period is judged by what held in it. How far a duty is met
-- is never written down: it is read from the records.
CREATE TABLE duty_duties (
    unit_id       uuid NOT NULL REFERENCES org_units,
    id            uuid NOT NULL,
    code          text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$'),
    name          text NOT NULL CHECK (name <> ''),
    owner         text NOT NULL CHECK (owner IN ('unit', 'branch', 'group', 'deputy', 'leader', 'member')),
    activity_kind text,           -- met by confirmed records of this kind,
    talk_type     text,           -- or by talks of this type; member: by nobody but oneself
    period        text NOT NULL CHECK (period IN ('day', 'week', 'month', 'quarter', 'year')),
    times         int NOT NULL CHECK (times BETWEEN 1 AND 31),
    committee     boolean NOT NULL DEFAULT false, -- owed where the branch has a committee
    basis         text NOT NULL DEFAULT '',       -- the regulation
    ord           int NOT NULL DEFAULT 0,
    valid_from    date NOT NULL,
    valid_to      date CHECK (valid_to >= valid_from),
    created_by    uuid,           -- person; null: seeded
    created_at    timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, activity_kind) REFERENCES activity_kinds (unit_id, code),
    FOREIGN KEY (unit_id, talk_type) REFERENCES talk_types (unit_id, code),
    CHECK (num_nonnulls(activity_kind, talk_type) = CASE owner WHEN 'member' THEN 0 ELSE 1 END),
    CHECK ((talk_type IS NOT NULL) = (owner = 'leader')),
    CHECK ((period = 'day') = (owner = 'member')),
    CHECK (NOT committee OR owner = 'branch'),
    CONSTRAINT duty_duties_whole_periods CHECK (date_trunc(period, valid_from::timestamp)::date = valid_from),
    CONSTRAINT duty_duties_once EXCLUDE USING gist (unit_id WITH =, code WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);

-- Why somebody could not meet a duty; somebody else approves it.
CREATE TABLE duty_excuses (
    unit_id      uuid NOT NULL REFERENCES org_units,
    id           uuid NOT NULL,
    code         text NOT NULL,
    owner        text NOT NULL CHECK (owner IN ('unit', 'branch', 'group', 'deputy', 'leader')),
    owner_id     uuid NOT NULL,  -- unit, branch, group; deputy: the department; leader: the person
    branch_id    uuid,           -- of branch and group, for who may see it
    department_id uuid,
    period_first date NOT NULL,
    reason       text NOT NULL CHECK (reason <> '' AND char_length(reason) <= 200),
    state        text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'approved', 'refused', 'withdrawn')),
    asked_by     uuid NOT NULL,
    asked_at     timestamptz NOT NULL,
    decided_by   uuid,
    decided_at   timestamptz,
    remark       text NOT NULL DEFAULT '' CHECK (char_length(remark) <= 200),
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id),
    FOREIGN KEY (unit_id, department_id) REFERENCES org_departments (unit_id, id),
    CHECK ((state = 'asked') = (decided_at IS NULL)),
    CHECK (state <> 'refused' OR remark <> ''),
    CONSTRAINT duty_excuses_not_own CHECK (state = 'withdrawn' OR decided_by <> asked_by)
);
CREATE UNIQUE INDEX duty_excuses_once ON duty_excuses (unit_id, code, owner_id, period_first) WHERE state IN ('asked', 'approved');
CREATE INDEX duty_excuses_period ON duty_excuses (unit_id, period_first);
-- +goose StatementBegin
CREATE FUNCTION duty_excuse_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state <> 'asked' THEN
        RAISE EXCEPTION 'the excuse is decided' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'duty_excuse_decided';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER duty_excuses_decided BEFORE UPDATE ON duty_excuses FOR EACH ROW EXECUTE FUNCTION duty_excuse_decided();

-- A branch's plan of a quarter, filed by a day of its first month.
CREATE TABLE duty_plans (
    unit_id     uuid NOT NULL REFERENCES org_units,
    id          uuid NOT NULL,
    branch_id   uuid NOT NULL,
    quarter     text NOT NULL CHECK (quarter ~ '^[12][0-9]{3}Q[1-4]$'),
    filed_by    uuid,
    filed_at    timestamptz,
    changed_at  timestamptz,     -- after it was filed
    row_version int NOT NULL DEFAULT 1,
    created_by  uuid NOT NULL,
    created_at  timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id),
    CONSTRAINT duty_plans_once UNIQUE (unit_id, branch_id, quarter),
    CHECK ((filed_by IS NULL) = (filed_at IS NULL)),
    CHECK (changed_at IS NULL OR filed_at IS NOT NULL)
);
CREATE TABLE duty_plan_items (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    plan_id    uuid NOT NULL,
    code       text NOT NULL DEFAULT '', -- of a duty; empty: something more
    group_id   uuid,
    planned_on date NOT NULL,
    title      text NOT NULL CHECK (title <> '' AND char_length(title) <= 100),
    person_id  uuid,             -- 责任人
    ord        int NOT NULL DEFAULT 0,
    changed_at timestamptz,      -- after the plan was filed
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, plan_id) REFERENCES duty_plans (unit_id, id) ON DELETE CASCADE,
    FOREIGN KEY (unit_id, group_id) REFERENCES org_groups (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id)
);
CREATE INDEX duty_plan_items_plan ON duty_plan_items (unit_id, plan_id, ord);

-- Records by kind and day, as the reckoning of duties reads them.
CREATE INDEX activity_by_kind ON activity_activities (unit_id, kind, starts_at) WHERE state = 'confirmed';

GRANT SELECT, INSERT ON duty_duties, duty_excuses TO xianfeng_app;
GRANT UPDATE (valid_to) ON duty_duties TO xianfeng_app;
GRANT UPDATE (state, decided_by, decided_at, remark) ON duty_excuses TO xianfeng_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON duty_plans, duty_plan_items TO xianfeng_app;
GRANT DELETE ON duty_duties TO xianfeng_app; -- a line that has not begun yet
