package org

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

var rosterToday = calendar.NewDate(2026, 11, 23)

func openRoster(t testing.TB, data []byte) *sheet.Book {
	t.Helper()
	b, err := sheet.Open(data, sheet.DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readRosterFile(t testing.TB, name string) Roster {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	r, err := ReadRoster(context.Background(), openRoster(t, data), rosterToday)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// rosterOf reads a workbook of one sheet.
func rosterOf(t testing.TB, name string, rows ...[]any) (Roster, error) {
	t.Helper()
	f := excelize.NewFile()
	if err := f.SetSheetName("Sheet1", name); err != nil {
		t.Fatal(err)
	}
	for i, r := range rows {
		if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return ReadRoster(context.Background(), openRoster(t, buf.Bytes()), rosterToday)
}

func complaints(r Roster) string {
	var out []string
	for _, p := range r.Problems {
		out = append(out, fmt.Sprintf("%s %d%s %s[%s] %s", p.Severity, p.Row, p.Column, p.Heading, p.Value, p.Reason))
	}
	return strings.Join(out, "\n")
}

func TestCleanRoster(t *testing.T) {
	r := readRosterFile(t, "roster-clean.xlsx")
	if len(r.Rows) != 92 || len(r.Problems) != 0 {
		t.Fatalf("%d rows, problems:\n%s", len(r.Rows), complaints(r))
	}
	count := map[string]int{}
	places := map[string]bool{}
	for _, p := range r.Rows {
		count[p.PoliticalStatus]++
		if p.ExemptReason != "" {
			count["exempt "+p.ExemptReason]++
		}
		if p.Branch != "" {
			places[p.Branch+"/"+p.Group] = true
			places[p.Branch] = true
		}
	}
	if count[PartyMember] != 80 || count[ProbationaryMember] != 4 || count[LeagueMember]+count[Masses] != 8 || len(places) != 4+12 {
		t.Errorf("counts %v, places %d", count, len(places))
	}
	if count["exempt 退休"] != 21 {
		t.Errorf("exempt: %v", count)
	}
	want := RosterRow{Sheet: "人员花名册", Row: 4, Name: "于国栋", Sex: "female", BirthOn: calendar.NewDate(1970, 5, 3), Nation: "汉族",
		Department: "办公室", Position: "检察长", PoliticalStatus: PartyMember, DevelopmentStage: StageFull,
		JoinedPartyOn: calendar.NewDate(1995, 7, 3), FullMemberOn: calendar.NewDate(1996, 7, 3), Branch: "第一党支部", Group: "第一党小组",
		StartedWorkOn: calendar.NewDate(1992, 7, 3), Phone: "13900001000"}
	got := r.Rows[0]
	got.Raw = nil
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("row 4\n got %+v\nwant %+v", got, want)
	}
	if r.Rows[12].Name != r.Rows[40].Name || r.Rows[12].Phone == r.Rows[40].Phone {
		t.Errorf("rows 16 and 44: %+v %+v", r.Rows[12], r.Rows[40])
	}
	for key, has := range map[string]bool{RosterPhone: true, RosterNote: true, RosterStaffNo: false, RosterEducation: false} {
		if r.Has(r.Rows[0], key) != has {
			t.Errorf("has %s: %v", key, !has)
		}
	}
}

func TestRosterByBranchIsTheSamePeople(t *testing.T) {
	key := func(r RosterRow) string {
		return fmt.Sprint(r.Name, r.Sex, r.BirthOn, r.Nation, r.Department, r.Position, r.PoliticalStatus, r.DevelopmentStage,
			r.JoinedPartyOn, r.FullMemberOn, r.Branch, r.Group, r.StartedWorkOn, r.Phone, r.Note, r.ExemptReason, r.MonthOnly)
	}
	var want, got []string
	for _, r := range readRosterFile(t, "roster-clean.xlsx").Rows {
		want = append(want, key(r))
	}
	by := readRosterFile(t, "roster-by-branch.xlsx")
	for _, r := range by.Rows {
		got = append(got, key(r))
	}
	slices.Sort(want)
	slices.Sort(got)
	if len(by.Problems) != 0 || len(got) != 92 {
		t.Errorf("%d rows, problems:\n%s", len(got), complaints(by))
	}
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			t.Errorf("differs:\n got %s\nwant %s", got[i], want[i])
		}
	}
	var branches []string
	for _, s := range by.Sheets {
		branches = append(branches, s.Branch)
	}
	if got := strings.Join(branches, "|"); got != "第一党支部|第二党支部|第三党支部|离退休干部党支部|" {
		t.Errorf("branches %s", got)
	}
	last := by.Rows[91]
	if by.Has(last, RosterBranch) || !by.Has(by.Rows[0], RosterBranch) || !by.Has(last, RosterGroup) {
		t.Error("a sheet without a branch speaks of none; the others do")
	}
}

func TestRosterErrors(t *testing.T) {
	r := readRosterFile(t, "roster-errors.xlsx")
	want := strings.TrimSpace(`
error 6B 姓名[3] 本行从这一列起整体向右错了 1 列,请对齐表头后再导入
error 9D 出生年月[1985.2.30] 没有这一天
error 12I 入党时间[2031.7.1] 日期在今天之后
error 17N 联系电话[1390000] 电话号码不对:手机应为 11 位,座机请带区号
error 19I 入党时间[1960.5.1] 入党时间早于出生
warning 19M 参加工作时间[1977.2.18] 参加工作时未满 14 岁,请核对
warning 22O 备注[=HYPERLINK("http://127.0.0.1/","点我")] 内容像公式,将按普通文字保存,不会执行
error 25B 姓名[] 没有姓名
error 27H 政治面貌[党员(正式)?] 不认识的政治面貌,可填:中共党员、中共预备党员、共青团员、群众、民主党派、无党派人士
error 29B 姓名[曹晨] 与第 8 行姓名和联系电话都相同,是同一个人,请删去其中一行或补全工号、电话`)
	if got := complaints(r); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if len(r.Rows) != 30 || len(r.Good()) != 22 {
		t.Errorf("%d rows, %d good", len(r.Rows), len(r.Good()))
	}
	if r.Rows[10].Branch != "第九党支部" || r.Rows[18].Note != `=HYPERLINK("http://127.0.0.1/","点我")` {
		t.Errorf("rows 14 and 22: %+v %+v", r.Rows[10], r.Rows[18])
	}

	// the bad rows go back as a workbook, and give the same complaints when sent again
	var buf bytes.Buffer
	if err := sheet.WriteBadRows(&buf, r.BadSheets()); err != nil {
		t.Fatal(err)
	}
	again, err := ReadRoster(context.Background(), openRoster(t, buf.Bytes()), rosterToday)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Rows) != 8 || len(again.Bad()) != 7 { // the double is alone now
		t.Errorf("%d rows, %d bad:\n%s", len(again.Rows), len(again.Bad()), complaints(again))
	}
	if got := again.Rows[0].Raw[15]; got != "姓名:本行从这一列起整体向右错了 1 列,请对齐表头后再导入" {
		t.Errorf("reason %q", got)
	}
}

func TestEmptyRosterIsRefused(t *testing.T) {
	data, err := os.ReadFile("testdata/roster-empty.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	_, err = ReadRoster(context.Background(), openRoster(t, data), rosterToday)
	if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "没有人员") {
		t.Errorf("%v", err)
	}
	if _, err := rosterOf(t, "签到", []any{"日期", "地点"}, []any{"2026.1.1", "会议室"}); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "“姓名”") {
		t.Errorf("%v", err)
	}
}

// Words that the four files do not use.
func TestRosterUnseen(t *testing.T) {
	r, err := rosterOf(t, "1.机关第二党支部",
		[]any{"某县检察院在职党员信息采集表"},
		[]any{"填表单位:", "某院", "单位:人"},
		[]any{"编 号", "党员姓名", "男/女", "性别", "出生日期(年月日)", "族别", "内设机构", "岗位", "党员类别", "加入党组织日期", "转为正式党员时间", "手机号码", "参加工作年月", "文化程度", "公民身份号码", "情况说明", "所属小组"},
		[]any{"A01", "欧 阳海燕", "", "女", 31239, "维吾尔", "第一 检察部", "检察官", "正式党员", "2006年7月", "2007-07-01", "+86 139-0000-1000", "2003.10", "本科", "110101198507111234", "借调省院,免计积分", "2组"},
		[]any{"A02", "阿卜杜拉•买买提", "", "男", "一九八五年七月十一日", "回", "办公室", "书记员", "入党积极分子", "/", "无", "0571-88001234", "２００７．９", "", "", "", ""},
		[]any{"A03", "张三", "", "男", "1985.7.11", "汉族", "办公室", "主任", "民盟盟员", "", "", "13900001002/88001234", "2007.9", "", "", "", ""},
	)
	if err != nil {
		t.Fatal(err)
	}
	if got := complaints(r); got != "warning 6L 手机号码[13900001002/88001234] 有多个号码,只取第一个" {
		t.Errorf("complaints:\n%s", got)
	}
	if len(r.Rows) != 3 {
		t.Fatalf("%+v", r.Rows)
	}
	one, two, three := r.Rows[0], r.Rows[1], r.Rows[2]
	for _, c := range []struct{ what, got, want string }{
		{"staff", one.StaffNo, "A01"}, {"name", one.Name, "欧阳海燕"}, {"birth", one.BirthOn.String(), "1985-07-11"}, {"nation", one.Nation, "维吾尔族"},
		{"department", one.Department, "第一检察部"}, {"status", one.PoliticalStatus, PartyMember}, {"joined", one.JoinedPartyOn.String(), "2006-07-01"},
		{"month only", strings.Join(one.MonthOnly, " "), RosterJoinedParty + " " + RosterStartedWork}, {"phone", one.Phone, "13900001000"},
		{"branch", one.Branch, "机关第二党支部"}, {"group", one.Group, "2组"}, {"exempt", one.ExemptReason, "借调"}, {"education", one.Education, "本科"},
		{"name 2", two.Name, "阿卜杜拉·买买提"}, {"stage 2", two.DevelopmentStage, StageActivist}, {"status 2", two.PoliticalStatus, Masses},
		{"birth 2", two.BirthOn.String(), "1985-07-11"}, {"nation 2", two.Nation, "回族"}, {"phone 2", two.Phone, "057188001234"}, {"joined 2", two.JoinedPartyOn.String(), ""},
		{"status 3", three.PoliticalStatus, DemocraticParty},
		{"notes", strings.Join(r.Sheets[0].Notes, "|"), "身份证号不导入,也不保存|没有认出、未导入的列:男/女|没有党支部列,按“机关第二党支部”导入"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
	if data, err := json.Marshal(r); err != nil || strings.Contains(string(data), "1101011985") {
		t.Errorf("an identity number is kept: %v %s", err, data)
	}
}

func TestRosterRows(t *testing.T) {
	head := []any{"姓名", "性别", "出生年月", "政治面貌", "入党时间", "转正时间", "党支部", "党小组", "联系电话", "参加工作时间", "工号"}
	good := []any{"张三", "男", "1985.4.13", "中共党员", "2010.7.1", "2011.7.1", "一支部", "一组", "13900001000", "2008.7.1", "007"}
	for name, c := range map[string]struct {
		col  int
		v    any
		want string
	}{
		"good":                 {0, "张三", ""},
		"odd name":             {0, "张3", "error 2A 姓名[张3] 不像姓名,请检查这一行是否错列"},
		"error value":          {0, "x", "error 2A 姓名[x] 不像姓名,请检查这一行是否错列"},
		"sex":                  {1, "不详男", "error 2B 性别[不详男] 性别应为男或女"},
		"joined as a child":    {4, "2000.1.1", "warning 2E 入党时间[2000.1.1] 入党时未满 18 岁,请核对"},
		"full before joined":   {5, "2009.1.1", "error 2F 转正时间[2009.1.1] 转正时间早于入党时间"},
		"full by month":        {5, "2010.7", ""},
		"no branch":            {6, "", "warning 2G 党支部[] 党员没有所在党支部\nerror 2H 党小组[一组] 填了党小组,却没有党支部"},
		"started before birth": {9, "1980.1.1", "error 2J 参加工作时间[1980.1.1] 参加工作时间早于出生"},
		"status missing":       {3, "", "error 2D 政治面貌[] 填了入党时间,却没有政治面貌"},
		"not a member":         {3, "群众", "warning 2E 入党时间[2010.7.1] 不是党员,却填了入党时间,请核对"},
		"probationary, full":   {3, "预备党员", "warning 2F 转正时间[2011.7.1] 预备党员已有转正时间,请核对政治面貌"},
		"short phone":          {8, "12345", "error 2I 联系电话[12345] 电话号码不对:手机应为 11 位,座机请带区号"},
		"year of two digits":   {2, "85.4.13", "error 2C 出生年月[85.4.13] 年份请写四位,如 2026.3.5"},
		"long":                 {6, strings.Repeat("长", 61), "error 2G 党支部[" + strings.Repeat("长", 60) + "…] 内容过长,最多 60 个字\nerror 2H 党小组[一组] 填了党小组,却没有党支部"},
	} {
		row := slices.Clone(good)
		row[c.col] = c.v
		r, err := rosterOf(t, "x", head, row)
		if err != nil {
			t.Fatal(err)
		}
		if got := complaints(r); got != c.want {
			t.Errorf("%s: got\n%s\nwant\n%s", name, got, c.want)
		}
	}
}

func TestRosterDoubles(t *testing.T) {
	head := []any{"序号", "姓名", "工号", "手机"}
	for name, c := range map[string]struct {
		rows [][]any
		want string
	}{
		"one name, two phones":    {[][]any{{1, "张三", "", "13900001000"}, {2, "张三", "", "13900001001"}}, ""},
		"one name, two numbers":   {[][]any{{1, "张三", "A", ""}, {2, "张三", "B", ""}}, ""},
		"one name and phone":      {[][]any{{1, "张三", "", "13900001000"}, {2, "张三", "", "139 0000 1000"}}, "是同一个人"},
		"one name, no phone":      {[][]any{{1, "张三", "", "13900001000"}, {2, "张三", "", ""}}, "同名,又没有工号"},
		"one number":              {[][]any{{1, "张三", "A", "13900001000"}, {2, "李四", "A", "13900001001"}}, "工号相同"},
		"one phone, two names":    {[][]any{{1, "张三", "", "13900001000"}, {2, "李四", "", "13900001000"}}, "电话相同,请核对"},
		"third against the first": {[][]any{{1, "张三", "", "13900001000"}, {2, "张三", "", "13900001001"}, {3, "张三", "", "13900001000"}}, "与第 2 行姓名"},
	} {
		r, err := rosterOf(t, "x", append([][]any{head}, c.rows...)...)
		if err != nil {
			t.Fatal(err)
		}
		if got := complaints(r); (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	r, err := rosterOf(t, "x", []any{"编号", "姓名"}, []any{1, "张三"}, []any{2, "李四"})
	if err != nil {
		t.Fatal(err)
	}
	if r.Rows[0].StaffNo != "" || r.Has(r.Rows[0], RosterStaffNo) {
		t.Errorf("a running number is taken for a staff number: %+v", r.Rows[0])
	}
}

func TestRosterStatusFromDates(t *testing.T) {
	r, err := rosterOf(t, "Sheet1", []any{"机关第一党支部党员花名册"}, []any{"姓名", "入党时间", "转正时间"},
		[]any{"张三", "2010.7.1", "2011.7.1"}, []any{"李四", "2026.5.1", ""}, []any{"王五", "2010.7.1", ""}, []any{"赵六", "", ""})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range r.Rows {
		got = append(got, p.PoliticalStatus+"/"+p.Branch)
	}
	if s := strings.Join(got, " "); s != "party_member/机关第一党支部 probationary_member/机关第一党支部 party_member/机关第一党支部 /机关第一党支部" {
		t.Errorf("%s\n%s", s, complaints(r))
	}
}

func TestRosterTemplateReadsBack(t *testing.T) {
	var buf bytes.Buffer
	if err := sheet.WriteTemplate(&buf, RosterTemplate()); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	row := []any{"李四", "0002", "女", "1990.1.2", "汉族", "本科", "办公室", "主任", "中共党员", "2010.7.1", "2011.7.1", "第一党支部", "第一党小组", "2009.1.1", "13900001000", "", "借调"}
	if err := f.SetSheetRow("人员花名册", "A4", &row); err != nil {
		t.Fatal(err)
	}
	buf.Reset()
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	r, err := ReadRoster(context.Background(), openRoster(t, buf.Bytes()), rosterToday)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Rows) != 1 || len(r.Problems) != 0 || len(r.Sheets[0].Unknown) != 0 || len(r.Sheets[0].Columns) != 17 || r.Rows[0].StaffNo != "0002" || r.Rows[0].ExemptReason != "借调" {
		t.Errorf("%+v\n%s", r, complaints(r))
	}
}

func TestRosterStopsWhenAsked(t *testing.T) {
	data, err := os.ReadFile("testdata/roster-clean.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := ReadRoster(ctx, openRoster(t, data), rosterToday); err == nil {
		t.Error("it read on")
	}
}
