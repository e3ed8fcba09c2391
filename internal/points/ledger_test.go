package points

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

var needRead = access.Need{Resource: "ledger", Action: "read"}

// scope is how far the key's person reads ledgers; zero where the policy refuses.
func (o *office) scope(key string) access.Scope {
	s, err := o.svc.policy.Decide(o.Actor(key), needRead)
	if err != nil && !fault.Is(err, fault.Forbidden) {
		o.t.Fatal(err)
	}
	return s
}

func TestLedgerPage(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	me := o.Actor("member1")
	m := o.meeting("2026-05-11", "member1")
	o.mustPost(m)
	lecture := o.meeting("2026-05-12", "member1")
	lecture.Facts = append(lecture.Facts, Fact{Person: me.Person, Trigger: TriggerLecturing, Kind: "party_lecture", Category: threeMeetings})
	o.mustPost(lecture)
	o.mustPost(next(m))
	missed := o.meeting("2026-05-13")
	missed.Facts = []Fact{{Person: me.Person, Trigger: TriggerAbsence, Category: study}}
	o.mustPost(missed)
	o.mustPost(o.meeting("2026-02-13", "member1"))

	p, err := o.svc.Ledger(ctx, me, o.scope("member1"), me.Person, LineFilter{})
	if err != nil {
		t.Fatal(err)
	}
	if p.Name != "叶知秋" || p.Branch != "第一党支部" || p.Group != "第二党小组" || p.Quarter.String() != "2026Q2" || p.State != QuarterOpen ||
		!p.Own || p.Tier != "" || p.Scheme != "党员积分量化管理办法（第 1 版）" {
		t.Errorf("head: %+v", p)
	}
	if p.Gained != 400 || p.Deducted != -300 || p.Sum != 6100 || p.Appraisal != 6100 || p.YearSum != 6100+6100 {
		t.Errorf("sums: %+v, year %d", p.Sums, p.YearSum)
	}
	var radar []string
	for _, d := range p.Dimensions {
		most := "-"
		if d.Most != nil {
			most = Format(*d.Most)
		}
		radar = append(radar, fmt.Sprintf("%s %s/%s", d.Title, Format(d.Net), most))
	}
	if got := strings.Join(radar, ", "); got != "基础分 60/-, 政治 4/12, 业务 0/12, 纪律 -3/8, 作风 0/8" {
		t.Error(got)
	}
	if p.Entries.Total != 6 || len(p.Entries.Items) != 6 || p.Entries.Next != "" {
		t.Errorf("%d lines of %d, next %q", len(p.Entries.Items), p.Entries.Total, p.Entries.Next)
	}
	newest := p.Entries.Items[0]
	if newest.Rule != "无故缺席集中学习" || newest.Points != -300 || newest.Balance != 6100 || newest.Clause == "" || newest.PostedBy != "白一帆" ||
		newest.VerifiedBy != "白一帆" || newest.Source != SourceActivity || newest.RecordID != missed.RecordID {
		t.Errorf("%+v", newest)
	}
	undone := p.Entries.Items[slices.IndexFunc(p.Entries.Items, func(l LedgerLine) bool { return l.RecordID == m.RecordID && l.Reverses == nil })]
	undoing := p.Entries.Items[slices.IndexFunc(p.Entries.Items, func(l LedgerLine) bool { return l.RecordID == m.RecordID && l.Reverses != nil })]
	if undone.ReversedBy == nil || *undone.ReversedBy != undoing.ID || *undoing.Reverses != undone.ID || *undoing.ReversesVoucher != undone.Voucher || *undone.ReversedVoucher != undoing.Voucher {
		t.Errorf("%+v does not name %+v", undone, undoing)
	}

	// Paging reads every line once, newest first.
	var seqs []int64
	for f := (LineFilter{Limit: 2}); ; {
		lines, err := o.svc.Lines(ctx, o.scope("member1"), me.Person, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range lines.Items {
			seqs = append(seqs, l.Seq)
		}
		if f.Cursor = lines.Next; f.Cursor == "" {
			break
		}
	}
	if len(seqs) != 6 || !slices.IsSortedFunc(seqs, func(a, b int64) int { return int(b - a) }) {
		t.Errorf("paged: %v", seqs)
	}
	only, err := o.svc.Ledger(ctx, me, o.scope("member1"), me.Person, LineFilter{Dimension: Discipline})
	if err != nil || len(only.Entries.Items) != 1 || only.Entries.Total != 1 {
		t.Errorf("one dimension: %+v, %v", only.Entries, err)
	}
	if _, err := o.svc.Lines(ctx, o.scope("member1"), me.Person, LineFilter{Cursor: "x"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a cursor that is none: %v", err)
	}
	leader, err := o.svc.Ledger(ctx, o.Actor("secretary1"), o.scope("secretary1"), me.Person, LineFilter{})
	if err != nil || leader.Own || leader.Tier != "60–69分" {
		t.Errorf("as the secretary: %q, %v", leader.Tier, err)
	}
	none, err := o.svc.Ledger(ctx, me, o.scope("member1"), me.Person, LineFilter{Quarter: calendar.Quarter{Year: 2025, Q: 1}})
	if err != nil || none.State != "none" || none.Sum != 0 || len(none.Entries.Items) != 0 || len(none.Dimensions) != 5 {
		t.Errorf("a quarter without books: %+v, %v", none, err)
	}
}

// Rule 14: a late fact says where it belongs and where it was posted. Rule 15: an
// exemption is shown with its reason.
func TestLateLineAndExemption(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	o.mustPost(o.meeting("2026-02-10", "member1"))
	o.close("2026Q1")
	o.mustPost(o.meeting("2026-02-24", "member1"))
	p, err := o.svc.Ledger(ctx, o.Actor("member1"), o.scope("member1"), o.Person("member1"), LineFilter{})
	if err != nil || p.Entries.Items[0].FactQuarter.String() != "2026Q1" || p.Entries.Items[0].PostQuarter.String() != "2026Q2" {
		t.Errorf("%+v, %v", p.Entries.Items, err)
	}
	if _, err := o.db.NewRaw(`INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '借调上级机关', '2026-05-01')`,
		o.Unit, db.NewID(), o.Person("member1")).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	p, err = o.svc.Ledger(ctx, o.Actor("chief"), o.scope("chief"), o.Person("member1"), LineFilter{})
	if err != nil || p.Exempt != "借调上级机关" || p.Tier != "" {
		t.Errorf("%q %q, %v", p.Exempt, p.Tier, err)
	}
	rows, err := o.svc.Ledgers(ctx, o.Actor("chief"), o.scope("chief"), RowFilter{Text: "yezhiqiu", Limit: 10})
	if err != nil || len(rows.Items) != 1 || rows.Items[0].Exempt != "借调上级机关" {
		t.Errorf("%+v, %v", rows, err)
	}
}

func TestOverview(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	o.mustPost(o.meeting("2026-05-11", "member1", "chief"))
	chief, scope := o.Actor("chief"), o.scope("chief")
	whole, err := o.svc.Ledgers(ctx, chief, scope, RowFilter{Limit: 50})
	if err != nil || whole.Total != 11 || len(whole.Items) != 11 || whole.Ranking || whole.Next != "" {
		t.Fatalf("%+v, %v", whole, err)
	}
	for _, r := range whole.Items {
		if r.Net[Base] != 6000 || (r.Tier == "") != (r.Person == chief.Person) {
			t.Errorf("%+v", r)
		}
	}
	if !slices.IsSortedFunc(whole.Items, func(a, b LedgerRow) int { return strings.Compare(a.Branch+a.Group, b.Branch+b.Group) }) {
		t.Error("not by branch and group")
	}
	var paged []string
	for f := (RowFilter{Limit: 4, Sort: "name"}); ; {
		page, err := o.svc.Ledgers(ctx, chief, scope, f)
		if err != nil || page.Total != 11 {
			t.Fatalf("%d, %v", page.Total, err)
		}
		for _, r := range page.Items {
			paged = append(paged, r.Name)
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			break
		}
	}
	if len(slices.Compact(slices.Clone(paged))) != 11 || paged[0] != "白一帆" {
		t.Errorf("paged by name: %v", paged)
	}
	for name, c := range map[string]struct {
		f    RowFilter
		want int
	}{
		"branch":       {RowFilter{Branch: o.Branches[0].ID}, 6},
		"group":        {RowFilter{Group: o.Groups[1][0].ID}, 3},
		"initials":     {RowFilter{Text: "yzq"}, 1},
		"name":         {RowFilter{Text: "江远"}, 1},
		"staff number": {RowFilter{Text: "BH010"}, 1},
		"a percent":    {RowFilter{Text: "%"}, 0},
		"vetoed":       {RowFilter{Vetoed: true}, 0},
	} {
		if got, err := o.svc.Ledgers(ctx, chief, scope, c.f); err != nil || len(got.Items) != c.want {
			t.Errorf("%s: %d rows, %v; want %d", name, len(got.Items), err, c.want)
		}
	}
	if _, err := o.svc.Ledgers(ctx, chief, scope, RowFilter{Sort: "password"}); !fault.Is(err, fault.Invalid) {
		t.Errorf("an unknown column: %v", err)
	}
	// A ranking is closed until the office opens it.
	if _, err := o.svc.Ledgers(ctx, chief, scope, RowFilter{Sort: "-sum"}); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("a ranking: %v", err)
	}
	if _, err := o.db.NewRaw(`UPDATE org_units SET settings = '{"ranking_visibility": "leaders"}' WHERE id = ?`, o.Unit).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	ranked, err := o.svc.Ledgers(ctx, chief, scope, RowFilter{Sort: "-sum", Limit: 50})
	if err != nil || !ranked.Ranking || ranked.Items[0].Sum != 6100 || ranked.Items[10].Sum != 6000 {
		t.Errorf("%+v, %v", ranked, err)
	}
	if _, err := o.svc.Ledgers(ctx, o.Actor("secretary1"), o.scope("secretary1"), RowFilter{Sort: "-sum"}); !fault.Is(err, fault.RuleBroken) {
		t.Errorf("a ranking for a secretary: %v", err)
	}
}

// The list shows exactly what the page, its lines and the entries open, and what
// stands beside the record that posted them.
func TestListAgreesWithDetail(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	keys := o.Keys()[:11]
	record := o.meeting("2026-05-11", keys...)
	o.mustPost(record)
	// One moves to the other branch in the quarter, one leaves the office.
	for _, q := range []string{
		`UPDATE org_party_memberships SET valid_to = '2026-05-14' WHERE person_id = '` + o.Person("member1").String() + `'`,
		`UPDATE org_party_memberships SET valid_to = '2026-04-30' WHERE person_id = '` + o.Person("leader2").String() + `'`,
		`INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, valid_from) VALUES ('` + o.Unit.String() + `', gen_random_uuid(), '` +
			o.Person("member1").String() + `', '` + o.Branches[1].ID.String() + `', '2026-05-15')`,
	} {
		if _, err := o.db.NewRaw(q).Exec(ctx); err != nil {
			t.Fatal(err)
		}
	}
	entries := map[string]uuid.UUID{}
	for _, k := range keys {
		var id uuid.UUID
		if err := o.db.NewRaw(`SELECT id FROM points_entries WHERE person_id = ? ORDER BY seq DESC LIMIT 1`, o.Person(k)).Scan(ctx, &id); err != nil {
			t.Fatal(err)
		}
		entries[k] = id
	}
	want := map[string]int{"chief": 11, "office": 11, "secretary1": 5, "secretary2": 6, "committee1": 5, "leader1": 1, "member1": 1,
		"probationer": 1, "deputy": 1, "staff": 0, "sysadmin": 0, "auditor": 0}
	for reader, n := range want {
		by, scope := o.Actor(reader), o.scope(reader)
		rows, err := o.svc.Ledgers(ctx, by, scope, RowFilter{})
		if reader == "sysadmin" || reader == "auditor" { // the policy has no line for them
			if err == nil {
				t.Errorf("%s lists ledgers", reader)
			}
		} else if err != nil || len(rows.Items) != n {
			t.Errorf("%s lists %d, %v; want %d", reader, len(rows.Items), err, n)
		}
		beside, err := EntriesOfRecord(ctx, o.db, scope, o.Unit, record.RecordID, day("2026-05-20"))
		if err != nil {
			t.Fatal(err)
		}
		for _, k := range keys {
			listed := slices.ContainsFunc(rows.Items, func(r LedgerRow) bool { return r.Person == o.Person(k) })
			if got := slices.ContainsFunc(beside, func(e RecordEntry) bool { return e.EntryID == entries[k] }); got != listed {
				t.Errorf("%s and the entry of %s beside its record: listed %v, shown %v", reader, k, listed, got)
			}
			_, pageErr := o.svc.Ledger(ctx, by, scope, o.Person(k), LineFilter{})
			_, linesErr := o.svc.Lines(ctx, scope, o.Person(k), LineFilter{})
			_, entryErr := o.svc.Entry(ctx, scope, entries[k])
			for what, err := range map[string]error{"page": pageErr, "lines": linesErr, "entry": entryErr} {
				if (err == nil) != listed || err != nil && !fault.Is(err, fault.NotFound) {
					t.Errorf("%s and the %s of %s: listed %v, opened with %v", reader, what, k, listed, err)
				}
			}
		}
	}
}

func TestSchemes(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	all, err := o.svc.Schemes(ctx, o.Actor("member1"), o.scope("member1"))
	if err != nil || len(all) != 1 || !all[0].InForce || all[0].Version != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	one, err := o.svc.Scheme(ctx, o.Actor("member1"), o.scope("member1"), all[0].ID)
	if err != nil || len(one.Limits) != 4 || len(one.Rules) != len(defaultScheme(noon, day("2026-01-01")).Rules) || one.Rules[0].Code != "base" {
		t.Errorf("%+v, %v", one, err)
	}
	if _, err := o.svc.Scheme(ctx, o.Actor("member1"), o.scope("member1"), db.NewID()); !fault.Is(err, fault.NotFound) {
		t.Errorf("%v", err)
	}
	quarters, err := o.svc.Quarters(ctx, o.scope("member1"))
	if err != nil || len(quarters) != 1 || !quarters[0].Current || quarters[0].Title != "2026年第二季度" {
		t.Errorf("%+v, %v", quarters, err)
	}
	day := func(s string) calendar.Date { d, _ := calendar.ParseDate(s); return d }
	two := []Scheme{{Version: 3, State: "draft", EffectiveFrom: day("2026-01-01")}, {Version: 2, State: "published", EffectiveFrom: day("2026-07-01")},
		{Version: 1, State: "published", EffectiveFrom: day("2026-01-01")}}
	if in := inForce(two, day("2026-06-30"), uuid.Nil); in == nil || in.Version != 1 {
		t.Errorf("%+v", in)
	}
}
