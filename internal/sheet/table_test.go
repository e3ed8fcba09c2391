package sheet

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// grid makes a workbook of one sheet; merges are ranges such as A1:C1.
func grid(t testing.TB, rows [][]any, merges ...string) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", "A"+FormatHundredths(int64(i+1)*100), &r); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range merges {
		from, to, _ := strings.Cut(m, ":")
		if err := f.MergeCell("Sheet1", from, to); err != nil {
			t.Fatal(err)
		}
	}
	var buf bytes.Buffer
	if err := f.Write(&buf); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

func people() []Field {
	name, phone := regexp.MustCompile(`^\p{Han}{2,4}$`), regexp.MustCompile(`^\d{11}$`)
	return []Field{
		{Key: "no", Title: "序号", Counter: true},
		{Key: "name", Title: "姓名", Synonyms: []string{"名字"}, Required: true, Shape: name.MatchString},
		{Key: "sex", Title: "性别", Shape: func(s string) bool { return s == "男" || s == "女" }},
		{Key: "phone", Title: "联系电话", Synonyms: []string{"手机"}, Contains: []string{"电话"}, Shape: phone.MatchString},
		{Key: "joined", Title: "入党时间", Contains: []string{"入党+时间", "入党+日期"}},
		{Key: "group", Title: "党小组"},
	}
}

func TestTable(t *testing.T) {
	p := "13900001000"
	for name, c := range map[string]struct {
		rows   [][]any
		merges []string
		want   string
	}{
		"plain":              {[][]any{{"姓名", "性别"}, {"张三", "男"}}, nil, "2:|张三|男|||"},
		"nothing but titles": {[][]any{{"姓名", "性别"}}, nil, ""},
		"titles above, other order, blanks": {[][]any{{"名册"}, {"填报单位:某院", nil, "填报日期:2026年1月5日"}, {}, {"性 别*", "联系电话\n（手机）", "姓　名："}, {"女", "１３９", "张 三"}},
			[]string{"A1:C1"}, "5:|张 三|女|139||"},
		"weak hint":         {[][]any{{"姓名", "本人电话号码", "何时入党(时间)"}, {"张三", p, "2001.7"}}, nil, "2:|张三||" + p + "|2001.7|"},
		"strong beats weak": {[][]any{{"姓名", "办公电话", "手机"}, {"张三", "6688", p}}, nil, "2:|张三||" + p + "||"},
		"headings in two rows": {[][]any{{"名册"}, {"姓名", "入党", nil, "性别"}, {nil, "时间", "介绍人"}, {"张三", "2001.7.1", "李四", "男"}},
			[]string{"A1:D1", "A2:A3", "B2:C2", "D2:D3"}, "4:|张三|男||2001.7.1|"},
		"title over the headings is not one of them": {[][]any{{"第一党支部党小组名册", nil}, {"姓名", "性别"}, {"张三", "男"}}, []string{"A1:B1"}, "3:|张三|男|||"},
		"hint, example, repeat, total, notes": {[][]any{{"序号", "姓名", "性别", "联系电话"}, {"", "必填", "必填,下拉选择", "11 位,选填"}, {"示例", "张三", "男", p}, {1, "李四", "女", p},
			{"序号", "姓名", "性别", "联系电话"}, {2, "王五", "女", p}, {3, nil, nil, nil}, {"小计", nil, 2}, {"合 计:", 2}, {"填表人:赵六", nil, "审核人:"}, {"注:本表一式两份"}}, nil, "4:1|李四|女|" + p + "|| 6:2|王五|女|" + p + "||"},
		"merged group": {[][]any{{"党小组", "姓名"}, {"一组", "张三"}, {nil, "李四"}, {nil, nil}, {"二组", "王五"}}, []string{"A2:A4"},
			"2:|张三||||一组 3:|李四||||一组 5:|王五||||二组"},
		"a name across two columns": {[][]any{{"姓名", "性别"}, {"张三", nil}}, []string{"A2:B2"}, "2:|张三||||"},
		"formula text":              {[][]any{{"姓名", "党小组"}, {"张三", "=1+1"}, {"李四", "'=1+1"}}, nil, "2:|张三||||=1+1 3:|李四||||=1+1"},
		"none":                      {[][]any{{"姓名", "性别"}, {"张三", "—"}}, nil, "2:|张三||||"},
	} {
		got := readAll(t, grid(t, c.rows, c.merges...), people())
		if s := strings.ReplaceAll(strings.Join(got, " "), "Sheet1!", ""); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", name, s, c.want)
		}
	}
}

func TestTableRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		rows [][]any
		want string
	}{
		"no headings":      {[][]any{{"张三", "男"}}, "没有找到“姓名”列"},
		"two of one":       {[][]any{{"姓名", "联系电话", "手机"}, {"张三", "1", "2"}}, "B 列“联系电话”和 C 列“手机”都是“联系电话”"},
		"headings too low": {append(make([][]any, 0), [][]any{{1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}, {"姓名", "性别"}}...), "没有找到"},
	} {
		b, err := Open(grid(t, c.rows), DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.ReadTable("Sheet1", people()); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	b, err := Open(grid(t, nil), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	if table, err := b.ReadTable("Sheet1", people()); table != nil || err != nil {
		t.Errorf("an empty sheet: %v %v", table, err)
	}
}

func TestShifted(t *testing.T) {
	rows := [][]any{
		{"序号", "姓名", "性别", "联系电话", "备注"},
		{1, "张三", "男", "13900001000", ""},
		{2, 2, "李四", "女", "13900001001"},
		{"王二", "男", "13900001002", "", ""},
		{4, "王五", "不详", "139", ""},
		{5, 5, 5, "赵六", "男"},
	}
	b, err := Open(grid(t, rows), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	table, err := b.ReadTable("Sheet1", people())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r, err := range table.Records() {
		if err != nil {
			t.Fatal(err)
		}
		if e, shifted := r.Shifted(); shifted {
			got = append(got, e.Error())
		}
	}
	want := []string{
		"工作表“Sheet1”第 3 行 B 列(姓名)“2”:本行从这一列起整体向右错了 1 列,请对齐表头后再导入",
		"工作表“Sheet1”第 4 行 B 列(姓名)“男”:本行从这一列起整体向左错了 1 列,请对齐表头后再导入",
		"工作表“Sheet1”第 6 行 B 列(姓名)“5”:本行从这一列起整体向右错了 2 列,请对齐表头后再导入",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestDoubtfulMonth(t *testing.T) {
	b, err := Open(grid(t, [][]any{{"姓名", "入党时间"}, {"张三", 2001.1}, {"李四", "2001.1"}, {"王五", 2001.3}}), DefaultLimits())
	if err != nil {
		t.Fatal(err)
	}
	table, err := b.ReadTable("Sheet1", people())
	if err != nil {
		t.Fatal(err)
	}
	for r, err := range table.Records() {
		if err != nil {
			t.Fatal(err)
		}
		d, err := r.Day("joined")
		if err != nil || !d.MonthOnly || (d.Doubt != "") != (r.Number() == 2) {
			t.Errorf("row %d: %+v %v", r.Number(), d, err)
		}
	}
}

func TestBadRowsImportAgain(t *testing.T) {
	var buf bytes.Buffer
	if err := WriteBadRows(&buf, []BadSheet{{Name: "甲", Headings: []string{"姓名", "性别", "党小组"},
		Rows: []BadRow{{Cells: []string{"张三", "男", "=1+1"}, Reasons: []string{"没有这一天", "电话不足 11 位"}}}}}); err != nil {
		t.Fatal(err)
	}
	fields := append(people(), Field{Key: "reason", Title: "原因"})
	if got := readAll(t, buf.Bytes(), fields); strings.Join(got, " ") != "甲!2:|张三|男|||=1+1|没有这一天;电话不足 11 位" {
		t.Errorf("%v", got)
	}
	buf.Reset()
	if err := WriteBadRows(&buf, nil); err != nil {
		t.Error(err)
	}
}
