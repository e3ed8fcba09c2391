-- +goose Up
-- 师徒最佳组合 (rule 25): a selection of the year, whose quarter is its last. Candidates
-- are pairings; a scoring sheet ranks them.
ALTER TABLE selection_selections DROP CONSTRAINT selection_selections_kind_check;
ALTER TABLE selection_selections ADD CONSTRAINT selection_selections_kind_check CHECK (kind IN ('pennant', 'pioneer_post', 'best_pair'));
ALTER TABLE selection_selections ADD CONSTRAINT selection_best_pair_yearly CHECK (kind <> 'best_pair' OR quarter LIKE '%Q4');

ALTER TABLE selection_candidates ALTER COLUMN branch_id DROP NOT NULL;
ALTER TABLE selection_candidates ALTER COLUMN group_id DROP NOT NULL;
ALTER TABLE selection_candidates ADD COLUMN pairing_id uuid;
ALTER TABLE selection_candidates ADD COLUMN people uuid[] NOT NULL DEFAULT '{}'; -- all of a pair: who may not score, opine or decide
ALTER TABLE selection_candidates ADD COLUMN score int; -- hundredths: the sum of the sheet
ALTER TABLE selection_candidates ADD CONSTRAINT selection_candidates_of CHECK (pairing_id IS NOT NULL AND person_id IS NOT NULL AND cardinality(people) >= 2
    OR pairing_id IS NULL AND branch_id IS NOT NULL AND group_id IS NOT NULL);
ALTER TABLE selection_candidates ADD CONSTRAINT selection_candidates_not_of_pair CHECK (nominated_by <> ALL (people) AND opinion_by <> ALL (people));
DROP INDEX selection_candidates_once;
CREATE UNIQUE INDEX selection_candidates_once ON selection_candidates (unit_id, selection_id,
    coalesce(group_id, '00000000-0000-0000-0000-000000000000'), coalesce(person_id, '00000000-0000-0000-0000-000000000000'),
    coalesce(pairing_id, '00000000-0000-0000-0000-000000000000'));

ALTER TABLE selection_honours DROP CONSTRAINT selection_honours_kind_check;
ALTER TABLE selection_honours ADD CONSTRAINT selection_honours_kind_check CHECK (kind IN ('pennant', 'pioneer_post', 'best_pair'));
ALTER TABLE selection_honours ALTER COLUMN branch_id DROP NOT NULL;
ALTER TABLE selection_honours ALTER COLUMN group_id DROP NOT NULL;
ALTER TABLE selection_honours ADD COLUMN people uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE selection_honours ADD CONSTRAINT selection_honours_of CHECK (kind = 'best_pair' OR branch_id IS NOT NULL AND group_id IS NOT NULL);
ALTER TABLE selection_honours ADD CONSTRAINT selection_honours_not_of_pair CHECK (awarded_by <> ALL (people));

-- The scoring sheet: what is computed when the selection opens, and what is judged.
CREATE TABLE selection_criteria (
    unit_id      uuid NOT NULL,
    selection_id uuid NOT NULL,
    seq          int NOT NULL,
    title        text NOT NULL CHECK (title <> ''),
    most         int NOT NULL CHECK (most BETWEEN 1 AND 10000), -- hundredths
    measure      text NOT NULL CHECK (measure IN ('year_score', 'plan_done', 'log_count', 'judged')),
    PRIMARY KEY (unit_id, selection_id, seq),
    FOREIGN KEY (unit_id, selection_id) REFERENCES selection_selections (unit_id, id)
);
CREATE TABLE selection_scores (
    unit_id      uuid NOT NULL,
    selection_id uuid NOT NULL,
    candidate_id uuid NOT NULL,
    seq          int NOT NULL,
    scorer_id    uuid,           -- null: computed
    points       int NOT NULL CHECK (points >= 0), -- hundredths
    basis        text NOT NULL DEFAULT '', -- what was counted, in words
    scored_at    timestamptz NOT NULL,
    CONSTRAINT selection_scores_once UNIQUE NULLS NOT DISTINCT (unit_id, candidate_id, seq, scorer_id),
    FOREIGN KEY (unit_id, selection_id, seq) REFERENCES selection_criteria (unit_id, selection_id, seq),
    FOREIGN KEY (unit_id, candidate_id) REFERENCES selection_candidates (unit_id, id),
    FOREIGN KEY (unit_id, scorer_id) REFERENCES org_people (unit_id, id)
);
CREATE INDEX selection_scores_selection ON selection_scores (unit_id, selection_id);
-- +goose StatementBegin
CREATE FUNCTION selection_score_allowed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM selection_candidates c WHERE c.unit_id = NEW.unit_id AND c.selection_id = NEW.selection_id AND NEW.scorer_id = ANY (c.people)) THEN
        RAISE EXCEPTION 'recusal' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'selection_scores_not_own';
    END IF;
    IF NEW.points > (SELECT most FROM selection_criteria k WHERE k.unit_id = NEW.unit_id AND k.selection_id = NEW.selection_id AND k.seq = NEW.seq) THEN
        RAISE EXCEPTION 'too many points' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'selection_scores_most';
    END IF;
    IF NOT EXISTS (SELECT FROM selection_selections s WHERE s.unit_id = NEW.unit_id AND s.id = NEW.selection_id AND s.state = 'open') THEN
        RAISE EXCEPTION 'scoring is over' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'selection_scores_open';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION selection_pair_not_own() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'decided' AND EXISTS (SELECT FROM selection_candidates c
            WHERE c.unit_id = NEW.unit_id AND c.selection_id = NEW.id AND c.proposed AND NEW.decided_by = ANY (c.people)) THEN
        RAISE EXCEPTION 'own selection' USING ERRCODE = 'restrict_violation', CONSTRAINT = 'selection_honours_not_own';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER selection_scores_allowed BEFORE INSERT OR UPDATE ON selection_scores FOR EACH ROW EXECUTE FUNCTION selection_score_allowed();
CREATE TRIGGER selection_selections_pair BEFORE UPDATE ON selection_selections FOR EACH ROW EXECUTE FUNCTION selection_pair_not_own();
GRANT SELECT, INSERT ON selection_criteria TO xianfeng_app;
GRANT SELECT, INSERT, UPDATE ON selection_scores TO xianfeng_app;
