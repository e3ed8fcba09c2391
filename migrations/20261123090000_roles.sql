-- +goose Up
-- Two roles are the second wall behind Casbin: the owner migrates, requests run
-- as xianfeng_app, which owns no table and gets only what each migration grants.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'xianfeng_app') THEN
        CREATE ROLE xianfeng_app NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL; -- another database of the same server was quicker: roles are shared
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'xianfeng_app', 'MEMBER') THEN
        EXECUTE format('GRANT xianfeng_app TO %I', current_user);
    END IF;
END $$;
-- +goose StatementEnd
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
GRANT USAGE ON SCHEMA public TO xianfeng_app;
