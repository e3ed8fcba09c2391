package points

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// NewDraft is what starting a draft sends.
type NewDraft struct {
	BasedOn uuid.UUID   // any version one can see; its codes are kept, so that caps go on
	Text    *SchemeText // nil: as the version it starts from
	File    string      // the name of the workbook it was read from, if it was
}

// Draft starts a new version. As a copy it is in force, for the time being, from the
// first day of the next quarter.
func (s *Service) Draft(ctx context.Context, by access.Actor, scope access.Scope, in NewDraft) (Scheme, error) {
	if !scope.Whole() {
		return Scheme{}, fault.Missing("积分办法")
	}
	draft := Scheme{ID: db.NewID(), RowVersion: 1}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockSchemes(ctx, tx, by.Unit); err != nil {
			return err
		}
		all, err := listSchemes(ctx, tx, by.Unit, true)
		if err != nil {
			return err
		}
		base, err := openScheme(ctx, tx, by.Unit, all, in.BasedOn, s.today())
		if err != nil {
			return err
		}
		text := base.Text()
		text.EffectiveFrom, text.Note = nextQuarter(s.today()), ""
		if in.Text != nil {
			text = *in.Text
		}
		if err := s.fill(ctx, tx, by.Unit, &draft, text, base); err != nil {
			return err
		}
		draft.Version = all[0].Version + 1 // the newest comes first
		draft.BasedOn = base.BasedOn
		if base.State == SchemePublished {
			draft.BasedOn = &base.ID
		}
		now := s.now()
		if err := insertScheme(ctx, tx, by.Unit, by.Person, now, draft); err != nil {
			return err
		}
		how := fmt.Sprintf("以第 %d 版为底稿", base.Version)
		if in.File != "" {
			how += "，自“" + in.File + "”导入"
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{
			Action: "scheme.draft", Object: "scheme", ObjectID: draft.ID,
			Summary: fmt.Sprintf("起草“%s”第 %d 版（%s）", draft.Name, draft.Version, how),
			Detail:  map[string]any{"version": draft.Version, "based_on": base.ID, "file": in.File, "rules": len(draft.Rules)},
		})
	})
	if err != nil {
		return Scheme{}, err
	}
	return s.Scheme(ctx, by, scope, draft.ID)
}

// fill checks a document and puts it into a draft.
func (s *Service) fill(ctx context.Context, tx bun.Tx, unit uuid.UUID, draft *Scheme, text SchemeText, base Scheme) error {
	terms, err := factTermsOf(ctx, tx, s.facts, unit)
	if err != nil {
		return err
	}
	text.tidy(base)
	if err := fault.Fields(text.problems(terms)); err != nil {
		return err
	}
	draft.put(text)
	return nil
}

// lockDraft locks a draft that has not changed since it was read.
func lockDraft(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, rowVersion int) (Scheme, error) {
	if err := lockSchemes(ctx, tx, unit); err != nil {
		return Scheme{}, err
	}
	draft, err := lockScheme(ctx, tx, unit, id)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return draft, fault.Missing("积分办法")
	case err != nil:
		return draft, err
	case draft.State != SchemeDraft:
		return draft, fault.Newf(fault.Conflict, "第 %d 版已经发布，不能再改；需要修订时请以它为底稿另起一稿", draft.Version)
	case draft.RowVersion != rowVersion:
		return draft, fault.New(fault.Conflict, "这一稿刚被别人改过，您的改动没有保存；请刷新后在新的稿子上重做")
	}
	return draft, nil
}

// SaveDraft replaces a draft's document. Of two people who edit at once the second to
// save is told, and loses nothing of the first.
func (s *Service) SaveDraft(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, rowVersion int, text SchemeText) (Scheme, error) {
	if !scope.Whole() {
		return Scheme{}, fault.Missing("积分办法")
	}
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		draft, err := lockDraft(ctx, tx, by.Unit, id, rowVersion)
		if err != nil {
			return err
		}
		before := draft
		if err := s.fill(ctx, tx, by.Unit, &draft, text, before); err != nil {
			return err
		}
		now := s.now()
		if err := updateDraft(ctx, tx, by.Unit, now, draft); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{
			Action: "scheme.edit", Object: "scheme", ObjectID: id,
			Summary: fmt.Sprintf("修改“%s”第 %d 版草案，共 %d 条", draft.Name, draft.Version, len(draft.Rules)),
			Detail:  map[string]any{"changes": ruleChanges(before, draft, FactTerms{}), "limits": limitChanges(before, draft), "effective_from": draft.EffectiveFrom},
		})
	})
	if err != nil {
		return Scheme{}, err
	}
	return s.Scheme(ctx, by, scope, id)
}

// DeleteDraft throws a draft away.
func (s *Service) DeleteDraft(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, rowVersion int) error {
	if !scope.Whole() {
		return fault.Missing("积分办法")
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		draft, err := lockDraft(ctx, tx, by.Unit, id, rowVersion)
		if err != nil {
			return err
		}
		if err := deleteDraft(ctx, tx, by.Unit, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{
			Action: "scheme.discard", Object: "scheme", ObjectID: id,
			Summary: fmt.Sprintf("删除“%s”第 %d 版草案", draft.Name, draft.Version),
			Detail:  map[string]any{"version": draft.Version, "document": draft.Text()},
		})
	})
}
