package org

import "xianfeng/internal/sheet"

// shown is the rows of a plan as a page lists them.
func (p *plan) shown() []ImportRow {
	out := make([]ImportRow, len(p.rows))
	for i, x := range p.rows {
		out[i] = shownRow(x.row)
		out[i].Action, out[i].Problems = x.action(), x.problems
		if x.known != nil {
			out[i].Person = x.known.id
		}
		if !x.bad {
			out[i].Changes = x.changes
		}
	}
	return out
}

// rows is the rows of a confirmed import with what became of them.
func (o outcome) rows(r Roster) []ImportRow {
	told := map[RosterPlace][]sheet.RowError{}
	for _, e := range o.Problems {
		at := RosterPlace{e.Sheet, e.Row}
		told[at] = append(told[at], e)
	}
	out := make([]ImportRow, len(r.Rows))
	for i, row := range r.Rows {
		out[i] = shownRow(row)
		out[i].Action = RowBad
		if i < len(o.Actions) {
			out[i].Action = actionOf(o.Actions[i])
		}
		out[i].Changes, out[i].Problems = o.Changes[i], told[row.Place()]
	}
	return out
}

// shownRow masks the telephone. A problem with it quotes its cell all the same:
// who imports has the file.
func shownRow(r RosterRow) ImportRow {
	return ImportRow{Sheet: r.Sheet, Row: r.Row, Name: r.Name, StaffNo: r.StaffNo, Phone: MaskPhone(r.Phone), Status: r.PoliticalStatus,
		Branch: r.Branch, Group: r.Group, Department: r.Department, Position: r.Position, Exempt: r.ExemptReason}
}
