// Package schedule puts appointments on days. It is a maximum matching of
// appointments to the days of those who may hold them, whoever comes first in rank
// being matched first, and of all such matchings one that moves the fewest of what was
// planned already (rule 22). It reads and writes nothing: the same input, in whatever
// order, gives the same plan.
package schedule

import (
	"cmp"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// Slot is a day of somebody who holds appointments.
type Slot struct {
	Holder uuid.UUID
	Day    calendar.Date
}

// Appointment is what wants a day.
type Appointment struct {
	ID         string      // distinct
	Candidates []uuid.UUID // who may hold it, and on whose limit it then counts
	With       uuid.UUID
	NotBefore  calendar.Date
	DueBy      calendar.Date
	Priority   int  // lower ones first
	Soon       bool // as early as can be, not spread over its window
	// Current is where it is planned already.
	Current *Slot
	// Pinned ones were put on their day by somebody: they stay, even outside their
	// window, unless the day is impossible, and then count as any other.
	Pinned bool
}

// Other is an appointment that stands and is not planned here. It takes of its
// holder's limit.
type Other struct {
	Holder, With uuid.UUID
	Day          calendar.Date
}

// Input is what a plan is made of.
type Input struct {
	Appointments []Appointment
	Others       []Other
	Days         []calendar.Date // that may be planned on: working days, none of them over
	Away         func(person uuid.UUID, day calendar.Date) bool
	Limit        func(holder uuid.UUID, day calendar.Date) int // appointments that day
}

// Why an appointment has no day.
type Why string

// Each is true of the plan that it is said of.
const (
	NoTalker    Why = "no_talker"    // nobody may hold it
	NoDays      Why = "no_days"      // no working day between NotBefore and DueBy
	PartnerAway Why = "partner_away" // With is away on all of them
	TalkerAway  Why = "talker_away"  // whoever may hold it is away on each day that With is there
	TalkerFull  Why = "talker_full"  // every day on which both are there is at its limit
)

// Placed is an appointment with its day.
type Placed struct {
	ID     string
	Holder uuid.UUID
	Day    calendar.Date
	Moved  bool // it was planned, and otherwise
}

// Unplaced is an appointment without a day.
type Unplaced struct {
	ID  string
	Why Why
}

// Plan is the outcome, each list in order of ID.
type Plan struct {
	Placed   []Placed
	Unplaced []Unplaced
}

// Make plans. Whoever must be left out is lowest in rank: pinned ones rank before all,
// then by Priority, then what was planned before what is new, then by DueBy and ID.
func Make(in Input) Plan {
	n := build(in)
	n.seatPinned()
	n.seatPlanned()
	n.aim()
	for a := range n.appts {
		if !n.appts[a].fixed && n.at[a] < 0 {
			n.insert(a)
		}
	}
	return n.plan()
}

func byRank(a, b Appointment) int {
	planned := func(x Appointment) int {
		if x.Current != nil {
			return 0
		}
		return 1
	}
	return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(planned(a), planned(b)),
		a.DueBy.Compare(b.DueBy), strings.Compare(a.ID, b.ID))
}

func (n *network) plan() Plan {
	var out Plan
	for a := range n.appts {
		x := &n.appts[a]
		if s := n.at[a]; s >= 0 {
			slot := n.slot(s)
			out.Placed = append(out.Placed, Placed{x.ID, slot.Holder, slot.Day, x.Current != nil && *x.Current != slot})
			continue
		}
		out.Unplaced = append(out.Unplaced, Unplaced{x.ID, n.why(a)})
	}
	slices.SortFunc(out.Placed, func(a, b Placed) int { return strings.Compare(a.ID, b.ID) })
	slices.SortFunc(out.Unplaced, func(a, b Unplaced) int { return strings.Compare(a.ID, b.ID) })
	return out
}

func (n *network) why(a int) Why {
	x := &n.appts[a]
	switch {
	case len(x.holders) == 0:
		return NoTalker
	case x.first >= x.end:
		return NoDays
	}
	why := PartnerAway
	for d := x.first; d < x.end; d++ {
		if n.away[x.with][d] {
			continue
		}
		if why == PartnerAway {
			why = TalkerAway
		}
		for _, h := range x.holders {
			if !n.away[h][d] {
				return TalkerFull
			}
		}
	}
	return why
}
