package schedule

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"xianfeng/internal/calendar"
)

func person(n int) uuid.UUID { return uuid.UUID{15: byte(n), 14: byte(n >> 8)} }

func day(n int) calendar.Date { return calendar.NewDate(2026, 3, 2).AddDays(n) }

// world is an input that rapid draws; leave is who is away when.
type world struct {
	Input
	leave map[Slot]bool
	limit map[uuid.UUID]int
}

func (w *world) seal() {
	w.Away = func(p uuid.UUID, d calendar.Date) bool { return w.leave[Slot{p, d}] }
	w.Limit = func(p uuid.UUID, _ calendar.Date) int { return w.limit[p] }
}

func drawWorld(t *rapid.T, appointments, holders, days int) *world {
	w := &world{leave: map[Slot]bool{}, limit: map[uuid.UUID]int{}}
	for d := range days {
		if rapid.IntRange(0, 4).Draw(t, "works") > 0 {
			w.Days = append(w.Days, day(d))
		}
	}
	partners := 4
	for p := range holders + partners {
		w.limit[person(p)] = rapid.IntRange(1, 2).Draw(t, "limit")
		for d := range days {
			if rapid.IntRange(0, 4).Draw(t, "away") == 0 {
				w.leave[Slot{person(p), day(d)}] = true
			}
		}
	}
	n := rapid.IntRange(1, appointments).Draw(t, "appointments")
	for i := range n {
		a := Appointment{ID: fmt.Sprint("a", i), With: person(holders + rapid.IntRange(0, partners-1).Draw(t, "with")),
			Priority: rapid.IntRange(0, 1).Draw(t, "priority"), Soon: rapid.Bool().Draw(t, "soon")}
		for h := range holders {
			if rapid.Bool().Draw(t, "may hold") {
				a.Candidates = append(a.Candidates, person(h))
			}
		}
		first := rapid.IntRange(0, days-1).Draw(t, "not before")
		a.NotBefore, a.DueBy = day(first), day(rapid.IntRange(first, days-1).Draw(t, "due by"))
		if rapid.Bool().Draw(t, "planned") {
			a.Current = &Slot{person(rapid.IntRange(0, holders-1).Draw(t, "holder")), day(rapid.IntRange(-1, days-1).Draw(t, "day"))}
			a.Pinned = rapid.IntRange(0, 3).Draw(t, "pinned") == 0
		}
		w.Appointments = append(w.Appointments, a)
	}
	for range rapid.IntRange(0, 2).Draw(t, "others") {
		w.Others = append(w.Others, Other{person(rapid.IntRange(0, holders-1).Draw(t, "holder")), person(holders), day(rapid.IntRange(0, days-1).Draw(t, "day"))})
	}
	w.seal()
	return w
}

// can says whether an appointment may have a slot, limits apart.
func (w *world) can(a Appointment, s Slot) bool {
	return slices.Contains(a.Candidates, s.Holder) && slices.Contains(w.Days, s.Day) &&
		!s.Day.Before(a.NotBefore) && !s.Day.After(a.DueBy) && !w.leave[s] && !w.leave[Slot{a.With, s.Day}]
}

// keeps says whether a pinned appointment's day is possible, limits apart.
func (w *world) keeps(a Appointment) bool {
	return a.Pinned && slices.Contains(a.Candidates, a.Current.Holder) && slices.Contains(w.Days, a.Current.Day) &&
		!w.leave[*a.Current] && !w.leave[Slot{a.With, a.Current.Day}]
}

// room is what the limits leave beside what stands.
func (w *world) room() map[Slot]int {
	out := map[Slot]int{}
	for p, l := range w.limit {
		for _, d := range w.Days {
			out[Slot{p, d}] = l
		}
	}
	for _, o := range w.Others {
		out[Slot{o.Holder, o.Day}]--
	}
	return out
}

func (w *world) check(t *rapid.T, p Plan) {
	of := map[string]Appointment{}
	for _, a := range w.Appointments {
		of[a.ID] = a
	}
	if len(p.Placed)+len(p.Unplaced) != len(of) {
		t.Fatalf("%d placed and %d named of %d", len(p.Placed), len(p.Unplaced), len(of))
	}
	used := map[Slot]int{}
	for _, x := range p.Placed {
		a, s := of[x.ID], Slot{x.Holder, x.Day}
		used[s]++
		if !w.can(a, s) && (!w.keeps(a) || *a.Current != s) {
			t.Fatalf("%s cannot be on %v", x.ID, s)
		}
		if moved := a.Current != nil && *a.Current != s; moved != x.Moved {
			t.Fatalf("%s: moved %v", x.ID, x.Moved)
		}
		delete(of, x.ID)
	}
	room := w.room()
	for s, n := range used {
		if n > room[s] {
			t.Fatalf("%v holds %d of %d", s, n, room[s])
		}
	}
	for _, x := range p.Unplaced {
		w.checkWhy(t, of[x.ID], x.Why, used, room)
	}
}

// checkWhy reckons each reason out of the input anew.
func (w *world) checkWhy(t *rapid.T, a Appointment, why Why, used, room map[Slot]int) {
	var inside, there, both int
	free := false
	for _, d := range w.Days {
		if d.Before(a.NotBefore) || d.After(a.DueBy) {
			continue
		}
		inside++
		if w.leave[Slot{a.With, d}] {
			continue
		}
		there++
		for _, h := range a.Candidates {
			if s := (Slot{h, d}); !w.leave[s] {
				both++
				free = free || used[s] < room[s]
			}
		}
	}
	truth := map[Why]bool{NoTalker: len(a.Candidates) == 0, NoDays: inside == 0, PartnerAway: inside > 0 && there == 0,
		TalkerAway: there > 0 && both == 0, TalkerFull: both > 0 && !free}
	if !truth[why] {
		t.Fatalf("%s: %s is not true", a.ID, why)
	}
}

func TestPlanHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 12, 4, 6)
		p := Make(w.Input)
		w.check(t, p)

		shuffled := w.Input
		shuffled.Appointments = slices.Clone(w.Appointments)
		seed := rapid.Uint64().Draw(t, "seed")
		r := rand.New(rand.NewPCG(seed, 1))
		r.Shuffle(len(shuffled.Appointments), func(i, j int) {
			shuffled.Appointments[i], shuffled.Appointments[j] = shuffled.Appointments[j], shuffled.Appointments[i]
		})
		for i, a := range shuffled.Appointments {
			shuffled.Appointments[i].Candidates = slices.Clone(a.Candidates)
			slices.Reverse(shuffled.Appointments[i].Candidates)
		}
		if again := Make(shuffled); !slices.Equal(p.Placed, again.Placed) || !slices.Equal(p.Unplaced, again.Unplaced) {
			t.Fatalf("another order, another plan:\n%v\n%v", p, again)
		}

		own := w.Input
		own.Appointments = slices.Clone(w.Appointments)
		for i := range own.Appointments {
			own.Appointments[i].Current, own.Appointments[i].Pinned = nil, false
			for _, x := range p.Placed {
				if x.ID == own.Appointments[i].ID {
					own.Appointments[i].Current = &Slot{x.Holder, x.Day}
					own.Appointments[i].Pinned = w.Appointments[i].Pinned
				}
			}
		}
		again := Make(own)
		if !slices.EqualFunc(p.Placed, again.Placed, func(a, b Placed) bool {
			return a.ID == b.ID && a.Holder == b.Holder && a.Day == b.Day && !b.Moved
		}) {
			t.Fatalf("planned again, something moved:\n%v\n%v", p, again)
		}
	})
}

// best is the slow reference: every way to place some of the appointments, the ranks
// in it compared first, then how many are moved.
type best struct {
	w     *world
	list  []Appointment
	room  map[Slot]int
	now   []int
	found []int // by rank: -1 not placed, 0 stays or is new, 1 moved
}

func (b *best) try(i int) {
	if i == len(b.list) {
		if b.found == nil || better(b.now, b.found) {
			b.found = slices.Clone(b.now)
		}
		return
	}
	a := b.list[i]
	for h := range a.Candidates {
		for _, d := range b.w.Days {
			s := Slot{a.Candidates[h], d}
			if b.room[s] <= 0 || !b.w.can(a, s) {
				continue
			}
			b.room[s]--
			moved := 0
			if a.Current != nil && *a.Current != s {
				moved = 1
			}
			b.now = append(b.now, moved)
			b.try(i + 1)
			b.now = b.now[:i]
			b.room[s]++
		}
	}
	b.now = append(b.now, -1)
	b.try(i + 1)
	b.now = b.now[:i]
}

func better(a, b []int) bool {
	var moves int
	for i := range a {
		if (a[i] < 0) != (b[i] < 0) {
			return b[i] < 0
		}
		moves += a[i] - b[i]
	}
	return moves < 0
}

// TestPlanIsTheBest compares with every plan there is: nobody of a higher rank is
// left out for one of a lower, as many as can be are placed, and as few as can be are
// moved.
func TestPlanIsTheBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t, 5, 2, 3)
		p := Make(w.Input)
		b := &best{w: w, room: w.room()}
		list := slices.Clone(w.Appointments)
		slices.SortFunc(list, byRank)
		most := 0
		for _, a := range list { // pinned ones first, as long as there is room
			if w.keeps(a) && b.room[*a.Current] > 0 {
				b.room[*a.Current]--
				if !slices.Contains(p.Placed, Placed{a.ID, a.Current.Holder, a.Current.Day, false}) {
					t.Fatalf("%s was pinned and did not stay", a.ID)
				}
				continue
			}
			b.list = append(b.list, a)
		}
		b.try(0)
		got := make([]int, len(b.list))
		for i, a := range b.list {
			got[i] = -1
			for _, x := range p.Placed {
				if x.ID == a.ID {
					got[i] = 0
					if x.Moved {
						got[i] = 1
					}
				}
			}
			if b.found[i] >= 0 {
				most++
			}
		}
		if better(b.found, got) || better(got, b.found) {
			t.Fatalf("best %v, plan %v", b.found, got)
		}
		size := b.size()
		if most != size {
			t.Fatalf("%d placed, %d can be", most, size)
		}
	})
}

// size is the largest number that can be placed at once, whoever they are.
func (b *best) size() int {
	var try func(i int) int
	try = func(i int) int {
		if i == len(b.list) {
			return 0
		}
		most := try(i + 1)
		for s, room := range b.room {
			if room > 0 && b.w.can(b.list[i], s) {
				b.room[s]--
				most = max(most, 1+try(i+1))
				b.room[s]++
			}
		}
		return most
	}
	return try(0)
}

func weekdays(n int) []calendar.Date {
	var out []calendar.Date
	for d := calendar.NewDate(2026, 1, 5); len(out) < n; d = d.AddDays(1) {
		if wd := d.Weekday(); wd != 0 && wd != 6 {
			out = append(out, d)
		}
	}
	return out
}

func year(talkers, people int, each bool) Input {
	days := weekdays(250)
	in := Input{Days: days, Limit: func(uuid.UUID, calendar.Date) int { return 3 },
		Away: func(p uuid.UUID, d calendar.Date) bool { return (int(p[15])+d.Sub(days[0]))%29 == 0 }}
	for p := range people {
		for h := range talkers {
			if each || p%talkers == h {
				in.Appointments = append(in.Appointments, Appointment{ID: fmt.Sprintf("%04d-%d", p, h), Candidates: []uuid.UUID{person(h)},
					With: person(talkers + p), NotBefore: days[0], DueBy: days[len(days)-1], Priority: 1})
			}
		}
	}
	return in
}

// TestYearIsSpread looks at what a person would see: one leader's 250 talks are about
// one a day, in each quarter as many.
func TestYearIsSpread(t *testing.T) {
	in := year(1, 200, true)
	p := Make(in)
	if len(p.Placed) != 200 {
		t.Fatalf("%d placed", len(p.Placed))
	}
	perDay, quarters := map[calendar.Date]int{}, [4]int{}
	for _, x := range p.Placed {
		perDay[x.Day]++
		i, _ := slices.BinarySearchFunc(in.Days, x.Day, calendar.Date.Compare)
		quarters[i*4/len(in.Days)]++
	}
	for d, n := range perDay {
		if n > 1 {
			t.Errorf("%s has %d", d, n)
		}
	}
	for i, n := range quarters {
		if n < 45 || n > 55 {
			t.Errorf("quarter %d has %d", i+1, n)
		}
	}
}

// TestHoldersShare sees that what several may hold is shared out, and that nobody
// talks with the same person's other appointment on one day where another is free.
func TestHoldersShare(t *testing.T) {
	in := year(1, 60, true)
	for i := range in.Appointments {
		in.Appointments[i].Candidates = []uuid.UUID{person(200), person(201), person(202)}
		in.Appointments[i].With = person(i % 20)
	}
	load, met := map[uuid.UUID]int{}, map[Slot]int{}
	of := map[string]uuid.UUID{}
	for _, a := range in.Appointments {
		of[a.ID] = a.With
	}
	for _, x := range Make(in).Placed {
		load[x.Holder]++
		met[Slot{of[x.ID], x.Day}]++
	}
	for h, n := range load {
		if n != 20 {
			t.Errorf("%s holds %d", h, n)
		}
	}
	for s, n := range met {
		if n > 1 {
			t.Errorf("%v has %d", s, n)
		}
	}
}

// TestSomebodyFallsIll moves those of the lost days alone.
func TestSomebodyFallsIll(t *testing.T) {
	in := year(5, 1000, false)
	p := Make(in)
	at := map[string]Slot{}
	for _, x := range p.Placed {
		at[x.ID] = Slot{x.Holder, x.Day}
	}
	lost := 0
	for i := range in.Appointments {
		s := at[in.Appointments[i].ID]
		in.Appointments[i].Current = &s
		if s.Holder == person(2) && !s.Day.Before(in.Days[100]) && s.Day.Before(in.Days[120]) {
			lost++
		}
	}
	away := in.Away
	in.Away = func(p uuid.UUID, d calendar.Date) bool {
		return away(p, d) || p == person(2) && !d.Before(in.Days[100]) && d.Before(in.Days[120])
	}
	moved := 0
	for _, x := range Make(in).Placed {
		if x.Moved {
			moved++
		}
	}
	if lost == 0 || moved != lost {
		t.Errorf("%d lost their day, %d moved", lost, moved)
	}
}

func BenchmarkThousandPeopleFiveTalkers(b *testing.B) {
	in := year(5, 1000, false)
	for b.Loop() {
		Make(in)
	}
}

// BenchmarkOverloaded has each of five talk with a thousand: a quarter does not fit.
func BenchmarkOverloaded(b *testing.B) {
	in := year(5, 1000, true)
	for b.Loop() {
		Make(in)
	}
}

// BenchmarkOverloadedAgain plans the same again, a fifth of the days lost.
func BenchmarkOverloadedAgain(b *testing.B) {
	in := year(5, 1000, true)
	at := map[string]Slot{}
	for _, x := range Make(in).Placed {
		at[x.ID] = Slot{x.Holder, x.Day}
	}
	for i := range in.Appointments {
		if s, ok := at[in.Appointments[i].ID]; ok {
			in.Appointments[i].Current = &s
		}
	}
	in.Days = in.Days[50:]
	for b.Loop() {
		Make(in)
	}
}
