package notice

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Object files an objection to an item while its notice runs. One person has one
// open objection to an item.
func (s *Service) Object(ctx context.Context, by access.Actor, scope access.Scope, notice, item uuid.UUID, statement string) (Objection, error) {
	statement, err := written("statement", statement, "异议的事实和理由")
	if err != nil {
		return Objection{}, err
	}
	id := db.NewID()
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := within(ctx, tx, scope, readColumns(), notice); err != nil {
			return err
		}
		n, err := shareNotice(ctx, tx, by.Unit, notice)
		if err != nil {
			return err
		}
		it, err := findItem(ctx, tx, by.Unit, notice, item)
		if err != nil {
			return err
		}
		now := s.now()
		if err := n.takes(it, calendar.DateOf(now)); err != nil {
			return err
		}
		if err := insertObjection(ctx, tx, by, id, n, it, now, statement); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "notice.object", Object: "objection", ObjectID: id,
			Summary: fmt.Sprintf("对公示“%s”中的“%s”提出异议", n.Title, it.Title), Detail: map[string]any{"notice": n.ID, "item": it.ID}})
	})
	if err != nil {
		return Objection{}, err
	}
	return s.objection(ctx, by, id)
}

// takes refuses an objection that comes at the wrong time, as the database does.
func (n Notice) takes(i Item, today calendar.Date) error {
	switch {
	case n.State == StateCancelled:
		return fault.New(fault.RuleBroken, "该公示已经撤销，不必再提异议")
	case i.Outcome == Withdrawn || i.Outcome == Upheld:
		return fault.New(fault.RuleBroken, "这一项已不在公示中，不必再提异议")
	case today.Before(n.FirstDay):
		return fault.New(fault.RuleBroken, "服务器的日期早于公示开始之日，请告诉管理员检查系统时间")
	case !n.running(today) || i.Outcome != "":
		return fault.New(fault.RuleBroken, "公示已经结束，不能再提异议；如有情况请向机关党委反映")
	}
	return nil
}

// WithdrawObjection takes the actor's own open objection back.
func (s *Service) WithdrawObjection(ctx context.Context, by access.Actor, id uuid.UUID) (Objection, error) {
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		o, n, it, err := s.lockObjection(ctx, tx, by, access.Scope{}, id)
		if err != nil {
			return err
		}
		if o.objector != by.Person {
			return fault.Missing("异议")
		}
		if o.state != ObjectionOpen {
			return fault.New(fault.Conflict, "该异议已有结论，请刷新后查看")
		}
		now := s.now()
		if err := endObjection(ctx, tx, by.Unit, id, now, ending{state: ObjectionWithdrawn, answer: "本人撤回"}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "notice.withdraw_objection", Object: "objection", ObjectID: id,
			Summary: fmt.Sprintf("撤回对公示“%s”中“%s”的异议", n.Title, it.Title)})
	})
	if err != nil {
		return Objection{}, err
	}
	return s.objection(ctx, by, id)
}

// Decide answers an objection in writing, as the branch's committee (or, where it
// has none, its members' meeting) resolved; what no branch decides, the Party office
// does. Nobody decides who objected, whom the item is about, or who had a hand in it.
// An upheld objection settles its item at once; a rejected one lets it go on.
func (s *Service) Decide(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, d Decision) (Objection, error) {
	answer, err := written("answer", d.Answer, "答复意见")
	if err != nil {
		return Objection{}, err
	}
	d.Answer = answer
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		o, n, it, err := s.lockObjection(ctx, tx, by, scope, id)
		if err != nil {
			return err
		}
		if err := s.policy.Separate(by, needDecide(), it.concerned(o.objector)...); err != nil {
			return err
		}
		if o.state != ObjectionOpen {
			return fault.New(fault.Conflict, "该异议已有结论，请刷新后查看")
		}
		if err := s.checkMeeting(ctx, tx, by.Unit, it.Branch, o.filed, d.Meeting); err != nil {
			return err
		}
		return s.decide(ctx, tx, by, n, it, id, d)
	})
	if err != nil {
		return Objection{}, err
	}
	return s.objection(ctx, by, id)
}

func (s *Service) decide(ctx context.Context, tx bun.Tx, by access.Actor, n Notice, it Item, id uuid.UUID, d Decision) error {
	now := s.now()
	end, verdict := ending{ObjectionRejected, d.Answer, d.Meeting, by.Person}, "不成立"
	if d.Uphold {
		end.state, verdict = ObjectionUpheld, "成立"
	}
	if err := endObjection(ctx, tx, by.Unit, id, now, end); err != nil {
		return err
	}
	if d.Uphold {
		items, err := settleItems(ctx, tx, by.Unit, n.ID, now, Upheld, only{item: it.ID})
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return fault.New(fault.Conflict, "该事项的公示已有结果，请刷新后查看")
		}
		items[0].Answer = d.Answer
		if err := lapse(ctx, tx, by.Unit, n.ID, items, now, "对同一事项的另一份异议已经成立，本异议不再单独裁定"); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, by, n, items); err != nil {
			return err
		}
		if err := closeDone(ctx, tx, by.Unit, n.ID, now); err != nil {
			return err
		}
	}
	return audit.Record(ctx, tx, by, now, audit.Entry{Action: "notice.decide", Object: "objection", ObjectID: id,
		Summary: fmt.Sprintf("裁定对公示“%s”中“%s”的异议%s", n.Title, it.Title, verdict),
		Detail:  map[string]any{"upheld": d.Uphold, "meeting": d.Meeting, "notice": n.ID, "item": it.ID}})
}

// checkMeeting asks for a meeting that can decide, where a branch has to.
func (s *Service) checkMeeting(ctx context.Context, tx bun.Tx, unit, branch uuid.UUID, filed time.Time, record uuid.UUID) error {
	if record == uuid.Nil {
		if branch == uuid.Nil {
			return nil
		}
		return fault.Field("meeting_id", "请选择讨论这份异议的会议记录")
	}
	m, err := s.meetings.Meeting(ctx, tx, unit, record)
	if fault.Is(err, fault.NotFound) {
		return fault.Field("meeting_id", "所选会议记录不存在或已撤回，请另选")
	}
	if err != nil {
		return err
	}
	if branch == uuid.Nil {
		if !m.Confirmed || m.Day.Before(calendar.DateOf(filed)) {
			return fault.Field("meeting_id", "所引会议须已确认，且不早于异议提出之日")
		}
		return nil
	}
	committee, err := s.hasCommittee(ctx, tx, unit, branch, m.Day)
	if err != nil {
		return err
	}
	if why := m.unfit(branch, calendar.DateOf(filed), committee); why != "" {
		return fault.Field("meeting_id", why)
	}
	return nil
}

func (s *Service) hasCommittee(ctx context.Context, tx bun.Tx, unit, branch uuid.UUID, day calendar.Date) (bool, error) {
	people, err := org.Expected(ctx, tx, unit, day, org.Organiser{Kind: "branch", Branch: branch}, org.CircleCommittee)
	return len(people) > 0, err
}

// Candidates lists the meetings that could have decided about an objection.
func (s *Service) Candidates(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (MeetingChoices, error) {
	out := MeetingChoices{Items: []MeetingChoice{}}
	err := db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		o, err := findDecidable(ctx, tx, by, scope, id)
		if err != nil {
			return err
		}
		if o.branch == uuid.Nil {
			return nil
		}
		out.Required = true
		filed, fits := calendar.DateOf(o.filed), false
		held, err := s.meetings.MeetingsSince(ctx, tx, by.Unit, o.branch, filed)
		if err != nil {
			return err
		}
		committees := map[calendar.Date]bool{}
		for _, m := range held {
			committee, known := committees[m.Day]
			if !known {
				if committee, err = s.hasCommittee(ctx, tx, by.Unit, o.branch, m.Day); err != nil {
					return err
				}
				committees[m.Day] = committee
			}
			why := m.unfit(o.branch, filed, committee)
			fits = fits || why == ""
			out.Items = append(out.Items, MeetingChoice{m.Record, m.Title, m.Day, m.Kind, why})
		}
		if fits {
			return nil
		}
		committee, err := s.hasCommittee(ctx, tx, by.Unit, o.branch, calendar.DateOf(s.now()))
		out.Advice = advice(o.branchName, filed, committee)
		return err
	})
	return out, err
}

// Objections lists what the actor may decide, oldest first, or what was decided,
// latest first.
func (s *Service) Objections(ctx context.Context, by access.Actor, scope access.Scope, f ObjectionFilter) (items []Objection, next string, total int, err error) {
	f.Limit = limited(f.Limit, maxLimit)
	if f.State == "" {
		f.State = ObjectionOpen
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		items, total, err = listObjections(ctx, tx, by, scope, f)
		if err != nil {
			return err
		}
		if len(items) > f.Limit {
			items = items[:f.Limit]
			last := items[f.Limit-1]
			next = position{at: last.FiledAt, id: last.ID}.String()
		}
		return s.nameMeetings(ctx, tx, by.Unit, items)
	})
	return items, next, total, err
}

// objection reads one as the actor sees it.
func (s *Service) objection(ctx context.Context, by access.Actor, id uuid.UUID) (Objection, error) {
	decide, err := s.reach(by, needDecide())
	if err != nil {
		return Objection{}, err
	}
	var items []Objection
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if items, err = seenObjections(ctx, tx, by, decide, seen{id: id}); err != nil {
			return err
		}
		if len(items) == 0 {
			return fault.Missing("异议")
		}
		return s.nameMeetings(ctx, tx, by.Unit, items)
	})
	if err != nil {
		return Objection{}, err
	}
	return items[0], nil
}

// nameMeetings gives the cited meetings their titles; one withdrawn since has none.
func (s *Service) nameMeetings(ctx context.Context, tx bun.Tx, unit uuid.UUID, items []Objection) error {
	titles := map[uuid.UUID]string{}
	for i, o := range items {
		if o.MeetingID == nil {
			continue
		}
		title, known := titles[*o.MeetingID]
		if !known {
			m, err := s.meetings.Meeting(ctx, tx, unit, *o.MeetingID)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
			title = m.Title
			titles[*o.MeetingID] = title
		}
		items[i].MeetingTitle = title
	}
	return nil
}

// lockObjection finds an objection that is the actor's own or within the scope, and
// holds its notice. The objection is read again under the lock.
func (s *Service) lockObjection(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, id uuid.UUID) (o filed, n Notice, it Item, err error) {
	if o, err = findObjection(ctx, tx, by, scope, id); err != nil {
		return o, n, it, err
	}
	if n, err = lockNotice(ctx, tx, by.Unit, o.notice); err != nil {
		return o, n, it, err
	}
	if o, err = findObjection(ctx, tx, by, scope, id); err != nil {
		return o, n, it, err
	}
	it, err = findItem(ctx, tx, by.Unit, o.notice, o.item)
	return o, n, it, err
}
