package archtest

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const bunPath = "github.com/uptrace/bun"

// builders are the calls that make or send SQL. Names are enough: nothing else
// in the tree has methods called so.
var builders = []string{
	"NewSelect", "NewInsert", "NewUpdate", "NewDelete", "NewMerge", "NewRaw", "NewValues",
	"NewCreateTable", "NewDropTable", "NewTruncateTable", "NewCreateIndex", "NewDropIndex", "NewAddColumn", "NewDropColumn",
	"QueryContext", "QueryRowContext", "ExecContext", "PrepareContext",
}

// mayBuildSQL: queries live in db and in store files, where the reviewer of a
// leak looks. scope.go is where an access.Scope becomes SQL. The private PostgreSQL
// makes roles and databases before any store exists; tests and benchmarks look at
// what is really in the tables.
func mayBuildSQL(s source) bool {
	return s.isTest() || s.is("store") || s.path == "internal/access/scope.go" ||
		slices.Contains([]string{"db", "localpg", "testdb", "bench"}, s.name())
}

// mayTransact: a transaction is a use case, and whoever reviews what commits
// together reads the service files. app sets a demonstration up across several
// capabilities.
func mayTransact(s source) bool { return s.is("service") || s.name() == "app" }

// checkSQL tells what the file does with SQL that is not its to do.
func checkSQL(s source, owned map[string]string) []string {
	var bad []string
	say := func(n ast.Node, format string, args ...any) {
		bad = append(bad, s.at(n)+": "+fmt.Sprintf(format, args...))
	}
	bun, ourDB := s.imports()[bunPath], s.imports()[module+"/internal/db"]
	opens := slices.Contains([]string{"db", "testdb", "bench"}, s.name()) || s.isTest()

	var inGroup []ast.Node // function literals handed to WhereGroup
	ast.Inspect(s.file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok || selected(call) != "WhereGroup" {
			return true
		}
		for _, a := range call.Args {
			if f, ok := a.(*ast.FuncLit); ok {
				inGroup = append(inGroup, f)
			}
		}
		return true
	})

	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			x, ok := n.X.(*ast.Ident)
			if ok && ourDB != "" && x.Name == ourDB && !mayBuildSQL(s) && slices.Contains([]string{"Query", "Exec", "Each", "One"}, n.Sel.Name) {
				say(n, "db.%s outside store files: SQL lives where whoever looks for a leak looks", n.Sel.Name)
			}
			if ok && bun != "" && x.Name == bun && !mayBuildSQL(s) && !slices.Contains([]string{"Tx", "DB"}, n.Sel.Name) {
				say(n, "bun.%s outside a store file: a service knows bun for the transaction alone (bun.Tx, and the *bun.DB it was built with); a bun.IDB would let a write happen outside a transaction", n.Sel.Name)
			}
		case *ast.CallExpr:
			name := selected(n)
			if slices.Contains(builders, name) && !mayBuildSQL(s) {
				say(n, "%s outside db and store files: SQL lives where whoever looks for a leak looks", name)
			}
			if name == "WhereOr" && !slices.ContainsFunc(inGroup, func(g ast.Node) bool { return g.Pos() <= n.Pos() && n.End() <= g.End() }) {
				say(n, "WhereOr outside WhereGroup: bun joins Where parts flat, so `a OR b AND scope` shows foreign rows")
			}
			if slices.Contains([]string{"BeginTx", "RunInTx"}, name) && !opens {
				say(n, "%s: transactions are opened by db.Transact, which retries deadlocks and translates errors", name)
			}
			if slices.Contains([]string{"Transact", "Snapshot"}, name) && !opens && !mayTransact(s) {
				say(n, "a transaction opened in %s: the use case owns it, so that everything it does commits together, and use cases are in service files", s.base())
			}
			if table := builtWrite(n); table != "" {
				if why := foreign(s, table, owned); why != "" {
					say(n, "%s", why)
				}
			}
		case *ast.Field:
			if n.Tag == nil {
				return true
			}
			if m := tableTag.FindStringSubmatch(n.Tag.Value); m != nil {
				if why := foreign(s, m[1], owned); why != "" {
					say(n, "%s", why)
				}
			}
		case *ast.BinaryExpr, *ast.BasicLit:
			text, ok := literal(n.(ast.Expr))
			if !ok {
				return true
			}
			for _, m := range write.FindAllStringSubmatch(text, -1) {
				if why := foreign(s, strings.ToLower(m[1]), owned); why != "" {
					say(n, "%s", why)
				}
			}
			return false // the parts were read as one
		}
		return true
	})
	return bad
}

var (
	tableTag = regexp.MustCompile(`bun:"(?:[^"]*,)?table:([a-z0-9_]+)`)
	write    = regexp.MustCompile(`(?i)\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE(?:\s+TABLE)?)\s+(?:ONLY\s+)?"?([a-z_][a-z0-9_]*)"?`)
)

// foreign says why this file may not write the table, or nothing where it may.
// A name that no migration creates is no table: a CTE, or prose.
func foreign(s source, table string, owned map[string]string) string {
	if _, known := owned[table]; !known || s.isTest() || s.name() == "testdb" || s.name() == "bench" {
		return ""
	}
	if owner(table) == s.name() {
		return ""
	}
	return fmt.Sprintf("%s writes %s, which belongs to %s: a table is written by its owner only, so that its rules have one home", s.pkg(), table, owner(table))
}

// owner is the package that a table is named after.
func owner(table string) string {
	name, _, _ := strings.Cut(table, "_")
	return name
}

// builtWrite gives the table of a bun chain that writes one by name:
// tx.NewUpdate().Table("x") and its like.
func builtWrite(call *ast.CallExpr) string {
	if !slices.Contains([]string{"Table", "TableExpr", "ModelTableExpr"}, selected(call)) || len(call.Args) == 0 {
		return ""
	}
	text, ok := literal(call.Args[0])
	if !ok || text == "" {
		return ""
	}
	for e := ast.Expr(call); ; {
		c, ok := e.(*ast.CallExpr)
		if !ok {
			return ""
		}
		sel, ok := c.Fun.(*ast.SelectorExpr)
		if !ok {
			return ""
		}
		if slices.Contains([]string{"NewInsert", "NewUpdate", "NewDelete", "NewMerge", "NewTruncateTable"}, sel.Sel.Name) {
			return strings.Trim(strings.Fields(text)[0], `"`)
		}
		e = sel.X
	}
}

// selected is the method or function name of x.Name(…).
func selected(call *ast.CallExpr) string {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		return sel.Sel.Name
	}
	return ""
}

// literal gives the text of a string, or of strings joined by +, where a part
// that is no literal counts as a space.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, err := strconv.Unquote(e.Value)
			return s, err == nil
		}
	case *ast.BinaryExpr:
		if e.Op == token.ADD {
			l, lok := literal(e.X)
			r, rok := literal(e.Y)
			if !lok {
				l = " "
			}
			if !rok {
				r = " "
			}
			return l + r, lok || rok
		}
	}
	return "", false
}
