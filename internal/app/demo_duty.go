package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/duty"
)

var (
	needExcuse   = access.Need{Resource: "duty", Action: "excuse"}
	needApprove  = access.Need{Resource: "duty", Action: "approve"}
	needDutyPlan = access.Need{Resource: "duty_plan", Action: "write"}
	needStudy    = access.Need{Resource: "study", Action: "note"}
)

// duties lays out what the demo's people do about duties: the branches' quarter
// plans, excuses and what became of them, and somebody's own notes.
func (p *planner) duties(add func(on calendar.Date, hour int, what string, do func(context.Context) error)) {
	for q := calendar.QuarterOf(demoFirst).Next(); !demoRunning.Before(q); q = q.Next() {
		for i := range p.branches {
			if i == len(p.branches)-1 && q == demoRunning {
				continue // the retired branch has not filed its plan yet
			}
			filed := p.day(q.First(), 3)
			if i == 2 && q.Q == 3 {
				filed = p.day(q.First(), 13) // late, once
			}
			add(filed, 9, "quarter plan", func(ctx context.Context) error { return p.filePlan(ctx, i, q) })
		}
	}
	add(calendar.NewDate(2026, time.November, 17), 9, "excuses", p.excuses)
	add(calendar.NewDate(2026, time.November, 20), 8, "notes of study", p.study)
}

func (p *planner) filePlan(ctx context.Context, branch int, q calendar.Quarter) error {
	secretary, scope, err := p.as(ctx, fmt.Sprintf("secretary%d", branch+1), needDutyPlan)
	if err != nil {
		return err
	}
	plan, err := p.Duties.MakePlan(ctx, secretary, scope, p.branches[branch].ID, q)
	if err != nil {
		return err
	}
	_, err = p.Duties.FilePlan(ctx, secretary, scope, p.branches[branch].ID, q, plan.Version)
	return err
}

// excuses asks for what was missed in the year: one is approved, one refused, the
// rest wait or were never asked for.
func (p *planner) excuses(ctx context.Context) error {
	n := 0
	for i := range working {
		secretary, scope, err := p.as(ctx, fmt.Sprintf("secretary%d", i+1), needExcuse)
		if err != nil {
			return err
		}
		cells, err := duty.Cells(ctx, p.DB, scope, duty.Filter{From: demoFirst, To: calendar.QuarterOf(demoLast).Prev().Last(), Branches: []uuid.UUID{p.branches[i].ID}}, calendar.DateOf(p.clock.now()))
		if err != nil {
			return err
		}
		for _, c := range cells {
			if c.State != duty.Missed || n == 4 {
				continue
			}
			reason := "集中办理专案，支部多数党员出差"
			if c.Every == duty.EveryWeek {
				reason = "当周组内同志均在外地出庭"
			}
			e, err := p.Duties.Ask(ctx, secretary, scope, duty.Asking{Code: c.Code, Owner: c.Owner, OwnerID: c.OwnerID, PeriodFirst: c.First, Reason: reason})
			if err != nil {
				return err
			}
			if n++; n <= 2 {
				if err := p.decideExcuse(ctx, e.ID, n == 1); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

func (p *planner) decideExcuse(ctx context.Context, id uuid.UUID, approve bool) error {
	office, scope, err := p.as(ctx, "office", needApprove)
	if err != nil {
		return err
	}
	in := duty.Decision{Approve: approve}
	if !approve {
		in.Remark = "当月另有空闲时段，应当补开"
	}
	_, err = p.Duties.Decide(ctx, office, scope, id, in)
	return err
}

func (p *planner) study(ctx context.Context) error {
	member, scope, err := p.as(ctx, "member", needStudy)
	if err != nil {
		return err
	}
	for n, note := range []string{"读条例第三章，记下三处和自己工作有关的要求。", "", "听微党课录音，想到可以在普法时讲的一个例子。", "", "重读讲话原文，抄了一段。"} {
		if _, err := p.Study.Save(ctx, member, scope, demoLast.AddDays(-2*n), note); err != nil {
			return err
		}
	}
	return nil
}
