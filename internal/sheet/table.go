package sheet

import (
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"xianfeng/internal/fault"
)

// Field is one thing an import looks for. It is found by its heading, wherever
// the column stands and whatever the office calls it.
type Field struct {
	Key      string
	Title    string   // the usual heading; also shown in messages
	Synonyms []string // other headings that mean the same
	// Contains are weaker hints: a heading that contains one of them is taken
	// when no column carries the title or a synonym. Parts joined by + must
	// all occur (入党+时间).
	Contains []string
	Required bool
	// Counter marks a running number: a row that holds nothing else is blank.
	Counter bool
	// Ignored marks a column that is known and left out on purpose, such as
	// identity numbers; Record.Raw leaves it out too.
	Ignored bool
	// Shape says whether a text could stand in this column. Shifted rows are
	// found by it; fields without one take part in nothing.
	Shape func(text string) bool
}

// Table is a worksheet whose heading row has been found.
type Table struct {
	Sheet       string
	HeadingRow  int // the last one, where headings take several rows
	Headings    []string
	Unknown     []string // headings that match no field
	Above       []string // the texts above the headings: title, 填报单位 …
	book        *Book
	fields      []Field
	columns     map[string]int
	ignored     map[int]bool // columns
	headingKeys []string
}

// ErrNoHeadings is inside the refusal of a sheet that lacks a required heading:
// in a workbook of several sheets it may be a cover or a page of instructions.
var ErrNoHeadings = errors.New("sheet: required headings not found")

// headingDepth is how many rows with content may come before the headings.
const headingDepth = 15

// ReadTable finds the headings of a worksheet by their meaning among its first
// rows. A sheet that holds nothing gives nil and no error. Refused: a sheet
// without the required headings, and two columns that mean the same field.
func (b *Book) ReadTable(sheet string, fields []Field) (*Table, error) {
	var head []Row
	for row, err := range b.Rows(sheet) {
		if err != nil {
			return nil, err
		}
		head = append(head, Row{row.Number, slices.Clone(row.Cells)})
		if len(head) == headingDepth {
			break
		}
	}
	if len(head) == 0 {
		return nil, nil
	}
	var best candidate
	for i := range head {
		for depth := 1; depth <= 3 && i+depth <= len(head); depth++ {
			if depth > 1 && !stackable(head[i:i+depth]) {
				break
			}
			c := match(head[i:i+depth], fields)
			c.depth = depth
			if c.score > best.score || c.score == best.score && depth < best.depth {
				best = c
			}
		}
	}
	var missing []string
	for _, f := range fields {
		if f.Required && len(best.found[f.Key]) == 0 {
			missing = append(missing, "“"+f.Title+"”")
		}
	}
	if len(missing) > 0 {
		f := fault.Wrap(ErrNoHeadings, fault.Invalid, fmt.Sprintf("工作表“%s”里没有找到%s列,请检查表头是否在前 %d 行内、名称是否正确",
			sheet, strings.Join(missing, "、"), headingDepth))
		f.Field = field
		return nil, f
	}
	t := &Table{Sheet: sheet, HeadingRow: best.row, Headings: best.headings, Unknown: best.unknown,
		book: b, fields: fields, columns: map[string]int{}, ignored: map[int]bool{}}
	for _, r := range head {
		for _, c := range r.Cells {
			if r.Number <= best.row-best.depth && c.Kind != Empty && c.Fill == Own {
				t.Above = append(t.Above, Clean(c.Text))
			}
		}
	}
	for _, f := range fields {
		switch cols := best.found[f.Key]; {
		case len(cols) > 1 && !f.Ignored && !f.Counter:
			return nil, refusef("工作表“%s”的 %s 列“%s”和 %s 列“%s”都是“%s”,请只保留一列或改名", sheet,
				ColumnName(cols[0]), best.headings[cols[0]], ColumnName(cols[1]), best.headings[cols[1]], f.Title)
		case len(cols) > 0:
			t.columns[f.Key] = cols[0]
		}
		for _, col := range best.found[f.Key] {
			t.ignored[col] = t.ignored[col] || f.Ignored
		}
	}
	for _, h := range t.Headings {
		t.headingKeys = append(t.headingKeys, headingKey(h))
	}
	return t, nil
}

// Has says whether the sheet has a column for the field. No column means that
// the file does not speak of it, which is not the same as an empty cell.
func (t *Table) Has(key string) bool {
	_, ok := t.columns[key]
	return ok
}

// Column is the letter of the field's column and its heading, or two empty
// texts where there is none.
func (t *Table) Column(key string) (letter, heading string) {
	col, ok := t.columns[key]
	if !ok {
		return "", ""
	}
	return ColumnName(col), t.Headings[col]
}

// candidate is one reading of some rows as headings.
type candidate struct {
	row      int
	depth    int
	score    int
	headings []string
	found    map[string][]int
	unknown  []string
}

// stackable says whether the rows can be parts of one heading: a title has one
// text only, and lines such as 填报单位:… have colons.
func stackable(rows []Row) bool {
	for _, r := range rows {
		own := 0
		for _, c := range r.Cells {
			if c.Kind == Empty || c.Fill != Own {
				continue
			}
			if strings.ContainsAny(c.Text, ":：") {
				return false
			}
			own++
		}
		if own < 2 {
			return false
		}
	}
	return true
}

// match reads one to three rows as headings. In several rows a column's
// heading is its lowest text, joined with those above it (入党 + 时间).
func match(rows []Row, fields []Field) candidate {
	c := candidate{row: rows[len(rows)-1].Number, found: map[string][]int{}}
	weak := map[string][]int{}
	width := 0
	for _, r := range rows {
		width = max(width, len(r.Cells))
	}
	for col := range width {
		readings, shown := headingReadings(rows, col)
		c.headings = append(c.headings, shown)
		if len(readings) == 0 {
			continue
		}
		if key := strongMatch(readings, fields); key != "" {
			c.found[key] = append(c.found[key], col)
		} else if key := weakMatch(readings, fields); key != "" {
			weak[key] = append(weak[key], col)
		} else {
			c.unknown = append(c.unknown, shown)
		}
	}
	for key, cols := range weak {
		if len(c.found[key]) == 0 {
			c.found[key] = cols
			continue
		}
		for _, col := range cols {
			c.unknown = append(c.unknown, c.headings[col])
		}
	}
	for _, f := range fields {
		if len(c.found[f.Key]) > 0 {
			c.score += 2
			if f.Required {
				c.score++
			}
		}
	}
	// a heading row that is read together with a row of data explains less
	c.score = c.score*100 - len(c.unknown)
	return c
}

// headingReadings gives the ways to read a column's heading, best first, and
// the heading as a person would quote it.
func headingReadings(rows []Row, col int) (readings []string, shown string) {
	var parts []string
	for _, r := range rows {
		if col >= len(r.Cells) || r.Cells[col].Kind == Empty {
			continue
		}
		if s := Clean(r.Cells[col].Text); s != "" && (len(parts) == 0 || parts[len(parts)-1] != s) {
			parts = append(parts, s)
		}
	}
	if len(parts) == 0 {
		return nil, ""
	}
	joined := strings.Join(parts, "")
	readings = []string{joined, parts[len(parts)-1]}
	if last := rows[len(rows)-1]; col >= len(last.Cells) || last.Cells[col].Kind == Empty || last.Cells[col].Fill == FillDown {
		readings = append(readings, parts[0])
	}
	return readings, strings.Join(parts, " ")
}

func strongMatch(readings []string, fields []Field) string {
	for _, r := range readings {
		full, bare := headingKey(r), headingKey(withoutBrackets(r))
		for _, f := range fields {
			for _, name := range append([]string{f.Title}, f.Synonyms...) {
				if k := headingKey(name); k != "" && (k == full || k == bare) {
					return f.Key
				}
			}
		}
	}
	return ""
}

// weakMatch takes the field with the longest hint.
func weakMatch(readings []string, fields []Field) string {
	best, length := "", 0
	for _, r := range readings {
		k := headingKey(r)
		if len(k) > 60 { // a sentence, not a heading
			continue
		}
		for _, f := range fields {
			for _, hint := range f.Contains {
				all := true
				for part := range strings.SplitSeq(hint, "+") {
					all = all && strings.Contains(k, part)
				}
				if all && len(hint) > length {
					best, length = f.Key, len(hint)
				}
			}
		}
	}
	return best
}

// headingKey is Key without the marks that headings carry (* for required,
// colons, brackets themselves).
func headingKey(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune("*:()[]<>#?!★☆●▲\"'“”《》,./\\-_", r) {
			return -1
		}
		return r
	}, Key(s))
}

// withoutBrackets drops remarks such as (手机) or 【必填】.
func withoutBrackets(s string) string {
	var b strings.Builder
	depth := 0
	for _, r := range s {
		switch halfWidth(r) {
		case '(', '[', '<':
			depth++
			continue
		case ')', ']', '>':
			depth = max(0, depth-1)
			continue
		}
		if depth == 0 {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Records streams the rows of the body. Left out are blank rows, repeated
// headings, hint rows, example rows, totals and the notes below the table.
func (t *Table) Records() iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for row, err := range t.book.Rows(t.Sheet) {
			if err != nil {
				yield(Record{}, err)
				return
			}
			if row.Number <= t.HeadingRow {
				continue
			}
			if rec := (Record{t, row}); !rec.skipped() && !yield(rec, nil) {
				return
			}
		}
	}
}
