package duty

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// committeeFrom is how many members a branch has to have for a committee.
const committeeFrom = 7

// Cells reckons how the owners in a scope stand: one statement, whatever the number
// of owners and periods. They come by owner, then by duty, then by period.
func Cells(ctx context.Context, on bun.IDB, scope access.Scope, f Filter, today calendar.Date) ([]Cell, error) {
	q, err := reckon(ctx, on, scope, f, today)
	if err != nil {
		return nil, err
	}
	q.add(`SELECT code, name, ord, kind, every, owner, owner_id, owner_name, branch_id, branch_name, department_id, first, last, owed, held, filed_late,
			state, reason, reason_state FROM judged`)
	if len(f.States) > 0 {
		q.add(` WHERE state IN (?)`, bun.List(f.States))
	}
	q.add(` ORDER BY rank, branch_ord, branch_name, branch_id, owner_ord, owner_name, owner_id, ord, code, first`)
	var out []Cell
	if err := q.scan(ctx, on, &out); err != nil {
		return nil, fmt.Errorf("cells: %w", err)
	}
	for i := range out {
		out[i].Period = label(out[i].Every, out[i].First)
	}
	return out, nil
}

// Completion tells for each group how far it met what it owed in a quarter (rule 32):
// all duties of groups whose period ends in it. A period that still runs is owed only
// once it is met; what is excused is not owed. It is for whoever has to compare
// groups, and not bounded by a scope.
func Completion(ctx context.Context, on bun.IDB, unit uuid.UUID, quarter calendar.Quarter, today calendar.Date) (map[uuid.UUID]Share, error) {
	f := Filter{From: quarter.First(), To: quarter.Last(), Owners: []string{OwnerGroup}}
	q, err := reckon(ctx, on, access.System(unit), f, today)
	if err != nil {
		return nil, err
	}
	q.add(`SELECT owner_id, count(*) FILTER (WHERE state IN ('met', 'late', 'missed')) AS owed, count(*) FILTER (WHERE state IN ('met', 'late')) AS met
		FROM judged WHERE last <= ? GROUP BY owner_id`, quarter.Last())
	var rows []struct {
		OwnerID uuid.UUID
		Share
	}
	if err := q.scan(ctx, on, &rows); err != nil {
		return nil, fmt.Errorf("completion: %w", err)
	}
	out := make(map[uuid.UUID]Share, len(rows))
	for _, r := range rows {
		out[r.OwnerID] = r.Share
	}
	return out, nil
}

// query is a statement in bun's ? placeholders as it grows.
type query struct {
	text strings.Builder
	args []any
}

func (q *query) add(text string, args ...any) {
	q.text.WriteString(text)
	q.args = append(q.args, args...)
}

func (q *query) scan(ctx context.Context, on bun.IDB, into any) error {
	return db.Translate(on.NewRaw(q.text.String(), q.args...).Scan(ctx, into))
}

// reckon begins the statement that judges every cell; what follows selects from
// judged. No part of it goes through owners or periods one by one: lines of duties ×
// their periods × the owners of the time, against the records grouped alike.
func reckon(ctx context.Context, on bun.IDB, scope access.Scope, f Filter, today calendar.Date) (*query, error) {
	if f.To.After(today) {
		f.To = today
	}
	if len(f.Owners) == 0 {
		f.Owners = []string{OwnerUnit, OwnerBranch, OwnerGroup, OwnerDeputy, OwnerLeader}
	}
	workdays, err := org.Workdays(ctx, on, scope.Unit())
	if err != nil {
		return nil, err
	}
	q := &query{}
	q.lines(scope.Unit(), f)
	q.periods(f, workdays, today)
	wide := f // a period begins before the days asked for, or ends after them
	wide.From, wide.To = begin(EveryYear, begin(EveryWeek, f.From)), end(EveryYear, end(EveryWeek, f.To))
	q.owners(scope, wide)
	q.committees(scope.Unit(), f)
	q.held(scope.Unit(), f)
	q.judged(scope.Unit(), f, today)
	return q, nil
}

func (q *query) lines(unit uuid.UUID, f Filter) {
	q.add(`WITH lines AS (
		SELECT id, code, name, owner, activity_kind, talk_type, period, times, committee, ord, valid_from, valid_to,
			CASE period WHEN 'week' THEN interval '7 days' WHEN 'month' THEN interval '1 month' WHEN 'quarter' THEN interval '3 months'
				ELSE interval '1 year' END AS step,
			date_trunc(period, ?::timestamp) AS begins
		FROM duty_duties WHERE unit_id = ? AND owner IN (?) AND valid_from <= ? AND (valid_to IS NULL OR valid_to >= ?)`,
		f.From, unit, bun.List(f.Owners), f.To, f.From)
	if f.Code != "" {
		q.add(` AND code = ?`, f.Code)
	}
	if len(f.Every) > 0 {
		q.add(` AND period IN (?)`, bun.List(f.Every))
	}
	q.add(`)`)
}

// periods are those of each line that lie wholly within it and have begun. A week asks
// for no more than it has working days.
func (q *query) periods(f Filter, w calendar.Workdays, today calendar.Date) {
	var days []string
	for d := begin(EveryWeek, f.From); !d.After(end(EveryWeek, f.To)); d = d.AddDays(1) {
		if w.IsWorkday(d) {
			days = append(days, d.String())
		}
	}
	q.add(`, weeks AS (SELECT date_trunc('week', d)::date AS first, count(*) AS days FROM unnest(?::timestamp[]) AS d GROUP BY 1),
	periods AS (
		SELECT l.id AS line, l.code, l.name, l.owner, l.activity_kind AS kind, l.talk_type, l.period AS every, l.committee, l.ord,
			p.first, p.last, least(p.last, ?) AS day,
			CASE l.period WHEN 'week' THEN least(l.times, coalesce(w.days, 0)) ELSE l.times END AS need
		FROM lines l
		CROSS JOIN LATERAL (SELECT s::date AS first, (s + l.step)::date - 1 AS last FROM generate_series(l.begins, ?::timestamp, l.step) s) p
		LEFT JOIN weeks w ON l.period = 'week' AND w.first = p.first
		WHERE p.first >= l.valid_from AND (l.valid_to IS NULL OR p.last <= l.valid_to))`,
		pgdialect.Array(days), today, f.To)
}
