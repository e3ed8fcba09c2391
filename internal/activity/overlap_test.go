package activity

import (
	"slices"
	"strings"
	"testing"
	"time"

	"xianfeng/internal/fault"
)

func TestOverlapAsksForAnAnswer(t *testing.T) {
	o := newOffice(t)
	o.must(o.create("secretary1", o.meeting("2026-05-19"), true))
	r := Record{Kind: "seminar", Title: "业务研讨", Starts: moment("2026-05-19 10:00"), Ends: moment("2026-05-19 11:00"), Content: "研讨",
		Organiser: OrganiserRef{"branch", o.Branches[1].ID}, Host: o.Person("secretary2"), Recorder: o.Person("leader2")}
	for _, k := range []string{"office", "head", "secretary2", "leader2", "probationer"} {
		r.Attendance = append(r.Attendance, Attendance{Person: o.Person(k), Status: Present})
	}
	r.Attendance = append(r.Attendance, Attendance{Person: o.Person("chief"), Status: Guest})
	_, err := o.create("secretary2", r, true)
	wants(t, err, fault.Conflict, "overlap_answer")
	f := fault.From(err)
	if len(f.Details) != 1 || !strings.Contains(f.Details[0].Message, "江远山") || strings.Contains(f.Details[0].Message, "党员大会") {
		t.Errorf("the other branch's record is told: %+v", f.Details)
	}
	draft := o.must(o.create("secretary2", r, false))
	got := o.must(o.confirm("secretary2", draft.ID, Confirmation{RowVersion: draft.RowVersion, OverlapAnswer: "大会提前结束"}))
	if d, err := o.detail("secretary2", got.ID, 0); err != nil || d.OverlapAnswer != "大会提前结束" {
		t.Errorf("%+v, %v", d, err)
	}
	// One that ends as the other begins is no overlap.
	r.Starts, r.Ends = moment("2026-05-19 11:00"), moment("2026-05-19 12:00")
	o.must(o.create("secretary2", r, true))
}

// Whoever hosts, records or lectures is there as much as who is ticked.
func TestOverlapOfOffices(t *testing.T) {
	o := newOffice(t)
	first := o.meeting("2026-05-19")
	first.Lecturer = o.Person("staff") // in no attendance
	o.must(o.create("secretary1", first, true))
	salon := func() Record {
		return Record{Kind: "reading_salon", Title: "读书会", Starts: moment("2026-05-19 10:00"), Ends: moment("2026-05-19 11:00"), Place: "图书室", Content: "共读",
			Organiser: OrganiserRef{Kind: "unit"}, Host: o.Person("office"), Recorder: o.Person("office"),
			Attendance: []Attendance{{Person: o.Person("head"), Status: Present}}}
	}
	for name, change := range map[string]func(*Record){
		"their lecturer comes":   func(r *Record) { r.Attendance[0].Person = o.Person("staff") },
		"their lecturer records": func(r *Record) { r.Recorder = o.Person("staff") },
		"who came hosts":         func(r *Record) { r.Host = o.Person("member1") },
		"who came lectures":      func(r *Record) { r.Lecturer = o.Person("chief") },
	} {
		r := salon()
		change(&r)
		_, err := o.create("office", r, true)
		if !fault.Is(err, fault.Conflict) || fault.From(err).Field != "overlap_answer" || len(fault.From(err).Details) != 1 {
			t.Errorf("%s: %v", name, err)
		}
	}
	r := salon()
	r.Attendance = append(r.Attendance, Attendance{Person: o.Person("member1"), Status: Absent, Absence: "official"})
	o.must(o.create("office", r, true))
}

// An answer is to one warning: an amendment that moves or brings in people is
// warned of anew, one that does neither is not asked twice.
func TestAmendmentIsWarnedAnew(t *testing.T) {
	o := newOffice(t)
	first := o.meeting("2026-05-19")
	o.must(o.create("secretary1", first, true))
	r := Record{Kind: "reading_salon", Title: "读书会", Starts: first.Starts, Ends: first.Ends, Place: "图书室", Content: "共读", OverlapAnswer: "分段参加",
		Organiser: OrganiserRef{Kind: "unit"}, Host: o.Person("office"), Recorder: o.Person("office"),
		Attendance: []Attendance{{Person: o.Person("chief"), Status: Present}}}
	s := o.must(o.create("office", r, true))

	again := o.must(o.amend("office", s.ID))
	if d, err := o.detail("office", s.ID, 2); err != nil || d.OverlapAnswer != "" {
		t.Errorf("the amendment begins with the answer %q, %v", d.OverlapAnswer, err)
	}
	r.Title, r.OverlapAnswer = "读书会（共读一章）", ""
	o.must(o.confirm("office", s.ID, Confirmation{RowVersion: again.RowVersion, Record: &r}))
	if d, err := o.detail("office", s.ID, 0); err != nil || d.OverlapAnswer != "分段参加" {
		t.Errorf("what stayed the same lost its answer: %q, %v", d.OverlapAnswer, err)
	}
	for name, change := range map[string]func(*Record){
		"people": func(r *Record) {
			r.Attendance = append(r.Attendance, Attendance{Person: o.Person("member1"), Status: Present})
		},
		"host": func(r *Record) { r.Host = o.Person("member1") },
		"time": func(r *Record) { r.Starts = first.Starts.Add(15 * time.Minute) },
	} {
		changed := r
		changed.Attendance = slices.Clone(r.Attendance)
		change(&changed)
		draft := o.must(o.amend("office", s.ID))
		_, err := o.confirm("office", s.ID, Confirmation{RowVersion: draft.RowVersion, Record: &changed})
		if !fault.Is(err, fault.Conflict) || fault.From(err).Field != "overlap_answer" {
			t.Errorf("%s: %v", name, err)
		}
		changed.OverlapAnswer = "分段参加" // in the same words: they were asked
		o.must(o.confirm("office", s.ID, Confirmation{RowVersion: draft.RowVersion, Record: &changed}))
		r.OverlapAnswer = "分段参加" // and back to where it was
		draft = o.must(o.amend("office", s.ID))
		o.must(o.confirm("office", s.ID, Confirmation{RowVersion: draft.RowVersion, Record: &r}))
		r.OverlapAnswer = ""
	}
}
