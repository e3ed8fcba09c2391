package report

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

func unitName(ctx context.Context, on bun.IDB, unit uuid.UUID) (string, error) {
	var name string
	if err := on.NewSelect().Table("org_units").Column("name").Where("id = ?", unit).Scan(ctx, &name); err != nil {
		return "", fmt.Errorf("unit: %w", err)
	}
	return name, nil
}

// reachedBranches are the columns by which a scope reaches a branch as somewhere
// that it shows rows of: the branch, a group of it, or the actor's own.
func reachedBranches(scope access.Scope) (string, []any) {
	whole, args := scope.SQL(access.Columns{Unit: "b.unit_id", Branch: "b.id",
		PersonIn: []string{"SELECT m.person_id FROM org_party_memberships m WHERE m.unit_id = b.unit_id AND m.branch_id = b.id"}})
	group, more := scope.SQL(access.Columns{Unit: "g.unit_id", Group: "g.id"})
	return "(" + whole + " OR EXISTS (SELECT FROM org_groups g WHERE g.unit_id = b.unit_id AND g.branch_id = b.id AND " + group + "))",
		append(args, more...)
}

// findBranch finds a branch of the scope by id or name; of one name the branch that
// lasts.
func findBranch(ctx context.Context, on bun.IDB, scope access.Scope, idOrName string) (id uuid.UUID, name string, err error) {
	reach, args := reachedBranches(scope)
	q := on.NewSelect().TableExpr("org_branches AS b").Column("b.id", "b.name").Where(reach, args...).
		OrderExpr("b.valid_to DESC NULLS FIRST").Limit(1)
	if wanted, err := uuid.Parse(idOrName); err == nil {
		q.Where("b.id = ?", wanted)
	} else {
		q.Where("b.name = ?", strings.TrimSpace(idOrName))
	}
	err = q.Scan(ctx, &id, &name)
	if errors.Is(err, sql.ErrNoRows) {
		return id, "", fault.Missing("党支部")
	}
	if err != nil {
		return id, "", fmt.Errorf("branch: %w", err)
	}
	return id, name, nil
}

// Branch is a branch to choose.
type Branch struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// branches lists those that lasted into the day and of which the scope shows rows.
func branches(ctx context.Context, on bun.IDB, scope access.Scope, day calendar.Date) ([]Branch, error) {
	reach, args := reachedBranches(scope)
	out := []Branch{}
	err := on.NewSelect().TableExpr("org_branches AS b").Column("b.id", "b.name").Where(reach, args...).
		Where("(b.valid_to IS NULL OR b.valid_to >= ?)", day).OrderExpr("b.ord, b.name").Scan(ctx, &out)
	if err != nil {
		return nil, db.Translate(fmt.Errorf("branches: %w", err))
	}
	return out, nil
}

// placeNames names branches, and groups after their branch.
func placeNames(ctx context.Context, on bun.IDB, unit uuid.UUID, ids []uuid.UUID) ([]string, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var names []string
	err := on.NewRaw(`SELECT name FROM (
			SELECT b.name, b.ord, 0 AS sub FROM org_branches b WHERE b.unit_id = ?0 AND b.id IN (?1)
			UNION ALL
			SELECT b.name || g.name, b.ord, g.ord + 1 FROM org_groups g
			JOIN org_branches b ON b.unit_id = g.unit_id AND b.id = g.branch_id
			WHERE g.unit_id = ?0 AND g.id IN (?1)) n
		ORDER BY ord, sub, name`, unit, bun.List(ids)).Scan(ctx, &names)
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	return names, nil
}

// openedQuarters lists the quarters of the books, newest first.
func openedQuarters(ctx context.Context, on bun.IDB, unit uuid.UUID) ([]calendar.Quarter, error) {
	var texts []string
	err := on.NewSelect().Table("points_quarters").Column("quarter").Where("unit_id = ?", unit).OrderExpr("quarter DESC").Scan(ctx, &texts)
	if err != nil {
		return nil, db.Translate(fmt.Errorf("quarters: %w", err))
	}
	out := make([]calendar.Quarter, len(texts))
	for i, t := range texts {
		if out[i], err = calendar.ParseQuarter(t); err != nil {
			return nil, fmt.Errorf("quarters: %w", err)
		}
	}
	return out, nil
}

// quarterSeal is the seal of a closed quarter, and empty while it is open.
func quarterSeal(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) (string, error) {
	var seals []string
	err := on.NewSelect().Table("points_quarters").ColumnExpr("coalesce(seal, '')").Where("unit_id = ?", unit).Where("quarter = ?", q).
		Where("state = 'closed'").Scan(ctx, &seals)
	if err != nil {
		return "", fmt.Errorf("seal of %s: %w", q, err)
	}
	return strings.Join(seals, ""), nil // one at most
}
