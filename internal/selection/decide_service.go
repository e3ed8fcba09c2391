package selection

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
	"xianfeng/internal/points"
)

// Publish puts the proposed candidates that their committees agree with, or that lead
// a scoring sheet everybody has finished, on public
// notice for the whole office, once the quarter is over: a selection is by the whole of
// it (rule 19). What is put up is what the books say now: where they moved since, it
// has to be computed again first.
func (s *Service) Publish(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int) (Detail, error) {
	err := s.within(ctx, by, scope, id, func(ctx context.Context, tx bun.Tx, sel Selection) error {
		if err := sel.must(Open); err != nil {
			return err
		}
		if err := sel.seen(version); err != nil {
			return err
		}
		if sel.Kind != BestPair && !s.today().After(sel.Quarter.Last()) {
			return fault.Newf(fault.RuleBroken, "%s到 %s 才结束，结束并重新计算后才能公示", sel.Quarter.Chinese(), sel.Quarter.Last())
		}
		cs, changed, err := s.compute(ctx, tx, by.Unit, sel)
		if err != nil {
			return err
		}
		if changed {
			return fault.New(fault.Conflict, "计算之后积分、人员、职责完成情况或支委会意见有变动，请先重新计算，再公示")
		}
		if err := s.scoredOut(ctx, tx, by.Unit, sel, cs); err != nil {
			return err
		}
		waived, err := s.waived(ctx, tx, by.Unit, cs)
		if err != nil {
			return err
		}
		up, err := agreed(sel, cs, waived)
		if err != nil {
			return err
		}
		stood, err := s.standIn(ctx, tx, by.Unit, sel, cs)
		if err != nil {
			return err
		}
		n, err := notice.Publish(ctx, tx, by, s.now(), publication(sel, up, stood, waived))
		if err != nil {
			return err
		}
		ids := make([]uuid.UUID, len(up))
		names := make([]string, len(up))
		for i, c := range up {
			ids[i], names[i] = c.ID, c.title()
		}
		if err := putOnNotice(ctx, tx, by.Unit, id, ids); err != nil {
			return err
		}
		if err := moveSelection(ctx, tx, by.Unit, id, step{state: Noticed, notice: n.ID}); err != nil {
			return err
		}
		return s.record(ctx, tx, by, sel, "selection.notice", fmt.Sprintf("公示%s的候选：%s", sel.Title, strings.Join(names, "、")),
			map[string]any{"notice": n.ID, "candidates": ids})
	})
	return s.after(ctx, by, id, err)
}

// agreed are the proposed candidates to put up. It refuses by name where an opinion is
// still due, and where nothing is left.
func agreed(sel Selection, cs []Candidate, waived map[uuid.UUID]bool) ([]Candidate, error) {
	var up []Candidate
	var due []string
	for _, c := range cs {
		switch {
		case !c.Proposed:
		case c.Opinion == Agree, c.pairing != uuid.Nil, c.Opinion == "" && waived[c.BranchID]:
			up = append(up, c)
		case c.Opinion == "":
			due = append(due, c.title())
		}
	}
	switch {
	case len(due) > 0:
		return nil, fault.Newf(fault.RuleBroken, "还缺支委会意见：%s", strings.Join(due, "、"))
	case sel.Kind == BestPair && len(contested(sel, cs)) > 0:
		return nil, fault.New(fault.RuleBroken, "有组合得分相同、名额不够，请先选定并写明理由")
	case len(up) > 0:
		return up, nil
	case sel.Kind == BestPair:
		return nil, fault.New(fault.RuleBroken, "没有可以公示的组合：参评的结对须公布年度计划、写齐年终评价")
	case sel.Kind == PioneerPost:
		return nil, fault.New(fault.RuleBroken, "还没有支委会同意的推荐人选，不能公示")
	case tied(cs):
		return nil, fault.New(fault.RuleBroken, "有党小组并列第一，请先选定一个并写明理由")
	}
	return nil, fault.New(fault.RuleBroken, "没有可以公示的党小组；支委会不同意的，请重新计算，由下一名递补")
}

// publication is the list as it is put up; who stands in the selection decides no
// objection to it. Of people it tells no points.
func publication(sel Selection, up []Candidate, stood []uuid.UUID, waived map[uuid.UUID]bool) notice.Publication {
	p := notice.Publication{Kind: notice.KindSelection, Title: sel.Title + "公示", Quarter: sel.Quarter}
	opinion := func(c Candidate) string {
		if c.Opinion == "" && waived[c.BranchID] {
			return "委员均回避，机关党委审核"
		}
		return OpinionName(c.Opinion)
	}
	switch sel.Kind {
	case BestPair:
		p.Body = "依据年度综合评分，拟授予以下组合师徒最佳组合。公示期间如有异议，请在本页提出。"
		p.Columns = []string{"组合", "学员所在党支部", "综合得分"}
	case Pennant:
		p.Body = "依据本季党小组人均积分，并经支委会同意，拟授予以下党小组流动红旗。公示期间如有异议，请在本页提出。"
		p.Columns = []string{"党支部", "党小组", "人数", "总分", "人均", "较上季", "支委会意见", "拟定结果"}
	default:
		p.Body = "经党小组推荐、支委会审核，拟授予以下同志先锋岗。公示期间如有异议，请在本页提出。"
		p.Columns = []string{"姓名", "党支部", "党小组", "推荐理由", "支委会意见"}
	}
	for _, c := range up {
		i := notice.Item{Subject: c.ID, Person: c.person, Title: c.title(), Recused: slices.Clone(stood)}
		if c.nominatedBy != uuid.Nil {
			i.Recused = append(i.Recused, c.nominatedBy)
		}
		switch sel.Kind {
		case BestPair: // the Party office decides: three people may be of three branches
			i.Cells = []string{c.Name, orDash(c.Branch), points.Format(*c.Score)}
		case Pennant: // its own branch does not decide about it
			moved := "—"
			if c.Change != nil {
				moved = signed(*c.Change)
			}
			i.Cells = []string{c.Branch, c.Name, fmt.Sprint(c.Headcount), points.Format(c.Points), points.Format(c.Average), moved, opinion(c), ResultName(won(c))}
		default:
			i.Branch = c.BranchID
			i.Cells = []string{c.Name, c.Branch, c.Group, c.Nomination, opinion(c)}
		}
		p.Items = append(p.Items, i)
	}
	return p
}

func orDash(text string) string {
	if text == "" {
		return "—"
	}
	return text
}

func signed(hundredths int) string {
	if hundredths > 0 {
		return "+" + points.Format(hundredths)
	}
	return points.Format(hundredths)
}

// won is what the pennant does with the group that gets it.
func won(c Candidate) string {
	if c.Holds {
		return Kept
	}
	return Won
}

// Settled is told by the notice what became of candidates (notice.Owner): who passed
// is heard; an upheld objection puts the candidate out for good; a notice called off
// leads back to the open selection, and so does one that nobody is left of.
func (s *Service) Settled(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, _ notice.Notice, items []notice.Item) error {
	subjects, ended := make([]uuid.UUID, len(items)), map[string][]uuid.UUID{}
	for i, item := range items {
		subjects[i] = item.Subject
		ended[item.Outcome] = append(ended[item.Outcome], item.Subject)
	}
	ids, err := selectionsOf(ctx, tx, by.Unit, subjects)
	if err != nil {
		return err
	}
	for _, id := range ids {
		sel, err := lockSelection(ctx, tx, access.System(by.Unit), id)
		if err != nil {
			return err
		}
		if sel.State != Noticed {
			continue // cancelled meanwhile: nothing of it lies on notice
		}
		for outcome, mark := range map[string]string{notice.Passed: markHeard, notice.Upheld: markObjected, notice.Cancelled: markOff, notice.Withdrawn: markOff} {
			if err := takeOffNotice(ctx, tx, by.Unit, id, ended[outcome], mark); err != nil {
				return err
			}
		}
		if err := s.reckon(ctx, tx, by, now, sel); err != nil {
			return err
		}
	}
	return nil
}

// reckon gives a selection the state that its candidates on notice have come to.
func (s *Service) reckon(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, sel Selection) error {
	cs, err := allCandidates(ctx, tx, by.Unit, sel.ID)
	if err != nil {
		return err
	}
	state, heard := Open, 0
	for _, c := range cs {
		switch {
		case c.Noticed:
			state = Noticed
		case c.Heard:
			heard++
		}
	}
	if state == Open && heard > 0 {
		state = Heard
	}
	if err := moveSelection(ctx, tx, by.Unit, sel.ID, step{state: state}); err != nil {
		return err
	}
	words := map[string]string{Open: "公示未能成立，回到发起阶段", Noticed: "有候选的公示有了结果", Heard: fmt.Sprintf("公示期满，%d 个候选待审定", heard)}
	return s.record(ctx, tx, by, sel, "selection.heard", sel.Title+"："+words[state], map[string]any{"state": state, "at": now})
}

// Decide awards heard candidates and makes their honours. Nobody decides a selection
// they stand in, and nobody is awarded whom a veto has met since. Who was heard and is
// passed over needs the reason in words.
func (s *Service) Decide(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int, awards []uuid.UUID, decision string) (Detail, error) {
	decision, err := bounded("decision", decision, longestReason)
	if err != nil {
		return Detail{}, err
	}
	err = s.within(ctx, by, scope, id, func(ctx context.Context, tx bun.Tx, sel Selection) error {
		if err := sel.must(Heard); err != nil {
			return err
		}
		if err := sel.seen(version); err != nil {
			return err
		}
		cs, err := allCandidates(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		stood, err := s.standIn(ctx, tx, by.Unit, sel, cs)
		if err != nil {
			return err
		}
		if err := s.policy.Separate(by, needDecide(), stood...); err != nil {
			return err
		}
		chosen, passedOver, err := award(cs, awards)
		if err != nil {
			return err
		}
		if passedOver > 0 && decision == "" {
			return fault.Field("decision", "有公示期满的候选未授予，请写明理由")
		}
		if err := s.unvetoed(ctx, tx, by.Unit, sel, chosen); err != nil {
			return err
		}
		return s.honour(ctx, tx, by, sel, cs, chosen, decision)
	})
	return s.after(ctx, by, id, err)
}

// award picks the candidates to honour out of those that were heard.
func award(cs []Candidate, awards []uuid.UUID) (chosen []Candidate, passedOver int, err error) {
	for _, c := range cs {
		switch in := slices.Contains(awards, c.ID); {
		case in && !c.Heard:
			return nil, 0, fault.Newf(fault.RuleBroken, "%s没有公示期满，不能授予", c.title())
		case in:
			chosen = append(chosen, c)
		case c.Heard:
			passedOver++
		}
	}
	if len(chosen) == 0 || len(chosen) != len(awards) {
		return nil, 0, fault.Field("awards", "请在公示期满的候选中选择要授予的；都不授予的，请撤销本次评选并写明原因")
	}
	return chosen, passedOver, nil
}

// unvetoed refuses whom a veto has met since the notice: the books are asked again.
func (s *Service) unvetoed(ctx context.Context, tx bun.Tx, unit uuid.UUID, sel Selection, chosen []Candidate) error {
	if sel.Kind == BestPair {
		vetoes, err := yearVetoes(ctx, tx, unit, sel.Quarter.Year)
		for _, c := range chosen {
			if slices.ContainsFunc(c.people, func(p uuid.UUID) bool { return vetoes[p] > 0 }) {
				return fault.Newf(fault.RuleBroken, "%s在公示之后新增了否决项，不能授予；请不予授予，或撤销本次评选后重新发起", c.title())
			}
		}
		return err
	}
	f, err := gather(ctx, tx, unit, sel.Quarter, s.today(), s.duties)
	if err != nil {
		return err
	}
	for _, now := range f.candidates(sel.Kind) {
		if slices.ContainsFunc(chosen, func(c Candidate) bool { return c.key() == now.key() }) && now.Vetoes > 0 {
			return fault.Newf(fault.RuleBroken, "%s在公示之后新增了否决项，不能授予；请不予授予，或撤销本次评选后重新发起", now.title())
		}
	}
	return nil
}

// honour writes results and honours, and closes the selection.
func (s *Service) honour(ctx context.Context, tx bun.Tx, by access.Actor, sel Selection, cs, chosen []Candidate, decision string) error {
	now := s.now()
	var ids []uuid.UUID
	var results, names []string
	for _, c := range cs {
		if !c.Proposed && c.Nomination == "" {
			continue
		}
		result := NotAwarded
		switch in := slices.ContainsFunc(chosen, func(o Candidate) bool { return o.ID == c.ID }); {
		case in && sel.Kind == Pennant:
			result = won(c)
		case in:
			result = Awarded
		}
		ids, results = append(ids, c.ID), append(results, result)
	}
	if err := setResults(ctx, tx, by.Unit, ids, results); err != nil {
		return err
	}
	if err := decideSelection(ctx, tx, by.Unit, sel.ID, by.Person, now, decision); err != nil {
		return err
	}
	for _, c := range chosen {
		names = append(names, c.title())
	}
	if err := insertHonours(ctx, tx, by, calendar.DateOf(now), sel, chosen, newIDs(len(chosen))); err != nil {
		return err
	}
	return s.record(ctx, tx, by, sel, "selection.decide", fmt.Sprintf("审定%s：%s", sel.Title, strings.Join(names, "、")),
		map[string]any{"candidates": ids, "results": results, "decision": decision})
}

func newIDs(n int) []uuid.UUID {
	ids := make([]uuid.UUID, n)
	for i := range ids {
		ids[i] = db.NewID()
	}
	return ids
}
