package points

import (
	"context"
	"flag"
	"fmt"
	"strconv"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
)

// history is a random life of a ledger. Each run has an office of its own.
type history struct {
	*office
	t       *rapid.T
	records []Posting
	frozen  map[string]string // closed quarters and what they held when they were closed
}

var (
	historyPeople = []string{"member1", "chief", "leader1", "leader2", "office", "staff"}
	historyDays   = []string{"2026-02-03", "2026-02-17", "2026-03-10", "2026-04-07", "2026-05-06", "2026-05-07", "2026-05-19"}
)

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

func (h *history) mustAnswerTheSame(t *rapid.T, p Posting) {
	first, err := h.post(p)
	if err != nil {
		t.Fatalf("post: %v", err)
	}
	if again, err := h.post(p); err != nil || again != first {
		t.Fatalf("posted again: %+v and %+v, %v", again, first, err)
	}
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
			p := h.meeting(rapid.SampledFrom(historyDays).Draw(t, "day"))
			p.Facts = h.facts(t)
			h.mustAnswerTheSame(t, p)
			h.records = append(h.records, p)
		},
		"amend": func(t *rapid.T) {
			p := pick(t)
			*p = h.moved(next(*p, h.facts(t)...), rapid.SampledFrom(historyDays).Draw(t, "day"))
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
			in.FactOn = day(rapid.SampledFrom(historyDays).Draw(t, "day"))
			_, err := h.svc.PostByOffice(ctx, h.Actor("office"), access.System(h.Unit), in)
			if err != nil && !fault.Is(err, fault.Invalid) && !fault.Is(err, fault.RuleBroken) {
				t.Fatalf("by hand: %v", err)
			}
		},
		"tick": func(t *rapid.T) {
			if err := h.svc.OpenQuarter(ctx, h.Unit, calendar.Quarter{Year: 2026, Q: 2}); err != nil {
				t.Fatalf("tick: %v", err)
			}
		},
		"close": func(t *rapid.T) {
			q := "2026Q1"
			if h.frozen[q] != "" {
				t.Skip("closed already")
			}
			if err := h.svc.OpenQuarter(ctx, h.Unit, calendar.Quarter{Year: 2026, Q: 1}); err != nil {
				t.Fatalf("open: %v", err)
			}
			h.close(q)
			h.frozen[q] = h.holds(q)
		},
		"": h.check,
	}
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

// check holds after every step. It counts from the entries by SQL of its own, apart
// from what Verify recomputes.
func (h *history) check(t *rapid.T) {
	for name, query := range map[string]string{
		"totals that are not the sum of entries": `SELECT count(*) FROM (SELECT person_id, post_quarter, dimension, sum(points) AS s, count(*) AS n FROM points_entries WHERE unit_id = ?0 GROUP BY 1, 2, 3) e
			FULL JOIN (SELECT * FROM points_totals WHERE unit_id = ?0) t ON t.person_id = e.person_id AND t.quarter = e.post_quarter AND t.dimension = e.dimension
			WHERE e.s IS DISTINCT FROM t.gained + t.deducted OR e.n IS DISTINCT FROM t.entries::bigint`,
		"balances that are not the sum so far": `SELECT count(*) FROM (SELECT balance, sum(points) OVER (PARTITION BY person_id, post_quarter ORDER BY seq) AS s FROM points_entries WHERE unit_id = ?0) e WHERE s <> balance`,
		"entries reversed twice":               `SELECT count(*) FROM (SELECT 1 FROM points_entries WHERE unit_id = ?0 AND reverses IS NOT NULL GROUP BY reverses HAVING count(*) > 1) x`,
		"reversals that do not undo":           `SELECT count(*) FROM points_entries r JOIN points_entries e ON e.id = r.reverses WHERE r.unit_id = ?0 AND (r.points <> -e.points OR r.person_id <> e.person_id)`,
		"two entries of one rule and record":   `SELECT count(*) FROM (SELECT 1 FROM points_entries e WHERE unit_id = ?0 AND reverses IS NULL AND NOT EXISTS (SELECT FROM points_entries x WHERE x.reverses = e.id) GROUP BY record_id, person_id, rule_id HAVING count(*) > 1) x`,
	} {
		if n := h.count(query, h.Unit); n != 0 {
			t.Fatalf("%d %s", n, name)
		}
	}
	for q, held := range h.frozen {
		if h.holds(q) != held {
			t.Fatalf("closed %s changed", q)
		}
	}
	h.capsHold()
	if h.office.t.Failed() {
		t.Fatal("a cap was exceeded")
	}
}

// Whatever happens in whatever order, the books balance.
func TestAnyHistoryBalances(t *testing.T) { histories(t, 15) }

func histories(t *testing.T, runs int) {
	if err := flag.Set("rapid.checks", strconv.Itoa(runs)); err != nil {
		t.Fatal(err)
	}
	shared := newOffice(t)
	rapid.Check(t, func(rt *rapid.T) {
		o := *shared
		o.Fixture = testdb.Office(t, o.db)
		o.begin()
		h := &history{office: &o, t: rt, frozen: map[string]string{}}
		rt.Repeat(h.actions())
		report, err := o.svc.Verify(context.Background(), access.Actor{Unit: o.Unit}, access.System(o.Unit))
		if err != nil {
			rt.Fatal(err)
		}
		for _, b := range report.Broken {
			rt.Errorf("ledger: %+v", b)
		}
	})
}
