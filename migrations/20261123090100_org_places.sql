-- +goose Up
CREATE TABLE org_units (
    id         uuid PRIMARY KEY,
    name       text NOT NULL CHECK (name <> ''),
    demo       boolean NOT NULL DEFAULT false, -- invented data: a production start refuses its sign-ins
    settings   jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE org_departments (
    unit_id    uuid NOT NULL REFERENCES org_units,
    id         uuid NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    ord        int NOT NULL DEFAULT 0,
    valid_from date NOT NULL DEFAULT '1949-10-01',
    valid_to   date CHECK (valid_to >= valid_from),
    PRIMARY KEY (unit_id, id)
);
CREATE UNIQUE INDEX org_departments_name ON org_departments (unit_id, name) WHERE valid_to IS NULL;

CREATE TABLE org_branches (
    unit_id    uuid NOT NULL REFERENCES org_units,
    id         uuid NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    ord        int NOT NULL DEFAULT 0,
    valid_from date NOT NULL DEFAULT '1949-10-01',
    valid_to   date CHECK (valid_to >= valid_from),
    PRIMARY KEY (unit_id, id)
);
CREATE UNIQUE INDEX org_branches_name ON org_branches (unit_id, name) WHERE valid_to IS NULL;

CREATE TABLE org_groups (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    branch_id  uuid NOT NULL,
    name       text NOT NULL CHECK (name <> ''),
    ord        int NOT NULL DEFAULT 0,
    valid_from date NOT NULL DEFAULT '1949-10-01',
    valid_to   date CHECK (valid_to >= valid_from),
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, branch_id, id),
    FOREIGN KEY (unit_id, branch_id) REFERENCES org_branches (unit_id, id)
);
CREATE UNIQUE INDEX org_groups_name ON org_groups (unit_id, branch_id, name) WHERE valid_to IS NULL;

GRANT SELECT, INSERT, UPDATE ON org_units TO xianfeng_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON org_departments, org_branches, org_groups TO xianfeng_app;
