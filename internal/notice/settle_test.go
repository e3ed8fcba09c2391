package notice_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
)

func TestPublish(t *testing.T) {
	o := newOffice(t)
	n, items := o.put("member1", "deputy")
	if n.FirstDay.String() != "2026-05-20" || n.LastDay.String() != "2026-05-27" || n.State != notice.StateOpen || items[0].ID == items[1].ID {
		t.Errorf("%+v", n)
	}
	same := o.claims("member1")
	same.Items[0].Subject = items[0].Subject
	_, err := o.publish(same)
	refused(t, err, fault.Conflict, "正在公示")

	// A subject may be put up again once it was settled.
	o.setClock(at("2026-05-28"))
	o.tick()
	if _, err := o.publish(same); err != nil {
		t.Error(err)
	}

	for name, change := range map[string]func(*notice.Publication){
		"nothing":      func(p *notice.Publication) { p.Items = nil },
		"no title":     func(p *notice.Publication) { p.Title = " " },
		"a cell short": func(p *notice.Publication) { p.Items[0].Cells = p.Items[0].Cells[1:] },
		"twice":        func(p *notice.Publication) { p.Items = append(p.Items, p.Items[0]) },
		"no subject":   func(p *notice.Publication) { p.Items[0].Subject = o.Branches[0].ID; p.Items[0].Title = "" },
	} {
		p := o.claims("member1")
		change(&p)
		if _, err := o.publish(p); err == nil {
			t.Errorf("%s: published", name)
		}
	}
}

// Ten thousand items are a handful of statements to publish and to settle.
func TestPublishTenThousand(t *testing.T) {
	o := newOffice(t)
	p := o.claims("member1")
	for len(p.Items) < 10000 {
		it := p.Items[0]
		it.Subject = db.NewID()
		p.Items = append(p.Items, it)
	}
	n, err := o.publish(p)
	if err != nil {
		t.Fatal(err)
	}
	if got := o.count(`SELECT count(*) FROM notice_items WHERE notice_id = ?`, n.ID); got != 10000 {
		t.Errorf("%d items", got)
	}
	o.before = func(context.Context, bun.Tx, notice.Notice) error { return errors.New("enough") }
	o.setClock(at("2026-05-28"))
	if err := o.svc.Tick(context.Background()); err == nil || !strings.Contains(err.Error(), "enough") {
		t.Error(err)
	}
	p.Items = append(p.Items, p.Items[0])
	_, err = o.publish(p)
	refused(t, err, fault.RuleBroken, "10000")
}

func TestTick(t *testing.T) {
	o := newOffice(t)
	n, items := o.put("member1", "deputy", "committee1")
	o.setClock(at("2026-05-27").Add(11*60*60*1e9 + 59*60*1e9)) // 23:59 of the last day
	o.tick()
	if o.state(n) != notice.StateOpen || o.outcome(items[0]) != "" {
		t.Fatal("settled on its last day")
	}
	objection := o.mustObject("chief", n, items[1])
	o.setClock(at("2026-05-28"))
	o.tick()
	o.tick()
	if o.told(notice.Passed, items[0]) != 1 || o.told(notice.Passed, items[2]) != 1 || o.toldAny(items[1]) != 0 {
		t.Error("an item was told of not once, or a disputed one was")
	}
	if o.state(n) != notice.StateOpen {
		t.Error("the notice ended before its last item")
	}
	// Rejected after the end: the next tick passes it.
	o.setClock(at("2026-05-29"))
	if _, err := o.decide("committee1", objection.ID, false, o.meeting("2026-05-28", nil)); err != nil {
		t.Fatal(err)
	}
	if o.toldAny(items[1]) != 0 {
		t.Error("told before the tick")
	}
	o.tick()
	if o.told(notice.Passed, items[1]) != 1 || o.state(n) != notice.StateSettled {
		t.Error("not passed after the rejection")
	}
	if got := o.count(`SELECT count(*) FROM audit_entries WHERE action = 'notice.settle' AND object_id = ?`, n.ID); got != 2 {
		t.Errorf("%d audit rows", got)
	}
	// The clock moves back: nothing changes, nothing more is taken.
	o.setClock(at("2026-05-22"))
	o.tick()
	_, err := o.object("member1", n, items[0])
	refused(t, err, fault.RuleBroken, "公示已经结束")
	o.setClock(at("2026-05-30"))
	o.tick()
	for _, it := range items {
		if o.toldAny(it) != 1 || o.outcome(it) != notice.Passed {
			t.Errorf("%s: told %d times", it.Title, o.toldAny(it))
		}
	}
}

func TestTickEightAtOnce(t *testing.T) {
	o := newOffice(t)
	var all []notice.Item
	for range 5 {
		_, items := o.put("member1", "deputy", "committee1")
		all = append(all, items...)
	}
	o.setClock(at("2026-05-28"))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if err := o.svc.Tick(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	o.tick()
	for _, it := range all {
		if n := o.told(notice.Passed, it); n != 1 {
			t.Errorf("told %d times", n)
		}
	}
}

// An owner that fails takes its own notice back and keeps no other.
func TestOwnerFails(t *testing.T) {
	o := newOffice(t)
	bad, badItems := o.put("member1")
	good, goodItems := o.put("deputy")
	broken := true
	o.before = func(_ context.Context, _ bun.Tx, n notice.Notice) error {
		if broken && n.ID == bad.ID {
			return errors.New("no ledger")
		}
		return nil
	}
	o.setClock(at("2026-05-28"))
	if err := o.svc.Tick(context.Background()); err == nil || !strings.Contains(err.Error(), "no ledger") {
		t.Errorf("the failure is not told: %v", err)
	}
	if o.state(bad) != notice.StateOpen || o.outcome(badItems[0]) != "" || o.told(notice.Passed, goodItems[0]) != 1 || o.state(good) != notice.StateSettled {
		t.Error("half settled, or the other was kept")
	}
	broken = false
	o.tick()
	if o.told(notice.Passed, badItems[0]) != 1 || o.state(bad) != notice.StateSettled {
		t.Error("not settled once the owner was well again")
	}
}

// The connection dies between the items' outcome and the commit, as with a killed
// process: all of it is done again, once.
func TestKilledWhileSettling(t *testing.T) {
	o := newOffice(t)
	n, items := o.put("member1", "deputy")
	kills := 0
	o.before = func(ctx context.Context, tx bun.Tx, _ notice.Notice) error {
		if kills++; kills > 3 {
			return nil
		}
		_, err := tx.NewRaw(`SELECT pg_terminate_backend(pg_backend_pid())`).Exec(ctx)
		return err
	}
	o.setClock(at("2026-05-28"))
	for range 3 {
		if err := o.svc.Tick(context.Background()); err == nil {
			t.Error("a dead connection settled")
		}
		if o.state(n) != notice.StateOpen || o.toldAny(items[0])+o.toldAny(items[1]) != 0 {
			t.Fatal("half settled")
		}
	}
	o.tick()
	o.tick()
	if o.told(notice.Passed, items[0]) != 1 || o.told(notice.Passed, items[1]) != 1 || o.state(n) != notice.StateSettled {
		t.Error("not settled after the kill")
	}
}

func TestNobodyOwns(t *testing.T) {
	o := newOffice(t)
	p := o.claims("member1")
	p.Kind = notice.KindTotals
	n, err := o.publish(p)
	if err != nil {
		t.Fatal(err)
	}
	o.setClock(at("2026-05-28"))
	if err := o.svc.Tick(context.Background()); err == nil || o.state(n) != notice.StateOpen {
		t.Errorf("settled with nobody to tell: %v", err)
	}
}

func TestWithdraw(t *testing.T) {
	o := newOffice(t)
	n, items := o.put("member1", "deputy")
	objection := o.mustObject("chief", n, items[0])
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		return notice.Withdraw(ctx, tx, o.Unit, o.clock(), notice.KindClaims, items[0].Subject)
	})
	if o.outcome(items[0]) != notice.Withdrawn || o.toldAny(items[0]) != 0 || o.state(n) != notice.StateOpen {
		t.Error("not withdrawn, or the owner was told of its own doing")
	}
	var state, answer string
	if err := o.db.NewRaw(`SELECT state, answer FROM notice_objections WHERE id = ?`, objection.ID).Scan(context.Background(), &state, &answer); err != nil ||
		state != notice.ObjectionWithdrawn || answer == "" {
		t.Errorf("the objection is %s (%s), %v", state, answer, err)
	}
	_, err := o.object("chief", n, items[0])
	refused(t, err, fault.RuleBroken, "不在公示中")
	_, err = o.decide("committee1", objection.ID, true, o.meeting("2026-05-20", nil))
	refused(t, err, fault.Conflict, "已有结论")
	again := func() error {
		return db.Transact(context.Background(), o.db, func(ctx context.Context, tx bun.Tx) error {
			return notice.Withdraw(ctx, tx, o.Unit, o.clock(), notice.KindClaims, items[0].Subject)
		})
	}
	refused(t, again(), fault.Conflict, "")
	o.setClock(at("2026-05-28"))
	o.tick()
	if o.toldAny(items[0]) != 0 || o.told(notice.Passed, items[1]) != 1 || o.state(n) != notice.StateSettled {
		t.Error("the rest was not settled")
	}
	placed := map[string]notice.Placed{}
	o.tx(func(ctx context.Context, tx bun.Tx) error {
		got, err := notice.PlacedOf(ctx, tx, o.Unit, notice.KindClaims, []uuid.UUID{items[0].Subject, items[1].Subject})
		placed["0"], placed["1"] = got[items[0].Subject], got[items[1].Subject]
		return err
	})
	if placed["0"].Outcome != notice.Withdrawn || placed["1"].Outcome != notice.Passed || placed["1"].LastDay != n.LastDay {
		t.Errorf("%+v", placed)
	}
}

func TestCancel(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	n, items := o.put("member1", "deputy")
	o.mustObject("chief", n, items[0])
	err := o.svc.Cancel(ctx, o.Actor("secretary2"), o.scope("secretary2", "cancel"), n.ID, "名单有误")
	refused(t, err, fault.NotFound, "")
	err = o.svc.Cancel(ctx, o.Actor("office"), o.scope("office", "cancel"), n.ID, "  ")
	refused(t, err, fault.Invalid, "理由")
	o.before = func(context.Context, bun.Tx, notice.Notice) error { return errors.New("not now") }
	if err := o.svc.Cancel(ctx, o.Actor("office"), o.scope("office", "cancel"), n.ID, "名单有误"); err == nil || o.state(n) != notice.StateOpen {
		t.Errorf("cancelled without its owner: %v", err)
	}
	o.before = nil
	if err := o.svc.Cancel(ctx, o.Actor("office"), o.scope("office", "cancel"), n.ID, "名单有误"); err != nil {
		t.Fatal(err)
	}
	if o.told(notice.Cancelled, items[0]) != 1 || o.told(notice.Cancelled, items[1]) != 1 || o.state(n) != notice.StateCancelled ||
		o.count(`SELECT count(*) FROM notice_objections WHERE state = 'open'`) != 0 {
		t.Error("not cancelled whole")
	}
	err = o.svc.Cancel(ctx, o.Actor("office"), o.scope("office", "cancel"), n.ID, "再来")
	refused(t, err, fault.Conflict, "已经撤销")
	o.setClock(at("2026-05-28"))
	o.tick()
	if o.toldAny(items[0]) != 1 {
		t.Error("settled after it was called off")
	}
	_, err = o.object("chief", n, items[1])
	refused(t, err, fault.RuleBroken, "已经撤销")
}

// Calling a notice off ends the objections to it unanswered: that is not for whom one
// of them concerns, and whose list it is may do it as long as there is none.
func TestCancelWhileConcerned(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	n, items := o.put("member1", "secretary1")
	cancel := func() error {
		return o.svc.Cancel(ctx, o.Actor("secretary1"), o.scope("secretary1", "cancel"), n.ID, "名单有误")
	}
	mayCancel := func() bool {
		d, err := o.svc.Read(ctx, o.Actor("secretary1"), o.scope("secretary1", "read"), n.ID, notice.ItemFilter{})
		if err != nil {
			t.Fatal(err)
		}
		return d.MayCancel
	}
	objection := o.mustObject("committee1", n, items[1])
	refused(t, cancel(), fault.RuleBroken, "须回避")
	if o.state(n) != notice.StateOpen || mayCancel() {
		t.Error("whom an objection concerns may call the notice off")
	}
	if _, err := o.svc.WithdrawObjection(ctx, o.Actor("committee1"), objection.ID); err != nil {
		t.Fatal(err)
	}
	if !mayCancel() {
		t.Error("nothing is objected to, and the notice cannot be called off")
	}
	if err := cancel(); err != nil {
		t.Error(err)
	}
}

// Cancelling, withdrawing and settling at once: each item has one outcome, and the
// owner hears it once at most.
func TestCancelWhileSettling(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	for range 12 {
		o.setClock(noon)
		n, items := o.put("member1", "deputy", "chief")
		o.setClock(at("2026-05-28"))
		var wait sync.WaitGroup
		wait.Go(func() {
			if err := o.svc.Tick(ctx); err != nil {
				t.Error(err)
			}
		})
		wait.Go(func() {
			err := o.svc.Cancel(ctx, o.Actor("office"), o.scope("office", "cancel"), n.ID, "名单有误")
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		})
		wait.Go(func() {
			err := db.Transact(ctx, o.db, func(ctx context.Context, tx bun.Tx) error {
				return notice.Withdraw(ctx, tx, o.Unit, o.clock(), notice.KindClaims, items[1].Subject)
			})
			if err != nil && !fault.Is(err, fault.Conflict) {
				t.Error(err)
			}
		})
		wait.Wait()
		o.tick()
		for _, it := range items {
			out := o.outcome(it)
			want := 1
			if out == notice.Withdrawn {
				want = 0
			}
			if out == "" || o.told(out, it) != want || o.toldAny(it) != want {
				t.Errorf("%s told %d times", out, o.toldAny(it))
			}
		}
	}
}
