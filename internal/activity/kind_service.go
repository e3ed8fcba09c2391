package activity

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Seed gives a new office the kinds of rule 3. What the office has changed since
// stays as it is.
func Seed(ctx context.Context, tx bun.Tx, unit uuid.UUID) error {
	kinds := seeds()
	for i := range kinds {
		kinds[i].Ord, kinds[i].Active = (i+1)*10, true
		if kinds[i].Quorum == "" {
			kinds[i].Quorum = "none"
		}
	}
	return insertKinds(ctx, tx, unit, kinds)
}

// Kinds lists every kind, those no longer offered too, since old records have
// them. Kinds are the office's own words and no secret within it.
func (s *Service) Kinds(ctx context.Context, by access.Actor) ([]Kind, error) {
	return listKinds(ctx, s.db, by.Unit)
}

// PutKind creates or replaces a kind. Records keep the kind they have; what it
// needs counts for the next confirmation. Kinds are every organiser's, so the
// permission has to reach the whole unit.
func (s *Service) PutKind(ctx context.Context, by access.Actor, scope access.Scope, k Kind) (Kind, error) {
	if !scope.Whole() {
		return Kind{}, fault.New(fault.Forbidden, "设置活动类型需要全院范围的权限")
	}
	if err := k.check(); err != nil {
		return Kind{}, err
	}
	return k, db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := saveKind(ctx, tx, by.Unit, k); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "activity_kind.write", Object: "activity_kind",
			Summary: "设置活动类型“" + k.Name + "”", Detail: k})
	})
}
