package keyring

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// wrap is the wrapped key of one sealed row.
type wrap struct {
	unit, id uuid.UUID
	key      int
	wrapped  []byte
}

// insertWrap keeps the wrapped key of a row, and with it the number of the key that
// wrapped it. Another key of that number in the database means another key file; a
// number below the newest is not taken up again, since that key may just be retired.
func insertWrap(ctx context.Context, tx bun.Tx, k key, w wrap) error {
	for range 2 { // the second sees a key that another transaction has just registered
		res, err := db.Exec(ctx, tx, `WITH k AS (INSERT INTO keyring_keys (id, fingerprint) SELECT $3, $5::bytea
				WHERE NOT EXISTS (SELECT FROM keyring_keys WHERE id > $3) ON CONFLICT DO NOTHING RETURNING id)
			INSERT INTO keyring_wraps (unit_id, id, key_id, wrapped) SELECT $1::uuid, $2::uuid, $3, $4::bytea
			WHERE EXISTS (SELECT FROM k) OR EXISTS (SELECT FROM keyring_keys WHERE id = $3 AND fingerprint = $5::bytea)`,
			w.unit, w.id, k.id, w.wrapped, k.fingerprint())
		if err != nil {
			return fmt.Errorf("keep key of sealed row: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 1 {
			return err
		}
	}
	return anotherFile(k.id)
}

func anotherFile(id int) error {
	return fault.Newf(fault.Unavailable, "密钥文件与数据库不是一套（第 %d 号密钥不同）：请把原来的密钥文件复制到本机；同一数据库的几台服务器须用同一份密钥文件", id)
}

func wrapsOf(ctx context.Context, on bun.IDB, unit uuid.UUID, sealed []Sealed) (map[uuid.UUID]wrap, error) {
	ids := make([]uuid.UUID, len(sealed))
	for i, s := range sealed {
		ids[i] = s.ID
	}
	found := make(map[uuid.UUID]wrap, len(ids))
	err := db.Each(ctx, on, `SELECT id, key_id, wrapped FROM keyring_wraps WHERE unit_id = $1 AND id = ANY($2::uuid[])`,
		[]any{unit, ids}, func(rows *sql.Rows) error {
			w := wrap{unit: unit}
			if err := rows.Scan(&w.id, &w.key, &w.wrapped); err != nil {
				return err
			}
			found[w.id] = w
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("keys of sealed rows: %w", err)
	}
	return found, nil
}

func deleteWrap(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) error {
	if _, err := db.Exec(ctx, tx, `DELETE FROM keyring_wraps WHERE unit_id = $1 AND id = $2`, unit, id); err != nil {
		return fmt.Errorf("forget key of sealed row: %w", err)
	}
	return nil
}

// registered is a key as the database knows it.
type registered struct {
	id          int
	fingerprint []byte
	firstUsed   time.Time
	lost        bool
	rows        int // that it wraps
}

func registeredKeys(ctx context.Context, on bun.IDB) ([]registered, error) {
	var all []registered
	err := db.Each(ctx, on, `SELECT k.id, k.fingerprint, k.first_used, k.lost_at IS NOT NULL,
			(SELECT count(*) FROM keyring_wraps w WHERE w.key_id = k.id)
		FROM keyring_keys k ORDER BY k.id`, nil, func(rows *sql.Rows) error {
		var k registered
		if err := rows.Scan(&k.id, &k.fingerprint, &k.firstUsed, &k.lost, &k.rows); err != nil {
			return err
		}
		all = append(all, k)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keys of the database: %w", err)
	}
	return all, nil
}

// register makes a key known before rows are wrapped by it again.
func register(ctx context.Context, tx bun.Tx, k key) error {
	var known []byte
	if _, err := db.Exec(ctx, tx, `INSERT INTO keyring_keys (id, fingerprint) VALUES ($1, $2) ON CONFLICT DO NOTHING`, k.id, k.fingerprint()); err != nil {
		return fmt.Errorf("register key: %w", err)
	}
	if err := db.One(ctx, tx, []any{&known}, `SELECT fingerprint FROM keyring_keys WHERE id = $1`, k.id); err != nil {
		return fmt.Errorf("register key: %w", err)
	}
	if !bytes.Equal(known, k.fingerprint()) {
		return anotherFile(k.id)
	}
	return nil
}

// lockWraps takes some rows that other keys wrap, in the order of their ids.
func lockWraps(ctx context.Context, tx bun.Tx, keys []int, most int) ([]wrap, error) {
	var found []wrap
	err := db.Each(ctx, tx, `SELECT unit_id, id, key_id, wrapped FROM keyring_wraps WHERE key_id = ANY($1::int[])
		ORDER BY unit_id, id LIMIT $2 FOR UPDATE`, []any{keys, most}, func(rows *sql.Rows) error {
		var w wrap
		if err := rows.Scan(&w.unit, &w.id, &w.key, &w.wrapped); err != nil {
			return err
		}
		found = append(found, w)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keys to wrap again: %w", err)
	}
	return found, nil
}

func updateWraps(ctx context.Context, tx bun.Tx, key int, wraps []wrap) error {
	units, ids, wrapped := make([]uuid.UUID, len(wraps)), make([]uuid.UUID, len(wraps)), make([][]byte, len(wraps))
	for i, w := range wraps {
		units[i], ids[i], wrapped[i] = w.unit, w.id, w.wrapped
	}
	_, err := db.Exec(ctx, tx, `UPDATE keyring_wraps w SET key_id = $1, wrapped = n.wrapped
		FROM unnest($2::uuid[], $3::uuid[], $4::bytea[]) AS n (unit_id, id, wrapped)
		WHERE w.unit_id = n.unit_id AND w.id = n.id`, key, units, ids, wrapped)
	if err != nil {
		return fmt.Errorf("wrap keys again: %w", err)
	}
	return nil
}

// deleteKey is refused by a foreign key while the key wraps anything; see insertWrap
// for why the newest is registered with it.
func deleteKey(ctx context.Context, tx bun.Tx, id int) error {
	if _, err := db.Exec(ctx, tx, `DELETE FROM keyring_keys WHERE id = $1`, id); err != nil {
		return fmt.Errorf("retire key: %w", err)
	}
	return nil
}

// markLost writes which keys nobody has any more; all others count as there.
func markLost(ctx context.Context, tx bun.Tx, ids []int) error {
	_, err := tx.NewRaw(`UPDATE keyring_keys SET lost_at = CASE WHEN id = ANY(?) THEN coalesce(lost_at, now()) END`, pgdialect.Array(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("mark lost keys: %w", err)
	}
	return nil
}
