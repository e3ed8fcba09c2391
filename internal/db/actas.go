package db

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
)

// ActAs says to PostgreSQL's row-level security for whom the rest of a transaction
// reads and writes. It holds for this transaction alone: at its end the setting is
// gone with it, so that the next user of the connection is nobody (rule 23).
func ActAs(ctx context.Context, tx bun.Tx, unit, person uuid.UUID) error {
	if unit == uuid.Nil || person == uuid.Nil {
		return fmt.Errorf("act as: an actor has a unit and a person")
	}
	_, err := Exec(ctx, tx, `SELECT set_config('xianfeng.unit', $1, true), set_config('xianfeng.person', $2, true)`,
		unit.String(), person.String())
	if err != nil {
		return fmt.Errorf("act as: %w", err)
	}
	return nil
}
