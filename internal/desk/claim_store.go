package desk

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
)

// claimed is a row of a list of claims; of says how long the whole list is.
type claimed struct {
	Claim
	At *time.Time
	Of int
}

func claimRows(on bun.IDB) *bun.SelectQuery {
	return on.NewSelect().TableExpr("claim_claims AS c").
		ColumnExpr("c.id, c.number, p.name AS person_name, c.matter, c.requested, c.submitted_at AS at, c.reason, count(*) OVER () AS of").
		Join("JOIN org_people AS p ON p.unit_id = c.unit_id AND p.id = c.person_id")
}

// place is how claims are reached by who verifies and publishes, as claim does.
func place() access.Columns {
	return access.Columns{Unit: "c.unit_id", Branch: "c.branch_id", Group: "c.group_id"}
}

// claimsToVerify are those within the scope of claim.verify that are no matter of the
// person's own, the oldest first.
func claimsToVerify(ctx context.Context, on bun.IDB, scope access.Scope, person uuid.UUID) (Claims, error) {
	return scanClaims(ctx, claimRows(on).Apply(scope.Rows(place())).Where("c.state = 'submitted'").
		Where("? NOT IN (c.person_id, c.claimed_by)", person).OrderExpr("c.submitted_at, c.id"))
}

// returnedClaims are the person's own that wait to be put right.
func returnedClaims(ctx context.Context, on bun.IDB, unit, person uuid.UUID) (Claims, error) {
	return scanClaims(ctx, claimRows(on).Where("c.unit_id = ?", unit).Where("c.state = 'returned'").
		Where("? IN (c.person_id, c.claimed_by)", person).OrderExpr("c.submitted_at, c.id"))
}

func scanClaims(ctx context.Context, q *bun.SelectQuery) (Claims, error) {
	var rows []claimed
	out := Claims{Items: []Claim{}}
	if err := q.Limit(maxClaims).Scan(ctx, &rows); err != nil {
		return out, fmt.Errorf("claims: %w", err)
	}
	for _, r := range rows {
		out.Total = r.Of
		if r.At != nil {
			r.SubmittedAt = *r.At
		}
		out.Items = append(out.Items, r.Claim)
	}
	return out, nil
}

// claimsToNotice counts the verified claims that wait to be put on public notice.
func claimsToNotice(ctx context.Context, on bun.IDB, scope access.Scope) (int, error) {
	n, err := on.NewSelect().TableExpr("claim_claims AS c").Apply(scope.Rows(place())).Where("c.state = 'verified'").Count(ctx)
	if err != nil {
		return 0, fmt.Errorf("claims to publish: %w", err)
	}
	return int(n), nil
}
