-- +goose Up
CREATE TABLE audit_entries (
    unit_id     uuid NOT NULL,
    id          uuid NOT NULL,
    at          timestamptz NOT NULL,
    account_id  uuid,
    person_id   uuid,
    actor       text NOT NULL, -- the name as it was then
    action      text NOT NULL,
    object      text NOT NULL DEFAULT '',
    object_id   uuid,
    summary     text NOT NULL,
    detail      jsonb,
    result      text NOT NULL DEFAULT 'ok' CHECK (result IN ('ok', 'refused')),
    address     text NOT NULL DEFAULT '',
    request_id  text NOT NULL DEFAULT '',
    PRIMARY KEY (unit_id, id)
);
CREATE INDEX audit_entries_object ON audit_entries (unit_id, object, object_id);
CREATE INDEX audit_entries_search ON audit_entries USING gin ((actor || ' ' || action || ' ' || summary) gin_trgm_ops);

-- +goose StatementBegin
CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% on % is not allowed: it is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
-- +goose StatementEnd
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE ON audit_entries
    FOR EACH ROW EXECUTE FUNCTION audit_append_only();
CREATE TRIGGER audit_entries_no_truncate BEFORE TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only();

GRANT SELECT, INSERT ON audit_entries TO xianfeng_app;
