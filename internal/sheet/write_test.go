package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"xianfeng/internal/calendar"
)

// summary is 季度积分汇总 as reports.md defines it, without the ranking.
func summary(people int) Sheet {
	cols := []Column{
		{Key: "no", Title: "序号", Kind: Int, Width: 6},
		{Key: "name", Title: "姓名", Width: 11, Align: Center},
		{Key: "branch", Title: "支部", Width: 15},
		{Key: "group", Title: "小组", Width: 13},
		{Key: "base", Title: "基础分", Kind: Points, Total: true},
		{Key: "political", Title: "政治", Kind: Points, Total: true},
		{Key: "professional", Title: "业务", Kind: Points, Total: true},
		{Key: "discipline", Title: "纪律", Kind: Points, Total: true},
		{Key: "conduct", Title: "作风", Kind: Points, Total: true},
		{Key: "sum", Title: "本季合计(基础分与各维度净得分之和)", Kind: Points, Total: true, Width: 12,
			Formula: func(ref func(string) string) string { return "SUM(" + ref("base") + ":" + ref("conduct") + ")" }},
		{Key: "joined", Title: "入党时间", Kind: Date},
		{Key: "hours", Title: "志愿时长", Kind: Hours, Total: true},
		{Key: "note", Title: "备注", Width: 24},
	}
	rows := func(yield func([]any, error) bool) {
		for i := range people {
			note := ""
			switch i % 20 {
			case 3:
				note = "=HYPERLINK(\"http://127.0.0.1/\",\"点我\")"
			case 7:
				note = "借调至上级机关工作一年,期间不参加本支部组织生活,积分按规定免记,季度末由支委会核对后补记。"
			}
			row := []any{i + 1, fmt.Sprintf("人员%d", i+1), "离退休干部党支部", "第一党小组",
				int64(6000), int64(i * 25), int64(50), int64(-200), int64(150), int64(6000 + i*25), calendar.NewDate(1995, 7, 3), 90, note}
			if !yield(row, nil) {
				return
			}
		}
	}
	return Sheet{Name: "季度积分汇总", Columns: cols, Rows: rows, Frame: Frame{
		Title: "滨河区人民检察院党员季度积分汇总表", Unit: "滨河区人民检察院", Range: "2026年第三季度(7月1日至9月30日)",
		Filled: calendar.NewDate(2026, 10, 8), ScopeNote: "仅含第一党支部",
		Number: "JF-2026Q3-0007", Snapshot: time.Date(2026, 10, 8, 1, 2, 3, 0, time.UTC), HeadsHash: strings.Repeat("ab", 32)}}
}

func duties() Sheet {
	cols := []Column{{Key: "branch", Title: "支部", Width: 20}}
	for _, g := range []string{"党员大会", "支委会", "党小组会", "党课", "主题党日"} {
		cols = append(cols, Column{Key: g + "1", Group: g, Title: "应", Kind: Int}, Column{Key: g + "2", Group: g, Title: "实", Kind: Int, Total: true})
	}
	cols = append(cols, Column{Key: "rate", Title: "到会率", Width: 10}, Column{Key: "why", Title: "未完成原因", Width: 30})
	return Sheet{Name: "三会一课:统计", Columns: cols, Frame: Frame{Title: "三会一课统计", Unit: "滨河区人民检察院"},
		Rows: RowsOf([][]any{{"第一党支部", 1, 1, 3, 3, 3, 2, 1, 1, 3, 3, "96%", "8月因集中办案推迟,已于9月补开"}})}
}

func write(t *testing.T, sheets ...Sheet) *excelize.File {
	t.Helper()
	var buf bytes.Buffer
	if err := Write(&buf, sheets...); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("XIANFENG_KEEP_WORKBOOKS"); dir != "" { // to look at them in a spreadsheet
		if err := os.WriteFile(dir+"/"+strings.ReplaceAll(t.Name(), "/", "_")+".xlsx", buf.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func value(t *testing.T, f *excelize.File, sheet, cell string) string {
	t.Helper()
	v, err := f.GetCellValue(sheet, cell, excelize.Options{RawCellValue: true})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestReportFrame(t *testing.T) {
	f := write(t, summary(80), duties())
	name := "季度积分汇总"
	if got := strings.Join(f.GetSheetList(), "|"); got != name+"|三会一课_统计" {
		t.Errorf("sheets %s", got)
	}
	for cell, want := range map[string]string{
		"A1": "滨河区人民检察院党员季度积分汇总表", "A2": "填报单位:滨河区人民检察院", "A3": "序号", "M3": "备注",
		"A4": "1", "E4": "60", "F5": "0.25", "H4": "-2", "J5": "60.25", "K4": "34883", "L4": "1.5",
		"M7":  "'=HYPERLINK(\"http://127.0.0.1/\",\"点我\")",
		"A84": "合计", "E84": "4800", "H84": "-160", "L84": "120",
		"A85": "支部书记(签字):",
	} {
		if got := value(t, f, name, cell); got != want {
			t.Errorf("%s = %q, want %q", cell, got, want)
		}
	}
	row2 := []string{}
	for _, col := range []string{"A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M"} {
		if v := value(t, f, name, col+"2"); v != "" {
			row2 = append(row2, v)
		}
	}
	if got := strings.Join(slices.Compact(row2), "|"); got != "填报单位:滨河区人民检察院|统计区间:2026年第三季度(7月1日至9月30日)(仅含第一党支部)|填报日期:2026年10月8日" {
		t.Errorf("row 2: %s", got)
	}
	if formula, _ := f.GetCellFormula(name, "J5"); formula != "SUM(E5:I5)" {
		t.Errorf("row formula %q", formula)
	}
	if formula, _ := f.GetCellFormula(name, "J84"); formula != "SUM(J4:J83)" {
		t.Errorf("total formula %q", formula)
	}
	sum, err := Checksum(summary(80).Columns, summary(80).Rows)
	if err != nil {
		t.Fatal(err)
	}
	last := value(t, f, name, "A86")
	for _, want := range []string{"JF-2026Q3-0007", "2026-10-08 09:02:03", "行校验码:" + sum, "台账校验码:abab"} {
		if !strings.Contains(last, want) {
			t.Errorf("last line %q lacks %q", last, want)
		}
	}
	layout, _ := f.GetPageLayout(name)
	props, _ := f.GetSheetProps(name)
	if *layout.Orientation != "landscape" || *layout.Size != 9 || *layout.FitToWidth != 1 || *layout.FitToHeight != 0 || !*props.FitToPage {
		t.Errorf("layout %+v", layout)
	}
	margins, _ := f.GetPageMargins(name)
	if int(*margins.Top*25.4+.5) != 37 || int(*margins.Bottom*25.4+.5) != 35 || int(*margins.Left*25.4+.5) != 28 || int(*margins.Right*25.4+.5) != 26 {
		t.Errorf("margins %v %v %v %v", *margins.Top, *margins.Bottom, *margins.Left, *margins.Right)
	}
	footer, _ := f.GetHeaderFooter(name)
	if footer == nil || footer.OddFooter != "&C第 &P 页 / 共 &N 页" {
		t.Errorf("footer %+v", footer)
	}
	panes, _ := f.GetPanes(name)
	if !panes.Freeze || panes.YSplit != 3 {
		t.Errorf("panes %+v", panes)
	}
	titles := map[string]string{}
	for _, d := range f.GetDefinedName() {
		titles[d.Scope+d.Name] = d.RefersTo
	}
	if titles[name+"_xlnm.Print_Titles"] != "'季度积分汇总'!$3:$3" || titles["三会一课_统计_xlnm.Print_Titles"] != "'三会一课_统计'!$3:$4" {
		t.Errorf("names %v", titles)
	}
	if got := titles[name+"_xlnm._FilterDatabase"]; !strings.HasSuffix(got, "$A$3:$M$83") {
		t.Errorf("filter %q", got)
	}
	style, _ := f.GetCellStyle(name, "A1")
	if st, _ := f.GetStyle(style); st.Font.Family != "宋体" || !st.Font.Bold || st.Font.Size != 22 {
		t.Errorf("title font %+v", st.Font)
	}
	if h, _ := f.GetRowHeight(name, 11); h < 60 { // the long note
		t.Errorf("a wrapped note has height %v", h)
	}
	merged, _ := f.GetMergeCells("三会一课_统计")
	var refs []string
	for _, m := range merged {
		refs = append(refs, m.GetStartAxis()+":"+m.GetEndAxis())
	}
	if got := strings.Join(refs, " "); !strings.Contains(got, "A3:A4 B3:C3 D3:E3") {
		t.Errorf("merged %s", got)
	}
}

func TestEmptyReportIsItsFrame(t *testing.T) {
	f := write(t, summary(0))
	for cell, want := range map[string]string{"A1": "滨河区人民检察院党员季度积分汇总表", "A3": "序号", "A4": "合计", "E4": "0", "A5": "支部书记(签字):"} {
		if got := value(t, f, "季度积分汇总", cell); got != want {
			t.Errorf("%s = %q, want %q", cell, got, want)
		}
	}
	if formula, _ := f.GetCellFormula("季度积分汇总", "E4"); formula != "" {
		t.Errorf("a sum over nothing: %q", formula)
	}
}

func TestWriteRefusals(t *testing.T) {
	broken := errors.New("the database went away")
	one := func(c Column, v any) Sheet { return Sheet{Name: "x", Columns: []Column{c}, Rows: RowsOf([][]any{{v}})} }
	for name, s := range map[string]Sheet{
		"rows fail":  {Name: "x", Columns: []Column{{Key: "a"}}, Rows: func(yield func([]any, error) bool) { yield(nil, broken) }},
		"wrong type": one(Column{Key: "a", Kind: Points}, 1.5), "text for a number": one(Column{Key: "a", Kind: Int}, "1"),
		"date for a text": one(Column{Key: "a"}, calendar.NewDate(2026, 1, 1)), "no key": one(Column{}, "a"),
		"short row": {Name: "x", Columns: []Column{{Key: "a"}, {Key: "b"}}, Rows: RowsOf([][]any{{"a"}})}, "no columns": {Name: "x"},
		"changed since": {Name: "x", Columns: []Column{{Key: "a"}}, Frame: Frame{RowsChecksum: "00"}},
	} {
		var buf bytes.Buffer
		err := Write(&buf, s)
		if err == nil || buf.Len() > 0 {
			t.Errorf("%s: error %v, %d bytes written", name, err, buf.Len())
		}
		if name == "rows fail" && !errors.Is(err, broken) {
			t.Errorf("the cause is lost: %v", err)
		}
	}
}

func TestChecksum(t *testing.T) {
	cols := []Column{{Key: "a"}, {Key: "b"}, {Key: "n", Kind: Points}}
	sum := func(c []Column, rows ...[]any) string {
		s, err := Checksum(c, RowsOf(rows))
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	base := sum(cols, []any{"x", "y", 1})
	for name, other := range map[string]string{
		"text moved":   sum(cols, []any{"xy", "", 1}),
		"number":       sum(cols, []any{"x", "y", 2}),
		"row twice":    sum(cols, []any{"x", "y", 1}, []any{"x", "y", 1}),
		"key":          sum([]Column{{Key: "a"}, {Key: "c"}, {Key: "n", Kind: Points}}, []any{"x", "y", 1}),
		"empty number": sum(cols, []any{"x", "y", nil}),
	} {
		if other == base {
			t.Errorf("%s changes nothing", name)
		}
	}
	if base != sum(cols, []any{"x", "y", int64(1)}) || sum(cols, []any{"", nil, nil}) != sum(cols, []any{nil, "", nil}) {
		t.Error("the same rows have two checksums")
	}
	// pinned: a change of the canonical form breaks every report ever issued
	if want := "4502dddd083fd491b726dc16310f78a46874b0a5fd948dac6b3f17b2780b0760"; base != want {
		t.Errorf("checksum %s, want %s", base, want)
	}
}

func TestSheetNames(t *testing.T) {
	n := newNames()
	long := strings.Repeat("长", 40)
	for _, c := range []struct{ in, want string }{
		{"a/b[1]", "a_b_1_"}, {"A/B[1]", "A_B_1__2"}, {"", "表"}, {"'x'", "x"}, {long, strings.Repeat("长", 31)}, {long, strings.Repeat("长", 29) + "_2"},
	} {
		if got := n.pick(c.in); got != c.want {
			t.Errorf("%q becomes %q, want %q", c.in, got, c.want)
		}
	}
}

func TestListAndTemplate(t *testing.T) {
	var buf bytes.Buffer
	if err := WriteList(&buf, "名册", []Column{{Key: "n", Title: "姓名"}, {Key: "d", Title: "出生", Kind: Date}},
		RowsOf([][]any{{"@SUM(1)", calendar.NewDate(1990, 1, 2)}, {"\x00\tx", calendar.Date{}}})); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	if a, b, c := value(t, f, "名册", "A2"), value(t, f, "名册", "B2"), value(t, f, "名册", "A3"); a != "'@SUM(1)" || b != "32875" || c != "'\tx" {
		t.Errorf("%q %q %q", a, b, c)
	}

	buf.Reset()
	if err := WriteTemplate(&buf, Template{Sheet: "人员", Hint: "红色为必填", Columns: []TemplateColumn{
		{Title: "姓名", Required: true, Example: "张三"},
		{Title: "性别", Choices: []string{"男", "女"}, Example: "男"},
		{Title: "联系电话", Hint: "11 位手机号", Example: "13900000000"}}}); err != nil {
		t.Fatal(err)
	}
	raw := bytes.Clone(buf.Bytes())
	if f, err = excelize.OpenReader(&buf); err != nil {
		t.Fatal(err)
	}
	dvs, err := f.GetDataValidations("人员")
	if err != nil || len(dvs) != 2 || dvs[0].Formula1 != "'选项'!$B$1:$B$2" {
		t.Errorf("validations %+v %v", dvs, err)
	}
	style, _ := f.GetCellStyle("人员", "A2")
	if st, _ := f.GetStyle(style); st.Font.Color != "C00000" {
		t.Errorf("required heading is %q", st.Font.Color)
	}
	if got := readAll(t, raw, []Field{{Key: "name", Title: "姓名", Required: true}, {Key: "phone", Title: "联系电话"}}); len(got) != 0 {
		t.Errorf("the example row is read as data: %v", got)
	}
}
