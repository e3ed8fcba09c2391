package desk

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// maxWork is how many of one's own tasks the desk shows.
const maxWork = 6

// ownWork reads the open tasks of somebody in the taskforces that they are in today, what
// falls due first at the head.
func ownWork(ctx context.Context, on bun.IDB, unit, person uuid.UUID, today calendar.Date) (Works, error) {
	out := Works{Items: []Work{}}
	err := db.Each(ctx, on, `SELECT t.id, t.title, t.taskforce_id, j.name, t.due_on, t.state, t.due_on < $3::date, count(*) OVER (), count(*) FILTER (WHERE t.due_on < $3::date) OVER ()
		FROM taskforce_tasks t
		JOIN taskforce_taskforces f ON f.unit_id = t.unit_id AND f.id = t.taskforce_id AND f.state IN ('approved', 'active')
		JOIN org_projects j ON j.unit_id = t.unit_id AND j.id = t.taskforce_id
		WHERE t.unit_id = $1 AND t.owner_id = $2 AND t.state IN ('todo', 'doing')
			AND EXISTS (SELECT FROM org_secondments s WHERE s.unit_id = t.unit_id AND s.project_id = t.taskforce_id AND s.person_id = $2
				AND $3::date BETWEEN s.valid_from AND coalesce(s.valid_to, 'infinity'))
		ORDER BY t.due_on, t.id LIMIT $4`, []any{unit, person, today, maxWork}, func(rows *sql.Rows) error {
		var w Work
		err := rows.Scan(&w.ID, &w.Title, &w.Taskforce, &w.TaskforceName, &w.DueOn, &w.State, &w.Late, &out.Total, &out.Late)
		out.Items = append(out.Items, w)
		return err
	})
	if err != nil {
		return out, fmt.Errorf("own tasks of taskforces: %w", err)
	}
	return out, nil
}

// taskforceWaitings are what waits of taskforces: proposals of others for who approves
// them, and appraisals for the home branch.
func taskforceWaitings(r reach) []waiting {
	place := access.Columns{Unit: "x.unit_id", Branch: "x.branch_id"}
	out := []waiting{{kind: TaskProposals, scope: r.establish, columns: place, until: "NULL", quarter: "NULL", from: `
			(SELECT f.unit_id, f.branch_id FROM taskforce_taskforces f WHERE f.unit_id = $1 AND f.state = 'proposed' AND f.proposed_by <> $2) x`}}
	// The office receives only what has no branch of its own to do so.
	branch := ""
	if r.receive.Whole() {
		branch = " AND a.branch_id IS NULL"
	}
	return append(out, waiting{kind: TaskAppraisals, scope: r.receive, columns: place, until: "NULL", quarter: "NULL", from: `
			(SELECT a.unit_id, a.branch_id FROM taskforce_appraisals a WHERE a.unit_id = $1 AND a.received_at IS NULL` + branch + `) x`})
}
