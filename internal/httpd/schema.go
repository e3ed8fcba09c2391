package httpd

import (
	"fmt"
	"path"
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"
)

// schemaNamer names the types of the API document. Packages name their types for
// themselves: the first to come keeps the plain name, a second one gets its
// package's in front (ActivityRow), and an anonymous body, which has no package,
// a number. Mounting goes in a fixed order, so names are stable. What package fault
// names comes with every route and gives way: FaultDetail.
func schemaNamer() func(reflect.Type, string) string {
	taken := map[string]reflect.Type{}
	return func(t reflect.Type, hint string) string {
		for t.Kind() == reflect.Pointer {
			t = t.Elem()
		}
		plain := huma.DefaultSchemaNamer(t, hint)
		name := plain
		if path.Base(t.PkgPath()) == "fault" {
			name = "Fault" + plain
		}
		for n := 2; ; n++ {
			if has, ok := taken[name]; !ok || has == t {
				taken[name] = t
				return name
			}
			if pkg := path.Base(t.PkgPath()); n == 2 && t.Name() != "" {
				name = strings.ToUpper(pkg[:1]) + pkg[1:] + plain
			} else {
				name = fmt.Sprintf("%s%d", plain, n)
			}
		}
	}
}

// refuseHidden stops the start on an input or body with an embedded unexported
// type: what is in it would be neither documented nor read.
func refuseHidden(method, route string, in reflect.Type) {
	for i := range in.NumField() {
		f := in.Field(i)
		if !f.Anonymous && f.Name != "Body" {
			continue
		}
		if !f.IsExported() {
			panic(fmt.Sprintf("%s %s embeds the unexported %s, which would not be read; export it", method, route, f.Name))
		}
		if f.Type.Kind() == reflect.Struct {
			refuseHidden(method, route, f.Type)
		}
	}
}
