package archtest

import (
	"go/ast"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const auditPath = module + "/internal/audit"

// namedElsewhere are objects of the audit log that no text beside Object names: the
// kinds of places.
var namedElsewhere = []string{"branch", "department", "group"}

var (
	actionName = regexp.MustCompile(`^[a-z_]+(\.[a-z_]+)+$`)
	wordsOf    = regexp.MustCompile(`(?s)const objects.*?\n\}`)
	wordOf     = regexp.MustCompile(`(?m)^  ([a-z_]+): '`)
	groupsOf   = regexp.MustCompile(`(?s)const actionGroups.*?\n\]`)
	groupOf    = regexp.MustCompile(`value: '([a-z_.]+)'`)
)

// audited tells which objects and actions a file may write into the audit log. Actions
// are handed on as plain text, so any text of that shape counts.
func audited(s source) (objects, actions []string) {
	text := func(e ast.Expr) (string, bool) {
		lit, ok := e.(*ast.BasicLit)
		if !ok {
			return "", false
		}
		t, err := strconv.Unquote(lit.Value)
		return t, err == nil
	}
	object := func(named bool, e ast.Expr) {
		if t, ok := text(e); ok && named {
			objects = append(objects, t)
		}
	}
	ast.Inspect(s.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			// access.Need and access.Columns name permissions and columns.
			if of, ok := n.Type.(*ast.SelectorExpr); ok && (of.Sel.Name == "Need" || of.Sel.Name == "Columns") {
				return false
			}
		case *ast.KeyValueExpr:
			key, ok := n.Key.(*ast.Ident)
			object(ok && key.Name == "Object", n.Value)
		case *ast.ValueSpec:
			for i, v := range n.Values {
				object(n.Names[i].Name == "object", v)
			}
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				field, ok := to.(*ast.SelectorExpr)
				object(ok && field.Sel.Name == "Object" && len(n.Lhs) == len(n.Rhs), n.Rhs[min(i, len(n.Rhs)-1)])
			}
		case *ast.BasicLit:
			if t, ok := text(n); ok && actionName.MatchString(t) {
				actions = append(actions, t)
			}
		}
		return true
	})
	return objects, actions
}

// TestWords holds what the page of the audit log calls things to what is written: an
// object without a word is shown as a bare name, an action outside every group cannot be
// narrowed to, and a word for nothing misleads.
func TestWords(t *testing.T) {
	page, err := os.ReadFile(root + "/web/src/audit/words.ts")
	if err != nil {
		t.Fatal(err)
	}
	find := func(list, one *regexp.Regexp) (out []string) {
		for _, m := range one.FindAllSubmatch(list.Find(page), -1) {
			out = append(out, string(m[1]))
		}
		return out
	}
	words, groups := find(wordsOf, wordOf), find(groupsOf, groupOf)
	objects, actions := slices.Clone(namedElsewhere), []string{}
	all := tree(t)
	writers := []string{"internal/audit"}
	for _, s := range all {
		if _, ok := s.imports()[auditPath]; ok {
			writers = append(writers, s.pkg())
		}
	}
	for _, s := range all {
		if slices.Contains(writers, s.pkg()) && !s.isTest() && (s.is("service") || s.name() == "app") {
			o, a := audited(s)
			objects, actions = append(objects, o...), append(actions, a...)
		}
	}
	slices.Sort(objects)
	slices.Sort(actions)
	for _, o := range slices.Compact(objects) {
		if !slices.Contains(words, o) {
			t.Errorf("%q is written and has no word", o)
		}
	}
	for _, w := range words {
		if !slices.Contains(objects, w) {
			t.Errorf("%q has a word, and nothing writes it", w)
		}
	}
	for _, a := range slices.Compact(actions) {
		if !slices.ContainsFunc(groups, func(g string) bool { return strings.HasPrefix(a, g) }) {
			t.Errorf("%q is in no group", a)
		}
	}
	for _, g := range groups {
		if !slices.ContainsFunc(actions, func(a string) bool { return strings.HasPrefix(a, g) }) {
			t.Errorf("%q is a group of nothing", g)
		}
	}
	if len(words) < 30 || len(groups) < 20 || len(actions) < 100 {
		t.Errorf("read %d words, %d groups and %d actions only", len(words), len(groups), len(actions))
	}
}
