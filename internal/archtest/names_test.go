package archtest

import (
	"fmt"
	"go/ast"
	"slices"
)

// drawers are names that say nothing, so that everything ends up in them.
var drawers = []string{"util", "utils", "common", "shared", "helper", "helpers", "model", "models", "misc", "base", "core", "lib", "types", "interfaces", "handlers", "services"}

// checkNames tells of packages named after nothing, and of code that runs before
// main, in an order that nobody chose.
func checkNames(s source) []string {
	var bad []string
	if slices.Contains(drawers, s.file.Name.Name) || slices.Contains(drawers, s.name()) {
		bad = append(bad, fmt.Sprintf("%s: package %s: a package is named after what it knows", s.path, s.file.Name.Name))
	}
	for _, d := range s.file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
			bad = append(bad, s.at(f)+": init(): what runs is called, from main downwards")
		}
	}
	return bad
}

// checkTables tells of tables that are not named after a package of ours.
func checkTables(owned map[string]string, packages []string) []string {
	var bad []string
	for table, file := range owned {
		if !slices.Contains(packages, "internal/"+owner(table)) {
			bad = append(bad, fmt.Sprintf("migrations/%s: table %s: a table is named after the package that owns it, and there is no internal/%s", file, table, owner(table)))
		}
	}
	return bad
}
