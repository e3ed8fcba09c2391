package points

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// Compare tells what a version changes of another one, and who had entries under
// what changes in a quarter. with is the version beside it (zero: the one that would
// be in force in its place), q the quarter (zero: the last whole one).
func (s *Service) Compare(ctx context.Context, by access.Actor, scope access.Scope, id, with uuid.UUID, q calendar.Quarter) (Comparison, error) {
	var out Comparison
	err := db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		one, other, err := s.both(ctx, tx, by, scope, id, with)
		if err != nil {
			return err
		}
		terms, err := factTermsOf(ctx, tx, s.facts, scope.Unit())
		if err != nil {
			return err
		}
		out = compare(other, one, terms)
		if q.IsZero() {
			q = s.lastQuarter()
		}
		out.Quarter, out.QuarterTitle = q, q.Chinese()
		codes, dimensions := []string{}, []string{}
		for _, r := range out.Rules {
			codes = append(codes, r.Code)
		}
		for _, l := range out.Limits {
			dimensions = append(dimensions, string(l.Dimension))
		}
		byCode, byDimension, affected, err := uses(ctx, tx, scope.Unit(), q, codes, dimensions)
		if err != nil {
			return err
		}
		out.People = affected
		for i := range out.Rules {
			u := byCode[out.Rules[i].Code]
			out.Rules[i].People, out.Rules[i].Entries = u.People, u.Entries
		}
		for i := range out.Limits {
			out.Limits[i].People = byDimension[string(out.Limits[i].Dimension)]
		}
		return nil
	})
	return out, err
}

// both opens a version and the one beside it.
func (s *Service) both(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, id, with uuid.UUID) (one Scheme, other *Scheme, err error) {
	all, err := listSchemes(ctx, tx, scope.Unit(), s.reviews(by))
	if err != nil {
		return one, nil, err
	}
	if one, err = openScheme(ctx, tx, scope.Unit(), all, id, s.today()); err != nil {
		return one, nil, err
	}
	other, err = schemeBeside(ctx, tx, scope.Unit(), all, one, with, s.today())
	return one, other, err
}

// lastQuarter is the last one that is over.
func (s *Service) lastQuarter() calendar.Quarter { return calendar.QuarterOf(s.today()).Prev() }
