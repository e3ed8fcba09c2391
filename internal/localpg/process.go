package localpg

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// pidFile is what postmaster.pid says: line 1 the process, line 5 the socket's
// directory.
type pidFile struct {
	pid    int
	socket string
}

func (h home) pidPath() string { return filepath.Join(h.data, "postmaster.pid") }

// readPid returns nil when there is no file, or none that names a process: the
// server writes it in steps.
func (h home) readPid() (*pidFile, error) {
	b, err := os.ReadFile(h.pidPath())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("无法读取 %s: %w", h.pidPath(), err)
	}
	lines := strings.Split(string(b), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 0 {
		return nil, nil
	}
	pf := &pidFile{pid: pid}
	if len(lines) > 4 {
		pf.socket = strings.TrimSpace(lines[4])
	}
	return pf, nil
}

// running finds the live postmaster of this data, or nil.
func (h home) running() (*pidFile, error) {
	// A server whose starter was killed may not have written its socket yet.
	for range 250 {
		pf, err := h.readPid()
		if err != nil || pf == nil || !h.owns(pf.pid) {
			return nil, err
		}
		if pf.socket != "" {
			return pf, nil
		}
		time.Sleep(pollEvery)
	}
	return nil, fmt.Errorf("%s 中的数据库进程没有打开套接字，请结束该进程后再试", h.data)
}

// dropStalePid removes a pid file whose number now belongs to a process
// elsewhere: PostgreSQL would take that process for its own. One whose process
// is dead is left to PostgreSQL, which also looks for survivors in its shared
// memory. The caller holds pg.alive, so the file is nobody's.
func (h home) dropStalePid() error {
	pf, err := h.readPid()
	if err != nil || pf == nil || h.owns(pf.pid) || !exists(pf.pid) {
		return err
	}
	if err := os.Remove(h.pidPath()); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("无法移除过期的 %s: %w", h.pidPath(), err)
	}
	return nil
}

func exists(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}

// owns reports whether pid is a process at work in this data directory. A
// zombie has no working directory and does not count.
func (h home) owns(pid int) bool {
	cwd, err := os.Stat(fmt.Sprintf("/proc/%d/cwd", pid))
	if err != nil {
		return false
	}
	data, err := os.Stat(h.data)
	return err == nil && os.SameFile(cwd, data)
}

// holdAlive takes the lock that the postmaster and its backends inherit. While
// any of them lives, even after the postmaster was killed or in another
// container, nobody else gets it, so two servers never write the same data.
// A server that shows itself meanwhile gives errGone: look again.
func (h home) holdAlive(ctx context.Context) (*os.File, error) {
	f, err := h.lockFile("pg.alive")
	if err != nil {
		return nil, err
	}
	wait, cancel := context.WithTimeout(ctx, orphanWait)
	defer cancel()
	for {
		ok, err := flock(f, syscall.LOCK_EX)
		if err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("无法锁定 %s: %w", f.Name(), err)
		}
		if ok {
			return f, nil
		}
		if pf, err := h.readPid(); err == nil && pf != nil && h.owns(pf.pid) {
			_ = f.Close()
			return nil, errGone
		}
		if !sleep(wait, pollEvery) {
			_ = f.Close()
			return nil, fmt.Errorf("数据目录 %s 仍被别的数据库进程使用（可能在另一个容器里，或是上次异常退出的残留），请先结束它: %w", h.data, context.Cause(wait))
		}
	}
}

// shutdown ends the server: SIGINT rolls open transactions back and writes a
// checkpoint; SIGQUIT stops at once and the next start recovers.
func (h home) shutdown(ctx context.Context) error {
	pf, err := h.readPid()
	if err != nil || pf == nil {
		return err
	}
	pid := pf.pid
	for _, step := range []struct {
		sig  syscall.Signal
		ctx  context.Context
		wait time.Duration
	}{
		{syscall.SIGINT, ctx, fastStop},
		{syscall.SIGQUIT, context.WithoutCancel(ctx), quitStop},
	} {
		if !h.owns(pid) {
			break
		}
		if err := syscall.Kill(pid, step.sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("无法停止数据库进程 %d: %w", pid, err)
		}
		wait, cancel := context.WithTimeout(step.ctx, step.wait)
		for h.owns(pid) && sleep(wait, pollEvery) {
		}
		cancel()
	}
	if h.owns(pid) {
		return fmt.Errorf("数据库进程 %d 没有停下来，请检查后手动结束", pid)
	}
	dropSocketDir(pf.socket)
	return nil
}

// dropSocketDir removes the socket's directory when it is ours in a shared
// place; it stays if something else lies in it.
func dropSocketDir(path string) {
	if strings.HasPrefix(filepath.Base(path), socketPrefix) {
		_ = os.Remove(path)
	}
}
