package app

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/duty"
	"xianfeng/internal/talk"
	"xianfeng/internal/taskforce"
)

// seedLists gives an office the types of its talks, the duties of rule 32, which name
// them, and the kinds of taskforces. What it has already stays as it is.
func seedLists(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time) error {
	if err := talk.Seed(ctx, tx, unit); err != nil {
		return err
	}
	if err := duty.Seed(ctx, tx, unit, now); err != nil {
		return err
	}
	return taskforce.Seed(ctx, tx, unit)
}

// catchUp seeds the offices that were founded before there was one of these lists.
func (a *App) catchUp(ctx context.Context) error {
	lack, err := talk.Unseeded(ctx, a.DB)
	if err != nil {
		return err
	}
	more, err := duty.Unseeded(ctx, a.DB)
	if err != nil {
		return err
	}
	kinds, err := taskforce.Unseeded(ctx, a.DB)
	if err != nil {
		return err
	}
	for _, unit := range slices.Concat(lack, more, kinds) {
		err := db.Transact(ctx, a.DB, func(ctx context.Context, tx bun.Tx) error { return seedLists(ctx, tx, unit, a.Now()) })
		if err != nil {
			return err
		}
	}
	return nil
}
