// Package archtest holds the house's dependency rules as a test: who may import
// whom, who builds SQL, who writes which table. Each rule carries its reason, and
// house_test.go shows for each one that breaking it turns the test red.
package archtest

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const (
	module = "xianfeng"
	root   = "../.."
)

// source is one Go file of the tree, named by its path from the module's root.
type source struct {
	path string
	file *ast.File
	fset *token.FileSet
}

// pkg is the directory of the file: "internal/points", "cmd/xianfeng".
func (s source) pkg() string { return path.Dir(s.path) }

// name is the last part of pkg, by which a capability is known: "points".
func (s source) name() string { return path.Base(s.pkg()) }

func (s source) base() string { return path.Base(s.path) }

func (s source) isTest() bool { return strings.HasSuffix(s.path, "_test.go") }

// is says whether the file is of that layer of its capability: http.go and
// import_http.go are both of layer "http".
func (s source) is(layer string) bool {
	b := strings.TrimSuffix(s.base(), ".go")
	return b == layer || strings.HasSuffix(b, "_"+layer) || strings.HasPrefix(b, layer+"_")
}

func (s source) at(n ast.Node) string {
	return fmt.Sprintf("%s:%d", s.path, s.fset.Position(n.Pos()).Line)
}

// imports gives the import paths of the file with the name each goes by.
func (s source) imports() map[string]string {
	m := map[string]string{}
	for _, i := range s.file.Imports {
		p, _ := strconv.Unquote(i.Path.Value)
		n := path.Base(p)
		if i.Name != nil {
			n = i.Name.Name
		}
		m[p] = n
	}
	return m
}

func parse(p, text string) (source, error) {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, p, text, parser.SkipObjectResolution)
	return source{p, f, fset}, err
}

// tree reads every Go file of the module.
func tree(t *testing.T) []source {
	t.Helper()
	var all []source
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		n := d.Name()
		if d.IsDir() {
			if p != root && (strings.HasPrefix(n, ".") || n == "node_modules" || n == "testdata" || n == "bin") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(n, ".go") {
			return nil
		}
		text, err := os.ReadFile(p)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		s, err := parse(filepath.ToSlash(rel), string(text))
		all = append(all, s)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

var createTable = regexp.MustCompile(`(?i)\bCREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?"?([a-z0-9_.]+)"?`)

// tables gives each table of the migrations with the file that creates it.
func tables(t *testing.T) map[string]string {
	t.Helper()
	found := map[string]string{}
	files, err := filepath.Glob(root + "/migrations/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations: %v", err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range createTable.FindAllStringSubmatch(string(text), -1) {
			found[m[1]] = filepath.Base(f)
		}
	}
	return found
}
