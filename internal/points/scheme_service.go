package points

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// needReview is the permission to see drafts.
var needReview = access.Need{Resource: "scheme", Action: "review"}

// Seed publishes the scheme that an office starts with, in force from a day on. An
// office that has a scheme already keeps it.
func Seed(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time, effectiveFrom calendar.Date) error {
	there, err := listSchemes(ctx, tx, unit, true)
	if err != nil || len(there) > 0 {
		return err
	}
	s := defaultScheme(now, effectiveFrom)
	if err := insertScheme(ctx, tx, unit, uuid.Nil, now, s); err != nil {
		return err
	}
	_, err = publishScheme(ctx, tx, unit, s.ID, uuid.Nil, now)
	return err
}

// Schemes lists the versions, newest first, without their rules. Members see what is
// published; drafts are for who may review them.
func (s *Service) Schemes(ctx context.Context, by access.Actor, scope access.Scope) ([]Scheme, error) {
	all, err := listSchemes(ctx, s.db, scope.Unit(), s.reviews(by))
	if err != nil {
		return nil, err
	}
	if in := inForce(all, s.today(), uuid.Nil); in != nil {
		in.InForce = true
	}
	return all, nil
}

// reviews says whether somebody may see drafts.
func (s *Service) reviews(by access.Actor) bool {
	_, err := s.policy.Decide(by, needReview)
	return err == nil
}

// Scheme opens one version with its rules and limits.
func (s *Service) Scheme(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (Scheme, error) {
	all, err := s.Schemes(ctx, by, scope)
	if err != nil {
		return Scheme{}, err
	}
	return openScheme(ctx, s.db, scope.Unit(), all, id, s.today())
}

// Publish puts a draft into force from its day on (rule 12). From then on it is
// frozen, and facts of days before keep the version of their day. Of two who publish
// at once one wins, and the other reads so.
func (s *Service) Publish(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, rowVersion int) (Scheme, error) {
	if !scope.Whole() {
		return Scheme{}, fault.Missing("积分办法")
	}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockSchemes(ctx, tx, by.Unit); err != nil {
			return err
		}
		draft, err := lockScheme(ctx, tx, by.Unit, id)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.Missing("积分办法")
		}
		if err != nil {
			return err
		}
		if draft.State != SchemeDraft {
			return fault.Newf(fault.Conflict, "第 %d 版已经发布，不能再次发布，请刷新后查看", draft.Version)
		}
		if draft.RowVersion != rowVersion {
			return fault.New(fault.Conflict, "这一稿刚被别人改过，请刷新、看过改动后再发布")
		}
		if err := s.publishable(ctx, tx, by.Unit, draft); err != nil {
			return err
		}
		now := s.now()
		done, err := publishScheme(ctx, tx, by.Unit, id, by.Person, now)
		if err != nil {
			return err
		}
		if !done {
			return fault.New(fault.Conflict, "这一稿刚被别人处理过，请刷新后查看")
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{
			Action: "scheme.publish", Object: "scheme", ObjectID: id,
			Summary: fmt.Sprintf("发布“%s”第 %d 版，自 %s 起施行", draft.Name, draft.Version, draft.EffectiveFrom.Chinese()),
			Detail:  map[string]any{"version": draft.Version, "effective_from": draft.EffectiveFrom, "rules": len(draft.Rules), "warnings": draft.warnings(s.today())},
		})
	})
	if err != nil {
		return Scheme{}, err
	}
	return s.Scheme(ctx, by, scope, id)
}

// publishable asks what has to hold at the moment of publishing: the words that
// records use may have changed since the draft was saved.
func (s *Service) publishable(ctx context.Context, tx bun.Tx, unit uuid.UUID, draft Scheme) error {
	terms, err := factTermsOf(ctx, tx, s.facts, unit)
	if err != nil {
		return err
	}
	if err := fault.Fields(draft.Text().problems(terms)); err != nil {
		return err
	}
	if !draft.EffectiveFrom.After(s.today()) {
		return fault.Field("effective_from", "施行日期须在今天以后：已过去的日子仍按当时的办法计分。请先改施行日期")
	}
	all, err := listSchemes(ctx, tx, unit, false)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.EffectiveFrom == draft.EffectiveFrom {
			return fault.Newf(fault.Conflict, "第 %d 版也自 %s 起施行，请改施行日期后再发布", o.Version, o.EffectiveFrom.Chinese())
		}
	}
	return nil
}
