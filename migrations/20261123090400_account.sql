-- +goose Up
CREATE TABLE account_accounts (
    unit_id             uuid NOT NULL REFERENCES org_units,
    id                  uuid NOT NULL,
    person_id           uuid NOT NULL,
    login               text NOT NULL CHECK (login = lower(login) AND login <> ''),
    password_hash       text NOT NULL, -- argon2id in the PHC form
    must_change         boolean NOT NULL DEFAULT false,
    demo                boolean NOT NULL DEFAULT false, -- a published password: refused in production
    disabled_at         timestamptz,
    created_at          timestamptz NOT NULL DEFAULT now(),
    password_changed_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id)
);
CREATE UNIQUE INDEX account_accounts_login ON account_accounts (unit_id, login);
CREATE UNIQUE INDEX account_accounts_person ON account_accounts (unit_id, person_id); -- a second one would be a way into somebody else's grants

-- Only the SHA-256 of the 256-bit token is kept: a stolen dump opens no session.
CREATE TABLE account_sessions (
    unit_id    uuid NOT NULL,
    token_hash bytea NOT NULL,
    account_id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    address    text NOT NULL DEFAULT '',
    user_agent text NOT NULL DEFAULT '',
    PRIMARY KEY (unit_id, token_hash),
    FOREIGN KEY (unit_id, account_id) REFERENCES account_accounts (unit_id, id)
);
CREATE UNIQUE INDEX account_sessions_token ON account_sessions (token_hash);
CREATE INDEX account_sessions_account ON account_sessions (unit_id, account_id);

-- Wrong tries within 15 minutes, by login whether it exists or not.
CREATE TABLE account_attempts (
    unit_id uuid NOT NULL,
    id      uuid NOT NULL,
    login   text NOT NULL,
    address text NOT NULL DEFAULT '',
    at      timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id)
);
CREATE INDEX account_attempts_login ON account_attempts (unit_id, login, at);

-- The one-time link of a first start: it exists before any unit does.
CREATE TABLE account_setup_links (
    token_hash bytea PRIMARY KEY,
    created_at timestamptz NOT NULL,
    used_at    timestamptz
);

GRANT SELECT, INSERT, UPDATE ON account_accounts, account_setup_links TO xianfeng_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON account_sessions, account_attempts TO xianfeng_app;
