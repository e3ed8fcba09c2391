package file

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"xianfeng/internal/fault"
)

// disk is the directory of bytes: ab/<sha256 in hex>, and tmp for what is still
// coming in. Several servers may share it, so every step is one rename.
type disk struct{ dir string }

func openDisk(dir string) (disk, error) {
	if err := os.MkdirAll(filepath.Join(dir, "tmp"), 0o700); err != nil {
		return disk{}, fault.Wrap(err, fault.Unavailable, "无法建立附件目录 "+dir+",请检查数据目录的权限")
	}
	return disk{dir}, nil
}

func (d disk) path(sum [32]byte) string {
	h := hex.EncodeToString(sum[:])
	return filepath.Join(d.dir, h[:2], h)
}

// put stores what look accepts, durable when it returns. Bytes that are there
// already are written anew: a fresh file is what keeps Sweep away from them.
func (d disk) put(ctx context.Context, r io.Reader, look func(f *os.File, size int64) error) (sum [32]byte, size int64, err error) {
	tmp, err := os.CreateTemp(filepath.Join(d.dir, "tmp"), "in-*")
	if err != nil {
		return sum, 0, unwritable(err)
	}
	defer func() {
		_ = tmp.Close()
		_ = os.Remove(tmp.Name()) // gone already when all went well
	}()
	hash := sha256.New()
	size, err = io.Copy(io.MultiWriter(tmp, hash), io.LimitReader(reading{ctx, r}, MaxSize+1))
	if err != nil {
		return sum, 0, unwritable(err)
	}
	if size > MaxSize {
		return sum, 0, fault.Newf(fault.TooLarge, "文件超过 %d MB,请压缩或拆分后再上传", MaxSize>>20)
	}
	if err := look(tmp, size); err != nil {
		return sum, 0, err
	}
	hash.Sum(sum[:0])
	if err := tmp.Sync(); err != nil {
		return sum, 0, unwritable(err)
	}
	final := d.path(sum)
	if err := os.MkdirAll(filepath.Dir(final), 0o700); err != nil {
		return sum, 0, unwritable(err)
	}
	if err := os.Rename(tmp.Name(), final); err != nil {
		return sum, 0, unwritable(err)
	}
	for _, dir := range []string{filepath.Dir(final), d.dir} {
		if err := syncDir(dir); err != nil {
			return sum, 0, unwritable(err)
		}
	}
	return sum, size, nil
}

func (d disk) open(sum [32]byte) (*os.File, error) {
	f, err := os.Open(d.path(sum))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fault.Wrap(err, fault.Internal, "附件的内容不在服务器上，请告诉管理员从备份恢复")
	}
	if err != nil {
		return nil, fmt.Errorf("open file: %w", err)
	}
	return f, nil
}

// each calls fn for every stored file; one put aside by a sweep that was killed
// is among them under its own name.
func (d disk) each(fn func(path string, sum [32]byte, info fs.FileInfo) error) error {
	return filepath.WalkDir(d.dir, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		var sum [32]byte
		if n, err := hex.Decode(sum[:], []byte(strings.TrimSuffix(e.Name(), aside))); err != nil || n != len(sum) {
			return nil
		}
		info, err := e.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		return fn(p, sum, info)
	})
}

// reading stops a slow upload when its request ends.
type reading struct {
	ctx context.Context
	r   io.Reader
}

func (r reading) Read(b []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.r.Read(b)
}

func syncDir(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return f.Sync()
}

func unwritable(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fault.Wrap(err, fault.Unavailable, "服务器磁盘已满，文件没有保存，请告诉管理员后再试")
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) {
		return fault.Wrap(err, fault.Unavailable, "文件没有传完，请重试")
	}
	return fmt.Errorf("store file: %w", err)
}
