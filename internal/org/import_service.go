package org

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// wholeUnit refuses an import by somebody whose permission ends at a branch: a
// roster may name anybody and set up any place.
func wholeUnit(scope access.Scope) error {
	if !scope.Whole() {
		return fault.New(fault.Forbidden, "导入花名册需要全院范围的权限")
	}
	return nil
}

// read understands a workbook as a roster; no person is touched.
func (s *Service) read(ctx context.Context, scope access.Scope, data []byte, o *ImportOptions) (roster Roster, today calendar.Date, err error) {
	if err := wholeUnit(scope); err != nil {
		return roster, today, err
	}
	today = s.today()
	switch {
	case o.EffectiveFrom.IsZero():
		o.EffectiveFrom = calendar.NewDate(today.Year, 1, 1)
	case !o.EffectiveFrom.Valid() || o.EffectiveFrom.After(today):
		return roster, today, fault.Field("effective_from", "编组起始日期不能晚于今天")
	}
	book, err := sheet.Open(data, sheet.DefaultLimits())
	if err != nil {
		return roster, today, err
	}
	roster, err = ReadRoster(ctx, book, today)
	return roster, today, err
}

// CheckImport is PreviewImport without keeping anything: there is nothing to
// confirm afterwards. It is the command line's look at a file.
func (s *Service) CheckImport(ctx context.Context, scope access.Scope, data []byte, o ImportOptions) (imp Import, rows []ImportRow, err error) {
	roster, today, err := s.read(ctx, scope, data, &o)
	if err != nil {
		return imp, nil, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		found, err := readOffice(ctx, tx, scope.Unit(), today)
		if err != nil {
			return err
		}
		p := makePlan(roster, found, o.EffectiveFrom, today, !o.NoCreatePlaces)
		imp = Import{State: "previewed", CreatePlaces: !o.NoCreatePlaces, EffectiveFrom: o.EffectiveFrom}
		imp.show(p)
		rows = p.shown()
		return nil
	})
	return imp, rows, err
}

// PreviewImport reads a roster, says what confirming it would do, and keeps it for
// that. Nothing about people changes.
func (s *Service) PreviewImport(ctx context.Context, by access.Actor, scope access.Scope, name string, data []byte, o ImportOptions) (Import, error) {
	roster, today, err := s.read(ctx, scope, data, &o)
	if err != nil {
		return Import{}, err
	}
	if name = sheet.Shorten(strings.TrimSpace(name), 200); name == "" {
		name = "花名册.xlsx"
	}
	return s.preview(ctx, by, name, roster, today, o)
}

// preview is PreviewImport of a roster that was read.
func (s *Service) preview(ctx context.Context, by access.Actor, name string, roster Roster, today calendar.Date, o ImportOptions) (imp Import, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		found, err := readOffice(ctx, tx, by.Unit, today)
		if err != nil {
			return err
		}
		p := makePlan(roster, found, o.EffectiveFrom, today, !o.NoCreatePlaces)
		imp = Import{ID: db.NewID(), FileName: name, State: "previewed", CreatePlaces: !o.NoCreatePlaces, EffectiveFrom: o.EffectiveFrom, CreatedAt: s.now()}
		imp.show(p)
		if err := insertImport(ctx, tx, by, imp, storedRoster{roster, o.EffectiveFrom}); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "people.import_preview", Object: "import", ObjectID: imp.ID,
			Summary: fmt.Sprintf("预览导入“%s”：%s", name, imp.Counts), Detail: imp.Counts})
	})
	return imp, err
}

// String is the counts in one line.
func (c ImportCounts) String() string {
	return fmt.Sprintf("共 %d 行，新增 %d，变更 %d，不变 %d，有问题 %d", c.Rows, c.New, c.Changed, c.Unchanged, c.Bad)
}

// show fills in what the head of an import says about its plan.
func (i *Import) show(p *plan) {
	i.Counts, i.NewPlaces, i.Plan = p.counts(), p.places(), p.fingerprint()
	i.sheets(p.roster)
	for _, x := range p.rows {
		i.Problems = append(i.Problems, x.problems...)
	}
	i.Problems = i.Problems[:min(len(i.Problems), maxProblems)]
}

func (i *Import) sheets(r Roster) {
	rows := map[string]int{}
	for _, row := range r.Rows {
		rows[row.Sheet]++
	}
	for _, s := range r.Sheets {
		i.Sheets = append(i.Sheets, ImportSheet{s.Name, s.HeadingRow, rows[s.Name], s.Branch, s.Unknown, s.Notes})
	}
}

// Imports pages through the imports, newest first.
func (s *Service) Imports(ctx context.Context, scope access.Scope, cursor string, limit int) (imports []Import, next string, err error) {
	if err := wholeUnit(scope); err != nil {
		return nil, "", err
	}
	var before uuid.UUID
	if cursor != "" {
		if before, err = uuid.Parse(cursor); err != nil {
			return nil, "", fault.Field("cursor", "翻页参数不对，请回到第一页")
		}
	}
	if limit < 1 || limit > 100 {
		limit = 20
	}
	imports, err = listImports(ctx, s.db, scope.Unit(), before, limit+1)
	if len(imports) > limit {
		imports = imports[:limit]
		next = imports[limit-1].ID.String()
	}
	return imports, next, err
}

// ReadImport gives an import with a page of its rows. One that still waits is
// compared with the office as it is now; a confirmed one tells what it did.
func (s *Service) ReadImport(ctx context.Context, scope access.Scope, id uuid.UUID, f ImportFilter) (imp Import, rows []ImportRow, total int, err error) {
	imp, all, _, err := s.readImport(ctx, scope, id, f.CreatePlaces)
	if err != nil {
		return imp, nil, 0, err
	}
	if f.Action != "" {
		all = slices.DeleteFunc(all, func(r ImportRow) bool {
			if f.Action == "warning" {
				return !slices.ContainsFunc(r.Problems, func(e sheet.RowError) bool { return e.Severity == sheet.Warning })
			}
			return r.Action != f.Action
		})
	}
	if f.Limit < 1 || f.Limit > 500 {
		f.Limit = 100
	}
	from := max(0, min(f.Offset, len(all)))
	return imp, all[from:min(from+f.Limit, len(all))], len(all), nil
}

func (s *Service) readImport(ctx context.Context, scope access.Scope, id uuid.UUID, createPlaces *bool) (imp Import, rows []ImportRow, roster Roster, err error) {
	if err := wholeUnit(scope); err != nil {
		return imp, nil, roster, err
	}
	imp, stored, log, err := findImport(ctx, s.db, scope.Unit(), id, false)
	if err != nil {
		return imp, nil, roster, err
	}
	if imp.State != "previewed" {
		rows = log.Outcome.rows(stored.Roster)
		imp.NewPlaces, imp.Problems = log.Outcome.Places, log.Outcome.Problems[:min(len(log.Outcome.Problems), maxProblems)]
		imp.sheets(stored.Roster)
		stored.Problems = log.Outcome.Problems
		return imp, rows, stored.Roster, nil
	}
	if createPlaces != nil {
		imp.CreatePlaces = *createPlaces
	}
	found, err := readOffice(ctx, s.db, scope.Unit(), s.today())
	if err != nil {
		return imp, nil, roster, err
	}
	p := makePlan(stored.Roster, found, stored.EffectiveFrom, s.today(), imp.CreatePlaces)
	imp.show(p)
	stored.Problems = nil
	for _, x := range p.rows {
		stored.Problems = append(stored.Problems, x.problems...)
	}
	return imp, p.shown(), stored.Roster, nil
}

// BadRows writes the rows that are kept out as a workbook, with the reason in the
// last column.
func (s *Service) BadRows(ctx context.Context, scope access.Scope, id uuid.UUID, createPlaces *bool, w io.Writer) error {
	_, _, roster, err := s.readImport(ctx, scope, id, createPlaces)
	if err != nil {
		return err
	}
	return sheet.WriteBadRows(w, roster.BadSheets())
}

// ConfirmImport carries an import out in one transaction. It is compared with the
// office of now once more: what changed since the preview is taken into account, or
// refused where the caller says which plan was seen.
func (s *Service) ConfirmImport(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, o ConfirmOptions) (Import, error) {
	if err := wholeUnit(scope); err != nil {
		return Import{}, err
	}
	var out Import
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockImports(ctx, tx, by.Unit); err != nil {
			return err
		}
		imp, stored, _, err := findImport(ctx, tx, by.Unit, id, true)
		if err != nil {
			return err
		}
		if imp.State != "previewed" {
			return fault.New(fault.Conflict, "这次导入已经确认过，请刷新查看结果")
		}
		found, err := readOffice(ctx, tx, by.Unit, s.today())
		if err != nil {
			return err
		}
		p := makePlan(stored.Roster, found, stored.EffectiveFrom, s.today(), !o.NoCreatePlaces)
		imp.GoodRowsOnly, imp.CreatePlaces = o.GoodRowsOnly, !o.NoCreatePlaces
		imp.show(p)
		if o.Plan != "" && o.Plan != imp.Plan {
			return fault.New(fault.Conflict, "预览之后人员或组织有变化，将要导入的内容已不同，请重新查看预览后再确认")
		}
		if imp.Counts.Bad > 0 && !o.GoodRowsOnly {
			return fault.Newf(fault.RuleBroken, "有 %d 行有问题，没有导入任何内容；请改正后重新上传，或选择只导入没有问题的行", imp.Counts.Bad)
		}
		if imp.Counts.Bad == imp.Counts.Rows {
			return fault.New(fault.RuleBroken, "没有一行可以导入，请改正后重新上传")
		}
		b := batch{tx: tx, unit: by.Unit, now: s.now(), log: undoLog{Outcome: p.outcome()}}
		if err := b.apply(ctx, p); err != nil {
			return err
		}
		at := s.now()
		imp.State, imp.ConfirmedAt, imp.Undoable = "confirmed", &at, true
		if err := markConfirmed(ctx, tx, by.Unit, imp, b.log, at); err != nil {
			return err
		}
		out = imp
		return audit.Record(ctx, tx, by, at, audit.Entry{Action: "people.import_confirm", Object: "import", ObjectID: id,
			Summary: fmt.Sprintf("确认导入“%s”：%s", imp.FileName, imp.Counts), Detail: map[string]any{"counts": imp.Counts, "new_places": imp.NewPlaces}})
	})
	return out, err
}

// UndoImport takes the latest confirmed import back, whole or not at all.
func (s *Service) UndoImport(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (Import, error) {
	if err := wholeUnit(scope); err != nil {
		return Import{}, err
	}
	var out Import
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockImports(ctx, tx, by.Unit); err != nil {
			return err
		}
		imp, stored, log, err := findImport(ctx, tx, by.Unit, id, true)
		if err != nil {
			return err
		}
		switch {
		case imp.State == "undone":
			return fault.New(fault.Conflict, "这次导入已经撤销过，请刷新查看")
		case imp.State != "confirmed":
			return fault.New(fault.RuleBroken, "这次导入还没有确认，没有可撤销的内容")
		case !imp.Undoable:
			return fault.New(fault.RuleBroken, "只能撤销最近一次导入；请先撤销之后的导入")
		}
		b := batch{tx: tx, unit: by.Unit, now: s.now()}
		kept, err := b.undo(ctx, log, func(people []uuid.UUID) (KeptLedgers, error) {
			return s.ledgers.TakeBackBase(ctx, tx, by, b.now, people)
		})
		if err != nil {
			return err
		}
		at := s.now()
		if err := markUndone(ctx, tx, by.Unit, id, at); err != nil {
			return err
		}
		imp.State, imp.UndoneAt, imp.Undoable = "undone", &at, false
		imp.NewPlaces = log.Outcome.Places
		imp.sheets(stored.Roster)
		out = imp
		summary := fmt.Sprintf("撤销导入“%s”：%s", imp.FileName, imp.Counts)
		if kept > 0 {
			summary += fmt.Sprintf("；%d 人已有台账，基础分已冲正，台账保留", kept)
		}
		return audit.Record(ctx, tx, by, at, audit.Entry{Action: "people.import_undo", Object: "import", ObjectID: id,
			Summary: summary, Detail: imp.Counts})
	})
	return out, err
}
