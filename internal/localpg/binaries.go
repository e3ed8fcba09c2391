package localpg

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// binaries is a directory with server programs of one major version.
type binaries struct {
	dir   string
	major int
}

// findBinaries looks through PG_BIN_DIR alone when it is set, else through
// pgsql/bin beside the executable, pg_config, PATH and the distribution's
// directories, and takes the first that will do. want is the major version
// that existing data demands, 0 when there is none.
func findBinaries(ctx context.Context, binDir string, want int, acct account) (binaries, error) {
	places := []string{binDir}
	if binDir == "" {
		places = searchPath(ctx)
	}
	var tried []string
	var other []int
	for _, dir := range places {
		b, err := inspect(ctx, dir, acct)
		if err == nil && want != 0 && b.major != want {
			other = append(other, b.major)
			err = fmt.Errorf("是 %d 版", b.major)
		}
		if err == nil {
			return b, nil
		}
		tried = append(tried, fmt.Sprintf("%s(%v)", dir, err))
	}
	seen := "无"
	if len(tried) > 0 {
		seen = strings.Join(tried, ";")
	}
	if want != 0 && len(other) > 0 {
		return binaries{}, fmt.Errorf("已有的数据由 PostgreSQL %d 建立，只能用 %d 版的程序打开：请安装 PostgreSQL %d(Debian:apt install postgresql-%d),或用 PG_BIN_DIR 指明它的 bin 目录；不要删除数据目录。已查找: %s",
			want, want, want, want, seen)
	}
	return binaries{}, fmt.Errorf("没有找到可用的 PostgreSQL 服务器程序（%d 版或更新）：请安装 PostgreSQL(Debian:apt install postgresql),或运行 make 取得一份，或用 PG_BIN_DIR 指明它的 bin 目录；也可以用 DATABASE_URL 连接已有的数据库。已查找: %s",
		MinVersion, seen)
}

// searchPath lists candidate directories, the most particular first.
func searchPath(ctx context.Context) []string {
	var dirs []string
	add := func(dir string) {
		if dir != "" && !slices.Contains(dirs, dir) {
			if fi, err := os.Stat(dir); err == nil && fi.IsDir() {
				dirs = append(dirs, dir)
			}
		}
	}
	if exe, err := os.Executable(); err == nil {
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		add(filepath.Join(filepath.Dir(exe), "pgsql", "bin"))
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		add(strings.TrimSpace(string(out)))
	}
	if initdb, err := exec.LookPath("initdb"); err == nil {
		// PATH often holds a link; the other programs lie beside its target.
		if real, err := filepath.EvalSymlinks(initdb); err == nil {
			add(filepath.Dir(real))
		}
	}
	var versioned []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/lib/postgresql*/bin", "/opt/postgresql/*/bin"} {
		// The patterns are constant, so Glob cannot fail.
		found, _ := filepath.Glob(pattern)
		versioned = append(versioned, found...)
	}
	slices.SortStableFunc(versioned, func(a, b string) int { return numberIn(b) - numberIn(a) })
	for _, dir := range versioned {
		add(dir)
	}
	return dirs
}

var digits = regexp.MustCompile(`\d+`)

func numberIn(path string) int {
	n, err := strconv.Atoi(digits.FindString(path))
	if err != nil {
		return 0
	}
	return n
}

// inspect checks that dir holds programs which acct can run and which are new
// enough. Client packages come with pg_config and without initdb.
func inspect(ctx context.Context, dir string, acct account) (binaries, error) {
	// A link may lie where acct cannot go while its target does not.
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	for _, name := range []string{"initdb", "postgres"} {
		fi, err := os.Stat(filepath.Join(dir, name))
		if err != nil || fi.IsDir() || fi.Mode().Perm()&0o111 == 0 {
			return binaries{}, fmt.Errorf("没有 %s", name)
		}
	}
	if !acct.reachable(dir) {
		return binaries{}, fmt.Errorf("用户 %s 无权进入", acct.name)
	}
	out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "--version").Output()
	if err != nil {
		return binaries{}, fmt.Errorf("不能运行: %w", err)
	}
	major, err := parseVersion(string(out))
	if err != nil {
		return binaries{}, err
	}
	if major < MinVersion {
		return binaries{}, fmt.Errorf("是 %d 版，太旧", major)
	}
	return binaries{dir: dir, major: major}, nil
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// parseVersion reads the output of `postgres --version`.
func parseVersion(out string) (int, error) {
	m := versionLine.FindStringSubmatch(out)
	if m == nil {
		return 0, errors.New("版本无法识别")
	}
	return strconv.Atoi(m[1])
}
