package app_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/httpd"
	"xianfeng/internal/report"
	"xianfeng/internal/testdb"
)

// holder is a role with somebody who holds it and no other, and what lies within
// and outside of their reach.
type holder struct {
	role         string // of access.Roles or access.Seconded, or one of the two below
	login        string
	own, foreign string // keys of matrix.things
}

const (
	noSession = "no_session"
	signedIn  = "signed_in" // a session without any role
)

func holders() []holder {
	return []holder{
		{noSession, "", "branch0", "other unit"},
		{signedIn, "staff", "branch0", "other unit"},
		{"leading_group", "chief", "branch0", "other unit"},
		{"party_office", "office", "branch0", "other unit"},
		{"deputy_leader", "deputy", "department1", "department0"},
		{"department_head", "head", "department0", "department1"},
		{"branch_secretary", "secretary1", "branch0", "branch1"},
		{"committee_member", "committee1", "branch0", "branch1"},
		{"group_leader", "leader1", "group00", "group01"},
		{"member", "member1", "member1", "branch1"},
		{access.RoleTaskforceSecretary, "force0head", "force0", "force1"},
		{access.RoleTaskforceMember, "force0member", "force0", "force1"},
		{"system_admin", "sysadmin", "branch0", "other unit"},
		{"security_admin", "security", "branch0", "other unit"},
		{"security_auditor", "auditor", "branch0", "other unit"},
	}
}

// matrix is an office whose people hold one role each, with a second unit in the
// same database, frozen to be copied for each change.
type matrix struct {
	again   func(testing.TB) *bun.DB
	files   string
	things  map[string]things
	cookies map[string]string // by login
	office  *office
}

func newMatrix(t *testing.T) *matrix {
	t.Helper()
	d := testdb.New(t)
	m := &matrix{files: t.TempDir(), things: map[string]things{}, cookies: map[string]string{"": ""}}
	s := boot(t, d, m.files)
	o := newOffice(t, s, d)
	m.office = o
	o.Join(d, "force0head", "向北辰", 0)
	o.Join(d, "force0member", "云知微", 1)
	o.founded("2026-01-01")
	o.closable()
	department := func(i int) activity.OrganiserRef {
		return activity.OrganiserRef{Kind: "department", ID: o.Departments[i].ID}
	}
	group := func(i, j int) activity.OrganiserRef {
		return activity.OrganiserRef{Kind: "group", ID: o.Groups[i][j].ID}
	}
	for _, x := range []struct {
		key, person, came string
		place             activity.OrganiserRef
	}{
		{"branch0", "member1", "chief", branchOf(o, 0)}, {"branch1", "probationer", "leader2", branchOf(o, 1)},
		{"group00", "chief", "secretary1", group(0, 0)}, {"group01", "deputy", "committee1", group(0, 1)},
		{"department0", "leader1", "probationer", department(0)}, {"department1", "leader2", "secretary2", department(1)},
	} {
		made := o.make(x.place, x.key, x.person, x.came)
		made.issue = o.issue("office", "member-ledger", "member_ledger", report.Request{Person: made.person})
		m.things[x.key] = made
	}
	for _, x := range []struct {
		key, claimant, person string
		branch                int
		others                []string
	}{
		{"branch0", "member1", "member1", 0, []string{"deputy", "leader1"}}, {"branch1", "probationer", "probationer", 1, []string{"head", "leader2"}},
		{"group00", "leader1", "chief", 0, nil}, {"group01", "deputy", "deputy", 0, nil},
	} {
		m.things[x.key] = o.turn(m.things[x.key], x.key, x.claimant, x.person, x.branch, x.others...)
	}
	o.candidates(m.things, "branch0", "branch1", "group00", "group01")
	m.things["branch0"] = o.round(o.whole(m.things["branch0"]))
	// The first department has somebody above it, too, who owes it its morning meetings.
	must(t, grantTo(o, "leader2", "deputy_leader", o.Departments[0].ID))
	for _, x := range []struct {
		key, person, talker, stranger string
		askers                        []string
	}{
		{"branch0", "member1", "secretary1", "deputy", []string{"secretary1", "office"}}, {"branch1", "probationer", "secretary2", "probationer", []string{"secretary2"}},
		{"group00", "chief", "secretary1", "chief", []string{"leader1"}}, {"group01", "deputy", "secretary1", "deputy", []string{"office"}},
		{"department0", "leader1", "secretary1", "leader1", []string{"office"}}, {"department1", "leader2", "secretary2", "leader2", []string{"deputy"}},
	} {
		m.things[x.key] = o.scheduled(m.things[x.key], x.person, x.talker, x.stranger, x.askers...)
	}
	m.things["branch0"] = o.timetable(m.things["branch0"])
	for _, h := range holders() {
		if h.login != "" && o.Actor(h.login).Department != uuid.Nil {
			o.subscribes(h.login, false)
		}
	}
	by, scope := o.as("member1", "study", "note")
	_, err := o.app.Study.Save(t.Context(), by, scope, today.AddDays(-1), "读了一章")
	must(t, err)
	o.arranged(m.things)
	o.campaigns(m.things, map[string]camp{
		"branch0": {0, "secretary1", "force0head", "force0member", "member1"},
		"branch1": {1, "secretary2", "leader2", "secretary2", "probationer"},
	})
	o.projects(m.things, map[string]string{"force0": "branch0", "force1": "branch1"})
	o.pairsUp(m.things, "branch0", map[string]trio{"branch0": {"member1", "secretary1", "committee1"}, "branch1": {"probationer", "secretary2", "leader2"}})
	o.serves(m.things, "branch0", map[string][]string{"branch0": {"member1"}, "force0": {"force0head", "force0member"}})
	o.helped(m.things, map[string]string{"branch0": "member1", "branch1": "probationer"})
	m.things["other unit"] = secondUnit(t, s, d)
	m.things["member1"] = m.things["branch0"]
	for key, x := range m.things { // what belongs to the unit is foreign in another unit alone
		unit := m.things["branch0"]
		if key == "branch1" || key == "group01" || key == "force1" || key == "other unit" {
			unit = m.things["other unit"]
		}
		x.newcomer, x.gone, x.emptyBranch, x.outsider, x.imported, x.preview, x.scheme, x.rule =
			unit.newcomer, unit.gone, unit.emptyBranch, unit.outsider, unit.imported, unit.preview, unit.scheme, unit.rule
		x.circle = x.circle.within(unit.circle)
		x.calendars = x.calendars.within(unit.calendars)
		x.forces, x.pairs, x.service = x.forces.within(unit.forces), x.pairs.within(unit.pairs), x.service.within(unit.service)
		m.things[key] = x
	}
	for i, login := range []string{"secretary1", "secretary2"} {
		x := m.things[fmt.Sprint("branch", i)]
		x.issue = o.issue(login, "quarter-summary", "quarter_summary", report.Request{})
		m.things[fmt.Sprint("branch", i)] = x
	}
	for _, h := range holders() {
		if h.login == "" {
			continue
		}
		if h.role != "member" { // one role each, to see what each gives
			_, err := d.NewRaw(`UPDATE access_grants SET ended_at = now() WHERE unit_id = ? AND person_id = ? AND role = 'member'`,
				o.Unit, o.Person(h.login)).Exec(t.Context())
			must(t, err)
		}
		m.cookies[h.login] = s.signIn(h.login)
	}
	m.again = testdb.Freeze(t, d)
	return m
}

// secondUnit is another unit in the same database: what is foreign to somebody who
// may see their own whole.
func secondUnit(t *testing.T, s *site, d *bun.DB) things {
	t.Helper()
	o := newOffice(t, s, d)
	_, err := d.NewRaw(`UPDATE account_accounts SET login = 'other-' || login WHERE unit_id = ?`, o.Unit).Exec(t.Context())
	must(t, err)
	o.founded("2026-01-01")
	o.closable()
	x := o.turn(o.make(branchOf(o, 0), "邻院", "member1", "chief"), "邻院", "member1", "member1", 0, "deputy", "leader1")
	all := map[string]things{"": x}
	o.candidates(all, "")
	x = o.round(o.whole(all[""]))
	x.issue = o.issue("office", "quarter-summary", "quarter_summary", report.Request{})
	all[""] = o.timetable(o.scheduled(x, "member1", "secretary1", "deputy", "office"))
	o.arranged(all)
	o.campaigns(all, map[string]camp{"": {0, "secretary1", "committee1", "deputy", "member1"}})
	o.pairsUp(all, "", map[string]trio{"": {"member1", "secretary1", "committee1"}})
	o.serves(all, "", nil)
	o.helped(all, map[string]string{"": "member1"})
	return all[""]
}

// The whole of what roles may do, over one office whose people hold one role each.
func TestMatrix(t *testing.T) {
	t.Parallel()
	m := newMatrix(t)
	t.Run("permissions", m.testPermissions)
	t.Run("desk", m.testDesk)
	t.Run("no audit, no write", m.testNoAuditNoWrite)
	t.Run("nothing leaks", m.testLeaks)
}

// Every route × every role × own and foreign object gives the status that
// testdata/matrix.golden says. A route that is not in the table of requests fails.
func (m *matrix) testPermissions(t *testing.T) {
	var cells []cell
	for i := 0; ; {
		done := false
		t.Run("copy", func(t *testing.T) { // until a request changes something: then the next begins on a fresh copy
			s := boot(t, m.again(t), m.files)
			all := m.all(t, s.server.API.Routes())
			if i == 0 {
				cells = make([]cell, len(all)/2)
			}
			for ; i < len(all); i++ {
				x := all[i]
				c := &cells[i/2]
				c.route, c.need, c.role = x.route, x.need, x.holder.role
				if x.request == nil {
					continue
				}
				a := s.send(m.cookies[x.holder.login], *x.request)
				if *routesAsked != "" && a.status == 422 {
					t.Logf("%s as %s: %s", x.request, x.holder.role, a)
				}
				if a.status >= 400 {
					if _, err := a.problem(); err != nil {
						t.Errorf("%s as %s: %v", x.request, x.holder.role, err)
					}
				}
				if x.foreign {
					c.foreign = a.status
				} else {
					c.own = a.status
				}
				if a.status < 300 && writes(x.route) {
					if err := audited(t, s, a); err != nil {
						t.Errorf("%s as %s: %v", x.request, x.holder.role, err)
					}
					if !slices.Contains(harmless, x.route) {
						i++
						return
					}
				}
			}
			done = true
		})
		if done || t.Failed() {
			break
		}
	}
	if t.Failed() {
		return
	}
	checkCells(t, cells)
	if *routesAsked != "" {
		return
	}
	compareGolden(t, cells)
}

// request is a case of the matrix; the own object comes before the foreign one.
type request struct {
	route   string
	need    access.Need
	holder  holder
	foreign bool
	request *ask // nil: the route is about no object, so there is no foreign one
}

func (m *matrix) all(t *testing.T, routes []httpd.Route) []request {
	t.Helper()
	table := m.requests()
	var all []request
	for _, r := range routes {
		route := r.Method + " " + r.Path
		c, known := table[route]
		if *routesAsked != "" && !strings.Contains(route, *routesAsked) {
			delete(table, route)
			continue
		}
		if !known {
			t.Fatalf("%s is in no permission case: say in matrix_requests_test.go what is asked of it", route)
		}
		delete(table, route)
		for _, h := range holders() {
			mine, theirs := m.things[h.own], m.things[h.foreign]
			mine.login, theirs.login = h.login, h.login
			own := c.ask(mine)
			own.method = r.Method
			all = append(all, request{route, r.Need, h, false, &own})
			other := request{route, r.Need, h, true, nil}
			if c.object {
				foreign := c.ask(theirs)
				foreign.method = r.Method
				other.request = &foreign
			}
			all = append(all, other)
		}
	}
	slices.SortStableFunc(all, func(a, b request) int { return endsSession(a.route) - endsSession(b.route) })
	for route := range table {
		t.Errorf("%s is no route any more: take it out of matrix_requests_test.go", route)
	}
	return all
}

// endsSession puts last what takes a cookie or a password away.
func endsSession(route string) int {
	return slices.Index([]string{"POST /api/session/password", "DELETE /api/session"}, route)
}

// The lines that widen everybody's desk: who sees the whole office sees it counted.
func (m *matrix) testDesk(t *testing.T) {
	s := boot(t, m.again(t), m.files)
	for _, h := range holders() {
		if h.role == noSession {
			continue
		}
		var desk struct {
			Office struct{ People int } `json:"office"`
		}
		s.get(m.cookies[h.login], "/api/desk").into(t, &desk)
		if whole := h.role == "leading_group" || h.role == "party_office"; whole != (desk.Office.People > 0) {
			t.Errorf("%s counts %d people", h.role, desk.Office.People)
		}
	}
}

// Each role that can be granted has a holder here.
func TestMatrixHoldsEveryRole(t *testing.T) {
	t.Parallel()
	for _, r := range append(access.Roles(), access.Seconded()...) {
		if !slices.ContainsFunc(holders(), func(h holder) bool { return h.role == r.Code }) {
			t.Errorf("%s has no holder in the matrix", r.Code)
		}
	}
}
