package selection

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
)

// Cancel ends a selection before its decision, with the reason; what lies on notice
// is taken off. Another one of the quarter can be opened afterwards. Nobody cancels what
// is about them: it would end an objection, or wipe out what put them out.
func (s *Service) Cancel(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, reason string) (Detail, error) {
	reason, err := written("reason", reason, "请写明撤销的原因", longestReason)
	if err != nil {
		return Detail{}, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		// Who settles a notice holds the notice before the selection; so it is here.
		was, err := readSelection(ctx, tx, scope, id)
		if err != nil {
			return missing(err, "评选")
		}
		if err := was.must(Open, Noticed, Heard); err != nil {
			return err
		}
		cs, err := allCandidates(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		if err := s.apart(ctx, tx, by, was, cs); err != nil {
			return err
		}
		off, err := s.withdraw(ctx, tx, by.Unit, cs)
		if err != nil {
			return err
		}
		sel, err := lockSelection(ctx, tx, scope, id)
		if err != nil {
			return missing(err, "评选")
		}
		if err := sel.seen(was.RowVersion); err != nil {
			return err
		}
		if err := takeOffNotice(ctx, tx, by.Unit, id, off, markOff); err != nil {
			return err
		}
		if err := cancelSelection(ctx, tx, by.Unit, id, by.Person, reason); err != nil {
			return err
		}
		return s.record(ctx, tx, by, sel, "selection.cancel", "撤销"+sel.Title+"："+reason, nil)
	})
	return s.after(ctx, by, id, err)
}

// apart refuses to cancel for whom the selection is about: who stands in it or was put
// out of it, by an objection or a committee, and whom an objection that is still open
// concerns, as where a notice is called off.
func (s *Service) apart(ctx context.Context, tx bun.Tx, by access.Actor, sel Selection, cs []Candidate) error {
	stood, err := s.standIn(ctx, tx, by.Unit, sel, cs)
	if err != nil {
		return err
	}
	out, err := s.peopleOf(ctx, tx, by.Unit, sel, cs, func(c Candidate) bool { return c.Objected || c.Opinion == Disagree })
	if err != nil {
		return err
	}
	err = s.separate(by, append(stood, out...), "您（或您所在的党小组）在本次评选的候选之中，须回避；确需撤销的，请由他人办理")
	if err != nil || sel.State != Noticed || sel.NoticeID == nil {
		return err
	}
	disputing, err := notice.Disputing(ctx, tx, by.Unit, *sel.NoticeID)
	if err != nil {
		return err
	}
	return s.separate(by, disputing, "公示中有与本人有关的异议尚未答复，须回避；确需撤销的，请由他人办理")
}

// separate is the policy's separation of a decision, refused in words of its own.
func (s *Service) separate(by access.Actor, concerned []uuid.UUID, words string) error {
	err := s.policy.Separate(by, needDecide(), concerned...)
	if fault.Is(err, fault.RuleBroken) {
		return fault.New(fault.RuleBroken, words)
	}
	return err
}

// mayCancel says whether Cancel would be refused, so that pages do not offer it.
func (s *Service) mayCancel(ctx context.Context, tx bun.Tx, by access.Actor, sel Selection, cs []Candidate) (bool, error) {
	scope, err := s.reach(by, needOpen())
	if err != nil || !scope.Whole() || sel.must(Open, Noticed, Heard) != nil {
		return false, err
	}
	err = s.apart(ctx, tx, by, sel, cs)
	if fault.Is(err, fault.RuleBroken) {
		return false, nil
	}
	return err == nil, err
}

// withdraw takes the candidates of a selection that lie on notice off it, and tells
// which they are.
func (s *Service) withdraw(ctx context.Context, tx bun.Tx, unit uuid.UUID, cs []Candidate) (off []uuid.UUID, err error) {
	for _, c := range cs {
		if !c.Noticed {
			continue
		}
		if err := notice.Withdraw(ctx, tx, unit, s.now(), notice.KindSelection, c.ID); err != nil {
			return nil, err
		}
		off = append(off, c.ID)
	}
	return off, nil
}
