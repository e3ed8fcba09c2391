package points

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/xuri/excelize/v2"

	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// rows makes a workbook as offices send them: rows of text on named sheets.
func rows(t *testing.T, sheets map[string][][]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	for name, lines := range sheets {
		if _, err := f.NewSheet(name); err != nil {
			t.Fatal(err)
		}
		for i, l := range lines {
			if err := f.SetSheetRow(name, fmt.Sprintf("A%d", i+1), &l); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func (o *drafting) read(data []byte) (SchemeImport, error) {
	return o.svc.ReadSchemeImport(context.Background(), o.Actor("office"), o.whole(), "办法.xlsx", data, uuid.Nil)
}

func TestSchemeWorkbookComesBack(t *testing.T) {
	ctx, o := context.Background(), newDrafting(t)
	s := o.draft(func(t *SchemeText) {
		t.Note = "第一行\n=第二行"
		t.Rules[1].Points, t.Rules[1].Kinds, t.Rules[1].Beyond = 250, []string{"branch_meeting", "party_lecture"}, true
		t.Limits = t.Limits[:3]
	})
	var b bytes.Buffer
	if err := o.svc.SchemeSheet(ctx, o.Actor("office"), o.whole(), s.ID, &b); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("XIANFENG_KEEP"); dir != "" {
		_ = os.WriteFile(dir+"/scheme.xlsx", b.Bytes(), 0o644)
	}
	in, err := o.read(b.Bytes())
	if err != nil || len(in.Problems) > 0 || len(in.Notes) > 0 || in.Rows != len(s.Rules) {
		t.Fatalf("%+v, %v", in, err)
	}
	back, err := o.svc.Draft(ctx, o.Actor("office"), o.whole(), NewDraft{BasedOn: o.first.ID, Text: &in.Text, File: in.FileName})
	if err != nil {
		t.Fatal(err)
	}
	if c := compare(&s, back, words()); len(c.Rules)+len(c.Limits)+len(c.Head) > 0 || back.Note != s.Note {
		t.Errorf("%+v; note %q", c, back.Note)
	}
	if len(in.Comparison.Rules) != 1 || in.Comparison.Rules[0].Code != "attend_meetings" {
		t.Errorf("%+v", in.Comparison)
	}
}

func TestSchemeTemplateIsRead(t *testing.T) {
	ctx, o := context.Background(), newDrafting(t)
	var b bytes.Buffer
	if err := o.svc.SchemeTemplate(ctx, o.whole(), &b); err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("XIANFENG_KEEP"); dir != "" {
		_ = os.WriteFile(dir+"/template.xlsx", b.Bytes(), 0o644)
	}
	if _, err := o.read(b.Bytes()); fault.From(err).Field != "file" || !strings.Contains(err.Error(), "没有一条") {
		t.Errorf("empty: %v", err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range [][]any{{"季度基础分", "第五条", "基础分", "季度开账", "", "", "60"}, {"参加主题党日", "第六条", "政治", "到会", "主题党日", "", "1.5", "", "", "3"},
		{"调研成果", "第七条", "业务", "本人申报", "", "", "２", "视情况", "", "", "", "", "", "是", "", "1"}} {
		if err := f.SetSheetRow("条款", fmt.Sprintf("A%d", i+4), &l); err != nil {
			t.Fatal(err)
		}
	}
	b.Reset()
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	in, err := o.read(b.Bytes())
	if err != nil || len(in.Problems) > 0 || len(in.Text.Rules) != 3 || len(in.Text.Limits) != 4 || len(in.Notes) != 2 {
		t.Fatalf("%+v, %v", in, err)
	}
	r := in.Text.Rules[1]
	if r.Code != "attend_party_day" || r.Points != 150 || *r.CapMonth != 300 || r.Per != PerEvent || !slices.Equal(r.Categories, []string{partyDay}) {
		t.Errorf("%+v", r)
	}
	if r = in.Text.Rules[2]; r.Code != "rule_1" || r.Per != PerAmount || !r.NeedsEvidence || *r.HonourLevel != 1 || r.Points != 200 {
		t.Errorf("%+v", r)
	}
}

func TestBadRowsOfASchemeAreNamed(t *testing.T) {
	o := newDrafting(t)
	heads := []any{"序号", "事项", "维度", "入账方式", "活动类别", "活动类型", "分 值", "计分方式", "每月上限", "一票否决", "荣誉级别", "代码"}
	in, err := o.read(rows(t, map[string][][]any{
		"条款": {{"党员积分管理办法(修订)"}, heads,
			{1, "季度基础分", "基础分", "季度开账", "", "", 60, "", "", "", "", "base"},
			{2, "", "政治", "到会", "", "", 1, "", "", "", "", "a1"},
			{3, "品德", "品德", "到会", "", "", 1, "", "", "", "", "a2"},
			{4, "签到", "政治", "签到", "", "", 1, "", "", "", "", "a3"},
			{5, "读书", "政治", "到会", "读报", "茶话会", "一分", "每周", "很多", "也许", "", "a4"},
			{6, "迟到", "纪律", "无故缺席", "", "", 2, "", 1, "", "", "a5"},
			{7, "表彰", "业务", "本人申报", "", "", 2, "", "", "", "十", "a6"},
			{8, "表彰二", "业务", "本人申报", "", "", 2, "", 1, "", "", "a6"},
			{"", "合计"}, {"审核人：", "", "填表人："}},
		"上限":  {{"维度", "每季上限"}, {"政治", -1}, {"基础分", 3}, {"政治", "很多"}},
		"封面":  {{"滨河区人民检察院"}},
		"通讯录": {{"姓名", "电话"}, {"甲", "1"}},
	}))
	if err != nil {
		t.Fatal(err)
	}
	type at struct {
		sheet, column string
		row           int
	}
	said := map[at]string{}
	for _, p := range in.Problems {
		said[at{p.Sheet, p.Column, p.Row}] += p.Reason
	}
	for k, want := range map[at]string{
		{"条款", "B", 4}: "事项", {"条款", "C", 5}: "政治", {"条款", "D", 6}: "到会", {"条款", "E", 7}: "读报", {"条款", "F", 7}: "茶话会",
		{"条款", "G", 7}: "数字", {"条款", "H", 7}: "每小时", {"条款", "I", 7}: "数字", {"条款", "J", 7}: "是或否",
		{"条款", "G", 8}: "扣分", {"条款", "I", 8}: "低于", {"条款", "K", 9}: "1 到 9", {"条款", "L", 10}: "重复", {"条款", "I", 10}: "低于",
		{"上限", "B", 2}: "之间", {"上限", "A", 3}: "政治", {"上限", "A", 4}: "重复", {"上限", "B", 4}: "数字",
	} {
		if !strings.Contains(said[k], want) {
			t.Errorf("%v: %q, want %s", k, said[k], want)
		}
		delete(said, k)
	}
	if len(said) > 0 {
		t.Errorf("besides: %v", said)
	}
	if in.Rows != 8 || in.Bad != 10 || len(in.Notes) != 3 {
		t.Errorf("%d rows, %d bad, notes %v", in.Rows, in.Bad, in.Notes)
	}
	if _, err := o.svc.Draft(context.Background(), o.Actor("office"), o.whole(), NewDraft{BasedOn: o.first.ID, Text: &in.Text}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a draft of bad rows: %v", err)
	}
}

func TestHostileSchemeWorkbooks(t *testing.T) {
	o := newDrafting(t)
	var macro bytes.Buffer
	z := zip.NewWriter(&macro)
	for _, name := range []string{"[Content_Types].xml", "xl/workbook.xml", "xl/vbaProject.bin"} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write([]byte("<x/>"))
	}
	_ = z.Close()
	many := [][]any{{"事项", "维度", "入账方式", "分值"}}
	for i := range 400 {
		many = append(many, []any{fmt.Sprint("条款", i), "政治", "到会", 1})
	}
	for name, c := range map[string]struct {
		data []byte
		says string
	}{
		"empty": {nil, "空"}, "text": {[]byte("事项,维度"), ".xlsx"}, "a page": {[]byte("<html>"), "网页"}, "macros": {macro.Bytes(), "宏"},
		"cut off": {rows(t, map[string][][]any{"条款": many})[:2000], "损坏"}, "other things": {rows(t, map[string][][]any{"名册": {{"姓名", "电话"}, {"甲", "1"}}}), "没有找到条款"},
		"400 rules": {rows(t, map[string][][]any{"条款": many}), "最多 200"},
	} {
		if _, err := o.read(c.data); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What people type into a workbook never ends the reading, and what passes the check
// is what a draft would be checked by again.
func FuzzReadScheme(f *testing.F) {
	base := defaultScheme(noon, day("2026-01-01"))
	f.Add("参加主题党日", "政治", "到会", "主题党日、研讨", "1.5", "每次", "是", "code_1")
	f.Add("=1+1", "品德", "", "／", "-1e9", "", "√", "")
	f.Fuzz(func(t *testing.T, title, dimension, trigger, about, points, per, yes, code string) {
		r := &reader{terms: words()}
		rule := RuleText{Code: code, Title: title}
		rule.Dimension, _ = readDimension(dimension)
		rule.Trigger, _ = codeOf(triggerWords(), trigger)
		rule.Per, _ = codeOf(perWords(), per)
		rule.Veto, _ = readYes(yes)
		rule.Categories = r.several(about, words().Categories, func(string) {})
		if n, err := sheet.ParseHundredths(points); err == nil {
			rule.Points = clampPoints(n)
		}
		s := base.Text()
		s.Rules = append(s.Rules, rule)
		s.tidy(base)
		first := s.problems(words())
		s.tidy(base)
		if again := s.problems(words()); !slices.Equal(first, again) {
			t.Errorf("%v, then %v", first, again)
		}
	})
}
