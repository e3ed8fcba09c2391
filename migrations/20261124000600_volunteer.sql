-- +goose Up
-- Rules 29 to 31. An action is what people sign up for; what came of it is the record of
-- the activity, made once from it. Minutes stand in that record alone.
CREATE TABLE volunteer_actions (
    unit_id        uuid NOT NULL REFERENCES org_units,
    id             uuid NOT NULL,
    title          text NOT NULL CHECK (title <> ''),
    starts_at      timestamptz NOT NULL,
    ends_at        timestamptz NOT NULL,
    place          text NOT NULL CHECK (place <> ''),
    served         text NOT NULL CHECK (served <> ''), -- 对象
    content        text NOT NULL DEFAULT '',           -- what to do, what to bring
    organiser_kind text NOT NULL CHECK (organiser_kind IN ('unit', 'department', 'branch', 'group', 'project')),
    organiser_id   uuid,         -- null: the unit
    department_id  uuid,         -- the organiser once more, each in its column as scopes ask for it
    branch_id      uuid,
    group_id       uuid,
    project_id     uuid,
    leader_id      uuid NOT NULL, -- 组织者: who says who came and how long
    places         int CHECK (places BETWEEN 1 AND 2000), -- null: as many as come
    closes_at      timestamptz NOT NULL, -- signing up until then
    state          text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'recorded', 'cancelled')),
    record_id      uuid,         -- of the activity
    code           text NOT NULL, -- short and hard to guess: the address on paper
    cancel_reason  text NOT NULL DEFAULT '',
    created_by     uuid NOT NULL,
    created_at     timestamptz NOT NULL,
    row_version    int NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, code),
    UNIQUE (unit_id, record_id),
    FOREIGN KEY (unit_id, department_id) REFERENCES org_departments (unit_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id),
    FOREIGN KEY (unit_id, branch_id, group_id) REFERENCES org_groups (unit_id, branch_id, id),
    FOREIGN KEY (unit_id, project_id) REFERENCES org_projects (unit_id, id),
    FOREIGN KEY (unit_id, leader_id) REFERENCES org_people (unit_id, id),
    CHECK (ends_at > starts_at AND ends_at <= starts_at + interval '15 days'),
    CHECK (closes_at <= ends_at),
    CHECK (CASE organiser_kind WHEN 'unit' THEN organiser_id IS NULL WHEN 'department' THEN organiser_id = department_id
        WHEN 'branch' THEN organiser_id = branch_id AND group_id IS NULL WHEN 'group' THEN organiser_id = group_id ELSE organiser_id = project_id END IS TRUE),
    CHECK ((state = 'recorded') = (record_id IS NOT NULL)),
    CHECK ((state = 'cancelled') = (cancel_reason <> ''))
);
CREATE INDEX volunteer_actions_list ON volunteer_actions (unit_id, starts_at DESC, id DESC);

CREATE TABLE volunteer_signups (
    unit_id   uuid NOT NULL,
    action_id uuid NOT NULL,
    person_id uuid NOT NULL,
    state     text NOT NULL CHECK (state IN ('placed', 'waiting', 'gone')),
    signed_at timestamptz NOT NULL, -- who waits moves up in this order
    signed_by uuid NOT NULL,        -- oneself, or the organiser for them
    moved_at  timestamptz,          -- a place came free then for who had waited
    came_at   timestamptz,          -- said so by the page of the code; never required
    PRIMARY KEY (unit_id, action_id, person_id),
    FOREIGN KEY (unit_id, action_id) REFERENCES volunteer_actions (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id)
);
CREATE INDEX volunteer_signups_person ON volunteer_signups (unit_id, person_id);

-- Places hold, however many sign up at once: the action's row is locked by who signs.
-- +goose StatementBegin
CREATE FUNCTION volunteer_places_hold() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    a volunteer_actions;
BEGIN
    SELECT * INTO a FROM volunteer_actions WHERE unit_id = NEW.unit_id AND id = NEW.action_id FOR NO KEY UPDATE;
    IF a.state <> 'open' THEN
        RAISE EXCEPTION 'closed' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'volunteer_closed';
    END IF;
    IF NEW.state = 'placed' AND a.places IS NOT NULL AND a.places <= (SELECT count(*) FROM volunteer_signups s
            WHERE s.unit_id = NEW.unit_id AND s.action_id = NEW.action_id AND s.state = 'placed' AND s.person_id <> NEW.person_id) THEN
        RAISE EXCEPTION 'full' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'volunteer_full';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER volunteer_signups_places BEFORE INSERT OR UPDATE ON volunteer_signups FOR EACH ROW EXECUTE FUNCTION volunteer_places_hold();

-- Which hours lay on public notice, as the records had them then. A record corrected
-- afterwards has other minutes, and those lie open again.
CREATE TABLE volunteer_noticed (
    unit_id   uuid NOT NULL,
    notice_id uuid NOT NULL,
    record_id uuid NOT NULL,
    person_id uuid NOT NULL,
    minutes   int NOT NULL CHECK (minutes > 0),
    outcome   text NOT NULL DEFAULT 'open' CHECK (outcome IN ('open', 'passed', 'failed', 'cancelled')), -- failed: an objection was upheld
    PRIMARY KEY (unit_id, notice_id, record_id, person_id),
    FOREIGN KEY (unit_id, notice_id) REFERENCES notice_notices (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id)
);
CREATE UNIQUE INDEX volunteer_noticed_open ON volunteer_noticed (unit_id, record_id, person_id) WHERE outcome = 'open';
CREATE INDEX volunteer_noticed_person ON volunteer_noticed (unit_id, person_id);

-- A certificate says what it said when it was made out; one that no longer holds is
-- found out by its number.
CREATE SEQUENCE volunteer_certificate_numbers;
CREATE TABLE volunteer_certificates (
    unit_id        uuid NOT NULL REFERENCES org_units,
    id             uuid NOT NULL,
    number         text NOT NULL,
    person_id      uuid NOT NULL,
    name           text NOT NULL, -- as printed
    from_day       date NOT NULL,
    to_day         date NOT NULL,
    participations int NOT NULL CHECK (participations >= 1),
    minutes        int NOT NULL CHECK (minutes >= 0), -- counted, after rounding
    lines          jsonb NOT NULL, -- day, title, place, minutes of each
    checksum       bytea NOT NULL CHECK (length(checksum) = 32), -- of what is printed
    issued_by      uuid NOT NULL,
    issued_at      timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, number),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    CHECK (to_day >= from_day)
);
CREATE INDEX volunteer_certificates_person ON volunteer_certificates (unit_id, person_id);
CREATE TRIGGER volunteer_certificates_append_only BEFORE UPDATE OR DELETE ON volunteer_certificates FOR EACH ROW EXECUTE FUNCTION audit_append_only();

-- A workbook of hours, read and looked at before its records are made; undoing takes
-- the records of the latest back.
CREATE TABLE volunteer_imports (
    unit_id      uuid NOT NULL REFERENCES org_units,
    id           uuid NOT NULL,
    file_name    text NOT NULL,
    state        text NOT NULL CHECK (state IN ('previewed', 'confirmed', 'undone')),
    rows         jsonb NOT NULL, -- what was understood
    problems     jsonb NOT NULL, -- sheet, row, column, value, reason
    created_by   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    confirmed_at timestamptz,
    undone_at    timestamptz,
    PRIMARY KEY (unit_id, id),
    CHECK ((state = 'previewed') = (confirmed_at IS NULL)),
    CHECK ((state = 'undone') = (undone_at IS NOT NULL))
);
CREATE INDEX volunteer_imports_list ON volunteer_imports (unit_id, created_at DESC);
CREATE TABLE volunteer_import_records (
    unit_id   uuid NOT NULL,
    import_id uuid NOT NULL,
    record_id uuid NOT NULL,
    PRIMARY KEY (unit_id, import_id, record_id),
    FOREIGN KEY (unit_id, import_id) REFERENCES volunteer_imports (unit_id, id)
);

GRANT SELECT, INSERT, UPDATE ON volunteer_actions, volunteer_signups, volunteer_imports TO xianfeng_app;
GRANT SELECT, INSERT ON volunteer_noticed, volunteer_certificates, volunteer_import_records TO xianfeng_app;
GRANT UPDATE (outcome) ON volunteer_noticed TO xianfeng_app;
GRANT USAGE ON SEQUENCE volunteer_certificate_numbers TO xianfeng_app;
