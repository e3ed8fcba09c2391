package report

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

// meetingBranches lists the branches of the scope that were there in the quarter.
func meetingBranches(ctx context.Context, on bun.IDB, a ask) ([]*meetings, error) {
	var out []*meetings
	q := on.NewSelect().TableExpr("org_branches AS b").Column("b.id", "b.name").
		Apply(a.scope.Rows(access.Columns{Unit: "b.unit_id", Branch: "b.id"})).
		Where("b.valid_from <= ?", a.day).Where("(b.valid_to IS NULL OR b.valid_to >= ?)", a.quarter.First()).
		OrderExpr("b.ord, b.name, b.id")
	if a.branch != uuid.Nil {
		q.Where("b.id = ?", a.branch)
	}
	if err := q.Scan(ctx, &out); err != nil {
		return nil, fmt.Errorf("branches: %w", db.Translate(err))
	}
	return out, nil
}

// turnouts counts who was expected and who came at the meetings of the quarter that
// meet a duty: confirmed, and not below their quorum (rule 5). Of what the whole office
// or a project held each branch counts its own.
func turnouts(ctx context.Context, on bun.IDB, a ask, list []*meetings, kinds []string) (map[uuid.UUID]turnout, error) {
	ids := make([]uuid.UUID, len(list))
	for i, b := range list {
		ids[i] = b.ID
	}
	out := map[uuid.UUID]turnout{}
	err := db.Each(ctx, on, `SELECT x.branch_id, count(*), count(*) FILTER (WHERE x.status = 'present') FROM (
			SELECT CASE WHEN a.organiser_kind IN ('unit', 'project') THEN t.branch_id ELSE a.branch_id END AS branch_id, t.status
			FROM activity_activities a
			JOIN activity_attendances t ON t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status <> 'guest'
			WHERE a.unit_id = $1 AND a.state = 'confirmed' AND a.quorum_met IS NOT FALSE AND a.kind = ANY($2::text[])
				AND a.organiser_kind IN ('unit', 'project', 'branch', 'group') AND a.starts_at >= $3 AND a.starts_at < $4) x
		WHERE x.branch_id = ANY($5::uuid[]) GROUP BY x.branch_id`,
		[]any{a.unit, kinds, a.quarter.First().In(), a.day.AddDays(1).In(), ids}, func(rows *sql.Rows) error {
			var id uuid.UUID
			var t turnout
			err := rows.Scan(&id, &t.Expected, &t.Present)
			out[id] = t
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("turnouts: %w", err)
	}
	return out, nil
}
