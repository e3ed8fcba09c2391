package sheet

import (
	"fmt"
	"slices"
	"strings"
)

// Record is one row of a Table's body. It is the caller's until the next one.
type Record struct {
	table *Table
	row   Row
}

// Severity tells errors, which keep a row out, from warnings, which do not.
type Severity string

// The severities of a RowError.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// RowError names what is wrong with one row, so that a person finds the cell
// and knows what to do.
type RowError struct {
	Sheet    string   `json:"sheet"`
	Row      int      `json:"row"`
	Column   string   `json:"column"`  // its letter; empty when it is about the row
	Heading  string   `json:"heading"` // as the file has it
	Value    string   `json:"value"`   // as the file has it, shortened
	Reason   string   `json:"reason"`
	Severity Severity `json:"severity"`
}

// Error is the complaint in one line.
func (e RowError) Error() string {
	where := fmt.Sprintf("工作表“%s”第 %d 行", e.Sheet, e.Row)
	if e.Column != "" {
		where += fmt.Sprintf(" %s 列(%s)", e.Column, e.Heading)
	}
	if e.Value != "" {
		where += "“" + e.Value + "”"
	}
	return where + ":" + e.Reason
}

// Number is the row as the spreadsheet shows it.
func (r Record) Number() int { return r.row.Number }

// Cell is the field's cell; merged ranges count downwards only, since a range
// across columns belongs to its first column.
func (r Record) Cell(key string) Cell {
	col, ok := r.table.columns[key]
	if !ok {
		return Cell{}
	}
	return r.at(col)
}

// Text is the field's text, cleaned; signs for "nothing" are empty.
func (r Record) Text(key string) string {
	s := Unescape(Clean(r.Cell(key).Text))
	if IsNone(s) {
		return ""
	}
	return s
}

// Day reads the field as a date. A cell that means nothing gives no day and
// no error.
func (r Record) Day(key string) (Day, error) {
	c := r.Cell(key)
	if IsNone(c.Text) {
		return Day{}, nil
	}
	d, err := ParseDate(c.Text, r.table.book.Dates)
	if err == nil && c.Kind == NumberCell && d.MonthOnly && d.Date.Month == 1 && strings.HasSuffix(c.Text, ".1") {
		d.Doubt = fmt.Sprintf("数字 %s 可能是 1 月,也可能是 10 月(末尾的 0 不显示),请核对", c.Text)
	}
	return d, err
}

// Raw is the whole row as text, for handing bad rows back; ignored columns are
// empty.
func (r Record) Raw() []string {
	out := make([]string, max(len(r.row.Cells), len(r.table.Headings)))
	for i := range r.row.Cells {
		if !r.table.ignored[i] {
			out[i] = r.at(i).Text
		}
	}
	return out
}

// Error complains about the field's cell.
func (r Record) Error(key, reason string) RowError {
	e := RowError{Sheet: r.table.Sheet, Row: r.row.Number, Reason: reason, Severity: Error}
	if col, ok := r.table.columns[key]; ok {
		e = r.errorAt(col, reason)
	}
	return e
}

// Warning is Error that does not keep the row out.
func (r Record) Warning(key, reason string) RowError {
	e := r.Error(key, reason)
	e.Severity = Warning
	return e
}

func (r Record) errorAt(col int, reason string) RowError {
	e := RowError{Sheet: r.table.Sheet, Row: r.row.Number, Column: ColumnName(col), Reason: reason, Severity: Error,
		Value: Shorten(r.at(col).Text, 60)}
	if col < len(r.table.Headings) {
		e.Heading = r.table.Headings[col]
	}
	return e
}

// Shorten cuts a text to so many characters for a message.
func Shorten(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n]) + "…"
}

func (r Record) at(col int) Cell {
	if col < 0 || col >= len(r.row.Cells) || r.row.Cells[col].Fill == FillAcross {
		return Cell{}
	}
	return r.row.Cells[col]
}

// Shifted finds a row whose values stand beside their columns: at least two
// do not fit where they are, and most of those fit at the same distance.
func (r Record) Shifted() (RowError, bool) {
	for _, d := range []int{1, -1, 2, -2} {
		misfits, elsewhere, first := 0, 0, -1
		for _, f := range r.table.fields {
			col, ok := r.table.columns[f.Key]
			if !ok || f.Shape == nil {
				continue
			}
			here, there := r.shaped(f, col)
			if here || !there {
				continue
			}
			misfits++
			if first < 0 || col < first {
				first = col
			}
			if fits, there := r.shaped(f, col+d); fits && there {
				elsewhere++
			}
		}
		if misfits >= 2 && elsewhere >= 2 && elsewhere*3 >= misfits*2 {
			way := "右"
			if d < 0 {
				way = "左"
			}
			return r.errorAt(first, fmt.Sprintf("本行从这一列起整体向%s错了 %d 列,请对齐表头后再导入", way, max(d, -d))), true
		}
	}
	return RowError{}, false
}

// shaped says whether the text at col could be the field's, and whether there
// is any.
func (r Record) shaped(f Field, col int) (fits, there bool) {
	c := r.at(col)
	if c.Kind == Empty || IsNone(c.Text) {
		return false, false
	}
	return f.Shape(Clean(c.Text)), true
}

// skipped says whether the row is part of the form and not of the data.
func (r Record) skipped() bool {
	var own []string
	counterOnly := true
	for i, c := range r.row.Cells {
		if c.Kind == Empty || c.Fill != Own {
			continue
		}
		own = append(own, Key(c.Text))
		counterOnly = counterOnly && r.counter(i)
	}
	return len(own) == 0 || counterOnly || r.repeatsHeadings() || isTotal(own) || isExample(own) || isHint(own) || r.isNote(own)
}

func (r Record) counter(col int) bool {
	for _, f := range r.table.fields {
		if c, ok := r.table.columns[f.Key]; ok && c == col {
			return f.Counter
		}
	}
	return false
}

func (r Record) repeatsHeadings() bool {
	same, filled := 0, 0
	for i, c := range r.row.Cells {
		if c.Kind == Empty || i >= len(r.table.headingKeys) {
			continue
		}
		filled++
		if k := headingKey(c.Text); k != "" && k == r.table.headingKeys[i] {
			same++
		}
	}
	return same >= 2 && same*2 >= filled
}

// isTotal looks at the first texts of the row: 合计 may stand in the number
// column, in the name column, or in a range merged over both.
func isTotal(own []string) bool {
	for _, k := range own[:min(3, len(own))] {
		k = strings.TrimRight(strings.Trim(k, "()"), ":")
		if slices.Contains([]string{"合计", "小计", "总计", "共计", "总数", "累计", "本页小计", "本页合计", "人数合计", "合计人数", "总人数"}, k) {
			return true
		}
		for _, p := range []string{"合计:", "小计:", "总计:", "共计:", "合计(", "总计(", "共计("} {
			if strings.HasPrefix(k, p) {
				return true
			}
		}
	}
	return false
}

func isExample(own []string) bool {
	for _, k := range own[:min(3, len(own))] {
		for _, p := range []string{"示例", "(示例", "[示例", "样例", "(样例", "范例", "例:", "(例"} {
			if strings.HasPrefix(k, p) {
				return true
			}
		}
		if k == "例" || strings.HasSuffix(k, "(示例)") || strings.HasSuffix(k, "(样例)") {
			return true
		}
	}
	return false
}

// isHint finds the row that says how to fill in each column.
func isHint(own []string) bool {
	hints := 0
	for _, k := range own {
		for _, w := range []string{"必填", "选填", "填写", "非必填", "可不填", "可空", "下拉", "格式", "例如", "如:", "单选"} {
			if strings.Contains(k, w) {
				hints++
				break
			}
		}
	}
	return hints*2 > len(own) || hints*2 == len(own) && hints > 1
}

// isNote finds 填表人:… 审核人:… and 注:… below the table. A row with two
// values that fit their columns is data whatever it says.
func (r Record) isNote(own []string) bool {
	note := strings.HasPrefix(own[0], "注") && len(own) == 1 || strings.HasPrefix(own[0], "说明") && len(own) == 1
	for _, k := range own[:min(4, len(own))] {
		note = note || strings.Contains(k, ":") && !strings.HasPrefix(k, "=")
	}
	if !note || len(own) > 6 {
		return false
	}
	fits := 0
	for _, f := range r.table.fields {
		if col, ok := r.table.columns[f.Key]; ok && f.Shape != nil {
			if ok, _ := r.shaped(f, col); ok {
				fits++
			}
		}
	}
	return fits < 2
}
