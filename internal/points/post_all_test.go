package points

import (
	"context"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// claims posts what claims earned, as the end of a notice does: the system acts.
func (o *office) claims(all ...Posting) []Posted {
	o.t.Helper()
	var out []Posted
	err := db.Transact(context.Background(), o.db, func(ctx context.Context, tx bun.Tx) (err error) {
		out, err = PostAll(ctx, tx, access.Actor{Unit: o.Unit}, o.now, all)
		return err
	})
	if err != nil {
		o.t.Fatal(err)
	}
	return out
}

func (o *office) claim(on, person, code string) Posting {
	o.t.Helper()
	day, err := calendar.ParseDate(on)
	if err != nil {
		o.t.Fatal(err)
	}
	id := db.NewID()
	return Posting{Source: SourceClaim, SourceID: id, RecordID: id, FactOn: day, Reason: "申报事项", VerifiedBy: o.Person("secretary1"),
		Facts: []Fact{{Person: o.Person(person), Trigger: TriggerClaim, Code: code}}}
}

func TestPostAllAtOnce(t *testing.T) {
	o := newOffice(t)
	o.now = time.Date(2026, 6, 20, 9, 0, 0, 0, calendar.Shanghai)
	// Three of one rule under its cap of 8 a year, on different days, and another person's.
	all := []Posting{o.claim("2026-05-11", "member1", "honour_city"), o.claim("2026-05-12", "member1", "honour_city"),
		o.claim("2026-06-01", "member1", "honour_city"), o.claim("2026-05-12", "leader1", "honour_district")}
	got := o.claims(all...)
	for i, want := range []Posted{{Entries: 1}, {Entries: 1}, {Entries: 1, Cut: 1}, {Entries: 1}} {
		want.Quarter = calendar.Quarter{Year: 2026, Q: 2}
		if got[i] != want {
			t.Errorf("claim %d: %+v, want %+v", i, got[i], want)
		}
	}
	if a, b := o.sum(o.Person("member1"), "2026Q2"), o.sum(o.Person("leader1"), "2026Q2"); a != 6800 || b != 6200 {
		t.Errorf("sums %d and %d", a, b)
	}
	if again := o.claims(all...); again[2] != got[2] || o.sum(o.Person("member1"), "2026Q2") != 6800 {
		t.Errorf("again: %+v", again)
	}
	// One is taken back while another is posted: the room it leaves is there at once.
	gone := all[0]
	gone.Facts = nil
	next := o.claim("2026-06-02", "member1", "honour_city")
	if got := o.claims(next, gone); got[0].Cut != 0 || got[1].Reversals != 1 {
		t.Errorf("in place of another: %+v", got)
	}
	if n := o.sum(o.Person("member1"), "2026Q2"); n != 6800 {
		t.Errorf("sum %d after one in place of another", n)
	}
	o.verified()

	twice := o.claim("2026-06-03", "member1", "honour_city")
	err := db.Transact(context.Background(), o.db, func(ctx context.Context, tx bun.Tx) error {
		_, err := PostAll(ctx, tx, access.Actor{Unit: o.Unit}, o.now, []Posting{twice, twice})
		return err
	})
	if err == nil {
		t.Error("one record twice at once")
	}
	own := o.claim("2026-06-03", "member1", "honour_city")
	own.VerifiedBy = o.Person("member1")
	err = db.Transact(context.Background(), o.db, func(ctx context.Context, tx bun.Tx) error {
		_, err := PostAll(ctx, tx, access.Actor{Unit: o.Unit}, o.now, []Posting{own})
		return err
	})
	if err == nil {
		t.Error("a claim that its beneficiary verified was posted")
	}
}

func TestPreviewClaim(t *testing.T) {
	o := newOffice(t)
	o.now = time.Date(2026, 6, 20, 9, 0, 0, 0, calendar.Shanghai)
	ask := func(person, code string, amount int, on string) (ClaimPreview, error) {
		day, err := calendar.ParseDate(on)
		if err != nil {
			t.Fatal(err)
		}
		return PreviewClaim(context.Background(), o.db, o.Unit, o.now, o.Person(person), code, amount, day)
	}
	p, err := ask("member1", "honour_city", 0, "2026-05-11")
	if err != nil || !p.Holds || p.Granted != 400 || p.CutBy != "" || p.Late {
		t.Errorf("fresh: %+v %v", p, err)
	}
	o.claims(o.claim("2026-05-11", "member1", "honour_city"), o.claim("2026-05-12", "member1", "honour_city"))
	if p, err = ask("member1", "honour_city", 0, "2026-05-13"); err != nil || p.Granted != 0 || p.Requested != 400 || p.CutBy == "" {
		t.Errorf("used up: %+v %v", p, err)
	}
	if p, err = ask("staff", "honour_city", 0, "2026-05-13"); err != nil || p.Holds || p.Refusal == "" {
		t.Errorf("no ledger: %+v %v", p, err)
	}
	for what, bad := range map[string]func() (ClaimPreview, error){
		"tomorrow":        func() (ClaimPreview, error) { return ask("member1", "honour_city", 0, "2026-06-21") },
		"no such rule":    func() (ClaimPreview, error) { return ask("member1", "attend_meetings", 0, "2026-05-13") },
		"another amount":  func() (ClaimPreview, error) { return ask("member1", "honour_city", 500, "2026-05-13") },
		"before a scheme": func() (ClaimPreview, error) { return ask("member1", "honour_city", 0, "1999-05-13") },
	} {
		if p, err := bad(); err == nil {
			t.Errorf("%s: %+v", what, p)
		}
	}
	rules, scheme, err := ClaimRules(context.Background(), o.db, o.Unit, calendar.NewDate(2026, 5, 11))
	if err != nil || len(rules) != 4 || scheme.Version != 1 || scheme.Rules != nil {
		t.Errorf("claim rules: %d of %+v, %v", len(rules), scheme, err)
	}
	if rules, _, err := ClaimRules(context.Background(), o.db, uuid.New(), calendar.NewDate(2026, 5, 11)); err == nil && len(rules) > 0 {
		t.Errorf("another unit's rules: %v", rules)
	}
}
