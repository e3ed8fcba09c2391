package mentoring

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Propose finds mentors for mentees, with reasons; nothing is written, a person decides.
// scope is that of mentoring.pair.
func (s *Service) Propose(ctx context.Context, by access.Actor, scope access.Scope, in ProposalInput) (out Proposal, err error) {
	if err := checkFrom(in.From); err != nil {
		return out, err
	}
	if in.Years < 0 || in.Years > 10 {
		return out, fault.Field("years", "结对年限应在 1 到 10 年之间")
	}
	if !scope.Whole() {
		return out, fault.Missing("结对事项")
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		out, err = s.drawProposal(ctx, tx, by, scope, in)
		return err
	})
	return out, err
}

func (s *Service) drawProposal(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, in ProposalInput) (out Proposal, err error) {
	set, err := org.Settings(ctx, tx, by.Unit)
	if err != nil {
		return out, err
	}
	if in.Years == 0 {
		in.Years = set.PairingYears
	}
	out = Proposal{From: in.From, To: lastDay(in.From, in.Years), Limit: set.MenteesPerMentor, Pairs: []ProposedPair{}, Unable: []Unable{}, Exclusions: []Exclusion{}}
	f := Field{Apart: by.Person}
	if f.Wishes, err = listWishes(ctx, tx, scope); err != nil {
		return out, err
	}
	if f.Mentors, err = listMentors(ctx, tx, scope, MentorFilter{}, out.From, out.To, out.Limit); err != nil {
		return out, err
	}
	var ids []uuid.UUID
	if len(in.Mentees) > 0 {
		ids = in.Mentees
	}
	people, err := listPeople(ctx, tx, scope, set, out.From, out.To, "", ids)
	if err != nil {
		return out, err
	}
	for _, p := range people {
		if why := unable(p, by, in.From); why == "" {
			f.Mentees = append(f.Mentees, p)
		} else if ids != nil || p.PersonID == by.Person {
			out.Unable = append(out.Unable, Unable{p.PersonID, p.Name, why})
		}
	}
	for _, id := range ids {
		if !slices.ContainsFunc(people, func(p Young) bool { return p.PersonID == id }) {
			return out, fault.Field("mentee_ids", "所选学员中有人那天不在册，请刷新后重新选择")
		}
	}
	for _, w := range f.Wishes {
		if w.Kind == Exclude && slices.ContainsFunc(f.Mentees, func(m Young) bool { return m.PersonID == w.MenteeID }) {
			out.Exclusions = append(out.Exclusions, Exclusion{w.MenteeID, w.MentorID})
		}
	}
	at := map[uuid.UUID]int{}
	for i, p := range f.Mentees {
		at[p.PersonID] = i
	}
	out.Pairs = f.Propose()
	slices.SortFunc(out.Pairs, func(a, b ProposedPair) int { return at[a.MenteeID] - at[b.MenteeID] })
	out.Mentors = f.Mentors
	out.Digest, err = out.digest()
	return out, err
}

// unable says why somebody cannot be given mentors; "" for who can.
func unable(p Young, by access.Actor, from calendar.Date) string {
	switch {
	case p.PersonID == by.Person:
		return "是您本人，请由他人办理"
	case p.PairingID != nil:
		return "已有结对，至 " + p.PairedUntil.String()
	case p.born == nil && p.began == nil:
		return "缺出生日期和参加工作时间，请先在人员信息中补上"
	case p.Why == "":
		return from.String() + " 起不在青年干警范围内"
	}
	return ""
}
