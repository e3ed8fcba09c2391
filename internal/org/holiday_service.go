package org

import (
	"bytes"
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Calendar reads a year's holidays and make-up days as the office counts by them.
func (s *Service) Calendar(ctx context.Context, scope access.Scope, year int) (YearCalendar, error) {
	var out YearCalendar
	err := db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		imported, err := importedDays(ctx, tx, scope.Unit())
		if err != nil {
			return err
		}
		out = yearCalendar(imported, year)
		if out.Source != SourceImported {
			return nil
		}
		by, at, err := importOf(ctx, tx, scope.Unit(), year)
		out.ImportedBy, out.ImportedAt = by, &at
		return err
	})
	return out, err
}

// PreviewHolidays says what importing a year's notice would change; nothing is
// written.
func (s *Service) PreviewHolidays(ctx context.Context, scope access.Scope, year int, file []byte) (HolidayPreview, error) {
	days, err := readYear(file, year)
	if err != nil {
		return HolidayPreview{}, err
	}
	imported, err := importedDays(ctx, s.db, scope.Unit())
	if err != nil {
		return HolidayPreview{}, err
	}
	return previewYear(imported, days, year), nil
}

// ImportHolidays puts a year's notice in the place of what was imported of that year
// before, whole. plan is what the preview showed. Periods that run already keep the
// end they were announced with.
func (s *Service) ImportHolidays(ctx context.Context, by access.Actor, scope access.Scope, year int, file []byte, plan string) (YearCalendar, error) {
	if !scope.Whole() {
		return YearCalendar{}, fault.New(fault.Forbidden, "导入节假日需要全院范围的权限")
	}
	days, err := readYear(file, year)
	if err != nil {
		return YearCalendar{}, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if _, err := lockSettings(ctx, tx, by.Unit); err != nil {
			return err
		}
		imported, err := importedDays(ctx, tx, by.Unit)
		if err != nil {
			return err
		}
		p := previewYear(imported, days, year)
		if p.Plan != plan {
			return fault.New(fault.Conflict, "预览之后日历或文件有变化，请重新预览后再确认")
		}
		now := s.now()
		if err := replaceDays(ctx, tx, by, now, year, days); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "holidays.import", Object: "unit", ObjectID: by.Unit,
			Summary: fmt.Sprintf("导入 %d 年节假日安排：放假 %d 天，调休上班 %d 天，与原日历不同 %d 天", year,
				count(days, calendar.Holiday), count(days, calendar.MakeUpDay), len(p.Changes)), Detail: p.told()})
	})
	if err != nil {
		return YearCalendar{}, err
	}
	return s.Calendar(ctx, scope, year)
}

// RemoveHolidays takes the import of a year back: what the program knows itself
// holds again, or nothing but weekends.
func (s *Service) RemoveHolidays(ctx context.Context, by access.Actor, scope access.Scope, year int) (YearCalendar, error) {
	if !scope.Whole() {
		return YearCalendar{}, fault.New(fault.Forbidden, "删除节假日需要全院范围的权限")
	}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if _, err := lockSettings(ctx, tx, by.Unit); err != nil {
			return err
		}
		imported, err := importedDays(ctx, tx, by.Unit)
		if err != nil {
			return err
		}
		n := len(ofYear(imported, year))
		if n == 0 {
			return fault.Newf(fault.Conflict, "%d 年没有导入过节假日安排，请刷新后查看", year)
		}
		now := s.now()
		if err := replaceDays(ctx, tx, by, now, year, nil); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "holidays.remove", Object: "unit", ObjectID: by.Unit,
			Summary: fmt.Sprintf("删除导入的 %d 年节假日安排（%d 天）", year, n)})
	})
	if err != nil {
		return YearCalendar{}, err
	}
	return s.Calendar(ctx, scope, year)
}

func readYear(file []byte, year int) ([]calendar.SpecialDay, error) {
	days, err := calendar.ParseSpecialDays(bytes.NewReader(file))
	if err != nil {
		return nil, fault.Field("file", err.Error())
	}
	return days, checkYear(days, year)
}
