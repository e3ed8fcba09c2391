package org

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
	"xianfeng/internal/testdb"
)

// keys signs people of the fixture in by their key.
type keys struct{ f testdb.Fixture }

func (k keys) Actor(_ context.Context, token string) (access.Actor, error) {
	if token == "" {
		return access.Actor{}, fault.New(fault.Unauthenticated, "请先登录")
	}
	return k.f.Actor(token), nil
}

// client speaks to the mounted routes.
type client struct {
	t      *testing.T
	server *httpd.Server
}

func newClient(t *testing.T) (*client, *desk, testdb.Fixture) {
	t.Helper()
	d := newDesk(t)
	f := testdb.Office(t, d.db)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	server, err := httpd.New(httpd.Config{Log: log}, d.db, httpd.NewGuard(d.db, keys{f}, d.policy, log))
	if err != nil {
		t.Fatal(err)
	}
	Mount(server.API, d.Service)
	return &client{t, server}, d, f
}

// call sends a request as key; body is JSON, or a form with its content type.
func (c *client) call(key, method, path string, body any, into any) int {
	c.t.Helper()
	var data io.Reader
	media := "application/json"
	switch b := body.(type) {
	case nil:
	case form:
		data, media = bytes.NewReader(b.data), b.media
	default:
		text, err := json.Marshal(b)
		if err != nil {
			c.t.Fatal(err)
		}
		data = bytes.NewReader(text)
	}
	req := httptest.NewRequest(method, path, data)
	req.Header.Set("Content-Type", media)
	req.AddCookie(&http.Cookie{Name: httpd.CookieName, Value: key})
	res, err := c.server.Fiber.Test(req, 60_000)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	switch to := into.(type) {
	case nil:
	case *[]byte:
		*to = answer
	default:
		reflect.ValueOf(into).Elem().SetZero() // what the answer leaves out is not what the last one said
		if err := json.Unmarshal(answer, into); err != nil {
			c.t.Fatalf("%s %s: %d %v in %.300s", method, path, res.StatusCode, err, answer)
		}
	}
	if res.StatusCode >= 400 && into == nil {
		c.t.Logf("%s %s: %d %.300s", method, path, res.StatusCode, answer)
	}
	return res.StatusCode
}

type form struct {
	data  []byte
	media string
}

func upload(t *testing.T, name string, data []byte, fields ...string) form {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(data); err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return form{b.Bytes(), w.FormDataContentType()}
}

func TestRoutes(t *testing.T) {
	c, d, f := newClient(t)
	member := f.Person("member1").String()
	var list struct {
		Items []Person
		Next  string
		Total int
	}
	if code := c.call("office", "GET", "/api/people?limit=5&sort=-name", nil, &list); code != 200 || len(list.Items) != 5 || list.Total != 12 || list.Next == "" {
		t.Errorf("list: %d, %d of %d", code, len(list.Items), list.Total)
	}
	if code := c.call("office", "GET", "/api/people?sort=password", nil, nil); code != 422 {
		t.Errorf("sorted by what is no column: %d", code)
	}
	var person PersonDetail
	if code := c.call("office", "GET", "/api/people/"+member, nil, &person); code != 200 || person.Name != "叶知秋" || person.Phone != "138****1010" {
		t.Errorf("person: %d %+v", code, person)
	}
	for key, want := range map[string]int{"secretary1": 200, "secretary2": 404, "member1": 200, "leader1": 404, "sysadmin": 403, "": 401} {
		if code := c.call(key, "GET", "/api/people/"+member, nil, nil); code != want {
			t.Errorf("%q reads member1: %d, want %d", key, code, want)
		}
	}
	var phone struct{ Phone string }
	if code := c.call("secretary1", "GET", "/api/people/"+member+"/phone", nil, &phone); code != 200 || phone.Phone != "13800001010" {
		t.Errorf("phone: %d %s", code, phone.Phone)
	}
	if n := d.count("SELECT count(*) FROM audit_entries WHERE action = 'people.reveal'"); n != 1 {
		t.Errorf("%d reveals in the audit", n)
	}
	var pick struct{ Items []PersonOption }
	if code := c.call("secretary1", "GET", "/api/people/pick?q=yzq", nil, &pick); code != 200 || len(pick.Items) != 1 || pick.Items[0].Name != "叶知秋" {
		t.Errorf("pick: %d %+v", code, pick)
	}

	if code := c.call("office", "POST", "/api/people", NewPerson{PersonInput: PersonInput{Name: "单小满", PoliticalStatus: PartyMember},
		Branch: f.Branches[0].ID, Group: f.Groups[0][1].ID, Department: f.Departments[0].ID, Position: "书记员", From: day("2026-03-01")}, &person); code != 201 {
		t.Fatalf("create: %d", code)
	}
	if person.Pinyin != "shanxiaoman" || person.Branch == nil || person.Group.Name != "第二党小组" || person.Position != "书记员" || person.RowVersion != 1 {
		t.Errorf("created: %+v", person)
	}
	id := person.ID.String()
	if code := c.call("secretary1", "POST", "/api/people", NewPerson{PersonInput: PersonInput{Name: "某人", PoliticalStatus: Masses}}, nil); code != 403 {
		t.Errorf("a secretary put somebody on the roll: %d", code)
	}
	edit := PersonEdit{PersonInput{Name: "单小满", PoliticalStatus: PartyMember, Education: "硕士研究生"}, 1}
	if code := c.call("office", "PUT", "/api/people/"+id, edit, &person); code != 200 || person.Education != "硕士研究生" || person.RowVersion != 2 {
		t.Errorf("edit: %d %+v", code, person)
	}
	var problem struct{ Code, Detail string }
	if code := c.call("office", "PUT", "/api/people/"+id, edit, &problem); code != 409 || !strings.Contains(problem.Detail, "刷新") {
		t.Errorf("edit of an old version: %d %+v", code, problem)
	}
	for _, step := range []struct {
		path string
		body any
	}{
		{"/branch", BranchMove{f.Branches[1].ID, f.Groups[1][0].ID, day("2026-06-01")}},
		{"/department", DepartmentMove{f.Departments[1].ID, day("2026-06-01")}},
		{"/positions", NewPosition{Kind: "committee_member", Title: "宣传委员", From: day("2026-06-01")}},
		{"/exemptions", NewExemption{Reason: "借调", From: day("2026-07-01"), To: day("2026-09-30")}},
	} {
		if code := c.call("office", "POST", "/api/people/"+id+step.path, step.body, &person); code != 200 {
			t.Fatalf("%s: %d", step.path, code)
		}
	}
	if person.Branch.Name != "第二党支部" || len(person.Memberships) != 2 || len(person.Departments) != 2 || person.PartyPost != "宣传委员" || len(person.Exemptions) != 1 {
		t.Errorf("moved: %+v", person)
	}
	if person.Memberships[1].To != day("2026-05-31") {
		t.Errorf("the earlier membership ends %s", person.Memberships[1].To)
	}
	if code := c.call("office", "POST", "/api/people/"+id+"/positions/"+person.Positions[0].ID.String()+"/end", LastDay{day("2026-10-31")}, &person); code != 200 || person.PartyPost != "" {
		t.Errorf("dismissed: %d %+v", code, person.Positions)
	}
	if code := c.call("office", "POST", "/api/people/"+id+"/leave", LastDay{day("2026-11-20")}, &person); code != 200 || person.LeftOn.IsZero() {
		t.Errorf("leave: %d", code)
	}
	if code := c.call("office", "POST", "/api/people/"+id+"/branch", BranchMove{f.Branches[0].ID, f.Groups[0][0].ID, day("2026-11-23")}, nil); code != 422 {
		t.Errorf("moved after leaving: %d", code)
	}
	if code := c.call("office", "POST", "/api/people/"+id+"/return", nil, &person); code != 200 || person.Branch == nil || !person.LeftOn.IsZero() {
		t.Errorf("return: %d %+v", code, person)
	}

	var tree Places
	if code := c.call("member1", "GET", "/api/places", nil, &tree); code != 200 || len(tree.Branches) != 2 || len(tree.Branches[0].Groups) != 2 || tree.People != 13 || tree.Branches[0].Leader != "白一帆" {
		t.Errorf("places: %d %+v", code, tree)
	}
	var made struct{ ID string }
	if code := c.call("office", "POST", "/api/places", NewPlace{Kind: Group, Name: "第三党小组", Branch: f.Branches[0].ID}, &made); code != 201 {
		t.Errorf("new group: %d", code)
	}
	if code := c.call("office", "POST", "/api/places", NewPlace{Kind: Group, Name: "第三党小组", Branch: f.Branches[0].ID}, nil); code != 409 {
		t.Errorf("the same group again: %d", code)
	}
	if code := c.call("office", "PUT", "/api/places/group/"+made.ID, PlaceName{Name: "青年党小组"}, &tree); code != 200 || tree.Branches[0].Groups[2].Name != "青年党小组" {
		t.Errorf("rename: %d", code)
	}
	if code := c.call("office", "POST", "/api/places/group/"+made.ID+"/close", LastDay{day("2026-11-23")}, nil); code != 200 {
		t.Errorf("close: %d", code)
	}
	if code := c.call("office", "POST", "/api/places/branch/"+f.Branches[0].ID.String()+"/close", LastDay{day("2026-11-23")}, nil); code != 422 {
		t.Errorf("a branch with people closed: %d", code)
	}

	set := DefaultSettings()
	set.LateAfterDays = 5
	if code := c.call("office", "PUT", "/api/settings", set, nil); code != 200 {
		t.Errorf("settings: %d", code)
	}
	var got UnitSettings
	if code := c.call("sysadmin", "GET", "/api/settings", nil, &got); code != 200 || got != set {
		t.Errorf("settings: %d %+v", code, got)
	}
}

func TestImportRoutes(t *testing.T) {
	c, d, _ := newClient(t)
	var imp Import
	if code := c.call("office", "POST", "/api/people/imports", upload(t, "花名册.xlsx", file(t, "roster-errors.xlsx"), "effective_from", "2026-07-01", "no_create_places", "false"), &imp); code != 201 {
		t.Fatalf("upload: %d", code)
	}
	if imp.FileName != "花名册.xlsx" || imp.EffectiveFrom != day("2026-07-01") || imp.Counts.Bad != 8 || !imp.CreatePlaces {
		t.Errorf("preview: %+v", imp)
	}
	var page ImportPage
	if code := c.call("office", "GET", "/api/people/imports/"+imp.ID.String()+"?limit=10", nil, &page); code != 200 || len(page.Items) != 10 || page.Next != "10" || page.Total != 30 {
		t.Errorf("page: %d, %d rows, next %s of %d", code, len(page.Items), page.Next, page.Total)
	}
	var book []byte
	if code := c.call("office", "GET", "/api/people/imports/"+imp.ID.String()+"/bad-rows", nil, &book); code != 200 || !bytes.HasPrefix(book, []byte("PK")) {
		t.Errorf("bad rows: %d", code)
	}
	path := "/api/people/imports/" + imp.ID.String()
	if code := c.call("office", "POST", path+"/confirm", ImportConfirm{CreatePlaces: true}, nil); code != 422 {
		t.Errorf("confirmed with bad rows: %d", code)
	}
	if code := c.call("secretary1", "POST", path+"/confirm", ImportConfirm{CreatePlaces: true, GoodRowsOnly: true}, nil); code != 403 {
		t.Errorf("confirmed by a secretary: %d", code)
	}
	if code := c.call("office", "POST", path+"/confirm", ImportConfirm{CreatePlaces: true, GoodRowsOnly: true, Plan: imp.Plan}, &imp); code != 200 || imp.Counts.New != 22 {
		t.Errorf("confirm: %d %+v", code, imp.Counts)
	}
	var list struct{ Items []Import }
	if code := c.call("office", "GET", "/api/people/imports", nil, &list); code != 200 || len(list.Items) != 1 || !list.Items[0].Undoable || list.Items[0].EffectiveFrom != day("2026-07-01") {
		t.Errorf("list: %d %+v", code, list)
	}
	if code := c.call("office", "POST", path+"/undo", nil, &imp); code != 200 || imp.State != "undone" {
		t.Errorf("undo: %d %+v", code, imp)
	}
	if n := d.count("SELECT count(*) FROM org_people WHERE on_roll"); n != 12 {
		t.Errorf("%d people after the undo", n)
	}
	if code := c.call("office", "POST", "/api/people/imports", form{[]byte("--x--"), "multipart/form-data; boundary=x"}, nil); code != 422 {
		t.Errorf("no file: %d", code)
	}
	var template, export []byte
	if code := c.call("office", "GET", "/api/people/template", nil, &template); code != 200 || !bytes.HasPrefix(template, []byte("PK")) {
		t.Errorf("template: %d", code)
	}
	if code := c.call("office", "GET", "/api/people/export", nil, &export); code != 200 || !bytes.HasPrefix(export, []byte("PK")) {
		t.Errorf("export: %d", code)
	}
}
