package mentoring

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func on(s string) calendar.Date {
	d, err := calendar.ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// trio is the fixture with one pairing: member1 with secretary1 (political) and leader1
// (professional), from 2026-03-01 for two years; leader2 stands outside of it.
type trio struct {
	testdb.Fixture
	t       testing.TB
	db      *bun.DB
	policy  *access.Policy
	svc     *Service
	notices *notice.Service
	now     time.Time
	pairing uuid.UUID
}

func newTrio(t testing.TB) *trio {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	o := &trio{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy}
	o.at("2026-03-10")
	clock := func() time.Time { return o.now }
	o.svc = NewService(d, policy, clock)
	o.notices = notice.NewService(d, policy, map[string]notice.Owner{notice.KindPlans: o.svc}, nil, clock)
	o.exec(`UPDATE org_people SET started_work_on = '2024-08-01' WHERE id IN (?, ?)`, o.Person("member1"), o.Person("leader2"))
	o.pairing = o.pair("member1", "secretary1", "leader1", "2026-03-01", "2028-02-29")
	return o
}

func (o *trio) at(day string) {
	d := on(day)
	o.now = time.Date(d.Year, d.Month, d.Day, 12, 0, 0, 0, calendar.Shanghai)
}

func (o *trio) exec(query string, args ...any) {
	o.t.Helper()
	if _, err := o.db.NewRaw(query, args...).Exec(o.t.Context()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *trio) count(query string, args ...any) (n int) {
	o.t.Helper()
	if err := o.db.NewRaw(query, args...).Scan(o.t.Context(), &n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

// pair writes a pairing as the office decides it.
func (o *trio) pair(mentee, political, professional, from, to string) uuid.UUID {
	o.t.Helper()
	id := db.NewID()
	o.exec(`INSERT INTO mentoring_pairings (unit_id, id, number, mentee_id, valid_from, valid_to, decided_by, decided_at) VALUES (?, ?, ?, ?, ?, ?, ?, now())`,
		o.Unit, id, id.String(), o.Person(mentee), from, to, o.Person("office"))
	for role, who := range map[string]string{Political: political, Professional: professional} {
		o.term(id, mentee, role, who, from, to)
	}
	return id
}

func (o *trio) term(pairing uuid.UUID, mentee, role, who, from, to string) {
	o.t.Helper()
	o.exec(`INSERT INTO mentoring_terms (unit_id, id, pairing_id, mentee_id, role, mentor_id, valid_from, valid_to, set_by, set_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, now())`,
		o.Unit, db.NewID(), pairing, o.Person(mentee), role, o.Person(who), from, to, o.Person("office"))
}

// replace puts leader2 after leader1 as the professional mentor.
func (o *trio) replace(from string) {
	o.t.Helper()
	o.exec(`UPDATE mentoring_terms SET valid_to = ?::date - 1 WHERE pairing_id = ? AND role = 'professional'`, from, o.pairing)
	o.term(o.pairing, "member1", Professional, "leader2", from, "2028-02-29")
}

// as gives an actor with the scope of a permission; nowhere where they do not have it.
func (o *trio) as(key, action string) (context.Context, access.Actor, access.Scope) {
	o.t.Helper()
	by := o.Actor(key)
	by.RequestID = db.NewID().String()
	scope, err := o.policy.Decide(by, need(action))
	if err != nil {
		scope = access.Scope{}
	}
	return o.t.Context(), by, scope
}

func (o *trio) want(what string, err error, code fault.Code) {
	o.t.Helper()
	if !fault.Is(err, code) {
		o.t.Errorf("%s: %v, want %s", what, err, code)
	}
}

func (o *trio) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *trio) write(key string, year int, in PlanInput) (Plan, error) {
	ctx, by, scope := o.as(key, "write")
	return o.svc.WritePlan(ctx, by, scope, o.pairing, year, in)
}

func (o *trio) agree(key string, year, version int) (Plan, error) {
	ctx, by, scope := o.as(key, "write")
	return o.svc.AgreePlan(ctx, by, scope, o.pairing, year, version)
}

func (o *trio) publish(key string, year int, ids ...uuid.UUID) (PlansPublished, error) {
	ctx, by, scope := o.as(key, "publish")
	return o.svc.PublishPlans(ctx, by, scope, year, ids)
}

func (o *trio) log(key string, in LogInput) (Log, error) {
	ctx, by, scope := o.as(key, "write")
	return o.svc.WriteLog(ctx, by, scope, o.pairing, in)
}

func (o *trio) plan(key string) Plan {
	o.t.Helper()
	ctx, by, scope := o.as(key, "read")
	plans, err := o.svc.Plans(ctx, by, scope, o.pairing)
	o.must(err)
	if len(plans) == 0 {
		return Plan{}
	}
	return plans[0]
}

// published takes a plan of two lessons and one case review through to the public.
func (o *trio) published() Plan {
	o.t.Helper()
	p, err := o.write("member1", 2026, twoLessons())
	o.must(err)
	for _, key := range []string{"secretary1", "leader1"} {
		_, err := o.agree(key, 2026, p.Version)
		o.must(err)
	}
	_, err = o.publish("office", 2026)
	o.must(err)
	o.at("2026-03-25")
	o.must(o.notices.Tick(o.t.Context()))
	return o.plan("member1")
}

func twoLessons() PlanInput {
	return PlanInput{Goals: "  独立办理危险驾驶案件\n 通过优秀公诉人初赛 ", Items: []PlanItem{
		{Kind: Lesson, Title: "量刑建议说理", Times: 2, Role: Professional, Month: 6}, {Kind: CaseReview, Title: "出庭观摩与评析", Times: 1}}}
}

// reopening is what ReopenPlan is asked with.
func (o *trio) reopening(key string, plan uuid.UUID, reason string, version int) (context.Context, access.Actor, access.Scope, uuid.UUID, string, int) {
	ctx, by, scope := o.as(key, "publish")
	return ctx, by, scope, plan, reason, version
}

// listing is what GrowthPlans is asked with.
func (o *trio) listing(key string, f PlanFilter) (context.Context, access.Actor, access.Scope, PlanFilter) {
	ctx, by, scope := o.as(key, "read")
	return ctx, by, scope, f
}
