package app_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"xianfeng/internal/activity"
	"xianfeng/internal/volunteer"
)

// hoursBook is a workbook of hours of one person for each of some days of November.
func hoursBook(t *testing.T, name string, days ...int) []byte {
	t.Helper()
	f := excelize.NewFile()
	rows := [][]any{{"姓名", "日期", "活动", "地点", "对象", "组织者", "时长(小时)"}}
	for _, d := range days {
		rows = append(rows, []any{name, fmt.Sprintf("2026-11-%02d", d), "河道清洁", "河边", "群众", "第一党支部", "2"})
	}
	for i, row := range rows {
		must(t, f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row))
	}
	b, err := f.WriteToBuffer()
	must(t, err)
	must(t, f.Close())
	return b.Bytes()
}

// volunteers is the office at three in the afternoon, ten minutes before its actions begin.
type volunteers struct {
	*office
	cookies map[string]string
}

func newVolunteers(t *testing.T) *volunteers {
	o, _, cookies := hostileOffice(t)
	for _, key := range []string{"member1", "committee1", "leader1", "deputy"} {
		cookies[key] = o.signIn(key)
	}
	cookies["office2"], cookies["member2"] = o.signIn("office"), o.signIn("member1")
	return &volunteers{o, cookies}
}

func (v *volunteers) action(places int) (d volunteer.ActionDetail) {
	v.t.Helper()
	v.send(v.cookies["secretary1"], post("/api/volunteer-actions", fields{"title": "文明劝导", "starts_at": "2026-11-20T15:10", "ends_at": "2026-11-20T15:15", "place": "路口",
		"served": "群众", "organiser": branchOf(v.office, 0), "leader_id": v.Person("secretary1"), "places": places})).into(v.t, &d)
	return d
}

func (v *volunteers) preview(t *testing.T, days ...int) (i volunteer.HoursImport) {
	t.Helper()
	v.send(v.cookies["office"], form("POST", "/api/volunteer-imports", "时长.xlsx", hoursBook(t, v.Actor("member1").Name, days...), nil)).into(t, &i)
	if i.Counts.Bad != 0 || i.Counts.Good != len(days) {
		t.Fatalf("%+v", i)
	}
	return i
}

func recording(d volunteer.ActionDetail, people ...uuid.UUID) ask {
	var came []fields
	for _, p := range people {
		came = append(came, fields{"person_id": p, "minutes": 5})
	}
	return post("/api/volunteer-actions/"+d.ID.String()+"/record", fields{"came": came, "starts_at": "2026-11-20T15:10", "ends_at": "2026-11-20T15:15", "overlap_answer": "先后到场", "version": d.Version})
}

// The same request 50 times at once: one effect, one answer.
func TestVolunteersFiftyAtOnce(t *testing.T) {
	t.Parallel()
	v := newVolunteers(t)
	a, i := v.action(2), v.preview(t, 3, 4, 5)
	records := "SELECT count(*) FROM activity_activities WHERE kind = 'volunteering' AND state = 'confirmed'"
	v.fiftyAtOnce(t, v.cookies, []fifty{
		{"sign up", "member1", post("/api/volunteer-actions/"+a.ID.String()+"/signup", fields{}), 200, "SELECT count(*) FROM volunteer_signups", 1},
		{"withdraw", "member1", post("/api/volunteer-actions/"+a.ID.String()+"/withdrawal", fields{}), 200, "SELECT count(*) FROM volunteer_signups WHERE state = 'gone'", 1},
	})
	v.clock.pass(20 * time.Minute)
	v.fiftyAtOnce(t, v.cookies, []fifty{
		{"record", "secretary1", recording(a, v.Person("member1")), 200, records, 2},
		{"upload hours", "office", form("POST", "/api/volunteer-imports", "时长.xlsx", hoursBook(t, v.Actor("member1").Name, 9), nil), 201, "SELECT count(*) FROM volunteer_imports", 1},
		{"confirm an import", "office", post("/api/volunteer-imports/"+i.ID.String()+"/confirmation", fields{}), 200, "SELECT count(*) FROM volunteer_imports WHERE state = 'confirmed'", 4},
		{"put hours on notice", "office", post("/api/volunteer-hours/notice", fields{"from": "2026-01-01", "to": "2026-12-31"}), 201, "SELECT count(*) FROM notice_notices WHERE kind = 'volunteer_hours'", 1},
	})
	if n := number(t, v.app.DB, records); n != 4 {
		t.Errorf("%d records of an action and three days", n)
	}
	if n := number(t, v.app.DB, "SELECT count(*) FROM (SELECT FROM points_entries WHERE source_kind = 'activity' GROUP BY record_id, person_id, rule_id HAVING count(*) > 1) d"); n != 0 {
		t.Errorf("%d doubled entries", n)
	}
	v.verifiesLedgers(t, v.cookies["office"])
}

// Two at once, without a key: what excludes one another is done once, and the other one
// reads why.
func TestVolunteersTwoAtOnce(t *testing.T) {
	t.Parallel()
	v := newVolunteers(t)
	once := func(what string, a, b move) {
		t.Helper()
		if won := v.races(t, v.cookies, what, a, b); len(won) != 1 {
			t.Errorf("%s is done %d times", what, len(won))
		}
	}
	both := func(what string, ask ask, a, b string) {
		t.Helper()
		once(what, move{a, ask}, move{b, ask})
	}
	for round := range 3 {
		v.clock.set(today, 15)
		a := v.action(1)
		id := "/api/volunteer-actions/" + a.ID.String()
		up, out := post(id+"/signup", fields{}), post(id+"/withdrawal", fields{})
		state := func(key string) (d volunteer.ActionDetail) {
			v.get(v.cookies[key], id).into(t, &d)
			return d
		}
		// Both are answered; one has the last place, the other one waits.
		if won := v.races(t, v.cookies, "the last place", move{"member1", up}, move{"committee1", up}); len(won) != 2 {
			t.Errorf("the last place: %d were answered", len(won))
		}
		if d := state("secretary1"); d.Placed != 1 || d.Waiting != 1 {
			t.Fatalf("round %d: %d placed, %d waiting", round, d.Placed, d.Waiting)
		}
		// One person twice at once is in once.
		v.races(t, v.cookies, "one person twice", move{"leader1", up}, move{"leader1", up})
		if d := state("secretary1"); len(d.Signups) != 3 || d.Waiting != 2 {
			t.Fatalf("round %d: %+v", round, d.Signups)
		}
		// Somebody leaves while another one comes: the one who waited longest has the place.
		d := state("secretary1")
		first := d.Signups[1].PersonID
		leaves := map[uuid.UUID]string{v.Person("member1"): "member1", v.Person("committee1"): "committee1"}[d.Signups[0].PersonID]
		v.races(t, v.cookies, "leave and come", move{leaves, out}, move{"deputy", up})
		if d := state("secretary1"); d.Placed != 1 || d.Waiting != 2 || d.Signups[0].PersonID != first {
			t.Fatalf("round %d, after one left: %+v", round, d.Signups)
		}
		many := make([]answer, 12) // more of it, all at once
		var wait sync.WaitGroup
		for i, key := range []string{"member1", "committee1", "leader1", "deputy", "member1", "committee1", "leader1", "deputy", "member1", "committee1", "leader1", "deputy"} {
			ask := up
			if (i/4+i)%2 == 0 {
				ask = out
			}
			wait.Go(func() { many[i] = v.send(v.cookies[key], ask) })
		}
		wait.Wait()
		for _, got := range many {
			if got.status != 200 {
				t.Errorf("round %d: %s", round, got)
			}
		}
		if d := state("secretary1"); d.Placed > 1 || d.Placed == 0 && d.Waiting > 0 {
			t.Errorf("round %d: %d placed, %d waiting", round, d.Placed, d.Waiting)
		}
		cancelled := v.action(1)
		v.clock.pass(20 * time.Minute)
		a = state("secretary1")
		both("record", recording(a, v.Person("secretary1")), "secretary1", "office")
		if round > 0 {
			continue // the rest is about the whole office
		}
		i := v.preview(t, 3, 4)
		both("confirm an import", post("/api/volunteer-imports/"+i.ID.String()+"/confirmation", fields{}), "office", "office2")
		both("undo an import", post("/api/volunteer-imports/"+i.ID.String()+"/undo", fields{}), "office", "office2")
		one, other := v.preview(t, 6), v.preview(t, 6) // one file twice, confirmed at once
		once("confirm two imports of the same", move{"office", post("/api/volunteer-imports/"+one.ID.String()+"/confirmation", fields{})},
			move{"office2", post("/api/volunteer-imports/"+other.ID.String()+"/confirmation", fields{})})
		both("put hours on notice", post("/api/volunteer-hours/notice", fields{"from": "2026-01-01", "to": "2026-12-31"}), "office", "office2")
		once("record and call off", move{"office", recording(cancelled, v.Person("deputy"))},
			move{"secretary1", post("/api/volunteer-actions/"+cancelled.ID.String()+"/cancellation", fields{"reason": "有雨", "version": cancelled.Version})})
	}
	if n := number(t, v.app.DB, "SELECT count(*) FROM activity_activities WHERE kind = 'volunteering' AND state = ?", activity.Confirmed); n != 4 && n != 5 {
		t.Errorf("%d records: three actions, one import, perhaps one more", n)
	}
	v.verifiesLedgers(t, v.cookies["office"])
}
