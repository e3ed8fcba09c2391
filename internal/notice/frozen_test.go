package notice_test

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/notice"
)

// What was put up cannot be rewritten, nor an end be undone.
func TestFrozen(t *testing.T) {
	o := newOffice(t)
	n, items := o.put("member1")
	o.mustObject("chief", n, items[0])
	for _, q := range []string{
		`UPDATE notice_notices SET last_day = '2026-05-21'`, `UPDATE notice_items SET title = 'x'`, `UPDATE notice_items SET recused = '{}'`,
		`UPDATE notice_objections SET statement = 'x'`, `UPDATE notice_objections SET filed_at = now()`, `DELETE FROM notice_objections`, `DELETE FROM notice_items`,
	} {
		if _, err := o.db.NewRaw(q).Exec(context.Background()); err == nil {
			t.Errorf("allowed: %s", q)
		}
	}
	if err := o.svc.Cancel(context.Background(), o.Actor("office"), o.scope("office", "cancel"), n.ID, "名单有误"); err != nil {
		t.Fatal(err)
	}
	for _, q := range []string{
		`UPDATE notice_notices SET state = 'open', settled_at = NULL`, `UPDATE notice_items SET outcome = NULL, settled_at = NULL`, `UPDATE notice_items SET outcome = 'passed'`,
		`UPDATE notice_objections SET state = 'open', decided_at = NULL`,
	} {
		if _, err := o.db.NewRaw(q).Exec(context.Background()); err == nil {
			t.Errorf("allowed: %s", q)
		}
	}
}

func TestOpenObjections(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	n, items := o.put("member1", "deputy")
	o.mustObject("chief", n, items[0])
	q := calendar.Quarter{Year: 2026, Q: 2}
	ask := func(q calendar.Quarter, branch uuid.UUID) int {
		var got []notice.OpenObjection
		o.tx(func(ctx context.Context, tx bun.Tx) (err error) {
			got, err = notice.OpenObjections(ctx, tx, o.Unit, q, branch)
			return err
		})
		return len(got)
	}
	if ask(q, uuid.Nil) != 1 || ask(q, o.Branches[0].ID) != 1 || ask(q, o.Branches[1].ID) != 0 || ask(q.Next(), uuid.Nil) != 0 {
		t.Error("not what is open")
	}
	if err := o.svc.Cancel(ctx, o.Actor("office"), o.scope("office", "cancel"), n.ID, "x"); err != nil || ask(q, uuid.Nil) != 0 {
		t.Error(err)
	}
}
