package mentoring

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
)

// PublishPlans puts the plans of a year, this or the next, on one public notice of the whole
// office; without ids all that the three agreed to. scope is that of mentoring.publish.
func (s *Service) PublishPlans(ctx context.Context, by access.Actor, scope access.Scope, year int, ids []uuid.UUID) (out PlansPublished, err error) {
	if y := s.today().Year; year != y && year != y+1 {
		return out, fault.Field("year", "只能公示今年或明年的计划")
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockDrafts(ctx, tx, by.Unit, year); err != nil {
			return err
		}
		all, _, err := listPlanLines(ctx, tx, scope, PlanFilter{Year: year, Limit: maxPlans}, s.today())
		if err != nil {
			return err
		}
		lines, err := publishable(all, ids)
		if err != nil {
			return err
		}
		n, err := notice.Publish(ctx, tx, by, s.now(), publication(year, lines, s.today()))
		if err != nil {
			return err
		}
		out = PlansPublished{NoticeID: n.ID, Title: n.Title, FirstDay: n.FirstDay, LastDay: n.LastDay, Plans: len(lines)}
		plans := make([]uuid.UUID, len(lines))
		for i, l := range lines {
			plans[i] = *l.PlanID
			if l.Late {
				out.Late++
			}
		}
		if err := changePlans(ctx, tx, by.Unit, plans, noticePlan, n.ID, s.today()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "mentoring.publish", Object: "notice", ObjectID: n.ID,
			Summary: fmt.Sprintf("公示 %d 年成长计划 %d 份", year, len(plans)), Detail: map[string]any{"plans": plans, "late": out.Late}})
	})
	return out, err
}

// maxPlans is more than there are pairings in an office in a year.
const maxPlans = 10000

// Settled hears what became of plans on public notice, in the transaction that settles
// them. What passed is published; what did not is a draft again, whose three have to
// agree anew where an objection was upheld.
func (s *Service) Settled(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, n notice.Notice, items []notice.Item) error {
	ids := make([]uuid.UUID, len(items))
	for i, it := range items {
		ids[i] = it.Subject
	}
	there, err := noticedPlans(ctx, tx, by.Unit, n.ID, ids)
	if err != nil || len(there) == 0 {
		return err
	}
	what := ""
	switch outcome, answer := items[0].Outcome, items[0].Answer; outcome {
	case notice.Passed:
		what = "公示期满，计划公布"
		err = changePlans(ctx, tx, by.Unit, there, publishPlan)
	case notice.Upheld:
		what = "异议成立，退回修改"
		err = changePlans(ctx, tx, by.Unit, there, returnPlan, "公示期间的异议成立。答复："+answer, false)
	case notice.Withdrawn, notice.Cancelled:
		what = "公示撤销，退回草稿"
		err = changePlans(ctx, tx, by.Unit, there, returnPlan, "公示已撤销："+n.CancelReason, true)
	default:
		err = fmt.Errorf("plans of notice %s: outcome %q", n.ID, outcome)
	}
	if err != nil {
		return err
	}
	return audit.Record(ctx, tx, by, now, audit.Entry{Action: "mentoring.settle", Object: "notice", ObjectID: n.ID,
		Summary: fmt.Sprintf("“%s”%s（%d 份）", n.Title, what, len(there)), Detail: map[string]any{"plans": there}})
}

// ReopenPlan gives a published plan back to its three: it takes their agreement and another
// notice to publish it again. What was published before stands on its notice and in the
// audit. scope is that of mentoring.publish.
func (s *Service) ReopenPlan(ctx context.Context, by access.Actor, scope access.Scope, plan uuid.UUID, reason string, version int) (out Plan, err error) {
	if reason, err = said("reason", reason, "退回修订的理由", 300); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		pairing, year, err := pairingOfPlan(ctx, tx, by.Unit, plan)
		if err != nil {
			return err
		}
		t, err := findThree(ctx, tx, scope, pairing, false)
		if err != nil {
			return err
		}
		p, _, err := findPlan(ctx, tx, by.Unit, pairing, year)
		switch {
		case err != nil:
			return err
		case p.Version != version:
			return planChanged()
		case p.State != PlanPublished:
			return fault.New(fault.RuleBroken, "只有已公布的计划可以退回修订；正在公示的请撤销公示")
		case s.today().After(t.To) || s.today().Year > year:
			return fault.New(fault.RuleBroken, "结对或年度已经结束，计划不再修订")
		}
		if err := changePlans(ctx, tx, by.Unit, []uuid.UUID{plan}, returnPlan, "机关党委退回修订："+reason, false); err != nil {
			return err
		}
		out, err = s.planned(ctx, tx, by, t, year, "mentoring.reopen", fmt.Sprintf("退回修订%s %d 年成长计划：%s", t.MenteeName, year, reason))
		return err
	})
	return out, err
}
