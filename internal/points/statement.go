package points

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Statement is a month of a ledger, as a bank would send it (rule 14): what the
// quarter held before, every line of the month, and what it holds then.
//
// A line belongs to the month it was posted in. What was posted into a quarter after
// its end is a line of its last month, so that the three months of a quarter add up
// to the quarter.
type Statement struct {
	Person     uuid.UUID        `json:"person_id"`
	Name       string           `json:"name"`
	Branch     string           `json:"branch"`
	Group      string           `json:"group"`
	Own        bool             `json:"own" doc:"The reader's own"`
	Month      string           `json:"month" doc:"2026-10"`
	Title      string           `json:"title" doc:"2026年10月"`
	Quarter    calendar.Quarter `json:"quarter"`
	State      string           `json:"state" enum:"open,closed,none"`
	Exempt     string           `json:"exempt,omitempty" doc:"Why the person has no ledger (rule 15)"`
	Running    bool             `json:"running" doc:"More lines may come"`
	Opening    int              `json:"opening" doc:"Of the quarter, before the month"`
	Dimensions []DimensionSum   `json:"dimensions" doc:"Of the month"`
	Gained     int              `json:"gained" doc:"In the month, base included"`
	Deducted   int              `json:"deducted"`
	Closing    int              `json:"closing" doc:"Of the quarter, at the month's end"`
	Vetoes     int              `json:"vetoes" doc:"Of the quarter, at the month's end"`
	Lines      []LedgerLine     `json:"lines" doc:"Oldest first"`
	Elsewhere  []Elsewhere      `json:"elsewhere" doc:"Posted in this month into other quarters"`
}

// Elsewhere is what a month posted into another quarter: it stands on the statement
// of that quarter's last month.
type Elsewhere struct {
	Quarter calendar.Quarter `json:"quarter"`
	Month   string           `json:"month"`
	Entries int              `json:"entries"`
	Points  int              `json:"points"`
}

// month is a calendar month, by its first day.
type month struct{ first calendar.Date }

func parseMonth(s string) (month, error) {
	t, err := time.Parse("2006-01", s)
	if err != nil || t.Year() < 1900 || t.Year() >= 2200 {
		return month{}, fault.Field("month", "月份应写作 2026-10 的样式")
	}
	return month{calendar.NewDate(t.Year(), t.Month(), 1)}, nil
}

func (m month) quarter() calendar.Quarter { return calendar.QuarterOf(m.first) }
func (m month) last() calendar.Date       { return m.next().AddDays(-1) }

func (m month) next() calendar.Date {
	if m.first.Month == time.December {
		return calendar.NewDate(m.first.Year+1, time.January, 1)
	}
	return calendar.NewDate(m.first.Year, m.first.Month+1, 1)
}

// span is when a line of the month was posted: the quarter's first month takes what
// came early as well, its last what came late.
func (m month) span() (from, to time.Time) {
	from, to = m.first.In(), m.next().In()
	if m.first == m.quarter().First() {
		from = time.Unix(0, 0)
	}
	if m.last() == m.quarter().Last() {
		to = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	}
	return from, to
}

func (m month) String() string { return monthOf(m.first) }

// add counts a line of the month in; they come oldest first.
func (s *Statement) add(l LedgerLine) {
	s.Lines = append(s.Lines, l)
	e := Entry{Points: l.Points}
	if l.Reverses != nil {
		e.Reverses = *l.Reverses
	}
	for i := range s.Dimensions {
		if d := &s.Dimensions[i]; d.Dimension == l.Dimension {
			d.Gained += e.gain()
			d.Deducted += e.deduction()
			d.Net += l.Points
			d.Entries++
		}
	}
	s.Gained += e.gain()
	s.Deducted += e.deduction()
	s.Closing += l.Points
}

func newStatement(p LedgerPage, m month, opening, vetoes int, today calendar.Date) Statement {
	s := Statement{
		Person: p.Person, Name: p.Name, Branch: p.Branch, Group: p.Group, Exempt: p.Exempt,
		Month: m.String(), Title: fmt.Sprintf("%d年%d月", m.first.Year, m.first.Month), Quarter: p.Quarter, State: p.State,
		Running: !today.After(m.last()) || p.State == QuarterOpen && m.last() == p.Quarter.Last(),
		Opening: opening, Closing: opening, Vetoes: vetoes, Lines: []LedgerLine{}, Elsewhere: []Elsewhere{},
	}
	for _, d := range Dimensions() {
		s.Dimensions = append(s.Dimensions, DimensionSum{Dimension: d, Title: d.Title()})
	}
	return s
}
