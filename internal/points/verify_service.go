package points

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
)

// Verify recomputes every chain, sum, balance, cap and seal of the office and names
// what does not add up (rule 18). It reads one snapshot, so that it can run while people
// post, and holds one account in memory at a time. That it was done is audited.
func (s *Service) Verify(ctx context.Context, by access.Actor, scope access.Scope) (VerifyReport, error) {
	r := VerifyReport{At: s.now(), OK: true, Broken: []BrokenEntry{}}
	err := db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error { return verify(ctx, tx, scope, &r) })
	if err != nil {
		return VerifyReport{}, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		result := "全部相符"
		if !r.OK {
			result = fmt.Sprintf("发现 %d 处不符", len(r.Broken))
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{
			Action: "ledger.verify", Object: "ledger",
			Summary: fmt.Sprintf("核验积分台账 %d 个账户、%d 笔分录、%d 个结账季度：%s", r.Accounts, r.Entries, r.Seals, result),
			Detail:  r,
		})
	})
	return r, err
}
