package points

import (
	"context"
	"time"

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
	claims Claims
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

// Claims hears, in the reversing transaction, that the office takes back by hand what
// a claim earned; it refuses whoever declared the claim.
type Claims interface {
	Reversed(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, claim uuid.UUID, reason string) error
}

// NewService makes the service. Without open nothing counts as unsettled; without
// facts there are no records: their kinds are unknown and drafts tried on none;
// without claims nobody hears of reversals.
func NewService(d *bun.DB, policy *access.Policy, open OpenWork, facts Facts, claims Claims, now calendar.Clock) *Service {
	return &Service{db: d, policy: policy, open: open, facts: facts, claims: claims, now: now}
}
