package file

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

type row struct {
	bun.BaseModel `bun:"table:file_files,alias:f"`
	UnitID        uuid.UUID
	ID            uuid.UUID
	SHA256        []byte `bun:"sha256"`
	Name          string
	MediaType     string
	Size          int64
	CreatedBy     uuid.NullUUID
	CreatedAt     time.Time
}

func insertFile(ctx context.Context, tx bun.Tx, unit, account uuid.UUID, f File) error {
	r := row{UnitID: unit, ID: f.ID, SHA256: f.sha256[:], Name: f.Name, MediaType: f.MediaType, Size: f.Size,
		CreatedBy: uuid.NullUUID{UUID: account, Valid: account != uuid.Nil}, CreatedAt: f.CreatedAt}
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
		return fmt.Errorf("file row: %w", err)
	}
	return nil
}

func findFile(ctx context.Context, on bun.IDB, unit, id uuid.UUID) (File, error) {
	var r row
	err := on.NewSelect().Model(&r).Where("f.unit_id = ?", unit).Where("f.id = ?", id).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return File{}, fault.Missing("附件")
	}
	if err != nil {
		return File{}, db.Translate(err)
	}
	f := File{ID: r.ID, Name: r.Name, MediaType: r.MediaType, Size: r.Size, CreatedAt: r.CreatedAt}
	copy(f.sha256[:], r.SHA256)
	return f, nil
}

func deleteFiles(ctx context.Context, tx bun.Tx, unit uuid.UUID, ids []uuid.UUID) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := tx.NewDelete().Model((*row)(nil)).Where("f.unit_id = ?", unit).Where("f.id IN (?)", bun.List(ids)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("remove file rows: %w", err)
	}
	return nil
}

// fileExists asks across units: they share the bytes.
func fileExists(ctx context.Context, on bun.IDB, sum [32]byte) (bool, error) {
	found, err := on.NewSelect().Model((*row)(nil)).Where("f.sha256 = ?", sum[:]).Exists(ctx)
	return found, db.Translate(err)
}
