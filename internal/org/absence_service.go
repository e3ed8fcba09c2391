package org

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Absences pages through who is away. scope is that of absence.read.
func (s *Service) Absences(ctx context.Context, by access.Actor, scope access.Scope, f AbsenceFilter) (AbsencePage, error) {
	if err := f.clean(); err != nil {
		return AbsencePage{}, err
	}
	write, err := s.policy.Decide(by, need("absence", "write"))
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return AbsencePage{}, err
	}
	out, err := listAbsences(ctx, s.db, scope, f, s.today())
	for i, a := range out.Items {
		out.Items[i].MayDelete = write.Covers(access.Place{Unit: by.Unit, Person: a.Person, Branch: a.branch, Department: a.department})
	}
	return out, err
}

// AddAbsence notes that somebody is away: of themselves, or of whom the scope of
// absence.write reaches.
func (s *Service) AddAbsence(ctx context.Context, by access.Actor, scope access.Scope, in NewAbsence) (out Absence, err error) {
	if err := in.check(s.today()); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		p, err := findPerson(ctx, tx, scope, in.Person, s.today())
		if err != nil {
			return err
		}
		if !p.LeftOn.IsZero() && p.LeftOn.Before(in.From) {
			return fault.Field("person_id", p.Name+"届时已离开本单位，不需要登记")
		}
		id := db.NewID()
		if err := insertAbsence(ctx, tx, by, id, in, s.now()); err != nil {
			return err
		}
		if out, err = findAbsence(ctx, tx, scope, id, s.today()); err != nil {
			return err
		}
		out.MayDelete = true
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "absence.add", Object: "person", ObjectID: in.Person,
			Summary: fmt.Sprintf("登记%s%s：%s 至 %s", p.Name, termName(AbsenceKinds(), in.Kind), in.From, in.To)})
	})
	return out, err
}

// DeleteAbsence takes an absence off the list. scope is that of absence.write.
func (s *Service) DeleteAbsence(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		a, err := findAbsence(ctx, tx, scope, id, s.today())
		if err != nil {
			return err
		}
		if err := deleteAbsence(ctx, tx, by.Unit, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "absence.delete", Object: "person", ObjectID: a.Person,
			Summary: fmt.Sprintf("删除%s%s：%s 至 %s", a.Name, termName(AbsenceKinds(), a.Kind), a.From, a.To)})
	})
}
