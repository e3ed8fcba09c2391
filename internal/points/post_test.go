package points

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
)

func TestPostAmendWithdraw(t *testing.T) {
	o := newOffice(t)
	member, chief := o.Person("member1"), o.Person("chief")
	if n := o.sum(member, "2026Q2"); n != 6000 {
		t.Fatalf("base is %d", n)
	}
	m := o.meeting("2026-05-11", "member1", "chief", "staff") // staff is no Party member
	first := o.mustPost(m)
	if (first != Posted{Entries: 2, Quarter: calendar.Quarter{Year: 2026, Q: 2}}) {
		t.Errorf("first: %+v", first)
	}
	if again := o.mustPost(m); again != first {
		t.Errorf("again: %+v", again)
	}
	if n := o.count(`SELECT count(*) FROM points_entries WHERE record_id = ?`, m.RecordID); n != 2 {
		t.Errorf("%d entries after posting twice", n)
	}
	if o.sum(member, "2026Q2") != 6100 || o.sum(chief, "2026Q2") != 6100 {
		t.Errorf("sums %d %d", o.sum(member, "2026Q2"), o.sum(chief, "2026Q2"))
	}

	// It turns out that the chief was away and a third one came.
	v2 := next(m, m.Facts[0], Fact{Person: o.Person("leader1"), Trigger: TriggerAttendance, Category: threeMeetings},
		Fact{Person: chief, Trigger: TriggerAbsence, Category: threeMeetings})
	if got := o.mustPost(v2); got.Entries != 3 || got.Reversals != 1 {
		t.Errorf("amended: %+v", got)
	}
	if o.sum(member, "2026Q2") != 6100 || o.sum(chief, "2026Q2") != 5800 || o.sum(o.Person("leader1"), "2026Q2") != 6100 {
		t.Error("sums after the amendment")
	}
	if n := o.count(`SELECT count(*) FROM points_entries WHERE record_id = ? AND person_id = ?`, m.RecordID, member); n != 1 {
		t.Errorf("%d entries of who stayed the same", n)
	}

	gone := v2
	gone.Facts = nil
	if got := o.mustPost(gone); got.Entries != 0 || got.Reversals != 4 {
		t.Errorf("withdrawn: %+v", got)
	}
	for _, k := range o.Keys() {
		if n := o.sum(o.Person(k), "2026Q2"); n != 6000 && n != 0 {
			t.Errorf("%s keeps %d", k, n)
		}
	}
	if n := o.count(`SELECT coalesce(sum(used), 0)::int FROM points_caps WHERE unit_id = ?`, o.Unit); n != 0 {
		t.Errorf("%d of caps not given back", n)
	}
	o.verified()
}

func TestCapsCutAndGiveBack(t *testing.T) {
	o := newOffice(t)
	var all []Posting
	for _, on := range []string{"2026-05-04", "2026-05-06", "2026-05-08", "2026-05-11", "2026-05-13"} {
		all = append(all, o.meeting(on, "member1"))
		o.mustPost(all[len(all)-1])
	}
	if n := o.sum(o.Person("member1"), "2026Q2"); n != 6400 {
		t.Errorf("sum %d under a cap of 4 a month", n)
	}
	var entry struct {
		Points, Requested int
		CutBy             string
	}
	if err := o.db.NewRaw(`SELECT points, requested, cut_by FROM points_entries WHERE record_id = ?`, all[4].RecordID).Scan(context.Background(), &entry); err != nil {
		t.Fatal(err)
	}
	if entry.Points != 0 || entry.Requested != 100 || !strings.Contains(entry.CutBy, "每月最多 4 分") {
		t.Errorf("cut entry: %+v", entry)
	}
	// Room given back by a withdrawal goes to what comes next, not to what was cut.
	o.mustPost(next(all[0]))
	late := o.meeting("2026-05-15", "member1")
	o.mustPost(late)
	if again := o.mustPost(late); again.Cut != 0 || again.Entries != 1 {
		t.Errorf("again: %+v", again)
	}
	if n := o.sum(o.Person("member1"), "2026Q2"); n != 6400 {
		t.Errorf("sum %d after giving back and taking", n)
	}
	o.verified()
}

// A version that says less of the same frees the cap it is then held by.
func TestAmendingUnderAnEventCap(t *testing.T) {
	o := newOffice(t)
	p := o.meeting("2026-05-16")
	hours := func(h int) Fact {
		return Fact{Person: o.Person("member1"), Trigger: TriggerVolunteering, Kind: "volunteering", Category: "volunteering", Minutes: h * 60}
	}
	p.Facts = []Fact{hours(10)}
	if got := o.mustPost(p); got.Cut != 1 {
		t.Errorf("ten hours: %+v", got)
	}
	if n := o.sum(o.Person("member1"), "2026Q2"); n != 6400 {
		t.Errorf("ten hours are %d", n)
	}
	o.mustPost(next(p, hours(5)))
	if n := o.sum(o.Person("member1"), "2026Q2"); n != 6250 {
		t.Errorf("five hours are %d", n)
	}
	o.verified()
}

func TestLateFactsAndClosedQuarters(t *testing.T) {
	o := newOffice(t)
	q1 := o.meeting("2026-02-10", "member1", "chief")
	if got := o.mustPost(q1); got.Quarter.String() != "2026Q1" {
		t.Errorf("a quarter nobody opened: %+v", got)
	}
	if n := o.sum(o.Person("leader2"), "2026Q1"); n != 6000 {
		t.Errorf("opening a quarter gave others a base of %d", n)
	}
	o.close("2026Q1")

	late := o.meeting("2026-02-24", "member1")
	if got := o.mustPost(late); got.Quarter.String() != "2026Q2" {
		t.Errorf("late fact: %+v", got)
	}
	if n := o.count(`SELECT count(*) FROM points_entries WHERE record_id = ? AND fact_quarter = '2026Q1' AND post_quarter = '2026Q2'`, late.RecordID); n != 1 {
		t.Error("the late fact does not say which quarter it belongs to")
	}
	// Withdrawing what a closed quarter holds leaves in the open one.
	o.mustPost(next(q1))
	if a, b := o.sum(o.Person("member1"), "2026Q1"), o.sum(o.Person("member1"), "2026Q2"); a != 6100 || b != 6000 {
		t.Errorf("sums %d in the closed quarter, %d in the open one", a, b)
	}
	// A fact that moves to another quarter is reversed where it was.
	o.mustPost(o.moved(late, "2026-04-08"))
	if n := o.sum(o.Person("member1"), "2026Q2"); n != 6000 {
		t.Errorf("moved: %d", n)
	}
	o.verified()

	_, err := o.post(o.meeting("2026-05-21", "member1"))
	if !fault.Is(err, fault.RuleBroken) {
		t.Errorf("a fact of tomorrow: %v", err)
	}
}

func (o *office) moved(p Posting, on string) Posting {
	p.SourceID, p.FactOn = db.NewID(), day(on)
	return p
}

func TestBeforeTheFirstScheme(t *testing.T) {
	o := newOffice(t)
	if got := o.mustPost(o.meeting("2025-11-11", "member1")); got.Entries != 0 {
		t.Errorf("%+v", got)
	}
	if n := o.count(`SELECT count(*) FROM points_quarters WHERE unit_id = ?`, o.Unit); n != 1 {
		t.Errorf("%d quarters opened", n)
	}
}

func TestExemptPeopleAreSkipped(t *testing.T) {
	o := newOffice(t)
	if _, err := o.db.NewRaw(`INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '长期病休', '2026-05-01')`,
		o.Unit, db.NewID(), o.Person("member1")).Exec(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got := o.mustPost(o.meeting("2026-05-11", "member1", "chief")); got.Entries != 1 {
		t.Errorf("during the exemption: %+v", got)
	}
	if got := o.mustPost(o.meeting("2026-04-20", "member1", "chief")); got.Entries != 2 {
		t.Errorf("before it: %+v", got)
	}
}

func TestTickIsIdempotent(t *testing.T) {
	o := newOffice(t)
	entries := func() int { return o.count(`SELECT count(*) FROM points_entries WHERE unit_id = ?`, o.Unit) }
	before := entries()
	if before != 11 {
		t.Errorf("%d bases for 11 holders", before)
	}
	for range 2 {
		if err := o.svc.Tick(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	if entries() != before {
		t.Errorf("%d entries after two more ticks", entries())
	}
	// Somebody joins: the next tick gives them a base, dated that day.
	if _, err := o.db.NewRaw(`UPDATE org_people SET political_status = 'party_member', joined_party_on = '2010-07-01' WHERE id = ?`, o.Person("staff")).Exec(context.Background()); err != nil {
		t.Fatal(err)
	}
	if _, err := o.db.NewRaw(`INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, valid_from) VALUES (?, ?, ?, ?, '2026-05-18')`,
		o.Unit, db.NewID(), o.Person("staff"), o.Branches[0].ID).Exec(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := o.svc.Tick(context.Background()); err != nil {
		t.Fatal(err)
	}
	if n := o.count(`SELECT count(*) FROM points_entries WHERE person_id = ? AND fact_on = '2026-05-20' AND points = 6000`, o.Person("staff")); n != 1 {
		t.Errorf("%d bases for who joined", n)
	}
	o.verified()
}

// counter counts the statements of a connection.
type counter struct{ n atomic.Int64 }

func (c *counter) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	if s := strings.ToLower(d.SQL); !strings.HasPrefix(s, "begin") && !strings.HasPrefix(s, "commit") {
		c.n.Add(1)
	}
	return ctx
}
func (c *counter) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

func TestStatementsDoNotGrowWithPeople(t *testing.T) {
	o := newOffice(t)
	people := o.crowd(300)
	cfg, err := pgx.ParseConfig(testdb.AppURL(t, o.db))
	if err != nil {
		t.Fatal(err)
	}
	c := &counter{}
	cfg.Tracer = c
	traced := bun.NewDB(stdlib.OpenDB(*cfg), pgdialect.New())
	defer traced.Close()
	post := func(n int) (statements int64, took time.Duration) {
		p := o.meeting("2026-05-12")
		for _, who := range people[:n] {
			p.Facts = append(p.Facts, Fact{Person: who, Trigger: TriggerAttendance, Kind: "branch_meeting", Category: threeMeetings})
		}
		start, before := time.Now(), c.n.Load()
		err := db.Transact(context.Background(), traced, func(ctx context.Context, tx bun.Tx) error {
			got, err := Post(ctx, tx, o.Actor("secretary1"), o.now, p)
			if got.Entries != n {
				t.Errorf("%d of %d posted", got.Entries, n)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return c.n.Load() - before, time.Since(start)
	}
	post(3) // the statements are prepared
	few, _ := post(3)
	many, took := post(300)
	t.Logf("300 people: %d statements, %v", many, took)
	if few != many || many > 6 {
		t.Errorf("%d statements for 3 people, %d for 300; want 6 at most", few, many)
	}
	o.verified()
}

// crowd adds full members to the first branch, with ledgers.
func (o *office) crowd(n int) []uuid.UUID {
	o.t.Helper()
	people := make([]uuid.UUID, n)
	for i := range people {
		people[i] = db.NewID()
	}
	for _, q := range []string{
		`INSERT INTO org_people (unit_id, id, name, political_status, joined_party_on, full_member_on) SELECT ?, p, '党员', 'party_member', '2010-07-01', '2011-07-01' FROM unnest(ARRAY[?]::uuid[]) p`,
		`INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, valid_from) SELECT ?, gen_random_uuid(), p, '` + o.Branches[0].ID.String() + `', '2020-01-01' FROM unnest(ARRAY[?]::uuid[]) p`,
	} {
		if _, err := o.db.NewRaw(q, o.Unit, bun.List(people)).Exec(context.Background()); err != nil {
			o.t.Fatal(err)
		}
	}
	if err := o.svc.Tick(context.Background()); err != nil {
		o.t.Fatal(err)
	}
	return people
}
