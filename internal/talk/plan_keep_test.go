package talk

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// TestAnotherTalkerIsAnotherTalk: what two wrote stays theirs when somebody else has to
// hold the talk of the year.
func TestAnotherTalkerIsAnotherTalk(t *testing.T) {
	o := newHouse(t)
	id := o.plan(TypeCommitteeMember, "committee1", "member1", "2026-05-19")
	by, scope := o.as("committee1", "talk_text", "write")
	_, err := o.svc.Write(bg, by, scope, id, "只有两人知道的话", 0)
	o.must(err)
	o.away("committee1", "2026-05-20", "2026-12-31")
	p := o.planned("secretary1", 2026, o.Branches[0].ID)
	i := slices.IndexFunc(p.Moved, func(m MovedTalk) bool { return m.TalkID != nil && *m.TalkID == id })
	if i < 0 || p.Moved[i].FromTalker == "" || p.Moved[i].FromTalker == p.Moved[i].TalkerName {
		t.Fatalf("the preview does not say who changes: %+v", p.Moved)
	}
	if old := o.see(id); old.Status != Cancelled || old.CancelReason != droppedByPlan || old.TalkerID != o.Person("committee1") {
		t.Errorf("the old talk: %+v", old)
	}
	var next uuid.UUID
	o.must(o.db.NewRaw(`SELECT id FROM talk_talks WHERE type = 'committee_member' AND partner_id = ? AND state = 'planned'`, o.Person("member1")).Scan(bg, &next))
	if now := o.see(next); now.TalkerID != o.Person("secretary1") {
		t.Errorf("the new talk: %+v", now)
	}
	for who, code := range map[string]fault.Code{"committee1": "", "member1": "", "secretary1": fault.NotFound} {
		by, scope := o.as(who, "talk_text", "read")
		r, err := o.svc.Record(bg, by, scope, id)
		wants(t, who+" reads", err, code)
		if code == "" && len(r.Versions) != 1 {
			t.Errorf("%s reads %d versions", who, len(r.Versions))
		}
	}
	by, scope = o.as("secretary1", "talk_text", "read")
	if r, err := o.svc.Record(bg, by, scope, next); err == nil && len(r.Versions) > 0 {
		t.Error("the text came along")
	}
	by, scope = o.as("office", "talk", "read")
	d, err := o.svc.Detail(bg, by, scope, next)
	if err != nil || len(d.Moves) != 1 || d.Moves[0].FromTalker != p.Moved[i].FromTalker {
		t.Errorf("the talk tells %+v, %v", d.Moves, err)
	}
	by, scope = o.as("office", "talk", "plan")
	page, err := o.svc.Plans(bg, scope, "", 1)
	o.must(err)
	made, err := o.svc.Plan(bg, by, scope, page.Items[0].ID)
	if err != nil || !slices.ContainsFunc(made.Moved, func(m MovedTalk) bool { return *m.TalkID == next && m.FromTalker == p.Moved[i].FromTalker }) {
		t.Errorf("the plan tells %+v, %v", made.Moved, err)
	}
}

// TestWhoTalksNeverChanges: the application may not, whatever its statement.
func TestWhoTalksNeverChanges(t *testing.T) {
	o := newHouse(t)
	id := o.plan(TypeMember, "leader1", "member1", "2026-05-25")
	for _, set := range []string{"talker_id = partner_id", "partner_id = talker_id", "type = 'ad_hoc'", "year = 2027", "occasion_id = NULL", "created_by = NULL",
		"created_at = now()", "not_before = due_on", "due_on = due_on"} {
		if _, err := o.db.ExecContext(bg, `UPDATE talk_talks SET `+set+` WHERE id = '`+id.String()+`'`); err == nil {
			t.Errorf("it may set %s", set)
		}
	}
}

// TestLimitOfTheDay: a number that begins with the plan, or within it, holds from then.
func TestLimitOfTheDay(t *testing.T) {
	o := newHouse(t)
	o.now = time.Date(2026, 12, 25, 9, 0, 0, 0, calendar.Shanghai)
	o.exec(`INSERT INTO talk_leaders (unit_id, id, person_id, per_day, valid_from) VALUES (?, gen_random_uuid(), ?, 1, '2026-12-25')`, o.Unit, o.Person("chief"))
	o.exec(`INSERT INTO talk_leaders (unit_id, id, person_id, department_id, per_day, valid_from) VALUES (?, gen_random_uuid(), ?, ?, 2, '2026-12-30')`,
		o.Unit, o.Person("chief"), o.Departments[0].ID)
	o.planned("office", 2026, uuid.Nil)
	if n := o.count(`SELECT count(*) FROM (SELECT planned_on FROM talk_talks WHERE talker_id = ? AND state = 'planned' AND planned_on IS NOT NULL GROUP BY 1
		HAVING count(*) > CASE WHEN planned_on < '2026-12-30' THEN 1 ELSE 2 END) x`, o.Person("chief")); n != 0 {
		t.Errorf("%d days are over their limit", n)
	}
	if n := o.count(`SELECT count(*) FROM talk_talks WHERE talker_id = ? AND planned_on IN ('2026-12-30', '2026-12-31')`, o.Person("chief")); n != 4 {
		t.Errorf("%d on the last two days", n)
	}
}

// TestPlanAndReportAtOnce: a talk that is reported meanwhile is not planned anew.
func TestPlanAndReportAtOnce(t *testing.T) {
	o := newHouse(t)
	first := o.Branches[0].ID
	id := o.plan(TypeCommitteeMember, "committee1", "member1", "2026-05-18") // its day is over: the plan moves it
	p, err := o.preview("secretary1", 2026, first)
	o.must(err)
	done := make(chan error, 1)
	// Somebody's report is under way when the plan is confirmed.
	o.must(db.Transact(bg, o.db, func(ctx context.Context, tx bun.Tx) error {
		if err := change(ctx, tx, o.Unit, id, toHeld, day("2026-05-18"), o.Person("member1"), o.now); err != nil {
			return err
		}
		go func() { _, err := o.make("secretary1", 2026, first, p.Digest); done <- err }()
		for range 200 {
			if o.count(`SELECT count(*) FROM pg_locks WHERE NOT granted`) > 0 {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
		return nil
	}))
	wants(t, "confirmed after a report", <-done, fault.Conflict)
	if x := o.see(id); x.Status != Reported || *x.PlannedOn != day("2026-05-18") || o.count(`SELECT count(*) FROM talk_moves`) != 0 {
		t.Errorf("%+v", x)
	}
	if _, err := o.make("secretary1", 2026, first, p.Digest); !fault.Is(err, fault.Conflict) {
		t.Errorf("an old preview: %v", err)
	}
}

// TestCancelledByHandStaysAway: what somebody took off for good is named, not planned;
// what the planner dropped may be wanted again.
func TestCancelledByHandStaysAway(t *testing.T) {
	for _, reason := range cancelReasons() {
		for _, kind := range []string{TypeLeader, TypeCommittee, TypeCommitteeMember, TypeMember} {
			o := newHouse(t)
			o.chiefTalksWithAll()
			o.planned("office", 2026, uuid.Nil)
			var x struct{ ID, TalkerID, PartnerID uuid.UUID }
			o.must(o.db.NewRaw(`SELECT id, talker_id, partner_id FROM talk_talks WHERE type = ? AND state = 'planned' AND ? NOT IN (talker_id, partner_id) ORDER BY id LIMIT 1`,
				kind, o.Person("office")).Scan(bg, &x))
			_, err := o.cancel("office", x.ID, reason, 1)
			o.must(err)
			p := o.planned("office", 2026, uuid.Nil)
			if p.Placed != 0 || !slices.ContainsFunc(p.LeftOut, func(l LeftOut) bool {
				return l.Why == "cancelled" && l.Reason == reason && l.TalkerName != "" && l.TypeName != ""
			}) {
				t.Errorf("%s, %s: %d placed, left out %+v", kind, reason, p.Placed, p.LeftOut)
			}
			if n := o.count(`SELECT count(*) FROM talk_talks WHERE type = ? AND state = 'planned' AND ? IN (talker_id, partner_id) AND ? IN (talker_id, partner_id)`,
				kind, x.TalkerID, x.PartnerID); n != 0 {
				t.Errorf("%s, %s: it came back", kind, reason)
			}
		}
	}
	o := newHouse(t)
	was := o.planned("office", 2026, uuid.Nil)
	o.exec(`UPDATE talk_types SET active = false WHERE code = 'member'`)
	o.planned("office", 2026, uuid.Nil)
	o.exec(`UPDATE talk_types SET active = true WHERE code = 'member'`)
	if p := o.planned("office", 2026, uuid.Nil); p.Due != was.Due || p.Placed == 0 {
		t.Errorf("what was dropped: %d of %d due, %d placed", p.Due, was.Due, p.Placed)
	}
}

// TestNobodyToTalkWithIsNamed: a branch of one, and one beside a committee that talks
// with nobody.
func TestNobodyToTalkWithIsNamed(t *testing.T) {
	branch, a, b := uuid.UUID{1}, uuid.UUID{2}, uuid.UUID{3}
	one := func(committee []uuid.UUID, off string, people ...uuid.UUID) []LeftOut {
		o := office{year: 2026, from: day("2026-05-20"), types: map[string]Type{}, committees: map[uuid.UUID][]uuid.UUID{branch: committee}}
		for _, s := range seeds() {
			s.Active = s.Code != off
			o.types[s.Code] = s
		}
		for _, p := range people {
			o.staff = append(o.staff, org.Placement{Person: p, Name: p.String(), Branch: branch, Party: true})
		}
		_, _, out := o.reckon()
		return out
	}
	if out := one([]uuid.UUID{a}, TypeCommitteeMember, a, b); len(out) != 2 || out[0].Why != "alone" || out[1].Why != "alone" {
		t.Errorf("a member and a committee of one: %+v", out)
	}
	if out := one([]uuid.UUID{a}, "", a); len(out) != 1 || out[0].Why != "alone" {
		t.Errorf("a committee of one: %+v", out)
	}
	if out := one([]uuid.UUID{a}, "", a, b); len(out) != 0 {
		t.Errorf("they have each other: %+v", out)
	}
}

func TestHeldWithinItsTime(t *testing.T) {
	o := newHouse(t)
	by, scope := o.as("office", "talk", "plan")
	x, err := o.svc.NoteOccasion(bg, by, scope, o.Person("member1"), TypeHardship, day("2026-05-19"))
	o.must(err)
	_, err = o.report("member1", *x.TalkID, "2026-05-18", 1)
	wants(t, "before its occasion", err, fault.Invalid)
	_, err = o.report("member1", *x.TalkID, "2026-05-19", 1)
	wants(t, "on its day", err, "")
	id := o.plan(TypeMember, "leader1", "member1", "2026-05-25")
	o.now = noon.AddDate(0, 8, 0)
	_, err = o.report("leader1", id, "2027-01-19", 1)
	wants(t, "in the year after", err, fault.Invalid)
	_, err = o.report("leader1", id, "2026-12-30", 1)
	wants(t, "late, of its year", err, "")
	late := o.plan(TypeMember, "leader2", "member1", "2026-05-25")
	_, err = o.move("leader2", late, "2027-01-20", "not_held", 1)
	o.must(err)
	_, err = o.report("leader2", late, "2027-01-20", 2)
	wants(t, "made up", err, "")
}
