package activity

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
)

func TestRecordedOnceBecomesPoints(t *testing.T) {
	o := newOffice(t)
	r := o.meeting("2026-05-19", "deputy", "member1")
	r.Attendance[5].Absence = Unexcused
	yes, no := 4, 0
	r.Resolutions = []Resolution{{Title: "通过发展计划", For: &yes, Against: &no}}
	r.Attendance = append(r.Attendance, Attendance{Person: o.Person("probationer"), Status: Guest})

	draft := o.must(o.create("secretary1", r, false))
	if n := o.count(`SELECT count(*) FROM points_entries WHERE record_id = ?`, draft.ID); n != 0 {
		t.Fatalf("a draft posted %d entries", n)
	}
	got := o.must(o.confirm("secretary1", draft.ID, Confirmation{RowVersion: draft.RowVersion}))
	if got.State != Confirmed || got.Late || got.QuorumMet == nil || !*got.QuorumMet || *got.VotersExpected != 6 || *got.VotersPresent != 4 {
		t.Errorf("confirmed as %+v", got)
	}
	for key, want := range map[string]int{"chief": 100, "secretary1": 150, "leader1": 150, "committee1": 100, "deputy": 0, "member1": -200, "probationer": 0} {
		if sum := o.sum(draft.ID, key); sum != want {
			t.Errorf("%s has %d, want %d", key, sum, want)
		}
	}
	d, err := o.detail("secretary1", draft.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	if d.Expected != 6 || d.Present != 4 || d.Absent != 2 || d.Guests != 1 || !d.Resolutions[0].Counts || len(d.Attendance) != 7 ||
		len(d.Points) != 7 || d.Host.Name != "白一帆" || d.ConfirmedBy != "白一帆" || strings.Join(d.Can, " ") != "amend withdraw" {
		t.Errorf("detail %+v", d)
	}
	// Somebody who may read their own ledger only sees no more points here.
	if d, err = o.detail("member1", draft.ID, 0); err != nil || len(d.Points) != 1 || len(d.Can) != 0 {
		t.Errorf("member sees %+v, %v", d.Points, err)
	}
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE object_id = ? AND action = 'activity.confirm'`, draft.ID); n != 1 {
		t.Errorf("%d audit rows", n)
	}
}

func TestVolunteeringCountsMinutes(t *testing.T) {
	o := newOffice(t)
	r := Record{Kind: "volunteering", Title: "清河志愿行", Starts: moment("2026-05-16 09:00"), Ends: moment("2026-05-16 12:00"), Place: "清河",
		Organiser: OrganiserRef{Kind: "unit"}, Recorder: o.Person("office"),
		Attendance: []Attendance{{Person: o.Person("member1"), Status: Present, Minutes: 150}, {Person: o.Person("staff"), Status: Present, Minutes: 60}}}
	got := o.must(o.create("office", r, true))
	if got.QuorumMet != nil || o.sum(got.ID, "member1") != 125 || o.sum(got.ID, "staff") != 0 {
		t.Errorf("%+v: %d", got, o.sum(got.ID, "member1"))
	}
	r.Attendance[0].Minutes = 200
	_, err := o.create("office", r, true)
	wants(t, err, fault.Invalid, "attendance")
	if _, err = o.create("secretary1", r, false); !fault.Is(err, fault.NotFound) {
		t.Errorf("a branch secretary recorded for the whole unit: %v", err)
	}
}

func TestAmendPostsTheDifferenceOnly(t *testing.T) {
	o := newOffice(t)
	first := o.must(o.create("secretary1", o.meeting("2026-05-19", "deputy"), true))
	entries := o.count(`SELECT count(*) FROM points_entries WHERE record_id = ?`, first.ID)

	second := o.must(o.amend("secretary1", first.ID))
	if second.Version != 2 || second.State != Draft {
		t.Fatalf("%+v", second)
	}
	if _, err := o.amend("secretary1", first.ID); !fault.Is(err, fault.Conflict) {
		t.Errorf("a second amendment: %v", err)
	}
	if _, err := o.withdraw("secretary1", first.ID, first.RowVersion); !fault.Is(err, fault.Conflict) {
		t.Errorf("withdrawn under an amendment: %v", err)
	}
	// Until it is confirmed the old one stands, and members see nothing else.
	if d, err := o.detail("member1", first.ID, 0); err != nil || d.Version != 1 || d.Amending || len(d.Versions) != 1 {
		t.Errorf("%+v, %v", d.Versions, err)
	}
	if _, err := o.detail("member1", first.ID, 2); !fault.Is(err, fault.NotFound) {
		t.Errorf("a member opened the amendment: %v", err)
	}
	o.now = moment("2026-06-20 09:00") // long after: it was filed in time
	r := o.meeting("2026-05-19", "member1")
	got := o.must(o.confirm("secretary1", first.ID, Confirmation{RowVersion: second.RowVersion, Record: &r}))
	if got.Version != 2 || got.Late || got.Posted.Reversals != 1 {
		t.Errorf("%+v %+v", got, got.Posted)
	}
	if o.sum(first.ID, "deputy") != 100 || o.sum(first.ID, "member1") != 0 || o.sum(first.ID, "chief") != 100 {
		t.Error("the ledger does not follow the amendment")
	}
	if n := o.count(`SELECT count(*) FROM points_entries WHERE record_id = ?`, first.ID); n != entries+2 {
		t.Errorf("%d entries after %d: what stayed the same was touched", n, entries)
	}
	d, err := o.detail("member1", first.ID, 1)
	if err != nil || d.State != Superseded || len(d.Versions) != 2 {
		t.Errorf("%+v, %v", d, err)
	}

	third := o.must(o.amend("secretary1", first.ID))
	by, scope := o.as("secretary1", needRecord())
	if err := o.svc.Discard(context.Background(), by, scope, first.ID, third.RowVersion); err != nil {
		t.Fatal(err)
	}
	if d, err := o.detail("secretary1", first.ID, 0); err != nil || d.Version != 2 || d.Amending {
		t.Errorf("%+v, %v", d.Summary, err)
	}
}

func TestWithdrawReverses(t *testing.T) {
	o := newOffice(t)
	s := o.must(o.create("secretary1", o.meeting("2026-05-19"), true))
	_, err := o.withdraw("secretary1", s.ID, s.RowVersion-1)
	wants(t, err, fault.Conflict, "")
	got := o.must(o.withdraw("secretary1", s.ID, s.RowVersion))
	if got.State != Withdrawn || got.Posted.Entries != 0 || got.Posted.Reversals == 0 {
		t.Errorf("%+v %+v", got, got.Posted)
	}
	for _, key := range []string{"chief", "secretary1", "leader1"} {
		if sum := o.sum(s.ID, key); sum != 0 {
			t.Errorf("%s keeps %d", key, sum)
		}
	}
	for name, try := range map[string]func() (Saved, error){
		"withdraw": func() (Saved, error) { return o.withdraw("secretary1", s.ID, got.RowVersion) },
		"amend":    func() (Saved, error) { return o.amend("secretary1", s.ID) },
		"confirm":  func() (Saved, error) { return o.confirm("secretary1", s.ID, Confirmation{RowVersion: got.RowVersion}) },
	} {
		if _, err := try(); !fault.Is(err, fault.Conflict) {
			t.Errorf("%s after withdrawing: %v", name, err)
		}
	}
	if d, err := o.detail("member1", s.ID, 0); err != nil || d.Reason != "重复记录" || d.WithdrawnBy != "白一帆" {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestTwoPeopleAtOnce(t *testing.T) {
	o := newOffice(t)
	s := o.must(o.create("secretary1", o.meeting("2026-05-19"), false))
	r := o.meeting("2026-05-19", "chief")
	saved := o.must(o.save("office", s.ID, s.RowVersion, r))
	_, err := o.save("secretary1", s.ID, s.RowVersion, r)
	wants(t, err, fault.Conflict, "")
	if !strings.Contains(err.Error(), "两个人同时修改") {
		t.Error(err)
	}

	var wait sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		wait.Add(1)
		go func() {
			defer wait.Done()
			_, errs[i] = o.confirm([]string{"secretary1", "office"}[i%2], s.ID, Confirmation{RowVersion: saved.RowVersion})
		}()
	}
	wait.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else if !fault.Is(err, fault.Conflict) {
			t.Errorf("the slower one reads %v", err)
		}
	}
	if won != 1 || o.sum(s.ID, "secretary1") != 150 || o.sum(s.ID, "chief") != 0 {
		t.Errorf("%d confirmations, %d points", won, o.sum(s.ID, "secretary1"))
	}
}

func TestOutOfScopeIsNotFound(t *testing.T) {
	o := newOffice(t)
	draft := o.must(o.create("secretary1", o.meeting("2026-05-19"), false))
	done := o.must(o.create("secretary1", o.meeting("2026-05-18"), true))
	for _, key := range []string{"secretary2", "head", "leader2", "probationer", "sysadmin", "auditor"} {
		for name, try := range map[string]func() error{
			"detail draft": func() error { _, err := o.detail(key, draft.ID, 0); return err },
			"detail":       func() error { _, err := o.detail(key, done.ID, 0); return err },
			"version":      func() error { _, err := o.detail(key, done.ID, 1); return err },
			"save":         func() error { _, err := o.save(key, draft.ID, 1, o.meeting("2026-05-19")); return err },
			"confirm":      func() error { _, err := o.confirm(key, draft.ID, Confirmation{RowVersion: 1}); return err },
			"amend":        func() error { _, err := o.amend(key, done.ID); return err },
			"withdraw":     func() error { _, err := o.withdraw(key, done.ID, done.RowVersion); return err },
			"discard": func() error {
				by, scope := o.as(key, needRecord())
				return o.svc.Discard(context.Background(), by, scope, draft.ID, 1)
			},
			"suggest": func() error {
				by, scope := o.as(key, needRecord())
				_, err := o.svc.Suggest(context.Background(), by, scope, "branch_meeting", OrganiserRef{"branch", o.Branches[0].ID}, o.meeting("2026-05-19").day())
				return err
			},
			"attach": func() error {
				by, scope := o.as(key, needRecord())
				_, err := o.svc.Attach(context.Background(), by, scope, draft.ID, "a.pdf", "", strings.NewReader("%PDF-1.7"))
				return err
			},
		} {
			if err := try(); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s, %s: %v", key, name, err)
			}
		}
		if items := o.list(key, Filter{}); len(items) != 0 {
			t.Errorf("%s lists %d", key, len(items))
		}
	}
	// Members read what is confirmed; drafts are the recorders' own.
	if items := o.list("member1", Filter{}); len(items) != 1 || items[0].ID != done.ID {
		t.Errorf("member lists %+v", items)
	}
	if items := o.list("leader1", Filter{}); len(items) != 1 {
		t.Errorf("group leader lists %d: a branch's draft is not the group's", len(items))
	}
	if items := o.list("secretary1", Filter{}); len(items) != 2 {
		t.Errorf("secretary lists %d", len(items))
	}
	// Moving one's own draft to a foreign branch is as impossible as making it there.
	r := o.meeting("2026-05-19")
	r.Organiser.ID = o.Branches[1].ID
	if _, err := o.save("secretary1", draft.ID, draft.RowVersion, r); !fault.Is(err, fault.NotFound) {
		t.Errorf("moved to another branch: %v", err)
	}
	// A guest from another branch may read what names them.
	r = o.meeting("2026-05-15")
	r.Attendance = append(r.Attendance, Attendance{Person: o.Person("probationer"), Status: Guest})
	guest := o.must(o.create("secretary1", r, true))
	if items := o.list("probationer", Filter{}); len(items) != 1 || items[0].ID != guest.ID {
		t.Errorf("guest lists %+v", items)
	}
	if _, err := o.detail("probationer", guest.ID, 0); err != nil {
		t.Error(err)
	}
}

func TestConfirmedIsFrozen(t *testing.T) {
	o := newOffice(t)
	s := o.must(o.create("secretary1", o.meeting("2026-05-19"), true))
	owner := testdb.Owner(t, o.db)
	for _, change := range []string{
		`UPDATE activity_activities SET title = 'x' WHERE record_id = $1`,
		`UPDATE activity_activities SET state = 'draft', confirmed_at = NULL WHERE record_id = $1`,
		`UPDATE activity_activities SET late = NOT late, state = 'withdrawn', withdrawn_at = now() WHERE record_id = $1`,
		`DELETE FROM activity_activities WHERE record_id = $1`,
		`UPDATE activity_attendances SET status = 'guest' WHERE activity_id = (SELECT id FROM activity_activities WHERE record_id = $1)`,
		`DELETE FROM activity_attendances WHERE activity_id = (SELECT id FROM activity_activities WHERE record_id = $1)`,
		`INSERT INTO activity_resolutions (unit_id, activity_id, seq, title) SELECT unit_id, id, 9, 'x' FROM activity_activities WHERE record_id = $1`,
	} {
		if _, err := owner.Exec(change, s.ID); err == nil || !strings.Contains(err.Error(), "never edited in place") {
			t.Errorf("%s: %v", change, err)
		}
	}
}

func TestRefusedWriteLeavesNothing(t *testing.T) {
	o := newOffice(t)
	future := o.meeting("2026-05-25")
	plan := o.must(o.create("secretary1", future, false)) // a plan is a draft
	if _, err := o.confirm("secretary1", plan.ID, Confirmation{RowVersion: plan.RowVersion}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a meeting to come was confirmed: %v", err)
	}
	_, err := o.create("secretary1", future, true)
	wants(t, err, fault.Invalid, "ends_at")
	unmarked := o.meeting("2026-05-19")
	unmarked.Attendance = unmarked.Attendance[:4]
	_, err = o.create("secretary1", unmarked, true)
	wants(t, err, fault.Invalid, "attendance")
	stranger := o.meeting("2026-05-19")
	stranger.Attendance = append(stranger.Attendance, Attendance{Person: uuid.New(), Status: Guest})
	_, err = o.create("secretary1", stranger, false)
	wants(t, err, fault.Invalid, "attendance")
	outsider := o.meeting("2026-05-19")
	outsider.Attendance = append(outsider.Attendance, Attendance{Person: o.Person("head"), Status: Present})
	_, err = o.create("secretary1", outsider, true)
	wants(t, err, fault.Invalid, "attendance")
	if n := o.count(`SELECT count(*) FROM activity_activities WHERE record_id <> ?`, plan.ID); n != 0 {
		t.Errorf("%d records were left behind", n)
	}
	// The roll is corrected between draft and confirmation: the day's truth counts.
	draft := o.must(o.create("secretary1", o.meeting("2026-05-19"), false))
	if _, err := o.db.NewRaw(`UPDATE org_people SET full_member_on = '2026-05-20' WHERE unit_id = ? AND id = ?`, o.Unit, o.Person("chief")).Exec(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := o.must(o.confirm("secretary1", draft.ID, Confirmation{RowVersion: draft.RowVersion}))
	if *got.VotersExpected != 5 || o.count(`SELECT count(*) FROM activity_attendances t JOIN activity_activities a ON a.id = t.activity_id WHERE a.record_id = ? AND t.voter`, draft.ID) != 5 {
		t.Errorf("%d voters expected", *got.VotersExpected)
	}
}

func TestSuggestFillsTheForm(t *testing.T) {
	o := newOffice(t)
	ctx := context.Background()
	ref := OrganiserRef{"branch", o.Branches[0].ID}
	by, scope := o.as("secretary1", needRecord())
	got, err := o.svc.Suggest(ctx, by, scope, "branch_meeting", ref, o.meeting("2026-05-19").day())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Expected) != 6 || got.Host == nil || got.Host.Name != "白一帆" || got.Recorder == nil || got.Recorder.ID != by.Person ||
		got.Quorum == nil || got.Quorum.Voters != 6 || got.EndsAt.Sub(got.StartsAt).Minutes() != 90 || got.From != nil {
		t.Errorf("%+v", got)
	}
	r := o.meeting("2026-05-12")
	r.Place, r.Starts, r.Ends = "三楼", moment("2026-05-12 14:10"), moment("2026-05-12 14:50")
	o.must(o.create("secretary1", r, true))
	if _, err := o.db.NewRaw(`INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '长期病休', '2026-01-01')`,
		o.Unit, uuid.New(), o.Person("member1")).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	if got, err = o.svc.Suggest(ctx, by, scope, "branch_meeting", ref, o.meeting("2026-05-19").day()); err != nil {
		t.Fatal(err)
	}
	if got.Place != "三楼" || !got.StartsAt.Equal(moment("2026-05-19 14:10")) || got.EndsAt.Sub(got.StartsAt).Minutes() != 40 || got.Recorder.Name != "罗海宁" || got.From == nil {
		t.Errorf("%+v", got)
	}
	for _, e := range got.Expected {
		if (e.Name == "叶知秋") != (e.Status == Absent && e.Reason == "长期病休") {
			t.Errorf("%+v", e)
		}
	}
	if got, err = o.svc.Suggest(ctx, by, scope, "committee_meeting", ref, o.meeting("2026-05-19").day()); err != nil || len(got.Expected) != 2 {
		t.Errorf("committee: %+v, %v", got.Expected, err)
	}
}

func TestKinds(t *testing.T) {
	o := newOffice(t)
	ctx := context.Background()
	write := access.Need{Resource: "activity_kind", Action: "write"}
	by, scope := o.as("office", write)
	kinds, err := o.svc.Kinds(ctx, by)
	if err != nil || len(kinds) != 17 {
		t.Fatalf("%d kinds, %v", len(kinds), err)
	}
	for _, k := range kinds {
		if err := k.check(); err != nil {
			t.Errorf("%s: %v %+v", k.Code, err, fault.From(err).Details)
		}
	}
	k := kinds[0]
	k.Active = false
	if _, err := o.svc.PutKind(ctx, by, scope, k); err != nil {
		t.Fatal(err)
	}
	if _, err := o.create("secretary1", o.meeting("2026-05-19"), false); !fault.Is(err, fault.Invalid) {
		t.Errorf("recorded under a kind no longer offered: %v", err)
	}
	_, part := o.as("secretary1", needRecord())
	if _, err := o.svc.PutKind(ctx, by, part, k); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a kind of the whole office changed from within a branch: %v", err)
	}
	k.Code, k.Needs = "Bad Code", []string{"coffee"}
	var f *fault.Error
	if _, err := o.svc.PutKind(ctx, by, scope, k); !errors.As(err, &f) || len(f.Details) != 2 {
		t.Errorf("%v", err)
	}
	if _, err := o.policy.Decide(o.Actor("secretary1"), write); err == nil {
		t.Error("a branch secretary may change kinds")
	}
}
