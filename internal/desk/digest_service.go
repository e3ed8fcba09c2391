package desk

import (
	"context"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// PutAside puts the actor's digest of today aside, or takes it back out: until a next
// moment brings something, there is none.
func (s *Service) PutAside(ctx context.Context, by access.Actor, scope access.Scope, seen bool) error {
	now := s.now()
	day := calendar.DateOf(now)
	said := "收起今日提醒"
	if !seen {
		day, said = day.AddDays(-1), "重新显示今日提醒"
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if !scope.Covers(access.Place{Unit: by.Unit, Person: by.Person}) {
			return fault.Missing("提醒")
		}
		if err := putAside(ctx, tx, by.Unit, by.Person, day); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "desk.digest", Object: "desk", ObjectID: by.Person, Summary: said})
	})
}
