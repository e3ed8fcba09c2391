package testdb

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	dirPrefix = "xianfeng-test-"
	memory    = "/dev/shm"
	// enough is the free memory below which the disk is used: containers often
	// have 64 MB there. A clone takes 10 MB and is made 15 times as fast.
	enough = 2 << 30
)

// makeDir makes the directory of a server that is this process's own.
func makeDir() (string, error) {
	base := os.TempDir()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(memory, &fs); err == nil && fs.Bavail*uint64(fs.Bsize) >= enough {
		base = memory
	}
	sweep(base)
	dir, err := os.MkdirTemp(base, dirPrefix)
	if err != nil && base == memory {
		return os.MkdirTemp("", dirPrefix)
	}
	return dir, err
}

// sweep removes what killed tests left behind: directories whose server nobody
// holds any more. What cannot be removed is another user's and stays.
func sweep(base string) {
	left, err := filepath.Glob(filepath.Join(base, dirPrefix+"*", "pg.users"))
	if err != nil {
		return
	}
	for _, path := range left {
		f, err := os.Open(path)
		if err != nil {
			continue
		}
		// A minute's grace for one that is just starting.
		fi, err := f.Stat()
		if err == nil && time.Since(fi.ModTime()) > time.Minute &&
			syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
			_ = os.RemoveAll(filepath.Dir(path))
		}
		_ = f.Close()
	}
}
