package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"
	"strings"
)

// CellKind says what a cell of a workbook holds.
type CellKind uint8

// The kinds of cells.
const (
	Empty CellKind = iota
	TextCell
	NumberCell
	DateCell // a number that the workbook shows as a date; Text is 2026-03-05
	BoolCell
	ErrorCell // #N/A and the like
)

// Fill says where a cell's value comes from.
type Fill uint8

// A merged range shows its first cell's value in all its cells.
const (
	Own        Fill = iota
	FillDown        // from the same column, further up
	FillAcross      // from a column to the left
)

// Cell is one cell as read.
type Cell struct {
	Text    string // a number in its raw form
	Kind    CellKind
	Fill    Fill
	Formula bool // Text is the value that was computed last
	// Source is the formula as written, without =. Of a formula that several cells
	// share only the first has it; Shared is the number that they go by.
	Source, Shared string
}

// Row is one row as read. Cells[0] is column A; rows that hold nothing are
// left out.
type Row struct {
	Number int // as the spreadsheet shows it, from 1
	Cells  []Cell
}

// SheetNames lists the visible worksheets, which alone are imported.
func (b *Book) SheetNames() []string {
	var out []string
	for _, s := range b.sheets {
		if !s.hidden {
			out = append(out, s.name)
		}
	}
	return out
}

// Rows streams a worksheet. The cells are the caller's only until the next
// row. Merged cells are filled and marked.
func (b *Book) Rows(sheet string) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for _, s := range b.sheets {
			if s.name == sheet {
				if err := b.streamRows(s, yield); err != nil && !errors.Is(err, errStop) {
					yield(Row{}, err)
				}
				return
			}
		}
		yield(Row{}, refusef("没有名为“%s”的工作表", sheet))
	}
}

var errStop = errors.New("sheet: the reader has had enough")

func (b *Book) streamRows(s bookSheet, yield func(Row, error) bool) error {
	merges, err := b.readMerges(s.part)
	if err != nil {
		return damaged(err)
	}
	r, err := b.part(s.part)
	if err != nil {
		return damaged(err)
	}
	defer r.Close() //nolint:errcheck // reading only
	d := newParser(r)
	row := Row{}
	last, text := 0, 0
	for {
		t, err := d.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(fmt.Errorf("sheet %q: %w", s.name, err))
		}
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "row" {
			continue
		}
		row.Number = last + 1
		if v := attr(e, "r"); v != "" {
			if row.Number, err = strconv.Atoi(v); err != nil || row.Number <= last {
				return damaged(fmt.Errorf("sheet %q: row %q after row %d", s.name, v, last))
			}
		}
		last = row.Number
		if last > b.limits.Rows {
			return refusef("工作表“%s”超过 %d 行,请拆分,或删去末尾的空行后再上传", s.name, b.limits.Rows)
		}
		row.Cells = row.Cells[:0]
		if err := b.readRow(d, &row); err != nil {
			return damaged(fmt.Errorf("sheet %q row %d: %w", s.name, last, err))
		}
		merges.fill(&row)
		for _, c := range row.Cells {
			text += len(c.Text)
		}
		if text > b.limits.Unpacked { // a few long texts, shared by very many cells
			return refusef("工作表“%s”文字过多,请拆分后再上传", s.name)
		}
		if hasContent(row.Cells) && !yield(row, nil) {
			return errStop
		}
	}
}

func hasContent(cells []Cell) bool {
	for _, c := range cells {
		if c.Kind != Empty && c.Fill == Own {
			return true
		}
	}
	return false
}

// readRow reads the cells of the row element that was just opened.
func (b *Book) readRow(d *parser, row *Row) error {
	next := 0
	for {
		t, err := d.next()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.EndElement:
			return nil
		case xml.StartElement:
			if t.Name.Local != "c" {
				if err := d.skip(); err != nil {
					return err
				}
				continue
			}
			col := next
			if ref := attr(t, "r"); ref != "" {
				var ok bool
				if col, _, ok = splitRef(ref); !ok {
					return fmt.Errorf("cell reference %q", ref)
				}
			}
			next = col + 1
			cell, err := b.readCell(d, t)
			if err != nil {
				return err
			}
			if cell.Kind == Empty || col >= b.limits.Columns {
				continue
			}
			for len(row.Cells) <= col {
				row.Cells = append(row.Cells, Cell{})
			}
			row.Cells[col] = cell
		}
	}
}

// readCell reads one cell to its end.
func (b *Book) readCell(d *parser, e xml.StartElement) (Cell, error) {
	kind, style := attr(e, "t"), attr(e, "s")
	cell := Cell{}
	var raw string
	for {
		t, err := d.next()
		if err != nil {
			return cell, err
		}
		switch t := t.(type) {
		case xml.EndElement:
			return b.valueOf(cell, kind, style, raw), nil
		case xml.StartElement:
			switch t.Name.Local {
			case "v":
				if raw, err = plainText(d); err != nil {
					return cell, err
				}
			case "is":
				if raw, err = richText(d); err != nil {
					return cell, err
				}
			case "f":
				cell.Formula, cell.Shared = true, attr(t, "si")
				if cell.Source, err = plainText(d); err != nil {
					return cell, err
				}
			default:
				if err := d.skip(); err != nil {
					return cell, err
				}
			}
		}
	}
}

// plainText is the character data of the element that was just opened.
func plainText(d *parser) (string, error) {
	var out strings.Builder
	for {
		t, err := d.next()
		if err != nil {
			return "", err
		}
		switch t := t.(type) {
		case xml.CharData:
			out.Write(t)
		case xml.StartElement:
			if err := d.skip(); err != nil {
				return "", err
			}
		case xml.EndElement:
			return out.String(), nil
		}
	}
}

func (b *Book) valueOf(cell Cell, kind, style, raw string) Cell {
	switch kind {
	case "s":
		if n, err := strconv.Atoi(strings.TrimSpace(raw)); err == nil && n >= 0 && n < len(b.texts) {
			cell.Text, cell.Kind = b.texts[n], TextCell
		}
	case "str":
		cell.Text, cell.Kind = unescapeX(raw), TextCell
	case "inlineStr":
		cell.Text, cell.Kind = raw, TextCell
	case "b":
		cell.Text, cell.Kind = raw, BoolCell
	case "e":
		cell.Text, cell.Kind = raw, ErrorCell
	case "d":
		cell.Text, cell.Kind = raw, DateCell
	default:
		cell.Text, cell.Kind = strings.TrimSpace(raw), NumberCell
		if n, err := strconv.ParseFloat(cell.Text, 64); err == nil {
			i, err := strconv.Atoi(style)
			if err == nil && i >= 0 && i < len(b.styles) && b.styles[i] && n >= 1 && n < 2958466 {
				cell.Text, cell.Kind = serialDay(int(n), b.Dates).Date.String(), DateCell
			} else {
				cell.Text = numberText(n)
			}
		}
	}
	if strings.TrimFunc(cell.Text, blank) == "" {
		return Cell{Formula: cell.Formula, Source: cell.Source, Shared: cell.Shared}
	}
	return cell
}

// numberText is a number as a person would see it: 13900001000, not
// 1.3900001E10, and 0.3, not 0.30000000000000004.
func numberText(n float64) string {
	if n == math.Trunc(n) && math.Abs(n) < 1e18 {
		return strconv.FormatInt(int64(n), 10)
	}
	return strconv.FormatFloat(n, 'g', 15, 64)
}

// merge is a merged range; columns count from 0, rows from 1.
type merge struct {
	left, right, top, bottom int
	value                    Cell
}

// mergeList fills the rows of a sheet from top to bottom.
type mergeList struct {
	columns int
	byTop   map[int][]merge
	open    []merge
}

// fill copies the first cells of merged ranges into the ranges.
func (m *mergeList) fill(row *Row) {
	for _, r := range m.byTop[row.Number] {
		// honest ranges do not overlap, so no more are open than there are columns
		if r.left < len(row.Cells) && row.Cells[r.left].Kind != Empty && len(m.open) < m.columns {
			r.value = row.Cells[r.left]
			m.open = append(m.open, r)
		}
	}
	kept := m.open[:0]
	for _, r := range m.open {
		if r.bottom < row.Number {
			continue
		}
		kept = append(kept, r)
		for col := r.left; col <= r.right; col++ {
			if row.Number == r.top && col == r.left {
				continue
			}
			for len(row.Cells) <= col {
				row.Cells = append(row.Cells, Cell{})
			}
			if row.Cells[col].Kind == Empty {
				row.Cells[col] = r.value
				row.Cells[col].Fill = FillAcross
				if col == r.left {
					row.Cells[col].Fill = FillDown
				}
			}
		}
	}
	m.open = kept
}

// readMerges finds the merged ranges, which the format lists after the rows.
// Only what follows the rows is decoded.
func (b *Book) readMerges(part string) (*mergeList, error) {
	r, err := b.part(part)
	if err != nil {
		return nil, err
	}
	defer r.Close() //nolint:errcheck // reading only
	all, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	out := &mergeList{columns: b.limits.Columns, byTop: map[int][]merge{}}
	tail := all[max(0, bytes.LastIndex(all, []byte("sheetData>"))):]
	for {
		at := bytes.Index(tail, []byte("mergeCell "))
		if at < 0 {
			return out, nil
		}
		tail = tail[at+len("mergeCell "):]
		ref, _, _ := bytes.Cut(tail, []byte(">"))
		if _, v, ok := bytes.Cut(ref, []byte(`ref="`)); ok {
			text, _, _ := bytes.Cut(v, []byte(`"`))
			first, last, _ := strings.Cut(string(text), ":")
			left, top, ok1 := splitRef(first)
			right, bottom, ok2 := splitRef(last)
			if ok1 && ok2 {
				m := merge{left: left, right: min(right, b.limits.Columns-1), top: top, bottom: bottom}
				out.byTop[top] = append(out.byTop[top], m)
			}
		}
	}
}

// splitRef reads a cell reference: AB12 is column 27, row 12.
func splitRef(ref string) (col, row int, ok bool) {
	i := 0
	for i < len(ref) && i < 4 && (ref[i]|0x20) >= 'a' && (ref[i]|0x20) <= 'z' {
		col = col*26 + int(ref[i]|0x20-'a') + 1
		i++
	}
	row, err := strconv.Atoi(ref[i:])
	return col - 1, row, err == nil && i > 0 && row > 0 && col <= 16384
}

// ColumnName is the letter of a column that counts from 0.
func ColumnName(col int) string {
	name := ""
	for col++; col > 0; col = (col - 1) / 26 {
		name = string(rune('A'+(col-1)%26)) + name
	}
	return name
}
