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

// Award is an honour that a person was given.
type Award struct {
	Person uuid.UUID
	Honour uuid.UUID
	On     calendar.Date
}

// Awards lists the honours given to people, not to groups, on a day or later.
func Awards(ctx context.Context, on bun.IDB, unit uuid.UUID, since calendar.Date) ([]Award, error) {
	out := []Award{}
	err := db.Each(ctx, on, `SELECT person_id, id, awarded_on FROM selection_honours
		WHERE unit_id = $1 AND person_id IS NOT NULL AND awarded_on >= $2 ORDER BY awarded_on, id`, []any{unit, since}, func(rows *sql.Rows) error {
		var a Award
		err := rows.Scan(&a.Person, &a.Honour, &a.On)
		out = append(out, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("awards since %s: %w", since, err)
	}
	return out, nil
}
