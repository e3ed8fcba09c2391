package app_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"log/slog"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"golang.org/x/text/encoding/simplifiedchinese"

	"xianfeng/internal/report"
	"xianfeng/internal/talk"
	"xianfeng/internal/testdb"
)

// canaries are words that are in nothing but what was said in a talk, or noted of one's
// own study. Each text has one in Chinese and one in ASCII.
var canaries = []string{"垚焱淼初稿", "Kestrel-7401-first", "垚焱淼补记", "Kestrel-7402-second", "垚焱淼心得", "Kestrel-7403-study"}

// sings is a text with two of them.
func sings(n int) string {
	return fmt.Sprintf("谈到%s，另记 %s。", canaries[2*n], canaries[2*n+1])
}

// mesh catches canaries in whatever they are wrapped in.
type mesh map[string]string // needle → what it is

func newMesh(t testing.TB, words ...string) mesh {
	t.Helper()
	n := mesh{}
	for _, w := range words {
		gbk, err := simplifiedchinese.GBK.NewEncoder().String(w)
		must(t, err)
		ways := map[string]string{"": w}
		if gbk != w {
			ways[" in GBK"] = gbk
		}
		for how, b := range ways {
			n[b] = w + how
			n[hex.EncodeToString([]byte(b))] = w + how + " in hexadecimal"
			n[url.QueryEscape(b)] = w + how + " in an address"
			for shift := range 3 { // wherever it begins within what is encoded
				code := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + b))
				n[code[(shift*8+5)/6:len(code)-2]] = w + how + " in base64"
			}
		}
		var escaped strings.Builder
		for _, r := range w {
			fmt.Fprintf(&escaped, `\u%04x`, r)
		}
		n[escaped.String()] = w + " escaped"
	}
	return n
}

// in names what of the mesh is found in a text.
func (n mesh) in(text string) []string {
	var found []string
	for needle, what := range n {
		if strings.Contains(text, needle) {
			found = append(found, what)
		}
	}
	slices.Sort(found)
	return found
}

// files names what is found in the files below a directory.
func (n mesh) files(t testing.TB, dir string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if found := n.in(string(b)); found != nil {
			t.Errorf("%s holds %v", path, found)
		}
		return nil
	}))
}

// dump is every row of every table, as PostgreSQL writes them out, and what its
// connections last asked.
func dump(t testing.TB, s *site) map[string]string {
	t.Helper()
	owner := testdb.Owner(t, s.app.DB)
	read := func(query string) string {
		var text string
		if err := owner.QueryRowContext(t.Context(), query).Scan(&text); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return text
	}
	out := map[string]string{"what connections asked": read(`SELECT coalesce(string_agg(query, E'\n'), '') FROM pg_stat_activity WHERE datname = current_database()`)}
	for _, table := range strings.Fields(read(`SELECT string_agg(quote_ident(schemaname) || '.' || quote_ident(tablename), ' ') FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)) {
		// Row-level security holds for the owner as well, who can take that back.
		_, err := owner.ExecContext(t.Context(), "ALTER TABLE "+table+" NO FORCE ROW LEVEL SECURITY")
		must(t, err)
		out[table] = read(`SELECT coalesce(string_agg(x::text, E'\n'), '') FROM ` + table + " x")
	}
	return out
}

// leaks is the office of the matrix with what was said in it.
type leaks struct {
	*office
	x       things
	net     mesh
	cookies map[string]string
	record  string // the address of the record
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
	for _, more := range []string{"/api/talks?mine=true&limit=500", "/api/talks?year=2026&limit=500", "/api/talks?status=confirmed,reported,cancelled", "/api/followups?state=done",
		"/api/duties/grid?owner=leader", "/api/duties/grid?owner=deputy", "/api/audit?limit=200", "/api/audit?resource=talk", "/api/openapi.json", "/api/openapi.yaml", "/healthz", "/readyz", "/metrics", "/",
		"/api/study-notes?person_id=" + l.x.person.String(), l.record + "?person_id=" + l.x.person.String(), l.record + "/", strings.ToUpper(l.record)} {
		out = append(out, more)
	}
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
	l.clock.pass(72 * time.Hour)
	for _, key := range []string{"head", "member1"} {
		l.cookies[key] = l.signIn(key)
	}
	if got := reads("head"); got != 404 {
		t.Errorf("after the time: %d", got)
	}
	if got := reads("member1"); got != 200 {
		t.Errorf("one of the two after the time: %d", got)
	}
	l.clock.pass(-72 * time.Hour)
	for key := range maps.Clone(l.cookies) {
		if key != "" {
			l.cookies[key] = l.signIn(key)
		}
	}
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
