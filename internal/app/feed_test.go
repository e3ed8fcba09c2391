package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	ics "github.com/arran4/golang-ical"
	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/duty"
	"xianfeng/internal/talk"
	"xianfeng/internal/testdb"
)

// TestCalendarTellsWhenAndNothingElse subscribes to calendars of the office and looks
// for what must not be in them: what was said, what has to be done about it, why
// somebody was talked with, and names that nobody chose.
func TestCalendarTellsWhenAndNothingElse(t *testing.T) {
	d := testdb.New(t)
	s := boot(t, d, t.TempDir())
	o := newOffice(t, s, d)
	seed := func(ctx context.Context, tx bun.Tx) error {
		if err := talk.Seed(ctx, tx, o.Unit); err != nil {
			return err
		}
		return duty.Seed(ctx, tx, o.Unit, s.clock.now())
	}
	exec := func(q string, args ...any) {
		t.Helper()
		_, err := d.NewRaw(q, args...).Exec(t.Context())
		must(t, err)
	}
	must(t, db.Transact(t.Context(), d, seed))
	put := func(kind, talker, partner, day, at, state string) uuid.UUID {
		id := db.NewID()
		var hour any
		if at != "" {
			hour = at
		}
		exec(`INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, not_before, due_on, planned_on, planned_at, state, cancel_reason, cancelled_by, created_at)
			VALUES (?, ?, 2026, ?, ?, ?, '2026-01-01', '2026-12-31', ?, ?, ?, nullif(?, ''), ?, '2026-11-01 09:00+08')`, o.Unit, id, kind, o.Person(talker), o.Person(partner),
			day, hour, state, map[string]string{"cancelled": "merged"}[state], o.Person("office"))
		return id
	}
	said := put("leader", "chief", "member1", "2026-11-20", "09:30", "planned")
	put("discipline", "secretary1", "member1", "2026-11-26", "", "planned")
	put("committee_member", "secretary1", "leader1", "2026-11-27", "", "planned")
	gone := put("member", "member1", "leader2", "2026-11-30", "", "cancelled")
	exec(`INSERT INTO talk_mornings (unit_id, id, deputy_id, department_id, weekdays, starts_at, valid_from) VALUES (?, ?, ?, ?, '{2,4}', '08:20', '2026-11-01')`,
		o.Unit, db.NewID(), o.Person("deputy"), o.Departments[1].ID)

	const canary = "金丝雀谈话内容"
	by, scope := o.as("member1", "talk_text", "write")
	_, err := s.app.Talks.Write(t.Context(), by, scope, said, canary+"一", 0)
	must(t, err)
	by, scope = o.as("member1", "followup", "write")
	_, err = s.app.Talks.Raise(t.Context(), by, scope, said, talk.FollowUpInput{Matter: canary + "二", OwnerID: o.Person("member1"), DueOn: today.AddDays(3)})
	must(t, err)

	subscribe := func(key string, names bool) (string, map[string]*ics.VEvent) {
		t.Helper()
		made := s.post(s.signIn(key), "/api/feed", map[string]bool{"names": names})
		var out struct{ Address string }
		if err := json.Unmarshal(made.body, &out); err != nil || made.status != http.StatusCreated {
			t.Fatalf("%s: %s", key, made)
		}
		a := s.get("", out.Address)
		if a.status != http.StatusOK {
			t.Fatalf("%s: %s", key, a)
		}
		c, err := ics.ParseCalendar(bytes.NewReader(a.body))
		must(t, err)
		events := map[string]*ics.VEvent{}
		for _, e := range c.Events() {
			events[e.GetProperty(ics.ComponentPropertySummary).Value] = e
		}
		return strings.ReplaceAll(string(a.body), "\r\n ", ""), events
	}
	start := func(e *ics.VEvent) string {
		if e == nil {
			return ""
		}
		return e.GetProperty(ics.ComponentPropertyDtStart).Value
	}
	for _, names := range []bool{false, true} {
		body, events := subscribe("member1", names)
		leader, other := "领导谈话", "谈心谈话"
		if names {
			leader, other = "与江远山：领导谈话", "与白一帆谈心谈话"
		}
		if start(events[leader]) != "20261120T093000" || start(events[other]) != "20261126" {
			t.Errorf("names %v: %s", names, body)
		}
		for _, hidden := range []string{canary, "处分", "方明远", "罗海宁", gone.String()} {
			if strings.Contains(body, hidden) {
				t.Errorf("names %v: tells %s: %s", names, hidden, body)
			}
		}
		for _, key := range o.Keys() {
			name := o.Actor(key).Name
			if strings.Contains(body, name) && (!names || key != "chief" && key != "secretary1") {
				t.Errorf("names %v: names %s: %s", names, name, body)
			}
		}
	}
	body, events := subscribe("deputy", false)
	if start(events["晨会：第一检察部"]) == "" || strings.Count(body, "SUMMARY:晨会") < 100 || strings.Contains(body, "领导谈话") {
		t.Errorf("deputy: %.2000s", body)
	}
	body, events = subscribe("secretary1", false)
	if start(events["待完成：主题党日（第一党支部）"]) != "20261130" || start(events["待完成：党员大会（第一党支部）"]) != "20261231" {
		t.Errorf("secretary1: %s", body)
	}
	if strings.Contains(body, "第二党支部") || strings.Contains(body, "党小组") {
		t.Errorf("secretary1 answers for what is not theirs: %s", body)
	}
	if body, _ = subscribe("staff", false); strings.Contains(body, "BEGIN:VEVENT") {
		t.Errorf("staff: %s", body)
	}
}
