package points

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Post makes the ledgers say what a record says: the one door through which
// records change points. It compares what the facts ask for, under the scheme of
// their day, with what the record has posted so far; it reverses what is no longer
// asked for, posts what is missing and leaves the rest. Posting the same again
// changes nothing and answers the same (rule 10). Without facts it takes all back.
//
// People without a ledger that day are skipped: no Party members, exempt ones. It
// takes five statements, however many people there are.
func Post(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, p Posting) (Posted, error) {
	posted, err := PostAll(ctx, tx, by, now, []Posting{p})
	if err != nil {
		return Posted{}, err
	}
	return posted[0], nil
}

// PostAll is Post for many records at once, each named once, in as many statements.
// What any of them takes back is taken back before anything is posted, so that it
// leaves room under the caps; then they post in the order given.
func PostAll(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, all []Posting) ([]Posted, error) {
	if len(all) == 0 {
		return nil, nil
	}
	records, days := make([]uuid.UUID, len(all)), make([]calendar.Date, len(all))
	for i, p := range all {
		if p.FactOn.After(calendar.DateOf(now)) {
			return nil, fault.New(fault.RuleBroken, "日期在今天之后的事项不能入账，请改正日期")
		}
		if slices.Contains(records[:i], p.RecordID) {
			return nil, fmt.Errorf("record %s is posted twice at once", p.RecordID)
		}
		records[i], days[i] = p.RecordID, p.FactOn
	}
	t, err := lockTerms(ctx, tx, by.Unit, records, days...)
	if err != nil {
		return nil, err
	}
	wants, places, err := wanted(ctx, tx, by.Unit, t, all)
	if err != nil {
		return nil, err
	}
	quarters := make([]calendar.Quarter, len(all))
	for i, p := range all {
		quarters[i] = t.Quarters.taking(calendar.QuarterOf(p.FactOn))
		if t.scheme(p.FactOn) == nil { // before the first scheme there are no books to open
			continue
		}
		if err := ensureOpen(ctx, tx, by.Unit, now, t.Quarters, quarters[i]); err != nil {
			return nil, err
		}
	}
	b := newBook(by.Unit, by.Person, now)
	flat := slices.Concat(wants...)
	found, err := openBook(ctx, tx, b, reading{peopleOf(flat), records, true, days, slices.MinFunc(quarters, calendar.Quarter.Compare), len(flat)})
	if err != nil {
		return nil, err
	}
	stands := map[uuid.UUID][]standing{}
	for _, s := range found {
		stands[s.RecordID] = append(stands[s.RecordID], s)
	}
	missing, undone, moves := make([][]want, len(all)), make([][]*standing, len(all)), 0
	for i, p := range all {
		if missing[i], undone[i], err = reconcile(p, wants[i], stands[p.RecordID]); err != nil {
			return nil, err
		}
		moves += len(missing[i]) + len(undone[i])
	}
	if err := drawVouchers(ctx, tx, b, moves); err != nil {
		return nil, err
	}
	for i := range all {
		for _, s := range undone[i] {
			q, err := reversalQuarter(ctx, tx, by.Unit, t.Quarters, s.PostQuarter, quarters[i])
			if err != nil {
				return nil, err
			}
			if err := b.reverse(*s, SourceReversal, s.undoing(), q); err != nil {
				return nil, err
			}
			s.ReversedBy = SourceReversal
		}
	}
	out := make([]Posted, len(all))
	for i, p := range all {
		for _, w := range missing[i] {
			s, err := b.post(*t.scheme(p.FactOn), p, w, places[org.PersonDay{Person: w.Person, Day: p.FactOn}], quarters[i])
			if err != nil {
				return nil, err
			}
			stands[p.RecordID] = append(stands[p.RecordID], s)
		}
		out[i] = outcome(stands[p.RecordID], quarters[i])
	}
	return out, writeBook(ctx, tx, b)
}

// wanted is what the facts of each posting ask for, of the people among them who
// have a ledger.
func wanted(ctx context.Context, tx bun.Tx, unit uuid.UUID, t terms, all []Posting) ([][]want, map[org.PersonDay]org.Placement, error) {
	var at []org.PersonDay
	for _, p := range all {
		for _, f := range p.Facts {
			at = append(at, org.PersonDay{Person: f.Person, Day: p.FactOn})
		}
	}
	slices.SortFunc(at, func(a, b org.PersonDay) int {
		return cmp.Or(bytes.Compare(a.Person[:], b.Person[:]), a.Day.Compare(b.Day))
	})
	places, err := org.PlacementsOn(ctx, tx, unit, slices.Compact(at))
	if err != nil {
		return nil, nil, err
	}
	out := make([][]want, len(all))
	for i, p := range all {
		scheme := t.scheme(p.FactOn)
		if scheme == nil {
			continue
		}
		facts := slices.DeleteFunc(slices.Clone(p.Facts), func(f Fact) bool {
			place, known := places[org.PersonDay{Person: f.Person, Day: p.FactOn}]
			return !known || !place.Holds(t.Settings)
		})
		out[i] = asked(*scheme, t.Settings, facts)
	}
	return out, places, nil
}

// reversalQuarter is where an entry is reversed: in the quarter it was posted in, or,
// where that is closed, in the next open one; that of the posting is open.
func reversalQuarter(ctx context.Context, tx bun.Tx, unit uuid.UUID, states quarterStates, posted, posting calendar.Quarter) (calendar.Quarter, error) {
	if _, held := states[posted]; !held { // a fact that moved to a later quarter
		earlier, err := lockQuarters(ctx, tx, unit, posted)
		if err != nil {
			return posting, err
		}
		maps.Copy(states, earlier)
	}
	if q := states.taking(posted); states[q] == QuarterOpen {
		return q, nil
	}
	return posting, nil
}

// peopleOf gives the people of wants, each once, in the order of their ids.
func peopleOf(wants []want) []uuid.UUID {
	people := make([]uuid.UUID, len(wants))
	for i, w := range wants {
		people[i] = w.Person
	}
	slices.SortFunc(people, func(a, b uuid.UUID) int { return bytes.Compare(a[:], b[:]) })
	return slices.Compact(people)
}
