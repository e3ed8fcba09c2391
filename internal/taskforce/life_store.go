package taskforce

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

func insertTaskforce(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, p Proposal, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO taskforce_taskforces (unit_id, id, kind, purpose, branch_id, planned_to, proposed_by, proposed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, by.Unit, id, p.Kind, p.Purpose, db.OrNull(p.Branch), p.PlannedTo, by.Person, at)
	if err != nil {
		return fmt.Errorf("propose taskforce: %w", db.Translate(err))
	}
	return nil
}

// insertGroups puts groups that are there on a day under a taskforce; n is how many were.
func insertGroups(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, groups []uuid.UUID, day calendar.Date) (n int64, err error) {
	done, err := db.Exec(ctx, tx, `INSERT INTO taskforce_groups (unit_id, taskforce_id, branch_id, group_id)
		SELECT g.unit_id, $2, g.branch_id, g.id FROM org_groups g WHERE g.unit_id = $1 AND g.id = ANY ($3::uuid[])
			AND g.valid_from <= $4::date AND (g.valid_to IS NULL OR g.valid_to >= $4::date)`, unit, id, groups, day)
	if err != nil {
		return 0, fmt.Errorf("groups of taskforce: %w", db.Translate(err))
	}
	return done.RowsAffected()
}

// branchThere says whether a branch is there on a day.
func branchThere(ctx context.Context, on bun.IDB, unit, branch uuid.UUID, day calendar.Date) (there bool, err error) {
	err = db.One(ctx, on, []any{&there}, `SELECT EXISTS (SELECT FROM org_branches b WHERE b.unit_id = $1 AND b.id = $2
		AND b.valid_from <= $3::date AND (b.valid_to IS NULL OR b.valid_to >= $3::date))`, unit, branch, day)
	return there, err
}

// likeNamed counts the projects whose name begins in the same words.
func likeNamed(ctx context.Context, on bun.IDB, unit uuid.UUID, name string) (n int, err error) {
	err = db.One(ctx, on, []any{&n}, `SELECT count(*) FROM org_projects WHERE unit_id = $1 AND starts_with(name, $2)`, unit, name)
	return n, err
}

// postsOf reads where those of a taskforce are stationed, by their secondment.
func postsOf(ctx context.Context, on bun.IDB, unit, id uuid.UUID) (map[uuid.UUID]string, error) {
	out := map[uuid.UUID]string{}
	err := db.Each(ctx, on, `SELECT secondment_id, place FROM taskforce_posts WHERE unit_id = $1 AND taskforce_id = $2`, []any{unit, id}, func(rows *sql.Rows) error {
		var secondment uuid.UUID
		var place string
		err := rows.Scan(&secondment, &place)
		out[secondment] = place
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("posts: %w", err)
	}
	return out, nil
}
