package db

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/uptrace/bun"
)

// Snapshot runs fn in a transaction that only reads and sees one state of the
// database from its first statement to its last, so that the rows of a report,
// their sums and their checksums belong together whatever is posted meanwhile.
func Snapshot(ctx context.Context, d *bun.DB, fn func(ctx context.Context, tx bun.Tx) error) error {
	tx, err := d.BeginTx(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return Translate(fmt.Errorf("begin snapshot: %w", err))
	}
	defer func() { _ = tx.Rollback() }() // there is nothing to commit
	return Translate(fn(ctx, tx))
}
