-- +goose Up
-- Days that somebody is away. A plan of talks leaves them free (rule 22); why is a
-- word of a list, so that no illness is written down here.
CREATE TABLE org_absences (
    unit_id    uuid NOT NULL REFERENCES org_units,
    id         uuid NOT NULL,
    person_id  uuid NOT NULL,
    kind       text NOT NULL CHECK (kind IN ('leave', 'business', 'training', 'other')),
    valid_from date NOT NULL,
    valid_to   date NOT NULL CHECK (valid_to >= valid_from AND valid_to < valid_from + 366),
    noted_by   uuid NOT NULL, -- person
    noted_at   timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    CONSTRAINT org_absences_once EXCLUDE USING gist
        (unit_id WITH =, person_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);
CREATE INDEX org_absences_days ON org_absences (unit_id, valid_to, valid_from);
GRANT SELECT, INSERT, DELETE ON org_absences TO xianfeng_app;
