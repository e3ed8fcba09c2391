package fairness

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/points"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

var (
	q3   = calendar.Quarter{Year: 2026, Q: 3}
	need = access.Need{Resource: "fairness", Action: "read"}
)

type office struct {
	testdb.Fixture
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
	svc    *Service
	now    time.Time
}

// newOffice is the fixture with a scheme and the third quarter of 2026 open.
func newOffice(t testing.TB) *office {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	o := &office{Fixture: testdb.Office(t, d), t: t, db: d, policy: policy, now: time.Date(2026, 9, 20, 12, 0, 0, 0, calendar.Shanghai)}
	o.svc = NewService(d, func() time.Time { return o.now })
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		return points.Seed(ctx, tx, o.Unit, o.now, calendar.NewDate(2026, 1, 1))
	})
	o.exec("INSERT INTO points_quarters (unit_id, id, quarter, opened_at) VALUES (?, ?, '2026Q3', ?)", o.Unit, db.NewID(), o.now)
	return o
}

func (o *office) tx(fn func(ctx context.Context, tx bun.Tx) error) {
	o.t.Helper()
	if err := db.Transact(context.Background(), o.db, fn); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) exec(text string, args ...any) {
	o.t.Helper()
	if _, err := o.db.NewRaw(text, args...).Exec(context.Background()); err != nil {
		o.t.Fatal(err)
	}
}

func (o *office) post(day string, f points.Fact) {
	o.t.Helper()
	on, err := calendar.ParseDate(day)
	if err != nil {
		o.t.Fatal(err)
	}
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := points.Post(ctx, tx, o.Actor("office"), o.now, points.Posting{Source: points.SourceActivity, SourceID: db.NewID(), RecordID: db.NewID(),
			FactOn: on, Reason: "活动", VerifiedBy: o.Person("secretary1"), Facts: []points.Fact{f}})
		return err
	})
}

// busy has everybody at some meetings, more than the caps take, and some volunteering.
func busy(t testing.TB) *office {
	o := newOffice(t)
	for n, key := range []string{"chief", "office", "deputy", "head", "secretary1", "secretary2", "committee1", "leader1", "leader2", "member1"} {
		for i := range n + 1 {
			o.post(fmt.Sprintf("2026-0%d-%02d", 7+i%3, 3+i), points.Fact{Person: o.Person(key), Trigger: points.TriggerAttendance, Kind: "branch_meeting", Category: "three_meetings"})
			o.post(fmt.Sprintf("2026-07-%02d", 3+i), points.Fact{Person: o.Person(key), Trigger: points.TriggerAttendance, Kind: "branch_meeting", Category: "three_meetings"})
		}
		o.post("2026-08-15", points.Fact{Person: o.Person(key), Trigger: points.TriggerVolunteering, Kind: "volunteering", Category: "volunteering", Minutes: 47 * (n + 1)})
	}
	o.post("2026-08-20", points.Fact{Person: o.Person("member1"), Trigger: points.TriggerAbsence, Kind: "branch_meeting", Category: "three_meetings"})
	// Somebody who moved counts where they ended, somebody who left where they were.
	o.exec("UPDATE org_party_memberships SET valid_to = '2026-07-31' WHERE person_id IN (?, ?)", o.Person("member1"), o.Person("leader2"))
	o.exec("INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, group_id, valid_from) VALUES (?, ?, ?, ?, ?, '2026-08-01')",
		o.Unit, db.NewID(), o.Person("member1"), o.Branches[1].ID, o.Groups[1][0].ID)
	return o
}

func (o *office) scope(key string) access.Scope {
	o.t.Helper()
	s, err := o.policy.Decide(o.Actor(key), need)
	if err != nil {
		o.t.Fatal(err)
	}
	return s
}

func (o *office) page(scope access.Scope) Fairness {
	o.t.Helper()
	p, err := o.svc.Page(context.Background(), o.Actor("chief"), scope, q3)
	if err != nil {
		o.t.Fatal(err)
	}
	return p
}

// recounted is a spread the long way: every entry of every person.
func (o *office) recounted(of func(branch uuid.UUID) bool) (Spread, []int) {
	var rows []struct {
		PersonID uuid.UUID
		Points   int
	}
	if err := o.db.NewRaw("SELECT person_id, sum(points) AS points FROM points_entries WHERE post_quarter = '2026Q3' GROUP BY person_id").Scan(context.Background(), &rows); err != nil {
		o.t.Fatal(err)
	}
	var all []int
	for _, r := range rows {
		var branches []uuid.UUID
		if err := o.db.NewRaw("SELECT branch_id FROM org_party_memberships WHERE person_id = ? AND (valid_to IS NULL OR valid_to >= '2026-07-01') ORDER BY valid_from DESC", r.PersonID).
			Scan(context.Background(), &branches); err != nil {
			o.t.Fatal(err)
		}
		if of(branches[0]) {
			all = append(all, r.Points)
		}
	}
	slices.Sort(all)
	var s Spread
	at := func(share float64) int {
		i := share * float64(len(all)-1)
		low := int(math.Floor(i))
		high := min(low+1, len(all)-1)
		return int(math.Round(float64(all[low]) + (i-float64(low))*float64(all[high]-all[low])))
	}
	s.People, s.Min, s.Max, s.Lower, s.Median, s.Upper = len(all), all[0], all[len(all)-1], at(0.25), at(0.5), at(0.75)
	for _, n := range all {
		s.Points += int64(n)
	}
	mean, square := float64(s.Points)/float64(len(all)), 0.0
	for _, n := range all {
		square += (float64(n) - mean) * (float64(n) - mean)
	}
	s.Average, s.Deviation = int(math.Round(mean)), int(math.Round(math.Sqrt(square/float64(len(all)))))
	s.Few = s.People < fewPeople
	return s, all
}

func TestSpreadAgainstRecount(t *testing.T) {
	o := busy(t)
	p := o.page(o.scope("chief"))
	if len(p.Branches) != 2 {
		t.Fatalf("%+v", p.Branches)
	}
	for n, got := range append([]Spread{p.Whole}, p.Branches...) {
		want, all := o.recounted(func(b uuid.UUID) bool { return n == 0 || b == o.Branches[n-1].ID })
		if n > 0 {
			want.Branch = o.Branches[n-1].Name
			if *got.BranchID != o.Branches[n-1].ID {
				t.Errorf("branch %d is %v", n, got.BranchID)
			}
			got.BranchID = nil
		}
		if got != want {
			t.Errorf("%d: %+v, recounted %+v from %v", n, got, want, all)
		}
	}
	if p.Branches[0].People != 5 || p.Branches[1].People != 5 {
		t.Errorf("people: %+v", p.Branches)
	}
}

func TestCutsAgainstRecount(t *testing.T) {
	o := busy(t)
	p := o.page(o.scope("office"))
	var entries []struct {
		Dimension, Code   string
		Requested, Points int
		CutBy             string
		PersonID          uuid.UUID
	}
	if err := o.db.NewRaw(`SELECT e.dimension, r.code, e.requested, e.points, e.cut_by, e.person_id FROM points_entries e JOIN points_rules r ON r.id = e.rule_id`).
		Scan(context.Background(), &entries); err != nil {
		t.Fatal(err)
	}
	type count struct{ entries, cut, lost, people int }
	dimensions, rules, people := map[string]count{}, map[string]count{}, map[string]bool{}
	for _, e := range entries {
		d, r := dimensions[e.Dimension], rules[e.Code]
		d.entries++
		if e.CutBy != "" {
			d.cut++
			r.cut++
			d.lost += e.Requested - e.Points
			r.lost += e.Requested - e.Points
			if key := e.Dimension + e.PersonID.String(); !people[key] {
				people[key] = true
				d.people++
			}
			rules[e.Code] = r
		}
		dimensions[e.Dimension] = d
	}
	total := 0
	for _, d := range p.Cuts {
		if got, want := (count{d.Entries, d.Cut, d.Lost, d.People}), dimensions[d.Dimension]; got != want {
			t.Errorf("%s: %+v, recounted %+v", d.Dimension, got, want)
		}
		if d.Share != share(d.Cut, d.Entries) {
			t.Errorf("%s: share %d", d.Dimension, d.Share)
		}
		for _, r := range d.Rules {
			if want := rules[r.Code]; r.Cut != want.cut || r.Lost != want.lost || r.Title == "" {
				t.Errorf("%+v, recounted %+v", r, want)
			}
			delete(rules, r.Code)
			// The count opens down to its entries, page by page.
			n, lost := 0, 0
			f := CutFilter{Quarter: q3, Dimension: d.Dimension, Rule: r.Code, Limit: 3}
			for {
				items, next, err := o.svc.Cuts(context.Background(), o.Actor("office"), o.scope("office"), f)
				if err != nil {
					t.Fatal(err)
				}
				for _, e := range items {
					n, lost = n+1, lost+e.Requested-e.Points
				}
				if f.Cursor = next; next == "" {
					break
				}
			}
			if n != r.Cut || lost != r.Lost {
				t.Errorf("%s: %d entries of %d listed", r.Code, n, r.Cut)
			}
			total += n
		}
	}
	if total == 0 || len(rules) != 0 {
		t.Errorf("%d cut in the scene, rules without a row: %v", total, rules)
	}
}

// decided has somebody decide about a claim of a member of a branch.
func (o *office) decided(by, step, at string, branch int) {
	o.t.Helper()
	claim := db.NewID()
	o.exec(`INSERT INTO claim_claims (unit_id, id, number, person_id, claimed_by, branch_id, rule_code, rule_title, dimension, fact_on, requested, matter, state, created_at, submitted_at)
		VALUES (?, ?, nextval('claim_numbers'), ?, ?, ?, 'honour_city', '市级荣誉', 'professional', '2026-08-01', 300, '荣誉', 'submitted', ?, ?)`,
		o.Unit, claim, o.Person("member1"), o.Person("member1"), o.Branches[branch].ID, o.now, o.now)
	for _, s := range []struct{ step, by string }{{"submit", "member1"}, {step, by}} {
		o.exec("INSERT INTO claim_steps (unit_id, id, claim_id, step, version, by_person, at) VALUES (?, ?, ?, ?, 1, ?, ?)", o.Unit, db.NewID(), claim, s.step, o.Person(s.by), at)
	}
}

func TestVerifierShares(t *testing.T) {
	o := newOffice(t)
	for range 9 {
		o.decided("secretary1", "verify", "2026-08-02 10:00+08", 0)
	}
	o.decided("secretary1", "return", "2026-07-01 00:00+08", 0)  // the quarter's first moment
	o.decided("secretary1", "return", "2026-06-30 23:59+08", 0)  // before
	o.decided("secretary1", "verify", "2026-10-01 00:00+08", 0)  // after
	o.decided("office", "verify", "2026-09-30 23:59:59+08", 1)   // its last
	o.decided("office", "withdraw", "2026-09-01 10:00:00+08", 1) // no decision about it
	got := o.page(o.scope("chief")).Verifiers
	want := []Verifier{
		{o.Person("secretary1"), "白一帆", 9, 1, 900, false},
		{o.Person("office"), "柳青禾", 1, 0, 1000, true},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	// The counts open down to the claims, page by page.
	for step, n := range map[string]int{"": 10, "verify": 9, "return": 1} {
		f := DecisionFilter{Quarter: q3, Verifier: o.Person("secretary1"), Step: step, Limit: 4}
		seen := map[uuid.UUID]bool{}
		for {
			items, next, err := o.svc.Decisions(context.Background(), o.Actor("chief"), o.scope("chief"), f)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range items {
				seen[d.ClaimID] = true
				if step != "" && d.Step != step || d.Name != "叶知秋" || d.Branch != "第一党支部" {
					t.Errorf("%+v", d)
				}
			}
			if f.Cursor = next; next == "" {
				break
			}
		}
		if len(seen) != n {
			t.Errorf("%d claims listed for %q, want %d", len(seen), step, n)
		}
	}
	if items, _, err := o.svc.Decisions(context.Background(), o.Actor("chief"), access.Scope{}, DecisionFilter{Quarter: q3, Verifier: o.Person("secretary1")}); err != nil || len(items) != 0 {
		t.Errorf("the zero scope: %v %v", items, err)
	}
}

func TestWithinScope(t *testing.T) {
	o := busy(t)
	o.decided("secretary1", "verify", "2026-08-02 10:00+08", 0)
	o.decided("secretary2", "verify", "2026-08-02 10:00+08", 1)
	for _, key := range []string{"member1", "secretary1", "committee1", "leader1", "sysadmin", "auditor"} {
		if _, err := o.policy.Decide(o.Actor(key), need); !fault.Is(err, fault.Forbidden) {
			t.Errorf("%s: %v", key, err)
		}
	}
	// Were a branch ever let in by a policy line, it would see its own rows only.
	branch, err := o.policy.Decide(o.Actor("secretary2"), access.Need{Resource: "quarter_summary", Action: "read"})
	if err != nil {
		t.Fatal(err)
	}
	p := o.page(branch)
	if len(p.Branches) != 1 || *p.Branches[0].BranchID != o.Branches[1].ID || p.Whole.People != 5 || len(p.Verifiers) != 1 || p.Verifiers[0].Name != "唐文静" {
		t.Errorf("%+v", p)
	}
	whole := o.page(o.scope("chief"))
	for n, d := range p.Cuts {
		if d.Entries > whole.Cuts[n].Entries || d.Cut > d.Entries {
			t.Errorf("%+v of %+v", d, whole.Cuts[n])
		}
	}
	items, _, err := o.svc.Cuts(context.Background(), o.Actor("secretary2"), branch, CutFilter{Quarter: q3, Limit: 200})
	if err != nil || len(items) == 0 {
		t.Fatal(items, err)
	}
	for _, e := range items {
		if e.Branch != "第二党支部" && e.PersonID != o.Person("secretary2") {
			t.Errorf("foreign entry: %+v", e)
		}
	}
	if p := o.page(access.Scope{}); p.Whole.People != 0 || len(p.Branches)+len(p.Verifiers)+len(p.Cuts) != 0 {
		t.Errorf("the zero scope: %+v", p)
	}
	other := o.page(access.System(uuid.New()))
	if other.Whole.People != 0 || len(other.Branches)+len(other.Verifiers)+len(other.Cuts) != 0 {
		t.Errorf("another office: %+v", other)
	}
}

func TestQuarters(t *testing.T) {
	o := busy(t)
	for _, q := range []calendar.Quarter{{}, {Year: 2026, Q: 4}} {
		if _, err := o.svc.Page(context.Background(), o.Actor("chief"), o.scope("chief"), q); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", q, err)
		}
		if _, _, err := o.svc.Cuts(context.Background(), o.Actor("chief"), o.scope("chief"), CutFilter{Quarter: q}); !fault.Is(err, fault.Invalid) {
			t.Errorf("cuts of %s: %v", q, err)
		}
	}
	if _, _, err := o.svc.Cuts(context.Background(), o.Actor("chief"), o.scope("chief"), CutFilter{Quarter: q3, Cursor: "x"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("cursor: %v", err)
	}
	p, err := o.svc.Page(context.Background(), o.Actor("chief"), o.scope("chief"), calendar.Quarter{Year: 2025, Q: 4})
	if err != nil || p.Whole.People != 0 || len(p.Branches) != 0 {
		t.Errorf("an empty quarter: %+v %v", p, err)
	}
}
