package duty

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// history is all that duties are reckoned from, as plain values. reckonSlowly goes
// through it day by day and one by one: what the single statement has to equal.
type history struct {
	unit        uuid.UUID
	created     time.Time
	today       calendar.Date
	workdays    calendar.Workdays
	lines       []Duty
	branches    []placeOf
	groups      []placeOf
	departments []placeOf
	deputies    []stay // of departments
	leaders     []stay // of the office
	seats       []stay // of branches
	members     []stay // of branches; those who count
	records     []happened
	talks       []talked
	excuses     []Excuse
}

type placeOf struct {
	id, branch uuid.UUID
	from, to   calendar.Date // to is zero while it lasts
}

// stay is somebody at a place.
type stay struct {
	person, place uuid.UUID
	from, to      calendar.Date
	ended         time.Time // zero: not taken back
}

type happened struct {
	kind, organiser string
	place, branch   uuid.UUID
	at              time.Time
	state           string
	late            bool
	quorum          *bool
	came            []uuid.UUID // branches that somebody came from
}

type talked struct {
	kind      string
	year      int
	talker    uuid.UUID
	due, done calendar.Date
	state     string
}

func covers(from, to, d calendar.Date) bool {
	return !d.Before(from) && (to.IsZero() || !d.After(to))
}

func (s stay) holds(d calendar.Date) bool {
	return covers(s.from, s.to, d) && (s.ended.IsZero() || !d.After(calendar.DateOf(s.ended)))
}

func find(list []placeOf, id uuid.UUID) placeOf {
	return list[slices.IndexFunc(list, func(p placeOf) bool { return p.id == id })]
}

// there says whether an owner was there on a day.
func (h *history) there(owner string, id uuid.UUID, d calendar.Date) bool {
	switch owner {
	case OwnerBranch:
		b := find(h.branches, id)
		return covers(b.from, b.to, d)
	case OwnerGroup:
		g := find(h.groups, id)
		return covers(g.from, g.to, d) && h.there(OwnerBranch, g.branch, d)
	case OwnerDeputy:
		p := find(h.departments, id)
		return covers(p.from, p.to, d) && slices.ContainsFunc(h.deputies, func(s stay) bool { return s.place == id && s.holds(d) })
	}
	return true
}

func (h *history) owners(owner string) []uuid.UUID {
	var list []placeOf
	switch owner {
	case OwnerUnit:
		return []uuid.UUID{h.unit}
	case OwnerBranch:
		list = h.branches
	case OwnerGroup:
		list = h.groups
	case OwnerDeputy:
		list = h.departments
	case OwnerLeader:
		var out []uuid.UUID
		add := func(id uuid.UUID) {
			if !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
		for _, t := range h.talks {
			add(t.talker)
		}
		for _, s := range h.leaders {
			add(s.person)
		}
		return out
	}
	var out []uuid.UUID
	for _, p := range list {
		out = append(out, p.id)
	}
	return out
}

// committee says whether a branch has one on a day.
func (h *history) committee(branch uuid.UUID, d calendar.Date) bool {
	n := 0
	for _, m := range h.members {
		if m.place == branch && m.holds(d) {
			n++
		}
	}
	return n >= 7 || slices.ContainsFunc(h.seats, func(s stay) bool { return s.place == branch && s.holds(d) })
}

// counts says whether a record meets a line for an owner.
func counts(r happened, l Duty, owner uuid.UUID) bool {
	if r.state != "confirmed" || r.quorum != nil && !*r.quorum || r.kind != l.ActivityKind {
		return false
	}
	switch l.Owner {
	case OwnerUnit:
		return r.organiser == "unit"
	case OwnerBranch:
		return r.organiser == "branch" && r.place == owner || (r.organiser == "unit" || r.organiser == "project") && slices.Contains(r.came, owner)
	case OwnerGroup:
		return r.organiser == "group" && r.place == owner
	}
	return r.organiser == "department" && r.place == owner
}

// spans are the periods of a kind around some days, found by walking the days: a
// period is as long as its name stays the same.
func spans(every string, from, to calendar.Date) [][]calendar.Date {
	name := func(d calendar.Date) int {
		t := d.UTC()
		year, week := t.ISOWeek()
		switch every {
		case EveryWeek:
			return year*100 + week
		case EveryMonth:
			return t.Year()*100 + int(t.Month())
		case EveryQuarter:
			return t.Year()*100 + (int(t.Month())+2)/3
		}
		return t.Year()
	}
	var out [][]calendar.Date
	for d := from.AddDays(-400); d.Before(to.AddDays(400)); d = d.AddDays(1) {
		if n := len(out); n > 0 && name(out[n-1][0]) == name(d) {
			out[n-1] = append(out[n-1], d)
		} else {
			out = append(out, []calendar.Date{d})
		}
	}
	return slices.DeleteFunc(out, func(days []calendar.Date) bool { return days[len(days)-1].Before(from) || days[0].After(to) })
}

// begun is when the office began to keep records.
func (h *history) begun() calendar.Date {
	first := h.created
	for _, r := range h.records {
		if r.state == "confirmed" && r.at.Before(first) {
			first = r.at
		}
	}
	return calendar.DateOf(first)
}

func (h *history) reckonSlowly(from, to calendar.Date) []Cell {
	var out []Cell
	for _, l := range h.lines {
		if l.Owner == OwnerMember {
			continue
		}
		for _, days := range spans(l.Period, from, to) {
			first, last := days[0], days[len(days)-1]
			if first.After(h.today) || first.Before(l.ValidFrom) || l.ValidTo != nil && last.After(*l.ValidTo) {
				continue
			}
			for _, id := range h.owners(l.Owner) {
				if c, ok := h.cell(l, id, days); ok {
					out = append(out, c)
				}
			}
		}
	}
	return out
}

func (h *history) cell(l Duty, id uuid.UUID, days []calendar.Date) (Cell, bool) {
	c := Cell{Code: l.Code, Every: l.Period, Owner: l.Owner, OwnerID: id, First: days[0], Last: days[len(days)-1], State: Missed}
	some, whole := false, true
	for _, d := range days {
		if h.there(l.Owner, id, d) {
			some = true
		} else {
			whole = false
		}
	}
	needed := h.needed(l, id, days)
	if !some || l.Owner == OwnerLeader && needed == 0 {
		return c, false
	}
	c.Held, c.FiledLate = h.held(l, id, days)
	for _, e := range h.excuses {
		open := e.State == Asked || e.State == Approved
		if e.Code == c.Code && e.OwnerID == id && e.First == c.First && (open || e.State == Refused && c.ReasonState == "") {
			c.Reason, c.ReasonState = e.Reason, e.State
		}
	}
	running := !c.Last.Before(h.today)
	switch {
	case needed == 0:
		c.State = None
	case c.Held >= needed && c.Held-c.FiledLate >= needed:
		c.State = Met
	case c.Held >= needed:
		c.State = Late
	case !whole:
		c.State = None
	case c.ReasonState == Approved:
		c.State = Excused
	case running:
		c.State = Due
	case c.First.Before(h.begun()):
		c.State = None
	}
	if c.State != None {
		c.Owed = needed
	}
	return c, true
}

// needed is how many records or talks a period asks of an owner.
func (h *history) needed(l Duty, id uuid.UUID, days []calendar.Date) int {
	n := l.Times
	if l.Period == EveryWeek {
		worked := 0
		for _, d := range days {
			if h.workdays.IsWorkday(d) {
				worked++
			}
		}
		n = min(n, worked)
	}
	last := days[len(days)-1]
	if h.today.Before(last) {
		last = h.today
	}
	switch {
	case l.Committee && !h.committee(id, last):
		return 0
	case l.Owner == OwnerLeader:
		n = 0
		for _, t := range h.talks {
			if t.kind == l.TalkType && t.talker == id && t.year == days[0].Year && t.state != "cancelled" {
				n++
			}
		}
		if n == 0 && !slices.ContainsFunc(days, func(d calendar.Date) bool { return !d.After(last) && !h.leads(id, d) }) {
			n = 1 // of a leader from the beginning on, planned or not
		}
	}
	return n
}

func (h *history) leads(person uuid.UUID, d calendar.Date) bool {
	return slices.ContainsFunc(h.leaders, func(s stay) bool { return s.person == person && s.holds(d) })
}

func (h *history) held(l Duty, id uuid.UUID, days []calendar.Date) (held, late int) {
	if l.Owner == OwnerLeader {
		for _, t := range h.talks {
			if t.kind == l.TalkType && t.talker == id && t.year == days[0].Year && (t.state == "reported" || t.state == "confirmed") {
				held++
				if t.done.After(t.due) {
					late++
				}
			}
		}
		return held, late
	}
	for _, r := range h.records {
		if slices.Contains(days, calendar.DateOf(r.at)) && counts(r, l, id) {
			held++
			if r.late {
				late++
			}
		}
	}
	return held, late
}
