package org

import (
	"context"
	"database/sql"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/testdb"
	"xianfeng/policies"
)

// morning is when the tests take place.
var morning = time.Date(2026, 11, 23, 9, 0, 0, 0, calendar.Shanghai)

// noLedgers is an office where points are not kept; how they are taken back is
// tested where the whole is put together.
type noLedgers struct{}

func (noLedgers) TakeBackBase(context.Context, bun.Tx, access.Actor, time.Time, []uuid.UUID) (KeptLedgers, error) {
	return KeptLedgers{}, nil
}

// desk is a service with a fixed clock on a database of its own.
type desk struct {
	*Service
	t      testing.TB
	db     *bun.DB
	policy *access.Policy
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := testdb.New(t)
	p, err := access.NewPolicy(policies.Model, policies.Policy)
	if err != nil {
		t.Fatal(err)
	}
	return &desk{NewService(d, p, noLedgers{}, func() time.Time { return morning }), t, d, p}
}

// scope is what an actor reaches with a permission.
func (d *desk) scope(a access.Actor, resource, action string) access.Scope {
	d.t.Helper()
	s, err := d.policy.Decide(a, access.Need{Resource: resource, Action: action})
	if err != nil {
		d.t.Fatal(err)
	}
	return s
}

// emptyOffice is an office of a first start: one administrator, nobody on the roll.
func (d *desk) emptyOffice() (access.Actor, access.Scope) {
	d.t.Helper()
	a := access.Actor{Account: uuid.New(), Name: "管理员", RequestID: "test"}
	err := db.Transact(context.Background(), d.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if a.Unit, err = CreateUnit(ctx, tx, morning, "滨河区人民检察院", true); err != nil {
			return err
		}
		a.Person, err = AddOutsider(ctx, tx, a.Unit, "管理员")
		return err
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return a, access.System(a.Unit)
}

func (d *desk) count(query string, args ...any) int {
	d.t.Helper()
	var n int
	if err := d.db.NewRaw(query, args...).Scan(context.Background(), &n); err != nil {
		d.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func ownerOf(t testing.TB, d *desk) *sql.DB { return testdb.Owner(t, d.db) }
