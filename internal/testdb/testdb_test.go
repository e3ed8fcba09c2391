package testdb_test

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

func TestNewOpensAsTheApplication(t *testing.T) {
	d := testdb.New(t)
	if err := db.CheckRole(t.Context(), d.DB); err != nil {
		t.Error(err)
	}
	if _, err := d.ExecContext(t.Context(), "CREATE TABLE mine (id int)"); err == nil {
		t.Error("the application's role may create tables")
	}
	booted, err := db.Open(t.Context(), testdb.AppURL(t, d), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer booted.Close()
	var role string
	if err := booted.NewRaw("SELECT current_user").Scan(t.Context(), &role); err != nil || role != db.AppRole {
		t.Errorf("AppURL logs in as %s, %v", role, err)
	}
}

func TestDatabasesAreApart(t *testing.T) {
	for i := range 3 {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			d := testdb.New(t)
			testdb.Office(t, d)
			if n, err := d.NewSelect().Table("org_units").Count(t.Context()); err != nil || n != 1 {
				t.Errorf("%d units, %v", n, err)
			}
		})
	}
}

func TestTxIsRolledBack(t *testing.T) {
	for range 2 {
		t.Run("", func(t *testing.T) {
			tx := testdb.Tx(t)
			testdb.Office(t, tx)
			if n, err := tx.NewSelect().Table("org_units").Count(t.Context()); err != nil || n != 1 {
				t.Errorf("%d units, %v", n, err)
			}
		})
	}
}

func TestOwnerMayTamper(t *testing.T) {
	d := testdb.New(t)
	f := testdb.Office(t, d)
	_, err := testdb.Owner(t, d).ExecContext(t.Context(), `ALTER TABLE org_units DISABLE TRIGGER ALL`)
	if err == nil {
		t.Error("the owner is a superuser")
	}
	res, err := testdb.Owner(t, d).ExecContext(t.Context(), `UPDATE org_units SET name = '改' WHERE id = $1`, f.Unit)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		t.Errorf("%d rows, %v", n, err)
	}
}

func TestEmptyHasNoSchema(t *testing.T) {
	url := testdb.Empty(t)
	if err := db.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), url); err != nil {
		t.Errorf("the second time: %v", err)
	}
}

func TestOffice(t *testing.T) {
	d := testdb.New(t)
	f := testdb.Office(t, d)
	var got struct{ Roll, Full, Probationary, Members, Outside, Accounts int }
	err := d.NewRaw(`SELECT count(*) FILTER (WHERE on_roll) AS roll,
			count(*) FILTER (WHERE development_stage = 'full') AS full,
			count(*) FILTER (WHERE development_stage = 'probationary') AS probationary,
			(SELECT count(*) FROM org_party_memberships) AS members,
			count(*) FILTER (WHERE NOT on_roll) AS outside,
			(SELECT count(*) FROM account_accounts) AS accounts
		FROM org_people`).Scan(t.Context(), &got)
	if err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(got); s != "{12 10 1 11 3 15}" {
		t.Error(s)
	}
	if n := len(f.Keys()); n != 15 {
		t.Errorf("%d keys", n)
	}
	for _, role := range access.Roles() {
		if !slices.ContainsFunc(f.Keys(), func(key string) bool {
			return slices.ContainsFunc(f.Actor(key).Grants, func(g access.Grant) bool {
				return g.Role == role.Code && g.PlaceKind == role.Place && (g.PlaceID == uuid.Nil) == (role.Place == "unit")
			})
		}) {
			t.Errorf("nobody holds %s at a %s", role.Code, role.Place)
		}
	}
	var logins []string
	if err := d.NewRaw("SELECT login FROM account_accounts ORDER BY login").Scan(t.Context(), &logins); err != nil {
		t.Fatal(err)
	}
	keys := f.Keys()
	slices.Sort(keys)
	if !slices.Equal(logins, keys) {
		t.Errorf("logins %s, keys %s", strings.Join(logins, " "), strings.Join(keys, " "))
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		testdb.New(b)
	}
}
