package app_test

import (
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/testdb"
)

// talksOffice is an office with talks and duties of its first branch, and everybody
// signed in.
func talksOffice(t *testing.T) (*office, things, map[string]string) {
	t.Helper()
	d := testdb.New(t)
	o := newOffice(t, boot(t, d, t.TempDir()), d)
	o.founded("2026-01-01")
	x := o.make(branchOf(o, 0), "一支部", "member1", "chief")
	x = o.timetable(o.scheduled(x, "member1", "secretary1", "leader1", "secretary1", "office"))
	all := map[string]things{"": x}
	o.arranged(all)
	cookies := map[string]string{"": ""}
	for _, login := range o.Keys() {
		cookies[login] = o.signIn(login)
	}
	return o, all[""], cookies
}

func TestHostileTalks(t *testing.T) {
	t.Parallel()
	o, x, cookies := talksOffice(t)
	c := x.calendars
	planned, held := "/api/talks/"+c.planned.ID.String(), "/api/talks/"+c.held.ID.String()
	record := held + "/record"
	moves := func(change fields) ask {
		f := fields{"planned_on": "2026-12-08", "reason": "case", "version": c.planned.Version}
		maps.Copy(f, change)
		return post(planned+"/move", f)
	}
	consent := "/api/talk-consents/" + c.consent.String()
	names := func(leader any, until any) ask {
		return post(held+"/consents", fields{"leader_id": leader, "until": until})
	}
	raises := func(change fields) ask {
		f := fields{"matter": "联系体检", "owner_id": o.Person("leader1"), "due_on": today.AddDays(10)}
		maps.Copy(f, change)
		return post(held+"/followups", f)
	}
	followUp := "/api/followups/" + c.followUp.ID.String()
	kind := func(change fields) ask {
		f := fields{"name": "家访", "active": true, "talker": "secretary", "within_days": 3, "version": 1}
		maps.Copy(f, change)
		return put("/api/talk-types/hardship", f)
	}
	leads := func(change fields) ask {
		f := fields{"person_id": o.Person("deputy"), "from": today}
		maps.Copy(f, change)
		return post("/api/talk-leaders", f)
	}
	meets := func(change fields) ask {
		f := fields{"deputy_id": o.Person("deputy"), "department_id": o.Departments[0].ID, "weekdays": []int{1}, "starts_at": "08:20", "from": today}
		maps.Copy(f, change)
		return post("/api/talk-mornings", f)
	}
	occurs := func(person any, kind string, on any) ask {
		return post("/api/talk-occasions", fields{"person_id": person, "kind": kind, "happened_on": on})
	}
	plans := func(change fields) ask {
		f := fields{"year": 2026, "branch_id": x.branch.ID, "digest": c.digest}
		maps.Copy(f, change)
		return post("/api/talk-plans", f)
	}
	leaves := func(change fields) ask {
		f := fields{"person_id": x.person, "kind": "leave", "from": today, "to": today}
		maps.Copy(f, change)
		return post("/api/absences", f)
	}
	studies := func(day, note string) ask { return put("/api/study-notes/"+day, fields{"note": note}) }
	o.refuse(t, cookies, []refusal{
		{"no session", "", get("/api/talks"), 401, "登录"},
		{"talks as an administrator", "sysadmin", get("/api/talks"), 403, "权限"},
		{"a record as an administrator", "sysadmin", get(record), 403, "权限"},
		{"a record as the chief", "chief", get(record), 404, "谈话记录"},
		{"a record as the office", "office", get(record), 404, "谈话记录"},
		{"move to a Saturday", "member1", moves(fields{"planned_on": "2026-11-28"}), 422, "工作日"},
		{"move to yesterday", "member1", moves(fields{"planned_on": today.AddDays(-1)}), 422, "过去"},
		{"move to no day", "member1", moves(fields{"planned_on": "2026-02-30"}), 422, ""},
		{"move to the year 0206", "member1", moves(fields{"planned_on": "0206-12-08"}), 422, ""},
		{"move far away", "member1", moves(fields{"planned_on": "2027-09-01"}), 422, "太晚"},
		{"move for no reason", "member1", moves(fields{"reason": "他谈到家里的事"}), 422, "只能"},
		{"move to no hour", "member1", moves(fields{"planned_at": "25:00"}), 422, ""},
		{"move what another moved", "member1", moves(fields{"version": c.planned.Version + 1}), 409, "刷新"},
		{"move as one of the committee", "committee1", moves(nil), 403, "谈话双方"},
		{"move as another branch's secretary", "secretary2", moves(nil), 404, "谈话"},
		{"a word more than a move has", "member1", moves(fields{"note": "原因"}), 422, "不认识"},
		{"held tomorrow", "member1", post(planned+"/report", fields{"done_on": today.AddDays(1), "version": c.planned.Version}), 422, "今天"},
		{"held last century", "member1", post(planned+"/report", fields{"done_on": "1926-11-20", "version": c.planned.Version}), 422, ""},
		{"held by others", "chief", post(planned+"/report", fields{"done_on": today, "version": c.planned.Version}), 404, "谈话"},
		{"reported twice", "member1", post(held+"/report", fields{"done_on": today, "version": c.held.Version}), 409, "刷新"},
		{"confirm one's own word", "secretary1", post(held+"/confirm", fields{"version": c.held.Version}), 422, "对方确认"},
		{"confirm what nobody reported", "member1", post(planned+"/confirm", fields{"version": c.planned.Version}), 409, "刷新"},
		{"deny what nobody reported", "member1", post(planned+"/denial", fields{"version": c.planned.Version}), 409, "刷新"},
		{"cancel for a reason of one's own", "office", post(planned+"/cancellation", fields{"reason": "他不愿意谈", "version": c.planned.Version}), 422, "只能"},
		{"cancel as one of the two", "member1", post(planned+"/cancellation", fields{"reason": "left", "version": c.planned.Version}), 403, "权限"},
		{"cancel what was held", "office", post(held+"/cancellation", fields{"reason": "left", "version": c.held.Version}), 409, ""},
		{"talk with oneself", "member1", post("/api/talks", fields{"partner_id": x.person, "done_on": today}), 422, "另一方"},
		{"talk with nobody", "member1", post("/api/talks", fields{"partner_id": testID, "done_on": today}), 404, "谈话对象"},
		{"talk with somebody out of reach", "member1", post("/api/talks", fields{"partner_id": o.Person("probationer"), "done_on": today}), 404, "谈话对象"},
		{"the same talk again", "member1", post("/api/talks", fields{"partner_id": o.Person("secretary1"), "done_on": today}), 409, ""},
		{"cursor of talks", "office", get("/api/talks?cursor=zz"), 422, "第一页"},
		{"NUL in a cursor of talks", "office", get("/api/talks?cursor=" + cursor(`{"d":"2026-01-01\u0000","t":"09:00","i":"`+testID+`"}`)), 422, "第一页"},
		{"cursor of plans", "office", get("/api/talk-plans?cursor=zz"), 422, "第一页"},
		{"cursor of occasions", "office", get("/api/talk-occasions?cursor=zz"), 422, "第一页"},
		{"cursor of follow-ups", "member1", get("/api/followups?cursor=zz"), 422, "第一页"},
		{"cursor of absences", "office", get("/api/absences?cursor=zz"), 422, "第一页"},
		{"NUL in a search of talks", "office", get("/api/talks?q=%00"), 422, "字符"},
		{"NUL in a search of follow-ups", "member1", get("/api/followups?q=%00"), 422, "字符"},
		{"NUL in a search of partners", "member1", get("/api/talks/partners?q=%00"), 422, "字符"},
		{"limit 0", "office", get("/api/talks?limit=0"), 422, ""},
		{"limit of a million", "office", get("/api/talks?limit=1000000"), 422, "500"},
		{"unknown status", "office", get("/api/talks?status=secret"), 422, "状态"},
		{"unknown type", "office", get("/api/talks?type=secret"), 422, "只能"},
		{"to before from", "office", get("/api/talks?from=2026-05-01&to=2026-04-01"), 422, "早于"},
		{"no such day in a filter", "office", get("/api/talks?from=2026-02-30"), 422, ""},
		{"the year 1", "office", get("/api/talks/coverage?year=1"), 422, ""},
		{"an id of SQL", "office", get("/api/talks/'%20OR%201=1"), 422, "编号"},

		{"an empty record", "member1", post(record, fields{"text": " \n ", "after_version": 1}), 422, "内容"},
		{"a record of 20001 characters", "member1", post(record, fields{"text": strings.Repeat("长", 20001), "after_version": 1}), 422, "20000"},
		{"a record of 10 MB", "member1", post(record, fields{"text": strings.Repeat("长", 10<<20/3), "after_version": 1}), 413, "太大"},
		{"NUL in a record", "member1", post(record, fields{"text": "a\x00b", "after_version": 1}), 422, "字符"},
		{"a record on an older one", "member1", post(record, fields{"text": "补充", "after_version": 0}), 409, "刷新"},
		{"a record on one that is to come", "member1", post(record, fields{"text": "补充", "after_version": 7}), 409, "刷新"},
		{"a record before its day", "member1", post(planned+"/record", fields{"text": "预先写好", "after_version": 0}), 422, "还没有到日子"},
		{"a record by another", "leader2", post(record, fields{"text": "补充", "after_version": 1}), 404, "谈话记录"},
		{"agree to one's own record", "secretary1", post(record+"/agreement", fields{"version": 1}), 422, ""},
		{"agree to another version", "member1", post(record+"/agreement", fields{"version": 2}), 409, "刷新"},
		{"name one of the two", "member1", names(o.Person("secretary1"), today.AddDays(3)), 422, "双方之外"},
		{"name no leader", "member1", names(o.Person("leader1"), today.AddDays(3)), 422, "领导"},
		{"name nobody", "member1", names(testID, today.AddDays(3)), 422, "领导"},
		{"name for a day that is over", "member1", names(o.Person("chief"), today.AddDays(-1)), 422, "今天"},
		{"name for ever", "member1", names(o.Person("chief"), "2027-12-31"), 422, "三个月"},
		{"name until 2999", "member1", names(o.Person("chief"), "2999-12-31"), 422, ""},
		{"name until no day", "member1", names(o.Person("chief"), "2026-02-30"), 422, ""},
		{"name somebody twice", "member1", names(o.Person("office"), today.AddDays(3)), 409, ""},
		{"agree to whom one named", "secretary1", post(consent+"/agreement", ""), 422, "另一方"},
		{"agree to oneself", "office", post(consent+"/agreement", ""), 404, ""},
		{"take back as whom they named", "office", post(consent+"/revocation", ""), 404, ""},
		{"agree from outside", "leader2", post(consent+"/agreement", ""), 404, "同意"},
		{"agree to nothing", "member1", post("/api/talk-consents/"+testID+"/agreement", ""), 404, "同意"},

		{"a follow-up of nothing", "member1", raises(fields{"matter": " "}), 422, ""},
		{"a long follow-up", "member1", raises(fields{"matter": strings.Repeat("长", 201)}), 422, "200"},
		{"NUL in a follow-up", "member1", raises(fields{"matter": "\x00"}), 422, ""},
		{"a follow-up due yesterday", "member1", raises(fields{"due_on": today.AddDays(-1)}), 422, "今天"},
		{"a follow-up due in ten years", "member1", raises(fields{"due_on": "2036-01-04"}), 422, "两年"},
		{"a follow-up for whom one does not know", "member1", raises(fields{"owner_id": o.Person("probationer")}), 422, "承办人"},
		{"a follow-up of others' talk", "leader2", raises(nil), 404, "谈话"},
		{"a result by others", "leader2", post(followUp+"/result", fields{"result": "办好", "version": 1}), 404, "转办"},
		{"a result of nothing", "secretary1", post(followUp+"/result", fields{"result": " ", "version": 1}), 422, "结果"},
		{"a stale result", "secretary1", post(followUp+"/result", fields{"result": "办好", "version": 9}), 409, "刷新"},
		{"withdraw what another raised", "secretary1", post(followUp+"/withdrawal", fields{"version": 1}), 403, "提出人"},

		{"an unknown type of talk", "office", put("/api/talk-types/gossip", fields{"name": "闲谈", "active": true, "version": 1}), 404, ""},
		{"a type as a secretary", "secretary1", kind(nil), 403, "权限"},
		{"a type without end", "office", kind(fields{"within_days": 91}), 422, "90"},
		{"a type that nobody holds", "office", kind(fields{"talker": ""}), 422, "由谁"},
		{"a type without a name", "office", kind(fields{"name": " "}), 422, "名称"},
		{"NUL in a type", "office", kind(fields{"name": "a\x00b"}), 422, "字符"},
		{"a stale type", "office", kind(fields{"version": 2}), 409, "刷新"},
		{"a leader who is one", "office", leads(fields{"person_id": o.Person("chief")}), 409, ""},
		{"a leader from the year 1900", "office", leads(fields{"from": "1900-01-01"}), 422, "一年"},
		{"a leader who is nobody", "office", leads(fields{"person_id": testID}), 422, "花名册"},
		{"a leader of no department", "office", leads(fields{"department_id": testID}), 422, "部门"},
		{"a leader of 21 talks a day", "office", leads(fields{"per_day": 21}), 422, ""},
		{"the end of no leader", "office", post("/api/talk-leaders/"+testID+"/end", fields{"last": today}), 404, ""},
		{"an end in years", "office", post("/api/talk-leaders/"+c.leader.String()+"/end", fields{"last": "2029-01-01"}), 422, "一年"},
		{"meet on Sundays", "office", meets(fields{"weekdays": []int{7}}), 422, "周一到周五"},
		{"meet on no day", "office", meets(fields{"weekdays": []int{}}), 422, ""},
		{"meet at no hour", "office", meets(fields{"starts_at": "8点"}), 422, ""},
		{"meet no department", "office", meets(fields{"department_id": testID}), 422, "部门"},
		{"mornings of a year", "office", get("/api/mornings?from=2026-01-01&to=2026-12-31"), 422, "三个月"},
		{"mornings of no day", "office", get("/api/mornings"), 422, ""},

		{"an unknown occasion", "office", occurs(x.person, "gossip", today), 422, "只能"},
		{"an occasion to come", "office", occurs(x.person, "transfer", today.AddDays(1)), 422, ""},
		{"an occasion of nobody", "office", occurs(testID, "transfer", today), 404, "人员"},
		{"an occasion of another branch", "secretary2", occurs(x.person, "transfer", today), 404, "人员"},
		{"the same occasion", "office", occurs(x.person, "post_change", today.AddDays(-1)), 409, "登记过"},
		{"dismiss nothing", "office", post("/api/talk-occasions/"+testID+"/dismissal", ""), 404, ""},
		{"plan the year 2030", "office", plans(fields{"year": 2030}), 422, "今年"},
		{"plan the year 1", "office", plans(fields{"year": 1}), 422, ""},
		{"plan what was not shown", "office", plans(fields{"digest": strings.Repeat("0", 64)}), 409, "预览"},
		{"plan with a long digest", "office", plans(fields{"digest": strings.Repeat("0", 65)}), 422, "64"},
		{"plan without a digest", "office", post("/api/talk-plans", fields{"year": 2026}), 422, ""},
		{"plan the whole office as a secretary", "secretary1", post("/api/talk-plans/preview", fields{"year": 2026}), 403, "党支部"},
		{"plan another branch", "secretary2", plans(nil), 404, "支部"},
		{"plan no branch", "office", plans(fields{"branch_id": testID}), 404, "支部"},

		{"away backwards", "member1", leaves(fields{"from": today.AddDays(1)}), 422, "早于"},
		{"away for 400 days", "member1", leaves(fields{"to": today.AddDays(400)}), 422, "一年"},
		{"away twice", "member1", leaves(fields{"from": today.AddDays(41), "to": today.AddDays(43)}), 409, ""},
		{"away with a diagnosis", "member1", leaves(fields{"kind": "住院"}), 422, "只能"},
		{"another is away", "member1", leaves(fields{"person_id": o.Person("deputy")}), 404, ""},
		{"take away another's", "leader1", del("/api/absences/" + c.absence.String()), 404, ""},
		{"study tomorrow", "member1", studies(today.AddDays(1).String(), "预习"), 422, "今天"},
		{"study on no day", "member1", studies("2026-02-30", "学习"), 422, "日期"},
		{"study two years ago", "member1", studies("2024-01-01", "学习"), 422, "一年"},
		{"a long note", "member1", studies(today.String(), strings.Repeat("长", 2001)), 422, "2000"},
		{"NUL in a note", "member1", studies(today.String(), "a\x00b"), 422, "字符"},
		{"no note to take away", "member1", del("/api/study-notes/2026-11-01"), 404, "学习"},
		{"notes of no month", "member1", get("/api/study-notes?month=2026-13"), 422, "月份"},
		{"notes as an administrator", "sysadmin", get("/api/study-notes"), 403, "权限"},
		{"a calendar for an administrator", "sysadmin", post("/api/feed", fields{"names": true}), 422, ""},
		{"end no calendar", "member1", del("/api/feed"), 409, "日历"},
		{"put aside perhaps", "member1", post("/api/desk/digest", fields{"seen": "perhaps"}), 422, ""},
	})
	o.garbles(t, cookies, x, talkRequests())
}

// garbles sends every writing route of a table what is no body: each is refused.
func (o *office) garbles(t *testing.T, cookies map[string]string, x things, table map[string]route) {
	t.Helper()
	var all []refusal
	for _, r := range slices.Sorted(maps.Keys(table)) {
		a := table[r].ask(x)
		a.method, _, _ = strings.Cut(r, " ")
		if a.method == "GET" || a.method == "DELETE" || a.body == "" {
			continue
		}
		login := "office"
		if strings.Contains(r, "/record") || strings.Contains(r, "consents") || strings.Contains(r, "followups") || strings.Contains(r, "study") ||
			slices.Contains([]string{"POST /api/talks", "POST /api/talks/{id}/report", "POST /api/talks/{id}/confirm", "POST /api/talks/{id}/denial"}, r) {
			login = "member1"
		}
		for body, status := range map[string]int{"{": 400, "[]": 422, "null": 422, `"text"`: 422, "": 400} {
			b := a
			b.body = body
			all = append(all, refusal{r + " with " + body, login, b, status, ""})
		}
	}
	o.refuse(t, cookies, all)
}

// An address of a calendar that is none, no longer or not yet, is not found: whatever is
// wrong with it, the answer is the same, and no log line opens it.
func TestHostileFeeds(t *testing.T) {
	t.Parallel()
	d := testdb.New(t)
	s := bootLogging(t, d, t.TempDir(), slog.LevelDebug)
	o := newOffice(t, s, d)
	defer s.log.take()
	sysadmin := s.signIn("sysadmin")
	address := func(token string) string { return "/api/calendar/" + token + ".ics" }
	held := o.notes("member1", o.Person("leader1")) // so that there is somebody to name
	o.writes("member1", held.ID, 0, "工作")
	good, old, closed := o.subscribes("member1", true), o.subscribes("leader1", false), o.subscribes("leader2", false)
	again := o.subscribes("leader1", false) // the earlier one ends
	account := "/api/accounts/" + o.Actor("leader2").Account.String()
	if a := s.post(sysadmin, account+"/disable", ""); a.status != 204 {
		t.Fatal(a)
	}
	for _, token := range []string{good, again} {
		if a := s.get("", address(token)); a.status != 200 || !strings.HasPrefix(string(a.body), "BEGIN:VCALENDAR") {
			t.Errorf("a good address: %s", a)
		}
	}
	if a := s.send("", ask{method: "HEAD", path: address(good)}); len(a.body) != 0 || a.status != 200 && a.status != 404 {
		t.Errorf("HEAD: %s", a)
	}
	want := ""
	for _, token := range []string{old, closed, strings.Repeat("a", len(good)), good[:len(good)-1], good + "a", good + "%00", "x", strings.Repeat("a", 3000), "..%2f..%2fetc%2fpasswd",
		"%e4%b9", "' OR 1=1 --", uuid.NewString(), "%20" + good} {
		token = strings.ReplaceAll(token, " ", "%20")
		for _, cookie := range []string{"", sysadmin} {
			a := s.get(cookie, address(token))
			p, err := a.problem()
			if err != nil || a.status != 404 && !strings.Contains(token, "%") || a.status < 400 {
				t.Errorf("%.80s: %s %v", token, a, err)
			}
			if a.status == 404 && strings.Contains(p.Detail, "日历") {
				if want == "" {
					want = p.Detail
				}
				if p.Detail != want {
					t.Errorf("%.80s: says %s, others %s", token, p.Detail, want)
				}
			}
		}
		if a := s.send("", ask{method: "HEAD", path: address(token)}); a.status < 400 {
			t.Errorf("HEAD %.80s: %s", token, a)
		}
	}
	if a := s.post(sysadmin, account+"/enable", ""); a.status != 204 {
		t.Fatal(a)
	}
	if a := s.get("", address(closed)); a.status != 200 {
		t.Errorf("the account is open again: %s", a)
	}
	s.get("", address(strings.ToUpper(good))) // however it is written
	logged := s.log.take()
	for _, token := range []string{good, old, closed, again, strings.ToUpper(good)} {
		if strings.Contains(logged, token) || strings.Contains(logged, token[:20]) {
			t.Errorf("the log has an address: %.300s", logged[strings.Index(logged, token[:20])-200:])
		}
	}
	if !strings.Contains(logged, "calendar") {
		t.Error("nothing was logged, so nothing was tested")
	}
	for where, rows := range dump(t, s) {
		for _, token := range []string{good, old, closed, again} {
			if strings.Contains(rows, token) {
				t.Errorf("%s holds an address", where)
			}
		}
	}
	text := string(s.get("", address(again)).body)
	for _, key := range o.Keys() { // the other one does not name anybody
		if strings.Contains(text, o.Actor(key).Name) {
			t.Errorf("a calendar without names names %s", o.Actor(key).Name)
		}
	}
}
