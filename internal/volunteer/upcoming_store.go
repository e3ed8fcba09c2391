package volunteer

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

// Coming is an action that somebody has a place in.
type Coming struct {
	ID           uuid.UUID
	Title, Place string
	Starts, Ends time.Time
	Version      int // grows with each change
}

// Upcoming lists the actions of the days that somebody has a place in, for their own
// calendar.
func Upcoming(ctx context.Context, on bun.IDB, unit, person uuid.UUID, from, to calendar.Date) ([]Coming, error) {
	var out []Coming
	err := db.Each(ctx, on, `SELECT a.id, a.title, a.place, a.starts_at, a.ends_at, a.row_version
		FROM volunteer_signups s JOIN volunteer_actions a ON a.unit_id = s.unit_id AND a.id = s.action_id
		WHERE s.unit_id = $1 AND s.person_id = $2 AND s.state = 'placed' AND a.state <> 'cancelled' AND a.ends_at >= $3 AND a.starts_at < $4
		ORDER BY a.starts_at, a.id`, []any{unit, person, from.In(), to.AddDays(1).In()}, func(rows *sql.Rows) error {
		var c Coming
		err := rows.Scan(&c.ID, &c.Title, &c.Place, &c.Starts, &c.Ends, &c.Version)
		out = append(out, c)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("own actions: %w", err)
	}
	return out, nil
}
