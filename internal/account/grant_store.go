package account

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

func listGrants(ctx context.Context, d *bun.DB, scope access.Scope, text string, today calendar.Date) ([]Grant, error) {
	where, args := scope.Where(access.Columns{Unit: "g.unit_id"}, 3)
	rows, err := db.Query(ctx, d, `SELECT g.id, g.person_id, p.name, g.role, g.place_kind, g.place_id,
			coalesce(b.name, b2.name || gr.name, dep.name, u.name), g.valid_from, g.valid_to, coalesce(o.name, '系统'),
			g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to >= $2)
		FROM access_grants g
		JOIN org_units u ON u.id = g.unit_id
		JOIN org_people p ON p.unit_id = g.unit_id AND p.id = g.person_id
		LEFT JOIN org_people o ON o.unit_id = g.unit_id AND o.id = g.granted_by
		LEFT JOIN org_branches b ON g.place_kind = 'branch' AND b.unit_id = g.unit_id AND b.id = g.place_id
		LEFT JOIN org_groups gr ON g.place_kind = 'group' AND gr.unit_id = g.unit_id AND gr.id = g.place_id
		LEFT JOIN org_branches b2 ON b2.unit_id = gr.unit_id AND b2.id = gr.branch_id
		LEFT JOIN org_departments dep ON g.place_kind = 'department' AND dep.unit_id = g.unit_id AND dep.id = g.place_id
		WHERE g.ended_at IS NULL AND ($1 = '' OR strpos(p.name || ' ' || p.pinyin || ' ' || p.initials || ' ' || g.role, $1) > 0)
			AND `+where+` ORDER BY 11 DESC, p.pinyin, g.role LIMIT 2000`, append([]any{text, today.UTC()}, args...)...)
	if err != nil {
		return nil, db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	out := []Grant{}
	for rows.Next() {
		var g Grant
		if err := rows.Scan(&g.ID, &g.PersonID, &g.PersonName, &g.Role, &g.PlaceKind, &g.PlaceID, &g.PlaceName,
			&g.ValidFrom, &g.ValidTo, &g.GrantedBy, &g.InForce); err != nil {
			return nil, fmt.Errorf("grants: %w", err)
		}
		r, _ := access.RoleByCode(g.Role)
		g.RoleName = r.Name
		out = append(out, g)
	}
	return out, db.Translate(rows.Err())
}

func hasGrant(ctx context.Context, tx bun.Tx, unit, person uuid.UUID, role string) (has bool, err error) {
	_, err = one(ctx, tx, `SELECT EXISTS (SELECT FROM access_grants WHERE unit_id = $1 AND person_id = $2 AND role = $3
		AND ended_at IS NULL AND valid_to IS NULL)`, []any{unit, person, role}, func(rows *sql.Rows) error { return rows.Scan(&has) })
	return has, err
}

// placeName checks that a place of that kind is there and names it; the unit has
// no name of its own in a sentence.
func placeName(ctx context.Context, tx bun.Tx, unit uuid.UUID, kind string, id uuid.UUID) (name string, err error) {
	text := map[string]string{
		"department": `SELECT name FROM org_departments WHERE unit_id = $1 AND id = $2`,
		"branch":     `SELECT name FROM org_branches WHERE unit_id = $1 AND id = $2`,
		"group":      `SELECT b.name || g.name FROM org_groups g JOIN org_branches b ON b.unit_id = g.unit_id AND b.id = g.branch_id WHERE g.unit_id = $1 AND g.id = $2`,
	}[kind]
	if text == "" {
		return "", nil
	}
	found, err := one(ctx, tx, text, []any{unit, id}, func(rows *sql.Rows) error { return rows.Scan(&name) })
	if err == nil && !found {
		err = fault.Missing("部门或支部")
	}
	return name, err
}

// onlyPerson finds the one person on the roll of that name; zero when there is
// none or more than one.
func onlyPerson(ctx context.Context, on bun.IDB, unit uuid.UUID, name string) (person uuid.UUID, err error) {
	_, err = one(ctx, on, `SELECT (array_agg(id))[1] FROM org_people WHERE unit_id = $1 AND name = $2 AND on_roll AND left_on IS NULL HAVING count(*) = 1`,
		[]any{unit, name}, func(rows *sql.Rows) error { return rows.Scan(&person) })
	return person, err
}
