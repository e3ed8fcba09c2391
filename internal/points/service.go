package points

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
)

// Service is what people and jobs do with ledgers. What records do to them goes
// through Post, in the records' own transactions.
type Service struct {
	db     *bun.DB
	policy *access.Policy
	open   OpenWork
	facts  Facts
	now    calendar.Clock
}

// OpenWork tells what is not settled yet in the records, claims and objections of a
// quarter: the check list of closing asks it (rule 14). Each reads on the
// transaction it is given.
type OpenWork interface {
	UnconfirmedRecords(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) ([]OpenItem, error)
	OpenClaims(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) ([]OpenItem, error)
	OpenObjections(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) ([]OpenItem, error)
}

// NewService makes the service. Without open nothing counts as unsettled, and
// without facts there are no records: their kinds are unknown and drafts tried on none.
func NewService(d *bun.DB, policy *access.Policy, open OpenWork, facts Facts, now calendar.Clock) *Service {
	return &Service{db: d, policy: policy, open: open, facts: facts, now: now}
}
