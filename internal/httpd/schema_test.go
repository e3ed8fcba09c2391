package httpd

import (
	"reflect"
	"testing"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
)

type hiddenIn struct {
	ID string `path:"id"`
}

// ShownIn is exported: what it holds is read.
type ShownIn struct {
	ID string `path:"id"`
}

func TestRefuseHidden(t *testing.T) {
	type body struct {
		ShownIn
		Name string `json:"name"`
	}
	cases := map[string]struct {
		in      any
		refused bool
	}{
		"plain":          {struct{ ID string }{}, false},
		"exported":       {struct{ ShownIn }{}, false},
		"unexported":     {struct{ hiddenIn }{}, true},
		"in the body":    {struct{ Body struct{ hiddenIn } }{}, true},
		"body all shown": {struct{ Body body }{}, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if got := recover() != nil; got != c.refused {
					t.Errorf("refused: %v, want %v", got, c.refused)
				}
			}()
			refuseHidden("GET", "/api/x", reflect.TypeOf(c.in))
		})
	}
}

func TestSchemaNames(t *testing.T) {
	name := schemaNamer()
	type Role struct{ A string }
	steps := []struct {
		of   reflect.Type
		hint string
		want string
	}{
		{reflect.TypeFor[fault.Detail](), "", "FaultDetail"},
		{reflect.TypeFor[access.Role](), "", "Role"},
		{reflect.TypeFor[*access.Role](), "", "Role"},
		{reflect.TypeFor[Role](), "", "HttpdRole"},
		{reflect.TypeFor[struct{ A int }](), "ListOutBody", "ListOutBody"},
		{reflect.TypeFor[struct{ B int }](), "ListOutBody", "ListOutBody2"},
		{reflect.TypeFor[struct{ A int }](), "ListOutBody", "ListOutBody"},
	}
	for _, s := range steps {
		if got := name(s.of, s.hint); got != s.want {
			t.Errorf("%v: %s, want %s", s.of, got, s.want)
		}
	}
}
