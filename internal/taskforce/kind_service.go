package taskforce

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Kinds lists the kinds of taskforces, those that are offered no more too. scope is that
// of taskforce.read.
func (s *Service) Kinds(ctx context.Context, scope access.Scope) ([]Kind, error) {
	return listKinds(ctx, s.db, scope.Unit())
}

// OutcomeKinds lists the kinds of outcomes. scope is that of taskforce.read.
func (s *Service) OutcomeKinds(ctx context.Context, scope access.Scope) ([]OutcomeKind, error) {
	return listOutcomeKinds(ctx, s.db, scope.Unit())
}

// whole refuses whose reach is not the whole office: what is set here holds for all.
func whole(scope access.Scope) error {
	if !scope.Whole() {
		return fault.New(fault.Forbidden, "类型设置需要全院范围的权限")
	}
	return nil
}

// AddKind adds a kind of taskforces. scope is that of taskforce_kind.write.
func (s *Service) AddKind(ctx context.Context, by access.Actor, scope access.Scope, k Kind) (Kind, error) {
	return s.writeKind(ctx, by, scope, k, func(ctx context.Context, tx bun.Tx) (string, error) {
		taken, err := codeTaken(ctx, tx, "taskforce_kinds", by.Unit, k.Code)
		if err != nil {
			return "", err
		}
		if taken {
			return "", fault.Field("code", "该代号已被使用，请换一个")
		}
		return "新增类型“" + k.Name + "”", insertKind(ctx, tx, by.Unit, k, "")
	})
}

// SaveKind changes a kind. What makes it another thing stays once a taskforce is of it.
// scope is that of taskforce_kind.write.
func (s *Service) SaveKind(ctx context.Context, by access.Actor, scope access.Scope, k Kind) (Kind, error) {
	return s.writeKind(ctx, by, scope, k, func(ctx context.Context, tx bun.Tx) (string, error) {
		was, used, err := lockKind(ctx, tx, by.Unit, k.Code)
		if err != nil {
			return "", err
		}
		if was.RowVersion != k.RowVersion {
			return "", fault.New(fault.Conflict, "“"+was.Name+"”刚被别人改动，请刷新后再试")
		}
		if err := k.fixed(was, used); err != nil {
			return "", err
		}
		summary := "修改类型“" + was.Name + "”"
		if c := k.changes(was); len(c) > 0 {
			summary += "：" + strings.Join(c, "；")
		}
		return summary, saveKind(ctx, tx, by.Unit, k)
	})
}

func (s *Service) writeKind(ctx context.Context, by access.Actor, scope access.Scope, k Kind, write func(ctx context.Context, tx bun.Tx) (string, error)) (out Kind, err error) {
	if err := whole(scope); err != nil {
		return out, err
	}
	if err := k.check(); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		summary, err := write(ctx, tx)
		if err != nil {
			return err
		}
		if out, _, err = lockKind(ctx, tx, by.Unit, k.Code); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "taskforce_kind.write", Object: "taskforce_kind", Summary: summary, Detail: out})
	})
	return out, err
}

// AddOutcomeKind adds a kind of outcomes. scope is that of taskforce_kind.write.
func (s *Service) AddOutcomeKind(ctx context.Context, by access.Actor, scope access.Scope, k OutcomeKind) (OutcomeKind, error) {
	return s.writeOutcomeKind(ctx, by, scope, k, func(ctx context.Context, tx bun.Tx) (string, error) {
		taken, err := codeTaken(ctx, tx, "taskforce_outcome_kinds", by.Unit, k.Code)
		if err != nil {
			return "", err
		}
		if taken {
			return "", fault.Field("code", "该代号已被使用，请换一个")
		}
		return "新增成果种类“" + k.Name + "”", insertOutcomeKind(ctx, tx, by.Unit, k, "")
	})
}

// SaveOutcomeKind changes a kind of outcomes; what it is counted in stays once something
// was counted. scope is that of taskforce_kind.write.
func (s *Service) SaveOutcomeKind(ctx context.Context, by access.Actor, scope access.Scope, k OutcomeKind) (OutcomeKind, error) {
	return s.writeOutcomeKind(ctx, by, scope, k, func(ctx context.Context, tx bun.Tx) (string, error) {
		was, used, err := lockOutcomeKind(ctx, tx, by.Unit, k.Code)
		if err != nil {
			return "", err
		}
		if used && (was.Measure != k.Measure || was.Money != k.Money) {
			return "", fault.Field("measure", "已有“"+was.Name+"”按“"+was.Measure+"”登记，不能再改计量单位；请停用它，另建一种")
		}
		return "修改成果种类“" + was.Name + "”", saveOutcomeKind(ctx, tx, by.Unit, k)
	})
}

func (s *Service) writeOutcomeKind(ctx context.Context, by access.Actor, scope access.Scope, k OutcomeKind, write func(ctx context.Context, tx bun.Tx) (string, error)) (OutcomeKind, error) {
	if err := whole(scope); err != nil {
		return k, err
	}
	if err := k.check(); err != nil {
		return k, err
	}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		summary, err := write(ctx, tx)
		if err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "taskforce_kind.write", Object: "taskforce_outcome_kind", Summary: summary, Detail: k})
	})
	return k, err
}
