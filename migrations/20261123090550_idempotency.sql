-- +goose Up
-- One row for each Idempotency-Key. The row itself is written in the transaction
-- of the write, so a key that is here was carried out; the answer follows after.
CREATE TABLE idempotency_keys (
    unit_id      uuid NOT NULL,
    account_id   uuid NOT NULL,
    key          text NOT NULL CHECK (length(key) BETWEEN 8 AND 100),
    body_hash    bytea NOT NULL, -- SHA-256 of method, path and body
    at           timestamptz NOT NULL,
    status       int,
    content_type text,
    response     bytea,
    PRIMARY KEY (unit_id, account_id, key)
);

GRANT SELECT, INSERT, UPDATE ON idempotency_keys TO xianfeng_app;
