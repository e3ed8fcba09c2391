package archtest

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// edge is what one package may import of ours, beyond the standard library and
// third parties. Test files are free of it: a test may set the scene with what
// it needs.
type edge struct {
	may    []string
	reason string
}

// ground is the ground floor, top first. Each may know those below it, because
// what counts (points) rests on who (org, account), and nothing below may ask
// what it is used for.
var ground = []string{"activity", "points", "notice", "org", "account", "file", "audit"}

// below gives the ground floor under a capability.
func below(name string) []string { return ground[slices.Index(ground, name)+1:] }

// tools are what every capability stands on: who acts, the database, errors, days.
var tools = []string{"access", "db", "fault", "calendar"}

func capability(reason string, may ...string) edge {
	return edge{slices.Concat(tools, []string{"httpd", "sheet"}, may), reason}
}

// edges is the whole of who may know whom. A package that is not here fails the
// test: a new one says here what it stands on, and why.
var edges = map[string]edge{
	"migrations": {nil, "SQL alone"},
	"policies":   {nil, "text alone"},
	"web":        {nil, "the built user interface alone"},

	"internal/fault":    {nil, "the error type is known by all and knows nobody"},
	"internal/calendar": {nil, "days are pure: no database, no request"},
	"internal/db":       {[]string{"fault", "migrations"}, "translates PostgreSQL's errors into faults and brings the schema up"},
	"internal/localpg":  {nil, "a child process; which schema it serves is not its business"},
	"internal/schedule": {[]string{"calendar"}, "puts appointments on days; what they are about is not its business"},
	"internal/keyring":  {[]string{"db", "fault"}, "keys outside the database; what they seal is handed to it as bytes"},
	"internal/sheet":    {[]string{"calendar", "fault"}, "workbooks are made of rows and days; it must not learn what a ledger is"},
	"internal/access":   {[]string{"db", "fault", "calendar", "policies"}, "decides for every capability, so it can rest on none"},
	"internal/testdb":   {[]string{"access", "calendar", "db", "fault", "localpg", "migrations"}, "every capability's tests use it, so it can use none of them"},
	"internal/httpd":    {[]string{"access", "db", "fault", "calendar", "audit", "idempotency", "web"}, "carries every capability's routes, so it can know none; sign-in comes to it as an interface. It records refusals and reads through audit"},

	"internal/idempotency": {[]string{"access", "db"}, "one request, one effect: audit reserves the key in each write, httpd replays the answer"},

	"internal/audit":    capability("everything records into it, so it can know nothing above", append(below("audit"), "idempotency")...),
	"internal/file":     capability("bytes by hash, whoever they belong to", below("file")...),
	"internal/account":  capability("who may sign in; which branch they are of is org's, and reaches it as data", below("account")...),
	"internal/org":      capability("people and places, before anything happened to them", below("org")...),
	"internal/notice":   capability("tells people; what about is handed to it", below("notice")...),
	"internal/points":   capability("counts; that meetings exist is not known here, a source is a kind and an id", below("points")...),
	"internal/activity": capability("what happened; posts through points.Post in its own transaction", below("activity")...),

	"internal/claim":     capability("a doer: what a claim earns goes through points.Post, what it is put up for through notice", ground[1:]...),
	"internal/selection": capability("a doer: reads kept totals, puts candidates on notice, awards honours", ground[1:]...),

	"internal/talk":  capability("a doer: who talks with whom and when; what is said is sealed by keyring; what other capabilities know reaches it as occasions", append([]string{"keyring", "schedule"}, ground[2:]...)...),
	"internal/study": capability("a doer: notes for oneself alone, sealed by keyring", append([]string{"keyring"}, ground[3:]...)...),

	"internal/mentoring": capability("a doer: who mentors whom, and what they make of it; plans lie on notice", ground[2:]...),
	"internal/taskforce": capability("a doer: opens projects and seconds people through org; what it holds are activities, which it reads for its bundle", ground...),
	"internal/volunteer": capability("a doer: sign-ups become one record through activity.Enter; hours lie on notice", ground...),

	"internal/duty":     capability("a reader: reckons from records who owes what; of its own it keeps the list of duties, excuses and plans", ground...),
	"internal/feed":     capability("a reader: somebody's own calendar; what stands in it is handed over by its owners", ground[3:]...),
	"internal/life":     capability("a reader: all of one person that the viewer may see, on one time line", ground...),
	"internal/fairness": capability("a reader: how evenly points fall", ground...),
	"internal/report":   capability("a reader: selects across tables through Scope, writes its own issues only; duties as duty reckons them", append([]string{"duty"}, ground...)...),
	"internal/desk":     capability("a reader: what waits for me, the duties of it as duty reckons them", append([]string{"duty"}, ground...)...),

	"internal/app":      {[]string{"*"}, "builds each service once, so it alone knows all, and plays the demo office through them"},
	"cmd/xianfeng":      {[]string{"*"}, "thin: reads the command line and hands over"},
	"internal/archtest": {nil, "reads source text only"},
	"cmd/bench":         {[]string{"*"}, "measures the whole from outside; nothing imports it"},
}

type importer struct {
	what   string
	only   []string // packages, or "*_test.go"
	reason string
}

func (r importer) admits(s source) bool {
	return slices.ContainsFunc(r.only, func(who string) bool {
		return who == "*_test.go" && s.isTest() || s.pkg() == who || strings.HasSuffix(who, "/") && strings.HasPrefix(s.path, who)
	})
}

// importers are packages that only some may import, whoever else is allowed all.
var importers = []importer{
	{"internal/app", []string{"cmd/", "*_test.go"}, "the whole is assembled in one place and used from the command line; tests end to end boot the same app.New"},
	{"internal/testdb", []string{"internal/testdb", "cmd/bench", "*_test.go"}, "test scaffolding does not belong in the binary"},
	{"internal/localpg", []string{"cmd/", "internal/app", "internal/testdb", "cmd/bench", "*_test.go"}, "where PostgreSQL comes from is decided at start; a request never knows"},
	{"policies", []string{"internal/access", "internal/app", "cmd/bench", "*_test.go"}, "one place decides: app hands the files to access, and nobody else reads them"},
	{"migrations", []string{"internal/db", "internal/testdb", "*_test.go"}, "one place changes the schema"},
}

// httpLayers are known by httpd and http.go files alone, so that a use case can be
// called from the command line, a job or a test exactly as from a page.
var httpLayers = []string{"github.com/gofiber/", "github.com/valyala/fasthttp", "github.com/danielgtaylor/huma/"}

// banned are third parties that would bring back what the house left behind.
var banned = map[string]string{
	"github.com/pkg/errors":          "errors are wrapped with %w",
	"github.com/stretchr/testify":    "tests are plain Go tables",
	"github.com/DATA-DOG/go-sqlmock": "tests run on real PostgreSQL",
	"gorm.io/":                       "queries are built by bun, in store files",
}

func checkImports(s source) []string {
	var bad []string
	own, listed := edges[s.pkg()]
	if !listed {
		bad = append(bad, fmt.Sprintf("%s: package %s is not in the table of edges (internal/archtest/imports_test.go): say what it stands on, and why", s.path, s.pkg()))
	}
	for p := range s.imports() {
		for prefix, why := range banned {
			if strings.HasPrefix(p, prefix) {
				bad = append(bad, fmt.Sprintf("%s imports %s: %s", s.path, p, why))
			}
		}
		if isHTTP(p) && s.name() != "httpd" && !s.is("http") && !s.isTest() {
			bad = append(bad, fmt.Sprintf("%s imports %s: only httpd and http.go files know HTTP, so that a use case can be called from anywhere", s.path, p))
		}
		what, ours := strings.CutPrefix(p, module+"/")
		if !ours {
			continue
		}
		if what == "internal/httpd" && !s.is("http") && s.name() != "app" && !s.isTest() && !strings.HasPrefix(s.path, "cmd/") {
			bad = append(bad, fmt.Sprintf("%s imports httpd: only http.go files know HTTP, so that a use case can be called from anywhere", s.path))
		}
		if !s.isTest() && listed && !own.allows(what) {
			bad = append(bad, fmt.Sprintf("%s imports %s, but %s may not: %s", s.path, what, s.pkg(), own.reason))
		}
		for _, r := range importers {
			if what == r.what && !r.admits(s) {
				bad = append(bad, fmt.Sprintf("%s imports %s: %s", s.path, what, r.reason))
			}
		}
	}
	return bad
}

func isHTTP(p string) bool {
	return slices.ContainsFunc(httpLayers, func(l string) bool { return strings.HasPrefix(p, l) })
}

func (e edge) allows(what string) bool {
	name := path.Base(what)
	if slices.Contains(e.may, "!"+name) {
		return false
	}
	return slices.Contains(e.may, "*") || slices.Contains(e.may, name)
}
