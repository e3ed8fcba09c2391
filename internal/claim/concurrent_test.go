package claim

import (
	"fmt"
	"sync"
	"testing"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// atOnce runs fn n times at once and gives the errors.
func atOnce(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range n {
		wg.Add(1)
		go func() {
			defer wg.Done()
			<-start
			errs[i] = fn(i)
		}()
	}
	close(start)
	wg.Wait()
	return errs
}

// One honour, submitted many times at once at the same level: one stands.
func TestSameHonourSubmittedAtOnce(t *testing.T) {
	o := newOffice(t)
	var drafts []Saved
	for range 8 {
		drafts = append(drafts, o.drafted("member1", o.honour("member1", "city", "优秀公诉人")))
	}
	done := 0
	for _, err := range atOnce(8, func(i int) error { _, err := o.submitIt("member1", drafts[i]); return err }) {
		switch {
		case err == nil:
			done++
		case !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.RuleBroken):
			t.Error(err)
		}
	}
	if done != 1 {
		t.Errorf("%d submitted", done)
	}
}

// Two levels on two notices that settle at once: the higher counts, whichever comes
// first.
func TestLevelsSettledAtOnce(t *testing.T) {
	for range 4 {
		o := newOffice(t)
		low, high := o.submitted("member1", o.honour("member1", "district", "模范")), o.submitted("member1", o.honour("member1", "city", "模范"))
		o.noticed(low)
		o.noticed(high)
		o.now = o.now.AddDate(0, 0, 20)
		for _, err := range atOnce(6, func(int) error { return o.notices.Tick(bg) }) {
			if err != nil {
				t.Error(err)
			}
		}
		o.stand(Posted, high)
		if s := o.state(low); s != Superseded && s != Rejected {
			t.Errorf("the lower one is %s", s)
		}
		if n := o.gained("member1"); n != 400 {
			t.Errorf("gained %d", n)
		}
		o.ledgerHolds()
	}
}

func TestTwoVerifiersAtOnce(t *testing.T) {
	o := newOffice(t)
	var all []Saved
	for range 10 {
		all = append(all, o.submitted("member1", o.proposal("member1")))
	}
	keys := []string{"secretary1", "office"}
	got := make([]Verification, 2)
	for _, err := range atOnce(2, func(i int) (err error) { got[i], err = o.verify(keys[i], all...); return err }) {
		if err != nil && !fault.Is(err, fault.RuleBroken) {
			t.Error(err)
		}
	}
	if n := len(got[0].Verified) + len(got[1].Verified); n != 10 {
		t.Errorf("%d verified", n)
	}
	if n := o.count(`SELECT count(*) FROM claim_steps WHERE step = 'verify'`); n != 10 {
		t.Errorf("%d steps", n)
	}
}

// Withdrawn, recalled, verified, returned and published at once: each claim ends in
// one state that its steps tell.
func TestEverybodyAtOnce(t *testing.T) {
	o := newOffice(t)
	for range 12 {
		s := o.submitted("member1", o.proposal("member1"))
		by := o.Actor("member1")
		judge, scope := o.as("secretary1", "verify")
		for _, err := range atOnce(5, func(i int) error {
			var err error
			switch i {
			case 0:
				_, err = o.svc.Withdraw(bg, by, s.ID, s.Version, "不报了")
			case 1:
				_, err = o.svc.Recall(bg, by, s.ID, s.Version)
			case 2:
				_, err = o.verify("office", s)
			case 3:
				_, err = o.svc.Return(bg, judge, scope, s.ID, s.Version, "请补充")
			case 4:
				_, err = o.publish("office", s)
			}
			return err
		}) {
			if err != nil && fault.From(err).Code == fault.Internal {
				t.Error(err)
			}
		}
		last := o.steps(s)[len(o.steps(s))-1]
		if state := o.state(s); map[Step]State{StepWithdraw: Withdrawn, StepRecall: Draft, StepVerify: Verified, StepReturn: Returned, StepNotice: Noticed}[last] != state {
			t.Errorf("%s after %v", state, o.steps(s))
		}
	}
	o.pass()
}

func TestWithdrawnWhileItSettles(t *testing.T) {
	o := newOffice(t)
	for i := range 6 {
		s := o.submitted("member1", o.proposal("member1"))
		o.noticed(s)
		o.now = o.now.AddDate(0, 0, 10)
		errs := atOnce(2, func(i int) error {
			if i == 0 {
				_, err := o.svc.Withdraw(bg, o.Actor("member1"), s.ID, s.Version, "不报了")
				return err
			}
			return o.notices.Tick(bg)
		})
		if errs[1] != nil || errs[0] != nil && fault.From(errs[0]).Code == fault.Internal {
			t.Errorf("round %d: %v", i, errs)
		}
		want := 0
		if o.state(s) == Posted {
			want = 1
		} else {
			o.stand(Withdrawn, s)
		}
		if n := o.count(`SELECT count(*) FROM points_entries WHERE record_id = ?`, s.ID); n != want {
			t.Errorf("round %d: %s with %d entries", i, o.state(s), n)
		}
	}
}

func TestManyClaimsAgainstACap(t *testing.T) { manyClaims(t, 6) }

// manyClaims has 32 workers claim, verify, publish and settle for a few people at
// once, far beyond every cap.
func manyClaims(t *testing.T, each int) {
	const workers = 32
	o := newOffice(t)
	keys := []string{"member1", "committee1", "deputy"}
	clock := o.now
	for _, err := range atOnce(workers, func(w int) error {
		for i := range each {
			key := keys[(w+i)%len(keys)]
			in := o.proposal(key)
			in.RuleCode, in.Amount, in.Matter = "article", 30+(w+i)%70, fmt.Sprintf("文章 %d-%d", w, i)
			in.FactOn = calendar.NewDate(2026, 4, 1).AddDays((w*each + i) % 49)
			s, err := o.create(key, in)
			if err == nil {
				s, err = o.submitIt(key, s)
			}
			if err == nil {
				_, err = o.verify([]string{"office", "secretary1"}[i%2], s)
			}
			if err == nil {
				_, err = o.publish("office", s)
			}
			if err != nil {
				return fmt.Errorf("worker %d, claim %d: %w", w, i, err)
			}
			if i%5 == 4 {
				if _, err := o.svc.Withdraw(bg, o.Actor(key), s.ID, s.Version, "不报了"); err != nil {
					return fmt.Errorf("worker %d, claim %d withdrawn: %w", w, i, err)
				}
			}
		}
		return nil
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	o.now = clock.AddDate(0, 0, 20)
	for _, err := range atOnce(8, func(int) error { return o.notices.Tick(bg) }) {
		if err != nil {
			t.Error(err)
		}
	}
	if err := o.notices.Tick(bg); err != nil {
		t.Error(err)
	}
	want := workers * (each - each/5)
	if n := o.count(`SELECT count(*) FROM claim_claims WHERE state = 'posted'`); n != want {
		t.Errorf("%d posted, want %d", n, want)
	}
	if n := o.count(`SELECT count(*) FROM points_entries WHERE source_kind = 'claim'`); n != want {
		t.Errorf("%d entries, want %d", n, want)
	}
	for _, key := range keys {
		if n := o.gained(key); n != 500 {
			t.Errorf("%s gained %d, the cap is 500", key, n)
		}
	}
	if n := o.count(`SELECT count(*) FROM (SELECT 1 FROM claim_claims GROUP BY number HAVING count(*) > 1) x`); n != 0 {
		t.Errorf("%d numbers doubled", n)
	}
	o.ledgerHolds()
}

// The same request sent many times at once is one claim.
func TestSameRequestAtOnce(t *testing.T) {
	o := newOffice(t)
	by, scope := o.as("member1", "submit")
	by.Key, by.BodyHash = "claim-once-0001", []byte("h")
	done := 0
	for _, err := range atOnce(10, func(int) error { _, err := o.svc.Create(bg, by, scope, o.proposal("member1")); return err }) {
		if err == nil {
			done++
		} else if !fault.Is(err, fault.Conflict) {
			t.Error(err)
		}
	}
	if n := o.count(`SELECT count(*) FROM claim_claims`); done != 1 || n != 1 {
		t.Errorf("%d made, %d rows", done, n)
	}
}
