package app_test

import (
	"encoding/base64"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/testdb"
)

// refusal is a request that has to be refused with a clear sentence and without a
// trace in the database. says is part of the sentence.
type refusal struct {
	name   string
	login  string
	ask    ask
	status int
	says   string
}

// refuse sends each and looks at the answer and at what it left behind.
func (o *office) refuse(t *testing.T, cookies map[string]string, list []refusal) {
	t.Helper()
	before := fingerprint(t, o.app.DB)
	for _, c := range list {
		a := o.send(cookies[c.login], c.ask)
		p, err := a.problem()
		if err != nil || a.status != c.status || !strings.Contains(p.Detail+fmt.Sprint(p.Errors), c.says) {
			t.Errorf("%s: want %d %q, got %s %v", c.name, c.status, c.says, a, err)
		}
		for _, inner := range []string{"SQLSTATE", "pgx", "goroutine", "json:", "unexpected", "invalid"} {
			if strings.Contains(p.Detail, inner) {
				t.Errorf("%s: shows its cause: %s", c.name, p.Detail)
			}
		}
		if after := fingerprint(t, o.app.DB); after != before {
			t.Errorf("%s left something behind: %s", c.name, changed(before, after))
			before = after
		}
	}
}

func post(path string, body any) ask { return ask{method: "POST", path: path, body: text(body)} }

func get(path string) ask { return ask{method: "GET", path: path} }

// hostileOffice is an office with one of each thing, and everybody signed in.
func hostileOffice(t *testing.T) (*office, things, map[string]string) {
	t.Helper()
	d := testdb.New(t)
	o := newOffice(t, boot(t, d, t.TempDir()), d)
	x := o.whole(o.make(branchOf(o, 0), "一支部", "member1", "chief"))
	cookies := map[string]string{"": ""}
	for _, login := range []string{"office", "secretary1", "secretary2", "member1", "sysadmin", "security", "auditor", "chief"} {
		cookies[login] = o.signIn(login)
	}
	return o, x, cookies
}

func TestHostileRequests(t *testing.T) {
	t.Parallel()
	o, x, cookies := hostileOffice(t)
	form := func(change fields) any {
		f := x.form("读书会")
		for k, v := range change {
			f[k] = v
		}
		return f
	}
	create := func(change fields) ask { return post("/api/activities", form(change)) }
	confirm := func(f fields) ask { return create(fields(f).and("confirm", true)) }
	draft, record := "/api/activities/"+x.draft.ID.String(), "/api/activities/"+x.record.ID.String()
	long := strings.Repeat("长", 101)
	deep := strings.Repeat(`{"a":`, 5000) + "1" + strings.Repeat("}", 5000)
	manyPeople := make([]fields, 2001)
	for i := range manyPeople {
		manyPeople[i] = fields{"person_id": x.person, "status": "present"}
	}
	o.refuse(t, cookies, []refusal{
		{"no session", "", create(nil), 401, "登录"},
		{"wrong role", "member1", create(nil), 403, "权限"},
		{"administrator reads people", "sysadmin", get("/api/people"), 403, "权限"},
		{"other branch's place", "secretary2", create(nil), 404, "组织者"},
		{"other branch's draft", "secretary2", post(draft+"/confirm", fields{"row_version": x.draft.RowVersion}), 404, "活动"},
		{"10 MB of JSON", "secretary1", create(fields{"content": strings.Repeat("长", 10<<20/3)}), 413, "太大"},
		{"deep JSON", "secretary1", ask{method: "POST", path: "/api/activities", body: deep}, 422, ""},
		{"no JSON", "secretary1", ask{method: "POST", path: "/api/activities", body: "<xml/>"}, 400, ""},
		{"no body", "secretary1", ask{method: "POST", path: "/api/activities"}, 400, ""},
		{"an array", "secretary1", ask{method: "POST", path: "/api/activities", body: "[]"}, 422, ""},
		{"null", "secretary1", ask{method: "POST", path: "/api/activities", body: "null"}, 422, ""},
		{"half of it", "secretary1", ask{method: "POST", path: "/api/activities", body: text(form(nil))[:40]}, 400, ""},
		{"another media type", "secretary1", ask{method: "POST", path: "/api/activities", body: "a=b", media: "application/x-www-form-urlencoded"}, 415, "格式"},
		{"an unknown field", "secretary1", create(fields{"approved": true}), 422, "不认识"},
		{"a number for text", "secretary1", create(fields{"title": 7}), 422, "文字"},
		{"end before start", "secretary1", create(fields{"ends_at": "2026-11-19T08:00"}), 422, "晚于开始"},
		{"no such day", "secretary1", create(fields{"starts_at": "2026-02-30T09:00"}), 422, "时间应写作"},
		{"the year 0206", "secretary1", create(fields{"starts_at": "0206-11-19T09:00"}), 422, "年份"},
		{"the year 2062", "secretary1", create(fields{"starts_at": "2062-11-19T09:00", "ends_at": "2062-11-19T10:00"}), 422, "一年以后"},
		{"confirm what is to come", "secretary1", confirm(fields{"starts_at": "2026-11-23T09:00", "ends_at": "2026-11-23T10:00"}), 422, "还没有结束"},
		{"a month long", "secretary1", create(fields{"starts_at": "2026-10-01T09:00"}), 422, "15 天"},
		{"long title", "secretary1", create(fields{"title": long}), 422, "100"},
		{"long content", "secretary1", create(fields{"content": strings.Repeat("长", 50001)}), 422, "50000"},
		{"NUL in a reason", "secretary1", create(fields{"attendance": []fields{{"person_id": x.other, "status": "absent", "absence": "other", "reason": "a\x00b"}}}), 422, "字符"},
		{"NUL in a resolution", "secretary1", create(fields{"resolutions": []fields{{"title": "a\x00b"}}}), 422, "字符"},
		{"half a character", "secretary1", ask{method: "POST", path: "/api/activities", body: strings.Replace(text(form(nil)), "读书会", "读\xe4\xb9", 1)}, 422, "UTF-8"},
		{"unknown kind", "secretary1", create(fields{"kind": "party"}), 422, "类型"},
		{"unknown organiser kind", "secretary1", create(fields{"organiser": fields{"kind": "planet"}}), 422, ""},
		{"whole unit by a secretary", "secretary1", create(fields{"organiser": fields{"kind": "unit"}}), 404, "组织者"},
		{"unknown person", "secretary1", create(fields{"host_id": testID}), 422, "名册"},
		{"same person twice", "secretary1", create(fields{"attendance": []fields{{"person_id": x.other, "status": "present"}, {"person_id": x.other, "status": "absent"}}}), 422, "重复"},
		{"2001 people", "secretary1", create(fields{"attendance": manyPeople}), 422, "2000"},
		{"unknown status", "secretary1", create(fields{"attendance": []fields{{"person_id": x.other, "status": "asleep"}}}), 422, ""},
		{"votes as text", "secretary1", create(fields{"resolutions": []fields{{"title": "通过", "votes_for": "五"}}}), 422, "整数"},
		{"fewer than no votes", "secretary1", create(fields{"resolutions": []fields{{"title": "通过", "votes_for": -1}}}), 422, ""},
		{"more votes than people", "secretary1", confirm(fields{"resolutions": []fields{{"title": "通过", "votes_for": 99}}}), 422, "多于"},
		{"a huge number", "secretary1", create(fields{"resolutions": []fields{{"title": "通过", "votes_for": 1e19}}}), 422, ""},
		{"somebody is elsewhere", "secretary1", confirm(fields{"starts_at": "2026-11-18T09:30", "ends_at": "2026-11-18T10:30"}), 409, "同一时间"},
		{"a stale form", "secretary1", ask{method: "PUT", path: draft, body: text(form(fields{"row_version": x.draft.RowVersion + 7}))}, 409, "刷新"},
		{"edit what is confirmed", "secretary1", ask{method: "PUT", path: record, body: text(form(fields{"row_version": x.record.RowVersion}))}, 409, ""},
		{"withdraw without a reason", "secretary1", post(record+"/withdraw", fields{"reason": "  ", "row_version": x.record.RowVersion}), 422, "原因"},
		{"withdraw a draft", "secretary1", post(draft+"/withdraw", fields{"reason": "误记", "row_version": x.draft.RowVersion}), 409, "草稿"},
		{"amend a draft", "secretary1", post(draft+"/amend", fields{"reason": "误记"}), 409, "草稿"},
		{"a version that is none", "secretary1", get(record + "?version=9"), 404, "活动"},
		{"no number", "secretary1", get(record + "?version=a"), 422, ""},

		{"sort by an unknown column", "secretary1", get("/api/activities?sort=password_hash"), 422, "排序"},
		{"sort by SQL", "secretary1", get("/api/activities?sort=" + url.QueryEscape("title;drop")), 422, "排序"},
		{"sort people by SQL", "secretary1", get("/api/people?sort=" + url.QueryEscape("(select 1)")), 422, "排序"},
		{"sort ledgers by rank", "member1", get("/api/ledgers?quarter=2026Q4&sort=-sum"), 422, "排名"},
		{"unknown cursor", "secretary1", get("/api/activities?cursor=x"), 422, "第一页"},
		{"cursor of another list", "secretary1", get("/api/people?cursor=eyJzIjoidGl0bGUiLCJrIjoiIiwiaSI6IjAifQ"), 422, "第一页"},
		{"cursor of an import", "office", get("/api/people/imports/" + x.preview.String() + "?cursor=-1"), 422, "第一页"},
		{"cursor of imports", "office", get("/api/people/imports?cursor=zz"), 422, "第一页"},
		{"cursor of the log", "auditor", get("/api/audit?cursor=zz"), 422, "第一页"},
		{"cursor of a ledger", "member1", get("/api/ledgers/me?cursor=zz"), 422, "第一页"},
		{"cursor of ledgers", "office", get("/api/ledgers?cursor=zz"), 422, "第一页"},
		{"cursor of issues", "office", get("/api/reports/issues?cursor=zz"), 422, "第一页"},
		{"cursor of a report", "office", get("/api/reports/quarter-summary?quarter=2026Q4&cursor=5-zz"), 422, "第一页"},
		{"NUL in a cursor", "secretary1", get("/api/activities?sort=title&cursor=" + cursor(`{"s":"title","k":"\u0000","i":"`+testID+`"}`)), 422, "第一页"},
		{"NUL in a cursor of people", "secretary1", get("/api/people?sort=name&cursor=" + cursor(`{"s":"name","k":"\u0000","i":"`+testID+`"}`)), 422, "第一页"},
		{"NUL in a cursor of ledgers", "office", get("/api/ledgers?cursor=" + cursor("\x00")), 422, "第一页"},
		{"a cursor of another kind of value", "secretary1", get("/api/activities?cursor=" + cursor(`{"s":"-starts_at","k":"tomorrow","i":"`+testID+`"}`)), 422, "第一页"},
		{"limit 0", "secretary1", get("/api/activities?limit=0"), 422, ""},
		{"limit of a million", "secretary1", get("/api/activities?limit=1000000"), 422, "200"},
		{"unknown state", "secretary1", get("/api/activities?state=secret"), 422, "只能"},
		{"unknown dimension", "member1", get("/api/ledgers/me?dimension=luck"), 422, "只能"},
		{"unknown person state", "secretary1", get("/api/people?state=dead"), 422, "只能"},
		{"to before from", "secretary1", get("/api/activities?from=2026-05-01&to=2026-04-01"), 422, "早于"},
		{"no such day in a filter", "secretary1", get("/api/activities?from=2026-02-30"), 422, ""},
		{"month 13", "secretary1", get("/api/activities/calendar?month=2026-13"), 422, "月份"},
		{"no month", "secretary1", get("/api/activities/calendar"), 422, ""},
		{"no id", "secretary1", get("/api/activities/1"), 422, "编号"},
		{"an id of SQL", "secretary1", get("/api/people/" + url.PathEscape("' OR 1=1 --")), 422, "编号"},
		{"NUL in a search", "secretary1", get("/api/activities?q=%00"), 422, "字符"},
		{"NUL in a search of people", "secretary1", get("/api/people?q=a%00"), 422, "字符"},
		{"NUL in a search of ledgers", "secretary1", get("/api/ledgers?q=a%00"), 422, "字符"},
		{"NUL in a search of the log", "auditor", get("/api/audit?q=%00"), 422, "字符"},
		{"half a character in a search", "secretary1", get("/api/people?q=%e4%b9"), 422, "字符"},
		{"long search", "secretary1", get("/api/activities?q=" + strings.Repeat("a", 61)), 422, "60"},

		{"report of a quarter to come", "office", get("/api/reports/quarter-summary?quarter=2027Q1"), 422, "还没有开始"},
		{"report of no quarter", "office", get("/api/reports/quarter-summary?quarter=2026Q5"), 422, "季度"},
		{"report of an unknown branch", "office", get("/api/reports/quarter-summary?quarter=2026Q4&branch=%E6%97%A0"), 404, "支部"},
		{"ledger of no quarter", "member1", get("/api/ledgers/me?quarter=2026"), 422, "季度"},
		{"ledger of nobody", "office", get("/api/ledgers/nobody"), 404, "台账"},

		{"fact in the future", "office", post("/api/points/entries", fields{"person_id": x.person, "rule_id": x.rule, "amount": 50, "fact_on": today.AddDays(1), "reason": "补记", "verified_by": x.other}), 422, "不能晚于今天"},
		{"no reason", "office", post("/api/points/entries", fields{"person_id": x.person, "rule_id": x.rule, "amount": 50, "fact_on": today, "reason": "", "verified_by": x.other}), 422, "事由"},
		{"verified by oneself", "office", post("/api/points/entries", fields{"person_id": x.person, "rule_id": x.rule, "amount": 50, "fact_on": today, "reason": "补记", "verified_by": x.person}), 422, "本人"},
		{"a huge amount", "office", post("/api/points/entries", fields{"person_id": x.person, "rule_id": x.rule, "amount": 1 << 60, "fact_on": today, "reason": "补记", "verified_by": x.other}), 422, "分"},
		{"NUL in a reason of points", "office", post("/api/points/entries", fields{"person_id": x.person, "rule_id": x.rule, "amount": 50, "fact_on": today, "reason": "a\x00", "verified_by": x.other}), 422, "字符"},

		{"no name", "office", post("/api/people", fields{"name": " ", "political_status": "masses", "from": today}), 422, "姓名"},
		{"unknown status of a person", "office", post("/api/people", fields{"name": "某人", "political_status": "king", "from": today}), 422, ""},
		{"born tomorrow", "office", post("/api/people", fields{"name": "某人", "political_status": "masses", "from": today, "birth_on": today.AddDays(1)}), 422, "晚于今天"},
		{"joined before birth", "office", post("/api/people", fields{"name": "某人", "political_status": "party_member", "from": today, "birth_on": "2000-01-01", "joined_party_on": "1999-01-01"}), 422, "早于出生"},
		{"NUL in a person's name", "office", post("/api/people", fields{"name": "某\x00人", "political_status": "masses", "from": today}), 422, "字符"},
		{"NUL in a place's name", "office", post("/api/places", fields{"kind": "branch", "name": "支\x00部"}), 422, "字符"},
		{"a place of that name", "office", post("/api/places", fields{"kind": "branch", "name": "第一党支部"}), 409, "同名"},
		{"a letter in a telephone", "office", post("/api/people", fields{"name": "某人", "political_status": "masses", "from": today, "phone": "1380000x000"}), 422, "手机"},
		{"a setting of 101 %", "office", ask{method: "PUT", path: "/api/settings", body: `{"ranking_visibility":"none","ranking_column":false,"ledger_holders":"party","late_after_days":3,"meeting_quorum_percent":101,"election_quorum_percent":80,"committee_quorum_percent":50,"hours_rounding":"half_hour","short_volunteers":false,"notice_days":5,"pioneer_quota":1,"report_fonts":{"title":"宋体","heading":"黑体","body":"仿宋"}}`}, 422, "100"},
		{"a kind of SQL", "office", ask{method: "PUT", path: "/api/activity-kinds/" + url.PathEscape("a'b"), body: text(fields{"name": "游学", "category": "study", "expected": "nobody", "organisers": []string{"branch"}, "needs": []string{}, "quorum": "none", "default_minutes": 60, "ord": 1, "active": true})}, 422, "代码"},
		{"a plan that is not the one shown", "office", post("/api/people/imports/"+x.preview.String()+"/confirm", fields{"create_places": true, "plan": "other"}), 409, ""},
		{"undo what was not confirmed", "office", post("/api/people/imports/"+x.preview.String()+"/undo", fields{}), 422, "还没有确认"},

		{"a login with spaces", "sysadmin", post("/api/accounts", fields{"login": "a b", "name": "某人"}), 422, "登录名"},
		{"a login in use", "sysadmin", post("/api/accounts", fields{"login": "OFFICE", "name": "某人"}), 409, "登录名"},
		{"NUL in an account's name", "sysadmin", post("/api/accounts", fields{"login": "someone", "name": "某\x00人"}), 422, "字符"},
		{"disable oneself", "sysadmin", post("/api/accounts/"+o.Actor("sysadmin").Account.String()+"/disable", ""), 422, "自己"},
		{"unknown role", "security", post("/api/grants", fields{"person_id": x.person, "role": "king"}), 422, "角色"},
		{"a branch's role without branch", "security", post("/api/grants", fields{"person_id": x.person, "role": "branch_secretary"}), 422, "支部"},
		{"auditor and administrator", "security", post("/api/grants", fields{"person_id": o.Person("sysadmin"), "role": "security_auditor"}), 422, "审计员"},
		{"grant that ends before it begins", "security", post("/api/grants", fields{"person_id": x.person, "role": "party_office", "valid_from": "2026-05-01", "valid_to": "2026-04-01"}), 422, ""},
		{"wrong password", "", post("/api/session", fields{"login": "chief", "password": "wrong-password-1"}), 401, "密码"},
		{"SQL as a password", "", post("/api/session", fields{"login": "' OR 1=1 --", "password": "' OR 1=1 --"}), 401, "密码"},
		{"NUL as a login", "", post("/api/session", fields{"login": "chi\x00ef", "password": testdb.Password}), 401, "密码"},
		{"NUL as a password", "", post("/api/session", fields{"login": "chief", "password": testdb.Password + "\x00"}), 401, "密码"},
		{"a common password", "member1", post("/api/session/password", fields{"current": testdb.Password, "password": "password12345"}), 422, "密码"},
		{"short key", "secretary1", ask{method: "POST", path: "/api/activities", body: text(form(nil)), header: map[string]string{"Idempotency-Key": "1"}}, 422, "Idempotency-Key"},
		{"another site", "secretary1", ask{method: "POST", path: "/api/activities", body: text(form(nil)), header: map[string]string{"Origin": "https://evil.example"}}, 403, "其他网站"},
		{"null as origin", "secretary1", ask{method: "POST", path: "/api/activities", body: text(form(nil)), header: map[string]string{"Origin": "null"}}, 403, "其他网站"},
		{"a forged cookie", "", ask{method: "GET", path: "/api/people", header: map[string]string{"Cookie": "xianfeng_session=" + strings.Repeat("A", 43)}}, 401, "登录"},
		{"an unknown address", "secretary1", get("/api/activity"), 404, "地址"},
		{"an encoded slash", "secretary1", get("/api/activities/..%2f..%2fetc%2fpasswd"), 404, ""},
	})
}

func cursor(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }

const testID = "0192f0c1-2222-7000-8000-000000000001"

// What looks odd but has one meaning is read as that.
func TestOddButRight(t *testing.T) {
	t.Parallel()
	o, x, cookies := hostileOffice(t)
	for _, c := range []struct{ typed, start string }{
		{"２０２６－１１－１８　１４：３０", "2026-11-18T14:30:00+08:00"},
		{"2026年11月18日 14:30", "2026-11-18T14:30:00+08:00"},
		{"２０２６年１１月１８日１４时３０分", "2026-11-18T14:30:00+08:00"},
		{"2026/11/18 14：30", "2026-11-18T14:30:00+08:00"},
		{"2026-11-18T06:30:00Z", "2026-11-18T14:30:00+08:00"},
		{"\x00 2026-11-18 14:30", "2026-11-18T14:30:00+08:00"},
	} {
		var saved activity.Saved
		o.post(cookies["secretary1"], "/api/activities", x.form("全角\x00数字").and("starts_at", c.typed).and("ends_at", "2026-11-18T15:30")).into(t, &saved)
		var d activity.Detail
		o.get(cookies["secretary1"], "/api/activities/"+saved.ID.String()).into(t, &d)
		if d.Title != "全角数字" && d.Title != "全角 数字" {
			t.Errorf("the title became %q", d.Title)
		}
		if got := d.StartsAt.In(today.In().Location()).Format(time.RFC3339); got != c.start {
			t.Errorf("%s was read as %s", c.typed, got)
		}
	}
	// SQL, HTML, formulas and other scripts stay the text they are, there and back.
	for _, odd := range []string{"'; DROP TABLE org_people; --", "<script>alert(1)</script>", "=HYPERLINK(\"http://evil\")", "{{7*7}} ${7} %s %d ?0 ?",
		"\\u0000 \\", "𠮷野家 🏮 \u202eabc", "a\tb"} {
		var saved activity.Saved
		o.post(cookies["secretary1"], "/api/activities", x.form("特殊"+odd).and("content", odd+"\n"+odd)).into(t, &saved)
		var d activity.Detail
		o.get(cookies["secretary1"], "/api/activities/"+saved.ID.String()).into(t, &d)
		if d.Content != odd+"\n"+odd || !strings.HasPrefix(d.Title, "特殊") {
			t.Errorf("%q came back as %q %q", odd, d.Title, d.Content)
		}
		if a := o.get(cookies["secretary1"], "/api/activities?q="+url.QueryEscape(odd)); a.status != 200 {
			t.Errorf("search for %q: %s", odd, a)
		}
	}
	if sheet := readable(t, o.get(cookies["secretary1"], "/api/activities/export?q=HYPERLINK")); !strings.Contains(sheet, "HYPERLINK") {
		t.Errorf("export: %s", sheet)
	}
}

// A session ends by standing idle, by its age, and at once by what an administrator
// does.
func TestSessionsEnd(t *testing.T) {
	t.Parallel()
	o, _, cookies := hostileOffice(t)
	ended := func(name, login string) {
		t.Helper()
		for _, a := range []ask{get("/api/session"), post("/api/activities", fields{})} {
			if got := o.send(cookies[login], a); got.status != 401 || message(got) == "" {
				t.Errorf("%s: %s", name, got)
			}
		}
	}
	o.clock.pass(29 * time.Minute)
	if a := o.get(cookies["chief"], "/api/session"); a.status != 200 {
		t.Fatalf("29 minutes: %s", a)
	}
	o.clock.pass(29 * time.Minute)
	if a := o.get(cookies["chief"], "/api/session"); a.status != 200 {
		t.Errorf("in use: %s", a)
	}
	ended("idle", "member1")
	for range 30 {
		o.clock.pass(25 * time.Minute)
		o.get(cookies["chief"], "/api/session")
	}
	ended("12 hours", "chief")

	for _, login := range []string{"security", "sysadmin", "secretary1", "secretary2", "chief"} {
		cookies[login] = o.signIn(login)
	}
	if a := o.post(cookies["security"], "/api/grants", fields{"person_id": o.Person("secretary1"), "role": "party_office"}); a.status != 201 {
		t.Fatalf("grant: %s", a)
	}
	ended("new grant", "secretary1")
	if a := o.post(cookies["sysadmin"], "/api/accounts/"+o.Actor("secretary2").Account.String()+"/disable", ""); a.status != 204 {
		t.Fatalf("disable: %s", a)
	}
	ended("disabled", "secretary2")
	if a := o.post(cookies["security"], "/api/accounts/"+o.Actor("chief").Account.String()+"/sign-out", ""); a.status != 204 {
		t.Fatalf("sign out: %s", a)
	}
	ended("signed out", "chief")
	for range account5 {
		o.post("", "/api/session", fields{"login": "member1", "password": "wrong-password-1"})
	}
	if a := o.post("", "/api/session", fields{"login": "member1", "password": testdb.Password}); a.status != 429 {
		t.Errorf("sixth try: %s", a)
	}
	if _, err := o.app.Policy.Decide(access.Actor{}, access.Need{Resource: "session", Action: "use"}); err == nil {
		t.Error("nobody at all has a session")
	}
}

// account5 is how many wrong tries are looked at.
const account5 = 5
