package org

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// Changed is somebody on the roll who came to another post, department or branch, or
// who came to the office.
type Changed struct {
	Person uuid.UUID
	Source uuid.UUID // the position or membership that began
	On     calendar.Date
	Post   bool // another post; otherwise another place
}

// Changes lists the posts and places of people on the roll that began on a day or
// later and follow something: a post another post, a department or branch another one.
// A first place counts where the person was added singly after the day; a roster that
// is imported tells who is here, not who has come. Where department and branch change
// on one day, the department stands for both. Other groups of the same branch, and
// joining the Party, are no change of place. today is the last day that counts.
func Changes(ctx context.Context, on bun.IDB, unit uuid.UUID, since, today calendar.Date) ([]Changed, error) {
	out := []Changed{}
	err := db.Each(ctx, on, `
		WITH here AS (SELECT id, created_at FROM org_people WHERE unit_id = $1 AND on_roll AND (left_on IS NULL OR left_on >= $3)),
		places AS (
			SELECT id, person_id, department_id AS place, valid_from, 1 AS kind FROM org_department_memberships WHERE unit_id = $1
			UNION ALL
			SELECT id, person_id, branch_id, valid_from, 2 FROM org_party_memberships WHERE unit_id = $1),
		imported AS (SELECT (jsonb_array_elements_text(undo -> 'people'))::uuid AS person FROM org_imports
			WHERE unit_id = $1 AND undo ? 'people')
		SELECT o.person_id, o.id, o.valid_from, true FROM org_positions o JOIN here h ON h.id = o.person_id
		CROSS JOIN LATERAL (SELECT q.title FROM org_positions q WHERE q.unit_id = $1 AND q.person_id = o.person_id AND q.kind = 'administrative'
			AND q.valid_from < o.valid_from ORDER BY q.valid_from DESC, q.id DESC LIMIT 1) was
		WHERE o.unit_id = $1 AND o.kind = 'administrative' AND o.valid_from BETWEEN $2 AND $3 AND o.title <> was.title
		UNION ALL
		SELECT person_id, id, valid_from, false FROM (
			SELECT DISTINCT ON (m.person_id, m.valid_from) m.person_id, m.id, m.valid_from
			FROM places m JOIN here h ON h.id = m.person_id
			LEFT JOIN LATERAL (SELECT p.place FROM places p WHERE p.person_id = m.person_id AND p.kind = m.kind
				AND p.valid_from < m.valid_from ORDER BY p.valid_from DESC LIMIT 1) was ON true
			WHERE m.valid_from BETWEEN $2 AND $3 AND (was.place <> m.place
				OR was.place IS NULL AND (h.created_at AT TIME ZONE 'Asia/Shanghai')::date >= $2
					AND NOT EXISTS (SELECT FROM places p WHERE p.person_id = m.person_id AND p.valid_from < m.valid_from)
					AND NOT EXISTS (SELECT FROM imported i WHERE i.person = m.person_id))
			ORDER BY m.person_id, m.valid_from, m.kind, m.id) moved
		ORDER BY 3, 1, 4`, []any{unit, since, today}, func(rows *sql.Rows) error {
		var c Changed
		err := rows.Scan(&c.Person, &c.Source, &c.On, &c.Post)
		out = append(out, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("changes of posts and places: %w", err)
	}
	return out, nil
}
