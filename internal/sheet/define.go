// Package sheet writes the office's workbooks and reads what offices send.
//
// Out, everything is a definition: columns, a frame and a stream of rows. One
// definition serves page, workbook and print, and one checksum covers all
// three. In, a workbook is a hostile file until it has been counted, and its
// columns are found by what their headings mean.
package sheet

import (
	"iter"
	"time"

	"xianfeng/internal/calendar"
)

// Kind says what a column holds and so which Go values its cells take.
type Kind uint8

// The kinds; a nil value is an empty cell in each.
const (
	Text   Kind = iota // string
	Int                // int or int64
	Points             // int64 hundredths, or int
	Hours              // int minutes, or int64; shown in hours
	Date               // calendar.Date; the zero Date is an empty cell
)

// Align is where a cell's text stands.
type Align uint8

// The alignments. ByKind centres numbers and dates and starts texts left.
const (
	ByKind Align = iota
	Left
	Center
	Right
)

// Column is one column of a report.
type Column struct {
	Key   string // unique within the sheet; part of the checksum
	Title string
	Group string  // heading above, shared by neighbours with the same group
	Width float64 // in characters of the spreadsheet; 0 picks one by kind
	Kind  Kind
	Align Align
	// Total sums the column in the total row, as value and as formula.
	Total bool
	// Mean, where given, fills the total row with the one column's sum divided by the
	// other's, rounded to hundredths; of Points by Int, or Percent of Int by Int.
	Mean *Mean
	// Overall, where given, is what the total row shows of an Int column that is no sum:
	// people who stand in several rows count once.
	Overall *int64
	// Formula computes the cell from others of its row; ref gives the address
	// of a column by key (E12), or "" where the sheet leaves it out. An empty
	// result leaves the plain value. The row's value is written beside it,
	// because WPS and viewers show that; an empty value has no formula.
	Formula func(ref func(key string) string) string
}

// Mean names the two columns, by key, whose sums a total is made of. Of Percent both
// are counts, and the one is shown as a share of the other.
type Mean struct {
	Of, By  string
	Percent bool
}

// Share gives the total out of the two sums; of nothing there is none.
func (m Mean) Share(of, by int64) (int64, bool) {
	if m.Percent {
		of *= 100 * 100 // in hundredths of a percent
	}
	return Average(of, by)
}

// Average divides hundredths by a count and rounds half away from zero, as ROUND
// does in the spreadsheet. Of nothing there is none.
func Average(hundredths, by int64) (int64, bool) {
	if by <= 0 {
		return 0, false
	}
	if hundredths < 0 {
		return -((-2*hundredths + by) / (2 * by)), true
	}
	return (2*hundredths + by) / (2 * by), true
}

// Rows streams the body: one value for each column, as its Kind wants it. The
// slice may be reused between rows.
type Rows = iter.Seq2[[]any, error]

// RowsOf streams rows that are in memory.
func RowsOf(rows [][]any) Rows {
	return func(yield func([]any, error) bool) {
		for _, r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Sheet is one worksheet of a report.
type Sheet struct {
	Name    string
	Frame   Frame
	Columns []Column
	Rows    Rows
	// Sealed, where given, is told the checksum of the rows once they are written.
	Sealed func(checksum string)
}

// Frame is what stands around the rows of a report (reports.md).
type Frame struct {
	Title     string
	Unit      string // 填报单位
	Range     string // 统计区间
	RangeName string // what Range is called; empty for 统计区间
	Filled    calendar.Date
	ScopeNote string // tells which rows the reader's scope left, printed in row 2
	// Signatures are the footer's places to sign; nil gives DefaultSignatures.
	Signatures []string
	// Number is empty for a report that was not issued.
	Number string
	// Unnumbered marks a list that is never issued, such as one to be posted on the
	// wall: its last line names no number.
	Unnumbered bool
	Snapshot   time.Time
	// RowsChecksum, where given, must be that of the rows written: a snapshot
	// that has changed since is refused.
	RowsChecksum string
	HeadsHash    string // hash over the ledger heads, where the report has one
	Seal         string // of the quarter's books, once they are closed
	Fonts        Fonts
}

// DefaultSignatures is the footer of every report.
func DefaultSignatures() []string {
	return []string{"支部书记(签字):", "审核人:", "填表人:", "年    月    日(盖章)"}
}

// Font is one face with its size in points.
type Font struct {
	Face string
	Size float64
	Bold bool
}

// Fonts are a setting of the office; a zero Font means the default.
type Fonts struct{ Title, Heading, Body Font }

// DefaultFonts follow the custom of official papers.
func DefaultFonts() Fonts {
	return Fonts{
		Title:   Font{Face: "宋体", Size: 22, Bold: true},
		Heading: Font{Face: "黑体", Size: 12},
		Body:    Font{Face: "仿宋", Size: 12},
	}
}

func (f Fonts) orDefault() Fonts {
	d := DefaultFonts()
	for _, p := range []struct{ set, def *Font }{{&f.Title, &d.Title}, {&f.Heading, &d.Heading}, {&f.Body, &d.Body}} {
		if p.set.Face == "" {
			p.set.Face, p.set.Bold = p.def.Face, p.def.Bold
		}
		if p.set.Size == 0 {
			p.set.Size = p.def.Size
		}
	}
	return f
}

func (c Column) width() float64 {
	if c.Width > 0 {
		return c.Width
	}
	switch c.Kind {
	case Date:
		return 13
	case Int, Points, Hours:
		return 9
	default:
		return 16
	}
}
