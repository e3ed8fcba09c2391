package selection

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// pairings are the pairs of a year as a test says.
type pairings []Pair

func (p *pairings) BestPairs(context.Context, bun.Tx, uuid.UUID, int) ([]Pair, error) {
	return slices.Clone(*p), nil
}

var december = time.Date(2026, 12, 14, 10, 0, 0, 0, calendar.Shanghai)

// pair is a finished pairing of three people of the fixture.
func (o *office) pair(mentee, political, professional string, year, planned, done, logs int) Pair {
	p := Pair{Pairing: db.NewID(), Mentee: o.Person(mentee), Political: o.Person(political), Professional: o.Person(professional),
		MenteeName: o.name(mentee), PoliticalName: o.name(political), ProfessionalName: o.name(professional),
		Branch: o.Branches[0].ID, Group: o.Groups[0][0].ID, YearScore: year, Planned: planned, Done: done, Logs: logs, Complete: true}
	o.pairs = append(o.pairs, p)
	return p
}

func (o *office) openPairs(quota int, sheet ...Criterion) Detail {
	o.t.Helper()
	ctx, by, scope := o.as("office", needOpen())
	d, err := o.svc.OpenPairs(ctx, by, scope, 2026, quota, sheet)
	o.must(err)
	return d
}

func (o *office) sheet(who string, id uuid.UUID) Sheet {
	o.t.Helper()
	ctx, by, scope := o.as(who, needRead())
	out, err := o.svc.Sheet(ctx, by, scope, id)
	o.must(err)
	return out
}

func (o *office) score(who string, id uuid.UUID, items ...Given) error {
	o.t.Helper()
	ctx, by, scope := o.as(who, needScore())
	_, err := o.svc.Score(ctx, by, scope, id, items)
	return err
}

func TestPairMarks(t *testing.T) {
	sheet := StandardSheet()
	for name, c := range map[string]struct {
		p    Pair
		want []int
	}{
		"nothing":           {Pair{}, []int{0, 0, 0}},
		"full":              {Pair{YearScore: 10000, Planned: 8, Done: 8, Logs: 12}, []int{4000, 3000, 1000}},
		"more than planned": {Pair{YearScore: 9050, Planned: 3, Done: 5, Logs: 30}, []int{3620, 3000, 1000}},
		"rounded":           {Pair{YearScore: 8333, Planned: 3, Done: 1, Logs: 7}, []int{3333, 1000, 583}},
	} {
		var got []int
		for _, m := range c.p.marks(sheet) {
			got = append(got, m.points)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestCheckSheet(t *testing.T) {
	good, err := checkSheet(nil)
	if err != nil || len(good) != 4 {
		t.Fatal(good, err)
	}
	for name, sheet := range map[string][]Criterion{
		"sum":             {{Title: "评议", Most: 9999, Measure: Judged}},
		"no title":        {{Title: " ", Most: 10000, Measure: Judged}},
		"measure":         {{Title: "甲", Most: 10000, Measure: "age"}},
		"computed twice":  {{Title: "甲", Most: 5000, Measure: YearScore}, {Title: "乙", Most: 5000, Measure: YearScore}},
		"nothing to gain": {{Title: "甲", Most: 0, Measure: Judged}, {Title: "乙", Most: 10000, Measure: Judged}},
	} {
		_, err := checkSheet(sheet)
		refused(t, name, err, fault.Invalid)
	}
	two, err := checkSheet([]Criterion{{Seq: 9, Title: " 甲 ", Most: 5000, Measure: Judged}, {Title: "乙", Most: 5000, Measure: Judged}})
	if err != nil || two[0] != (Criterion{1, "甲", 5000, Judged}) || two[1].Seq != 2 {
		t.Error(two, err)
	}
}

func TestRankPairs(t *testing.T) {
	of := func(points ...int) []Candidate {
		out := make([]Candidate, len(points))
		for i, p := range points {
			out[i] = Candidate{ID: db.NewID(), marks: []mark{{1, p, ""}}}
		}
		return out
	}
	for name, c := range map[string]struct {
		quota     int
		points    []int
		places    []int
		proposed  []bool
		contested int
	}{
		"one":              {1, []int{5, 9, 7}, []int{3, 1, 2}, []bool{false, true, false}, 0},
		"a tie that fits":  {2, []int{9, 9, 7}, []int{1, 1, 3}, []bool{true, true, false}, 0},
		"a tie at the top": {1, []int{9, 9, 7}, []int{1, 1, 3}, []bool{false, false, false}, 2},
		"at the edge":      {2, []int{9, 7, 7, 7}, []int{1, 2, 2, 2}, []bool{true, false, false, false}, 3},
		"fewer than asked": {3, []int{9, 7}, []int{1, 2}, []bool{true, true}, 0},
	} {
		cs := of(c.points...)
		rankPairs(c.quota, cs, nil)
		for i := range cs {
			if place(cs[i]) != c.places[i] || cs[i].Proposed != c.proposed[i] {
				t.Errorf("%s: %d: place %d, proposed %v", name, i, place(cs[i]), cs[i].Proposed)
			}
		}
		if n := len(contested(Selection{Kind: BestPair, Quota: c.quota}, cs)); n != c.contested {
			t.Errorf("%s: contested %d", name, n)
		}
	}
	// Who was chosen out of equals stays; the mean of who scored counts.
	cs := of(9, 9)
	cs[1].Proposed, cs[1].nominatedBy = true, db.NewID()
	rankPairs(1, cs, nil)
	if cs[0].Proposed || !cs[1].Proposed || len(contested(Selection{Kind: BestPair, Quota: 1}, cs)) != 0 {
		t.Errorf("%+v", cs)
	}
	rankPairs(1, cs, []judgement{{candidate: cs[0].ID, scorer: db.NewID(), seq: 2, points: 3}, {candidate: cs[0].ID, scorer: db.NewID(), seq: 2, points: 4}})
	if !cs[0].Proposed || cs[1].Proposed || *cs[0].Score != 13 || cs[1].nominatedBy != uuid.Nil {
		t.Errorf("%+v", cs)
	}
}

func TestPairsWholeWay(t *testing.T) {
	o := newOffice(t)
	ctx, by, scope := o.as("office", needOpen())
	_, err := o.svc.OpenPairs(ctx, by, scope, 2026, 0, nil)
	refused(t, "before December", err, fault.Invalid)
	o.now = december
	best := o.pair("member1", "secretary1", "leader1", 9500, 10, 9, 12)
	o.pair("deputy", "secretary2", "leader2", 9000, 10, 10, 11)
	o.pair("committee1", "secretary1", "head", 9900, 10, 10, 12)
	o.pairs[2].Complete = false
	d := o.openPairs(0)
	if d.Title != "2026年度师徒最佳组合评选" || d.QuarterTitle != "2026年度" || d.Quota != 1 || d.Candidates != 3 || d.Proposed != 1 || d.Tied || d.Stale {
		t.Errorf("%+v", d)
	}
	_, err = o.svc.OpenPairs(ctx, by, scope, 2026, 0, nil)
	refused(t, "twice", err, fault.Conflict)

	s := o.sheet("chief", d.ID)
	if len(s.Rows) != 3 || !s.MayScore || s.Barred || s.Rows[0].Score != 3600+3000+917 || s.Rows[1].Score != 3800+2700+1000 || s.Rows[2].Excluded != excludedUnfinished {
		t.Fatalf("%+v", s)
	}
	// The second leads by 17 hundredths as computed; judging decides.
	first, second, out := s.Rows[1].Candidate, s.Rows[0].Candidate, s.Rows[2].Candidate
	if s.Rows[0].Name != "政治导师"+o.name("secretary2")+"、业务导师"+o.name("leader2")+"、学员"+o.name("deputy") {
		first, second = second, first
	}
	refused(t, "nobody scored", o.publish(d.ID), fault.RuleBroken)
	refused(t, "too many points", o.score("chief", d.ID, Given{first, 4, 2001}), fault.Invalid)
	refused(t, "a computed line", o.score("chief", d.ID, Given{first, 1, 100}), fault.Invalid)
	refused(t, "who is out", o.score("chief", d.ID, Given{out, 4, 100}), fault.RuleBroken)
	refused(t, "twice in one", o.score("chief", d.ID, Given{first, 4, 100}, Given{first, 4, 200}), fault.Invalid)
	refused(t, "another selection's", o.score("chief", d.ID, Given{db.NewID(), 4, 100}), fault.NotFound)
	o.must(o.score("chief", d.ID, Given{first, 4, 1500}))
	refused(t, "unfinished", o.publish(d.ID), fault.RuleBroken)
	o.must(o.score("chief", d.ID, Given{first, 4, 1900}, Given{second, 4, 1000}))
	o.must(o.score("office", d.ID, Given{first, 4, 1800}, Given{second, 4, 1000}))
	s = o.sheet("office", d.ID)
	if s.Rows[0].Candidate != first || *s.Rows[0].Cells[3].Points != 1850 || s.Rows[0].Cells[3].Count != 2 || *s.Rows[0].Cells[3].Own != 1800 || len(s.Judges) != 2 || s.Judges[0].Left != 0 {
		t.Errorf("%+v", s)
	}
	if s.Rows[0].Score != 7500+1850 || !s.Rows[0].Proposed || s.Rows[1].Proposed {
		t.Errorf("%+v", s.Rows)
	}

	// What mentors wrote is not for a branch; whose mentee is of it, it sees.
	ctx, by, scope = o.as("secretary1", needRead())
	p, err := o.svc.ListCandidates(ctx, by, scope, d.ID, CandidateFilter{})
	o.must(err)
	for _, c := range p.Items {
		if c.Score != nil || c.Place != nil || c.Excluded == excludedUnfinished || c.MayReview || c.MayNominate {
			t.Errorf("%+v", c)
		}
	}
	_, err = o.svc.Sheet(ctx, by, scope, d.ID)
	refused(t, "a branch's sheet", err, fault.NotFound)
	refused(t, "an opinion", o.review("committee1", d.ID, first, Agree), fault.RuleBroken)

	// What moved since has to be computed again.
	o.pairs[0].Logs = 6
	refused(t, "stale", o.publish(d.ID), fault.Conflict)
	o.pairs[0].Logs = 12
	o.must(o.publish(d.ID))
	refused(t, "scored on notice", o.score("chief", d.ID, Given{first, 4, 0}), fault.Conflict)
	o.hear()
	o.must(o.decide("chief", d.ID, "", first))
	got := o.detail(d.ID)
	if got.State != Decided || len(got.Outcome) != 1 || !strings.HasPrefix(got.Outcome[0].Number, "师徒最佳组合-2026-") {
		t.Fatalf("%+v", got)
	}
	for _, who := range []string{"member1", "secretary1", "leader1"} {
		ctx, by, scope := o.as(who, needHonour())
		h, err := o.svc.ListHonours(ctx, by, scope, HonourFilter{Person: o.Person(who)})
		o.must(err)
		if h.Total != 1 {
			t.Errorf("%s has %d honours", who, h.Total)
		}
		c, err := o.svc.Certificate(ctx, by, scope, got.Outcome[0].Honour)
		o.must(err)
		if !strings.Contains(c.Text, "2026年度") || !strings.Contains(c.Name, o.name(who)) {
			t.Errorf("%+v", c)
		}
	}
	awards, err := Awards(context.Background(), o.db, o.Unit, calendar.NewDate(2026, 12, 1))
	o.must(err)
	people, sources := map[uuid.UUID]bool{}, map[uuid.UUID]bool{}
	for _, a := range awards {
		people[a.Person], sources[a.Source] = true, true
	}
	if len(awards) != 3 || len(sources) != 3 || !people[best.Mentee] || !people[best.Political] || !people[best.Professional] {
		t.Errorf("%+v", awards)
	}
}

func TestPairsKeepApart(t *testing.T) {
	o := newOffice(t)
	o.now = december
	o.pair("member1", "chief", "office", 9500, 10, 9, 12)
	d := o.openPairs(1)
	row := o.sheet("chief", d.ID).Rows[0]
	if s := o.sheet("chief", d.ID); s.MayScore || !s.Barred {
		t.Errorf("%+v", s)
	}
	refused(t, "a mentor scores", o.score("chief", d.ID, Given{row.Candidate, 4, 2000}), fault.RuleBroken)
	// The database stands behind it.
	for who, want := range map[string]string{"chief": "selection_scores_not_own", "member1": "selection_scores_not_own"} {
		_, err := o.db.NewRaw(`INSERT INTO selection_scores (unit_id, selection_id, candidate_id, seq, scorer_id, points, scored_at) VALUES (?, ?, ?, 4, ?, 1, now())`,
			o.Unit, d.ID, row.Candidate, o.Person(who)).Exec(context.Background())
		if err == nil || !strings.Contains(err.Error(), "recusal") {
			t.Errorf("%s: %v, want %s", who, err, want)
		}
	}
	if got := o.detail(d.ID); !got.Recused || got.MayCancel {
		t.Errorf("%+v", got)
	}
	ctx, by, scope := o.as("office", needOpen())
	_, err := o.svc.Cancel(ctx, by, scope, d.ID, "重来")
	refused(t, "a mentor cancels", err, fault.RuleBroken)
}

func TestPairsVetoTieObjection(t *testing.T) {
	o := newOffice(t)
	// All three points of the way: a veto in the year, equals, an upheld objection.
	o.give("leader2", "public_criticism", 0)
	o.now = december
	o.pair("member1", "secretary1", "leader1", 9000, 10, 10, 12)
	o.pair("committee1", "secretary1", "head", 9000, 10, 10, 12)
	o.pair("deputy", "secretary2", "leader2", 9900, 10, 10, 12)
	d := o.openPairs(1, Criterion{Title: "年终分", Most: 10000, Measure: YearScore})
	s := o.sheet("chief", d.ID)
	if !d.Tied || d.Proposed != 0 || s.MayScore || !s.Rows[0].Contested || !s.Rows[1].Contested || s.Rows[2].Excluded != excludedPairVeto {
		t.Fatalf("%+v %+v", d, s)
	}
	refused(t, "equals", o.publish(d.ID), fault.RuleBroken)
	ctx, by, scope := o.as("chief", needDecide())
	_, err := o.svc.Choose(ctx, by, scope, d.ID, s.Rows[2].Candidate, o.detail(d.ID).RowVersion, "更好")
	refused(t, "who is out", err, fault.RuleBroken)
	chosen := s.Rows[1].Candidate
	_, err = o.svc.Choose(ctx, by, scope, d.ID, chosen, o.detail(d.ID).RowVersion, "成果更多")
	o.must(err)
	o.recompute(d.ID)
	if got := o.detail(d.ID); got.Tied || got.Proposed != 1 {
		t.Errorf("%+v", got)
	}
	o.must(o.publish(d.ID))
	o.must(o.answer("office", o.object("secretary2", chosen), true))
	if got := o.detail(d.ID); got.State != Open {
		t.Errorf("%+v", got)
	}
	o.recompute(d.ID)
	s = o.sheet("chief", d.ID)
	if !s.Rows[0].Proposed || s.Rows[0].Candidate == chosen {
		t.Errorf("%+v", s.Rows)
	}
	// Cancelled, another one of the year can be opened.
	ctx, by, scope = o.as("office", needOpen())
	_, err = o.svc.Cancel(ctx, by, scope, d.ID, "重来")
	o.must(err)
	o.openPairs(2)
}
