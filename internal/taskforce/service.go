package taskforce

import (
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
)

// Service is the use cases of taskforces.
type Service struct {
	db     *bun.DB
	policy *access.Policy
	files  *file.Service
	now    calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, policy *access.Policy, files *file.Service, now calendar.Clock) *Service {
	return &Service{d, policy, files, now}
}

func need(action string) access.Need { return access.Need{Resource: "taskforce", Action: action} }

// columns are how a taskforce is reached: by who is in it, and by the branch that
// proposed it. f is taskforce_taskforces.
func columns() access.Columns {
	return access.Columns{Unit: "f.unit_id", Branch: "f.branch_id", Project: "f.id"}
}

// reach is how far the actor gets with another permission than the route's own;
// nowhere where they do not have it.
func (s *Service) reach(by access.Actor, n access.Need) (access.Scope, error) {
	scope, err := s.policy.Decide(by, n)
	if fault.Is(err, fault.Forbidden) {
		return access.Scope{}, nil
	}
	return scope, err
}

func (s *Service) today() calendar.Date { return calendar.DateOf(s.now()) }
