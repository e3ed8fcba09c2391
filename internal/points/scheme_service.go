package points

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Seed publishes the scheme that an office starts with, in force from a day on. An
// office that has a scheme already keeps it.
func Seed(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time, effectiveFrom calendar.Date) error {
	there, err := listSchemes(ctx, tx, unit)
	if err != nil || len(there) > 0 {
		return err
	}
	return insertScheme(ctx, tx, unit, now, defaultScheme(now, effectiveFrom))
}

// Schemes lists the versions, newest first, without their rules.
func (s *Service) Schemes(ctx context.Context, scope access.Scope) ([]Scheme, error) {
	all, err := listSchemes(ctx, s.db, scope.Unit())
	if err != nil {
		return nil, err
	}
	markInForce(all, calendar.DateOf(s.now()))
	return all, nil
}

// Scheme opens one version with its rules and limits.
func (s *Service) Scheme(ctx context.Context, scope access.Scope, id uuid.UUID) (Scheme, error) {
	all, err := s.Schemes(ctx, scope)
	if err != nil {
		return Scheme{}, err
	}
	for _, one := range all {
		if one.ID == id {
			err := readRules(ctx, s.db, scope.Unit(), &one)
			return one, err
		}
	}
	return Scheme{}, fault.Missing("积分办法")
}

// markInForce marks the published version that is in force on a day: the latest
// that has taken effect.
func markInForce(schemes []Scheme, day calendar.Date) {
	var in *Scheme
	for i := range schemes {
		s := &schemes[i]
		if s.State == "published" && !s.EffectiveFrom.After(day) && (in == nil || s.EffectiveFrom.After(in.EffectiveFrom)) {
			in = s
		}
	}
	if in != nil {
		in.InForce = true
	}
}
