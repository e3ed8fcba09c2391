package taskforce

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

const taskSelect = `SELECT t.id, t.title, t.detail, t.owner_id, o.name, t.due_on, t.state, t.note, t.done_on,
		coalesce((SELECT c.name FROM org_people c WHERE c.unit_id = t.unit_id AND c.id = t.created_by), ''), t.created_at, t.row_version,
		count(*) OVER ()
	FROM taskforce_tasks t JOIN org_people o ON o.unit_id = t.unit_id AND o.id = t.owner_id
	WHERE t.unit_id = $1 AND t.taskforce_id = $2`

func (t *Task) columns(of *int) []any {
	return []any{&t.ID, &t.Title, &t.Detail, &t.Owner.ID, &t.Owner.Name, &t.DueOn, &t.State, &t.Note, &t.DoneOn, &t.CreatedBy, &t.CreatedAt, &t.Version, of}
}

// listTasks reads the tasks of a taskforce; total is how many the filter finds in all.
func listTasks(ctx context.Context, on bun.IDB, unit, taskforce uuid.UUID, f TaskFilter, today calendar.Date) (out []Task, total int, err error) {
	const narrowed = ` AND ($3 = '' OR CASE $3 WHEN 'open' THEN t.state IN ('todo', 'doing') WHEN 'late' THEN t.state IN ('todo', 'doing') AND t.due_on < $4::date ELSE t.state = $3 END)
		AND ($5::uuid IS NULL OR t.owner_id = $5)`
	args := []any{unit, taskforce, f.State, today, db.OrNull(f.Owner)}
	// The total is of the whole list, so the cursor stands outside it.
	query := `SELECT * FROM (` + taskSelect + narrowed + `) t (id, title, detail, owner_id, owner, due_on, state, note, done_on, created_by, created_at, version, of)`
	if f.Cursor != "" {
		var k taskKey
		if err := readKey(f.Cursor, &k); err != nil {
			return nil, 0, err
		}
		query += ` WHERE (t.state NOT IN ('todo', 'doing'), t.due_on, t.id) > ($6::bool, $7::date, $8::uuid)`
		args = append(args, k.Closed, k.Due, k.ID)
	}
	query += fmt.Sprintf(` ORDER BY t.state NOT IN ('todo', 'doing'), t.due_on, t.id LIMIT %d`, f.Limit+1)
	out = []Task{}
	err = db.Each(ctx, on, query, args, func(rows *sql.Rows) error {
		var t Task
		err := rows.Scan(t.columns(&total)...)
		out = append(out, t)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("tasks of taskforce: %w", err)
	}
	return out, total, nil
}

func lockTask(ctx context.Context, tx bun.Tx, unit, taskforce, id uuid.UUID) (t Task, err error) {
	err = db.One(ctx, tx, []any{&t.ID, &t.Title, &t.Owner.ID, &t.DueOn, &t.State, &t.Version}, `SELECT id, title, owner_id, due_on, state, row_version FROM taskforce_tasks
		WHERE unit_id = $1 AND taskforce_id = $2 AND id = $3 FOR UPDATE`, unit, taskforce, id)
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.Missing("任务")
	}
	return t, err
}

func readTask(ctx context.Context, on bun.IDB, unit, taskforce, id uuid.UUID) (t Task, err error) {
	var one int
	if err := db.One(ctx, on, t.columns(&one), taskSelect+` AND t.id = $3`, unit, taskforce, id); err != nil {
		return t, fmt.Errorf("task %s: %w", id, err)
	}
	return t, nil
}

func insertTask(ctx context.Context, tx bun.Tx, by access.Actor, taskforce, id uuid.UUID, in TaskInput, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO taskforce_tasks (unit_id, id, taskforce_id, title, detail, owner_id, due_on, created_by, created_at, updated_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)`, by.Unit, id, taskforce, in.Title, in.Detail, in.Owner, in.DueOn, by.Person, at)
	if err != nil {
		return fmt.Errorf("task: %w", db.Translate(err))
	}
	return nil
}

func changeTask(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, at time.Time, set string, args ...any) error {
	_, err := db.Exec(ctx, tx, `UPDATE taskforce_tasks SET row_version = row_version + 1, updated_at = $3, `+set+` WHERE unit_id = $1 AND id = $2`,
		append([]any{unit, id, at}, args...)...)
	if err != nil {
		return fmt.Errorf("task %s: %w", id, db.Translate(err))
	}
	return nil
}

// mayOwn says whether somebody is in a taskforce on a day or comes later: whom a task may
// be given to.
func mayOwn(ctx context.Context, on bun.IDB, unit, taskforce, person uuid.UUID, day calendar.Date) (may bool, err error) {
	err = db.One(ctx, on, []any{&may}, `SELECT EXISTS (SELECT FROM org_secondments s WHERE s.unit_id = $1 AND s.project_id = $2 AND s.person_id = $3
		AND (s.valid_to IS NULL OR s.valid_to >= $4::date))`, unit, taskforce, person, day)
	return may, err
}
