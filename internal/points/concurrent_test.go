package points

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// all runs fn n times at once and gives the errors.
func all(n int, fn func(i int) error) []error {
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

func TestManyWritersOnOneAccount(t *testing.T) { manyWriters(t, 30) }

func manyWriters(t *testing.T, each int) {
	const writers = 32
	o := newOffice(t)
	member := o.Person("member1")
	errs := all(writers, func(w int) error {
		for i := range each {
			// Attendance and volunteering on changing days of the quarter; each
			// writer withdraws every fifth record.
			on := calendar.NewDate(2026, 4, 1).AddDays((w*each + i) % 49)
			p := o.meeting(on.String())
			p.Facts = []Fact{
				{Person: member, Trigger: TriggerAttendance, Category: threeMeetings},
				{Person: member, Trigger: TriggerVolunteering, Minutes: 30 + 30*(i%3)},
			}
			if _, err := o.post(p); err != nil {
				return fmt.Errorf("writer %d, record %d: %w", w, i, err)
			}
			if i%5 == 4 {
				p.Facts = nil
				if _, err := o.post(p); err != nil {
					return fmt.Errorf("writer %d, withdrawal %d: %w", w, i, err)
				}
			}
		}
		return nil
	})
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	o.verified()
	o.capsHold()
	want := 1 + writers*each*2 + writers*each/5*2
	if n := o.count(`SELECT count(*) FROM points_entries WHERE person_id = ?`, member); n != want {
		t.Errorf("%d entries, want %d", n, want)
	}
	if sum, kept := o.count(`SELECT sum(points)::int FROM points_entries WHERE person_id = ?`, member), o.sum(member, "2026Q2"); sum != kept {
		t.Errorf("entries sum to %d, kept is %d", sum, kept)
	}
}

func TestManyIdenticalPostings(t *testing.T) {
	o := newOffice(t)
	m := o.meeting("2026-05-11", "member1", "chief", "leader1")
	answers := make([]Posted, 50)
	for _, err := range all(50, func(i int) (err error) { answers[i], err = o.post(m); return err }) {
		if err != nil {
			t.Error(err)
		}
	}
	for _, a := range answers {
		if a != answers[0] {
			t.Errorf("answers differ: %+v and %+v", a, answers[0])
		}
	}
	if n := o.count(`SELECT count(*) FROM points_entries WHERE record_id = ?`, m.RecordID); n != 3 {
		t.Errorf("%d entries, want 3", n)
	}
	o.verified()
}

// Two processes tick at once, records of a new quarter come in, and nobody has an
// account yet.
func TestOpeningAtOnce(t *testing.T) {
	o := newOffice(t)
	for _, err := range all(12, func(i int) error {
		if i%3 == 0 {
			return o.svc.Tick(context.Background())
		}
		_, err := o.post(o.meeting(fmt.Sprintf("2026-%02d-10", i%3), "member1", "chief", "leader1", "leader2"))
		return err
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	if n := o.count(`SELECT count(*) FROM points_entries WHERE unit_id = ? AND source_kind = 'quarter' AND post_quarter = '2026Q1'`, o.Unit); n != 11 {
		t.Errorf("%d bases of the first quarter", n)
	}
	o.verified()
}

func TestReversingAtOnce(t *testing.T) {
	o := newOffice(t)
	m := o.meeting("2026-05-11", "member1")
	o.mustPost(m)
	id := o.entryOf(m, "member1")
	done := 0
	for _, err := range all(10, func(int) error {
		_, err := o.svc.Reverse(context.Background(), o.Actor("office"), access.System(o.Unit), id, "重复记分")
		return err
	}) {
		if err == nil {
			done++
		}
	}
	if done != 1 {
		t.Errorf("reversed %d times", done)
	}
	o.verified()
}

// Postings for crossing sets of people, in any order of them, end without a
// deadlock that anybody sees.
func TestCrossingSetsOfPeople(t *testing.T) {
	o := newOffice(t)
	keys := []string{"chief", "member1", "leader1", "leader2", "head", "deputy"}
	for _, err := range all(24, func(i int) error {
		return db.Transact(context.Background(), o.db, func(ctx context.Context, tx bun.Tx) error {
			_, err := Post(ctx, tx, o.Actor("secretary1"), o.now, o.meeting("2026-05-11", keys[i%6], keys[(i*5+1)%6], keys[(i*7+3)%6]))
			return err
		})
	}) {
		if err != nil {
			t.Error(err)
		}
	}
	o.verified()
	o.capsHold()
}

// capsHold counts from the entries alone that no cap was exceeded.
func (o *office) capsHold() {
	o.t.Helper()
	const gains = `(SELECT e.*, r.code, r.beyond, r.cap_event, r.cap_month, CASE WHEN (e.reverses IS NULL) = (e.points > 0) THEN e.points ELSE 0 END AS gain
		FROM points_entries e JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id) g`
	for name, query := range map[string]string{
		"dimension": `SELECT count(*) FROM (SELECT 1 FROM ` + gains + ` JOIN points_limits l ON l.unit_id = g.unit_id AND l.scheme_id = g.scheme_id AND l.dimension = g.dimension
			WHERE g.unit_id = ? AND NOT g.beyond GROUP BY g.person_id, g.dimension, g.fact_quarter HAVING sum(gain) > max(l.max_gain) OR sum(gain) < 0) x`,
		"month": `SELECT count(*) FROM (SELECT 1 FROM ` + gains + ` WHERE g.unit_id = ? AND cap_month IS NOT NULL
			GROUP BY g.person_id, code, to_char(g.fact_on, 'YYYY-MM') HAVING sum(gain) > max(cap_month)) x`,
		"event": `SELECT count(*) FROM (SELECT 1 FROM ` + gains + ` WHERE g.unit_id = ? AND cap_event IS NOT NULL
			GROUP BY g.person_id, code, g.record_id HAVING sum(gain) > max(cap_event)) x`,
	} {
		if n := o.count(query, o.Unit); n != 0 {
			o.t.Errorf("cap by %s exceeded %d times", name, n)
		}
	}
}
