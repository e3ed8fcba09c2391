package volunteer

import (
	"slices"
	"sync"
	"testing"

	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// TestRecordOnce records an action of 21 people of several branches with three from
// partner units: one record, each with their minutes, points once.
func TestRecordOnce(t *testing.T) {
	h := newHouse(t)
	in := h.plan(20)
	in.Organiser = activity.OrganiserRef{Kind: "unit"}
	a := h.must(h.create("office", in))
	crowd := h.crowd(9)
	keys := []string{"chief", "office", "deputy", "head", "secretary1", "secretary2", "committee1", "leader1", "leader2", "member1", "probationer", "staff"}
	for _, k := range keys {
		h.must(h.sign(k, a.ID))
	}
	out := h.came(keys...)
	for _, p := range crowd { // walk-ins, who left early
		out.Came = append(out.Came, Came{p.Person, 45})
	}
	out.Came[9].Minutes = 90 // member1
	out.Outsiders = []activity.Outsider{{Name: "赵警官", Partner: "区公安分局", Minutes: 120}, {Name: "钱警官", Partner: "区公安分局", Minutes: 60}, {Name: "孙科员", Partner: "区司法局", Minutes: 120}}
	out.Content = "劝导非机动车守规。"

	_, err := h.enter("office", a, out)
	if !fault.Is(err, fault.Invalid) { // not over yet
		t.Errorf("recorded before it was over: %v", err)
	}
	h.now = moment("2026-05-23 12:00")
	_, err = h.enter("secretary1", a, out)
	wants(t, err, fault.NotFound, "")
	_, err = h.enter("office", a, Outcome{Starts: out.Starts, Ends: out.Ends})
	wants(t, err, fault.Invalid, "came")
	long := h.came("member1")
	long.Came[0].Minutes = 121
	if _, err = h.enter("office", a, long); !fault.Is(err, fault.Invalid) {
		t.Errorf("longer than it lasted: %v", err)
	}
	if n := h.count(`SELECT count(*) FROM activity_activities`); n != 0 {
		t.Fatalf("%d records of refused tries", n)
	}

	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = h.enter("office", a, out) })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			wants(t, err, fault.Conflict, "")
		}
	}
	if won != 1 {
		t.Fatalf("%d of 4 recorded it: %v", won, errs)
	}
	done := h.must(h.action("office", a.ID))
	if done.State != Recorded || done.RecordID == nil || slices.Contains(done.Can, "record") {
		t.Fatalf("%+v", done.Action)
	}
	for what, c := range map[string]struct {
		query string
		want  int
	}{
		"records":              {`SELECT count(*) FROM activity_activities WHERE state = 'confirmed'`, 1},
		"people":               {`SELECT count(*) FROM activity_attendances WHERE status = 'present'`, 21},
		"minutes":              {`SELECT sum(minutes) FROM activity_attendances`, 11*120 + 90 + 9*45},
		"branches":             {`SELECT count(DISTINCT branch_id) FROM activity_attendances`, 2},
		"outsiders":            {`SELECT count(*) FROM activity_outsiders`, 3},
		"minutes of outsiders": {`SELECT sum(minutes) FROM activity_outsiders`, 300},
		"doubled entries": {`SELECT count(*) FROM (SELECT FROM points_entries WHERE source_kind = 'activity'
			GROUP BY person_id, rule_id HAVING count(*) > 1) d`, 0},
	} {
		if got := h.count(c.query); got != c.want {
			t.Errorf("%s: %d, want %d", what, got, c.want)
		}
	}
	if n := h.count(`SELECT coalesce(sum(points), 0)::int FROM points_entries WHERE record_id = ? AND person_id = ? AND dimension = 'conduct'`,
		*done.RecordID, h.Person("member1")); n != 75 {
		t.Errorf("an hour and a half gave %d hundredths", n)
	}
	_, err = h.sign("secretary1", a.ID)
	if err != nil { // in already: nothing changes
		t.Error(err)
	}
	_, err = h.withdraw("secretary1", a.ID)
	wants(t, err, fault.Conflict, "")
	_, err = h.add("office", a.ID, crowd[0].Person)
	wants(t, err, fault.Conflict, "")
}

// TestOverlap asks for the answer of rule 7.
func TestOverlap(t *testing.T) {
	h := newHouse(t)
	one, two := h.must(h.create("secretary1", h.plan(0))), h.must(h.create("secretary1", h.plan(0)))
	h.now = moment("2026-05-23 12:00")
	h.must(h.enter("secretary1", one, h.came("member1")))
	again := h.came("member1")
	_, err := h.enter("secretary1", two, again)
	wants(t, err, fault.Conflict, "overlap_answer")
	if d := h.must(h.action("secretary1", two.ID)); d.State != Open {
		t.Errorf("refused, but %s", d.State)
	}
	again.OverlapAnswer = "前后两处各一小时"
	h.must(h.enter("secretary1", two, again))
}

func TestUpcoming(t *testing.T) {
	h := newHouse(t)
	a := h.must(h.create("secretary1", h.plan(1)))
	h.must(h.sign("member1", a.ID))
	h.must(h.sign("leader1", a.ID))
	day := calendar.DateOf(a.StartsAt)
	for key, want := range map[string]int{"member1": 1, "leader1": 0, "chief": 0} {
		list, err := Upcoming(bg, h.db, h.Unit, h.Person(key), day, day)
		if err != nil || len(list) != want {
			t.Errorf("%s: %+v %v", key, list, err)
		}
	}
}
