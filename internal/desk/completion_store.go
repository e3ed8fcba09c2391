package desk

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
)

// Completion tells for each group of a quarter's last day how far it met the duties
// it owed in that quarter (rule 32), out of the same records as the calendar on the
// desk. It is for whoever has to compare groups, and not bounded by a scope.
func Completion(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter, today calendar.Date) (map[uuid.UUID]Share, error) {
	day := q.Last()
	if today.Before(day) {
		day = today
	}
	var groups []group
	err := on.NewSelect().TableExpr("org_groups AS g").Column("g.id", "g.branch_id", "g.name", "g.valid_from").
		Where("g.unit_id = ?", unit).Where("g.valid_from <= ?", day).Where("(g.valid_to IS NULL OR g.valid_to >= ?)", day).
		OrderExpr("g.branch_id, g.ord, g.id").Scan(ctx, &groups)
	if err != nil {
		return nil, fmt.Errorf("groups of %s: %w", q, err)
	}
	var all []branch
	for _, g := range groups {
		if n := len(all); n == 0 || all[n-1].ID != g.BranchID {
			all = append(all, branch{ID: g.BranchID})
		}
		last := &all[len(all)-1]
		last.groups = append(last.groups, g)
	}
	h, since, err := heldRecords(ctx, on, unit, all, q.First(), day)
	if err != nil {
		return nil, err
	}
	return complete(all, h, q, today, since), nil
}
