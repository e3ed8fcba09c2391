-- +goose Up
-- Kinds are data: what a kind needs, who is expected, and which category its
-- points rules go by.
CREATE TABLE activity_kinds (
    unit_id         uuid NOT NULL REFERENCES org_units,
    code            text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]*$'),
    name            text NOT NULL CHECK (name <> ''),
    category        text NOT NULL, -- three_meetings, party_day, study, volunteering, organisational, work, other
    expected        text NOT NULL CHECK (expected IN ('members', 'voters', 'committee', 'staff', 'nobody')),
    organisers      text[] NOT NULL, -- unit, department, branch, group
    needs           text[] NOT NULL DEFAULT '{}', -- host, recorder, lecturer, agenda, content, resolutions, place
    quorum          text NOT NULL DEFAULT 'none' CHECK (quorum IN ('none', 'half')),
    default_minutes int NOT NULL DEFAULT 60 CHECK (default_minutes BETWEEN 5 AND 1440),
    ord             int NOT NULL DEFAULT 0,
    active          boolean NOT NULL DEFAULT true,
    PRIMARY KEY (unit_id, code)
);

-- One row is one version of a record (rule 6). record_id stays, id is the
-- version, which is what points entries name as their source.
CREATE TABLE activity_activities (
    unit_id         uuid NOT NULL,
    id              uuid NOT NULL,
    record_id       uuid NOT NULL,
    version         int NOT NULL CHECK (version >= 1),
    kind            text NOT NULL,
    title           text NOT NULL CHECK (title <> ''),
    starts_at       timestamptz NOT NULL,
    ends_at         timestamptz NOT NULL,
    place           text NOT NULL DEFAULT '',
    organiser_kind  text NOT NULL CHECK (organiser_kind IN ('unit', 'department', 'branch', 'group')),
    department_id   uuid,
    branch_id       uuid,
    group_id        uuid,
    host_id         uuid,
    recorder_id     uuid,
    lecturer_id     uuid,
    agenda          text NOT NULL DEFAULT '',
    content         text NOT NULL DEFAULT '',
    guests          text NOT NULL DEFAULT '', -- from outside the office
    election        boolean NOT NULL DEFAULT false,
    state           text NOT NULL CHECK (state IN ('draft', 'confirmed', 'superseded', 'withdrawn')),
    late            boolean NOT NULL DEFAULT false,
    voters_expected int,
    voters_present  int,
    quorum_met      boolean, -- null: this kind knows no quorum
    overlap_answer  text NOT NULL DEFAULT '', -- rule 7: the recorder's answer to the warning
    reason          text NOT NULL DEFAULT '', -- why amended or withdrawn
    row_version     int NOT NULL DEFAULT 1,
    created_by      uuid NOT NULL, -- person
    created_at      timestamptz NOT NULL,
    updated_at      timestamptz NOT NULL,
    confirmed_by    uuid,
    confirmed_at    timestamptz,
    withdrawn_by    uuid,
    withdrawn_at    timestamptz,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, record_id, version),
    FOREIGN KEY (unit_id, kind) REFERENCES activity_kinds (unit_id, code),
    FOREIGN KEY (unit_id, department_id) REFERENCES org_departments (unit_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id),
    FOREIGN KEY (unit_id, branch_id, group_id) REFERENCES org_groups (unit_id, branch_id, id),
    FOREIGN KEY (unit_id, host_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, recorder_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, lecturer_id) REFERENCES org_people (unit_id, id),
    CONSTRAINT activity_ends_after_start CHECK (ends_at > starts_at AND ends_at <= starts_at + interval '15 days'),
    CONSTRAINT activity_organiser CHECK (CASE organiser_kind
        WHEN 'department' THEN department_id IS NOT NULL
        WHEN 'branch' THEN branch_id IS NOT NULL AND group_id IS NULL
        WHEN 'group' THEN group_id IS NOT NULL
        ELSE department_id IS NULL AND branch_id IS NULL AND group_id IS NULL END),
    CHECK ((state = 'draft') = (confirmed_at IS NULL)),
    CHECK (state <> 'withdrawn' OR withdrawn_at IS NOT NULL)
);
CREATE UNIQUE INDEX activity_one_draft ON activity_activities (unit_id, record_id) WHERE state = 'draft';
CREATE UNIQUE INDEX activity_one_confirmed ON activity_activities (unit_id, record_id) WHERE state IN ('confirmed', 'withdrawn');
CREATE INDEX activity_by_time ON activity_activities (unit_id, starts_at DESC, id DESC);
CREATE INDEX activity_by_branch ON activity_activities (unit_id, branch_id, starts_at DESC);
CREATE INDEX activity_search ON activity_activities USING gin ((title || ' ' || place) gin_trgm_ops);

CREATE TABLE activity_attendances (
    unit_id     uuid NOT NULL,
    activity_id uuid NOT NULL,
    person_id   uuid NOT NULL,
    status      text NOT NULL CHECK (status IN ('present', 'absent', 'guest')),
    absence     text CHECK (absence IN ('official', 'sick', 'personal', 'other', 'unexcused')),
    reason      text NOT NULL DEFAULT '',
    voter       boolean NOT NULL DEFAULT false,
    branch_id   uuid, -- the person's own place on that day
    group_id    uuid,
    minutes     int NOT NULL DEFAULT 0 CHECK (minutes BETWEEN 0 AND 21600), -- of volunteering; counted once confirmed
    PRIMARY KEY (unit_id, activity_id, person_id),
    FOREIGN KEY (unit_id, activity_id) REFERENCES activity_activities (unit_id, id) ON DELETE CASCADE,
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    CHECK (absence IS NULL OR status = 'absent') -- a draft may not know yet why
);
CREATE INDEX activity_attendances_person ON activity_attendances (unit_id, person_id, activity_id);

CREATE TABLE activity_resolutions (
    unit_id       uuid NOT NULL,
    activity_id   uuid NOT NULL,
    seq           int NOT NULL,
    title         text NOT NULL CHECK (title <> ''),
    votes_for     int CHECK (votes_for >= 0),
    votes_against int CHECK (votes_against >= 0),
    votes_abstain int CHECK (votes_abstain >= 0),
    counts        boolean NOT NULL DEFAULT false, -- passed at a quorate meeting (rule 5)
    PRIMARY KEY (unit_id, activity_id, seq),
    FOREIGN KEY (unit_id, activity_id) REFERENCES activity_activities (unit_id, id) ON DELETE CASCADE
);

CREATE TABLE activity_attachments (
    unit_id     uuid NOT NULL,
    activity_id uuid NOT NULL,
    file_id     uuid NOT NULL,
    caption     text NOT NULL DEFAULT '',
    PRIMARY KEY (unit_id, activity_id, file_id),
    FOREIGN KEY (unit_id, activity_id) REFERENCES activity_activities (unit_id, id) ON DELETE CASCADE,
    FOREIGN KEY (unit_id, file_id) REFERENCES file_files (unit_id, id)
);
CREATE INDEX activity_attachments_file ON activity_attachments (unit_id, file_id);

-- A confirmed record is never edited in place and never deleted: only its state
-- may move on, and only forwards.
-- +goose StatementBegin
CREATE FUNCTION activity_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state = 'draft' THEN
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' OR OLD.state <> 'confirmed' OR NEW.state NOT IN ('superseded', 'withdrawn')
        OR (to_jsonb(OLD) - '{state,reason,withdrawn_by,withdrawn_at,row_version,updated_at}'::text[])
        IS DISTINCT FROM (to_jsonb(NEW) - '{state,reason,withdrawn_by,withdrawn_at,row_version,updated_at}'::text[]) THEN
        RAISE EXCEPTION 'a confirmed record is never edited in place' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activity_frozen';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER activity_frozen BEFORE UPDATE OR DELETE ON activity_activities FOR EACH ROW EXECUTE FUNCTION activity_frozen();
-- +goose StatementBegin
CREATE FUNCTION activity_parts_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM activity_activities a JOIN changed c ON a.unit_id = c.unit_id AND a.id = c.activity_id
               WHERE a.state <> 'draft') THEN
        RAISE EXCEPTION 'a confirmed record is never edited in place' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'activity_frozen';
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER activity_attendances_frozen_i AFTER INSERT ON activity_attendances REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();
CREATE TRIGGER activity_attendances_frozen_u AFTER UPDATE ON activity_attendances REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();
CREATE TRIGGER activity_attendances_frozen_d AFTER DELETE ON activity_attendances REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();
CREATE TRIGGER activity_resolutions_frozen_i AFTER INSERT ON activity_resolutions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();
CREATE TRIGGER activity_resolutions_frozen_u AFTER UPDATE ON activity_resolutions REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();
CREATE TRIGGER activity_resolutions_frozen_d AFTER DELETE ON activity_resolutions REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();
CREATE TRIGGER activity_attachments_frozen_i AFTER INSERT ON activity_attachments REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();
CREATE TRIGGER activity_attachments_frozen_u AFTER UPDATE ON activity_attachments REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();
CREATE TRIGGER activity_attachments_frozen_d AFTER DELETE ON activity_attachments REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();

GRANT SELECT, INSERT, UPDATE ON activity_kinds TO xianfeng_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON activity_activities, activity_attendances, activity_resolutions, activity_attachments TO xianfeng_app;
