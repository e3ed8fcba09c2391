package org

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// change runs one change of a person's dated rows: the person is locked, found in
// scope and still there, and what do returns is audited.
func (s *Service) change(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, action string,
	do func(ctx context.Context, m mover, p PersonDetail) (summary string, err error)) (PersonDetail, error) {
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		name, status, left, err := lockPerson(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		p, err := findPerson(ctx, tx, scope, id, s.today())
		if err != nil {
			return err
		}
		if !left.IsZero() && action != "people.return" {
			return fault.Newf(fault.RuleBroken, "%s已于 %s 离开本单位，不能再办理；如有误，请先撤销离开", name, left)
		}
		summary, err := do(ctx, mover{tx: tx, unit: by.Unit, person: id, name: name, status: status}, p)
		if err != nil {
			return err
		}
		if err := touch(ctx, tx, by.Unit, id, s.now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "person", ObjectID: id, Summary: summary})
	})
	if err != nil {
		return PersonDetail{}, err
	}
	return s.Person(ctx, scope, id)
}

// Transfer moves a person to a branch and group from a day on; the membership until
// then is closed, so that reports of earlier quarters stay as they were (rule 1).
func (s *Service) Transfer(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, to BranchMove) (PersonDetail, error) {
	if err := checkFrom(to.From, s.today()); err != nil {
		return PersonDetail{}, err
	}
	return s.change(ctx, by, scope, id, "people.transfer", func(ctx context.Context, m mover, p PersonDetail) (string, error) {
		if !scope.Covers(access.Place{Unit: by.Unit, Branch: to.Branch, Group: to.Group}) {
			return "", fault.Missing("党支部")
		}
		name, err := m.toBranch(ctx, to.Branch, to.Group, to.From)
		return fmt.Sprintf("%s自 %s 起编入党支部：%s(原 %s)", m.name, to.From, name, refName(p.Branch)+refName(p.Group)), err
	})
}

// MoveDepartment moves a person to a department from a day on.
func (s *Service) MoveDepartment(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, to DepartmentMove) (PersonDetail, error) {
	if err := checkFrom(to.From, s.today()); err != nil {
		return PersonDetail{}, err
	}
	return s.change(ctx, by, scope, id, "people.department", func(ctx context.Context, m mover, p PersonDetail) (string, error) {
		if !scope.Covers(access.Place{Unit: by.Unit, Department: to.Department}) {
			return "", fault.Missing("部门")
		}
		name, err := m.toDepartment(ctx, to.Department, to.From)
		return fmt.Sprintf("%s自 %s 起调入部门：%s(原 %s)", m.name, to.From, name, refName(p.Department)), err
	})
}

func refName(p *PlaceRef) string {
	if p == nil {
		return ""
	}
	return p.Name
}

// Appoint begins a position. A Party post is in the branch, and for a group leader
// in the group, that the person is of on its first day.
func (s *Service) Appoint(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in NewPosition) (PersonDetail, error) {
	in.Title = strings.TrimSpace(in.Title)
	if !isTerm(PositionKinds(), in.Kind) {
		return PersonDetail{}, fault.Field("kind", "请选择职务类别")
	}
	if in.Kind == PositionAdministrative && in.Title == "" {
		return PersonDetail{}, fault.Field("title", "请填写职务名称")
	}
	if in.Title == "" {
		in.Title = termName(PositionKinds(), in.Kind)
	}
	if err := checkFrom(in.From, s.today()); err != nil {
		return PersonDetail{}, err
	}
	return s.change(ctx, by, scope, id, "people.appoint", func(ctx context.Context, m mover, _ PersonDetail) (string, error) {
		if in.Kind == PositionAdministrative {
			in.Branch, in.Group = uuid.Nil, uuid.Nil
		} else {
			branch, group, err := m.branchOn(ctx, in.From)
			if err != nil {
				return "", err
			}
			switch {
			case branch == uuid.Nil || in.Branch != uuid.Nil && in.Branch != branch:
				return "", fault.Field("branch_id", "党内职务只能在本人所在的党支部担任，请先办理编入支部")
			case in.Kind == PositionGroupLeader && (group == uuid.Nil || in.Group != uuid.Nil && in.Group != group):
				return "", fault.Field("group_id", "党小组长只能由本小组党员担任，请先编入该党小组")
			case in.Kind != PositionGroupLeader:
				group = uuid.Nil
			}
			in.Branch, in.Group = branch, group
			if !scope.Covers(access.Place{Unit: by.Unit, Branch: branch, Group: group}) {
				return "", fault.Missing("党支部")
			}
		}
		return fmt.Sprintf("%s自 %s 起任%s", m.name, in.From, in.Title), m.appoint(ctx, db.NewID(), in)
	})
}

// EndPosition sets the last day of a position.
func (s *Service) EndPosition(ctx context.Context, by access.Actor, scope access.Scope, id, position uuid.UUID, last calendar.Date) (PersonDetail, error) {
	if last.IsZero() || !last.Valid() {
		return PersonDetail{}, fault.Field("last_day", "请填写最后一天")
	}
	return s.change(ctx, by, scope, id, "people.dismiss", func(ctx context.Context, m mover, _ PersonDetail) (string, error) {
		title, err := m.endPosition(ctx, position, last)
		return fmt.Sprintf("%s任%s至 %s 止", m.name, title, last), err
	})
}

// Exempt takes a person's ledger away for a time, with the reason (rule 15).
func (s *Service) Exempt(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in NewExemption) (PersonDetail, error) {
	if in.Reason = strings.TrimSpace(in.Reason); in.Reason == "" {
		return PersonDetail{}, fault.Field("reason", "请填写免记积分的原因，如 退休、长期病休、借调")
	}
	if err := checkFrom(in.From, s.today()); err != nil {
		return PersonDetail{}, err
	}
	if !in.To.IsZero() && (!in.To.Valid() || in.To.Before(in.From)) {
		return PersonDetail{}, fault.Field("to", "结束日期不能早于开始日期")
	}
	return s.change(ctx, by, scope, id, "people.exempt", func(ctx context.Context, m mover, _ PersonDetail) (string, error) {
		return fmt.Sprintf("%s自 %s 起免记积分：%s", m.name, in.From, in.Reason), m.exempt(ctx, db.NewID(), in)
	})
}

// EndExemption sets the last day of an exemption.
func (s *Service) EndExemption(ctx context.Context, by access.Actor, scope access.Scope, id, exemption uuid.UUID, last calendar.Date) (PersonDetail, error) {
	if last.IsZero() || !last.Valid() {
		return PersonDetail{}, fault.Field("last_day", "请填写最后一天")
	}
	return s.change(ctx, by, scope, id, "people.exempt", func(ctx context.Context, m mover, _ PersonDetail) (string, error) {
		reason, err := m.endExemption(ctx, exemption, last)
		return fmt.Sprintf("%s免记积分（%s）至 %s 止", m.name, reason, last), err
	})
}

// Leave takes a person off the roll after a last day; history stays.
func (s *Service) Leave(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, last calendar.Date) (PersonDetail, error) {
	if last.IsZero() || !last.Valid() || last.After(s.today().AddDays(horizon)) {
		return PersonDetail{}, fault.Field("last_day", "请填写在本单位的最后一天，不晚于一年以后")
	}
	return s.change(ctx, by, scope, id, "people.leave", func(ctx context.Context, m mover, _ PersonDetail) (string, error) {
		return fmt.Sprintf("%s于 %s 离开本单位", m.name, last), m.leave(ctx, last, s.now())
	})
}

// Return takes Leave back: what ended with the leaving lasts again.
func (s *Service) Return(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (PersonDetail, error) {
	return s.change(ctx, by, scope, id, "people.return", func(ctx context.Context, m mover, p PersonDetail) (string, error) {
		if p.LeftOn.IsZero() {
			return "", fault.New(fault.Conflict, "该人员没有离开记录，请刷新后查看")
		}
		return fmt.Sprintf("撤销%s于 %s 的离开", m.name, p.LeftOn), m.comeBack(ctx, p.LeftOn, s.now())
	})
}
