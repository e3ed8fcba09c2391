-- +goose Up
-- What a project holds is recorded like any other activity; it counts where those who
-- came belong (rule 28). A temporary branch elects nobody (rule 27).
ALTER TABLE activity_activities ADD COLUMN project_id uuid;
ALTER TABLE activity_activities ADD COLUMN served text NOT NULL DEFAULT ''; -- whom volunteering was for: 对象 of workbook 6
ALTER TABLE activity_activities ADD FOREIGN KEY (unit_id, project_id) REFERENCES org_projects (unit_id, id);
ALTER TABLE activity_activities DROP CONSTRAINT activity_activities_organiser_kind_check;
ALTER TABLE activity_activities ADD CONSTRAINT activity_activities_organiser_kind_check
    CHECK (organiser_kind IN ('unit', 'department', 'branch', 'group', 'project'));
ALTER TABLE activity_activities DROP CONSTRAINT activity_organiser;
ALTER TABLE activity_activities ADD CONSTRAINT activity_organiser CHECK (CASE organiser_kind
    WHEN 'department' THEN department_id IS NOT NULL
    WHEN 'branch' THEN branch_id IS NOT NULL AND group_id IS NULL
    WHEN 'group' THEN group_id IS NOT NULL
    WHEN 'project' THEN project_id IS NOT NULL AND department_id IS NULL AND branch_id IS NULL AND group_id IS NULL
    ELSE department_id IS NULL AND branch_id IS NULL AND group_id IS NULL END);
ALTER TABLE activity_activities ADD CONSTRAINT activity_project_alone CHECK (project_id IS NULL OR organiser_kind = 'project');
ALTER TABLE activity_activities ADD CONSTRAINT activity_project_elects_nobody CHECK (project_id IS NULL OR NOT election);
CREATE INDEX activity_by_project ON activity_activities (unit_id, project_id, starts_at DESC) WHERE project_id IS NOT NULL;

-- People of partner units who worked along (rule 31): counted apart from our own.
CREATE TABLE activity_outsiders (
    unit_id     uuid NOT NULL,
    activity_id uuid NOT NULL,
    seq         int NOT NULL,
    name        text NOT NULL CHECK (name <> ''),
    partner     text NOT NULL CHECK (partner <> ''), -- their unit: 区公安分局
    minutes     int NOT NULL DEFAULT 0 CHECK (minutes BETWEEN 0 AND 21600),
    PRIMARY KEY (unit_id, activity_id, seq),
    CONSTRAINT activity_outsiders_once UNIQUE (unit_id, activity_id, partner, name),
    FOREIGN KEY (unit_id, activity_id) REFERENCES activity_activities (unit_id, id) ON DELETE CASCADE
);
CREATE TRIGGER activity_outsiders_frozen_i AFTER INSERT ON activity_outsiders REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();
CREATE TRIGGER activity_outsiders_frozen_u AFTER UPDATE ON activity_outsiders REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();
CREATE TRIGGER activity_outsiders_frozen_d AFTER DELETE ON activity_outsiders REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION activity_parts_frozen();
GRANT SELECT, INSERT, UPDATE, DELETE ON activity_outsiders TO xianfeng_app;

-- Projects may hold what is not a branch's own: meetings of members, committees and
-- groups, appraisals and the core group's study stay where they were.
UPDATE activity_kinds SET organisers = organisers || '{project}'::text[]
    WHERE NOT organisers @> '{project}' AND code NOT IN ('branch_meeting', 'committee_meeting', 'group_meeting',
        'organisational_life', 'democratic_appraisal', 'core_group_study', 'morning_meeting', 'review');
