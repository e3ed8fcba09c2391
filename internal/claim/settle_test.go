package claim

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
)

func contains(s, part string) bool { return strings.Contains(s, part) }

// Of one honour only the highest level counts, in whatever order the levels come.
func TestHonoursInEveryOrder(t *testing.T) {
	worth := map[string]int{"district": 200, "city": 400, "province": 800}
	for _, way := range [][]string{
		{"district", "city", "province"}, {"district", "province", "city"}, {"city", "district", "province"},
		{"city", "province", "district"}, {"province", "district", "city"}, {"province", "city", "district"},
	} {
		t.Run(strings.Join(way, "-"), func(t *testing.T) {
			o := newOffice(t)
			best := 0
			for i, level := range way {
				name := []string{"全国模范检察干部", " 全国 模范检察干部", "“全国模范检察干部”"}[i]
				d := o.drafted("member1", o.honour("member1", level, name))
				s, err := o.submitIt("member1", d)
				if worth[level] < best {
					o.refused(err, fault.RuleBroken, "只计最高")
					continue
				}
				o.must(s, err)
				best = worth[level]
				o.noticed(s)
				o.pass()
				o.stand(Posted, s)
				if n := o.gained("member1"); n != best {
					t.Errorf("after %s: gained %d, want %d", level, n, best)
				}
			}
			if n := o.count(`SELECT count(*) FROM claim_claims WHERE state = 'posted'`); n != 1 {
				t.Errorf("%d posted", n)
			}
			again := o.drafted("member1", o.honour("member1", "province", "全国模范检察干部"))
			_, err := o.submitIt("member1", again)
			o.refused(err, fault.RuleBroken, "不能重复")
			other := o.submitted("member1", o.honour("member1", "district", "另一项荣誉"))
			o.noticed(other)
			o.pass()
			o.stand(Posted, other)
			o.ledgerHolds()
		})
	}
}

// All levels on their way at once: the highest is posted, the others say why not.
func TestHonoursOnOneNotice(t *testing.T) {
	o := newOffice(t)
	low, mid := o.submitted("member1", o.honour("member1", "district", "模范")), o.submitted("member1", o.honour("member1", "city", "模范"))
	high := o.submitted("member1", o.honour("member1", "province", "模范"))
	o.noticed(low)
	o.pass()
	o.stand(Posted, low)
	o.noticed(mid, high)
	o.pass()
	o.stand(Posted, high)
	o.stand(Superseded, low)
	o.stand(Rejected, mid)
	if c := o.claim(mid); !contains(c.Reason, "只计最高") {
		t.Errorf("%+v", c)
	}
	if n := o.gained("member1"); n != 800 {
		t.Errorf("gained %d", n)
	}
	o.wantSteps(low, StepSubmit, StepVerify, StepNotice, StepPost, StepSupersede)
	by, scope := o.as("member1", "read")
	d, err := o.svc.Detail(bg, by, scope, low.ID)
	if err != nil || len(d.Points) != 2 || len(d.Same) != 2 || !d.Same[0].Opens {
		t.Errorf("%v %+v", err, d)
	}
	o.ledgerHolds()
}

// A higher level that can gain nothing does not push a lower one out.
func TestHonourThatGainsNothingSupersedesNothing(t *testing.T) {
	o := newOffice(t)
	low := o.submitted("member1", o.honour("member1", "district", "模范"))
	o.noticed(low)
	o.pass()
	in := o.honour("member1", "province", "模范")
	in.FactOn = day("2026-05-13")
	high := o.submitted("member1", in)
	o.noticed(high)
	if _, err := o.db.NewRaw(`INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from, valid_to) VALUES (?, ?, ?, '借调', '2026-05-13', '2026-05-13')`,
		o.Unit, db.NewID(), o.Person("member1")).Exec(bg); err != nil {
		t.Fatal(err)
	}
	o.pass()
	o.stand(Posted, low)
	o.stand(Rejected, high)
	if c := o.claim(high); !contains(c.Reason, "免记积分（借调）") {
		t.Errorf("%+v", c)
	}
	if n := o.gained("member1"); n != 200 {
		t.Errorf("gained %d", n)
	}
}

// Who lost their ledger meanwhile is told so, and the others of the notice post.
func TestNoLedgerAtTheEnd(t *testing.T) {
	o := newOffice(t)
	a, b := o.submitted("member1", o.proposal("member1")), o.submitted("leader1", o.proposal("leader1"))
	o.noticed(a, b)
	o.exempt("member1", "2026-05-01")
	o.pass()
	o.stand(Rejected, a)
	o.stand(Posted, b)
	if c := o.claim(a); !contains(c.Reason, "长期病假") {
		t.Errorf("%+v", c)
	}
	o.wantSteps(a, StepSubmit, StepVerify, StepNotice, StepReject)
}

// settled hands an outcome to the service as the notice does.
func (o *office) settled(by access.Actor, outcome string, all ...Saved) error {
	n := notice.Notice{ID: o.claim(all[0]).Notice, Kind: notice.KindClaims, Title: "公示"}
	var items []notice.Item
	for _, s := range all {
		items = append(items, notice.Item{Subject: s.ID, Outcome: outcome, Answer: "经查不属实"})
	}
	return db.Transact(bg, o.db, func(ctx context.Context, tx bun.Tx) error { return o.svc.Settled(ctx, tx, by, o.now, n, items) })
}

func TestEveryOutcome(t *testing.T) {
	o := newOffice(t)
	for outcome, want := range map[string]State{notice.Passed: Posted, notice.Upheld: Rejected, notice.Withdrawn: Withdrawn, notice.Cancelled: Verified} {
		s := o.submitted("member1", o.proposal("member1"))
		o.noticed(s)
		for range 2 { // the second time changes nothing
			if err := o.settled(o.Actor("committee1"), outcome, s); err != nil {
				t.Fatalf("%s: %v", outcome, err)
			}
			o.stand(want, s)
		}
		if n := len(o.steps(s)); n != 4 {
			t.Errorf("%s: steps %v", outcome, o.steps(s))
		}
		if c := o.claim(s); want == Rejected && !contains(c.Reason, "经查不属实") {
			t.Errorf("the claimant does not read why it was rejected: %q", c.Reason)
		}
	}
	if n := o.gained("member1"); n != 100 {
		t.Errorf("gained %d", n)
	}
	s := o.submitted("member1", o.proposal("member1"))
	o.noticed(s)
	if err := o.settled(access.Actor{Unit: o.Unit}, "lost", s); err == nil {
		t.Error("an unknown outcome is taken")
	}
	o.stand(Noticed, s)
}

// breaking is an owner that fails after the claims were posted, as a kill would.
type breaking struct {
	*Service
	fail bool
}

func (b *breaking) Settled(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, n notice.Notice, items []notice.Item) error {
	if err := b.Service.Settled(ctx, tx, by, now, n, items); err != nil {
		return err
	}
	if b.fail {
		return errors.New("killed")
	}
	return nil
}

// What breaks after posting leaves nothing behind; the next try posts once.
func TestBrokenAfterPosting(t *testing.T) {
	o := newOffice(t)
	b := &breaking{Service: o.svc, fail: true}
	o.notices = notice.NewService(o.db, o.policy, map[string]notice.Owner{notice.KindClaims: b}, nil, func() time.Time { return o.now })
	low := o.submitted("member1", o.honour("member1", "district", "模范"))
	var all []Saved
	for range 5 {
		all = append(all, o.submitted("leader1", o.proposal("leader1")))
	}
	o.noticed(append(all, low)...)
	before := o.count(`SELECT count(*) FROM points_entries`) + o.count(`SELECT count(*) FROM claim_steps`) + o.count(`SELECT count(*) FROM audit_entries`)
	o.now = o.now.AddDate(0, 0, 20)
	for range 3 {
		if err := o.notices.Tick(bg); err == nil {
			t.Fatal("no error")
		}
	}
	o.stand(Noticed, append(all, low)...)
	if n := o.count(`SELECT count(*) FROM points_entries`) + o.count(`SELECT count(*) FROM claim_steps`) + o.count(`SELECT count(*) FROM audit_entries`); n != before {
		t.Errorf("%d rows stay of what broke", n-before)
	}
	b.fail = false
	for _, err := range atOnce(6, func(int) error { return o.notices.Tick(bg) }) {
		if err != nil {
			t.Error(err)
		}
	}
	o.stand(Posted, append(all, low)...)
	if n := o.gained("leader1") + o.gained("member1"); n != 400+200 { // proposals: 4 a quarter
		t.Errorf("gained %d", n)
	}
	if n := o.count(`SELECT count(*) FROM points_entries WHERE source_kind = 'claim'`); n != 6 {
		t.Errorf("%d entries", n)
	}
	o.ledgerHolds()
}
