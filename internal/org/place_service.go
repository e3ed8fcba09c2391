package org

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
)

// Places reads the tree of departments, branches and groups with its head counts
// today. It names nobody but who leads, so everybody of the office may see it whole.
func (s *Service) Places(ctx context.Context, scope access.Scope) (Places, error) {
	return places(ctx, s.db, scope.Unit(), s.today())
}

// AddPlace sets a department, branch or group up.
func (s *Service) AddPlace(ctx context.Context, by access.Actor, scope access.Scope, in NewPlace) (uuid.UUID, error) {
	var err error
	if in.Name, err = cleanPlaceName(in.Name); err != nil {
		return uuid.Nil, err
	}
	if in.From.IsZero() {
		in.From = s.today()
	}
	if err := checkFrom(in.From, s.today()); err != nil {
		return uuid.Nil, err
	}
	if in.Kind != Department && in.Kind != Branch && in.Kind != Group {
		return uuid.Nil, fault.Field("kind", "请选择部门、党支部或党小组")
	}
	id := db.NewID()
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if !scope.Covers(access.Place{Unit: by.Unit, Branch: in.Branch}) {
			return fault.Missing("党支部")
		}
		if err := addPlace(ctx, tx, by.Unit, id, in); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "places.create", Object: string(in.Kind), ObjectID: id,
			Summary: "新建" + in.Kind.Name() + in.Name})
	})
	return id, err
}

// RenamePlace changes a place's name and, where ord is not zero, its place in lists.
func (s *Service) RenamePlace(ctx context.Context, by access.Actor, scope access.Scope, kind PlaceKind, id uuid.UUID, name string, ord int) error {
	name, err := cleanPlaceName(name)
	if err != nil {
		return err
	}
	return s.changePlace(ctx, by, scope, kind, id, "places.update", func(ctx context.Context, tx bun.Tx, was string) (string, error) {
		return fmt.Sprintf("%s“%s”改为“%s”", kind.Name(), was, name), renamePlace(ctx, tx, by.Unit, kind, id, name, ord)
	})
}

// ClosePlace sets a place's last day. It is refused while anybody is in it after
// that day; nothing about its past changes.
func (s *Service) ClosePlace(ctx context.Context, by access.Actor, scope access.Scope, kind PlaceKind, id uuid.UUID, last calendar.Date) error {
	if last.IsZero() || !last.Valid() || last.After(s.today().AddDays(horizon)) {
		return fault.Field("last_day", "请填写最后一天，不晚于一年以后")
	}
	return s.changePlace(ctx, by, scope, kind, id, "places.close", func(ctx context.Context, tx bun.Tx, was string) (string, error) {
		who, n, err := placeHeldAfter(ctx, tx, by.Unit, kind, id, last)
		if err != nil {
			return "", err
		}
		if n > 0 {
			return "", fault.Newf(fault.RuleBroken, "%s%s在该日期之后还有%s等 %d 人，请先把他们编入别处", kind.Name(), was, who, n)
		}
		return fmt.Sprintf("撤销%s%s，最后一天 %s", kind.Name(), was, last), closePlace(ctx, tx, by.Unit, kind, id, last)
	})
}

func (s *Service) changePlace(ctx context.Context, by access.Actor, scope access.Scope, kind PlaceKind, id uuid.UUID, action string,
	do func(ctx context.Context, tx bun.Tx, was string) (summary string, err error)) error {
	if kind != Department && kind != Branch && kind != Group {
		return fault.Missing("部门、党支部或党小组")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		was, branch, err := lockPlace(ctx, tx, by.Unit, kind, id)
		if err != nil {
			return err
		}
		place := access.Place{Unit: by.Unit, Branch: branch}
		switch kind {
		case Department:
			place.Department = id
		case Branch:
			place.Branch = id
		case Group:
			place.Group = id
		}
		if !scope.Covers(place) {
			return fault.Missing(kind.Name())
		}
		summary, err := do(ctx, tx, was)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: string(kind), ObjectID: id, Summary: summary})
	})
}
