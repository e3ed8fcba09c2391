package volunteer

import (
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// maxHours is how many people a page lists at most.
const maxHours = 200

// Hours lists people with what they did in a period, and the total of the whole list,
// read in one snapshot: the one is the sum of the other (rule 30).
func (s *Service) Hours(ctx context.Context, scope access.Scope, f HoursFilter) (items []PersonHours, next string, total HoursTotal, err error) {
	sort, err := sortOf(f.Sort)
	if err != nil {
		return nil, "", total, err
	}
	if f.Limit < 1 || f.Limit > maxHours {
		f.Limit = 50
	}
	limit := f.Limit
	f.Limit++
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		set, err := s.understood(ctx, tx, scope.Unit(), &f)
		if err != nil {
			return err
		}
		if items, err = listHours(ctx, tx, scope, set, f, sort); err != nil {
			return err
		}
		total, err = sumHours(ctx, tx, scope, set, f)
		return err
	})
	if err == nil && len(items) > limit {
		items = items[:limit]
		next = sort.cursor(items[limit-1])
	}
	return items, next, total, err
}

// Months is the chart: every month of the period, empty ones too.
func (s *Service) Months(ctx context.Context, scope access.Scope, f HoursFilter) ([]MonthHours, error) {
	set, err := s.understood(ctx, s.db, scope.Unit(), &f)
	if err != nil {
		return nil, err
	}
	if f.To.Sub(f.From) > 5*366 {
		return nil, fault.Field("to", "图表最多显示五年，请缩短起止日期")
	}
	found, err := sumMonths(ctx, s.db, scope, set, f)
	if err != nil {
		return nil, err
	}
	out := []MonthHours{}
	for y, m := f.From.Year, int(f.From.Month); y < f.To.Year || y == f.To.Year && m <= int(f.To.Month); {
		key := fmt.Sprintf("%d-%02d", y, m)
		one := found[key]
		one.Month = key
		out = append(out, one)
		if m++; m > 12 {
			y, m = y+1, 1
		}
	}
	return out, nil
}

// Of is somebody's participations in a period: their own, or as far as the scope
// reaches.
func (s *Service) Of(ctx context.Context, scope access.Scope, person uuid.UUID, p Period) (out PersonRecord, err error) {
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		f := HoursFilter{Period: p, Person: person}
		set, err := s.understood(ctx, tx, scope.Unit(), &f)
		if err != nil {
			return err
		}
		name, found, err := reachedPerson(ctx, tx, scope, set, person)
		if err != nil {
			return err
		}
		if !found {
			return fault.Missing("人员")
		}
		out = PersonRecord{PersonID: person, Name: name, Period: f.Period}
		if out.Items, err = listParticipations(ctx, tx, scope, set, f); err != nil {
			return err
		}
		for _, i := range out.Items {
			out.Participations++
			out.Minutes += i.Minutes
			if i.Notice == NoticePassed {
				out.Noticed += i.Minutes
			}
		}
		return nil
	})
	return out, err
}

// ExportHours writes the whole list as a workbook, with its total.
func (s *Service) ExportHours(ctx context.Context, scope access.Scope, f HoursFilter, w io.Writer) error {
	sort, err := sortOf(f.Sort)
	if err != nil {
		return err
	}
	f.Limit, f.Cursor = 0, ""
	var items []PersonHours
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		set, err := s.understood(ctx, tx, scope.Unit(), &f)
		if err == nil {
			items, err = listHours(ctx, tx, scope, set, f, sort)
		}
		return err
	})
	if err != nil {
		return err
	}
	return writeHours(w, items)
}

// fileDay is a day in a file's name.
func fileDay(d calendar.Date) string { return fmt.Sprintf("%04d%02d%02d", d.Year, d.Month, d.Day) }
