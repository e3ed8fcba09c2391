package talk

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
	"xianfeng/internal/schedule"
)

// lateWithin is how many working days a talk of an occasion gets whose last day is
// over: it stays late, and has a day soon all the same.
const lateWithin = 10

// outcome is a plan as it would be stored.
type outcome struct {
	year    int
	branch  uuid.UUID
	from    calendar.Date
	plans   []planning
	dropped []dropping
	leftOut []LeftOut
	names   map[uuid.UUID]string
	at      map[uuid.UUID]org.Placement
}

// planning is a talk that is due, with its day or why it has none.
type planning struct {
	wanted
	id     uuid.UUID // of the talk to be made for it, once the plan is stored
	talker uuid.UUID // zero for nobody
	day    calendar.Date
	why    string
	moved  bool
}

func (p planning) isNew() bool { return p.was.ID == uuid.Nil }

// handed says that somebody else has to hold a talk: it is cancelled, and another takes
// its place, as what the two of a talk wrote must stay with them.
func (p planning) handed() bool {
	return !p.isNew() && p.talker != uuid.Nil && p.talker != p.was.Talker
}

// made says that there is a talk to be made. Where nobody is to hold it the plan names
// it, and there is no row to keep.
func (p planning) made() bool { return p.isNew() && p.talker != uuid.Nil || p.handed() }

// lost says that a talk had a day and has none.
func (p planning) lost() bool { return p.day.IsZero() && !p.was.PlannedOn.IsZero() }

func (w wanted) key() string {
	if w.was.Occasion != uuid.Nil {
		return w.was.ID.String()
	}
	first := uuid.Nil
	if len(w.holders) == 1 {
		first = w.holders[0]
	}
	return w.kind + "/" + first.String() + "/" + w.partner.String()
}

// plan puts what is due on days. Nothing new is put on today; what is planned for today
// stays there.
func (o office) plan(b busy, days calendar.Workdays, today calendar.Date) outcome {
	due, dropped, leftOut := o.reckon()
	out := outcome{year: o.year, branch: o.branch, from: o.from, dropped: dropped, leftOut: leftOut,
		names: map[uuid.UUID]string{}, at: map[uuid.UUID]org.Placement{}}
	for _, t := range o.talks {
		out.names[t.Talker], out.names[t.Partner] = t.TalkerName, t.PartnerName
	}
	for _, p := range o.staff {
		out.names[p.Person], out.at[p.Person] = p.Name, p
	}
	first := o.from
	if first == today {
		first = today.AddDays(1)
	}
	last := calendar.NewDate(o.year, time.December, 31)
	in := schedule.Input{Away: b.isAway, Limit: b.limit, Others: o.others(due, dropped)}
	of := map[string]wanted{}
	for _, w := range due {
		a := w.appointment(o.year, o.from, first, days)
		last = latest(last, a.DueBy)
		in.Appointments = append(in.Appointments, a)
		of[a.ID] = w
	}
	for d := o.from; !d.After(last); d = d.AddDays(1) {
		if days.IsWorkday(d) {
			in.Days = append(in.Days, d)
		}
	}
	made := schedule.Make(in)
	for _, p := range made.Placed {
		out.plans = append(out.plans, planning{wanted: of[p.ID], talker: p.Holder, day: p.Day, moved: p.Moved})
	}
	for _, u := range made.Unplaced {
		p := planning{wanted: of[u.ID], why: string(u.Why)}
		if p.talker = p.was.Talker; p.isNew() && len(p.holders) > 0 {
			p.talker = p.holders[0]
		}
		out.plans = append(out.plans, p)
	}
	slices.SortFunc(out.plans, func(a, b planning) int { return strings.Compare(a.key(), b.key()) })
	return out
}

func (w wanted) appointment(year int, from, first calendar.Date, days calendar.Workdays) schedule.Appointment {
	a := schedule.Appointment{ID: w.key(), Candidates: w.holders, With: w.partner, Priority: 1, Pinned: w.was.Pinned && !w.was.PlannedOn.IsZero(),
		NotBefore: calendar.NewDate(year, time.January, 1), DueBy: calendar.NewDate(year, time.December, 31)}
	if w.was.Occasion != uuid.Nil {
		a.Priority, a.Soon, a.NotBefore, a.DueBy = 0, true, w.was.NotBefore, w.was.DueOn
		if a.DueBy.Before(first) {
			a.DueBy = days.AddWorkdays(from, lateWithin)
		}
	}
	if w.was.PlannedOn != from {
		a.NotBefore = latest(a.NotBefore, first)
	}
	if !w.was.PlannedOn.IsZero() {
		a.Current = &schedule.Slot{Holder: w.was.Talker, Day: w.was.PlannedOn}
	}
	return a
}

// others are the talks on the calendar that this plan leaves alone.
func (o office) others(due []wanted, dropped []dropping) []schedule.Other {
	mine := map[uuid.UUID]bool{}
	for _, w := range due {
		mine[w.was.ID] = true
	}
	for _, d := range dropped {
		mine[d.ID] = true
	}
	var out []schedule.Other
	for _, t := range o.talks {
		if t.State == Planned && !mine[t.ID] && !t.PlannedOn.IsZero() {
			out = append(out, schedule.Other{Holder: t.Talker, With: t.Partner, Day: t.PlannedOn})
		}
	}
	return out
}

// show tells an outcome to people.
func (o outcome) show(types map[string]Type) Preview {
	p := Preview{Year: o.year, From: o.from, Digest: o.digest(), Due: len(o.plans), Added: []PlannedTalk{}, Moved: []MovedTalk{},
		Unplaced: []UnplacedTalk{}, Dropped: []DroppedTalk{}, LeftOut: o.leftOut, Talkers: []TalkerLoad{}, Days: []DayLoad{}}
	if p.LeftOut == nil {
		p.LeftOut = []LeftOut{}
	}
	for _, x := range o.plans {
		talker, partner, kind, was := o.names[x.talker], o.names[x.partner], types[x.kind].Name, dayOrNil(x.was.PlannedOn)
		switch {
		case x.day.IsZero():
			var names []string
			for _, h := range x.holders {
				names = append(names, o.names[h])
			}
			p.Unplaced = append(p.Unplaced, UnplacedTalk{strings.Join(names, "、"), partner, kind, x.why, was})
		case x.moved || x.handed():
			m := MovedTalk{TalkID: &x.was.ID, TalkerName: talker, PartnerName: partner, TypeName: kind, From: was, To: dayOrNil(x.day)}
			if x.handed() {
				m.FromTalker = o.names[x.was.Talker]
			}
			p.Moved = append(p.Moved, m)
		case x.was.PlannedOn.IsZero():
			p.Placed++
			p.Added = append(p.Added, PlannedTalk{talker, partner, kind, x.day})
		default:
			p.Kept++
		}
	}
	for _, d := range o.dropped {
		p.Dropped = append(p.Dropped, DroppedTalk{d.ID, d.TalkerName, d.PartnerName, types[d.Type].Name, dayOrNil(d.PlannedOn), d.reason})
	}
	slices.SortStableFunc(p.Added, func(a, b PlannedTalk) int { return a.Day.Compare(b.Day) })
	p.Added = p.Added[:min(len(p.Added), maxAdded)]
	slices.SortStableFunc(p.Moved, func(a, b MovedTalk) int { return a.To.Compare(*b.To) })
	p.Talkers, p.Days = o.loads()
	return p
}

func dayOrNil(d calendar.Date) *calendar.Date {
	if d.IsZero() {
		return nil
	}
	return &d
}

func (o outcome) loads() ([]TalkerLoad, []DayLoad) {
	days, talkers := map[calendar.Date]int{}, map[uuid.UUID]map[calendar.Date]int{}
	for _, p := range o.plans {
		if p.day.IsZero() {
			continue
		}
		if talkers[p.talker] == nil {
			talkers[p.talker] = map[calendar.Date]int{}
		}
		days[p.day]++
		talkers[p.talker][p.day]++
	}
	ofDays, ofTalkers := []DayLoad{}, []TalkerLoad{}
	for d, n := range days {
		ofDays = append(ofDays, DayLoad{d, n})
	}
	slices.SortFunc(ofDays, func(a, b DayLoad) int { return a.Day.Compare(b.Day) })
	for id, has := range talkers {
		t := TalkerLoad{TalkerID: id, TalkerName: o.names[id]}
		for d, n := range has {
			t.Talks += n
			t.Busiest = max(t.Busiest, n)
			t.Last = latest(t.Last, d)
			if t.First.IsZero() || d.Before(t.First) {
				t.First = d
			}
		}
		ofTalkers = append(ofTalkers, t)
	}
	slices.SortFunc(ofTalkers, func(a, b TalkerLoad) int {
		return cmp.Or(cmp.Compare(b.Talks, a.Talks), slices.Compare(a.TalkerID[:], b.TalkerID[:]))
	})
	return ofTalkers, ofDays
}
