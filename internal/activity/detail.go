package activity

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/org"
)

// Detail opens one version of a record: the one asked for, or with 0 the one that
// lists show. Whatever a list shows opens, and nothing else (see visible). scope is
// that of activity.read.
func (s *Service) Detail(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, number int) (Detail, error) {
	record, err := s.reach(by, needRecord())
	if err != nil {
		return Detail{}, err
	}
	ledger, err := s.reach(by, needLedger())
	if err != nil {
		return Detail{}, err
	}
	confirm, err := s.reach(by, needConfirm())
	if err != nil {
		return Detail{}, err
	}
	d, where, err := findDetail(ctx, s.db, scope, record, id, number)
	if err != nil {
		return Detail{}, err
	}
	if d.Points, err = pointsOf(ctx, s.db, ledger, id); err != nil {
		return Detail{}, err
	}
	place := at(by.Unit, where)
	d.Can = can(d, record.Covers(place), confirm.Covers(place))
	return d, nil
}

// can lists what is to be done with a version by somebody who may record or
// confirm for its organiser.
func can(d Detail, record, confirm bool) []string {
	what := []string{}
	offer := func(able bool, do string) {
		if able {
			what = append(what, do)
		}
	}
	offer(record && d.State == Draft, "edit")
	offer(record && d.State == Draft, "discard")
	offer(confirm && d.State == Draft, "confirm")
	offer(record && d.State == Confirmed && !d.blocked, "amend")
	offer(confirm && d.State == Confirmed && !d.blocked, "withdraw")
	return what
}

// organiserOf makes the place of a row for Scope.Covers.
func organiserOf(kind string, department, branch, group uuid.UUID) org.Organiser {
	return org.Organiser{Kind: kind, Department: department, Branch: branch, Group: group}
}
