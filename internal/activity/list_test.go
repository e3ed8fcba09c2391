package activity

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// scatter makes records of every state, organiser and place by SQL alone: what
// scopes do with rows must not hang on how they came to be.
func (o *office) scatter(n int, random *rand.Rand) []uuid.UUID {
	o.t.Helper()
	ctx := context.Background()
	keys := o.Keys()[:12]
	someone := func() any {
		if random.IntN(2) == 0 {
			return nil
		}
		return o.Person(keys[random.IntN(len(keys))])
	}
	var records []uuid.UUID
	exec := func(query string, args ...any) {
		o.t.Helper()
		if _, err := o.db.NewRaw(query, args...).Exec(ctx); err != nil {
			o.t.Fatalf("%s: %v", query, err)
		}
	}
	for i := range n {
		record := db.NewID()
		records = append(records, record)
		states := [][]State{{Draft}, {Confirmed}, {Superseded, Confirmed}, {Confirmed, Draft}, {Withdrawn}, {Superseded, Superseded, Confirmed, Draft}}[random.IntN(6)]
		for v, state := range states {
			id, b := db.NewID(), random.IntN(2)
			kind := []string{"unit", "department", "branch", "group"}[random.IntN(4)]
			place := map[string][3]any{"unit": {nil, nil, nil}, "department": {o.Departments[b].ID, nil, nil}, "branch": {nil, o.Branches[b].ID, nil},
				"group": {nil, o.Branches[b].ID, o.Groups[b][random.IntN(2)].ID}}[kind]
			exec(`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, organiser_kind, department_id, branch_id, group_id,
					host_id, recorder_id, lecturer_id, state, created_by, created_at, updated_at)
				VALUES (?, ?, ?, ?, 'seminar', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'draft', ?, now(), now())`,
				o.Unit, id, record, v+1, fmt.Sprintf("研讨 %d", i%7), moment("2026-05-01 09:00").AddDate(0, 0, i%20), moment("2026-05-01 10:00").AddDate(0, 0, i%20),
				kind, place[0], place[1], place[2], someone(), someone(), someone(), o.Person(keys[random.IntN(len(keys))]))
			for _, k := range keys {
				if random.IntN(8) == 0 {
					exec(`INSERT INTO activity_attendances (unit_id, activity_id, person_id, status) VALUES (?, ?, ?, ?)`, o.Unit, id, o.Person(k),
						[]string{Present, Guest, Absent}[random.IntN(3)])
				}
			}
			for _, step := range map[State][]State{Draft: {}, Confirmed: {Confirmed}, Superseded: {Confirmed, Superseded}, Withdrawn: {Confirmed, Withdrawn}}[state] {
				exec(`UPDATE activity_activities SET state = ?, confirmed_at = coalesce(confirmed_at, now()), withdrawn_at = CASE WHEN ? = 'withdrawn' THEN now() END WHERE id = ?`,
					step, step, id)
			}
		}
	}
	return records
}

// grants draws random roles at random places.
func (o *office) grants(random *rand.Rand) []access.Grant {
	var out []access.Grant
	for range 1 + random.IntN(3) {
		roles := access.Roles()
		r := roles[random.IntN(len(roles))]
		g := access.Grant{Role: r.Code, PlaceKind: r.Place}
		b := random.IntN(2)
		switch r.Place {
		case "department":
			g.PlaceID = o.Departments[b].ID
		case "branch":
			g.PlaceID = o.Branches[b].ID
		case "group":
			g.PlaceID = o.Groups[b][random.IntN(2)].ID
		}
		out = append(out, g)
	}
	return out
}

// For random grants and rows the list shows exactly what the detail opens, and
// calendar, count and pages agree with it.
func TestListEqualsDetail(t *testing.T) {
	o := newOffice(t)
	ctx := context.Background()
	random := rand.New(rand.NewPCG(7, 2026))
	records := o.scatter(36, random)
	shown, hidden, drafts := 0, 0, 0
	for range 30 {
		by := o.Actor(o.Keys()[random.IntN(12)])
		by.Grants = o.grants(random)
		scope, err := o.policy.Decide(by, needRead())
		if err != nil {
			scope = access.Scope{}
		}
		items, _, total, err := o.svc.List(ctx, by, scope, Filter{Limit: maxLimit})
		if err != nil {
			t.Fatal(err)
		}
		month, err := o.svc.Calendar(ctx, by, scope, calendar.NewDate(2026, 5, 9), Filter{})
		if err != nil || total != len(items) || len(month.Items) != total {
			t.Fatalf("%d listed, %d counted, %d in the calendar, %v", len(items), total, len(month.Items), err)
		}
		for _, record := range records {
			at := slices.IndexFunc(items, func(s Summary) bool { return s.ID == record })
			d, err := o.svc.Detail(ctx, by, scope, record, 0)
			switch {
			case err != nil && !fault.Is(err, fault.NotFound):
				t.Fatal(err)
			case (err == nil) != (at >= 0):
				t.Fatalf("%v: listed %v, opened %v", by.Grants, at >= 0, err)
			case err != nil:
				hidden++
				for v := 1; v < 5; v += 3 {
					if _, err := o.svc.Detail(ctx, by, scope, record, v); !fault.Is(err, fault.NotFound) {
						t.Fatalf("version %d of a hidden record opens: %v", v, err)
					}
				}
				continue
			}
			shown++
			if d.State == Draft {
				drafts++
			}
			if s := items[at]; s.Version != d.Version || s.State != d.State || s.Expected != d.Expected || s.Amending != d.Amending {
				t.Fatalf("list says %+v, detail %+v", s, d.Summary)
			}
			for _, v := range d.Versions[1:] { // what the history lists opens, too
				if got, err := o.svc.Detail(ctx, by, scope, record, v.Version); err != nil || got.State != v.State {
					t.Fatalf("version %d: %v", v.Version, err)
				}
			}
		}
	}
	if shown < 150 || hidden < 150 || drafts < 15 {
		t.Errorf("%d shown, %d hidden, %d drafts: the draw proves little", shown, hidden, drafts)
	}
}

func TestPagesAndSorts(t *testing.T) {
	o := newOffice(t)
	ctx := context.Background()
	o.scatter(45, rand.New(rand.NewPCG(1, 2)))
	by, scope := o.as("office", needRead())
	for _, sort := range []string{"", "starts_at", "-starts_at", "title", "-title", "updated_at", "-updated_at"} {
		var all []Summary
		f := Filter{Sort: sort, Limit: 7}
		for {
			items, next, total, err := o.svc.List(ctx, by, scope, f)
			if err != nil || total != 45 {
				t.Fatalf("%s: total %d, %v", sort, total, err)
			}
			all = append(all, items...)
			if f.Cursor = next; next == "" {
				break
			}
		}
		seen := map[uuid.UUID]bool{}
		for _, s := range all {
			seen[s.ID] = true
		}
		if len(all) != 45 || len(seen) != 45 {
			t.Errorf("%s: %d lines of %d records over the pages", sort, len(all), len(seen))
		}
		if !slices.IsSortedFunc(all, func(a, b Summary) int {
			c := 0
			switch strings.TrimPrefix(sort, "-") {
			case "title":
				c = strings.Compare(a.Title, b.Title)
			case "updated_at":
				c = a.UpdatedAt.Compare(b.UpdatedAt)
			default:
				c = a.StartsAt.Compare(b.StartsAt)
			}
			if sort == "" || sort[0] == '-' {
				return -c
			}
			return c
		}) {
			t.Errorf("%s: not in order", sort)
		}
	}
	for field, f := range map[string]Filter{"sort": {Sort: "starts_at; DROP TABLE x"}, "cursor": {Cursor: cursor{"title", "x", uuid.New()}.String()}} {
		_, _, _, err := o.svc.List(ctx, by, scope, f)
		wants(t, err, fault.Invalid, field)
	}
	_, _, _, err := o.svc.List(ctx, by, scope, Filter{Cursor: cursor{"-starts_at", "yesterday", uuid.New()}.String()})
	wants(t, err, fault.Invalid, "cursor")
}

func TestFilters(t *testing.T) {
	o := newOffice(t)
	r := o.meeting("2026-05-19", "deputy")
	r.Content = "学习贯彻全会精神 100%"
	in := o.must(o.create("secretary1", r, true))
	r = o.meeting("2026-05-05", "chief", "deputy", "committee1", "leader1")
	r.Title, r.Recorder = "补录的大会", o.Person("secretary1")
	low := o.must(o.create("secretary1", r, true))
	g := Record{Kind: "group_meeting", Title: "小组会", Starts: moment("2026-05-18 15:00"), Ends: moment("2026-05-18 16:00"), Place: "阅览室",
		Organiser: OrganiserRef{"group", o.Groups[0][0].ID}}
	plan := o.must(o.create("leader1", g, false))
	yes := true
	for name, c := range map[string]struct {
		f    Filter
		want []uuid.UUID
	}{
		"all":            {Filter{}, []uuid.UUID{in.ID, plan.ID, low.ID}},
		"kind":           {Filter{Kind: "group_meeting"}, []uuid.UUID{plan.ID}},
		"category":       {Filter{Category: "three_meetings"}, []uuid.UUID{in.ID, plan.ID, low.ID}},
		"state":          {Filter{State: Draft}, []uuid.UUID{plan.ID}},
		"late":           {Filter{Late: &yes}, []uuid.UUID{low.ID}},
		"no quorum":      {Filter{NoQuorum: true}, []uuid.UUID{low.ID}},
		"branch":         {Filter{Branch: o.Branches[0].ID}, []uuid.UUID{in.ID, plan.ID, low.ID}},
		"other branch":   {Filter{Branch: o.Branches[1].ID}, nil},
		"group":          {Filter{Group: o.Groups[0][0].ID}, []uuid.UUID{plan.ID}},
		"from":           {Filter{From: calendar.NewDate(2026, 5, 18)}, []uuid.UUID{in.ID, plan.ID}},
		"to":             {Filter{To: calendar.NewDate(2026, 5, 18)}, []uuid.UUID{plan.ID, low.ID}},
		"one day":        {Filter{From: calendar.NewDate(2026, 5, 19), To: calendar.NewDate(2026, 5, 19)}, []uuid.UUID{in.ID}},
		"who came":       {Filter{Person: o.Person("leader1")}, []uuid.UUID{in.ID}},
		"who was away":   {Filter{Person: o.Person("deputy")}, nil},
		"title":          {Filter{Text: "补录"}, []uuid.UUID{low.ID}},
		"place":          {Filter{Text: "阅览"}, []uuid.UUID{plan.ID}},
		"content":        {Filter{Text: "全会"}, []uuid.UUID{in.ID}},
		"person":         {Filter{Text: "叶知秋"}, []uuid.UUID{in.ID, low.ID}},
		"pinyin":         {Filter{Text: "YeZhi"}, []uuid.UUID{in.ID, low.ID}},
		"a pattern sign": {Filter{Text: "100%"}, []uuid.UUID{in.ID}},
		"only a sign":    {Filter{Text: "%"}, []uuid.UUID{in.ID}},
		"full width":     {Filter{Text: "\uff11\uff10\uff10"}, []uuid.UUID{in.ID}},
		"nothing":        {Filter{Text: "没有"}, nil},
	} {
		var got []uuid.UUID
		for _, s := range o.list("secretary1", c.f) {
			got = append(got, s.ID)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %d records, want %d", name, len(got), len(c.want))
		}
	}
}
