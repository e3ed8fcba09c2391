package localpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5"
)

// errGone says that the server ended while we waited for it.
var errGone = errors.New("数据库进程已退出")

// child is a postmaster that this process started.
type child struct {
	process *os.Process
	exited  chan struct{}
}

func (c *child) gone() bool {
	if c == nil {
		return false
	}
	select {
	case <-c.exited:
		return true
	default:
		return false
	}
}

// abandon ends a postmaster that did not become ready.
func (c *child) abandon() {
	// Fails only when the process is gone already.
	_ = c.process.Signal(syscall.SIGQUIT)
	<-c.exited
}

// dataVersion is the major version the data was made with, 0 when there is no
// data. Anything that is neither is refused: it is never made anew.
func (h home) dataVersion() (int, error) {
	b, err := os.ReadFile(filepath.Join(h.data, "PG_VERSION"))
	if err == nil {
		v, err := strconv.Atoi(strings.TrimSpace(string(b)))
		if err != nil {
			return 0, fmt.Errorf("%s 的版本文件 PG_VERSION 无法识别，请从备份恢复: %w", h.data, err)
		}
		if v < MinVersion {
			return 0, fmt.Errorf("%s 由 PostgreSQL %d 建立，本程序需要 %d 或更新的版本：请先用 pg_upgrade 升级，或从备份恢复；不要删除数据目录", h.data, v, MinVersion)
		}
		return v, nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("无法读取 %s: %w", h.data, err)
	}
	entries, err := os.ReadDir(h.data)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return 0, fmt.Errorf("无法读取 %s: %w", h.data, err)
	}
	if len(entries) > 0 {
		return 0, fmt.Errorf("%s 不是完整的数据库目录（缺少 PG_VERSION）：请从备份恢复，或把它移走后重新启动", h.data)
	}
	return 0, nil
}

// launch starts the postmaster, making the cluster first when there is none.
// The caller holds pg.lock and has found nothing running.
func (s *Server) launch(ctx context.Context) (*child, *pidFile, error) {
	if err := s.home.prepare(); err != nil {
		return nil, nil, err
	}
	want, err := s.home.dataVersion()
	if err != nil {
		return nil, nil, err
	}
	bin, err := findBinaries(ctx, s.o.BinDir, want, s.home.acct)
	if err != nil {
		return nil, nil, err
	}
	hold, err := s.home.holdAlive(ctx)
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = hold.Close() }()
	if err := s.home.dropStalePid(); err != nil {
		return nil, nil, err
	}
	if want == 0 {
		if err := s.home.initdb(ctx, bin, s.o.Unsafe); err != nil {
			return nil, nil, err
		}
	}
	if err := s.home.writeAuth(); err != nil {
		return nil, nil, err
	}
	s.mu.Lock()
	preferred := s.socket
	s.mu.Unlock()
	socket, err := s.home.socketDir(preferred)
	if err != nil {
		return nil, nil, err
	}
	return s.spawn(bin, socket, hold)
}

// command prepares a program of PostgreSQL to run as the server's account.
// It returns the path under which that account finds dir/pg: when a parent
// directory is closed to it (root's home, a private temporary directory), the
// open directory is handed down as descriptor 3 and reached through it.
func (h home) command(ctx context.Context, program string) (*exec.Cmd, string, error) {
	cmd := exec.CommandContext(ctx, program)
	cmd.Dir = "/"
	cmd.Env = []string{"LC_ALL=C.UTF-8"}
	for _, name := range []string{"PATH", "TZ", "LD_LIBRARY_PATH"} {
		if v, ok := os.LookupEnv(name); ok {
			cmd.Env = append(cmd.Env, name+"="+v)
		}
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if h.acct.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(h.acct.uid), Gid: uint32(h.acct.gid)}
	}
	if h.acct.reachable(h.pg) {
		return cmd, h.pg, nil
	}
	d, err := os.Open(h.pg)
	if err != nil {
		return nil, "", fmt.Errorf("无法打开目录 %s: %w", h.pg, err)
	}
	cmd.ExtraFiles = []*os.File{d}
	return cmd, "/proc/self/fd/3", nil
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close()
	}
}

// initdb makes the cluster beside its final place and renames it, so that a
// half-made one is never taken for data.
func (h home) initdb(ctx context.Context, bin binaries, unsafe bool) error {
	fresh := h.data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return fmt.Errorf("无法清理 %s: %w", fresh, err)
	}
	cmd, pg, err := h.command(ctx, filepath.Join(bin.dir, "initdb"))
	if err != nil {
		return err
	}
	defer closeAll(cmd.ExtraFiles)
	cmd.Args = append(cmd.Args, "-D", filepath.Join(pg, filepath.Base(fresh)), "-U", adminRole,
		"--auth-local=peer", "--auth-host=reject", "--data-checksums",
		"--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions")
	if unsafe {
		cmd.Args = append(cmd.Args, "--no-sync")
	}
	out, err := cmd.CombinedOutput()
	if err != nil {
		_ = os.RemoveAll(fresh)
		return fmt.Errorf("无法建立数据库，请检查磁盘空间和目录权限: %w\n%s", err, tail(out))
	}
	if err := os.Rename(fresh, h.data); err != nil {
		return fmt.Errorf("无法建立数据库目录 %s: %w", h.data, err)
	}
	return syncDir(h.pg)
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("无法打开目录 %s: %w", path, err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("无法保存目录 %s: %w", path, err)
	}
	return nil
}

// writeAuth writes who may log in: over the socket only, and only the account
// PostgreSQL runs as and root, each as either database role.
func (h home) writeAuth() error {
	var ident strings.Builder
	for _, name := range slices.Compact([]string{h.acct.name, "root"}) {
		for _, role := range []string{adminRole, ownerRole} {
			fmt.Fprintf(&ident, "xianfeng %s %s\n", quoteConf(name), role)
		}
	}
	for name, text := range map[string]string{
		"pg_hba.conf":   "local all all peer map=xianfeng\n",
		"pg_ident.conf": ident.String(),
	} {
		if err := h.replaceFile(filepath.Join(h.data, name), text); err != nil {
			return fmt.Errorf("无法写入 %s: %w", filepath.Join(h.data, name), err)
		}
	}
	return nil
}

func quoteConf(s string) string { return `"` + strings.ReplaceAll(s, `"`, `""`) + `"` }

// replaceFile puts text at path by way of a new file: as root it must not
// follow a link that lies in another user's directory.
func (h home) replaceFile(path, text string) error {
	f, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil && h.acct.drop {
		err = f.Chown(h.acct.uid, h.acct.gid)
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// spawn runs the postmaster. hold goes down to it and to all its children.
func (s *Server) spawn(bin binaries, socket string, hold *os.File) (*child, *pidFile, error) {
	// hold says that no server of this data lives, so a lock beside the socket is one
	// that was killed: its number may be another process's by now, which PostgreSQL
	// would take for a rival.
	if err := os.Remove(filepath.Join(socket, ".s.PGSQL."+port+".lock")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("无法清理数据库的旧锁文件: %w", err)
	}
	// Not bound to the caller's context: the server outlives the call.
	cmd, pg, err := s.home.command(context.Background(), filepath.Join(bin.dir, "postgres"))
	if err != nil {
		return nil, nil, err
	}
	defer closeAll(cmd.ExtraFiles)
	cmd.ExtraFiles = append(cmd.ExtraFiles, hold)
	cmd.Args = append(cmd.Args, "-D", filepath.Join(pg, filepath.Base(s.home.data)))
	for _, setting := range settings(socket, s.o.Unsafe) {
		cmd.Args = append(cmd.Args, "-c", setting)
	}
	log, err := s.home.createLog()
	if err != nil {
		return nil, nil, fmt.Errorf("无法写入 %s: %w", s.home.startLog(), err)
	}
	defer func() { _ = log.Close() }()
	cmd.Stdout, cmd.Stderr = log, log

	c := &child{exited: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		if s.o.DieWithParent {
			// The kernel sends the signal when the thread ends that started
			// the child, so that thread waits here until the child is gone.
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
		}
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait()
		}
		close(c.exited)
	}()
	if err := <-started; err != nil {
		return nil, nil, fmt.Errorf("无法启动数据库程序 %s: %w", cmd.Path, err)
	}
	c.process = cmd.Process
	return c, &pidFile{pid: cmd.Process.Pid, socket: socket}, nil
}

// settings are given on the command line, so they win over postgresql.conf,
// where an administrator may tune the rest.
func settings(socket string, unsafe bool) []string {
	list := []string{
		"listen_addresses=",
		"port=" + port,
		"unix_socket_directories=" + quoteConf(socket),
		"unix_socket_permissions=0700",
		"cluster_name=xianfeng",
		// Statements and failing rows hold personal data: keep them out of the log.
		"log_min_error_statement=panic",
		"log_error_verbosity=terse",
	}
	if unsafe {
		return append(list, "fsync=off", "full_page_writes=off", "synchronous_commit=off",
			"autovacuum=off", "max_connections=300", "wal_level=minimal", "max_wal_senders=0",
			"max_wal_size=256MB", "checkpoint_flush_after=0", "bgwriter_flush_after=0")
	}
	return append(list, "logging_collector=on", "log_directory=log",
		"log_filename=server-%a.log", "log_rotation_age=1d", "log_truncate_on_rotation=on")
}

func (h home) startLog() string { return filepath.Join(h.pg, "start.log") }

// createLog begins a new log of the start. As root it must not follow a link
// that lies in another user's directory.
func (h home) createLog() (*os.File, error) {
	if err := os.Remove(h.startLog()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := os.OpenFile(h.startLog(), os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, 0o600)
	if err == nil && h.acct.drop {
		if err = f.Chown(h.acct.uid, h.acct.gid); err != nil {
			_ = f.Close()
		}
	}
	return f, err
}

// awaitReady waits until the server answers, makes role and database and
// returns the major version.
func (s *Server) awaitReady(ctx context.Context, pf *pidFile, own *child) (int, error) {
	var last error
	for {
		if own.gone() || own == nil && !s.home.owns(pf.pid) {
			if own == nil {
				return 0, errGone
			}
			// Unreadable only when somebody removed it; then there is no tail.
			said, _ := os.ReadFile(s.home.startLog())
			return 0, fmt.Errorf("数据库启动失败，请按下面的提示处理（更多记录在 %s）: %w\n%s",
				filepath.Join(s.home.data, "log"), errGone, tail(said))
		}
		major, err := provision(ctx, pf.socket)
		if err == nil {
			return major, nil
		}
		if ctx.Err() == nil {
			last = err
		}
		if !sleep(ctx, pollEvery) {
			return 0, fmt.Errorf("等待数据库就绪超时，请稍后再试: %w", errors.Join(context.Cause(ctx), last))
		}
	}
}

// provision makes the owner's role and the database where they are missing.
func provision(ctx context.Context, socket string) (int, error) {
	conn, err := pgx.Connect(ctx, socketURL(socket, adminRole, adminRole))
	if err != nil {
		return 0, err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	var number int
	var hasRole, hasDatabase bool
	err = conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int,
		EXISTS (SELECT FROM pg_roles WHERE rolname = $1),
		EXISTS (SELECT FROM pg_database WHERE datname = $2)`, ownerRole, database).
		Scan(&number, &hasRole, &hasDatabase)
	if err != nil {
		return 0, err
	}
	if !hasRole {
		if _, err := conn.Exec(ctx, "CREATE ROLE "+ownerRole+" LOGIN CREATEROLE"); err != nil {
			return 0, err
		}
	}
	if !hasDatabase {
		if _, err := conn.Exec(ctx, "CREATE DATABASE "+database+" OWNER "+ownerRole); err != nil {
			return 0, err
		}
	}
	return number / 10000, nil
}

// tail is the end of a program's output, short enough for one message.
func tail(out []byte) string {
	lines := bytes.Split(bytes.TrimSpace(out), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-8):], []byte("\n")))
}
