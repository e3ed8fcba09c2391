package localpg

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestMain lets the test binary play a second process: with
// LOCALPG_TEST_DIR set it starts or attaches, says so and waits for its input
// to close.
func TestMain(m *testing.M) {
	if dir := os.Getenv("LOCALPG_TEST_DIR"); dir != "" {
		os.Exit(secondProcess(dir))
	}
	os.Exit(m.Run())
}

func secondProcess(dir string) int {
	ctx := context.Background()
	s, err := Start(ctx, Options{
		Dir: dir, BinDir: os.Getenv("PG_BIN_DIR"), Unsafe: true,
		DieWithParent: os.Getenv("LOCALPG_TEST_DIE") != "",
	})
	if err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("ready", s.pid, s.own != nil)
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	if err := s.Stop(ctx); err != nil {
		fmt.Println("error", err)
		return 1
	}
	fmt.Println("stopped")
	return 0
}

type other struct {
	cmd *exec.Cmd
	in  interface{ Close() error }
	out *bufio.Reader
}

func (o *other) line(t *testing.T) string {
	t.Helper()
	line, err := o.out.ReadString('\n')
	if err != nil {
		t.Fatalf("second process: %v", err)
	}
	return strings.TrimSpace(line)
}

func runOther(t *testing.T, dir string, env ...string) *other {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(append(os.Environ(), "LOCALPG_TEST_DIR="+dir), env...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	return &other{cmd: cmd, in: in, out: bufio.NewReader(out)}
}

func start(t *testing.T, o Options) *Server {
	t.Helper()
	o.Unsafe = true
	return startAsIs(t, o)
}

func startAsIs(t *testing.T, o Options) *Server {
	t.Helper()
	if o.BinDir == "" {
		o.BinDir = os.Getenv("PG_BIN_DIR")
	}
	s, err := Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(t, s) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(context.Background()); err != nil {
		t.Error(err)
	}
}

func exec1(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

func waitFor(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 1000 {
		if ok() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatalf("gave up waiting: %s", what)
}

func provisions(t *testing.T, dir string) {
	s := start(t, Options{Dir: dir})
	if s.Version() < MinVersion {
		t.Errorf("version %d", s.Version())
	}
	conn, err := pgx.Connect(t.Context(), s.OwnerURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	var who, encoding, ctype, checksums, listen string
	var super, createRole bool
	err = conn.QueryRow(t.Context(), `SELECT current_user, pg_encoding_to_char(encoding), datctype,
			current_setting('data_checksums'), current_setting('listen_addresses'), rolsuper, rolcreaterole
		FROM pg_database, pg_roles WHERE datname = current_database() AND rolname = current_user`).
		Scan(&who, &encoding, &ctype, &checksums, &listen, &super, &createRole)
	if err != nil {
		t.Fatal(err)
	}
	got := fmt.Sprint(who, " ", encoding, " ", ctype, " ", checksums, " [", listen, "] ", super, " ", createRole)
	if want := "xianfeng_owner UTF8 C.UTF-8 on [] false true"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestLifecycle runs on one cluster, since making one costs most of a second.
func TestLifecycle(t *testing.T) {
	dir := t.TempDir()
	t.Run("an empty directory gets role and database", func(t *testing.T) { provisions(t, dir) })
	for name, test := range map[string]func(*testing.T, string){
		"a killed starter":                   starterKilled,
		"two racing starts share one server": racingStartsShareOneServer,
		"the last user stops it":             lastUserStops,
		"a killed postmaster recovers":       postmasterKilled,
		"a vanished server is revived":       serverIsRevived,
		"a stale pid file does not matter":   stalePidFile,
		"a cancelled start leaves nothing":   cancelledStartLeavesNothing,
	} {
		t.Run(name, func(t *testing.T) { test(t, dir) })
	}
}

func lastUserStops(t *testing.T, dir string) {
	first := start(t, Options{Dir: dir})
	second := start(t, Options{Dir: dir})
	if first.own == nil || second.own != nil || first.pid != second.pid {
		t.Fatalf("first started %v pid %d, second started %v pid %d",
			first.own != nil, first.pid, second.own != nil, second.pid)
	}
	stop(t, first)
	exec1(t, second.OwnerURL(), "SELECT 1")
	stop(t, second)
	if first.home.owns(first.pid) {
		t.Error("the server still runs after its last user stopped it")
	}
	third := start(t, Options{Dir: dir})
	if third.own == nil {
		t.Error("the third start did not start the server anew")
	}
}

func racingStartsShareOneServer(t *testing.T, dir string) {
	a, b := runOther(t, dir), runOther(t, dir)
	la, lb := strings.Fields(a.line(t)), strings.Fields(b.line(t))
	if la[0] != "ready" || lb[0] != "ready" {
		t.Fatal(la, lb)
	}
	if la[1] != lb[1] || la[2] == lb[2] {
		t.Errorf("expected one starter and one attached to the same process: %v, %v", la, lb)
	}
	for _, o := range []*other{a, b} {
		_ = o.in.Close()
		if l := o.line(t); l != "stopped" {
			t.Error(l)
		}
	}
}

func starterKilled(t *testing.T, dir string) {
	tests := map[string]struct {
		env      string
		survives bool
	}{
		"a command leaves the server behind": {"LOCALPG_TEST_DIE=", true},
		"a server takes PostgreSQL along":    {"LOCALPG_TEST_DIE=1", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := runOther(t, dir, test.env)
			pid, err := strconv.Atoi(strings.Fields(o.line(t))[1])
			if err != nil {
				t.Fatal(err)
			}
			if err := o.cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
			_ = o.cmd.Wait()
			s := start(t, Options{Dir: dir})
			if test.survives != (s.pid == pid) {
				t.Errorf("was %d, is %d", pid, s.pid)
			}
			stop(t, s)
			if s.home.owns(s.pid) || s.home.owns(pid) {
				t.Error("the server still runs")
			}
		})
	}
}

func postmasterKilled(t *testing.T, dir string) {
	s := startAsIs(t, Options{Dir: dir}) // what was acknowledged must be there
	exec1(t, s.OwnerURL(), "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS answer")
	if err := syscall.Kill(s.pid, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	again := start(t, Options{Dir: dir})
	exec1(t, again.OwnerURL(), "SELECT answer FROM kept")
}

func serverIsRevived(t *testing.T, dir string) {
	s := start(t, Options{Dir: dir, DieWithParent: true})
	url, old := s.OwnerURL(), s.pid
	if err := syscall.Kill(old, syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	waitFor(t, "the server is back under the same address", func() bool {
		conn, err := pgx.Connect(t.Context(), url)
		if err != nil {
			return false
		}
		return conn.Close(t.Context()) == nil
	})
}

func stalePidFile(t *testing.T, dir string) {
	s := start(t, Options{Dir: dir})
	stop(t, s)
	// Number 1 lives everywhere and never works in our directory.
	if err := os.WriteFile(s.home.pidPath(), []byte("1\n"+s.home.data+"\n1\n5432\n"+s.socket+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if again := start(t, Options{Dir: dir}); again.own == nil {
		t.Error("took a foreign process for the server")
	}
}

func TestDataIsNeverMadeAnew(t *testing.T) {
	tests := map[string]struct {
		files map[string]string
		want  string
	}{
		"older major version": {map[string]string{"PG_VERSION": "14\n"}, "PostgreSQL 14"},
		"no such binaries":    {map[string]string{"PG_VERSION": "99\n"}, "只能用 99 版的程序打开"},
		"damaged version":     {map[string]string{"PG_VERSION": "?"}, "无法识别"},
		"no version":          {map[string]string{"pg_wal": ""}, "不是完整的数据库目录"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			data := filepath.Join(dir, "pg", "pgdata")
			if err := os.MkdirAll(data, 0o700); err != nil {
				t.Fatal(err)
			}
			for file, text := range test.files {
				if err := os.WriteFile(filepath.Join(data, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			_, err := Start(t.Context(), Options{Dir: dir})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			for file, text := range test.files {
				if b, err := os.ReadFile(filepath.Join(data, file)); err != nil || string(b) != text {
					t.Errorf("%s was touched: %q, %v", file, b, err)
				}
			}
		})
	}
}

func TestLongPath(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("很长的目录", 12), "带 空格")
	s := start(t, Options{Dir: dir})
	if len(s.socket) > maxSocketDir {
		t.Errorf("socket directory %s has %d bytes", s.socket, len(s.socket))
	}
	exec1(t, s.OwnerURL(), "SELECT 1")
}

// TestLinkedBinaries: under a private directory lies only the link.
func TestLinkedBinaries(t *testing.T) {
	acct, err := serverAccount(os.Geteuid(), filepath.Join(t.TempDir(), "none"))
	if err != nil {
		t.Fatal(err)
	}
	found, err := findBinaries(t.Context(), os.Getenv("PG_BIN_DIR"), 0, acct)
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "bin")
	if err := os.Symlink(found.dir, link); err != nil {
		t.Fatal(err)
	}
	if got, err := findBinaries(t.Context(), link, 0, acct); err != nil || got != found {
		t.Errorf("got %v, %v; want %v", got, err, found)
	}
}

func TestNoBinaries(t *testing.T) {
	_, err := Start(t.Context(), Options{Dir: t.TempDir(), BinDir: t.TempDir()})
	if err == nil {
		t.Fatal("started without binaries")
	}
	for _, want := range []string{"PG_BIN_DIR", "apt install postgresql", "make", "DATABASE_URL"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in %v", want, err)
		}
	}
}

func TestParseVersion(t *testing.T) {
	tests := map[string]int{
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n": 15,
		"postgres (PostgreSQL) 18beta1":                          18,
		"postgres (PostgreSQL) 9.6.24":                           9,
		"mysqld 8.0":                                             0,
	}
	for out, want := range tests {
		if got, err := parseVersion(out); got != want || (err != nil) != (want == 0) {
			t.Errorf("%q: got %d, %v", out, got, err)
		}
	}
}

func cancelledStartLeavesNothing(t *testing.T, dir string) {
	stop(t, start(t, Options{Dir: dir}))
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
	defer cancel()
	if s, err := Start(ctx, Options{Dir: dir, BinDir: os.Getenv("PG_BIN_DIR"), Unsafe: true}); err == nil {
		stop(t, s)
		t.Skip("the server was quicker than the deadline")
	}
	h, err := openHome(dir)
	if err != nil {
		t.Fatal(err)
	}
	if pf, err := h.readPid(); err != nil || pf != nil && h.owns(pf.pid) {
		t.Errorf("a server was left behind: %v, %v", pf, err)
	}
}
