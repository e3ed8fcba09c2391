-- +goose Up
-- A grant is role + place + dates. Casbin holds what a role may do; who holds
-- which role where is data, read with the session on every request.
CREATE TABLE access_grants (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    person_id  uuid NOT NULL,
    role       text NOT NULL CHECK (role IN ('system_admin', 'security_admin', 'security_auditor', 'leading_group',
        'party_office', 'deputy_leader', 'department_head', 'committee_member', 'branch_secretary', 'group_leader',
        'mentor', 'member')),
    place_kind text NOT NULL CHECK (place_kind IN ('unit', 'department', 'branch', 'group', 'project')),
    place_id   uuid, -- null for the unit
    valid_from date NOT NULL,
    valid_to   date CHECK (valid_to >= valid_from),
    granted_by uuid, -- a person; null only for set-up and the demo office
    created_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz, -- taken back at this moment, whatever valid_to says
    ended_by   uuid,
    officer    smallint GENERATED ALWAYS AS (CASE role WHEN 'security_auditor' THEN 1
        WHEN 'system_admin' THEN 2 WHEN 'security_admin' THEN 2 END) STORED,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    CHECK ((place_kind = 'unit') = (place_id IS NULL)),
    CONSTRAINT access_grants_not_own CHECK (granted_by <> person_id),
    CONSTRAINT access_grants_auditor_apart EXCLUDE USING gist
        (unit_id WITH =, person_id WITH =, officer WITH <>, daterange(valid_from, valid_to, '[]') WITH &&)
        WHERE (officer IS NOT NULL AND ended_at IS NULL),
    CONSTRAINT access_grants_once EXCLUDE USING gist
        (unit_id WITH =, person_id WITH =, role WITH =, place_kind WITH =,
         coalesce(place_id, '00000000-0000-0000-0000-000000000000'::uuid) WITH =,
         daterange(valid_from, valid_to, '[]') WITH &&)
        WHERE (ended_at IS NULL)
);
CREATE INDEX access_grants_person ON access_grants (unit_id, person_id);
GRANT SELECT, INSERT, UPDATE ON access_grants TO xianfeng_app;
