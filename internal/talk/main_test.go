package talk

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/keyring"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
	"xianfeng/internal/selection"
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

// noon is when most tests act: a Wednesday.
var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, calendar.Shanghai)

var bg = context.Background()

// real is Sources as app joins them.
type real struct{ o *house }

func (r real) Occasions(ctx context.Context, tx bun.Tx, unit uuid.UUID, since calendar.Date) (out []Occasion, err error) {
	changes, err := org.Changes(ctx, tx, unit, since, calendar.DateOf(r.o.now))
	for _, c := range changes {
		kind := TypeTransfer
		if c.Post {
			kind = TypePostChange
		}
		out = append(out, Occasion{kind, c.Person, c.Source, c.On})
	}
	if err != nil {
		return nil, err
	}
	awards, err := selection.Awards(ctx, tx, unit, since)
	for _, a := range awards {
		out = append(out, Occasion{TypeCommendation, a.Person, a.Honour, a.On})
	}
	if err != nil {
		return nil, err
	}
	vetoes, err := points.Vetoes(ctx, tx, unit, since)
	for _, v := range vetoes {
		out = append(out, Occasion{TypeDiscipline, v.Person, v.Entry, v.On})
	}
	return out, err
}

func (real) Mornings(ctx context.Context, tx bun.Tx, unit uuid.UUID, from, to calendar.Date) ([]Held, error) {
	meetings, err := activity.Held(ctx, tx, unit, "morning_meeting", from, to)
	var out []Held
	for _, m := range meetings {
		out = append(out, Held(m))
	}
	return out, err
}

type noLedgers struct{}

func (noLedgers) TakeBackBase(context.Context, bun.Tx, access.Actor, time.Time, []uuid.UUID) (org.KeptLedgers, error) {
	return org.KeptLedgers{}, nil
}

// house is the fixture with its types of talks, there for years.
type house struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
	svc    *Service
	org    *org.Service
	points *points.Service
	now    time.Time
}

func newHouse(t testing.TB) *house {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	o := &house{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: noon}
	o.must(err)
	clock := func() time.Time { return o.now }
	ring := keyring.New()
	o.svc = NewService(d, policy, ring, real{o}, clock)
	o.org = org.NewService(d, policy, noLedgers{}, clock)
	o.points = points.NewService(d, policy, nil, nil, nil, clock)
	o.exec(`UPDATE org_units SET created_at = '2020-01-01'`)
	o.must(db.Transact(bg, d, func(ctx context.Context, tx bun.Tx) error {
		if err := activity.Seed(ctx, tx, o.Unit); err != nil {
			return err
		}
		if err := points.Seed(ctx, tx, o.Unit, noon, day("2026-01-01")); err != nil {
			return err
		}
		return Seed(ctx, tx, o.Unit)
	}))
	return o
}

func (o *house) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *house) exec(query string, args ...any) {
	o.t.Helper()
	_, err := o.db.NewRaw(query, args...).Exec(bg)
	o.must(err)
}

func (o *house) count(query string, args ...any) (n int) {
	o.t.Helper()
	o.must(o.db.NewRaw(query, args...).Scan(bg, &n))
	return n
}

// as gives an actor with the scope of a permission, as the guard would; nowhere where
// they do not have it.
func (o *house) as(key, resource, action string) (access.Actor, access.Scope) {
	o.t.Helper()
	by := o.Actor(key)
	scope, err := o.policy.Decide(by, need(resource, action))
	if err != nil {
		scope = access.Scope{}
	}
	return by, scope
}

// plan puts a talk on the calendar as the planner would; without a day where on is "".
func (o *house) plan(kind, talker, partner, on string) uuid.UUID {
	o.t.Helper()
	id := db.NewID()
	var at any
	if on != "" {
		at = on
	}
	p := o.Actor(partner)
	o.exec(`INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, branch_id, department_id, not_before, due_on, planned_on, created_at)
		VALUES (?, ?, 2026, ?, ?, ?, ?, ?, '2026-01-01', '2026-12-31', ?, ?)`, o.Unit, id, kind, o.Person(talker), p.Person,
		db.OrNull(p.Branch), db.OrNull(p.Department), at, o.now)
	return id
}

// see reads a talk as somebody of the whole office.
func (o *house) see(id uuid.UUID) Talk {
	o.t.Helper()
	r, err := findTalk(bg, o.db, access.System(o.Unit), columns(), id, false)
	o.must(err)
	return eyes{today: o.svc.today()}.see(r)
}
