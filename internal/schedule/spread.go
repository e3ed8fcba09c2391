package schedule

import (
	"cmp"
	"fmt"
	"math"

	"xianfeng/internal/calendar"
)

// preference tells two slots of the same cost apart; the lower is taken, part by part.
type preference [6]int

func (p preference) less(o preference) bool {
	for i := range p {
		if c := cmp.Compare(p[i], o[i]); c != 0 {
			return c < 0
		}
	}
	return false
}

// prefer says how well a slot suits an appointment. What was planned stays with its
// holder and near its day; what is new goes to the holder with the fewest, on a day on
// which neither has anything else, of few appointments, near its aim.
func (n *network) prefer(a, s int) preference {
	x, days := &n.appts[a], len(n.days)
	h, d := s/days, s%days
	also := n.meets[x.with*days+d] + n.holds[x.with*days+d] + n.meets[h*days+d]
	if n.at[a] >= 0 && n.at[a]%days == d {
		also-- // itself
	}
	off := max(d-x.aim, x.aim-d)
	switch {
	case x.Current != nil:
		other := 0
		if n.people[h] != x.Current.Holder {
			other = 1
		}
		return preference{other, min(also, 1), off, n.holds[s], d, h}
	case x.Soon:
		return preference{min(also, 1), off, n.total[h], n.holds[s], d, h}
	}
	return preference{n.total[h], min(also, 1), n.holds[s], off, d, h}
}

// golden spreads any number of points evenly over a circle, one after the other.
const golden = 0.6180339887498949

// aim gives each appointment the day it had best: what is planned, its own; what is
// wanted soon, the first; and all others are spread evenly over their windows, those
// that the same people may hold among themselves, and these groups against each other.
func (n *network) aim() {
	type group struct{ number, size, next int }
	groups := map[string]*group{}
	key := func(x *appt) string { return fmt.Sprint(x.holders, x.first, x.end) }
	spread := func(x *appt) bool {
		return !x.Soon && (x.Current == nil || len(n.days) > 0 && x.Current.Day.Before(n.days[0]))
	}
	for a := range n.appts {
		if x := &n.appts[a]; spread(x) {
			k := key(x)
			if groups[k] == nil {
				groups[k] = &group{number: len(groups)}
			}
			groups[k].size++
		}
	}
	for a := range n.appts {
		x := &n.appts[a]
		switch {
		case spread(x):
			g := groups[key(x)]
			_, part := math.Modf((float64(g.next)+0.5)/float64(g.size) + float64(g.number)*golden)
			g.next++
			x.aim = x.first + int(part*float64(x.end-x.first))
		case x.Current != nil:
			x.aim = n.dayAt(x.Current.Day)
		default:
			x.aim = x.first
		}
	}
}

// dayAt is the first day not before another.
func (n *network) dayAt(day calendar.Date) int {
	for d := range n.days {
		if !n.days[d].Before(day) {
			return d
		}
	}
	return len(n.days)
}
