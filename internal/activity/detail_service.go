package activity

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/points"
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
	entries, err := points.EntriesOfRecord(ctx, s.db, ledger, by.Unit, id, calendar.DateOf(s.now()))
	if err != nil {
		return Detail{}, err
	}
	d.Points = make([]PointsLine, len(entries))
	for i, e := range entries {
		d.Points[i] = PointsLine(e)
	}
	place := at(by.Unit, where)
	if !record.Covers(place) {
		d.keepReasons(by.Person)
	}
	d.Can = can(d, record.Covers(place), confirm.Covers(place))
	return d, nil
}
