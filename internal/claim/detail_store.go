package claim

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

// findDetail reads a claim that lists show, whole and as a line.
func findDetail(ctx context.Context, on bun.IDB, by access.Actor, sc scopes, id uuid.UUID) (Claim, Summary, error) {
	var r summaryRow
	err := visible(on, by, sc.read).ColumnExpr(summaryColumns).Where("c.id = ?", id).Scan(ctx, &r)
	if errors.Is(err, sql.ErrNoRows) {
		return Claim{}, Summary{}, fault.Missing("申报")
	}
	if err != nil {
		return Claim{}, Summary{}, db.Translate(err)
	}
	found, err := claims(ctx, on, `SELECT `+claimColumns+fromClaims+`WHERE c.unit_id = $1 AND c.id = $2`, by.Unit, id)
	if err == nil && len(found) == 0 {
		err = fault.Missing("申报")
	}
	if err != nil {
		return Claim{}, Summary{}, err
	}
	return found[0], r.summary(by, sc), nil
}

func stepsOf(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]StepLine, error) {
	out := []StepLine{}
	err := db.Each(ctx, on, `SELECT s.step, s.version, coalesce(p.name, ''), s.at, s.note FROM claim_steps s
		LEFT JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.by_person
		WHERE s.unit_id = $1 AND s.claim_id = $2 ORDER BY s.at, s.id`, []any{unit, id}, func(rows *sql.Rows) error {
		var l StepLine
		err := rows.Scan(&l.Step, &l.Version, &l.By, &l.At, &l.Note)
		out = append(out, l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("steps of claim %s: %w", id, err)
	}
	return out, nil
}

// sameHonour lists the other claims for a claim's honour, and which of them open.
func sameHonour(ctx context.Context, on bun.IDB, by access.Actor, sc scopes, c Claim) ([]SameHonour, error) {
	out := []SameHonour{}
	rivals, err := rivalsOf(ctx, on, by.Unit, c)
	if err != nil || len(rivals[c.ID]) == 0 {
		return out, err
	}
	ids := make([]uuid.UUID, 0, len(rivals[c.ID]))
	for _, r := range rivals[c.ID] {
		ids = append(ids, r.ID)
	}
	var open []uuid.UUID
	if err := visible(on, by, sc.read).ColumnExpr("c.id").Where("c.id IN (?)", bun.List(ids)).Scan(ctx, &open); err != nil {
		return nil, db.Translate(err)
	}
	opens := map[uuid.UUID]bool{}
	for _, id := range open {
		opens[id] = true
	}
	for _, r := range rivals[c.ID] {
		out = append(out, SameHonour{r.ID, r.Number, r.Title, r.State, opens[r.ID]})
	}
	return out, nil
}
