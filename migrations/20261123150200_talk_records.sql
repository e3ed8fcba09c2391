-- +goose Up
-- Rule 23. What was said lies sealed (keyring_wraps has the key of each row, wrapped)
-- and under row-level security: a transaction sees what its actor, set for it alone by
-- set_config('xianfeng.unit' and 'xianfeng.person', …, true), is a party of. Without
-- an actor nothing is seen.
-- +goose StatementBegin
CREATE FUNCTION talk_actor() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('xianfeng.person', true), '')::uuid $$;
CREATE FUNCTION talk_unit() RETURNS uuid LANGUAGE sql STABLE AS $$ SELECT nullif(current_setting('xianfeng.unit', true), '')::uuid $$;
-- +goose StatementEnd

-- A leader whom both named may read for a time.
CREATE TABLE talk_consents (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    talk_id    uuid NOT NULL,
    leader_id  uuid NOT NULL,
    until      timestamptz NOT NULL,
    asked_by   uuid NOT NULL,
    asked_at   timestamptz NOT NULL,
    agreed_by  uuid,
    agreed_at  timestamptz,
    revoked_by uuid,
    revoked_at timestamptz,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, talk_id) REFERENCES talk_talks (unit_id, id),
    FOREIGN KEY (unit_id, leader_id) REFERENCES org_people (unit_id, id),
    CHECK (until > asked_at AND until <= asked_at + interval '92 days'),
    CHECK ((agreed_by IS NULL) = (agreed_at IS NULL)),
    CHECK ((revoked_by IS NULL) = (revoked_at IS NULL)),
    CONSTRAINT talk_consents_both CHECK (agreed_by <> asked_by),
    CONSTRAINT talk_consents_third CHECK (leader_id <> asked_by AND leader_id <> agreed_by)
);
CREATE UNIQUE INDEX talk_consents_once ON talk_consents (unit_id, talk_id, leader_id) WHERE revoked_at IS NULL;
CREATE INDEX talk_consents_leader ON talk_consents (unit_id, leader_id);

-- +goose StatementBegin
CREATE FUNCTION talk_is_party(unit uuid, talk uuid, person uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM talk_talks t WHERE t.unit_id = unit AND t.id = talk AND person IN (t.talker_id, t.partner_id))
$$;
-- Both named the leader, the time runs, and neither took it back. This clock, the
-- database's, is the one by which a consent runs: the service asks it, too, and gives
-- it no moment of its own, which whoever sets the actor could set as well. What the
-- service writes with its own clock (asked_at, opened_at) may be off by seconds.
CREATE FUNCTION talk_is_named(unit uuid, talk uuid, person uuid) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (SELECT FROM talk_consents c WHERE c.unit_id = unit AND c.talk_id = talk AND c.leader_id = person
        AND c.agreed_at IS NOT NULL AND c.revoked_at IS NULL AND c.until > now())
$$;
CREATE FUNCTION talk_consent_parties() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT talk_is_party(NEW.unit_id, NEW.talk_id, NEW.asked_by)
        OR (NEW.agreed_by IS NOT NULL AND NOT talk_is_party(NEW.unit_id, NEW.talk_id, NEW.agreed_by))
        OR (NEW.revoked_by IS NOT NULL AND NOT talk_is_party(NEW.unit_id, NEW.talk_id, NEW.revoked_by))
        OR talk_is_party(NEW.unit_id, NEW.talk_id, NEW.leader_id) THEN
        RAISE EXCEPTION 'the two name a third' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'talk_consents_parties';
    END IF;
    IF TG_OP = 'UPDATE' AND (OLD.revoked_at IS NOT NULL OR (OLD.agreed_at IS NOT NULL AND NEW.agreed_at IS DISTINCT FROM OLD.agreed_at)) THEN
        RAISE EXCEPTION 'the consent is settled' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'talk_consents_settled';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER talk_consents_parties BEFORE INSERT OR UPDATE ON talk_consents FOR EACH ROW EXECUTE FUNCTION talk_consent_parties();

-- Versions of the record; the newest holds. The other of the two confirms a version.
CREATE TABLE talk_records (
    unit_id      uuid NOT NULL,
    id           uuid NOT NULL,
    talk_id      uuid NOT NULL,
    version      int NOT NULL CHECK (version >= 1),
    written_by   uuid NOT NULL,
    written_at   timestamptz NOT NULL,
    sealed       bytea NOT NULL,
    agreed_by    uuid,
    agreed_at    timestamptz,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, talk_id, version),
    FOREIGN KEY (unit_id, talk_id) REFERENCES talk_talks (unit_id, id),
    FOREIGN KEY (unit_id, id) REFERENCES keyring_wraps (unit_id, id),
    CHECK ((agreed_by IS NULL) = (agreed_at IS NULL)),
    CONSTRAINT talk_records_other CHECK (agreed_by <> written_by)
);

-- Each opening by anybody but the two, shown to both.
CREATE TABLE talk_openings (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    talk_id    uuid NOT NULL,
    opened_by  uuid NOT NULL,
    opened_at  timestamptz NOT NULL,
    consent_id uuid NOT NULL,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, talk_id) REFERENCES talk_talks (unit_id, id),
    FOREIGN KEY (unit_id, consent_id) REFERENCES talk_consents (unit_id, id)
);
CREATE INDEX talk_openings_talk ON talk_openings (unit_id, talk_id, opened_at);

-- Rule 24: what has to be done travels, without the talk. Which talk it came from
-- only its two know.
CREATE TABLE talk_followups (
    unit_id       uuid NOT NULL REFERENCES org_units,
    id            uuid NOT NULL,
    matter        text NOT NULL CHECK (matter <> ''),
    owner_id      uuid NOT NULL,
    due_on        date NOT NULL,
    raised_by     uuid NOT NULL,
    raised_at     timestamptz NOT NULL,
    department_id uuid,          -- the owner's: whose deputy and head may follow it
    state         text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'withdrawn')),
    result        text NOT NULL DEFAULT '',
    settled_by    uuid,
    settled_at    timestamptz,
    row_version   int NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, owner_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, department_id) REFERENCES org_departments (unit_id, id),
    CHECK ((state = 'open') = (settled_at IS NULL)),
    CONSTRAINT talk_followups_result CHECK (state <> 'done' OR result <> '')
);
CREATE INDEX talk_followups_owner ON talk_followups (unit_id, owner_id, due_on);
CREATE INDEX talk_followups_raised ON talk_followups (unit_id, raised_by, due_on);

CREATE TABLE talk_followup_links (
    unit_id     uuid NOT NULL,
    followup_id uuid NOT NULL,
    talk_id     uuid NOT NULL,
    PRIMARY KEY (unit_id, followup_id),
    FOREIGN KEY (unit_id, followup_id) REFERENCES talk_followups (unit_id, id),
    FOREIGN KEY (unit_id, talk_id) REFERENCES talk_talks (unit_id, id)
);

ALTER TABLE talk_records ENABLE ROW LEVEL SECURITY;
ALTER TABLE talk_records FORCE ROW LEVEL SECURITY;
ALTER TABLE talk_consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE talk_consents FORCE ROW LEVEL SECURITY;
ALTER TABLE talk_openings ENABLE ROW LEVEL SECURITY;
ALTER TABLE talk_openings FORCE ROW LEVEL SECURITY;
ALTER TABLE talk_followup_links ENABLE ROW LEVEL SECURITY;
ALTER TABLE talk_followup_links FORCE ROW LEVEL SECURITY;

CREATE POLICY talk_records_read ON talk_records FOR SELECT USING (unit_id = talk_unit()
    AND (talk_is_party(unit_id, talk_id, talk_actor()) OR talk_is_named(unit_id, talk_id, talk_actor())));
CREATE POLICY talk_records_write ON talk_records FOR INSERT WITH CHECK (unit_id = talk_unit()
    AND written_by = talk_actor() AND talk_is_party(unit_id, talk_id, talk_actor()));
CREATE POLICY talk_records_agree ON talk_records FOR UPDATE USING (unit_id = talk_unit() AND agreed_at IS NULL
    AND talk_is_party(unit_id, talk_id, talk_actor())) WITH CHECK (agreed_by = talk_actor() AND talk_is_party(unit_id, talk_id, talk_actor()));
CREATE POLICY talk_consents_read ON talk_consents FOR SELECT USING (unit_id = talk_unit()
    AND (leader_id = talk_actor() OR talk_is_party(unit_id, talk_id, talk_actor())));
CREATE POLICY talk_consents_ask ON talk_consents FOR INSERT WITH CHECK (unit_id = talk_unit() AND asked_by = talk_actor() AND agreed_at IS NULL);
CREATE POLICY talk_consents_settle ON talk_consents FOR UPDATE USING (unit_id = talk_unit() AND talk_is_party(unit_id, talk_id, talk_actor()))
    WITH CHECK (talk_is_party(unit_id, talk_id, talk_actor()));
CREATE POLICY talk_openings_read ON talk_openings FOR SELECT USING (unit_id = talk_unit()
    AND (opened_by = talk_actor() OR talk_is_party(unit_id, talk_id, talk_actor())));
CREATE POLICY talk_openings_log ON talk_openings FOR INSERT WITH CHECK (unit_id = talk_unit() AND opened_by = talk_actor()
    AND talk_is_named(unit_id, talk_id, talk_actor())
    AND EXISTS (SELECT FROM talk_consents c WHERE c.unit_id = talk_openings.unit_id AND c.id = talk_openings.consent_id
        AND c.talk_id = talk_openings.talk_id AND c.leader_id = talk_openings.opened_by AND c.agreed_at IS NOT NULL AND c.revoked_at IS NULL));
CREATE POLICY talk_followup_links_read ON talk_followup_links FOR SELECT USING (unit_id = talk_unit() AND talk_is_party(unit_id, talk_id, talk_actor()));
CREATE POLICY talk_followup_links_write ON talk_followup_links FOR INSERT WITH CHECK (unit_id = talk_unit() AND talk_is_party(unit_id, talk_id, talk_actor()));

GRANT SELECT, INSERT ON talk_records, talk_consents, talk_openings, talk_followups, talk_followup_links TO xianfeng_app;
GRANT UPDATE (agreed_by, agreed_at) ON talk_records TO xianfeng_app;
GRANT UPDATE (agreed_by, agreed_at, revoked_by, revoked_at) ON talk_consents TO xianfeng_app;
GRANT UPDATE (owner_id, due_on, department_id, state, result, settled_by, settled_at, row_version) ON talk_followups TO xianfeng_app;
