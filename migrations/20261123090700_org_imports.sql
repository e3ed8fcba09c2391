-- +goose Up
-- A previewed roster waits here until it is confirmed; a confirmed one keeps
-- what each row changed, so that the latest can be undone.
CREATE TABLE org_imports (
    unit_id      uuid NOT NULL REFERENCES org_units,
    id           uuid NOT NULL,
    file_name    text NOT NULL,
    state        text NOT NULL CHECK (state IN ('previewed', 'confirmed', 'undone')),
    roster       jsonb NOT NULL,  -- the rows as read, with what is wrong with them
    good_only    boolean NOT NULL DEFAULT false,
    create_places boolean NOT NULL DEFAULT true,
    counts       jsonb NOT NULL DEFAULT '{}',
    undo         jsonb,           -- what to put back
    created_by   uuid NOT NULL,   -- account
    created_at   timestamptz NOT NULL,
    confirmed_at timestamptz,
    undone_at    timestamptz,
    PRIMARY KEY (unit_id, id)
);
GRANT SELECT, INSERT, UPDATE ON org_imports TO xianfeng_app;
