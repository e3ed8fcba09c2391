package talk

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// listPatterns reads the patterns in reach: all, one, or those in force on one of the
// days from and to or between them.
func listPatterns(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID, from, to calendar.Date) ([]Pattern, error) {
	where, args := scope.Where(access.Columns{Unit: "m.unit_id", Persons: []string{"m.deputy_id"}, Department: "m.department_id"}, 4)
	out := []Pattern{}
	err := db.Each(ctx, on, `SELECT m.id, m.deputy_id, p.name, m.department_id, d.name, array_to_json(m.weekdays)::text, to_char(m.starts_at, 'HH24:MI'), m.valid_from, m.valid_to
		FROM talk_mornings m
		JOIN org_people p ON p.unit_id = m.unit_id AND p.id = m.deputy_id
		JOIN org_departments d ON d.unit_id = m.unit_id AND d.id = m.department_id
		WHERE ($1::uuid IS NULL OR m.id = $1) AND ($3::date IS NULL OR m.valid_from <= $3) AND ($2::date IS NULL OR m.valid_to IS NULL OR m.valid_to >= $2) AND `+where+`
		ORDER BY m.valid_to IS NOT NULL, m.valid_to DESC, d.ord, d.id, m.starts_at, m.id`,
		append([]any{db.OrNull(id), from, to}, args...), func(rows *sql.Rows) error {
			var m Pattern
			var weekdays []byte
			if err := rows.Scan(&m.ID, &m.DeputyID, &m.DeputyName, &m.DepartmentID, &m.DepartmentName, &weekdays, &m.StartsAt, &m.ValidFrom, &m.ValidTo); err != nil {
				return err
			}
			m.Weekdays = []int{}
			for _, c := range weekdays {
				if c >= '1' && c <= '5' {
					m.Weekdays = append(m.Weekdays, int(c-'0'))
				}
			}
			out = append(out, m)
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("morning meetings: %w", err)
	}
	return out, nil
}

func insertPattern(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, in PatternInput) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO talk_mornings (unit_id, id, deputy_id, department_id, weekdays, starts_at, valid_from)
		VALUES ($1, $2, $3, $4, $5::int[]::smallint[], $6::text::time, $7)`, unit, id, in.Deputy, in.Department, in.Weekdays, in.StartsAt, in.From)
	return db.Translate(err)
}
