-- +goose Up
-- Rules 27 and 28. One mechanism for every kind of taskforce; how kinds differ is data.
CREATE TABLE taskforce_kinds (
    unit_id    uuid NOT NULL REFERENCES org_units,
    code       text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$'),
    name       text NOT NULL CHECK (name <> ''),       -- 行动党支部
    head       text NOT NULL CHECK (head <> ''),       -- what its secretary is called: 书记, 社长, 负责人
    party      boolean NOT NULL,  -- a temporary Party branch: from three full members on it has a secretary, appointed
    approval   boolean NOT NULL,  -- begins by an approval with number and date
    outsiders  boolean NOT NULL,  -- people of partner units are in it
    groups     boolean NOT NULL,  -- made up of Party groups
    posts      boolean NOT NULL,  -- each member is stationed somewhere
    appraisal  boolean NOT NULL,  -- each member is appraised when it ends
    ord        int NOT NULL DEFAULT 0,
    active     boolean NOT NULL DEFAULT true,
    row_version int NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, code)
);
CREATE TABLE taskforce_outcome_kinds (
    unit_id uuid NOT NULL REFERENCES org_units,
    code    text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]{1,39}$'),
    name    text NOT NULL CHECK (name <> ''),    -- 会签文件
    measure text NOT NULL CHECK (measure <> ''), -- 份
    money   boolean NOT NULL DEFAULT false,      -- quantities are fen
    ord     int NOT NULL DEFAULT 0,
    active  boolean NOT NULL DEFAULT true,
    PRIMARY KEY (unit_id, code)
);

-- Its place, with name and dates, is the project of the same id.
CREATE TABLE taskforce_taskforces (
    unit_id      uuid NOT NULL REFERENCES org_units,
    id           uuid NOT NULL,
    kind         text NOT NULL,
    purpose      text NOT NULL CHECK (purpose <> ''), -- 任务
    state        text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'active', 'concluded', 'archived', 'rejected')),
    branch_id    uuid,          -- that proposed it; null: the Party office or the leading group
    planned_to   date,          -- when it should be done
    proposed_by  uuid NOT NULL,
    proposed_at  timestamptz NOT NULL,
    approval_no  text NOT NULL DEFAULT '',
    approved_on  date,
    approved_by  uuid,
    answer       text NOT NULL DEFAULT '', -- why rejected
    concluded_on date,
    concluded_by uuid,
    summary      text NOT NULL DEFAULT '',
    archived_at  timestamptz,
    archived_by  uuid,
    row_version  int NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, id) REFERENCES org_projects (unit_id, id),
    FOREIGN KEY (unit_id, kind) REFERENCES taskforce_kinds (unit_id, code),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id),
    CHECK (state IN ('proposed', 'rejected') OR approved_by IS NOT NULL),
    CHECK (state <> 'rejected' OR answer <> ''),
    CHECK ((approved_on IS NULL) = (approval_no = '')),
    CHECK ((state IN ('concluded', 'archived')) = (concluded_on IS NOT NULL)),
    CHECK (state NOT IN ('concluded', 'archived') OR summary <> '' AND concluded_by IS NOT NULL),
    CHECK ((state = 'archived') = (archived_at IS NOT NULL)),
    CONSTRAINT taskforce_not_own CHECK (approved_by <> proposed_by)
);
CREATE UNIQUE INDEX taskforce_approval_no ON taskforce_taskforces (unit_id, approval_no) WHERE approval_no <> '';
CREATE INDEX taskforce_taskforces_list ON taskforce_taskforces (unit_id, proposed_at DESC, id DESC);

-- A life goes forwards (rule 27), and begins with an approval where its kind asks for one.
-- +goose StatementBegin
CREATE FUNCTION taskforce_forwards() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    k taskforce_kinds;
BEGIN
    IF NEW.state <> OLD.state AND (OLD.state, NEW.state) NOT IN (('proposed', 'approved'), ('proposed', 'rejected'), ('approved', 'active'), ('active', 'concluded'), ('concluded', 'archived')) THEN
        RAISE EXCEPTION 'not forwards' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'taskforce_forwards';
    END IF;
    IF OLD.state = 'archived' THEN
        RAISE EXCEPTION 'archived' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'taskforce_archived';
    END IF;
    SELECT * INTO k FROM taskforce_kinds WHERE unit_id = NEW.unit_id AND code = NEW.kind;
    IF NEW.state = 'approved' AND k.approval AND NEW.approval_no = '' THEN
        RAISE EXCEPTION 'approval without number' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'taskforce_needs_approval';
    END IF;
    IF NEW.state = 'active' AND OLD.state = 'approved' AND k.party AND 3 <= (SELECT count(DISTINCT s.person_id) FROM org_secondments s
            JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.person_id AND p.political_status = 'party_member'
                AND coalesce(p.full_member_on, '-infinity') <= s.valid_from
            WHERE s.unit_id = NEW.unit_id AND s.project_id = NEW.id AND s.valid_to IS NULL)
        AND NOT EXISTS (SELECT FROM org_secondments s WHERE s.unit_id = NEW.unit_id AND s.project_id = NEW.id AND s.office = 'secretary' AND s.valid_to IS NULL) THEN
        RAISE EXCEPTION 'no secretary' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'taskforce_needs_secretary';
    END IF;
    RETURN NEW;
END $$;
-- What is archived stays as the bundle has it.
CREATE FUNCTION taskforce_part_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    u uuid; t uuid;
BEGIN
    IF TG_OP = 'DELETE' THEN u := OLD.unit_id; t := OLD.taskforce_id; ELSE u := NEW.unit_id; t := NEW.taskforce_id; END IF;
    IF EXISTS (SELECT FROM taskforce_taskforces f WHERE f.unit_id = u AND f.id = t AND f.state IN ('archived', 'rejected')) THEN
        RAISE EXCEPTION 'archived' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'taskforce_archived';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
-- +goose StatementEnd
CREATE TRIGGER taskforce_taskforces_forwards BEFORE UPDATE ON taskforce_taskforces FOR EACH ROW EXECUTE FUNCTION taskforce_forwards();

-- Which groups make it up (党小组共建), and which units stand beside the office.
CREATE TABLE taskforce_groups (
    unit_id      uuid NOT NULL,
    taskforce_id uuid NOT NULL,
    branch_id    uuid NOT NULL,
    group_id     uuid NOT NULL,
    PRIMARY KEY (unit_id, taskforce_id, group_id),
    FOREIGN KEY (unit_id, taskforce_id) REFERENCES taskforce_taskforces (unit_id, id),
    FOREIGN KEY (unit_id, branch_id, group_id) REFERENCES org_groups (unit_id, branch_id, id)
);
CREATE TABLE taskforce_outsiders (
    unit_id      uuid NOT NULL,
    id           uuid NOT NULL,
    taskforce_id uuid NOT NULL,
    name         text NOT NULL CHECK (name <> ''),
    partner      text NOT NULL CHECK (partner <> ''),
    title        text NOT NULL DEFAULT '',
    full_member  boolean NOT NULL DEFAULT false, -- of the Party
    valid_from   date NOT NULL,
    valid_to     date CHECK (valid_to >= valid_from),
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, taskforce_id) REFERENCES taskforce_taskforces (unit_id, id),
    CONSTRAINT taskforce_outsiders_once EXCLUDE USING gist (unit_id WITH =, taskforce_id WITH =, partner WITH =, name WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);
-- Where somebody stands while seconded (派驻).
CREATE TABLE taskforce_posts (
    unit_id       uuid NOT NULL,
    taskforce_id  uuid NOT NULL,
    secondment_id uuid NOT NULL,
    place         text NOT NULL CHECK (place <> ''), -- 仙河镇
    PRIMARY KEY (unit_id, secondment_id),
    FOREIGN KEY (unit_id, taskforce_id) REFERENCES taskforce_taskforces (unit_id, id),
    FOREIGN KEY (unit_id, secondment_id) REFERENCES org_secondments (unit_id, id)
);

CREATE TABLE taskforce_tasks (
    unit_id      uuid NOT NULL,
    id           uuid NOT NULL,
    taskforce_id uuid NOT NULL,
    title        text NOT NULL CHECK (title <> ''),
    detail       text NOT NULL DEFAULT '',
    owner_id     uuid NOT NULL,
    due_on       date NOT NULL,
    state        text NOT NULL DEFAULT 'todo' CHECK (state IN ('todo', 'doing', 'done', 'dropped')),
    note         text NOT NULL DEFAULT '', -- how it was done, or why dropped
    done_on      date,
    created_by   uuid NOT NULL,
    created_at   timestamptz NOT NULL,
    updated_at   timestamptz NOT NULL,
    row_version  int NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, taskforce_id) REFERENCES taskforce_taskforces (unit_id, id),
    FOREIGN KEY (unit_id, owner_id) REFERENCES org_people (unit_id, id),
    CHECK ((state = 'done') = (done_on IS NOT NULL)),
    CHECK (state <> 'dropped' OR note <> '')
);
CREATE INDEX taskforce_tasks_list ON taskforce_tasks (unit_id, taskforce_id, due_on, id);
CREATE INDEX taskforce_tasks_owner ON taskforce_tasks (unit_id, owner_id) WHERE state IN ('todo', 'doing');

-- Results. One entered wrongly is voided with a reason and stays to be read.
CREATE TABLE taskforce_outcomes (
    unit_id      uuid NOT NULL,
    id           uuid NOT NULL,
    taskforce_id uuid NOT NULL,
    kind         text NOT NULL,
    title        text NOT NULL CHECK (title <> ''),
    quantity     bigint NOT NULL CHECK (quantity > 0), -- of the kind's measure; fen of money
    reached_on   date NOT NULL,
    reference    text NOT NULL DEFAULT '', -- 文号, 刊名期号
    recorded_by  uuid NOT NULL,
    recorded_at  timestamptz NOT NULL,
    voided_by    uuid,
    voided_at    timestamptz,
    void_reason  text NOT NULL DEFAULT '',
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, taskforce_id) REFERENCES taskforce_taskforces (unit_id, id),
    FOREIGN KEY (unit_id, kind) REFERENCES taskforce_outcome_kinds (unit_id, code),
    CHECK ((voided_by IS NULL) = (voided_at IS NULL) AND (voided_by IS NULL) = (void_reason = ''))
);
CREATE INDEX taskforce_outcomes_list ON taskforce_outcomes (unit_id, taskforce_id, reached_on);
CREATE INDEX taskforce_outcomes_year ON taskforce_outcomes (unit_id, reached_on, kind);

-- 纪实: a line of the time line that nothing else tells, with pictures where wanted.
CREATE TABLE taskforce_notes (
    unit_id      uuid NOT NULL,
    id           uuid NOT NULL,
    taskforce_id uuid NOT NULL,
    day          date NOT NULL,
    text         text NOT NULL CHECK (text <> ''),
    written_by   uuid NOT NULL,
    written_at   timestamptz NOT NULL,
    struck_by    uuid,  -- taken back; stays in the record of changes alone
    struck_at    timestamptz,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, taskforce_id) REFERENCES taskforce_taskforces (unit_id, id)
);
CREATE INDEX taskforce_notes_list ON taskforce_notes (unit_id, taskforce_id, day);
CREATE TABLE taskforce_files (
    unit_id      uuid NOT NULL,
    taskforce_id uuid NOT NULL,
    file_id      uuid NOT NULL,
    outcome_id   uuid,   -- evidence of it
    note_id      uuid,   -- or picture of it; neither: of the taskforce itself, such as its approval
    caption      text NOT NULL DEFAULT '',
    added_by     uuid NOT NULL,
    added_at     timestamptz NOT NULL,
    PRIMARY KEY (unit_id, taskforce_id, file_id),
    FOREIGN KEY (unit_id, taskforce_id) REFERENCES taskforce_taskforces (unit_id, id),
    FOREIGN KEY (unit_id, outcome_id) REFERENCES taskforce_outcomes (unit_id, id),
    FOREIGN KEY (unit_id, note_id) REFERENCES taskforce_notes (unit_id, id),
    FOREIGN KEY (unit_id, file_id) REFERENCES file_files (unit_id, id),
    CHECK (outcome_id IS NULL OR note_id IS NULL)
);
CREATE INDEX taskforce_files_file ON taskforce_files (unit_id, file_id);

-- What each member did, said when it ends: for the home branch and for a claim.
CREATE SEQUENCE taskforce_appraisal_numbers;
CREATE TABLE taskforce_appraisals (
    unit_id      uuid NOT NULL,
    id           uuid NOT NULL,
    number       text NOT NULL,
    taskforce_id uuid NOT NULL,
    person_id    uuid NOT NULL,
    branch_id    uuid,             -- home when the taskforce ended; null: none
    grade        text NOT NULL CHECK (grade IN ('excellent', 'good', 'fair', 'poor')),
    text         text NOT NULL CHECK (text <> ''),
    served_from  date NOT NULL,
    served_to    date NOT NULL,
    written_by   uuid NOT NULL,
    written_at   timestamptz NOT NULL,
    received_by  uuid,             -- of the home branch
    received_at  timestamptz,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, number),
    CONSTRAINT taskforce_appraisals_once UNIQUE (unit_id, taskforce_id, person_id),
    FOREIGN KEY (unit_id, taskforce_id) REFERENCES taskforce_taskforces (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id),
    CONSTRAINT taskforce_appraisals_not_own CHECK (written_by <> person_id)
);
CREATE INDEX taskforce_appraisals_person ON taskforce_appraisals (unit_id, person_id);
CREATE INDEX taskforce_appraisals_branch ON taskforce_appraisals (unit_id, branch_id);

-- The bundle, part by part: the parts lie as files, the bundle is put together of them
-- alone whenever it is asked for, the same to the byte.
CREATE TABLE taskforce_archive_parts (
    unit_id      uuid NOT NULL,
    taskforce_id uuid NOT NULL,
    seq          int NOT NULL,
    path         text NOT NULL CHECK (path <> ''), -- in the bundle
    file_id      uuid NOT NULL,
    sha256       bytea NOT NULL CHECK (length(sha256) = 32),
    size         bigint NOT NULL,
    PRIMARY KEY (unit_id, taskforce_id, seq),
    UNIQUE (unit_id, taskforce_id, path),
    FOREIGN KEY (unit_id, taskforce_id) REFERENCES taskforce_taskforces (unit_id, id),
    FOREIGN KEY (unit_id, file_id) REFERENCES file_files (unit_id, id)
);
CREATE INDEX taskforce_archive_parts_file ON taskforce_archive_parts (unit_id, file_id);
CREATE TRIGGER taskforce_archive_parts_append_only BEFORE UPDATE OR DELETE ON taskforce_archive_parts FOR EACH ROW EXECUTE FUNCTION audit_append_only();

CREATE TRIGGER taskforce_groups_frozen BEFORE INSERT OR UPDATE OR DELETE ON taskforce_groups FOR EACH ROW EXECUTE FUNCTION taskforce_part_frozen();
CREATE TRIGGER taskforce_outsiders_frozen BEFORE INSERT OR UPDATE ON taskforce_outsiders FOR EACH ROW EXECUTE FUNCTION taskforce_part_frozen();
CREATE TRIGGER taskforce_posts_frozen BEFORE INSERT OR UPDATE ON taskforce_posts FOR EACH ROW EXECUTE FUNCTION taskforce_part_frozen();
CREATE TRIGGER taskforce_tasks_frozen BEFORE INSERT OR UPDATE ON taskforce_tasks FOR EACH ROW EXECUTE FUNCTION taskforce_part_frozen();
CREATE TRIGGER taskforce_outcomes_frozen BEFORE INSERT OR UPDATE ON taskforce_outcomes FOR EACH ROW EXECUTE FUNCTION taskforce_part_frozen();
CREATE TRIGGER taskforce_notes_frozen BEFORE INSERT OR UPDATE ON taskforce_notes FOR EACH ROW EXECUTE FUNCTION taskforce_part_frozen();
CREATE TRIGGER taskforce_files_frozen BEFORE INSERT OR UPDATE OR DELETE ON taskforce_files FOR EACH ROW EXECUTE FUNCTION taskforce_part_frozen();

GRANT SELECT, INSERT, UPDATE ON taskforce_kinds, taskforce_outcome_kinds, taskforce_taskforces, taskforce_tasks TO xianfeng_app;
GRANT SELECT, INSERT, DELETE ON taskforce_groups, taskforce_files TO xianfeng_app;
GRANT SELECT, INSERT ON taskforce_outsiders, taskforce_posts, taskforce_outcomes, taskforce_notes, taskforce_appraisals, taskforce_archive_parts TO xianfeng_app;
GRANT UPDATE (valid_to) ON taskforce_outsiders TO xianfeng_app;
GRANT UPDATE (voided_by, voided_at, void_reason) ON taskforce_outcomes TO xianfeng_app;
GRANT UPDATE (struck_by, struck_at) ON taskforce_notes TO xianfeng_app;
GRANT UPDATE (received_by, received_at) ON taskforce_appraisals TO xianfeng_app;
GRANT USAGE ON SEQUENCE taskforce_appraisal_numbers TO xianfeng_app;
