package claim

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
)

// labelsOf reads what a notice says of claims besides their own words.
func labelsOf(ctx context.Context, on bun.IDB, unit uuid.UUID, ids []uuid.UUID) (map[uuid.UUID]label, error) {
	out := make(map[uuid.UUID]label, len(ids))
	err := db.Each(ctx, on, `SELECT c.id, coalesce(b.name, ''), coalesce(g.name, ''), coalesce(v.name, '')
		FROM claim_claims c
		LEFT JOIN org_branches b ON b.unit_id = c.unit_id AND b.id = c.branch_id
		LEFT JOIN org_groups g ON g.unit_id = c.unit_id AND g.id = c.group_id
		LEFT JOIN org_people v ON v.unit_id = c.unit_id AND v.id = c.verified_by
		WHERE c.unit_id = $1 AND c.id = ANY($2::uuid[])`, []any{unit, ids}, func(rows *sql.Rows) error {
		var id uuid.UUID
		var l label
		if err := rows.Scan(&id, &l.Branch, &l.Group, &l.Verifier); err != nil {
			return err
		}
		out[id] = l
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("labels of claims: %w", err)
	}
	return out, nil
}

// honoursOf are the honours a person claimed, the latest first, each name once.
func honoursOf(ctx context.Context, on bun.IDB, unit, person uuid.UUID) ([]Honour, error) {
	out := []Honour{}
	err := db.Each(ctx, on, `SELECT honour, rule_title, number, state FROM (
			SELECT DISTINCT ON (honour_key) honour, rule_title, number, state FROM claim_claims
			WHERE unit_id = $1 AND person_id = $2 AND honour_level IS NOT NULL AND state <> 'draft' ORDER BY honour_key, number DESC) x
		ORDER BY number DESC LIMIT 50`, []any{unit, person}, func(rows *sql.Rows) error {
		var h Honour
		err := rows.Scan(&h.Name, &h.RuleTitle, &h.Number, &h.State)
		out = append(out, h)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("honours: %w", err)
	}
	return out, nil
}
