-- +goose Up
-- Rules 25 and 26. A pairing is a young cadre's for its years; who mentors when are its
-- terms, so that a change of mentor keeps what was.
CREATE TABLE mentoring_mentors (
    unit_id      uuid NOT NULL REFERENCES org_units,
    person_id    uuid NOT NULL,
    political    boolean NOT NULL, -- willing and found fit to be a political mentor
    professional boolean NOT NULL,
    strengths    text NOT NULL DEFAULT '', -- as proposals print it
    listed_by    uuid NOT NULL,
    listed_at    timestamptz NOT NULL,
    PRIMARY KEY (unit_id, person_id),
    FOREIGN KEY (unit_id, person_id) REFERENCES org_people (unit_id, id),
    CHECK (political OR professional)
);

-- The business line of a department (刑事检察, 综合保障); one that is not here is a line
-- of its own.
CREATE TABLE mentoring_lines (
    unit_id       uuid NOT NULL REFERENCES org_units,
    department_id uuid NOT NULL,
    line          text NOT NULL CHECK (line <> ''),
    PRIMARY KEY (unit_id, department_id),
    FOREIGN KEY (unit_id, department_id) REFERENCES org_departments (unit_id, id)
);

-- What a proposal has to respect: a pair already wished for, or one that must not be.
CREATE TABLE mentoring_wishes (
    unit_id   uuid NOT NULL REFERENCES org_units,
    id        uuid NOT NULL,
    kind      text NOT NULL CHECK (kind IN ('lock', 'exclude')),
    mentee_id uuid NOT NULL,
    mentor_id uuid NOT NULL,
    role      text CHECK (role IN ('political', 'professional')), -- of a lock; an exclusion is of both
    noted_by  uuid NOT NULL,
    noted_at  timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, mentee_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, mentor_id) REFERENCES org_people (unit_id, id),
    CHECK ((kind = 'lock') = (role IS NOT NULL)),
    CONSTRAINT mentoring_two_people CHECK (mentee_id <> mentor_id),
    CONSTRAINT mentoring_wishes_once UNIQUE (unit_id, mentee_id, mentor_id)
);
CREATE UNIQUE INDEX mentoring_wishes_lock ON mentoring_wishes (unit_id, mentee_id, role) WHERE kind = 'lock';

CREATE SEQUENCE mentoring_numbers;
CREATE TABLE mentoring_pairings (
    unit_id     uuid NOT NULL REFERENCES org_units,
    id          uuid NOT NULL,
    number      text NOT NULL,  -- 协议编号
    mentee_id   uuid NOT NULL,
    valid_from  date NOT NULL,
    valid_to    date NOT NULL,  -- the last day, as agreed or as it was ended
    decided_by  uuid NOT NULL,
    decided_at  timestamptz NOT NULL,
    signed_on   date,           -- of the agreement on paper
    ended_by    uuid,           -- ended before its time
    end_reason  text NOT NULL DEFAULT '',
    row_version int NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, id),
    UNIQUE (unit_id, number),
    UNIQUE (unit_id, id, mentee_id),
    FOREIGN KEY (unit_id, mentee_id) REFERENCES org_people (unit_id, id),
    CHECK (valid_to >= valid_from AND valid_to <= valid_from + 3653),
    CHECK (ended_by IS NULL OR end_reason <> ''),
    CONSTRAINT mentoring_pairings_not_own CHECK (decided_by <> mentee_id AND ended_by <> mentee_id),
    CONSTRAINT mentoring_pairings_once EXCLUDE USING gist
        (unit_id WITH =, mentee_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);
CREATE INDEX mentoring_pairings_mentee ON mentoring_pairings (unit_id, mentee_id);

CREATE TABLE mentoring_terms (
    unit_id    uuid NOT NULL,
    id         uuid NOT NULL,
    pairing_id uuid NOT NULL,
    mentee_id  uuid NOT NULL,
    role       text NOT NULL CHECK (role IN ('political', 'professional')),
    mentor_id  uuid NOT NULL,
    valid_from date NOT NULL,
    valid_to   date NOT NULL,
    reasons    text[] NOT NULL DEFAULT '{}', -- as the proposal gave them
    change     text NOT NULL DEFAULT '',     -- why this mentor followed another
    set_by     uuid NOT NULL,
    set_at     timestamptz NOT NULL,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, pairing_id, mentee_id) REFERENCES mentoring_pairings (unit_id, id, mentee_id),
    FOREIGN KEY (unit_id, mentor_id) REFERENCES org_people (unit_id, id),
    CHECK (valid_to >= valid_from),
    CONSTRAINT mentoring_two_people CHECK (mentor_id <> mentee_id),
    CONSTRAINT mentoring_terms_not_own CHECK (set_by NOT IN (mentor_id, mentee_id)),
    -- Exactly one of each role at a time, and two different people.
    CONSTRAINT mentoring_terms_one_role EXCLUDE USING gist
        (unit_id WITH =, mentee_id WITH =, role WITH =, daterange(valid_from, valid_to, '[]') WITH &&),
    CONSTRAINT mentoring_terms_two_mentors EXCLUDE USING gist
        (unit_id WITH =, mentee_id WITH =, mentor_id WITH =, daterange(valid_from, valid_to, '[]') WITH &&)
);
CREATE INDEX mentoring_terms_pairing ON mentoring_terms (unit_id, pairing_id);
CREATE INDEX mentoring_terms_mentor ON mentoring_terms (unit_id, mentor_id);

-- Limits and eligibility of rule 25, by the settings of the office; the page says the
-- same before. The mentor's row is locked, so that two at once cannot pass the limit.
-- +goose StatementBegin
CREATE FUNCTION mentoring_setting(u uuid, field text, standard int) RETURNS int LANGUAGE sql STABLE AS $$
    SELECT coalesce((SELECT (o.settings ->> field)::int FROM org_units o WHERE o.id = u), standard)
$$;
CREATE FUNCTION mentoring_term_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mentor org_people;
    pair mentoring_pairings;
    most int;
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.valid_to <= OLD.valid_to THEN
        RETURN NEW; -- ends earlier
    END IF;
    SELECT * INTO mentor FROM org_people WHERE unit_id = NEW.unit_id AND id = NEW.mentor_id FOR NO KEY UPDATE;
    SELECT * INTO pair FROM mentoring_pairings WHERE unit_id = NEW.unit_id AND id = NEW.pairing_id FOR SHARE;
    IF NEW.valid_from < pair.valid_from OR NEW.valid_to > pair.valid_to THEN
        RAISE EXCEPTION 'outside the pairing' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'mentoring_terms_within';
    END IF;
    IF NOT mentor.on_roll OR mentor.left_on < NEW.valid_from THEN
        RAISE EXCEPTION 'not on the roll' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'mentoring_mentor_on_roll';
    END IF;
    IF NEW.role = 'political' AND (mentor.political_status <> 'party_member' OR coalesce(mentor.full_member_on, '-infinity') > NEW.valid_from) THEN
        RAISE EXCEPTION 'no full member' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'mentoring_political_full_member';
    END IF;
    most := mentoring_setting(NEW.unit_id, 'mentees_per_mentor', 2);
    -- The most mentees at once is reached on the first day of some term.
    IF EXISTS (SELECT FROM (
            SELECT NEW.valid_from AS day UNION SELECT t.valid_from FROM mentoring_terms t WHERE t.unit_id = NEW.unit_id AND t.mentor_id = NEW.mentor_id
                AND t.valid_from BETWEEN NEW.valid_from AND NEW.valid_to) d
            WHERE (SELECT count(DISTINCT t.mentee_id) FROM mentoring_terms t WHERE t.unit_id = NEW.unit_id AND t.mentor_id = NEW.mentor_id
                AND t.id <> NEW.id AND t.mentee_id <> NEW.mentee_id AND d.day BETWEEN t.valid_from AND t.valid_to) + 1 > most) THEN
        RAISE EXCEPTION 'too many mentees' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'mentoring_limit';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION mentoring_pairing_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    p org_people;
BEGIN
    SELECT * INTO p FROM org_people WHERE unit_id = NEW.unit_id AND id = NEW.mentee_id FOR SHARE;
    IF NOT p.on_roll OR p.left_on < NEW.valid_from THEN
        RAISE EXCEPTION 'not on the roll' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'mentoring_mentee_on_roll';
    END IF;
    -- Thirty-five counts until the day before the thirty-sixth birthday.
    IF NOT (coalesce(p.birth_on + make_interval(years => mentoring_setting(NEW.unit_id, 'mentee_age', 35) + 1) > NEW.valid_from, false)
            OR coalesce(p.started_work_on + make_interval(years => mentoring_setting(NEW.unit_id, 'mentee_years', 5)) > NEW.valid_from, false)) THEN
        RAISE EXCEPTION 'no young cadre' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'mentoring_mentee_young';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER mentoring_terms_allowed BEFORE INSERT OR UPDATE ON mentoring_terms FOR EACH ROW EXECUTE FUNCTION mentoring_term_allowed();
CREATE TRIGGER mentoring_pairings_allowed BEFORE INSERT ON mentoring_pairings FOR EACH ROW EXECUTE FUNCTION mentoring_pairing_allowed();

-- 成长工程: the year's plan, agreed by the three and published in January.
CREATE TABLE mentoring_plans (
    unit_id      uuid NOT NULL,
    id           uuid NOT NULL,
    pairing_id   uuid NOT NULL,
    year         int NOT NULL CHECK (year BETWEEN 2000 AND 2200),
    goals        text NOT NULL CHECK (goals <> ''),
    state        text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'noticed', 'published')),
    made_by      uuid NOT NULL,
    made_at      timestamptz NOT NULL,
    agreed_by    uuid[] NOT NULL DEFAULT '{}', -- of the three, in this wording
    notice_id    uuid,
    published_on date,           -- when it went on public notice
    returned     text NOT NULL DEFAULT '', -- why it came back to a draft: an objection, a notice called off
    row_version  int NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, id),
    CONSTRAINT mentoring_plans_once UNIQUE (unit_id, pairing_id, year),
    FOREIGN KEY (unit_id, pairing_id) REFERENCES mentoring_pairings (unit_id, id),
    FOREIGN KEY (unit_id, notice_id) REFERENCES notice_notices (unit_id, id),
    CHECK ((state = 'draft') = (published_on IS NULL))
);
CREATE TABLE mentoring_plan_items (
    unit_id uuid NOT NULL,
    plan_id uuid NOT NULL,
    seq     int NOT NULL,
    kind    text NOT NULL CHECK (kind IN ('lesson', 'case_review', 'talk', 'reading', 'practice', 'other')),
    title   text NOT NULL CHECK (title <> ''),
    role    text CHECK (role IN ('political', 'professional')), -- whose of the mentors; null: either
    times   int NOT NULL CHECK (times BETWEEN 1 AND 99),
    month   int CHECK (month BETWEEN 1 AND 12), -- by when; null: the year's end
    PRIMARY KEY (unit_id, plan_id, seq),
    FOREIGN KEY (unit_id, plan_id) REFERENCES mentoring_plans (unit_id, id) ON DELETE CASCADE
);

CREATE TABLE mentoring_logs (
    unit_id      uuid NOT NULL,
    id           uuid NOT NULL,
    pairing_id   uuid NOT NULL,
    mentee_id    uuid NOT NULL,
    mentor_id    uuid NOT NULL,
    plan_id      uuid,
    item         int,            -- of the plan that it fulfils
    kind         text NOT NULL CHECK (kind IN ('lesson', 'case_review', 'talk', 'reading', 'practice', 'other')),
    held_on      date NOT NULL,
    minutes      int NOT NULL CHECK (minutes BETWEEN 5 AND 1440),
    content      text NOT NULL CHECK (content <> ''),
    state        text NOT NULL DEFAULT 'reported' CHECK (state IN ('reported', 'confirmed', 'declined', 'withdrawn')),
    written_by   uuid NOT NULL,
    written_at   timestamptz NOT NULL,
    answered_by  uuid,
    answered_at  timestamptz,
    answer       text NOT NULL DEFAULT '', -- why declined
    row_version  int NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, id),
    FOREIGN KEY (unit_id, pairing_id, mentee_id) REFERENCES mentoring_pairings (unit_id, id, mentee_id),
    FOREIGN KEY (unit_id, mentor_id) REFERENCES org_people (unit_id, id),
    FOREIGN KEY (unit_id, plan_id, item) REFERENCES mentoring_plan_items (unit_id, plan_id, seq),
    CHECK ((plan_id IS NULL) = (item IS NULL)),
    CONSTRAINT mentoring_logs_party CHECK (written_by IN (mentor_id, mentee_id)),
    -- The other one answers.
    CONSTRAINT mentoring_logs_other CHECK (answered_by IN (mentor_id, mentee_id) AND answered_by <> written_by),
    CHECK ((state IN ('confirmed', 'declined')) = (answered_by IS NOT NULL)),
    CHECK (state <> 'declined' OR answer <> '')
);
CREATE INDEX mentoring_logs_list ON mentoring_logs (unit_id, pairing_id, held_on DESC, id DESC);
CREATE INDEX mentoring_logs_mentor ON mentoring_logs (unit_id, mentor_id);
CREATE INDEX mentoring_logs_mentee ON mentoring_logs (unit_id, mentee_id);

-- Of the middle and the end of a year: each mentor's, and what the mentee says of it.
CREATE TABLE mentoring_assessments (
    unit_id     uuid NOT NULL,
    id          uuid NOT NULL,
    pairing_id  uuid NOT NULL,
    year        int NOT NULL CHECK (year BETWEEN 2000 AND 2200),
    stage       text NOT NULL CHECK (stage IN ('mid', 'final')),
    role        text NOT NULL CHECK (role IN ('political', 'professional', 'mentee')),
    by_person   uuid NOT NULL,
    grade       text CHECK (grade IN ('excellent', 'good', 'fair', 'poor')),
    score       int CHECK (score BETWEEN 0 AND 10000), -- hundredths of a point of 100; of a mentor at the year's end
    remark      text NOT NULL CHECK (remark <> ''),
    written_at  timestamptz NOT NULL,
    row_version int NOT NULL DEFAULT 1,
    PRIMARY KEY (unit_id, id),
    CONSTRAINT mentoring_assessments_once UNIQUE (unit_id, pairing_id, year, stage, role),
    FOREIGN KEY (unit_id, pairing_id) REFERENCES mentoring_pairings (unit_id, id),
    CHECK ((role = 'mentee') = (grade IS NULL)),
    CHECK ((role <> 'mentee' AND stage = 'final') = (score IS NOT NULL))
);

GRANT SELECT, INSERT, UPDATE, DELETE ON mentoring_mentors, mentoring_lines, mentoring_plan_items TO xianfeng_app;
GRANT SELECT, INSERT, DELETE ON mentoring_wishes TO xianfeng_app;
GRANT SELECT, INSERT ON mentoring_pairings, mentoring_terms TO xianfeng_app;
GRANT UPDATE (valid_to, signed_on, ended_by, end_reason, row_version) ON mentoring_pairings TO xianfeng_app;
GRANT UPDATE (valid_to) ON mentoring_terms TO xianfeng_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON mentoring_plans TO xianfeng_app;
GRANT SELECT, INSERT, UPDATE ON mentoring_logs, mentoring_assessments TO xianfeng_app;
GRANT USAGE ON SEQUENCE mentoring_numbers TO xianfeng_app;
