// Package db opens PostgreSQL, runs transactions and turns PostgreSQL's errors
// into faults. Only this package and store files build queries.
package db

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"xianfeng/internal/fault"
)

// MinVersion is the oldest PostgreSQL that the product runs on.
const MinVersion = 15

// AppRole is the role that requests run as: it owns no table and cannot change
// ledger entries or audit rows.
const AppRole = "xianfeng_app"

// Options of a pool.
type Options struct {
	MaxConns int
	// Role is set as the connection's own start-up role when one login serves
	// both owner and application; empty when the URL logs in as the
	// application already (a pooler in between refuses start-up parameters).
	Role string
}

// Open makes the pool and checks that the server answers and is new enough.
//
// Queries built by bun carry their arguments in the text, so the pool speaks the
// simple protocol: pgx's statement cache would only fill up with texts that never
// return. Hot statements ask for the cache themselves, see Query.
func Open(ctx context.Context, url string, o Options) (*bun.DB, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fault.Wrap(err, fault.Invalid, "数据库地址（DATABASE_URL）写得不对，应为 postgres://用户:密码@主机:5432/库名 的样式")
	}
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	cfg.RuntimeParams["timezone"] = "Asia/Shanghai"
	cfg.RuntimeParams["application_name"] = "xianfeng"
	if o.Role != "" {
		cfg.RuntimeParams["role"] = o.Role
		cfg.RuntimeParams["jit"] = "off" // compiling costs a report more than it ever saves
	}
	if cfg.ConnectTimeout == 0 {
		cfg.ConnectTimeout = 5 * time.Second
	}
	pool := stdlib.OpenDB(*cfg)
	if o.MaxConns == 0 {
		o.MaxConns = 16
	}
	pool.SetMaxOpenConns(o.MaxConns)
	pool.SetMaxIdleConns(o.MaxConns)
	pool.SetConnMaxIdleTime(5 * time.Minute)
	d := bun.NewDB(pool, pgdialect.New())
	var version int
	if err := pool.QueryRowContext(ctx, `SELECT current_setting('server_version_num')::int / 10000`).Scan(&version); err != nil {
		_ = d.Close()
		return nil, fault.Wrap(err, fault.Unavailable, "连不上数据库，请检查 DATABASE_URL 中的地址、账号和网络，以及 PostgreSQL 是否已启动")
	}
	if version < MinVersion {
		_ = d.Close()
		return nil, fault.Newf(fault.Unavailable, "PostgreSQL 版本过低：需要 %d 或更新，现在是 %d，请升级数据库", MinVersion, version)
	}
	return d, nil
}

// Unconnected is a pool without a server behind it, for work that needs the
// services' shape alone, such as the API's document. Asked for a connection, it
// panics.
func Unconnected() *bun.DB {
	return bun.NewDB(stdlib.OpenDB(pgx.ConnConfig{}), pgdialect.New())
}

// Query runs a hot statement with real arguments ($1, $2 …) that the server
// keeps prepared. It takes the pool or a transaction of bun, whose query builder
// it goes around; scan with d.ScanRows or by hand.
func Query(ctx context.Context, on bun.IDB, sqlText string, args ...any) (*sql.Rows, error) {
	args = append([]any{pgx.QueryExecModeCacheStatement}, args...)
	switch q := on.(type) {
	case *bun.DB:
		return q.DB.QueryContext(ctx, sqlText, args...)
	case bun.Tx:
		return q.Tx.QueryContext(ctx, sqlText, args...)
	}
	return nil, fmt.Errorf("db: cannot query on %T", on)
}

// Exec is Query for statements without rows.
func Exec(ctx context.Context, on bun.IDB, sqlText string, args ...any) (sql.Result, error) {
	args = append([]any{pgx.QueryExecModeCacheStatement}, args...)
	switch q := on.(type) {
	case *bun.DB:
		return q.DB.ExecContext(ctx, sqlText, args...)
	case bun.Tx:
		return q.Tx.ExecContext(ctx, sqlText, args...)
	}
	return nil, fmt.Errorf("db: cannot execute on %T", on)
}

// NewID makes a UUIDv7: keys grow with time, so that indexes stay dense.
func NewID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
