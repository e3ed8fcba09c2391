package taskforce

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

// house is the fixture with its kinds and no taskforce yet, at noon of Wednesday, 20 May
// 2026.
type house struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
	svc    *Service
	now    time.Time
}

func newHouse(t testing.TB) *house {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	o := &house{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: time.Date(2026, 5, 20, 12, 0, 0, 0, calendar.Shanghai)}
	o.must(err)
	o.svc = NewService(d, policy, nil, func() time.Time { return o.now })
	o.must(db.Transact(bg, d, func(ctx context.Context, tx bun.Tx) error {
		if err := activity.Seed(ctx, tx, o.Unit); err != nil {
			return err
		}
		return Seed(ctx, tx, o.Unit)
	}))
	return o
}

func (o *house) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatalf("%v %+v", err, fault.From(err).Details)
	}
}

// refused wants a fault of a code.
func (o *house) refused(code fault.Code, err error, what string) {
	o.t.Helper()
	if !fault.Is(err, code) {
		o.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func (o *house) count(query string, args ...any) (n int) {
	o.t.Helper()
	o.must(o.db.NewRaw(query, args...).Scan(bg, &n))
	return n
}

// as gives an actor, with the grants of the taskforces that they are in today, and the
// scope of a permission as the guard would; nowhere where they do not have it.
func (o *house) as(key, action string) (access.Actor, access.Scope) {
	o.t.Helper()
	return o.asOf(key, need(action))
}

func (o *house) asOf(key string, n access.Need) (access.Actor, access.Scope) {
	o.t.Helper()
	c := camp{Fixture: o.Fixture, t: o.t, db: o.db, policy: o.policy, now: o.now}
	return c.as(key, n)
}

// propose proposes a taskforce of a kind, from today on.
func (o *house) propose(key, kind, name string) uuid.UUID {
	o.t.Helper()
	by, scope := o.as(key, "propose")
	id, err := o.svc.Propose(bg, by, scope, Proposal{Kind: kind, Name: name, Purpose: "护航重点项目", From: calendar.DateOf(o.now)})
	o.must(err)
	return id
}

func (o *house) detail(id uuid.UUID) Detail {
	o.t.Helper()
	by, scope := o.as("office", "read")
	d, err := o.svc.Detail(bg, by, scope, id)
	o.must(err)
	return d
}

// approve lets the leaders approve one.
func (o *house) approve(id uuid.UUID, no string) {
	o.t.Helper()
	by, scope := o.as("chief", "approve")
	in := Approval{No: no, Version: o.detail(id).Taskforce.Version}
	if no != "" {
		in.On = calendar.DateOf(o.now)
	}
	_, err := o.svc.Approve(bg, by, scope, id, in)
	o.must(err)
}

func (o *house) second(id uuid.UUID, office string, keys ...string) error {
	o.t.Helper()
	by, scope := o.as("office", "staff")
	var people []Seconded
	for _, k := range keys {
		people = append(people, Seconded{Person: o.Person(k), Office: office, From: calendar.DateOf(o.now)})
	}
	return o.svc.Second(bg, by, scope, id, people)
}

func (o *house) activate(id uuid.UUID) error {
	o.t.Helper()
	by, scope := o.as("office", "staff")
	_, err := o.svc.Activate(bg, by, scope, id, o.detail(id).Taskforce.Version)
	return err
}

// running sets up an action branch with secretary1 at its head and members.
func (o *house) running(name, no string, members ...string) uuid.UUID {
	o.t.Helper()
	id := o.propose("office", "action_branch", name)
	o.approve(id, no)
	o.must(o.second(id, "secretary", "secretary1"))
	if len(members) > 0 {
		o.must(o.second(id, "member", members...))
	}
	o.must(o.activate(id))
	return id
}
