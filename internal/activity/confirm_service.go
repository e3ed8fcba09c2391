package activity

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
)

// Confirmation is what a click on 确认 sends: which draft was seen, and, where the
// form changed since, its content.
type Confirmation struct {
	RowVersion    int
	Record        *Record // nil: as it is stored
	OverlapAnswer string  // rule 7
}

// Confirm makes a draft count: its points are posted in the same transaction, and
// the version it amends, if there is one, gives way (rule 6). Of two people who
// confirm at once one wins and the other reads so. It takes a dozen statements
// however many people there are.
func (s *Service) Confirm(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in Confirmation) (out Saved, err error) {
	var record access.Scope
	if in.Record != nil { // confirming new content is recording, too
		if record, err = s.policy.Decide(by, needRecord()); err != nil {
			return out, err
		}
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		v, standing, err := lockDraft(ctx, tx, scope, id, in.RowVersion)
		if err != nil {
			return err
		}
		var p prepared
		if in.Record != nil {
			if !record.Covers(at(by.Unit, v.organiser)) {
				return fault.Missing("活动")
			}
			if p, err = s.rewrite(ctx, tx, by, record, v, *in.Record); err != nil {
				return err
			}
		} else {
			p = prepared{record: v.Record, organiser: v.organiser, kind: v.kind}
			if p.settings, err = org.Settings(ctx, tx, by.Unit); err != nil {
				return err
			}
			changed, err := s.settle(ctx, tx, by.Unit, &p)
			if err != nil {
				return err
			}
			if changed { // the roll was corrected since the draft was saved
				if err := saveParts(ctx, tx, by.Unit, v.ID, p.record, false); err != nil {
					return err
				}
			}
			v.Record = p.record
		}
		if in.OverlapAnswer != "" {
			v.OverlapAnswer = strings.TrimSpace(in.OverlapAnswer)
		}
		if !scope.Covers(at(by.Unit, v.organiser)) {
			return fault.Missing("组织者")
		}
		out, err = s.confirm(ctx, tx, by, v, standing, p)
		return err
	})
	return out, err
}

// confirm is the body that Create and Confirm share.
func (s *Service) confirm(ctx context.Context, tx bun.Tx, by access.Actor, v, standing *version, p prepared) (saved Saved, err error) {
	now := s.now()
	if standing != nil && standing.State != Confirmed {
		return Saved{}, fault.New(fault.Conflict, "该记录已撤回，不能再更正，请刷新后查看")
	}
	if err := v.checkConfirm(v.kind, p.roster, now); err != nil {
		return Saved{}, err
	}
	if standing != nil && v.OverlapAnswer == "" && v.meetsLike(standing.Record) {
		v.OverlapAnswer = standing.OverlapAnswer // what it answers has not changed
	}
	if err := s.overlap(ctx, tx, by, *v, p.roster); err != nil {
		return Saved{}, err
	}
	j := v.judge(v.kind, p.roster, p.settings)
	if standing != nil {
		j.late = standing.Late // it was filed when its first version was
		if err := supersede(ctx, tx, by.Unit, standing.ID, now); err != nil {
			return Saved{}, err
		}
	} else if j.late, err = filedLate(ctx, tx, by.Unit, v.Ends, now, p.settings.LateAfterDays); err != nil {
		return Saved{}, err
	}
	if err := confirmVersion(ctx, tx, by.Unit, by.Person, now, *v, j); err != nil {
		return Saved{}, err
	}
	v.State, v.Late = Confirmed, j.late
	v.RowVersion++
	posted, err := points.Post(ctx, tx, by, now, posting(by, *v, v.facts(v.kind)))
	if err != nil {
		return Saved{}, err
	}
	out := v.saved()
	out.VotersExpected, out.VotersPresent, out.QuorumMet, out.Posted = j.votersExpected, j.votersPresent, j.quorumMet, &posted
	verb := "确认"
	if standing != nil {
		verb = "更正"
	}
	summary := fmt.Sprintf("%s活动“%s”（%s），到会 %d 人，缺席 %d 人", verb, v.Title, v.day(), v.count(Present), v.count(Absent))
	return out, s.record(ctx, tx, by, "activity.confirm", *v, summary, map[string]any{"late": j.late, "quorum_met": j.quorumMet,
		"entries": posted.Entries, "reversals": posted.Reversals, "reason": v.Reason, "overlap_answer": v.OverlapAnswer})
}

// filedLate is late by the office's calendar, which is not asked where no calendar
// could make it late.
func filedLate(ctx context.Context, tx bun.Tx, unit uuid.UUID, ended, filed time.Time, days int) (bool, error) {
	if calendar.DateOf(filed).Sub(calendar.DateOf(ended)) <= days {
		return false, nil
	}
	w, err := org.Workdays(ctx, tx, unit)
	return late(w, ended, filed, days), err
}

func posting(by access.Actor, v version, facts []points.Fact) points.Posting {
	reason := v.Title
	if !strings.Contains(reason, v.kind.Name) { // most titles say what it was
		reason = v.kind.Name + "：" + reason
	}
	return points.Posting{Source: points.SourceActivity, SourceID: v.ID, RecordID: v.RecordID, FactOn: v.day(),
		Reason: reason, VerifiedBy: by.Person, Facts: facts}
}

// maxOverlaps bounds how many overlaps a warning lists.
const maxOverlaps = 20

// overlap is rule 7: nobody is at two activities at once, unless the recorder says
// how that came. Of records that the actor may not read, only the time is told.
func (s *Service) overlap(ctx context.Context, tx bun.Tx, by access.Actor, v version, ro roster) error {
	if v.OverlapAnswer != "" {
		return nil
	}
	read, err := s.reach(by, needRead())
	if err != nil {
		return err
	}
	found, err := overlaps(ctx, tx, read, by.Unit, v)
	if err != nil || len(found) == 0 {
		return err
	}
	people := map[uuid.UUID]bool{}
	f := &fault.Error{Code: fault.Conflict, Field: "overlap_answer"}
	for _, o := range found {
		people[o.Person] = true
		title := o.Title
		if title == "" {
			title = "其他组织者的活动"
		}
		if len(f.Details) < maxOverlaps {
			f.Details = append(f.Details, fault.Detail{Field: "overlap_answer", Message: fmt.Sprintf("%s：%s，%s", ro.name(o.Person), between(o.Starts, o.Ends), title)})
		}
	}
	f.Message = fmt.Sprintf("有 %d 人同一时间已记在其他活动中，请核对；确实无误的，请填写说明后再确认", len(people))
	return f
}

func between(from, to time.Time) string {
	from, to = from.In(calendar.Shanghai), to.In(calendar.Shanghai)
	if calendar.DateOf(from) == calendar.DateOf(to) {
		return from.Format("1月2日 15:04") + "–" + to.Format("15:04")
	}
	return from.Format("1月2日 15:04") + "–" + to.Format("1月2日 15:04")
}

// Amend drafts a new version of a confirmed record, with everything the old one
// says, but for its answer to a warning that other times or people may not deserve
// (rule 7). The old one stands until the new one is confirmed.
func (s *Service) Amend(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, reason string) (out Saved, err error) {
	if reason, err = checkReason(reason, "更正"); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		_, standing, err := lockStanding(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		v := *standing
		v.ID, v.Version, v.RowVersion, v.State, v.Reason, v.OverlapAnswer = db.NewID(), standing.Version+1, 1, Draft, reason, ""
		if err := insertDraft(ctx, tx, by.Unit, by.Person, s.now(), v); err != nil {
			return err
		}
		if err := copyAttachments(ctx, tx, by.Unit, standing.ID, v.ID); err != nil {
			return err
		}
		out = v.saved()
		return s.record(ctx, tx, by, "activity.amend", v, "开始更正活动“"+v.Title+"”："+reason, nil)
	})
	return out, err
}

// Withdraw takes a confirmed record back: its points are reversed in the same
// transaction, and it stays to be read, with the reason. rowVersion is the one that was
// seen.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, rowVersion int, reason string) (out Saved, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		out, err = s.takeBack(ctx, tx, by, scope, id, &rowVersion, reason)
		return err
	})
	return out, err
}

// TakeBack is Withdraw within the caller's transaction, of the record as it stands:
// whoever entered it undoes what they did. scope is that of activity.confirm.
func (s *Service) TakeBack(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, record uuid.UUID, reason string) error {
	_, err := s.takeBack(ctx, tx, by, scope, record, nil, reason)
	return err
}

func (s *Service) takeBack(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, id uuid.UUID, rowVersion *int, reason string) (Saved, error) {
	reason, err := checkReason(reason, "撤回")
	if err != nil {
		return Saved{}, err
	}
	_, v, err := lockStanding(ctx, tx, scope, id)
	if err != nil {
		return Saved{}, err
	}
	if rowVersion != nil && v.RowVersion != *rowVersion {
		return Saved{}, fault.New(fault.Conflict, "该记录刚有变化，请刷新后再撤回")
	}
	if err := withdraw(ctx, tx, by.Unit, by.Person, s.now(), v.ID, reason); err != nil {
		return Saved{}, err
	}
	v.State, v.Reason = Withdrawn, reason
	v.RowVersion++
	posted, err := points.Post(ctx, tx, by, s.now(), posting(by, *v, nil))
	if err != nil {
		return Saved{}, err
	}
	out := v.saved()
	out.Posted = &posted
	return out, s.record(ctx, tx, by, "activity.withdraw", *v, "撤回活动“"+v.Title+"”："+reason,
		map[string]any{"reversals": posted.Reversals, "reason": reason})
}

// lockStanding locks a confirmed record that nobody is amending.
func lockStanding(ctx context.Context, tx bun.Tx, scope access.Scope, id uuid.UUID) (draft, standing *version, err error) {
	draft, standing, err = lockRecord(ctx, tx, scope, id)
	switch {
	case err != nil:
		return nil, nil, err
	case standing == nil:
		return nil, nil, fault.New(fault.Conflict, "这还是草稿，直接修改或删除即可")
	case standing.State == Withdrawn:
		return nil, nil, fault.New(fault.Conflict, "该记录已撤回，请刷新后查看；需要时请重新记录")
	case draft != nil:
		return nil, nil, fault.New(fault.Conflict, "该记录有一份正在修改的更正稿，请先确认或删除它")
	}
	return nil, standing, nil
}

func checkReason(reason, what string) (string, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > 200 {
		return "", fault.Field("reason", "请写明"+what+"的原因，不超过 200 个字")
	}
	return reason, nil
}
