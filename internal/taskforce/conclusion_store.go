package taskforce

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// How findStage holds the row: what is added to a taskforce holds it shared, its steps
// alone, so that nothing is added to one that is being archived.
const (
	forShare  = " FOR SHARE OF f"
	forUpdate = " FOR UPDATE OF f"
)

// findStage finds where a taskforce in reach stands.
func findStage(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID, lock string) (st stage, err error) {
	where, args := scope.Where(columns(), 2)
	err = db.One(ctx, on, []any{&st.ID, &st.Kind, &st.KindName, &st.Head, &st.Appraised, &st.Name, &st.Purpose, &st.State, &st.Branch, &st.BranchName, &st.From, &st.Last,
		&st.ApprovalNo, &st.ApprovedOn, &st.Summary, &st.ArchivedAt, &st.Version},
		`SELECT f.id, f.kind, k.name, k.head, k.appraisal, p.name, f.purpose, f.state, f.branch_id, coalesce((SELECT b.name FROM org_branches b WHERE b.unit_id = f.unit_id AND b.id = f.branch_id), ''),
			p.valid_from, f.concluded_on, f.approval_no, f.approved_on, f.summary, f.archived_at, f.row_version
		FROM taskforce_taskforces f
		JOIN org_projects p ON p.unit_id = f.unit_id AND p.id = f.id
		JOIN taskforce_kinds k ON k.unit_id = f.unit_id AND k.code = f.kind
		WHERE f.id = $1 AND `+where+lock, append([]any{id}, args...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return st, fault.Missing("行动党支部等")
	}
	if err != nil {
		return st, fmt.Errorf("taskforce %s: %w", id, err)
	}
	return st, nil
}

// texts reads a column of names.
func texts(ctx context.Context, on bun.IDB, query string, args ...any) ([]string, error) {
	var out []string
	err := db.Each(ctx, on, query, args, func(rows *sql.Rows) error {
		var t string
		err := rows.Scan(&t)
		out = append(out, t)
		return err
	})
	return out, err
}

func openTasks(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]string, error) {
	return texts(ctx, on, `SELECT title FROM taskforce_tasks WHERE unit_id = $1 AND taskforce_id = $2 AND state IN ('todo', 'doing') ORDER BY due_on, id`, unit, id)
}

// heldAfter names what stands recorded under its name after a day.
func heldAfter(ctx context.Context, on bun.IDB, unit, id uuid.UUID, last calendar.Date) ([]string, error) {
	return texts(ctx, on, `SELECT title FROM activity_activities WHERE unit_id = $1 AND project_id = $2 AND state IN ('draft', 'confirmed')
		AND (starts_at AT TIME ZONE 'Asia/Shanghai')::date > $3::date ORDER BY starts_at, id`, unit, id, last)
}

// unconfirmed names what is recorded under its name and confirmed not yet.
func unconfirmed(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]string, error) {
	return texts(ctx, on, `SELECT title FROM activity_activities WHERE unit_id = $1 AND project_id = $2 AND state = 'draft' ORDER BY starts_at, id`, unit, id)
}

// endOutsiders ends the time of people of partner units with the last day; late names
// those who would only begin after it.
func endOutsiders(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, last calendar.Date) (late []string, err error) {
	late, err = texts(ctx, tx, `SELECT name FROM taskforce_outsiders WHERE unit_id = $1 AND taskforce_id = $2 AND valid_from > $3::date ORDER BY name`, unit, id, last)
	if err != nil || len(late) > 0 {
		return late, err
	}
	_, err = db.Exec(ctx, tx, `UPDATE taskforce_outsiders SET valid_to = $3::date WHERE unit_id = $1 AND taskforce_id = $2 AND coalesce(valid_to, 'infinity') > $3::date`, unit, id, last)
	if err != nil {
		return nil, fmt.Errorf("end outsiders: %w", err)
	}
	return nil, nil
}

func conclude(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, c Conclusion) error {
	_, err := db.Exec(ctx, tx, `UPDATE taskforce_taskforces SET state = 'concluded', concluded_on = $3, concluded_by = $4, summary = $5, row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2`, by.Unit, id, c.Last, by.Person, c.Summary)
	if err != nil {
		return fmt.Errorf("conclude: %w", err)
	}
	return nil
}
