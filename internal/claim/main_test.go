package claim

import (
	"context"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
	"xianfeng/internal/notice"
	"xianfeng/internal/points"
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

// noon is when most tests act: a Wednesday in the middle of 2026Q2.
var noon = time.Date(2026, 5, 20, 12, 0, 0, 0, calendar.Shanghai)

// office is a fixture with the default scheme, and the services that a claim meets
// on its way.
type office struct {
	testdb.Fixture
	t       testing.TB
	db      *bun.DB
	policy  *access.Policy
	svc     *Service
	notices *notice.Service
	now     time.Time
}

func newOffice(t testing.TB) *office {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: noon}
	clock := func() time.Time { return o.now }
	files, err := file.NewService(d, t.TempDir(), clock)
	if err != nil {
		t.Fatal(err)
	}
	o.svc = NewService(d, policy, files, appraised{}, clock)
	o.notices = notice.NewService(d, policy, map[string]notice.Owner{notice.KindClaims: o.svc}, nil, clock)
	err = db.Transact(context.Background(), d, func(ctx context.Context, tx bun.Tx) error {
		return points.Seed(ctx, tx, o.Unit, noon, day("2026-01-01"))
	})
	if err != nil {
		t.Fatal(err)
	}
	// A rule that leaves the points to the claimant, and one that needs no evidence.
	owner := testdb.Owner(t, d)
	for _, q := range []string{
		`ALTER TABLE points_rules DISABLE TRIGGER USER`,
		`INSERT INTO points_rules (unit_id, id, scheme_id, code, title, clause, dimension, trigger, categories, kinds, points, per, cap_quarter, beyond, needs_evidence, veto, ord)
			SELECT unit_id, gen_random_uuid(), id, 'article', '发表文章', '第七条第六项', 'professional', 'claim', '{}', '{}', 300, 'amount', 500, false, false, false, 900 FROM points_schemes`,
		`INSERT INTO points_rules (unit_id, id, scheme_id, code, title, clause, dimension, trigger, categories, kinds, points, per, cap_quarter, beyond, needs_evidence, veto, ord)
			SELECT unit_id, gen_random_uuid(), id, 'proposal', '合理化建议', '第七条第七项', 'political', 'claim', '{}', '{}', 100, 'event', 400, false, false, false, 910 FROM points_schemes`,
		`ALTER TABLE points_rules ENABLE TRIGGER USER`,
	} {
		if _, err := owner.Exec(q); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// as gives an actor with the scope of a permission, as the guard would.
func (o *office) as(key, action string) (access.Actor, access.Scope) {
	o.t.Helper()
	by := o.Actor(key)
	scope, err := o.policy.Decide(by, need(action))
	if err != nil {
		scope = access.Scope{}
	}
	return by, scope
}

// proposal is a claim that needs neither evidence nor an honour.
func (o *office) proposal(key string) Input {
	return Input{Person: o.Person(key), RuleCode: "proposal", FactOn: day("2026-05-11"), Matter: "优化案件评查流程的建议", Statement: "已被采纳"}
}

// honour is a claim of an honour; level is district, city or province.
func (o *office) honour(key, level, name string) Input {
	return Input{Person: o.Person(key), RuleCode: "honour_" + level, Honour: name, FactOn: day("2026-05-12"), Matter: "获评" + name}
}

var bg = context.Background()

func (o *office) create(key string, in Input) (Saved, error) {
	by, scope := o.as(key, "submit")
	return o.svc.Create(bg, by, scope, in)
}

func (o *office) attach(key string, s Saved) (Attached, error) {
	by, scope := o.as(key, "submit")
	return o.svc.Attach(bg, by, scope, s.ID, "证书.pdf", "证书", strings.NewReader("%PDF-1.7"))
}

func (o *office) submitIt(key string, s Saved) (Saved, error) {
	by, scope := o.as(key, "submit")
	return o.svc.Submit(bg, by, scope, s.ID, s.Version)
}

// drafted makes a draft with evidence where the rule asks for it.
func (o *office) drafted(key string, in Input) Saved {
	o.t.Helper()
	s := o.must(o.create(key, in))
	if strings.HasPrefix(in.RuleCode, "honour") || in.RuleCode == "clean_quarter" {
		a, err := o.attach(key, s)
		if err != nil {
			o.t.Fatal(err)
		}
		s.Version = a.Version
	}
	return s
}

// submitted makes a claim that waits to be verified.
func (o *office) submitted(key string, in Input) Saved {
	o.t.Helper()
	return o.must(o.submitIt(key, o.drafted(key, in)))
}

func (o *office) verify(key string, all ...Saved) (Verification, error) {
	by, scope := o.as(key, "verify")
	var seen []Seen
	for _, s := range all {
		seen = append(seen, Seen{s.ID, s.Version})
	}
	return o.svc.Verify(bg, by, scope, seen)
}

// verified verifies by the first branch's secretary, or who is named.
func (o *office) verified(by string, all ...Saved) {
	o.t.Helper()
	v, err := o.verify(by, all...)
	if err != nil || len(v.Refused) > 0 {
		o.t.Fatalf("verify: %v %+v", err, v.Refused)
	}
}

func (o *office) publish(key string, all ...Saved) ([]Published, error) {
	by, scope := o.as(key, "notice")
	var ids []uuid.UUID
	for _, s := range all {
		ids = append(ids, s.ID)
	}
	return o.svc.Publish(bg, by, scope, ids, "")
}

// noticed takes claims of anybody to their public notice.
func (o *office) noticed(all ...Saved) {
	o.t.Helper()
	o.verified("office", all...)
	if _, err := o.publish("office", all...); err != nil {
		o.t.Fatalf("publish: %v %+v", err, fault.From(err).Details)
	}
}

// pass lets all notices pass.
func (o *office) pass() {
	o.t.Helper()
	o.now = o.now.AddDate(0, 0, 20)
	if err := o.notices.Tick(bg); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) must(out Saved, err error) Saved {
	o.t.Helper()
	if err != nil {
		o.t.Fatalf("%v %+v", err, fault.From(err).Details)
	}
	return out
}

// refused checks the code of an error and what it says.
func (o *office) refused(err error, code fault.Code, says string) {
	o.t.Helper()
	text := ""
	if err != nil {
		f := fault.From(err)
		text = f.Message
		for _, d := range f.Details {
			text += " " + d.Message
		}
	}
	if !fault.Is(err, code) || !strings.Contains(text, says) {
		o.t.Errorf("want %s with %q, have %v", code, says, err)
	}
}

// count reads a number.
func (o *office) count(query string, args ...any) int {
	o.t.Helper()
	var n int
	if err := o.db.NewRaw(query, args...).Scan(bg, &n); err != nil {
		o.t.Fatal(err)
	}
	return n
}

func (o *office) state(s Saved) State {
	o.t.Helper()
	return o.claim(s).State
}

// claim reads a claim as it is stored.
func (o *office) claim(s Saved) Claim {
	o.t.Helper()
	found, err := claims(bg, o.db, `SELECT `+claimColumns+fromClaims+`WHERE c.unit_id = $1 AND c.id = $2`, o.Unit, s.ID)
	if err != nil || len(found) != 1 {
		o.t.Fatalf("claim %s: %v, %d found", s.ID, err, len(found))
	}
	return found[0]
}

// stand checks the states of claims.
func (o *office) stand(want State, all ...Saved) {
	o.t.Helper()
	for _, s := range all {
		if c := o.claim(s); c.State != want {
			o.t.Errorf("claim %d (%s) is %s (%s), want %s", c.Number, c.Matter, c.State, c.Reason, want)
		}
	}
}

// gained is what the person's claims count in the ledger, reversals included.
func (o *office) gained(key string) int {
	o.t.Helper()
	return o.count(`SELECT coalesce(sum(points), 0)::int FROM points_entries WHERE person_id = ? AND (source_kind = 'claim' OR reverses IN (SELECT id FROM points_entries WHERE source_kind = 'claim'))`, o.Person(key))
}

// steps names the way of a claim.
func (o *office) steps(s Saved) []Step {
	o.t.Helper()
	lines, err := stepsOf(bg, o.db, o.Unit, s.ID)
	if err != nil {
		o.t.Fatal(err)
	}
	var out []Step
	for _, l := range lines {
		out = append(out, l.Step)
	}
	return out
}

func (o *office) wantSteps(s Saved, want ...Step) {
	o.t.Helper()
	if have := o.steps(s); !slices.Equal(have, want) {
		o.t.Errorf("steps are %v, want %v", have, want)
	}
}

// ledgerHolds recomputes every chain and total.
func (o *office) ledgerHolds() {
	o.t.Helper()
	svc := points.NewService(o.db, o.policy, nil, nil, nil, func() time.Time { return o.now })
	r, err := svc.Verify(bg, access.Actor{Unit: o.Unit}, access.System(o.Unit))
	if err != nil {
		o.t.Fatal(err)
	}
	for _, b := range r.Broken {
		o.t.Errorf("ledger: %+v", b)
	}
}

func calendarQuarter(s string) calendar.Quarter {
	q, err := calendar.ParseQuarter(s)
	if err != nil {
		panic(err)
	}
	return q
}

// number reads a count; nothing is none.
func number(s string) int {
	n, _ := strconv.Atoi(s)
	return n
}

// mustScope is the reach of calling notices off.
func mustScope(o *office, key string) access.Scope {
	o.t.Helper()
	scope, err := o.policy.Decide(o.Actor(key), access.Need{Resource: "notice", Action: "cancel"})
	if err != nil {
		o.t.Fatal(err)
	}
	return scope
}
