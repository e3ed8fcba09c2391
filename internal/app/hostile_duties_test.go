package app_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/duty"
)

// terms are those of a duty as a page sends them, with changes.
func terms(change fields) fields {
	f := fields{"name": "党组讲评", "activity_kind": "review", "period": duty.EveryQuarter, "times": 2, "committee": false, "basis": "", "ord": 1, "valid_from": nextQuarter.First()}
	maps.Copy(f, change)
	return f
}

func TestHostileDuties(t *testing.T) {
	t.Parallel()
	o, x, cookies := talksOffice(t)
	c := x.calendars
	defines := func(change fields) ask {
		return put("/api/duties/review", terms(fields{"seen": c.lines["review"]}).merge(change))
	}
	adds := func(change fields) ask {
		return post("/api/duties", terms(fields{"owner": duty.OwnerBranch, "activity_kind": "reading_salon", "name": "读书沙龙"}).merge(change))
	}
	asks := func(change fields) ask {
		f := fields{"code": "seminar", "owner": "branch", "owner_id": x.branch.ID, "period_first": "2026-11-01", "reason": "集中办案"}
		return post("/api/duty-excuses", f.merge(change))
	}
	excuse := "/api/duty-excuses/" + c.excuses["secretary1"].String()
	offices := "/api/duty-excuses/" + c.excuses["office"].String()
	plan := "/api/duty-plans/" + x.branch.ID.String() + "/2026Q4"
	makes := func(branch, quarter any) ask {
		return post("/api/duty-plans", fields{"branch_id": branch, "quarter": quarter})
	}
	saves := func(items ...fields) ask {
		return put(plan, fields{"version": c.quarterly.Version, "items": items})
	}
	item := func(change fields) fields {
		return fields{"planned_on": "2026-12-10", "title": "走进社区"}.merge(change)
	}
	many := make([]fields, 401)
	for i := range many {
		many[i] = item(nil)
	}
	cell := func(code, owner, id, first string) ask {
		return get("/api/duties/cell?code=" + code + "&owner=" + owner + "&owner_id=" + id + "&first=" + first)
	}
	branch := x.branch.ID.String()
	o.refuse(t, cookies, []refusal{
		{"no session", "", get("/api/duties/grid"), 401, "登录"},
		{"duties as an administrator", "sysadmin", get("/api/duties/grid"), 403, "权限"},
		{"define as a secretary", "secretary1", defines(nil), 403, "权限"},
		{"define an unknown code", "office", put("/api/duties/none", terms(fields{"seen": c.lines["review"]})), 404, ""},
		{"define on another line", "office", defines(fields{"seen": c.lines["party_day"]}), 409, "刷新"},
		{"define on nothing", "office", defines(fields{"seen": testID}), 409, "刷新"},
		{"32 times", "office", defines(fields{"times": 32}), 422, ""},
		{"no times", "office", defines(fields{"times": 0}), 422, ""},
		{"from the middle of a quarter", "office", defines(fields{"valid_from": "2027-02-01"}), 422, "第一天"},
		{"from a quarter that is over", "office", defines(fields{"valid_from": "2026-07-01"}), 422, "过去"},
		{"from no day", "office", defines(fields{"valid_from": "2026-02-30"}), 422, ""},
		{"of no kind", "office", defines(fields{"activity_kind": "gossip"}), 422, "活动类型"},
		{"of a kind that branches alone have", "office", defines(fields{"activity_kind": "group_meeting"}), 422, "活动类型"},
		{"every day", "office", defines(fields{"period": "day"}), 422, "周期"},
		{"every decade", "office", defines(fields{"period": "decade"}), 422, "只能"},
		{"no name", "office", defines(fields{"name": " "}), 422, "名称"},
		{"NUL in a name", "office", defines(fields{"name": "a\x00b"}), 422, "字符"},
		{"a long basis", "office", defines(fields{"basis": strings.Repeat("长", 101)}), 422, "100"},
		{"a committee of the office", "office", defines(fields{"committee": true}), 422, "支委会"},
		{"add for a person", "office", adds(fields{"owner": "member"}), 422, "只能"},
		{"add from the year 0206", "office", adds(fields{"valid_from": "0206-01-01"}), 422, ""},
		{"end in the past", "office", post("/api/duties/review/end", fields{"seen": c.lines["review"], "last": "2026-06-30"}), 422, ""},
		{"end in the middle", "office", post("/api/duties/review/end", fields{"seen": c.lines["review"], "last": "2027-02-15"}), 422, ""},
		{"end on another line", "office", post("/api/duties/review/end", fields{"seen": testID, "last": "2026-12-31"}), 409, "刷新"},
		{"take back what is in force", "office", del("/api/duties/review/next"), 409, ""},
		{"take back nothing", "office", del("/api/duties/none/next"), 404, ""},

		{"a grid of nobody", "office", get("/api/duties/grid?owner=secret"), 422, "只能"},
		{"a grid of 25 months", "office", get("/api/duties/grid?months=25"), 422, "24"},
		{"a grid from month 13", "office", get("/api/duties/grid?from=2026-13"), 422, "月"},
		{"a grid of SQL", "office", get("/api/duties/grid?branch_id='%20OR%201=1"), 422, ""},
		{"cursor of a grid", "office", get("/api/duties/grid?cursor=zz"), 422, "第一页"},
		{"NUL in a cursor of a grid", "office", get("/api/duties/grid?cursor=" + cursor("\x00")), 422, "第一页"},
		{"NUL in a search of a grid", "office", get("/api/duties/grid?q=%00"), 422, "字符"},
		{"NUL in a code", "office", get("/api/duties/grid?code=%00"), 422, "字符"},
		{"a cell of nothing", "office", cell("none", "branch", branch, "2026-11-01"), 404, ""},
		{"a cell of no day", "office", cell("seminar", "branch", branch, "2026-02-30"), 422, ""},
		{"a cell of the middle of a month", "office", cell("seminar", "branch", branch, "2026-11-05"), 404, ""},
		{"a cell to come", "office", cell("seminar", "branch", branch, "2027-01-01"), 404, ""},
		{"a cell of nobody", "office", cell("seminar", "branch", testID, "2026-11-01"), 404, ""},
		{"a cell of another owner", "office", cell("seminar", "group", branch, "2026-11-01"), 404, ""},
		{"a cell of another branch", "secretary2", cell("seminar", "branch", branch, "2026-11-01"), 404, ""},
		{"a cell of no owner", "office", get("/api/duties/cell?code=seminar"), 422, ""},

		{"no reason", "secretary1", asks(fields{"reason": " "}), 422, "原因"},
		{"a long reason", "secretary1", asks(fields{"reason": strings.Repeat("长", 201)}), 422, "200"},
		{"NUL in a reason", "secretary1", asks(fields{"reason": "a\x00b"}), 422, "字符"},
		{"a reason for what comes", "secretary1", asks(fields{"period_first": "2027-01-01"}), 404, ""},
		{"a reason for no period", "secretary1", asks(fields{"period_first": "2026-11-05"}), 404, ""},
		{"a reason twice", "secretary1", asks(fields{"code": "party_day"}), 409, "刷新"},
		{"another branch's reason", "secretary2", asks(nil), 404, ""},
		{"a reason as a member", "member1", asks(nil), 403, "权限"},
		{"decide what one asked", "office", post(offices+"/decision", fields{"approve": true}), 422, ""},
		{"refuse without a word", "chief", post(excuse+"/decision", fields{"approve": false}), 422, "意见"},
		{"decide as a secretary", "secretary2", post(excuse+"/decision", fields{"approve": true}), 403, "权限"},
		{"decide nothing", "chief", post("/api/duty-excuses/"+testID+"/decision", fields{"approve": true}), 404, ""},
		{"approve perhaps", "chief", post(excuse+"/decision", fields{"approve": "perhaps"}), 422, ""},
		{"take back another's", "office", post(excuse+"/withdrawal", ""), 422, "自己"},
		{"take back another branch's", "secretary2", post(excuse+"/withdrawal", ""), 404, ""},
		{"cursor of reasons", "office", get("/api/duty-excuses?cursor=zz"), 422, "第一页"},
		{"reasons of no state", "office", get("/api/duty-excuses?state=secret"), 422, "只能"},

		{"a plan of no quarter", "office", makes(x.branch.ID, "2026Q5"), 422, "季度"},
		{"a plan of a quarter that is over", "office", makes(x.branch.ID, "2025Q1"), 422, ""},
		{"a plan of a quarter far away", "office", makes(x.branch.ID, "2028Q1"), 422, ""},
		{"a plan twice", "secretary1", makes(x.branch.ID, "2026Q4"), 409, ""},
		{"another branch's plan", "secretary2", makes(x.branch.ID, nextQuarter), 404, "支部"},
		{"a plan of no branch", "office", makes(testID, nextQuarter), 404, "支部"},
		{"no such plan", "office", get("/api/duty-plans/" + branch + "/2027Q1"), 404, "计划"},
		{"no such sheet", "office", get("/api/duty-plans/" + branch + "/2027Q1/sheet.xlsx"), 404, "计划"},
		{"a stale plan", "secretary1", put(plan, fields{"version": c.quarterly.Version + 1, "items": []fields{item(nil)}}), 409, "刷新"},
		{"401 items", "secretary1", saves(many...), 422, "400"},
		{"an item of another quarter", "secretary1", saves(item(fields{"planned_on": "2027-01-04"})), 422, ""},
		{"an item without a title", "secretary1", saves(item(fields{"title": " "})), 422, ""},
		{"an item with a long title", "secretary1", saves(item(fields{"title": strings.Repeat("长", 101)})), 422, "100"},
		{"NUL in an item", "secretary1", saves(item(fields{"title": "a\x00b"})), 422, ""},
		{"an item of no duty", "secretary1", saves(item(fields{"code": "none"})), 422, ""},
		{"an item of another branch's group", "secretary1", saves(item(fields{"code": "group_meeting", "group_id": o.Groups[1][0].ID})), 422, ""},
		{"an item of nobody", "secretary1", saves(item(fields{"person_id": testID})), 422, ""},
		{"file a stale plan", "secretary1", post(plan+"/filing", fields{"version": 99}), 409, "刷新"},
		{"file another branch's", "secretary2", post(plan+"/filing", fields{"version": c.quarterly.Version}), 404, ""},
		{"drop a stale plan", "secretary1", del(plan + "?version=99"), 409, "刷新"},
		{"drop without a version", "secretary1", del(plan), 422, ""},
		{"plans of no quarter", "office", get("/api/duty-plans?quarter=2026Q5"), 422, "季度"},
		{"plans of no state", "office", get("/api/duty-plans?state=secret"), 422, "只能"},
		{"cursor of plans", "office", get("/api/duty-plans?cursor=zz"), 422, "第一页"},
		{"NUL in a search of plans", "office", get("/api/duty-plans?q=%00"), 422, "字符"},
		{"talks of a quarter to come", "office", get("/api/reports/talk-coverage?quarter=2027Q1"), 422, "还没有开始"},
		{"talks of one person", "office", get("/api/reports/talk-coverage?quarter=2026Q4&person=" + x.person.String()), 422, ""},
		{"meetings of no quarter", "office", get("/api/reports/meeting-statistics?quarter=2026Q5"), 422, "季度"},
	})
	o.garbles(t, cookies, x, dutyRequests())
	if a := o.post(cookies["secretary1"], plan+"/filing", fields{"version": c.quarterly.Version}); a.status != 200 {
		t.Fatal(a)
	}
	o.refuse(t, cookies, []refusal{
		{"file twice", "secretary1", post(plan+"/filing", fields{"version": c.quarterly.Version}), 409, ""},
		{"drop what is filed", "secretary1", del(plan + "?version=2"), 422, "报备"},
	})
	if c.lines["review"] == uuid.Nil {
		t.Error("no line of a duty was found")
	}
}

// merge is f with changes.
func (f fields) merge(change fields) fields {
	maps.Copy(f, change)
	return f
}
