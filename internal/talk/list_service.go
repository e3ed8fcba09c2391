package talk

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

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

func (s *Service) eyes(by access.Actor) (eyes, error) {
	plan, err := s.reach(by, need("talk", "plan"))
	apart := func(concerned ...uuid.UUID) error { return s.apart(by, concerned...) }
	return eyes{by.Person, plan, apart, s.today()}, err
}

// apart refuses to who is one of the concerned what only others may plan away.
func (s *Service) apart(by access.Actor, concerned ...uuid.UUID) error {
	err := s.policy.Separate(by, need("talk", "plan"), concerned...)
	if fault.Is(err, fault.RuleBroken) {
		return fault.New(fault.RuleBroken, fault.From(err).Message+"：可请机关党委或另一位编排谈话的同志取消")
	}
	return err
}

// List pages through the talks in reach. scope is that of talk.read.
func (s *Service) List(ctx context.Context, by access.Actor, scope access.Scope, f Filter) (out Page, err error) {
	if err := f.check(); err != nil {
		return out, err
	}
	e, err := s.eyes(by)
	if err != nil {
		return out, err
	}
	if out.Items, out.Total, err = listTalks(ctx, s.db, scope, e, f); err != nil {
		return out, err
	}
	if len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		out.Next = out.Items[f.Limit-1].key().String()
	}
	return out, nil
}

// Detail reads one talk. scope is that of talk.read.
func (s *Service) Detail(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (out Detail, err error) {
	e, err := s.eyes(by)
	if err != nil {
		return out, err
	}
	r, err := findTalk(ctx, s.db, scope, columns(), id, false)
	if err != nil {
		return out, err
	}
	out.Talk = e.see(r)
	if out.Moves, err = readMoves(ctx, s.db, by.Unit, id); err != nil {
		return out, err
	}
	if r.OccasionID != nil {
		out.Occasion, err = readCause(ctx, s.db, by.Unit, *r.OccasionID)
	}
	return out, err
}
