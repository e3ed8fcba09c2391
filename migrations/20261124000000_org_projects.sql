-- +goose Up
-- Rule 27: places that last for a while, beside the branches. People are seconded to
-- them with dates; where they belong (org_party_memberships) does not move. Whose they
-- are and what they do is the business of who opens them.
CREATE TABLE org_projects (
    unit_id    uuid NOT NULL REFERENCES org_units,
    id         uuid NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    party      boolean NOT NULL, -- a temporary Party branch: full members head it
    valid_from date NOT NULL,
    valid_to   date CHECK (valid_to >= valid_from), -- the last day; null while it lasts
    PRIMARY KEY (unit_id, id),
    CONSTRAINT org_projects_name EXCLUDE USING gist (unit_id WITH =, name WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);

CREATE TABLE org_secondments (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    project_id uuid NOT NULL,
    person_id  uuid NOT NULL,
    office     text NOT NULL CHECK (office IN ('secretary', 'deputy', 'officer', 'member')), -- whoever heads it is its secretary, whatever its kind calls them
    title      text NOT NULL DEFAULT '', -- of an officer: 组织委员
    valid_from date NOT NULL,
    valid_to   date CHECK (valid_to >= valid_from), -- the last day; null until the project ends
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, project_id) REFERENCES org_projects (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    CHECK ((office = 'officer') = (title <> '')),
    CONSTRAINT org_secondments_once EXCLUDE USING gist
        (unit_id WITH =, project_id WITH =, person_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&),
    CONSTRAINT org_secondments_secretary EXCLUDE USING gist
        (unit_id WITH =, project_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&) WHERE (office = 'secretary')
);
CREATE INDEX org_secondments_person ON org_secondments (unit_id, person_id);
CREATE INDEX org_secondments_project ON org_secondments (unit_id, project_id);

-- A secondment lies within its project, and full Party members head a temporary branch.
-- +goose StatementBegin
CREATE FUNCTION org_secondment_fits() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    p org_projects;
BEGIN
    SELECT * INTO p FROM org_projects WHERE unit_id = NEW.unit_id AND id = NEW.project_id FOR SHARE;
    IF NEW.valid_from < p.valid_from OR p.valid_to IS NOT NULL AND coalesce(NEW.valid_to, 'infinity') > p.valid_to THEN
        RAISE EXCEPTION 'outside the project' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'org_secondments_within';
    END IF;
    IF p.party AND NEW.office IN ('secretary', 'deputy') AND NOT EXISTS (SELECT FROM org_people o WHERE o.unit_id = NEW.unit_id AND o.id = NEW.person_id
            AND o.political_status = 'party_member' AND coalesce(o.full_member_on, '-infinity') <= NEW.valid_from) THEN
        RAISE EXCEPTION 'no full member' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'org_secondments_full_member';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER org_secondments_fit BEFORE INSERT OR UPDATE ON org_secondments FOR EACH ROW EXECUTE FUNCTION org_secondment_fits();

GRANT SELECT, INSERT ON org_projects TO xianfeng_app;
GRANT UPDATE (name, valid_to) ON org_projects TO xianfeng_app;
GRANT SELECT, INSERT ON org_secondments TO xianfeng_app;
GRANT UPDATE (valid_to) ON org_secondments TO xianfeng_app;
