package app_test

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"xianfeng/internal/testdb"
)

// canaries are words that are in nothing but what was said in a talk, or noted of one's
// own study. Each text has one in Chinese and one in ASCII.
var canaries = []string{"垚焱淼初稿", "Kestrel-7401-first", "垚焱淼补记", "Kestrel-7402-second", "垚焱淼心得", "Kestrel-7403-study"}

// sings is a text with two of them.
func sings(n int) string {
	return fmt.Sprintf("谈到%s，另记 %s。", canaries[2*n], canaries[2*n+1])
}

// mesh catches canaries in whatever they are wrapped in.
type mesh map[string]string // needle → what it is

func newMesh(t testing.TB, words ...string) mesh {
	t.Helper()
	n := mesh{}
	for _, w := range words {
		gbk, err := simplifiedchinese.GBK.NewEncoder().String(w)
		must(t, err)
		ways := map[string]string{"": w}
		if gbk != w {
			ways[" in GBK"] = gbk
		}
		for how, b := range ways {
			n[url.QueryEscape(b)] = w + how + " in an address"
			n[hex.EncodeToString([]byte(b))] = w + how + " in hexadecimal"
			n[b] = w + how         // of ASCII the same in an address
			for shift := range 3 { // wherever it begins within what is encoded
				code := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", shift) + b))
				n[code[(shift*8+5)/6:len(code)-2]] = w + how + " in base64"
			}
		}
		var escaped strings.Builder
		for _, r := range w {
			fmt.Fprintf(&escaped, `\u%04x`, r)
		}
		n[escaped.String()] = w + " escaped"
	}
	return n
}

// in names what of the mesh is found in a text.
func (n mesh) in(text string) []string {
	var found []string
	for needle, what := range n {
		if strings.Contains(text, needle) {
			found = append(found, what)
		}
	}
	slices.Sort(found)
	return found
}

// files names what is found in the files below a directory.
func (n mesh) files(t testing.TB, dir string) {
	t.Helper()
	must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if found := n.in(string(b)); found != nil {
			t.Errorf("%s holds %v", path, found)
		}
		return nil
	}))
}

// dump is every row of every table, as PostgreSQL writes them out, and what its
// connections last asked.
func dump(t testing.TB, s *site) map[string]string {
	t.Helper()
	owner := testdb.Owner(t, s.app.DB)
	read := func(query string) string {
		var text string
		if err := owner.QueryRowContext(t.Context(), query).Scan(&text); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
		return text
	}
	out := map[string]string{"what connections asked": read(`SELECT coalesce(string_agg(query, E'\n'), '') FROM pg_stat_activity WHERE datname = current_database()`)}
	for _, table := range strings.Fields(read(`SELECT string_agg(quote_ident(schemaname) || '.' || quote_ident(tablename), ' ') FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`)) {
		// Row-level security holds for the owner as well, who can take that back.
		_, err := owner.ExecContext(t.Context(), "ALTER TABLE "+table+" NO FORCE ROW LEVEL SECURITY")
		must(t, err)
		out[table] = read(`SELECT coalesce(string_agg(x::text, E'\n'), '') FROM ` + table + " x")
	}
	return out
}
