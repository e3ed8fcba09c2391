package taskforce

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// outcomeQuery narrows a list of outcomes; what is zero narrows nothing.
type outcomeQuery struct {
	taskforce uuid.UUID
	kind      string
	year      int
	text      string
	voided    bool // those too
	after     mark
	limit     int
}

const fromOutcomes = ` FROM taskforce_outcomes o
	JOIN taskforce_taskforces f ON f.unit_id = o.unit_id AND f.id = o.taskforce_id
	JOIN org_projects p ON p.unit_id = f.unit_id AND p.id = f.id
	JOIN taskforce_outcome_kinds k ON k.unit_id = o.unit_id AND k.code = o.kind
	WHERE ($1::uuid IS NULL OR o.taskforce_id = $1::uuid) AND ($2 = '' OR o.kind = $2) AND ($3::int = 0 OR extract(year FROM o.reached_on) = $3::int)
		AND ($4 = '' OR (o.title || ' ' || o.reference || ' ' || p.name) ILIKE '%' || $4 || '%') AND ($5::bool OR o.voided_at IS NULL) AND `

// narrow gives the conditions that list, count and sums share.
func (q outcomeQuery) narrow(scope access.Scope) (string, []any) {
	where, args := scope.Where(columns(), 6)
	return fromOutcomes + where, append([]any{db.OrNull(q.taskforce), q.kind, q.year, db.Like(q.text), q.voided}, args...)
}

func outcomes(ctx context.Context, on bun.IDB, scope access.Scope, q outcomeQuery) ([]Outcome, error) {
	from, args := q.narrow(scope)
	if q.after.ID != uuid.Nil {
		from += fmt.Sprintf(" AND (o.reached_on, o.id) < ($%d::date, $%d::uuid)", len(args)+1, len(args)+2)
		args = append(args, q.after.Day, q.after.ID)
	}
	out := []Outcome{}
	err := db.Each(ctx, on, `SELECT o.id, f.id, p.name, o.kind, k.name, k.measure, k.money, o.title, o.quantity, o.reached_on, o.reference, o.recorded_by,
			(SELECT w.name FROM org_people w WHERE w.unit_id = o.unit_id AND w.id = o.recorded_by), o.recorded_at,
			coalesce((SELECT w.name FROM org_people w WHERE w.unit_id = o.unit_id AND w.id = o.voided_by), ''), o.voided_at, o.void_reason,
			`+filesOf("t.outcome_id = o.id AND t.unit_id = o.unit_id")+from+
		fmt.Sprintf(" ORDER BY o.reached_on DESC, o.id DESC LIMIT %d", q.limit), args, func(rows *sql.Rows) error {
		var o Outcome
		var files []byte
		err := rows.Scan(&o.ID, &o.Taskforce, &o.TaskforceName, &o.Kind, &o.KindName, &o.Measure, &o.Money, &o.Title, &o.Quantity, &o.ReachedOn,
			&o.Reference, &o.RecordedBy.ID, &o.RecordedBy.Name, &o.RecordedAt, &o.VoidedBy, &o.VoidedAt, &o.VoidReason, &files)
		if err == nil {
			err = json.Unmarshal(files, &o.Files)
		}
		out = append(out, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("outcomes: %w", err)
	}
	return out, nil
}

func countOutcomes(ctx context.Context, on bun.IDB, scope access.Scope, q outcomeQuery) (n int, err error) {
	from, args := q.narrow(scope)
	if err := db.One(ctx, on, []any{&n}, "SELECT count(*)"+from, args...); err != nil {
		return 0, fmt.Errorf("count outcomes: %w", err)
	}
	return n, nil
}

// outcomeSums sums up by kind what a query lists, in the order of the kinds.
func outcomeSums(ctx context.Context, on bun.IDB, scope access.Scope, q outcomeQuery) ([]OutcomeSum, error) {
	q.voided = false
	from, args := q.narrow(scope)
	out := []OutcomeSum{}
	err := db.Each(ctx, on, `SELECT k.code, k.name, k.measure, k.money, sum(o.quantity)::bigint`+from+
		` GROUP BY k.code, k.name, k.measure, k.money, k.ord ORDER BY k.ord, k.code`, args, func(rows *sql.Rows) error {
		var s OutcomeSum
		err := rows.Scan(&s.Kind, &s.Name, &s.Measure, &s.Money, &s.Quantity)
		out = append(out, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sums of outcomes: %w", err)
	}
	return out, nil
}

// outcomeKind fills in what an outcome's kind is called and counted in; one that is
// offered no more is refused.
func outcomeKind(ctx context.Context, on bun.IDB, unit uuid.UUID, o *Outcome) error {
	err := db.One(ctx, on, []any{&o.KindName, &o.Measure, &o.Money},
		`SELECT name, measure, money FROM taskforce_outcome_kinds WHERE unit_id = $1 AND code = $2 AND active`, unit, o.Kind)
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Field("kind", "没有这个成果种类，请从列表中选择")
	}
	return err
}

func insertOutcome(ctx context.Context, tx bun.Tx, unit uuid.UUID, o Outcome) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO taskforce_outcomes (unit_id, id, taskforce_id, kind, title, quantity, reached_on, reference, recorded_by, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, unit, o.ID, o.Taskforce, o.Kind, o.Title, o.Quantity, o.ReachedOn, o.Reference, o.RecordedBy.ID, o.RecordedAt)
	if err != nil {
		return fmt.Errorf("insert outcome: %w", err)
	}
	return nil
}

func lockOutcome(ctx context.Context, tx bun.Tx, unit, taskforce, id uuid.UUID) (title string, recorder uuid.UUID, voided bool, err error) {
	err = db.One(ctx, tx, []any{&title, &recorder, &voided}, `SELECT title, recorded_by, voided_at IS NOT NULL FROM taskforce_outcomes
		WHERE unit_id = $1 AND taskforce_id = $2 AND id = $3 FOR UPDATE`, unit, taskforce, id)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Missing("成果")
	}
	return title, recorder, voided, err
}

func voidOutcome(ctx context.Context, tx bun.Tx, by access.Actor, at time.Time, id uuid.UUID, reason string) error {
	_, err := db.Exec(ctx, tx, `UPDATE taskforce_outcomes SET voided_by = $3, voided_at = $4, void_reason = $5 WHERE unit_id = $1 AND id = $2`,
		by.Unit, id, by.Person, at, reason)
	if err != nil {
		return fmt.Errorf("void outcome: %w", err)
	}
	return nil
}
