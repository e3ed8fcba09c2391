-- +goose Up
CREATE TABLE org_people (
    unit_id           uuid NOT NULL REFERENCES org_units,
    id                uuid NOT NULL,
    staff_no          text CHECK (staff_no <> ''),
    name              text NOT NULL CHECK (name <> ''),
    pinyin            text NOT NULL DEFAULT '', -- yuguodong; people may correct it
    initials          text NOT NULL DEFAULT '', -- ygd
    sex               text CHECK (sex IN ('male', 'female')),
    birth_on          date,
    nation            text,
    education         text,
    phone             text,
    political_status  text NOT NULL DEFAULT 'masses' CHECK (political_status IN
        ('party_member', 'probationary_member', 'league_member', 'democratic_party', 'non_partisan', 'masses')),
    development_stage text NOT NULL DEFAULT 'none' CHECK (development_stage IN
        ('none', 'applicant', 'activist', 'candidate', 'probationary', 'full')),
    joined_party_on   date,
    full_member_on    date,
    started_work_on   date,
    note              text NOT NULL DEFAULT '',
    on_roll           boolean NOT NULL DEFAULT true, -- false: in no list or count: an outside administrator, or who has a ledger from an import that was undone
    left_on           date,
    row_version       int NOT NULL DEFAULT 1,
    created_at        timestamptz NOT NULL DEFAULT now(),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (unit_id, id),
    CONSTRAINT org_people_party_after_birth CHECK (joined_party_on > birth_on),
    CONSTRAINT org_people_full_after_joined CHECK (full_member_on >= joined_party_on)
);
CREATE UNIQUE INDEX org_people_staff_no ON org_people (unit_id, staff_no);
CREATE INDEX org_people_name ON org_people (unit_id, name);
CREATE INDEX org_people_search ON org_people USING gin ((name || ' ' || pinyin || ' ' || initials) gin_trgm_ops);

-- Rule 1: dated; one branch at a time. A group can only be one of that branch.
-- valid_to is the last day, null while it lasts.
CREATE TABLE org_party_memberships (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    person_id  uuid NOT NULL,
    branch_id  uuid NOT NULL,
    group_id   uuid,
    valid_from date NOT NULL,
    valid_to   date CHECK (valid_to >= valid_from),
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id),
    FOREIGN KEY (unit_id, branch_id, group_id) REFERENCES org_groups (unit_id, branch_id, id),
    CONSTRAINT org_party_memberships_once EXCLUDE USING gist
        (unit_id WITH =, person_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);
CREATE INDEX org_party_memberships_person ON org_party_memberships (unit_id, person_id); -- five times as quick as the exclusion's own
CREATE INDEX org_party_memberships_branch ON org_party_memberships (unit_id, branch_id, group_id);

CREATE TABLE org_department_memberships (
    unit_id       uuid NOT NULL,
    id            uuid NOT NULL,
    person_id     uuid NOT NULL,
    department_id uuid NOT NULL,
    valid_from    date NOT NULL,
    valid_to      date CHECK (valid_to >= valid_from),
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, department_id) REFERENCES org_departments (unit_id, id),
    CONSTRAINT org_department_memberships_once EXCLUDE USING gist
        (unit_id WITH =, person_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);
CREATE INDEX org_department_memberships_person ON org_department_memberships (unit_id, person_id);
CREATE INDEX org_department_memberships_department ON org_department_memberships (unit_id, department_id);

-- Positions: the administrative title, and Party posts that decide who is
-- expected at a committee meeting.
CREATE TABLE org_positions (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    person_id  uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('administrative', 'secretary', 'deputy_secretary', 'committee_member', 'group_leader')),
    title      text NOT NULL CHECK (title <> ''),
    branch_id  uuid,
    group_id   uuid,
    valid_from date NOT NULL,
    valid_to   date CHECK (valid_to >= valid_from),
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id),
    FOREIGN KEY (unit_id, branch_id, group_id) REFERENCES org_groups (unit_id, branch_id, id),
    CHECK (kind = 'administrative' OR branch_id IS NOT NULL),
    CHECK (kind <> 'group_leader' OR group_id IS NOT NULL)
);
CREATE INDEX org_positions_person ON org_positions (unit_id, person_id);
CREATE INDEX org_positions_branch ON org_positions (unit_id, branch_id) WHERE branch_id IS NOT NULL;

-- Rule 15: no ledger for the period, with the reason shown.
CREATE TABLE org_exemptions (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    person_id  uuid NOT NULL,
    reason     text NOT NULL CHECK (reason <> ''),
    valid_from date NOT NULL,
    valid_to   date CHECK (valid_to >= valid_from),
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    CONSTRAINT org_exemptions_once EXCLUDE USING gist
        (unit_id WITH =, person_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);

GRANT SELECT, INSERT, UPDATE, DELETE ON org_people, org_party_memberships, org_department_memberships,
    org_positions, org_exemptions TO xianfeng_app;
