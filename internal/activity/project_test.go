package activity

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"
	"github.com/xuri/excelize/v2"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

func (o *office) tx(fn func(ctx context.Context, tx bun.Tx) error) error {
	return db.Transact(context.Background(), o.db, fn)
}

// force opens a project on 1 March 2026; the first of the keys heads it.
func (o *office) force(name string, keys ...string) uuid.UUID {
	o.t.Helper()
	id, from := db.NewID(), calendar.NewDate(2026, time.March, 1)
	err := o.tx(func(ctx context.Context, tx bun.Tx) error {
		if err := org.OpenProject(ctx, tx, o.Unit, org.Project{ID: id, Name: name, Party: true, From: from}); err != nil {
			return err
		}
		for i, k := range keys {
			s := org.Secondment{ID: db.NewID(), Project: id, Person: o.Person(k), Office: org.OfficeMember, From: from}
			if i == 0 {
				s.Office = org.OfficeSecretary
			}
			if err := org.Second(ctx, tx, o.Unit, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return id
}

// seconded is who the key is while in a project, with the scope of a permission.
func (o *office) seconded(key, role string, project uuid.UUID, n access.Need) (access.Actor, access.Scope) {
	by := o.Actor(key)
	by.Grants = append(slices.Clone(by.Grants), access.Grant{Role: role, PlaceKind: "project", PlaceID: project})
	scope, err := o.policy.Decide(by, n)
	if err != nil {
		return by, access.Scope{}
	}
	return by, scope
}

func (o *office) head(project uuid.UUID, n access.Need) (access.Actor, access.Scope) {
	return o.seconded("committee1", access.RoleTaskforceSecretary, project, n)
}

// partyDay is a 主题党日 that a project holds with people of both branches.
func (o *office) partyDay(project uuid.UUID, day string, keys ...string) Record {
	r := Record{Kind: "party_day", Title: "守正行动主题党日", Starts: moment(day + " 15:00"), Ends: moment(day + " 17:00"), Place: "仙河镇", Content: "走访企业",
		Organiser: OrganiserRef{"project", project}, Host: o.Person(keys[0]), Recorder: o.Person(keys[0])}
	for _, k := range keys {
		r.Attendance = append(r.Attendance, Attendance{Person: o.Person(k), Status: Present})
	}
	return r
}

// What a project holds is one record: each ledger has it once, and everybody stands
// where they belong.
func TestProjectHoldsAnActivity(t *testing.T) {
	o := newOffice(t)
	keys := []string{"committee1", "member1", "leader2"}
	project, other := o.force("守正行动党支部", keys...), o.force("晨曦行动党支部", "secretary2", "member1")
	by, scope := o.head(project, needRecord())
	out, err := o.svc.Create(context.Background(), by, scope, o.partyDay(project, "2026-05-19", keys...), true)
	o.must(out, err)

	lines := o.count("SELECT count(*) FROM points_entries e WHERE record_id = ? AND person_id = ?", out.ID, o.Person("member1"))
	if lines != 1 || o.sum(out.ID, "member1") <= 0 || o.sum(out.ID, "leader2") != o.sum(out.ID, "member1") {
		t.Errorf("member1 has %d entries of %d, leader2 %d", lines, o.sum(out.ID, "member1"), o.sum(out.ID, "leader2"))
	}
	d, err := o.detail("office", out.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	if d.Organiser != (OrganiserRef{"project", project}) || d.OrganiserName != "守正行动党支部" || d.Expected != 3 {
		t.Errorf("%+v", d.Summary)
	}
	branches := map[string]string{}
	for _, a := range d.Attendance {
		branches[a.Name] = a.BranchName
	}
	if branches["叶知秋"] != "第一党支部" || branches["方明远"] != "第二党支部" {
		t.Error(branches)
	}

	// In two at once: the other's record is another, and each counts once.
	second := o.partyDay(other, "2026-05-18", "secretary2", "member1")
	theirs, scope := o.seconded("secretary2", access.RoleTaskforceSecretary, other, needRecord())
	again, err := o.svc.Create(context.Background(), theirs, scope, second, true)
	o.must(again, err)
	if n := o.count("SELECT count(*) FROM points_entries WHERE person_id = ? AND record_id IN (?, ?)", o.Person("member1"), out.ID, again.ID); n != 2 {
		t.Errorf("%d entries of two records", n)
	}

	if got := o.projects("office"); got != "守正行动党支部 晨曦行动党支部" {
		t.Error(got)
	}
	if got := o.projects("member1") + o.projects("staff"); got != "守正行动党支部 晨曦行动党支部" { // whoever was there, and nobody else
		t.Error(got)
	}
	for want, f := range map[int]Filter{1: {Project: project}, 2: {Category: "party_day"}, 0: {Project: db.NewID()}} {
		if items := o.list("office", f); len(items) != want {
			t.Errorf("%+v: %d records, want %d", f, len(items), want)
		}
	}
	// Who is in it reads what it holds, and nothing of the other one; who is not and was
	// not there reads neither.
	read := func(key, role string, in uuid.UUID) int {
		by, scope := o.seconded(key, role, in, needRead())
		items, _, _, err := o.svc.List(context.Background(), by, scope, Filter{Category: "party_day"})
		if err != nil {
			t.Fatal(err)
		}
		return len(items)
	}
	if got := []int{read("staff", access.RoleTaskforceMember, project), read("staff", access.RoleTaskforceSecretary, other), len(o.list("staff", Filter{Category: "party_day"}))}; !slices.Equal(got, []int{1, 1, 0}) {
		t.Errorf("staff reads %v", got)
	}
	var b bytes.Buffer
	export, all := o.as("office", access.Need{Resource: "activity", Action: "export"})
	if err := o.svc.Export(context.Background(), export, all, Filter{Project: project}, &b); err != nil {
		t.Fatal(err)
	}
	if rows := exported(t, b.Bytes()); !slices.ContainsFunc(rows, func(r []string) bool { return slices.Contains(r, "守正行动党支部") }) {
		t.Error(rows)
	}
}

func (o *office) projects(key string) string {
	o.t.Helper()
	by, scope := o.as(key, needRead())
	refs, err := o.svc.Projects(context.Background(), by, scope)
	if err != nil {
		o.t.Fatal(err)
	}
	var names []string
	for _, r := range refs {
		names = append(names, r.Name)
	}
	return strings.Join(names, " ")
}

func exported(t *testing.T, b []byte) [][]string {
	t.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestProjectOrganisesWithinItsBounds(t *testing.T) {
	o := newOffice(t)
	project := o.force("守正行动党支部", "committee1", "member1")
	by, scope := o.head(project, needRecord())
	ctx := context.Background()
	create := func(change func(r *Record)) error {
		r := o.partyDay(project, "2026-05-19", "committee1", "member1")
		change(&r)
		_, err := o.svc.Create(ctx, by, scope, r, true)
		return err
	}
	wants(t, create(func(r *Record) { r.Kind = "branch_meeting" }), fault.Invalid, "organiser")
	wants(t, create(func(r *Record) {
		r.Attendance = append(r.Attendance, Attendance{Person: o.Person("leader2"), Status: Present})
	}), fault.Invalid, "attendance")
	wants(t, create(func(r *Record) { r.Organiser.ID = db.NewID() }), fault.NotFound, "")
	wants(t, create(func(r *Record) { r.Starts, r.Ends = moment("2026-02-27 15:00"), moment("2026-02-27 17:00") }), fault.Invalid, "organiser")
	wants(t, create(func(r *Record) { r.Organiser.ID = o.force("晨曦行动党支部", "leader2") }), fault.NotFound, "") // another's

	// A kind of the office's own with votes may be a project's, but elects nobody.
	k, all := o.as("office", access.Need{Resource: "activity_kind", Action: "write"})
	if _, err := o.svc.PutKind(ctx, k, all, Kind{Code: "staff_vote", Name: "临时党员大会", Category: "other", Expected: org.CircleMembers,
		Organisers: []string{"project"}, Quorum: "half", DefaultMinutes: 60, Active: true}); err != nil {
		t.Fatal(err)
	}
	wants(t, create(func(r *Record) { r.Kind, r.Election = "staff_vote", true }), fault.Invalid, "election")
	if err := create(func(r *Record) {
		r.Kind, r.Resolutions = "staff_vote", []Resolution{{Title: "通过计划", For: votes(2)}}
	}); err != nil {
		t.Error(err)
	}
	// A member drafts nothing and confirms nothing.
	member, none := o.seconded("member1", access.RoleTaskforceMember, project, needRecord())
	if _, err := o.svc.Create(ctx, member, none, o.partyDay(project, "2026-05-12", "committee1", "member1"), false); !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
}

func TestProjectsAmongOrganisers(t *testing.T) {
	o := newOffice(t)
	project := o.force("守正行动党支部", "committee1", "member1")
	o.force("晨曦行动党支部", "leader2")
	ended := o.force("旧行动党支部", "leader1")
	for last, want := range map[string]int{"2026-03-20": 2, "2026-03-21": 3} {
		if _, err := o.db.NewRaw(`UPDATE org_projects SET valid_to = ? WHERE id = ?`, last, ended).Exec(context.Background()); err != nil {
			t.Fatal(err)
		}
		by, scope := o.as("office", needRecord())
		all, err := o.svc.Organisers(context.Background(), by, scope)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, c := range all {
			if c.Kind == "project" {
				n++
			}
		}
		if n != want {
			t.Errorf("ended %s: %d projects are offered, want %d", last, n, want)
		}
	}
	by, scope := o.head(project, needRecord())
	mine, err := o.svc.Organisers(context.Background(), by, scope)
	if err != nil || !slices.Contains(mine, OrganiserChoice{OrganiserRef{"project", project}, "守正行动党支部"}) {
		t.Errorf("%v %v", mine, err)
	}
	s, err := o.svc.Suggest(context.Background(), by, scope, "party_day", OrganiserRef{"project", project}, calendar.NewDate(2026, time.May, 18))
	if err != nil || s.OrganiserName != "守正行动党支部" || len(s.Expected) != 2 || s.Host == nil || s.Host.ID != o.Person("committee1") {
		t.Errorf("%+v %v", s, err)
	}
	out, err := o.svc.Create(context.Background(), by, scope, o.partyDay(project, "2026-05-18", "member1", "committee1"), true)
	o.must(out, err)
	s, err = o.svc.Suggest(context.Background(), by, scope, "party_day", OrganiserRef{"project", project}, calendar.NewDate(2026, time.May, 19))
	if err != nil || s.From == nil || *s.From != out.ID || s.Host.ID != o.Person("member1") {
		t.Errorf("%+v %v", s, err)
	}
	_, err = o.svc.Suggest(context.Background(), by, scope, "party_day", OrganiserRef{"project", project}, calendar.NewDate(2026, time.February, 19))
	wants(t, err, fault.Invalid, "organiser")
}

func (o *office) volunteering() Record {
	return Record{Kind: "volunteering", Title: "清河志愿行", Starts: moment("2026-05-16 09:00"), Ends: moment("2026-05-16 12:00"), Place: "清河",
		Organiser: OrganiserRef{"branch", o.Branches[0].ID}, Recorder: o.Person("secretary1"), Served: "  沿河村民 ",
		Attendance: []Attendance{{Person: o.Person("member1"), Status: Present, Minutes: 180}},
		Outsiders:  []Outsider{{" 刘晓 ", "区公安分局", 120}, {"王强", "区司法局", 180}}}
}

// People of partner units stand apart: in the record and its amendments, in no ledger
// and in no count of our own.
func TestOutsiders(t *testing.T) {
	o := newOffice(t)
	for field, change := range map[string]func(r *Record){
		"outside_people[1].minutes": func(r *Record) { r.Outsiders[1].Minutes = 181 },
		"outside_people[0].minutes": func(r *Record) { r.Outsiders[0].Minutes = 0 },
		"outside_people[1].partner": func(r *Record) { r.Outsiders[1].Partner = " " },
		"outside_people[1].name":    func(r *Record) { r.Outsiders[1] = Outsider{"刘晓", "区公安分局", 60} },
		"outside_people":            func(r *Record) { r.Outsiders = make([]Outsider, 201) },
		"served":                    func(r *Record) { r.Served = strings.Repeat("村", 101) },
	} {
		r := o.volunteering()
		change(&r)
		_, err := o.create("secretary1", r, true)
		wants(t, err, fault.Invalid, field)
	}
	given := o.volunteering()
	out := o.must(o.create("secretary1", given, true))
	if given.Outsiders[0].Name != " 刘晓 " {
		t.Error("the caller's list was written to")
	}
	want := []Outsider{{"刘晓", "区公安分局", 120}, {"王强", "区司法局", 180}}
	check := func(version int) Detail {
		t.Helper()
		d, err := o.detail("secretary1", out.ID, version)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(d.OutsidePeople, want) || d.Outsiders != len(want) || d.Served != "沿河村民" || d.Expected != 1 || d.Guests != 0 {
			t.Errorf("version %d: %+v %+v", version, d.OutsidePeople, d.Summary)
		}
		return d
	}
	check(1)
	amended := o.must(o.amend("secretary1", out.ID))
	check(2)
	r := o.volunteering()
	r.Outsiders = []Outsider{{"王强", "区司法局", 60}, {"刘晓", "区公安分局", 120}, {"刘晓", "区司法局", 30}} // turned around, and one more
	want = r.Outsiders
	saved := o.must(o.save("secretary1", out.ID, amended.RowVersion, r))
	o.must(o.confirm("secretary1", out.ID, Confirmation{RowVersion: saved.RowVersion}))
	check(0)
	want = []Outsider{{"刘晓", "区公安分局", 120}, {"王强", "区司法局", 180}}
	check(1)
	if n := o.count("SELECT count(*) FROM points_entries WHERE record_id = ?", out.ID); n == 0 || n != o.count("SELECT count(*) FROM points_entries WHERE record_id = ? AND person_id IN (?, ?)",
		out.ID, o.Person("member1"), o.Person("secretary1")) {
		t.Errorf("%d entries", n)
	}
	// Of what is no volunteering they have no minutes.
	visit := o.volunteering()
	visit.Kind, visit.Starts, visit.Ends, visit.Attendance[0].Minutes = "visit", moment("2026-05-15 09:00"), moment("2026-05-15 12:00"), 0
	seen := o.must(o.create("secretary1", visit, true))
	if d, err := o.detail("secretary1", seen.ID, 0); err != nil || len(d.OutsidePeople) != 2 || d.OutsidePeople[0].Minutes != 0 {
		t.Errorf("%+v %v", d.OutsidePeople, err)
	}
}

// What is entered within another's transaction is there with it, or not at all.
func TestEnterAndTakeBackWithinATransaction(t *testing.T) {
	o := newOffice(t)
	by, scope := o.as("secretary1", needRecord())
	_, sure := o.as("secretary1", needConfirm())
	rows := func() int {
		n := 0
		for _, table := range []string{"activity_activities", "activity_attendances", "activity_outsiders", "points_entries", "audit_entries"} {
			n += o.count("SELECT count(*) FROM " + table)
		}
		return n
	}
	before, stop := rows(), errors.New("stop")
	err := o.tx(func(ctx context.Context, tx bun.Tx) error {
		if _, err := o.svc.Enter(ctx, tx, by, scope, o.volunteering(), true); err != nil {
			return err
		}
		return stop
	})
	if !errors.Is(err, stop) || rows() != before {
		t.Fatalf("%v, %d rows more", err, rows()-before)
	}
	var out Saved
	if err := o.tx(func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = o.svc.Enter(ctx, tx, by, scope, o.volunteering(), true)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if out.State != Confirmed || o.sum(out.ID, "member1") <= 0 {
		t.Errorf("%+v", out)
	}
	// Whoever may record and not confirm enters no confirmed record.
	member, own := o.as("member1", needRecord())
	err = o.tx(func(ctx context.Context, tx bun.Tx) error {
		_, err := o.svc.Enter(ctx, tx, member, own, o.volunteering(), true)
		return err
	})
	if !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.NotFound) {
		t.Error(err)
	}
	takeBack := func(scope access.Scope, reason string, after error) error {
		return o.tx(func(ctx context.Context, tx bun.Tx) error {
			if err := o.svc.TakeBack(ctx, tx, by, scope, out.ID, reason); err != nil {
				return err
			}
			return after
		})
	}
	wants(t, takeBack(sure, "", nil), fault.Invalid, "reason")
	wants(t, takeBack(access.Scope{}, "导入有误", nil), fault.NotFound, "")
	if err := takeBack(sure, "导入有误", stop); !errors.Is(err, stop) || o.sum(out.ID, "member1") == 0 {
		t.Error("taken back in part", err)
	}
	if err := takeBack(sure, "导入有误", nil); err != nil || o.sum(out.ID, "member1") != 0 {
		t.Error(err, o.sum(out.ID, "member1"))
	}
	wants(t, takeBack(sure, "导入有误", nil), fault.Conflict, "")
}
