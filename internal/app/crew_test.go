package app_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/report"
	"xianfeng/internal/taskforce"
	"xianfeng/internal/testdb"
)

// crew is an office that seconds 21 people of three branches, and one of none, to an
// action branch, everything over HTTP.
type crew struct {
	*office
	third   testdb.Place            // a branch besides those of the fixture
	people  []uuid.UUID             // secretary1, who heads it, first
	homes   map[uuid.UUID]uuid.UUID // branch by person; of one none
	id      uuid.UUID               // of the taskforce
	cookies map[string]string       // of today
}

// crewKeys are those of the fixture in the action branch.
var crewKeys = []string{"secretary1", "member1", "committee1", "leader1", "deputy", "secretary2", "leader2", "head", "probationer", "staff"}

func newCrew(t *testing.T) *crew {
	t.Helper()
	d := testdb.New(t)
	s := boot(t, d, t.TempDir())
	c := &crew{office: newOffice(t, s, d), homes: map[uuid.UUID]uuid.UUID{}, third: testdb.Place{ID: db.NewID(), Name: "第三党支部"}}
	must(t, db.Transact(t.Context(), d, func(ctx context.Context, tx bun.Tx) error { return taskforce.Seed(ctx, tx, c.Unit) }))
	for _, key := range crewKeys {
		a := c.Actor(key)
		c.people, c.homes[a.Person] = append(c.people, a.Person), a.Branch
	}
	group := db.NewID()
	c.exec(`INSERT INTO org_branches (unit_id, id, name, ord) VALUES (?, ?, ?, 3)`, c.Unit, c.third.ID, c.third.Name)
	c.exec(`INSERT INTO org_groups (unit_id, id, branch_id, name, ord) VALUES (?, ?, ?, '第一党小组', 1)`, c.Unit, group, c.third.ID)
	for i := range 11 {
		branch, in := c.third.ID, group
		if i >= 5 {
			branch, in = c.Branches[i%2].ID, c.Groups[i%2][0].ID
		}
		id := db.NewID()
		c.exec(`INSERT INTO org_people (unit_id, id, name, pinyin, initials, political_status, development_stage, joined_party_on, full_member_on)
			VALUES (?, ?, ?, ?, 'dy', 'party_member', 'full', '2010-07-01', '2011-07-01')`, c.Unit, id, fmt.Sprintf("党员%02d", i), fmt.Sprintf("dangyuan%02d", i))
		c.exec(`INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, group_id, valid_from) VALUES (?, ?, ?, ?, ?, '2020-01-01')`, c.Unit, db.NewID(), id, branch, in)
		c.exec(`INSERT INTO org_department_memberships (unit_id, id, person_id, department_id, valid_from) VALUES (?, ?, ?, ?, '2020-01-01')`, c.Unit, db.NewID(), id, c.Departments[0].ID)
		c.people, c.homes[id] = append(c.people, id), branch
	}
	c.signsIn()
	return c
}

func (c *crew) exec(text string, args ...any) {
	c.t.Helper()
	_, err := c.app.DB.NewRaw(text, args...).Exec(c.t.Context())
	must(c.t, err)
}

// signsIn opens everybody's session anew: they end when the clock is moved.
func (c *crew) signsIn() {
	c.t.Helper()
	c.cookies = map[string]string{}
	for _, key := range append([]string{"chief", "office"}, crewKeys...) {
		c.cookies[key] = c.signIn(key)
	}
}

// branches are all of the office.
func (c *crew) branches() []testdb.Place {
	return []testdb.Place{c.Branches[0], c.Branches[1], c.third}
}

// of counts those in the action branch whose home is a branch.
func (c *crew) of(branch uuid.UUID) (n int) {
	for home := range maps.Values(c.homes) {
		if home == branch {
			n++
		}
	}
	return n
}

// do asks as somebody, and reads the answer into v, which may be nil.
func (c *crew) do(key string, a ask, v any) {
	c.t.Helper()
	got := c.send(c.cookies[key], a)
	if got.status >= 300 {
		c.t.Fatalf("%s %s: %s", key, a, got)
	}
	if v != nil {
		got.into(c.t, v)
	}
}

func (c *crew) detail() (d taskforce.Detail) {
	c.t.Helper()
	c.do("office", get("/api/taskforces/"+c.id.String()), &d)
	return d
}

// proposes sets the action branch up, approved: nobody is in it yet.
func (c *crew) proposes() {
	c.t.Helper()
	var made struct {
		ID uuid.UUID `json:"id"`
	}
	c.do("office", post("/api/taskforces", fields{"kind": "action_branch", "name": "检卫行动党支部", "purpose": "护航卫生健康", "from": today}), &made)
	c.id = made.ID
	c.do("chief", post("/api/taskforces/"+c.id.String()+"/approval", fields{"approval_no": "滨检党〔2026〕9号", "approved_on": today, "version": c.detail().Taskforce.Version}), nil)
}

// seconds puts the 21 into it and lets it begin.
func (c *crew) seconds() {
	c.t.Helper()
	people := make([]fields, len(c.people))
	for i, p := range c.people {
		people[i] = fields{"person_id": p, "office": "member", "from": today}
	}
	people[0]["office"] = "secretary"
	c.do("office", post("/api/taskforces/"+c.id.String()+"/staff", fields{"people": people}), nil)
	c.do("office", post("/api/taskforces/"+c.id.String()+"/activation", fields{"version": c.detail().Taskforce.Version}), nil)
}

// report reads a report of the quarter of the tests as the office sees it, with all of
// its rows; branch narrows it, uuid.Nil does not.
func (c *crew) report(kind string, branch, sheet uuid.UUID) (p report.Preview) {
	c.t.Helper()
	path := fmt.Sprintf("/api/reports/%s?quarter=2026Q4&limit=1000", kind)
	if branch != uuid.Nil {
		path += "&branch=" + branch.String()
	}
	if sheet != uuid.Nil {
		path += "&sheet=" + sheet.String()
	}
	c.do("office", get(path), &p)
	if p.RowsCount != len(p.Rows) && kind != "member-ledger" {
		c.t.Fatalf("%s has %d rows, and gave %d", kind, p.RowsCount, len(p.Rows))
	}
	return p
}

// cell is a cell of a report's row by the column's key.
func cellOf(t testing.TB, p report.Preview, row int, key string) any {
	t.Helper()
	i := slices.IndexFunc(p.Columns, func(col report.PreviewColumn) bool { return col.Key == key })
	if i < 0 || row >= len(p.Rows) {
		t.Fatalf("%s has no row %d with %q", p.Title, row, key)
	}
	return p.Rows[row].Cells[i]
}
