package keyring

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func seal(t testing.TB, d *bun.DB, r *Ring, unit, id uuid.UUID, text string) (sealed []byte) {
	t.Helper()
	must(t, db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) (err error) {
		sealed, err = r.Seal(ctx, tx, unit, id, text)
		return err
	}))
	return sealed
}

func open(t testing.TB, d *bun.DB, r *Ring, unit, id uuid.UUID, sealed []byte) (text string, err error) {
	t.Helper()
	err = db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) (err error) {
		text, err = r.Open(ctx, tx, unit, id, sealed)
		return err
	})
	return text, err
}

func TestSealAndOpen(t *testing.T) {
	d := testdb.New(t)
	unit := testdb.Office(t, d).Unit
	r := New()
	lengths := map[int]bool{}
	for _, text := range []string{"", "短", "金丝雀-7f3a", strings.Repeat("字", 80), strings.Repeat("长", 8000), "a\x00b\nc"} {
		id := db.NewID()
		sealed := seal(t, d, r, unit, id, text)
		lengths[len(sealed)] = true
		if len(text) > 0 && strings.Contains(string(sealed), text) {
			t.Errorf("%q lies open", text)
		}
		if got, err := open(t, d, r, unit, id, sealed); err != nil || got != text {
			t.Errorf("opened %q as %q: %v", text, got, err)
		}
		err := db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) error {
			_, err := r.Seal(ctx, tx, unit, id, "again")
			return err
		})
		if !fault.Is(err, fault.Conflict) {
			t.Errorf("sealed twice under one id: %v", err)
		}
	}
	if len(lengths) != 2 { // four short texts, one of 240 bytes and the long one: 256 and its multiple
		t.Errorf("lengths tell: %v", lengths)
	}
}

// Neither a text nor its wrapped key opens in another row, changed, or with another
// ring, and no complaint tells what the text was.
func TestSwappedAndChanged(t *testing.T) {
	d := testdb.New(t)
	unit, r := testdb.Office(t, d).Unit, New()
	const canary = "金丝雀-绝不外泄"
	a, b := db.NewID(), db.NewID()
	sealedA, sealedB := seal(t, d, r, unit, a, canary+"甲"), seal(t, d, r, unit, b, canary+"乙")
	refuse := func(what string, r *Ring, unit, id uuid.UUID, sealed []byte) {
		t.Helper()
		got, err := open(t, d, r, unit, id, sealed)
		if err == nil || got != "" || strings.Contains(err.Error(), canary) {
			t.Errorf("%s: %q, %v", what, got, err)
		}
	}
	refuse("text of another row", r, unit, a, sealedB)
	refuse("another ring", New(), unit, a, sealedA)
	refuse("another unit", r, db.NewID(), a, sealedA)
	refuse("unknown row", r, unit, db.NewID(), sealedA)
	for i := range sealedA {
		broken := append([]byte(nil), sealedA...)
		broken[i] ^= 1
		if _, err := open(t, d, r, unit, a, broken); err == nil {
			t.Fatalf("byte %d changed, and it opened", i)
		}
	}
	refuse("cut off", r, unit, a, sealedA[:len(sealedA)-1])
	refuse("nothing", r, unit, a, nil)

	owner := testdb.Owner(t, d)
	_, err := owner.Exec(`UPDATE keyring_wraps w SET wrapped = o.wrapped FROM keyring_wraps o WHERE o.id = CASE w.id WHEN $1 THEN $2::uuid ELSE $1 END`, a, b)
	must(t, err)
	refuse("wraps swapped", r, unit, a, sealedA)
	refuse("wraps and texts swapped", r, unit, a, sealedB)
}

func TestForget(t *testing.T) {
	d := testdb.New(t)
	unit, r, id := testdb.Office(t, d).Unit, New(), db.NewID()
	first := seal(t, d, r, unit, id, "一")
	must(t, db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) error { return r.Forget(ctx, tx, unit, id) }))
	second := seal(t, d, r, unit, id, "二")
	if _, err := open(t, d, r, unit, id, first); err == nil {
		t.Error("the forgotten text opens")
	}
	if text, err := open(t, d, r, unit, id, second); err != nil || text != "二" {
		t.Errorf("%q %v", text, err)
	}
}

// A key file is read only where nobody else reads it and it is whole.
func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.keys")
	r, err := Create(path)
	must(t, err)
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	if left, _ := filepath.Glob(filepath.Dir(path) + "/.xianfeng*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := Create(path); err == nil {
		t.Error("a key file was overwritten")
	}
	whole, err := os.ReadFile(path)
	must(t, err)
	secret := strings.Split(string(whole), `"key": "`)[1][:43]
	again, err := Load(path)
	must(t, err)
	if again.newest != r.newest || string(again.keys[1].secret) != string(r.keys[1].secret) {
		t.Error("loaded another key")
	}
	for name, c := range map[string]struct {
		text string
		mode os.FileMode
		says string
	}{
		"readable by the group": {string(whole), 0o640, "chmod 600"}, "by all": {string(whole), 0o604, "chmod 600"},
		"empty": {"", 0o600, "损坏"}, "cut off": {string(whole[:len(whole)/2]), 0o600, "损坏"},
		"no keys":           {`{"version":1,"algorithm":"AES-256-GCM","keys":[]}`, 0o600, "不是本程序"},
		"newer":             {strings.Replace(string(whole), `"version": 1`, `"version": 2`, 1), 0o600, "不是本程序"},
		"another algorithm": {strings.Replace(string(whole), "AES-256-GCM", "SM4-GCM", 1), 0o600, "不是本程序"},
		"short key":         {strings.Replace(string(whole), secret, secret[:20], 1), 0o600, "第 1 号"},
		"number in words":   {strings.Replace(string(whole), `"id": 1`, `"id": "`+secret+`"`, 1), 0o600, "损坏"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "b.keys")
			must(t, os.WriteFile(path, []byte(c.text), c.mode))
			must(t, os.Chmod(path, c.mode))
			_, err := Load(path)
			if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), c.says) || strings.Contains(err.Error(), secret[:20]) {
				t.Errorf("%v", err)
			}
		})
	}
	if _, err := Load(filepath.Dir(path)); err == nil {
		t.Error("a directory was read")
	}
}

// What a start does with and without its key file.
func TestPrepare(t *testing.T) {
	d := testdb.New(t)
	unit, dir := testdb.Office(t, d).Unit, t.TempDir()
	prepare := func(name string) *Ring {
		t.Helper()
		r, err := Prepare(t.Context(), d, filepath.Join(dir, name))
		must(t, err)
		return r
	}
	first, other := prepare("a"), prepare("b") // two servers, each with a file of its own
	must(t, first.Err())
	must(t, other.Err())
	id := db.NewID()
	sealed := seal(t, d, first, unit, id, "第一份")
	err := db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) error {
		_, err := other.Seal(ctx, tx, unit, db.NewID(), "x")
		return err
	})
	if !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "不是一套") {
		t.Errorf("sealed by another file: %v", err)
	}
	for name, says := range map[string]string{"b": "不是一套", "none": "没有密钥文件"} {
		r := prepare(name)
		if err := r.Err(); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := open(t, d, r, unit, id, sealed); err == nil {
			t.Errorf("%s opens", name)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "none")); !errors.Is(err, os.ErrNotExist) {
		t.Error("a key file was made where texts are sealed already")
	}

	// The file is lost for good: work goes on, the old text stays closed; it is found
	// again: the old text opens.
	fresh, lost, err := GiveUp(t.Context(), d, filepath.Join(dir, "c"))
	must(t, err)
	if lost != 1 {
		t.Errorf("%d rows lost", lost)
	}
	must(t, prepare("c").Err())
	later := db.NewID()
	sealedLater := seal(t, d, fresh, unit, later, "第二份")
	if _, err := open(t, d, fresh, unit, id, sealed); !fault.Is(err, fault.Unavailable) || !strings.Contains(err.Error(), "第 1 号") {
		t.Errorf("%v", err)
	}
	keys := fresh.keys
	keys[1] = first.keys[1]
	must(t, write(fresh.path, keys, fresh.seen))
	if _, again, err := GiveUp(t.Context(), d, fresh.path); err != nil || again != 0 {
		t.Errorf("found again: %d %v", again, err)
	}
	found := prepare("c")
	must(t, found.Err())
	for id, sealed := range map[uuid.UUID][]byte{id: sealed, later: sealedLater} {
		if _, err := open(t, d, found, unit, id, sealed); err != nil {
			t.Error(err)
		}
	}
}

func TestRotate(t *testing.T) {
	d := testdb.New(t)
	unit, path := testdb.Office(t, d).Unit, filepath.Join(t.TempDir(), "keys")
	running, err := Prepare(t.Context(), d, path) // the server, beside which the command rotates
	must(t, err)
	texts := map[uuid.UUID][]byte{}
	must(t, db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) (err error) {
		for i := range 2*batch + 7 {
			id := db.NewID()
			if texts[id], err = running.Seal(ctx, tx, unit, id, fmt.Sprint("第", i)); err != nil {
				return err
			}
		}
		return nil
	}))
	allOpen := func(r *Ring) {
		t.Helper()
		all := make([]Sealed, 0, len(texts))
		for id, sealed := range texts {
			all = append(all, Sealed{id, sealed})
		}
		must(t, db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) error {
			opened, err := r.OpenAll(ctx, tx, unit, all)
			for _, text := range opened {
				if !strings.HasPrefix(text, "第") {
					t.Fatalf("opened %q", text)
				}
			}
			return err
		}))
	}
	command, err := Load(path)
	must(t, err)

	// Killed after the file was written, and then after the first batch.
	known, err := registeredKeys(t.Context(), d)
	must(t, err)
	must(t, command.add(known))
	if n, err := command.wrapAgain(t.Context(), d, []int{1}); err != nil || n != batch {
		t.Fatalf("%d %v", n, err)
	}
	allOpen(running)
	if left, _ := filepath.Glob(filepath.Dir(path) + "/.xianfeng*"); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if err := command.Retire(t.Context(), d, 1); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("a key that wraps rows was retired: %v", err)
	}
	again, err := Load(path)
	must(t, err)
	done, err := again.Rotate(t.Context(), d)
	must(t, err)
	if want := (Rotation{Key: 2, Rows: batch + 7}); done != want {
		t.Errorf("%+v, want %+v", done, want)
	}
	allOpen(running)

	// A text sealed meanwhile by the running server has the new key.
	id := db.NewID()
	texts[id] = seal(t, d, running, unit, id, "第后")
	must(t, again.Retire(t.Context(), d, 1))
	if err := again.Retire(t.Context(), d, 2); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("the key in use was retired: %v", err)
	}
	done, err = again.Rotate(t.Context(), d)
	must(t, err)
	if want := (Rotation{Key: 3, Added: true, Rows: len(texts)}); done != want {
		t.Errorf("%+v, want %+v", done, want)
	}
	allOpen(running)
	allOpen(again)
	keys, err := again.Status(t.Context(), d)
	must(t, err)
	if len(keys) != 2 || keys[0].ID != 2 || keys[0].Rows != 0 || !keys[1].Current || keys[1].Rows != len(texts) || !keys[1].Same {
		t.Errorf("%+v", keys)
	}
	info, err := os.Stat(path)
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
}

// What was retired while a text was being sealed is not taken up again.
func TestRetiredWhileSealing(t *testing.T) {
	d := testdb.New(t)
	unit, path := testdb.Office(t, d).Unit, filepath.Join(t.TempDir(), "keys")
	r, err := Prepare(t.Context(), d, path)
	must(t, err)
	seal(t, d, r, unit, db.NewID(), "一")
	old := r.keys[1]
	_, err = r.Rotate(t.Context(), d)
	must(t, err)
	must(t, r.Retire(t.Context(), d, 1))
	err = db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) error {
		return insertWrap(ctx, tx, old, wrap{unit: unit, id: db.NewID(), wrapped: []byte("x")})
	})
	if !fault.Is(err, fault.Unavailable) {
		t.Errorf("%v", err)
	}
}

// Whatever changes the key file waits for whoever changes it already.
func TestKeysAreChangedByOne(t *testing.T) {
	d := testdb.New(t)
	path := filepath.Join(t.TempDir(), "keys")
	r, err := Prepare(t.Context(), d, path)
	must(t, err)
	_, err = r.Rotate(t.Context(), d)
	must(t, err)
	before, err := os.ReadFile(path)
	must(t, err)
	must(t, db.Alone(t.Context(), d, "rotate keys", func(ctx context.Context) error {
		_, rotated := r.Rotate(ctx, d)
		_, _, given := GiveUp(ctx, d, path)
		_, _, created := GiveUp(ctx, d, path+"2")
		for what, err := range map[string]error{"rotate": rotated, "retire": r.Retire(ctx, d, 1), "give up": given, "make a file": created} {
			if !fault.Is(err, fault.Conflict) {
				t.Errorf("%s while another changes keys: %v", what, err)
			}
		}
		return nil
	}))
	if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
		t.Errorf("the file was changed: %v", err)
	}
	if _, err := os.Stat(path + "2"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a file was made: %v", err)
	}
	must(t, r.Retire(t.Context(), d, 1))
}

// Rotate, Retire and GiveUp at once: no key is lost that wraps anything.
func TestKeysChangedAtOnce(t *testing.T) {
	d := testdb.New(t)
	unit, path := testdb.Office(t, d).Unit, filepath.Join(t.TempDir(), "keys")
	running, err := Prepare(t.Context(), d, path)
	must(t, err)
	id := db.NewID()
	sealed := seal(t, d, running, unit, id, "一直打得开")
	for round := range 12 {
		var all sync.WaitGroup
		try := func(do func(r *Ring) error) {
			r, err := Load(path)
			must(t, err)
			all.Go(func() {
				if err := do(r); err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.RuleBroken) && !fault.Is(err, fault.NotFound) {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		for range 2 {
			try(func(r *Ring) error { _, err := r.Rotate(t.Context(), d); return err })
			for key := range running.keys {
				try(func(r *Ring) error { return r.Retire(t.Context(), d, key) })
			}
		}
		try(func(*Ring) error { _, _, err := GiveUp(t.Context(), d, path); return err })
		all.Wait()
		fresh, err := Prepare(t.Context(), d, path)
		must(t, err)
		must(t, fresh.Err())
		for what, r := range map[string]*Ring{"from the file": fresh, "running": running} {
			if text, err := open(t, d, r, unit, id, sealed); err != nil || text != "一直打得开" {
				t.Fatalf("round %d, %s: %q %v", round, what, text, err)
			}
		}
		must(t, running.follow(true))
	}
}
