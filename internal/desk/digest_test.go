package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/duty"
)

func date(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

func at(s string) *calendar.Date {
	d := date(s)
	return &d
}

// overTheYear gives the days of 2026 on which facts, as they stand on each day, bring a
// reminder.
func overTheYear(f func(today calendar.Date) facts) []string {
	w := calendar.NewWorkdays(calendar.Official()...)
	var out []string
	for d := date("2026-01-01"); d.Year == 2026; d = d.AddDays(1) {
		for _, r := range remind(d, w, f(d)) {
			out = append(out, d.String()[5:]+" "+r.Kind)
		}
	}
	return out
}

// TestMomentsOfAYear holds each kind of reminder to its moments over the whole of 2026,
// with its holidays and make-up days.
func TestMomentsOfAYear(t *testing.T) {
	talk := func(tk OwnTalk) func(calendar.Date) facts {
		return func(today calendar.Date) facts {
			tk.judge(today)
			return facts{talks: []OwnTalk{tk}}
		}
	}
	cell := func(first, last string) func(calendar.Date) facts {
		return func(today calendar.Date) facts {
			c := duty.Cell{Code: "x", Owner: duty.OwnerBranch, First: date(first), Last: date(last), State: duty.Due}
			if today.After(c.Last) {
				c.State = duty.Missed
			}
			if today.Before(c.First) {
				return facts{}
			}
			return facts{cells: []duty.Cell{c}}
		}
	}
	for name, c := range map[string]struct {
		facts func(calendar.Date) facts
		want  string
	}{
		"a talk on a Wednesday":                {talk(OwnTalk{State: talkPlanned, Day: at("2026-03-11"), DueOn: date("2026-12-31")}), "03-10 talk_soon, 03-11 talk_soon"},
		"a talk on a Monday":                   {talk(OwnTalk{State: talkPlanned, Day: at("2026-03-16"), DueOn: date("2026-12-31")}), "03-13 talk_soon, 03-16 talk_soon"},
		"a talk after Spring Festival":         {talk(OwnTalk{State: talkPlanned, Day: at("2026-02-24"), DueOn: date("2026-12-31")}), "02-14 talk_soon, 02-24 talk_soon"},
		"a late talk that I hold":              {talk(OwnTalk{State: talkPlanned, Talker: true, DueOn: date("2026-12-04")}), "12-07 talk_late, 12-14 talk_late, 12-21 talk_late, 12-28 talk_late"},
		"a late talk that the other one holds": {talk(OwnTalk{State: talkPlanned, DueOn: date("2026-12-04")}), ""},
		"a talk to confirm":                    {talk(OwnTalk{State: talkReported, ToConfirm: true, Day: at("2026-12-09"), ReportedOn: at("2026-12-10"), DueOn: date("2026-12-31")}), "12-11 talk_confirm, 12-14 talk_confirm, 12-21 talk_confirm, 12-28 talk_confirm"},
		"a duty of a month":                    {cell("2026-03-01", "2026-03-31"), "03-25 duty_due, 03-31 duty_due, 04-01 duty_missed"},
		"a duty of a week":                     {cell("2026-03-09", "2026-03-15"), "03-09 duty_due, 03-13 duty_due, 03-16 duty_missed"},
		"a duty of the National Day's month":   {cell("2026-09-01", "2026-09-30"), "09-23 duty_due, 09-30 duty_due, 10-08 duty_missed"},
		"a week with a make-up day":            {cell("2026-02-23", "2026-03-01"), "02-24 duty_due, 02-28 duty_due, 03-02 duty_missed"},
		"a week of four working days":          {cell("2026-04-06", "2026-04-12"), "04-07 duty_due, 04-10 duty_due, 04-13 duty_missed"},
		"a duty of the year":                   {cell("2026-01-01", "2026-12-31"), "12-25 duty_due, 12-31 duty_due"},
		"a plan": {func(calendar.Date) facts {
			return facts{plans: []planFact{{Quarter: calendar.Quarter{Year: 2026, Q: 2}, DueOn: date("2026-04-07")}}}
		}, "04-02 plan_due, 04-07 plan_due, 04-08 plan_due"},
		"a follow-up due on a Sunday": {func(calendar.Date) facts { return facts{followups: []followupFact{{DueOn: date("2026-12-13")}}} },
			"12-11 followup_due, 12-14 followup_due, 12-21 followup_due, 12-28 followup_due"},
		"an excuse decided on a Friday": {func(today calendar.Date) facts {
			if today.Before(date("2026-03-13")) {
				return facts{}
			}
			return facts{excuses: []excuseFact{{DecidedOn: date("2026-03-13")}}}
		}, "03-16 excuse_decided"},
	} {
		got := overTheYear(c.facts)
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, strings.Join(got, ", "), c.want)
		}
	}
}

// TestNoNagging has everything stay as bad as it can for a year: nothing is called to
// mind more often than promised, and nothing on a day off.
func TestNoNagging(t *testing.T) {
	w := calendar.NewWorkdays(calendar.Official()...)
	bad := func(today calendar.Date) facts {
		f := facts{
			talks: []OwnTalk{{ID: uuid.UUID{1}, State: talkPlanned, Talker: true, DueOn: date("2026-01-01")},
				{ID: uuid.UUID{2}, State: talkPlanned, Talker: true, DueOn: date("2026-01-02")},
				{ID: uuid.UUID{3}, State: talkReported, ToConfirm: true, ReportedOn: at("2026-01-04"), DueOn: date("2026-01-02")}},
			followups: []followupFact{{DueOn: date("2026-01-02")}},
			plans:     []planFact{{Quarter: calendar.QuarterOf(today), DueOn: duty.PlanDueOn(calendar.QuarterOf(today), 5, w)}},
		}
		week := monday(today)
		f.cells = append(f.cells, duty.Cell{Code: "week", First: week, Last: week.AddDays(6), State: duty.Due},
			duty.Cell{Code: "week", First: week.AddDays(-7), Last: week.AddDays(-1), State: duty.Missed})
		for i := range f.talks {
			f.talks[i].judge(today)
		}
		return f
	}
	weeks, plans := map[string]int{}, map[string]int{}
	for d := date("2026-01-01"); d.Year == 2026; d = d.AddDays(1) {
		list := remind(d, w, bad(d))
		if !w.IsWorkday(d) && len(list) > 0 {
			t.Errorf("%s is a day off: %v", d, list)
		}
		for _, r := range list {
			switch r.Kind {
			case RemindPlanDue:
				plans[calendar.QuarterOf(d).String()]++
			case RemindDutyDue, RemindDutyMissed:
				weeks[fmt.Sprint(monday(d), " ", r.Kind, r.First)]++
			case RemindTalkLate:
				if r.Count != 2 || r.TalkID != nil {
					t.Errorf("%s: %+v", d, r)
				}
				weeks[fmt.Sprint(monday(d), " ", r.Kind)]++
			default:
				weeks[fmt.Sprint(monday(d), " ", r.Kind)]++
			}
		}
	}
	most := map[string]int{RemindDutyDue: 2}
	for key, n := range weeks {
		kind := strings.Fields(key)[1]
		limit := 1
		for k, m := range most {
			if strings.HasPrefix(kind, k) {
				limit = m
			}
		}
		// In the week that it was reported in, or began to be due, a first moment may come besides.
		if n > limit && !strings.HasPrefix(key, "2025-12-29") && !strings.HasPrefix(key, "2026-01-05") {
			t.Errorf("%s: %d times", key, n)
		}
	}
	for q, n := range plans {
		if n > 3 {
			t.Errorf("plan of %s: %d times", q, n)
		}
	}
	if len(weeks) < 200 || len(plans) != 4 {
		t.Errorf("only %d weeks and %d quarters looked at", len(weeks), len(plans))
	}
}

func (d Desk) reminders() string {
	var out []string
	for _, r := range d.Digest.Items {
		s := r.Kind + " " + r.Name
		if r.Who != "" {
			s += " " + r.Who
		}
		out = append(out, s)
	}
	return strings.Join(out, ", ")
}

// talkOf writes a talk of the office's year.
func (o *scene) talkOf(talker, partner string, planned any, due, state, reportedBy string) uuid.UUID {
	o.t.Helper()
	id := db.NewID()
	var done, by, when any
	if reportedBy != "" {
		done, by, when = planned, o.Person(reportedBy), o.now.AddDate(0, 0, -1)
	}
	o.exec(`INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, not_before, due_on, planned_on, planned_at, state, done_on, reported_by, reported_at, created_at)
		VALUES (?, ?, 2026, 'member', ?, ?, '2026-01-01', ?, ?, '09:30', ?, ?, ?, ?, now())`, o.Unit, id, o.Person(talker), o.Person(partner), due, planned, state, done, by, when)
	return id
}

func TestDigestOnTheDesk(t *testing.T) {
	o := newOffice(t) // at noon of Friday, 20 November 2026
	o.exec("INSERT INTO talk_types (unit_id, code, name) VALUES (?, 'member', '党员之间谈话') ON CONFLICT DO NOTHING", o.Unit)
	soon := o.talkOf("member1", "leader1", "2026-11-23", "2026-12-31", "planned", "")
	o.talkOf("member1", "secretary1", "2026-12-21", "2026-12-31", "planned", "")
	held := o.talkOf("chief", "member1", "2026-11-18", "2026-12-31", "reported", "chief")
	o.exec(`INSERT INTO talk_followups (unit_id, id, matter, owner_id, due_on, raised_by, raised_at) VALUES (?, ?, '更换打印机', ?, '2026-11-22', ?, now())`,
		o.Unit, db.NewID(), o.Person("member1"), o.Person("chief"))
	o.exec(`INSERT INTO duty_excuses (unit_id, id, code, owner, owner_id, branch_id, period_first, reason, state, asked_by, asked_at, decided_by, decided_at, remark)
		VALUES (?, ?, 'party_day', 'branch', ?, ?, '2026-10-01', '防汛', 'refused', ?, ?, ?, ?, '请补开')`, o.Unit, db.NewID(), o.Branches[0].ID, o.Branches[0].ID,
		o.Person("secretary1"), o.now.AddDate(0, 0, -2), o.Person("office"), o.now.AddDate(0, 0, -1))

	d := o.desk("member1")
	if got := d.reminders(); got != "talk_soon 党员之间谈话 罗海宁, talk_confirm 党员之间谈话 江远山, followup_due 更换打印机" {
		t.Errorf("member1: %s", got)
	}
	if r := d.Digest.Items[0]; *r.TalkID != soon || r.Day.String() != "2026-11-23" || r.At != "09:30" || d.Digest.Seen {
		t.Errorf("%+v", r)
	}
	var lines []string
	for _, k := range d.Talks.Items {
		lines = append(lines, fmt.Sprint(k.OtherName, " ", k.Status, " ", k.ToConfirm))
	}
	if got := strings.Join(lines, ", "); got != "江远山 reported true" || d.Talks.ToConfirm != 1 || d.Talks.Items[0].ID != held || d.Talks.Items[0].Version != 1 {
		t.Errorf("talks: %s %+v", got, d.Talks)
	}
	if got := o.desk("leader1"); !strings.HasPrefix(got.reminders(), "talk_soon 党员之间谈话 叶知秋") {
		t.Errorf("leader1: %s", got.reminders())
	}
	if got := o.desk("secretary1").reminders(); !strings.Contains(got, "excuse_decided") || strings.Contains(got, "打印机") || strings.Contains(got, "第二党支部") {
		t.Errorf("secretary1: %s", got)
	}
	for _, key := range []string{"staff", "sysadmin", "office"} {
		if got := o.desk(key); strings.Contains(got.reminders(), "talk") || len(got.Talks.Items) > 0 || strings.Contains(got.reminders(), "党支部") {
			t.Errorf("%s: %s", key, got.reminders())
		}
	}

	aside := func(key string, seen bool) {
		t.Helper()
		scope, err := o.svc.policy.Decide(o.Actor(key), access.Need{Resource: "desk", Action: "read"})
		if err != nil {
			t.Fatal(err)
		}
		if err := o.svc.PutAside(context.Background(), o.Actor(key), scope, seen); err != nil {
			t.Fatal(err)
		}
	}
	aside("member1", true)
	if !o.desk("member1").Digest.Seen || o.desk("leader1").Digest.Seen {
		t.Error("put aside by one for all")
	}
	aside("member1", false)
	if o.desk("member1").Digest.Seen {
		t.Error("taken back out")
	}
	aside("member1", true)
	o.now = o.now.AddDate(0, 0, 1) // Saturday
	if d := o.desk("member1"); d.Digest.Seen || len(d.Digest.Items) > 0 {
		t.Errorf("on a Saturday: %+v", d.Digest)
	}
	o.now = o.now.AddDate(0, 0, 2) // Monday, the next moment
	if d := o.desk("member1"); d.Digest.Seen || !strings.HasPrefix(d.reminders(), "talk_soon 党员之间谈话 罗海宁, talk_confirm") {
		t.Errorf("on Monday: %+v", d.reminders())
	}
	if s := o.desk("secretary1").Digest.Items; slices.ContainsFunc(s, func(r Reminder) bool { return r.Kind == RemindExcuse }) {
		t.Errorf("told twice: %+v", s)
	}
}
