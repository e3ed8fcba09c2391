package selection

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

func insertCriteria(ctx context.Context, tx bun.Tx, unit, selection uuid.UUID, sheet []Criterion) error {
	data, err := json.Marshal(sheet)
	if err != nil {
		return fmt.Errorf("criteria: %w", err)
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO selection_criteria (unit_id, selection_id, seq, title, most, measure)
		SELECT $1, $2, seq, title, most, measure FROM jsonb_to_recordset($3::jsonb) AS r (seq int, title text, most int, measure text)`,
		unit, selection, string(data))
	return db.Translate(err)
}

func readCriteria(ctx context.Context, on bun.IDB, unit, selection uuid.UUID) ([]Criterion, error) {
	out := []Criterion{}
	err := db.Each(ctx, on, `SELECT seq, title, most, measure FROM selection_criteria WHERE unit_id = $1 AND selection_id = $2 ORDER BY seq`,
		[]any{unit, selection}, func(rows *sql.Rows) error {
			var c Criterion
			err := rows.Scan(&c.Seq, &c.Title, &c.Most, &c.Measure)
			out = append(out, c)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("criteria of %s: %w", selection, err)
	}
	return out, nil
}

// readScores reads the sheet: what was computed of each candidate, and what people
// gave. Who has come to stand in a pair since they scored does not count.
func readScores(ctx context.Context, on bun.IDB, unit, selection uuid.UUID) (computed map[uuid.UUID][]mark, judged []judgement, err error) {
	computed = map[uuid.UUID][]mark{}
	err = db.Each(ctx, on, `SELECT s.candidate_id, s.seq, s.scorer_id, coalesce(p.name, ''), s.points, s.basis
		FROM selection_scores s LEFT JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.scorer_id
		WHERE s.unit_id = $1 AND s.selection_id = $2 AND NOT EXISTS (SELECT FROM selection_candidates c
			WHERE c.unit_id = s.unit_id AND c.selection_id = s.selection_id AND s.scorer_id = ANY (c.people))
		ORDER BY s.scorer_id, s.candidate_id, s.seq`, []any{unit, selection}, func(rows *sql.Rows) error {
		var j judgement
		var scorer uuid.NullUUID
		var basis string
		if err := rows.Scan(&j.candidate, &j.seq, &scorer, &j.scorerName, &j.points, &basis); err != nil {
			return err
		}
		if j.scorer = scorer.UUID; scorer.Valid {
			judged = append(judged, j)
		} else {
			computed[j.candidate] = append(computed[j.candidate], mark{j.seq, j.points, basis})
		}
		return nil
	})
	if err != nil {
		return nil, nil, fmt.Errorf("scores of %s: %w", selection, err)
	}
	return computed, judged, nil
}

// scoreRow is a cell of the sheet as it is written.
type scoreRow struct {
	Candidate uuid.UUID `json:"candidate_id"`
	Seq       int       `json:"seq"`
	Points    int       `json:"points"`
	Basis     string    `json:"basis"`
}

// saveScores writes cells of the sheet; a zero scorer means that they were computed.
func saveScores(ctx context.Context, tx bun.Tx, unit, selection, scorer uuid.UUID, at time.Time, rows []scoreRow) error {
	if len(rows) == 0 {
		return nil
	}
	data, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("scores: %w", err)
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO selection_scores AS s (unit_id, selection_id, candidate_id, seq, scorer_id, points, basis, scored_at)
		SELECT $1, $2, candidate_id, seq, $3::uuid, points, basis, $4 FROM jsonb_to_recordset($5::jsonb) AS r (candidate_id uuid, seq int, points int, basis text)
		ON CONFLICT ON CONSTRAINT selection_scores_once DO UPDATE SET points = excluded.points, basis = excluded.basis, scored_at = excluded.scored_at
		WHERE (s.points, s.basis) IS DISTINCT FROM (excluded.points, excluded.basis)`,
		unit, selection, db.OrNull(scorer), at, string(data))
	if err != nil {
		return fmt.Errorf("scores: %w", db.Translate(err))
	}
	return nil
}

// yearVetoes counts the vetoes of a year that still stand, by person.
func yearVetoes(ctx context.Context, on bun.IDB, unit uuid.UUID, year int) (map[uuid.UUID]int, error) {
	out := map[uuid.UUID]int{}
	first, last := calendar.Quarter{Year: year, Q: 1}, calendar.Quarter{Year: year, Q: 4}
	err := db.Each(ctx, on, `SELECT e.person_id, count(*)::int FROM points_rules r JOIN points_entries e ON e.unit_id = r.unit_id AND e.rule_id = r.id
		WHERE r.unit_id = $1 AND r.veto AND e.post_quarter BETWEEN $2 AND $3 AND `+stands+` GROUP BY e.person_id`,
		[]any{unit, first.String(), last.String()}, func(rows *sql.Rows) error {
			var p uuid.UUID
			var n int
			err := rows.Scan(&p, &n)
			out[p] = n
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("vetoes of %d: %w", year, err)
	}
	return out, nil
}

// namesOf are the names of people, in the order asked.
func namesOf(ctx context.Context, on bun.IDB, unit uuid.UUID, people []uuid.UUID) (out []Member, err error) {
	err = db.Each(ctx, on, `SELECT p.id, p.name FROM unnest($2::uuid[]) WITH ORDINALITY AS a (id, n)
		JOIN org_people p ON p.unit_id = $1 AND p.id = a.id ORDER BY a.n`, []any{unit, people}, func(rows *sql.Rows) error {
		var m Member
		err := rows.Scan(&m.PersonID, &m.Name)
		out = append(out, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("people of a pair: %w", err)
	}
	return out, nil
}
