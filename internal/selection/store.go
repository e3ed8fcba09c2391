package selection

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

// reached is how a Scope reaches the selection s: through any candidate of it that
// lies within. first is the number of its first parameter.
func reached(scope access.Scope, first int) (string, []any) {
	if scope.Whole() {
		return scope.Where(access.Columns{Unit: "s.unit_id"}, first)
	}
	where, args := scope.Where(candidateColumns(), first)
	return `EXISTS (SELECT FROM selection_candidates c WHERE c.unit_id = s.unit_id AND c.selection_id = s.id AND ` + where + `)`, args
}

// candidateColumns is how a Scope reaches the candidate c: by its place alone.
func candidateColumns() access.Columns {
	return access.Columns{Unit: "c.unit_id", Branch: "c.branch_id", Group: "c.group_id"}
}

const selectionColumns = `s.id, s.kind, s.quarter, coalesce((SELECT q.state FROM points_quarters q WHERE q.unit_id = s.unit_id AND q.quarter = s.quarter), 'none'),
	s.title, s.quota, s.state, s.row_version, coalesce(opener.name, ''), s.opened_at, s.computed_at, s.notice_id,
	(SELECT n.last_day FROM notice_notices n WHERE n.unit_id = s.unit_id AND n.id = s.notice_id),
	coalesce(decider.name, ''), s.decided_at, s.decision, coalesce(canceller.name, ''), s.cancel_reason
	FROM selection_selections s
	LEFT JOIN org_people opener ON opener.unit_id = s.unit_id AND opener.id = s.opened_by
	LEFT JOIN org_people decider ON decider.unit_id = s.unit_id AND decider.id = s.decided_by
	LEFT JOIN org_people canceller ON canceller.unit_id = s.unit_id AND canceller.id = s.cancelled_by`

func (s *Selection) columns() []any {
	return []any{&s.ID, &s.Kind, &s.Quarter, &s.QuarterState, &s.Title, &s.Quota, &s.State, &s.RowVersion, &s.OpenedBy, &s.OpenedAt, &s.ComputedAt,
		&s.NoticeID, &s.NoticeLast, &s.DecidedBy, &s.DecidedAt, &s.Decision, &s.CancelledBy, &s.CancelReason}
}

func (s *Selection) fill() {
	s.KindName, s.QuarterTitle = KindName(s.Kind), periodTitle(s.Kind, s.Quarter)
	if s.Outcome == nil {
		s.Outcome = []Outcome{}
	}
}

func readSelection(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID) (Selection, error) {
	where, args := reached(scope, 2)
	var s Selection
	if err := db.One(ctx, on, s.columns(), `SELECT `+selectionColumns+` WHERE s.id = $1 AND `+where, append([]any{id}, args...)...); err != nil {
		return s, fmt.Errorf("selection %s: %w", id, err)
	}
	s.fill()
	return s, nil
}

// listSelections reads one more than the limit, newest quarter first.
func listSelections(ctx context.Context, on bun.IDB, scope access.Scope, f Filter) ([]Selection, error) {
	where, args := reached(scope, 7)
	out := []Selection{}
	err := db.Each(ctx, on, `SELECT `+selectionColumns+`
		WHERE ($1 = '' OR s.kind = $1) AND ($2 = '' OR s.quarter = $2) AND ($3 = '' OR s.state = $3)
			AND ($4 = '' OR (s.quarter, s.id) < ($4, $5::uuid)) AND `+where+`
		ORDER BY s.quarter DESC, s.id DESC LIMIT $6`,
		append([]any{f.Kind, f.Quarter.String(), f.State, f.after.quarter, f.after.id, f.Limit + 1}, args...), func(rows *sql.Rows) error {
			var s Selection
			err := rows.Scan(s.columns()...)
			s.fill()
			out = append(out, s)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("selections: %w", err)
	}
	return out, nil
}

func countSelections(ctx context.Context, on bun.IDB, scope access.Scope, f Filter) (n int, err error) {
	where, args := reached(scope, 4)
	err = db.One(ctx, on, []any{&n}, `SELECT count(*)::int FROM selection_selections s
		WHERE ($1 = '' OR s.kind = $1) AND ($2 = '' OR s.quarter = $2) AND ($3 = '' OR s.state = $3) AND `+where,
		append([]any{f.Kind, f.Quarter.String(), f.State}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("selections: %w", err)
	}
	return n, nil
}

// readOutcomes tells the honours that selections led to.
func readOutcomes(ctx context.Context, on bun.IDB, unit uuid.UUID, ids []uuid.UUID) ([]Outcome, error) {
	var out []Outcome
	err := db.Each(ctx, on, `SELECT h.selection_id, h.id, h.number, h.name, coalesce(b.name, ''), coalesce(g.name, ''), h.result FROM selection_honours h
		LEFT JOIN org_branches b ON b.unit_id = h.unit_id AND b.id = h.branch_id
		LEFT JOIN org_groups g ON g.unit_id = h.unit_id AND g.id = h.group_id
		WHERE h.unit_id = $1 AND h.selection_id = ANY($2::uuid[]) ORDER BY h.number`, []any{unit, ids}, func(rows *sql.Rows) error {
		var o Outcome
		err := rows.Scan(&o.selectionID, &o.Honour, &o.Number, &o.Name, &o.Branch, &o.Group, &o.Result)
		out = append(out, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("outcomes: %w", err)
	}
	return out, nil
}

// lockSelection holds a selection against every other step; sql.ErrNoRows where it is
// out of the scope.
func lockSelection(ctx context.Context, tx bun.Tx, scope access.Scope, id uuid.UUID) (Selection, error) {
	where, args := reached(scope, 2)
	var found uuid.UUID
	err := db.One(ctx, tx, []any{&found}, `SELECT s.id FROM selection_selections s WHERE s.id = $1 AND `+where+` FOR UPDATE OF s`, append([]any{id}, args...)...)
	if err != nil {
		return Selection{}, fmt.Errorf("lock selection %s: %w", id, err)
	}
	return readSelection(ctx, tx, access.System(scope.Unit()), found) // read anew: what was committed while waiting
}

// selectionsOf are those that candidates belong to, in the order of locking.
func selectionsOf(ctx context.Context, on bun.IDB, unit uuid.UUID, candidates []uuid.UUID) (ids []uuid.UUID, err error) {
	err = db.Each(ctx, on, `SELECT DISTINCT selection_id FROM selection_candidates WHERE unit_id = $1 AND id = ANY($2::uuid[]) ORDER BY 1`,
		[]any{unit, candidates}, func(rows *sql.Rows) error {
			var id uuid.UUID
			err := rows.Scan(&id)
			ids = append(ids, id)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("selections of candidates: %w", err)
	}
	return ids, nil
}

func insertSelection(ctx context.Context, tx bun.Tx, unit uuid.UUID, s Selection, by uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO selection_selections (unit_id, id, kind, quarter, title, quota, state, opened_by, opened_at, computed_at)
		VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8, $8)`, unit, s.ID, s.Kind, s.Quarter.String(), s.Title, s.Quota, by, s.OpenedAt)
	return db.Translate(err)
}

// step moves a locked selection on. A zero notice or time leaves what is there.
type step struct {
	state    string
	notice   uuid.UUID
	computed time.Time
}

func moveSelection(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, to step) error {
	computed := any(nil)
	if !to.computed.IsZero() {
		computed = to.computed
	}
	_, err := db.Exec(ctx, tx, `UPDATE selection_selections SET state = coalesce(nullif($3, ''), state), notice_id = coalesce($4, notice_id),
			computed_at = coalesce($5::timestamptz, computed_at), row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2`, unit, id, to.state, db.OrNull(to.notice), computed)
	return db.Translate(err)
}

func cancelSelection(ctx context.Context, tx bun.Tx, unit, id, by uuid.UUID, reason string) error {
	_, err := db.Exec(ctx, tx, `UPDATE selection_selections SET state = 'cancelled', cancelled_by = $3, cancel_reason = $4, row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2`, unit, id, by, reason)
	return db.Translate(err)
}

func decideSelection(ctx context.Context, tx bun.Tx, unit, id, by uuid.UUID, now time.Time, decision string) error {
	_, err := db.Exec(ctx, tx, `UPDATE selection_selections SET state = 'decided', decided_by = $3, decided_at = $4, decision = $5, row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2`, unit, id, by, now, decision)
	return db.Translate(err)
}
