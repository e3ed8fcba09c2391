package points

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Quarters lists the quarters of the books, newest first. They are no secret of
// anybody: whoever is let in sees them all.
func (s *Service) Quarters(ctx context.Context, scope access.Scope) ([]QuarterState, error) {
	return listQuarters(ctx, s.db, scope.Unit(), calendar.QuarterOf(calendar.DateOf(s.now())))
}

// Tick opens the current quarter of every unit, and posts base points to whoever
// has a ledger in an open quarter and has none yet (rule 12). The job loop calls
// it; running it twice, or twice at once, does nothing more.
func (s *Service) Tick(ctx context.Context) error {
	units, err := units(ctx, s.db)
	if err != nil {
		return err
	}
	for _, unit := range units {
		if err := s.tick(ctx, unit); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) tick(ctx context.Context, unit uuid.UUID) error {
	quarters, err := listQuarters(ctx, s.db, unit, calendar.Quarter{})
	if err != nil {
		return err
	}
	for _, q := range due(quarters, calendar.QuarterOf(calendar.DateOf(s.now()))) {
		if err := s.OpenQuarter(ctx, unit, q); err != nil {
			return err
		}
	}
	return nil
}

// due are the quarters that a tick looks after: the current one, unless a later one
// is known already, and those that are open and have begun. A clock that was moved
// back opens nothing, and books nothing ahead of its time.
func due(known []QuarterState, current calendar.Quarter) []calendar.Quarter {
	var out []calendar.Quarter
	if len(known) == 0 || known[0].Quarter.Before(current) { // newest first
		out = append(out, current)
	}
	for _, q := range known {
		if q.State == QuarterOpen && !current.Before(q.Quarter) {
			out = append(out, q.Quarter)
		}
	}
	return out
}

// OpenQuarter opens a quarter if nobody did, and posts the base points that are
// missing in it. A closed one is left alone.
func (s *Service) OpenQuarter(ctx context.Context, unit uuid.UUID, q calendar.Quarter) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		_, err := openQuarter(ctx, tx, unit, s.now(), q)
		return err
	})
}

// ensureOpen opens the quarter that is about to take entries, where it is the first
// to do so. Others are at most waited for: states says which the transaction holds.
func ensureOpen(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time, states quarterStates, q calendar.Quarter) error {
	if states[q] == QuarterOpen {
		return nil
	}
	state, err := openQuarter(ctx, tx, unit, now, q)
	if err != nil {
		return err
	}
	if state == QuarterClosed {
		return fault.Newf(fault.Conflict, "%s刚刚结账，请刷新后重试", q.Chinese())
	}
	states[q] = state
	return nil
}

// openQuarter makes the quarter's row and posts bases for everybody with a ledger on
// its first day, and for those who came since, as of today.
func openQuarter(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time, q calendar.Quarter) (state string, err error) {
	id, made, state, err := makeQuarter(ctx, tx, unit, now, q)
	if err != nil || state == QuarterClosed {
		return state, err
	}
	days := []calendar.Date{q.First()}
	if today := calendar.DateOf(now); today.After(q.First()) {
		days = append(days, today)
		if today.After(q.Last()) {
			days[1] = q.Last()
		}
	}
	posted := 0
	for _, day := range days {
		n, err := postBases(ctx, tx, unit, now, id, q, day)
		if err != nil {
			return "", err
		}
		posted += n
	}
	if !made && posted == 0 {
		return state, nil
	}
	return state, audit.Record(ctx, tx, access.Actor{Unit: unit}, now, audit.Entry{
		Action: "quarter.open", Object: "quarter", ObjectID: id,
		Summary: fmt.Sprintf("%s开账，为 %d 人记基础分", q.Chinese(), posted),
		Detail:  map[string]any{"quarter": q, "entries": posted, "opened": made},
	})
}

// postBases posts the base points of a day's holders who have none in the quarter.
// Whoever had them reversed by hand does not get them again.
func postBases(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time, id uuid.UUID, q calendar.Quarter, day calendar.Date) (int, error) {
	holders, err := org.Holders(ctx, tx, unit, day)
	if err != nil {
		return 0, err
	}
	have, err := peopleOfRecord(ctx, tx, unit, id)
	if err != nil {
		return 0, err
	}
	facts, places := []Fact{}, map[uuid.UUID]org.Placement{}
	for _, h := range holders {
		if !have[h.Person] {
			facts = append(facts, Fact{Person: h.Person, Trigger: TriggerQuarter})
			places[h.Person] = h
		}
	}
	if len(facts) == 0 {
		return 0, nil
	}
	t, err := lockTerms(ctx, tx, unit, []uuid.UUID{id}, day)
	if err != nil {
		return 0, err
	}
	scheme := t.scheme(day)
	if scheme == nil {
		return 0, nil
	}
	wants := asked(*scheme, t.Settings, facts)
	b := newBook(unit, uuid.Nil, now)
	stands, err := openBook(ctx, tx, b, reading{People: peopleOf(wants), Records: []uuid.UUID{id}, Days: []calendar.Date{day}, From: q, Draw: len(wants)})
	if err != nil {
		return 0, err
	}
	for _, s := range stands { // posted by another process while this one waited
		wants = slices.DeleteFunc(wants, func(w want) bool { return w.Person == s.Person })
	}
	p := Posting{Source: SourceQuarter, SourceID: id, RecordID: id, FactOn: day, Reason: q.Chinese() + "基础分"}
	for _, w := range wants {
		if _, err := b.post(*scheme, p, w, places[w.Person], q); err != nil {
			return 0, err
		}
	}
	return len(wants), writeBook(ctx, tx, b)
}

// TakeBackBase reverses the base points of people who come off the roll again, as
// the import that brought them is undone (rule 2). It tells who keeps a ledger, since
// entries stay for ever. It refuses by name where anything else was posted, and
// where a quarter with such points is closed.
func TakeBackBase(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, people []uuid.UUID) (org.KeptLedgers, error) {
	kept, err := lockLedgers(ctx, tx, by.Unit, people)
	out := org.KeptLedgers{People: kept, Table: accountsTable}
	if err != nil || len(kept) == 0 {
		return out, err
	}
	more, err := beyondBase(ctx, tx, by.Unit, kept)
	if err != nil {
		return out, err
	}
	if n := len(more); n > 0 {
		return out, fault.Newf(fault.RuleBroken, "不能撤销：“%s”%s已有基础分以外的积分", strings.Join(more[:min(n, 5)], "、"), etcetera(n))
	}
	quarters, err := quartersOfBase(ctx, tx, by.Unit, kept)
	if err != nil {
		return out, err
	}
	for _, q := range quarters {
		if q.state == QuarterClosed {
			return out, fault.Newf(fault.RuleBroken, "不能撤销：%s已结账，这次导入的人员在该季度已有基础分", q.quarter.Chinese())
		}
		if err := takeBack(ctx, tx, by, now, q, kept); err != nil {
			return out, err
		}
	}
	return out, nil
}

func etcetera(n int) string {
	if n > 5 {
		return fmt.Sprintf("等 %d 人", n)
	}
	return ""
}

// takeBack reverses what a quarter's opening posted for people and still counts.
func takeBack(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, q baseQuarter, people []uuid.UUID) error {
	b := newBook(by.Unit, by.Person, now)
	stands, err := openBook(ctx, tx, b, reading{People: people, Records: []uuid.UUID{q.id}, Days: []calendar.Date{q.quarter.First()}, From: q.quarter})
	if err != nil {
		return err
	}
	stands = slices.DeleteFunc(stands, func(s standing) bool { return !s.live() })
	if err := drawVouchers(ctx, tx, b, len(stands)); err != nil {
		return err
	}
	for _, s := range stands {
		if err := b.reverse(s, SourceReversal, s.undoing(), q.quarter); err != nil {
			return err
		}
	}
	return writeBook(ctx, tx, b)
}
