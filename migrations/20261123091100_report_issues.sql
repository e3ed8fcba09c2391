-- +goose Up
-- An issued report is a snapshot: downloading it again gives the same bytes.
CREATE TABLE report_issues (
    unit_id    uuid NOT NULL REFERENCES org_units,
    id         uuid NOT NULL,
    number     text NOT NULL,            -- 积分汇总-2026Q3-0007
    kind       text NOT NULL,
    quarter    text NOT NULL,
    branch_id  uuid,                     -- null: not narrowed to one branch
    person_id  uuid,                     -- the ledger of one person
    scope_note text NOT NULL,            -- what row 2 of the sheet says
    scope      jsonb NOT NULL,           -- the places its rows came from: [{person, branch, group}, …]; {} is the unit
    checksum   text NOT NULL,            -- of the canonical rows
    heads      text NOT NULL,            -- hash over the ledger heads included
    rows       int NOT NULL,
    file_id    uuid NOT NULL,
    replaces   uuid,                     -- the issue that this one corrects
    issued_by  uuid NOT NULL,            -- person
    issued_at  timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, number),
    FOREIGN KEY (unit_id, file_id) REFERENCES file_files (unit_id, id),
    FOREIGN KEY (unit_id, replaces) REFERENCES report_issues (unit_id, id)
);
CREATE INDEX report_issues_list ON report_issues (unit_id, issued_at DESC);
CREATE UNIQUE INDEX report_issues_replaced_once ON report_issues (unit_id, replaces) WHERE replaces IS NOT NULL;
CREATE TRIGGER report_issues_append_only BEFORE UPDATE OR DELETE ON report_issues
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE SEQUENCE report_numbers;
GRANT SELECT, INSERT ON report_issues TO xianfeng_app;
GRANT USAGE ON SEQUENCE report_numbers TO xianfeng_app;
