package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// A stranger's first hour, and what an operator does beside it, with the binary as
// it is delivered.
func TestInstallation(t *testing.T) {
	t.Parallel()
	i := install(t)
	office := i.found()
	var roll struct{ Total int }
	office.ask("GET", "/api/people?limit=1", "", 200, &roll)
	if roll.Total != 92 {
		t.Errorf("%d people on the roll", roll.Total)
	}
	t.Run("commands", func(t *testing.T) { testCommands(t, i) })
	t.Run("drain", func(t *testing.T) { testDrain(t, i, office) })
	t.Run("migrations", func(t *testing.T) { testMigrations(t, i) })
}

// Commands work beside the running server; one that is refused says why in one line
// and exits with 1.
func testCommands(t *testing.T, i *installation) {
	out := filepath.Join(t.TempDir(), "汇总.xlsx")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"user", "list"}, "office"},
		{[]string{"user", "create", "guest", "--name", "临时人员", "--as", "admin"}, "一次性密码"}, {[]string{"user", "reset", "guest"}, "一次性密码"},
		{[]string{"user", "disable", "guest"}, "停用"}, {[]string{"user", "enable", "guest"}, "启用"}, {[]string{"user", "unlock", "guest"}, "解锁"},
		{[]string{"import", "roster", "../org/testdata/roster-clean.xlsx"}, "预览"},
		{[]string{"report", "quarter-summary", "--quarter", thisQuarter(), "--out", out, "--as", "office"}, "校验码"},
		{[]string{"ledger", "verify"}, "完好"}, {[]string{"config"}, "XIANFENG_LISTEN"}, {[]string{"version"}, "xianfeng"}, {[]string{"migrate"}, "最新"},
	} {
		if said := i.done(c.args...); !strings.Contains(said, c.says) {
			t.Errorf("xianfeng %s says %q", strings.Join(c.args, " "), said)
		}
	}
	if info, err := os.Stat(out); err != nil || info.Size() < 1000 {
		t.Errorf("workbook: %v %v", info, err)
	}
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"import", "roster", "../org/testdata/roster-clean.xlsx", "--confirm"}, "--as"},
		{[]string{"import", "roster", "../org/testdata/roster-clean.xlsx", "--confirm", "--as", "nobody"}, "nobody"},
		{[]string{"import", "roster", "../org/testdata/roster-clean.xlsx", "--confirm", "--as", "admin"}, "权限"},
		{[]string{"import", "roster", "../org/testdata/roster-empty.xlsx"}, ""},
		{[]string{"import", "roster", "no-such-file.xlsx"}, "no-such-file"},
		{[]string{"report", "quarter-summary", "--quarter", thisQuarter(), "--out", out, "--as", "admin"}, "权限"},
		{[]string{"user", "disable", "guest", "--as", "office"}, "权限"},
		{[]string{"report", "quarter-summary", "--quarter", "2026Q9", "--out", out, "--as", "office"}, "季度"},
		{[]string{"report", "quarter-summary", "--quarter", thisQuarter(), "--out", "/no/such/place/a.xlsx", "--as", "office"}, "/no/such/place"},
		{[]string{"report", "member-ledger", "--quarter", thisQuarter(), "--out", out, "--as", "office", "--person", "无此人"}, "无此人"},
		{[]string{"user", "create", "office", "--name", "某人"}, "登录名"},
		{[]string{"user", "create", "king", "--name", "某人", "--role", "king"}, "king"},
		{[]string{"user", "reset", "nobody"}, "nobody"},
		{[]string{"demo"}, "滨河区人民检察院"},
		{[]string{"dance"}, "dance"},
		{[]string{"serve", "--no-such-flag"}, "no-such-flag"},
		{[]string{"serve", "--database-url", "postgres://127.0.0.1:1/none"}, "数据库"},
	} {
		stdout, stderr, code := i.run(c.args...)
		name := "xianfeng " + strings.Join(c.args, " ")
		if code != 1 || !strings.Contains(stderr, c.says) || !chinese(stderr) {
			t.Errorf("%s: %d %q", name, code, stderr)
		}
		if lines := strings.Count(strings.TrimSpace(stderr), "\n") + 1; lines > 2 {
			t.Errorf("%s: %d lines of complaint: %s", name, lines, stderr)
		}
		if strings.Contains(stdout+stderr, "panic") || strings.Contains(stdout+stderr, "goroutine") {
			t.Errorf("%s: %s%s", name, stdout, stderr)
		}
	}
}

func thisQuarter() string {
	now := time.Now()
	return now.Format("2006") + "Q" + string(rune('1'+(now.Month()-1)/3))
}

// A polite stop lets a running request finish, and takes no new one.
func testDrain(t *testing.T, i *installation, office *visitor) {
	person := anybody(office)
	answered := make(chan answer, 1)
	i.database(func(ctx context.Context, c *pgx.Conn) {
		tx, err := c.Begin(ctx)
		must(t, err)
		_, err = tx.Exec(ctx, "LOCK TABLE audit_entries IN EXCLUSIVE MODE")
		must(t, err)
		go func() {
			a, err := office.send("POST", "/api/activities", salon(person, "停机前的活动", 1), "before-the-stop")
			if err != nil {
				t.Error(err)
			}
			answered <- a
		}()
		for waiting := 0; waiting == 0; time.Sleep(10 * time.Millisecond) { // until the request waits for the lock
			must(t, tx.QueryRow(ctx, "SELECT count(*) FROM pg_locks WHERE relation = 'audit_entries'::regclass AND NOT granted").Scan(&waiting))
		}
		must(t, i.server.cmd.Process.Signal(os.Interrupt))
		time.Sleep(300 * time.Millisecond)
		select {
		case a := <-answered:
			t.Errorf("answered before it could be: %s", a)
		case <-i.server.exited:
			t.Error("the server left a request behind")
		default:
		}
		must(t, tx.Rollback(ctx))
	})
	if a := <-answered; a.status != 201 {
		t.Errorf("the running request: %s", a)
	}
	if err := i.stop(); err != nil {
		t.Errorf("ended with %v", err)
	}
}

// A second migration changes nothing; a database newer than the program is left
// alone.
func testMigrations(t *testing.T, i *installation) {
	i.done("migrate")
	i.done("migrate")
	const newer = 29991231235959
	i.database(func(ctx context.Context, c *pgx.Conn) {
		_, err := c.Exec(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES ($1, true)", int64(newer))
		must(t, err)
	})
	for _, command := range []string{"migrate", "serve"} {
		if _, stderr, code := i.run(command); code != 1 || !strings.Contains(stderr, "更新版本") {
			t.Errorf("%s on a newer database: %d %q", command, code, stderr)
		}
	}
	i.database(func(ctx context.Context, c *pgx.Conn) {
		_, err := c.Exec(ctx, "DELETE FROM goose_db_version WHERE version_id = $1", int64(newer))
		must(t, err)
	})
	i.start()
	if !strings.Contains(i.server.said.String(), "先锋已启动") || strings.Contains(i.server.said.String(), "/setup?") {
		t.Errorf("a later start says %s", i.server.said)
	}
	if err := i.stop(); err != nil {
		t.Error(err)
	}
}
