package app_test

import (
	"bytes"
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/sheet"
	"xianfeng/internal/volunteer"
)

var hoursHeadings = []string{"姓名", "工号", "日期", "活动", "地点", "对象", "组织者", "时长(分钟)"}

// hoursOfRows is a workbook of hours with these rows below the headings.
func hoursOfRows(t *testing.T, headings []string, rows ...[]any) []byte {
	t.Helper()
	var columns []sheet.Column
	for _, c := range headings {
		columns = append(columns, sheet.Column{Key: c, Title: c})
	}
	var b bytes.Buffer
	must(t, sheet.WriteList(&b, "时长", columns, sheet.RowsOf(rows)))
	return b.Bytes()
}

// Uploads of hours that are none, or want to be more: a sentence says what is wrong, and
// nothing is kept.
func TestHostileHoursWorkbooks(t *testing.T) {
	t.Parallel()
	o, _, cookies := hostileOffice(t)
	row := []any{o.Actor("member1").Name, "", "2026-11-16", "河道清洁", "河边", "群众", "", "90"}
	good := hoursOfRows(t, hoursHeadings, row)
	upload := func(data []byte) ask { return form("POST", "/api/volunteer-imports", "时长.xlsx", data, nil) }
	many := make([][]any, 20001)
	for i := range many {
		many[i] = row
	}
	whole := upload(good)
	o.refuse(t, cookies, []refusal{
		{"no session", "", whole, 401, "登录"},
		{"not one's job", "secretary1", whole, 403, "权限"},
		{"an empty file", "office", upload(nil), 422, ""},
		{"html named xlsx", "office", upload([]byte("<html><table><tr><td>姓名</td></tr></table></html>")), 422, "xlsx"},
		{"csv named xlsx", "office", upload([]byte("姓名,时长")), 422, "xlsx"},
		{"cut off", "office", upload(good[:len(good)/2]), 422, ""},
		{"headings only", "office", upload(hoursOfRows(t, hoursHeadings)), 422, ""},
		{"wrong headings", "office", upload(hoursOfRows(t, []string{"甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"}, row)), 422, "表头"},
		{"no column of hours", "office", upload(hoursOfRows(t, hoursHeadings[:7], row[:7])), 422, "时长"},
		{"macros", "office", upload(rezip(t, good, map[string][]byte{"xl/vbaProject.bin": []byte("macro")})), 422, "宏"},
		{"a bomb", "office", upload(rezip(t, good, map[string][]byte{"xl/worksheets/sheet1.xml": make([]byte, 220<<20)})), 422, ""},
		{"a forged size", "office", upload(forged(t, good, 220<<20)), 422, ""},
		{"20,000 parts", "office", upload(manyParts(t, 20_000)), 422, ""},
		{"20,001 rows", "office", upload(hoursOfRows(t, hoursHeadings, many...)), 422, "20000"},
		{"no file", "office", ask{method: "POST", path: whole.path, body: "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x--\r\n", media: "multipart/form-data; boundary=x"}, 422, "志愿时长"},
		{"half a form", "office", ask{method: "POST", path: whole.path, body: whole.body[:len(whole.body)/2], media: whole.media}, 422, ""},
		{"an import of nobody", "office", post("/api/volunteer-imports/"+testID+"/confirmation", fields{}), 404, ""},
		{"undo one of nobody", "office", post("/api/volunteer-imports/"+testID+"/undo", fields{}), 404, ""},
		{"cursor of imports", "office", get("/api/volunteer-imports?cursor=zz"), 422, "第一页"},
	})
}

// Rows of hours that cannot be: each is named, none comes in, and the good ones only when
// somebody says so.
func TestHostileHoursRows(t *testing.T) {
	t.Parallel()
	o, _, cookies := hostileOffice(t)
	name, other := o.Actor("member1").Name, o.Actor("secretary2").Name
	make := func(change map[int]any) []any {
		r := []any{name, "", "2026-11-16", "河道清洁", "河边", "群众", "", "90"}
		for i, v := range change {
			r[i] = v
		}
		return r
	}
	bad := []struct {
		name, says string
		row        []any
	}{
		{"the year 1900", "", make(map[int]any{2: "1900-01-01"})},
		{"the year 1999", "2000", make(map[int]any{2: "1999-12-31"})},
		{"the year 2099", "还没有到", make(map[int]any{2: "2099-01-01"})},
		{"tomorrow", "还没有到", make(map[int]any{2: today.AddDays(1).String()})},
		{"no such day", "", make(map[int]any{2: "2026-02-30"})},
		{"a month", "哪一天", make(map[int]any{2: "2026年3月"})},
		{"no minutes", "1 分钟", make(map[int]any{7: "0"})},
		{"less than none", "时长", make(map[int]any{7: "-90"})},
		{"a week", "24 小时", make(map[int]any{7: "9999"})},
		{"part of a minute", "整数", make(map[int]any{7: "1.5"})},
		{"infinity", "时长", make(map[int]any{7: "Inf"})},
		{"not a number", "时长", make(map[int]any{7: "NaN"})},
		{"hexadecimal", "时长", make(map[int]any{7: "0x1p-2"})},
		{"an exponent", "", make(map[int]any{7: "1e9"})},
		{"a word", "时长", make(map[int]any{7: "很久"})},
		{"nobody", "", make(map[int]any{0: "查无此人"})},
		{"no name", "姓名", make(map[int]any{0: ""})},
		{"a staff number of nobody", "", make(map[int]any{1: "no-such"})},
		{"an organiser of nobody", "没有这个", make(map[int]any{6: "第九十九党支部"})},
		{"a title of 101 characters", "100", make(map[int]any{3: strings.Repeat("长", 101)})},
		{"no title", "活动", make(map[int]any{3: ""})},
	}
	rows := [][]any{make(nil), {other, "", "2026-11-16", "=HYPERLINK(\"http://evil\",\"河道\")", "河边", "群众", "", "90"}, make(nil)} // two good ones and one of them again
	for _, b := range bad {
		rows = append(rows, b.row)
	}
	var i volunteer.HoursImport
	o.send(cookies["office"], form("POST", "/api/volunteer-imports", "时长.xlsx", hoursOfRows(t, hoursHeadings, rows...), nil)).into(t, &i)
	if i.Counts.Rows != len(rows) || i.Counts.Good != 2 || i.Counts.Bad != len(bad)+1 {
		t.Errorf("%+v", i.Counts)
	}
	said := map[int]string{}
	for _, p := range i.Problems {
		said[p.Row] += p.Reason
		if p.Sheet == "" || !chinese(p.Reason) {
			t.Errorf("problem %+v", p)
		}
	}
	first := 2
	if len(i.Rows) > 0 {
		first = i.Rows[0].Row
	}
	if said[first+2] == "" {
		t.Error("a row twice is not named")
	}
	for n, b := range bad {
		if got := said[first+3+n]; got == "" || !strings.Contains(got, b.says) {
			t.Errorf("%s: %q", b.name, got)
		}
	}
	confirm := "/api/volunteer-imports/" + i.ID.String() + "/confirmation"
	o.refuse(t, cookies, []refusal{
		{"confirm with bad rows", "office", post(confirm, fields{}), 422, "有问题"},
		{"confirm as a secretary", "secretary1", post(confirm, fields{"good_rows_only": true}), 403, "权限"},
		{"undo what was not confirmed", "office", post("/api/volunteer-imports/"+i.ID.String()+"/undo", fields{}), 422, "还没有确认"},
	})
	if a := o.post(cookies["office"], confirm, fields{"good_rows_only": true}); a.status != 200 {
		t.Fatalf("the good rows: %s", a)
	}
	o.refuse(t, cookies, []refusal{{"confirm again", "office", post(confirm, fields{"good_rows_only": true}), 409, "刷新"}})
	// The same file once more makes nothing.
	var again volunteer.HoursImport
	o.send(cookies["office"], form("POST", "/api/volunteer-imports", "时长.xlsx", hoursOfRows(t, hoursHeadings, rows...), nil)).into(t, &again)
	if again.Counts.Good != 0 {
		t.Errorf("the same file again: %+v", again.Counts)
	}
	// Two of one name are not guessed at.
	_, err := o.app.DB.ExecContext(t.Context(), "UPDATE org_people SET name = ? WHERE id = ?", name, o.Person("secretary2"))
	if err == nil {
		o.send(cookies["office"], form("POST", "/api/volunteer-imports", "时长.xlsx", hoursOfRows(t, hoursHeadings, make(map[int]any{2: "2026-11-10"})), nil)).into(t, &again)
		if again.Counts.Good != 0 || len(again.Problems) != 1 || !strings.Contains(again.Problems[0].Reason, "工号") {
			t.Errorf("two of one name: %+v %+v", again.Counts, again.Problems)
		}
	} else {
		t.Error(err)
	}
}

// Actions, sign-ups and their recording with what cannot be: refused, and nothing stays.
func TestHostileService(t *testing.T) {
	t.Parallel()
	v := newVolunteers(t)
	a, later := v.action(2), v.action(1)
	id := "/api/volunteer-actions/" + a.ID.String()
	creates := func(change fields) ask {
		f := fields{"title": "普法", "starts_at": "2026-12-05T09:00", "ends_at": "2026-12-05T11:00", "place": "广场", "served": "居民", "organiser": branchOf(v.office, 0), "leader_id": v.Person("secretary1")}
		maps.Copy(f, change)
		return post("/api/volunteer-actions", f)
	}
	member := v.Person("member1")
	records := func(came []fields, change fields) ask {
		f := fields{"came": came, "starts_at": "2026-11-20T15:10", "ends_at": "2026-11-20T15:15", "version": a.Version}
		maps.Copy(f, change)
		return post(id+"/record", f)
	}
	one := func(person any, minutes any) []fields { return []fields{{"person_id": person, "minutes": minutes}} }
	long := make([]fields, 2001)
	for i := range long {
		long[i] = fields{"person_id": uuid.New(), "minutes": 1}
	}
	v.refuse(t, v.cookies, []refusal{
		{"no session", "", creates(nil), 401, "登录"},
		{"as a member", "member1", creates(nil), 403, "权限"},
		{"for another branch", "secretary2", creates(nil), 404, "组织者"},
		{"that ends before it begins", "secretary1", creates(fields{"ends_at": "2026-12-05T08:00"}), 422, ""},
		{"at no time", "secretary1", creates(fields{"starts_at": "2026-02-30T25:00"}), 422, ""},
		{"with no title", "secretary1", creates(fields{"title": "  "}), 422, ""},
		{"a title of 101 characters", "secretary1", creates(fields{"title": strings.Repeat("长", 101)}), 422, ""},
		{"places below none", "secretary1", creates(fields{"places": -1}), 422, ""},
		{"led by nobody", "secretary1", creates(fields{"leader_id": testID}), 422, "名册"},
		{"a field it has not", "secretary1", creates(fields{"state": "recorded"}), 422, "不认识"},
		{"change what another changed", "secretary1", put(id, fields{"title": "普法", "starts_at": "2026-12-05T09:00", "ends_at": "2026-12-05T11:00", "place": "广场", "served": "居民",
			"organiser": branchOf(v.office, 0), "leader_id": v.Person("secretary1"), "version": a.Version + 1}), 409, "刷新"},
		{"cancel for no reason", "secretary1", post(id+"/cancellation", fields{"reason": " ", "version": a.Version}), 422, "原因"},
		{"cancel as a member", "member1", post(id+"/cancellation", fields{"reason": "有雨", "version": a.Version}), 403, "权限"},
		{"arrive without being in", "member1", post(id+"/arrival", fields{}), 422, "报名"},
		{"sign up for nothing", "member1", post("/api/volunteer-actions/"+testID+"/signup", fields{}), 404, ""},
		{"an id of SQL", "member1", post("/api/volunteer-actions/'%20OR%201=1/signup", fields{}), 422, "编号"},
		{"add nobody", "secretary1", post(id+"/people", fields{"person_ids": []any{}}), 422, ""},
		{"add somebody of no roll", "secretary1", post(id+"/people", fields{"person_ids": []any{testID}}), 422, "名册"},
		{"add as a member", "member1", post(id+"/people", fields{"person_ids": []any{member}}), 403, "权限"},
		{"a poster of another address", "secretary1", get(id + "/poster?origin=javascript:alert(1)"), 422, "网址"},
		{"a code of nothing", "member1", get("/api/volunteer-codes/zzzz"), 404, ""},
		{"NUL in a code", "member1", get("/api/volunteer-codes/%00"), 422, "字符"},
		{"NUL in a search of actions", "member1", get("/api/volunteer-actions?q=%00"), 422, ""},
		{"NUL in a search of hours", "office", get("/api/volunteer-hours?q=%00"), 422, ""},
		{"NUL in a search of certificates", "office", get("/api/volunteer-certificates?q=%00"), 422, ""},
		{"cursor of actions", "member1", get("/api/volunteer-actions?cursor=zz"), 422, "第一页"},
		{"cursor of hours", "office", get("/api/volunteer-hours?cursor=zz"), 422, "第一页"},
		{"cursor of certificates", "office", get("/api/volunteer-certificates?cursor=zz"), 422, "第一页"},
		{"to before from", "office", get("/api/volunteer-hours?from=2026-05-01&to=2026-04-01"), 422, "早于"},
		{"hours of the year 1 to 9999", "office", get("/api/volunteer-hours/months?from=0001-01-01&to=9999-12-31"), 422, ""},
		{"an order of SQL", "office", get("/api/volunteer-hours?sort=name;drop"), 422, ""},
		{"put hours on notice that are not yet", "office", post("/api/volunteer-hours/notice", fields{"from": "2027-01-01", "to": "2027-12-31"}), 422, "还没有到"},
		{"put none on notice", "office", post("/api/volunteer-hours/notice", fields{"from": "2020-01-01", "to": "2020-12-31"}), 422, "没有待公示"},
		{"certify nothing", "office", post("/api/volunteer-certificates", fields{"person_id": member, "from": "2020-01-01", "to": "2020-12-31"}), 422, "公示"},
		{"certify nobody", "office", post("/api/volunteer-certificates", fields{"person_id": testID, "from": "2020-01-01", "to": "2020-12-31"}), 404, ""},
		{"record before it ends", "secretary1", records(one(member, 5), nil), 422, ""},
	})
	v.clock.pass(20 * time.Minute)
	v.refuse(t, v.cookies, []refusal{
		{"record as a member", "member1", records(one(member, 5), nil), 403, "权限"},
		{"record another's", "secretary2", records(one(member, 5), nil), 404, "志愿"},
		{"record nobody", "secretary1", records([]fields{}, nil), 422, "到场"},
		{"somebody twice", "secretary1", records(append(one(member, 5), one(member, 5)...), nil), 422, ""},
		{"longer than it was", "secretary1", records(one(member, 6), nil), 422, "时长"},
		{"for no time", "secretary1", records(one(member, 0), nil), 422, ""},
		{"for less than none", "secretary1", records(one(member, -5), nil), 422, ""},
		{"for an age", "secretary1", records(one(member, 1<<31), nil), 422, ""},
		{"for half a minute", "secretary1", records(one(member, 0.5), nil), 422, ""},
		{"somebody of no roll", "secretary1", records(one(testID, 5), nil), 422, ""},
		{"2001 people", "secretary1", records(long, nil), 422, ""},
		{"outsiders longer than it was", "secretary1", records(one(member, 5), fields{"outsiders": []fields{{"name": "张三", "partner": "社区", "minutes": 600}}}), 422, ""},
		{"outsiders of no name", "secretary1", records(one(member, 5), fields{"outsiders": []fields{{"name": " ", "partner": "社区", "minutes": 5}}}), 422, ""},
		{"that ended before it began", "secretary1", records(one(member, 5), fields{"ends_at": "2026-11-20T15:00"}), 422, ""},
		{"that is to come", "secretary1", records(one(member, 5), fields{"starts_at": "2026-12-20T15:10", "ends_at": "2026-12-20T15:15"}), 422, ""},
		{"on an older one", "secretary1", records(one(member, 5), fields{"version": a.Version - 1}), 409, "刷新"},
		{"sign up afterwards", "member1", post(id+"/signup", fields{}), 422, "截止"},
	})
	if got := v.send(v.cookies["secretary1"], records(one(member, 5), nil)); got.status != 200 {
		t.Fatalf("what can be: %s", got)
	}
	cancelled := "/api/volunteer-actions/" + later.ID.String()
	if got := v.send(v.cookies["secretary1"], post(cancelled+"/cancellation", fields{"reason": "有雨", "version": later.Version})); got.status != 200 {
		t.Fatalf("cancel: %s", got)
	}
	v.refuse(t, v.cookies, []refusal{
		{"record again", "secretary1", records(one(member, 5), fields{"version": a.Version + 1}), 409, ""},
		{"cancel what was recorded", "secretary1", post(id+"/cancellation", fields{"reason": "有雨", "version": a.Version + 1}), 409, ""},
		{"record what was cancelled", "secretary1", post(cancelled+"/record", fields{"came": one(member, 5), "starts_at": "2026-11-20T15:10", "ends_at": "2026-11-20T15:15", "version": later.Version + 1}), 409, "取消"},
		{"sign up for what was cancelled", "member1", post(cancelled+"/signup", fields{}), 409, "取消"},
	})
	if n := number(t, v.app.DB, fmt.Sprintf("SELECT count(*) FROM activity_activities WHERE kind = '%s'", "volunteering")); n == 0 {
		t.Error("nothing was recorded")
	}
}
