package activity

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

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

func (c client) send(as, method, path, media string, body io.Reader, key string) (int, string, http.Header) {
	c.t.Helper()
	r := httptest.NewRequest(method, path, body)
	r.Header.Set("Content-Type", media)
	r.Header.Set("Cookie", httpd.CookieName+"="+as)
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	resp, err := c.server.Fiber.Test(r, 30_000)
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return resp.StatusCode, string(b), resp.Header
}

func (c client) do(as, method, path string, body any, want int, says string) map[string]any {
	c.t.Helper()
	text, isText := body.(string)
	if !isText && body != nil {
		b, err := json.Marshal(body)
		if err != nil {
			c.t.Fatal(err)
		}
		text = string(b)
	}
	status, answer, _ := c.send(as, method, path, "application/json", strings.NewReader(text), "")
	if status != want || !strings.Contains(answer, says) {
		c.t.Fatalf("%s %s as %s: %d %.600s, want %d with %q", method, path, as, status, answer, want, says)
	}
	out := map[string]any{}
	if answer != "" {
		if err := json.Unmarshal([]byte(answer), &out); err != nil {
			c.t.Fatalf("%s %s: %v in %.200s", method, path, err, answer)
		}
	}
	return out
}

func (c client) upload(as, id, name, content string) (int, string) {
	c.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	part, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = io.WriteString(part, content)
	}
	if err == nil {
		err = w.WriteField("caption", "签到表")
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		c.t.Fatal(err)
	}
	status, answer, _ := c.send(as, "POST", "/api/activities/"+id+"/attachments", w.FormDataContentType(), &b, "")
	return status, answer
}

// form is the record form of o.meeting, as the page sends it.
func (c client) form(day string, away ...string) map[string]any {
	r := c.meeting(day, away...)
	var people []map[string]any
	for _, a := range r.Attendance {
		p := map[string]any{"person_id": a.Person, "status": a.Status}
		if a.Absence != "" {
			p["absence"] = a.Absence
		}
		people = append(people, p)
	}
	return map[string]any{"kind": r.Kind, "title": r.Title, "starts_at": day + "T09:00", "ends_at": day + "T10:30", "place": r.Place,
		"organiser": map[string]any{"kind": "branch", "id": r.Organiser.ID}, "host_id": r.Host, "recorder_id": r.Recorder, "lecturer_id": nil,
		"agenda": r.Agenda, "attendance": people, "resolutions": []any{map[string]any{"title": "通过计划", "votes_for": 4}}}
}

func TestFormOverHTTP(t *testing.T) {
	c := newClient(t)
	if kinds := c.do("member1", "GET", "/api/activity-kinds", nil, 200, "党员大会")["items"].([]any); len(kinds) != 17 {
		t.Errorf("%d kinds", len(kinds))
	}
	kind := map[string]any{"name": "警示教育", "category": "study", "expected": "members", "organisers": []string{"branch"}, "needs": []string{"content"},
		"quorum": "none", "default_minutes": 60, "ord": 200, "active": true}
	c.do("office", "PUT", "/api/activity-kinds/warning_lesson", kind, 200, "警示教育")
	c.do("secretary1", "PUT", "/api/activity-kinds/warning_lesson", kind, 403, "没有这项权限")
	c.do("office", "PUT", "/api/activity-kinds/Warning%20Lesson", kind, 422, "代码由小写英文字母")

	path := fmt.Sprintf("/api/activities/suggest?kind=branch_meeting&organiser_kind=branch&organiser_id=%s&date=2026-05-19", c.Branches[0].ID)
	if got := c.do("secretary1", "GET", path, nil, 200, "2026年5月党员大会"); len(got["expected"].([]any)) != 6 {
		t.Errorf("%v", got)
	}
	c.do("member1", "GET", path, nil, 403, "没有这项权限")

	form := c.form("2026-05-19", "deputy")
	draft := c.do("secretary1", "POST", "/api/activities", form, 201, `"draft"`)
	id := draft["id"].(string)
	status, answer := c.upload("secretary1", id, "签到 表.pdf", "%PDF-1.7 人人到会")
	if status != 201 || !strings.Contains(answer, "签到 表.pdf") {
		t.Fatalf("upload: %d %s", status, answer)
	}
	var file struct{ ID string }
	if err := json.Unmarshal([]byte(answer), &file); err != nil {
		t.Fatal(err)
	}
	form["row_version"] = draft["row_version"]
	form["title"] = "五月党员大会"
	saved := c.do("secretary1", "PUT", "/api/activities/"+id, form, 200, `"row_version":2`)
	c.do("secretary1", "PUT", "/api/activities/"+id, form, 409, "两个人同时修改")
	delete(form, "row_version")
	confirm := map[string]any{"row_version": saved["row_version"], "record": form}
	c.do("secretary1", "POST", "/api/activities/"+id+"/confirm", confirm, 200, `"confirmed"`)
	c.do("secretary1", "POST", "/api/activities/"+id+"/confirm", confirm, 409, "已经确认")
	detail := c.do("member1", "GET", "/api/activities/"+id, nil, 200, "五月党员大会")
	if detail["present"] != 5.0 || len(detail["attendance"].([]any)) != 6 || len(detail["files"].([]any)) != 1 || len(detail["versions"].([]any)) != 1 {
		t.Errorf("%v", detail)
	}
	c.do("secretary2", "GET", "/api/activities/"+id, nil, 404, "没有找到该活动")

	status, answer, head := c.send("member1", "GET", "/api/activities/"+id+"/attachments/"+file.ID, "", nil, "")
	if status != 200 || answer != "%PDF-1.7 人人到会" || !strings.HasPrefix(head.Get("Content-Disposition"), "attachment") || head.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("download: %d %q %v", status, answer, head)
	}
	c.do("secretary2", "GET", "/api/activities/"+id+"/attachments/"+file.ID, nil, 404, "没有找到该附件")
	if status, answer = c.upload("secretary1", id, "a.pdf", "%PDF-1.7"); status != 422 || !strings.Contains(answer, "更正") {
		t.Errorf("upload to a confirmed record: %d %s", status, answer)
	}

	c.do("member1", "GET", "/api/activities?q=五月&kind=branch_meeting&late=false&limit=10", nil, 200, `"total":1`)
	c.do("member1", "GET", "/api/activities?q=YZQ", nil, 200, `"total":1`)
	c.do("member1", "GET", "/api/activities?sort=password", nil, 422, "不能按这一列排序")
	c.do("member1", "GET", "/api/activities?cursor=xx", nil, 422, "翻页参数不对")
	c.do("member1", "GET", "/api/activities?branch_id=xx", nil, 422, "")
	c.do("member1", "GET", "/api/activities?from=2026-06-01&to=2026-05-01", nil, 422, "截止日期早于开始日期")
	month := c.do("member1", "GET", "/api/activities/calendar?month=2026-05", nil, 200, "劳动节")
	if len(month["items"].([]any)) != 1 || month["last"] != "2026-05-31" {
		t.Errorf("%v", month)
	}
	c.do("member1", "GET", "/api/activities/calendar?month=2026-13", nil, 422, "")

	c.do("secretary1", "POST", "/api/activities/"+id+"/amend", map[string]any{"reason": " "}, 422, "原因")
	amended := c.do("secretary1", "POST", "/api/activities/"+id+"/amend", map[string]any{"reason": "漏记一人"}, 201, `"version":2`)
	c.do("secretary1", "DELETE", fmt.Sprintf("/api/activities/%s/attachments/%s", id, file.ID), nil, 204, "")
	c.do("secretary1", "GET", "/api/activities/"+id+"?version=2", nil, 200, `"files":[]`)
	c.do("secretary1", "GET", "/api/activities/"+id, nil, 200, "签到 表.pdf")
	c.do("secretary1", "DELETE", fmt.Sprintf("/api/activities/%s?row_version=%v", id, amended["row_version"]), nil, 204, "")
	version := c.do("secretary1", "GET", "/api/activities/"+id, nil, 200, "")["row_version"]
	c.do("secretary1", "POST", "/api/activities/"+id+"/withdraw", map[string]any{"reason": "重复", "row_version": version}, 200, `"withdrawn"`)
}

func TestBadFormsOverHTTP(t *testing.T) {
	c := newClient(t)
	change := func(key string, value any) map[string]any {
		f := c.form("2026-05-19")
		f[key] = value
		return f
	}
	for _, bad := range []struct {
		form any
		says string
	}{
		{change("ends_at", "2026-05-19T08:00"), "结束时间须晚于开始时间"},
		{change("starts_at", "昨天"), "时间应写作"},
		{change("kind", "party"), "没有这种活动类型"},
		{change("organiser", map[string]any{"kind": "unit"}), "不能由这一类组织者举办"},
		{change("organiser", map[string]any{"kind": "planet"}), "只能是其中之一"},
		{change("attendance", []any{map[string]any{"person_id": "x", "status": "present"}}), "person_id"},
		{change("attendance", []any{map[string]any{"person_id": c.Person("chief"), "status": "away"}}), "只能是其中之一"},
		{change("resolutions", []any{map[string]any{"title": "x", "votes_for": "\uff13\uff10"}}), "应为整数"},
		{change("title", strings.Repeat("长", 300)), "最多填写 200"},
		{change("colour", "red"), "多出了不认识的字段"},
		{`{"kind":`, "读不懂"},
	} {
		status, answer, _ := c.send("secretary1", "POST", "/api/activities", "application/json", strings.NewReader(text(t, bad.form)), "")
		if status != 422 && status != 400 || !strings.Contains(answer, bad.says) {
			t.Errorf("%d %.300s, want %q", status, answer, bad.says)
		}
	}
	huge := change("content", strings.Repeat("a", 10<<20))
	if status, answer, _ := c.send("secretary1", "POST", "/api/activities", "application/json", strings.NewReader(text(t, huge)), ""); status != 413 {
		t.Errorf("10 MB: %d %.200s", status, answer)
	}
	if n := c.count(`SELECT count(*) FROM activity_activities`); n != 0 {
		t.Errorf("%d records from bad forms", n)
	}
	// Full-width digits in a time read as what they mean.
	f := change("starts_at", "\uff12\uff10\uff12\uff16-05-19 09\uff1a00")
	c.do("secretary1", "POST", "/api/activities", f, 201, "draft")
}

func text(t *testing.T, form any) string {
	t.Helper()
	if s, ok := form.(string); ok {
		return s
	}
	b, err := json.Marshal(form)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestHostileAttachments(t *testing.T) {
	c := newClient(t)
	id := c.do("secretary1", "POST", "/api/activities", c.form("2026-05-19"), 201, "draft")["id"].(string)
	for _, f := range []struct{ name, content, says string }{
		{"照片.png", "\xff\xd8\xff\xe0…", "内容却是JPEG"},
		{"a.exe", "MZ\x90\x00", "不支持这种文件"},
		{"page.html", "<script>alert(1)</script>", "不支持这种文件"},
		{"empty.pdf", "", "文件是空的"},
	} {
		if status, answer := c.upload("secretary1", id, f.name, f.content); status != 422 || !strings.Contains(answer, f.says) {
			t.Errorf("%s: %d %s", f.name, status, answer)
		}
	}
	if status, answer := c.upload("secretary1", id, "big.pdf", "%PDF-"+strings.Repeat("x", 20<<20)); status != 413 {
		t.Errorf("too big: %d %s", status, answer)
	}
	status, answer := c.upload("secretary1", id, `..\..\etc/passwd.pdf`, "%PDF-1.7")
	if status != 201 || !strings.Contains(answer, `"passwd.pdf"`) {
		t.Errorf("path in a name: %d %s", status, answer)
	}
	for _, as := range []string{"member1", "secretary2"} {
		if status, answer := c.upload(as, id, "a.pdf", "%PDF-1.7"); status != 403 && status != 404 {
			t.Errorf("%s uploaded: %d %s", as, status, answer)
		}
	}
	if n := c.count(`SELECT count(*) FROM file_files`); n != 1 {
		t.Errorf("%d files", n)
	}
	c.do("secretary1", "DELETE", "/api/activities/"+id+"?row_version=1", nil, 204, "")
	if n := c.count(`SELECT count(*) FROM file_files`); n != 0 {
		t.Errorf("%d rows of files outlive their draft", n)
	}
}

func TestSameRequestTwiceIsOneEffect(t *testing.T) {
	c := newClient(t)
	form := c.form("2026-05-19")
	form["confirm"] = true
	var first string
	for i := range 3 {
		status, answer, _ := c.send("secretary1", "POST", "/api/activities", "application/json", strings.NewReader(text(t, form)), "form-0001")
		if i == 0 {
			first = answer
		}
		if status != 201 || answer != first {
			t.Errorf("try %d: %d %s", i, status, answer)
		}
	}
	if n := c.count(`SELECT count(*) FROM activity_activities`); n != 1 {
		t.Errorf("%d records", n)
	}
}

func TestExportIsWhatTheListShows(t *testing.T) {
	c := newClient(t)
	form := c.form("2026-05-19", "deputy")
	form["confirm"], form["title"] = true, "=HYPERLINK(\"x\")"
	c.do("secretary1", "POST", "/api/activities", form, 201, "")
	delete(form, "confirm")
	form["title"], form["starts_at"], form["ends_at"] = "草稿", "2026-05-12T09:00", "2026-05-12T10:00"
	c.do("secretary1", "POST", "/api/activities", form, 201, "")
	for as, want := range map[string]int{"secretary1": 2, "leading": 1, "secretary2": 0} {
		if as == "leading" {
			as = "chief"
		}
		status, answer, _ := c.send(as, "GET", "/api/activities/export", "", nil, "")
		if status != 200 {
			t.Fatalf("%d %s", status, answer)
		}
		book, err := excelize.OpenReader(strings.NewReader(answer))
		if err != nil {
			t.Fatal(err)
		}
		rows, err := book.GetRows("活动记录")
		if err != nil || len(rows) != want+1 {
			t.Errorf("%s exports %d rows, %v", as, len(rows), err)
			continue
		}
		if want > 0 && (strings.Join(rows[1][5:12], " ") != "第一党支部 会议室 白一帆 罗海宁 6 5 1" || strings.HasPrefix(rows[1][4], "=")) {
			t.Errorf("%q", rows[1])
		}
	}
	// Each time what was taken out is on record.
	if n := c.count(`SELECT count(*) FROM audit_entries WHERE action = 'activity.export' AND summary LIKE '导出活动记录%'`); n != 3 {
		t.Errorf("%d audit rows of 3 exports", n)
	}
}
