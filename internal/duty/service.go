package duty

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Service reckons duties, and keeps their list, excuses and plans.
type Service struct {
	db     *bun.DB
	policy *access.Policy
	now    calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, policy *access.Policy, now calendar.Clock) *Service {
	return &Service{d, policy, now}
}

func (s *Service) today() calendar.Date { return calendar.DateOf(s.now()) }

func need(action string) access.Need { return access.Need{Resource: "duty", Action: action} }

// reach is how far the actor gets with a permission; the zero Scope without it.
func (s *Service) reach(by access.Actor, n access.Need) (access.Scope, error) {
	scope, err := s.policy.Decide(by, n)
	if fault.Is(err, fault.Forbidden) {
		return access.Scope{}, nil
	}
	return scope, err
}

// Grid shows owners of one kind over the months. The scope is that of duty.read.
func (s *Service) Grid(ctx context.Context, scope access.Scope, f GridFilter) (out Grid, err error) {
	today := s.today()
	if err := f.check(today); err != nil {
		return out, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		out, err = grid(ctx, tx, scope, f, today)
		return err
	})
	return out, err
}

// Detail opens one cell: what fills it, and what was recorded and does not count.
func (s *Service) Detail(ctx context.Context, by access.Actor, scope access.Scope, at CellID) (out Detail, err error) {
	today := s.today()
	excuse, err := s.reach(by, need("excuse"))
	if err != nil {
		return out, err
	}
	record, err := s.reach(by, access.Need{Resource: "activity", Action: "record"})
	if err != nil {
		return out, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		out, err = detail(ctx, tx, scope, record, at, today)
		if err != nil {
			return err
		}
		out.MayAsk = askable(out.Cell) && out.Groups == nil && excuse.Covers(out.Cell.place(by.Unit))
		return nil
	})
	return out, err
}

// place is where a write about the cell goes.
func (c Cell) place(unit uuid.UUID) access.Place {
	at := access.Place{Unit: unit}
	switch c.Owner {
	case OwnerBranch:
		at.Branch = c.OwnerID
	case OwnerGroup:
		at.Group = c.OwnerID
		if c.BranchID != nil {
			at.Branch = *c.BranchID
		}
	case OwnerDeputy:
		at.Department = c.OwnerID
	case OwnerLeader:
		at.Person = c.OwnerID
	}
	return at
}
