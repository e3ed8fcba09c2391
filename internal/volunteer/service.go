package volunteer

import (
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Service is the use cases of volunteering.
type Service struct {
	db         *bun.DB
	policy     *access.Policy
	activities *activity.Service
	now        calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, policy *access.Policy, activities *activity.Service, now calendar.Clock) *Service {
	return &Service{d, policy, activities, now}
}

func need(resource, action string) access.Need {
	return access.Need{Resource: resource, Action: action}
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
