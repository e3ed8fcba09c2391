package volunteer

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

func TestWhoSeesAndOrganises(t *testing.T) {
	h := newHouse(t)
	branch := h.must(h.create("secretary1", h.plan(0)))
	in := h.plan(0)
	in.Organiser = activity.OrganiserRef{Kind: "unit"}
	if _, err := h.create("secretary1", in); !fault.Is(err, fault.NotFound) {
		t.Errorf("a secretary holds something for the office: %v", err)
	}
	unit := h.must(h.create("office", in))
	in.Organiser = activity.OrganiserRef{Kind: "department", ID: h.Departments[1].ID}
	department := h.must(h.create("office", in))
	in.Organiser = activity.OrganiserRef{Kind: "group", ID: h.Groups[0][1].ID}
	group := h.must(h.create("secretary1", in))

	ids := func(items []Action) (out []uuid.UUID) {
		for _, a := range items {
			out = append(out, a.ID)
		}
		return out
	}
	for _, c := range []struct {
		key  string
		want []uuid.UUID
	}{
		{"member1", []uuid.UUID{branch.ID, unit.ID, department.ID, group.ID}},    // of the branch, in the department
		{"secretary1", []uuid.UUID{branch.ID, unit.ID, department.ID, group.ID}}, // leads them all
		{"probationer", []uuid.UUID{unit.ID}},
		{"staff", []uuid.UUID{unit.ID, department.ID}},
		{"office", []uuid.UUID{branch.ID, unit.ID, department.ID, group.ID}},
		{"secretary2", []uuid.UUID{unit.ID, department.ID}},
	} {
		got := ids(h.list(c.key, ActionFilter{State: "coming"}))
		for _, a := range []ActionDetail{branch, unit, department, group} {
			want := slices.Contains(c.want, a.ID)
			if slices.Contains(got, a.ID) != want {
				t.Errorf("%s and %s of %s: listed is not %v", c.key, a.Title, a.OrganiserName, want)
			}
			_, err := h.action(c.key, a.ID)
			if want != (err == nil) || !want && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s opens %s: %v, want %v", c.key, a.OrganiserName, err, want)
			}
			_, err = h.sign(c.key, a.ID)
			if !want && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s signs up for %s: %v", c.key, a.OrganiserName, err)
			}
		}
	}
	_, err := h.change("secretary2", branch.ID, branch.Version, h.plan(0))
	wants(t, err, fault.NotFound, "")
	by, scope := h.as("secretary2", needOrganise())
	if _, err := h.svc.CancelAction(bg, by, scope, unit.ID, unit.Version, "不办了"); !fault.Is(err, fault.NotFound) {
		t.Errorf("another's action cancelled: %v", err)
	}

	seen, err := h.action("member1", branch.ID)
	if err != nil || seen.Code != "" || seen.Signups != nil || seen.Placed == 0 || seen.Own == nil {
		t.Errorf("a member reads %+v: %v", seen, err)
	}
	if mine := h.list("member1", ActionFilter{Mine: true}); len(mine) == 0 {
		t.Error("own sign-ups are not listed")
	}
	if full := h.must(h.action("secretary1", branch.ID)); full.Code == "" || len(full.Signups) == 0 {
		t.Errorf("the organiser reads %+v", full)
	}
	// Whoever was signed up sees what they are in, whoever holds it.
	h.must(h.add("secretary1", branch.ID, h.Person("probationer")))
	h.must(h.action("probationer", branch.ID))
}

func TestCheck(t *testing.T) {
	h := newHouse(t)
	for field, spoil := range map[string]func(*ActionInput){
		"title":     func(in *ActionInput) { in.Title = " " },
		"place":     func(in *ActionInput) { in.Place = strings.Repeat("街", 101) },
		"served":    func(in *ActionInput) { in.Served = "" },
		"ends_at":   func(in *ActionInput) { in.Ends = in.Starts },
		"starts_at": func(in *ActionInput) { in.Starts, in.Ends = in.Starts.AddDate(2, 0, 0), in.Ends.AddDate(2, 0, 0) },
		"closes_at": func(in *ActionInput) { in.Closes = in.Ends.Add(time.Minute) },
		"places":    func(in *ActionInput) { in.Places = intp(0) },
		"leader_id": func(in *ActionInput) { in.Leader = uuid.Nil },
	} {
		in := h.plan(5)
		spoil(&in)
		_, err := h.create("secretary1", in)
		wants(t, err, fault.Invalid, field)
	}
	past := h.plan(0)
	past.Starts, past.Ends, past.Closes = moment("2026-05-19 09:00"), moment("2026-05-19 10:00"), moment("2026-05-19 09:00")
	_, err := h.create("secretary1", past)
	wants(t, err, fault.Invalid, "ends_at")
	if _, _, _, err := h.svc.Actions(bg, h.Actor("member1"), access.System(h.Unit), ActionFilter{Cursor: "x"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a wrong cursor: %v", err)
	}
	for range 3 {
		h.must(h.create("secretary1", h.plan(0)))
	}
	by, scope := h.as("member1", needRead())
	seen := map[uuid.UUID]bool{}
	for cursor, pages := "", 0; pages == 0 || cursor != ""; pages++ {
		items, next, total, err := h.svc.Actions(bg, by, scope, ActionFilter{State: "coming", Limit: 2, Cursor: cursor})
		if err != nil || total != 3 {
			t.Fatal(total, err)
		}
		for _, a := range items {
			seen[a.ID] = true
		}
		cursor = next
	}
	if len(seen) != 3 {
		t.Errorf("%d of 3 on the pages", len(seen))
	}
}

func TestProject(t *testing.T) {
	h := newHouse(t)
	project := org.Project{ID: db.NewID(), Name: "检卫行动党支部", Party: true, From: calendar.NewDate(2026, time.May, 1)}
	from, member := project.From, db.NewID()
	err := db.Transact(bg, h.db, func(ctx context.Context, tx bun.Tx) error {
		if err := org.OpenProject(ctx, tx, h.Unit, project); err != nil {
			return err
		}
		for _, s := range []org.Secondment{
			{ID: db.NewID(), Project: project.ID, Person: h.Person("committee1"), Office: org.OfficeSecretary, From: from},
			{ID: member, Project: project.ID, Person: h.Person("probationer"), Office: org.OfficeMember, From: from},
		} {
			if err := org.Second(ctx, tx, h.Unit, s); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	seconded := func(key, role string) access.Actor {
		a := h.Actor(key)
		a.Grants = append(slices.Clone(a.Grants), access.Grant{Role: role, PlaceKind: "project", PlaceID: project.ID, PlaceName: project.Name})
		return a
	}
	scope := func(by access.Actor, n access.Need) access.Scope {
		s, err := h.policy.Decide(by, n)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	head := seconded("committee1", access.RoleTaskforceSecretary)
	in := h.plan(0)
	in.Organiser, in.Leader = activity.OrganiserRef{Kind: "project", ID: project.ID}, h.Person("committee1")
	a := h.must(h.svc.CreateAction(bg, head, scope(head, needOrganise()), in))
	if a.OrganiserName != project.Name {
		t.Errorf("held by %s", a.OrganiserName)
	}
	in1 := seconded("probationer", access.RoleTaskforceMember)
	if _, err := h.svc.Action(bg, in1, scope(in1, needRead()), a.ID); err != nil {
		t.Errorf("seconded: %v", err)
	}
	// Without the secondment there is no grant, and nothing to see.
	_, err = h.action("probationer", a.ID)
	wants(t, err, fault.NotFound, "")
	_, err = h.action("secretary1", a.ID)
	wants(t, err, fault.NotFound, "")
	_, err = h.sign("probationer", a.ID)
	wants(t, err, fault.NotFound, "")
	if d := h.must(h.svc.SignUp(bg, in1, scope(in1, needSign()), a.ID)); d.Own == nil || d.Own.State != Placed {
		t.Errorf("%+v", d.Own)
	}
	h.now = moment("2026-05-23 12:00")
	done := h.must(h.svc.RecordAction(bg, head, scope(head, needOrganise()), a.ID, a.Version, h.came("committee1", "probationer")))
	if done.RecordID == nil || h.count(`SELECT count(*) FROM activity_activities WHERE record_id = ? AND project_id = ?`, *done.RecordID, project.ID) != 1 {
		t.Errorf("recorded as %v", done.RecordID)
	}
}

func TestCode(t *testing.T) {
	h := newHouse(t)
	a := h.must(h.create("secretary1", h.plan(0)))
	by, scope := h.as("member1", needRead())
	if id, err := h.svc.ByCode(bg, by, scope, strings.ToUpper(a.Code)); err != nil || id != a.ID {
		t.Errorf("%v %v", id, err)
	}
	by, scope = h.as("probationer", needRead())
	_, err := h.svc.ByCode(bg, by, scope, a.Code)
	wants(t, err, fault.NotFound, "")
	_, err = h.svc.ByCode(bg, by, scope, "nothing")
	wants(t, err, fault.NotFound, "")

	by, scope = h.as("secretary1", needOrganise())
	code, err := h.svc.Poster(bg, by, scope, a.ID, "http://10.0.0.8:8080/")
	if err != nil || code.Address != "http://10.0.0.8:8080/v/"+a.Code || code.Size < 21+2*qrMargin || !strings.HasPrefix(code.Path, "M4 4h7v1h-7z") {
		t.Errorf("%.80v %v", code, err)
	}
	for _, wrong := range []string{"", "javascript:alert(1)", "http://", "ftp://x", "http://x/y", "http://u:p@x", "http://x?y=1"} {
		_, err := h.svc.Poster(bg, by, scope, a.ID, wrong)
		wants(t, err, fault.Invalid, "origin")
	}
	by, scope = h.as("secretary2", needOrganise())
	_, err = h.svc.Poster(bg, by, scope, a.ID, "http://x")
	wants(t, err, fault.NotFound, "")
	codes := map[string]bool{}
	for range 1000 {
		codes[newCode()] = true
	}
	if len(codes) != 1000 || len(a.Code) != 10 {
		t.Errorf("%d codes, like %s", len(codes), a.Code)
	}
}
