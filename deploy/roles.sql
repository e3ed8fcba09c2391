-- Roles and database for an external PostgreSQL 15 or newer. Run once, as its
-- superuser:
--   OWNER_PASSWORD=… WEB_PASSWORD=… psql -f deploy/roles.sql postgres
-- Then, in /etc/xianfeng/xianfeng.env:
--   XIANFENG_OWNER_URL=postgres://xianfeng_owner:…@host:5432/xianfeng
--   DATABASE_URL=postgres://xianfeng_web:…@host:5432/xianfeng
-- Safe to run again; the passwords are then set anew.
\set ON_ERROR_STOP on
-- From the environment: a command line can be read by everybody on the machine.
\getenv owner_password OWNER_PASSWORD
\getenv web_password WEB_PASSWORD

-- What a request may do: migrations grant it table by table. It cannot sign in.
SELECT 'CREATE ROLE xianfeng_app NOLOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'xianfeng_app') \gexec
-- Migrates, owns every table, and serves no request.
SELECT 'CREATE ROLE xianfeng_owner LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'xianfeng_owner') \gexec
-- Signs in for requests; it is no member of the owner, so that not even a broken
-- query can change a ledger entry or an audit row.
SELECT 'CREATE ROLE xianfeng_web LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'xianfeng_web') \gexec

ALTER ROLE xianfeng_owner LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS PASSWORD :'owner_password';
ALTER ROLE xianfeng_web   LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS INHERIT CONNECTION LIMIT 100 PASSWORD :'web_password';
GRANT xianfeng_app TO xianfeng_web;
GRANT xianfeng_app TO xianfeng_owner; -- so that migrations can check what they grant

-- C.UTF-8: with the plain C locale pg_trgm drops every Chinese character.
SELECT 'CREATE DATABASE xianfeng OWNER xianfeng_owner TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'xianfeng') \gexec
REVOKE ALL ON DATABASE xianfeng FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE xianfeng TO xianfeng_owner;
GRANT CONNECT ON DATABASE xianfeng TO xianfeng_web;
