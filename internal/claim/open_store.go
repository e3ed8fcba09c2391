package claim

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/points"
)

// OpenClaim is a claim on its way, for the check list of closing a quarter.
type OpenClaim struct {
	ID         uuid.UUID     `json:"id"`
	Number     int64         `json:"number"`
	PersonID   uuid.UUID     `json:"person_id"`
	PersonName string        `json:"person_name"`
	BranchID   uuid.UUID     `json:"branch_id" doc:"Zero for no Party member"`
	BranchName string        `json:"branch_name"`
	Matter     string        `json:"matter"`
	FactOn     calendar.Date `json:"fact_on"`
	Requested  int           `json:"requested" doc:"Hundredths"`
	State      State         `json:"state" enum:"submitted,returned,verified,noticed"`
}

// OpenClaims lists the claims for facts of a quarter that are neither settled nor
// still their claimants' alone; of one branch where branch is not zero.
func OpenClaims(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter, branch uuid.UUID) ([]OpenClaim, error) {
	found, err := claims(ctx, on, `SELECT `+claimColumns+fromClaims+`WHERE c.unit_id = $1 AND c.state IN ('submitted', 'returned', 'verified', 'noticed')
		AND c.fact_on BETWEEN $2 AND $3 AND ($4::uuid IS NULL OR c.branch_id = $4::uuid) ORDER BY c.number`, unit, q.First(), q.Last(), db.OrNull(branch))
	if err != nil {
		return nil, err
	}
	ids := make([]uuid.UUID, len(found))
	for i, c := range found {
		ids[i] = c.ID
	}
	labels, err := labelsOf(ctx, on, unit, ids)
	out := make([]OpenClaim, len(found))
	for i, c := range found {
		out[i] = OpenClaim{c.ID, c.Number, c.Person, c.PersonName, c.Branch, labels[c.ID].Branch, c.Matter, c.FactOn, c.Requested, c.State}
	}
	return out, err
}

// Postings are what the posted claims for facts of a quarter said to the ledgers: a
// draft of a scheme is tried on them.
func Postings(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) ([]points.Posting, error) {
	found, err := claims(ctx, on, `SELECT `+claimColumns+fromClaims+`WHERE c.unit_id = $1 AND c.state = 'posted'
		AND c.fact_on BETWEEN $2 AND $3 ORDER BY c.number`, unit, q.First(), q.Last())
	out := make([]points.Posting, len(found))
	for i, c := range found {
		out[i] = c.posting()
	}
	return out, err
}
