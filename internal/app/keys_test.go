package app_test

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"xianfeng/internal/app"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
)

// The key file is made at the first start, outside the data; a server that cannot
// open what is sealed does not start, and says what to do.
func TestKeysAtStart(t *testing.T) {
	t.Parallel()
	d := testdb.New(t)
	o := testdb.Office(t, d)
	data := filepath.Join(t.TempDir(), "data")
	must(t, os.Mkdir(data, 0o755))
	start := func(keys string) error {
		t.Helper()
		a, err := app.New(d, app.Config{Data: data, Keys: keys, Listen: "127.0.0.1:8080"}, newClock().now, slog.New(slog.NewTextHandler(io.Discard, nil)))
		must(t, err)
		_, err = a.Server()
		return err
	}
	refused := func(what, keys, says string) {
		t.Helper()
		if err := start(keys); err == nil || !strings.Contains(fault.From(err).Message, says) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, start(""))
	info, err := os.Stat(data + ".keys")
	must(t, err)
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %o", info.Mode().Perm())
	}
	link := filepath.Join(filepath.Dir(data), "link")
	must(t, os.Symlink(data, link))
	for _, inside := range []string{filepath.Join(data, "a.keys"), filepath.Join(data, "files", "a.keys"), filepath.Join(link, "a.keys")} {
		refused(inside, inside, "数据目录之内")
	}
	must(t, os.Chmod(data+".keys", 0o644))
	refused("readable by all", "", "chmod 600")
	must(t, os.Chmod(data+".keys", 0o600))

	owner := testdb.Owner(t, d)
	_, err = owner.Exec(`INSERT INTO keyring_keys (id, fingerprint) VALUES (1, decode(repeat('00', 32), 'hex'))`)
	must(t, err)
	refused("another file", "", "不是一套")
	_, err = owner.Exec(`DELETE FROM keyring_keys`)
	must(t, err)
	_, err = owner.Exec(`INSERT INTO keyring_keys (id, fingerprint) VALUES (7, decode(repeat('00', 32), 'hex'))`)
	must(t, err)
	must(t, start(""))
	_, err = owner.Exec(`INSERT INTO keyring_wraps (unit_id, id, key_id, wrapped) VALUES ($1, $2, 7, '\x00')`, o.Unit, db.NewID())
	must(t, err)
	refused("a key is missing", "", "第 7 号密钥")
	refused("no file", filepath.Join(filepath.Dir(data), "none"), "没有密钥文件")
}
