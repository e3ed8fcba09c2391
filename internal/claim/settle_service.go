package claim

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/notice"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
)

// posting is what a claim says to the ledger. The claim is the record and its one
// version, so it posts once whatever restarts (rule 10).
func (c Claim) posting() points.Posting {
	return points.Posting{Source: points.SourceClaim, SourceID: c.ID, RecordID: c.ID, FactOn: c.FactOn, Reason: c.Matter, VerifiedBy: c.VerifiedBy,
		Facts: []points.Fact{{Person: c.Person, Trigger: points.TriggerClaim, Code: c.RuleCode, Amount: c.Amount}}}
}

// takenBack is the same without anything to say: whatever it posted is reversed.
func (c Claim) takenBack() points.Posting {
	p := c.posting()
	p.Facts = nil
	return p
}

// Settled hears what became of claims on public notice, in the transaction that
// settles them. What passed is posted, all of a notice at once; of an honour the
// highest level is, and takes back a lower one.
func (s *Service) Settled(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, n notice.Notice, items []notice.Item) error {
	ids := make([]uuid.UUID, len(items))
	for i, item := range items {
		ids[i] = item.Subject
	}
	locked, err := lockSubjects(ctx, tx, by.Unit, ids)
	if err != nil || len(items) == 0 {
		return err
	}
	var there []Claim // on this notice still
	var standing []Claim
	for _, c := range locked {
		switch {
		case c.State == Noticed && c.Notice == n.ID && slices.Contains(ids, c.ID):
			there = append(there, c)
		case c.State == Posted:
			standing = append(standing, c)
		}
	}
	if len(there) == 0 {
		return nil
	}
	var moves []moved
	switch items[0].Outcome {
	case notice.Passed:
		if moves, err = s.passed(ctx, tx, by, now, there, standing); err != nil {
			return err
		}
	case notice.Upheld:
		moves = []moved{{StepReject, settledAll(there, Rejected, "公示期间的异议成立，不予计分。答复："+items[0].Answer, &now)}}
	case notice.Withdrawn:
		moves = []moved{{StepWithdraw, settledAll(there, Withdrawn, "已从公示中撤回", &now)}}
	case notice.Cancelled:
		back := settledAll(there, Verified, "", nil)
		for i := range back {
			back[i].Notice = uuid.Nil
		}
		moves = []moved{{StepCancel, back}}
	default:
		return fmt.Errorf("claims of notice %s: outcome %q", n.ID, items[0].Outcome)
	}
	// A lower level makes room before the higher one takes its place.
	slices.SortStableFunc(moves, func(a, b moved) int { return order(a.step) - order(b.step) })
	done := map[Step]int{}
	for _, m := range moves {
		if len(m.claims) == 0 {
			continue
		}
		if err := saveWay(ctx, tx, by.Unit, m.claims...); err != nil {
			return err
		}
		if err := addSteps(ctx, tx, by.Unit, by.Person, now, m.step, m.claims...); err != nil {
			return err
		}
		done[m.step] += len(m.claims)
	}
	return audit.Record(ctx, tx, by, now, audit.Entry{Action: "claim.settle", Object: "notice", ObjectID: n.ID,
		Summary: fmt.Sprintf("公示“%s”%s：%s", n.Title, outcomeTitle(items[0].Outcome), stepCounts(done)), Detail: map[string]any{"claims": ids, "steps": done}})
}

// Reversed takes note that the office takes back by hand what a claim earned: the
// claim is no longer posted, so that the honour may be claimed at the level that is
// true. Who declared the claim does not reverse it. See points.Claims.
func (s *Service) Reversed(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, id uuid.UUID, reason string) error {
	c, err := lockOne(ctx, tx, by.Unit, id)
	if err != nil {
		return fmt.Errorf("claim %s that was posted: %w", id, err)
	}
	if err := s.policy.Separate(by, access.Need{Resource: "ledger", Action: "reverse"}, c.Person, c.ClaimedBy); err != nil || c.State != Posted {
		return err
	}
	c.State, c.Reason = Reversed, reason
	if err := saveWay(ctx, tx, by.Unit, c); err != nil {
		return err
	}
	return addSteps(ctx, tx, by.Unit, by.Person, now, StepReverse, c)
}

// moved are claims that take the same step.
type moved struct {
	step   Step
	claims []Claim
}

func order(s Step) int {
	if s == StepSupersede {
		return 0
	}
	return 1
}

func outcomeTitle(outcome string) string {
	switch outcome {
	case notice.Passed:
		return "期满"
	case notice.Upheld:
		return "异议成立"
	case notice.Withdrawn:
		return "事项撤回"
	}
	return "撤销"
}

func stepCounts(done map[Step]int) string {
	text := ""
	for _, k := range []struct {
		step Step
		name string
	}{{StepPost, "入账"}, {StepReject, "不予计分"}, {StepSupersede, "由更高级别取代"}, {StepWithdraw, "撤回"}, {StepCancel, "退回待公示"}} {
		if n := done[k.step]; n > 0 {
			if text != "" {
				text += "，"
			}
			text += fmt.Sprintf("%s %d 项", k.name, n)
		}
	}
	return text
}

func settledAll(all []Claim, state State, reason string, at *time.Time) []Claim {
	out := slices.Clone(all)
	for i := range out {
		out[i].State, out[i].Reason, out[i].SettledAt = state, reason, at
	}
	return out
}

// passed posts the claims whose notice has passed.
func (s *Service) passed(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, there, standing []Claim) ([]moved, error) {
	reasons, err := unpostable(ctx, tx, by.Unit, there)
	if err != nil {
		return nil, err
	}
	win, lose, superseded := rank(there, standing, reasons)
	var ps []points.Posting
	for _, c := range superseded {
		ps = append(ps, c.takenBack())
	}
	for _, c := range win {
		ps = append(ps, c.posting())
	}
	posted, err := points.PostAll(ctx, tx, by, now, ps)
	if err != nil {
		return nil, err
	}
	for i, c := range win {
		if posted[len(superseded)+i].Entries == 0 {
			return nil, fmt.Errorf("claim %d of rule %q posted nothing", c.Number, c.RuleCode)
		}
	}
	return []moved{{StepSupersede, superseded}, {StepPost, settledAll(win, Posted, "", &now)}, {StepReject, settledReasons(lose, reasons, &now)}}, nil
}

func settledReasons(all []Claim, reasons map[uuid.UUID]string, at *time.Time) []Claim {
	out := settledAll(all, Rejected, "", at)
	for i := range out {
		out[i].Reason = reasons[out[i].ID]
	}
	return out
}

// unpostable says which claims can gain nothing any more, and why: the roll or the
// scheme of their day was changed since they were submitted.
func unpostable(ctx context.Context, tx bun.Tx, unit uuid.UUID, all []Claim) (map[uuid.UUID]string, error) {
	set, err := org.Settings(ctx, tx, unit)
	if err != nil {
		return nil, err
	}
	at := make([]org.PersonDay, len(all))
	var days []calendar.Date
	for i, c := range all {
		at[i] = org.PersonDay{Person: c.Person, Day: c.FactOn}
		if !slices.Contains(days, c.FactOn) {
			days = append(days, c.FactOn)
		}
	}
	slices.SortFunc(at, func(a, b org.PersonDay) int {
		if a.Person != b.Person {
			return slices.Compare(a.Person[:], b.Person[:])
		}
		return a.Day.Compare(b.Day)
	})
	places, err := org.PlacementsOn(ctx, tx, unit, slices.Compact(at))
	if err != nil {
		return nil, err
	}
	rules, err := points.ClaimRulesOn(ctx, tx, unit, days)
	if err != nil {
		return nil, err
	}
	out := map[uuid.UUID]string{}
	for _, c := range all {
		p := places[org.PersonDay{Person: c.Person, Day: c.FactOn}]
		switch {
		case p.Exempt != "":
			out[c.ID] = fmt.Sprintf("%s在%s免记积分（%s），不予计分", c.PersonName, c.FactOn.Chinese(), p.Exempt)
		case !p.Holds(set):
			out[c.ID] = fmt.Sprintf("%s在%s没有积分台账，不予计分", c.PersonName, c.FactOn.Chinese())
		case !slices.ContainsFunc(rules[c.FactOn], func(r points.Rule) bool { return r.Code == c.RuleCode }):
			out[c.ID] = fmt.Sprintf("%s的积分办法已没有“%s”这一条款，不予计分", c.FactOn.Chinese(), c.RuleTitle)
		}
	}
	return out, nil
}

// rank says which claims are posted, which not, and which posted ones give way: of
// one honour the highest level counts, once. reasons holds why some can gain
// nothing, and takes why the others lose.
func rank(there, standing []Claim, reasons map[uuid.UUID]string) (win, lose, superseded []Claim) {
	best := map[honourOf]Claim{}
	for _, c := range slices.Concat(standing, there) { // what stands wins a tie
		if c.Level == nil || reasons[c.ID] != "" {
			continue
		}
		k := honourOf{c.Person, c.HonourKey}
		if b, taken := best[k]; !taken || *c.Level > *b.Level {
			best[k] = c
		}
	}
	for _, c := range there {
		b, honour := best[honourOf{c.Person, c.HonourKey}]
		if c.Level != nil && honour && b.ID != c.ID && reasons[c.ID] == "" {
			reasons[c.ID] = fmt.Sprintf("这项荣誉已按“%s”计分（编号 %d），同一荣誉只计最高一级、一次", b.RuleTitle, b.Number)
		}
		if reasons[c.ID] != "" {
			lose = append(lose, c)
		} else {
			win = append(win, c)
		}
	}
	for _, c := range standing {
		if b, honour := best[honourOf{c.Person, c.HonourKey}]; honour && c.Level != nil && b.ID != c.ID {
			c.State, c.Reason = Superseded, fmt.Sprintf("同一荣誉按更高级别“%s”入账（编号 %d），本项的分值已冲正", b.RuleTitle, b.Number)
			superseded = append(superseded, c)
		}
	}
	return win, lose, superseded
}
