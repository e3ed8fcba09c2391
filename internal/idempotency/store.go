package idempotency

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

// Reserve takes the request's key in its transaction, or does nothing where the
// client sent none. A second copy of the request waits here until the first has
// committed and is then refused by the key. A later call in the same
// transaction finds the key its own: xmin tells.
func Reserve(ctx context.Context, tx bun.Tx, by access.Actor, at time.Time) error {
	if !keyed(by) {
		return nil
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO idempotency_keys (unit_id, account_id, key, body_hash, at)
		SELECT $1, $2, $3, $4, $5
		WHERE NOT EXISTS (SELECT FROM idempotency_keys WHERE unit_id = $1 AND account_id = $2 AND key = $3
			AND xmin = pg_current_xact_id_if_assigned()::xid)`, by.Unit, by.Account, by.Key, by.BodyHash, at)
	if err != nil {
		return fmt.Errorf("reserve key: %w", err)
	}
	return nil
}

// Answered looks a key up; nil when it was never carried out.
func Answered(ctx context.Context, d *bun.DB, by access.Actor) (*Answer, error) {
	rows, err := db.Query(ctx, d, `SELECT body_hash, coalesce(status, 0), coalesce(content_type, ''), response
		FROM idempotency_keys WHERE unit_id = $1 AND account_id = $2 AND key = $3`, by.Unit, by.Account, by.Key)
	if err != nil {
		return nil, db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return nil, db.Translate(rows.Err())
	}
	var a Answer
	if err := rows.Scan(&a.BodyHash, &a.Status, &a.ContentType, &a.Body); err != nil {
		return nil, fmt.Errorf("idempotency key: %w", err)
	}
	return &a, db.Translate(rows.Err())
}

// Keep stores the answer of a request that was carried out. A request that wrote
// nothing reserved no key, and nothing is kept for it.
func Keep(ctx context.Context, d *bun.DB, by access.Actor, a Answer) error {
	_, err := db.Exec(ctx, d, `UPDATE idempotency_keys SET status = $4, content_type = $5, response = $6
		WHERE unit_id = $1 AND account_id = $2 AND key = $3 AND status IS NULL`,
		by.Unit, by.Account, by.Key, a.Status, a.ContentType, a.Body)
	return db.Translate(err)
}
