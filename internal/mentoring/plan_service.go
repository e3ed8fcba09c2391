package mentoring

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

func planChanged() error {
	return fault.New(fault.Conflict, "计划刚被别人改动，请刷新后再试")
}

// Plans lists the growth plans of a pairing, the latest first. scope is that of
// mentoring.read.
func (s *Service) Plans(ctx context.Context, by access.Actor, scope access.Scope, pairing uuid.UUID) (out []Plan, err error) {
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		t, err := findThree(ctx, tx, scope, pairing, false)
		if err != nil {
			return err
		}
		out, err = listPlans(ctx, tx, by.Unit, pairing)
		for i := range out {
			out[i].see(t, by.Person, s.today())
		}
		return err
	})
	return out, err
}

// WritePlan writes the plan of this year or the next, by any of the three. Who wrote it has
// agreed to it; whatever the others agreed to before was another wording. scope is that
// of mentoring.write.
func (s *Service) WritePlan(ctx context.Context, by access.Actor, scope access.Scope, pairing uuid.UUID, year int, in PlanInput) (out Plan, err error) {
	if err := in.check(); err != nil {
		return out, err
	}
	if y := s.today().Year; year != y && year != y+1 {
		return out, fault.New(fault.RuleBroken, "只能制定今年或明年的计划")
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		t, err := findThree(ctx, tx, scope, pairing, true)
		if err != nil {
			return err
		}
		if _, err := t.speaks(by.Person, s.today()); err != nil {
			return err
		}
		if err := t.ofYear(year); err != nil {
			return err
		}
		p, there, err := findPlan(ctx, tx, by.Unit, pairing, year)
		switch {
		case err != nil:
			return err
		case p.Version != in.Version:
			return planChanged()
		}
		if err := p.frozen(); err != nil {
			return err
		}
		items, gone, err := replace(p.Items, in.Items)
		if err != nil {
			return err
		}
		if !there {
			p = Plan{ID: db.NewID(), PairingID: pairing, Year: year}
		}
		p.Goals = in.Goals
		if err := savePlan(ctx, tx, by, s.now(), p, !there, items, gone); err != nil {
			return err
		}
		out, err = s.planned(ctx, tx, by, t, year, "mentoring.plan", fmt.Sprintf("填写%s %d 年成长计划", t.MenteeName, year))
		return err
	})
	return out, err
}

// AgreePlan agrees to a plan in the wording of that version; twice is once. scope is that
// of mentoring.write.
func (s *Service) AgreePlan(ctx context.Context, by access.Actor, scope access.Scope, pairing uuid.UUID, year, version int) (out Plan, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		t, err := findThree(ctx, tx, scope, pairing, true)
		if err != nil {
			return err
		}
		if _, err := t.speaks(by.Person, s.today()); err != nil {
			return err
		}
		p, there, err := findPlan(ctx, tx, by.Unit, pairing, year)
		switch {
		case err != nil:
			return err
		case !there:
			return fault.Missing("成长计划")
		case p.Version != version:
			return planChanged()
		}
		if slices.Contains(p.agreedBy, by.Person) {
			p.see(t, by.Person, s.today())
			out = p
			return nil
		}
		if err := p.frozen(); err != nil {
			return err
		}
		if err := changePlans(ctx, tx, by.Unit, []uuid.UUID{p.ID}, agreePlan, by.Person); err != nil {
			return err
		}
		out, err = s.planned(ctx, tx, by, t, year, "mentoring.plan_agree", fmt.Sprintf("同意%s %d 年成长计划", t.MenteeName, year))
		return err
	})
	return out, err
}

// planned audits what was done to a plan and reads what came of it.
func (s *Service) planned(ctx context.Context, tx bun.Tx, by access.Actor, t three, year int, action, summary string) (Plan, error) {
	p, _, err := findPlan(ctx, tx, by.Unit, t.ID, year)
	if err != nil {
		return p, err
	}
	p.see(t, by.Person, s.today())
	return p, audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "growth_plan", ObjectID: p.ID, Summary: summary,
		Detail: map[string]any{"year": year, "goals": p.Goals, "items": p.Items, "agreed_by": p.agreedBy, "state": p.State, "version": p.Version}})
}

// GrowthPlans pages through the pairings of a year with their plans, by the mentee's
// name. scope is that of mentoring.read.
func (s *Service) GrowthPlans(ctx context.Context, by access.Actor, scope access.Scope, f PlanFilter) (out PlanPage, err error) {
	if err := f.check(); err != nil {
		return out, err
	}
	if f.Year == 0 {
		f.Year = s.today().Year
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if out.Items, out.Total, err = listPlanLines(ctx, tx, scope, f, s.today()); err != nil {
			return err
		}
		out.Counts, err = countPlans(ctx, tx, scope, f.Year, s.today())
		return err
	})
	if err != nil {
		return out, err
	}
	if len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		last := out.Items[f.Limit-1]
		out.Next = writeCursor(last.pinyin, last.PairingID)
	}
	return out, nil
}
