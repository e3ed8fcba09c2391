package org

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
)

// TestAbsencesByReach goes over who may note and see whose absence: oneself, a
// secretary the branch, a head the department, the office everybody.
func TestAbsencesByReach(t *testing.T) {
	d, ctx := newDesk(t), context.Background()
	f := testdb.Office(t, d.db)
	add := func(key, of string, from, to string) (Absence, error) {
		a := f.Actor(key)
		scope, err := d.policy.Decide(a, access.Need{Resource: "absence", Action: "write"})
		if err != nil {
			return Absence{}, err
		}
		return d.AddAbsence(ctx, a, scope, NewAbsence{f.Person(of), "leave", day(from), day(to)})
	}
	for _, c := range []struct {
		who, of string
		code    fault.Code
	}{
		{"member1", "member1", ""}, {"secretary1", "leader1", ""}, {"secretary1", "secretary1", ""}, {"office", "chief", ""},
		{"member1", "leader1", fault.NotFound}, {"secretary1", "secretary2", fault.NotFound}, {"chief", "office", fault.NotFound},
		{"head", "secretary1", fault.NotFound}, {"sysadmin", "member1", fault.Forbidden},
	} {
		_, err := add(c.who, c.of, "2026-12-01", "2026-12-03")
		if (c.code == "") != (err == nil) || c.code != "" && !fault.Is(err, c.code) {
			t.Errorf("%s notes %s: %v", c.who, c.of, err)
		}
	}
	for key, want := range map[string]int{"member1": 1, "secretary1": 4, "secretary2": 0, "office": 4, "chief": 4, "head": 3, "deputy": 1, "staff": 0} {
		a := f.Actor(key)
		p, err := d.Absences(ctx, a, d.scope(a, "absence", "read"), AbsenceFilter{})
		if err != nil || len(p.Items) != want || p.Total != want {
			t.Errorf("%s sees %d of %d: %v", key, len(p.Items), p.Total, err)
		}
		for _, x := range p.Items {
			if own := x.Person == a.Person || key == "secretary1" || key == "office"; x.MayDelete != own {
				t.Errorf("%s may delete %s: %v", key, x.Name, x.MayDelete)
			}
		}
	}
	if _, err := add("office", "member1", "2026-12-03", "2026-12-04"); !fault.Is(err, fault.Conflict) {
		t.Errorf("the same day twice: %v", err)
	}
}

func TestAbsencesAreDeletedAndAudited(t *testing.T) {
	d, ctx := newDesk(t), context.Background()
	f := testdb.Office(t, d.db)
	a, other := f.Actor("member1"), f.Actor("secretary2")
	scope := d.scope(a, "absence", "write")
	x, err := d.AddAbsence(ctx, a, scope, NewAbsence{a.Person, "business", day("2026-12-01"), day("2026-12-31")})
	if err != nil || x.NotedByName != a.Name || x.BranchName == "" || !x.MayDelete {
		t.Fatalf("%+v %v", x, err)
	}
	for from, want := range map[string]int{"2026-11-01": 0, "2026-11-30": 0, "2026-12-01": 1, "2026-12-31": 1, "2027-01-01": 0} {
		got, err := Absences(ctx, d.db, f.Unit, day(from), day(from))
		if err != nil || len(got) != want {
			t.Errorf("%s: %d away, want %d (%v)", from, len(got), want, err)
		}
	}
	if err := d.DeleteAbsence(ctx, other, d.scope(other, "absence", "write"), x.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another branch's secretary: %v", err)
	}
	if err := d.DeleteAbsence(ctx, a, scope, x.ID); err != nil {
		t.Fatal(err)
	}
	if err := d.DeleteAbsence(ctx, a, scope, x.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("twice: %v", err)
	}
	if n := d.count(`SELECT count(*) FROM audit_entries WHERE action IN ('absence.add', 'absence.delete') AND object_id = ?`, a.Person); n != 2 {
		t.Errorf("%d audit rows", n)
	}
}

func TestAbsencesPage(t *testing.T) {
	d, ctx := newDesk(t), context.Background()
	f := testdb.Office(t, d.db)
	a := f.Actor("office")
	for i := range 7 {
		on := day("2026-12-01").AddDays(2 * i)
		if _, err := d.AddAbsence(ctx, a, d.scope(a, "absence", "write"), NewAbsence{f.Person("staff"), "training", on, on}); err != nil {
			t.Fatal(err)
		}
	}
	filter, seen := AbsenceFilter{Limit: 3, Kind: "training", From: day("2026-12-03")}, map[uuid.UUID]bool{}
	for pages := 1; ; pages++ {
		p, err := d.Absences(ctx, a, d.scope(a, "absence", "read"), filter)
		if err != nil || p.Total != 6 || pages > 2 {
			t.Fatalf("page %d: %d, %v", pages, p.Total, err)
		}
		for _, x := range p.Items {
			seen[x.ID] = true
		}
		if filter.Cursor = p.Next; p.Next == "" {
			break
		}
	}
	if len(seen) != 6 {
		t.Errorf("%d of 6 seen", len(seen))
	}
	filter.Cursor = "x"
	if _, err := d.Absences(ctx, a, d.scope(a, "absence", "read"), filter); !fault.Is(err, fault.Invalid) {
		t.Errorf("a broken cursor: %v", err)
	}
}

func TestNewAbsenceIsChecked(t *testing.T) {
	today, id := day("2026-11-23"), uuid.New()
	for name, a := range map[string]NewAbsence{
		"nobody": {uuid.Nil, "leave", today, today}, "kind": {id, "ill", today, today}, "backwards": {id, "leave", today, today.AddDays(-1)},
		"too long": {id, "leave", today, today.AddDays(366)}, "no day": {id, "leave", calendar.Date{}, today}, "far": {id, "leave", day("2030-01-01"), day("2030-01-02")},
	} {
		if err := a.check(today); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (NewAbsence{id, "leave", today, today.AddDays(365)}).check(today); err != nil {
		t.Error(err)
	}
}
