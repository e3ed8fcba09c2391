-- +goose Up
-- The secret address of somebody's own calendar: its hash, never itself.
CREATE TABLE feed_feeds (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    person_id  uuid NOT NULL,
    token_hash bytea NOT NULL CHECK (octet_length(token_hash) = 32),
    names      boolean NOT NULL DEFAULT false, -- whether it names people: it is read by programs outside
    created_at timestamptz NOT NULL,
    revoked_at timestamptz,
    used_on    date,
    served     bytea,       -- SHA-256 of what was last given out, and since when it is so
    served_at  timestamptz,
    PRIMARY KEY (unit_id, id),
    CHECK ((served IS NULL) = (served_at IS NULL)),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id)
);
CREATE UNIQUE INDEX feed_feeds_token ON feed_feeds (token_hash);
CREATE UNIQUE INDEX feed_feeds_one ON feed_feeds (unit_id, person_id) WHERE revoked_at IS NULL;
GRANT SELECT, INSERT ON feed_feeds TO xianfeng_app;
GRANT UPDATE (revoked_at, used_on, served, served_at) ON feed_feeds TO xianfeng_app;

-- When somebody last put the digest of reminders aside.
CREATE TABLE desk_digests (
    unit_id   uuid NOT NULL,
    person_id uuid NOT NULL,
    seen_on   date NOT NULL,
    PRIMARY KEY (unit_id, person_id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id)
);
GRANT SELECT, INSERT, UPDATE ON desk_digests TO xianfeng_app;
