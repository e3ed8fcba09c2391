// Package report makes the workbooks that leaders download. A report is one
// Definition: its columns, where its rows come from, and the frame around them. It
// serves the preview on the page, the workbook and the print alike.
//
// To add a report, write one file with its Definition and name it in Definitions.
// To add a column, add one line to the columns of its report. What no field of its
// row holds yet takes three more: the field, its expression in the query, and its
// place in the Scan.
package report

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
	"xianfeng/internal/sheet"
)

// Definition is one report.
type Definition struct {
	Kind     string // in addresses and on the command line: quarter-summary
	Resource string // in policies: quarter_summary
	Name     string // 季度积分汇总
	Short    string // in numbers: 积分汇总
	annual   bool   // about the year of the quarter that is asked for
	apart    bool   // apart from the ledgers: neither their heads nor the books' seal stand on it
	// read gives the worksheets, all from the one snapshot that tx sees.
	read func(ctx context.Context, tx bun.Tx, a ask) ([]page, error)
}

// Read is the permission to look at the report, Issue the one to issue it.
func (d Definition) Read() access.Need { return access.Need{Resource: d.Resource, Action: "read"} }

// Issue is the permission to issue the report.
func (d Definition) Issue() access.Need { return access.Need{Resource: d.Resource, Action: "issue"} }

// Definitions lists every report, in the order people choose from.
func Definitions() []Definition {
	return []Definition{quarterSummary(), memberLedger(), pennant(), meetingStatistics(), talkCoverage(), volunteerService(false), volunteerService(true), mentorPairs(), taskforceRegister(), annualSummary()}
}

// definition finds a report by its kind.
func definition(kind string) (Definition, bool) {
	for _, d := range Definitions() {
		if d.Kind == kind {
			return d, true
		}
	}
	return Definition{}, false
}

// ask is a request that has been understood: whose rows, of which days.
type ask struct {
	unit     uuid.UUID
	unitName string
	self     uuid.UUID // who asks
	scope    access.Scope
	settings org.UnitSettings
	// quarter is the one asked for; of an annual report the last of its year.
	quarter calendar.Quarter
	annual  bool
	// day says where people belong (rule 1): the last of the quarter or year, or
	// today while it runs.
	day        calendar.Date
	today      calendar.Date
	branch     uuid.UUID // zero: not narrowed to one
	branchName string
	person     uuid.UUID // zero: not narrowed to one
	note       string    // which rows these are, for row 2 of the sheet
}

// page is one worksheet before it is framed.
type page struct {
	name    string // of the worksheet
	title   string
	place   string    // after the name of the office in 填报单位, instead of the branch asked for
	note    string    // more for row 2
	person  uuid.UUID // of a personal ledger
	columns []sheet.Column
	count   int
	line    func(i int) line
	// people are those whose ledgers stand behind the rows, places where they
	// belonged.
	people []uuid.UUID
	places []place
}

// line is one row with what it opens down to (rule 17). Its cells are reused by the
// next line.
type line struct {
	cells []any
	opens opening
}

// opening names what a row opens down to; what does not apply is zero.
type opening struct{ person, entry, branch, group, record uuid.UUID }

// rows streams the cells for the workbook.
func (p page) rows() sheet.Rows {
	return func(yield func([]any, error) bool) {
		for l := range p.lines() {
			if !yield(l.cells, nil) {
				return
			}
		}
	}
}

func (p page) lines() iter.Seq[line] {
	return func(yield func(line) bool) {
		for i := range p.count {
			if !yield(p.line(i)) {
				return
			}
		}
	}
}

// column is one column of a report over rows of R: how it looks, and what stands in
// it. n counts rows from 1.
type column[R any] struct {
	sheet.Column
	cell func(n int, r R) any
}

// tabulate lays rows out under columns; opens says what a row opens down to.
func tabulate[R any](columns []column[R], rows []R, opens func(R) opening) page {
	p := page{count: len(rows), columns: make([]sheet.Column, len(columns))}
	for i, c := range columns {
		p.columns[i] = c.Column
	}
	cells := make([]any, len(columns))
	p.line = func(i int) line {
		for j, c := range columns {
			cells[j] = c.cell(i+1, rows[i])
		}
		return line{cells, opens(rows[i])}
	}
	return p
}

// first is the first day that the report is about.
func (a ask) first() calendar.Date {
	if a.annual {
		return calendar.Quarter{Year: a.quarter.Year, Q: 1}.First()
	}
	return a.quarter.First()
}

// period names the days that the report is about: 2026年第三季度, 2026年.
func (a ask) period() string {
	if a.annual {
		return fmt.Sprintf("%d年", a.quarter.Year)
	}
	return a.quarter.Chinese()
}

// shortPeriod is the period in the number of an issue: 2026Q3, 2026.
func (a ask) shortPeriod() string {
	if a.annual {
		return strconv.Itoa(a.quarter.Year)
	}
	return a.quarter.String()
}

// frame is what stands around a page, the same on screen and on paper.
func (a ask) frame(p page) sheet.Frame {
	until := a.quarter.Last()
	if a.day.Before(until) {
		until = a.day
	}
	first := a.first()
	note := a.note
	if p.note != "" {
		note += ";" + p.note
	}
	place := p.place
	if place == "" {
		place = a.branchName
	}
	return sheet.Frame{
		Title:     p.title,
		Unit:      a.unitName + place,
		Range:     a.period() + "，" + monthDay(first) + "至" + monthDay(until),
		Filled:    a.today,
		ScopeNote: note,
		Fonts: sheet.Fonts{
			Title:   sheet.Font{Face: a.settings.Fonts.Title, Bold: true},
			Heading: sheet.Font{Face: a.settings.Fonts.Heading},
			Body:    sheet.Font{Face: a.settings.Fonts.Body},
		},
	}
}
