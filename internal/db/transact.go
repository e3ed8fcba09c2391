package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/uptrace/bun"

	"xianfeng/internal/fault"
)

// tries bounds how often a transaction that lost a deadlock runs again.
const tries = 5

// Transact runs fn in one transaction, commits it, and translates what
// PostgreSQL says into faults. A deadlock or a serialization failure runs fn
// again, so fn must not leave anything outside the transaction.
func Transact(ctx context.Context, d *bun.DB, fn func(ctx context.Context, tx bun.Tx) error) error {
	for try := 1; ; try++ {
		err := once(ctx, d, fn)
		if err == nil {
			return nil
		}
		if !retryable(err) || try == tries || ctx.Err() != nil {
			return Translate(err)
		}
		select {
		case <-ctx.Done():
			return Translate(err)
		case <-time.After(time.Duration(rand.IntN(20*try)+1) * time.Millisecond):
		}
	}
}

func once(ctx context.Context, d *bun.DB, fn func(ctx context.Context, tx bun.Tx) error) (err error) {
	tx, err := d.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	done := false
	defer func() {
		if !done { // an error or a panic: nothing half-done stays
			_ = tx.Rollback()
		}
	}()
	if err := fn(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	done = true
	return nil
}

func retryable(err error) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && (pg.Code == "40001" || pg.Code == "40P01")
}

// Translate turns an error of PostgreSQL into a fault a person can act on. Faults
// pass unchanged, and so does sql.ErrNoRows.
func Translate(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err
	}
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		if unreachable(err) {
			return fault.Wrap(err, fault.Unavailable, "数据库暂时连不上，您的操作没有保存，请稍后再试")
		}
		return fmt.Errorf("database: %w", err)
	}
	if c, ok := constraints[pg.ConstraintName]; ok {
		return fault.Wrap(err, c.code, c.message)
	}
	switch pg.Code[:2] {
	case "23":
		switch pg.Code {
		case "23505", "23P01":
			return fault.Wrap(err, fault.Conflict, "已有相同的记录，请刷新后再试")
		case "23503":
			return fault.Wrap(err, fault.Conflict, "所引用的内容不存在或正被使用，请刷新后再试")
		default:
			return fault.Wrap(err, fault.Invalid, "填写的内容不符合要求，请检查后再提交")
		}
	case "08", "57":
		return fault.Wrap(err, fault.Unavailable, "数据库暂时不可用，您的操作没有保存，请稍后再试")
	case "53":
		return fault.Wrap(err, fault.Unavailable, "服务器磁盘或内存不足，您的操作没有保存，请告诉管理员后再试")
	case "40":
		return fault.Wrap(err, fault.Conflict, "同时操作的人太多，请稍后再试")
	}
	switch pg.Code {
	case "22P05", "22021":
		return fault.Wrap(err, fault.Invalid, "内容中有无法保存的字符，请删去后再提交")
	}
	return fmt.Errorf("database: %w", err)
}

func unreachable(err error) bool {
	var connect *pgconn.ConnectError
	return errors.As(err, &connect) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, context.DeadlineExceeded) || pgconn.Timeout(err) || isNetwork(err)
}

// Violates says whether an error comes from the constraint of that name.
func Violates(err error, constraint string) bool {
	var pg *pgconn.PgError
	return errors.As(err, &pg) && pg.ConstraintName == constraint
}
