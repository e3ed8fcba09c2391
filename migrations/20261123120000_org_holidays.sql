-- +goose Up
-- Days of the State Council's notices that the office imported; the years that the
-- program knows itself need no row. A row here holds over the program's own.
CREATE TABLE org_holidays (
    unit_id     uuid NOT NULL REFERENCES org_units,
    day         date NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('holiday', 'workday')),
    name        text NOT NULL DEFAULT '',
    imported_by uuid, -- person
    imported_at timestamptz NOT NULL,
    PRIMARY KEY (unit_id, day)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON org_holidays TO xianfeng_app;
