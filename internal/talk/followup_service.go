package talk

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// FollowUps pages through the follow-ups in reach. scope is that of followup.read.
func (s *Service) FollowUps(ctx context.Context, by access.Actor, scope access.Scope, f FollowUpFilter) (out FollowUpPage, err error) {
	if err := f.check(); err != nil {
		return out, err
	}
	var rows []followUpRow
	err = s.confide(ctx, by, func(ctx context.Context, tx bun.Tx) (err error) {
		rows, out.Total, err = listFollowUps(ctx, tx, by, scope, f, s.today())
		return err
	})
	if err != nil {
		return out, err
	}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[f.Limit-1]
		out.Next = followUpKey{last.Rank, last.Days, last.ID}.String()
	}
	out.Items = make([]FollowUp, len(rows))
	for i, r := range rows {
		out.Items[i] = r.seenBy(by, s.today())
	}
	return out, nil
}

// Raise hands something on that came up in a talk. The audit row does not say in
// which. No answer is kept for a request that is sent again, so the talk's row is
// locked, and what is open already in the same words is given back. scope is that of
// followup.write.
func (s *Service) Raise(ctx context.Context, by access.Actor, scope access.Scope, talk uuid.UUID, in FollowUpInput) (out FollowUp, err error) {
	if err := in.check(s.today()); err != nil {
		return out, err
	}
	err = s.confide(ctx, by, func(ctx context.Context, tx bun.Tx) error {
		t, err := findTalk(ctx, tx, scope, parties(), talk, true)
		if err != nil {
			return err
		}
		if !t.party(by) {
			return fault.Missing("谈话")
		}
		same, found, err := sameFollowUp(ctx, tx, by, talk, in)
		if err != nil {
			return err
		}
		if found {
			f, err := findFollowUp(ctx, tx, scope, followUpOwn(), same)
			out = f.seenBy(by, s.today())
			return err
		}
		if err := t.mustHaveBegun(s.today()); err != nil {
			return err
		}
		if in.OwnerID != t.TalkerID && in.OwnerID != t.PartnerID {
			if err := s.mayOwn(ctx, tx, by, in.OwnerID); err != nil {
				return err
			}
		}
		id := uuid.New() // not db.NewID, which tells the moment it was made
		if err := insertFollowUp(ctx, tx, by, id, talk, in, s.today(), s.now()); err != nil {
			return err
		}
		out, err = s.settled(ctx, tx, by, scope, id, "followup.raise", "提出转办事项")
		return err
	})
	return out, err
}

// mayOwn refuses an owner whom the actor could not find in a picker.
func (s *Service) mayOwn(ctx context.Context, tx bun.Tx, by access.Actor, owner uuid.UUID) error {
	if owner == by.Person {
		return nil
	}
	all, err := s.everybody(by)
	if err != nil {
		return err
	}
	err = mayTalkWith(ctx, tx, by, all, owner, s.today())
	if fault.Is(err, fault.NotFound) {
		return fault.Field("owner_id", "请从列表中选择承办人；其他部门的同志请由领导转办")
	}
	return err
}

// Result settles a follow-up, by who sees to it or who raised it. scope is that of
// followup.write.
func (s *Service) Result(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, result string, version int) (FollowUp, error) {
	result, err := checkResult(result)
	if err != nil {
		return FollowUp{}, err
	}
	return s.stepFollowUp(ctx, by, scope, id, version, "followup.result", "填写转办事项的办理结果", func(ctx context.Context, tx bun.Tx, f followUpRow) error {
		return changeFollowUp(ctx, tx, by.Unit, id, settleFollowUp, FollowUpDone, result, by.Person, s.now())
	})
}

// Withdraw takes a follow-up back, by who raised it. scope is that of followup.write.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int) (FollowUp, error) {
	return s.stepFollowUp(ctx, by, scope, id, version, "followup.withdraw", "撤回转办事项", func(ctx context.Context, tx bun.Tx, f followUpRow) error {
		if f.RaisedBy != by.Person {
			return fault.New(fault.Forbidden, "只有提出人可以撤回；办不了的，请在办理结果中说明")
		}
		return changeFollowUp(ctx, tx, by.Unit, id, settleFollowUp, FollowUpWithdrawn, "", by.Person, s.now())
	})
}

// Hand gives an open follow-up another owner or day, by who raised it. scope is that
// of followup.write.
func (s *Service) Hand(ctx context.Context, by access.Actor, scope access.Scope, id, owner uuid.UUID, due calendar.Date, version int) (FollowUp, error) {
	return s.stepFollowUp(ctx, by, scope, id, version, "followup.change", "调整转办事项的承办人或期限", func(ctx context.Context, tx bun.Tx, f followUpRow) error {
		if f.RaisedBy != by.Person {
			return fault.New(fault.Forbidden, "只有提出人可以调整承办人和期限")
		}
		if due != f.DueOn {
			if err := checkDue(due, s.today()); err != nil {
				return err
			}
		}
		if owner != f.OwnerID {
			if err := s.mayOwn(ctx, tx, by, owner); err != nil {
				return err
			}
		}
		return changeFollowUp(ctx, tx, by.Unit, id, handFollowUp(), owner, due, s.today())
	})
}

func (s *Service) stepFollowUp(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int, action, summary string,
	do func(ctx context.Context, tx bun.Tx, f followUpRow) error) (out FollowUp, err error) {
	err = s.confide(ctx, by, func(ctx context.Context, tx bun.Tx) error {
		f, err := findFollowUp(ctx, tx, scope, followUpOwn(), id)
		if err != nil {
			return err
		}
		if f.Version != version {
			return fault.New(fault.Conflict, "这件事项刚被别人改动，请刷新后再试")
		}
		if f.State != FollowUpOpen {
			return fault.New(fault.Conflict, "这件事项已经办结或撤回，请刷新后查看")
		}
		if err := do(ctx, tx, f); err != nil {
			return err
		}
		out, err = s.settled(ctx, tx, by, scope, id, action, summary)
		return err
	})
	return out, err
}

// settled audits a change and reads what came of it. It gives no talk: what is kept
// for a repeated request must not tell which.
func (s *Service) settled(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, id uuid.UUID, action, summary string) (out FollowUp, err error) {
	if err := audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "followup", ObjectID: id, Summary: summary}); err != nil {
		return out, err
	}
	f, err := findFollowUp(ctx, tx, scope, followUpOwn(), id)
	if err != nil {
		return out, err
	}
	return f.seenBy(by, s.today()), nil
}
