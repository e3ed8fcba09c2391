package activity

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// attach names a file in a locked draft, and says how many it has now.
func attach(ctx context.Context, tx bun.Tx, unit, id, fileID uuid.UUID, caption string) (n int, err error) {
	if _, err := db.Exec(ctx, tx, `INSERT INTO activity_attachments (unit_id, activity_id, file_id, caption) VALUES ($1, $2, $3, $4)`,
		unit, id, fileID, caption); err != nil {
		return 0, fmt.Errorf("attach: %w", err)
	}
	err = tx.NewRaw(`SELECT count(*) FROM activity_attachments WHERE unit_id = ? AND activity_id = ?`, unit, id).Scan(ctx, &n)
	if err != nil {
		return 0, fmt.Errorf("attach: %w", err)
	}
	return n, nil
}

// detach takes a file off a locked draft; last says that no other version names it.
func detach(ctx context.Context, tx bun.Tx, unit, id, fileID uuid.UUID) (name string, last bool, err error) {
	err = tx.NewRaw(`WITH gone AS (DELETE FROM activity_attachments WHERE unit_id = ? AND activity_id = ? AND file_id = ? RETURNING unit_id, file_id)
		SELECT f.name, NOT EXISTS (SELECT FROM activity_attachments o WHERE o.unit_id = f.unit_id AND o.file_id = f.id AND o.activity_id <> ?)
		FROM gone JOIN file_files f ON f.unit_id = gone.unit_id AND f.id = gone.file_id`, unit, id, fileID, id).Scan(ctx, &name, &last)
	if errors.Is(err, sql.ErrNoRows) {
		return "", false, fault.Missing("附件")
	}
	if err != nil {
		return "", false, fmt.Errorf("detach: %w", err)
	}
	return name, last, nil
}

// copyAttachments gives an amendment the files of the version it amends.
func copyAttachments(ctx context.Context, tx bun.Tx, unit, from, to uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO activity_attachments (unit_id, activity_id, file_id, caption)
		SELECT unit_id, $3, file_id, caption FROM activity_attachments WHERE unit_id = $1 AND activity_id = $2`, unit, from, to)
	if err != nil {
		return fmt.Errorf("copy attachments: %w", err)
	}
	return nil
}

// findAttachment says whether some version of the record that may be read names
// the file.
func findAttachment(ctx context.Context, on bun.IDB, read, record access.Scope, id, fileID uuid.UUID) error {
	where, args := openable(read, record, id)
	found, err := on.NewSelect().TableExpr("activity_activities AS a").
		Join("JOIN activity_attachments AS f ON f.unit_id = a.unit_id AND f.activity_id = a.id").
		Where("a.record_id = ?", id).Where("f.file_id = ?", fileID).Where(where, args...).Exists(ctx)
	if err != nil {
		return db.Translate(err)
	}
	if !found {
		return fault.Missing("附件")
	}
	return nil
}
