package mentoring

import (
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Service is the use cases of mentoring.
type Service struct {
	db     *bun.DB
	policy *access.Policy
	now    calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, policy *access.Policy, now calendar.Clock) *Service {
	return &Service{d, policy, now}
}

func need(action string) access.Need { return access.Need{Resource: "mentoring", Action: action} }

// columns are how a pairing is reached: by its three people, whoever mentored at some
// time of it among them. r is mentoring_pairings.
func columns() access.Columns {
	return access.Columns{Unit: "r.unit_id", Persons: []string{"r.mentee_id"},
		PersonIn: []string{"SELECT t.mentor_id FROM mentoring_terms t WHERE t.unit_id = r.unit_id AND t.pairing_id = r.id"}}
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
