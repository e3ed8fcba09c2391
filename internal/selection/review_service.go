package selection

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Nominate recommends a person of the group for a pioneer post, in words. Nobody
// recommends themselves, and no group more people than its quota.
func (s *Service) Nominate(ctx context.Context, by access.Actor, scope access.Scope, selection, id uuid.UUID, reasons string) (Detail, error) {
	reasons, err := written("reasons", reasons, "请写明推荐理由，公示时会一并公布", longestReason)
	if err != nil {
		return Detail{}, err
	}
	err = s.about(ctx, by, scope, selection, id, func(ctx context.Context, tx bun.Tx, sel Selection, c Candidate) error {
		switch {
		case c.pairing != uuid.Nil:
			return fault.New(fault.RuleBroken, "师徒最佳组合按评分表产生，不需要推荐")
		case c.person == uuid.Nil:
			return fault.New(fault.RuleBroken, "流动红旗按积分计算产生，不需要推荐")
		case c.person == by.Person:
			return fault.New(fault.RuleBroken, "不能推荐本人；如党小组有此意见，请机关党委代为填报")
		case c.Excluded != "":
			own := []Candidate{c}
			if err := s.conceal(ctx, tx, by, sel.Quarter, own); err != nil {
				return err
			}
			return fault.Newf(fault.RuleBroken, "%s不能参评：%s", c.Name, own[0].Excluded)
		}
		cs, err := allCandidates(ctx, tx, by.Unit, selection)
		if err != nil {
			return err
		}
		n := 0
		for _, o := range cs {
			if o.GroupID == c.GroupID && o.Proposed && o.ID != c.ID {
				n++
			}
		}
		if n >= sel.Quota {
			return fault.Newf(fault.RuleBroken, "每个党小组最多推荐 %d 人，%s已推荐 %d 人；如要换人，请先撤回原来的推荐", sel.Quota, c.Group, n)
		}
		if c.Proposed { // other words make another nomination, about which nothing was said yet
			if err := dropNomination(ctx, tx, by.Unit, id); err != nil {
				return err
			}
		}
		if err := setNomination(ctx, tx, by.Unit, id, by.Person, s.now(), reasons); err != nil {
			return err
		}
		return s.record(ctx, tx, by, sel, "selection.nominate", fmt.Sprintf("推荐%s%s的%s参加%s", c.Branch, c.Group, c.Name, sel.Title),
			map[string]any{"candidate": id, "person": c.person, "reasons": reasons})
	})
	return s.after(ctx, by, selection, err)
}

// TakeBack takes a nomination back, as long as it is not on notice.
func (s *Service) TakeBack(ctx context.Context, by access.Actor, scope access.Scope, selection, id uuid.UUID) (Detail, error) {
	err := s.about(ctx, by, scope, selection, id, func(ctx context.Context, tx bun.Tx, sel Selection, c Candidate) error {
		if c.person == uuid.Nil || c.pairing != uuid.Nil || !c.Proposed {
			return fault.New(fault.Conflict, "这里没有可以撤回的推荐，请刷新后查看")
		}
		if err := dropNomination(ctx, tx, by.Unit, id); err != nil {
			return err
		}
		return s.record(ctx, tx, by, sel, "selection.take_back", fmt.Sprintf("撤回对%s的推荐（%s）", c.Name, sel.Title),
			map[string]any{"candidate": id, "person": c.person, "reasons": c.Nomination})
	})
	return s.after(ctx, by, selection, err)
}

// Review writes down what the branch committee says of a proposed candidate of its
// branch. Who is nominated does not speak for the committee, about nobody: they
// compete with the others.
func (s *Service) Review(ctx context.Context, by access.Actor, scope access.Scope, selection, id uuid.UUID, opinion, text string) (Detail, error) {
	if opinion != Agree && opinion != Disagree {
		return Detail{}, fault.Field("opinion", "请选择同意或不同意")
	}
	text, err := bounded("text", text, longestOpinion)
	if err != nil {
		return Detail{}, err
	}
	if opinion == Disagree && text == "" {
		return Detail{}, fault.Field("text", "不同意的，请写明理由")
	}
	err = s.about(ctx, by, scope, selection, id, func(ctx context.Context, tx bun.Tx, sel Selection, c Candidate) error {
		if c.pairing != uuid.Nil {
			return fault.New(fault.RuleBroken, "师徒最佳组合按评分表产生，不需要支委会意见")
		}
		if !c.Proposed && c.Opinion == "" {
			return fault.New(fault.RuleBroken, "支委会只对拟推荐的候选填写意见")
		}
		cs, err := allCandidates(ctx, tx, by.Unit, selection)
		if err != nil {
			return err
		}
		if err := s.policy.Separate(by, needReview(), nominees(cs)...); err != nil {
			return err
		}
		if err := setOpinion(ctx, tx, by.Unit, id, by.Person, s.now(), opinion, text); err != nil {
			return err
		}
		return s.record(ctx, tx, by, sel, "selection.review", fmt.Sprintf("支委会意见：%s%s（%s）", OpinionName(opinion), c.title(), sel.Title),
			map[string]any{"candidate": id, "opinion": opinion, "text": text})
	})
	return s.after(ctx, by, selection, err)
}

// Choose settles a tie that the arithmetic left at the quota, with the reason in words.
func (s *Service) Choose(ctx context.Context, by access.Actor, scope access.Scope, selection, id uuid.UUID, version int, reason string) (Detail, error) {
	reason, err := written("reason", reason, "请写明选择的理由，它会留在评选记录里", longestReason)
	if err != nil {
		return Detail{}, err
	}
	err = s.about(ctx, by, scope, selection, id, func(ctx context.Context, tx bun.Tx, sel Selection, c Candidate) error {
		if err := sel.seen(version); err != nil {
			return err
		}
		cs, err := allCandidates(ctx, tx, by.Unit, selection)
		if err != nil {
			return err
		}
		if !contested(sel, cs)[c.ID] {
			return fault.New(fault.RuleBroken, "只有并列、且还没有选定时，才需要选择")
		}
		stood, err := s.standIn(ctx, tx, by.Unit, sel, cs)
		if err != nil {
			return err
		}
		if err := s.policy.Separate(by, needDecide(), stood...); err != nil {
			return err
		}
		if err := setNomination(ctx, tx, by.Unit, id, by.Person, s.now(), reason); err != nil {
			return err
		}
		return s.record(ctx, tx, by, sel, "selection.choose", fmt.Sprintf("在并列的候选中选定%s（%s）：%s", c.title(), sel.Title, reason),
			map[string]any{"candidate": id})
	})
	return s.after(ctx, by, selection, err)
}

// about runs a step about one candidate of an open selection. The selection's own row
// lies under the same scope as the candidate's.
func (s *Service) about(ctx context.Context, by access.Actor, scope access.Scope, selection, id uuid.UUID, fn func(context.Context, bun.Tx, Selection, Candidate) error) error {
	return s.within(ctx, by, scope, selection, func(ctx context.Context, tx bun.Tx, sel Selection) error {
		c, err := readCandidate(ctx, tx, scope, selection, id)
		if err != nil {
			return missing(err, "候选")
		}
		if err := sel.must(Open); err != nil {
			return err
		}
		if err := fn(ctx, tx, sel, c); err != nil {
			return err
		}
		return moveSelection(ctx, tx, by.Unit, selection, step{})
	})
}

// nominees are the people proposed.
func nominees(cs []Candidate) []uuid.UUID {
	var out []uuid.UUID
	for _, c := range cs {
		if c.Proposed && c.person != uuid.Nil {
			out = append(out, c.person)
		}
	}
	return out
}

// waived are the branches with proposed candidates whose committee has nobody left
// when its nominees stand aside: nobody can speak for it.
func (s *Service) waived(ctx context.Context, tx bun.Tx, unit uuid.UUID, cs []Candidate) (map[uuid.UUID]bool, error) {
	out := map[uuid.UUID]bool{}
	var branches []uuid.UUID
	for _, c := range cs {
		if c.Proposed && c.pairing == uuid.Nil && !out[c.BranchID] {
			out[c.BranchID] = true
			branches = append(branches, c.BranchID)
		}
	}
	if len(branches) == 0 {
		return out, nil
	}
	committees, err := org.Committees(ctx, tx, unit, s.today(), branches)
	if err != nil {
		return nil, err
	}
	aside := nominees(cs)
	for branch, committee := range committees {
		out[branch] = !slices.ContainsFunc(committee, func(p uuid.UUID) bool { return !slices.Contains(aside, p) })
	}
	return out, nil
}
