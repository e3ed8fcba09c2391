package selection

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

const candidateSelect = `SELECT c.id, c.branch_id, coalesce(b.name, ''), c.group_id, coalesce(g.name, ''), c.person_id, c.pairing_id,
	array_to_json(c.people)::text, c.score, c.name, c.ord, c.headcount, c.points,
	c.previous_count, c.previous_points, c.deductions, c.deducted, c.vetoes, c.duty_owed, c.duty_met, c.holds, c.place, c.excluded,
	c.proposed, c.noticed, c.heard, c.objected, c.nominated_by, coalesce(nominator.name, ''), c.nominated_at, c.nomination,
	c.opinion, c.opinion_text, coalesce(reviewer.name, ''), c.opinion_at, c.result
	FROM selection_candidates c
	LEFT JOIN org_branches b ON b.unit_id = c.unit_id AND b.id = c.branch_id
	LEFT JOIN org_groups g ON g.unit_id = c.unit_id AND g.id = c.group_id
	LEFT JOIN org_people nominator ON nominator.unit_id = c.unit_id AND nominator.id = c.nominated_by
	LEFT JOIN org_people reviewer ON reviewer.unit_id = c.unit_id AND reviewer.id = c.opinion_by`

func (c *Candidate) scan(rows *sql.Rows) error {
	var branch, group, person, pairing, nominator uuid.NullUUID
	var people string
	err := rows.Scan(&c.ID, &branch, &c.Branch, &group, &c.Group, &person, &pairing, &people, &c.Score, &c.Name, &c.ord, &c.Headcount, &c.Points,
		&c.PreviousCount, &c.PreviousPoints, &c.Deductions, &c.Deducted, &c.Vetoes, &c.DutyOwed, &c.DutyMet, &c.Holds, &c.Place, &c.Excluded,
		&c.Proposed, &c.Noticed, &c.Heard, &c.Objected, &nominator, &c.NominatedBy, &c.NominatedAt, &c.Nomination,
		&c.Opinion, &c.OpinionText, &c.OpinionBy, &c.OpinionAt, &c.Result)
	if err != nil {
		return err
	}
	c.BranchID, c.GroupID, c.person, c.pairing, c.nominatedBy = branch.UUID, group.UUID, person.UUID, pairing.UUID, nominator.UUID
	c.fill()
	return json.Unmarshal([]byte(people), &c.people)
}

// allCandidates reads the whole of a selection, in the order of the roll.
func allCandidates(ctx context.Context, on bun.IDB, unit, selection uuid.UUID) ([]Candidate, error) {
	var out []Candidate
	err := db.Each(ctx, on, candidateSelect+` WHERE c.unit_id = $1 AND c.selection_id = $2 ORDER BY c.ord, c.id`, []any{unit, selection}, func(rows *sql.Rows) error {
		out = append(out, Candidate{})
		return out[len(out)-1].scan(rows)
	})
	if err != nil {
		return nil, fmt.Errorf("candidates of %s: %w", selection, err)
	}
	return out, nil
}

// candidateWhere narrows the candidates c of the selection $1; its own parameters are
// $2 to $6, then those of the scope.
func candidateWhere(scope access.Scope, selection uuid.UUID, f CandidateFilter) (string, []any) {
	where, args := scope.Where(candidateColumns(), 7)
	text := ""
	if f.Text != "" {
		text = "%" + db.Like(f.Text) + "%"
	}
	return ` c.selection_id = $1 AND ($2::uuid IS NULL OR c.branch_id = $2) AND ($3::uuid IS NULL OR c.group_id = $3) AND (NOT $4 OR c.proposed)
		AND ($5 = '' OR c.name ILIKE $5 OR EXISTS (SELECT FROM org_people p WHERE p.unit_id = c.unit_id AND p.id = c.person_id
			AND p.name || ' ' || p.pinyin || ' ' || p.initials ILIKE $5)) AND ($6 = '' OR ($6 = 'in') = (c.excluded = '')) AND ` + where,
		append([]any{selection, db.OrNull(f.Branch), db.OrNull(f.Group), f.Proposed, text, f.Standing}, args...)
}

// listCandidates reads one more than the limit, and how many there are in all.
func listCandidates(ctx context.Context, on bun.IDB, scope access.Scope, selection uuid.UUID, f CandidateFilter) (out []Candidate, total int, err error) {
	where, args := candidateWhere(scope, selection, f)
	if err := db.One(ctx, on, []any{&total}, `SELECT count(*)::int FROM selection_candidates c WHERE`+where, args...); err != nil {
		return nil, 0, fmt.Errorf("candidates of %s: %w", selection, err)
	}
	n := len(args)
	out = []Candidate{}
	err = db.Each(ctx, on, fmt.Sprintf(`%s WHERE%s AND (c.ord, c.id) > ($%d::int, $%d::uuid) ORDER BY c.ord, c.id LIMIT $%d`, candidateSelect, where, n+1, n+2, n+3),
		append(args, f.after.ord, f.after.id, f.Limit+1), func(rows *sql.Rows) error {
			out = append(out, Candidate{})
			return out[len(out)-1].scan(rows)
		})
	if err != nil {
		return nil, 0, fmt.Errorf("candidates of %s: %w", selection, err)
	}
	return out, total, nil
}

// countCandidates counts those of a selection within a scope.
func countCandidates(ctx context.Context, on bun.IDB, scope access.Scope, selection uuid.UUID) (all, proposed int, err error) {
	where, args := scope.Where(candidateColumns(), 2)
	err = db.One(ctx, on, []any{&all, &proposed}, `SELECT count(*)::int, (count(*) FILTER (WHERE c.proposed))::int FROM selection_candidates c
		WHERE c.selection_id = $1 AND `+where, append([]any{selection}, args...)...)
	if err != nil {
		return 0, 0, fmt.Errorf("candidates of %s: %w", selection, err)
	}
	return all, proposed, nil
}

// readCandidate finds a candidate of a selection; sql.ErrNoRows where it is out of
// the scope.
func readCandidate(ctx context.Context, on bun.IDB, scope access.Scope, selection, id uuid.UUID) (c Candidate, err error) {
	where, args := scope.Where(candidateColumns(), 3)
	found := false
	err = db.Each(ctx, on, candidateSelect+` WHERE c.selection_id = $1 AND c.id = $2 AND `+where, append([]any{selection, id}, args...), func(rows *sql.Rows) error {
		found = true
		return c.scan(rows)
	})
	if err == nil && !found {
		err = sql.ErrNoRows
	}
	if err != nil {
		return c, fmt.Errorf("candidate %s: %w", id, err)
	}
	return c, nil
}

// computedRow is what the arithmetic writes of a candidate.
type computedRow struct {
	ID             uuid.UUID   `json:"id"`
	Branch         *uuid.UUID  `json:"branch_id"`
	Group          *uuid.UUID  `json:"group_id"`
	Person         *uuid.UUID  `json:"person_id"`
	Pairing        *uuid.UUID  `json:"pairing_id"`
	People         []uuid.UUID `json:"people"`
	Score          *int        `json:"score"`
	Name           string      `json:"name"`
	Ord            int         `json:"ord"`
	Headcount      int         `json:"headcount"`
	Points         int         `json:"points"`
	PreviousCount  int         `json:"previous_count"`
	PreviousPoints int         `json:"previous_points"`
	Deductions     int         `json:"deductions"`
	Deducted       int         `json:"deducted"`
	Vetoes         int         `json:"vetoes"`
	DutyOwed       int         `json:"duty_owed"`
	DutyMet        int         `json:"duty_met"`
	Holds          bool        `json:"holds"`
	Place          *int        `json:"place"`
	Excluded       string      `json:"excluded"`
	Proposed       bool        `json:"proposed"`
	Noticed        bool        `json:"noticed"`
	Heard          bool        `json:"heard"`
	NominatedBy    *uuid.UUID  `json:"nominated_by"`
	Nomination     string      `json:"nomination"`
}

const computedColumns = `branch_id, group_id, person_id, pairing_id, people, score, name, ord, headcount, points, previous_count, previous_points, deductions, deducted,
	vetoes, duty_owed, duty_met, holds, place, excluded, proposed, noticed, heard, nominated_by, nomination`

// saveComputed writes all candidates of a selection in one statement; what people
// said about them stays.
func saveComputed(ctx context.Context, tx bun.Tx, unit, selection uuid.UUID, cs []Candidate) error {
	rows := make([]computedRow, len(cs))
	for i, c := range cs {
		rows[i] = computedRow{c.ID, orNil(c.BranchID), orNil(c.GroupID), orNil(c.person), orNil(c.pairing), append([]uuid.UUID{}, c.people...), c.Score, c.Name, c.ord, c.Headcount, c.Points, c.PreviousCount, c.PreviousPoints,
			c.Deductions, c.Deducted, c.Vetoes, c.DutyOwed, c.DutyMet, c.Holds, c.Place, c.Excluded, c.Proposed, c.Noticed, c.Heard,
			orNil(c.nominatedBy), c.Nomination}
	}
	data, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("candidates: %w", err)
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO selection_candidates AS c (unit_id, selection_id, id, `+computedColumns+`)
		SELECT $1, $2, id, `+computedColumns+` FROM jsonb_to_recordset($3::jsonb) AS r (id uuid, branch_id uuid, group_id uuid, person_id uuid, pairing_id uuid,
			people uuid[], score int, name text,
			ord int, headcount int, points int, previous_count int, previous_points int, deductions int, deducted int, vetoes int, duty_owed int,
			duty_met int, holds boolean, place int, excluded text, proposed boolean, noticed boolean, heard boolean, nominated_by uuid, nomination text)
		ON CONFLICT (unit_id, id) DO UPDATE SET (`+computedColumns+`) = ROW (excluded.branch_id, excluded.group_id, excluded.person_id, excluded.pairing_id,
			excluded.people, excluded.score, excluded.name,
			excluded.ord, excluded.headcount, excluded.points, excluded.previous_count, excluded.previous_points, excluded.deductions, excluded.deducted,
			excluded.vetoes, excluded.duty_owed, excluded.duty_met, excluded.holds, excluded.place, excluded.excluded, excluded.proposed,
			excluded.noticed, excluded.heard, excluded.nominated_by, excluded.nomination),
			nominated_at = CASE WHEN excluded.nominated_by IS NULL THEN NULL ELSE c.nominated_at END`, unit, selection, string(data))
	if err != nil {
		return fmt.Errorf("candidates: %w", db.Translate(err))
	}
	return nil
}

func orNil(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// nominate proposes a candidate in somebody's words; of none, by is zero and at is not read.
func setNomination(ctx context.Context, tx bun.Tx, unit, id, by uuid.UUID, at time.Time, reasons string) error {
	_, err := db.Exec(ctx, tx, `UPDATE selection_candidates SET proposed = TRUE, nominated_by = $3, nominated_at = $4, nomination = $5
		WHERE unit_id = $1 AND id = $2`, unit, id, by, at, reasons)
	return db.Translate(err)
}

// dropNomination takes a proposal back, and the opinion about it along.
func dropNomination(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `UPDATE selection_candidates SET proposed = FALSE, nominated_by = NULL, nominated_at = NULL, nomination = '',
			opinion = '', opinion_text = '', opinion_by = NULL, opinion_at = NULL
		WHERE unit_id = $1 AND id = $2`, unit, id)
	return db.Translate(err)
}

func setOpinion(ctx context.Context, tx bun.Tx, unit, id, by uuid.UUID, at time.Time, opinion, text string) error {
	_, err := db.Exec(ctx, tx, `UPDATE selection_candidates SET opinion = $5, opinion_text = $6, opinion_by = $3, opinion_at = $4
		WHERE unit_id = $1 AND id = $2`, unit, id, by, at, opinion, text)
	return db.Translate(err)
}

// putOnNotice marks what is published; nothing else of the selection lies open then.
func putOnNotice(ctx context.Context, tx bun.Tx, unit, selection uuid.UUID, ids []uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `UPDATE selection_candidates SET noticed = (id = ANY($3::uuid[])), heard = FALSE
		WHERE unit_id = $1 AND selection_id = $2 AND (noticed OR heard OR id = ANY($3::uuid[]))`, unit, selection, ids)
	return db.Translate(err)
}

// The marks of candidates whose notice ended.
const (
	markHeard    = `heard = TRUE`
	markObjected = `objected = TRUE, proposed = FALSE, heard = FALSE, place = NULL, excluded = '` + excludedObjected + `'`
	markOff      = `heard = FALSE`
)

// takeOffNotice marks those of the candidates that lie on notice.
func takeOffNotice(ctx context.Context, tx bun.Tx, unit, selection uuid.UUID, ids []uuid.UUID, mark string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := db.Exec(ctx, tx, `UPDATE selection_candidates SET noticed = FALSE, `+mark+`
		WHERE unit_id = $1 AND selection_id = $2 AND noticed AND id = ANY($3::uuid[])`, unit, selection, ids)
	return db.Translate(err)
}

func setResults(ctx context.Context, tx bun.Tx, unit uuid.UUID, ids []uuid.UUID, results []string) error {
	_, err := db.Exec(ctx, tx, `UPDATE selection_candidates c SET result = r.result
		FROM unnest($2::uuid[], $3::text[]) AS r (id, result) WHERE c.unit_id = $1 AND c.id = r.id`, unit, ids, results)
	return db.Translate(err)
}

// proposedPeople are the people nominated in a selection, with their groups.
func proposedPeople(ctx context.Context, on bun.IDB, unit, selection uuid.UUID) (people []key, err error) {
	err = db.Each(ctx, on, `SELECT group_id, person_id FROM selection_candidates WHERE unit_id = $1 AND selection_id = $2 AND proposed AND person_id IS NOT NULL AND pairing_id IS NULL`,
		[]any{unit, selection}, func(rows *sql.Rows) error {
			var p key
			err := rows.Scan(&p.group, &p.person)
			people = append(people, p)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("nominees of %s: %w", selection, err)
	}
	return people, nil
}

// membersOf are the people of groups on any of some days.
func membersOf(ctx context.Context, on bun.IDB, unit uuid.UUID, groups []uuid.UUID, days ...calendar.Date) (people []uuid.UUID, err error) {
	texts := make([]string, len(days))
	for i, d := range days {
		texts[i] = d.String()
	}
	err = db.Each(ctx, on, `SELECT DISTINCT m.person_id FROM org_party_memberships m, unnest($3::date[]) AS d
		WHERE m.unit_id = $1 AND m.group_id = ANY($2::uuid[]) AND m.valid_from <= d AND (m.valid_to IS NULL OR m.valid_to >= d)`,
		[]any{unit, groups, texts}, func(rows *sql.Rows) error {
			var p uuid.UUID
			err := rows.Scan(&p)
			people = append(people, p)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("members of groups: %w", err)
	}
	return people, nil
}
