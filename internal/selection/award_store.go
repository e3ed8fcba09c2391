package selection

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// Award is an honour that a person was given. Source tells it from what others were
// given by the same honour: it is the honour's own for one person, and for the mentee of
// a pair; and made from both for its mentors.
type Award struct {
	Person uuid.UUID
	Honour uuid.UUID
	Source uuid.UUID
	On     calendar.Date
}

// Awards lists the honours given to people, not to groups, on a day or later: of a pair
// to each of its people.
func Awards(ctx context.Context, on bun.IDB, unit uuid.UUID, since calendar.Date) ([]Award, error) {
	out := []Award{}
	err := db.Each(ctx, on, `SELECT p.id, h.id, h.awarded_on, p.id = h.person_id FROM selection_honours h
		CROSS JOIN LATERAL unnest(CASE WHEN h.people = '{}' THEN ARRAY[h.person_id] ELSE h.people END) WITH ORDINALITY AS p (id, n)
		WHERE h.unit_id = $1 AND h.person_id IS NOT NULL AND h.awarded_on >= $2 ORDER BY h.awarded_on, h.id, p.n`, []any{unit, since}, func(rows *sql.Rows) error {
		var a Award
		var own bool
		err := rows.Scan(&a.Person, &a.Honour, &a.On, &own)
		if a.Source = a.Honour; !own {
			a.Source = uuid.NewSHA1(a.Honour, a.Person[:])
		}
		out = append(out, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("awards since %s: %w", since, err)
	}
	return out, nil
}
