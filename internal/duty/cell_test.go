package duty

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

// cells reckons, and gives each cell in one line by owner, code and period.
func (o *scene) cells(scope access.Scope, f Filter) map[string]string {
	o.t.Helper()
	cells, err := Cells(context.Background(), o.db, scope, f, o.today())
	if err != nil {
		o.t.Fatal(err)
	}
	out := map[string]string{}
	for _, c := range cells {
		key := c.BranchName[:min(len(c.BranchName), len("第一"))] + ":" + c.Code + " " + c.Period
		if c.Owner == OwnerGroup {
			key = c.BranchName[:len("第一")] + c.OwnerName[:len("第一")] + ":" + c.Code + " " + c.Period
		}
		if _, twice := out[key]; twice {
			o.t.Errorf("%s comes twice", key)
		}
		out[key] = fmt.Sprintf("%s %d/%d", c.State, c.Held, c.Owed)
	}
	return out
}

func expect(t *testing.T, got map[string]string, want [][2]string) {
	t.Helper()
	for _, w := range want {
		if got[w[0]] != w[1] {
			t.Errorf("%s: %q, want %q", w[0], got[w[0]], w[1])
		}
	}
}

func TestCells(t *testing.T) {
	o := newOffice(t)
	o.add(record{kind: "branch_meeting", on: "2026-10-08", branch: 1, quorum: true})
	o.add(record{kind: "committee_meeting", on: "2026-11-05", branch: 1, quorum: false}) // meets no duty
	o.add(record{kind: "group_meeting", on: "2026-11-06", branch: 1, group: 1})
	o.add(record{kind: "group_meeting", on: "2026-11-07", branch: 1, group: 1})
	o.add(record{kind: "group_meeting", on: "2026-10-07", branch: 1, group: 1, withdrawn: true})
	o.add(record{kind: "party_day", on: "2026-11-10", present: []string{"member1", "leader2"}}) // the whole office's, of both branches
	o.add(record{kind: "party_day", on: "2026-09-30", branch: 1})
	o.add(record{kind: "party_day", on: "2026-10-11", branch: 1, group: 1}) // a group's, for no branch
	o.add(record{kind: "party_lecture", on: "2026-11-11", branch: 1, draft: true})
	o.add(record{kind: "party_lecture", on: "2026-10-11", branch: 2, late: true})
	o.add(record{kind: "seminar", on: "2026-11-12", branch: 2, late: true})
	o.add(record{kind: "seminar", on: "2026-11-13", branch: 2})
	o.add(record{kind: "morning_meeting", on: "2026-11-16", department: 2})
	o.add(record{kind: "morning_meeting", on: "2026-11-11", department: 2})
	o.add(record{kind: "morning_meeting", on: "2026-11-12", department: 2})
	o.add(record{kind: "morning_meeting", on: "2026-11-02", department: 1}) // nobody supervises it
	o.add(record{kind: "review", on: "2026-10-20"})
	o.add(record{kind: "core_group_study", on: "2026-10-20", department: 1})
	o.talk(2026, "chief", "office", "2026-06-30", "confirmed", "2026-06-30")
	o.talk(2026, "chief", "member1", "2026-06-30", "reported", "2026-07-01")
	o.talk(2026, "chief", "staff", "2026-06-30", "planned", "")
	o.talk(2026, "chief", "leader1", "2026-06-30", "cancelled", "")

	got := o.cells(access.System(o.Unit), Filter{From: day("2026-01-01"), To: day("2026-12-31")})
	expect(t, got, [][2]string{
		{"第一:branch_meeting 2026Q4", "met 1/1"}, {"第二:branch_meeting 2026Q4", "due 0/1"}, {"第一:branch_meeting 2026Q3", "none 0/0"},
		{"第一:committee_meeting 2026-11", "due 0/1"}, {"第一:committee_meeting 2026-10", "missed 0/1"},
		{"第二:committee_meeting 2026-11", "none 0/0"}, // no committee, and too few members for one
		{"第一第一:group_meeting 2026-11", "met 2/1"}, {"第一第二:group_meeting 2026-11", "due 0/1"}, {"第一第一:group_meeting 2026-10", "missed 0/1"},
		{"第一:party_day 2026-11", "met 1/1"}, {"第二:party_day 2026-11", "met 1/1"}, {"第一:party_day 2026-10", "missed 0/1"}, {"第一:party_day 2026-09", "met 1/1"},
		{"第一:party_day 2026-08", "none 0/0"}, {"第一:party_day 2026-12", ""},
		{"第一:party_lecture 2026Q4", "due 0/1"}, {"第二:party_lecture 2026Q4", "late 1/1"}, {"第二:seminar 2026-11", "met 2/1"},
		{":morning_meeting 2026-W47", "due 1/2"}, {":morning_meeting 2026-W46", "met 2/2"}, {":morning_meeting 2026-W45", "missed 0/2"},
		{":review 2026Q4", "met 1/1"}, {":core_group_study 2026Q4", "due 0/1"}, {":leader_talks 2026", "due 2/3"}, {"第一:organisational_life 2026", "due 0/1"},
	})
	o.talk(2025, "chief", "office", "2025-12-31", "confirmed", "2026-01-05")
	got = o.cells(access.System(o.Unit), Filter{From: day("2025-06-01"), To: day("2025-06-02")})
	expect(t, got, [][2]string{{":leader_talks 2025", "late 1/1"}})
}

// Who leads owes a year's talks whether they were planned or not; without a plan, one.
func TestLeadersWithoutAPlan(t *testing.T) {
	o := newOffice(t)
	leads := func(who string, department any, from string, to any) {
		t.Helper()
		o.exec("INSERT INTO talk_leaders (unit_id, id, person_id, department_id, valid_from, valid_to) VALUES (?, gen_random_uuid(), ?, ?, ?, ?)",
			o.Unit, o.Person(who), department, from, to)
	}
	o.exec("UPDATE org_units SET created_at = '2025-01-01'")
	leads("chief", nil, "2024-06-01", nil)
	leads("deputy", o.Departments[0].ID, "2020-01-01", "2026-04-30") // one after the other
	leads("deputy", o.Departments[1].ID, "2026-05-01", nil)
	leads("office", nil, "2026-01-02", nil)           // not from the beginning of 2026
	leads("staff", nil, "2020-01-01", "2026-06-30")   // no more in 2026
	leads("member1", nil, "2026-02-01", "2026-02-28") // has talks all the same
	o.talk(2026, "member1", "staff", "2026-06-30", "planned", "")
	o.talk(2026, "member1", "leader1", "2026-06-30", "planned", "")
	o.talk(2025, "chief", "member1", "2025-12-31", "cancelled", "")
	o.talk(2026, "secretary1", "member1", "2026-12-31", "cancelled", "")
	o.talk(2026, "deputy", "member1", "2026-12-31", "confirmed", "2026-05-05")
	at := func(today string, year int) map[string]string {
		t.Helper()
		cells, err := Cells(context.Background(), o.db, access.System(o.Unit), Filter{From: calendar.NewDate(year, 1, 1), To: calendar.NewDate(year, 12, 31),
			Owners: []string{OwnerLeader}}, day(today))
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]string{}
		for _, c := range cells {
			for _, who := range []string{"chief", "deputy", "office", "staff", "member1", "secretary1"} {
				if o.Person(who) == c.OwnerID {
					got[who] = fmt.Sprintf("%s %d/%d", c.State, c.Held, c.Owed)
				}
			}
		}
		return got
	}
	for _, c := range []struct {
		today string
		year  int
		want  map[string]string
	}{
		{"2026-11-20", 2026, map[string]string{"chief": "due 0/1", "deputy": "met 1/1", "member1": "due 0/2"}},
		{"2026-03-02", 2026, map[string]string{"chief": "due 0/1", "deputy": "met 1/1", "staff": "due 0/1", "member1": "due 0/2"}}, // while it lasted
		{"2027-01-05", 2026, map[string]string{"chief": "missed 0/1", "deputy": "met 1/1", "member1": "missed 0/2"}},
		{"2026-11-20", 2025, map[string]string{"chief": "missed 0/1", "deputy": "missed 0/1", "staff": "missed 0/1"}},
		{"2026-11-20", 2024, map[string]string{"deputy": "none 0/0", "staff": "none 0/0"}}, // before the office began
	} {
		if got := at(c.today, c.year); !maps.Equal(got, c.want) {
			t.Errorf("%d on %s: %v, want %v", c.year, c.today, got, c.want)
		}
	}
	g, err := o.svc.Grid(context.Background(), o.scope("office", "read"), GridFilter{Owner: OwnerLeader, From: "2026-01", Months: 12})
	if err != nil || !slices.ContainsFunc(g.Rows, func(r Row) bool { return r.OwnerID == o.Person("chief") && len(r.Cells) == 1 }) {
		t.Errorf("%+v %v", g.Rows, err)
	}
}

func TestWeeksAskForNoMoreThanTheirWorkingDays(t *testing.T) {
	o := newOffice(t)
	o.exec("UPDATE org_units SET created_at = '2025-01-01'")
	got := o.cells(access.System(o.Unit), Filter{From: day("2026-02-09"), To: day("2026-02-28")})
	// 2026: off from 15 to 23 February, worked on the 14th and the 28th.
	expect(t, got, [][2]string{{":morning_meeting 2026-W07", "missed 0/2"}, {":morning_meeting 2026-W08", "none 0/0"}, {":morning_meeting 2026-W09", "missed 0/2"},
		{"第一第一:consultation 2026-W08", "none 0/0"}})
	o.exec("UPDATE duty_duties SET valid_to = '2020-12-31' WHERE code = 'morning_meeting'")
	o.exec(`INSERT INTO duty_duties (unit_id, id, code, name, owner, activity_kind, period, times, valid_from, created_at)
		VALUES (?, gen_random_uuid(), 'morning_meeting', '晨会', 'deputy', 'morning_meeting', 'week', 5, '2021-01-04', now())`, o.Unit)
	got = o.cells(access.System(o.Unit), Filter{From: day("2026-02-09"), To: day("2026-02-28")})
	expect(t, got, [][2]string{{":morning_meeting 2026-W07", "missed 0/5"}, {":morning_meeting 2026-W08", "none 0/0"}, {":morning_meeting 2026-W09", "missed 0/5"}})
}

func TestGrid(t *testing.T) {
	o := newOffice(t)
	o.add(record{kind: "group_meeting", on: "2026-11-06", branch: 1, group: 1})
	o.add(record{kind: "party_day", on: "2026-10-11", branch: 2, late: true})
	ctx := context.Background()
	g, err := o.svc.Grid(ctx, o.scope("office", "read"), GridFilter{Owner: OwnerBranch, From: "2026-10", Months: 2, Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	if g.Total != 2 || len(g.Rows) != 1 || g.Rows[0].Name != "第一党支部" || g.Next == "" || len(g.Months) != 2 {
		t.Fatalf("%+v", g)
	}
	var sum string
	for _, c := range g.Rows[0].Cells {
		if c.Code == "group_meeting" {
			sum += fmt.Sprintf("%s %s %d/%d, ", c.Period, c.State, c.Held, c.Owed)
		}
	}
	if sum != "2026-10 missed 0/2, 2026-11 partial 1/2, " {
		t.Errorf("group meetings: %s", sum)
	}
	next, err := o.svc.Grid(ctx, o.scope("office", "read"), GridFilter{Owner: OwnerBranch, From: "2026-10", Months: 2, Limit: 1, Cursor: g.Next})
	if err != nil || len(next.Rows) != 1 || next.Rows[0].Name != "第二党支部" || next.Next != "" {
		t.Fatalf("%+v %v", next, err)
	}
	// The second branch in October: three monthly ones, of which a late party day, its
	// groups' meetings, and four weeks of consultations of two groups, summed up.
	if m := next.Rows[0].Months[0]; m.Late != 1 || m.Met != 1 || m.State != Partial || m.Missed != m.Owed-1 {
		t.Errorf("October: %+v", m)
	}
	// The sums are those of both branches' rows, whatever the page.
	if !slices.Equal(g.Sums, added(g.Rows[0], next.Rows[0])) || !slices.Equal(next.Sums, g.Sums) || g.Sums[0].Met != 1 || g.Sums[1].Due == 0 {
		t.Errorf("sums: %+v %+v, of rows %+v", g.Sums, next.Sums, added(g.Rows[0], next.Rows[0]))
	}
	for _, owner := range []string{OwnerBranch, OwnerGroup} {
		one, err := o.svc.Grid(ctx, o.scope("office", "read"), GridFilter{Owner: owner, From: "2026-10", Months: 2, Text: "第二党支部"})
		if err != nil || len(one.Rows) == 0 || one.Total != len(one.Rows) || !slices.Equal(one.Sums, added(one.Rows...)) || one.Sums[0].Owed == 0 {
			t.Errorf("sums of one %s: %+v, of %d rows %+v: %v", owner, one.Sums, len(one.Rows), added(one.Rows...), err)
		}
	}
	for key, want := range map[string]int{"secretary1": 1, "member1": 1, "chief": 2, "deputy": 1} {
		if g, err := o.svc.Grid(ctx, o.scope(key, "read"), GridFilter{Owner: OwnerBranch}); err != nil || g.Total != want || len(g.Rows) != want {
			t.Errorf("%s: %d rows, want %d: %v", key, g.Total, want, err)
		}
	}
	for owner, want := range map[string]int{OwnerUnit: 0, OwnerGroup: 2, OwnerDeputy: 1, OwnerLeader: 0} {
		if g, err := o.svc.Grid(ctx, o.scope("deputy", "read"), GridFilter{Owner: owner}); err != nil || g.Total != want {
			t.Errorf("deputy's %s: %d rows, want %d: %v", owner, g.Total, want, err)
		}
	}
	for _, bad := range []GridFilter{{From: "gestern"}, {Cursor: "?"}} {
		if _, err := o.svc.Grid(ctx, o.scope("office", "read"), bad); !fault.Is(err, fault.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

// added adds up the months of rows.
func added(rows ...Row) []Month {
	var out []Month
	for _, r := range rows {
		for i, m := range r.Months {
			if i == len(out) {
				out = append(out, Month{Month: m.Month})
			}
			s := &out[i]
			s.Owed, s.Met, s.Late, s.Due, s.Missed, s.Excused = s.Owed+m.Owed, s.Met+m.Met, s.Late+m.Late, s.Due+m.Due, s.Missed+m.Missed, s.Excused+m.Excused
		}
	}
	for i := range out {
		out[i].judge()
	}
	return out
}

func TestDetail(t *testing.T) {
	o := newOffice(t)
	ok := o.add(record{kind: "branch_meeting", on: "2026-10-08", branch: 1, quorum: true, present: []string{"member1", "chief"}})
	o.add(record{kind: "branch_meeting", on: "2026-10-09", branch: 1, quorum: false})
	o.add(record{kind: "branch_meeting", on: "2026-10-10", branch: 1, draft: true})
	o.add(record{kind: "branch_meeting", on: "2026-10-11", branch: 1, withdrawn: true})
	o.add(record{kind: "branch_meeting", on: "2026-10-12", branch: 2})
	group := o.add(record{kind: "group_meeting", on: "2026-11-06", branch: 1, group: 2})
	ctx := context.Background()
	at := CellID{"branch_meeting", OwnerBranch, o.Branches[0].ID, day("2026-10-01")}
	d, err := o.svc.Detail(ctx, o.Actor("secretary1"), o.scope("secretary1", "read"), at)
	if err != nil {
		t.Fatal(err)
	}
	var got string
	for _, r := range d.Records {
		got += r.StartsAt.Format("02") + r.WhyNot + " "
	}
	if got != "11withdrawn 10draft 09quorum 08 " || d.Cell.State != Met || d.MayAsk || d.Records[3].RecordID != ok || d.Records[3].Present != 2 {
		t.Errorf("%s %+v", got, d)
	}
	if d, err = o.svc.Detail(ctx, o.Actor("member1"), o.scope("member1", "read"), at); err != nil || len(d.Records) != 3 {
		t.Errorf("a member sees a draft: %+v %v", d.Records, err)
	}
	if _, err = o.svc.Detail(ctx, o.Actor("secretary2"), o.scope("secretary2", "read"), at); !fault.Is(err, fault.NotFound) {
		t.Errorf("another branch's cell: %v", err)
	}
	at = CellID{"group_meeting", OwnerBranch, o.Branches[0].ID, day("2026-11-01")}
	d, err = o.svc.Detail(ctx, o.Actor("secretary1"), o.scope("secretary1", "read"), at)
	if err != nil || d.Cell.State != Partial || len(d.Groups) != 2 || len(d.Records) != 1 || d.Records[0].RecordID != group || d.MayAsk {
		t.Errorf("groups: %+v %v", d, err)
	}
	d, err = o.svc.Detail(ctx, o.Actor("leader1"), o.scope("leader1", "read"), CellID{"group_meeting", OwnerGroup, o.Groups[0][0].ID, day("2026-11-01")})
	if err != nil || d.Cell.State != Due || !d.MayAsk {
		t.Errorf("group: %+v %v", d, err)
	}
}

func TestOwed(t *testing.T) {
	o := newOffice(t)
	o.talk(2026, "chief", "member1", "2026-06-30", "planned", "")
	owed := func(key string) ([]Cell, error) {
		record, err := o.svc.reach(o.Actor(key), access.Need{Resource: "activity", Action: "record"})
		if err != nil {
			return nil, err
		}
		return Owed(context.Background(), o.db, record, o.Actor(key), o.today())
	}
	for key, want := range map[string]string{"chief": "leader_talks", "member1": "", "deputy": "morning_meeting", "leader1": "consultation group_meeting"} {
		cells, err := owed(key)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for i, c := range cells {
			if i > 0 {
				got += " "
			}
			got += c.Code
		}
		if got != want {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	// The Party office sees what the whole office owes, but not the talks of a leader.
	cells, err := owed("office")
	if err != nil || len(cells) == 0 || cells[0].Last.After(cells[len(cells)-1].Last) {
		t.Fatalf("%v %v", cells, err)
	}
	kinds := map[string]int{}
	for _, c := range cells {
		kinds[c.Owner]++
	}
	if kinds[OwnerLeader] != 0 || kinds[OwnerUnit] != 2 || kinds[OwnerDeputy] != 1 {
		t.Errorf("%v", kinds)
	}
}

func TestCompletion(t *testing.T) {
	o := newOffice(t) // keeps records since 10 September 2026; today is 20 November
	o.exec("UPDATE duty_duties SET valid_to = '2020-12-31' WHERE code = 'consultation'")
	g := o.Groups
	o.add(record{kind: "group_meeting", on: "2026-10-08", branch: 1, group: 1})
	o.add(record{kind: "group_meeting", on: "2026-10-20", branch: 1, group: 1})                // twice in a month: once
	o.add(record{kind: "group_meeting", on: "2026-11-06", branch: 1, group: 1})                // of the running month
	o.add(record{kind: "group_meeting", on: "2026-10-09", branch: 1, group: 2, draft: true})   // not confirmed
	o.add(record{kind: "group_meeting", on: "2026-10-09", branch: 2, group: 1, quorum: false}) // below its quorum
	o.exec("UPDATE org_groups SET valid_from = '2026-11-01' WHERE id = ?", g[1][1].ID)
	o.exec(`INSERT INTO duty_excuses (unit_id, id, code, owner, owner_id, period_first, reason, state, asked_by, asked_at, decided_by, decided_at)
		VALUES (?, gen_random_uuid(), 'group_meeting', 'group', ?, '2026-12-01', '抗洪', 'approved', ?, now(), ?, now())`,
		o.Unit, g[0][1].ID, o.Person("leader1"), o.Person("office"))

	q4, q3 := calendar.Quarter{Year: 2026, Q: 4}, calendar.Quarter{Year: 2026, Q: 3}
	check := func(what string, q calendar.Quarter, today calendar.Date, want map[uuid.UUID]Share) {
		t.Helper()
		got, err := Completion(context.Background(), o.db, o.Unit, q, today)
		if err != nil {
			t.Fatal(err)
		}
		for id, w := range want {
			if got[id] != w {
				t.Errorf("%s: %v, want %v", what, got[id], w)
			}
		}
	}
	// Of October each owes one; November is owed only by who met it already.
	check("running", q4, o.today(), map[uuid.UUID]Share{g[0][0].ID: {2, 2}, g[0][1].ID: {1, 0}, g[1][0].ID: {1, 0}, g[1][1].ID: {0, 0}})
	// Once it is over; what is excused is not owed.
	check("over", q4, day("2027-01-05"), map[uuid.UUID]Share{g[0][0].ID: {3, 2}, g[0][1].ID: {2, 0}, g[1][0].ID: {3, 0}, g[1][1].ID: {2, 0}})
	// Nothing is missed before the office kept records.
	check("before", q3, o.today(), map[uuid.UUID]Share{g[0][0].ID: {0, 0}})
}
