package points

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// book is a part of the ledger, read under the locks of its accounts, and what is
// being written into it. It reckons; the store reads and writes it.
type book struct {
	unit     uuid.UUID
	now      time.Time // to the microsecond, as PostgreSQL keeps it
	postedBy uuid.UUID

	accounts map[uuid.UUID]*account
	balances map[balanceKey]int
	used     map[capKey]int
	vouchers []int64 // drawn, not yet given out

	entries []Entry
	touched map[capKey]bool // caps whose use changed
	totals  map[totalKey]*total
}

// account is the end of a person's chain.
type account struct {
	Seq  int64
	Head []byte
}

type balanceKey struct {
	Person  uuid.UUID
	Quarter calendar.Quarter
}

type totalKey struct {
	Quarter   calendar.Quarter
	Person    uuid.UUID
	Dimension Dimension
}

// total is what entries add to a row of points_totals.
type total struct{ Gained, Deducted, Entries, Vetoes int }

func newBook(unit, postedBy uuid.UUID, now time.Time) *book {
	return &book{
		unit: unit, postedBy: postedBy, now: now.Truncate(time.Microsecond),
		accounts: map[uuid.UUID]*account{}, balances: map[balanceKey]int{}, used: map[capKey]int{},
		touched: map[capKey]bool{}, totals: map[totalKey]*total{},
	}
}

// post writes what a rule gives into the open quarter, cut by the caps of the
// fact's day.
func (b *book) post(s Scheme, p Posting, w want, place org.Placement, quarter calendar.Quarter) (standing, error) {
	granted, by := cut(w.Requested, s.ceilings(w.Rule, w.Person, p.RecordID, p.FactOn), b.used)
	return b.append(standing{
		Entry: Entry{
			Person: w.Person, Branch: place.Branch, Group: place.Group,
			Scheme: s.ID, Rule: w.Rule.ID, Dimension: w.Rule.Dimension,
			Points: granted, Requested: w.Requested, CutBy: by,
			FactOn: p.FactOn, FactQuarter: calendar.QuarterOf(p.FactOn), PostQuarter: quarter,
			Source: p.Source, SourceID: p.SourceID, RecordID: p.RecordID,
			VerifiedBy: p.VerifiedBy, Reason: p.Reason,
		},
		Code: w.Rule.Code, Veto: w.Rule.Veto, Caps: w.Rule.caps(),
	})
}

// reverse takes an entry back, and gives back what it used of the caps (rule 8). It
// keeps the date of the fact; the points leave in the open quarter. A veto of another
// quarter is none there that could be taken out.
func (b *book) reverse(s standing, source, reason string, quarter calendar.Quarter) error {
	s.Veto = s.Veto && s.PostQuarter == quarter
	e := s.Entry
	e.Points, e.Requested, e.CutBy = -s.Points, -s.Points, ""
	e.PostQuarter = quarter
	e.Source, e.SourceID, e.Reverses = source, s.ID, s.ID
	e.Reason = reason
	if source == SourceOffice {
		e.VerifiedBy = uuid.Nil
	}
	s.Entry = e
	_, err := b.append(s)
	return err
}

// append gives the entry its place in the chain, and counts it.
func (b *book) append(s standing) (standing, error) {
	a := b.accounts[s.Person]
	if a == nil || len(b.vouchers) == 0 {
		return s, fmt.Errorf("posting for %s without its account locked or a voucher drawn", s.Person)
	}
	e := &s.Entry
	e.ID = db.NewID()
	e.Voucher, b.vouchers = b.vouchers[0], b.vouchers[1:]
	e.PostedAt, e.PostedBy = b.now, b.postedBy
	balance := balanceKey{e.Person, e.PostQuarter}
	b.balances[balance] += e.Points
	e.Balance = b.balances[balance]
	a.Seq++
	e.Seq = a.Seq
	e.seal(b.unit, a.Head)
	a.Head = e.Hash
	b.entries = append(b.entries, *e)

	if gain := e.gain(); gain != 0 {
		for _, k := range s.Caps.keys(e.Person, s.Code, e.Dimension, e.RecordID, e.FactOn) {
			b.used[k] += gain
			b.touched[k] = true
		}
	}
	key := totalKey{e.PostQuarter, e.Person, e.Dimension}
	if b.totals[key] == nil {
		b.totals[key] = &total{}
	}
	b.totals[key].count(*e, s.Veto)
	return s, nil
}

// count adds an entry; its reversal takes it out again, but for the number of
// entries, which both are. veto is that the entry makes a veto of its quarter, or that
// the reversal takes one of the same quarter back.
func (t *total) count(e Entry, veto bool) {
	t.Gained += e.gain()
	t.Deducted += e.deduction()
	t.Entries++
	switch {
	case veto && e.Reverses == uuid.Nil:
		t.Vetoes++
	case veto:
		t.Vetoes--
	}
}
