package httpd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/account"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

type site struct {
	t      *testing.T
	d      *bun.DB
	server *httpd.Server
	office testdb.Fixture
	cookie string
	done   atomic.Int32 // how often the writing route's transaction ran
}

type ping struct {
	Body struct {
		Word string `json:"word" maxLength:"10"`
	}
}

// newSite is a real server with sign-in and one route that writes an audit row.
func newSite(t *testing.T) *site {
	t.Helper()
	return newLoggedSite(t, io.Discard, nil)
}

// newLoggedSite is a site that writes its log, with further routes.
func newLoggedSite(t *testing.T, logged io.Writer, more func(*httpd.API)) *site {
	t.Helper()
	d := testdb.New(t)
	s := &site{t: t, d: d, office: testdb.Office(t, d)}
	policy, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	accounts := account.NewService(d, time.Now, policy, nil, audit.NewService(d, time.Now), false)
	s.server, err = httpd.New(httpd.Config{Version: "test", Log: log}, d, httpd.NewGuard(d, accounts, policy, log))
	if err != nil {
		t.Fatal(err)
	}
	account.Mount(s.server.API, accounts, false)
	httpd.Post(s.server.API, "/api/ping", httpd.Op{Need: access.Need{Resource: "session", Action: "use"}, Status: http.StatusCreated},
		func(ctx context.Context, who httpd.Who, in *ping) (*ping, error) {
			err := db.Transact(ctx, d, func(ctx context.Context, tx bun.Tx) error {
				if err := audit.Record(ctx, tx, who.Actor, time.Now(), audit.Entry{Action: "test.ping", Summary: in.Body.Word}); err != nil {
					return err
				}
				return audit.Record(ctx, tx, who.Actor, time.Now(), audit.Entry{Action: "test.second", Summary: in.Body.Word})
			})
			if err != nil {
				return nil, err
			}
			s.done.Add(1)
			if in.Body.Word == "panic" {
				panic("on purpose")
			}
			return in, nil
		})
	httpd.Get(s.server.API, "/api/broken", httpd.Op{Need: access.Need{Resource: "session", Action: "use"}},
		func(context.Context, httpd.Who, *struct{}) (*ping, error) {
			return nil, fault.Wrap(io.ErrUnexpectedEOF, fault.Internal, "系统内部错误")
		})
	if more != nil {
		more(s.server.API)
	}
	ui := fstest.MapFS{"index.html": {Data: []byte("<!doctype html>先锋")}, "assets/a-1.js": {Data: []byte(strings.Repeat("x", 2000))}}
	if err := s.server.Finish(fs.FS(ui)); err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *site) signIn(login string) {
	s.t.Helper()
	r := s.do("POST", "/api/session", `{"login":"`+login+`","password":"`+testdb.Password+`"}`, nil)
	if r.StatusCode != 200 {
		s.t.Fatalf("sign in: %d", r.StatusCode)
	}
	s.cookie = strings.SplitN(r.Header.Get("Set-Cookie"), ";", 2)[0]
}

func (s *site) do(method, path, body string, header map[string]string) *http.Response {
	s.t.Helper()
	r := httptest.NewRequest(method, path, bytes.NewReader([]byte(body)))
	r.Header.Set("Content-Type", "application/json")
	if s.cookie != "" {
		r.Header.Set("Cookie", s.cookie)
	}
	for k, v := range header {
		r.Header.Set(k, v)
	}
	resp, err := s.server.Fiber.Test(r, 20_000)
	if err != nil {
		s.t.Fatal(err)
	}
	return resp
}

func read(t *testing.T, r *http.Response) string {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestScenarios(t *testing.T) {
	s := newSite(t)
	if r := s.do("GET", "/api/session", "", nil); r.StatusCode != 401 {
		t.Fatalf("without session: %d", r.StatusCode)
	}
	s.signIn("secretary1")
	for _, c := range []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
		says                     string
	}{
		{"session", "GET", "/api/session", "", nil, 200, `"activity.confirm"`},
		{"why not", "GET", "/api/session/why?resource=audit&action=read", "", nil, 200, "审计员"},
		{"no permission", "GET", "/api/accounts", "", nil, 403, "没有这项权限"},
		{"unknown address", "GET", "/api/nothing", "", nil, 404, "没有这个地址"},
		{"wrong method", "PUT", "/api/session", "{}", nil, 404, "没有这个地址"},
		{"broken json", "POST", "/api/ping", `{"word":`, nil, 400, "problem"},
		{"wrong type", "POST", "/api/ping", `{"word":7}`, nil, 422, "应为文字"},
		{"unknown field", "POST", "/api/ping", `{"word":"a","x":1}`, nil, 422, "多出了"},
		{"too long", "POST", "/api/ping", `{"word":"一二三四五六七八九十十一"}`, nil, 422, "最多填写 10"},
		{"10 MB of json", "POST", "/api/ping", `{"word":"` + strings.Repeat("a", 10<<20) + `"}`, nil, 413, "太大"},
		{"compressed, to any size", "POST", "/api/ping", `{"word":"a"}`, map[string]string{"Content-Encoding": "gzip"}, 415, "不支持"},
		{"other site", "POST", "/api/ping", `{"word":"a"}`, map[string]string{"Origin": "https://evil.example"}, 403, "其他网站"},
		{"no origin but cross-site", "POST", "/api/ping", `{"word":"a"}`, map[string]string{"Sec-Fetch-Site": "cross-site"}, 403, "其他网站"},
		{"same origin", "POST", "/api/ping", `{"word":"a"}`, map[string]string{"Origin": "http://example.com"}, 201, ""},
		{"inner cause stays inside", "GET", "/api/broken", "", nil, 500, "系统内部错误"},
		{"panic", "POST", "/api/ping", `{"word":"panic"}`, nil, 500, "系统内部错误"},
		{"short key", "POST", "/api/ping", `{"word":"a"}`, map[string]string{"Idempotency-Key": "x"}, 422, "Idempotency-Key"},
		{"bad id", "POST", "/api/accounts/not-an-id/disable", "", nil, 403, ""},
		{"page", "GET", "/activities", "", nil, 200, "先锋"},
		{"missing chunk", "GET", "/assets/gone.js", "", nil, 404, ""},
		{"health", "GET", "/healthz", "", nil, 200, "ok"},
		{"ready", "GET", "/readyz", "", nil, 200, "ready"},
		{"document", "GET", "/api/openapi.json", "", nil, 200, `"openapi"`},
	} {
		r := s.do(c.method, c.path, c.body, c.header)
		body := read(t, r)
		if r.StatusCode != c.status || c.says != "problem" && !strings.Contains(body, c.says) {
			t.Errorf("%s: %d %.200s", c.name, r.StatusCode, body)
		}
		if r.StatusCode >= 400 && strings.HasPrefix(c.path, "/api/") {
			var p httpd.Problem
			if err := json.Unmarshal([]byte(body), &p); err != nil || p.Detail == "" || p.Code == "" || p.RequestID == "" {
				t.Errorf("%s: no problem with a sentence and a request id: %.200s", c.name, body)
			}
			if strings.Contains(body, "unexpected EOF") || strings.Contains(body, "on purpose") {
				t.Errorf("%s: the cause is shown: %s", c.name, body)
			}
			if ct := r.Header.Get("Content-Type"); !strings.HasPrefix(ct, "application/problem+json") {
				t.Errorf("%s: content type %s", c.name, ct)
			}
		}
		if r.Header.Get("Content-Security-Policy") == "" || r.Header.Get("X-Request-Id") == "" {
			t.Errorf("%s: headers missing", c.name)
		}
	}
}

func TestIdempotencyKey(t *testing.T) {
	s := newSite(t)
	s.signIn("secretary1")
	key := map[string]string{"Idempotency-Key": "0123456789abcdef"}
	var wait sync.WaitGroup
	answers := make([]string, 50)
	for i := range answers { // 50 identical requests at once: one effect, one answer
		wait.Go(func() {
			r := s.do("POST", "/api/ping", `{"word":"once"}`, key)
			if r.StatusCode != 201 {
				t.Errorf("status %d", r.StatusCode)
			}
			answers[i] = read(t, r)
		})
	}
	wait.Wait()
	for _, a := range answers {
		if a != answers[0] {
			t.Fatalf("different answers: %q %q", a, answers[0])
		}
	}
	if n := s.done.Load(); n != 1 {
		t.Fatalf("carried out %d times", n)
	}
	if r := s.do("POST", "/api/ping", `{"word":"other"}`, key); r.StatusCode != 409 {
		t.Fatalf("another body under the same key: %d", r.StatusCode)
	}
	if r := s.do("POST", "/api/ping", `{"word":"refused because too long"}`, map[string]string{"Idempotency-Key": "refused-key"}); r.StatusCode != 422 {
		t.Fatalf("status %d", r.StatusCode)
	}
	if r := s.do("POST", "/api/ping", `{"word":"mended"}`, map[string]string{"Idempotency-Key": "refused-key"}); r.StatusCode != 201 {
		t.Fatalf("a refused request must not use its key up: %d", r.StatusCode)
	}
}

// A password changed with a key leaves neither the key nor a hash of it behind.
func TestSecretKeepsNoKey(t *testing.T) {
	s := newSite(t)
	s.signIn("secretary1")
	r := s.do("POST", "/api/session/password", `{"current":"`+testdb.Password+`","password":"quiet-harbour-77-fern"}`,
		map[string]string{"Idempotency-Key": "0123456789abcdef"})
	if r.StatusCode != 204 {
		t.Fatalf("status %d: %s", r.StatusCode, read(t, r))
	}
	var kept int
	if err := s.d.QueryRowContext(t.Context(), "SELECT count(*) FROM idempotency_keys").Scan(&kept); err != nil || kept != 0 {
		t.Errorf("%d keys kept: %v", kept, err)
	}
}

// A change of grants or account holds at the very next request.
func TestRevokedAtNextRequest(t *testing.T) {
	s := newSite(t)
	s.signIn("secretary1")
	if r := s.do("GET", "/api/session", "", nil); r.StatusCode != 200 {
		t.Fatal(r.StatusCode)
	}
	if _, err := s.d.ExecContext(t.Context(), "UPDATE account_accounts SET disabled_at = now() WHERE login = 'secretary1'"); err != nil {
		t.Fatal(err)
	}
	for range 1000 {
		if r := s.do("GET", "/api/session", "", nil); r.StatusCode != 401 {
			t.Fatal(r.StatusCode)
		}
	}
}

func TestRouteWithoutPermissionPanics(t *testing.T) {
	s := newSite(t)
	for name, need := range map[string]access.Need{"none": {}, "nobody's": {Resource: "activity", Action: "fly"}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			httpd.Get(s.server.API, "/api/"+name, httpd.Op{Need: need}, func(context.Context, httpd.Who, *struct{}) (*ping, error) { return nil, nil })
		}()
	}
}
