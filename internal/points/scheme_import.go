package points

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// SchemeImport is a workbook read as a version: what a draft with it would say and
// change. Nothing is kept; starting a draft with the document is the confirmation.
type SchemeImport struct {
	FileName   string           `json:"file_name"`
	Text       SchemeText       `json:"document"`
	Rows       int              `json:"rows" doc:"Rules that were read"`
	Bad        int              `json:"bad" doc:"Rows with problems; none may be left before a draft is started"`
	Problems   []sheet.RowError `json:"problems"`
	Notes      []string         `json:"notes" doc:"What the workbook left open, and what was taken for it"`
	Comparison Comparison       `json:"comparison" doc:"Against the version it revises"`
}

// placed is a rule or limit with where its cells stand.
type placed struct {
	row   int
	sheet string
	cells map[string]sheet.RowError // by field, reasons still empty
	wrong map[string]bool           // fields complained about already
}

// reader reads a workbook as a version.
type reader struct {
	terms    FactTerms
	text     SchemeText
	rules    []placed
	limits   []placed
	problems []sheet.RowError
	notes    []string
	found    map[string]bool // sheets of which kinds there were
}

// readScheme reads what an office sends as rules. What the workbook does not say is
// as in base.
func readScheme(book *sheet.Book, base Scheme, terms FactTerms, from calendar.Date) (*reader, error) {
	r := &reader{terms: terms, found: map[string]bool{}, text: SchemeText{Name: base.Name, EffectiveFrom: from}}
	for _, name := range book.SheetNames() {
		if err := r.sheet(book, name); err != nil {
			return nil, err
		}
	}
	if !r.found[sheetRules] {
		return nil, fault.Field("file", "没有找到条款：请在一张工作表里列出“事项”“维度”“入账方式”“分值”各列，可先下载模板")
	}
	if len(r.text.Rules) == 0 {
		return nil, fault.Field("file", "条款表里没有一条内容，请填写后再上传")
	}
	if !r.found[sheetLimits] {
		r.text.Limits = base.Limits
		r.notes = append(r.notes, fmt.Sprintf("文件里没有各维度的每季上限，沿用第 %d 版的", base.Version))
	}
	if !r.found[infoEffective] {
		r.notes = append(r.notes, "文件里没有施行日期，暂定为"+from.Chinese())
	}
	r.text.tidy(base)
	r.check()
	return r, nil
}

// sheet reads one worksheet as what its headings say it is.
func (r *reader) sheet(book *sheet.Book, name string) error {
	for _, kind := range []struct {
		name   string
		fields []sheet.Field
		read   func(sheet.Record)
	}{{sheetRules, ruleFields(), r.rule}, {sheetLimits, limitFields(), r.limit}, {sheetInfo, infoFields(), r.info}} {
		t, err := book.ReadTable(name, kind.fields)
		if errors.Is(err, sheet.ErrNoHeadings) {
			continue
		}
		if err != nil {
			return err
		}
		if t == nil { // nothing on it
			return nil
		}
		r.found[kind.name] = true
		if len(t.Unknown) > 0 {
			r.notes = append(r.notes, fmt.Sprintf("工作表“%s”的“%s”列没有用到", name, strings.Join(t.Unknown, "”“")))
		}
		for rec, err := range t.Records() {
			if err != nil {
				return err
			}
			if len(r.rules) > mostRules {
				return fault.Field("file", fmt.Sprintf("条款最多 %d 条，请检查是否选错了文件", mostRules))
			}
			if shifted, is := rec.Shifted(); is {
				r.problems = append(r.problems, shifted)
				continue
			}
			kind.read(rec)
		}
		return nil
	}
	r.notes = append(r.notes, fmt.Sprintf("工作表“%s”不是条款、上限或说明，没有用到", name))
	return nil
}

// place notes where a record's cells stand, and gives how to complain of one.
func (r *reader) place(rec sheet.Record, keys []sheet.Field) (placed, func(key, format string, args ...any)) {
	p := placed{row: rec.Number(), cells: map[string]sheet.RowError{}, wrong: map[string]bool{}}
	for _, f := range keys {
		p.cells[f.Key] = rec.Error(f.Key, "")
	}
	p.sheet = p.cells[keys[0].Key].Sheet
	return p, func(key, format string, args ...any) {
		p.wrong[key] = true
		r.problems = append(r.problems, rec.Error(key, fmt.Sprintf(format, args...)))
	}
}

var separators = regexp.MustCompile(`[、,，;；/\n]+`)

func (r *reader) rule(rec sheet.Record) {
	p, say := r.place(rec, ruleFields())
	t := RuleText{Code: strings.ToLower(rec.Text("code")), Clause: rec.Text("clause"), Title: rec.Text("title"), Per: PerEvent}
	var ok bool
	if t.Dimension, ok = readDimension(rec.Text("dimension")); !ok {
		say("dimension", "请填基础分、政治、业务、纪律、作风之一")
	}
	if t.Trigger, ok = codeOf(triggerWords(), rec.Text("trigger")); !ok {
		say("trigger", "请填%s之一", strings.Join(termNames(triggerWords()), "、"))
	}
	if per := rec.Text("per"); per != "" {
		if t.Per, ok = codeOf(perWords(), per); !ok {
			say("per", "请填%s之一", strings.Join(termNames(perWords()), "、"))
		}
	}
	kinds := make([]Term, len(r.terms.Kinds))
	for i, k := range r.terms.Kinds {
		kinds[i] = k.Term
	}
	t.Categories = r.several(rec.Text("categories"), r.terms.Categories, func(word string) { say("categories", "没有“%s”这个活动类别", word) })
	t.Kinds = r.several(rec.Text("kinds"), kinds, func(word string) { say("kinds", "没有“%s”这种活动类型", word) })
	if points, err := sheet.ParseHundredths(rec.Text("points")); err != nil {
		say("points", "分值%s", err)
	} else {
		t.Points = clampPoints(points)
	}
	for key, into := range map[string]**int{"cap_event": &t.CapEvent, "cap_month": &t.CapMonth, "cap_quarter": &t.CapQuarter, "cap_year": &t.CapYear} {
		if text := rec.Text(key); text != "" {
			n, err := sheet.ParseHundredths(text)
			if err != nil {
				say(key, "上限%s，不设则留空", err)
				continue
			}
			most := clampPoints(n)
			*into = &most
		}
	}
	for key, into := range map[string]*bool{"beyond": &t.Beyond, "needs_evidence": &t.NeedsEvidence, "veto": &t.Veto} {
		if *into, ok = readYes(rec.Text(key)); !ok {
			say(key, "请填是或否")
		}
	}
	if text := rec.Text("honour_level"); text != "" {
		n, err := strconv.Atoi(strings.Trim(sheet.Key(text), "第级"))
		if err != nil {
			say("honour_level", "请填 1 到 9 的级别，不属荣誉的留空")
		} else {
			t.HonourLevel = &n
		}
	}
	r.text.Rules, r.rules = append(r.text.Rules, t), append(r.rules, p)
}

// clampPoints keeps a number that nobody means within an int; the check then names it.
func clampPoints(n int64) int { return int(max(-mostCap*10, min(n, mostCap*10))) }

func (r *reader) several(text string, terms []Term, unknown func(word string)) []string {
	var out []string
	for _, word := range separators.Split(text, -1) {
		if word = strings.TrimSpace(word); word == "" || word == "不限" {
			continue
		}
		code, ok := codeOf(terms, word)
		if !ok {
			unknown(word)
			continue
		}
		out = append(out, code)
	}
	return out
}

func (r *reader) limit(rec sheet.Record) {
	p, say := r.place(rec, limitFields())
	l := Limit{}
	var ok bool
	if l.Dimension, ok = readDimension(rec.Text("dimension")); !ok || l.Dimension == Base {
		say("dimension", "请填政治、业务、纪律、作风之一")
	}
	text := rec.Text("max_gain")
	if text == "" || text == "不设上限" {
		return
	}
	n, err := sheet.ParseHundredths(text)
	if err != nil {
		say("max_gain", "上限%s，不设则留空", err)
	}
	l.MaxGain = clampPoints(n)
	r.text.Limits, r.limits = append(r.text.Limits, l), append(r.limits, p)
}

func (r *reader) info(rec sheet.Record) {
	content := strings.TrimSpace(sheet.Unescape(rec.Cell("content").Text))
	switch sheet.Clean(rec.Text("item")) {
	case infoName:
		r.text.Name = sheet.Clean(content)
	case infoNote:
		r.text.Note = content
	case infoEffective:
		day, err := rec.Day("content")
		if err != nil || day.Date.IsZero() || day.MonthOnly {
			r.problems = append(r.problems, rec.Error("content", "请填施行日期，如 2027年1月1日"))
			return
		}
		r.text.EffectiveFrom, r.found[infoEffective] = day.Date, true
	}
}

var fieldOf = regexp.MustCompile(`^(rules|limits)\[(\d+)\]\.(\w+)$`)

// check puts what the document's own check says beside the cells it is about.
func (r *reader) check() {
	for _, d := range r.text.problems(r.terms) {
		m := fieldOf.FindStringSubmatch(d.Field)
		if m == nil {
			r.problems = append(r.problems, sheet.RowError{Sheet: r.rules[0].sheet, Reason: d.Message, Severity: sheet.Error})
			continue
		}
		n, err := strconv.Atoi(m[2])
		rows := r.rules
		if m[1] == "limits" {
			rows = r.limits
		}
		if err != nil || n >= len(rows) { // limits taken from the version before
			r.problems = append(r.problems, sheet.RowError{Sheet: r.rules[0].sheet, Reason: d.Message, Severity: sheet.Error})
			continue
		}
		p := rows[n]
		if p.wrong[m[3]] || m[3] != "code" && m[3] != "title" && (p.wrong["trigger"] || p.wrong["points"]) {
			continue // follows from what was complained about
		}
		e := p.cells[m[3]]
		e.Reason = d.Message
		r.problems = append(r.problems, e)
	}
	slices.SortStableFunc(r.problems, func(a, b sheet.RowError) int {
		if a.Sheet != b.Sheet {
			return strings.Compare(a.Sheet, b.Sheet)
		}
		return a.Row - b.Row
	})
}

// bad counts the rows that have problems.
func (r *reader) bad() int {
	type row struct {
		sheet string
		n     int
	}
	rows := map[row]bool{}
	for _, p := range r.problems {
		rows[row{p.Sheet, p.Row}] = true
	}
	return len(rows)
}

func termNames(terms []Term) []string {
	out := make([]string, len(terms))
	for i, t := range terms {
		out[i] = t.Name
	}
	return out
}

func readYes(text string) (yes, ok bool) {
	switch sheet.Key(text) {
	case "", "否", "不", "n", "no", "0", "×":
		return false, true
	case "是", "y", "yes", "1", "√", "✓":
		return true, true
	}
	return false, false
}
