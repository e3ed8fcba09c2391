package testdb_test

import (
	"testing"

	"xianfeng/internal/testdb"
)

func TestFreeze(t *testing.T) {
	d := testdb.New(t)
	f := testdb.Office(t, d)
	again := testdb.Freeze(t, d)
	for range 2 { // what one copy suffers, the next one does not see
		t.Run("", func(t *testing.T) {
			d := again(t)
			if n, err := d.NewSelect().Table("org_units").Where("name = ?", f.UnitName).Count(t.Context()); err != nil || n != 1 {
				t.Fatalf("%d units, %v", n, err)
			}
			if _, err := d.ExecContext(t.Context(), "UPDATE org_units SET name = 'changed'"); err != nil {
				t.Fatal(err)
			}
		})
	}
}
