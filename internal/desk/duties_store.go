package desk

import (
	"context"
	"slices"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/duty"
)

// How far the calendar reaches.
const (
	months      = 12  // the running one included
	maxBranches = 100 // an office has a few dozen
)

// due lists what the actor still owes.
func due(ctx context.Context, on bun.IDB, by access.Actor, record access.Scope, today calendar.Date) (Due, error) {
	cells, err := duty.Owed(ctx, on, record, by, today)
	if err != nil {
		return Due{}, err
	}
	out := Due{Items: cells[:min(len(cells), maxDue)], Total: len(cells)}
	sunday := today.AddDays((7 - int(today.Weekday())) % 7)
	for _, c := range cells {
		if !c.Last.After(sunday) {
			out.ThisWeek++
		}
	}
	return out, nil
}

// cadence reads how the branches in reach stood with their monthly and quarterly duties.
func cadence(ctx context.Context, on bun.IDB, scope access.Scope, today calendar.Date) (Calendar, error) {
	out := Calendar{Months: make([]string, months), Branches: []BranchCalendar{}}
	first := calendar.NewDate(today.Year, today.Month, 1)
	for i := months - 1; ; i-- {
		out.Months[i] = first.String()[:len("2026-01")]
		if i == 0 {
			break
		}
		first = first.AddDays(-1)
		first = calendar.NewDate(first.Year, first.Month, 1)
	}
	f := duty.Filter{From: first, To: today, Every: []string{duty.EveryMonth, duty.EveryQuarter}}
	rows, err := duty.Rows(ctx, on, scope, f, maxBranches, today)
	if err != nil {
		return out, err
	}
	for _, r := range rows {
		b := BranchCalendar{ID: r.OwnerID, Name: r.Name, Duties: []DutyPeriods{}}
		for _, c := range r.Cells {
			i := slices.IndexFunc(b.Duties, func(d DutyPeriods) bool { return d.Code == c.Code && d.Every == c.Every })
			if i < 0 {
				b.Duties = append(b.Duties, DutyPeriods{Code: c.Code, Every: c.Every})
				i = len(b.Duties) - 1
			}
			b.Duties[i].Name = c.Name // as it is called now
			b.Duties[i].Cells = append(b.Duties[i].Cells, c)
		}
		out.Branches = append(out.Branches, b)
	}
	return out, nil
}
