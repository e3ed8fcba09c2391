package app_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"xianfeng/internal/app"
	"xianfeng/internal/httpd"
	"xianfeng/internal/testdb"
)

// What never becomes a request, on a real socket: refused with a sentence, and the
// next one is answered.
func TestAtTheDoor(t *testing.T) {
	t.Parallel()
	d := testdb.New(t)
	testdb.Office(t, d)
	s := boot(t, d, t.TempDir())
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	go func() { _ = s.server.Fiber.Listener(l) }()
	t.Cleanup(func() { _ = s.server.Fiber.Shutdown() })
	cookie := s.signIn("office")
	post := func(path string, length int) string {
		return fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nCookie: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", path, cookie, length)
	}
	for _, c := range []struct {
		name, sends string
		status      int
	}{
		{"no HTTP", "HELLO\r\n\r\n", 400},
		{"a binary", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400},
		{"a long header", "GET /api/session HTTP/1.1\r\nHost: x\r\nCookie: " + strings.Repeat("a", 1<<20) + "\r\n\r\n", 431},
		{"30 MB announced", post("/api/activities", 30<<20) + "{}", 413},
		{"a negative length", post("/api/activities", -1) + "{}", 400},
		{"two lengths", "POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 30\r\n\r\n{}", 400},
	} {
		conn, err := net.Dial("tcp", l.Addr().String())
		must(t, err)
		_ = conn.SetDeadline(time.Now().Add(20 * time.Second))
		go func() { _, _ = conn.Write([]byte(c.sends)) }()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			conn.Close()
			continue
		}
		var p httpd.Problem
		if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || resp.StatusCode != c.status || !chinese(p.Detail) {
			t.Errorf("%s: %d %+v %v", c.name, resp.StatusCode, p, err)
		}
		conn.Close()
	}
	resp, err := http.Get("http://" + l.Addr().String() + "/healthz")
	if err != nil || resp.StatusCode != 200 {
		t.Fatalf("afterwards: %v %v", resp, err)
	}
	resp.Body.Close()
}

// The published sign-ins of the demo office open nothing where others than this
// machine's people can reach the server, unless the operator says so.
func TestDemoSignIns(t *testing.T) {
	t.Parallel()
	d := testdb.New(t)
	f := testdb.Office(t, d)
	_, err := d.ExecContext(t.Context(), "UPDATE account_accounts SET demo = true WHERE login <> 'sysadmin'")
	must(t, err)
	open := boot(t, d, t.TempDir())
	cookie := open.signIn("chief")
	for n, c := range []struct {
		config app.Config
		in     bool
	}{
		{app.Config{Listen: "127.0.0.1:8080"}, true}, {app.Config{Listen: "localhost:8080"}, true}, {app.Config{Listen: "[::1]:8080"}, true},
		{app.Config{Listen: "0.0.0.0:8080"}, false}, {app.Config{Listen: ":8080"}, false}, {app.Config{Listen: "192.168.1.5:80"}, false},
		{app.Config{Listen: "[::]:8080"}, false}, {app.Config{Listen: "dj.example.cn:80"}, false}, {app.Config{Listen: "127.0.0.1:8080", BehindProxy: true}, false},
		{app.Config{Listen: "0.0.0.0:8080", AllowDemo: true}, true},
	} {
		c.config.Data = t.TempDir()
		a, err := app.New(d, c.config, open.clock.now, open.app.Log)
		must(t, err)
		s := &site{t: t, app: a, clock: open.clock, log: open.log}
		s.server, err = a.Server()
		must(t, err)
		status, already := 403, 401
		if c.in {
			status, already = 200, 200
		}
		if a := s.post("", "/api/session", fields{"login": f.Keys()[n], "password": testdb.Password}); a.status != status || !c.in && !strings.Contains(message(a), "演示") {
			t.Errorf("%+v: sign-in answers %s", c.config, a)
		}
		if a := s.get(cookie, "/api/session"); a.status != already {
			t.Errorf("%+v: a session of before answers %s", c.config, a)
		}
		if a := s.post("", "/api/session", fields{"login": "sysadmin", "password": testdb.Password}); a.status != 200 {
			t.Errorf("%+v: an account of one's own: %s", c.config, a)
		}
	}
}
