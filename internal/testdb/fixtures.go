package testdb

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

// Password opens every account of Office.
const Password = "binhe-office-2026"

// passwordHash is Password under argon2id (19 MiB, t=2, p=1), computed once: it
// would cost each test 15 × 23 ms.
const passwordHash = "$argon2id$v=19$m=19456,t=2,p=1$eGlhbmZlbmctZml4dHVyZQ$wIAA2vr5TvFdcPyMjCjdUuDIgoHffbT4/xgPqmREQws"

// since is when everything in the office begins to be in force.
const since = "2020-01-01"

// Place is a department, branch or group of the fixture.
type Place struct {
	ID   uuid.UUID
	Name string
}

// Fixture is a small invented office: 滨河区人民检察院 with 2 departments, 2 branches
// of 2 groups each, and 12 people on its roll (10 full members, 1 probationary, 1
// no Party member). Besides there are three administrators from outside, who are in
// no list or count. Everybody has an account whose login is the key, and Password.
//
//	key          role                         department  branch  group
//	chief        leading_group                0           0       0,0
//	office       party_office                 0           1       1,0
//	deputy       deputy_leader, department 1  1           0       0,1
//	head         department_head, department 0  0         1       1,1
//	secretary1   branch_secretary, branch 0   0           0       0,0
//	secretary2   branch_secretary, branch 1   1           1       1,0
//	committee1   committee_member, branch 0   1           0       0,1
//	leader1      group_leader, group 0,0      0           0       0,0
//	leader2      group_leader, group 1,0      1           1       1,0
//	member1                                   1           0       0,1
//	probationer                               0           1       1,1
//	staff        no Party member              1           –       –
//	sysadmin     system_admin                 outside
//	security     security_admin               outside
//	auditor      security_auditor             outside
//
// The twelve are `member` besides.
type Fixture struct {
	Unit        uuid.UUID
	UnitName    string
	Departments [2]Place
	Branches    [2]Place
	Groups      [2][2]Place // by branch

	t      testing.TB
	actors map[string]access.Actor
}

// Actor is who the key's person is when signed in, as a request would carry it.
func (f Fixture) Actor(key string) access.Actor {
	f.t.Helper()
	a, ok := f.actors[key]
	if !ok {
		f.t.Fatalf("testdb: the office has nobody called %q", key)
	}
	a.RequestID = "test"
	return a
}

// Person is the key's id on the roll.
func (f Fixture) Person(key string) uuid.UUID {
	f.t.Helper()
	return f.Actor(key).Person
}

// Keys lists everybody, in the order of the table above.
func (f Fixture) Keys() []string {
	keys := make([]string, 0, len(roll)+len(outsiders))
	for _, p := range append(append([]someone{}, roll...), outsiders...) {
		keys = append(keys, p.key)
	}
	return keys
}

// Join adds somebody of a department, without a Party branch and without a role, who
// signs in by the key. Keys does not list them.
func (f Fixture) Join(on bun.IDB, key, name string, department int) {
	f.t.Helper()
	w := writer{ctx: context.Background()}
	err := on.RunInTx(w.ctx, nil, func(ctx context.Context, tx bun.Tx) error {
		w.tx = tx
		f.writePerson(&w, someone{key: key, name: name, sex: "female", department: department, branch: nowhere, group: nowhere}, len(f.actors), true)
		return w.err
	})
	if err != nil {
		f.t.Fatalf("testdb: %s joins: %v", key, err)
	}
}

// nowhere marks somebody without a department, branch or group.
const nowhere = -1

type someone struct {
	key, name, pinyin, initials string
	sex                         string
	department, branch, group   int
	role                        string // besides member
	position, title             string // a Party post, and what it is called
}

var roll = []someone{
	{"chief", "江远山", "jiangyuanshan", "jys", "male", 0, 0, 0, "leading_group", "administrative", "检察长"},
	{"office", "柳青禾", "liuqinghe", "lqh", "female", 0, 1, 0, "party_office", "administrative", "机关党委专职副书记"},
	{"deputy", "贺长林", "hechanglin", "hcl", "male", 1, 0, 1, "deputy_leader", "administrative", "副检察长"},
	{"head", "单若兰", "shanruolan", "srl", "female", 0, 1, 1, "department_head", "administrative", "部门负责人"},
	{"secretary1", "白一帆", "baiyifan", "byf", "male", 0, 0, 0, "branch_secretary", "secretary", "支部书记"},
	{"secretary2", "唐文静", "tangwenjing", "twj", "female", 1, 1, 0, "branch_secretary", "secretary", "支部书记"},
	{"committee1", "秦嘉树", "qinjiashu", "qjs", "male", 1, 0, 1, "committee_member", "committee_member", "组织委员"},
	{"leader1", "罗海宁", "luohaining", "lhn", "female", 0, 0, 0, "group_leader", "group_leader", "党小组长"},
	{"leader2", "方明远", "fangmingyuan", "fmy", "male", 1, 1, 0, "group_leader", "group_leader", "党小组长"},
	{"member1", "叶知秋", "yezhiqiu", "yzq", "female", 1, 0, 1, "", "", ""},
	{"probationer", "欧阳晓", "ouyangxiao", "oyx", "male", 0, 1, 1, "", "", ""},
	{"staff", "曾小满", "zengxiaoman", "zxm", "female", 1, nowhere, nowhere, "", "", ""},
}

var outsiders = []someone{
	{key: "sysadmin", name: "系统管理员", role: "system_admin", department: nowhere, branch: nowhere},
	{key: "security", name: "安全管理员", role: "security_admin", department: nowhere, branch: nowhere},
	{key: "auditor", name: "审计员", role: "security_auditor", department: nowhere, branch: nowhere},
}

// Office inserts the fixture by SQL alone, so that a capability's tests need no
// other capability's code.
func Office(t testing.TB, on bun.IDB) Fixture {
	t.Helper()
	f := Fixture{Unit: db.NewID(), UnitName: "滨河区人民检察院", t: t, actors: map[string]access.Actor{}}
	for i, name := range []string{"政治部", "第一检察部"} {
		f.Departments[i] = Place{db.NewID(), name}
	}
	for i, name := range []string{"第一党支部", "第二党支部"} {
		f.Branches[i] = Place{db.NewID(), name}
		for j, group := range []string{"第一党小组", "第二党小组"} {
			f.Groups[i][j] = Place{db.NewID(), group}
		}
	}
	err := on.RunInTx(context.Background(), nil, func(ctx context.Context, tx bun.Tx) error {
		w := writer{ctx: ctx, tx: tx}
		f.writePlaces(&w)
		for i, p := range roll {
			f.writePerson(&w, p, i, true)
		}
		for i, p := range outsiders {
			f.writePerson(&w, p, len(roll)+i, false)
		}
		return w.err
	})
	if err != nil {
		t.Fatalf("testdb: office: %v", err)
	}
	return f
}

// writer inserts rows until the first error, which it keeps.
type writer struct {
	ctx context.Context
	tx  bun.Tx
	err error
}

func (w *writer) insert(table, columns string, values ...any) {
	if w.err != nil {
		return
	}
	marks := strings.TrimSuffix(strings.Repeat("?, ", len(values)), ", ")
	_, err := w.tx.NewRaw("INSERT INTO "+table+" ("+columns+") VALUES ("+marks+")", values...).Exec(w.ctx)
	if err != nil {
		w.err = fmt.Errorf("%s: %w", table, err)
	}
}

func (f Fixture) writePlaces(w *writer) {
	w.insert("org_units", "id, name", f.Unit, f.UnitName)
	for i, d := range f.Departments {
		w.insert("org_departments", "unit_id, id, name, ord", f.Unit, d.ID, d.Name, i+1)
	}
	for i, b := range f.Branches {
		w.insert("org_branches", "unit_id, id, name, ord", f.Unit, b.ID, b.Name, i+1)
		for j, g := range f.Groups[i] {
			w.insert("org_groups", "unit_id, id, branch_id, name, ord", f.Unit, g.ID, b.ID, g.Name, j+1)
		}
	}
}

func (f Fixture) writePerson(w *writer, p someone, ord int, onRoll bool) {
	a := access.Actor{
		Unit: f.Unit, UnitName: f.UnitName, Account: db.NewID(), Login: p.key,
		Person: db.NewID(), Name: p.name,
	}
	if !onRoll {
		w.insert("org_people", "unit_id, id, name, on_roll", f.Unit, a.Person, p.name, false)
	} else {
		f.writeRollRow(w, p, a.Person, ord)
		a.Department = f.Departments[p.department].ID
		w.insert("org_department_memberships", "unit_id, id, person_id, department_id, valid_from",
			f.Unit, db.NewID(), a.Person, a.Department, since)
		a.Grants = append(a.Grants, access.Grant{Role: "member", PlaceKind: "unit", PlaceName: f.UnitName})
	}
	if p.branch != nowhere {
		a.Branch, a.Group = f.Branches[p.branch].ID, f.Groups[p.branch][p.group].ID
		w.insert("org_party_memberships", "unit_id, id, person_id, branch_id, group_id, valid_from",
			f.Unit, db.NewID(), a.Person, a.Branch, a.Group, since)
	}
	f.writePosition(w, p, a)
	if p.role != "" {
		a.Grants = append(a.Grants, f.grant(p))
	}
	w.insert("account_accounts", "unit_id, id, person_id, login, password_hash",
		f.Unit, a.Account, a.Person, p.key, passwordHash)
	for _, g := range a.Grants {
		w.insert("access_grants", "unit_id, id, person_id, role, place_kind, place_id, valid_from",
			f.Unit, db.NewID(), a.Person, g.Role, g.PlaceKind, uuid.NullUUID{UUID: g.PlaceID, Valid: g.PlaceID != uuid.Nil}, since)
	}
	f.actors[p.key] = a
}

func (f Fixture) writeRollRow(w *writer, p someone, id uuid.UUID, ord int) {
	status, stage, joined, full := "party_member", "full", any("2008-07-01"), any("2009-07-01")
	switch p.key {
	case "probationer":
		// Probation lasts one year at least; this one stays on it, so that
		// tests of any date find a member without a vote.
		status, stage, joined, full = "probationary_member", "probationary", "2019-12-01", nil
	case "staff":
		status, stage, joined, full = "masses", "none", nil, nil
	}
	w.insert("org_people", "unit_id, id, staff_no, name, pinyin, initials, sex, birth_on, nation, education, phone, "+
		"political_status, development_stage, joined_party_on, full_member_on, started_work_on",
		f.Unit, id, fmt.Sprintf("BH%03d", ord+1), p.name, p.pinyin, p.initials, p.sex,
		fmt.Sprintf("%d-03-%02d", 1975+ord, ord+1), "汉族", "大学本科", fmt.Sprintf("1380000%04d", 1001+ord),
		status, stage, joined, full, "2006-08-01")
}

func (f Fixture) writePosition(w *writer, p someone, a access.Actor) {
	if p.position == "" {
		return
	}
	var branch, group any
	if p.position != "administrative" {
		branch = a.Branch
	}
	if p.position == "group_leader" {
		group = a.Group
	}
	w.insert("org_positions", "unit_id, id, person_id, kind, title, branch_id, group_id, valid_from",
		f.Unit, db.NewID(), a.Person, p.position, p.title, branch, group, since)
}

// grant is the role besides member, at the place of its kind where the person
// works.
func (f Fixture) grant(p someone) access.Grant {
	g := access.Grant{Role: p.role, PlaceKind: "unit", PlaceName: f.UnitName}
	var place Place
	switch p.role {
	case "deputy_leader", "department_head":
		g.PlaceKind, place = "department", f.Departments[p.department]
	case "branch_secretary", "committee_member":
		g.PlaceKind, place = "branch", f.Branches[p.branch]
	case "group_leader":
		g.PlaceKind, place = "group", f.Groups[p.branch][p.group]
	default:
		return g
	}
	g.PlaceID, g.PlaceName = place.ID, place.Name
	return g
}
