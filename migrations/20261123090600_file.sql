-- +goose Up
-- The bytes lie in the data directory under their hash; several rows may share
-- them. What a file is evidence of, its owner says (activity_attachments, …).
CREATE TABLE file_files (
    unit_id    uuid NOT NULL REFERENCES org_units,
    id         uuid NOT NULL,
    sha256     bytea NOT NULL CHECK (length(sha256) = 32),
    name       text NOT NULL CHECK (name <> ''),
    media_type text NOT NULL,
    size       bigint NOT NULL CHECK (size >= 0),
    created_by uuid, -- account
    created_at timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id)
);
CREATE INDEX file_files_sha256 ON file_files (sha256);
GRANT SELECT, INSERT, DELETE ON file_files TO xianfeng_app;
