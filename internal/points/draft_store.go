package points

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
)

// updateDraft replaces a locked draft's document, and raises its row version.
func updateDraft(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time, s Scheme) error {
	if _, err := db.Exec(ctx, tx, `WITH rules AS (DELETE FROM points_rules WHERE unit_id = $1 AND scheme_id = $2),
			limits AS (DELETE FROM points_limits WHERE unit_id = $1 AND scheme_id = $2)
		UPDATE points_schemes SET name = $3, effective_from = $4, note = $5, updated_at = $6, row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2 AND state = 'draft'`,
		unit, s.ID, s.Name, s.EffectiveFrom.UTC(), s.Note, now); err != nil {
		return fmt.Errorf("update scheme %s: %w", s.ID, err)
	}
	return insertRules(ctx, tx, unit, s)
}

// deleteDraft removes a locked draft. Nothing refers to it: no entry was posted under
// it, and drafts start from published versions only.
func deleteDraft(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) error {
	for _, text := range []string{
		`DELETE FROM points_rules WHERE unit_id = $1 AND scheme_id = $2`,
		`DELETE FROM points_limits WHERE unit_id = $1 AND scheme_id = $2`,
		`DELETE FROM points_schemes WHERE unit_id = $1 AND id = $2 AND state = 'draft'`,
	} {
		if _, err := db.Exec(ctx, tx, text, unit, id); err != nil {
			return fmt.Errorf("delete scheme %s: %w", id, err)
		}
	}
	return nil
}
