-- +goose Up
-- The keys of the key file by number, each with a fingerprint that tells nothing of
-- it: two servers with files of their own making are found out before they seal what
-- the other cannot open. A row comes with the first text that its key seals.
CREATE TABLE keyring_keys (
    id          int PRIMARY KEY CHECK (id >= 1),
    fingerprint bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    first_used  timestamptz NOT NULL DEFAULT now(),
    lost_at     timestamptz -- given up: nobody has it any more
);

-- Each sealed text has a key of its own; here it lies wrapped by one of the keys of
-- the key file, which is outside the database. Turning to a new key wraps these
-- again and leaves every text untouched and unread.
CREATE TABLE keyring_wraps (
    unit_id uuid NOT NULL REFERENCES org_units,
    id      uuid NOT NULL, -- of the sealed row
    key_id  int NOT NULL,
    wrapped bytea NOT NULL,
    PRIMARY KEY (unit_id, id),
    CONSTRAINT keyring_wraps_key FOREIGN KEY (key_id) REFERENCES keyring_keys
);
CREATE INDEX keyring_wraps_by_key ON keyring_wraps (key_id);
GRANT SELECT, INSERT, DELETE ON keyring_keys TO xianfeng_app;
GRANT UPDATE (lost_at) ON keyring_keys TO xianfeng_app;
GRANT SELECT, INSERT ON keyring_wraps TO xianfeng_app;
GRANT UPDATE (key_id, wrapped) ON keyring_wraps TO xianfeng_app;
