package claim

import (
	"context"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"xianfeng/internal/notice"
	"xianfeng/internal/testdb"
)

// tally counts the statements of a pool, but for those that frame a transaction.
type tally struct{ n atomic.Int32 }

func (c *tally) TraceQueryStart(ctx context.Context, _ *pgx.Conn, q pgx.TraceQueryStartData) context.Context {
	if first := strings.ToUpper(strings.Fields(q.SQL + " ;")[0]); first != "BEGIN" && first != "COMMIT" && first != ";" {
		c.n.Add(1)
	}
	return ctx
}

func (*tally) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// Verifying, publishing and settling take as many statements for sixty claims as for
// six.
func TestStatementsDoNotGrow(t *testing.T) {
	o := newOffice(t)
	cfg, err := pgx.ParseConfig(testdb.AppURL(t, o.db))
	if err != nil {
		t.Fatal(err)
	}
	count := &tally{}
	cfg.Tracer = count
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	pool := bun.NewDB(stdlib.OpenDB(*cfg), pgdialect.New())
	t.Cleanup(func() { _ = pool.Close() })

	keys := []string{"member1", "leader1", "chief", "committee1", "deputy", "secretary1"}
	way := func(n int) (verify, publish, settle int32) {
		var all []Saved
		for i := range n {
			in := o.proposal(keys[i%len(keys)])
			in.Matter = fmt.Sprintf("建议 %d", i)
			all = append(all, o.submitted(keys[i%len(keys)], in))
		}
		quiet := *o.svc
		o.svc.db = pool
		count.n.Store(0)
		o.verified("office", all...)
		verify = count.n.Swap(0)
		if _, err := o.publish("office", all...); err != nil {
			t.Fatal(err)
		}
		publish = count.n.Swap(0)
		o.now = noon.AddDate(0, 0, 20)
		watched := notice.NewService(pool, o.policy, map[string]notice.Owner{notice.KindClaims: o.svc}, nil, o.svc.now)
		if err := watched.Tick(bg); err != nil {
			t.Fatal(err)
		}
		settle = count.n.Swap(0)
		o.now = noon
		*o.svc = quiet
		o.stand(Posted, all...)
		return verify, publish, settle
	}
	way(6) // opens the quarter
	v1, p1, s1 := way(6)
	v2, p2, s2 := way(60)
	t.Logf("verify %d, publish %d, settle %d", v2, p2, s2)
	if v1 != v2 || p1 != p2 || s1 != s2 {
		t.Errorf("six take %d, %d, %d and sixty %d, %d, %d", v1, p1, s1, v2, p2, s2)
	}
}
