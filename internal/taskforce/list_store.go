package taskforce

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// taskforceRow is a Taskforce with what only rules ask.
type taskforceRow struct {
	Taskforce
	ProposedByID uuid.UUID
	Appraised    bool
}

// taskforceSelect reads taskforces x (those of a page) as lists and pages show them. $1 is
// the unit, $2 today. People are counted on the day h.day: today, the first day of what
// has not begun, the last one of what is over.
const taskforceSelect = `SELECT x.id, x.kind, k.name, k.head, k.appraisal, j.name, x.purpose, x.state, x.branch_id, coalesce(b.name, ''),
		j.valid_from, x.planned_to, CASE WHEN x.state IN ('concluded', 'archived') THEN j.valid_to END, x.approval_no, x.approved_on,
		x.proposed_by, coalesce(w.name, ''), x.proposed_at, x.answer, x.summary, x.row_version,
		m.head_id, m.head_name, m.members, m.party, o.n, t.open, t.done, t.late, a.n, coalesce(r.sums, '[]')
	FROM page x
	JOIN org_projects j ON j.unit_id = x.unit_id AND j.id = x.id
	JOIN taskforce_kinds k ON k.unit_id = x.unit_id AND k.code = x.kind
	LEFT JOIN org_branches b ON b.unit_id = x.unit_id AND b.id = x.branch_id
	LEFT JOIN org_people w ON w.unit_id = x.unit_id AND w.id = x.proposed_by
	CROSS JOIN LATERAL (SELECT least(greatest($2::date, j.valid_from), j.valid_to) AS day) h
	CROSS JOIN LATERAL (SELECT count(*) AS members, count(*) FILTER (WHERE p.political_status IN ('party_member', 'probationary_member')) AS party,
			(array_agg(s.person_id) FILTER (WHERE s.office = 'secretary'))[1] AS head_id, (array_agg(p.name) FILTER (WHERE s.office = 'secretary'))[1] AS head_name
		FROM org_secondments s JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.person_id
		WHERE s.unit_id = x.unit_id AND s.project_id = x.id AND h.day BETWEEN s.valid_from AND coalesce(s.valid_to, 'infinity')) m
	CROSS JOIN LATERAL (SELECT count(*) AS n FROM taskforce_outsiders s
		WHERE s.unit_id = x.unit_id AND s.taskforce_id = x.id AND h.day BETWEEN s.valid_from AND coalesce(s.valid_to, 'infinity')) o
	CROSS JOIN LATERAL (SELECT count(*) FILTER (WHERE s.state IN ('todo', 'doing')) AS open, count(*) FILTER (WHERE s.state = 'done') AS done,
			count(*) FILTER (WHERE s.state IN ('todo', 'doing') AND s.due_on < $2::date) AS late
		FROM taskforce_tasks s WHERE s.unit_id = x.unit_id AND s.taskforce_id = x.id) t
	CROSS JOIN LATERAL (SELECT count(*) AS n FROM activity_activities s WHERE s.unit_id = x.unit_id AND s.project_id = x.id AND s.state = 'confirmed') a
	CROSS JOIN LATERAL (SELECT json_agg(json_build_object('kind', q.code, 'name', q.name, 'measure', q.measure, 'money', q.money, 'quantity', q.n) ORDER BY q.ord, q.code) AS sums
		FROM (SELECT c.code, c.name, c.measure, c.money, c.ord, sum(s.quantity)::bigint AS n FROM taskforce_outcomes s
			JOIN taskforce_outcome_kinds c ON c.unit_id = s.unit_id AND c.code = s.kind
			WHERE s.unit_id = x.unit_id AND s.taskforce_id = x.id AND s.voided_at IS NULL GROUP BY c.code, c.name, c.measure, c.money, c.ord) q) r
	ORDER BY x.proposed_at DESC, x.id DESC`

func scanTaskforce(rows *sql.Rows) (t taskforceRow, err error) {
	var head *uuid.UUID
	var name *string
	var sums []byte
	err = rows.Scan(&t.ID, &t.Kind, &t.KindName, &t.HeadTitle, &t.Appraised, &t.Name, &t.Purpose, &t.State, &t.Branch, &t.BranchName,
		&t.From, &t.PlannedTo, &t.To, &t.ApprovalNo, &t.ApprovedOn, &t.ProposedByID, &t.ProposedBy, &t.ProposedAt, &t.Answer, &t.Summary, &t.Version,
		&head, &name, &t.Members, &t.PartyCount, &t.Outsiders, &t.TasksOpen, &t.TasksDone, &t.TasksLate, &t.Activities, &sums)
	if err != nil {
		return t, err
	}
	if head != nil && name != nil {
		t.Head = &PersonRef{*head, *name}
	}
	return t, json.Unmarshal(sums, &t.Outcomes)
}

const filtered = ` FROM taskforce_taskforces f
	JOIN org_projects j ON j.unit_id = f.unit_id AND j.id = f.id
	WHERE f.unit_id = $1
		AND ($3 = '' OR CASE $3 WHEN 'running' THEN f.state IN ('proposed', 'approved', 'active') ELSE f.state = $3 END)
		AND ($4 = '' OR f.kind = $4)
		AND ($5 = '' OR (j.name || ' ' || f.purpose) ILIKE '%' || $5 || '%')
		AND ($6::uuid IS NULL OR f.proposed_by = $6 OR EXISTS (SELECT FROM org_secondments s WHERE s.unit_id = f.unit_id AND s.project_id = f.id AND s.person_id = $6
			AND $2::date BETWEEN s.valid_from AND coalesce(s.valid_to, 'infinity')))
		AND ($7::uuid IS NULL OR f.branch_id = $7)
		AND ($8::int = 0 OR j.valid_from < make_date($8::int + 1, 1, 1) AND coalesce(j.valid_to, 'infinity') >= make_date($8::int, 1, 1))
		AND `

func listTaskforces(ctx context.Context, on bun.IDB, by access.Actor, scope access.Scope, f Filter, today calendar.Date) (out []taskforceRow, total int, err error) {
	mine := uuid.Nil
	if f.Mine {
		mine = by.Person
	}
	where, more := scope.Where(columns(), 9)
	args := append([]any{by.Unit, today, f.State, f.Kind, db.Like(f.Text), db.OrNull(mine), db.OrNull(f.Branch), f.Year}, more...)
	if err := db.One(ctx, on, []any{&total}, `SELECT count(*)`+filtered+where+` AND $2::date IS NOT NULL`, args...); err != nil {
		return nil, 0, fmt.Errorf("count taskforces: %w", err)
	}
	from := filtered + where
	if f.Cursor != "" {
		var k listKey
		if err := readKey(f.Cursor, &k); err != nil {
			return nil, 0, err
		}
		from += fmt.Sprintf(` AND (f.proposed_at, f.id) < ($%d::timestamptz, $%d::uuid)`, len(args)+1, len(args)+2)
		args = append(args, k.At, k.ID)
	}
	page := `WITH page AS (SELECT f.*` + from + fmt.Sprintf(` ORDER BY f.proposed_at DESC, f.id DESC LIMIT %d) `, f.Limit+1)
	err = db.Each(ctx, on, page+taskforceSelect, args, func(rows *sql.Rows) error {
		t, err := scanTaskforce(rows)
		out = append(out, t)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("taskforces: %w", err)
	}
	return out, total, nil
}

func readTaskforce(ctx context.Context, on bun.IDB, unit uuid.UUID, scope access.Scope, id uuid.UUID, today calendar.Date) (t taskforceRow, err error) {
	where, more := scope.Where(columns(), 4)
	err = sql.ErrNoRows
	each := db.Each(ctx, on, `WITH page AS (SELECT f.* FROM taskforce_taskforces f WHERE f.unit_id = $1 AND f.id = $3 AND `+where+`) `+taskforceSelect,
		append([]any{unit, today, id}, more...), func(rows *sql.Rows) error {
			t, err = scanTaskforce(rows)
			return err
		})
	if each != nil {
		return t, fmt.Errorf("taskforce %s: %w", id, each)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.Missing("行动党支部等")
	}
	return t, err
}
