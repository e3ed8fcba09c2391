package app_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"xianfeng/internal/app"
	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
	"xianfeng/internal/testdb"
)

// today is when the tests take place: a Friday in the middle of a quarter.
var today = calendar.NewDate(2026, time.November, 20)

// clock is the server's time, which a test may move.
type clock struct {
	mu     sync.Mutex
	t      time.Time
	broken bool // asking it is a bug: it panics
}

func newClock() *clock { return &clock{t: today.In().Add(15 * time.Hour)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken {
		panic("the clock stands still")
	}
	return c.t
}

// breaks makes the clock panic, or go again.
func (c *clock) breaks(broken bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.broken = broken
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// site is the server of production on a test's database, driven by requests.
type site struct {
	t      testing.TB
	app    *app.App
	server *httpd.Server
	clock  *clock
	log    *errorLog
}

// errorLog keeps what the server logged as an error. A test that does not expect
// any fails at its end.
type errorLog struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *errorLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// take gives what was logged so far and forgets it.
func (l *errorLog) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := l.text.String()
	l.text.Reset()
	return text
}

// boot starts what production starts, on an open database.
func boot(t testing.TB, d *bun.DB, files string) *site {
	t.Helper()
	return bootLogging(t, d, files, slog.LevelError)
}

// bootLogging is boot with what is logged at a level and above. A test that logs more
// than errors takes it all before it ends.
func bootLogging(t testing.TB, d *bun.DB, files string, level slog.Level) *site {
	t.Helper()
	s := &site{t: t, clock: newClock(), log: &errorLog{}}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: level}))
	a, err := app.New(d, app.Config{Data: files, Listen: "127.0.0.1:8080"}, s.clock.now, log)
	if err != nil {
		t.Fatal(err)
	}
	s.app = a
	if s.server, err = a.Server(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if text := s.log.take(); text != "" {
			t.Errorf("the server logged errors:\n%s", text)
		}
	})
	return s
}

// ask is a request: body is JSON text, or a form where media says so.
type ask struct {
	method, path string
	body         string
	media        string
	header       map[string]string
}

func (a ask) String() string { return a.method + " " + a.path }

// answer is what came back, read whole.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) String() string {
	if !utf8.Valid(a.body) {
		return fmt.Sprintf("%d with %d bytes of %s", a.status, len(a.body), a.header.Get("Content-Type"))
	}
	return fmt.Sprintf("%d %.300s", a.status, a.body)
}

func (a answer) requestID() string { return a.header.Get("X-Request-Id") }

// into decodes a JSON answer that has to be a success.
func (a answer) into(t testing.TB, v any) {
	t.Helper()
	if a.status >= 300 {
		t.Fatalf("refused: %s", a)
	}
	if err := json.Unmarshal(a.body, v); err != nil {
		t.Fatalf("%v in %s", err, a)
	}
}

// problem decodes a refusal, which has to be one of ours: a code, a request id and
// a sentence in Chinese.
func (a answer) problem() (p httpd.Problem, err error) {
	if media := a.header.Get("Content-Type"); !strings.HasPrefix(media, "application/problem+json") {
		return p, fmt.Errorf("content type %q", media)
	}
	if err := json.Unmarshal(a.body, &p); err != nil {
		return p, err
	}
	if p.Code == "" || p.RequestID == "" || !chinese(p.Detail) || p.Status != a.status {
		return p, fmt.Errorf("no clear problem: %s", a)
	}
	return p, nil
}

func chinese(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r >= 0x4e00 && r <= 0x9fff })
}

// send carries a request out with somebody's cookie; empty is nobody's.
func (s *site) send(cookie string, a ask) answer {
	s.t.Helper()
	r := httptest.NewRequest(a.method, a.path, bytes.NewReader([]byte(a.body)))
	if a.media == "" {
		a.media = "application/json"
	}
	r.Header.Set("Content-Type", a.media)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	for k, v := range a.header {
		r.Header.Set(k, v)
	}
	resp, err := s.server.Fiber.Test(r, 60_000)
	if err != nil {
		s.t.Errorf("%s: %v", a, err)
		return answer{header: http.Header{}}
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Errorf("%s: %v", a, err)
	}
	return answer{resp.StatusCode, resp.Header, body}
}

func (s *site) get(cookie, path string) answer { return s.send(cookie, ask{method: "GET", path: path}) }

func (s *site) post(cookie, path string, body any) answer {
	return s.send(cookie, ask{method: "POST", path: path, body: text(body)})
}

// text is a value as JSON.
func text(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // maps and structs of this package's own tests
	}
	return string(b)
}

// signIn opens a session as a page does, and gives its cookie.
func (s *site) signIn(login string) string {
	s.t.Helper()
	a := s.post("", "/api/session", map[string]string{"login": login, "password": testdb.Password})
	if a.status != http.StatusOK {
		s.t.Fatalf("sign in as %s: %s", login, a)
	}
	return strings.SplitN(a.header.Get("Set-Cookie"), ";", 2)[0]
}

// fingerprint tells whether anything at all differs in the database, apart from
// when sessions were last seen and what was tried and refused.
func fingerprint(t testing.TB, d bun.IDB) string {
	t.Helper()
	var tables []string
	err := d.NewRaw(`SELECT tablename FROM pg_tables WHERE schemaname = 'public'
		AND tablename NOT IN ('account_sessions', 'account_attempts', 'goose_db_version') ORDER BY tablename`).Scan(t.Context(), &tables)
	if err != nil {
		t.Fatal(err)
	}
	parts := make([]string, len(tables))
	for i, name := range tables {
		where := ""
		if name == "audit_entries" {
			where = " WHERE x.result = 'ok'"
		}
		parts[i] = fmt.Sprintf("SELECT %d AS n, '%s ' || count(*) || ' ' || coalesce(md5(string_agg(x::text, '' ORDER BY x::text)), '') AS t FROM %s x%s", i, name, name, where)
	}
	var lines []string
	err = d.NewRaw("SELECT t FROM ("+strings.Join(parts, " UNION ALL ")+") u ORDER BY n").Scan(t.Context(), &lines)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}

// changed names the tables in which two fingerprints differ.
func changed(before, after string) string {
	b, a := strings.Split(before, "\n"), strings.Split(after, "\n")
	var out []string
	for i := range b {
		if b[i] != a[i] {
			out = append(out, b[i]+" → "+a[i])
		}
	}
	return strings.Join(out, "; ")
}

// number reads one integer from the database.
func number(t testing.TB, d bun.IDB, query string, args ...any) int {
	t.Helper()
	var n int
	if err := d.NewRaw(query, args...).Scan(t.Context(), &n); err != nil {
		t.Fatal(err)
	}
	return n
}
