package app_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"xianfeng/internal/access"
	"xianfeng/policies"
)

var update = flag.Bool("update", false, "rewrite testdata/matrix.golden from what the server answers; read every changed line before committing it")

var routesAsked = flag.String("routes", "", "ask the matrix only about routes that contain this text, while their cases are written; the golden file is left alone")

// cell is one route as one role.
type cell struct {
	route        string
	need         access.Need
	role         string
	own, foreign int // status; 0 where the route is about no object
}

func (c cell) line() string {
	foreign := "-"
	if c.foreign != 0 {
		foreign = fmt.Sprint(c.foreign)
	}
	return fmt.Sprintf("%-54s | %-16s | %d | %s", c.route, c.role, c.own, foreign)
}

// named are the routes whose foreign object is a field of what is sent, and is told
// apart at that field.
var named = map[string]bool{"POST /api/people": true, "POST /api/places": true, "POST /api/talk-leaders": true, "POST /api/talk-mornings": true, "POST /api/taskforces": true}

// narrow are the permissions whose own object a line does not reach, and why.
var narrow = map[string]string{
	"GET /api/volunteer-certificates/check/{number}/{code}": "whoever holds the paper is told what is printed on it",
	"GET /api/selections/{id}/sheet":                        "the scoring sheet is for who sees the whole office",
	"PUT /api/taskforces/{id}":                              "a proposal is put right by who made it, what runs by the office",
	"GET /api/taskforces/{id}/archive":                      "a bundle holds everybody's appraisals: it is for who may read those",
	"GET /api/taskforces/{id}/bundle.zip":                   "a bundle holds everybody's appraisals: it is for who may read those",
	"GET /api/reports/issues/{id}/file":                     "the page is everybody's, an issue is for who may read that kind of report",
	"GET /api/setup":                                        "tells only that a link does not work",
	"POST /api/setup":                                       "the link is not valid: refused for everybody",
	"POST /api/session":                                     "sign-in is for everybody",
	"POST /api/talks/{id}/move":                             "who sees that a talk is planned does not move it: the two do, and who plans",
	"GET /api/calendar/{token}.ics":                         "who knows the address is let in, and nobody else",
	"POST /api/feed":                                        "who is not on the roll has no days to subscribe to",
	"DELETE /api/feed":                                      "who is not on the roll has no address to end",
}

// checkCells asks of the answers what must hold whatever the golden file says: no
// session is 401, no policy line 403, a line lets its own object in, and nothing
// lets a foreign object in. Each line of the policy has to let somebody in here.
func checkCells(t *testing.T, cells []cell) {
	t.Helper()
	used, resources := map[access.Line]bool{}, map[string]bool{}
	lines := newPolicy(t).Lines()
	for _, c := range cells {
		resources[c.need.Resource] = true
		if narrow[c.route] != "" {
			continue
		}
		var may bool
		for _, l := range lines {
			if (l.Role == c.role || l.Role == signedIn && c.role != noSession) && l.Resource == c.need.Resource && l.Action == c.need.Action {
				may = true
				used[l] = used[l] || c.own < 300
			}
		}
		want := func(status int) bool { return status < 300 }
		switch {
		case c.role == noSession:
			want = func(status int) bool { return status == 401 }
		case !may:
			want = func(status int) bool { return status == 403 }
		}
		if !want(c.own) {
			t.Errorf("own object: %s", c.line())
		}
		if c.foreign != 0 && may && c.foreign != 404 && !named[c.route] || c.foreign != 0 && !may && !want(c.foreign) {
			t.Errorf("foreign object: %s", c.line())
		}
	}
	for _, l := range lines {
		if l.Reach == "conflict" {
			continue // TestNobodyActsForThemselves
		}
		if *routesAsked != "" && !resources[l.Resource] {
			continue
		}
		if !used[l] {
			t.Errorf("policy line %v lets nobody in: no case would miss it", l)
		}
		everybody := access.Line{Role: signedIn, Resource: l.Resource, Action: l.Action, Reach: "self"}
		if l.Role != signedIn && slices.Contains(lines, everybody) && l.Resource != "desk" { // testDesk misses those
			t.Errorf("policy line %v gives what everybody has: no case would miss it", l)
		}
	}
}

const goldenFile = "testdata/matrix.golden"

const goldenHead = `# route | role | status for an object within reach | status for one outside of it (-: the route is about no object)
# Made by: go test ./internal/app -run TestMatrix -update. Read every changed line before committing it.
`

func compareGolden(t *testing.T, cells []cell) {
	t.Helper()
	slices.SortStableFunc(cells, func(a, b cell) int { return strings.Compare(path(a.route), path(b.route)) })
	var b strings.Builder
	b.WriteString(goldenHead)
	last := ""
	for _, c := range cells {
		if c.route != last {
			fmt.Fprintf(&b, "\n## %s needs %s\n", c.route, c.need)
			last = c.route
		}
		b.WriteString(c.line() + "\n")
	}
	if *update {
		must(t, os.WriteFile(goldenFile, []byte(b.String()), 0o644))
		return
	}
	golden, err := os.ReadFile(goldenFile)
	must(t, err)
	got, want := strings.Split(b.String(), "\n"), strings.Split(string(golden), "\n")
	for _, l := range got {
		if !slices.Contains(want, l) {
			t.Errorf("not in the golden file: %s", l)
		}
	}
	for _, l := range want {
		if !slices.Contains(got, l) {
			t.Errorf("only in the golden file: %s", l)
		}
	}
}

// readGolden says which "route role" succeed on their own object.
func readGolden(t *testing.T) map[string]bool {
	t.Helper()
	b, err := os.ReadFile(goldenFile)
	must(t, err)
	ok := map[string]bool{}
	for line := range strings.Lines(string(b)) {
		f := strings.Split(line, "|")
		if len(f) == 4 && strings.HasPrefix(strings.TrimSpace(f[2]), "2") {
			ok[strings.TrimSpace(f[0])+" "+strings.TrimSpace(f[1])] = true
		}
	}
	return ok
}

// path sorts the methods of an address together.
func path(route string) string {
	method, address, _ := strings.Cut(route, " ")
	return address + " " + method
}

func newPolicy(t *testing.T) *access.Policy {
	t.Helper()
	p, err := access.NewPolicy(policies.Model, policies.Policy)
	must(t, err)
	return p
}
