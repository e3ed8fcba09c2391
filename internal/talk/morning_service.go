package talk

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Patterns lists the arrangements of morning meetings in reach, those that last first.
// scope is that of talk.read.
func (s *Service) Patterns(ctx context.Context, scope access.Scope) ([]Pattern, error) {
	return listPatterns(ctx, s.db, scope, uuid.Nil, calendar.Date{}, calendar.Date{})
}

// AddPattern arranges morning meetings of a deputy with a department.
func (s *Service) AddPattern(ctx context.Context, by access.Actor, scope access.Scope, in PatternInput) (out Pattern, err error) {
	if err := whole(scope); err != nil {
		return out, err
	}
	if err := checkFrom(in.From, s.today()); err != nil {
		return out, err
	}
	if err := in.check(); err != nil {
		return out, err
	}
	if in.Department == uuid.Nil {
		return out, fault.Field("department_id", "请选择部门")
	}
	id := db.NewID()
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		who, where, err := s.named(ctx, tx, by.Unit, in.Deputy, in.Department, "deputy_id", in.From)
		if err != nil {
			return err
		}
		if err := insertPattern(ctx, tx, by.Unit, id, in); err != nil {
			return err
		}
		found, err := listPatterns(ctx, tx, access.System(by.Unit), id, calendar.Date{}, calendar.Date{})
		if err != nil {
			return err
		}
		out = found[0]
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "talk_type.morning", Object: "talk_morning", ObjectID: id,
			Summary: fmt.Sprintf("晨会安排：%s与%s，%s %s，自 %s 起", who, where, weekdayNames(in.Weekdays), in.StartsAt, in.From)})
	})
	return out, err
}

// EndPattern sets the last day of morning meetings; before the first day it takes them
// back.
func (s *Service) EndPattern(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, last calendar.Date) error {
	return s.end(ctx, by, scope, morningTerms, "晨会安排", id, last)
}

// longestMornings is how many days one question may span.
const longestMornings = 100

// Mornings lists the morning meetings in reach from one day to another: as arranged,
// and whether a confirmed record tells that they took place. scope is that of talk.read.
func (s *Service) Mornings(ctx context.Context, scope access.Scope, from, to calendar.Date) (out []Morning, err error) {
	switch {
	case !from.Valid() || !to.Valid():
		return nil, fault.Field("from", "请选择起止日期")
	case to.Before(from):
		return nil, fault.Field("to", "结束日期不能早于开始日期")
	case to.Sub(from) > longestMornings:
		return nil, fault.Field("to", "时间太长，请选择三个月以内")
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		patterns, err := listPatterns(ctx, tx, scope, uuid.Nil, from, to)
		if err != nil || len(patterns) == 0 {
			out = []Morning{}
			return err
		}
		held, err := s.sources.Mornings(ctx, tx, scope.Unit(), from, to)
		if err != nil {
			return err
		}
		days, err := org.Workdays(ctx, tx, scope.Unit())
		if err != nil {
			return err
		}
		set, err := org.Settings(ctx, tx, scope.Unit())
		if err != nil {
			return err
		}
		inTime := s.today()
		for inTime.AddDays(-1).After(s.today().AddDays(-120)) && !days.AddWorkdays(inTime.AddDays(-1), set.LateAfterDays).Before(s.today()) {
			inTime = inTime.AddDays(-1)
		}
		out = occurrences(patterns, held, days, from, to, s.today(), inTime)
		return nil
	})
	return out, err
}
