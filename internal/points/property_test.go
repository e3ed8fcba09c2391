package points

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
)

// history is a random life of a ledger over the year 2026. Each run has an office of
// its own in a database that all share, so that ten thousand of them take minutes.
type history struct {
	*office
	t       *rapid.T
	records []Posting
	closed  calendar.Quarter  // the last one that was closed
	frozen  map[string]string // closed quarters and what they held when they were closed
}

var (
	historyPeople = []string{"member1", "chief", "leader1", "leader2", "office", "staff"}
	historyDays   = []string{"2026-02-03", "2026-02-17", "2026-03-10", "2026-04-07", "2026-05-06", "2026-05-07", "2026-05-19",
		"2026-07-03", "2026-08-19", "2026-10-13", "2026-11-20"}
)

// day draws a day that has come.
func (h *history) day(t *rapid.T) string {
	n := len(historyDays)
	for day(historyDays[n-1]).After(calendar.DateOf(h.now)) {
		n--
	}
	return rapid.SampledFrom(historyDays[:n]).Draw(t, "day")
}

func (h *history) facts(t *rapid.T) []Fact {
	var out []Fact
	for i := range rapid.IntRange(0, 5).Draw(t, "facts") {
		out = append(out, Fact{
			Person:   h.Person(rapid.SampledFrom(historyPeople).Draw(t, fmt.Sprint("person", i))),
			Trigger:  rapid.SampledFrom([]string{TriggerAttendance, TriggerAbsence, TriggerLecturing, TriggerHosting, TriggerRecording, TriggerVolunteering}).Draw(t, fmt.Sprint("trigger", i)),
			Kind:     rapid.SampledFrom([]string{"branch_meeting", "party_lecture", "seminar"}).Draw(t, fmt.Sprint("kind", i)),
			Category: rapid.SampledFrom([]string{threeMeetings, study, partyDay}).Draw(t, fmt.Sprint("category", i)),
			Minutes:  rapid.IntRange(0, 700).Draw(t, fmt.Sprint("minutes", i)),
		})
	}
	return out
}

func (h *history) mustAnswerTheSame(t *rapid.T, p Posting) Posted {
	first, err := h.post(p)
	if err != nil {
		t.Fatalf("post: %v", err)
	}
	if again, err := h.post(p); err != nil || again != first {
		t.Fatalf("posted again: %+v and %+v, %v", again, first, err)
	}
	return first
}

// mustTakeNew is for a record that posted nothing before: an amended one may keep
// what it has in a closed quarter.
func (h *history) mustTakeNew(t *rapid.T, p Posting) {
	if first := h.mustAnswerTheSame(t, p); !h.closed.Before(first.Quarter) {
		t.Fatalf("posted into %s, which is closed", first.Quarter)
	}
	h.records = append(h.records, p)
}

func (h *history) actions() map[string]func(*rapid.T) {
	ctx := context.Background()
	pick := func(t *rapid.T) *Posting {
		if len(h.records) == 0 {
			t.Skip("no record yet")
		}
		return &h.records[rapid.IntRange(0, len(h.records)-1).Draw(t, "record")]
	}
	return map[string]func(*rapid.T){
		"post": func(t *rapid.T) {
			p := h.meeting(h.day(t))
			p.Facts = h.facts(t)
			h.mustTakeNew(t, p)
		},
		"amend": func(t *rapid.T) {
			p := pick(t)
			*p = h.moved(next(*p, h.facts(t)...), h.day(t))
			h.mustAnswerTheSame(t, *p)
		},
		"withdraw": func(t *rapid.T) {
			p := pick(t)
			p.Facts = nil
			h.mustAnswerTheSame(t, *p)
			*p = next(*p) // a withdrawn version says nothing again
		},
		"reverse": func(t *rapid.T) {
			id := h.anyEntry(t)
			_, err := h.svc.Reverse(ctx, h.Actor("office"), access.System(h.Unit), id, "复核更正")
			if err != nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.RuleBroken) {
				t.Fatalf("reverse: %v", err)
			}
		},
		"office": func(t *rapid.T) {
			in := h.byHand(rapid.SampledFrom(historyPeople).Draw(t, "person"),
				rapid.SampledFrom([]string{"correct_political", "correct_conduct", "other_deduction", "public_criticism"}).Draw(t, "rule"),
				rapid.IntRange(-900, 900).Draw(t, "amount"))
			in.FactOn = day(h.day(t))
			_, err := h.svc.PostByOffice(ctx, h.Actor("office"), access.System(h.Unit), in)
			if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.RuleBroken) {
				t.Fatalf("by hand: %v", err)
			}
		},
		"days pass": func(t *rapid.T) {
			h.now = h.now.AddDate(0, 0, rapid.IntRange(1, 45).Draw(t, "days"))
			if last := noon.AddDate(0, 9, 0); h.now.After(last) {
				h.now = last
			}
			if err := h.svc.tick(ctx, h.Unit); err != nil {
				t.Fatalf("tick: %v", err)
			}
		},
		"close": h.closeNext,
		"":      h.check,
	}
}

// closeNext goes the whole way with the earliest quarter that is open: notice of its
// totals, the days of the notice, and the close on the check list as it then is.
func (h *history) closeNext(t *rapid.T) {
	ctx, q := context.Background(), h.closed.Next()
	if !calendar.DateOf(h.now).After(q.Last()) {
		t.Skip("not over yet")
	}
	if err := h.svc.OpenQuarter(ctx, h.Unit, q); err != nil {
		t.Fatalf("open: %v", err)
	}
	if _, err := h.noticeTotals("office", q.String(), uuid.Nil); err != nil && !fault.Is(err, fault.Conflict) {
		t.Fatalf("notice: %v", err)
	}
	if _, err := h.closeSeen(q.String()); err != nil && !fault.Is(err, fault.RuleBroken) {
		t.Fatalf("close: %v", err)
	} else if err == nil {
		t.Fatalf("%s was closed while its notice lay open", q)
	}
	h.now = h.now.AddDate(0, 0, 20) // five working days around a National Day take fifteen
	seen := h.list("chief", q.String())
	if rapid.Bool().Draw(t, "somebody posts meanwhile") {
		p := h.meeting(q.First().AddDays(20).String(), "leader1")
		h.mustTakeNew(t, p)
	}
	closed, err := h.tryClose("chief", q.String(), Closing{Fingerprint: seen.Fingerprint, Acknowledged: true})
	if fault.Is(err, fault.Conflict) { // the list changed
		closed, err = h.closeSeen(q.String())
	}
	if err != nil || closed.Seal == "" {
		t.Fatalf("close %s: %+v, %v", q, closed, err)
	}
	if _, err := h.closeSeen(q.String()); !fault.Is(err, fault.Conflict) {
		t.Fatalf("closed %s twice: %v", q, err)
	}
	h.closed, h.frozen[q.String()] = q, h.holds(q.String())
}

func (h *history) anyEntry(t *rapid.T) (id uuid.UUID) {
	n := h.count(`SELECT count(*) FROM points_entries WHERE unit_id = ?`, h.Unit)
	if err := h.db.NewRaw(`SELECT id FROM points_entries WHERE unit_id = ? ORDER BY voucher OFFSET ? LIMIT 1`, h.Unit, rapid.IntRange(0, n-1).Draw(t, "entry")).
		Scan(context.Background(), &id); err != nil {
		t.Fatal(err)
	}
	return id
}

// holds is all that a quarter's books say.
func (h *history) holds(q string) string {
	var s string
	if err := h.db.NewRaw(`SELECT coalesce((SELECT string_agg(encode(hash, 'hex'), ',' ORDER BY voucher) FROM points_entries WHERE unit_id = ?0 AND post_quarter = ?1), '')
		|| coalesce((SELECT string_agg(t::text, ',' ORDER BY person_id, dimension) FROM points_totals t WHERE unit_id = ?0 AND quarter = ?1), '')`, h.Unit, q).
		Scan(context.Background(), &s); err != nil {
		h.t.Fatal(err)
	}
	return s
}

// broken counts, by SQL of its own and apart from what Verify recomputes, what must
// not be in the books of the unit ?0.
const broken = `
	WITH e AS MATERIALIZED (SELECT e.*, r.code, r.beyond, r.cap_event, r.cap_month,
			CASE WHEN (e.reverses IS NULL) = (e.points > 0) THEN e.points ELSE 0 END AS gain
		FROM points_entries e JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id WHERE e.unit_id = ?0)
	SELECT coalesce(string_agg(n || ' ' || what, '; '), '') FROM (
		SELECT 'totals that are not the sum of entries' AS what, count(*) AS n FROM
			(SELECT person_id, post_quarter, dimension, sum(points) AS s, count(*) AS n FROM e GROUP BY 1, 2, 3) e
			FULL JOIN (SELECT * FROM points_totals WHERE unit_id = ?0) t ON t.person_id = e.person_id AND t.quarter = e.post_quarter AND t.dimension = e.dimension
			WHERE e.s IS DISTINCT FROM t.gained + t.deducted OR e.n IS DISTINCT FROM t.entries::bigint
		UNION ALL SELECT 'balances that are not the sum so far', count(*) FROM
			(SELECT balance, sum(points) OVER (PARTITION BY person_id, post_quarter ORDER BY seq) AS s FROM e) b WHERE s <> balance
		UNION ALL SELECT 'entries reversed twice', count(*) FROM (SELECT FROM e WHERE reverses IS NOT NULL GROUP BY reverses HAVING count(*) > 1) x
		UNION ALL SELECT 'reversals that do not undo', count(*) FROM e r JOIN e ON e.id = r.reverses WHERE r.points <> -e.points OR r.person_id <> e.person_id
		UNION ALL SELECT 'two entries of one rule and record', count(*) FROM (SELECT FROM e WHERE reverses IS NULL AND id NOT IN (SELECT reverses FROM e WHERE reverses IS NOT NULL)
			GROUP BY record_id, person_id, rule_id HAVING count(*) > 1) x
		UNION ALL SELECT 'dimensions beyond their maximum', count(*) FROM (SELECT FROM e JOIN points_limits l ON l.unit_id = e.unit_id AND l.scheme_id = e.scheme_id AND l.dimension = e.dimension
			WHERE NOT e.beyond GROUP BY e.person_id, e.dimension, e.fact_quarter HAVING sum(gain) > max(l.max_gain) OR sum(gain) < 0) x
		UNION ALL SELECT 'months beyond their cap', count(*) FROM (SELECT FROM e WHERE cap_month IS NOT NULL
			GROUP BY person_id, code, to_char(fact_on, 'YYYY-MM') HAVING sum(gain) > max(cap_month)) x
		UNION ALL SELECT 'events beyond their cap', count(*) FROM (SELECT FROM e WHERE cap_event IS NOT NULL GROUP BY person_id, code, record_id HAVING sum(gain) > max(cap_event)) x
		UNION ALL SELECT 'entries of a closed quarter after its seal', count(*) FROM e JOIN points_seals s ON s.unit_id = e.unit_id AND s.quarter = e.post_quarter AND s.person_id = e.person_id
			WHERE e.seq > s.seq
		UNION ALL SELECT 'late entries in a quarter before that of their fact', count(*) FROM e WHERE post_quarter < fact_quarter AND reverses IS NULL
	) found WHERE n > 0`

// check holds after every step.
func (h *history) check(t *rapid.T) {
	var wrong string
	if err := h.db.NewRaw(broken, h.Unit).Scan(context.Background(), &wrong); err != nil {
		t.Fatal(err)
	}
	if wrong != "" {
		t.Fatal(wrong)
	}
	for q, held := range h.frozen {
		if h.holds(q) != held {
			t.Fatalf("closed %s changed", q)
		}
	}
}

// Whatever happens in whatever order, the books balance.
func TestAnyHistoryBalances(t *testing.T) { histories(t, 15, 1) }

// histories runs so many lives, shared out among workers that each have a database.
func histories(t *testing.T, runs, workers int) {
	if err := flag.Set("rapid.checks", strconv.Itoa(runs/workers)); err != nil {
		t.Fatal(err)
	}
	for w := range workers {
		t.Run(fmt.Sprint(w), func(t *testing.T) {
			t.Parallel()
			shared := newOffice(t)
			rapid.Check(t, func(rt *rapid.T) { live(t, rt, shared) })
		})
	}
}

func live(t *testing.T, rt *rapid.T, shared *office) {
	o, svc := *shared, *shared.svc
	o.Fixture, o.svc = testdb.Office(t, o.db), &svc
	svc.now = func() time.Time { return o.now }
	o.begin()
	h := &history{office: &o, t: rt, closed: calendar.Quarter{Year: 2025, Q: 4}, frozen: map[string]string{}}
	rt.Repeat(h.actions())
	report, err := o.svc.Verify(context.Background(), access.Actor{Unit: o.Unit}, access.System(o.Unit))
	if err != nil {
		rt.Fatal(err)
	}
	if report.Seals != len(h.frozen) {
		rt.Errorf("%d seals verified, %d quarters closed", report.Seals, len(h.frozen))
	}
	for _, b := range report.Broken {
		rt.Errorf("ledger: %+v", b)
	}
}
