-- +goose Up
-- Rule 12: versioned, published by the leadership, frozen from then on.
CREATE TABLE points_schemes (
    unit_id        uuid NOT NULL REFERENCES org_units,
    id             uuid NOT NULL,
    version        int NOT NULL CHECK (version >= 1),
    name           text NOT NULL CHECK (name <> ''),
    state          text NOT NULL CHECK (state IN ('draft', 'published')),
    effective_from date NOT NULL,
    published_at   timestamptz,
    published_by   uuid, -- person; null for the seed
    created_at     timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, version),
    CHECK ((state = 'published') = (published_at IS NOT NULL))
);
CREATE UNIQUE INDEX points_schemes_effective ON points_schemes (unit_id, effective_from) WHERE state = 'published';

-- At most so much gained in a quarter, in hundredths of a point.
CREATE TABLE points_limits (
    unit_id   uuid NOT NULL,
    scheme_id uuid NOT NULL,
    dimension text NOT NULL CHECK (dimension IN ('political', 'professional', 'discipline', 'conduct')),
    max_gain  int NOT NULL CHECK (max_gain >= 0),
    PRIMARY KEY (unit_id, scheme_id, dimension),
    FOREIGN KEY (unit_id, scheme_id) REFERENCES points_schemes (unit_id, id)
);

CREATE TABLE points_rules (
    unit_id        uuid NOT NULL,
    id             uuid NOT NULL,
    scheme_id      uuid NOT NULL,
    code           text NOT NULL CHECK (code ~ '^[a-z][a-z0-9_]*$'), -- stays across versions: caps go by it
    title          text NOT NULL CHECK (title <> ''),
    clause         text NOT NULL DEFAULT '', -- 依据条款
    dimension      text NOT NULL CHECK (dimension IN ('base', 'political', 'professional', 'discipline', 'conduct')),
    trigger        text NOT NULL CHECK (trigger IN ('quarter', 'attendance', 'lecturing', 'hosting', 'recording', 'absence',
        'volunteering', 'claim', 'office')),
    categories     text[] NOT NULL DEFAULT '{}', -- activity categories it applies to; empty: all
    kinds          text[] NOT NULL DEFAULT '{}', -- activity kinds it applies to; empty: all
    points         int NOT NULL,                 -- hundredths
    -- amount: the office names the points; up to points, of its sign (0: any)
    per            text NOT NULL DEFAULT 'event' CHECK (per IN ('event', 'hour', 'amount')),
    cap_event      int CHECK (cap_event >= 0),
    cap_month      int CHECK (cap_month >= 0),
    cap_quarter    int CHECK (cap_quarter >= 0),
    cap_year       int CHECK (cap_year >= 0),
    beyond         boolean NOT NULL DEFAULT false, -- not held by the dimension's maximum
    needs_evidence boolean NOT NULL DEFAULT false,
    veto           boolean NOT NULL DEFAULT false, -- 一票否决: the appraisal beside the sum is 0
    ord            int NOT NULL DEFAULT 0,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, scheme_id, code),
    FOREIGN KEY (unit_id, scheme_id) REFERENCES points_schemes (unit_id, id)
);

-- +goose StatementBegin
CREATE FUNCTION points_scheme_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    s uuid; u uuid;
BEGIN
    IF TG_TABLE_NAME = 'points_schemes' THEN
        IF OLD.state = 'published' THEN
            RAISE EXCEPTION 'a published scheme is frozen' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'points_scheme_frozen';
        END IF;
        RETURN coalesce(NEW, OLD);
    END IF;
    IF TG_OP = 'DELETE' THEN u := OLD.unit_id; s := OLD.scheme_id; ELSE u := NEW.unit_id; s := NEW.scheme_id; END IF;
    IF EXISTS (SELECT FROM points_schemes WHERE unit_id = u AND id = s AND state = 'published')
       OR (TG_OP = 'UPDATE' AND EXISTS (SELECT FROM points_schemes WHERE unit_id = OLD.unit_id AND id = OLD.scheme_id AND state = 'published')) THEN
        RAISE EXCEPTION 'a published scheme is frozen' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'points_scheme_frozen';
    END IF;
    RETURN coalesce(NEW, OLD);
END $$;
-- +goose StatementEnd
CREATE TRIGGER points_schemes_frozen BEFORE UPDATE OR DELETE ON points_schemes FOR EACH ROW EXECUTE FUNCTION points_scheme_frozen();
CREATE TRIGGER points_limits_frozen BEFORE INSERT OR UPDATE OR DELETE ON points_limits FOR EACH ROW EXECUTE FUNCTION points_scheme_frozen();
CREATE TRIGGER points_rules_frozen BEFORE INSERT OR UPDATE OR DELETE ON points_rules FOR EACH ROW EXECUTE FUNCTION points_scheme_frozen();

GRANT SELECT, INSERT, UPDATE, DELETE ON points_schemes, points_limits, points_rules TO xianfeng_app;
