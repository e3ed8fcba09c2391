package points

import (
	"context"
	"strings"
	"testing"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Three months add up to their quarter, whenever its lines were posted.
func TestStatements(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	me := o.Actor("member1")
	post := func(at, on string) Posting {
		o.at(at)
		p := o.meeting(on, "member1")
		o.mustPost(p)
		return p
	}
	// The quarter was opened on May 20 by the fixture's clock.
	undone := post("2026-05-21", "2026-05-11")
	post("2026-06-30", "2026-06-12")
	o.mustPost(next(undone))
	o.at("2026-06-30")
	if _, err := o.svc.PostByOffice(ctx, o.Actor("office"), access.System(o.Unit), o.byHand("member1", "public_criticism", 0)); err != nil {
		t.Fatal(err)
	}
	post("2026-07-06", "2026-06-29") // late, into the quarter that is over and open
	post("2026-07-07", "2026-07-02") // and one of the next
	o.close("2026Q2")
	post("2026-07-08", "2026-06-30") // late, after the close

	read := func(m string) Statement {
		t.Helper()
		s, err := o.svc.Statement(ctx, me, o.scope("member1"), me.Person, m)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	april, may, june, july := read("2026-04"), read("2026-05"), read("2026-06"), read("2026-07")
	for _, c := range []struct {
		s                        Statement
		opening, closing, vetoes int
		lines, gained            int
	}{
		{april, 0, 0, 0, 0, 0},
		{may, 0, 6100, 0, 2, 6100},
		{june, 6100, 6200, 1, 4, 100}, // one gained, one taken back, a veto, one late
		{july, 0, 6200, 0, 3, 6200},
	} {
		if c.s.Opening != c.opening || c.s.Closing != c.closing || len(c.s.Lines) != c.lines || c.s.Gained != c.gained || c.s.Vetoes != c.vetoes ||
			c.s.Opening+c.s.Gained+c.s.Deducted != c.s.Closing {
			t.Errorf("%s: %+v", c.s.Month, c.s)
		}
		sum := 0
		for _, d := range c.s.Dimensions {
			sum += d.Net
		}
		if sum != c.s.Closing-c.s.Opening {
			t.Errorf("%s: dimensions add up to %d", c.s.Month, sum)
		}
	}
	for q, last := range map[string]Statement{"2026Q2": june, "2026Q3": july} {
		if last.Closing != o.sum(me.Person, q) {
			t.Errorf("%s ends with %d, the quarter holds %d", q, last.Closing, o.sum(me.Person, q))
		}
	}
	if june.Title != "2026年6月" || june.State != QuarterClosed || june.Running || !june.Own || june.Branch != "第一党支部" || !july.Running {
		t.Errorf("%+v", june)
	}
	if len(july.Elsewhere) != 1 || july.Elsewhere[0].Month != "2026-06" || july.Elsewhere[0].Entries != 1 || july.Elsewhere[0].Points != 100 {
		t.Errorf("elsewhere: %+v", july.Elsewhere)
	}
	if l := july.Lines[len(july.Lines)-1]; l.FactQuarter.String() != "2026Q2" || l.PostQuarter.String() != "2026Q3" {
		t.Errorf("a late line: %+v", l)
	}

	for name, c := range map[string]struct {
		key, month string
		code       fault.Code
	}{
		"no month":       {"member1", "2026-13", fault.Invalid},
		"a quarter":      {"member1", "2026Q2", fault.Invalid},
		"to come":        {"member1", "2026-08", fault.Invalid},
		"somebody's":     {"leader2", "2026-06", fault.NotFound},
		"another branch": {"secretary2", "2026-06", fault.NotFound},
	} {
		if _, err := o.svc.Statement(ctx, o.Actor(c.key), o.scope(c.key), me.Person, c.month); !fault.Is(err, c.code) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if s, err := o.svc.Statement(ctx, o.Actor("secretary1"), o.scope("secretary1"), me.Person, "2026-06"); err != nil || s.Own || len(s.Lines) != 4 {
		t.Errorf("as the secretary: %+v, %v", s, err)
	}
	if _, err := o.db.NewRaw(`INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '长期病休', '2026-07-01')`,
		o.Unit, db.NewID(), me.Person).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	if s := read("2026-07"); s.Exempt != "长期病休" {
		t.Errorf("exempt: %+v", s)
	}
}

func TestVouchers(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	m := o.meeting("2026-05-11", "member1")
	o.mustPost(m)
	want, err := o.svc.Entry(ctx, o.scope("member1"), o.entryOf(m, "member1"))
	if err != nil {
		t.Fatal(err)
	}
	for key, found := range map[string]bool{"member1": true, "secretary1": true, "chief": true, "office": true, "secretary2": false, "leader2": false} {
		got, err := o.svc.Voucher(ctx, o.scope(key), want.Voucher)
		if found && (err != nil || got.ID != want.ID) || !found && !fault.Is(err, fault.NotFound) {
			t.Errorf("%s: %+v, %v", key, got, err)
		}
	}
	_, never := o.svc.Voucher(ctx, o.scope("secretary2"), want.Voucher+1000)
	_, hidden := o.svc.Voucher(ctx, o.scope("secretary2"), want.Voucher)
	if !fault.Is(never, fault.NotFound) || !strings.Contains(hidden.Error(), "请核对号码") {
		t.Errorf("%v, %v", never, hidden)
	}
}
