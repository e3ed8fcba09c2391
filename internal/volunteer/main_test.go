package volunteer

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
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
	"xianfeng/internal/points"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

var bg = context.Background()

func moment(s string) time.Time {
	t, err := activity.ParseMoment("", s)
	if err != nil {
		panic(err)
	}
	return t
}

// house is the fixture's office with the services; its clock stands at noon of a
// Wednesday.
type house struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	svc    *Service
	policy *access.Policy
	now    time.Time
}

func newHouse(t testing.TB) *house {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	h := &house{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: moment("2026-05-20 12:00")}
	clock := func() time.Time { return h.now }
	files, err := file.NewService(d, t.TempDir(), clock)
	if err != nil {
		t.Fatal(err)
	}
	h.svc = NewService(d, policy, activity.NewService(d, policy, files, clock), clock)
	err = db.Transact(bg, d, func(ctx context.Context, tx bun.Tx) error {
		if err := activity.Seed(ctx, tx, h.Unit); err != nil {
			return err
		}
		return points.Seed(ctx, tx, h.Unit, moment("2026-01-01 00:00"), calendar.NewDate(2026, time.January, 1))
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// as gives an actor with the scope of a permission, as the guard would; ok is false
// where the door stays shut.
func (h *house) as(key string, n access.Need) (by access.Actor, scope access.Scope) {
	h.t.Helper()
	by = h.Actor(key)
	scope, err := h.policy.Decide(by, n)
	if err != nil {
		scope = access.Scope{}
	}
	return by, scope
}

func (h *house) count(query string, args ...any) int {
	h.t.Helper()
	var n int
	if err := h.db.NewRaw(query, args...).Scan(bg, &n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

func (h *house) must(d ActionDetail, err error) ActionDetail {
	h.t.Helper()
	if err != nil {
		h.t.Fatalf("%v %+v", err, fault.From(err).Details)
	}
	return d
}

func wants(t testing.TB, err error, code fault.Code, field string) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s at %q", err, code, field)
	} else if got := fault.From(err).Field; got != field {
		t.Errorf("got %v at %q, want %q", err, got, field)
	}
}

func intp(n int) *int { return &n }

// plan is an action of the first branch on the coming Saturday; places 0: as many as come.
func (h *house) plan(places int) ActionInput {
	in := ActionInput{Title: "文明交通劝导", Starts: moment("2026-05-23 09:00"), Ends: moment("2026-05-23 11:00"), Place: "解放路口", Served: "过往群众",
		Organiser: activity.OrganiserRef{Kind: "branch", ID: h.Branches[0].ID}, Leader: h.Person("secretary1"), Closes: moment("2026-05-22 18:00")}
	if places > 0 {
		in.Places = &places
	}
	return in
}

func (h *house) create(key string, in ActionInput) (ActionDetail, error) {
	by, scope := h.as(key, needOrganise())
	return h.svc.CreateAction(bg, by, scope, in)
}

func (h *house) change(key string, id uuid.UUID, version int, in ActionInput) (ActionDetail, error) {
	by, scope := h.as(key, needOrganise())
	return h.svc.ChangeAction(bg, by, scope, id, version, in)
}

func (h *house) cancel(key string, a ActionDetail) (ActionDetail, error) {
	by, scope := h.as(key, needOrganise())
	return h.svc.CancelAction(bg, by, scope, a.ID, a.Version, "当天有雨")
}

func (h *house) action(key string, id uuid.UUID) (ActionDetail, error) {
	by, scope := h.as(key, needRead())
	return h.svc.Action(bg, by, scope, id)
}

func (h *house) list(key string, f ActionFilter) []Action {
	h.t.Helper()
	by, scope := h.as(key, needRead())
	items, next, total, err := h.svc.Actions(bg, by, scope, f)
	if err != nil {
		h.t.Fatal(err)
	}
	if next == "" && f.Cursor == "" && total != len(items) {
		h.t.Errorf("%d items, but a total of %d", len(items), total)
	}
	return items
}

func (h *house) sign(key string, id uuid.UUID) (ActionDetail, error) {
	by, scope := h.as(key, needSign())
	return h.svc.SignUp(bg, by, scope, id)
}

func (h *house) withdraw(key string, id uuid.UUID) (ActionDetail, error) {
	by, scope := h.as(key, needSign())
	return h.svc.Withdraw(bg, by, scope, id)
}

func (h *house) arrive(key string, id uuid.UUID) (ActionDetail, error) {
	by, scope := h.as(key, needSign())
	return h.svc.Arrive(bg, by, scope, id)
}

func (h *house) add(key string, id uuid.UUID, people ...uuid.UUID) (ActionDetail, error) {
	by, scope := h.as(key, needOrganise())
	return h.svc.AddPeople(bg, by, scope, id, people)
}

func (h *house) enter(key string, a ActionDetail, out Outcome) (ActionDetail, error) {
	by, scope := h.as(key, needOrganise())
	return h.svc.RecordAction(bg, by, scope, a.ID, a.Version, out)
}

// came is an outcome of two hours in which the keys were there all the time.
func (h *house) came(keys ...string) Outcome {
	out := Outcome{Starts: moment("2026-05-23 09:00"), Ends: moment("2026-05-23 11:00")}
	for _, k := range keys {
		out.Came = append(out.Came, Came{h.Person(k), 120})
	}
	return out
}

// lines is who stands in the line of an action, as "state name".
func lines(d ActionDetail) []string {
	out := make([]string, len(d.Signups))
	for i, s := range d.Signups {
		out[i] = string(s.State) + " " + s.Name
	}
	return out
}
