package talk

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
	"xianfeng/internal/testdb"
)

func (o *house) tick() {
	o.t.Helper()
	o.must(o.svc.Tick(bg))
}

// occasions reads the list as the Party office sees it.
func (o *house) occasions(state string) []NotedOccasion {
	o.t.Helper()
	by, scope := o.as("office", "talk", "plan")
	page, err := o.svc.Occasions(bg, by, scope, state, "", 200)
	o.must(err)
	if page.Total != len(page.Items) {
		o.t.Errorf("%d of %d", len(page.Items), page.Total)
	}
	return page.Items
}

func (o *house) veto(person string) points.EntryDetail {
	o.t.Helper()
	var rule uuid.UUID
	o.must(o.db.NewRaw(`SELECT id FROM points_rules WHERE unit_id = ? AND code = 'violation'`, o.Unit).Scan(bg, &rule))
	e, err := o.points.PostByOffice(bg, o.Actor("office"), access.System(o.Unit), points.OfficePosting{Person: o.Person(person), Rule: rule,
		FactOn: calendar.DateOf(o.now), Reason: "测试", VerifiedBy: o.Person("secretary1")})
	o.must(err)
	return e
}

// honour gives somebody one, with the selection that it comes from.
func (o *house) honour(person, on string) {
	o.t.Helper()
	by := o.Actor(person)
	s, c := db.NewID(), db.NewID()
	o.exec(`INSERT INTO selection_selections (unit_id, id, kind, quarter, title, quota, state, opened_by, opened_at, computed_at)
		VALUES (?, ?, 'pioneer_post', '2026Q1', '先锋岗', 1, 'open', ?, now(), now())`, o.Unit, s, o.Person("office"))
	o.exec(`INSERT INTO selection_candidates (unit_id, id, selection_id, branch_id, group_id, person_id, name, headcount, points) VALUES (?, ?, ?, ?, ?, ?, ?, 1, 0)`,
		o.Unit, c, s, by.Branch, by.Group, by.Person, by.Name)
	o.exec(`INSERT INTO selection_honours (unit_id, id, number, kind, title, quarter, branch_id, group_id, person_id, name, result, awarded_on, awarded_by, selection_id, candidate_id)
		VALUES (?, gen_random_uuid(), ?, 'pioneer_post', '先锋岗', '2026Q1', ?, ?, ?, ?, 'awarded', ?, ?, ?, ?)`,
		o.Unit, c.String(), by.Branch, by.Group, by.Person, by.Name, on, o.Person("office"), s, c)
}

func (o *house) talkOf(kind string) Talk {
	o.t.Helper()
	var id uuid.UUID
	o.must(o.db.NewRaw(`SELECT id FROM talk_talks WHERE type = ? AND state <> 'cancelled'`, kind).Scan(bg, &id))
	return o.see(id)
}

// Every source the system knows makes its talk, once, with who holds it and a day.
func TestOccasionsAreFound(t *testing.T) {
	o := newHouse(t)
	o.tick()
	if n := len(o.occasions("")); n != 0 {
		t.Fatalf("%d in an office where nothing happened", n)
	}
	office, all := o.Actor("office"), access.System(o.Unit)
	// A post follows a post; a first one follows nothing.
	_, err := o.org.Appoint(bg, office, all, o.Person("head"), org.NewPosition{Kind: "administrative", Title: "副检察长", From: day("2026-05-18")})
	o.must(err)
	_, err = o.org.Appoint(bg, office, all, o.Person("member1"), org.NewPosition{Kind: "administrative", Title: "检察官", From: day("2026-05-18")})
	o.must(err)
	// Branch and department within a week are one transfer; another group is none.
	_, err = o.org.Transfer(bg, office, all, o.Person("leader2"), org.BranchMove{Branch: o.Branches[0].ID, Group: o.Groups[0][0].ID, From: day("2026-05-12")})
	o.must(err)
	_, err = o.org.MoveDepartment(bg, office, all, o.Person("leader2"), org.DepartmentMove{Department: o.Departments[0].ID, From: day("2026-05-18")})
	o.must(err)
	_, err = o.org.Transfer(bg, office, all, o.Person("committee1"), org.BranchMove{Branch: o.Branches[0].ID, Group: o.Groups[0][0].ID, From: day("2026-05-18")})
	o.must(err)
	// Not before it is in force, and not what lies long back.
	_, err = o.org.MoveDepartment(bg, office, all, o.Person("staff"), org.DepartmentMove{Department: o.Departments[0].ID, From: day("2026-05-22")})
	o.must(err)
	_, err = o.org.MoveDepartment(bg, office, all, o.Person("secretary1"), org.DepartmentMove{Department: o.Departments[1].ID, From: day("2026-03-02")})
	o.must(err)
	o.honour("probationer", "2026-05-15")
	o.veto("member1")
	o.tick()
	o.tick()
	got := map[string]string{}
	for _, x := range o.occasions("arranged") {
		if got[x.Kind] != "" {
			t.Errorf("%s twice", x.Kind)
		}
		if x.Noted || x.TalkID == nil || x.Dismissed || x.KindName == "" {
			t.Errorf("%+v", x)
		}
		got[x.Kind] = x.PersonName
	}
	for kind, want := range map[string]struct{ person, talker, day, due string }{
		// Nobody supervises the head's department and no leader is named: the branch's secretary stands in.
		TypePostChange:   {"单若兰", "唐文静", "2026-05-21", "2026-06-03"},
		TypeTransfer:     {"方明远", "白一帆", "2026-05-21", "2026-06-03"},
		TypeCommendation: {"欧阳晓", "唐文静", "2026-05-21", "2026-06-03"},
		TypeDiscipline:   {"叶知秋", "白一帆", "2026-05-21", "2026-05-27"},
	} {
		x := o.talkOf(kind)
		if got[kind] != want.person || x.PartnerName != want.person || x.TalkerName != want.talker || on(x.PlannedOn) != want.day || x.DueOn != day(want.due) {
			t.Errorf("%s: %s with %s on %s by %s, want %+v", kind, x.TalkerName, x.PartnerName, on(x.PlannedOn), x.DueOn, want)
		}
	}
	if len(got) != 4 || o.count(`SELECT count(*) FROM talk_talks`) != 4 {
		t.Errorf("%v", got)
	}
	o.now = noon.AddDate(0, 0, 3)
	o.tick()
	// Whom nobody is there to talk with waits.
	if open := o.occasions("open"); len(open) != 1 || open[0].PersonName != "曾小满" {
		t.Errorf("%+v after the day came", open)
	}
}

// A roster tells who is here; somebody added by hand has come.
func TestArrivals(t *testing.T) {
	o := newHouse(t)
	office, all := o.Actor("office"), access.System(o.Unit)
	_, err := o.org.AddPerson(bg, office, all, org.NewPerson{PersonInput: org.PersonInput{Name: "韦青", PoliticalStatus: "masses"},
		From: day("2026-05-20"), Department: o.Departments[1].ID})
	o.must(err)
	// What an import leaves: people, their memberships, and the list of whom it made.
	id := db.NewID()
	o.exec(`INSERT INTO org_people (unit_id, id, name, created_at) VALUES (?, ?, '覃岚', ?)`, o.Unit, id, o.now)
	o.exec(`INSERT INTO org_department_memberships (unit_id, id, person_id, department_id, valid_from) VALUES (?, gen_random_uuid(), ?, ?, '2026-05-20')`, o.Unit, id, o.Departments[0].ID)
	o.exec(`INSERT INTO org_imports (unit_id, id, file_name, state, roster, undo, created_by, created_at)
		VALUES (?, gen_random_uuid(), '花名册.xlsx', 'confirmed', '{}', jsonb_build_object('people', jsonb_build_array(?::text)), ?, now())`, o.Unit, id.String(), office.Account)
	o.tick()
	all2 := o.occasions("")
	if len(all2) != 1 || all2[0].PersonName != "韦青" || all2[0].Kind != TypeTransfer {
		t.Fatalf("%+v", all2)
	}
	// Without a branch, the deputy who supervises the department stands in.
	if x := o.talkOf(TypeTransfer); x.TalkerName != "贺长林" {
		t.Errorf("%s holds it", x.TalkerName)
	}
}

func TestVetoTakenBack(t *testing.T) {
	o := newHouse(t)
	e := o.veto("member1")
	o.tick()
	x := o.talkOf(TypeDiscipline)
	_, err := o.points.Reverse(bg, o.Actor("office"), access.System(o.Unit), e.ID, "记错了人")
	o.must(err)
	o.now = noon.AddDate(0, 3, 0) // long after the days that are looked at
	o.tick()
	if got := o.see(x.ID); got.Status != Cancelled || got.CancelReason != "not_needed" {
		t.Errorf("%+v", got)
	}
	if all := o.occasions("dismissed"); len(all) != 1 {
		t.Errorf("%+v", all)
	}
	before := o.count(`SELECT count(*) FROM audit_entries`)
	o.tick()
	if n := o.count(`SELECT count(*) FROM audit_entries`); n != before {
		t.Errorf("a tick without news left %d lines", n-before)
	}
	// What was talked about stays.
	e = o.veto("leader1")
	o.tick()
	x = o.talkOf(TypeDiscipline)
	if _, err := o.report("leader1", x.ID, "2026-08-20", x.Version); err != nil {
		t.Fatal(err)
	}
	_, err = o.points.Reverse(bg, o.Actor("office"), access.System(o.Unit), e.ID, "记错了人")
	o.must(err)
	o.tick()
	if got := o.see(x.ID); got.Status != Reported {
		t.Errorf("%+v", got)
	}
}

func TestSwitchedOffAndWaiting(t *testing.T) {
	o := newHouse(t)
	o.exec(`UPDATE talk_types SET active = false WHERE code = 'discipline'`)
	o.veto("member1")
	o.tick()
	if n := len(o.occasions("")); n != 0 {
		t.Errorf("%d of a type that is off", n)
	}
	o.exec(`UPDATE talk_types SET active = true WHERE code = 'discipline'`)
	o.exec(`DELETE FROM org_positions WHERE kind <> 'administrative'`)
	o.exec(`UPDATE access_grants SET ended_at = now() WHERE role = 'deputy_leader'`)
	o.tick()
	if open := o.occasions("open"); len(open) != 1 || open[0].TalkID != nil {
		t.Fatalf("%+v", open)
	}
	// As soon as there is a leader, the talk is there; a leader of the department goes first.
	by, scope := o.as("office", "talk_type", "write")
	for _, l := range []LeaderInput{{Person: o.Person("chief"), From: day("2026-05-01")}, {Person: o.Person("deputy"), Department: o.Departments[1].ID, From: day("2026-05-01")}} {
		_, err := o.svc.AddLeader(bg, by, scope, l)
		o.must(err)
	}
	o.tick()
	if x := o.talkOf(TypeDiscipline); x.TalkerName != "贺长林" {
		t.Errorf("%+v", x)
	}
}

// Talks on the calendar stay, and limits and absences hold.
func TestOccasionFindsItsDay(t *testing.T) {
	o := newHouse(t)
	o.exec(`INSERT INTO talk_leaders (unit_id, id, person_id, per_day, valid_from) VALUES (?, gen_random_uuid(), ?, 1, '2026-01-01')`, o.Unit, o.Person("secretary1"))
	o.plan(TypeMember, "secretary1", "committee1", "2026-05-21")
	o.exec(`INSERT INTO org_absences (unit_id, id, person_id, kind, valid_from, valid_to, noted_by, noted_at)
		VALUES (?, gen_random_uuid(), ?, 'leave', '2026-05-22', '2026-05-22', ?, now())`, o.Unit, o.Person("member1"), o.Person("member1"))
	o.veto("member1")
	o.tick()
	if x := o.talkOf(TypeDiscipline); on(x.PlannedOn) != "2026-05-25" {
		t.Errorf("on %s", on(x.PlannedOn))
	}
	o.exec(`INSERT INTO org_absences (unit_id, id, person_id, kind, valid_from, valid_to, noted_by, noted_at)
		VALUES (?, gen_random_uuid(), ?, 'leave', '2026-05-20', '2026-07-22', ?, now())`, o.Unit, o.Person("leader1"), o.Person("leader1"))
	by, scope := o.as("secretary1", "talk", "plan")
	noted, err := o.svc.NoteOccasion(bg, by, scope, o.Person("leader1"), TypeHardship, day("2026-05-19"))
	if err != nil || noted.TalkID == nil || !noted.Noted {
		t.Fatalf("%+v, %v", noted, err)
	}
	if x := o.see(*noted.TalkID); x.Unplaced != "partner_away" || x.Status == Planned {
		t.Errorf("%+v", x)
	}
}

func TestNotedByHand(t *testing.T) {
	o := newHouse(t)
	note := func(key, person, kind, on string) (NotedOccasion, error) {
		by, scope := o.as(key, "talk", "plan")
		return o.svc.NoteOccasion(bg, by, scope, o.Person(person), kind, day(on))
	}
	for _, c := range []struct {
		what, who, person, kind, on string
		code                        fault.Code
	}{
		{"of another branch", "secretary2", "member1", TypeHardship, "2026-05-19", fault.NotFound},
		{"of no branch", "secretary1", "staff", TypeHardship, "2026-05-19", fault.NotFound},
		{"tomorrow", "office", "member1", TypeHardship, "2026-05-21", fault.Invalid},
		{"not an occasion", "office", "member1", TypeLeader, "2026-05-19", fault.Invalid},
		{"an outsider", "office", "sysadmin", TypeHardship, "2026-05-19", fault.NotFound},
	} {
		_, err := note(c.who, c.person, c.kind, c.on)
		wants(t, c.what, err, c.code)
	}
	x, err := note("secretary1", "member1", TypeHardship, "2026-05-19")
	if err != nil || x.TalkID == nil {
		t.Fatalf("%+v, %v", x, err)
	}
	_, err = note("office", "member1", TypeHardship, "2026-05-19")
	wants(t, "the same", err, fault.Conflict)
	o.tick()
	if all := o.occasions("arranged"); len(all) != 1 {
		t.Errorf("a tick changed it: %+v", all)
	}
	dismiss := func(key string, id uuid.UUID) error {
		by, scope := o.as(key, "talk", "plan")
		return o.svc.Dismiss(bg, by, scope, id)
	}
	wants(t, "dismissed by another branch's", dismiss("secretary2", x.ID), fault.NotFound)
	wants(t, "dismissed by a member", dismiss("member1", x.ID), fault.NotFound)
	wants(t, "dismissed", dismiss("office", x.ID), "")
	wants(t, "dismissed twice", dismiss("office", x.ID), fault.Conflict)
	if got := o.see(*x.TalkID); got.Status != Cancelled {
		t.Errorf("%+v", got)
	}
	// A talk that is cancelled takes its occasion along, so that no tick makes it again.
	x, err = note("office", "member1", TypeHardship, "2026-05-18")
	o.must(err)
	if _, err := o.cancel("office", *x.TalkID, "not_needed", 1); err != nil {
		t.Fatal(err)
	}
	o.tick()
	if n := o.count(`SELECT count(*) FROM talk_talks WHERE state = 'planned'`); n != 0 {
		t.Errorf("%d came back", n)
	}
	// What was held is no more put aside.
	x, err = note("office", "member1", TypeHardship, "2026-05-17")
	o.must(err)
	if _, err := o.report("member1", *x.TalkID, "2026-05-20", 1); err != nil {
		t.Fatal(err)
	}
	wants(t, "dismissed after", dismiss("office", x.ID), fault.Conflict)
}

// noted notes an occasion of somebody by hand.
func (o *house) noted(key, person, kind, on string) NotedOccasion {
	o.t.Helper()
	by, scope := o.as(key, "talk", "plan")
	x, err := o.svc.NoteOccasion(bg, by, scope, o.Person(person), kind, day(on))
	o.must(err)
	return x
}

// heldBy gives a talk to another talker, as planning anew may.
func (o *house) heldBy(id uuid.UUID, key string) {
	o.t.Helper()
	_, err := testdb.Owner(o.t, o.db).ExecContext(bg, `UPDATE talk_talks SET talker_id = $1 WHERE id = $2`, o.Person(key), id)
	o.must(err)
}

// Nobody puts aside what is about them, or what they are to talk about.
func TestDismissedByOthers(t *testing.T) {
	o := newHouse(t)
	offered := func(key string) map[uuid.UUID]bool {
		out := map[uuid.UUID]bool{}
		by, scope := o.as(key, "talk", "plan")
		page, err := o.svc.Occasions(bg, by, scope, "", "", 200)
		o.must(err)
		for _, x := range page.Items {
			out[x.ID] = x.MayDismiss
		}
		return out
	}
	dismiss := func(key string, id uuid.UUID) error {
		by, scope := o.as(key, "talk", "plan")
		return o.svc.Dismiss(bg, by, scope, id)
	}
	about := o.noted("office", "secretary1", TypeHardship, "2026-05-19")
	held := o.noted("office", "member1", TypeHardship, "2026-05-19") // by the secretary
	offices := o.noted("office", "office", TypeHardship, "2026-05-19")
	if !about.MayDismiss || !held.MayDismiss || offices.MayDismiss {
		t.Errorf("%+v %+v %+v", about, held, offices)
	}
	others := o.noted("office", "leader1", TypeHardship, "2026-05-19")
	o.heldBy(*others.TalkID, "committee1")
	for who, ids := range map[string][]uuid.UUID{"secretary1": {about.ID, held.ID}, "office": {offices.ID}} {
		shown := offered(who)
		for _, id := range ids {
			if may, there := shown[id]; may || !there {
				t.Errorf("%s is offered to put aside what is their own", who)
			}
			err := dismiss(who, id)
			wants(t, "own, by "+who, err, fault.RuleBroken)
			if !strings.Contains(fault.From(err).Message, "机关党委") {
				t.Errorf("it says %q", fault.From(err).Message)
			}
		}
	}
	_, err := o.db.NewRaw(`UPDATE talk_occasions SET dismissed_by = person_id, dismissed_at = now() WHERE id = ?`, about.ID).Exec(bg)
	if f := fault.From(db.Translate(err)); f.Code != fault.RuleBroken || !strings.Contains(f.Message, "机关党委") {
		t.Errorf("the database says %v", err)
	}
	if !offered("secretary1")[others.ID] {
		t.Error("what others talk about is not offered")
	}
	wants(t, "another's", dismiss("secretary1", others.ID), "")
	wants(t, "about the secretary, by the office", dismiss("office", about.ID), "")
	_, err = o.report("member1", *held.TalkID, "2026-05-20", 1)
	wants(t, "held", err, "")
	if shown := offered("office"); shown[others.ID] || shown[about.ID] || shown[held.ID] {
		t.Errorf("offered though it is over: %v", shown)
	}
}

// failing dies in the middle of a tick.
type failing struct {
	Sources
	o *house
}

func (f failing) Occasions(ctx context.Context, tx bun.Tx, unit uuid.UUID, since calendar.Date) ([]Occasion, error) {
	out, err := f.Sources.Occasions(ctx, tx, unit, since)
	_, _ = tx.ExecContext(ctx, `SELECT pg_terminate_backend(pg_backend_pid())`)
	return out, err
}

func TestTickAtOnceAndKilled(t *testing.T) {
	o := newHouse(t)
	o.honour("probationer", "2026-05-15")
	o.veto("member1")
	kept := o.svc.sources
	o.svc.sources = failing{kept, o}
	if err := o.svc.Tick(bg); err == nil {
		t.Fatal("the connection was cut, and nobody noticed")
	}
	o.svc.sources = kept
	if n := o.count(`SELECT count(*) FROM talk_occasions`); n != 0 {
		t.Errorf("%d stayed of a tick that died", n)
	}
	var wait sync.WaitGroup
	for range 6 {
		wait.Go(func() {
			if err := o.svc.Tick(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	if n, m := o.count(`SELECT count(*) FROM talk_occasions`), o.count(`SELECT count(*) FROM talk_talks`); n != 2 || m != 2 {
		t.Errorf("%d occasions, %d talks", n, m)
	}
}

func TestOfficeBeginsToday(t *testing.T) {
	o := newHouse(t)
	o.exec(`UPDATE org_units SET created_at = '2026-05-20'`)
	o.honour("probationer", "2026-05-19")
	o.tick()
	if n := len(o.occasions("")); n != 0 {
		t.Errorf("%d from before the office was here", n)
	}
}
