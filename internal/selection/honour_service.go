package selection

import (
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// ListHonours pages through the honours, the newest quarter first.
func (s *Service) ListHonours(ctx context.Context, _ access.Actor, scope access.Scope, f HonourFilter) (p Honours, err error) {
	if err := f.check(); err != nil {
		return p, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		p.Items, p.Total, err = listHonours(ctx, tx, scope, f)
		return err
	})
	if len(p.Items) > f.Limit {
		p.Items = p.Items[:f.Limit]
		last := p.Items[f.Limit-1]
		p.Next = cursorOf(last.Quarter.String(), last.Number)
	}
	return p, err
}

// ExportHonours writes what the list shows as a workbook, all pages of it. That it
// was taken out is on record.
func (s *Service) ExportHonours(ctx context.Context, by access.Actor, scope access.Scope, f HonourFilter, w io.Writer) error {
	f.Cursor = ""
	if err := f.check(); err != nil {
		return err
	}
	f.Limit = 0
	items, _, err := listHonours(ctx, s.db, scope, f)
	if err != nil {
		return err
	}
	if len(items) > exportMost {
		return fault.Newf(fault.TooLarge, "符合条件的荣誉超过 %d 条，请按季度分几次导出", exportMost)
	}
	if err := writeHonours(w, items); err != nil {
		return err
	}
	by.Key = ""
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "honour.export", Object: "honour", Summary: fmt.Sprintf("导出荣誉 %d 条", len(items))})
	})
}

// Certificate opens an honour as it is printed.
func (s *Service) Certificate(ctx context.Context, _ access.Actor, scope access.Scope, id uuid.UUID) (Certificate, error) {
	h, unit, err := readHonour(ctx, s.db, scope, id)
	if err != nil {
		return Certificate{}, missing(err, "荣誉")
	}
	return certificate(h, unit), nil
}
