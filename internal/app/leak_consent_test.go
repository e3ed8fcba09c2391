package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"xianfeng/internal/talk"
	"xianfeng/internal/testdb"
)

// opens names leaders: only one whom both named reads, and only as long as that holds.
// Each opening is shown to both.
func (l *leaks) opens(t *testing.T, m *matrix) {
	t.Helper()
	held := "/api/talks/" + l.x.calendars.held.ID.String()
	until := todayReally().AddDays(1)
	reads := func(key string) int { return l.get(l.cookies[key], l.record).status }
	name := func(leader string) string {
		t.Helper()
		var r talk.Record
		l.post(l.cookies["secretary1"], held+"/consents", fields{"leader_id": l.Person(leader), "until": until}).into(t, &r)
		return "/api/talk-consents/" + r.Consents[0].ID.String()
	}
	done := func(key, path string) {
		t.Helper()
		if a := l.post(l.cookies[key], path, ""); a.status != 200 {
			t.Fatalf("%s as %s: %s", path, key, a)
		}
	}
	openings := func(key string) int {
		t.Helper()
		var r talk.Record
		l.get(l.cookies[key], l.record).into(t, &r)
		return len(r.Openings)
	}
	chief := name("chief")
	for _, key := range []string{"chief", "office"} { // the fixture asked for office
		if got := reads(key); got != 404 {
			t.Errorf("%s, whom one named, reads: %d", key, got)
		}
	}
	for _, key := range []string{"chief", "secretary1", "office"} { // nobody agrees for another
		if a := l.post(l.cookies[key], chief+"/agreement", ""); a.status < 400 || reads("chief") != 404 {
			t.Errorf("%s agrees for the other one: %s", key, a)
		}
	}
	done("member1", chief+"/agreement")
	if n := openings("member1"); n != 0 {
		t.Errorf("%d openings before any", n)
	}
	if a := l.get(l.cookies["chief"], l.record); a.status != 200 || !strings.Contains(string(a.body), canaries[2]) {
		t.Fatalf("whom both named does not read: %s", a)
	}
	l.get(l.cookies["chief"], l.record)
	for _, key := range []string{"secretary1", "member1"} {
		if n := openings(key); n != 2 {
			t.Errorf("%s is shown %d openings of 2", key, n)
		}
	}
	if n := number(t, l.app.DB, `SELECT count(*) FROM audit_entries WHERE action = 'talk.record.open' AND object_id = ?`, l.x.calendars.held.ID); n != 2 {
		t.Errorf("%d openings in the log", n)
	}
	for _, path := range []string{l.record, l.record + "/agreement", held + "/consents", held + "/followups", chief + "/agreement"} { // reading is all
		body := fields{"text": "加一句", "after_version": 3}
		switch {
		case strings.HasSuffix(path, "agreement"):
			body = fields{"version": 3}
		case strings.HasSuffix(path, "consents"):
			body = fields{"leader_id": l.Person("deputy"), "until": until}
		case strings.HasSuffix(path, "followups"):
			body = fields{"matter": "事项", "owner_id": l.Person("deputy"), "due_on": until}
		}
		if a := l.post(l.cookies["chief"], path, body); a.status < 400 {
			t.Errorf("a leader who may read writes %s: %s", path, a)
		}
	}
	for _, key := range l.Keys() { // named is one, and not who else leads
		if got := reads(key); (got == 200) != slices.Contains([]string{"chief", "secretary1", "member1"}, key) {
			t.Errorf("%s reads: %d", key, got)
		}
	}
	done("member1", chief+"/revocation")
	if got := reads("chief"); got != 404 {
		t.Errorf("after it was taken back: %d", got)
	}
	if n := openings("secretary1"); n != 3 {
		t.Errorf("%d openings after what was no opening", n)
	}

	head := name("head")
	done("member1", head+"/agreement")
	account := "/api/accounts/" + l.Actor("head").Account.String()
	if a := l.post(l.cookies["sysadmin"], account+"/disable", ""); a.status != 204 || reads("head") != 401 {
		t.Errorf("a leader whose account is closed: %s %d", a, reads("head"))
	}
	if a := l.post(l.cookies["sysadmin"], account+"/enable", ""); a.status != 204 {
		t.Fatal(a)
	}
	l.cookies["head"] = l.signIn("head")
	if got := reads("head"); got != 200 {
		t.Errorf("the account is open again: %d", got)
	}
	// PostgreSQL's own clock says when the time is over: the consent is made older, as
	// only the tables' owner can.
	owner := testdb.Owner(t, l.app.DB)
	older := func(days int) {
		t.Helper()
		for _, statement := range []string{"ALTER TABLE talk_consents NO FORCE ROW LEVEL SECURITY",
			fmt.Sprintf("UPDATE talk_consents SET asked_at = asked_at - interval '%d days', until = until - interval '%[1]d days' WHERE revoked_at IS NULL", days),
			"ALTER TABLE talk_consents FORCE ROW LEVEL SECURITY"} {
			if _, err := owner.ExecContext(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	older(9)
	if got := reads("head"); got != 404 {
		t.Errorf("after the time: %d", got)
	}
	if got := reads("member1"); got != 200 {
		t.Errorf("one of the two after the time: %d", got)
	}
	older(-9)
	done("member1", head+"/revocation")
}

// handsOn raises a follow-up: neither its owner nor their superior learns of the talk.
func (l *leaks) handsOn(t *testing.T) {
	t.Helper()
	id := l.x.calendars.held.ID.String()
	lists := []string{"/api/talks?limit=500", "/api/talks/coverage", "/api/talk-readings", "/api/talks/" + id, l.record, "/api/followups?limit=200"}
	see := func(key string) (out []string) {
		for _, path := range lists[:5] {
			a := l.get(l.cookies[key], path)
			out = append(out, fmt.Sprint(a.status, strings.ReplaceAll(string(a.body), a.requestID(), "")))
		}
		return out
	}
	before := map[string][]string{"leader1": see("leader1"), "head": see("head"), "chief": see("chief")}
	a := l.post(l.cookies["member1"], "/api/talks/"+id+"/followups", fields{"matter": "落实周转住房", "owner_id": l.Person("leader1"), "due_on": todayReally().AddDays(9)})
	var raised talk.FollowUp
	a.into(t, &raised)
	if raised.TalkID != nil {
		t.Error("the answer, which is kept for a repeated request, names the talk")
	}
	if n := number(t, l.app.DB, `SELECT count(*) FROM audit_entries x WHERE request_id = ? AND x::text LIKE ?`, a.requestID(), "%"+id+"%"); n != 0 {
		t.Error("the audit row of the follow-up names the talk")
	}
	for key, was := range before {
		if now := see(key); !slices.Equal(was, now) {
			t.Errorf("%s sees talks in another way than before:\n%s\n%s", key, was, now)
		}
	}
	for key, sees := range map[string]bool{"leader1": true, "head": true, "member1": true, "secretary1": false, "chief": false, "office": false, "deputy": false, "leader2": true, "secretary2": false, "sysadmin": false} {
		a := l.get(l.cookies[key], lists[5])
		if got := strings.Contains(string(a.body), raised.ID.String()); got != sees {
			t.Errorf("%s sees the follow-up: %v", key, got)
		}
		if names := strings.Contains(string(a.body), id); names != (key == "member1" || key == "secretary1") {
			t.Errorf("%s is told of the talk: %v", key, names)
		}
	}
}

// acts asks PostgreSQL itself: without an actor nothing is seen, nothing of an actor
// stays on a connection, and two people who take turns on one do not meet.
func (l *leaks) acts(t *testing.T) {
	t.Helper()
	sealed := []string{"talk_records", "talk_consents", "talk_openings", "talk_followup_links", "study_notes"}
	nothing := func(when string) {
		t.Helper()
		for _, table := range sealed {
			if n := number(t, l.app.DB, "SELECT count(*) FROM "+table); n != 0 {
				t.Errorf("%s: %d rows of %s without an actor", when, n, table)
			}
		}
		if n := number(t, l.app.DB, `SELECT length(coalesce(current_setting('xianfeng.person', true), '') || coalesce(current_setting('xianfeng.unit', true), ''))`); n != 0 {
			t.Errorf("%s: the connection still has an actor", when)
		}
	}
	l.app.DB.SetMaxOpenConns(1)
	defer l.app.DB.SetMaxOpenConns(16)
	nothing("at first")
	for range 3 {
		if a := l.get(l.cookies["member1"], l.record); a.status != 200 {
			t.Errorf("one of the two: %s", a)
		}
		nothing("after one of the two")
		if a := l.get(l.cookies["leader2"], l.record); a.status != 404 {
			t.Errorf("somebody else after them: %s", a)
		}
		if a := l.get(l.cookies["leader2"], "/api/study-notes?month="+todayReally().String()[:7]); a.status != 200 || strings.Contains(string(a.body), canaries[4]) {
			t.Errorf("somebody else's notes: %s", a)
		}
		l.post(l.cookies["member1"], l.record, fields{"text": "过时的版本", "after_version": 1})
		nothing("after a refusal")
	}
	l.app.DB.SetMaxOpenConns(2)
	done := make(chan bool)
	for _, key := range []string{"member1", "leader2", "secretary1", "leader1"} {
		go func() {
			defer func() { done <- true }()
			for range 10 {
				if a := l.get(l.cookies[key], l.record); (a.status == 200) != (key == "member1" || key == "secretary1") {
					t.Errorf("%s, with others at the same time: %s", key, a)
				}
			}
		}()
	}
	for range 4 {
		<-done
	}
	nothing("in the end")
}
