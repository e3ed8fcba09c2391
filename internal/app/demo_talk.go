package app

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
	"xianfeng/internal/talk"
)

var (
	needTalkPlan   = access.Need{Resource: "talk", Action: "plan"}
	needTalkRecord = access.Need{Resource: "talk", Action: "record"}
	needTalkTypes  = access.Need{Resource: "talk_type", Action: "write"}
	needTalkText   = access.Need{Resource: "talk_text", Action: "write"}
	needFollowup   = access.Need{Resource: "followup", Action: "write"}
)

// talks lays out what the demo's people do about talks: the plans of two years, the
// talks themselves week by week, what was said in some of them, and what follows.
func (p *planner) talks(add func(on calendar.Date, hour int, what string, do func(context.Context) error)) {
	add(calendar.NewDate(2025, time.October, 10), 9, "talk settings", p.arrangeTalks)
	add(calendar.NewDate(2025, time.October, 10), 11, "absences", p.absences)
	add(calendar.NewDate(2025, time.October, 10), 15, "talk plan", func(ctx context.Context) error { return p.planTalks(ctx, 2025) })
	add(calendar.NewDate(2026, time.January, 5), 9, "talk plan", func(ctx context.Context) error { return p.planTalks(ctx, 2026) })
	for d := demoFirst.AddDays(14); !d.After(p.until); d = d.AddDays(1) {
		if d.Weekday() == time.Friday {
			add(d, 17, "talks of the week", p.holdTalks)
		}
	}
	add(calendar.NewDate(2026, time.March, 2), 9, "a transfer", p.transfer)
	add(calendar.NewDate(2026, time.July, 6), 9, "plan anew", func(ctx context.Context) error { return p.planTalks(ctx, 2026) })
	add(calendar.NewDate(2026, time.November, 9), 9, "hardship", p.hardship)
	add(calendar.NewDate(2026, time.November, 16), 16, "what was said", p.write)
}

// person is anybody of the roll acting for themselves, whether or not they have an
// account in the demo.
func (d *demo) person(id uuid.UUID, name string) access.Actor {
	return access.Actor{Unit: d.unit, Person: id, Name: name, Account: d.system.Account, Address: "command line",
		Grants: []access.Grant{{Role: "member", PlaceKind: "unit"}}}
}

func (p *planner) arrangeTalks(ctx context.Context) error {
	office, scope, err := p.as(ctx, "office", needTalkTypes)
	if err != nil {
		return err
	}
	if _, err := p.Talks.AddLeader(ctx, office, scope, talk.LeaderInput{Person: p.chief, From: demoFirst.AddDays(9)}); err != nil {
		return err
	}
	deputy, _, err := p.as(ctx, "deputy", needTalkRecord)
	if err != nil {
		return err
	}
	_, err = p.Talks.AddPattern(ctx, office, scope, talk.PatternInput{Deputy: deputy.Person, Department: p.departments["第一检察部"],
		Weekdays: []int{2, 4}, StartsAt: "08:30", From: demoFirst.AddDays(9)})
	return err
}

// absences are known beforehand; the plan leaves those days free.
func (p *planner) absences(ctx context.Context) error {
	need := access.Need{Resource: "absence", Action: "write"}
	office, scope, err := p.as(ctx, "office", need)
	if err != nil {
		return err
	}
	day := func(y int, m time.Month, d int) calendar.Date { return calendar.NewDate(y, m, d) }
	for _, a := range []org.NewAbsence{
		{Person: p.chief, Kind: "business", From: day(2025, time.November, 10), To: day(2025, time.November, 14)},
		{Person: p.chief, Kind: "training", From: day(2026, time.April, 13), To: day(2026, time.April, 24)},
		{Person: p.members[3].Person, Kind: "leave", From: day(2026, time.August, 3), To: day(2026, time.August, 14)},
		{Person: p.members[9].Person, Kind: "training", From: day(2026, time.June, 1), To: day(2026, time.June, 26)},
	} {
		if _, err := p.Org.AddAbsence(ctx, office, scope, a); err != nil {
			return err
		}
	}
	p.clock.set(at(day(2026, time.November, 13), 9, 0)) // an absence of the running weeks
	_, err = p.Org.AddAbsence(ctx, office, scope, org.NewAbsence{Person: p.members[5].Person, Kind: "business",
		From: day(2026, time.November, 23), To: day(2026, time.November, 27)})
	p.clock.set(at(day(2025, time.October, 10), 11, 0))
	return err
}

func (p *planner) planTalks(ctx context.Context, year int) error {
	office, scope, err := p.as(ctx, "office", needTalkPlan)
	if err != nil {
		return err
	}
	preview, err := p.Talks.PreviewPlan(ctx, office, scope, year, uuid.Nil)
	if err != nil {
		return err
	}
	_, err = p.Talks.ConfirmPlan(ctx, office, scope, year, uuid.Nil, preview.Digest)
	return err
}

// holdTalks reports the week's talks and has the other side confirm them. The chief
// misses none; of the others some are put off and some forgotten.
func (p *planner) holdTalks(ctx context.Context) error {
	if err := p.Talks.Tick(ctx); err != nil {
		return err
	}
	office, scope, err := p.as(ctx, "office", access.Need{Resource: "talk", Action: "read"})
	if err != nil {
		return err
	}
	today := calendar.DateOf(p.clock.now())
	for cursor := ""; ; {
		page, err := p.Talks.List(ctx, office, scope, talk.Filter{From: today.AddDays(-6), To: today, Statuses: []string{talk.Planned, talk.StatusDue, talk.StatusLate}, Cursor: cursor, Limit: 200})
		if err != nil {
			return err
		}
		for _, t := range page.Items {
			if err := p.hold(ctx, t, today); err != nil {
				return fmt.Errorf("%s with %s: %w", t.TalkerName, t.PartnerName, err)
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

func (p *planner) hold(ctx context.Context, t talk.Talk, today calendar.Date) error {
	talker, partner := p.person(t.TalkerID, t.TalkerName), p.person(t.PartnerID, t.PartnerName)
	luck := p.luck.IntN(100)
	if t.TalkerID != p.chief && luck < 6 {
		return nil // forgotten
	}
	scope, err := p.Policy.Decide(talker, needTalkRecord)
	if err != nil {
		return err
	}
	done, err := p.Talks.Report(ctx, talker, scope, t.ID, *t.PlannedOn, t.Version)
	if err != nil || luck >= 94 && today.After(demoLast.AddDays(-21)) {
		return err // not confirmed yet
	}
	if scope, err = p.Policy.Decide(partner, needTalkRecord); err != nil {
		return err
	}
	_, err = p.Talks.Confirm(ctx, partner, scope, t.ID, done.Version)
	return err
}

// transfer moves somebody to another department, which makes a talk due.
func (p *planner) transfer(ctx context.Context) error {
	office, scope, err := p.as(ctx, "office", access.Need{Resource: "people", Action: "write"})
	if err != nil {
		return err
	}
	for _, m := range p.members {
		if m.DepartmentName == "第二检察部" {
			_, err := p.Org.MoveDepartment(ctx, office, scope, m.Person, org.DepartmentMove{Department: p.departments["第一检察部"], From: calendar.DateOf(p.clock.now())})
			return err
		}
	}
	return nil
}

func (p *planner) hardship(ctx context.Context) error {
	secretary, scope, err := p.as(ctx, "secretary1", needTalkPlan)
	if err != nil {
		return err
	}
	own := p.of("第一党支部")
	_, err = p.Talks.NoteOccasion(ctx, secretary, scope, own[len(own)-1], talk.TypeHardship, calendar.DateOf(p.clock.now()).AddDays(-2))
	return err
}

// said is what the demo's people wrote about some talks; all of it is invented.
var said = []struct{ talker, partner, text, matter string }{
	{"chief", "member", "谈了到新岗位后的适应情况。她希望多参加疑难案件的讨论，也提到夜班后接送孩子有些吃力。鼓励她把每周的办案笔记坚持下去。", "安排参加每月的疑难案件讨论"},
	{"chief", "secretary1", "听取第一党支部上半年工作。支部年轻党员多，办案任务重，会议时间常与出庭冲突。商定把党员大会提前一周通知。", "党员大会的时间提前一周通知全体党员"},
	{"chief", "deputy", "交流分管部门的队伍思想状况，议了下一步人员搭配。", ""},
	{"secretary1", "member", "了解近期工作和学习情况，肯定她在普法活动中的主动。", ""},
}

// write puts down what was said where both have an account to try it with; the member
// and the secretary let the chief read theirs for a while.
func (p *planner) write(ctx context.Context) error {
	for _, s := range said {
		talker, scope, err := p.as(ctx, s.talker, needTalkRecord)
		if err != nil {
			return err
		}
		partner, other, err := p.as(ctx, s.partner, needTalkRecord)
		if err != nil {
			return err
		}
		t, err := p.Talks.Note(ctx, talker, scope, partner.Person, calendar.DateOf(p.clock.now()).AddDays(-3)) // the Friday before
		if err != nil {
			return err
		}
		if t, err = p.Talks.Confirm(ctx, partner, other, t.ID, t.Version); err != nil {
			return err
		}
		if err := p.put(ctx, talker, partner, t.ID, s.text, s.matter); err != nil {
			return err
		}
		if s.talker != "secretary1" {
			continue
		}
		if err := p.nameChief(ctx, talker, partner, t.ID); err != nil {
			return err
		}
	}
	return nil
}

// put writes the record, has the other side agree, and raises what has to be done.
func (p *planner) put(ctx context.Context, talker, partner access.Actor, id uuid.UUID, text, matter string) error {
	scope, err := p.Policy.Decide(talker, needTalkText)
	if err != nil {
		return err
	}
	if _, err := p.Talks.Write(ctx, talker, scope, id, text, 0); err != nil {
		return err
	}
	other, err := p.Policy.Decide(partner, needTalkText)
	if err != nil {
		return err
	}
	if _, err := p.Talks.Agree(ctx, partner, other, id, 1); err != nil || matter == "" {
		return err
	}
	if scope, err = p.Policy.Decide(talker, needFollowup); err != nil {
		return err
	}
	secretary, _, err := p.as(ctx, "secretary1", needTalkRecord)
	if err != nil {
		return err
	}
	_, err = p.Talks.Raise(ctx, talker, scope, id, talk.FollowUpInput{Matter: matter, OwnerID: secretary.Person, DueOn: calendar.DateOf(p.clock.now()).AddDays(10)})
	return err
}

func (p *planner) nameChief(ctx context.Context, talker, partner access.Actor, id uuid.UUID) error {
	scope, err := p.Policy.Decide(talker, needTalkText)
	if err != nil {
		return err
	}
	r, err := p.Talks.Ask(ctx, talker, scope, id, p.chief, demoLast.AddDays(30))
	if err != nil {
		return err
	}
	other, err := p.Policy.Decide(partner, needTalkText)
	if err != nil {
		return err
	}
	_, err = p.Talks.AgreeToConsent(ctx, partner, other, r.Consents[0].ID)
	return err
}
