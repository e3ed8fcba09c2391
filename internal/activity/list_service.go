package activity

import (
	"context"
	"fmt"
	"io"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// List pages through the records in reach: one line for each record, its standing
// version or, before the first confirmation, its draft. scope is that of
// activity.read.
func (s *Service) List(ctx context.Context, by access.Actor, scope access.Scope, f Filter) (items []Summary, next string, total int, err error) {
	if err := f.check(); err != nil {
		return nil, "", 0, err
	}
	record, err := s.reach(by, needRecord())
	if err != nil {
		return nil, "", 0, err
	}
	limit := f.Limit
	f.Limit++
	if items, err = listRecords(ctx, s.db, scope, record, f); err != nil {
		return nil, "", 0, err
	}
	if total, err = countRecords(ctx, s.db, scope, record, f); err != nil {
		return nil, "", 0, err
	}
	if len(items) > limit {
		items = items[:limit]
		last := items[limit-1]
		next = cursor{f.Sort, last.key(f.Sort), last.ID}.String()
	}
	return items, next, total, nil
}

// Calendar gives a month's records, by the same rules as List. first is any day of
// the month.
func (s *Service) Calendar(ctx context.Context, by access.Actor, scope access.Scope, first calendar.Date, f Filter) (Month, error) {
	m := Month{First: calendar.NewDate(first.Year, first.Month, 1), Days: []Day{}}
	m.Last = calendar.DateOf(m.First.In().AddDate(0, 1, -1))
	f.From, f.To, f.Sort, f.Cursor = m.First, m.Last, "starts_at", ""
	if err := f.check(); err != nil {
		return m, err
	}
	record, err := s.reach(by, needRecord())
	if err != nil {
		return m, err
	}
	f.Limit = monthLimit
	if m.Items, err = listRecords(ctx, s.db, scope, record, f); err != nil {
		return m, err
	}
	w, err := org.Workdays(ctx, s.db, by.Unit)
	if err != nil {
		return m, err
	}
	for d := m.First; !d.After(m.Last); d = d.AddDays(1) {
		if special, ok := w.Special(d); ok {
			m.Days = append(m.Days, Day{d, special.Kind, special.Name})
		}
	}
	return m, nil
}

// Export writes what a list shows as a workbook, all pages of it. scope is that of
// activity.export, so that it may show less than the page. That they were taken out
// is on record.
func (s *Service) Export(ctx context.Context, by access.Actor, scope access.Scope, f Filter, w io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	record, err := s.reach(by, needRecord())
	if err != nil {
		return err
	}
	f.Cursor, f.Limit = "", exportLimit+1
	items, err := listRecords(ctx, s.db, scope, record, f)
	if err != nil {
		return err
	}
	if len(items) > exportLimit {
		return fault.Newf(fault.TooLarge, "符合条件的记录超过 %d 条，请缩短日期范围后分几次导出", exportLimit)
	}
	if err := writeSheet(w, items); err != nil {
		return err
	}
	by.Key = ""
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "activity.export", Object: "activity",
			Summary: fmt.Sprintf("导出活动记录 %d 条", len(items))})
	})
}
