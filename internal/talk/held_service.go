package talk

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// step is a change of one talk: found through the scope and locked, checked and
// changed by do, and given back as it stands then. Where days is set, nobody else puts
// talks on days meanwhile.
func (s *Service) step(ctx context.Context, by access.Actor, scope access.Scope, c access.Columns, id uuid.UUID, days bool,
	do func(ctx context.Context, tx bun.Tx, e eyes, t talkRow) (audit.Entry, error)) (out Talk, err error) {
	e, err := s.eyes(by)
	if err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if days {
			if err := lockDays(ctx, tx, by.Unit); err != nil {
				return err
			}
		}
		t, err := findTalk(ctx, tx, scope, c, id, true)
		if err != nil {
			return err
		}
		entry, err := do(ctx, tx, e, t)
		if err != nil {
			return err
		}
		entry.Object, entry.ObjectID = "talk", id
		if err := audit.Record(ctx, tx, by, s.now(), entry); err != nil {
			return err
		}
		if t, err = findTalk(ctx, tx, access.System(by.Unit), columns(), id, false); err != nil {
			return err
		}
		out = e.see(t)
		return nil
	})
	return out, err
}

// Move puts a talk on another day, with a reason of the list. The two may, and who
// plans it. scope is that of talk.read.
func (s *Service) Move(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in MoveInput) (Talk, error) {
	record, err := s.reach(by, need("talk", "record"))
	if err != nil {
		return Talk{}, err
	}
	return s.step(ctx, by, scope, columns(), id, true, func(ctx context.Context, tx bun.Tx, e eyes, t talkRow) (entry audit.Entry, err error) {
		own := t.party(by) && record.Covers(access.Place{Unit: by.Unit, Person: by.Person})
		if !own && !e.plan.Covers(t.place(by.Unit)) {
			return entry, fault.New(fault.Forbidden, "只有谈话双方和编排谈话的人可以改期；如需调整，请与他们联系")
		}
		if err := t.fresh(in.Version, Planned); err != nil {
			return entry, err
		}
		days, err := org.Workdays(ctx, tx, by.Unit)
		if err != nil {
			return entry, err
		}
		if err := in.check(t, e.today, days); err != nil {
			return entry, err
		}
		if err := s.roomOn(ctx, tx, by.Unit, in.PlannedOn, t); err != nil {
			return entry, err
		}
		if err := change(ctx, tx, by.Unit, id, toDay, in.PlannedOn, in.PlannedAt); err != nil {
			return entry, err
		}
		if err := insertMove(ctx, tx, by.Unit, id, t.PlannedOn, &in.PlannedOn, in.Reason, by.Person, s.now()); err != nil {
			return entry, err
		}
		from := "未定"
		if t.PlannedOn != nil {
			from = t.PlannedOn.String()
		}
		return audit.Entry{Action: "talk.move", Summary: fmt.Sprintf("谈话改期：%s，%s 改为 %s %s", t.names(), from, in.PlannedOn, in.PlannedAt),
			Detail: map[string]any{"reason": in.Reason}}, nil
	})
}

// roomOn refuses a day on which one of the two is away or the talker's day is full. It
// names who is away, and not why.
func (s *Service) roomOn(ctx context.Context, tx bun.Tx, unit uuid.UUID, day calendar.Date, t talkRow) error {
	away, err := awayOn(ctx, tx, unit, day, t.Talk)
	if err != nil {
		return err
	}
	if len(away) > 0 {
		return fault.Newf(fault.RuleBroken, "%s %s不在单位，请另选一天", strings.Join(away, "、"), day.Chinese())
	}
	if t.PlannedOn != nil && *t.PlannedOn == day {
		return nil
	}
	set, err := org.Settings(ctx, tx, unit)
	if err != nil {
		return err
	}
	has, most, err := loadOn(ctx, tx, unit, day, t.TalkerID, t.ID, set.TalksPerDay)
	if err != nil {
		return err
	}
	if has >= most {
		return fault.Newf(fault.RuleBroken, "%s %s已安排 %d 次谈话（每天最多 %d 次），请另选一天", t.TalkerName, day.Chinese(), has, most)
	}
	return nil
}

// Report notes that a talk was held, by one of the two. scope is that of talk.record.
func (s *Service) Report(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, done calendar.Date, version int) (Talk, error) {
	return s.step(ctx, by, scope, parties(), id, false, func(ctx context.Context, tx bun.Tx, e eyes, t talkRow) (audit.Entry, error) {
		if err := t.fresh(version, Planned); err != nil {
			return audit.Entry{}, err
		}
		if err := t.checkHeld(done, e.today); err != nil {
			return audit.Entry{}, err
		}
		return audit.Entry{Action: "talk.report", Summary: fmt.Sprintf("登记谈话：%s（%s）", t.names(), done)},
			change(ctx, tx, by.Unit, id, toHeld, done, by.Person, s.now())
	})
}

// Confirm is the other one's word that a talk was held. scope is that of talk.record.
func (s *Service) Confirm(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int) (Talk, error) {
	return s.step(ctx, by, scope, parties(), id, false, func(ctx context.Context, tx bun.Tx, e eyes, t talkRow) (audit.Entry, error) {
		if err := t.fresh(version, Reported); err != nil {
			return audit.Entry{}, err
		}
		if given(t.ReportedBy) == by.Person {
			return audit.Entry{}, fault.New(fault.RuleBroken, "您登记的谈话须由对方确认")
		}
		return audit.Entry{Action: "talk.confirm", Summary: fmt.Sprintf("确认谈话：%s（%s）", t.names(), t.DoneOn)},
			change(ctx, tx, by.Unit, id, toBoth, by.Person, s.now())
	})
}

// Deny says that a reported talk was not held: the other one does, or who reported it
// takes it back. It is to be held again, without a day; one that was never planned is
// gone. scope is that of talk.record.
func (s *Service) Deny(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int) (Talk, error) {
	return s.step(ctx, by, scope, parties(), id, false, func(ctx context.Context, tx bun.Tx, e eyes, t talkRow) (audit.Entry, error) {
		entry := audit.Entry{Action: "talk.deny", Summary: fmt.Sprintf("谈话未进行：%s（登记为 %s）", t.names(), t.DoneOn)}
		if err := t.fresh(version, Reported); err != nil {
			return entry, err
		}
		if t.Type == TypeAdHoc {
			return entry, change(ctx, tx, by.Unit, id, toNothing, "not_needed", by.Person)
		}
		if err := insertMove(ctx, tx, by.Unit, id, t.PlannedOn, nil, notHeld, by.Person, s.now()); err != nil {
			return entry, err
		}
		return entry, change(ctx, tx, by.Unit, id, toUnheld)
	})
}

// Cancel takes a planned talk off the calendar for good: the year's next plan names it
// and leaves it out. The occasion that it was made for, if any, is put aside with it.
// Nobody cancels their own. scope is that of talk.plan.
func (s *Service) Cancel(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, reason string, version int) (Talk, error) {
	if !slices.Contains(cancelReasons(), reason) {
		return Talk{}, fault.Field("reason", "请选择取消的原因")
	}
	return s.step(ctx, by, scope, planned(), id, true, func(ctx context.Context, tx bun.Tx, e eyes, t talkRow) (audit.Entry, error) {
		entry := audit.Entry{Action: "talk.cancel", Summary: "取消谈话：" + t.names(), Detail: map[string]any{"reason": reason}}
		if err := e.apart(t.TalkerID, t.PartnerID); err != nil {
			return entry, err
		}
		if err := t.fresh(version, Planned); err != nil {
			return entry, err
		}
		if t.OccasionID != nil {
			if err := dismiss(ctx, tx, by.Unit, []uuid.UUID{*t.OccasionID}, by.Person, s.now()); err != nil {
				return entry, err
			}
		}
		return entry, change(ctx, tx, by.Unit, id, toNothing, reason, by.Person)
	})
}

// everybody says whether the actor may note talks with everyone of the office, as who
// may name or read everyone; others with who is of their branch or department.
func (s *Service) everybody(by access.Actor) (bool, error) {
	name, err := s.reach(by, need("people", "name"))
	if err != nil || name.Whole() {
		return name.Whole(), err
	}
	read, err := s.reach(by, need("people", "read"))
	return read.Whole(), err
}

// maxPartners is how many a picker shows.
const maxPartners = 50

// Partners lists whom the actor may note a talk with. scope is that of talk.record.
func (s *Service) Partners(ctx context.Context, by access.Actor, text string) ([]Partner, error) {
	all, err := s.everybody(by)
	if err != nil {
		return nil, err
	}
	return listPartners(ctx, s.db, by, all, text, s.today(), maxPartners)
}

// Note notes a talk that was held without being planned. The other one confirms it
// like any other. scope is that of talk.record.
func (s *Service) Note(ctx context.Context, by access.Actor, scope access.Scope, partner uuid.UUID, done calendar.Date) (out Talk, err error) {
	if !scope.Covers(access.Place{Unit: by.Unit, Person: by.Person}) {
		return out, fault.New(fault.Forbidden, "您只能登记自己参加的谈话")
	}
	if partner == by.Person {
		return out, fault.Field("partner_id", "请选择谈话的另一方")
	}
	e, err := s.eyes(by)
	if err != nil {
		return out, err
	}
	if err := checkDone(done, calendar.NewDate(e.today.Year-1, 1, 1), e.today); err != nil {
		return out, err
	}
	all, err := s.everybody(by)
	if err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockDays(ctx, tx, by.Unit); err != nil {
			return err
		}
		if active, err := typeActive(ctx, tx, by.Unit, TypeAdHoc); err != nil {
			return err
		} else if !active {
			return fault.New(fault.RuleBroken, "本单位没有启用随机谈话；如需启用，请联系机关党委")
		}
		if err := mayTalkWith(ctx, tx, by, all, partner, e.today); err != nil {
			return err
		}
		id := db.NewID()
		made, err := insertHeld(ctx, tx, by, id, partner, done, e.today, s.now())
		if err != nil {
			return err
		}
		if !made {
			return fault.New(fault.Conflict, "这一天已登记过与这位同志的谈话，请刷新后查看")
		}
		t, err := findTalk(ctx, tx, access.System(by.Unit), columns(), id, false)
		if err != nil {
			return err
		}
		out = e.see(t)
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "talk.note", Object: "talk", ObjectID: id,
			Summary: fmt.Sprintf("登记谈话：%s（%s）", t.names(), done)})
	})
	return out, err
}
