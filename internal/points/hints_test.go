package points

import (
	"context"
	"testing"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Rule 16: where a tier begins and ends, to the hundredth.
func TestTierBounds(t *testing.T) {
	for appraisal, want := range map[int]string{
		10000: "90分以上", 9000: "90分以上", 8999: "70–89分", 7000: "70–89分", 6999: "60–69分", 6000: "60–69分", 5999: "60分以下", 0: "60分以下", -300: "60分以下",
	} {
		if got := (Sums{Sum: appraisal, Appraisal: appraisal}).tier(); got != want {
			t.Errorf("%s: %s, want %s", Format(appraisal), got, want)
		}
	}
}

// Nobody is shown a tier of their own, in the list or on the page, whatever they are.
func TestNobodySeesTheirOwnTier(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	for _, key := range []string{"chief", "office", "secretary1", "leader1", "member1"} {
		by, scope := o.Actor(key), o.scope(key)
		rows, err := o.svc.Ledgers(ctx, by, scope, RowFilter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range rows.Items {
			page, err := o.svc.Ledger(ctx, by, scope, r.Person, LineFilter{})
			if err != nil || (r.Tier == "") != (r.Person == by.Person) || page.Tier != r.Tier {
				t.Errorf("%s sees %s as %q in the list and %q on the page, %v", key, r.Name, r.Tier, page.Tier, err)
			}
		}
	}
}

// Rankings are for whom the settings name, and for nobody without them.
func TestRankingVisibility(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	for setting, open := range map[string]map[string]bool{
		"":        {},
		"none":    {},
		"leaders": {"chief": true, "office": true},
		"branch":  {"chief": true, "office": true, "secretary1": true, "secretary2": true, "committee1": true},
		"all":     {"chief": true, "office": true, "secretary1": true, "secretary2": true, "committee1": true, "leader1": true, "leader2": true, "member1": true},
	} {
		text := `{}`
		if setting != "" {
			text = `{"ranking_visibility": "` + setting + `"}`
		}
		if _, err := o.db.NewRaw(`UPDATE org_units SET settings = ?::jsonb WHERE id = ?`, text, o.Unit).Exec(ctx); err != nil {
			t.Fatal(err)
		}
		for _, key := range []string{"chief", "office", "secretary1", "secretary2", "committee1", "leader1", "leader2", "member1"} {
			plain, err := o.svc.Ledgers(ctx, o.Actor(key), o.scope(key), RowFilter{})
			if err != nil || plain.Ranking != open[key] {
				t.Errorf("%q to %s: told %v, %v", setting, key, plain.Ranking, err)
			}
			for _, sort := range RowSorts() {
				_, err := o.svc.Ledgers(ctx, o.Actor(key), o.scope(key), RowFilter{Sort: sort})
				if refused := fault.Is(err, fault.RuleBroken); refused != (ranks(sort) && !open[key]) || err != nil && !refused {
					t.Errorf("%q, sorted by %s, to %s: %v", setting, sort, key, err)
				}
			}
		}
	}
}

// Rule 12: beside a veto the appraisal is 0 and the sum what the entries say; its
// reversal gives the appraisal back, and another quarter knows nothing of it.
func TestVetoAndItsReversal(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	by, scope := o.Actor("office"), access.System(o.Unit)
	first, err := o.svc.PostByOffice(ctx, by, scope, o.byHand("member1", "public_criticism", 0))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := o.svc.PostByOffice(ctx, by, scope, o.byHand("member1", "violation", 0)); err != nil {
		t.Fatal(err)
	}
	row := func() LedgerRow {
		t.Helper()
		rows, err := o.svc.Ledgers(ctx, by, scope, RowFilter{Vetoed: true})
		if err != nil || rows.Total > 1 {
			t.Fatalf("%+v, %v", rows, err)
		}
		if rows.Total == 0 {
			return LedgerRow{}
		}
		return rows.Items[0]
	}
	if r := row(); r.Vetoes != 2 || r.Sum != 6000 || r.Appraisal != 0 || r.Tier != "60分以下" {
		t.Errorf("two vetoes: %+v", r)
	}
	if _, err := o.svc.Reverse(ctx, by, scope, first.ID, "通报已撤销"); err != nil {
		t.Fatal(err)
	}
	if r := row(); r.Vetoes != 1 || r.Appraisal != 0 {
		t.Errorf("one is left: %+v", r)
	}
	var second EntryDetail
	page, err := o.svc.Ledger(ctx, by, scope, o.Person("member1"), LineFilter{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range page.Entries.Items {
		if l.Veto && l.Reverses == nil && l.ReversedBy == nil {
			if second, err = o.svc.Reverse(ctx, by, scope, l.ID, "处分已撤销"); err != nil {
				t.Fatal(err)
			}
		}
	}
	if second.ID == first.ID || row().Vetoes != 0 {
		t.Errorf("none is left: %+v", row())
	}
	page, err = o.svc.Ledger(ctx, by, scope, o.Person("member1"), LineFilter{})
	if err != nil || page.Appraisal != 6000 || page.Vetoes != 0 {
		t.Errorf("given back: %+v, %v", page.Sums, err)
	}
	o.verified()
}

// Rule 15: who is exempt when a quarter opens gets no base; who becomes exempt keeps
// what was posted, and is shown with the reason instead of points.
func TestExemptAtTheOpening(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	for key, days := range map[string]string{"member1": "'2026-06-15', NULL", "leader1": "'2026-05-01', '2026-05-31'"} {
		if _, err := o.db.NewRaw(`INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from, valid_to) VALUES (?, ?, ?, '长期病休', `+days+`)`,
			o.Unit, db.NewID(), o.Person(key)).Exec(ctx); err != nil {
			t.Fatal(err)
		}
	}
	o.at("2026-07-02")
	if err := o.svc.Tick(ctx); err != nil {
		t.Fatal(err)
	}
	if a, b := o.sum(o.Person("member1"), "2026Q3"), o.sum(o.Person("leader1"), "2026Q3"); a != 0 || b != 6000 {
		t.Errorf("bases: %d for who is exempt, %d for who was", a, b)
	}
	for q, want := range map[string]string{"2026Q2": "长期病休", "2026Q3": "长期病休"} {
		rows, err := o.svc.Ledgers(ctx, o.Actor("chief"), o.scope("chief"), RowFilter{Quarter: quarter(q), Text: "yzq"})
		if err != nil || len(rows.Items) != 1 || rows.Items[0].Exempt != want || rows.Items[0].Tier != "" {
			t.Errorf("%s: %+v, %v", q, rows.Items, err)
		}
	}
	page, err := o.svc.Ledger(ctx, o.Actor("member1"), o.scope("member1"), o.Person("member1"), LineFilter{Quarter: quarter("2026Q2")})
	if err != nil || page.Exempt != "长期病休" || len(page.Entries.Items) != 1 {
		t.Errorf("what was posted before: %+v, %v", page, err)
	}
	// Totals of exempt people are not put on notice.
	put, err := o.noticeTotals("office", "2026Q2", o.Branches[0].ID)
	if err != nil || put[0].People != 5 {
		t.Errorf("%+v, %v", put, err)
	}
}

// A veto of a closed quarter is taken back in an open one, where it outweighs no veto
// of that quarter's own.
func TestVetoOfAClosedQuarterTakenBackLater(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	by, scope := o.Actor("office"), access.System(o.Unit)
	first, err := o.svc.PostByOffice(ctx, by, scope, o.byHand("member1", "public_criticism", 0))
	if err != nil {
		t.Fatal(err)
	}
	o.close("2026Q2")
	o.at("2026-07-10")
	if _, err := o.svc.Reverse(ctx, by, scope, first.ID, "通报撤销"); err != nil {
		t.Fatal(err)
	}
	statement := func() int {
		s, err := o.svc.Statement(ctx, by, scope, o.Person("member1"), "2026-07")
		if err != nil {
			t.Fatal(err)
		}
		return s.Vetoes
	}
	ledger := func() LedgerPage {
		p, err := o.svc.Ledger(ctx, by, scope, o.Person("member1"), LineFilter{Quarter: quarter("2026Q3")})
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	if p, s := ledger(), statement(); p.Vetoes != 0 || s != 0 {
		t.Errorf("a veto of another quarter counts in this one: %d, %d", p.Vetoes, s)
	}
	again := o.byHand("member1", "public_criticism", 0)
	again.FactOn = day("2026-07-09")
	if _, err := o.svc.PostByOffice(ctx, by, scope, again); err != nil {
		t.Fatal(err)
	}
	if p, s := ledger(), statement(); p.Vetoes != 1 || p.Appraisal != 0 || s != 1 {
		t.Errorf("this quarter's own veto does not count: %+v, %d", p.Sums, s)
	}
	o.verified()
}
