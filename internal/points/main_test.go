package points

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

func day(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// noon is the moment at which most tests act: in the middle of 2026Q2.
var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, calendar.Shanghai)

// office is a fixture with a scheme and the second quarter of 2026 open.
type office struct {
	testdb.Fixture
	t   testing.TB
	db  *bun.DB
	svc *Service
	now time.Time // what the service's clock says
}

func newOffice(t testing.TB) *office {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Fixture: testdb.Office(t, d), t: t, db: d, now: noon}
	o.svc = NewService(d, policy, nil, nil, nil, func() time.Time { return o.now })
	o.begin()
	return o
}

// begin gives the office its scheme and opens the current quarter.
func (o *office) begin() {
	o.t.Helper()
	o.tx(func(ctx context.Context, tx bun.Tx) error { return Seed(ctx, tx, o.Unit, noon, day("2026-01-01")) })
	if err := o.svc.OpenQuarter(context.Background(), o.Unit, calendar.QuarterOf(calendar.DateOf(o.now))); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) tx(fn func(ctx context.Context, tx bun.Tx) error) {
	o.t.Helper()
	if err := db.Transact(context.Background(), o.db, fn); err != nil {
		o.t.Fatal(err)
	}
}

// post posts as branch secretary 1.
func (o *office) post(p Posting) (Posted, error) {
	var out Posted
	err := db.Transact(context.Background(), o.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = Post(ctx, tx, o.Actor("secretary1"), o.now, p)
		return err
	})
	return out, err
}

func (o *office) mustPost(p Posting) Posted {
	o.t.Helper()
	out, err := o.post(p)
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

// meeting is a 党员大会 that the keys' people came to.
func (o *office) meeting(on string, keys ...string) Posting {
	p := Posting{Source: SourceActivity, SourceID: db.NewID(), RecordID: db.NewID(), FactOn: day(on),
		Reason: "党员大会", VerifiedBy: o.Person("secretary1")}
	for _, k := range keys {
		p.Facts = append(p.Facts, Fact{Person: o.Person(k), Trigger: TriggerAttendance, Kind: "branch_meeting", Category: threeMeetings})
	}
	return p
}

// next is another version of a posting.
func next(p Posting, facts ...Fact) Posting {
	p.SourceID, p.Facts = db.NewID(), facts
	return p
}

// sum is a person's kept total of a quarter.
func (o *office) sum(person uuid.UUID, q string) int {
	o.t.Helper()
	var n int
	if err := o.db.NewRaw(`SELECT coalesce(sum(gained + deducted), 0)::int FROM points_totals WHERE unit_id = ? AND person_id = ? AND quarter = ?`,
		o.Unit, person, q).Scan(context.Background(), &n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// count counts rows.
func (o *office) count(query string, args ...any) int {
	o.t.Helper()
	var n int
	if err := o.db.NewRaw(query, args...).Scan(context.Background(), &n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// verified fails the test unless the whole ledger recomputes.
func (o *office) verified() {
	o.t.Helper()
	r, err := o.svc.Verify(context.Background(), access.Actor{Unit: o.Unit}, access.System(o.Unit))
	if err != nil {
		o.t.Fatal(err)
	}
	for _, b := range r.Broken {
		o.t.Errorf("ledger: %+v", b)
	}
}
