package sheet

import (
	"strconv"
	"strings"
	"testing"
)

// readAll gives the body of every visible sheet, a row as sheet!row:a|b|c.
func readAll(t *testing.T, data []byte, fields []Field) []string {
	t.Helper()
	b, err := Open(data, DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, name := range b.SheetNames() {
		table, err := b.ReadTable(name, fields)
		if err != nil {
			t.Fatal(err)
		}
		if table == nil {
			continue
		}
		for r, err := range table.Records() {
			if err != nil {
				t.Fatal(err)
			}
			var cells []string
			for _, f := range fields {
				cells = append(cells, r.Text(f.Key))
			}
			out = append(out, name+"!"+strconv.Itoa(r.Number())+":"+strings.Join(cells, "|"))
		}
	}
	return out
}
