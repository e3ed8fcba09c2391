package db

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"
)

// Each runs a hot statement and fn on every row of it. Errors of the database come
// translated, those of fn as they are.
func Each(ctx context.Context, on bun.IDB, query string, args []any, fn func(rows *sql.Rows) error) error {
	rows, err := Query(ctx, on, query, args...)
	if err != nil {
		return Translate(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return Translate(rows.Err())
}

// One scans the only row of a hot statement; sql.ErrNoRows where there is none.
func One(ctx context.Context, on bun.IDB, into []any, query string, args ...any) error {
	found := false
	err := Each(ctx, on, query, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(into...)
	})
	if err == nil && !found {
		return sql.ErrNoRows
	}
	return err
}
