package app_test

import (
	"context"
	"testing"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
	"xianfeng/internal/talk"
	"xianfeng/internal/testdb"
)

// What org knows reaches talk as the server joins them.
func TestTalkSources(t *testing.T) {
	d := testdb.New(t)
	o := newOffice(t, boot(t, d, t.TempDir()), d)
	ctx := t.Context()
	must(t, db.Transact(ctx, d, func(ctx context.Context, tx bun.Tx) error { return talk.Seed(ctx, tx, o.Unit) }))
	_, err := testdb.Owner(t, d).ExecContext(ctx, `UPDATE org_units SET created_at = '2020-01-01'`)
	must(t, err)
	by, all := o.Actor("office"), access.System(o.Unit)
	_, err = o.app.Org.MoveDepartment(ctx, by, all, o.Person("member1"), org.DepartmentMove{Department: o.Departments[0].ID, From: calendar.DateOf(o.clock.now())})
	must(t, err)
	must(t, o.app.Talks.Tick(ctx))
	must(t, o.app.Talks.Tick(ctx))
	page, err := o.app.Talks.Occasions(ctx, o.Actor("office"), all, "arranged", "", 10)
	must(t, err)
	if page.Total != 1 || page.Items[0].Kind != talk.TypeTransfer || page.Items[0].PersonID != o.Person("member1") || page.Items[0].TalkID == nil {
		t.Errorf("%+v", page)
	}
}
