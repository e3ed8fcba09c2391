// Package testdb gives tests real, migrated PostgreSQL databases: a fresh one for
// each test that asks, or a transaction that is rolled back.
//
// A package that uses it starts like this:
//
//	func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }
//
// PostgreSQL starts at the first call that needs it. PG_BIN_DIR says which one, as
// in production. XIANFENG_TEST_PG_DIR names a directory whose server all packages
// share, which saves a second for each; without it every package has its own, in
// memory where that is large enough, and it ends with the package even when that
// is killed.
package testdb

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/localpg"
)

// host is one test binary's server. There is one a process, because testing
// hands TestMain and the tests no common value to carry it.
type host struct {
	mu       sync.Mutex
	err      error // of the first start; the others do not try again
	server   *localpg.Server
	dir      string // to remove at the end; empty when shared
	template string
	tx       *bun.DB // behind Tx
	txName   string
}

var process host

// Run runs a package's tests and stops the server afterwards. The result is the
// exit code.
func Run(m *testing.M) int {
	code := m.Run()
	if err := process.close(); err != nil {
		fmt.Fprintln(os.Stderr, "testdb:", err)
		return max(code, 1)
	}
	return code
}

// New gives a fresh migrated database, opened as production opens it: as the
// application's role. It is dropped when the test ends.
func New(t testing.TB) *bun.DB {
	t.Helper()
	h := running(t)
	return h.copy(t, h.template)
}

// Freeze closes d and gives a function that makes copies of its database, each as
// New gives one: what is dear to set up is set up once. The copies have to be made
// before the test of d ends.
func Freeze(t testing.TB, d *bun.DB) func(testing.TB) *bun.DB {
	t.Helper()
	name := nameOf(t, d)
	if err := d.Close(); err != nil {
		t.Fatalf("testdb: %v", err)
	}
	return func(t testing.TB) *bun.DB {
		t.Helper()
		return running(t).copy(t, name)
	}
}

// copy makes a database from another that nobody uses, opens it as the
// application, and drops it when the test ends.
func (h *host) copy(t testing.TB, template string) *bun.DB {
	t.Helper()
	name := newName()
	if err := h.clone(name, template); err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() { h.drop(t, name) })
	d, err := db.Open(context.Background(), h.ownerURL(name), db.Options{Role: db.AppRole})
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

// Empty gives the owner's address of a fresh database without any table, for
// tests of migrations and of a first start. It is dropped when the test ends.
func Empty(t testing.TB) string {
	t.Helper()
	h := running(t)
	name := newName()
	if err := h.clone(name, "template0"); err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() { h.drop(t, name) })
	return h.ownerURL(name)
}

// Tx gives a transaction, as the application, on a database that the package's
// tests share; it is rolled back when the test ends.
func Tx(t testing.TB) bun.Tx {
	t.Helper()
	d, err := running(t).shared()
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	tx, err := d.BeginTx(context.Background(), nil)
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	t.Cleanup(func() { _ = tx.Rollback() })
	return tx
}

// OwnerURL is the address of the database behind d as its owner: what
// XIANFENG_OWNER_URL is in production.
func OwnerURL(t testing.TB, d bun.IDB) string {
	t.Helper()
	return running(t).ownerURL(nameOf(t, d))
}

func nameOf(t testing.TB, d bun.IDB) string {
	t.Helper()
	var name string
	if err := d.NewRaw("SELECT current_database()").Scan(context.Background(), &name); err != nil {
		t.Fatalf("testdb: %v", err)
	}
	return name
}

// AppURL is the same database as the application: what DATABASE_URL is in
// production, to boot a real server on it.
func AppURL(t testing.TB, d bun.IDB) string {
	t.Helper()
	return OwnerURL(t, d) + "&role=" + db.AppRole
}

// Owner opens the database behind d as its owner, to change rows behind the
// application's back. It is closed when the test ends.
func Owner(t testing.TB, d bun.IDB) *sql.DB {
	t.Helper()
	cfg, err := pgx.ParseConfig(OwnerURL(t, d))
	if err != nil {
		t.Fatalf("testdb: %v", err)
	}
	pool := stdlib.OpenDB(*cfg)
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

func newName() string { return "test_" + strings.ReplaceAll(uuid.NewString(), "-", "") }

// running starts server and template at the first call.
func running(t testing.TB) *host {
	t.Helper()
	process.mu.Lock()
	defer process.mu.Unlock()
	if process.err == nil && process.template == "" {
		process.err = process.start(context.Background())
	}
	if process.err != nil {
		t.Fatalf("testdb: %v", process.err)
	}
	return &process
}

func (h *host) start(ctx context.Context) error {
	o := localpg.Options{BinDir: os.Getenv("PG_BIN_DIR"), Unsafe: true}
	if o.Dir = os.Getenv("XIANFENG_TEST_PG_DIR"); o.Dir == "" {
		dir, err := makeDir()
		if err != nil {
			return err
		}
		h.dir, o.Dir, o.DieWithParent = dir, dir, true
	}
	var err error
	if h.server, err = localpg.Start(ctx, o); err != nil {
		return err
	}
	h.template, err = h.ensureTemplate(ctx)
	return err
}

func (h *host) close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tx != nil {
		_ = h.tx.Close()
		if err := h.admin(context.Background(), "DROP DATABASE "+h.txName+" WITH (FORCE)"); err != nil {
			return err
		}
	}
	if h.server != nil {
		if err := h.server.Stop(context.Background()); err != nil {
			return err
		}
	}
	if h.dir != "" {
		return os.RemoveAll(h.dir)
	}
	return nil
}

// shared opens the database behind Tx once.
func (h *host) shared() (*bun.DB, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.tx != nil {
		return h.tx, nil
	}
	name := newName()
	if err := h.clone(name, h.template); err != nil {
		return nil, err
	}
	d, err := db.Open(context.Background(), h.ownerURL(name), db.Options{Role: db.AppRole})
	if err != nil {
		return nil, err
	}
	h.tx, h.txName = d, name
	return d, nil
}

// ownerURL addresses a database of this server as the owner.
func (h *host) ownerURL(name string) string {
	u, err := url.Parse(h.server.OwnerURL())
	if err != nil {
		panic(err) // localpg built it with package url
	}
	u.Path = "/" + name
	return u.String()
}

// clone makes a database from a template. Copying its files is quicker than the
// log as long as nothing has to reach a disk.
func (h *host) clone(name, template string) error {
	return h.admin(context.Background(),
		"CREATE DATABASE "+name+" TEMPLATE "+template+" OWNER xianfeng_owner STRATEGY file_copy")
}

func (h *host) drop(t testing.TB, name string) {
	if err := h.admin(context.Background(), "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
		t.Errorf("testdb: %v", err)
	}
}

// admin runs one statement as the superuser.
func (h *host) admin(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, h.server.AdminURL("postgres"))
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}
