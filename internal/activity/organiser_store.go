package activity

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// afterwards is how many days after its end what a project held may still be recorded
// from the form.
const afterwards = 60

// listOrganisers reads the places of a day in the order people know them: each
// branch with its groups behind it, the departments, projects, the unit.
func listOrganisers(ctx context.Context, on bun.IDB, unit uuid.UUID, now time.Time) ([]org.Organiser, error) {
	rows, err := db.Query(ctx, on, `
		SELECT kind, department, branch, grp, project, name FROM (
			SELECT 'branch' AS kind, NULL::uuid AS department, id AS branch, NULL::uuid AS grp, NULL::uuid AS project, name,
				1 AS part, ord AS outer_ord, id AS outer_id, 0 AS inner_part, 0 AS inner_ord
			FROM org_branches WHERE unit_id = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)
			UNION ALL
			SELECT 'group', NULL, b.id, g.id, NULL, b.name || g.name, 1, b.ord, b.id, 1, g.ord
			FROM org_groups g JOIN org_branches b ON b.unit_id = g.unit_id AND b.id = g.branch_id
			WHERE g.unit_id = $1 AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to >= $2)
				AND b.valid_from <= $2 AND (b.valid_to IS NULL OR b.valid_to >= $2)
			UNION ALL
			SELECT 'department', id, NULL, NULL, NULL, name, 2, ord, id, 0, 0
			FROM org_departments WHERE unit_id = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)
			UNION ALL
			SELECT 'project', NULL, NULL, NULL, id, name, 3, 0, NULL, 0, 0
			FROM org_projects WHERE unit_id = $1 AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2::date - $3::int)
		) places ORDER BY part, outer_ord, outer_id, inner_part, inner_ord, name`, unit, calendar.DateOf(now), afterwards)
	if err != nil {
		return nil, fmt.Errorf("organisers: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	var all []org.Organiser
	for rows.Next() {
		var o org.Organiser
		if err := rows.Scan(&o.Kind, &o.Department, &o.Branch, &o.Group, &o.Project, &o.Name); err != nil {
			return nil, fmt.Errorf("organisers: %w", err)
		}
		all = append(all, o)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("organisers: %w", db.Translate(err))
	}
	return append(all, org.Organiser{Kind: "unit", Name: "全院"}), nil
}

// running says of a project that it held nothing before it began nor after its end.
func running(ctx context.Context, on bun.IDB, unit uuid.UUID, o org.Organiser, day calendar.Date) error {
	if o.Kind != "project" {
		return nil
	}
	p, err := org.ProjectByID(ctx, on, unit, o.Project)
	if err != nil {
		return err
	}
	if !p.On(day) {
		return fault.Field("organiser", "“"+p.Name+"”在 "+day.Chinese()+" 没有运行，请核对日期或换一个组织者")
	}
	return nil
}
