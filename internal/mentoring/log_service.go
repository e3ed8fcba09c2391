package mentoring

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Logs pages through what a pairing did, the latest first. scope is that of
// mentoring.read.
func (s *Service) Logs(ctx context.Context, by access.Actor, scope access.Scope, pairing uuid.UUID, f LogFilter) (out LogPage, err error) {
	if err := f.check(); err != nil {
		return out, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		t, err := findThree(ctx, tx, scope, pairing, false)
		if err != nil {
			return err
		}
		out = LogPage{MenteeID: t.Mentee, Mentee: t.MenteeName, Mentors: t.Stints, MayWrite: by.Person == t.Mentee}
		for _, m := range t.Stints {
			out.MayWrite = out.MayWrite || m.MentorID == by.Person
		}
		if out.Total, out.Waiting, out.Confirmed, err = countLogs(ctx, tx, by, pairing, f); err != nil {
			return err
		}
		out.Items, err = listLogs(ctx, tx, by.Unit, pairing, f)
		return err
	})
	if err != nil {
		return out, err
	}
	if len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		last := out.Items[f.Limit-1]
		out.Next = writeCursor(last.HeldOn.String(), last.ID)
	}
	for i := range out.Items {
		out.Items[i].see(by.Person)
	}
	return out, nil
}

// WriteLog notes what a mentor and the mentee did, by either of the two; it waits for
// the other. A mentor who was replaced may still note what was within their time. scope
// is that of mentoring.write.
func (s *Service) WriteLog(ctx context.Context, by access.Actor, scope access.Scope, pairing uuid.UUID, in LogInput) (out Log, err error) {
	if err := in.check(s.today()); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		t, err := findThree(ctx, tx, scope, pairing, true)
		if err != nil {
			return err
		}
		stint, err := t.mayLog(by.Person, in)
		if err != nil {
			return err
		}
		if in.PlanID != nil {
			p, there, err := findPlan(ctx, tx, by.Unit, pairing, in.HeldOn.Year)
			if err != nil {
				return err
			}
			if !there || p.ID != *in.PlanID {
				return fault.Field("item", "请从活动当年的计划中选择")
			}
			if err := p.fits(in, stint.Role); err != nil {
				return err
			}
		}
		switch own, other, err := likeLog(ctx, tx, by, pairing, in); {
		case err != nil:
			return err
		case own:
			return fault.New(fault.Conflict, "这次活动您已经记录过了，请刷新后查看")
		case other:
			return fault.New(fault.Conflict, "对方已记录当天的同类活动，请先确认或退回；不是同一次的，确认后再记")
		}
		id := db.NewID()
		if err := insertLog(ctx, tx, by, s.now(), id, t, in); err != nil {
			return err
		}
		out, err = s.logged(ctx, tx, by, scope, id, "mentoring.log", fmt.Sprintf("记录%s带教活动：%s", t.MenteeName, kindName(in.Kind)))
		return err
	})
	return out, err
}

// ConfirmLog confirms what the other one noted. scope is that of mentoring.write.
func (s *Service) ConfirmLog(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int) (Log, error) {
	return s.answer(ctx, by, scope, id, version, LogConfirmed, "", "mentoring.log_confirm", "确认")
}

// DeclineLog gives back what the other one noted, with the reason. scope is that of
// mentoring.write.
func (s *Service) DeclineLog(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, answer string, version int) (Log, error) {
	answer, err := said("answer", answer, "退回的理由", maxAnswer)
	if err != nil {
		return Log{}, err
	}
	return s.answer(ctx, by, scope, id, version, LogDeclined, answer, "mentoring.log_decline", "退回")
}

// WithdrawLog takes one's own back while nobody answered. scope is that of
// mentoring.write.
func (s *Service) WithdrawLog(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int) (Log, error) {
	return s.answer(ctx, by, scope, id, version, LogWithdrawn, "", "mentoring.log_withdraw", "撤回")
}

func (s *Service) answer(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int, state, words, action, verb string) (out Log, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		l, err := findLog(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		own := l.WrittenBy == by.Person
		switch {
		case by.Person != l.MentorID && by.Person != l.menteeID:
			return fault.New(fault.Forbidden, "只有这次活动的导师和学员可以办理")
		case state == LogWithdrawn && !own:
			return fault.New(fault.Forbidden, "只有记录人可以撤回；不属实的，请退回")
		case state != LogWithdrawn && own:
			return fault.New(fault.RuleBroken, "自己记录的活动须由对方确认")
		case l.State != LogReported:
			return fault.New(fault.Conflict, "这条记录已经办理，请刷新后查看")
		case l.Version != version:
			return fault.New(fault.Conflict, "这条记录刚被别人改动，请刷新后再试")
		}
		if err := answerLog(ctx, tx, by, s.now(), id, state, words); err != nil {
			return err
		}
		out, err = s.logged(ctx, tx, by, scope, id, action, fmt.Sprintf("%s%s的带教活动记录", verb, l.MenteeName))
		return err
	})
	return out, err
}

// logged audits a step of a log and reads what came of it.
func (s *Service) logged(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, id uuid.UUID, action, summary string) (Log, error) {
	l, err := findLog(ctx, tx, scope, id)
	if err != nil {
		return l, err
	}
	l.see(by.Person)
	return l, audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "mentoring_log", ObjectID: id, Summary: summary,
		Detail: map[string]any{"pairing": l.PairingID, "mentor": l.MentorID, "kind": l.Kind, "held_on": l.HeldOn, "minutes": l.Minutes, "state": l.State, "answer": l.Answer}})
}
