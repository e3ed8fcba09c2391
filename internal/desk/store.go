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

// owned is how a record is reached by the place of its organiser, as activity does.
func owned() access.Columns {
	return access.Columns{Unit: "a.unit_id", Department: "a.department_id", Branch: "a.branch_id", Group: "a.group_id", Project: "a.project_id"}
}

// listed is a row of any list of records; of says how long the whole list is.
type listed struct {
	Record
	EndsAt  time.Time
	Version int
	By      string
	Of      int
}

func records(on bun.IDB, scope access.Scope) *bun.SelectQuery {
	return on.NewSelect().TableExpr("activity_activities AS a").
		ColumnExpr("a.record_id AS id, a.version, a.kind, k.name AS kind_name, a.title, a.starts_at, a.ends_at, a.late, count(*) OVER () AS of").
		ColumnExpr(`CASE a.organiser_kind WHEN 'unit' THEN '全院' ELSE coalesce(b.name, '') || coalesce(g.name, '') || coalesce(d.name, '') || coalesce(o.name, '') END AS organiser_name`).
		ColumnExpr("(SELECT count(*) FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status <> 'guest') AS expected").
		ColumnExpr("(SELECT count(*) FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status = 'present') AS present").
		ColumnExpr("coalesce(p.name, '') AS by").
		Join("JOIN activity_kinds AS k ON k.unit_id = a.unit_id AND k.code = a.kind").
		Join("LEFT JOIN org_branches AS b ON b.unit_id = a.unit_id AND b.id = a.branch_id").
		Join("LEFT JOIN org_groups AS g ON g.unit_id = a.unit_id AND g.id = a.group_id").
		Join("LEFT JOIN org_departments AS d ON d.unit_id = a.unit_id AND d.id = a.department_id").
		Join("LEFT JOIN org_projects AS o ON o.unit_id = a.unit_id AND o.id = a.project_id").
		Join("LEFT JOIN org_people AS p ON p.unit_id = a.unit_id AND p.id = a.created_by").
		Apply(scope.Rows(owned()))
}

func drafts(ctx context.Context, on bun.IDB, scope access.Scope) (Drafts, error) {
	var rows []listed
	out := Drafts{Items: []Draft{}}
	if err := records(on, scope).Where("a.state = 'draft'").OrderExpr("a.starts_at, a.id").Limit(maxDrafts).Scan(ctx, &rows); err != nil {
		return out, fmt.Errorf("drafts: %w", err)
	}
	for _, r := range rows {
		out.Total = r.Of
		out.Items = append(out.Items, Draft{Record: r.Record, Amends: r.Version > 1, By: r.By, endsAt: r.EndsAt})
	}
	return out, nil
}

func lateRecords(ctx context.Context, on bun.IDB, scope access.Scope, q calendar.Quarter) (Records, error) {
	var rows []listed
	out := Records{Items: []Record{}}
	err := records(on, scope).Where("a.state = 'confirmed'").Where("a.late").
		Where("a.starts_at >= ?", q.First().In()).OrderExpr("a.starts_at DESC, a.id DESC").Limit(maxLate).Scan(ctx, &rows)
	if err != nil {
		return out, fmt.Errorf("late records: %w", err)
	}
	for _, r := range rows {
		out.Total = r.Of
		out.Items = append(out.Items, r.Record)
	}
	return out, nil
}

// recent gives the latest confirmed records of a branch, or of the whole scope where
// there is none.
func recent(ctx context.Context, on bun.IDB, scope access.Scope, branch uuid.UUID) ([]Record, error) {
	var rows []listed
	q := records(on, scope).Where("a.state = 'confirmed'").OrderExpr("a.starts_at DESC, a.id DESC").Limit(maxRecent)
	if branch != uuid.Nil {
		q.Where("(a.branch_id = ? OR a.group_id IN (SELECT id FROM org_groups WHERE unit_id = a.unit_id AND branch_id = ?))", branch, branch)
	}
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, fmt.Errorf("recent records: %w", err)
	}
	out := make([]Record, len(rows))
	for i, r := range rows {
		out[i] = r.Record
	}
	return out, nil
}

// ownTotals reads the kept totals of one person.
func ownTotals(ctx context.Context, on bun.IDB, unit, person uuid.UUID, quarter calendar.Quarter) (Quarter, error) {
	q := Quarter{Quarter: quarter, Title: quarter.Chinese()}
	var rows []struct {
		Dimension       string
		Points, Entries int
		Vetoes          int
	}
	err := on.NewSelect().Table("points_totals").ColumnExpr("dimension, gained + deducted AS points, entries, vetoes").
		Where("unit_id = ?", unit).Where("quarter = ?", quarter).Where("person_id = ?", person).Scan(ctx, &rows)
	if err != nil {
		return q, fmt.Errorf("own totals: %w", err)
	}
	for _, r := range rows {
		switch r.Dimension {
		case "base":
			q.Base = r.Points
		case "political":
			q.Political = r.Points
		case "professional":
			q.Professional = r.Points
		case "discipline":
			q.Discipline = r.Points
		case "conduct":
			q.Conduct = r.Points
		}
		q.Total += r.Points
		q.Entries += r.Entries
		q.Vetoed = q.Vetoed || r.Vetoes > 0
	}
	return q, nil
}

// office counts, for those who see the whole of it, and says for everybody how far
// it is set up.
func office(ctx context.Context, on bun.IDB, scope access.Scope, today calendar.Date) (Office, error) {
	var o Office
	err := on.NewSelect().
		ColumnExpr(`EXISTS (SELECT FROM org_imports WHERE unit_id = ? AND state = 'confirmed') AS roster_imported`, scope.Unit()).
		ColumnExpr(`EXISTS (SELECT FROM points_schemes WHERE unit_id = ? AND state = 'published' AND effective_from <= ?) AS scheme_published`, scope.Unit(), today).
		ColumnExpr(`EXISTS (SELECT FROM points_quarters WHERE unit_id = ? AND quarter = ? AND state = 'open') AS quarter_open`, scope.Unit(), calendar.QuarterOf(today)).
		Scan(ctx, &o.RosterImported, &o.SchemePublished, &o.QuarterOpen)
	if err != nil {
		return o, fmt.Errorf("office: %w", err)
	}
	if !scope.Whole() {
		return o, nil
	}
	onRoll := "unit_id = ? AND on_roll AND (left_on IS NULL OR left_on >= ?)"
	err = on.NewSelect().
		ColumnExpr("(SELECT count(*) FROM org_people WHERE "+onRoll+")", scope.Unit(), today).
		ColumnExpr("(SELECT count(*) FROM org_people WHERE "+onRoll+" AND political_status IN ('party_member', 'probationary_member'))", scope.Unit(), today).
		ColumnExpr("(SELECT count(*) FROM org_branches WHERE unit_id = ? AND valid_to IS NULL)", scope.Unit()).
		ColumnExpr("(SELECT count(*) FROM org_groups WHERE unit_id = ? AND valid_to IS NULL)", scope.Unit()).
		ColumnExpr("(SELECT count(*) FROM activity_activities WHERE unit_id = ? AND state = 'confirmed')", scope.Unit()).
		Scan(ctx, &o.People, &o.Members, &o.Branches, &o.Groups, &o.Confirmed)
	if err != nil {
		return o, fmt.Errorf("office: %w", err)
	}
	return o, nil
}
