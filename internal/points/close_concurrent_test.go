package points

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// readyToClose is an office whose second quarter is over and noticed.
func readyToClose(t testing.TB) *office {
	o := newOffice(t)
	o.at("2026-07-01")
	if _, err := o.noticeTotals("office", "2026Q2", uuid.Nil); err != nil {
		t.Fatal(err)
	}
	o.at("2026-07-20")
	if err := o.svc.Tick(context.Background()); err != nil {
		t.Fatal(err)
	}
	return o
}

func TestClosingAtOnce(t *testing.T) {
	o := readyToClose(t)
	seen := Closing{Fingerprint: o.list("chief", "2026Q2").Fingerprint}
	won := 0
	for _, err := range all(8, func(int) error { _, err := o.tryClose("chief", "2026Q2", seen); return err }) {
		switch {
		case err == nil:
			won++
		case !fault.Is(err, fault.Conflict):
			t.Error(err)
		}
	}
	if won != 1 {
		t.Errorf("%d closes", won)
	}
	if n := o.count(`SELECT count(*) FROM points_seals WHERE unit_id = ?`, o.Unit); n != 11 {
		t.Errorf("%d seals", n)
	}
	o.verified()
}

// A close comes while sixteen writers post facts of the quarter: each entry is in
// before it, or in the next quarter with its own named; none is lost.
func TestClosingWhilePeoplePost(t *testing.T) {
	const writers = 16
	o := readyToClose(t)
	// Their month is full, so that further attendance gives entries of no points, and
	// the check list stays as it was seen.
	who := []string{"member1", "leader1", "leader2", "office", "secretary2"}
	for i := range 4 {
		o.mustPost(o.meeting(fmt.Sprintf("2026-06-%02d", i+1), who...))
	}
	seen := o.list("chief", "2026Q2")
	var posted atomic.Int64
	closed := make(chan struct{})
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer close(closed)
		for posted.Load() < writers { // in the middle of it
			time.Sleep(time.Millisecond)
		}
		if _, err := o.tryClose("chief", "2026Q2", Closing{Fingerprint: seen.Fingerprint, Acknowledged: true}); err != nil {
			t.Error(err)
		}
	}()
	into := make([]map[string]int, writers)
	errs := all(writers, func(w int) error {
		into[w] = map[string]int{}
		// Until three came after the close, for as long as a close may starve.
		for after, end := 0, time.Now().Add(20*time.Second); after < 3 && time.Now().Before(end); {
			p, err := o.post(o.meeting("2026-06-20", who[w%len(who)]))
			if err != nil {
				return err
			}
			posted.Add(1)
			into[w][p.Quarter.String()]++
			select {
			case <-closed:
				after++
			default:
			}
		}
		return nil
	})
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	want := map[string]int{}
	for _, m := range into {
		for q, n := range m {
			want[q] += n
		}
	}
	for q, n := range want {
		if got := o.count(`SELECT count(*) FROM points_entries WHERE unit_id = ? AND fact_on = '2026-06-20' AND fact_quarter = '2026Q2' AND post_quarter = ?`, o.Unit, q); got != n {
			t.Errorf("%d entries in %s, %d were answered", got, q, n)
		}
	}
	if want["2026Q2"] == 0 || want["2026Q3"] == 0 || len(want) != 2 {
		t.Errorf("posted into %v", want)
	}
	if sealed, held := o.count(`SELECT entries::int FROM points_quarters WHERE unit_id = ? AND quarter = '2026Q2'`, o.Unit),
		o.count(`SELECT count(*) FROM points_entries WHERE unit_id = ? AND post_quarter = '2026Q2'`, o.Unit); sealed != held {
		t.Errorf("%d entries sealed, %d held", sealed, held)
	}
	o.verified()
}

// Reversals by hand, moved records and corrections cross a close without a deadlock
// that anybody sees.
func TestClosingWhilePeopleCorrect(t *testing.T) {
	o := readyToClose(t)
	records := make([]Posting, 12)
	for i := range records {
		records[i] = o.meeting(fmt.Sprintf("2026-06-%02d", i+1), "member1", "leader1", "chief")
		o.mustPost(records[i])
	}
	ids := make([]uuid.UUID, len(records))
	for i := range records {
		ids[i] = o.entryOf(records[i], "leader1")
	}
	errs := all(len(records)+1, func(i int) error {
		switch {
		case i == len(records):
			return db.Transact(context.Background(), o.db, func(ctx context.Context, tx bun.Tx) error {
				_, id, err := lockQuarter(ctx, tx, o.Unit, quarter("2026Q2"))
				if err != nil {
					return err
				}
				_, err = o.svc.seal(ctx, tx, o.Actor("chief"), id, quarter("2026Q2"), CheckList{})
				return err
			})
		case i%2 == 0: // the fact was of the quarter after
			_, err := o.post(o.moved(records[i], "2026-07-10"))
			return err
		}
		_, err := o.svc.Reverse(context.Background(), o.Actor("office"), access.System(o.Unit), ids[i], "记错了")
		return err
	})
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	o.verified()
}

// Ten thousand people take as many statements as ten.
func TestFaultClosingALargeOffice(t *testing.T) {
	long(t)
	o := newOffice(t)
	o.crowd(10_000)
	if _, err := o.db.NewRaw(`UPDATE org_party_memberships SET branch_id = ? WHERE unit_id = ? AND group_id IS NULL AND get_byte(uuid_send(person_id), 15) % 2 = 0`,
		o.Branches[1].ID, o.Unit).Exec(context.Background()); err != nil {
		t.Fatal(err)
	}
	o.at("2026-07-01")
	took := func(what string, fn func() error) {
		start := time.Now()
		if err := fn(); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		t.Logf("%s: %v", what, time.Since(start))
	}
	took("notice of totals", func() error { _, err := o.noticeTotals("office", "2026Q2", uuid.Nil); return err })
	o.at("2026-07-20")
	took("check list", func() error { o.list("chief", "2026Q2"); return nil })
	took("close", func() error { _, err := o.closeSeen("2026Q2"); return err })
	took("verify", func() error { o.verified(); return nil })
}
