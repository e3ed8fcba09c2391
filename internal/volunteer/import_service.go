package volunteer

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// importKind is the kind of activity that imported hours become records of.
const importKind = "volunteering"

// importAnswer stands where the recorder answers the warning of rule 7: a list of
// hours has days and no times of day, so the times of its records are put there.
const importAnswer = "按志愿时长表导入，原表只有日期，起止时间为推定"

// wholeUnit refuses an import by somebody whose permission ends at a branch: a
// workbook may name anybody.
func wholeUnit(scope access.Scope) error {
	if !scope.Whole() {
		return fault.New(fault.Forbidden, "导入志愿时长需要全院范围的权限")
	}
	return nil
}

func longest(rows []ImportRow) (most int) {
	for _, r := range rows {
		most = max(most, r.Minutes)
	}
	return most
}

// PreviewImport reads a workbook of hours, says what confirming it would make, and
// keeps it for that. No record is made.
func (s *Service) PreviewImport(ctx context.Context, by access.Actor, scope access.Scope, name string, data []byte) (i Import, rows []ImportRow, err error) {
	if err := wholeUnit(scope); err != nil {
		return i, nil, err
	}
	book, err := sheet.Open(data, sheet.DefaultLimits())
	if err != nil {
		return i, nil, err
	}
	rows, problems, err := readHours(ctx, book, s.today())
	if err != nil {
		return i, nil, err
	}
	if name = sheet.Shorten(strings.TrimSpace(name), 200); name == "" {
		name = "志愿时长.xlsx"
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		more, err := s.match(ctx, tx, by.Unit, rows)
		if err != nil {
			return err
		}
		i = Import{ID: db.NewID(), FileName: name, State: "previewed", Counts: counted(rows), Problems: append(problems, more...), CreatedBy: by.Name, CreatedAt: s.now()}
		if err := insertImport(ctx, tx, by, i, rows); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "volunteer_hours.import_preview", Object: "volunteer_import", ObjectID: i.ID,
			Summary: fmt.Sprintf("预览导入志愿时长“%s”：%s", name, i.Counts), Detail: i.Counts})
	})
	return i, rows, err
}

// String is the counts in one line.
func (c ImportCounts) String() string {
	return fmt.Sprintf("共 %d 行，可导入 %d 行（%d 条活动记录，%d 人，%s 小时），有问题 %d 行", c.Rows, c.Good, c.Records, c.People, hours(c.Minutes), c.Bad)
}

// Imports pages through the imports, newest first.
func (s *Service) Imports(ctx context.Context, scope access.Scope, cursor string, limit int) (items []Import, next string, err error) {
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
	items, err = listImports(ctx, s.db, scope.Unit(), before, limit+1)
	if err == nil && len(items) > limit {
		items = items[:limit]
		next = items[limit-1].ID.String()
	}
	return items, next, err
}

// ReadImport gives an import with its rows.
func (s *Service) ReadImport(ctx context.Context, scope access.Scope, id uuid.UUID) (Import, []ImportRow, error) {
	if err := wholeUnit(scope); err != nil {
		return Import{}, nil, err
	}
	return findImport(ctx, s.db, scope.Unit(), id, false)
}

// ConfirmImport makes the records of an import through activity.Enter, points and
// all, or none of them. goodOnly leaves bad rows out; what turned bad since the preview
// is refused all the same, so that nothing is left out unseen.
func (s *Service) ConfirmImport(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, goodOnly bool) (i Import, err error) {
	if err := wholeUnit(scope); err != nil {
		return i, err
	}
	record, err := s.policy.Decide(by, need("activity", "record"))
	if err != nil {
		return i, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockImports(ctx, tx, by.Unit); err != nil {
			return err
		}
		found, rows, err := findImport(ctx, tx, by.Unit, id, true)
		if err != nil {
			return err
		}
		i = found
		switch {
		case i.State != "previewed":
			return fault.New(fault.Conflict, "这次导入已经办理过，请刷新查看")
		case i.Counts.Bad > 0 && !goodOnly:
			return fault.Newf(fault.RuleBroken, "有 %d 行有问题；请改好后重新上传，或选择只导入无误的行", i.Counts.Bad)
		case i.Counts.Good == 0:
			return fault.New(fault.RuleBroken, "没有可以导入的行，请改好后重新上传")
		}
		changed, err := s.match(ctx, tx, by.Unit, rows)
		if err != nil {
			return err
		}
		if len(changed) > 0 {
			e := changed[0]
			return fault.Newf(fault.Conflict, "预览之后情况有变，请重新上传：第 %d 行“%s”%s", e.Row, e.Value, e.Reason)
		}
		records := make([]uuid.UUID, 0, i.Counts.Records)
		for _, group := range grouped(rows) {
			saved, err := s.activities.Enter(ctx, tx, by, record, s.imported(by, group), true)
			if err != nil {
				return fmt.Errorf("row %d: %w", group[0].Row, err)
			}
			records = append(records, saved.ID)
		}
		at := s.now()
		if err := saveConfirmed(ctx, tx, by.Unit, i, rows, records, at); err != nil {
			return err
		}
		i.State, i.ConfirmedAt, i.Undoable = "confirmed", &at, true
		return audit.Record(ctx, tx, by, at, audit.Entry{Action: "volunteer_hours.import", Object: "volunteer_import", ObjectID: id,
			Summary: fmt.Sprintf("导入志愿时长“%s”：%s", i.FileName, i.Counts), Detail: i.Counts})
	})
	return i, err
}

// imported is the record that rows of one activity make.
func (s *Service) imported(by access.Actor, group []ImportRow) activity.Record {
	from, to, _ := hoursOf(group[0].Day, longest(group), s.now())
	r := activity.Record{Kind: importKind, Title: group[0].Title, Starts: from, Ends: to, Recorder: by.Person,
		Place:         first(group, func(r ImportRow) string { return r.Place }),
		Served:        first(group, func(r ImportRow) string { return r.Served }),
		Organiser:     activity.OrganiserRef{Kind: group[0].Kind, ID: group[0].Holder},
		OverlapAnswer: importAnswer}
	for _, row := range group {
		r.Attendance = append(r.Attendance, activity.Attendance{Person: row.Person, Status: activity.Present, Minutes: row.Minutes})
	}
	return r
}

// UndoImport takes the records of the latest import back, points and all. One that
// somebody is amending stops it: their work is not lost unseen.
func (s *Service) UndoImport(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (i Import, err error) {
	if err := wholeUnit(scope); err != nil {
		return i, err
	}
	confirm, err := s.policy.Decide(by, need("activity", "confirm"))
	if err != nil {
		return i, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockImports(ctx, tx, by.Unit); err != nil {
			return err
		}
		if i, _, err = findImport(ctx, tx, by.Unit, id, true); err != nil {
			return err
		}
		switch {
		case i.State == "undone":
			return fault.New(fault.Conflict, "这次导入已经撤销过，请刷新查看")
		case i.State != "confirmed":
			return fault.New(fault.RuleBroken, "这次导入还没有确认，没有可撤销的内容")
		case !i.Undoable:
			return fault.New(fault.RuleBroken, "只能撤销最近一次导入；请先撤销之后的导入")
		}
		records, err := standingRecords(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		for _, r := range records {
			if err := s.activities.TakeBack(ctx, tx, by, confirm, r, "撤销导入的志愿时长"); err != nil {
				return err
			}
		}
		at := s.now()
		if err := markUndone(ctx, tx, by.Unit, id, at); err != nil {
			return err
		}
		i.State, i.UndoneAt, i.Undoable = "undone", &at, false
		return audit.Record(ctx, tx, by, at, audit.Entry{Action: "volunteer_hours.import_undo", Object: "volunteer_import", ObjectID: id,
			Summary: fmt.Sprintf("撤销导入志愿时长“%s”：撤回 %d 条活动记录", i.FileName, len(records)), Detail: map[string]any{"records": len(records)}})
	})
	return i, err
}

// readUpload reads at most what an upload may have.
func readUpload(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, importUpload))
	if err != nil {
		return nil, fmt.Errorf("hours upload: %w", err)
	}
	return data, nil
}

const (
	// importUpload is how many bytes an upload may have, form included.
	importUpload = 24 << 20
	// importTimeout is for workbooks of many thousand rows.
	importTimeout = 3 * time.Minute
)
