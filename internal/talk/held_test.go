package talk

import (
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

func (o *house) move(key string, id uuid.UUID, to, reason string, version int) (Talk, error) {
	by, scope := o.as(key, "talk", "read")
	return o.svc.Move(bg, by, scope, id, MoveInput{PlannedOn: day(to), Reason: reason, Version: version})
}

func (o *house) report(key string, id uuid.UUID, on string, version int) (Talk, error) {
	by, scope := o.as(key, "talk", "record")
	return o.svc.Report(bg, by, scope, id, day(on), version)
}

func (o *house) confirm(key string, id uuid.UUID, version int) (Talk, error) {
	by, scope := o.as(key, "talk", "record")
	return o.svc.Confirm(bg, by, scope, id, version)
}

func (o *house) deny(key string, id uuid.UUID, version int) (Talk, error) {
	by, scope := o.as(key, "talk", "record")
	return o.svc.Deny(bg, by, scope, id, version)
}

func (o *house) cancel(key string, id uuid.UUID, reason string, version int) (Talk, error) {
	by, scope := o.as(key, "talk", "plan")
	return o.svc.Cancel(bg, by, scope, id, reason, version)
}

func wants(t *testing.T, what string, err error, code fault.Code) {
	t.Helper()
	if code == "" && err != nil || code != "" && !fault.Is(err, code) {
		t.Errorf("%s: %v, want %q", what, err, code)
	}
}

func TestMove(t *testing.T) {
	o := newHouse(t)
	id := o.plan(TypeLeader, "chief", "member1", "2026-05-25")
	o.exec(`INSERT INTO org_absences (unit_id, id, person_id, kind, valid_from, valid_to, noted_by, noted_at)
		VALUES (?, gen_random_uuid(), ?, 'leave', '2026-06-01', '2026-06-03', ?, now())`, o.Unit, o.Person("member1"), o.Person("member1"))
	for _, c := range []struct {
		what, who, to, reason string
		code                  fault.Code
	}{
		{"a stranger", "leader2", "2026-05-26", "meeting", fault.NotFound},
		{"who only reads", "committee1", "2026-05-26", "meeting", fault.Forbidden},
		{"another branch's secretary", "secretary2", "2026-05-26", "meeting", fault.NotFound},
		{"an administrator", "sysadmin", "2026-05-26", "meeting", fault.NotFound},
		{"no reason", "chief", "2026-05-26", "他母亲住院", fault.Invalid},
		{"the past", "chief", "2026-05-19", "meeting", fault.Invalid},
		{"a Sunday", "chief", "2026-05-24", "meeting", fault.Invalid},
		{"next year", "chief", "2027-01-04", "meeting", fault.Invalid},
		{"the partner is away", "chief", "2026-06-02", "meeting", fault.RuleBroken},
	} {
		_, err := o.move(c.who, id, c.to, c.reason, 1)
		wants(t, c.what, err, c.code)
		if c.code == fault.RuleBroken {
			if f := fault.From(err); f.Message != "叶知秋 2026年6月2日不在单位，请另选一天" {
				t.Errorf("it says %q", f.Message)
			}
		}
	}
	_, err := o.move("secretary1", id, "2026-05-26", "meeting", 1)
	wants(t, "the secretary of the partner's branch, of a leader's talk", err, fault.Forbidden)
	version := 1
	for _, who := range []string{"chief", "member1", "office", "chief"} {
		got, err := o.move(who, id, "2026-05-2"+string(rune('5'+version)), "meeting", version)
		if err != nil {
			t.Fatalf("%s: %v", who, err)
		}
		version++
		if got.Version != version || !got.Pinned || got.PlannedOn == nil {
			t.Errorf("%+v", got)
		}
		if _, err := o.move(who, id, "2026-05-28", "meeting", version-1); !fault.Is(err, fault.Conflict) {
			t.Errorf("twice by %s: %v", who, err)
		}
	}
	by, scope := o.as("member1", "talk", "read")
	d, err := o.svc.Detail(bg, by, scope, id)
	if err != nil || len(d.Moves) != 4 || d.Moves[1].MovedByName != "柳青禾" || !d.Talk.Mine || d.Talk.MayPlan {
		t.Errorf("%+v, %v", d, err)
	}
	if o.count(`SELECT count(*) FROM audit_entries WHERE action = 'talk.move'`) != 4 {
		t.Error("the trail is short")
	}

	// Three a day, by the setting; a leader's own number goes before it.
	for i, who := range []string{"head", "secretary1", "committee1"} {
		o.plan(TypeLeader, "chief", who, "2026-06-09")
		_ = i
	}
	_, err = o.move("chief", id, "2026-06-09", "case", version)
	wants(t, "a full day", err, fault.RuleBroken)
	o.exec(`INSERT INTO talk_leaders (unit_id, id, person_id, per_day, valid_from) VALUES (?, gen_random_uuid(), ?, 4, '2026-01-01')`, o.Unit, o.Person("chief"))
	_, err = o.move("chief", id, "2026-06-09", "case", version)
	wants(t, "four a day", err, "")

	// Over its last day, a talk of the year may be made up; an occasion's may be late.
	o.now = noon.AddDate(0, 8, 0)
	_, err = o.move("chief", id, "2027-01-21", "not_held", version+1)
	wants(t, "made up", err, "")
	if got := o.see(id); got.Status != StatusLate {
		t.Errorf("it is %s", got.Status)
	}
}

func TestHeldAndSaidByBoth(t *testing.T) {
	o := newHouse(t)
	id := o.plan(TypeMember, "leader1", "member1", "2026-05-25")
	for _, c := range []struct {
		what, who, on string
		code          fault.Code
	}{
		{"a stranger", "leader2", "2026-05-20", fault.NotFound},
		{"the secretary of the branch", "secretary1", "2026-05-20", fault.NotFound},
		{"tomorrow", "leader1", "2026-05-21", fault.Invalid},
		{"last year", "leader1", "2025-12-31", fault.Invalid},
	} {
		_, err := o.report(c.who, id, c.on, 1)
		wants(t, c.what, err, c.code)
	}
	_, err := o.confirm("member1", id, 1)
	wants(t, "confirmed before it was reported", err, fault.Conflict)
	got, err := o.report("member1", id, "2026-05-19", 1)
	if err != nil || got.Status != Reported || got.ReportedBy == nil || *got.ReportedBy != o.Person("member1") {
		t.Fatalf("%+v, %v", got, err)
	}
	_, err = o.report("leader1", id, "2026-05-19", 1)
	wants(t, "the other one, at the same time", err, fault.Conflict)
	_, err = o.confirm("member1", id, 2)
	wants(t, "own report", err, fault.RuleBroken)
	_, err = o.move("leader1", id, "2026-05-28", "case", 2)
	wants(t, "moved after it", err, fault.Conflict)

	// Not so, says the other one: it is to be held again.
	got, err = o.deny("leader1", id, 2)
	if err != nil || got.Status != StatusUnplanned || got.PlannedOn != nil || got.DoneOn != nil || got.Pinned {
		t.Fatalf("%+v, %v", got, err)
	}
	if o.count(`SELECT count(*) FROM talk_moves WHERE reason = 'not_held' AND to_day IS NULL`) != 1 {
		t.Error("the move is not there")
	}
	_, err = o.report("leader1", id, "2026-05-20", 3)
	wants(t, "again", err, "")
	got, err = o.confirm("member1", id, 4)
	if err != nil || got.Status != Confirmed || *got.DoneOn != day("2026-05-20") {
		t.Fatalf("%+v, %v", got, err)
	}
	for what, err := range map[string]error{
		"confirmed twice": second(o.confirm("member1", id, 4)), "denied after": second(o.deny("leader1", id, 5)),
		"cancelled after": second(o.cancel("office", id, "left", 5)), "reported after": second(o.report("leader1", id, "2026-05-20", 5)),
	} {
		wants(t, what, err, fault.Conflict)
	}
}

func second(_ Talk, err error) error { return err }

func TestCancel(t *testing.T) {
	o := newHouse(t)
	id := o.plan(TypeMember, "leader1", "member1", "2026-05-25")
	_, err := o.cancel("member1", id, "left", 1)
	wants(t, "one of the two", err, fault.NotFound)
	_, err = o.cancel("secretary2", id, "left", 1)
	wants(t, "another branch's secretary", err, fault.NotFound)
	_, err = o.cancel("secretary1", id, "sick", 1)
	wants(t, "a reason of their own", err, fault.Invalid)
	got, err := o.cancel("secretary1", id, "merged", 1)
	if err != nil || got.Status != Cancelled || got.CancelReason != "merged" || got.MayPlan {
		t.Fatalf("%+v, %v", got, err)
	}
	// A secretary who is of the talk, but whose partner is of another branch, plans it not.
	other := o.plan(TypeMember, "secretary1", "leader2", "2026-05-25")
	_, err = o.cancel("secretary1", other, "left", 1)
	wants(t, "own, of another branch", err, fault.NotFound)
}

// The talks of leaders are in no branch's plan, and who plans the whole office moves and
// cancels them. Nobody cancels a talk that is their own; moving it they may.
func TestWhoPlans(t *testing.T) {
	o := newHouse(t)
	occasion := o.noted("office", "member1", TypeHardship, "2026-05-19")
	o.heldBy(*occasion.TalkID, "committee1")
	for _, c := range []struct {
		what                   string
		id                     uuid.UUID
		secretary, office, own string // how cancelling goes for them
	}{
		{"a leader's", o.plan(TypeLeader, "chief", "member1", "2026-05-25"), "not_found", "", "chief"},
		{"a leader's with the secretary", o.plan(TypeLeader, "chief", "secretary1", "2026-05-26"), "not_found", "", "secretary1"},
		{"a leader's with who plans", o.plan(TypeLeader, "chief", "office", "2026-05-27"), "not_found", "rule_broken", "office"},
		{"of the committee", o.plan(TypeCommittee, "secretary1", "committee1", "2026-05-25"), "rule_broken", "", "secretary1"},
		{"with one of the committee", o.plan(TypeCommitteeMember, "committee1", "member1", "2026-05-25"), "", "", ""},
		{"of members", o.plan(TypeMember, "leader1", "member1", "2026-05-27"), "", "", ""},
		{"of members, who plans among them", o.plan(TypeMember, "office", "member1", "2026-05-28"), "", "rule_broken", "office"},
		{"of an occasion", *occasion.TalkID, "", "", ""},
		{"of members, without a branch", o.plan(TypeMember, "leader1", "staff", "2026-05-28"), "not_found", "", ""},
	} {
		version := o.see(c.id).Version
		for who, want := range map[string]string{"secretary1": c.secretary, "office": c.office} {
			by, scope := o.as(who, "talk", "read")
			d, err := o.svc.Detail(bg, by, scope, c.id)
			if shown := err == nil && d.Talk.MayPlan; shown != (want == "") {
				t.Errorf("%s: %s is offered to cancel: %v, %v", c.what, who, shown, err)
			}
			if want != "" {
				_, err = o.cancel(who, c.id, "merged", version)
				wants(t, c.what+" by "+who, err, fault.Code(want))
				if want == "rule_broken" && !strings.Contains(fault.From(err).Message, "机关党委") {
					t.Errorf("it says %q", fault.From(err).Message)
				}
			}
		}
		if c.own != "" {
			got, err := o.move(c.own, c.id, "2026-06-0"+string(rune('1'+version)), "meeting", version)
			wants(t, c.what+" moved by "+c.own, err, "")
			version = got.Version
			_, err = o.db.NewRaw(`UPDATE talk_talks SET state = 'cancelled', cancel_reason = 'left', cancelled_by = ? WHERE id = ?`, o.Person(c.own), c.id).Exec(bg)
			if f := fault.From(db.Translate(err)); f.Code != fault.RuleBroken || !strings.Contains(f.Message, "机关党委") {
				t.Errorf("%s: the database says %v", c.what, err)
			}
		}
		by := ""
		switch "" {
		case c.office:
			by = "office"
		case c.secretary:
			by = "secretary1"
		default: // of the one who plans the whole office: another of them does
			continue
		}
		if c.office != "" && c.secretary != "" {
			continue // for another of the office
		}
		_, err := o.cancel(by, c.id, "merged", version)
		wants(t, c.what+" by "+by, err, "")
	}
}

func TestNote(t *testing.T) {
	o := newHouse(t)
	note := func(key, with, on string) (Talk, error) {
		by, scope := o.as(key, "talk", "record")
		return o.svc.Note(bg, by, scope, o.Person(with), day(on))
	}
	_, err := note("member1", "leader2", "2026-05-20")
	wants(t, "of the same department", err, "")
	_, err = note("leader2", "member1", "2026-05-20")
	wants(t, "the same by the other", err, fault.Conflict)
	_, err = note("probationer", "member1", "2026-05-20")
	wants(t, "neither branch nor department", err, fault.NotFound)
	_, err = note("head", "member1", "2026-05-20")
	wants(t, "who may name everybody", err, "")
	_, err = note("head", "head", "2026-05-20")
	wants(t, "oneself", err, fault.Invalid)
	_, err = note("head", "sysadmin", "2026-05-20")
	wants(t, "an outsider", err, fault.NotFound)
	_, err = note("sysadmin", "head", "2026-05-20")
	wants(t, "by an outsider", err, fault.Forbidden)
	_, err = note("staff", "member1", "2026-05-21")
	wants(t, "tomorrow", err, fault.Invalid)
	got, err := note("staff", "member1", "2026-05-18")
	if err != nil || got.Type != TypeAdHoc || got.Status != Reported || got.TalkerID != o.Person("staff") || got.Year != 2026 {
		t.Fatalf("%+v, %v", got, err)
	}
	got, err = o.deny("member1", got.ID, 1)
	if err != nil || got.Status != Cancelled {
		t.Fatalf("%+v, %v", got, err)
	}
	_, err = note("staff", "member1", "2026-05-18")
	wants(t, "again, when the first is gone", err, "")
	o.exec(`UPDATE talk_types SET active = false WHERE code = 'ad_hoc'`)
	_, err = note("staff", "member1", "2026-05-17")
	wants(t, "switched off", err, fault.RuleBroken)

	by, _ := o.as("staff", "talk", "record")
	if list, err := o.svc.Partners(bg, by, ""); err != nil || len(list) != 5 {
		t.Errorf("%d of the department, %v", len(list), err)
	}
	by, _ = o.as("head", "talk", "record")
	if list, err := o.svc.Partners(bg, by, ""); err != nil || len(list) != 11 {
		t.Errorf("%d of the office, %v", len(list), err)
	}
	if list, err := o.svc.Partners(bg, by, "yzq"); err != nil || len(list) != 1 || list[0].DepartmentName != "第一检察部" {
		t.Errorf("%+v, %v", list, err)
	}
}

// Whatever the two do at once, one of it happens.
func TestAtOnce(t *testing.T) {
	o := newHouse(t)
	both := func(n int, do func(i int) error) (done int) {
		var wait sync.WaitGroup
		var mu sync.Mutex
		for i := range n {
			wait.Go(func() {
				err := do(i)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					done++
				} else if !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.RuleBroken) {
					t.Errorf("%v", err)
				}
			})
		}
		wait.Wait()
		return done
	}
	people := []string{"leader1", "member1"}
	id := o.plan(TypeMember, "leader1", "member1", "2026-05-25")
	if n := both(8, func(i int) error { return second(o.report(people[i%2], id, "2026-05-20", 1)) }); n != 1 {
		t.Errorf("reported %d times", n)
	}
	if n := both(8, func(i int) error {
		if i%2 == 0 {
			return second(o.deny(people[i/2%2], id, 2))
		}
		return second(o.confirm(people[i/2%2], id, 2))
	}); n != 1 {
		t.Errorf("answered %d times", n)
	}
	if n := both(6, func(i int) error {
		by, scope := o.as(people[i%2], "talk", "record")
		return second(o.svc.Note(context.Background(), by, scope, o.Person(people[1-i%2]), day("2026-05-19")))
	}); n != 1 {
		t.Errorf("noted %d times", n)
	}
	// One place is left on the day.
	o.exec(`INSERT INTO talk_leaders (unit_id, id, person_id, per_day, valid_from) VALUES (?, gen_random_uuid(), ?, 2, '2026-01-01')`, o.Unit, o.Person("chief"))
	o.plan(TypeLeader, "chief", "office", "2026-06-10")
	var ids []uuid.UUID
	for _, who := range []string{"deputy", "head", "secretary1", "secretary2", "committee1", "staff"} {
		ids = append(ids, o.plan(TypeLeader, "chief", who, "2026-05-25"))
	}
	if n := both(6, func(i int) error { return second(o.move("chief", ids[i], "2026-06-10", "case", 1)) }); n != 1 {
		t.Errorf("%d moved to one place", n)
	}
	if n := o.count(`SELECT count(*) FROM talk_talks WHERE planned_on = '2026-06-10'`); n != 2 {
		t.Errorf("%d on a day for two", n)
	}
}
