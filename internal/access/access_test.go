package access_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

func newPolicy(t *testing.T, text string) *access.Policy {
	t.Helper()
	p, err := access.NewPolicy(policies.Model, text)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// lines are the policy's own, read apart from the code under test.
func lines(t *testing.T) [][]string {
	t.Helper()
	r := csv.NewReader(strings.NewReader(policies.Policy))
	r.Comment, r.TrimLeadingSpace, r.FieldsPerRecord = '#', true, 5
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func actor(role string) access.Actor {
	a := access.Actor{Unit: db.NewID(), Account: db.NewID(), Person: db.NewID(), Branch: db.NewID(), Group: db.NewID(), Department: db.NewID()}
	if r, ok := access.RoleByCode(role); ok {
		g := access.Grant{Role: role, PlaceKind: r.Place}
		if r.Place != "unit" {
			g.PlaceID = db.NewID()
		}
		a.Grants = []access.Grant{g}
	}
	return a
}

// Every line gives exactly what it says, and deleting any one takes exactly that
// away: each is needed.
func TestEveryLineCounts(t *testing.T) {
	all := newPolicy(t, policies.Policy)
	for _, l := range lines(t) {
		without := newPolicy(t, strings.Replace(policies.Policy, strings.Join(l, ", ")+"\n", "\n", 1))
		need := access.Need{Resource: l[2], Action: l[3]}
		if l[4] == "conflict" {
			a := actor("party_office")
			if err := all.Separate(a, need, db.NewID(), a.Person); !fault.Is(err, fault.RuleBroken) {
				t.Errorf("%v: not kept apart: %v", l, err)
			}
			if err := all.Separate(a, need, db.NewID()); err != nil {
				t.Errorf("%v: refuses strangers: %v", l, err)
			}
			if err := without.Separate(a, need, a.Person); err != nil {
				t.Errorf("%v: something else refuses too: %v", l, err)
			}
			continue
		}
		a := actor(l[1])
		scope, err := all.Decide(a, need)
		if err != nil {
			t.Errorf("%v: refused: %v", l, err)
			continue
		}
		if scope.Whole() != (l[4] == "unit") {
			t.Errorf("%v: whole unit is %v", l, scope.Whole())
		}
		if l[1] == "signed_in" {
			continue // other lines may give the same to a role
		}
		if s, err := without.Decide(a, need); err == nil && s.Whole() == scope.Whole() && fmt.Sprint(s) == fmt.Sprint(scope) {
			t.Errorf("%v: deleting it changes nothing", l)
		}
	}
}

func TestPolicyRefusesTypingErrors(t *testing.T) {
	for _, bad := range []string{
		"p, member, people",                            // short
		"p, memer, people, read, self",                 // unknown role
		"p, member, people, read, everything",          // unknown reach
		"p, any, people, read, unit",                   // any is for conflicts only
		"p, member, x, y, self\np, member, x, y, unit", // doubled
	} {
		if _, err := access.NewPolicy(policies.Model, bad); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

// What a secondment gives reaches its project and nothing else, and nobody grants it.
func TestSecondedReachTheirProject(t *testing.T) {
	p := newPolicy(t, policies.Policy)
	mine, other := db.NewID(), db.NewID()
	for _, role := range access.Seconded() {
		for _, r := range access.Roles() {
			if r.Code == role.Code {
				t.Errorf("%s can be granted", role.Code)
			}
		}
		a := actor("")
		a.Grants = []access.Grant{{Role: role.Code, PlaceKind: "project", PlaceID: mine}}
		scope, err := p.Decide(a, access.Need{Resource: "activity", Action: "read"})
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			place access.Place
			want  bool
		}{
			{access.Place{Unit: a.Unit, Project: mine}, true}, {access.Place{Unit: a.Unit, Project: other}, false},
			{access.Place{Unit: db.NewID(), Project: mine}, false}, {access.Place{Unit: a.Unit, Branch: a.Branch}, false},
			{access.Place{Unit: a.Unit, Branch: mine}, false}, {access.Place{Unit: a.Unit}, false},
		} {
			if got := scope.Covers(c.place); got != c.want {
				t.Errorf("%s covers %+v: %v", role.Code, c.place, got)
			}
		}
		_, err = p.Decide(a, access.Need{Resource: "activity", Action: "confirm"})
		if heads := role.Code == access.RoleTaskforceSecretary; heads != (err == nil) {
			t.Errorf("%s confirms: %v", role.Code, err)
		}
	}
}

func TestNobodyWithoutGrants(t *testing.T) {
	p := newPolicy(t, policies.Policy)
	for _, a := range []access.Actor{
		{},        // no session at all
		actor(""), // a session without grants
		{Name: "party_office", Login: "party_office", Account: db.NewID(), Unit: db.NewID()}, // a role's name is no subject
		func() access.Actor {
			a := actor("")
			a.Grants = []access.Grant{{Role: "any", PlaceKind: "unit"}}
			return a
		}(),
	} {
		for _, l := range p.Lines() {
			if l.Role == "signed_in" {
				continue
			}
			s, err := p.Decide(a, access.Need{Resource: l.Resource, Action: l.Action})
			if err == nil && (l.Resource != "desk" || s.Whole()) {
				t.Errorf("%+v may %s.%s", a, l.Resource, l.Action)
			}
		}
	}
}

// Rows in SQL and Covers in Go are the same rule: for random grants and rows the
// list shows exactly what the detail opens.
func TestScopeInSQLEqualsScopeInGo(t *testing.T) {
	d := testdb.New(t)
	p := newPolicy(t, policies.Policy)
	ctx := context.Background()
	r := rand.New(rand.NewPCG(1, 2))
	unit, other := db.NewID(), db.NewID()
	pool := make([]uuid.UUID, 4) // places and people share few ids, so that hits are common
	for i := range pool {
		pool[i] = db.NewID()
	}
	pick := func() uuid.UUID { return pool[r.IntN(len(pool))] }
	roles := append(access.Roles(), access.Seconded()...)
	for round := range 400 {
		a := access.Actor{Unit: unit, Account: db.NewID(), Person: pick(), Branch: pick(), Group: pick(), Department: pick()}
		for range r.IntN(4) {
			role := roles[r.IntN(len(roles))]
			g := access.Grant{Role: role.Code, PlaceKind: role.Place}
			if role.Place != "unit" {
				g.PlaceID = pick()
			}
			a.Grants = append(a.Grants, g)
		}
		l := p.Lines()[r.IntN(len(p.Lines()))]
		scope, _ := p.Decide(a, access.Need{Resource: l.Resource, Action: l.Action})
		for range 5 {
			place := access.Place{Unit: unit, Person: pick(), Department: pick(), Branch: pick(), Group: pick(), Project: pick()}
			if r.IntN(10) == 0 {
				place.Unit = other
			}
			where, args := scope.Where(access.Columns{Unit: "u", Persons: []string{"p"}, Department: "d", Branch: "b", Group: "g", Project: "o"}, 7)
			var seen bool
			rows, err := db.Query(ctx, d, `SELECT `+where+` FROM (SELECT $1::uuid u, $2::uuid p, $3::uuid d, $4::uuid b, $5::uuid g, $6::uuid o) x`,
				append([]any{place.Unit, place.Person, place.Department, place.Branch, place.Group, place.Project}, args...)...)
			if err != nil {
				t.Fatal(err)
			}
			for rows.Next() {
				if err := rows.Scan(&seen); err != nil {
					t.Fatal(err)
				}
			}
			if err := rows.Close(); err != nil {
				t.Fatal(err)
			}
			if seen != scope.Covers(place) {
				t.Fatalf("round %d: SQL says %v, Go %v: %+v %+v", round, seen, scope.Covers(place), scope, place)
			}
		}
	}
}
