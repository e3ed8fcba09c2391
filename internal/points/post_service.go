package points

import (
	"context"
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
// takes six statements, however many people there are.
func Post(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, p Posting) (Posted, error) {
	if p.FactOn.After(calendar.DateOf(now)) {
		return Posted{}, fault.New(fault.RuleBroken, "日期在今天之后的事项不能入账，请改正日期")
	}
	t, err := lockTerms(ctx, tx, by.Unit, p.RecordID, p.FactOn)
	if err != nil {
		return Posted{}, err
	}
	wants, places, err := wanted(ctx, tx, by.Unit, t, p)
	if err != nil {
		return Posted{}, err
	}
	quarter := t.Quarters.taking(calendar.QuarterOf(p.FactOn))
	if t.Scheme != nil { // before the first scheme there are no books to open
		if err := ensureOpen(ctx, tx, by.Unit, now, t.Quarters, quarter); err != nil {
			return Posted{}, err
		}
	}
	b := newBook(by.Unit, by.Person, now)
	stands, err := openBook(ctx, tx, b, reading{peopleOf(wants), p.RecordID, true, p.FactOn, quarter})
	if err != nil {
		return Posted{}, err
	}
	missing, undone, err := reconcile(p, wants, stands)
	if err != nil || len(missing)+len(undone) == 0 {
		return outcome(stands, quarter), err
	}
	if b.vouchers, err = drawVouchers(ctx, tx, len(missing)+len(undone)); err != nil {
		return Posted{}, err
	}
	for _, s := range undone {
		q, err := reversalQuarter(ctx, tx, by.Unit, t.Quarters, s.PostQuarter, quarter)
		if err != nil {
			return Posted{}, err
		}
		if err := b.reverse(*s, SourceReversal, s.undoing(), q); err != nil {
			return Posted{}, err
		}
		s.ReversedBy = SourceReversal
	}
	for _, w := range missing {
		s, err := b.post(*t.Scheme, p, w, places[w.Person], quarter)
		if err != nil {
			return Posted{}, err
		}
		stands = append(stands, s)
	}
	return outcome(stands, quarter), writeBook(ctx, tx, b)
}

// wanted is what the facts ask for the people among them who have a ledger.
func wanted(ctx context.Context, tx bun.Tx, unit uuid.UUID, t terms, p Posting) ([]want, map[uuid.UUID]org.Placement, error) {
	if t.Scheme == nil || len(p.Facts) == 0 {
		return nil, nil, nil
	}
	people := make([]uuid.UUID, len(p.Facts))
	for i, f := range p.Facts {
		people[i] = f.Person
	}
	places, err := org.Placements(ctx, tx, unit, p.FactOn, people)
	if err != nil {
		return nil, nil, err
	}
	facts := slices.DeleteFunc(slices.Clone(p.Facts), func(f Fact) bool {
		place, known := places[f.Person]
		return !known || !place.Holds(t.Settings)
	})
	return asked(*t.Scheme, t.Settings, facts), places, nil
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

// peopleOf gives the people of wants, each once, in the order of their ids: the
// order in which everybody locks accounts.
func peopleOf(wants []want) []uuid.UUID {
	people := make([]uuid.UUID, 0, len(wants))
	for _, w := range wants { // sorted by person
		if n := len(people); n == 0 || people[n-1] != w.Person {
			people = append(people, w.Person)
		}
	}
	return people
}
