package talk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Types lists the types of talks as this office handles them.
func (s *Service) Types(ctx context.Context, scope access.Scope) ([]Type, error) {
	return listTypes(ctx, s.db, scope.Unit())
}

// whole refuses whose reach is not the whole office: what is set here holds for all.
func whole(scope access.Scope) error {
	if !scope.Whole() {
		return fault.New(fault.Forbidden, "谈话设置需要全院范围的权限")
	}
	return nil
}

// SaveType replaces how a type is handled. Talks that were made before stay as they
// are until they are planned again.
func (s *Service) SaveType(ctx context.Context, by access.Actor, scope access.Scope, in Type) (out Type, err error) {
	if err := whole(scope); err != nil {
		return out, err
	}
	if err := in.check(); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		was, err := lockType(ctx, tx, by.Unit, in.Code)
		if err != nil {
			return err
		}
		if was.Version != in.Version {
			return fault.New(fault.Conflict, "该类型刚被别人改动，请刷新后再试")
		}
		if err := saveType(ctx, tx, by.Unit, in); err != nil {
			return err
		}
		out = in
		out.Version++
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "talk_type.write", Object: "talk_type",
			Summary: "修改谈话类型：" + in.Name, Detail: map[string]any{"from": was, "to": out}})
	})
	return out, err
}

// StaffLeaders lists who talks with every member of staff, those of today first. scope is
// that of talk.read.
func (s *Service) StaffLeaders(ctx context.Context, scope access.Scope) ([]Leader, error) {
	return listStaffLeaders(ctx, s.db, scope, uuid.Nil)
}

// named checks somebody and a department, which may be none, and gives their names.
func (s *Service) named(ctx context.Context, tx bun.Tx, unit, person, department uuid.UUID, field string, from calendar.Date) (who, where string, err error) {
	if who, err = nameOnRoll(ctx, tx, unit, person, s.today()); errors.Is(err, sql.ErrNoRows) {
		return "", "", fault.Field(field, "花名册里没有这个人，请重新选择")
	} else if err != nil || department == uuid.Nil {
		return who, "全院", err
	}
	if where, err = departmentName(ctx, tx, unit, department, from); errors.Is(err, sql.ErrNoRows) {
		return "", "", fault.Field("department_id", "没有这个部门，或它已撤销，请重新选择")
	}
	return who, where, err
}

// AddLeader names somebody who talks with every member of staff.
func (s *Service) AddLeader(ctx context.Context, by access.Actor, scope access.Scope, in LeaderInput) (out Leader, err error) {
	if err := whole(scope); err != nil {
		return out, err
	}
	if err := checkFrom(in.From, s.today()); err != nil {
		return out, err
	}
	if in.PerDay < 0 || in.PerDay > 20 {
		return out, fault.Field("per_day", "每天的谈话数应在 1 到 20 之间")
	}
	id := db.NewID()
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		who, where, err := s.named(ctx, tx, by.Unit, in.Person, in.Department, "person_id", in.From)
		if err != nil {
			return err
		}
		if err := insertLeader(ctx, tx, by.Unit, id, in); err != nil {
			return err
		}
		found, err := listStaffLeaders(ctx, tx, access.System(by.Unit), id)
		if err != nil {
			return err
		}
		out = found[0]
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "talk_type.leader", Object: "talk_leader", ObjectID: id,
			Summary: fmt.Sprintf("谈话领导：%s，%s，自 %s 起", who, where, in.From)})
	})
	return out, err
}

// EndLeader sets the last day of a leader's; before the first day it takes it back.
func (s *Service) EndLeader(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, last calendar.Date) error {
	return s.end(ctx, by, scope, leaderTerms, "谈话领导", id, last)
}

func (s *Service) end(ctx context.Context, by access.Actor, scope access.Scope, d dated, what string, id uuid.UUID, last calendar.Date) error {
	if err := whole(scope); err != nil {
		return err
	}
	if err := checkLast(last, s.today()); err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		ended, err := d.end(ctx, tx, by.Unit, id, last, s.today())
		if err != nil {
			return err
		}
		if !ended {
			return fault.Missing(what)
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "talk_type.end", Object: string(d), ObjectID: id,
			Summary: fmt.Sprintf("%s到 %s 为止", what, last)})
	})
}
