package points

import (
	"fmt"
	"strings"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

// The worksheets of a scheme's workbook.
const (
	sheetRules  = "条款"
	sheetLimits = "上限"
	sheetInfo   = "说明"
)

// The lines of the sheet that says what is to be known about the whole.
const (
	infoName      = "办法名称"
	infoEffective = "施行日期"
	infoNote      = "修订说明"
)

// sheets are a version as a workbook that can be read back.
func (s Scheme) sheets(unit string, today calendar.Date, terms FactTerms) []sheet.Sheet {
	state := "自" + s.EffectiveFrom.Chinese() + "起施行"
	if s.State == SchemeDraft {
		state = "草案，拟" + state
	}
	frame := sheet.Frame{Title: s.Name, Unit: unit, Range: state, Filled: today, ScopeNote: fmt.Sprintf("第 %d 版", s.Version), Signatures: []string{}}
	rules := [][]any{}
	for i, r := range s.Rules {
		trigger, _ := wordOf(triggerWords(), r.Trigger)
		per, _ := wordOf(perWords(), r.Per)
		rules = append(rules, []any{i + 1, r.Code, r.Clause, r.Title, r.Dimension.Title(), trigger,
			named(r.Categories, func(c string) string { name, _ := terms.category(c); return name }),
			named(r.Kinds, func(c string) string { k, _ := terms.kind(c); return k.Name }),
			r.Points, per, maybe(r.CapEvent), maybe(r.CapMonth), maybe(r.CapQuarter), maybe(r.CapYear),
			mark(r.Beyond), mark(r.NeedsEvidence), mark(r.Veto), maybe(r.HonourLevel)})
	}
	limits := [][]any{}
	for _, l := range s.Limits {
		limits = append(limits, []any{l.Dimension.Title(), l.MaxGain})
	}
	return []sheet.Sheet{
		{Name: sheetRules, Frame: frame, Columns: []sheet.Column{
			{Key: "n", Title: "序号", Kind: sheet.Int, Width: 7},
			{Key: "code", Title: "代码", Width: 18},
			{Key: "clause", Title: "依据条款", Width: 14},
			{Key: "title", Title: "事项", Width: 24},
			{Key: "dimension", Title: "维度", Width: 9},
			{Key: "trigger", Title: "入账方式", Width: 13},
			{Key: "categories", Title: "活动类别", Width: 16},
			{Key: "kinds", Title: "活动类型", Width: 16},
			{Key: "points", Title: "分值", Kind: sheet.Points},
			{Key: "per", Title: "计分方式", Width: 10},
			{Key: "cap_event", Title: "每次上限", Kind: sheet.Points},
			{Key: "cap_month", Title: "每月上限", Kind: sheet.Points},
			{Key: "cap_quarter", Title: "每季上限", Kind: sheet.Points},
			{Key: "cap_year", Title: "每年上限", Kind: sheet.Points},
			{Key: "beyond", Title: "不受维度上限限制", Width: 10, Align: sheet.Center},
			{Key: "needs_evidence", Title: "须附证明材料", Width: 10, Align: sheet.Center},
			{Key: "veto", Title: "一票否决", Width: 10, Align: sheet.Center},
			{Key: "honour_level", Title: "荣誉级别", Kind: sheet.Int},
		}, Rows: sheet.RowsOf(rules)},
		{Name: sheetLimits, Frame: frame, Columns: []sheet.Column{
			{Key: "dimension", Title: "维度", Width: 24},
			{Key: "max_gain", Title: "每季上限", Kind: sheet.Points, Width: 24},
		}, Rows: sheet.RowsOf(limits)},
		{Name: sheetInfo, Frame: frame, Columns: []sheet.Column{
			{Key: "item", Title: "项目", Width: 18},
			{Key: "content", Title: "内容", Width: 80, Align: sheet.Left},
		}, Rows: sheet.RowsOf([][]any{{infoName, s.Name}, {infoEffective, s.EffectiveFrom.Chinese()}, {infoNote, s.Note}})},
	}
}

func named(codes []string, name func(string) string) string {
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = name(c)
	}
	return strings.Join(out, "、")
}

func maybe(n *int) any {
	if n == nil {
		return nil
	}
	return *n
}

func mark(yes bool) string {
	if yes {
		return "是"
	}
	return ""
}

// ruleFields are the columns that an import looks for.
func ruleFields() []sheet.Field {
	number := func(s string) bool { _, err := sheet.ParseHundredths(s); return err == nil }
	return []sheet.Field{
		{Key: "n", Title: "序号", Counter: true},
		{Key: "code", Title: "代码", Synonyms: []string{"条款代码", "编码"}, Shape: ruleCode.MatchString},
		{Key: "clause", Title: "依据条款", Synonyms: []string{"条款", "依据"}},
		{Key: "title", Title: "事项", Synonyms: []string{"条款名称", "积分事项", "项目", "名称"}, Required: true},
		{Key: "dimension", Title: "维度", Synonyms: []string{"所属维度"}, Required: true, Shape: func(s string) bool { _, ok := readDimension(s); return ok }},
		{Key: "trigger", Title: "入账方式", Synonyms: []string{"触发方式", "怎样入账"}, Required: true, Shape: func(s string) bool { _, ok := codeOf(triggerWords(), s); return ok }},
		{Key: "categories", Title: "活动类别", Synonyms: []string{"适用活动类别"}},
		{Key: "kinds", Title: "活动类型", Synonyms: []string{"适用活动类型"}},
		{Key: "points", Title: "分值", Synonyms: []string{"分数", "积分"}, Required: true, Shape: number},
		{Key: "per", Title: "计分方式", Synonyms: []string{"计分单位"}, Shape: func(s string) bool { _, ok := codeOf(perWords(), s); return ok }},
		{Key: "cap_event", Title: "每次上限", Synonyms: []string{"单次上限"}},
		{Key: "cap_month", Title: "每月上限", Synonyms: []string{"月上限"}},
		{Key: "cap_quarter", Title: "每季上限", Synonyms: []string{"每季度上限", "季上限"}},
		{Key: "cap_year", Title: "每年上限", Synonyms: []string{"年上限", "年度上限"}},
		{Key: "beyond", Title: "不受维度上限限制", Synonyms: []string{"不受上限限制"}},
		{Key: "needs_evidence", Title: "须附证明材料", Synonyms: []string{"须附证明", "证明材料"}},
		{Key: "veto", Title: "一票否决"},
		{Key: "honour_level", Title: "荣誉级别"},
	}
}

func limitFields() []sheet.Field {
	return []sheet.Field{
		{Key: "n", Title: "序号", Counter: true},
		{Key: "dimension", Title: "维度", Required: true, Shape: func(s string) bool { _, ok := readDimension(s); return ok }},
		{Key: "max_gain", Title: "每季上限", Synonyms: []string{"每季度上限", "季度上限", "上限"}, Required: true,
			Shape: func(s string) bool { _, err := sheet.ParseHundredths(s); return err == nil }},
	}
}

func infoFields() []sheet.Field {
	return []sheet.Field{{Key: "item", Title: "项目", Required: true}, {Key: "content", Title: "内容", Required: true}}
}

// codeOf finds a term by its word or its code.
func codeOf(terms []Term, text string) (string, bool) {
	k := sheet.Key(text)
	for _, t := range terms {
		if k == sheet.Key(t.Name) || k == t.Code {
			return t.Code, true
		}
	}
	return text, false
}

func readDimension(text string) (Dimension, bool) {
	k := strings.TrimSuffix(sheet.Key(text), "维度")
	for _, d := range Dimensions() {
		if k == d.Title() || k == string(d) || d == Base && k == "基础" {
			return d, true
		}
	}
	return Dimension(text), false
}

// schemeTemplate is the empty form of the rules.
func schemeTemplate(terms FactTerms) sheet.Template {
	words := func(terms []Term) []string {
		out := make([]string, len(terms))
		for i, t := range terms {
			out[i] = t.Name
		}
		return out
	}
	dimensions := make([]string, 0, 5)
	for _, d := range Dimensions() {
		dimensions = append(dimensions, d.Title())
	}
	kinds := make([]Term, len(terms.Kinds))
	for i, k := range terms.Kinds {
		kinds[i] = k.Term
	}
	yes := []string{"是", "否"}
	points := "以分为单位，最多两位小数"
	return sheet.Template{
		Sheet: sheetRules,
		Hint:  "每行一条，红色表头为必填。须有且只有一条“季度开账”的基础分。各维度每季上限沿用所修订的那一版，导入后可在页面上修改。示例行不会导入。",
		Columns: []sheet.TemplateColumn{
			{Title: "事项", Required: true, Example: "参加主题党日", Hint: "不超过 60 个字", Width: 26},
			{Title: "依据条款", Example: "第六条第二项", Hint: "办法正文中的条款号", Width: 16},
			{Title: "维度", Required: true, Choices: dimensions, Example: "政治", Width: 10},
			{Title: "入账方式", Required: true, Choices: words(triggerWords()), Example: "到会", Hint: "什么情况下记分", Width: 14},
			{Title: "活动类别", Example: "主题党日", Hint: "不限则留空，多项用顿号隔开：" + strings.Join(words(terms.Categories), "、"), Width: 18},
			{Title: "活动类型", Hint: "不限则留空，多项用顿号隔开：" + strings.Join(words(kinds), "、"), Width: 18},
			{Title: "分值", Required: true, Example: "1", Hint: points + "；扣分填负数", Width: 10},
			{Title: "计分方式", Choices: words(perWords()), Example: "每次", Hint: "留空为每次；每小时只用于志愿服务；视情况只用于申报和机关党委办理，分值为上限", Width: 12},
			{Title: "每次上限", Hint: points + "，不设则留空", Width: 10},
			{Title: "每月上限", Example: "2", Hint: points + "，不设则留空", Width: 10},
			{Title: "每季上限", Hint: points + "，不设则留空", Width: 10},
			{Title: "每年上限", Hint: points + "，不设则留空", Width: 10},
			{Title: "不受维度上限限制", Choices: yes, Width: 12},
			{Title: "须附证明材料", Choices: yes, Hint: "只用于本人申报的条款", Width: 12},
			{Title: "一票否决", Choices: yes, Hint: "只用于机关党委办理的条款", Width: 10},
			{Title: "荣誉级别", Choices: []string{"1", "2", "3", "4", "5", "6", "7", "8", "9"}, Hint: "同一荣誉只按最高级别计分，数字大的级别高；只用于本人申报的条款", Width: 10},
			{Title: "代码", Hint: "修订原有条款时照抄原代码，新条款留空，由系统编", Width: 18},
		},
	}
}
