package audit

import (
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// Service reads the audit log for the auditor.
type Service struct {
	db  *bun.DB
	now calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, now calendar.Clock) *Service { return &Service{d, now} }

// List pages through the log, newest first; next is empty on the last page.
func (s *Service) List(ctx context.Context, scope access.Scope, f Filter) (rows []Row, next string, err error) {
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = 50
	}
	if f.Cursor != "" {
		if _, err := uuid.Parse(f.Cursor); err != nil {
			return nil, "", fault.Field("cursor", "翻页参数不对，请回到第一页")
		}
	}
	rows, err = list(ctx, s.db, scope, f)
	if err != nil {
		return nil, "", err
	}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		next = rows[f.Limit-1].ID.String()
	}
	return rows, next, nil
}

// Refused records an attempt that was turned away, in a transaction of its own,
// since nothing else was written.
func (s *Service) Refused(ctx context.Context, by access.Actor, e Entry) error {
	e.Refused = true
	by.Key = "" // a refusal carries nothing out: the key stays free
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return Record(ctx, tx, by, s.now(), e)
	})
}

// exportMost bounds an export; the auditor narrows by days beyond it.
const exportMost = 50_000

// Export writes what List shows, unpaged, and records that it was taken out.
func (s *Service) Export(ctx context.Context, by access.Actor, scope access.Scope, f Filter, w io.Writer) error {
	f.Cursor, f.Limit = "", exportMost
	rows, err := list(ctx, s.db, scope, f)
	if err != nil {
		return err
	}
	if len(rows) > exportMost {
		return fault.Newf(fault.TooLarge, "超过 %d 条，请缩小日期范围后再导出", exportMost)
	}
	columns := []sheet.Column{
		{Key: "at", Title: "时间", Width: 20}, {Key: "actor", Title: "操作人", Width: 10}, {Key: "action", Title: "操作", Width: 20},
		{Key: "summary", Title: "说明", Width: 50}, {Key: "result", Title: "结果", Width: 8}, {Key: "object", Title: "对象", Width: 12},
		{Key: "object_id", Title: "对象编号", Width: 38}, {Key: "address", Title: "地址", Width: 16}, {Key: "request", Title: "请求编号", Width: 38},
	}
	body := make([][]any, len(rows))
	for i, r := range rows {
		result, object := "成功", ""
		if r.Result == "refused" {
			result = "被拒绝"
		}
		if r.ObjectID != nil {
			object = r.ObjectID.String()
		}
		body[i] = []any{r.At.In(calendar.Shanghai).Format("2006-01-02 15:04:05"), r.Actor, r.Action, r.Summary, result, r.Object, object, r.Address, r.RequestID}
	}
	if err := sheet.WriteList(w, "审计记录", columns, sheet.RowsOf(body)); err != nil {
		return fmt.Errorf("audit export: %w", err)
	}
	by.Key = ""
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return Record(ctx, tx, by, s.now(), Entry{Action: "audit.export", Object: "audit", Summary: fmt.Sprintf("导出审计记录 %d 条", len(rows))})
	})
}
