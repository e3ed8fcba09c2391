package activity

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
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
	"xianfeng/internal/points"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

func moment(s string) time.Time {
	t, err := ParseMoment("", s)
	if err != nil {
		panic(err)
	}
	return t
}

// office is a fixture with kinds, a scheme and the service; its clock stands at
// noon of a Wednesday.
type office struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	svc    *Service
	policy *access.Policy
	now    time.Time
	dir    string
}

func newOffice(t testing.TB) *office {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: moment("2026-05-20 12:00"), dir: t.TempDir()}
	clock := func() time.Time { return o.now }
	files, err := file.NewService(d, o.dir, clock)
	if err != nil {
		t.Fatal(err)
	}
	o.svc = NewService(d, policy, files, clock)
	err = db.Transact(context.Background(), d, func(ctx context.Context, tx bun.Tx) error {
		if err := Seed(ctx, tx, o.Unit); err != nil {
			return err
		}
		return points.Seed(ctx, tx, o.Unit, moment("2026-01-01 00:00"), calendar.NewDate(2026, time.January, 1))
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// as gives an actor with the scope of a permission, as the guard would.
func (o *office) as(key string, n access.Need) (access.Actor, access.Scope) {
	o.t.Helper()
	by := o.Actor(key)
	scope, err := o.policy.Decide(by, n)
	if err != nil {
		scope = access.Scope{}
	}
	return by, scope
}

// meeting is a 党员大会 of the first branch on a day, everybody present but the keys.
func (o *office) meeting(day string, away ...string) Record {
	r := Record{
		Kind: "branch_meeting", Title: "党员大会", Starts: moment(day + " 09:00"), Ends: moment(day + " 10:30"), Place: "会议室",
		Organiser: OrganiserRef{"branch", o.Branches[0].ID}, Host: o.Person("secretary1"), Recorder: o.Person("leader1"), Agenda: "学习；讨论",
	}
	for _, k := range []string{"chief", "deputy", "secretary1", "committee1", "leader1", "member1"} {
		a := Attendance{Person: o.Person(k), Status: Present}
		for _, gone := range away {
			if k == gone {
				a.Status, a.Absence = Absent, "official"
			}
		}
		r.Attendance = append(r.Attendance, a)
	}
	return r
}

func (o *office) create(key string, r Record, confirm bool) (Saved, error) {
	by, scope := o.as(key, needRecord())
	return o.svc.Create(context.Background(), by, scope, r, confirm)
}

func (o *office) must(out Saved, err error) Saved {
	o.t.Helper()
	if err != nil {
		o.t.Fatalf("%v %+v", err, fault.From(err).Details)
	}
	return out
}

func (o *office) confirm(key string, id uuid.UUID, c Confirmation) (Saved, error) {
	by, scope := o.as(key, needConfirm())
	return o.svc.Confirm(context.Background(), by, scope, id, c)
}

func (o *office) save(key string, id uuid.UUID, rowVersion int, r Record) (Saved, error) {
	by, scope := o.as(key, needRecord())
	return o.svc.Save(context.Background(), by, scope, id, rowVersion, r)
}

func (o *office) amend(key string, id uuid.UUID) (Saved, error) {
	by, scope := o.as(key, needRecord())
	return o.svc.Amend(context.Background(), by, scope, id, "人数记错")
}

func (o *office) withdraw(key string, id uuid.UUID, rowVersion int) (Saved, error) {
	by, scope := o.as(key, needConfirm())
	return o.svc.Withdraw(context.Background(), by, scope, id, rowVersion, "重复记录")
}

func (o *office) detail(key string, id uuid.UUID, version int) (Detail, error) {
	by, scope := o.as(key, needRead())
	return o.svc.Detail(context.Background(), by, scope, id, version)
}

func (o *office) list(key string, f Filter) []Summary {
	o.t.Helper()
	by, scope := o.as(key, needRead())
	items, _, total, err := o.svc.List(context.Background(), by, scope, f)
	if err != nil {
		o.t.Fatal(err)
	}
	if f.Limit == 0 && f.Cursor == "" && total != len(items) && total <= defaultLimit {
		o.t.Errorf("%d items, but a total of %d", len(items), total)
	}
	return items
}

// sum is what a record gives a person in the ledger, in hundredths.
func (o *office) sum(record uuid.UUID, key string) int {
	o.t.Helper()
	return o.count(`SELECT coalesce(sum(points), 0)::int FROM points_entries WHERE record_id = ? AND person_id = ?`, record, o.Person(key))
}

func (o *office) count(query string, args ...any) int {
	o.t.Helper()
	var n int
	if err := o.db.NewRaw(query, args...).Scan(context.Background(), &n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

func wants(t testing.TB, err error, code fault.Code, field string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s at %q", err, code, field)
	} else if got := fault.From(err).Field; got != field {
		t.Errorf("got %v at %q, want %q", err, got, field)
	}
}
