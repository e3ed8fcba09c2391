package desk

import (
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// Share is how much of what a group owed in a quarter it met.
type Share struct{ Owed, Met int }

// quarterPeriods are the periods of a duty in one quarter.
func quarterPeriods(every string, q calendar.Quarter) []Period {
	if every == everyQuarter {
		return []Period{{Period: q.String(), First: q.First(), Last: q.Last()}}
	}
	var out []Period
	for m := q.First(); !m.After(q.Last()); m = monthsBack(m, -1) {
		out = append(out, Period{Period: monthName(m), First: m, Last: monthsBack(m, -1).AddDays(-1)})
	}
	return out
}

// complete counts by group the duties that groups owe themselves, as the calendar
// judges them. A period that still runs is owed only once it is met, and of the time
// before the office kept records here nothing is missed.
func complete(branches []branch, h held, q calendar.Quarter, today, since calendar.Date) map[uuid.UUID]Share {
	out := map[uuid.UUID]Share{}
	for _, d := range duties() {
		if !d.byGroup {
			continue
		}
		for _, p := range quarterPeriods(d.every, q) {
			for _, b := range branches {
				for _, who := range b.owes(d, p) {
					s := out[who]
					switch {
					case h.within(d.kind, who, p) > 0:
						s.Owed++
						s.Met++
					case p.Last.Before(today) && !p.First.Before(since):
						s.Owed++
					}
					out[who] = s
				}
			}
		}
	}
	return out
}
