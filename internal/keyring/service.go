package keyring

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Prepare gets the ring of an installation ready: it makes the key file where nothing
// was ever sealed, and otherwise wants the file that was sealed with. Where keys are
// missing the ring is closed, see Err; an error is the database's.
func Prepare(ctx context.Context, d *bun.DB, path string) (*Ring, error) {
	known, err := registeredKeys(ctx, d)
	if err != nil {
		return nil, err
	}
	r, err := Load(path)
	if errors.Is(err, fs.ErrNotExist) && len(known) == 0 {
		if r, err = Create(path); errors.Is(err, fs.ErrExist) { // another process was faster
			r, err = Load(path)
		}
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = fault.Wrap(err, fault.Unavailable, fmt.Sprintf("库中有 %d 份密封的内容，但没有密钥文件 %s。请把密钥文件放回原处，或用 --keys（XIANFENG_KEYS）指明它的位置；确实遗失的，见 xianfeng keys create --help", rowsOf(known), path))
	}
	if err != nil {
		return &Ring{path: path, closed: err}, nil
	}
	if err := r.fits(known); err != nil {
		r.closed = err
	}
	return r, nil
}

func rowsOf(keys []registered) (n int) {
	for _, k := range keys {
		n += k.rows
	}
	return n
}

// fits says what is wrong between the file and the database.
func (r *Ring) fits(known []registered) error {
	for _, k := range known {
		own, there := r.keys[k.id]
		switch {
		case there && !bytes.Equal(own.fingerprint(), k.fingerprint):
			return anotherFile(k.id)
		case !there && k.rows > 0 && !k.lost:
			return fault.Newf(fault.Unavailable, "密钥文件 %s 中没有第 %d 号密钥，而库中有 %d 份内容由它封存。请换用完整的密钥文件；确实遗失的，见 xianfeng keys create --help", r.path, k.id, k.rows)
		}
	}
	return nil
}

// Status is one key, of the file, the database or both.
type Status struct {
	ID      int
	Created time.Time // zero where the file lacks it
	InFile  bool
	Current bool // seals new texts
	Same    bool // the database knows it by this fingerprint, or not yet
	Lost    bool
	Rows    int // that it wraps
}

// Status lists the keys by number.
func (r *Ring) Status(ctx context.Context, d *bun.DB) ([]Status, error) {
	known, err := registeredKeys(ctx, d)
	if err != nil {
		return nil, err
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	all := map[int]Status{}
	for id, k := range r.keys {
		all[id] = Status{ID: id, Created: k.created, InFile: true, Current: id == r.newest, Same: true}
	}
	for _, k := range known {
		s := all[k.id]
		s.ID, s.Rows, s.Lost = k.id, k.rows, k.lost
		if s.InFile {
			s.Same = bytes.Equal(r.keys[k.id].fingerprint(), k.fingerprint)
		}
		all[k.id] = s
	}
	var list []Status
	for _, id := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[id])
	}
	return list, nil
}

// Rotation is what a change of keys did.
type Rotation struct {
	Key   int  // that now wraps everything
	Added bool // false: an earlier change that was broken off is completed
	Rows  int  // wrapped again
	Left  int  // whose key the file lacks
}

// batch is how many keys one transaction wraps again: few enough to hold nobody up.
const batch = 500

// Rotate adds a key to the file and wraps the key of every sealed text by it; the
// texts stay as they are, unread. Killed, it can be run again and goes on where it
// was: as long as rows are left with an older key, no further key is added.
func (r *Ring) Rotate(ctx context.Context, d *bun.DB) (done Rotation, err error) {
	if err := r.Err(); err != nil {
		return Rotation{}, err
	}
	if r.path == "" {
		return Rotation{}, errors.New("keys in memory are not rotated")
	}
	err = alone(ctx, d, func(ctx context.Context) (err error) {
		done, err = r.rotate(ctx, d)
		return err
	})
	return done, err
}

// alone keeps everything that changes the key file, or decides by it what is lost, from
// happening twice at once: of two that write the file, the second would drop what the
// first had just put in.
func alone(ctx context.Context, d *bun.DB, change func(context.Context) error) error {
	held := false
	err := db.Alone(ctx, d, "rotate keys", func(ctx context.Context) error {
		held = true
		return change(ctx)
	})
	if err == nil && !held {
		err = fault.New(fault.Conflict, "另一处正在更换密钥，请等它完成")
	}
	return err
}

func (r *Ring) rotate(ctx context.Context, d *bun.DB) (done Rotation, err error) {
	if err := r.follow(true); err != nil {
		return done, err
	}
	known, err := registeredKeys(ctx, d)
	if err != nil {
		return done, err
	}
	if err := r.fits(known); err != nil {
		return done, err
	}
	if old := r.outdated(known); len(old) == 0 {
		if err := r.add(known); err != nil {
			return done, err
		}
		done.Added = true
	}
	done.Key = r.newest
	for {
		n, err := r.wrapAgain(ctx, d, r.outdated(known))
		if err != nil {
			return done, err
		}
		if done.Rows += n; n == 0 {
			break
		}
	}
	for _, k := range known {
		if _, there := r.keys[k.id]; !there {
			done.Left += k.rows
		}
	}
	return done, nil
}

// outdated are the keys of the file, but the newest, that wrap anything.
func (r *Ring) outdated(known []registered) (ids []int) {
	for _, k := range known {
		if _, there := r.keys[k.id]; there && k.id != r.newest && k.rows > 0 {
			ids = append(ids, k.id)
		}
	}
	return ids
}

func (r *Ring) add(known []registered) error {
	id := r.newest
	for _, k := range known {
		id = max(id, k.id)
	}
	keys := maps.Clone(r.keys)
	keys[id+1] = key{id: id + 1, secret: random(keySize)}
	if err := write(r.path, keys, r.seen); err != nil {
		return err
	}
	return r.read()
}

// wrapAgain takes one batch to the newest key.
func (r *Ring) wrapAgain(ctx context.Context, d *bun.DB, old []int) (n int, err error) {
	if len(old) == 0 {
		return 0, nil
	}
	k := r.keys[r.newest]
	err = db.Transact(ctx, d, func(ctx context.Context, tx bun.Tx) error {
		if err := register(ctx, tx, k); err != nil {
			return err
		}
		wraps, err := lockWraps(ctx, tx, old, batch)
		if err != nil || len(wraps) == 0 {
			n = 0
			return err
		}
		for i, w := range wraps {
			own, err := r.unwrap(w)
			if err != nil {
				return err
			}
			if wraps[i].wrapped, err = encrypt(k.secret, own, about("wrap", w.unit, w.id)); err != nil {
				return err
			}
		}
		n = len(wraps)
		return updateWraps(ctx, tx, k.id, wraps)
	})
	return n, err
}

// Retire takes a key out of the file that wraps nothing any more. What an older
// backup of the database holds does not open without it.
func (r *Ring) Retire(ctx context.Context, d *bun.DB, id int) error {
	if err := r.Err(); err != nil {
		return err
	}
	return alone(ctx, d, func(ctx context.Context) error { return r.retire(ctx, d, id) })
}

func (r *Ring) retire(ctx context.Context, d *bun.DB, id int) error {
	if err := r.follow(true); err != nil {
		return err
	}
	switch _, there := r.keys[id]; {
	case !there:
		return fault.Newf(fault.NotFound, "密钥文件中没有第 %d 号密钥", id)
	case id == r.newest:
		return fault.Newf(fault.RuleBroken, "第 %d 号是现用的密钥，不能移除；请先运行 xianfeng keys rotate 换用新的", id)
	}
	err := db.Transact(ctx, d, func(ctx context.Context, tx bun.Tx) error {
		if err := register(ctx, tx, r.keys[r.newest]); err != nil {
			return err
		}
		return deleteKey(ctx, tx, id)
	})
	if err != nil {
		return err
	}
	if err := r.follow(true); err != nil { // as the file is now, should somebody have put a key into it by hand
		return err
	}
	keys := maps.Clone(r.keys)
	delete(keys, id)
	if err := write(r.path, keys, r.seen); err != nil {
		return err
	}
	return r.read()
}

// GiveUp goes on without keys that are lost: the texts they sealed stay closed, new
// ones are sealed by a new file or by the keys that are left. Should the file be found
// again, its keys open everything as before.
func GiveUp(ctx context.Context, d *bun.DB, path string) (r *Ring, lost int, err error) {
	err = alone(ctx, d, func(ctx context.Context) (err error) {
		r, lost, err = giveUp(ctx, d, path)
		return err
	})
	return r, lost, err
}

func giveUp(ctx context.Context, d *bun.DB, path string) (r *Ring, lost int, err error) {
	known, err := registeredKeys(ctx, d)
	if err != nil {
		return nil, 0, err
	}
	r, err = Load(path)
	if errors.Is(err, fs.ErrNotExist) {
		next := 1
		for _, k := range known {
			next = max(next, k.id+1)
		}
		r, err = create(path, next)
	}
	if err != nil {
		return nil, 0, err
	}
	var gone []int
	for _, k := range known {
		own, there := r.keys[k.id]
		if there && !bytes.Equal(own.fingerprint(), k.fingerprint) {
			return nil, 0, anotherFile(k.id)
		}
		if !there {
			gone, lost = append(gone, k.id), lost+k.rows
		}
	}
	err = db.Transact(ctx, d, func(ctx context.Context, tx bun.Tx) error { return markLost(ctx, tx, gone) })
	return r, lost, err
}

// Path is where the key file lies.
func (r *Ring) Path() string { return r.path }
