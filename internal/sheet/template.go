package sheet

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// TemplateColumn is one column of a form to fill in.
type TemplateColumn struct {
	Title    string
	Required bool     // its heading is red
	Choices  []string // a closed list, offered as a drop-down
	Example  string
	Hint     string  // shown when the cell is selected
	Width    float64 // 0 is 16
}

// Template is a form that people fill in and send back for import.
type Template struct {
	Sheet   string
	Hint    string // first row: how to fill it in
	Columns []TemplateColumn
}

// templateRows is how many rows of a form are prepared for typing.
const templateRows = 2000

// choicesSheet holds the drop-down lists; it is hidden, and import skips it.
const choicesSheet = "选项"

// WriteTemplate makes the form: a hint row, headings with the required ones in
// red, and an example row that import ignores. Cells are text, so that
// telephone and staff numbers keep their zeros.
func WriteTemplate(w io.Writer, t Template) (err error) {
	if len(t.Columns) == 0 {
		return errors.New("sheet: a template needs columns")
	}
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	name := newNames().pick(t.Sheet)
	if err := f.SetSheetName("Sheet1", name); err != nil {
		return err
	}
	if _, err := f.NewSheet(choicesSheet); err != nil {
		return err
	}
	p := &form{file: f, styles: &styles{file: f, made: map[look]int{}}, name: name, fonts: DefaultFonts()}
	if err := p.hint(t); err != nil {
		return err
	}
	for i, c := range t.Columns {
		if err := p.column(i, c); err != nil {
			return fmt.Errorf("template column %q: %w", c.Title, err)
		}
	}
	if err := f.SetSheetVisible(choicesSheet, false); err != nil {
		return err
	}
	if err := f.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 2, TopLeftCell: "A3", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	return f.Write(w)
}

// form is a template while it is written.
type form struct {
	file   *excelize.File
	styles *styles
	name   string
	fonts  Fonts
}

func (p *form) hint(t Template) error {
	width := 0.0
	for _, c := range t.Columns {
		width += c.width()
	}
	id, err := p.styles.of(look{font: p.fonts.Body, wrap: true})
	if err != nil {
		return err
	}
	last := ColumnName(len(t.Columns)-1) + "1"
	return errors.Join(
		p.file.MergeCell(p.name, "A1", last),
		p.file.SetCellStr(p.name, "A1", Escape(t.Hint)),
		p.file.SetCellStyle(p.name, "A1", last, id),
		p.file.SetRowHeight(p.name, 1, rowHeight(p.fonts.Body, lines(t.Hint, p.fonts.Body, width))),
		p.file.SetRowHeight(p.name, 2, rowHeight(p.fonts.Heading, 2)),
	)
}

func (c TemplateColumn) width() float64 {
	if c.Width > 0 {
		return c.Width
	}
	return 16
}

func (p *form) column(i int, c TemplateColumn) error {
	letter := ColumnName(i)
	heading, err := p.styles.of(look{font: p.fonts.Heading, align: Center, border: true, fill: true, wrap: true, red: c.Required})
	if err != nil {
		return err
	}
	cells, err := p.styles.of(look{font: p.fonts.Body, format: "@", wrap: true})
	if err != nil {
		return err
	}
	example := c.Example
	if i == 0 {
		example = "示例:" + example
	}
	err = errors.Join(
		p.file.SetColWidth(p.name, letter, letter, c.width()),
		p.file.SetCellStr(p.name, letter+"2", Escape(c.Title)),
		p.file.SetCellStyle(p.name, letter+"2", letter+"2", heading),
		p.file.SetCellStr(p.name, letter+"3", Escape(example)),
		p.file.SetCellStyle(p.name, letter+"3", letter+strconv.Itoa(templateRows), cells),
	)
	if err != nil || len(c.Choices) == 0 && c.Hint == "" {
		return err
	}
	dv := excelize.NewDataValidation(true)
	dv.SetSqref(fmt.Sprintf("%s4:%s%d", letter, letter, templateRows))
	if len(c.Choices) > 0 {
		// a list in the rule itself may have 255 characters at most
		for n, choice := range c.Choices {
			if err := p.file.SetCellStr(choicesSheet, letter+strconv.Itoa(n+1), Escape(choice)); err != nil {
				return err
			}
		}
		dv.SetSqrefDropList(fmt.Sprintf("'%s'!$%s$1:$%s$%d", choicesSheet, letter, letter, len(c.Choices)))
		dv.SetError(excelize.DataValidationErrorStyleStop, "请从下拉列表中选择", "可填:"+Shorten(strings.Join(c.Choices, "、"), 150))
	}
	if c.Hint != "" {
		dv.SetInput(Shorten(c.Title, 30), Shorten(c.Hint, 200))
	}
	return p.file.AddDataValidation(p.name, dv)
}
