package archtest

import (
	"slices"
	"strings"
	"testing"
)

func check(s source, owned map[string]string) []string {
	return slices.Concat(checkImports(s), checkSQL(s, owned), checkNames(s))
}

// TestHouse holds the tree to house.md, "Who may know whom".
func TestHouse(t *testing.T) {
	owned := tables(t)
	var packages []string
	for _, s := range tree(t) {
		if s.name() == "archtest" {
			continue // its examples break the rules on purpose
		}
		packages = append(packages, s.pkg())
		for _, b := range check(s, owned) {
			t.Error(b)
		}
	}
	for _, b := range checkTables(owned, packages) {
		t.Error(b)
	}
	// A check that reads nothing is green as well.
	if len(packages) < 30 || len(owned) < 10 {
		t.Errorf("read %d files and %d tables only: is the tree where it was?", len(packages), len(owned))
	}
}

// TestRed shows each rule going red, and its nearest lawful neighbour staying green.
func TestRed(t *testing.T) {
	owned := map[string]string{"points_entries": "1.sql", "org_people": "1.sql", "report_issues": "1.sql"}
	for name, c := range map[string]struct {
		path, imports, body string
		want                string // part of the one complaint; empty for green
	}{
		"downwards":              {"internal/points/service.go", `"xianfeng/internal/org"`, "", ""},
		"upwards":                {"internal/org/service.go", `"xianfeng/internal/points"`, "", "internal/org may not"},
		"sideways to a reader":   {"internal/report/service.go", `"xianfeng/internal/desk"`, "", "internal/report may not"},
		"foundation upwards":     {"internal/sheet/table.go", `"xianfeng/internal/points"`, "", "internal/sheet may not"},
		"httpd knows none":       {"internal/httpd/guard.go", `"xianfeng/internal/account"`, "", "internal/httpd may not"},
		"a test is free":         {"internal/org/service_test.go", `"xianfeng/internal/points"`, "", ""},
		"unknown package":        {"internal/care/care.go", "", "", "not in the table"},
		"app from cmd":           {"cmd/xianfeng/main.go", `"xianfeng/internal/app"`, "", ""},
		"app from elsewhere":     {"internal/desk/service.go", `"xianfeng/internal/app"`, "", "assembled in one place"},
		"testdb in the binary":   {"internal/app/app.go", `"xianfeng/internal/testdb"`, "", "test scaffolding"},
		"policies elsewhere":     {"internal/httpd/guard.go", `"xianfeng/policies"`, "", "one place decides"},
		"huma in http.go":        {"internal/org/import_http.go", `"github.com/danielgtaylor/huma/v2"`, "", ""},
		"huma in a service":      {"internal/org/service.go", `"github.com/danielgtaylor/huma/v2"`, "", "know HTTP"},
		"fiber in a store":       {"internal/org/store.go", `"github.com/gofiber/fiber/v2"`, "", "know HTTP"},
		"fiber in httpd":         {"internal/httpd/server.go", `"github.com/gofiber/fiber/v2"`, "", ""},
		"httpd in a service":     {"internal/org/service.go", `"xianfeng/internal/httpd"`, "", "know HTTP"},
		"mocked database":        {"internal/org/store_test.go", `"github.com/DATA-DOG/go-sqlmock"`, "", "real PostgreSQL"},
		"query in a store":       {"internal/org/import_store.go", "", "func f(q Q) { q.NewSelect() }", ""},
		"query in a service":     {"internal/org/service.go", "", "func f(q Q) { q.NewSelect() }", "NewSelect outside"},
		"raw SQL in http.go":     {"internal/org/http.go", "", "func f(q Q) { q.QueryContext() }", "QueryContext outside"},
		"hot query in a service": {"internal/org/service.go", `"xianfeng/internal/db"`, "func f() { db.Query() }", "db.Query outside"},
		"hot query in a store":   {"internal/org/store.go", `"xianfeng/internal/db"`, "func f() { db.Query() }", ""},
		"query in a test":        {"internal/org/service_test.go", "", "func f(q Q) { q.NewSelect() }", ""},
		"bun.Tx in a service":    {"internal/points/service.go", `"github.com/uptrace/bun"`, "func Post(tx bun.Tx) {}", ""},
		"bun.IDB in a service":   {"internal/points/service.go", `"github.com/uptrace/bun"`, "func Post(tx bun.IDB) {}", "bun.IDB outside"},
		"bun renamed":            {"internal/points/service.go", `b "github.com/uptrace/bun"`, "func Post(tx b.IDB) {}", "bun.IDB outside"},
		"transaction in service": {"internal/org/service.go", "", "func f() { db.Transact() }", ""},
		"transaction in http.go": {"internal/org/http.go", "", "func f() { db.Transact() }", "the use case owns it"},
		"transaction in import":  {"internal/org/import_service.go", "", "func f() { db.Transact() }", ""},
		"transaction in a type":  {"internal/org/import.go", "", "func f() { db.Transact() }", "use cases are in service files"},
		"snapshot in a type":     {"internal/report/issue.go", "", "func f() { db.Snapshot() }", "use cases are in service files"},
		"snapshot in a service":  {"internal/report/service.go", "", "func f() { db.Snapshot() }", ""},
		"transaction in app":     {"internal/app/demo.go", "", "func f() { db.Transact() }", ""},
		"transaction by hand":    {"internal/org/service.go", "", "func f() { pool.BeginTx() }", "db.Transact"},
		"or in a group":          {"internal/org/store.go", "", `func f(q Q) { q.WhereGroup(" AND ", func(q Q) Q { return q.Where("a").WhereOr("b") }) }`, ""},
		"or beside a group":      {"internal/org/store.go", "", `func f(q Q) { q.WhereGroup(" AND ", func(q Q) Q { return q }).WhereOr("b") }`, "WhereOr outside"},
		"or in a test":           {"internal/org/store_test.go", "", `func f(q Q) { q.WhereOr("b") }`, "WhereOr outside"},
		"own table":              {"internal/points/store.go", "", "const q = `INSERT INTO points_entries VALUES`", ""},
		"foreign insert":         {"internal/activity/store.go", "", "const q = `INSERT INTO points_entries VALUES`", "belongs to points"},
		"foreign update":         {"internal/report/store.go", "", "const q = `WITH x AS (update only org_people SET`", "belongs to org"},
		"foreign delete":         {"internal/points/store.go", "", `const q = "DELETE " + "FROM org_people"`, "belongs to org"},
		"foreign name in pieces": {"internal/points/store.go", "", `func f(w string) string { return "DELETE FROM org_people WHERE " + w + " AND" }`, "belongs to org"},
		"foreign select":         {"internal/report/store.go", "", "const q = `SELECT 1 FROM points_entries FOR UPDATE`", ""},
		"foreign chain":          {"internal/report/store.go", "", `func f(q Q) { q.NewUpdate().Set("x").Table("org_people") }`, "belongs to org"},
		"foreign chain reads":    {"internal/report/store.go", "", `func f(q Q) { q.NewSelect().TableExpr("org_people AS p") }`, ""},
		"foreign model":          {"internal/report/store.go", "", "type row struct { X int `bun:\"table:org_people,alias:p\"` }", "belongs to org"},
		"own model":              {"internal/report/store.go", "", "type row struct { X int `bun:\"table:report_issues,alias:i\"` }", ""},
		"testdb writes all":      {"internal/testdb/fixtures.go", "", "const q = `INSERT INTO org_people VALUES`", ""},
		"no such table":          {"internal/points/service.go", "", "const hint = `update your browser`", ""},
		"init":                   {"internal/org/org.go", "", "func init() {}", "init()"},
		"method called init":     {"internal/org/org.go", "", "func (x X) init() {}", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := parse(c.path, "package x\nimport (\n"+c.imports+"\n)\n"+c.body)
			if err != nil {
				t.Fatal(err)
			}
			bad := check(s, owned)
			switch {
			case c.want == "" && len(bad) > 0:
				t.Errorf("lawful, but: %q", bad)
			case c.want != "" && !slices.ContainsFunc(bad, func(b string) bool { return strings.Contains(b, c.want) }):
				t.Errorf("got %q, want a complaint with %q", bad, c.want)
			}
		})
	}

	t.Run("package named after nothing", func(t *testing.T) {
		s, err := parse("internal/util/text.go", "package util")
		if err != nil {
			t.Fatal(err)
		}
		if bad := checkNames(s); len(bad) != 1 {
			t.Errorf("got %q", bad)
		}
	})
	t.Run("table without owner", func(t *testing.T) {
		if bad := checkTables(map[string]string{"people": "1.sql", "org_people": "1.sql"}, []string{"internal/org"}); len(bad) != 1 {
			t.Errorf("got %q", bad)
		}
	})
	t.Run("every edge has a reason", func(t *testing.T) {
		for p, e := range edges {
			if e.reason == "" {
				t.Errorf("%s has none", p)
			}
		}
	})
}
