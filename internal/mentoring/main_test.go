package mentoring

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
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

// house is the fixture with four young cadres (leader2, member1, probationer, staff) and
// a pool of mentors: chief, deputy and head in both roles, secretary1 and secretary2
// political, committee1 and leader1 professional.
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
	o := &house{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: noon}
	o.must(err)
	o.svc = NewService(d, policy, func() time.Time { return o.now })
	for _, key := range []string{"leader2", "member1", "probationer", "staff"} {
		o.exec(`UPDATE org_people SET birth_on = '1998-04-02' WHERE id = ?`, o.Person(key))
	}
	for key, in := range map[string]MentorInput{
		"chief": {Political: true, Professional: true}, "deputy": {Political: true, Professional: true, Strengths: "量刑建议"}, "head": {Political: true, Professional: true},
		"secretary1": {Political: true}, "secretary2": {Political: true}, "committee1": {Professional: true}, "leader1": {Professional: true},
	} {
		o.exec(`INSERT INTO mentoring_mentors (unit_id, person_id, political, professional, strengths, listed_by, listed_at) VALUES (?, ?, ?, ?, ?, ?, ?)`,
			o.Unit, o.Person(key), in.Political, in.Professional, in.Strengths, o.Person("office"), noon)
	}
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
func (o *house) as(key, action string) (access.Actor, access.Scope) {
	o.t.Helper()
	by := o.Actor(key)
	scope, err := o.policy.Decide(by, need(action))
	if err != nil {
		scope = access.Scope{}
	}
	return by, scope
}

// item pairs by keys.
func (o *house) item(mentee, political, professional string) PairInput {
	return PairInput{MenteeID: o.Person(mentee), PoliticalID: o.Person(political), ProfessionalID: o.Person(professional)}
}

// pair makes one pairing as the office does, from January on for two years.
func (o *house) pair(mentee, political, professional string) Pairing {
	o.t.Helper()
	by, scope := o.as("office", "pair")
	out, err := o.svc.Pair(bg, by, scope, PairingsInput{From: day("2026-01-01"), Items: []PairInput{o.item(mentee, political, professional)}})
	o.must(err)
	return out[0]
}

// refused wants a fault of a code, with words of it.
func refused(t testing.TB, err error, code fault.Code) {
	t.Helper()
	if !fault.Is(err, code) {
		t.Errorf("got %v, want %s", err, code)
	}
}

func ids(people []Young) (out []uuid.UUID) {
	for _, p := range people {
		out = append(out, p.PersonID)
	}
	return out
}
