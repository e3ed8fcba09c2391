package points

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
)

// entryOfVoucher finds an entry by its number; sql.ErrNoRows where there is none.
func entryOfVoucher(ctx context.Context, on bun.IDB, unit uuid.UUID, number int64) (id uuid.UUID, err error) {
	err = db.One(ctx, on, []any{&id}, `SELECT id FROM points_entries WHERE unit_id = $1 AND voucher = $2`, unit, number)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return id, fmt.Errorf("voucher %d: %w", number, db.Translate(err))
	}
	return id, err
}
