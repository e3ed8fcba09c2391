package claim

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
)

// Rules lists what can be claimed for a day.
func (s *Service) Rules(ctx context.Context, scope access.Scope, day calendar.Date) (Rules, error) {
	if day.IsZero() {
		day = s.today()
	}
	if day.After(s.today()) {
		return Rules{}, fault.Field("day", "事项发生的日期不能晚于今天")
	}
	rules, scheme, err := points.ClaimRules(ctx, s.db, scope.Unit(), day)
	if rules == nil {
		rules = []points.Rule{}
	}
	return Rules{day, scheme.Name, scheme.Version, rules}, err
}

// Preview tells what a claim would come to, within the scope of claim.submit.
func (s *Service) Preview(ctx context.Context, by access.Actor, scope access.Scope, q Question) (out Preview, err error) {
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if _, err := s.beneficiary(ctx, tx, scope, by.Unit, q.Person); err != nil {
			return err
		}
		out = Preview{Pending: []Pending{}}
		var err error
		if out.ClaimPreview, err = points.PreviewClaim(ctx, tx, by.Unit, s.now(), q.Person, q.RuleCode, q.Amount, q.FactOn); err != nil {
			return err
		}
		if out.Late {
			out.LateWord = fmt.Sprintf("%s已结账，这一项将记入%s，并注明属于%s", calendar.QuarterOf(q.FactOn).Chinese(), out.Quarter.Chinese(), calendar.QuarterOf(q.FactOn).Chinese())
		}
		others, err := inFlight(ctx, tx, by.Unit, q.Person, q.Claim, q.RuleCode, q.FactOn)
		if err != nil {
			return err
		}
		for _, c := range others {
			out.Pending = append(out.Pending, Pending{c.ID, c.Number, c.Matter, c.FactOn, c.Requested, c.State})
		}
		key := honourKey(q.Honour)
		if out.Rule.HonourLevel == nil || key == "" {
			return nil
		}
		c := Claim{ID: q.Claim, Person: q.Person, Level: out.Rule.HonourLevel, HonourKey: key}
		rivals, err := rivalsOf(ctx, tx, by.Unit, c)
		if err == nil {
			out.HonourRefusal, out.HonourAdvice = honourWord(*c.Level, rivals[c.ID])
		}
		return err
	})
	return out, err
}

// Beneficiaries lists for whom the actor may claim: themselves first, then the
// members of the groups they lead. scope is that of claim.submit.
func (s *Service) Beneficiaries(ctx context.Context, by access.Actor, scope access.Scope) ([]Beneficiary, error) {
	out := []Beneficiary{}
	places, err := org.Placements(ctx, s.db, by.Unit, s.today(), []uuid.UUID{by.Person})
	if err != nil {
		return nil, err
	}
	if p, known := places[by.Person]; known && p.OnRoll {
		out = append(out, Beneficiary{p.Person, p.Name, p.BranchName, p.GroupName, true})
	}
	for _, group := range scope.Groups() {
		members, err := org.Expected(ctx, s.db, by.Unit, s.today(), org.Organiser{Kind: "group", Group: group}, org.CircleMembers)
		if err != nil {
			return nil, err
		}
		for _, p := range members {
			if p.Person != by.Person {
				out = append(out, Beneficiary{p.Person, p.Name, p.BranchName, p.GroupName, false})
			}
		}
	}
	return out, nil
}

// Honours lists the honours that somebody within the scope of claim.submit claimed
// before, so that one honour keeps one name.
func (s *Service) Honours(ctx context.Context, by access.Actor, scope access.Scope, person uuid.UUID) (out []Honour, err error) {
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if _, err := s.beneficiary(ctx, tx, scope, by.Unit, person); err != nil {
			return err
		}
		out, err = honoursOf(ctx, tx, by.Unit, person)
		return err
	})
	return out, err
}
