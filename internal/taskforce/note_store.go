package taskforce

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

func insertNote(ctx context.Context, tx bun.Tx, unit, taskforce uuid.UUID, n Note, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO taskforce_notes (unit_id, id, taskforce_id, day, text, written_by, written_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		unit, n.ID, taskforce, n.Day, n.Text, n.WrittenBy.ID, at)
	if err != nil {
		return fmt.Errorf("insert note: %w", err)
	}
	return nil
}

func lockNote(ctx context.Context, tx bun.Tx, unit, taskforce, id uuid.UUID) (n Note, struck bool, err error) {
	n.ID = id
	err = db.One(ctx, tx, []any{&n.Day, &n.Text, &n.WrittenBy.ID, &struck}, `SELECT day, text, written_by, struck_at IS NOT NULL FROM taskforce_notes
		WHERE unit_id = $1 AND taskforce_id = $2 AND id = $3 FOR UPDATE`, unit, taskforce, id)
	if errors.Is(err, sql.ErrNoRows) {
		err = fault.Missing("纪实")
	}
	return n, struck, err
}

func strikeNote(ctx context.Context, tx bun.Tx, by access.Actor, at time.Time, id uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `UPDATE taskforce_notes SET struck_by = $3, struck_at = $4 WHERE unit_id = $1 AND id = $2`, by.Unit, id, by.Person, at)
	if err != nil {
		return fmt.Errorf("strike note: %w", err)
	}
	return nil
}
