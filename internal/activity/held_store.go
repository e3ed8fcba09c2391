package activity

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// Meeting is a confirmed record of a department.
type Meeting struct {
	Record     uuid.UUID
	Department uuid.UUID
	Host       uuid.UUID // zero where none is named
	StartsAt   time.Time
}

// Held lists the confirmed records of a kind that departments held on the days from and
// to or between them. It reads on the caller's transaction and asks no scope: the
// caller bounds what is shown.
func Held(ctx context.Context, on bun.IDB, unit uuid.UUID, kind string, from, to calendar.Date) ([]Meeting, error) {
	out := []Meeting{}
	err := db.Each(ctx, on, `SELECT record_id, department_id, host_id, starts_at FROM activity_activities
		WHERE unit_id = $1 AND kind = $2 AND state = 'confirmed' AND organiser_kind = 'department' AND starts_at >= $3 AND starts_at < $4
		ORDER BY starts_at, record_id`, []any{unit, kind, from.In(), to.AddDays(1).In()}, func(rows *sql.Rows) error {
		var m Meeting
		err := rows.Scan(&m.Record, &m.Department, &m.Host, &m.StartsAt)
		out = append(out, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("meetings held: %w", err)
	}
	return out, nil
}
