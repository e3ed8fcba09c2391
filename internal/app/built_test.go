package app_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"xianfeng/internal/localpg"
)

// built is the binary under test, made once for the package's process tests.
var built struct {
	once sync.Once
	dir  string
	path string
	err  error
}

func binary(t testing.TB) string {
	t.Helper()
	built.once.Do(func() {
		if built.dir, built.err = os.MkdirTemp("", "xianfeng-test-"); built.err != nil {
			return
		}
		built.path = filepath.Join(built.dir, "xianfeng")
		out, err := exec.Command("go", "build", "-buildvcs=false", "-o", built.path, "xianfeng/cmd/xianfeng").CombinedOutput()
		if err != nil {
			built.err = fmt.Errorf("build: %w\n%s", err, out)
		}
	})
	must(t, built.err)
	return built.path
}

// installation is a data directory with what runs on it.
type installation struct {
	t      testing.TB
	dir    string
	listen string
	server *process
	flags  []string // of serve
}

// process is a running `xianfeng serve`.
type process struct {
	cmd    *exec.Cmd
	exited chan struct{}
	err    error
	said   *said
}

// said keeps what a process writes.
type said struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(b)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func install(t testing.TB) *installation {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	i := &installation{t: t, dir: filepath.Join(t.TempDir(), "data"), listen: l.Addr().String()}
	t.Cleanup(func() {
		if i.server != nil {
			_ = i.stop() // after a failure; a test that ends well stops it and looks
		}
	})
	return i
}

func (i *installation) command(args ...string) *exec.Cmd {
	cmd := exec.Command(binary(i.t), append(args, "--data", i.dir, "--listen", i.listen)...)
	for _, v := range os.Environ() { // nothing of the surroundings but where PostgreSQL is
		if !strings.HasPrefix(v, "XIANFENG_") && !strings.HasPrefix(v, "DATABASE_URL=") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	return cmd
}

// start serves, and waits until requests are answered.
func (i *installation) start() {
	i.t.Helper()
	p := &process{cmd: i.command(append([]string{"serve"}, i.flags...)...), exited: make(chan struct{}), said: &said{}}
	p.cmd.Stdout, p.cmd.Stderr = p.said, p.said
	must(i.t, p.cmd.Start())
	go func() {
		p.err = p.cmd.Wait()
		close(p.exited)
	}()
	i.server = p
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(20 * time.Millisecond) {
		resp, err := http.Get("http://" + i.listen + "/readyz")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-p.exited:
			i.t.Fatalf("the server ended: %v\n%s", p.err, p.said)
		default:
		}
		if time.Now().After(deadline) {
			i.t.Fatalf("the server does not become ready:\n%s", p.said)
		}
	}
}

// kill is the power cord.
func (i *installation) kill() {
	i.t.Helper()
	_ = i.server.cmd.Process.Kill()
	<-i.server.exited
	i.server = nil
}

// stop asks politely, and gives what the server ended with.
func (i *installation) stop() error {
	i.t.Helper()
	p := i.server
	i.server = nil
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.exited:
	case <-time.After(time.Minute):
		_ = p.cmd.Process.Kill()
		<-p.exited
		i.t.Errorf("the server did not stop:\n%s", p.said)
	}
	return p.err
}

// run runs a command beside whatever else runs.
func (i *installation) run(args ...string) (stdout, stderr string, code int) {
	i.t.Helper()
	var out, errs bytes.Buffer
	cmd := i.command(args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		i.t.Fatal(err)
	}
	return out.String(), errs.String(), cmd.ProcessState.ExitCode()
}

// done runs a command that has to succeed.
func (i *installation) done(args ...string) string {
	i.t.Helper()
	out, errs, code := i.run(args...)
	if code != 0 {
		i.t.Fatalf("xianfeng %s: %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// database opens the installation's private PostgreSQL as the owner.
func (i *installation) database(fn func(ctx context.Context, c *pgx.Conn)) {
	i.t.Helper()
	ctx := context.Background()
	pg, err := localpg.Start(ctx, localpg.Options{Dir: i.dir, BinDir: os.Getenv("PG_BIN_DIR")})
	must(i.t, err)
	defer func() { must(i.t, pg.Stop(ctx)) }()
	c, err := pgx.Connect(ctx, pg.OwnerURL())
	must(i.t, err)
	defer c.Close(ctx)
	fn(ctx, c)
}

// visitor is a browser: it keeps its cookie.
type visitor struct {
	i      *installation
	cookie string
}

func (v *visitor) send(method, path string, body any, key string) (answer, error) {
	r, err := http.NewRequest(method, "http://"+v.i.listen+path, strings.NewReader(text(body)))
	if err != nil {
		return answer{}, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", v.cookie)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	client := http.Client{Timeout: 30 * time.Second}
	resp, err := client.Do(r)
	if err != nil {
		return answer{}, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if c := resp.Header.Get("Set-Cookie"); c != "" {
		v.cookie = strings.SplitN(c, ";", 2)[0]
	}
	return answer{resp.StatusCode, resp.Header, b}, err
}

// ask sends what has to be answered with a status, and decodes it where into is
// not nil.
func (v *visitor) ask(method, path string, body any, status int, into any) {
	v.i.t.Helper()
	a, err := v.send(method, path, body, "")
	if err != nil || a.status != status {
		v.i.t.Fatalf("%s %s: %s %v", method, path, a, err)
	}
	if into != nil {
		must(v.i.t, json.Unmarshal(a.body, into))
	}
}

const newPassword = "Chun-feng-hua-yu-77"

var (
	setupToken  = regexp.MustCompile(`/setup\?token=(\S+)`)
	oneTimeWord = regexp.MustCompile(`一次性密码[:：](\S+?)[（(]`)
)

// found takes an empty installation through its first hour: the one-time link, the
// Party office's account, the roll. It gives the Party office, signed in.
func (i *installation) found() *visitor {
	i.t.Helper()
	i.start()
	token := setupToken.FindStringSubmatch(i.server.said.String())
	if token == nil {
		i.t.Fatalf("no set-up link in %s", i.server.said)
	}
	admin := &visitor{i: i}
	first := fields{"token": token[1], "unit_name": "滨河区人民检察院", "person_name": "管理员", "login": "admin", "password": newPassword}
	admin.ask("POST", "/api/setup", first, 204, nil)
	admin.ask("POST", "/api/setup", first, 403, nil)
	admin.ask("POST", "/api/session", fields{"login": "admin", "password": newPassword}, 200, nil)

	word := oneTimeWord.FindStringSubmatch(i.done("user", "create", "office", "--name", "政工干部", "--role", "party_office"))
	if word == nil {
		i.t.Fatal("no one-time password")
	}
	office := &visitor{i: i}
	office.ask("POST", "/api/session", fields{"login": "office", "password": word[1]}, 200, nil)
	office.ask("GET", "/api/people", "", 403, nil)
	office.ask("POST", "/api/session/password", fields{"current": word[1], "password": newPassword}, 204, nil)
	i.done("import", "roster", "../org/testdata/roster-clean.xlsx", "--confirm", "--as", "office")
	return office
}
