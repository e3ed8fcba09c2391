package db

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"xianfeng/internal/fault"
	"xianfeng/migrations"
)

// Migrate brings the schema up to this binary, under a lock that several starting
// copies share. ownerURL logs in as the owner of the tables, directly and not
// through a pooler. A database newer than the binary is refused.
func Migrate(ctx context.Context, ownerURL string) error {
	cfg, err := pgx.ParseConfig(ownerURL)
	if err != nil {
		return fault.Wrap(err, fault.Invalid, "数据库所有者地址（XIANFENG_OWNER_URL）写得不对")
	}
	pool := stdlib.OpenDB(*cfg)
	defer func() { _ = pool.Close() }()
	if err := pool.PingContext(ctx); err != nil {
		return fault.Wrap(err, fault.Unavailable, "连不上数据库，请检查 DATABASE_URL 中的地址、账号和网络，以及 PostgreSQL 是否已启动")
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("migration lock: %w", err)
	}
	p, err := goose.NewProvider(goose.DialectPostgres, pool, migrations.FS, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if err := refuseNewer(ctx, pool, p); err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

func refuseNewer(ctx context.Context, pool *sql.DB, p *goose.Provider) error {
	var there bool
	if err := pool.QueryRowContext(ctx, `SELECT to_regclass('goose_db_version') IS NOT NULL`).Scan(&there); err != nil {
		return fmt.Errorf("schema version: %w", err)
	}
	if !there {
		return nil
	}
	var at int64
	if err := pool.QueryRowContext(ctx, `SELECT coalesce(max(version_id), 0) FROM goose_db_version WHERE is_applied`).Scan(&at); err != nil {
		return fmt.Errorf("schema version: %w", err)
	}
	sources := p.ListSources()
	if newest := sources[len(sources)-1].Version; at > newest {
		return fault.Newf(fault.Unavailable, "数据库结构（%d）比本程序（%d）新，请使用更新版本的 xianfeng,不要用旧程序打开", at, newest)
	}
	return nil
}

// CheckRole refuses an application role that could change what must never
// change: a set-up mistake, not a fault of a request.
func CheckRole(ctx context.Context, pool *sql.DB) error {
	var strong bool
	err := pool.QueryRowContext(ctx, `SELECT bool_or(has_table_privilege(t, p))
		FROM unnest(ARRAY['points_entries', 'audit_entries']) t, unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) p`).Scan(&strong)
	if err != nil {
		return fmt.Errorf("application role: %w", err)
	}
	if strong {
		return fault.New(fault.Unavailable, "应用所用的数据库账号权限过大（能修改台账分录或审计记录），请改用只属于 xianfeng_app 角色的账号")
	}
	return nil
}
