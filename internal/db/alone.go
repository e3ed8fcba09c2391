package db

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/uptrace/bun"
)

// Alone runs a job unless another copy of the server is running it just now, in
// which case it does nothing. The lock lives in a transaction of its own, so that
// it also holds behind a pooler in transaction mode and goes when the process dies.
func Alone(ctx context.Context, d *bun.DB, job string, fn func(context.Context) error) error {
	tx, err := d.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return Translate(fmt.Errorf("begin: %w", err))
	}
	defer func() { _ = tx.Rollback() }()
	var mine bool
	if err := tx.QueryRowContext(ctx, `SELECT pg_try_advisory_xact_lock(hashtext('xianfeng job'), hashtext(?))`, job).Scan(&mine); err != nil {
		return Translate(err)
	}
	if !mine {
		return nil
	}
	return fn(ctx)
}
