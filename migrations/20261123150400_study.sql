-- +goose Up
-- Daily study is noted by the member for themselves: nobody else sees it, and nothing
-- counts it (rule 32). The note is sealed; the row is the actor's alone.
CREATE TABLE study_notes (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    person_id  uuid NOT NULL,
    day        date NOT NULL,
    sealed     bytea,           -- null: studied, nothing noted
    updated_at timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id),
    CONSTRAINT study_notes_once UNIQUE (unit_id, person_id, day),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id)
);
ALTER TABLE study_notes ENABLE ROW LEVEL SECURITY;
ALTER TABLE study_notes FORCE ROW LEVEL SECURITY;
CREATE POLICY study_notes_own ON study_notes USING (unit_id = nullif(current_setting('xianfeng.unit', true), '')::uuid
    AND person_id = nullif(current_setting('xianfeng.person', true), '')::uuid);
GRANT SELECT, INSERT, UPDATE, DELETE ON study_notes TO xianfeng_app;
GRANT DELETE ON keyring_wraps TO xianfeng_app; -- with the note that it opened
