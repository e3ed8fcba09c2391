package study

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// row is a note as it is stored.
type row struct {
	id     uuid.UUID
	day    calendar.Date
	sealed []byte
	at     time.Time
}

func noteColumns() access.Columns {
	return access.Columns{Unit: "n.unit_id", Persons: []string{"n.person_id"}}
}

// notes are the actor's own of some days. Without db.ActAs before it the database
// shows nothing.
func notes(ctx context.Context, tx bun.Tx, scope access.Scope, from, to calendar.Date) (out []row, err error) {
	where, args := scope.Where(noteColumns(), 3)
	err = db.Each(ctx, tx, `SELECT n.id, n.day, n.sealed, n.updated_at FROM study_notes n WHERE n.day BETWEEN $1 AND $2 AND `+where+` ORDER BY n.day`,
		append([]any{from, to}, args...), func(rows *sql.Rows) error {
			var r row
			err := rows.Scan(&r.id, &r.day, &r.sealed, &r.at)
			out = append(out, r)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("study notes: %w", err)
	}
	return out, nil
}

// takeNote deletes the actor's own note of a day, and gives what it was; a zero id
// where there was none.
func takeNote(ctx context.Context, tx bun.Tx, scope access.Scope, day calendar.Date) (r row, err error) {
	where, args := scope.Where(noteColumns(), 2)
	err = db.Each(ctx, tx, `DELETE FROM study_notes n WHERE n.day = $1 AND `+where+` RETURNING n.id, n.day, n.sealed, n.updated_at`,
		append([]any{day}, args...), func(rows *sql.Rows) error {
			return rows.Scan(&r.id, &r.day, &r.sealed, &r.at)
		})
	if err != nil {
		return r, fmt.Errorf("study note: %w", err)
	}
	return r, nil
}

func insertNote(ctx context.Context, tx bun.Tx, unit, person uuid.UUID, r row) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO study_notes (unit_id, id, person_id, day, sealed, updated_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		unit, r.id, person, r.day, r.sealed, r.at)
	return db.Translate(err)
}
