package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
)

// maxBranches bounds the calendar; an office has a few dozen.
const maxBranches = 100

// branches reads the branches of the scope with their groups.
func branches(ctx context.Context, on bun.IDB, scope access.Scope, today calendar.Date) ([]branch, error) {
	var out []branch
	err := on.NewSelect().TableExpr("org_branches AS b").Column("b.id", "b.name", "b.valid_from").
		ColumnExpr(`(SELECT count(*) FROM org_party_memberships m JOIN org_people p ON p.unit_id = m.unit_id AND p.id = m.person_id
			WHERE m.unit_id = b.unit_id AND m.branch_id = b.id AND m.valid_from <= ?0 AND (m.valid_to IS NULL OR m.valid_to >= ?0)
				AND p.on_roll AND p.political_status IN ('party_member', 'probationary_member')) AS members`, today).
		ColumnExpr(`EXISTS (SELECT FROM org_positions o WHERE o.unit_id = b.unit_id AND o.branch_id = b.id AND o.kind = 'committee_member'
			AND o.valid_from <= ?0 AND (o.valid_to IS NULL OR o.valid_to >= ?0)) AS committee`, today).
		Apply(scope.Rows(access.Columns{Unit: "b.unit_id", Branch: "b.id"})).
		Where("(b.valid_to IS NULL OR b.valid_to >= ?)", today).
		OrderExpr("b.ord, b.name").Limit(maxBranches).Scan(ctx, &out)
	if err != nil {
		return nil, fmt.Errorf("branches: %w", err)
	}
	if len(out) == 0 {
		return nil, nil
	}
	at := make(map[uuid.UUID]*branch, len(out))
	for i := range out {
		at[out[i].ID] = &out[i]
	}
	var groups []group
	err = on.NewSelect().TableExpr("org_groups AS g").Column("g.id", "g.branch_id", "g.name", "g.valid_from").
		Where("g.unit_id = ?", scope.Unit()).Where("g.branch_id IN (?)", bun.List(ids(out))).
		Where("(g.valid_to IS NULL OR g.valid_to >= ?)", today).OrderExpr("g.ord, g.name").Scan(ctx, &groups)
	if err != nil {
		return nil, fmt.Errorf("groups: %w", err)
	}
	for _, g := range groups {
		at[g.BranchID].groups = append(at[g.BranchID].groups, g)
	}
	return out, nil
}

func ids(branches []branch) []uuid.UUID {
	out := make([]uuid.UUID, len(branches))
	for i, b := range branches {
		out[i] = b.ID
	}
	return out
}

func kindsOwed() []string {
	var kinds []string
	for _, d := range duties() {
		kinds = append(kinds, d.kind)
	}
	return kinds
}

// kindNames reads what the office calls the kinds that are owed.
func kindNames(ctx context.Context, on bun.IDB, unit uuid.UUID) (map[string]string, error) {
	var rows []struct{ Code, Name string }
	err := on.NewSelect().Table("activity_kinds").Column("code", "name").
		Where("unit_id = ?", unit).Where("code IN (?)", bun.List(kindsOwed())).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("kinds: %w", err)
	}
	names := make(map[string]string, len(rows))
	for _, r := range rows {
		names[r.Code] = r.Name
	}
	return names, nil
}

// heldRecords counts what was held since a day by branch or group and month, and
// says when the office began to keep records here. A record below its quorum meets
// no duty (rule 5). What the whole office held counts for each branch that somebody
// came from.
func heldRecords(ctx context.Context, on bun.IDB, unit uuid.UUID, branches []branch, from, today calendar.Date) (held, calendar.Date, error) {
	var begun time.Time
	err := on.NewSelect().TableExpr("org_units AS u").ColumnExpr(`least(u.created_at,
			(SELECT min(a.starts_at) FROM activity_activities a WHERE a.unit_id = u.id AND a.state = 'confirmed'))`).
		Where("u.id = ?", unit).Scan(ctx, &begun)
	if err != nil {
		return nil, calendar.Date{}, fmt.Errorf("first record: %w", err)
	}
	h := held{}
	if len(branches) == 0 {
		return h, calendar.DateOf(begun), nil
	}
	var rows []struct {
		Kind    string
		Month   calendar.Date
		Branch  uuid.NullUUID
		Group   uuid.NullUUID
		Records int
	}
	err = on.NewRaw(`WITH counted AS (
			SELECT a.unit_id, a.id, a.kind, a.organiser_kind, a.branch_id, a.group_id,
				date_trunc('month', a.starts_at AT TIME ZONE 'Asia/Shanghai')::date AS month
			FROM activity_activities a
			WHERE a.unit_id = ?0 AND a.state = 'confirmed' AND a.kind IN (?1) AND a.quorum_met IS NOT FALSE
				AND a.starts_at >= ?2 AND a.starts_at < ?3)
		SELECT kind, month, branch_id AS branch, NULL::uuid AS "group", count(*) AS records FROM counted
		WHERE organiser_kind = 'branch' AND branch_id IN (?4) GROUP BY kind, month, branch_id
		UNION ALL
		SELECT c.kind, c.month, g.branch_id, c.group_id, count(*) FROM counted c
		JOIN org_groups g ON g.unit_id = c.unit_id AND g.id = c.group_id
		WHERE c.organiser_kind = 'group' AND g.branch_id IN (?4) GROUP BY c.kind, c.month, g.branch_id, c.group_id
		UNION ALL
		SELECT c.kind, c.month, t.branch_id, NULL, count(DISTINCT c.id) FROM counted c
		JOIN activity_attendances t ON t.unit_id = c.unit_id AND t.activity_id = c.id AND t.status = 'present'
		WHERE c.organiser_kind = 'unit' AND t.branch_id IN (?4) GROUP BY c.kind, c.month, t.branch_id`,
		unit, bun.List(kindsOwed()), from.In(), today.AddDays(1).In(), bun.List(ids(branches))).Scan(ctx, &rows)
	if err != nil {
		return nil, calendar.Date{}, fmt.Errorf("duties: %w", err)
	}
	for _, r := range rows {
		who := r.Branch.UUID
		if r.Group.Valid {
			who = r.Group.UUID
		}
		h[holding{r.Kind, who, r.Month}] += r.Records
	}
	return h, calendar.DateOf(begun), nil
}
