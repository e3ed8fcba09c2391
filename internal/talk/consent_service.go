package talk

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Nameable lists whom the two of a talk can name to read its record. scope is that of
// talk_text.write.
func (s *Service) Nameable(ctx context.Context, by access.Actor, scope access.Scope, talk uuid.UUID, text string) ([]Partner, error) {
	t, err := findTalk(ctx, s.db, scope, parties(), talk, false)
	if err != nil {
		return nil, err
	}
	return listNameable(ctx, s.db, by.Unit, t, text, s.today(), maxPartners)
}

// Ask names a leader who is to read the record until a day. Nothing is opened until
// the other one of the two agrees. scope is that of talk_text.write.
func (s *Service) Ask(ctx context.Context, by access.Actor, scope access.Scope, talk, leader uuid.UUID, last calendar.Date) (Record, error) {
	until, err := checkUntil(last, s.today())
	if err != nil {
		return Record{}, err
	}
	return s.amend(ctx, by, scope, talk, func(ctx context.Context, tx bun.Tx, t talkRow) (audit.Entry, error) {
		entry := audit.Entry{Action: "talk.consent.ask", Summary: "提出由一位领导查看谈话记录：" + t.names(), Detail: map[string]any{"until": last}}
		if t.State == Cancelled {
			return entry, fault.New(fault.RuleBroken, "这次谈话已取消")
		}
		if err := mayBeNamed(ctx, tx, by.Unit, t, leader, s.today()); err != nil {
			return entry, err
		}
		return entry, insertConsent(ctx, tx, by, db.NewID(), talk, leader, until, s.now())
	})
}

// AgreeToConsent is the other one's: from now on the leader may read. scope is that of
// talk_text.write.
func (s *Service) AgreeToConsent(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (Record, error) {
	return s.settleConsent(ctx, by, scope, id, "talk.consent.agree", "同意一位领导查看谈话记录：", func(ctx context.Context, tx bun.Tx, c consentRow) error {
		switch {
		case c.askedBy == by.Person:
			return fault.New(fault.RuleBroken, "须由谈话的另一方同意")
		case c.agreed:
			return fault.New(fault.Conflict, "已经同意过了，请刷新后查看")
		}
		return agreeConsent(ctx, tx, by, id, s.now())
	})
}

// Revoke takes a consent back, whichever of the two asked for it, and whether it was
// agreed to or not. scope is that of talk_text.write.
func (s *Service) Revoke(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (Record, error) {
	return s.settleConsent(ctx, by, scope, id, "talk.consent.revoke", "收回查看谈话记录的同意：", func(ctx context.Context, tx bun.Tx, c consentRow) error {
		return revokeConsent(ctx, tx, by, id, s.now())
	})
}

func (s *Service) settleConsent(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, action, summary string,
	do func(ctx context.Context, tx bun.Tx, c consentRow) error) (out Record, err error) {
	err = s.confide(ctx, by, func(ctx context.Context, tx bun.Tx) error {
		c, err := lockConsent(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		t, err := recordOf(ctx, tx, scope, parties(), c.talk)
		if err != nil {
			return err
		}
		if !t.party(by) { // the leader sees the consent, and has no say in it
			return fault.Missing("同意")
		}
		if c.revoked || c.over {
			return fault.New(fault.Conflict, "这项同意已经收回或到期，请刷新后查看")
		}
		if err := do(ctx, tx, c); err != nil {
			return err
		}
		if err := audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "talk", ObjectID: c.talk, Summary: summary + t.names()}); err != nil {
			return err
		}
		out, err = s.readRecord(ctx, tx, by, t)
		return err
	})
	if err != nil {
		return Record{}, err
	}
	return out, nil
}
