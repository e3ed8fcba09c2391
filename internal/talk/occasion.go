package talk

import (
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/schedule"
)

// found is how many days back occasions are looked for.
const found = 60

// oneTransfer is within how many days what moves somebody is one transfer: branch and
// department seldom change on the same day.
const oneTransfer = 30

// NotedOccasion is something that made a talk due, found or noted by hand.
type NotedOccasion struct {
	ID         uuid.UUID     `json:"id"`
	Kind       string        `json:"kind" enum:"post_change,transfer,commendation,discipline,hardship"`
	KindName   string        `json:"kind_name"`
	PersonID   uuid.UUID     `json:"person_id"`
	PersonName string        `json:"person_name"`
	HappenedOn calendar.Date `json:"happened_on"`
	Noted      bool          `json:"noted" doc:"By hand"`
	TalkID     *uuid.UUID    `json:"talk_id,omitempty"`
	Dismissed  bool          `json:"dismissed"`
	MayDismiss bool          `json:"may_dismiss" doc:"You may put it aside: it is not about you, you do not hold its talk, and that was not held yet"`

	// Of the talk, if there is one.
	TalkerID  *uuid.UUID `json:"-"`
	TalkState string     `json:"-"`
}

// concerned are those who do not put it aside themselves.
func (o NotedOccasion) concerned() []uuid.UUID { return []uuid.UUID{o.PersonID, given(o.TalkerID)} }

// open says whether it can still be put aside.
func (o NotedOccasion) open() bool {
	return !o.Dismissed && (o.TalkID == nil || o.TalkState == Planned)
}

// OccasionPage is a part of the list, the latest first.
type OccasionPage struct {
	Items []NotedOccasion `json:"items"`
	Next  string          `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total int             `json:"total"`
}

// kept is an occasion as stored.
type kept struct {
	Occasion
	id uuid.UUID
	// open: neither put aside nor talked about yet.
	open bool
	// byHand: noted by somebody, who alone takes it back.
	byHand bool
	// undone: put aside because what it was found in was taken back.
	undone bool
}

// arrived says what is new among what the sources tell, and which of the stored ones
// they tell no longer. Only days from first to today make something new.
func arrived(told []Occasion, stored []kept, first, today calendar.Date) (fresh []Occasion, gone []uuid.UUID) {
	type source struct {
		kind string
		id   uuid.UUID
	}
	seen := map[source]bool{}
	transfers := map[uuid.UUID][]calendar.Date{}
	for _, k := range stored {
		seen[source{k.Kind, k.Source}] = true
		if k.Kind == TypeTransfer && !k.undone {
			transfers[k.Person] = append(transfers[k.Person], k.On)
		}
	}
	stands := map[source]bool{}
	slices.SortStableFunc(told, func(a, b Occasion) int { return a.On.Compare(b.On) })
	for _, o := range told {
		key := source{o.Kind, o.Source}
		stands[key] = true
		if seen[key] || o.On.Before(first) || o.On.After(today) {
			continue
		}
		seen[key] = true
		if o.Kind == TypeTransfer {
			same := func(day calendar.Date) bool { d := day.Sub(o.On); return -oneTransfer <= d && d <= oneTransfer }
			if slices.ContainsFunc(transfers[o.Person], same) {
				continue
			}
			transfers[o.Person] = append(transfers[o.Person], o.On)
		}
		fresh = append(fresh, o)
	}
	for _, k := range stored {
		if k.open && !k.byHand && !stands[source{k.Kind, k.Source}] {
			gone = append(gone, k.id)
		}
	}
	return fresh, gone
}

// chain is who holds the talk of an occasion: whom the type names, and who stands in
// where there is nobody such, or it is the person themself.
func chain(talker string) []string {
	branch := []string{TalkerSecretary, "deputy_secretary", "committee_member"}
	switch talker {
	case TalkerSecretary:
		return append(branch, TalkerDeputy, TalkerLeader)
	case TalkerDepartmentHead:
		return []string{TalkerDepartmentHead, TalkerDeputy, TalkerLeader}
	case TalkerDeputy:
		return append([]string{TalkerDeputy, TalkerLeader}, branch...)
	}
	return append([]string{TalkerLeader, TalkerDeputy}, branch...)
}

// waiting is an occasion that has no talk yet.
type waiting struct {
	id, person uuid.UUID
	kind       string
	name       string // of the person
	on, found  calendar.Date
	talker     string
	within     int
	branch     uuid.UUID
	department uuid.UUID
	candidates map[string]uuid.UUID // by what they are to the person
}

// who holds it; zero where there is nobody.
func (w waiting) who() uuid.UUID {
	for _, role := range chain(w.talker) {
		if id := w.candidates[role]; id != uuid.Nil {
			return id
		}
	}
	return uuid.Nil
}

// arranged is a talk to be made for an occasion.
type arranged struct {
	waiting
	id        uuid.UUID
	talkerID  uuid.UUID
	dueOn     calendar.Date
	plannedOn calendar.Date // zero where no day was found
	unplaced  string
}

// arrange finds talkers and days: the first day that is free for both, from tomorrow
// on, so that both can see it coming. Talks on the calendar stay where they are. Days
// count from when the occasion was known, where that is later than the occasion itself.
func arrange(all []waiting, others []schedule.Other, b busy, days calendar.Workdays, today calendar.Date, newID func() uuid.UUID) []arranged {
	var out []arranged
	in := schedule.Input{Others: others, Away: b.isAway, Limit: b.limit}
	last := today
	for _, w := range all {
		talker := w.who()
		if talker == uuid.Nil {
			continue
		}
		a := arranged{waiting: w, id: newID(), talkerID: talker, dueOn: days.AddWorkdays(latest(w.on, w.found), w.within)}
		last = latest(last, a.dueOn)
		out = append(out, a)
		in.Appointments = append(in.Appointments, schedule.Appointment{ID: w.id.String(), Candidates: []uuid.UUID{talker}, With: w.person,
			NotBefore: today.AddDays(1), DueBy: a.dueOn, Soon: true})
	}
	for day := today.AddDays(1); !day.After(last); day = day.AddDays(1) {
		if days.IsWorkday(day) {
			in.Days = append(in.Days, day)
		}
	}
	plan := schedule.Make(in)
	for i := range out {
		id := out[i].waiting.id.String()
		for _, p := range plan.Placed {
			if p.ID == id {
				out[i].plannedOn = p.Day
			}
		}
		for _, u := range plan.Unplaced {
			if u.ID == id {
				out[i].unplaced = string(u.Why)
			}
		}
	}
	return out
}

// busy is who is away, and how many talks each may hold on a day.
type busy struct {
	away    map[uuid.UUID][][2]calendar.Date
	perDay  map[uuid.UUID][]perDay
	setting int
}

// perDay is a leader's own number of talks a day, while it holds.
type perDay struct {
	from, to calendar.Date // to is zero where it has no end
	most     int
}

func (b busy) isAway(person uuid.UUID, day calendar.Date) bool {
	return slices.ContainsFunc(b.away[person], func(s [2]calendar.Date) bool { return !day.Before(s[0]) && !day.After(s[1]) })
}

// limit is the leader's own number of that day, the highest of several, or the setting.
func (b busy) limit(holder uuid.UUID, day calendar.Date) int {
	most := 0
	for _, p := range b.perDay[holder] {
		if !day.Before(p.from) && (p.to.IsZero() || !day.After(p.to)) {
			most = max(most, p.most)
		}
	}
	if most > 0 {
		return most
	}
	return b.setting
}

// OccasionStates are what the list can be narrowed to: without a talk, with one, put
// aside.
func OccasionStates() []string { return []string{"open", "arranged", "dismissed"} }

func checkOccasion(kind string, on, today calendar.Date) error {
	switch {
	case !occasional(kind):
		return fault.Field("kind", "请选择事由")
	case !on.Valid():
		return fault.Field("happened_on", "请填写发生的日期")
	case on.After(today):
		return fault.Field("happened_on", "发生的日期不能晚于今天")
	case on.Before(today.AddDays(-horizon)):
		return fault.Field("happened_on", "发生的日期不能早于一年以前")
	}
	return nil
}
