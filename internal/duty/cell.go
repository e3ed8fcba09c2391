package duty

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// Filter narrows the cells. From and To bound the days that their periods touch; of
// a period that has not begun there is no cell. Other zero fields narrow nothing.
type Filter struct {
	From, To calendar.Date
	Owners   []string    // OwnerBranch …
	OwnerIDs []uuid.UUID //
	Branches []uuid.UUID // theirs and their groups'
	Every    []string    // EveryMonth …
	Code     string
	States   []string
}

// Share is how much of what was owed was met.
type Share struct{ Owed, Met int }

// Month sums up cells whose period ends in a month, or runs in it.
type Month struct {
	Month   string `json:"month" doc:"2026-11"`
	Owed    int    `json:"owed" doc:"Cells in which something is owed"`
	Met     int    `json:"met" doc:"Of them, those late included"`
	Late    int    `json:"late"`
	Due     int    `json:"due"`
	Missed  int    `json:"missed"`
	Excused int    `json:"excused"`
	State   string `json:"state" enum:"met,late,partial,due,missed,excused,none"`
}

// count adds a cell.
func (m *Month) count(state string) {
	if state == None {
		return
	}
	m.Owed++
	switch state {
	case Met, Late:
		m.Met++
		if state == Late {
			m.Late++
		}
	case Due:
		m.Due++
	case Missed:
		m.Missed++
	case Excused:
		m.Excused++
	}
}

// judge makes one state of what was counted. What is excused asks nothing of the rest.
func (m *Month) judge() {
	switch {
	case m.Owed == 0:
		m.State = None
	case m.Owed == m.Excused:
		m.State = Excused
	case m.Met == m.Owed-m.Excused && m.Late > 0:
		m.State = Late
	case m.Met == m.Owed-m.Excused:
		m.State = Met
	case m.Met > 0:
		m.State = Partial
	case m.Missed > 0:
		m.State = Missed
	default:
		m.State = Due
	}
}

// Row is how one owner stands.
type Row struct {
	Owner        string     `json:"owner" enum:"unit,branch,group,deputy,leader"`
	OwnerID      uuid.UUID  `json:"owner_id"`
	Name         string     `json:"name"`
	BranchID     *uuid.UUID `json:"branch_id,omitempty"`
	BranchName   string     `json:"branch_name,omitempty"`
	DepartmentID *uuid.UUID `json:"department_id,omitempty"`
	Cells        []Cell     `json:"cells" doc:"By duty, then by period; in a branch's row those of its groups are summed up"`
	Months       []Month    `json:"months" doc:"One for each month of the grid"`
}

// Grid is owners down and months across.
type Grid struct {
	Months []string `json:"months" doc:"2026-01, oldest first"`
	Rows   []Row    `json:"rows"`
	Sums   []Month  `json:"sums" doc:"Of all rows by the same filter, whatever the page: what their months add up to"`
	Next   string   `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total  int      `json:"total" doc:"Rows"`
}

// Record is an activity of a cell.
type Record struct {
	RecordID      uuid.UUID `json:"record_id"`
	Title         string    `json:"title"`
	StartsAt      time.Time `json:"starts_at"`
	OrganiserName string    `json:"organiser_name"`
	Expected      int       `json:"expected"`
	Present       int       `json:"present"`
	Late          bool      `json:"late" doc:"Filed late (rule 6)"`
	Counts        bool      `json:"counts"`
	WhyNot        string    `json:"why_not,omitempty" enum:",quorum,draft,withdrawn" doc:"Below its quorum (rule 5), not confirmed yet, or withdrawn"`
}

// Talks is how far the talks of a leader's cell are held.
type Talks struct {
	Due  int `json:"due"`
	Done int `json:"done"`
}

// Detail is a cell with what fills it.
type Detail struct {
	Cell    Cell     `json:"cell"`
	Records []Record `json:"records" doc:"Newest first"`
	Talks   *Talks   `json:"talks,omitempty"`
	Groups  []Cell   `json:"groups,omitempty" doc:"Of a branch's cell of what groups owe"`
	MayAsk  bool     `json:"may_ask" doc:"You may say why it is not met"`
}

// label names a period.
func label(every string, first calendar.Date) string {
	switch every {
	case EveryWeek:
		year, week := first.UTC().ISOWeek()
		return fmt.Sprintf("%04d-W%02d", year, week)
	case EveryMonth:
		return monthOf(first)
	case EveryQuarter:
		return calendar.QuarterOf(first).String()
	}
	return fmt.Sprintf("%04d", first.Year)
}

func monthOf(d calendar.Date) string { return fmt.Sprintf("%04d-%02d", d.Year, d.Month) }

// begin is the first day of the period that a day is in.
func begin(every string, d calendar.Date) calendar.Date {
	switch every {
	case EveryWeek:
		return d.AddDays(-(int(d.Weekday()) + 6) % 7)
	case EveryMonth:
		return calendar.NewDate(d.Year, d.Month, 1)
	case EveryQuarter:
		return calendar.QuarterOf(d).First()
	case EveryYear:
		return calendar.NewDate(d.Year, 1, 1)
	}
	return d
}

// end is the last day of the period that a day is in.
func end(every string, d calendar.Date) calendar.Date {
	first := begin(every, d)
	switch every {
	case EveryWeek:
		return first.AddDays(6)
	case EveryMonth:
		return begin(EveryMonth, first.AddDays(31)).AddDays(-1)
	case EveryQuarter:
		return calendar.QuarterOf(first).Last()
	case EveryYear:
		return calendar.NewDate(first.Year, 12, 31)
	}
	return d
}

// sumGroups sums up what the groups of a branch owe, one cell for each duty and
// period: owed and held are records, and what one group held beyond its own helps no
// other.
func sumGroups(branch uuid.UUID, name string, cells []Cell) []Cell {
	type key struct {
		code, period string
	}
	var order []key
	sums := map[key]*Cell{}
	states := map[key]*Month{}
	for _, c := range cells {
		k := key{c.Code, c.Period}
		s := sums[k]
		if s == nil {
			s = &Cell{Code: c.Code, Name: c.Name, Ord: c.Ord, Kind: c.Kind, Every: c.Every, Owner: OwnerBranch, OwnerID: branch, OwnerName: name,
				BranchID: &branch, BranchName: name, Period: c.Period, First: c.First, Last: c.Last}
			sums[k], states[k] = s, &Month{}
			order = append(order, k)
		}
		s.Owed += c.Owed
		s.Held += min(c.Held, c.Owed)
		s.FiledLate += min(c.FiledLate, c.Owed)
		states[k].count(c.State)
	}
	out := make([]Cell, 0, len(order))
	for _, k := range order {
		states[k].judge()
		sums[k].State = states[k].State
		out = append(out, *sums[k])
	}
	return out
}

// monthly sums cells up by the months of a grid.
func monthly(cells []Cell, months []string, today calendar.Date) []Month {
	out := make([]Month, len(months))
	for i, m := range months {
		out[i].Month = m
	}
	for _, c := range cells {
		day := c.Last
		if today.Before(day) {
			day = today
		}
		if i := slices.Index(months, monthOf(day)); i >= 0 {
			out[i].count(c.State)
		}
	}
	for i := range out {
		out[i].judge()
	}
	return out
}
