package points

import (
	"fmt"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// capSet says which caps an entry of a rule uses up. Caps count what was gained,
// at the date of the fact; deductions use up none.
type capSet struct {
	Event, Month, Quarter, Year bool
	Dimension                   bool // the dimension's maximum of a quarter
}

// caps are those that the rule itself names, and the dimension's unless the rule
// goes beyond it. Base points have no maximum.
func (r Rule) caps() capSet {
	return capSet{
		Event: r.CapEvent != nil, Month: r.CapMonth != nil, Quarter: r.CapQuarter != nil, Year: r.CapYear != nil,
		Dimension: !r.Beyond && r.Dimension != Base,
	}
}

// capKey is a row of points_caps: what has been used of a cap in a period.
type capKey struct {
	Person uuid.UUID
	Cap    string // rule:CODE or dimension:NAME
	Period string // a record's id, 2026-03, 2026Q1 or 2026
}

// keys are the rows that an entry of such a rule counts in.
func (c capSet) keys(person uuid.UUID, code string, d Dimension, record uuid.UUID, day calendar.Date) []capKey {
	var out []capKey
	add := func(used bool, name, period string) {
		if used {
			out = append(out, capKey{person, name, period})
		}
	}
	rule := "rule:" + code
	add(c.Event, rule, record.String())
	add(c.Month, rule, monthOf(day))
	add(c.Quarter, rule, calendar.QuarterOf(day).String())
	add(c.Year, rule, yearOf(day))
	add(c.Dimension, "dimension:"+string(d), calendar.QuarterOf(day).String())
	return out
}

func monthOf(d calendar.Date) string { return d.String()[:7] }
func yearOf(d calendar.Date) string  { return d.String()[:4] }

// ceiling is a cap with its height.
type ceiling struct {
	capKey
	most int
	name string // what a person reads where it cuts
}

// ceilings are the caps that hold an entry of the rule down.
func (s Scheme) ceilings(r *Rule, person, record uuid.UUID, day calendar.Date) []ceiling {
	var out []ceiling
	add := func(c capSet, most int, name string) {
		out = append(out, ceiling{c.keys(person, r.Code, r.Dimension, record, day)[0], most, name})
	}
	if r.CapEvent != nil {
		add(capSet{Event: true}, *r.CapEvent, "“"+r.Title+"”每次")
	}
	if r.CapMonth != nil {
		add(capSet{Month: true}, *r.CapMonth, "“"+r.Title+"”每月")
	}
	if r.CapQuarter != nil {
		add(capSet{Quarter: true}, *r.CapQuarter, "“"+r.Title+"”每季度")
	}
	if r.CapYear != nil {
		add(capSet{Year: true}, *r.CapYear, "“"+r.Title+"”每年")
	}
	if most, limited := s.limit(r.Dimension); limited && r.caps().Dimension {
		add(capSet{Dimension: true}, most, r.Dimension.Title()+"维度每季度")
	}
	return out
}

// cut gives what remains of requested under the ceilings, and which of them made
// the difference (rule 11). Only gains are cut.
func cut(requested int, ceilings []ceiling, used map[capKey]int) (granted int, by string) {
	granted = requested
	if requested <= 0 {
		return granted, ""
	}
	for _, c := range ceilings {
		if room := max(0, c.most-used[c.capKey]); room < granted {
			granted = room
			by = fmt.Sprintf("%s最多 %s 分，此前已记 %s 分", c.name, Format(c.most), Format(used[c.capKey]))
		}
	}
	return granted, by
}
