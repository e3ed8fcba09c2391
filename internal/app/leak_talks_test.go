package app_test

import (
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/report"
	"xianfeng/internal/testdb"
)

// leaks is the office of the matrix with what was said in it.
type leaks struct {
	*office
	x       things
	net     mesh
	cookies map[string]string
	record  string // the address of the record
	feeds   []string
}

// Nothing of what two people said, and of what somebody noted for themselves, is
// anywhere but in the answers to them, and to a leader whom both named while the time
// runs (rule 23): not in any answer to anybody else, in no workbook, in no refusal, in
// no log line, in no row and in no file.
func (m *matrix) testLeaks(t *testing.T) {
	d := m.again(t)
	s := bootLogging(t, d, m.files, slog.LevelDebug)
	o := &office{m.office.Fixture, s, t}
	l := &leaks{office: o, x: m.things["branch0"], net: newMesh(t, canaries...), cookies: map[string]string{"": ""}}
	l.record = "/api/talks/" + l.x.calendars.held.ID.String() + "/record"
	defer func() {
		if found := l.net.in(s.log.take()); found != nil {
			t.Errorf("the log holds %v", found)
		}
	}()
	// Whoever was left one role has theirs as a member again. Row-level security asks
	// PostgreSQL's own clock how long a consent holds.
	_, err := d.NewRaw(`UPDATE access_grants SET ended_at = NULL WHERE unit_id = ?`, o.Unit).Exec(t.Context())
	must(t, err)
	s.clock.set(todayReally(), 0)
	s.clock.pass(time.Since(todayReally().In()))
	for _, key := range o.Keys() {
		l.cookies[key] = s.signIn(key)
	}
	l.confides(t)
	l.walks(t, m, "nobody was named", "secretary1", "member1")
	l.refuses(t)
	l.fails(t)
	l.rests(t, m)
	l.opens(t, m)
	l.handsOn(t)
	l.acts(t)
}

// confides writes the canaries as pages do, with keys for repeated requests.
func (l *leaks) confides(t *testing.T) {
	t.Helper()
	write := func(key string, n, after int) {
		a := l.send(l.cookies[key], ask{method: "POST", path: l.record, body: text(fields{"text": sings(n), "after_version": after}),
			header: map[string]string{"Idempotency-Key": fmt.Sprint("confided-", n)}})
		if a.status != 200 || !strings.Contains(string(a.body), canaries[2*n]) {
			t.Fatalf("%s writes: %s", key, a)
		}
	}
	write("secretary1", 0, 1)
	write("member1", 1, 2)
	a := l.send(l.cookies["member1"], ask{method: "PUT", path: "/api/study-notes/" + todayReally().String(), body: text(fields{"note": sings(2)}),
		header: map[string]string{"Idempotency-Key": "confided-to-oneself"}})
	if a.status != 200 {
		t.Fatal(a)
	}
	if a := l.get(l.cookies["member1"], "/api/study-notes"); l.net.in(string(a.body)) == nil {
		t.Errorf("one's own notes: %s", a)
	}
	for _, key := range []string{"secretary1", "member1", "chief"} {
		l.feeds = append(l.feeds, "/api/calendar/"+l.subscribes(key, true)+".ics")
	}
	for _, key := range []string{"chief", "office", "secretary1"} { // workbooks made after it was said
		for kind, resource := range map[string]string{"talk-coverage": "talk_coverage", "meeting-statistics": "meeting_statistics"} {
			l.issue(key, kind, resource, report.Request{})
		}
	}
}

// addresses are those of all reading routes, with all there is to name and to search.
func (l *leaks) addresses(m *matrix) []string {
	var out []string
	table := m.requests()
	for _, r := range l.server.API.Routes() {
		if r.Method != "GET" {
			continue
		}
		x := l.x
		x.login = "secretary1"
		path := table["GET "+r.Path].ask(x).path
		out = append(out, path)
		if !strings.Contains(r.Path, "{") {
			for _, word := range []string{canaries[0], canaries[1], l.x.name} {
				sep := "?"
				if strings.Contains(path, "?") {
					sep = "&"
				}
				out = append(out, path+sep+"q="+url.QueryEscape(word))
			}
		}
	}
	out = append(out, "/api/talks?mine=true&limit=500", "/api/talks?year=2026&limit=500", "/api/talks?status=confirmed,reported,cancelled", "/api/followups?state=done",
		"/api/duties/grid?owner=leader", "/api/duties/grid?owner=deputy", "/api/audit?limit=200", "/api/audit?resource=talk", "/api/openapi.json", "/api/openapi.yaml", "/healthz", "/readyz", "/metrics", "/",
		"/api/study-notes?person_id="+l.x.person.String(), l.record+"?person_id="+l.x.person.String(), l.record+"/", strings.ToUpper(l.record))
	out = append(out, l.feeds...)
	var issues []uuid.UUID
	must(l.t, l.app.DB.NewRaw(`SELECT id FROM report_issues WHERE unit_id = ? ORDER BY id DESC LIMIT 8`, l.Unit).Scan(l.t.Context(), &issues))
	for _, id := range issues {
		out = append(out, "/api/reports/issues/"+id.String()+"/file")
	}
	return out
}

// walks reads every address as everybody.
func (l *leaks) walks(t *testing.T, m *matrix, when string, confidants ...string) {
	t.Helper()
	all := l.addresses(m)
	for _, key := range append(l.Keys(), "") {
		for _, path := range all {
			a := l.get(l.cookies[key], path)
			if strings.HasPrefix(strings.ToLower(path), l.record) && slices.Contains(confidants, key) {
				if !strings.Contains(string(a.body), canaries[2]) {
					t.Errorf("%s: %s does not read %s: %s", when, key, path, a)
				}
				continue
			}
			if strings.HasPrefix(strings.ToLower(path), l.record) && a.status != 404 && a.status != 401 && a.status != 403 {
				t.Errorf("%s: %s reads %s: %d", when, key, path, a.status)
			}
			if strings.HasPrefix(path, "/api/study-notes") && key == "member1" {
				continue
			}
			if found := l.net.in(fmt.Sprint(a.header) + readable(t, a)); found != nil {
				t.Errorf("%s: %s reads %v at %s", when, key, found, path)
			}
		}
	}
}

// refuses sends what was said in every wrong way: no refusal repeats it.
func (l *leaks) refuses(t *testing.T) {
	t.Helper()
	c, held := sings(0), "/api/talks/"+l.x.calendars.held.ID.String()
	long := strings.Repeat(c, 2000)
	study := "/api/study-notes/" + todayReally().String()
	asks := []ask{
		post(l.record, fields{"text": c, "after_version": 99}), post(l.record, fields{"text": c, "after_version": -1}), post(l.record, fields{"text": c, "after_version": c}),
		post(l.record, fields{"text": []string{c}, "after_version": 3}), post(l.record, fields{"text": fields{"a": c}}), post(l.record, fields{"text": c}), post(l.record, fields{c: c}),
		post(l.record, fields{"text": long, "after_version": 3}), post(l.record, fields{"text": c + "\x00", "after_version": 3}), post(l.record, `{"text": "`+c), post(l.record, `"`+c+`"`),
		post(l.record, c), post(l.record, "["+text(c)+"]"), {method: "POST", path: l.record, body: c, media: "text/plain"}, {method: "POST", path: l.record, body: "text=" + c, media: "application/x-www-form-urlencoded"},
		form("POST", l.record, c+".txt", []byte(c), map[string]string{"text": c}), post("/api/talks/"+testID+"/record", fields{"text": c, "after_version": 0}),
		post(l.record+"/agreement", fields{"version": c}), post(held+"/consents", fields{"leader_id": c, "until": c}), post(held+"/followups", fields{"matter": "事项", "owner_id": c, "due_on": c}),
		post(held+"/followups", fields{"matter": long, "owner_id": l.x.person, "due_on": today.AddDays(400)}), post(held+"/move", fields{"planned_on": c, "reason": c, "planned_at": c, "version": c}),
		post(held+"/report", fields{"done_on": c, "version": 1}), post("/api/talks", fields{"partner_id": c, "done_on": c}),
		put(study, fields{"note": long}), put(study, fields{"note": []string{c}}), put(study, fields{c: c}), put(study, `{"note": "`+c), put(study, fields{"note": c + "\x00"}),
		put("/api/study-notes/2099-01-01", fields{"note": c}), put("/api/study-notes/2026-02-30", fields{"note": c}), {method: "PATCH", path: study, body: c}, {method: "PUT", path: study, body: c, media: "text/plain"},
		{method: "POST", path: l.record, body: text(fields{"text": c, "after_version": 3}), header: map[string]string{"Origin": "https://evil.example"}},
		{method: "POST", path: l.record, body: text(fields{"text": c, "after_version": 99}), header: map[string]string{"Idempotency-Key": "1"}},
		{method: "POST", path: l.record, body: text(fields{"text": c, "after_version": 3}), header: map[string]string{"Content-Encoding": "gzip"}},
	}
	for _, key := range []string{"member1", "secretary1", "chief", "sysadmin", ""} {
		for _, a := range asks {
			got := l.send(l.cookies[key], a)
			if got.status < 400 {
				t.Errorf("%s as %s is carried out: %d", a, key, got.status)
			}
			if found := l.net.in(fmt.Sprint(got.header) + string(got.body)); found != nil {
				t.Errorf("%s as %s repeats %v: %s", a, key, found, got)
			}
		}
	}
}

// fails breaks what a writing needs while it is under way: neither the answer nor the
// log says what was to be written.
func (l *leaks) fails(t *testing.T) {
	t.Helper()
	write := post(l.record, fields{"text": sings(0), "after_version": 3})
	note := put("/api/study-notes/"+todayReally().String(), fields{"note": sings(2)})
	broken := func(what string, status int) {
		t.Helper()
		for _, a := range []ask{write, note} {
			got := l.send(l.cookies["member1"], a)
			if _, err := got.problem(); err != nil || got.status != status || l.net.in(string(got.body)) != nil {
				t.Errorf("%s: %s: %s %v", what, a, got, err)
			}
		}
		logged := l.log.take()
		if found := l.net.in(logged); found != nil {
			t.Errorf("%s: the log holds %v", what, found)
		}
		if !strings.Contains(logged, "level=ERROR") {
			t.Errorf("%s: nothing is logged, so nothing was tested", what)
		}
	}
	if found := l.net.in(l.log.take()); found != nil {
		t.Errorf("the log holds %v", found)
	}
	l.clock.breaks(true)
	broken("a bug in the program", 500)
	l.clock.breaks(false)
	owner := testdb.Owner(t, l.app.DB)
	run := func(statement string) {
		t.Helper()
		_, err := owner.ExecContext(t.Context(), statement)
		must(t, err)
	}
	run(`CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room for %', NEW; END $$`)
	for _, table := range []string{"talk_records", "study_notes", "keyring_wraps", "audit_entries"} {
		run("CREATE TRIGGER breaks BEFORE INSERT ON " + table + " FOR EACH ROW EXECUTE FUNCTION breaks()")
		if strings.HasPrefix(table, "talk") || strings.HasPrefix(table, "study") {
			run("DROP TRIGGER breaks ON " + table)
			run("CREATE TRIGGER breaks AFTER INSERT ON " + table + " FOR EACH ROW EXECUTE FUNCTION breaks()")
			continue
		}
		if table == "keyring_wraps" {
			broken("a statement that fails", 500)
			run("DROP TRIGGER breaks ON talk_records")
			run("DROP TRIGGER breaks ON study_notes")
		}
		if table == "audit_entries" {
			run("DROP TRIGGER breaks ON keyring_wraps")
			broken("an audit that fails", 500)
		}
	}
	run("DROP TRIGGER breaks ON audit_entries")
}

// rests looks at all that lies still: rows, files, keys.
func (l *leaks) rests(t *testing.T, m *matrix) {
	t.Helper()
	for where, rows := range dump(t, l.site) {
		if found := l.net.in(rows); found != nil {
			t.Errorf("%s holds %v", where, found)
		}
		if sealed := slices.Contains([]string{"public.talk_records", "public.study_notes", "public.keyring_wraps"}, where); sealed && rows == "" {
			t.Errorf("%s is empty, so nothing was looked at", where)
		}
	}
	l.net.files(t, m.files)
	keys, err := os.ReadFile(m.files + ".keys")
	must(t, err)
	if found := l.net.in(string(keys)); found != nil {
		t.Errorf("the key file holds %v", found)
	}
}
