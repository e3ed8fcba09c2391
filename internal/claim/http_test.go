package claim

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

// signed is sign-in by name: the cookie holds the key of the office's person.
type signed struct{ o *office }

func (s signed) Actor(_ context.Context, token string) (access.Actor, error) {
	if token == "" {
		return access.Actor{}, fault.New(fault.Unauthenticated, "请先登录")
	}
	return s.o.Actor(token), nil
}

type client struct {
	*office
	server *httpd.Server
}

func newClient(t *testing.T) client {
	t.Helper()
	o := newOffice(t)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	s, err := httpd.New(httpd.Config{Version: "test", Log: log}, o.db, httpd.NewGuard(o.db, signed{o}, o.policy, log))
	if err != nil {
		t.Fatal(err)
	}
	Mount(s.API, o.svc)
	return client{o, s}
}

func (c client) send(as, method, path, media, key string, body io.Reader) (int, string, string) {
	c.t.Helper()
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Content-Type", media)
	r.Header.Set("Cookie", httpd.CookieName+"="+as)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	resp, err := c.server.Fiber.Test(r, 60_000)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(text), resp.Header.Get("Content-Disposition")
}

// do sends JSON and wants a status, and a text in the answer.
func (c client) do(as, method, path string, form any, want int, says string) map[string]any {
	c.t.Helper()
	var body io.Reader
	if form != nil {
		b, err := json.Marshal(form)
		if err != nil {
			c.t.Fatal(err)
		}
		body = bytes.NewReader(b)
	}
	status, answer, _ := c.send(as, method, path, "application/json", "", body)
	if status != want || !strings.Contains(answer, says) {
		c.t.Errorf("%s %s as %s: %d, want %d with %q: %.400s", method, path, as, status, want, says, answer)
	}
	out := map[string]any{}
	_ = json.Unmarshal([]byte(answer), &out)
	return out
}

func (c client) upload(as, id, name, content string) (int, string) {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err != nil {
		c.t.Fatal(err)
	}
	_, _ = io.WriteString(part, content)
	_ = w.WriteField("caption", "证书")
	_ = w.Close()
	status, answer, _ := c.send(as, "POST", "/api/claims/"+id+"/evidence", w.FormDataContentType(), "", &b)
	return status, answer
}

type form = map[string]any

func (c client) form(key string) form {
	return form{"person_id": c.Person(key), "rule_code": "honour_city", "fact_on": "2026-05-12", "honour": "优秀公诉人", "matter": "获评优秀公诉人"}
}

func TestRoutes(t *testing.T) {
	c := newClient(t)
	c.do("member1", "GET", "/api/claims/rules?day=2026-05-12", nil, 200, `"honour_level":2`)
	c.do("member1", "GET", "/api/claims/rules?day=2025-05-12", nil, 200, `"rules":[]`)
	c.do("member1", "GET", "/api/claims/rules?day=2026-06-12", nil, 422, "不能晚于今天")
	c.do("chief", "GET", "/api/claims/beneficiaries", nil, 200, `"self":true`)
	c.do("sysadmin", "GET", "/api/claims/rules", nil, 403, "没有这项权限")
	me := c.Person("member1").String()
	preview := "/api/claims/preview?person_id=" + me + "&rule_code=honour_city&fact_on=2026-05-12&honour=%E6%A8%A1%E8%8C%83"
	c.do("member1", "GET", preview, nil, 200, `"granted":400`)
	c.do("leader2", "GET", preview, nil, 404, "没有找到")

	made := c.do("member1", "POST", "/api/claims", c.form("member1"), 201, `"draft"`)
	id := made["id"].(string)
	c.do("member1", "POST", "/api/claims", c.form("leader2"), 404, "没有找到")
	at := "/api/claims/" + id
	c.do("member1", "POST", at+"/submit", form{"version": 1}, 422, `"field":"evidence"`)
	if status, answer := c.upload("member1", id, "证书.png", "%PDF-1.7"); status != 422 || !strings.Contains(answer, "内容却是") {
		t.Errorf("%d %s", status, answer)
	}
	status, answer := c.upload("member1", id, "证书.pdf", "%PDF-1.7")
	if status != 201 || !strings.Contains(answer, `"version":2`) {
		t.Fatalf("%d %s", status, answer)
	}
	var file struct{ ID string }
	_ = json.Unmarshal([]byte(answer), &file)
	edited := c.form("member1")
	edited["version"], edited["statement"] = 2, "全市检察机关业务竞赛"
	c.do("member1", "PUT", at, edited, 200, `"version":3`)
	c.do("member1", "POST", at+"/submit", form{"version": 3}, 200, `"submitted"`)
	c.do("member1", "POST", at+"/recall", form{"version": 3}, 200, `"draft"`)
	c.do("member1", "POST", at+"/submit", form{"version": 3}, 200, `"submitted"`)
	c.do("member1", "GET", at, nil, 200, `"recall":true`)
	c.do("member1", "GET", "/api/claims/honours?person_id="+me, nil, 200, "优秀公诉人")
	if status, body, disposition := c.send("secretary1", "GET", at+"/evidence/"+file.ID, "", "", nil); status != 200 || body != "%PDF-1.7" || !strings.HasPrefix(disposition, "attachment") {
		t.Errorf("download: %d %q %q", status, body, disposition)
	}
	c.do("secretary2", "GET", at, nil, 404, "没有找到")
	c.do("secretary1", "GET", "/api/claims?work=verify&state=submitted,verified&sort=-fact_on", nil, 200, `"verifiable":true`)
	c.do("secretary1", "GET", "/api/claims?state=lost", nil, 422, "")
	c.do("secretary1", "GET", "/api/claims?quarter=2026", nil, 422, "2026Q3")
	c.do("member1", "POST", "/api/claims/verify", form{"items": []form{{"id": id, "version": 3}}}, 403, "没有这项权限")
	c.do("secretary2", "POST", "/api/claims/verify", form{"items": []form{{"id": id, "version": 3}}}, 404, "没有找到")
	c.do("secretary1", "POST", at+"/return", form{"version": 3, "reason": "请补充文号"}, 200, `"returned"`)
	c.do("member1", "GET", at, nil, 200, "请补充文号")
	c.do("member1", "POST", at+"/submit", form{"version": 3}, 200, `"submitted"`)
	c.do("secretary1", "POST", "/api/claims/verify", form{"items": []form{{"id": id, "version": 3}}}, 200, `"refused":[]`)
	c.do("secretary1", "POST", "/api/claims/verify", form{"items": []form{{"id": id, "version": 3}}}, 422, "已由他人核实")
	c.do("member1", "POST", "/api/claims/notice", form{"ids": []string{id}}, 403, "没有这项权限")
	c.do("secretary1", "POST", "/api/claims/notice", form{"ids": []string{id}, "body": "现将申报事项公示如下。"}, 201, `"last_day"`)
	c.do("member1", "POST", at+"/withdraw", form{"version": 3, "reason": "材料有误"}, 200, `"withdrawn"`)
	c.do("member1", "DELETE", at+"?version=3", nil, 422, "可以撤回")
	draft := c.do("member1", "POST", "/api/claims", c.form("member1"), 201, `"draft"`)["id"].(string)
	c.do("member1", "DELETE", "/api/claims/"+draft+"?version=1", nil, 204, "")
	if status, body, _ := c.send("office", "GET", "/api/claims/export?branch_id="+c.Branches[0].ID.String(), "", "", nil); status != 200 || !strings.HasPrefix(body, "PK") {
		t.Errorf("export: %d", status)
	}
}

func TestBadForms(t *testing.T) {
	c := newClient(t)
	for _, bad := range []struct {
		key   string
		value any
		field string
	}{
		{"matter", "", "matter"}, {"matter", strings.Repeat("长", 101), "matter"}, {"fact_on", "2026-02-30", "body"}, {"fact_on", "2027-01-01", "fact_on"},
		{"fact_on", "2025-01-01", "fact_on"}, {"rule_code", "nothing", "rule_code"}, {"honour", " ", "honour"}, {"amount", 900, "amount"}, {"person_id", "me", ""},
		{"colour", "red", ""}, {"statement", "a\x00b", ""},
	} {
		f := c.form("member1")
		f[bad.key] = bad.value
		want := ""
		if bad.field != "" {
			want = fmt.Sprintf("%q", bad.field)
		}
		c.do("member1", "POST", "/api/claims", f, 422, want)
	}
	if n := c.count(`SELECT count(*) FROM claim_claims`); n != 0 {
		t.Errorf("%d claims from bad forms", n)
	}
}

// A double click is one claim.
func TestSameRequestTwice(t *testing.T) {
	c := newClient(t)
	b, _ := json.Marshal(c.form("member1"))
	var first string
	for i := range 3 {
		status, answer, _ := c.send("member1", "POST", "/api/claims", "application/json", "claim-form-0001", bytes.NewReader(b))
		if i == 0 {
			first = answer
		}
		if status != 201 || answer != first {
			t.Errorf("try %d: %d %s", i, status, answer)
		}
	}
	if n := c.count(`SELECT count(*) FROM claim_claims`); n != 1 {
		t.Errorf("%d claims", n)
	}
}
