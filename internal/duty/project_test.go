package duty

import (
	"context"
	"slices"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

func (o *scene) force(name string) uuid.UUID {
	o.t.Helper()
	id := db.NewID()
	o.exec(`INSERT INTO org_projects (unit_id, id, name, party, valid_from) VALUES (?, ?, ?, true, '2026-09-01')`, o.Unit, id, name)
	return id
}

// What a project held counts for each branch that somebody came from, once however
// many came and whatever else they are in (rule 28).
func TestProjectsCountWherePeopleBelong(t *testing.T) {
	o := newOffice(t)
	ctx := context.Background()
	first, second := o.force("守正行动党支部"), o.force("晨曦行动党支部")
	held := func(branch int) int {
		t.Helper()
		f := Filter{From: calendar.NewDate(2026, 10, 1), To: calendar.NewDate(2026, 10, 31), Owners: []string{OwnerBranch}, OwnerIDs: []uuid.UUID{o.Branches[branch].ID}}
		cells, err := Cells(ctx, o.db, access.System(o.Unit), f, o.today())
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(cells, func(c Cell) bool { return c.Kind == "party_day" && c.First == f.From })
		if i < 0 {
			t.Fatal("no cell of 主题党日")
		}
		return cells[i].Held
	}
	want := func(when string, a, b int) {
		t.Helper()
		if x, y := held(0), held(1); x != a || y != b {
			t.Errorf("%s: the branches held %d and %d, want %d and %d", when, x, y, a, b)
		}
	}
	want("before", 0, 0)
	o.add(record{kind: "party_day", on: "2026-10-14", project: first, present: []string{"member1", "committee1", "leader2"}})
	want("people of both", 1, 1)
	o.add(record{kind: "party_day", on: "2026-10-15", project: second, present: []string{"member1"}})
	want("one of them in another too", 2, 1)
	o.add(record{kind: "party_day", on: "2026-10-16", project: second, draft: true, present: []string{"leader2"}})
	o.add(record{kind: "party_day", on: "2026-10-16", project: second, quorum: false, present: []string{"leader2"}})
	want("neither confirmed nor quorate", 2, 1)
	o.add(record{kind: "party_day", on: "2026-10-16", project: second, present: []string{"staff"}})
	want("somebody of no branch", 2, 1)

	// The cell names what it rests on.
	by, scope := o.Actor("office"), o.scope("office", "read")
	f := Filter{From: calendar.NewDate(2026, 10, 1), To: calendar.NewDate(2026, 10, 31), Owners: []string{OwnerBranch}}
	cells, err := Cells(ctx, o.db, scope, f, o.today())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range cells {
		if c.Kind != "party_day" || c.OwnerID != o.Branches[1].ID {
			continue
		}
		d, err := o.svc.Detail(ctx, by, scope, CellID{Code: c.Code, Owner: c.Owner, OwnerID: c.OwnerID, First: c.First})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, r := range d.Records {
			if r.Counts {
				names = append(names, r.OrganiserName)
			}
		}
		if !slices.Equal(names, []string{"守正行动党支部"}) {
			t.Error(names)
		}
	}
}
