package points

import (
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
)

// Service is what people and jobs do with ledgers. What records do to them goes
// through Post, in the records' own transactions.
type Service struct {
	db     *bun.DB
	policy *access.Policy
	now    calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, policy *access.Policy, now calendar.Clock) *Service {
	return &Service{d, policy, now}
}
