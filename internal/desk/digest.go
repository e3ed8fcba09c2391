package desk

import (
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/duty"
)

// The kinds of reminders, in the order of the digest. Each comes at its moments, which
// are working days, and at no other:
//
//	talk_soon      the working day before a talk of mine, and its day
//	talk_late      the first working day of a week: talks that I hold, past their last day
//	talk_confirm   the first working day after the other one reported it, and the first of each later week
//	duty_due       the day on which five working days of the period are left, or its first where it has no more; the last one
//	duty_missed    the first working day after the period
//	plan_due       two working days before the last day to file the quarter's plan; that day; the first after it
//	followup_due   the last working day up to the day; over, the first of each week
//	excuse_decided the first working day after the decision
const (
	RemindTalkSoon    = "talk_soon"
	RemindTalkLate    = "talk_late"
	RemindTalkConfirm = "talk_confirm"
	RemindDutyDue     = "duty_due"
	RemindDutyMissed  = "duty_missed"
	RemindPlanDue     = "plan_due"
	RemindFollowup    = "followup_due"
	RemindExcuse      = "excuse_decided"
)

// daysLeft is how many working days are left of a period when its duty is called to
// mind; planAhead how many working days before its day the plan is.
const (
	daysLeft  = 5
	planAhead = 2
)

// Digest is the reminders of a day, for whoever signed in.
type Digest struct {
	Items []Reminder `json:"items" doc:"Empty on days off, and on most others"`
	Seen  bool       `json:"seen" doc:"Put aside for today"`
}

// Reminder is one of them: its parts, for the page to put in words.
type Reminder struct {
	Kind       string            `json:"kind" enum:"talk_soon,talk_late,talk_confirm,duty_due,duty_missed,plan_due,followup_due,excuse_decided"`
	Name       string            `json:"name" doc:"The type of talk, the duty, the matter"`
	Who        string            `json:"who,omitempty" doc:"The other one of a talk; the place that owes"`
	Day        *calendar.Date    `json:"day,omitempty" doc:"Of the talk; the last day of all else"`
	At         string            `json:"at,omitempty" doc:"15:04"`
	Count      int               `json:"count,omitempty" doc:"Of talks that are late: how many"`
	Approved   bool              `json:"approved,omitempty" doc:"Of an excuse"`
	TalkID     *uuid.UUID        `json:"talk_id,omitempty"`
	FollowupID *uuid.UUID        `json:"followup_id,omitempty"`
	BranchID   *uuid.UUID        `json:"branch_id,omitempty"`
	Quarter    *calendar.Quarter `json:"quarter,omitempty"`
	Code       string            `json:"code,omitempty" doc:"With owner, owner_id and first: the cell of a duty"`
	Owner      string            `json:"owner,omitempty"`
	OwnerID    *uuid.UUID        `json:"owner_id,omitempty"`
	First      *calendar.Date    `json:"first,omitempty"`
}

// facts are what reminders are made of, all of one person.
type facts struct {
	talks     []OwnTalk
	cells     []duty.Cell // that they answer for and that are not met
	plans     []planFact  // of the branches they answer for, not filed
	followups []followupFact
	excuses   []excuseFact
}

type planFact struct {
	Branch     uuid.UUID
	BranchName string
	Quarter    calendar.Quarter
	DueOn      calendar.Date
}

type followupFact struct {
	ID     uuid.UUID
	Matter string
	DueOn  calendar.Date
}

type excuseFact struct {
	Code, Name, Owner string
	OwnerID           uuid.UUID
	First             calendar.Date
	Approved          bool
	DecidedOn         calendar.Date
}

// remind makes the digest of a day: what has its moment on it. Of a day off there is
// none.
func remind(today calendar.Date, w calendar.Workdays, f facts) []Reminder {
	out := []Reminder{}
	if !w.IsWorkday(today) {
		return out
	}
	m := moments{today, w}
	var late []OwnTalk
	for _, t := range f.talks {
		switch {
		case t.ToConfirm:
			if m.after(*t.ReportedOn) || m.weekly(*t.ReportedOn) {
				out = append(out, t.reminder(RemindTalkConfirm))
			}
		case t.State != talkPlanned:
		case t.Day != nil && m.soon(*t.Day):
			out = append(out, t.reminder(RemindTalkSoon))
		case t.Talker && today.After(t.DueOn) && m.firstOfWeek():
			late = append(late, t)
		}
	}
	if len(late) > 0 {
		slices.SortFunc(late, func(a, b OwnTalk) int { return a.DueOn.Compare(b.DueOn) })
		r := late[0].reminder(RemindTalkLate)
		r.Day, r.At, r.Count = &late[0].DueOn, "", len(late)
		if len(late) > 1 {
			r.TalkID = nil
		}
		out = append(out, r)
	}
	for _, c := range f.cells {
		switch {
		case c.State == duty.Due && (m.left(c.First, c.Last) || m.last(c.Last)):
			out = append(out, cellReminder(RemindDutyDue, c))
		case c.State == duty.Missed && m.after(c.Last):
			out = append(out, cellReminder(RemindDutyMissed, c))
		}
	}
	for _, p := range f.plans {
		if today == w.AddWorkdays(p.DueOn, -planAhead) || m.last(p.DueOn) || m.after(p.DueOn) {
			out = append(out, Reminder{Kind: RemindPlanDue, Name: p.Quarter.Chinese(), Who: p.BranchName, Day: &p.DueOn, BranchID: &p.Branch, Quarter: &p.Quarter})
		}
	}
	for _, u := range f.followups {
		if m.last(u.DueOn) || m.weekly(u.DueOn) {
			out = append(out, Reminder{Kind: RemindFollowup, Name: u.Matter, Day: &u.DueOn, FollowupID: &u.ID})
		}
	}
	for _, e := range f.excuses {
		if m.after(e.DecidedOn) {
			out = append(out, Reminder{Kind: RemindExcuse, Name: e.Name, Day: &e.DecidedOn, Approved: e.Approved, Code: e.Code, Owner: e.Owner, OwnerID: &e.OwnerID, First: &e.First})
		}
	}
	order := []string{RemindTalkSoon, RemindTalkConfirm, RemindDutyMissed, RemindDutyDue, RemindPlanDue, RemindFollowup, RemindTalkLate, RemindExcuse}
	slices.SortStableFunc(out, func(a, b Reminder) int { return slices.Index(order, a.Kind) - slices.Index(order, b.Kind) })
	return out
}

func cellReminder(kind string, c duty.Cell) Reminder {
	r := Reminder{Kind: kind, Name: c.Name, Who: c.BranchName, Day: &c.Last, Code: c.Code, Owner: c.Owner, OwnerID: &c.OwnerID, First: &c.First}
	switch c.Owner {
	case duty.OwnerGroup:
		r.Who += c.OwnerName
	case duty.OwnerDeputy:
		r.Who = c.OwnerName
	}
	return r
}

// moments answers whether a working day is the moment for something.
type moments struct {
	today calendar.Date
	w     calendar.Workdays
}

// after: the first working day after a day.
func (m moments) after(d calendar.Date) bool {
	return d.Before(m.today) && m.w.WorkdaysBetween(d, m.today) == 1
}

// last: the last working day up to a day.
func (m moments) last(d calendar.Date) bool {
	return !d.Before(m.today) && m.w.WorkdaysBetween(m.today, d) == 0
}

// soon: the day itself, or the last working day before it.
func (m moments) soon(d calendar.Date) bool {
	return d == m.today || m.last(d.AddDays(-1))
}

// left: the day on which so many working days are left of a period as are called to
// mind, or the first working day of one that has no more.
func (m moments) left(first, last calendar.Date) bool {
	if m.today.Before(first) || m.today.After(last) {
		return false
	}
	left := m.w.WorkdaysBetween(m.today.AddDays(-1), last)
	return left == daysLeft || left < daysLeft && m.w.WorkdaysBetween(first.AddDays(-1), m.today) == 1
}

// firstOfWeek: the first working day of a week from Monday to Sunday.
func (m moments) firstOfWeek() bool {
	return m.w.WorkdaysBetween(monday(m.today).AddDays(-1), m.today) == 1
}

// weekly: the first working day of each week after that of a day.
func (m moments) weekly(d calendar.Date) bool {
	return m.firstOfWeek() && monday(d).Before(monday(m.today))
}

func monday(d calendar.Date) calendar.Date { return d.AddDays(-(int(d.Weekday()) + 6) % 7) }
