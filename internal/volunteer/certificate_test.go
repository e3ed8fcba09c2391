package volunteer

import (
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/activity"
	"xianfeng/internal/notice"
)

// amends corrects the minutes of a record: people by key, who is left out was not there.
func (h *house) amends(record uuid.UUID, day string, minutes map[string]int) {
	h.t.Helper()
	by, may := h.as("office", need("activity", "record"))
	draft, err := h.svc.activities.Amend(bg, by, may, record, "更正时长")
	if err != nil {
		h.t.Fatal(err)
	}
	r := activity.Record{Kind: "volunteering", Title: "护学岗", Starts: moment(day + " 09:00"), Ends: moment(day + " 13:00"), Place: "社区",
		Organiser: activity.OrganiserRef{Kind: "unit"}, Recorder: by.Person}
	for key, n := range minutes {
		r.Attendance = append(r.Attendance, activity.Attendance{Person: h.Person(key), Status: activity.Present, Minutes: n})
	}
	_, confirm := h.as("office", need("activity", "confirm"))
	if _, err := h.svc.activities.Confirm(bg, by, confirm, record, activity.Confirmation{RowVersion: draft.RowVersion, Record: &r}); err != nil {
		h.t.Fatal(err)
	}
}

// A certificate holds as long as the hours on it stand as they were: the public check
// says so whatever becomes of the record.
func TestCheckAfterCorrections(t *testing.T) {
	h := newHouse(t)
	first := h.served("护学岗", "2026-05-18", 100, "member1", "secretary2")
	h.served("护学岗", "2026-05-19", 60, "member1")
	n, err := h.putUp("office")
	if err != nil {
		t.Fatal(err)
	}
	h.settled(n, notice.Passed, "member1")
	h.settled(n, notice.Passed, "secretary2")
	two, err := h.certify("office", "member1")
	if err != nil || two.Participations != 2 || two.Minutes != 150 {
		t.Fatal(two, err)
	}
	one, err := h.certify("office", "secretary2")
	if err != nil {
		t.Fatal(err)
	}
	holds := func(when string, c Certificate, want bool) {
		t.Helper()
		got, err := h.svc.Check(bg, c.Number, c.Code)
		if err != nil || got.Holds != want {
			t.Errorf("%s: %s of %s holds: %v %v", when, c.Number, c.Name, got.Holds, err)
		}
		if got.Minutes != c.Minutes || got.Participations != c.Participations { // what stands on paper
			t.Errorf("%s: %+v", when, got)
		}
		_, read := h.as("office", need("volunteer_certificate", "read"))
		if inside, err := h.svc.Certificate(bg, read, c.ID); err != nil || inside.Holds != want {
			t.Errorf("%s, inside: %v %v", when, inside.Holds, err)
		}
	}
	holds("at first", two, true)
	holds("at first", one, true)

	h.amends(first, "2026-05-18", map[string]int{"member1": 100, "secretary2": 70})
	holds("the other one's minutes were corrected", two, true)
	holds("corrected", one, false)
	h.amends(first, "2026-05-18", map[string]int{"secretary2": 100})
	holds("was not there after all", two, false)
	holds("put right again", one, true)
	h.amends(first, "2026-05-18", map[string]int{"member1": 100, "secretary2": 100})
	holds("was there after all", two, true)

	// Other minutes need a notice of their own before they are certified.
	h.amends(first, "2026-05-18", map[string]int{"member1": 130, "secretary2": 100})
	holds("more than on paper", two, false)
	again, err := h.certify("office", "member1")
	if err != nil || again.Participations != 1 || again.Minutes != 60 {
		t.Errorf("without the corrected one: %+v %v", again, err)
	}
	if n, err = h.putUp("office"); err != nil || n.People != 1 || n.Minutes != 120 {
		t.Fatal(n, err)
	}
	h.settled(n, notice.Passed, "member1")
	if again, err = h.certify("office", "member1"); err != nil || again.Participations != 2 || again.Minutes != 180 {
		t.Errorf("after its notice: %+v %v", again, err)
	}
	holds("after the notice of the correction", two, false)
	holds("after the notice of the correction", again, true)

	by, confirm := h.as("office", need("activity", "confirm"))
	d, err := h.svc.activities.Detail(bg, by, confirm, first, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.svc.activities.Withdraw(bg, by, confirm, first, d.RowVersion, "误记"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []Certificate{one, two, again} {
		holds("withdrawn", c, false)
	}
}
