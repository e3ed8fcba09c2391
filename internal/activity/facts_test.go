package activity

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/points"
)

// What a scheme is tried on is what confirming posted: posted again it changes nothing.
func TestFactsAreWhatConfirmingPosted(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	first := o.meeting("2026-05-11", "deputy")
	first.Attendance[5].Status, first.Attendance[5].Absence = Absent, Unexcused
	amended := o.must(o.create("secretary1", o.meeting("2026-05-12"), true))
	withdrawn := o.must(o.create("secretary1", o.meeting("2026-05-13"), true))
	o.must(o.create("secretary1", first, true))
	o.must(o.create("secretary1", o.meeting("2026-05-14"), false)) // a draft says nothing
	o.must(o.create("secretary1", o.meeting("2026-03-31"), true))  // of another quarter
	o.must(o.create("office", Record{Kind: "volunteering", Title: "社区服务", Starts: moment("2026-05-09 09:00"), Ends: moment("2026-05-09 12:00"), Place: "社区",
		Organiser: OrganiserRef{Kind: "unit"}, Recorder: o.Person("office"), Attendance: []Attendance{
			{Person: o.Person("member1"), Status: Present, Minutes: 150}, {Person: o.Person("staff"), Status: Present, Minutes: 60}}}, true))
	draft := o.must(o.amend("secretary1", amended.ID))
	again := o.meeting("2026-05-12", "member1")
	o.must(o.confirm("secretary1", amended.ID, Confirmation{RowVersion: draft.RowVersion, Record: &again}))
	o.must(o.withdraw("secretary1", withdrawn.ID, withdrawn.RowVersion))

	got, err := Facts{}.Postings(ctx, o.db, o.Unit, calendar.Quarter{Year: 2026, Q: 2})
	if err != nil || len(got) != 3 {
		t.Fatalf("%d postings, %v", len(got), err)
	}
	entries := o.count(`SELECT count(*) FROM points_entries`)
	for _, p := range got {
		if p.RecordID == withdrawn.ID || p.Source != points.SourceActivity || p.VerifiedBy == (points.Posting{}).VerifiedBy {
			t.Errorf("%+v", p)
		}
		err := db.Transact(ctx, o.db, func(ctx context.Context, tx bun.Tx) error {
			_, err := points.Post(ctx, tx, o.Actor("secretary1"), o.now, p)
			return err
		})
		if err != nil {
			t.Errorf("%s: %v", p.Reason, err)
		}
	}
	if n := o.count(`SELECT count(*) FROM points_entries`); n != entries {
		t.Errorf("%d entries, then %d", entries, n)
	}
	facts := map[string]int{}
	for _, p := range got {
		for _, f := range p.Facts {
			facts[f.Trigger]++
		}
	}
	if facts[points.TriggerAbsence] != 1 || facts[points.TriggerVolunteering] != 2 || facts[points.TriggerHosting] != 2 {
		t.Errorf("%v", facts)
	}
	terms, err := Facts{}.Terms(ctx, o.db, o.Unit)
	if err != nil || len(terms.Kinds) != len(seeds()) || len(terms.Categories) != len(categories()) {
		t.Errorf("%+v, %v", terms, err)
	}
	for _, c := range terms.Categories {
		if c.Name == c.Code {
			t.Errorf("%s has no name", c.Code)
		}
	}
}
