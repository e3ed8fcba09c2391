package duty

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
)

func (o *scene) current(code string) Duty {
	o.t.Helper()
	list, err := o.svc.List(context.Background(), o.scope("office", "read"))
	if err != nil {
		o.t.Fatal(err)
	}
	for _, d := range append(slices.Clone(list.Next), list.Items...) {
		if d.Code == code {
			return d
		}
	}
	o.t.Fatalf("there is no %s", code)
	return Duty{}
}

func (d Duty) change(period string, times int, from string) Change {
	return Change{Seen: d.ID, Terms: Terms{Name: d.Name, ActivityKind: d.ActivityKind, Period: period, Times: times, Basis: d.Basis, Ord: d.Ord, ValidFrom: day(from)}}
}

func (o *scene) define(code string, in Change) error {
	_, err := o.svc.Define(context.Background(), o.Actor("office"), o.scope("office", "write"), code, in)
	return err
}

func TestSeedLeavesWhatIsThere(t *testing.T) {
	o := newOffice(t)
	d := o.current("party_day")
	if err := o.define("party_day", d.change(EveryMonth, 2, "2026-12-01")); err != nil {
		t.Fatal(err)
	}
	o.exec("DELETE FROM duty_duties WHERE code = 'review'")
	if lack, err := Unseeded(context.Background(), o.db); err != nil || len(lack) != 1 || lack[0] != o.Unit {
		t.Errorf("unseeded: %v %v", lack, err)
	}
	o.tx(func(ctx context.Context, tx bun.Tx) error { return Seed(ctx, tx, o.Unit, o.now) })
	list, err := o.svc.List(context.Background(), o.scope("member1", "read"))
	if err != nil || len(list.Items) != len(seeds()) || len(list.Next) != 1 || len(list.History) != 0 {
		t.Errorf("%d in force, %d to come, %d before: %v", len(list.Items), len(list.Next), len(list.History), err)
	}
	if lack, err := Unseeded(context.Background(), o.db); err != nil || len(lack) != 0 {
		t.Errorf("unseeded: %v %v", lack, err)
	}
}

func TestChangeKeepsThePast(t *testing.T) {
	o := newOffice(t)
	o.add(record{kind: "party_day", on: "2026-09-15", branch: 1})
	o.add(record{kind: "party_day", on: "2026-11-03", branch: 1})
	scope := access.System(o.Unit)
	f := Filter{From: day("2026-09-01"), To: day("2026-12-31"), Code: "party_day", Owners: []string{OwnerBranch}}
	was := o.cells(scope, f)
	d := o.current("party_day")
	for what, c := range map[string]Change{
		"the past": d.change(EveryMonth, 2, "2026-10-01"), "no first day": d.change(EveryMonth, 2, "2026-12-02"), "a year that runs": d.change(EveryYear, 2, "2026-01-01"),
		"an unknown kind": {Seen: d.ID, Terms: Terms{Name: "x", ActivityKind: "ball", Period: EveryMonth, Times: 1, ValidFrom: day("2026-12-01")}},
		"a group's kind":  {Seen: d.ID, Terms: Terms{Name: "x", ActivityKind: "group_meeting", Period: EveryMonth, Times: 1, ValidFrom: day("2026-12-01")}},
		"no name":         {Seen: d.ID, Terms: Terms{ActivityKind: "party_day", Period: EveryMonth, Times: 1, ValidFrom: day("2026-12-01")}},
		"a daily one":     d.change(EveryDay, 1, "2026-12-01"), "too often": d.change(EveryMonth, 32, "2026-12-01"), "a cut quarter": d.change(EveryQuarter, 1, "2026-11-01"),
	} {
		if err := o.define("party_day", c); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := o.define("party_day", d.change(EveryMonth, 2, "2026-11-01")); err != nil {
		t.Fatal(err)
	}
	now := o.cells(scope, f)
	for key, v := range was {
		if !strings.HasSuffix(key, "2026-11") && now[key] != v {
			t.Errorf("%s was %s and is %s", key, v, now[key])
		}
	}
	expect(t, now, [][2]string{{"第一:party_day 2026-11", "due 1/2"}, {"第一:party_day 2026-09", "met 1/1"}})
	// Whoever looked before the change meets a conflict; a correction on the same day replaces.
	if err := o.define("party_day", d.change(EveryMonth, 3, "2026-12-01")); !fault.Is(err, fault.Conflict) {
		t.Errorf("a stale change: %v", err)
	}
	if err := o.define("party_day", o.current("party_day").change(EveryMonth, 3, "2026-11-01")); err != nil {
		t.Fatal(err)
	}
	expect(t, o.cells(scope, f), [][2]string{{"第一:party_day 2026-11", "due 1/3"}, {"第一:party_day 2026-10", "missed 0/1"}})
	// A coming line is taken back, and the one before goes on.
	if err := o.define("party_day", o.current("party_day").change(EveryQuarter, 1, "2027-01-01")); err != nil {
		t.Fatal(err)
	}
	if err := o.define("party_day", o.current("party_day").change(EveryMonth, 1, "2026-12-01")); !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.Conflict) {
		t.Errorf("a line before a coming one: %v", err)
	}
	take := func() error {
		return o.svc.TakeBack(context.Background(), o.Actor("office"), o.scope("office", "write"), "party_day")
	}
	if err := take(); err != nil {
		t.Fatal(err)
	}
	if d := o.current("party_day"); d.Times != 3 || d.ValidTo != nil {
		t.Errorf("%+v", d)
	}
	if err := take(); !fault.Is(err, fault.Conflict) {
		t.Errorf("nothing to take back: %v", err)
	}
	var audited int
	if err := o.db.NewRaw("SELECT count(*) FROM audit_entries WHERE object = 'duty'").Scan(context.Background(), &audited); err != nil || audited != 4 {
		t.Errorf("%d audit rows: %v", audited, err)
	}
}

func TestWeeksAndMonthsChangePlaces(t *testing.T) {
	o := newOffice(t)
	if err := o.define("consultation", o.current("consultation").change(EveryMonth, 1, "2026-12-01")); err != nil {
		t.Fatal(err)
	}
	o.now = o.now.AddDate(0, 2, 0) // 20 January 2027
	got := o.cells(access.System(o.Unit), Filter{From: day("2026-11-20"), To: day("2027-01-20"), Code: "consultation", Owners: []string{OwnerGroup}})
	expect(t, got, [][2]string{{"第一第一:consultation 2026-W48", "missed 0/1"}, {"第一第一:consultation 2026-W49", ""}, {"第一第一:consultation 2026-12", "missed 0/1"}})
	if err := o.define("consultation", o.current("consultation").change(EveryWeek, 2, "2027-02-01")); err != nil {
		t.Fatal(err)
	}
}

func TestEndAndAdd(t *testing.T) {
	o := newOffice(t)
	ctx, by, write := context.Background(), o.Actor("office"), o.scope("office", "write")
	d := o.current("party_day")
	for last, code := range map[string]fault.Code{"2026-10-30": fault.Invalid, "2026-09-30": fault.Invalid, "2026-12-15": fault.Invalid} {
		if _, err := o.svc.End(ctx, by, write, "party_day", Ending{d.ID, day(last)}); !fault.Is(err, code) {
			t.Errorf("%s: %v", last, err)
		}
	}
	if _, err := o.svc.End(ctx, by, write, "party_day", Ending{d.ID, day("2026-11-30")}); err != nil {
		t.Fatal(err)
	}
	if err := o.svc.TakeBack(ctx, by, write, "party_day"); err != nil || o.current("party_day").ValidTo != nil {
		t.Errorf("taking back the end: %v", err)
	}
	if _, err := o.svc.End(ctx, by, write, "party_day", Ending{d.ID, day("2026-10-31")}); err != nil {
		t.Fatal(err)
	}
	expect(t, o.cells(access.System(o.Unit), Filter{From: day("2026-10-01"), To: day("2026-11-30"), Code: "party_day"}),
		[][2]string{{"第一:party_day 2026-10", "missed 0/1"}, {"第一:party_day 2026-11", ""}})

	in := New{Owner: OwnerBranch, Terms: Terms{Name: "参观见学", ActivityKind: "visit", Period: EveryQuarter, Times: 1, Ord: 20, ValidFrom: day("2026-10-01")}}
	added, err := o.svc.Add(ctx, by, write, in)
	if err != nil || added.Code != "visit" {
		t.Fatalf("%+v %v", added, err)
	}
	o.add(record{kind: "visit", on: "2026-10-20", branch: 2})
	expect(t, o.cells(access.System(o.Unit), Filter{From: day("2026-10-01"), To: day("2026-11-30"), Code: "visit"}),
		[][2]string{{"第一:visit 2026Q4", "due 0/1"}, {"第二:visit 2026Q4", "met 1/1"}})
	if _, err := o.svc.Add(ctx, by, write, in); !fault.Is(err, fault.Invalid) {
		t.Errorf("the same name again: %v", err)
	}
	in.Name = "红色教育"
	if again, err := o.svc.Add(ctx, by, write, in); err != nil || again.Code != "visit_2" {
		t.Errorf("%+v %v", again, err)
	}
	in.Name, in.ValidFrom = "过去", day("2026-07-01")
	if _, err := o.svc.Add(ctx, by, write, in); !fault.Is(err, fault.Invalid) {
		t.Errorf("in the past: %v", err)
	}
	// Daily study and the leaders' talks stay what they are.
	leader := o.current("leader_talks")
	if err := o.define("leader_talks", leader.change(EveryQuarter, 1, "2027-01-01")); !fault.Is(err, fault.Invalid) {
		t.Errorf("quarterly talks: %v", err)
	}
	if err := o.define("leader_talks", leader.change(EveryYear, 1, "2027-01-01")); err != nil {
		t.Errorf("talks: %v", err)
	}
	study := o.current("daily_study")
	if err := o.define("daily_study", study.change(EveryDay, 1, "2026-11-21")); err != nil {
		t.Errorf("study: %v", err)
	}
	for _, code := range []string{"", "nothing"} {
		if err := o.define(code, study.change(EveryDay, 1, "2026-11-21")); !fault.Is(err, fault.NotFound) {
			t.Errorf("%q: %v", code, err)
		}
	}
}

// TestTwoEditors: of many who change the same line at once, one does, and the others
// are told.
func TestTwoEditors(t *testing.T) {
	o := newOffice(t)
	d := o.current("party_day")
	scope, by := o.scope("office", "write"), o.Actor("office")
	var wait sync.WaitGroup
	results := make(chan error, 8)
	for n := range 8 {
		wait.Go(func() {
			_, err := o.svc.Define(context.Background(), by, scope, "party_day", d.change(EveryMonth, n+1, "2026-12-01"))
			results <- err
		})
	}
	wait.Wait()
	close(results)
	done := 0
	for err := range results {
		switch {
		case err == nil:
			done++
		case !fault.Is(err, fault.Conflict):
			t.Errorf("%v", err)
		}
	}
	if done != 1 {
		t.Errorf("%d changes went through", done)
	}
}

func TestExcuses(t *testing.T) {
	o := newOffice(t)
	ctx := context.Background()
	ask := func(key, code, owner string, id uuid.UUID, first, reason string) (Excuse, error) {
		return o.svc.Ask(ctx, o.Actor(key), o.scope(key, "excuse"), Asking{code, owner, id, day(first), reason})
	}
	b1, b2 := o.Branches[0].ID, o.Branches[1].ID
	o.add(record{kind: "party_day", on: "2026-11-03", branch: 1})
	for what, c := range map[string]struct {
		first string
		id    uuid.UUID
		code  fault.Code
	}{
		"met": {"2026-11-01", b1, fault.RuleBroken}, "not owed": {"2026-08-01", b1, fault.RuleBroken}, "another's": {"2026-10-01", b2, fault.NotFound},
		"to come": {"2026-12-01", b1, fault.NotFound}, "no first day": {"2026-10-02", b1, fault.NotFound},
	} {
		if _, err := ask("secretary1", "party_day", OwnerBranch, c.id, c.first, "抗洪"); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := ask("secretary1", "party_day", OwnerBranch, b1, "2026-10-01", "  "); !fault.Is(err, fault.Invalid) {
		t.Errorf("no reason: %v", err)
	}
	e, err := ask("secretary1", "party_day", OwnerBranch, b1, "2026-10-01", "全员 抗洪")
	if err != nil || e.State != Asked || e.Period != "2026-10" || e.Last != day("2026-10-31") || e.OwnerName != "第一党支部" || !e.MayWithdraw {
		t.Fatalf("%+v %v", e, err)
	}
	if _, err := ask("secretary1", "party_day", OwnerBranch, b1, "2026-10-01", "再说一次"); !fault.Is(err, fault.Conflict) {
		t.Errorf("twice: %v", err)
	}
	f := Filter{From: day("2026-10-01"), To: day("2026-10-31"), Code: "party_day", OwnerIDs: []uuid.UUID{b1}}
	expect(t, o.cells(access.System(o.Unit), f), [][2]string{{"第一:party_day 2026-10", "missed 0/1"}}) // not decided
	decide := func(key string, id uuid.UUID, in Decision) error {
		_, err := o.svc.Decide(ctx, o.Actor(key), o.scope(key, "approve"), id, in)
		return err
	}
	if err := decide("office", e.ID, Decision{Approve: false}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a refusal without a word: %v", err)
	}
	if err := decide("office", e.ID, Decision{Approve: true}); err != nil {
		t.Fatal(err)
	}
	expect(t, o.cells(access.System(o.Unit), f), [][2]string{{"第一:party_day 2026-10", "excused 0/1"}})
	if err := decide("chief", e.ID, Decision{Approve: true}); !fault.Is(err, fault.Conflict) {
		t.Errorf("decided twice: %v", err)
	}

	// Nobody decides what they asked themselves, not even around the service.
	own, err := ask("office", "review", OwnerUnit, o.Unit, "2026-10-01", "换届")
	if err != nil {
		t.Fatal(err)
	}
	if err := decide("office", own.ID, Decision{Approve: true}); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("their own: %v", err)
	}
	if _, err := o.db.NewRaw("UPDATE duty_excuses SET state = 'approved', decided_by = asked_by, decided_at = now() WHERE id = ?", own.ID).Exec(ctx); err == nil {
		t.Error("the database lets somebody approve their own")
	}
	// Nor what is their own duty.
	o.talk(2026, "chief", "member1", "2026-06-30", "planned", "")
	talks, err := ask("office", "leader_talks", OwnerLeader, o.Person("chief"), "2026-01-01", "外出学习")
	if err != nil {
		t.Fatal(err)
	}
	if err := decide("chief", talks.ID, Decision{Approve: true}); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("the chief's own talks: %v", err)
	}
	morning, err := ask("deputy", "morning_meeting", OwnerDeputy, o.Departments[1].ID, "2026-11-09", "出差")
	if err != nil {
		t.Fatal(err)
	}
	list, err := o.svc.Excuses(ctx, o.Actor("chief"), o.scope("chief", "read"), ExcuseFilter{State: Asked, Limit: 2})
	if err != nil || list.Total != 3 || len(list.Items) != 2 || list.Next == "" || list.Items[0].ID != morning.ID || !list.Items[0].MayDecide || list.Items[1].MayDecide {
		t.Fatalf("%+v %v", list, err)
	}
	rest, err := o.svc.Excuses(ctx, o.Actor("chief"), o.scope("chief", "read"), ExcuseFilter{State: Asked, Limit: 2, Cursor: list.Next})
	if err != nil || len(rest.Items) != 1 || rest.Next != "" || rest.Items[0].ID != own.ID || !rest.Items[0].MayDecide {
		t.Fatalf("%+v %v", rest, err)
	}
	for key, want := range map[string]int{"secretary1": 1, "secretary2": 0, "deputy": 2, "member1": 1, "head": 0, "office": 4} {
		if l, err := o.svc.Excuses(ctx, o.Actor(key), o.scope(key, "read"), ExcuseFilter{}); err != nil || l.Total != want || len(l.Items) != want {
			t.Errorf("%s sees %d, want %d: %v", key, l.Total, want, err)
		}
	}
	// Nor by who answers for the owner in that period, whoever asked.
	answers := func(key, role, kind string, place uuid.UUID, from, to any) {
		t.Helper()
		o.exec(`INSERT INTO access_grants (unit_id, id, person_id, role, place_kind, place_id, valid_from, valid_to) VALUES (?, gen_random_uuid(), ?, ?, ?, ?, ?, ?)`,
			o.Unit, o.Person(key), role, kind, place, from, to)
	}
	answers("office", "branch_secretary", "branch", b2, "2026-10-31", "2026-10-31")
	answers("chief", "group_leader", "group", o.Groups[1][0].ID, "2026-01-01", "2026-10-01")
	ofBranch, err := ask("secretary2", "party_day", OwnerBranch, b2, "2026-10-01", "抗洪")
	if err != nil {
		t.Fatal(err)
	}
	ofGroup, err := ask("secretary2", "group_meeting", OwnerGroup, o.Groups[1][0].ID, "2026-10-01", "抗洪")
	if err != nil {
		t.Fatal(err)
	}
	later, err := ask("secretary2", "party_day", OwnerBranch, b2, "2026-11-01", "抗洪")
	if err != nil {
		t.Fatal(err)
	}
	after, err := ask("secretary2", "group_meeting", OwnerGroup, o.Groups[1][0].ID, "2026-11-01", "抗洪")
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]map[uuid.UUID]bool{
		"office": {ofBranch.ID: false, ofGroup.ID: false, later.ID: true, after.ID: true},
		"chief":  {ofBranch.ID: true, ofGroup.ID: false, later.ID: true, after.ID: true},
	} {
		l, err := o.svc.Excuses(ctx, o.Actor(key), o.scope(key, "read"), ExcuseFilter{State: Asked})
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range l.Items {
			may, is := want[x.ID]
			if is && x.MayDecide != may {
				t.Errorf("%s may decide about %s: %v", key, x.matter(), x.MayDecide)
			}
			if is && !may {
				if err := decide(key, x.ID, Decision{Approve: true}); !fault.Is(err, fault.RuleBroken) {
					t.Errorf("%s about %s: %v", key, x.matter(), err)
				}
			}
			delete(want, x.ID)
		}
		if len(want) > 0 {
			t.Errorf("%s does not see %d", key, len(want))
		}
	}
	if err := decide("chief", after.ID, Decision{Approve: true}); err != nil {
		t.Errorf("who led the group before: %v", err)
	}
	// Taken back by whoever asked, and by nobody else.
	if _, err := o.svc.Withdraw(ctx, o.Actor("office"), o.scope("office", "excuse"), morning.ID); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("somebody else's: %v", err)
	}
	if _, err := o.svc.Withdraw(ctx, o.Actor("secretary1"), o.scope("secretary1", "excuse"), morning.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("out of reach: %v", err)
	}
	if w, err := o.svc.Withdraw(ctx, o.Actor("deputy"), o.scope("deputy", "excuse"), morning.ID); err != nil || w.State != Withdrawn {
		t.Errorf("%+v %v", w, err)
	}
	if _, err := ask("deputy", "morning_meeting", OwnerDeputy, o.Departments[1].ID, "2026-11-09", "又出差"); err != nil {
		t.Errorf("again after taking it back: %v", err)
	}
}
