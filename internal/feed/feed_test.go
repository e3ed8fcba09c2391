package feed

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/account"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// diary is what stands in calendars: by person, as its owners would hand it over.
type diary struct {
	mu     sync.Mutex
	events map[string][]Event // by name
	asked  access.Actor
}

func (d *diary) Events(_ context.Context, _ bun.Tx, by access.Actor, _, _ calendar.Date) ([]Event, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked = by
	return d.events[by.Name], nil
}

type site struct {
	testdb.Fixture
	t      *testing.T
	db     *bun.DB
	server *httpd.Server
	diary  *diary
	now    time.Time
	log    *bytes.Buffer
	tokens map[string]string // sessions by key
}

func newSite(t *testing.T) *site {
	t.Helper()
	d := testdb.New(t)
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	s := &site{Fixture: testdb.Office(t, d), t: t, db: d, diary: &diary{events: map[string][]Event{}}, log: &bytes.Buffer{}, tokens: map[string]string{},
		now: time.Date(2026, 11, 23, 10, 0, 0, 0, calendar.Shanghai)}
	clock := func() time.Time { return s.now }
	log := slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	accounts := account.NewService(d, clock, policy, nil, audit.NewService(d, clock), false)
	if s.server, err = httpd.New(httpd.Config{Log: log}, d, httpd.NewGuard(d, accounts, policy, log)); err != nil {
		t.Fatal(err)
	}
	account.Mount(s.server.API, accounts, false)
	Mount(s.server.API, NewService(d, accounts, clock, s.diary))
	if err := s.server.Finish(fstest.MapFS{}); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) exec(text string, args ...any) {
	s.t.Helper()
	if _, err := s.db.NewRaw(text, args...).Exec(context.Background()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *site) send(key, method, path, body string, headers ...string) *http.Response {
	s.t.Helper()
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	if key != "" {
		req.AddCookie(&http.Cookie{Name: httpd.CookieName, Value: s.session(key)})
	}
	res, err := s.server.Fiber.Test(req, 60_000)
	if err != nil {
		s.t.Fatal(err)
	}
	return res
}

func (s *site) session(key string) string {
	s.t.Helper()
	if t := s.tokens[key]; t != "" {
		return t
	}
	res := s.send("", "POST", "/api/session", `{"login":"`+key+`","password":"`+testdb.Password+`"}`)
	for _, c := range res.Cookies() {
		if c.Name == httpd.CookieName {
			s.tokens[key] = c.Value
			return c.Value
		}
	}
	s.t.Fatalf("%s cannot sign in: %d %s", key, res.StatusCode, text(res))
	return ""
}

func text(r *http.Response) string {
	b, _ := io.ReadAll(r.Body)
	_ = r.Body.Close()
	return string(b)
}

// make makes an address, and gives its path.
func (s *site) make(key string, names bool) string {
	s.t.Helper()
	body := `{"names":false}`
	if names {
		body = `{"names":true}`
	}
	res := s.send(key, "POST", "/api/feed", body, "Idempotency-Key", "feed-key-1")
	var out struct{ Address string }
	if err := json.Unmarshal([]byte(text(res)), &out); err != nil || res.StatusCode != http.StatusCreated || len(out.Address) != len("/api/calendar/.ics")+64 {
		s.t.Fatalf("%d %+v %v", res.StatusCode, out, err)
	}
	return out.Address
}

func (s *site) own(key string) (f Feed) {
	s.t.Helper()
	if err := json.Unmarshal([]byte(text(s.send(key, "GET", "/api/feed", ""))), &f); err != nil {
		s.t.Fatal(err)
	}
	return f
}

func (s *site) mustBe(what, address string, status int) {
	s.t.Helper()
	if res := s.send("", "GET", address, ""); res.StatusCode != status {
		s.t.Errorf("%s: %d, want %d: %s", what, res.StatusCode, status, text(res))
	}
}

func TestSecretAddress(t *testing.T) {
	s := newSite(t)
	s.diary.events["叶知秋"] = []Event{{UID: "1@xianfeng", Title: "谈心谈话", Named: "与罗海宁谈心谈话", Day: day(t, "2026-11-25")},
		{UID: "old@xianfeng", Title: "太早", Day: day(t, "2026-08-24")}, {UID: "far@xianfeng", Title: "太远", Day: day(t, "2027-11-29")},
		{UID: "first@xianfeng", Title: "还在", Day: day(t, "2026-08-25")}, {UID: "last@xianfeng", Title: "还在", Day: day(t, "2027-11-28")}}
	if f := s.own("member1"); f.Active || f.CreatedAt != nil {
		t.Errorf("before any: %+v", f)
	}
	first := s.make("member1", false)
	res := s.send("", "GET", first, "")
	body := text(res)
	wellFormed(t, []byte(body))
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/calendar; charset=utf-8" || res.Header.Get("Cache-Control") != "private, no-cache" || strings.Contains(body, "罗海宁") {
		t.Errorf("%d %v %s", res.StatusCode, res.Header, body)
	}
	if events := parsed(t, []byte(body)); len(events) != 3 || events["old@xianfeng"] != nil || events["far@xianfeng"] != nil {
		t.Errorf("90 days back, 370 ahead: %s", body)
	}
	if s.diary.asked.Person != s.Person("member1") || s.diary.asked.Branch != s.Branches[0].ID || len(s.diary.asked.Grants) != 1 {
		t.Errorf("asked as %+v", s.diary.asked)
	}
	if f := s.own("member1"); !f.Active || f.Names || f.UsedOn == nil || f.UsedOn.String() != "2026-11-23" {
		t.Errorf("own: %+v", f)
	}
	second := s.make("member1", true)
	if second == first {
		t.Fatal("the same token twice")
	}
	s.mustBe("the address that was replaced", first, 404)
	if got := text(s.send("", "GET", second, "")); !strings.Contains(got, "罗海宁") {
		t.Errorf("names chosen: %s", got)
	}
	other := s.make("leader1", false)
	if got := text(s.send("", "GET", other, "")); strings.Contains(got, "谈心谈话") {
		t.Errorf("somebody else's calendar: %s", got)
	}
	if res := s.send("member1", "DELETE", "/api/feed", ""); res.StatusCode != 204 {
		t.Errorf("revoking: %d %s", res.StatusCode, text(res))
	}
	s.mustBe("a revoked address", second, 404)
	s.mustBe("another's is left", other, 200)
	if res := s.send("member1", "DELETE", "/api/feed", ""); res.StatusCode != 409 {
		t.Errorf("revoking twice: %d", res.StatusCode)
	}
	if res := s.send("sysadmin", "POST", "/api/feed", `{"names":false}`); res.StatusCode != 422 {
		t.Errorf("nobody of the roll: %d %s", res.StatusCode, text(res))
	}
	if res := s.send("", "GET", "/api/feed", ""); res.StatusCode != 401 {
		t.Errorf("signed out: %d", res.StatusCode)
	}
}

// TestAddressDiesAtOnce has each end of somebody's standing end the address with the
// next request, and come back only where it does.
func TestAddressDiesAtOnce(t *testing.T) {
	s := newSite(t)
	address := s.make("member1", false)
	who := s.Person("member1")
	for name, c := range map[string]struct{ end, back string }{
		"account disabled":      {"UPDATE account_accounts SET disabled_at = now() WHERE person_id = ?", "UPDATE account_accounts SET disabled_at = NULL WHERE person_id = ?"},
		"off the roll":          {"UPDATE org_people SET on_roll = false WHERE id = ?", "UPDATE org_people SET on_roll = true WHERE id = ?"},
		"left":                  {"UPDATE org_people SET left_on = '2026-11-22' WHERE id = ?", "UPDATE org_people SET left_on = NULL WHERE id = ?"},
		"grants ended":          {"UPDATE access_grants SET valid_to = '2026-11-22' WHERE person_id = ?", "UPDATE access_grants SET valid_to = NULL WHERE person_id = ?"},
		"demo account for real": {"UPDATE account_accounts SET demo = true WHERE person_id = ?", "UPDATE account_accounts SET demo = false WHERE person_id = ?"},
	} {
		s.mustBe("before "+name, address, 200)
		s.exec(c.end, who)
		s.mustBe(name, address, 404)
		s.exec(c.back, who)
		s.mustBe("after "+name, address, 200)
	}
}

// TestWhatIsNoAddress has everything that is none answered alike.
func TestWhatIsNoAddress(t *testing.T) {
	s := newSite(t)
	address := s.make("member1", false)
	revoked := address
	s.send("member1", "DELETE", "/api/feed", "")
	want := ""
	for _, path := range []string{revoked, "/api/calendar/" + strings.Repeat("0", 64) + ".ics", "/api/calendar/x.ics", "/api/calendar/" + strings.Repeat("9", 2000) + ".ics",
		"/api/calendar/%27%20OR%20true--.ics", "/api/calendar/%F0%9F%93%85.ics"} {
		res := s.send("", "GET", path, "", "If-None-Match", "*")
		var p map[string]any
		if err := json.Unmarshal([]byte(text(res)), &p); err != nil {
			t.Fatal(err)
		}
		delete(p, "request_id")
		b, _ := json.Marshal(p)
		if want == "" {
			want = string(b)
		}
		if res.StatusCode != 404 || string(b) != want || strings.Contains(string(b), "000") {
			t.Errorf("%.80s: %d %s, want %s", path, res.StatusCode, b, want)
		}
	}
	live := s.make("member1", false)
	for _, path := range []string{live, revoked, "/api/calendar/x.ics"} {
		if res := s.send("", "HEAD", path, ""); res.StatusCode != 404 {
			t.Errorf("HEAD %s: %d", path, res.StatusCode)
		}
	}
}

func TestNotModified(t *testing.T) {
	s := newSite(t)
	address := s.make("member1", false)
	ask := func(headers ...string) (int, string, string) {
		res := s.send("", "GET", address, "", headers...)
		b := text(res)
		if res.StatusCode == 304 && b != "" {
			t.Errorf("304 with a body: %s", b)
		}
		return res.StatusCode, res.Header.Get("ETag"), res.Header.Get("Last-Modified")
	}
	_, tag, at := ask()
	if tag == "" || at != "Mon, 23 Nov 2026 02:00:00 GMT" {
		t.Errorf("%s %s", tag, at)
	}
	s.now = s.now.Add(26 * time.Hour) // a day on, and nothing changed
	for _, h := range [][]string{{"If-None-Match", tag}, {"If-None-Match", `"x", W/` + tag}, {"If-Modified-Since", at}} {
		if status, _, again := ask(h...); status != 304 || again != at {
			t.Errorf("%v: %d %s", h, status, again)
		}
	}
	s.diary.events["叶知秋"] = []Event{{UID: "1@xianfeng", Title: "晨会", Day: day(t, "2026-11-25")}}
	status, changed, then := ask("If-None-Match", tag)
	if status != 200 || changed == tag || then == at {
		t.Errorf("after a change: %d %s %s", status, changed, then)
	}
	s.diary.events["叶知秋"] = nil // within the same second
	if status, _, last := ask("If-Modified-Since", then); status != 200 || last == then {
		t.Errorf("a second change in one second: %d %s", status, last)
	}
	if status, _, _ := ask("If-None-Match", `"x"`, "If-Modified-Since", "Mon, 23 Nov 2099 02:00:00 GMT"); status != 200 {
		t.Errorf("a tag decides: %d", status)
	}
}

// TestTokenIsNowhere searches what the product keeps and tells for the token.
func TestTokenIsNowhere(t *testing.T) {
	s := newSite(t)
	address := s.make("member1", true)
	token := strings.TrimSuffix(strings.TrimPrefix(address, "/api/calendar/"), ".ics")
	for _, path := range []string{address, strings.ToUpper(address), "/api/calendar/" + token, "/calendar/" + token + ".ics", "/api/%63alendar/" + token + ".ics",
		"/api/calendar%2F" + token + ".ics", "/api/kalender/" + token, "/api/calendar//" + token + ".ics"} {
		s.send("", "GET", path, "")
		s.send("", "HEAD", path, "")
	}
	s.send("", "POST", address, "{}")
	hold := func(what, in string) {
		t.Helper()
		if strings.Contains(strings.ToLower(in), token) {
			t.Errorf("the token is in %s: %s", what, in)
		}
	}
	if s.log.Len() == 0 || !strings.Contains(s.log.String(), "/calendar") {
		t.Fatalf("nothing logged: %s", s.log)
	}
	hold("the log", s.log.String())
	req := httptest.NewRequest("GET", "/metrics", nil)
	req.RemoteAddr = "127.0.0.1:1"
	res, err := s.server.Fiber.Test(req, 60_000)
	if err != nil {
		t.Fatal(err)
	}
	hold("the metrics", text(res))
	var tables []string
	if err := s.db.NewRaw("SELECT oid::regclass::text FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND has_table_privilege(oid, 'SELECT')").Scan(context.Background(), &tables); err != nil {
		t.Fatal(err)
	}
	for _, table := range tables {
		var rows []string
		if err := s.db.NewRaw("SELECT t::text FROM "+table+" t").Scan(context.Background(), &rows); err != nil {
			t.Fatal(err)
		}
		hold(table, strings.Join(rows, "\n"))
	}
	var told int
	if err := s.db.NewRaw("SELECT count(*) FROM audit_entries WHERE action LIKE 'feed.%'").Scan(context.Background(), &told); err != nil || told != 1 {
		t.Errorf("audited %d times: %v", told, err)
	}
}

// TestMakingAtOnce has many new addresses asked for at the same time leave one.
func TestMakingAtOnce(t *testing.T) {
	s := newSite(t)
	s.session("member1")
	var wg sync.WaitGroup
	addresses := make([]string, 8)
	for i := range addresses {
		wg.Go(func() {
			res := s.send("member1", "POST", "/api/feed", `{"names":false}`)
			var out struct{ Address string }
			if err := json.Unmarshal([]byte(text(res)), &out); err != nil || res.StatusCode != 201 {
				t.Errorf("%d %v", res.StatusCode, err)
			}
			addresses[i] = out.Address
		})
	}
	wg.Wait()
	alive := 0
	for _, a := range addresses {
		if s.send("", "GET", a, "").StatusCode == 200 {
			alive++
		}
	}
	if alive != 1 {
		t.Errorf("%d addresses live", alive)
	}
}
