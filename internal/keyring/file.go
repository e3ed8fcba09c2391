package keyring

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"xianfeng/internal/fault"
)

// algorithm is what the keys of a file are for; a file of another is refused.
const algorithm = "AES-256-GCM"

// document is the key file.
type document struct {
	Version   int       `json:"version"`
	Algorithm string    `json:"algorithm"`
	Keys      []fileKey `json:"keys"`
}

type fileKey struct {
	ID      int       `json:"id"`
	Created time.Time `json:"created"`
	Key     string    `json:"key"` // base64
}

// Create makes a key file with one fresh key; one that is there already is left
// alone and refused.
func Create(path string) (*Ring, error) { return create(path, 1) }

func create(path string, id int) (*Ring, error) {
	first := key{id: id, secret: random(keySize)}
	if err := write(path, map[int]key{id: first}, nil); err != nil {
		return nil, err
	}
	return Load(path)
}

// Load reads a key file. One that others may read is refused, and so is what is not
// whole: a key that is guessed at would seal what nobody opens again.
func Load(path string) (*Ring, error) {
	r := &Ring{path: path}
	if err := r.read(); err != nil {
		return nil, err
	}
	return r, nil
}

func (r *Ring) read() error {
	f, err := os.Open(r.path)
	if err != nil {
		return unreadable(r.path, err)
	}
	defer func() { _ = f.Close() }()
	seen, err := f.Stat()
	if err != nil {
		return unreadable(r.path, err)
	}
	if !seen.Mode().IsRegular() {
		return fault.Newf(fault.Unavailable, "密钥文件 %s 不是普通文件，请用 --keys（XIANFENG_KEYS）指明密钥文件", r.path)
	}
	if seen.Mode().Perm()&0o077 != 0 {
		return fault.Newf(fault.Unavailable, "密钥文件 %s 的权限是 %o，别的用户也能读取；请先运行 chmod 600 %s 再启动", r.path, seen.Mode().Perm(), r.path)
	}
	var d document
	decoder := json.NewDecoder(f)
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&d); err != nil { // json's words may quote the key: they go no further
		return fault.Newf(fault.Unavailable, "密钥文件 %s 已损坏，读不出来；请从它的备份恢复", r.path)
	}
	keys, newest := map[int]key{}, 0
	for _, k := range d.Keys {
		secret, err := base64.StdEncoding.DecodeString(k.Key)
		if _, twice := keys[k.ID]; err != nil || len(secret) != keySize || k.ID < 1 || twice {
			return fault.Newf(fault.Unavailable, "密钥文件 %s 已损坏：第 %d 号密钥不完整或重复；请从它的备份恢复", r.path, k.ID)
		}
		keys[k.ID] = key{k.ID, k.Created, secret}
		newest = max(newest, k.ID)
	}
	if d.Version != 1 || d.Algorithm != algorithm || newest == 0 {
		return fault.Newf(fault.Unavailable, "密钥文件 %s 不是本程序能用的样式（版本 %d，%d 个密钥）；请使用更新版本的 xianfeng，或从备份恢复", r.path, d.Version, len(d.Keys))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.keys, r.newest, r.seen = keys, newest, seen
	return nil
}

func unreadable(path string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return fault.Wrap(err, fault.Unavailable, "没有密钥文件 "+path+"；请把它放回原处，或用 --keys（XIANFENG_KEYS）指明它的位置")
	}
	return fault.Wrap(err, fault.Unavailable, "密钥文件 "+path+" 读不了，请检查它的权限（须属于运行本程序的用户，权限 600）")
}

// follow reads the file again where it has changed, or always.
func (r *Ring) follow(always bool) error {
	r.mu.RLock()
	path, seen, closed := r.path, r.seen, r.closed
	r.mu.RUnlock()
	if closed != nil || path == "" {
		return closed
	}
	now, err := os.Stat(path)
	if err == nil && !always && os.SameFile(now, seen) && now.ModTime().Equal(seen.ModTime()) && now.Size() == seen.Size() {
		return nil
	}
	if err != nil {
		return unreadable(path, err)
	}
	return r.read()
}

// write puts keys in a file, whole or not at all, and on the disk before it is used.
// replaces is the file that it takes the place of; nil: there must be none.
func write(path string, keys map[int]key, replaces fs.FileInfo) (err error) {
	failed := func(err error) error {
		return fault.Wrap(err, fault.Unavailable, "密钥文件 "+path+" 写不了，请检查所在目录的权限和空间，或用 --keys（XIANFENG_KEYS）换一个位置")
	}
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, ".xianfeng-keys-") // 0600 from the start
	if err != nil {
		return failed(err)
	}
	defer func() {
		_ = f.Close()
		_ = os.Remove(f.Name()) // gone already where it was renamed
	}()
	if replaces != nil { // root turning the keys of a server that runs as somebody else
		if was, ok := replaces.Sys().(*syscall.Stat_t); ok && int(was.Uid) != os.Geteuid() {
			if err := f.Chown(int(was.Uid), int(was.Gid)); err != nil {
				return failed(err)
			}
		}
	}
	made, err := f.Stat() // the file system's clock dates a new key
	if err != nil {
		return failed(err)
	}
	text, err := documentOf(keys, made.ModTime().UTC().Truncate(time.Second))
	if err != nil {
		return err
	}
	if _, err := f.Write(text); err != nil {
		return failed(err)
	}
	if err := f.Sync(); err != nil {
		return failed(err)
	}
	if replaces != nil {
		err = os.Rename(f.Name(), path)
	} else {
		err = os.Link(f.Name(), path) // fails where there is one: no key is ever overwritten
	}
	if err != nil {
		return failed(err)
	}
	return syncDir(dir)
}

func documentOf(keys map[int]key, now time.Time) ([]byte, error) {
	d := document{Version: 1, Algorithm: algorithm}
	for _, id := range slices.Sorted(maps.Keys(keys)) {
		k := keys[id]
		if k.created.IsZero() {
			k.created = now
		}
		d.Keys = append(d.Keys, fileKey{k.id, k.created, base64.StdEncoding.EncodeToString(k.secret)})
	}
	text, err := json.MarshalIndent(d, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("key file: %w", err)
	}
	return append(text, '\n'), nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("key file: %w", err)
	}
	defer func() { _ = d.Close() }()
	if err := d.Sync(); err != nil && !errors.Is(err, syscall.EINVAL) { // some file systems cannot
		return fmt.Errorf("key file: %w", err)
	}
	return nil
}
