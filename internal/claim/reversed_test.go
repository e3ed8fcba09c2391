package claim

import (
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/points"
)

// What the office takes back by hand leaves the way free for the level that is true,
// and is not taken back by who declared it.
func TestReversedByHand(t *testing.T) {
	o := newOffice(t)
	ctx := bg
	book := points.NewService(o.db, o.policy, nil, nil, o.svc, o.svc.now)
	high := o.submitted("member1", o.honour("member1", "city", "业务能手"))
	o.noticed(high)
	o.pass()
	o.stand(Posted, high)
	var entry uuid.UUID
	if err := o.db.NewRaw(`SELECT id FROM points_entries WHERE record_id = ?`, high.ID).Scan(ctx, &entry); err != nil {
		t.Fatal(err)
	}
	// Who declared it holds no permission to reverse as a rule; with one they stay away.
	claimant := o.Actor("office")
	claimant.Person = o.Person("member1")
	if _, err := book.Reverse(ctx, claimant, access.System(o.Unit), entry, "级别有误"); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("the claimant reversed it: %v", err)
	}
	if _, err := book.Reverse(ctx, o.Actor("office"), access.System(o.Unit), entry, "级别有误"); err != nil {
		t.Fatal(err)
	}
	o.stand(Reversed, high)
	if o.claim(high).Reason != "级别有误" || o.gained("member1") != 0 {
		t.Errorf("%+v, gained %d", o.claim(high), o.gained("member1"))
	}
	low := o.submitted("member1", o.honour("member1", "district", "业务能手"))
	o.noticed(low)
	o.pass()
	o.stand(Posted, low)
	o.stand(Reversed, high)
	o.ledgerHolds()
}

// A claim that somebody made for another is not reversed by them.
func TestReversedByWhoDeclaredIt(t *testing.T) {
	o := newOffice(t)
	ctx := bg
	book := points.NewService(o.db, o.policy, nil, nil, o.svc, o.svc.now)
	in := o.honour("secretary1", "city", "业务能手")
	c := o.submitted("leader1", in)
	o.noticed(c)
	o.pass()
	var entry uuid.UUID
	if err := o.db.NewRaw(`SELECT id FROM points_entries WHERE record_id = ?`, c.ID).Scan(ctx, &entry); err != nil {
		t.Fatal(err)
	}
	leader := o.Actor("office")
	leader.Person = o.Person("leader1")
	if _, err := book.Reverse(ctx, leader, access.System(o.Unit), entry, "级别有误"); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("who declared it reversed it: %v", err)
	}
	o.stand(Posted, c)
	if _, err := o.db.NewRaw(`INSERT INTO claim_steps (unit_id, id, claim_id, step, version, by_person, at) VALUES (?, ?, ?, 'reverse', 1, ?, now())`,
		o.Unit, uuid.New(), c.ID, o.Person("leader1")).Exec(ctx); err == nil {
		t.Error("the database let them")
	}
}
