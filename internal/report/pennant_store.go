package report

import (
	"context"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

// pennantState is the state of the quarter's selection; empty where there is none.
func pennantState(ctx context.Context, on bun.IDB, a ask) (string, error) {
	var states []string
	err := on.NewSelect().Table("selection_selections").Column("state").Where("unit_id = ?", a.unit).Where("kind = 'pennant'").
		Where("quarter = ?", a.quarter).Where("state <> 'cancelled'").Scan(ctx, &states)
	if err != nil {
		return "", fmt.Errorf("pennant: %w", err)
	}
	return strings.Join(states, ""), nil // one at most
}

// contenders reads the groups of the quarter's selection that the scope reaches, in
// the order of branch and group.
func contenders(ctx context.Context, on bun.IDB, a ask) ([]contender, error) {
	where, args := a.scope.Where(access.Columns{Unit: "c.unit_id", Branch: "c.branch_id", Group: "c.group_id"}, 3)
	args = append([]any{a.quarter, db.OrNull(a.branch)}, args...)
	rows, err := db.Query(ctx, on, `SELECT c.branch_id, c.group_id, b.name, c.name, c.headcount, c.points, c.previous_count, c.previous_points,
			c.vetoes, c.excluded, c.proposed, c.opinion, c.opinion_text, c.result
		FROM selection_selections s
		JOIN selection_candidates c ON c.unit_id = s.unit_id AND c.selection_id = s.id
		JOIN org_branches b ON b.unit_id = c.unit_id AND b.id = c.branch_id
		JOIN org_groups g ON g.unit_id = c.unit_id AND g.id = c.group_id
		WHERE s.kind = 'pennant' AND s.quarter = $1 AND s.state <> 'cancelled' AND c.person_id IS NULL
			AND ($2::uuid IS NULL OR c.branch_id = $2::uuid) AND `+where+`
		ORDER BY b.ord, b.id, g.ord, g.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("contenders: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []contender
	for rows.Next() {
		var g contender
		if err := rows.Scan(&g.Branch, &g.Group, &g.BranchName, &g.Name, &g.Headcount, &g.Points, &g.EarlierCount, &g.EarlierSum,
			&g.Vetoes, &g.Excluded, &g.Proposed, &g.Opinion, &g.Words, &g.Result); err != nil {
			return nil, fmt.Errorf("contenders: %w", err)
		}
		out = append(out, g)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("contenders: %w", err)
	}
	return out, nil
}
