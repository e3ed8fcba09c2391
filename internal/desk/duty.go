package desk

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// duty is one line of rule 32 as far as branches owe it: a kind of activity, and how
// often. Meetings of groups are owed by each group.
type duty struct {
	kind      string
	every     string
	byGroup   bool
	committee bool // owed where there is a committee
}

// The periods of duties.
const (
	everyMonth   = "month"
	everyQuarter = "quarter"
)

// duties are those that the calendar shows, in the order people read them.
func duties() []duty {
	return []duty{
		{kind: "branch_meeting", every: everyQuarter},
		{kind: "committee_meeting", every: everyMonth, committee: true},
		{kind: "group_meeting", every: everyMonth, byGroup: true},
		{kind: "party_lecture", every: everyQuarter},
		{kind: "party_day", every: everyMonth},
	}
}

// committeeFrom is how many members a branch has to have for a committee.
const committeeFrom = 7

// months is how far back the calendar reaches, the running one included.
const months = 12

// Calendar is a heat grid: branches down, periods across, a row for each duty.
type Calendar struct {
	Months   []string         `json:"months" doc:"2026-01, oldest first"`
	Branches []BranchCalendar `json:"branches"`
}

// BranchCalendar is one branch's part.
type BranchCalendar struct {
	ID     uuid.UUID `json:"id"`
	Name   string    `json:"name"`
	Duties []Duty    `json:"duties"`
}

// Duty is one duty of a branch over the periods.
type Duty struct {
	Kind     string   `json:"kind"`
	KindName string   `json:"kind_name"`
	Every    string   `json:"every" enum:"month,quarter"`
	Periods  []Period `json:"periods" doc:"Oldest first"`
}

// Period is one cell: how many of those who owe it have met it.
type Period struct {
	Period string        `json:"period" doc:"2026-11 or 2026Q4"`
	First  calendar.Date `json:"first"`
	Last   calendar.Date `json:"last"`
	Owed   int           `json:"owed" doc:"1, or the number of groups; 0 where it is not owed"`
	Met    int           `json:"met"`
	State  string        `json:"state" enum:"met,partial,due,missed,none" doc:"none: not owed, or before the office kept records here"`
}

// periods are those of a duty that touch the months up to today, oldest first.
func periods(every string, today calendar.Date) []Period {
	var out []Period
	first := monthsBack(today, months-1)
	if every == everyQuarter {
		for q := calendar.QuarterOf(first); !q.First().After(today); q = q.Next() {
			out = append(out, Period{Period: q.String(), First: q.First(), Last: q.Last()})
		}
		return out
	}
	for n := months - 1; n >= 0; n-- {
		m := monthsBack(today, n)
		out = append(out, Period{Period: monthName(m), First: m, Last: monthsBack(today, n-1).AddDays(-1)})
	}
	return out
}

// monthsBack is the first day of the month n before that of a day.
func monthsBack(d calendar.Date, n int) calendar.Date {
	t := time.Date(d.Year, d.Month-time.Month(n), 1, 0, 0, 0, 0, time.UTC)
	return calendar.NewDate(t.Year(), t.Month(), 1)
}

func monthName(d calendar.Date) string { return fmt.Sprintf("%04d-%02d", d.Year, d.Month) }

// branch is a branch that owes duties.
type branch struct {
	ID        uuid.UUID
	Name      string
	ValidFrom calendar.Date
	Members   int  // full and probationary
	Committee bool // has members of a committee
	groups    []group
}

// group is a group of a branch.
type group struct {
	ID        uuid.UUID
	BranchID  uuid.UUID
	Name      string
	ValidFrom calendar.Date
}

// held counts the confirmed records that meet a duty, by who owes it and month; who
// is a branch, or a group for what groups owe.
type held map[holding]int

type holding struct {
	kind  string
	who   uuid.UUID
	month calendar.Date // its first day
}

func (h held) within(kind string, who uuid.UUID, p Period) int {
	n := 0
	for m := p.First; !m.After(p.Last); m = monthsBack(m, -1) {
		n += h[holding{kind, who, m}]
	}
	return n
}

// owes says who owes the duty in a period: the branch, or its groups of that time.
func (b branch) owes(d duty, p Period) []uuid.UUID {
	switch {
	case b.ValidFrom.After(p.Last), d.committee && !b.Committee && b.Members < committeeFrom:
		return nil
	case !d.byGroup:
		return []uuid.UUID{b.ID}
	}
	var out []uuid.UUID
	for _, g := range b.groups {
		if !g.ValidFrom.After(p.Last) {
			out = append(out, g.ID)
		}
	}
	return out
}

// fill judges a period. since is when the office began to keep records here: of a
// time before, nothing is called missed.
func (p *Period) fill(owing []uuid.UUID, kind string, h held, today, since calendar.Date) (unmet []uuid.UUID) {
	for _, who := range owing {
		if h.within(kind, who, *p) > 0 {
			p.Met++
		} else {
			unmet = append(unmet, who)
		}
	}
	p.Owed = len(owing)
	running := !p.Last.Before(today)
	switch {
	case p.Owed == 0:
		p.State = "none"
	case p.Met == p.Owed:
		p.State = "met"
	case !running && p.Met == 0 && p.First.Before(since):
		p.State = "none"
	case p.Met > 0:
		p.State = "partial"
	case running:
		p.State = "due"
	default:
		p.State = "missed"
	}
	return unmet
}

// lay lays the calendar out, and lists what is still owed in the running periods.
// names are those of the kinds.
func lay(branches []branch, names map[string]string, h held, today, since calendar.Date) (Calendar, []Owed) {
	c := Calendar{Branches: []BranchCalendar{}}
	for _, p := range periods(everyMonth, today) {
		c.Months = append(c.Months, p.Period)
	}
	var owed []Owed
	for _, b := range branches {
		bc := BranchCalendar{ID: b.ID, Name: b.Name}
		for _, d := range duties() {
			line := Duty{Kind: d.kind, KindName: names[d.kind], Every: d.every, Periods: periods(d.every, today)}
			for i := range line.Periods {
				p := &line.Periods[i]
				unmet := p.fill(b.owes(d, *p), d.kind, h, today, since)
				if p.Last.Before(today) {
					continue
				}
				for _, who := range unmet {
					owed = append(owed, b.owed(d, names[d.kind], *p, who))
				}
			}
			bc.Duties = append(bc.Duties, line)
		}
		c.Branches = append(c.Branches, bc)
	}
	slices.SortStableFunc(owed, func(a, b Owed) int { return a.Due.Compare(b.Due) })
	return c, owed
}

func (b branch) owed(d duty, name string, p Period, who uuid.UUID) Owed {
	o := Owed{Kind: d.kind, KindName: name, Period: p.Period, Due: p.Last, BranchID: b.ID, BranchName: b.Name}
	if i := slices.IndexFunc(b.groups, func(g group) bool { return g.ID == who }); d.byGroup && i >= 0 {
		o.GroupID, o.GroupName = &who, b.groups[i].Name
	}
	return o
}
