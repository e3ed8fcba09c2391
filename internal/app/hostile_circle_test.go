package app_test

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"xianfeng/internal/calendar"
	"xianfeng/internal/claim"
	"xianfeng/internal/points"
)

// circleOffice is an office in the middle of the circle: claims in each state, a
// finished quarter that waits to be closed, selections, a draft of the scheme.
func circleOffice(t *testing.T) (*office, things, map[string]string) {
	t.Helper()
	o, x, cookies := hostileOffice(t)
	o.closable()
	x = o.turn(x, "一支部", "member1", "member1", 0, "deputy", "leader1")
	all := map[string]things{"": x}
	o.candidates(all, "")
	x = o.round(all[""])
	for _, login := range []string{"leader1", "committee1", "deputy", "probationer"} {
		cookies[login] = o.signIn(login)
	}
	return o, x, cookies
}

func put(path string, body any) ask { return ask{method: "PUT", path: path, body: text(body)} }

func del(path string) ask { return ask{method: "DELETE", path: path} }

func TestHostileClaims(t *testing.T) {
	t.Parallel()
	o, x, cookies := circleOffice(t)
	c := x.circle
	input := func(change fields) fields {
		f := fields{"person_id": x.person, "rule_code": "clean_quarter", "fact_on": today, "matter": "全季度遵规守纪"}
		for k, v := range change {
			f[k] = v
		}
		return f
	}
	create := func(change fields) ask { return post("/api/claims", input(change)) }
	draft, submitted := "/api/claims/"+c.draft.ID.String(), "/api/claims/"+c.submitted.ID.String()
	verify := func(items any) ask { return post("/api/claims/verify", fields{"items": items}) }
	one := func(s claim.Saved) []fields { return []fields{{"id": s.ID, "version": s.Version}} }
	many := make([]fields, 101)
	for i := range many {
		many[i] = fields{"id": c.submitted.ID, "version": 1}
	}
	evidence := func(name string, data []byte) ask { return form("POST", draft+"/evidence", name, data, nil) }
	png := []byte("\x89PNG\r\n\x1a\n")
	o.refuse(t, cookies, []refusal{
		{"no session", "", create(nil), 401, "登录"},
		{"wrong role", "auditor", create(nil), 403, "权限"},
		{"for somebody of another group", "member1", create(fields{"person_id": o.Person("chief")}), 404, "人员"},
		{"for nobody", "member1", create(fields{"person_id": testID}), 404, "人员"},
		{"for no Party member", "member1", create(fields{"person_id": o.Person("staff")}), 404, "人员"},
		{"a number for text", "member1", create(fields{"matter": 7}), 422, "文字"},
		{"text for a number", "member1", create(fields{"amount": "100"}), 422, "整数"},
		{"a huge number", "member1", create(fields{"rule_code": "clean_quarter", "amount": 1e19}), 422, ""},
		{"an amount where the rule says how many", "member1", create(fields{"amount": 1 << 50}), 422, ""},
		{"an array", "member1", ask{method: "POST", path: "/api/claims", body: "[]"}, 422, ""},
		{"null", "member1", ask{method: "POST", path: "/api/claims", body: "null"}, 422, ""},
		{"an unknown field", "member1", create(fields{"state": "posted"}), 422, "不认识"},
		{"verified at once", "member1", create(fields{"verified_by": x.other}), 422, "不认识"},
		{"10 MB", "member1", create(fields{"statement": strings.Repeat("长", 10<<20/3)}), 413, "太大"},
		{"a long matter", "member1", create(fields{"matter": strings.Repeat("长", 101)}), 422, "100"},
		{"a long statement", "member1", create(fields{"statement": strings.Repeat("长", 2001)}), 422, "2000"},
		{"no matter", "member1", create(fields{"matter": " \u3000 "}), 422, "事项"},
		{"NUL in a matter", "member1", create(fields{"matter": "\x00"}), 422, "事项"},
		{"NUL in a statement", "member1", create(fields{"statement": "a\x00b"}), 422, "字符"},
		{"half a character", "member1", ask{method: "POST", path: "/api/claims", body: strings.Replace(text(create(nil).body), "守纪", "守\xe7\xba", 1)}, 422, "UTF-8"},
		{"in the future", "member1", create(fields{"fact_on": today.AddDays(1)}), 422, "晚于今天"},
		{"before the scheme", "member1", create(fields{"fact_on": "1999-01-01"}), 422, ""},
		{"the year 0026", "member1", create(fields{"fact_on": "0026-11-20"}), 422, ""},
		{"no such day", "member1", create(fields{"fact_on": "2026-02-30"}), 422, ""},
		{"no rule", "member1", create(fields{"rule_code": ""}), 422, "条款"},
		{"an unknown rule", "member1", create(fields{"rule_code": "'; DROP TABLE claim_claims; --"}), 422, "条款"},
		{"NUL in a rule", "member1", create(fields{"rule_code": "clean\x00"}), 422, ""},
		{"a rule that is not claimed", "member1", create(fields{"rule_code": "base"}), 422, "条款"},
		{"a rule of the office", "member1", create(fields{"rule_code": "correct_political", "amount": 100}), 422, "条款"},
		{"an honour without its name", "member1", create(fields{"rule_code": "honour_city"}), 422, "荣誉"},
		{"an honour of signs", "member1", create(fields{"rule_code": "honour_city", "honour": "《》——"}), 422, "荣誉"},

		{"a stale form", "member1", put(draft, input(fields{"version": c.draft.Version + 1})), 409, "刷新"},
		{"another beneficiary", "leader1", put(draft, input(fields{"version": c.draft.Version, "person_id": o.Person("chief")})), 404, "申报"},
		{"somebody else's draft", "deputy", put(draft, input(fields{"version": c.draft.Version})), 404, "申报"},
		{"a draft for its secretary", "secretary1", get(draft), 404, "申报"},
		{"edit what is handed in", "member1", put(submitted, input(fields{"version": c.submitted.Version})), 422, "收回"},
		{"delete what is handed in", "member1", del(submitted + "?version=1"), 422, "撤回"},
		{"delete without version", "member1", del(draft), 422, ""},
		{"withdraw a draft", "member1", post(draft+"/withdraw", fields{"version": c.draft.Version, "reason": "不要了"}), 422, "草稿"},
		{"withdraw without a reason", "member1", post(submitted+"/withdraw", fields{"version": c.submitted.Version, "reason": " "}), 422, "原因"},
		{"NUL in a reason", "member1", post(submitted+"/withdraw", fields{"version": c.submitted.Version, "reason": "a\x00b"}), 422, "字符"},
		{"submit twice", "member1", post(submitted+"/submit", fields{"version": c.submitted.Version}), 422, "已经提交"},
		{"recall what is verified", "member1", post("/api/claims/"+c.verified.ID.String()+"/recall", fields{"version": c.verified.Version}), 422, "待核实"},
		{"an unknown claim", "member1", post("/api/claims/"+testID+"/submit", fields{"version": 1}), 404, "申报"},
		{"no id", "member1", post("/api/claims/7/submit", fields{"version": 1}), 422, "编号"},

		{"verify a draft", "secretary1", verify(one(c.draft)), 404, "申报"},
		{"verify what was changed", "secretary1", verify([]fields{{"id": c.submitted.ID, "version": c.submitted.Version + 1}}), 422, "修改过"},
		{"verify twice", "secretary1", verify(one(c.verified)), 422, "已由他人核实"},
		{"verify nothing", "secretary1", verify([]fields{}), 422, "选择"},
		{"verify null", "secretary1", verify(nil), 422, ""},
		{"verify 101", "secretary1", verify(many), 422, "100"},
		{"verify nobody's", "secretary1", verify([]fields{{"id": testID, "version": 1}}), 404, "申报"},
		{"verify another branch's", "secretary2", verify(one(c.submitted)), 404, "申报"},
		{"verify as a member", "member1", verify(one(c.submitted)), 403, "权限"},
		{"return without a reason", "secretary1", post(submitted+"/return", fields{"version": c.submitted.Version, "reason": ""}), 422, "原因"},
		{"return with a long reason", "secretary1", post(submitted+"/return", fields{"version": c.submitted.Version, "reason": strings.Repeat("长", 201)}), 422, "200"},
		{"return a draft", "office", post(draft+"/return", fields{"version": c.draft.Version, "reason": "改一改"}), 404, "申报"},
		{"publish what is not verified", "office", post("/api/claims/notice", fields{"ids": []any{c.submitted.ID}}), 422, "已核实"},
		{"publish one that is and one that is not", "office", post("/api/claims/notice", fields{"ids": []any{c.verified.ID, c.submitted.ID}}), 422, "1 项"},
		{"publish nothing", "office", post("/api/claims/notice", fields{"ids": []any{}}), 422, "选择"},
		{"publish with a long text", "office", post("/api/claims/notice", fields{"ids": []any{c.verified.ID}, "body": strings.Repeat("长", 1001)}), 422, "1000"},
		{"publish with NUL", "office", post("/api/claims/notice", fields{"ids": []any{c.verified.ID}, "body": "a\x00b"}), 422, "字符"},
		{"publish another branch's", "secretary2", post("/api/claims/notice", fields{"ids": []any{c.verified.ID}}), 404, "申报"},

		{"a program as a document", "member1", evidence("证明.pdf", []byte("MZ\x90\x00\x03")), 422, "可以上传"},
		{"a page as a picture", "member1", evidence("照片.png", []byte("<!doctype html><script>alert(1)</script>")), 422, ""},
		{"a picture as a document", "member1", evidence("证明.pdf", png), 422, ""},
		{"a document as a picture", "member1", evidence("照片.jpg", []byte("%PDF-1.7")), 422, ""},
		{"a zip as a workbook", "member1", evidence("明细.xlsx", []byte("PK\x03\x04 no workbook")), 422, ""},
		{"a program", "member1", evidence("证明.exe", []byte("MZ\x90\x00\x03")), 422, "可以上传"},
		{"an empty file", "member1", evidence("证明.pdf", nil), 422, "空"},
		{"21 MB", "member1", evidence("证明.pdf", append([]byte("%PDF-1.7"), bytes.Repeat([]byte("a"), 21<<20)...)), 413, ""},
		{"evidence to what is handed in", "member1", form("POST", submitted+"/evidence", "证明.pdf", []byte("%PDF-1.7"), nil), 422, "收回"},
		{"evidence to somebody else's", "deputy", evidence("证明.pdf", []byte("%PDF-1.7")), 404, "申报"},
		{"evidence of another claim", "member1", get(draft + "/evidence/" + c.submittedFile.String()), 404, ""},
		{"take off what is handed in", "member1", del(submitted + "/evidence/" + c.submittedFile.String()), 422, "收回"},
		{"take off another's", "member1", del(draft + "/evidence/" + c.submittedFile.String()), 404, ""},

		{"sort by SQL", "office", get("/api/claims?sort=" + url.QueryEscape("number;drop")), 422, "排序"},
		{"unknown state", "office", get("/api/claims?state=secret"), 422, ""},
		{"unknown work", "office", get("/api/claims?work=sleep"), 422, "只能"},
		{"unknown cursor", "office", get("/api/claims?cursor=x"), 422, "第一页"},
		{"NUL in a cursor", "office", get("/api/claims?cursor=" + cursor(`{"s":"number","k":"\u0000","i":"`+testID+`"}`)), 422, "第一页"},
		{"NUL in a search", "office", get("/api/claims?q=%00"), 422, "字符"},
		{"no quarter", "office", get("/api/claims?quarter=2026Q5"), 422, "季度"},
		{"preview of no day", "member1", get("/api/claims/preview?rule_code=clean_quarter&person_id=" + x.person.String()), 422, ""},
		{"preview of the future", "member1", get("/api/claims/preview?rule_code=clean_quarter&fact_on=2027-01-01&person_id=" + x.person.String()), 422, ""},
		{"NUL in a preview", "member1", get("/api/claims/preview?rule_code=a%00&fact_on=2026-11-02&person_id=" + x.person.String()), 422, ""},
		{"rules of no day", "member1", get("/api/claims/rules?day=2026-13-01"), 422, ""},
	})
}

func TestHostileNotices(t *testing.T) {
	t.Parallel()
	o, x, cookies := circleOffice(t)
	c := x.circle
	notice := "/api/notices/" + c.notice.String()
	items, objection := notice+"/items/"+c.item.String()+"/objections", "/api/objections/"+c.objection.String()
	decide := func(change fields) ask {
		f := fields{"uphold": false, "answer": "经核实，申报属实", "meeting_id": c.meeting}
		for k, v := range change {
			f[k] = v
		}
		return post(objection+"/decision", f)
	}
	var totals string
	must(t, o.app.DB.NewRaw(`SELECT id::text FROM notice_notices WHERE unit_id = ? AND kind = 'totals' AND branch_id = ?`, o.Unit, x.branch.ID).Scan(t.Context(), &totals))
	var total string
	must(t, o.app.DB.NewRaw(`SELECT id::text FROM notice_items WHERE unit_id = ? AND notice_id = ? LIMIT 1`, o.Unit, totals).Scan(t.Context(), &total))
	early := o.meeting(0, 20, "上月党员大会")
	wrong, _ := o.confirmed(early)
	o.refuse(t, cookies, []refusal{
		{"objection without words", "member1", post(items, fields{"statement": "  "}), 422, "事实"},
		{"objection of 1001 characters", "member1", post(items, fields{"statement": strings.Repeat("长", 1001)}), 422, "1000"},
		{"NUL in an objection", "member1", post(items, fields{"statement": "a\x00b"}), 422, "字符"},
		{"a number", "member1", post(items, fields{"statement": 7}), 422, "文字"},
		{"an unknown field", "member1", post(items, fields{"statement": "有出入", "objector_id": x.other}), 422, "不认识"},
		{"to another's notice", "probationer", post(items, fields{"statement": "有出入"}), 404, "公示"},
		{"to an item of another notice", "member1", post(notice+"/items/"+total+"/objections", fields{"statement": "有出入"}), 404, "公示"},
		{"to no item", "member1", post(notice+"/items/"+testID+"/objections", fields{"statement": "有出入"}), 404, "公示"},
		{"after its time", "member1", post("/api/notices/"+totals+"/items/"+total+"/objections", fields{"statement": "有出入"}), 422, "已经结束"},
		{"take back somebody else's", "deputy", del(objection), 404, "异议"},

		{"decide without words", "secretary1", decide(fields{"answer": " "}), 422, "答复"},
		{"decide with NUL", "secretary1", decide(fields{"answer": "a\x00b"}), 422, "字符"},
		{"decide with text for a verdict", "secretary1", decide(fields{"uphold": "yes"}), 422, ""},
		{"decide without a meeting", "secretary1", post(objection+"/decision", fields{"uphold": true, "answer": "属实"}), 422, "会议"},
		{"decide with no meeting of ours", "secretary1", decide(fields{"meeting_id": testID}), 422, "会议"},
		{"decide with a meeting before the objection", "secretary1", decide(fields{"meeting_id": wrong.ID}), 422, ""},
		{"decide with a reading", "secretary1", decide(fields{"meeting_id": x.record.ID}), 422, ""},
		{"decide with a draft", "secretary1", decide(fields{"meeting_id": x.draft.ID}), 422, ""},
		{"decide as who objected", "member1", decide(nil), 403, "权限"},
		{"decide as another branch", "secretary2", decide(nil), 404, "异议"},
		{"decide about nothing", "secretary1", post("/api/objections/"+testID+"/decision", fields{"uphold": true, "answer": "属实"}), 404, "异议"},
		{"cancel without a reason", "office", post(notice+"/cancellation", fields{"reason": " "}), 422, "理由"},
		{"cancel with NUL", "office", post(notice+"/cancellation", fields{"reason": "a\x00b"}), 422, "字符"},
		{"cancel what is over", "office", post("/api/notices/"+totals+"/cancellation", fields{"reason": "有误"}), 409, "已经结束"},
		{"cancel another branch's", "secretary2", post(notice+"/cancellation", fields{"reason": "有误"}), 404, "公示"},
		{"unknown kind", "member1", get("/api/notices?kind=war"), 422, "只能"},
		{"unknown cursor", "member1", get("/api/notices?cursor=zz"), 422, "第一页"},
		{"unknown cursor of items", "member1", get(notice + "?cursor=zz"), 422, "第一页"},
		{"unknown cursor of objections", "secretary1", get("/api/objections?cursor=zz"), 422, "第一页"},
		{"NUL in a search", "member1", get("/api/notices?q=%00"), 422, "字符"},
		{"NUL in a search of items", "member1", get(notice + "?q=%00"), 422, "字符"},
	})
	if a := o.post(cookies["member1"], items, fields{"statement": "有出入"}); a.status != 201 {
		t.Fatalf("object: %s", a)
	}
	o.refuse(t, cookies, []refusal{{"object twice", "member1", post(items, fields{"statement": "还有出入"}), 409, "异议"}})
	if a := o.send(cookies["secretary1"], decide(nil)); a.status != 200 {
		t.Fatalf("decide: %s", a)
	}
	o.refuse(t, cookies, []refusal{
		{"decide twice", "secretary1", decide(fields{"uphold": true}), 409, "已有结论"},
		{"take back what is decided", "member1", del(objection), 409, "已有结论"},
	})
	o.clock.set(today.AddDays(30), 10)
	cookies["member1"] = o.signIn("member1")
	o.refuse(t, cookies, []refusal{{"object when the days are over", "member1", post(items, fields{"statement": "晚了"}), 422, "已经结束"}})
	o.clock.set(today.AddDays(-30), 10)
	cookies["member1"] = o.signIn("member1")
	o.refuse(t, cookies, []refusal{{"object with the clock moved back", "member1", post(items, fields{"statement": "早了"}), 422, "日期"}})
}

func TestHostileSchemes(t *testing.T) {
	t.Parallel()
	o, x, cookies := circleOffice(t)
	draft := x.circle.scheme
	path, old := "/api/schemes/"+draft.ID.String(), "/api/schemes/"+x.scheme.String()
	save := func(change func(*points.SchemeText)) ask {
		d := draft.Text()
		change(&d)
		return put(path, fields{"row_version": draft.RowVersion, "document": d})
	}
	rule := func(change func(*points.RuleText)) ask {
		return save(func(d *points.SchemeText) { change(&d.Rules[len(d.Rules)-1]) })
	}
	n := func(i int) *int { return &i }
	read := func(name string, data []byte) ask { return form("POST", "/api/scheme-imports", name, data, nil) }
	book := x.circle.rulebook
	o.refuse(t, cookies, []refusal{
		{"draft as a leader", "chief", post("/api/schemes", fields{"based_on": x.scheme}), 403, "权限"},
		{"draft from nothing", "office", post("/api/schemes", fields{"based_on": testID}), 404, "积分办法"},
		{"publish as its author", "office", post(path+"/publication", fields{"row_version": draft.RowVersion}), 403, "权限"},
		{"publish another version than the one read", "chief", post(path+"/publication", fields{"row_version": draft.RowVersion + 1}), 409, "刷新"},
		{"publish twice", "chief", post(old+"/publication", fields{"row_version": 1}), 409, "已经发布"},
		{"publish nothing", "chief", post("/api/schemes/"+testID+"/publication", fields{"row_version": 1}), 404, "积分办法"},
		{"edit what is published", "office", put(old, fields{"row_version": 1, "document": draft.Text()}), 409, "已经发布"},
		{"delete what is published", "office", del(old + "?row_version=1"), 409, "已经发布"},
		{"a stale edit", "office", put(path, fields{"row_version": draft.RowVersion + 1, "document": draft.Text()}), 409, "刷新"},
		{"an empty document", "office", put(path, fields{"row_version": draft.RowVersion, "document": fields{}}), 422, ""},
		{"null for a document", "office", put(path, fields{"row_version": draft.RowVersion, "document": nil}), 422, ""},
		{"no rules", "office", save(func(d *points.SchemeText) { d.Rules = []points.RuleText{} }), 422, "基础分"},
		{"a rule twice", "office", save(func(d *points.SchemeText) { d.Rules = append(d.Rules, d.Rules[1]) }), 422, "重复"},
		{"two bases", "office", save(func(d *points.SchemeText) { r := d.Rules[0]; r.Code = "base2"; d.Rules = append(d.Rules, r) }), 422, "基础分"},
		{"no name", "office", save(func(d *points.SchemeText) { d.Name = " " }), 422, "名称"},
		{"NUL in a name", "office", save(func(d *points.SchemeText) { d.Name = "a\x00b" }), 422, "字符"},
		{"NUL in a note", "office", save(func(d *points.SchemeText) { d.Note = "a\x00b" }), 422, "字符"},
		{"the year 0026", "office", save(func(d *points.SchemeText) { d.EffectiveFrom = calendar.NewDate(26, time.January, 1) }), 422, ""},
		{"NUL in a rule", "office", rule(func(r *points.RuleText) { r.Title = "a\x00b" }), 422, "字符"},
		{"NUL in a rule's code", "office", rule(func(r *points.RuleText) { r.Code = "a\x00b" }), 422, ""},
		{"an unknown trigger", "office", rule(func(r *points.RuleText) { r.Trigger = "login" }), 422, "入账方式"},
		{"an unknown dimension", "office", rule(func(r *points.RuleText) { r.Dimension = "luck" }), 422, "维度"},
		{"an unknown category", "office", rule(func(r *points.RuleText) { r.Trigger, r.Categories = "attendance", []string{"'; DROP"} }), 422, ""},
		{"a huge amount", "office", rule(func(r *points.RuleText) { r.Points = 1 << 60 }), 422, "分"},
		{"a cap below nothing", "office", rule(func(r *points.RuleText) { r.CapMonth = n(-1) }), 422, ""},
		{"a limit below nothing", "office", save(func(d *points.SchemeText) { d.Limits[0].MaxGain = -1 }), 422, ""},
		{"a limit twice", "office", save(func(d *points.SchemeText) { d.Limits[1] = d.Limits[0] }), 422, "重复"},
		{"compare with nothing", "chief", get(path + "/comparison?with=" + testID), 404, "积分办法"},
		{"try on no quarter", "chief", get(path + "/trial?quarter=2026Q5"), 422, "季度"},
		{"unknown cursor of a trial", "chief", get(path + "/trial?quarter=2026Q3&cursor=zz"), 422, ""},

		{"no workbook", "office", read("条款.xlsx", []byte("PK\x03\x04 nothing")), 422, ""},
		{"an empty file", "office", read("条款.xlsx", nil), 422, ""},
		{"text as a workbook", "office", read("条款.xlsx", []byte("事项,维度\n")), 422, "xlsx"},
		{"a workbook of people", "office", read("条款.xlsx", roster([]string{"某人", "13900001111", "群众"})), 422, "条款"},
		{"a workbook that unpacks to 300 MB", "office", read("条款.xlsx", forged(t, book, 300<<20)), 422, ""},
		{"a workbook with an entity bomb", "office", read("条款.xlsx", rezip(t, book, map[string][]byte{"xl/workbook.xml": []byte(`<!DOCTYPE a [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><workbook>&b;</workbook>`)})), 422, ""},
		{"5 MB", "office", read("条款.xlsx", bytes.Repeat([]byte("a"), 5<<20)), 422, "xlsx"},
		{"no file", "office", ask{method: "POST", path: "/api/scheme-imports", body: "{}"}, 422, ""},
	})
	yesterday := draft.Text()
	yesterday.EffectiveFrom = today.AddDays(-1)
	a := o.send(cookies["office"], put(path, fields{"row_version": draft.RowVersion, "document": yesterday}))
	if a.status == 200 {
		var saved points.Scheme
		a.into(t, &saved)
		o.refuse(t, cookies, []refusal{{"effective yesterday", "chief", post(path+"/publication", fields{"row_version": saved.RowVersion}), 422, "今天以后"}})
		yesterday.EffectiveFrom = draft.EffectiveFrom
		o.send(cookies["office"], put(path, fields{"row_version": saved.RowVersion, "document": yesterday})).into(t, &saved)
		draft = saved
	} else if p, err := a.problem(); err != nil || a.status != 422 {
		t.Errorf("effective yesterday: %s %v %v", a, p, err)
	}
	if a := o.post(cookies["chief"], path+"/publication", fields{"row_version": draft.RowVersion}); a.status != 200 {
		t.Fatalf("publish: %s", a)
	}
	o.refuse(t, cookies, []refusal{
		{"publish again", "chief", post(path+"/publication", fields{"row_version": draft.RowVersion}), 409, "已经发布"},
		{"edit after publishing", "office", put(path, fields{"row_version": draft.RowVersion, "document": draft.Text()}), 409, "已经发布"},
		{"delete after publishing", "office", del(fmt.Sprint(path, "?row_version=", draft.RowVersion)), 409, "已经发布"},
	})
}

func TestHostileQuarters(t *testing.T) {
	t.Parallel()
	o, x, cookies := circleOffice(t)
	c := x.circle
	quarter := func(q, what string) string { return "/api/points/quarters/" + q + "/" + what }
	seal := func(q, print string) ask {
		return post(quarter(q, "close"), fields{"fingerprint": print, "acknowledged": true})
	}
	csv := func(year int, text string) ask {
		return form("POST", fmt.Sprintf("/api/holidays/%d/preview", year), "节假日.csv", []byte(text), nil)
	}
	tied, heard := "/api/selections/"+c.tied.String(), "/api/selections/"+c.heard.String()
	whom := "/api/selections/" + c.whom.String()
	candidate := whom + "/candidates/" + c.nominee.id.String()
	running := o.checklist(calendar.QuarterOf(today))
	o.refuse(t, cookies, []refusal{
		{"close a running quarter", "chief", seal("2026Q4", running.Fingerprint), 422, "季度尚未结束"},
		{"close with a stale list", "chief", seal("2026Q3", strings.Repeat("a", 64)), 409, "刷新"},
		{"close with the list of another quarter", "chief", seal("2026Q3", running.Fingerprint), 409, "刷新"},
		{"close without a list", "chief", post(quarter("2026Q3", "close"), fields{"acknowledged": true}), 422, ""},
		{"close with a long print", "chief", seal("2026Q3", strings.Repeat("a", 1000)), 422, "64"},
		{"close with text for yes", "chief", post(quarter("2026Q3", "close"), fields{"fingerprint": c.fingerprint, "acknowledged": "yes"}), 422, ""},
		{"close what is not in the books", "chief", seal("2019Q1", c.fingerprint), 404, "季度"},
		{"close no quarter", "chief", seal("2026Q5", c.fingerprint), 404, "季度"},
		{"close as the Party office", "office", seal("2026Q3", c.fingerprint), 403, "权限"},
		{"notice totals of a running quarter", "office", post(quarter("2026Q4", "notices"), fields{}), 422, ""},
		{"notice totals of no quarter", "office", post(quarter("2026Q9", "notices"), fields{}), 404, "季度"},
		{"notice totals twice", "office", post(quarter("2026Q3", "notices"), fields{}), 409, "公示"},
		{"notice totals of no branch", "office", post(quarter("2026Q3", "notices"), fields{"branch_id": testID}), 404, "支部"},
		{"notice totals of another branch", "secretary2", post(quarter("2026Q3", "notices"), fields{"branch_id": x.branch.ID}), 404, "支部"},
		{"check list of no quarter", "office", get(quarter("2026Q9", "checklist")), 404, "季度"},
		{"statement of no month", "member1", get("/api/ledgers/me/statements/2026-13"), 422, "月份"},
		{"statement of text", "member1", get("/api/ledgers/me/statements/%00"), 422, ""},
		{"voucher 0", "member1", get("/api/points/vouchers/0"), 422, ""},
		{"voucher of text", "member1", get("/api/points/vouchers/a"), 422, ""},
		{"a huge voucher", "member1", get("/api/points/vouchers/99999999999999999999"), 422, ""},

		{"open an unknown kind", "office", post("/api/selections", fields{"kind": "king", "quarter": "2026Q2"}), 422, "只能"},
		{"open a quarter to come", "office", post("/api/selections", fields{"kind": "pennant", "quarter": "2027Q1"}), 422, "季度"},
		{"open no quarter", "office", post("/api/selections", fields{"kind": "pennant", "quarter": "2026"}), 422, "季度"},
		{"open twice", "office", post("/api/selections", fields{"kind": "pennant", "quarter": "2026Q3"}), 409, "评选"},
		{"nominate without words", "office", put(whom+"/candidates/"+c.nominee.id.String()+"/nomination", fields{"reasons": " "}), 422, "理由"},
		{"NUL in a nomination", "office", put(candidate+"/nomination", fields{"reasons": "a\x00b"}), 422, "字符"},
		{"nominate a group", "office", put(tied+"/candidates/"+c.chosen.String()+"/nomination", fields{"reasons": "表现好"}), 422, "不需要推荐"},
		{"nominate a candidate of another selection", "office", put(tied+"/candidates/"+c.nominee.id.String()+"/nomination", fields{"reasons": "表现好"}), 404, "候选"},
		{"nominate oneself", "leader1", put("/api/selections/"+c.open.String()+"/candidates/"+testID+"/nomination", fields{"reasons": "表现好"}), 404, "候选"},
		{"an opinion that is none", "secretary1", put(candidate+"/opinion", fields{"opinion": "maybe"}), 422, "只能"},
		{"disagree without words", "secretary1", put(candidate+"/opinion", fields{"opinion": "disagree"}), 422, "理由"},
		{"NUL in an opinion", "secretary1", put(candidate+"/opinion", fields{"opinion": "agree", "text": "a\x00b"}), 422, "字符"},
		{"choose with a stale page", "chief", post(tied+"/choice", fields{"candidate_id": c.chosen, "reason": "好", "row_version": c.versions[c.tied] + 1}), 409, "刷新"},
		{"choose nobody", "chief", post(tied+"/choice", fields{"candidate_id": testID, "reason": "好", "row_version": c.versions[c.tied]}), 404, "候选"},
		{"choose without a reason", "chief", post(tied+"/choice", fields{"candidate_id": c.chosen, "reason": "", "row_version": c.versions[c.tied]}), 422, "理由"},
		{"notice with a stale page", "office", post("/api/selections/"+c.ready.String()+"/notice", fields{"row_version": c.versions[c.ready] + 1}), 409, "刷新"},
		{"notice a tie", "office", post(tied+"/notice", fields{"row_version": c.versions[c.tied]}), 422, "并列"},
		{"notice what is heard", "office", post(heard+"/notice", fields{"row_version": c.versions[c.heard]}), 422, "审定"},
		{"decide before the notice", "chief", post("/api/selections/"+c.ready.String()+"/decision", fields{"awards": []any{c.awarded}, "row_version": c.versions[c.ready]}), 422, "公示"},
		{"decide with a stale page", "chief", post(heard+"/decision", fields{"awards": []any{c.awarded}, "row_version": c.versions[c.heard] + 1}), 409, "刷新"},
		{"award nobody", "chief", post(heard+"/decision", fields{"awards": []any{}, "row_version": c.versions[c.heard]}), 422, "选择"},
		{"award twice in one", "chief", post(heard+"/decision", fields{"awards": []any{c.awarded, c.awarded}, "row_version": c.versions[c.heard]}), 422, ""},
		{"award somebody of another selection", "chief", post(heard+"/decision", fields{"awards": []any{c.nominee.id}, "row_version": c.versions[c.heard]}), 422, "选择"},
		{"cancel without a reason", "office", post(tied+"/cancellation", fields{"reason": " "}), 422, "原因"},
		{"NUL in a cancellation", "office", post(tied+"/cancellation", fields{"reason": "a\x00b"}), 422, "字符"},
		{"compute what is heard", "office", post(heard+"/computation", ""), 422, "审定"},
		{"cursor of selections", "office", get("/api/selections?cursor=zz"), 422, "第一页"},
		{"cursor of candidates", "office", get(tied + "/candidates?cursor=zz"), 422, "第一页"},
		{"cursor of honours", "member1", get("/api/honours?cursor=zz"), 422, "第一页"},
		{"NUL in a search of candidates", "office", get(tied + "/candidates?q=%00"), 422, "字符"},
		{"NUL in a search of honours", "member1", get("/api/honours?q=%00"), 422, "字符"},
		{"fairness of no quarter", "chief", get("/api/fairness?quarter=2026Q7"), 422, "季度"},
		{"cursor of cuts", "chief", get("/api/fairness/cuts?quarter=2026Q3&cursor=zz"), 422, "第一页"},
		{"NUL in a rule of cuts", "chief", get("/api/fairness/cuts?quarter=2026Q3&rule=%00"), 422, "字符"},
		{"cursor of decisions", "chief", get("/api/fairness/decisions?verifier=" + testID + "&quarter=2026Q3&cursor=zz"), 422, "第一页"},
		{"decisions of nobody", "chief", get("/api/fairness/decisions?quarter=2026Q3"), 422, ""},

		{"holidays of rubbish", "office", csv(2028, "\x00\x01\x02\xff\xfe"), 422, ""},
		{"holidays without headings", "office", csv(2028, "2028-01-01,holiday,元旦\n"), 422, "表头"},
		{"an empty calendar", "office", csv(2028, ""), 422, "空"},
		{"headings alone", "office", csv(2028, "date,kind,name\n"), 422, ""},
		{"holidays of another year", "office", csv(2028, "date,kind,name\n2027-01-01,holiday,元旦\n"), 422, "2028"},
		{"a day twice", "office", csv(2028, "date,kind,name\n2028-01-01,holiday,元旦\n2028-01-01,makeup,补班\n"), 422, ""},
		{"no such day", "office", csv(2028, "date,kind,name\n2028-02-30,holiday,元旦\n"), 422, "第 2 行"},
		{"an unknown kind of day", "office", csv(2028, "date,kind,name\n2028-01-01,party,元旦\n"), 422, "第 2 行"},
		{"NUL in a name of a day", "office", csv(2028, "date,kind,name\n2028-01-01,holiday,元\x00旦\n"), 422, ""},
		{"a formula for a day", "office", csv(2028, "date,kind,name\n=1+1,holiday,元旦\n"), 422, "第 2 行"},
		{"an open quote", "office", csv(2028, "date,kind,name\n\"2028-01-01,holiday,元旦\n"), 422, ""},
		{"a workbook for a calendar", "office", form("POST", "/api/holidays/2028/preview", "节假日.csv", c.rulebook, nil), 422, ""},
		{"2 MB of calendar", "office", csv(2028, "date,kind,name\n"+strings.Repeat("2028-01-01,holiday,元旦\n", 80000)), 422, "1 MB"},
		{"the year 1900", "office", csv(1900, "date,kind,name\n1900-01-01,holiday,元旦\n"), 422, "2020"},
		{"import what was not previewed", "office", form("PUT", "/api/holidays/2028", "节假日.csv", holidays(2028), map[string]string{"plan": "other"}), 409, "预览"},
		{"import without preview", "office", form("PUT", "/api/holidays/2028", "节假日.csv", holidays(2028), nil), 409, "预览"},
		{"take back what was not imported", "office", del("/api/holidays/2030"), 409, "没有导入"},
		{"verify nothing", "member1", form("POST", "/api/reports/verification", "报表.xlsx", []byte("PK\x03\x04"), nil), 422, ""},
		{"verify a bomb", "member1", form("POST", "/api/reports/verification", "报表.xlsx", forged(t, c.rulebook, 300<<20), nil), 422, ""},
	})
}
