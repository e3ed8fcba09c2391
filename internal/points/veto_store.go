package points

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// Veto is an entry that sets somebody's appraisal to nothing.
type Veto struct {
	Person uuid.UUID
	Entry  uuid.UUID
	On     calendar.Date // posted
}

// Vetoes lists the vetoes that were posted on a day or later and still stand.
func Vetoes(ctx context.Context, on bun.IDB, unit uuid.UUID, since calendar.Date) ([]Veto, error) {
	out := []Veto{}
	err := db.Each(ctx, on, `SELECT e.person_id, e.id, (e.posted_at AT TIME ZONE 'Asia/Shanghai')::date FROM points_entries e
		JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id AND r.veto
		WHERE e.unit_id = $1 AND e.posted_at >= $2 AND e.reverses IS NULL
			AND NOT EXISTS (SELECT FROM points_entries x WHERE x.unit_id = e.unit_id AND x.reverses = e.id)
		ORDER BY e.posted_at, e.id`, []any{unit, since.In()}, func(rows *sql.Rows) error {
		var v Veto
		err := rows.Scan(&v.Person, &v.Entry, &v.On)
		out = append(out, v)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("vetoes since %s: %w", since, err)
	}
	return out, nil
}
