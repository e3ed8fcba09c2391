package points

import (
	"context"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// rule is the id of a rule of the seeded scheme.
func (o *office) rule(code string) uuid.UUID {
	o.t.Helper()
	var id uuid.UUID
	if err := o.db.NewRaw(`SELECT id FROM points_rules WHERE unit_id = ? AND code = ?`, o.Unit, code).Scan(context.Background(), &id); err != nil {
		o.t.Fatalf("rule %s: %v", code, err)
	}
	return id
}

// entryOf is the entry that a record posted for the key's person.
func (o *office) entryOf(p Posting, key string) uuid.UUID {
	o.t.Helper()
	var id uuid.UUID
	if err := o.db.NewRaw(`SELECT id FROM points_entries WHERE record_id = ? AND person_id = ? AND reverses IS NULL ORDER BY seq LIMIT 1`, p.RecordID, o.Person(key)).
		Scan(context.Background(), &id); err != nil {
		o.t.Fatal(err)
	}
	return id
}

func (o *office) byHand(key, code string, amount int) OfficePosting {
	return OfficePosting{Person: o.Person(key), Rule: o.rule(code), Amount: amount, FactOn: day("2026-05-15"), Reason: "区院通报", VerifiedBy: o.Person("secretary1")}
}

func TestPostByOffice(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	by, scope := o.Actor("office"), access.System(o.Unit)
	got, err := o.svc.PostByOffice(ctx, by, scope, o.byHand("member1", "other_deduction", -150))
	if err != nil {
		t.Fatal(err)
	}
	if got.Points != -150 || got.Balance != 5850 || got.VerifiedBy != "白一帆" || got.PostedBy != "柳青禾" || got.Rule != "其他纪律扣分" || !got.Intact {
		t.Errorf("%+v", got)
	}
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE action = 'ledger.post' AND object_id = ?`, got.ID); n != 1 {
		t.Error("not audited")
	}
	// A veto leaves the sum as it is, and the appraisal is 0.
	if _, err := o.svc.PostByOffice(ctx, by, scope, o.byHand("member1", "public_criticism", 0)); err != nil {
		t.Fatal(err)
	}
	page, err := o.svc.Ledger(ctx, by, scope, o.Person("member1"), LineFilter{})
	if err != nil || page.Sum != 5850 || page.Appraisal != 0 || page.Vetoes != 1 {
		t.Errorf("%+v, %v", page.Sums, err)
	}
	o.verified()

	for name, c := range map[string]struct {
		change func(*OfficePosting)
		code   fault.Code
	}{
		"no reason":             {func(p *OfficePosting) { p.Reason = " " }, fault.Invalid},
		"an essay":              {func(p *OfficePosting) { p.Reason = string(make([]rune, 201)) + "x" }, fault.Invalid},
		"tomorrow":              {func(p *OfficePosting) { p.FactOn = day("2026-05-21") }, fault.Invalid},
		"no day":                {func(p *OfficePosting) { p.FactOn = day("2026-05-21"); p.FactOn.Month = 13 }, fault.Invalid},
		"before any scheme":     {func(p *OfficePosting) { p.FactOn = day("2025-05-21") }, fault.Invalid},
		"nobody verified":       {func(p *OfficePosting) { p.VerifiedBy = uuid.Nil }, fault.Invalid},
		"a stranger verified":   {func(p *OfficePosting) { p.VerifiedBy = db.NewID() }, fault.Invalid},
		"verified by oneself":   {func(p *OfficePosting) { p.VerifiedBy = p.Person }, fault.RuleBroken},
		"for oneself":           {func(p *OfficePosting) { p.Person = o.Person("office") }, fault.RuleBroken},
		"a stranger":            {func(p *OfficePosting) { p.Person = db.NewID() }, fault.NotFound},
		"nobody with a ledger":  {func(p *OfficePosting) { p.Person = o.Person("staff") }, fault.RuleBroken},
		"a rule of activities":  {func(p *OfficePosting) { p.Rule = o.rule("host") }, fault.Invalid},
		"a gain as deduction":   {func(p *OfficePosting) { p.Amount = 100 }, fault.Invalid},
		"more than the rule":    {func(p *OfficePosting) { p.Amount = -801 }, fault.Invalid},
		"nothing":               {func(p *OfficePosting) { p.Amount = 0 }, fault.Invalid},
		"a veto with an amount": {func(p *OfficePosting) { p.Rule, p.Amount = o.rule("violation"), -100 }, fault.Invalid},
	} {
		p := o.byHand("member1", "other_deduction", -100)
		c.change(&p)
		if _, err := o.svc.PostByOffice(ctx, by, scope, p); !fault.Is(err, c.code) {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}
	if _, err := o.svc.PostByOffice(ctx, by, access.Scope{}, o.byHand("member1", "other_deduction", -100)); !fault.Is(err, fault.NotFound) {
		t.Errorf("without scope: %v", err)
	}
	// Behind the service stands the database.
	_, err = o.db.NewRaw(`INSERT INTO points_entries SELECT (jsonb_populate_record(e, jsonb_build_object('id', gen_random_uuid(), 'seq', 99,
		'voucher', 999999, 'source_id', gen_random_uuid(), 'posted_by', e.person_id))).* FROM points_entries e WHERE e.id = ?`, got.ID).Exec(ctx)
	if !db.Violates(err, "points_entries_not_own") {
		t.Errorf("an own entry by hand in the database: %v", err)
	}
}

func TestReverse(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	by, scope := o.Actor("office"), access.System(o.Unit)
	m := o.meeting("2026-05-11", "member1", "office")
	o.mustPost(m)
	id := o.entryOf(m, "member1")
	if _, err := o.svc.Reverse(ctx, by, scope, id, ""); !fault.Is(err, fault.Invalid) {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := o.svc.Reverse(ctx, by, scope, o.entryOf(m, "office"), "记错了"); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("one's own: %v", err)
	}
	if _, err := o.svc.Reverse(ctx, by, access.Scope{}, id, "记错了"); !fault.Is(err, fault.NotFound) {
		t.Errorf("out of scope: %v", err)
	}
	got, err := o.svc.Reverse(ctx, by, scope, id, "当天并未到会")
	if err != nil {
		t.Fatal(err)
	}
	if got.Points != -100 || got.Reverses == nil || *got.Reverses != id || got.Balance != 6000 {
		t.Errorf("%+v", got)
	}
	if _, err := o.svc.Reverse(ctx, by, scope, id, "再来一次"); !fault.Is(err, fault.Conflict) {
		t.Errorf("twice: %v", err)
	}
	if _, err := o.svc.Reverse(ctx, by, scope, got.ID, "冲正冲正"); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("a reversal reversed: %v", err)
	}
	// What the office took back, an amended record does not bring back.
	o.mustPost(next(m, m.Facts...))
	if n := o.sum(o.Person("member1"), "2026Q2"); n != 6000 {
		t.Errorf("sum %d after an amendment", n)
	}
	o.verified()

	// An entry of a closed quarter is reversed in the open one.
	old := o.meeting("2026-02-10", "member1")
	o.mustPost(old)
	o.close("2026Q1")
	got, err = o.svc.Reverse(ctx, by, scope, o.entryOf(old, "member1"), "当天并未到会")
	if err != nil || got.PostQuarter.String() != "2026Q2" || got.FactQuarter.String() != "2026Q1" {
		t.Errorf("%+v, %v", got, err)
	}
	o.verified()
}

// Where all staff have ledgers, still only those of the office on that day do.
func TestNoLedgerOffTheRoll(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	by, scope := o.Actor("office"), access.System(o.Unit)
	for _, text := range []string{
		`UPDATE org_units SET settings = settings || '{"ledger_holders": "staff"}' WHERE id = ?`,
		`UPDATE org_people SET left_on = '2026-05-14' WHERE unit_id = ? AND name = '` + o.Actor("member1").Name + `'`,
	} {
		if _, err := o.db.NewRaw(text, o.Unit).Exec(ctx); err != nil {
			t.Fatal(err)
		}
	}
	for key, want := range map[string]int{"staff": 1, "member1": 0, "sysadmin": 0} {
		_, err := o.svc.PostByOffice(ctx, by, scope, o.byHand(key, "other_deduction", -150))
		if (err == nil) != (want == 1) || err != nil && !fault.Is(err, fault.RuleBroken) {
			t.Errorf("%s by hand: %v", key, err)
		}
		if got := o.mustPost(o.meeting("2026-05-15", key)); got.Entries != want {
			t.Errorf("%s came to a meeting: %+v", key, got)
		}
	}
	o.verified()
}
