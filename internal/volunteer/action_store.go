package volunteer

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// owned is where an action belongs: who organises there changes it.
func owned() access.Columns {
	return access.Columns{Unit: "a.unit_id", Department: "a.department_id", Branch: "a.branch_id", Group: "a.group_id", Project: "a.project_id"}
}

// shown is what somebody sees: besides what belongs within their reach, what the office
// holds, what they lead and what they signed up for.
func shown() access.Columns {
	c := owned()
	c.Persons = []string{"a.leader_id"}
	c.Named = []string{"a.organiser_kind = 'unit'", `a.id IN (SELECT o.action_id FROM volunteer_signups o
		WHERE o.unit_id = @unit AND o.person_id = @person AND o.state <> 'gone')`}
	return c
}

// look is how an actor looks at actions: what they see, sign up for and organise.
type look struct {
	by                   access.Actor
	read, sign, organise access.Scope
}

const actionColumns = `SELECT a.id, a.title, a.starts_at, a.ends_at, a.place, a.served, a.content, a.organiser_kind, a.organiser_id,
	CASE a.organiser_kind WHEN 'department' THEN (SELECT o.name FROM org_departments o WHERE o.unit_id = a.unit_id AND o.id = a.department_id)
		WHEN 'branch' THEN (SELECT o.name FROM org_branches o WHERE o.unit_id = a.unit_id AND o.id = a.branch_id)
		WHEN 'group' THEN (SELECT b.name || o.name FROM org_groups o JOIN org_branches b ON b.unit_id = o.unit_id AND b.id = o.branch_id
			WHERE o.unit_id = a.unit_id AND o.id = a.group_id)
		WHEN 'project' THEN (SELECT o.name FROM org_projects o WHERE o.unit_id = a.unit_id AND o.id = a.project_id)
		ELSE '全院' END,
	a.leader_id, l.name, a.places, a.closes_at, a.state, a.record_id, a.cancel_reason, a.row_version, a.code,
	a.department_id, a.branch_id, a.group_id, a.project_id,
	(SELECT count(*) FROM volunteer_signups s WHERE s.unit_id = a.unit_id AND s.action_id = a.id AND s.state = 'placed'),
	(SELECT count(*) FROM volunteer_signups s WHERE s.unit_id = a.unit_id AND s.action_id = a.id AND s.state = 'waiting'),
	coalesce(m.state, ''), m.moved_at, m.came_at,
	(SELECT count(*) FROM volunteer_signups w WHERE w.unit_id = a.unit_id AND w.action_id = a.id AND w.state = 'waiting'
		AND m.state = 'waiting' AND (w.signed_at, w.person_id) <= (m.signed_at, m.person_id))
	FROM volunteer_actions a
	JOIN org_people l ON l.unit_id = a.unit_id AND l.id = a.leader_id
	LEFT JOIN volunteer_signups m ON m.unit_id = a.unit_id AND m.action_id = a.id AND m.person_id = $2 AND m.state <> 'gone'
	WHERE a.unit_id = $1 AND $3::uuid IS NOT DISTINCT FROM $3::uuid AND `

// seen is the condition of actionColumns that says what the actor sees; its parameters
// begin with the first three. Somebody's own department is theirs to see as the branch is.
func (l look) seen() (string, []any) {
	args := []any{l.by.Unit, l.by.Person, db.OrNull(l.by.Department)}
	text, more := l.read.Where(shown(), len(args)+1)
	if l.read.Unit() != l.by.Unit {
		return "(FALSE)", args
	}
	return "(" + text + " OR a.department_id = $3)", append(args, more...)
}

func scanAction(rows *sql.Rows, l look, now time.Time) (Action, error) {
	var a Action
	var own Own
	if err := rows.Scan(&a.ID, &a.Title, &a.StartsAt, &a.EndsAt, &a.Place, &a.Served, &a.Content, &a.Organiser.Kind, &a.Organiser.ID,
		&a.OrganiserName, &a.LeaderID, &a.LeaderName, &a.Places, &a.ClosesAt, &a.State, &a.RecordID, &a.CancelReason, &a.Version, &a.code,
		&a.department, &a.branch, &a.group, &a.project, &a.Placed, &a.Waiting, &own.State, &own.MovedAt, &own.CameAt, &own.Position); err != nil {
		return a, err
	}
	if own.State != "" {
		a.Own = &own
	}
	place := a.at(l.by.Unit)
	a.organises = l.organise.Covers(place)
	a.names = a.organises || a.LeaderID == l.by.Person
	a.maySign = l.sign.Unit() == l.by.Unit && (a.Organiser.Kind == "unit" || a.LeaderID == l.by.Person || a.department != uuid.Nil && a.department == l.by.Department || l.sign.Covers(place))
	a.judge(now)
	return a, nil
}

// where gives the condition and the arguments of a filtered list.
func (l look) where(f ActionFilter, now time.Time) (string, []any) {
	text, args := l.seen()
	parts := []string{text}
	add := func(format string, values ...any) {
		marks := make([]any, len(values))
		for i, v := range values {
			args = append(args, v)
			marks[i] = fmt.Sprintf("$%d", len(args))
		}
		parts = append(parts, fmt.Sprintf(format, marks...))
	}
	switch f.State {
	case listComing:
		add("a.state = 'open' AND a.ends_at > %s", now)
	case listEnded:
		add("a.state = 'open' AND a.ends_at <= %s", now)
	case listPast:
		add("(a.state <> 'open' OR a.ends_at <= %s)", now)
	case string(Recorded), string(Cancelled):
		add("a.state = %s", f.State)
	}
	if !f.From.IsZero() {
		add("a.ends_at >= %s", f.From.In())
	}
	if !f.To.IsZero() {
		add("a.starts_at < %s", f.To.AddDays(1).In())
	}
	if f.Mine {
		parts = append(parts, "m.state IS NOT NULL")
	}
	if f.Text != "" {
		add("a.title || ' ' || a.place || ' ' || a.served || ' ' || l.name ILIKE %s", "%"+db.Like(f.Text)+"%")
	}
	return strings.Join(parts, " AND "), args
}

func listActions(ctx context.Context, on bun.IDB, l look, f ActionFilter, now time.Time) ([]Action, error) {
	where, args := l.where(f, now)
	direction, beyond := "DESC", "<"
	if f.upward() {
		direction, beyond = "ASC", ">"
	}
	if f.Cursor != "" {
		c, err := parseActionCursor(f.Cursor)
		if err != nil {
			return nil, err
		}
		where += fmt.Sprintf(" AND (a.starts_at, a.id) %s ($%d, $%d)", beyond, len(args)+1, len(args)+2)
		args = append(args, c.Starts, c.ID)
	}
	query := fmt.Sprintf("%s%s ORDER BY a.starts_at %s, a.id %s LIMIT %d", actionColumns, where, direction, direction, f.Limit+1)
	out := []Action{}
	err := db.Each(ctx, on, query, args, func(rows *sql.Rows) error {
		a, err := scanAction(rows, l, now)
		out = append(out, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("actions: %w", err)
	}
	return out, nil
}

func countActions(ctx context.Context, on bun.IDB, l look, f ActionFilter, now time.Time) (int, error) {
	where, args := l.where(f, now)
	_, from, _ := strings.Cut(actionColumns, "\n\tFROM volunteer_actions a")
	var n int
	if err := db.One(ctx, on, []any{&n}, "SELECT count(*) FROM volunteer_actions a"+from+where, args...); err != nil {
		return 0, fmt.Errorf("count actions: %w", err)
	}
	return n, nil
}

// findAction reads an action that the actor sees; one out of reach is not there.
func findAction(ctx context.Context, on bun.IDB, l look, id uuid.UUID, now time.Time) (Action, error) {
	where, args := l.seen()
	query := fmt.Sprintf("%s%s AND a.id = $%d", actionColumns, where, len(args)+1)
	var a Action
	found := false
	err := db.Each(ctx, on, query, append(args, id), func(rows *sql.Rows) (err error) {
		found = true
		a, err = scanAction(rows, l, now)
		return err
	})
	switch {
	case err != nil:
		return a, fmt.Errorf("action: %w", err)
	case !found:
		return a, fault.Missing("志愿服务活动")
	}
	return a, nil
}

// lockAction holds the action's row, so that whoever signs at the same moment waits,
// and reads it in a later statement.
func lockAction(ctx context.Context, tx bun.Tx, l look, id uuid.UUID, now time.Time) (Action, error) {
	if _, err := db.Exec(ctx, tx, `SELECT FROM volunteer_actions WHERE unit_id = $1 AND id = $2 FOR NO KEY UPDATE`, l.by.Unit, id); err != nil {
		return Action{}, fmt.Errorf("lock action: %w", err)
	}
	return findAction(ctx, tx, l, id, now)
}

func findCode(ctx context.Context, on bun.IDB, unit uuid.UUID, code string) (uuid.UUID, error) {
	var id uuid.UUID
	err := db.One(ctx, on, []any{&id}, `SELECT id FROM volunteer_actions WHERE unit_id = $1 AND code = $2`, unit, code)
	if errors.Is(err, sql.ErrNoRows) {
		return id, fault.Missing("志愿服务活动")
	}
	return id, err
}

// branchOf is the branch of a group; zero for any other organiser.
func branchOf(ctx context.Context, on bun.IDB, unit uuid.UUID, o activity.OrganiserRef) (branch uuid.UUID, err error) {
	if o.Kind != "group" {
		return uuid.Nil, nil
	}
	err = db.One(ctx, on, []any{&branch}, `SELECT branch_id FROM org_groups WHERE unit_id = $1 AND id = $2`, unit, o.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return branch, fault.Missing("组织者")
	}
	return branch, err
}

// places puts the organiser's id into the column of its kind.
func (a *Action) places(o activity.OrganiserRef, branch uuid.UUID) {
	a.Organiser, a.department, a.branch, a.group, a.project = o, uuid.Nil, branch, uuid.Nil, uuid.Nil
	switch o.Kind {
	case "department":
		a.department = o.ID
	case "branch":
		a.branch = o.ID
	case "group":
		a.group = o.ID
	case "project":
		a.project = o.ID
	}
}

func (a Action) contentArgs(unit uuid.UUID) []any {
	return []any{unit, a.ID, a.Title, a.StartsAt, a.EndsAt, a.Place, a.Served, a.Content, a.Organiser.Kind, db.OrNull(a.Organiser.ID),
		db.OrNull(a.department), db.OrNull(a.branch), db.OrNull(a.group), db.OrNull(a.project), a.LeaderID, a.Places, a.ClosesAt}
}

func insertAction(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, a Action) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO volunteer_actions (unit_id, id, title, starts_at, ends_at, place, served, content, organiser_kind, organiser_id,
			department_id, branch_id, group_id, project_id, leader_id, places, closes_at, code, created_by, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)`,
		append(a.contentArgs(by.Unit), a.code, by.Person, now)...)
	if err != nil {
		return fmt.Errorf("insert action: %w", err)
	}
	return nil
}

func updateAction(ctx context.Context, tx bun.Tx, unit uuid.UUID, a Action) error {
	_, err := db.Exec(ctx, tx, `UPDATE volunteer_actions SET title = $3, starts_at = $4, ends_at = $5, place = $6, served = $7, content = $8,
			organiser_kind = $9, organiser_id = $10, department_id = $11, branch_id = $12, group_id = $13, project_id = $14,
			leader_id = $15, places = $16, closes_at = $17, row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2 AND state = 'open'`, a.contentArgs(unit)...)
	if err != nil {
		return fmt.Errorf("update action: %w", err)
	}
	return nil
}

// settleAction ends what an action was: cancelled with its reason, or recorded.
func settleAction(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, state State, reason string, record uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `UPDATE volunteer_actions SET state = $3, cancel_reason = $4, record_id = $5, row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2 AND state = 'open'`, unit, id, state, reason, db.OrNull(record))
	if err != nil {
		return fmt.Errorf("settle action: %w", err)
	}
	return nil
}

func (s *Service) detail(ctx context.Context, on bun.IDB, l look, id uuid.UUID) (d ActionDetail, err error) {
	if d.Action, err = findAction(ctx, on, l, id, s.now()); err != nil || !d.names {
		return d, err
	}
	d.Code = d.code
	d.Signups, err = listSignups(ctx, on, l.by.Unit, id, s.today())
	return d, err
}
