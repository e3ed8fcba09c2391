package claim

import (
	"context"
	"fmt"
	"io"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// scopes finds how far the actor gets besides reading.
func (s *Service) scopes(by access.Actor, read access.Scope) (sc scopes, err error) {
	sc.read = read
	if sc.verify, err = s.reach(by, need("verify")); err != nil {
		return sc, err
	}
	sc.notice, err = s.reach(by, need("notice"))
	return sc, err
}

// List pages through the claims in reach. scope is that of claim.read.
func (s *Service) List(ctx context.Context, by access.Actor, scope access.Scope, f Filter) (out Page, err error) {
	if err := f.check(); err != nil {
		return out, err
	}
	sc, err := s.scopes(by, scope)
	if err != nil {
		return out, err
	}
	limit := f.Limit
	f.Limit++
	if out.Items, err = listClaims(ctx, s.db, by, sc, f); err != nil {
		return out, err
	}
	if out.States, err = countClaims(ctx, s.db, by, sc, f); err != nil {
		return out, err
	}
	wanted := f.States
	if len(wanted) == 0 {
		wanted = States()
	}
	for _, state := range wanted {
		out.Total += out.States[state]
	}
	if len(out.Items) > limit {
		out.Items = out.Items[:limit]
		last := out.Items[limit-1]
		out.Next = cursor{f.Sort, last.key(f.Sort), last.ID}.String()
	}
	return out, nil
}

// Export writes what a list shows as a workbook, all pages of it; that it was taken
// out is on record.
func (s *Service) Export(ctx context.Context, by access.Actor, scope access.Scope, f Filter, w io.Writer) error {
	if err := f.check(); err != nil {
		return err
	}
	sc, err := s.scopes(by, scope)
	if err != nil {
		return err
	}
	f.Cursor, f.Limit = "", exportLimit+1
	items, err := listClaims(ctx, s.db, by, sc, f)
	if err != nil {
		return err
	}
	if len(items) > exportLimit {
		return fault.Newf(fault.TooLarge, "符合条件的申报超过 %d 项，请按季度或支部分几次导出", exportLimit)
	}
	if err := writeSheet(w, items); err != nil {
		return err
	}
	by.Key = ""
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "claim.export", Object: "claim", Summary: fmt.Sprintf("导出积分申报 %d 项", len(items))})
	})
}
