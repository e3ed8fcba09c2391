package claim

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// attach names a file as evidence of a locked claim, and says how many it has now.
func attach(ctx context.Context, tx bun.Tx, unit, id, fileID uuid.UUID, caption string) (n int, err error) {
	_, err = db.Exec(ctx, tx, `INSERT INTO claim_evidence (unit_id, claim_id, file_id, caption) VALUES ($1, $2, $3, $4)`, unit, id, fileID, caption)
	if err == nil {
		err = db.Each(ctx, tx, `SELECT count(*) FROM claim_evidence WHERE unit_id = $1 AND claim_id = $2`, []any{unit, id},
			func(rows *sql.Rows) error { return rows.Scan(&n) })
	}
	if err != nil {
		return 0, fmt.Errorf("attach evidence: %w", db.Translate(err))
	}
	return n, nil
}

// detach takes a file off a locked claim and tells its name.
func detach(ctx context.Context, tx bun.Tx, unit, id, fileID uuid.UUID) (name string, err error) {
	found := false
	err = db.Each(ctx, tx, `WITH gone AS (DELETE FROM claim_evidence WHERE unit_id = $1 AND claim_id = $2 AND file_id = $3 RETURNING file_id)
		SELECT f.name FROM gone JOIN file_files f ON f.unit_id = $1 AND f.id = gone.file_id`, []any{unit, id, fileID},
		func(rows *sql.Rows) error { found = true; return rows.Scan(&name) })
	if err != nil {
		return "", fmt.Errorf("detach evidence: %w", db.Translate(err))
	}
	if !found {
		return "", fault.Missing("附件")
	}
	return name, nil
}

func evidenceOf(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]Evidence, error) {
	out := []Evidence{}
	err := db.Each(ctx, on, `SELECT f.id, f.name, f.media_type, f.size, f.created_at, e.caption
		FROM claim_evidence e JOIN file_files f ON f.unit_id = e.unit_id AND f.id = e.file_id
		WHERE e.unit_id = $1 AND e.claim_id = $2 ORDER BY f.created_at, f.id`, []any{unit, id}, func(rows *sql.Rows) error {
		var e Evidence
		if err := rows.Scan(&e.ID, &e.Name, &e.MediaType, &e.Size, &e.CreatedAt, &e.Caption); err != nil {
			return err
		}
		out = append(out, e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("evidence of claim %s: %w", id, err)
	}
	return out, nil
}

// findEvidence says whether a claim that may be read names the file.
func findEvidence(ctx context.Context, on bun.IDB, by access.Actor, scope access.Scope, id, fileID uuid.UUID) error {
	found, err := visible(on, by, scope).
		Join("JOIN claim_evidence AS e ON e.unit_id = c.unit_id AND e.claim_id = c.id").
		Where("c.id = ?", id).Where("e.file_id = ?", fileID).Exists(ctx)
	if err != nil {
		return db.Translate(err)
	}
	if !found {
		return fault.Missing("附件")
	}
	return nil
}
