package localpg

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// maxSocketDir keeps the socket's path under 100 bytes; the kernel's limit is
// 108 with the terminating zero.
const maxSocketDir = 100 - len("/.s.PGSQL."+port) - 1

// socketPrefix names socket directories outside the data directory.
const socketPrefix = "xianfeng-pg-"

// home is the place of one private server and the account it runs as.
type home struct {
	dir  string // of the installation
	pg   string // dir/pg
	data string // dir/pg/pgdata
	acct account
}

// account is the operating system's user that PostgreSQL runs as.
type account struct {
	uid, gid int
	name     string
	drop     bool // we are root and have to become this user
}

func openHome(dir string) (home, error) {
	h := home{dir: dir, pg: filepath.Join(dir, "pg"), data: filepath.Join(dir, "pg", "pgdata")}
	acct, err := serverAccount(os.Geteuid(), h.data, h.pg, h.dir)
	if err != nil {
		return home{}, err
	}
	h.acct = acct
	return h, nil
}

// serverAccount chooses who runs PostgreSQL. It refuses root, so root becomes
// the owner of the first of places that exists and is not root's, else
// postgres, else nobody. places[0] is the data itself.
func serverAccount(euid int, places ...string) (account, error) {
	if euid != 0 {
		if owner, ok := ownerOf(places[0]); ok && owner != euid {
			return account{}, fmt.Errorf("数据目录 %s 属于另一个用户（uid %d），请以该用户或 root 运行", places[0], owner)
		}
		return lookup(user.LookupId, strconv.Itoa(euid), false)
	}
	for _, p := range places {
		if owner, ok := ownerOf(p); ok && owner != 0 {
			return lookup(user.LookupId, strconv.Itoa(owner), true)
		}
	}
	for _, name := range []string{"postgres", "nobody"} {
		if a, err := lookup(user.Lookup, name, true); err == nil {
			return a, nil
		}
	}
	return account{}, errors.New("以 root 运行时需要一个普通用户来运行数据库：请建立用户 postgres(useradd --system postgres),或改用普通用户运行")
}

func lookup(find func(string) (*user.User, error), key string, drop bool) (account, error) {
	u, err := find(key)
	if err != nil {
		return account{}, fmt.Errorf("系统里查不到用户 %s,PostgreSQL 不能以没有名字的用户运行，请为它建立账号: %w", key, err)
	}
	uid, err := strconv.Atoi(u.Uid)
	if err != nil {
		return account{}, fmt.Errorf("用户 %s 的 uid 无法识别: %w", u.Username, err)
	}
	gid, err := strconv.Atoi(u.Gid)
	if err != nil {
		return account{}, fmt.Errorf("用户 %s 的 gid 无法识别: %w", u.Username, err)
	}
	return account{uid: uid, gid: gid, name: u.Username, drop: drop}, nil
}

func ownerOf(path string) (int, bool) {
	fi, err := os.Lstat(path)
	if err != nil {
		return 0, false
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return int(st.Uid), true
}

// prepare makes dir/pg and gives it to the server's account.
func (h home) prepare() error {
	if err := h.ownDir(h.pg); err != nil {
		return fmt.Errorf("无法准备目录 %s: %w", h.pg, err)
	}
	return nil
}

// ownDir makes path a directory that only the server's account may enter.
// A directory of anybody else's, or a link, is refused: in a shared place such
// as /tmp somebody might have put it there.
func (h home) ownDir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	d, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_DIRECTORY, 0)
	if err != nil {
		return err
	}
	defer func() { _ = d.Close() }()
	fi, err := d.Stat()
	if err != nil {
		return err
	}
	st, ok := fi.Sys().(*syscall.Stat_t)
	if !ok {
		return errors.New("目录的所有者无法识别")
	}
	switch {
	case int(st.Uid) == h.acct.uid:
	case st.Uid == 0 && h.acct.drop:
		if err := d.Chown(h.acct.uid, h.acct.gid); err != nil {
			return err
		}
	default:
		return fmt.Errorf("目录属于另一个用户（uid %d）", st.Uid)
	}
	return d.Chmod(0o700)
}

// reachable reports whether the server's account may enter dir, so far as
// permission bits say.
func (a account) reachable(dir string) bool {
	if !a.drop {
		return true
	}
	for p := filepath.Clean(dir); ; p = filepath.Dir(p) {
		fi, err := os.Stat(p)
		if err != nil {
			return false
		}
		st, ok := fi.Sys().(*syscall.Stat_t)
		if !ok {
			return false
		}
		bit := fs.FileMode(0o001)
		switch {
		case int(st.Uid) == a.uid:
			bit = 0o100
		case int(st.Gid) == a.gid:
			bit = 0o010
		}
		if fi.Mode().Perm()&bit == 0 {
			return false
		}
		if p == filepath.Dir(p) {
			return true
		}
	}
}

// socketDir chooses and makes the directory of the socket. preferred, when not
// empty, is where clients already look for it.
func (h home) socketDir(preferred string) (string, error) {
	sum := sha256.Sum256([]byte(h.data))
	short := socketPrefix + hex.EncodeToString(sum[:6])
	places := []string{filepath.Join(h.pg, "run")}
	if x := os.Getenv("XDG_RUNTIME_DIR"); x != "" {
		places = append(places, filepath.Join(x, short))
	}
	places = append(places, filepath.Join(os.TempDir(), short), filepath.Join("/tmp", short))
	if preferred != "" {
		places = append([]string{preferred}, places...)
	}
	var tried []string
	for _, p := range places {
		if len(p) > maxSocketDir || !filepath.IsAbs(p) || !h.acct.reachable(filepath.Dir(p)) {
			continue
		}
		if err := h.ownDir(p); err != nil {
			tried = append(tried, fmt.Sprintf("%s(%v)", p, err))
			continue
		}
		return p, nil
	}
	return "", fmt.Errorf("找不到放置数据库套接字的目录，请把数据目录放在较短的路径下，或清理 /tmp 下同名的目录；已尝试: %s", strings.Join(tried, ";"))
}

// lock takes pg.lock; closing the file gives it back.
func (h home) lock(ctx context.Context) (*os.File, error) {
	f, err := h.lockFile("pg.lock")
	if err != nil {
		return nil, err
	}
	for {
		ok, err := flock(f, syscall.LOCK_EX)
		if err != nil {
			_ = f.Close()
			return nil, fmt.Errorf("无法锁定 %s: %w", f.Name(), err)
		}
		if ok {
			return f, nil
		}
		if !sleep(ctx, pollEvery) {
			_ = f.Close()
			return nil, fmt.Errorf("另一个进程正在启动或停止数据库，请稍后再试: %w", context.Cause(ctx))
		}
	}
}

// joinUsers counts this process among the server's users. The caller holds
// pg.lock, so nobody holds pg.users exclusively.
func (h home) joinUsers() (*os.File, error) {
	f, err := h.lockFile("pg.users")
	if err != nil {
		return nil, err
	}
	if ok, err := flock(f, syscall.LOCK_SH); err != nil || !ok {
		_ = f.Close()
		return nil, fmt.Errorf("无法锁定 %s: %w", f.Name(), err)
	}
	return f, nil
}

// lastUser gives up the shared hold and reports whether nobody else has one.
// flock converts in two steps and loses the shared lock when it fails, which
// is what we want: we are leaving. The caller holds pg.lock.
func (h home) lastUser(users *os.File) (bool, error) {
	ok, err := flock(users, syscall.LOCK_EX)
	if err != nil {
		return false, fmt.Errorf("无法锁定 %s: %w", users.Name(), err)
	}
	return ok, nil
}

// lockFile opens a lock file. One that root makes goes to the server's account,
// so that the account can later run commands by itself.
func (h home) lockFile(name string) (*os.File, error) {
	path := filepath.Join(h.dir, name)
	for {
		f, err := os.OpenFile(path, os.O_RDWR|syscall.O_NOFOLLOW, 0)
		if err == nil {
			return f, nil
		}
		if errors.Is(err, fs.ErrNotExist) {
			f, err = os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, 0o600)
			if errors.Is(err, fs.ErrExist) {
				continue
			}
			if err == nil && h.acct.drop {
				if err = f.Chown(h.acct.uid, h.acct.gid); err != nil {
					_ = f.Close()
				}
			}
		}
		if err != nil {
			return nil, fmt.Errorf("无法打开 %s，请检查数据目录的权限: %w", path, err)
		}
		return f, nil
	}
}

// flock tries to take the lock without waiting.
func flock(f *os.File, how int) (bool, error) {
	for {
		err := syscall.Flock(int(f.Fd()), how|syscall.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, syscall.EWOULDBLOCK):
			return false, nil
		case errors.Is(err, syscall.EINTR):
		default:
			return false, err
		}
	}
}
