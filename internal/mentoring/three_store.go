package mentoring

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// stintsOf is every mentor of pairing r as JSON.
const stintsOf = `(SELECT coalesce(json_agg(json_build_object('mentor_id', t.mentor_id, 'name', m.name, 'role', t.role, 'from', t.valid_from, 'to', t.valid_to)
		ORDER BY t.valid_from, t.role, t.id), '[]')
	FROM mentoring_terms t JOIN org_people m ON m.unit_id = t.unit_id AND m.id = t.mentor_id
	WHERE t.unit_id = r.unit_id AND t.pairing_id = r.id)`

// findThree reads a pairing within a scope. lock keeps its terms and what is written
// about it in turn until the transaction ends.
func findThree(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID, lock bool) (t three, err error) {
	where, args := scope.Where(columns(), 2)
	end := ""
	if lock {
		end = " FOR UPDATE OF r"
	}
	var stints []byte
	err = db.One(ctx, on, []any{&t.ID, &t.Mentee, &t.MenteeName, &t.From, &t.To, &stints}, `SELECT r.id, r.mentee_id, k.name, r.valid_from, r.valid_to, `+stintsOf+`
		FROM mentoring_pairings r JOIN org_people k ON k.unit_id = r.unit_id AND k.id = r.mentee_id
		WHERE r.id = $1 AND `+where+end, append([]any{id}, args...)...)
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.Missing("结对")
	}
	if err == nil {
		err = json.Unmarshal(stints, &t.Stints)
	}
	if err != nil {
		return t, fmt.Errorf("pairing %s: %w", id, err)
	}
	return t, nil
}
