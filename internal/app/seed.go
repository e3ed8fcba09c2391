package app

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/duty"
	"xianfeng/internal/talk"
)

// seedCalendars gives an office the types of its talks and the duties of rule 32, which
// name them. What it has already stays as it is.
func seedCalendars(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time) error {
	if err := talk.Seed(ctx, tx, unit); err != nil {
		return err
	}
	return duty.Seed(ctx, tx, unit, now)
}

// catchUp seeds the offices that were founded before there were talks and duties.
func (a *App) catchUp(ctx context.Context) error {
	lack, err := talk.Unseeded(ctx, a.DB)
	if err != nil {
		return err
	}
	more, err := duty.Unseeded(ctx, a.DB)
	if err != nil {
		return err
	}
	for _, unit := range append(lack, more...) {
		err := db.Transact(ctx, a.DB, func(ctx context.Context, tx bun.Tx) error { return seedCalendars(ctx, tx, unit, a.Now()) })
		if err != nil {
			return err
		}
	}
	return nil
}
