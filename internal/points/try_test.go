package points

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
	"xianfeng/internal/sheet"
)

var q2 = calendar.Quarter{Year: 2026, Q: 2}

func (o *drafting) try(s Scheme, f TrialFilter) Trial {
	o.t.Helper()
	if f.Quarter.IsZero() {
		f.Quarter = q2
	}
	t, err := o.svc.Try(context.Background(), o.Actor("chief"), o.whole(), s.ID, f)
	if err != nil {
		o.t.Fatal(err)
	}
	return t
}

// quarterOfWork is a history without corrections: meetings past the month's cap, a
// lecture, volunteering, an absence, a deduction by the office.
func (o *drafting) quarterOfWork() {
	o.t.Helper()
	for i := range 6 {
		o.record(o.meeting(fmt.Sprintf("2026-04-%02d", i+7), "member1", "chief", "leader1", "staff"))
	}
	p := o.meeting("2026-05-06", "member1", "leader2")
	p.Facts = append(p.Facts,
		Fact{Person: o.Person("chief"), Trigger: TriggerLecturing, Kind: "party_lecture", Category: threeMeetings},
		Fact{Person: o.Person("leader1"), Trigger: TriggerAbsence, Kind: "party_lecture", Category: threeMeetings})
	o.record(p)
	v := next(o.meeting("2026-05-09"), Fact{Person: o.Person("member1"), Trigger: TriggerVolunteering, Kind: "volunteering", Category: "volunteering", Minutes: 700})
	v.RecordID = db.NewID()
	o.record(v)
	rule := func(code string) uuid.UUID {
		return o.first.Rules[slices.IndexFunc(o.first.Rules, func(r Rule) bool { return r.Code == code })].ID
	}
	for _, in := range []OfficePosting{
		{Person: o.Person("leader2"), Rule: rule("other_deduction"), Amount: -600},
		{Person: o.Person("committee1"), Rule: rule("public_criticism")},
	} {
		in.FactOn, in.Reason, in.VerifiedBy = day("2026-05-11"), "核查", o.Person("secretary1")
		if _, err := o.svc.PostByOffice(context.Background(), o.Actor("office"), o.whole(), in); err != nil {
			o.t.Fatal(err)
		}
	}
}

func TestTrialOfTheSame(t *testing.T) {
	o := newDrafting(t)
	o.quarterOfWork()
	s := o.draft(none)
	all := o.try(s, TrialFilter{All: true, Limit: 200})
	if all.Moved != 0 || len(all.Rules) != 0 || !strings.Contains(all.Message, "没有人") || all.With.ID != o.first.ID {
		t.Errorf("%+v", all)
	}
	if all.People != 11 || all.Total != 11 { // everybody with a ledger has base points
		t.Errorf("%d people", all.People)
	}
	for _, p := range all.Items {
		if want := o.sum(p.Person, "2026Q2"); p.Before != want || p.After != want {
			t.Errorf("%s: %d and %d, the ledger says %d", p.Name, p.Before, p.After, want)
		}
	}
	if i := slices.IndexFunc(all.Items, func(p TrialPerson) bool { return p.Person == o.Person("committee1") }); !all.Items[i].VetoAfter {
		t.Error("the veto is lost")
	}
}

func TestTrialMovesWhomItShould(t *testing.T) {
	ctx, o := context.Background(), newDrafting(t)
	o.quarterOfWork()
	n := func(v int) *int { return &v }
	name := func(key string) string { return o.Person(key).String() }
	for what, c := range map[string]struct {
		change func(*SchemeText)
		want   map[string]int // difference by person
	}{
		"a lower cap":           {func(s *SchemeText) { s.Rules[1].CapMonth = n(300) }, map[string]int{name("member1"): -100, name("chief"): -100, name("leader1"): -100}},
		"a higher cap":          {func(s *SchemeText) { s.Rules[1].CapMonth = n(500) }, map[string]int{name("member1"): 100, name("chief"): 100, name("leader1"): 100}},
		"a lower maximum":       {func(s *SchemeText) { s.Limits[0].MaxGain = 450 }, map[string]int{name("member1"): -50, name("chief"): -250}},
		"no maximum of conduct": {func(s *SchemeText) { s.Limits = s.Limits[:3] }, map[string]int{}},
		"dearer hours":          {func(s *SchemeText) { ruleAt(s, "volunteer").Points, ruleAt(s, "volunteer").CapEvent = 100, nil }, map[string]int{name("member1"): 400}},
		"a rule gone": {func(s *SchemeText) {
			s.Rules = slices.DeleteFunc(s.Rules, func(r RuleText) bool { return r.Code == "lecture" })
		}, map[string]int{name("chief"): -300}},
		"absence":      {func(s *SchemeText) { ruleAt(s, "absent_meetings").Points = -250 }, map[string]int{name("leader1"): -50}},
		"less by hand": {func(s *SchemeText) { ruleAt(s, "other_deduction").Points = -500 }, map[string]int{name("leader2"): 100}},
		"base":         {func(s *SchemeText) { s.Rules[0].Points = 5000 }, nil},
	} {
		t.Run(what, func(t *testing.T) {
			s := o.draft(c.change)
			got := o.try(s, TrialFilter{Limit: 200})
			if c.want == nil { // everybody
				if got.Moved != got.People || got.Difference != -1000*got.People {
					t.Errorf("%+v", got)
				}
				return
			}
			by := map[string]int{}
			sum := 0
			for _, p := range got.Items {
				by[p.Person.String()] = p.Difference
				sum += p.Difference
				caused := 0
				for _, x := range p.Causes {
					caused += x.Difference
				}
				if caused != p.Difference {
					t.Errorf("%s is moved by %d, its causes say %d", p.Name, p.Difference, caused)
				}
			}
			if fmt.Sprint(by) != fmt.Sprint(c.want) || got.Moved != len(c.want) || got.Difference != sum {
				t.Errorf("%s: %v, want %v", got.Message, by, c.want)
			}
			ruled := 0
			for _, r := range got.Rules {
				ruled += r.Difference
			}
			if ruled != sum {
				t.Errorf("rules say %d, people %d", ruled, sum)
			}
		})
	}
	s := o.draft(func(t *SchemeText) {
		ruleAt(t, "public_criticism").Veto, ruleAt(t, "public_criticism").Points = false, -100
		t.Rules = append(t.Rules, RuleText{Code: "research", Title: "调研成果", Dimension: Professional, Trigger: TriggerClaim, Points: 300})
	})
	got := o.try(s, TrialFilter{Limit: 1})
	if got.Vetoes != 1 || got.Moved != 1 || got.Items[0].Person != o.Person("committee1") || len(got.Notes) != 1 {
		t.Errorf("%+v", got)
	}
	s = o.draft(func(s *SchemeText) { s.Rules[0].Points = 5000 })
	seen := 0
	for f := (TrialFilter{Limit: 4}); ; {
		page := o.try(s, f)
		seen += len(page.Items)
		if f.Cursor = page.Next; f.Cursor == "" {
			break
		}
	}
	if seen != 11 {
		t.Errorf("pages hold %d people", seen)
	}
	if in := o.try(s, TrialFilter{Branch: o.Branches[1].ID, Limit: 200}); in.People == 0 || in.People >= 11 || slices.ContainsFunc(in.Items, func(p TrialPerson) bool { return p.Branch != o.Branches[1].Name }) {
		t.Errorf("%+v", in)
	}
	if none := o.try(s, TrialFilter{Quarter: calendar.Quarter{Year: 2025, Q: 4}}); none.People != 0 || none.Moved != 0 {
		t.Errorf("a quarter without facts: %+v", none)
	}
	if _, err := o.svc.Try(ctx, o.Actor("chief"), o.whole(), s.ID, TrialFilter{Quarter: calendar.Quarter{Year: 2027, Q: 1}}); err == nil {
		t.Error("tried on a quarter to come")
	}
	if _, err := o.svc.Try(ctx, o.Actor("chief"), o.whole(), s.ID, TrialFilter{With: s.ID}); err == nil {
		t.Error("tried against itself")
	}
	if out := o.try(s, TrialFilter{With: o.first.ID}); out.With.Version != 1 {
		t.Errorf("%+v", out.With)
	}
	// Out of scope, nobody is counted.
	if none, err := o.svc.Try(ctx, o.Actor("chief"), access.Scope{}, s.ID, TrialFilter{Quarter: q2}); err == nil && none.People > 0 {
		t.Errorf("%+v", none)
	}
	var b bytes.Buffer
	if err := o.svc.TrialSheet(ctx, o.Actor("chief"), o.whole(), s.ID, TrialFilter{Quarter: q2}, &b); err != nil {
		t.Fatal(err)
	}
	book, err := sheet.Open(b.Bytes(), sheet.DefaultLimits())
	if err != nil || !slices.Equal(book.SheetNames(), []string{"人员", "条款"}) {
		t.Errorf("%v", err)
	}
}

func TestCompareTellsForWhom(t *testing.T) {
	ctx, o := context.Background(), newDrafting(t)
	o.quarterOfWork()
	s := o.draft(func(t *SchemeText) {
		t.Rules[1].Points, t.Limits = 200, slices.Clone(t.Limits)
		t.Limits[3].MaxGain = 900
	})
	c, err := o.svc.Compare(ctx, o.Actor("office"), o.whole(), s.ID, uuid.Nil, q2)
	if err != nil || len(c.Rules) != 1 || c.Rules[0].People != 4 || c.Rules[0].Entries != 20 || len(c.Limits) != 1 || c.Limits[0].People != 1 || c.People != 4 {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = o.svc.Compare(ctx, o.Actor("office"), o.whole(), s.ID, uuid.Nil, calendar.Quarter{}); err != nil || c.Quarter != (calendar.Quarter{Year: 2026, Q: 1}) || c.People != 0 {
		t.Errorf("%+v, %v", c, err)
	}
	if c, err = o.svc.Compare(ctx, o.Actor("office"), o.whole(), o.first.ID, uuid.Nil, q2); err != nil || c.With != nil {
		t.Errorf("the first version: %+v, %v", c, err)
	}
	if _, err = o.svc.Compare(ctx, o.Actor("office"), o.whole(), s.ID, db.NewID(), q2); err == nil {
		t.Error("compared with nothing")
	}
}

// The replay of any history without corrections is what the ledgers hold.
func TestReplayIsWhatWasPosted(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		o := newDrafting(t)
		h := &history{office: o.office, t: r}
		for range rapid.IntRange(1, 12).Draw(r, "records") {
			p := o.meeting(rapid.SampledFrom([]string{"2026-04-07", "2026-05-06", "2026-05-07", "2026-05-19"}).Draw(r, "day"))
			p.Facts = h.facts(r)
			o.record(p)
		}
		s := o.draft(none)
		for _, p := range o.try(s, TrialFilter{All: true, Limit: 200}).Items {
			if want := o.sum(p.Person, "2026Q2"); p.Before != want || p.After != want {
				r.Fatalf("%s: %d and %d, the ledger says %d", p.Name, p.Before, p.After, want)
			}
		}
	})
}

// Who has a ledger on a day is what the office's own answer says, however memberships,
// exemptions and people come and go.
func TestHoldingIsThatOfPlacements(t *testing.T) {
	ctx, o := context.Background(), newDrafting(t)
	change := func(sql string, args ...any) {
		t.Helper()
		if _, err := o.db.ExecContext(ctx, sql, args...); err != nil {
			t.Fatal(err)
		}
	}
	change(`UPDATE org_party_memberships SET valid_to = '2026-04-10' WHERE person_id = ?`, o.Person("leader1"))
	change(`UPDATE org_party_memberships SET valid_from = '2026-05-02' WHERE person_id = ?`, o.Person("leader2"))
	change(`UPDATE org_people SET joined_party_on = '2026-04-15', full_member_on = NULL WHERE id = ?`, o.Person("probationer"))
	change(`UPDATE org_people SET left_on = '2026-06-01' WHERE id = ?`, o.Person("committee1"))
	for _, x := range [][2]string{{"2026-03-01", "2026-04-01"}, {"2026-05-05", "2026-05-05"}, {"2026-06-30", "2026-07-03"}} {
		change(`INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from, valid_to) VALUES (?, ?, ?, '借调', ?, ?)`,
			o.Unit, db.NewID(), o.Person("member1"), x[0], x[1])
	}
	people := []uuid.UUID{}
	for _, k := range o.Keys() {
		people = append(people, o.Person(k))
	}
	for _, holders := range []string{org.HoldersParty, org.HoldersStaff} {
		set := org.DefaultSettings()
		set.LedgerHolders = holders
		h, err := readHolding(ctx, o.db, o.Unit, set, q2)
		if err != nil {
			t.Fatal(err)
		}
		for d := q2.First(); !d.After(q2.Last()); d = d.AddDays(1) {
			places, err := org.Placements(ctx, o.db, o.Unit, d, people)
			if err != nil {
				t.Fatal(err)
			}
			for _, k := range o.Keys() {
				if want := places[o.Person(k)].Holds(set); h.holds(o.Person(k), d) != want {
					t.Fatalf("%s on %s, ledgers for %s: want %v", k, d, holders, want)
				}
			}
		}
	}
}

func TestTrialUsesTheYearsCap(t *testing.T) {
	s := defaultScheme(noon, day("2026-01-01"))
	who := db.NewID()
	q := quarterFacts{quarter: q2, earlier: []yearUse{{who, "honour_city", 400}}}
	for i := range 2 {
		q.deeds = append(q.deeds, deed{record: db.NewID(), day: day("2026-04-07").AddDays(i), line: &handLine{who, TriggerClaim, "honour_city", 400}})
	}
	if got := replay(s, q)[who]; got.sum != 400 {
		t.Errorf("%+v", got)
	}
}

// A large quarter has to be tried in seconds; the figure is logged, not judged.
func TestLargeTrial(t *testing.T) {
	if testing.Short() {
		t.Skip("200,000 facts")
	}
	s, q := defaultScheme(noon, day("2026-01-01")), quarterFacts{quarter: q2}
	people := make([]uuid.UUID, 4000)
	for i := range people {
		people[i] = db.NewID()
	}
	for i := range 50 {
		d := deed{record: db.NewID(), day: day("2026-04-01").AddDays(i)}
		for _, p := range people {
			d.facts = append(d.facts, Fact{Person: p, Trigger: TriggerAttendance, Kind: "branch_meeting", Category: threeMeetings})
		}
		q.deeds = append(q.deeds, d)
	}
	begun := time.Now()
	if got := replay(s, q); len(got) != len(people) || got[people[0]].sum != 800 {
		t.Errorf("%+v", got[people[0]])
	}
	t.Logf("200,000 facts of 4,000 people: %s", time.Since(begun))
}
