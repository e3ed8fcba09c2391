-- +goose Up
-- Each sealed text has a key of its own; here it lies wrapped by one of the keys of
-- the key file, which is outside the database. Turning to a new key wraps these
-- again and leaves every text untouched and unread.
CREATE TABLE keyring_wraps (
    unit_id uuid NOT NULL REFERENCES org_units,
    id      uuid NOT NULL, -- of the sealed row
    key_id  int NOT NULL CHECK (key_id >= 1),
    wrapped bytea NOT NULL,
    PRIMARY KEY (unit_id, id)
);
CREATE INDEX keyring_wraps_key ON keyring_wraps (key_id);
GRANT SELECT, INSERT ON keyring_wraps TO xianfeng_app;
GRANT UPDATE (key_id, wrapped) ON keyring_wraps TO xianfeng_app;
