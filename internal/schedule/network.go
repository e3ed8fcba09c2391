package schedule

import (
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// network is the flow of appointments to slots. Appointments are numbered in their
// rank, people in order of id, and the slot of person p on day d is p*len(days)+d.
type network struct {
	appts  []appt
	people []uuid.UUID
	days   []calendar.Date
	away   [][]bool // person, day

	room []int   // slot: how many it takes beside what stands
	in   [][]int // slot: who is in it and may be moved
	at   []int   // appointment: its slot, -1 for none

	// What is on a day, for the preferences alone.
	holds, meets []int // person and day as a slot: as holder, as partner
	total        []int // person: as holder

	// closed slots are full for good: from them no path leads to a free slot, and as
	// whoever is in them can be in nothing but closed slots, none ever will.
	closed []bool
	found  *search
}

type appt struct {
	Appointment
	with       int
	holders    []int
	first, end int // days of its window
	home       int // slot of Current where that is possible, else -1
	fixed      bool
	aim        int // the day it had best
}

func build(in Input) *network {
	n := &network{days: slices.Clone(in.Days)}
	slices.SortFunc(n.days, calendar.Date.Compare)
	n.days = slices.Compact(n.days)

	list := slices.Clone(in.Appointments)
	slices.SortFunc(list, byRank)
	for _, x := range list {
		n.people = append(append(n.people, x.With), x.Candidates...)
		if x.Current != nil {
			n.people = append(n.people, x.Current.Holder)
		}
	}
	for _, o := range in.Others {
		n.people = append(n.people, o.Holder, o.With)
	}
	slices.SortFunc(n.people, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	n.people = slices.Compact(n.people)
	number := make(map[uuid.UUID]int, len(n.people))
	n.away = make([][]bool, len(n.people))
	for i, p := range n.people {
		number[p] = i
		n.away[i] = make([]bool, len(n.days))
		for d, day := range n.days {
			n.away[i][d] = in.Away(p, day)
		}
	}

	slots := len(n.people) * len(n.days)
	n.room, n.in, n.closed = make([]int, slots), make([][]int, slots), make([]bool, slots)
	n.holds, n.meets, n.total = make([]int, slots), make([]int, slots), make([]int, len(n.people))
	for i, p := range n.people {
		for d, day := range n.days {
			n.room[i*len(n.days)+d] = in.Limit(p, day)
		}
	}
	for _, o := range in.Others {
		h := number[o.Holder]
		n.total[h]++
		if d, ok := slices.BinarySearchFunc(n.days, o.Day, calendar.Date.Compare); ok {
			n.room[h*len(n.days)+d]--
			n.holds[h*len(n.days)+d]++
			n.meets[number[o.With]*len(n.days)+d]++
		}
	}

	n.appts, n.at = make([]appt, len(list)), make([]int, len(list))
	for i, x := range list {
		a := appt{Appointment: x, with: number[x.With], home: -1}
		for _, c := range x.Candidates {
			if h := number[c]; !slices.Contains(a.holders, h) {
				a.holders = append(a.holders, h)
			}
		}
		slices.Sort(a.holders)
		a.first, _ = slices.BinarySearchFunc(n.days, x.NotBefore, calendar.Date.Compare)
		a.end, _ = slices.BinarySearchFunc(n.days, x.DueBy.AddDays(1), calendar.Date.Compare)
		n.at[i] = -1
		n.appts[i] = a
		if s := n.current(i, number); s >= 0 && n.inWindow(i, s) && slices.Contains(a.holders, s/len(n.days)) {
			n.appts[i].home = s
		}
	}
	n.found = newSearch(slots)
	return n
}

// current is the slot where an appointment is planned and both are there, or -1.
func (n *network) current(a int, number map[uuid.UUID]int) int {
	x := &n.appts[a]
	if x.Current == nil {
		return -1
	}
	h := number[x.Current.Holder]
	d, ok := slices.BinarySearchFunc(n.days, x.Current.Day, calendar.Date.Compare)
	if !ok || n.away[x.with][d] || n.away[h][d] {
		return -1
	}
	return h*len(n.days) + d
}

func (n *network) inWindow(a, s int) bool {
	d := s % len(n.days)
	return d >= n.appts[a].first && d < n.appts[a].end
}

func (n *network) slot(s int) Slot { return Slot{n.people[s/len(n.days)], n.days[s%len(n.days)]} }

func (n *network) free(s int) bool { return len(n.in[s]) < n.room[s] }

// each runs fn on every slot that an appointment may have.
func (n *network) each(a int, fn func(s int)) {
	x := &n.appts[a]
	for _, h := range x.holders {
		for d := x.first; d < x.end; d++ {
			if !n.away[x.with][d] && !n.away[h][d] {
				fn(h*len(n.days) + d)
			}
		}
	}
}

// moves is 1 where an appointment in a slot counts as moved.
func (n *network) moves(a, s int) int {
	if n.appts[a].Current != nil && s != n.appts[a].home {
		return 1
	}
	return 0
}

func (n *network) put(a, s int) {
	n.in[s] = append(n.in[s], a)
	n.at[a] = s
	n.count(a, s, 1)
}

func (n *network) take(a int) {
	s := n.at[a]
	i := slices.Index(n.in[s], a)
	n.in[s] = slices.Delete(n.in[s], i, i+1)
	n.at[a] = -1
	n.count(a, s, -1)
}

func (n *network) count(a, s, by int) {
	n.holds[s] += by
	n.total[s/len(n.days)] += by
	n.meets[n.appts[a].with*len(n.days)+s%len(n.days)] += by
}

// seatPinned keeps what somebody put on a day. It leaves the network: nothing moves it.
func (n *network) seatPinned() {
	number := make(map[uuid.UUID]int, len(n.people))
	for i, p := range n.people {
		number[p] = i
	}
	for a := range n.appts {
		if !n.appts[a].Pinned {
			continue
		}
		if s := n.current(a, number); s >= 0 && n.room[s] > 0 && slices.Contains(n.appts[a].holders, s/len(n.days)) {
			n.appts[a].fixed = true
			n.room[s]--
			n.at[a] = s
			n.count(a, s, 1)
		}
	}
}

// seatPlanned leaves everything where it is planned, as far as that can be. What is
// seated then is seated with no move at all, so that each insertion after it need
// only keep the moves at their least.
func (n *network) seatPlanned() {
	for a := range n.appts {
		if h := n.appts[a].home; h >= 0 && !n.appts[a].fixed && n.free(h) {
			n.put(a, h)
		}
	}
}

// insert finds a slot for an appointment, moving others where it must, or leaves it
// out, or puts it in the place of the one lowest in rank that the others can spare.
//
// The matching before is of least cost for those in it; the cheapest path through the
// residual graph makes it so for those and the new one. Hence the number moved is the
// least there is, not the least that one by one would find.
func (n *network) insert(a int) {
	if s, ok := n.direct(a); ok {
		n.put(a, s)
		return
	}
	n.explore(a, false)
	if s := n.cheapest(); s >= 0 {
		n.follow(a, s)
		return
	}
	for _, s := range n.found.reached {
		n.closed[s] = true
	}
	if !n.spared(a) {
		return
	}
	n.explore(a, true)
	if s, x := n.lowest(a); x >= 0 {
		n.take(x)
		n.follow(a, s)
	}
}

// direct is the best free slot, where taking it cannot cost more than any path: an
// insertion never makes the others' moves fewer.
func (n *network) direct(a int) (slot int, ok bool) {
	least := 0
	if n.appts[a].Current != nil && n.appts[a].home < 0 {
		least = 1
	}
	best, slot := preference{}, -1
	n.each(a, func(s int) {
		if !n.free(s) || n.moves(a, s) > least {
			return
		}
		if p := n.prefer(a, s); slot < 0 || p.less(best) {
			best, slot = p, s
		}
	})
	return slot, slot >= 0
}

// spared says whether anybody who is placed ranks after a.
func (n *network) spared(a int) bool {
	for x := len(n.appts) - 1; x > a; x-- {
		if n.at[x] >= 0 && !n.appts[x].fixed {
			return true
		}
	}
	return false
}
