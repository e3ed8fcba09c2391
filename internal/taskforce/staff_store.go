package taskforce

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// namesOnRoll reads the names of those who are of the office on a day.
func namesOnRoll(ctx context.Context, on bun.IDB, unit uuid.UUID, people []uuid.UUID, day calendar.Date) (map[uuid.UUID]string, error) {
	out := map[uuid.UUID]string{}
	err := db.Each(ctx, on, `SELECT id, name FROM org_people WHERE unit_id = $1 AND id = ANY ($2::uuid[]) AND on_roll AND (left_on IS NULL OR left_on >= $3::date)`,
		[]any{unit, people, day}, func(rows *sql.Rows) error {
			var id uuid.UUID
			var name string
			err := rows.Scan(&id, &name)
			out[id] = name
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("people to second: %w", err)
	}
	return out, nil
}

func insertPost(ctx context.Context, tx bun.Tx, unit, taskforce, secondment uuid.UUID, place string) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO taskforce_posts (unit_id, taskforce_id, secondment_id, place) VALUES ($1, $2, $3, $4)`, unit, taskforce, secondment, place)
	if err != nil {
		return fmt.Errorf("post: %w", db.Translate(err))
	}
	return nil
}

// movePost keeps where somebody is stationed in their next office.
func movePost(ctx context.Context, tx bun.Tx, unit, from, to uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO taskforce_posts (unit_id, taskforce_id, secondment_id, place)
		SELECT unit_id, taskforce_id, $3, place FROM taskforce_posts WHERE unit_id = $1 AND secondment_id = $2`, unit, from, to)
	if err != nil {
		return fmt.Errorf("post: %w", db.Translate(err))
	}
	return nil
}

// owedAfter counts the open tasks of somebody that fall due after a day.
func owedAfter(ctx context.Context, on bun.IDB, unit, taskforce, person uuid.UUID, last calendar.Date) (n int, err error) {
	err = db.One(ctx, on, []any{&n}, `SELECT count(*) FROM taskforce_tasks WHERE unit_id = $1 AND taskforce_id = $2 AND owner_id = $3
		AND state IN ('todo', 'doing') AND due_on > $4::date`, unit, taskforce, person, last)
	return n, err
}

func outsidersOf(ctx context.Context, on bun.IDB, unit, taskforce uuid.UUID) ([]Outsider, error) {
	out := []Outsider{}
	err := db.Each(ctx, on, `SELECT id, name, partner, title, full_member, valid_from, valid_to FROM taskforce_outsiders
		WHERE unit_id = $1 AND taskforce_id = $2 ORDER BY partner, valid_from, name, id`, []any{unit, taskforce}, func(rows *sql.Rows) error {
		var o Outsider
		err := rows.Scan(&o.ID, &o.Name, &o.Partner, &o.Title, &o.Full, &o.From, &o.To)
		out = append(out, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("outsiders: %w", err)
	}
	return out, nil
}

func insertOutsider(ctx context.Context, tx bun.Tx, unit, taskforce, id uuid.UUID, o OutsiderInput) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO taskforce_outsiders (unit_id, id, taskforce_id, name, partner, title, full_member, valid_from)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, unit, id, taskforce, o.Name, o.Partner, o.Title, o.Full, o.From)
	if err != nil {
		return fmt.Errorf("outsider: %w", db.Translate(err))
	}
	return nil
}

func lockOutsider(ctx context.Context, tx bun.Tx, unit, taskforce, id uuid.UUID) (o Outsider, err error) {
	err = db.One(ctx, tx, []any{&o.ID, &o.Name, &o.Partner, &o.From, &o.To}, `SELECT id, name, partner, valid_from, valid_to FROM taskforce_outsiders
		WHERE unit_id = $1 AND taskforce_id = $2 AND id = $3 FOR UPDATE`, unit, taskforce, id)
	if errors.Is(err, sql.ErrNoRows) {
		return o, fault.Missing("外单位人员")
	}
	return o, err
}

func endOutsider(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, last calendar.Date) error {
	_, err := db.Exec(ctx, tx, `UPDATE taskforce_outsiders SET valid_to = $3 WHERE unit_id = $1 AND id = $2`, unit, id, last)
	if err != nil {
		return fmt.Errorf("end outsider: %w", db.Translate(err))
	}
	return nil
}

func groupsOf(ctx context.Context, on bun.IDB, unit, taskforce uuid.UUID) ([]Group, error) {
	out := []Group{}
	err := db.Each(ctx, on, `SELECT g.id, g.name, b.id, b.name FROM taskforce_groups t
		JOIN org_groups g ON g.unit_id = t.unit_id AND g.id = t.group_id
		JOIN org_branches b ON b.unit_id = t.unit_id AND b.id = t.branch_id
		WHERE t.unit_id = $1 AND t.taskforce_id = $2 ORDER BY b.ord, b.name, g.ord, g.name`, []any{unit, taskforce}, func(rows *sql.Rows) error {
		var g Group
		err := rows.Scan(&g.ID, &g.Name, &g.Branch, &g.BranchName)
		out = append(out, g)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("groups of taskforce: %w", err)
	}
	return out, nil
}
