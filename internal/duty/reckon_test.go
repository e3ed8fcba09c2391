package duty

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"pgregory.net/rapid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

// line says a cell in full.
func line(c Cell) string {
	return fmt.Sprintf("%s %s %s %s %s..%s %s held %d late %d owed %d %s%s", c.Code, c.Owner, c.OwnerID, c.Every, c.First, c.Last, c.State, c.Held, c.FiledLate, c.Owed,
		c.ReasonState, c.Reason)
}

func sorted(cells []Cell) []string {
	out := make([]string, len(cells))
	for i, c := range cells {
		out[i] = line(c)
	}
	slices.Sort(out)
	return out
}

// TestReckonEqualsReference: for random histories the statement and the slow way
// through everything agree cell for cell, whoever looks and however it is narrowed.
func TestReckonEqualsReference(t *testing.T) {
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	seen := map[string]int{}
	rapid.Check(t, func(r *rapid.T) {
		h, people := draw(r, d)
		from := calendar.NewDate(2025, 11, 1).AddDays(rapid.IntRange(0, 300).Draw(r, "window"))
		to := from.AddDays(rapid.IntRange(60, 380).Draw(r, "length"))
		want := h.reckonSlowly(from, to)
		got, err := Cells(ctx, d, access.System(h.unit), Filter{From: from, To: to}, h.today)
		if err != nil {
			r.Fatal(err)
		}
		same(r, "all", want, got)
		for _, c := range got {
			seen[c.State]++
		}
		narrowed(r, d, h, from, to, want)
		scoped(r, d, policy, h, people, from, to, want)
		summed(r, d, h, from)
	})
	for _, state := range []string{Met, Late, Due, Missed, Excused, None} {
		if seen[state] == 0 {
			t.Errorf("no history had a cell that is %s", state)
		}
	}
}

func same(r *rapid.T, what string, want, got []Cell) {
	w, g := sorted(want), sorted(got)
	if !slices.Equal(w, g) {
		for _, l := range w {
			if !slices.Contains(g, l) {
				r.Logf("%s: missing %s", what, l)
			}
		}
		for _, l := range g {
			if !slices.Contains(w, l) {
				r.Logf("%s: not so   %s", what, l)
			}
		}
		r.Fatalf("%s: %d cells, want %d", what, len(g), len(w))
	}
}

func keep(cells []Cell, f func(Cell) bool) []Cell {
	return slices.DeleteFunc(slices.Clone(cells), func(c Cell) bool { return !f(c) })
}

// branchOf gives the branch that a cell lies in.
func (h *history) branchOf(c Cell) uuid.UUID {
	switch c.Owner {
	case OwnerBranch:
		return c.OwnerID
	case OwnerGroup:
		return find(h.groups, c.OwnerID).branch
	}
	return uuid.Nil
}

func narrowed(r *rapid.T, d *bun.DB, h *history, from, to calendar.Date, all []Cell) {
	branch := rapid.SampledFrom(h.branches).Draw(r, "of branch").id
	every := rapid.SampledFrom([]string{EveryWeek, EveryMonth, EveryQuarter}).Draw(r, "every")
	owner := rapid.SampledFrom([]string{OwnerUnit, OwnerBranch, OwnerGroup, OwnerDeputy, OwnerLeader}).Draw(r, "of owner")
	cases := map[string]struct {
		f    Filter
		keep func(Cell) bool
	}{
		"branch": {Filter{Branches: []uuid.UUID{branch}}, func(c Cell) bool { return h.branchOf(c) == branch }},
		"every":  {Filter{Every: []string{every}}, func(c Cell) bool { return c.Every == every }},
		"owner":  {Filter{Owners: []string{owner}}, func(c Cell) bool { return c.Owner == owner }},
		"one":    {Filter{OwnerIDs: []uuid.UUID{branch}, Code: "d1"}, func(c Cell) bool { return c.OwnerID == branch && c.Code == "d1" }},
		"states": {Filter{States: []string{Due, Missed}}, func(c Cell) bool { return c.State == Due || c.State == Missed }},
	}
	what := one(r, "narrowed by", cases)
	c := cases[what]
	c.f.From, c.f.To = from, to
	got, err := Cells(context.Background(), d, access.System(h.unit), c.f, h.today)
	if err != nil {
		r.Fatal(err)
	}
	same(r, what, keep(all, c.keep), got)
}

// one draws a key of a map.
func one[V any](r *rapid.T, what string, m map[string]V) string {
	return rapid.SampledFrom(slices.Sorted(maps.Keys(m))).Draw(r, what)
}

// scoped: nobody sees a row beyond their reach, and each sees all within it.
func scoped(r *rapid.T, d *bun.DB, policy *access.Policy, h *history, people []uuid.UUID, from, to calendar.Date, all []Cell) {
	branch, department := rapid.SampledFrom(h.branches).Draw(r, "own branch").id, rapid.SampledFrom(h.departments).Draw(r, "own department").id
	leader := func(c Cell) bool { return c.Owner == OwnerLeader && c.OwnerID == people[0] }
	who := map[string]struct {
		grant access.Grant
		sees  func(Cell) bool
	}{
		"secretary": {access.Grant{Role: "branch_secretary", PlaceKind: "branch", PlaceID: branch}, func(c Cell) bool { return h.branchOf(c) == branch || leader(c) }},
		"deputy":    {access.Grant{Role: "deputy_leader", PlaceKind: "department", PlaceID: department}, func(c Cell) bool { return c.Owner == OwnerDeputy && c.OwnerID == department || leader(c) }},
		"member":    {access.Grant{Role: "member", PlaceKind: "unit"}, func(c Cell) bool { return h.branchOf(c) == branch || leader(c) }},
		"office":    {access.Grant{Role: "party_office", PlaceKind: "unit"}, func(Cell) bool { return true }},
	}
	if len(h.groups) > 0 {
		g := h.groups[0].id
		who["group leader"] = struct {
			grant access.Grant
			sees  func(Cell) bool
		}{access.Grant{Role: "group_leader", PlaceKind: "group", PlaceID: g}, func(c Cell) bool { return c.OwnerID == g || leader(c) }}
	}
	name := one(r, "reader", who)
	by := access.Actor{Unit: h.unit, Account: db.NewID(), Person: people[0], Branch: branch, Grants: []access.Grant{who[name].grant}}
	scope, err := policy.Decide(by, need("read"))
	if err != nil {
		r.Fatal(err)
	}
	got, err := Cells(context.Background(), d, scope, Filter{From: from, To: to}, h.today)
	if err != nil {
		r.Fatal(err)
	}
	same(r, name, keep(all, who[name].sees), got)
	if got, err := Cells(context.Background(), d, access.Scope{}, Filter{From: from, To: to}, h.today); err != nil || len(got) > 0 {
		r.Fatalf("without a scope %d cells: %v", len(got), err)
	}
}

// summed: the sums of a grid add up what its rows show, page after page, and shares
// are those of the cells.
func summed(r *rapid.T, d *bun.DB, h *history, from calendar.Date) {
	owner := rapid.SampledFrom([]string{OwnerUnit, OwnerBranch, OwnerBranch, OwnerGroup, OwnerDeputy, OwnerLeader}).Draw(r, "grid of")
	f := GridFilter{Owner: owner, From: monthOf(from), Months: rapid.IntRange(1, 14).Draw(r, "months")}
	if rapid.Bool().Draw(r, "by name") {
		f.Text = h.branches[0].id.String()[30:]
	}
	if err := f.check(h.today); err != nil {
		r.Fatal(err)
	}
	var rows []Row
	page := f
	for page.Limit = 2; ; {
		g, err := grid(context.Background(), d, access.System(h.unit), page, h.today)
		if err != nil {
			r.Fatal(err)
		}
		rows = append(rows, g.Rows...)
		if g.Next == "" {
			want := added(append([]Row{{Months: monthly(nil, f.months(), h.today)}}, rows...)...)
			if !slices.Equal(g.Sums, want) {
				r.Fatalf("sums:\n%v, of rows\n%v", g.Sums, want)
			}
			if len(rows) != g.Total {
				r.Fatalf("%d rows of %d", len(rows), g.Total)
			}
			break
		}
		if page.Cursor = g.Next; page.check(h.today) != nil {
			r.Fatal(page.Cursor)
		}
	}
	var cells []Cell
	for _, c := range h.reckonSlowly(f.first, f.last) {
		if c.Owner == owner {
			cells = append(cells, c)
		}
	}
	for _, row := range rows {
		mine := keep(row.Cells, func(c Cell) bool {
			return c.Owner == owner && (owner != OwnerBranch || slices.ContainsFunc(h.lines, func(l Duty) bool { return l.Code == c.Code && l.Owner == OwnerBranch }))
		})
		same(r, "row of "+owner, keep(cells, func(c Cell) bool { return c.OwnerID == row.OwnerID }), mine)
	}
	quarter := calendar.QuarterOf(from)
	shares, err := Completion(context.Background(), d, h.unit, quarter, h.today)
	if err != nil {
		r.Fatal(err)
	}
	slowly := map[uuid.UUID]Share{}
	for _, c := range h.reckonSlowly(quarter.First(), quarter.Last()) {
		s := slowly[c.OwnerID]
		switch {
		case c.Owner != OwnerGroup || c.Last.After(quarter.Last()):
			continue
		case c.State == Met || c.State == Late:
			s = Share{s.Owed + 1, s.Met + 1}
		case c.State == Missed:
			s.Owed++
		}
		slowly[c.OwnerID] = s
	}
	for id, s := range slowly {
		if shares[id] != s {
			r.Fatalf("completion of %s: %v, want %v", id, shares[id], s)
		}
	}
}
