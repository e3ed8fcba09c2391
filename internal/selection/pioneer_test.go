package selection

import (
	"bytes"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
	"xianfeng/internal/points"
)

func TestPioneerCandidates(t *testing.T) {
	o := newOffice(t)
	o.give("member1", "correct_political", 300)
	o.give("committee1", "public_criticism", 0)
	o.exec("INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '长期病假', '2026-08-01')", o.Unit, db.NewID(), o.Person("head"))
	o.exec("UPDATE org_people SET political_status = 'masses' WHERE id = ?", o.Person("deputy")) // no member: no candidate
	d := o.open(PioneerPost)
	all := o.all(d.ID)
	if d.Quota != 1 || d.Candidates != 10 || d.Proposed != 0 {
		t.Errorf("%+v", d)
	}
	for who, want := range map[string]string{"member1": "", "committee1": excludedVeto, "head": "免记积分（长期病假）"} {
		if c, ok := all[o.name(who)]; !ok || c.Excluded != want || c.PersonID == nil || *c.PersonID != o.Person(who) || c.Place != nil {
			t.Errorf("%s: %+v", who, c)
		}
	}
	if c := all[o.name("member1")]; c.Points != 6300 || c.Headcount != 1 {
		t.Errorf("%+v", c)
	}
	refused(t, "excluded", o.nominate("office", d.ID, all[o.name("head")].ID), fault.RuleBroken)

	// Somebody who moves to another group is a candidate there.
	o.exec("UPDATE org_party_memberships SET valid_to = '2026-09-01' WHERE person_id = ?", o.Person("member1"))
	o.exec("INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, group_id, valid_from) VALUES (?, ?, ?, ?, ?, '2026-09-02')",
		o.Unit, db.NewID(), o.Person("member1"), o.Branches[1].ID, o.Groups[1][0].ID)
	o.recompute(d.ID)
	ctx, by, scope := o.as("office", needRead())
	p, err := o.svc.ListCandidates(ctx, by, scope, d.ID, CandidateFilter{Text: "yzq"})
	o.must(err)
	if len(p.Items) != 2 || p.Total != 2 || p.Items[0].Excluded+p.Items[1].Excluded != excludedMoved {
		t.Errorf("%+v", p)
	}
}

func TestPioneerWholeWay(t *testing.T) {
	o := newOffice(t)
	d := o.open(PioneerPost)
	all := o.all(d.ID)
	c := func(who string) uuid.UUID { return all[o.name(who)].ID }

	// Group leaders recommend within their group and the quota, and not themselves.
	refused(t, "oneself", o.nominate("leader1", d.ID, c("leader1")), fault.RuleBroken)
	refused(t, "another branch's", o.nominate("leader1", d.ID, c("leader2")), fault.NotFound)
	refused(t, "another group's", o.nominate("leader1", d.ID, c("member1")), fault.NotFound)
	ctx, by, scope := o.as("leader1", needNominate())
	_, err := o.svc.Nominate(ctx, by, scope, d.ID, c("secretary1"), "  ")
	refused(t, "no reasons", err, fault.Invalid)
	o.must(o.nominate("leader1", d.ID, c("secretary1")))
	refused(t, "beyond the quota", o.nominate("leader1", d.ID, c("chief")), fault.RuleBroken)
	o.must(o.nominate("office", d.ID, c("member1"))) // 0,1 has no leader
	o.must(o.nominate("leader2", d.ID, c("office")))
	_, err = o.svc.TakeBack(ctx, by, scope, d.ID, c("secretary1"))
	o.must(err)
	_, err = o.svc.TakeBack(ctx, by, scope, d.ID, c("secretary1"))
	refused(t, "taken back twice", err, fault.Conflict)
	o.must(o.nominate("leader1", d.ID, c("secretary1")))

	// Committees review; nominees stand aside altogether.
	refused(t, "the nominee themselves", o.review("secretary1", d.ID, c("secretary1"), Agree), fault.RuleBroken)
	refused(t, "the nominee about another one", o.review("secretary1", d.ID, c("member1"), Agree), fault.RuleBroken)
	refused(t, "another branch's committee", o.review("committee1", d.ID, c("office"), Agree), fault.NotFound)
	refused(t, "nobody nominated", o.review("committee1", d.ID, c("chief"), Agree), fault.RuleBroken)
	if err := o.publish(d.ID); !fault.Is(err, fault.RuleBroken) || !strings.Contains(err.Error(), o.name("member1")) {
		t.Errorf("opinions are due: %v", err)
	}
	if _, err := o.db.NewRaw("UPDATE selection_candidates SET opinion = 'agree', opinion_by = person_id WHERE id = ?", c("member1")).Exec(ctx); !db.Violates(err, "selection_candidates_not_own") {
		t.Errorf("the database lets a nominee review themselves: %v", err)
	}
	o.must(o.review("committee1", d.ID, c("secretary1"), Agree))
	o.must(o.review("committee1", d.ID, c("member1"), Agree))
	o.must(o.review("secretary2", d.ID, c("office"), Disagree))
	o.must(o.publish(d.ID))

	// On notice are those with a committee behind them, without anybody's points.
	var cells []string
	o.scan(&cells, "SELECT array_to_string(cells, '|') FROM notice_items ORDER BY ord")
	if len(cells) != 2 || !strings.Contains(cells[0], o.name("secretary1")) || strings.Contains(strings.Join(cells, ""), "60") {
		t.Errorf("%q", cells)
	}
	refused(t, "recommended while on notice", o.nominate("leader1", d.ID, c("chief")), fault.RuleBroken)

	// An objection holds one of them up; the other is heard meanwhile.
	objection := o.object("leader2", c("member1"))
	o.hear()
	if all := o.all(d.ID); !all[o.name("secretary1")].Heard || !all[o.name("member1")].Noticed || o.detail(d.ID).State != Noticed {
		t.Errorf("%+v", all)
	}
	refused(t, "another nominee", o.answer("secretary1", objection, true), fault.RuleBroken)
	refused(t, "another branch", o.answer("secretary2", objection, true), fault.NotFound)
	o.must(o.answer("committee1", objection, true))
	if d := o.detail(d.ID); d.State != Heard {
		t.Errorf("%+v", d)
	}

	refused(t, "a nominee decides", o.decide("office", d.ID, "", c("secretary1")), fault.RuleBroken)
	refused(t, "who was objected to", o.decide("chief", d.ID, "同意", c("secretary1"), c("member1")), fault.RuleBroken)
	refused(t, "another selection's candidate", o.decide("chief", d.ID, "同意", c("secretary1"), db.NewID()), fault.Invalid)
	o.must(o.decide("chief", d.ID, "", c("secretary1")))
	got := o.detail(d.ID)
	if len(got.Outcome) != 1 || got.Outcome[0].Name != o.name("secretary1") || !strings.HasPrefix(got.Outcome[0].Number, "先锋岗-2026Q3-0") {
		t.Errorf("%+v", got)
	}
	results := map[string]string{}
	for name, c := range o.all(d.ID) {
		if c.Result != "" {
			results[name] = c.Result
		}
	}
	if len(results) != 3 || results[o.name("secretary1")] != Awarded || results[o.name("office")] != NotAwarded || results[o.name("member1")] != NotAwarded {
		t.Errorf("%v", results)
	}

	// Everybody reads the honour and its certificate.
	ctx, by, scope = o.as("probationer", needHonour())
	page, err := o.svc.ListHonours(ctx, by, scope, HonourFilter{Text: "byf", Quarter: quarter, Kind: PioneerPost, Person: o.Person("secretary1")})
	if err != nil || len(page.Items) != 1 || page.Total != 1 {
		t.Fatalf("%+v %v", page, err)
	}
	cert, err := o.svc.Certificate(ctx, by, scope, page.Items[0].ID)
	if err != nil || cert.Issuer != "中共"+o.UnitName+"机关委员会" || !strings.Contains(cert.Text, "2026年第三季度") {
		t.Errorf("%+v %v", cert, err)
	}
	for _, f := range []HonourFilter{{Text: "没有"}, {Kind: Pennant}, {Quarter: quarter.Next()}, {Person: o.Person("chief")}} {
		if p, err := o.svc.ListHonours(ctx, by, scope, f); err != nil || p.Total != 0 {
			t.Errorf("%+v: %+v %v", f, p, err)
		}
	}
	var book bytes.Buffer
	if err := o.svc.ExportHonours(ctx, by, scope, HonourFilter{}, &book); err != nil || book.Len() < 1000 {
		t.Errorf("%d bytes, %v", book.Len(), err)
	}
	if _, err := o.svc.Certificate(ctx, by, access.Scope{}, page.Items[0].ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("the empty scope opens it: %v", err)
	}
}

// What pages offer is what the steps take: no button leads to a refusal.
func TestMarksAreKept(t *testing.T) {
	o := newOffice(t)
	d := o.open(PioneerPost)
	all := o.all(d.ID)
	o.must(o.nominate("leader1", d.ID, all[o.name("secretary1")].ID))
	o.must(o.nominate("office", d.ID, all[o.name("member1")].ID))
	for _, who := range []string{"leader1", "leader2", "secretary1", "secretary2", "committee1", "office"} {
		ctx, by, scope := o.as(who, needRead())
		p, err := o.svc.ListCandidates(ctx, by, scope, d.ID, CandidateFilter{})
		o.must(err)
		for _, c := range p.Items {
			ledgers, err := o.policy.Decide(by, needLedger())
			o.must(err)
			_, err = o.points.Ledger(ctx, by, ledgers, c.person, points.LineFilter{Quarter: quarter})
			if c.MayOpen != (err == nil) {
				t.Errorf("%s opens the ledger of %s: %v, said %v", who, c.Name, err, c.MayOpen)
			}
			if s, err := o.policy.Decide(by, needReview()); err == nil {
				_, err = o.svc.Review(ctx, by, s, d.ID, c.ID, Agree, "")
				if c.MayReview != (err == nil) {
					t.Errorf("%s reviews %s: %v, said %v", who, c.Name, err, c.MayReview)
				}
			} else if c.MayReview {
				t.Errorf("%s may not review, but is told so of %s", who, c.Name)
			}
			if s, err := o.policy.Decide(by, needNominate()); err == nil && !c.Proposed {
				_, err = o.svc.Nominate(ctx, by, s, d.ID, c.ID, "理由")
				if c.MayNominate != (err == nil) {
					t.Errorf("%s nominates %s: %v, said %v", who, c.Name, err, c.MayNominate)
				}
				if err == nil {
					_, err = o.svc.TakeBack(ctx, by, s, d.ID, c.ID)
					o.must(err)
				}
			} else if err != nil && c.MayNominate {
				t.Errorf("%s may not nominate, but is told so of %s", who, c.Name)
			}
		}
	}
}

// A committee of which only nominees are left cannot speak: the Party office reviews.
func TestCommitteeOfNominees(t *testing.T) {
	o := newOffice(t)
	d := o.open(PioneerPost)
	c := o.all(d.ID)[o.name("secretary2")]
	o.must(o.nominate("leader2", d.ID, c.ID))
	if w := o.detail(d.ID).Waived; len(w) != 1 || w[0].ID != o.Branches[1].ID {
		t.Errorf("%+v", w)
	}
	o.must(o.publish(d.ID))
	var text string
	o.scan(&text, "SELECT array_to_string(cells, '|') FROM notice_items")
	if !strings.Contains(text, "委员均回避") {
		t.Error(text)
	}
}

func TestRecomputeKeepsWhatPeopleSaid(t *testing.T) {
	o := newOffice(t)
	d := o.open(PioneerPost)
	c := o.all(d.ID)[o.name("member1")]
	o.must(o.nominate("office", d.ID, c.ID))
	o.must(o.review("committee1", d.ID, c.ID, Agree))
	o.give("member1", "correct_political", 100)
	o.recompute(d.ID)
	if c := o.all(d.ID)[o.name("member1")]; !c.Proposed || c.Opinion != Agree || c.Nomination == "" || c.NominatedAt == nil || c.Points != 6100 {
		t.Errorf("%+v", c)
	}
	o.give("member1", "public_criticism", 0)
	o.recompute(d.ID)
	if c := o.all(d.ID)[o.name("member1")]; c.Proposed || c.Excluded != excludedVeto {
		t.Errorf("%+v", c)
	}
	refused(t, "nominated with a veto", o.nominate("office", d.ID, c.ID), fault.RuleBroken)
}

// Each place sees its own rows and the outcome; other people's sums nowhere.
func TestScope(t *testing.T) {
	o := newOffice(t)
	pennant, pioneers := o.open(Pennant), o.open(PioneerPost)
	for who, want := range map[string]int{"office": 11, "chief": 11, "secretary1": 6, "committee1": 6, "secretary2": 5, "leader1": 3, "leader2": 3} {
		ctx, by, scope := o.as(who, needRead())
		seen := []Candidate{}
		for cursor := ""; ; {
			p, err := o.svc.ListCandidates(ctx, by, scope, pioneers.ID, CandidateFilter{Limit: 2, Cursor: cursor})
			o.must(err)
			if p.Total != want {
				t.Errorf("%s: %d of %d", who, p.Total, want)
			}
			seen = append(seen, p.Items...)
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if len(seen) != want {
			t.Errorf("%s pages through %d of %d", who, len(seen), want)
		}
		for _, c := range o.all(pioneers.ID) {
			in := slices.ContainsFunc(seen, func(s Candidate) bool { return s.ID == c.ID })
			_, err := o.svc.Candidate(ctx, by, scope, pioneers.ID, c.ID)
			if in != (err == nil) || err != nil && !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: the list shows %s: %v, the detail: %v", who, c.Name, in, err)
			}
		}
		p, err := o.svc.ListCandidates(ctx, by, scope, pennant.ID, CandidateFilter{})
		o.must(err)
		if shown := p.Items[0].Place != nil; shown != scope.Whole() {
			t.Errorf("%s sees places: %v", who, shown)
		}
		if list, err := o.svc.List(ctx, by, scope, Filter{Limit: 1}); err != nil || list.Total != 2 || len(list.Items) != 1 || list.Next == "" {
			t.Errorf("%s: %+v %v", who, list, err)
		}
	}
	// Another unit, nobody: nothing there.
	ctx, by, scope := o.as("leader1", needRead())
	for what, s := range map[string]access.Scope{"no scope": {}, "another unit": access.System(db.NewID())} {
		_, err := o.svc.Selection(ctx, by, s, pennant.ID)
		refused(t, what, err, fault.NotFound)
	}
	_, err := o.svc.ListCandidates(ctx, by, scope, pennant.ID, CandidateFilter{Cursor: "§"})
	refused(t, "a made-up cursor", err, fault.Invalid)
	o.exec(`UPDATE org_units SET settings = '{"ranking_visibility": "all"}'`)
	p, err := o.svc.ListCandidates(ctx, by, scope, pennant.ID, CandidateFilter{})
	if err != nil || p.Items[0].Place == nil {
		t.Errorf("ranking is open to all: %+v %v", p, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	o := newOffice(t)
	ctx, by, scope := o.as("office", needOpen())
	for _, c := range []struct {
		kind    string
		quarter calendar.Quarter
	}{{"best_pair", quarter}, {Pennant, calendar.Quarter{}}, {Pennant, calendar.Quarter{Year: 2027, Q: 1}}} {
		_, err := o.svc.Open(ctx, by, scope, c.kind, c.quarter)
		refused(t, c.kind, err, fault.Invalid)
	}
	// The running quarter may be opened, and computed again as it goes on.
	if d, err := o.svc.Open(ctx, by, scope, PioneerPost, quarter.Next()); err != nil || d.QuarterState != "none" || d.Candidates != 11 {
		t.Errorf("%+v %v", d, err)
	}
	// A double click: one selection.
	errs, wait := make([]error, 8), sync.WaitGroup{}
	for i := range errs {
		wait.Go(func() { _, errs[i] = o.svc.Open(ctx, by, scope, Pennant, quarter) })
	}
	wait.Wait()
	done := 0
	for _, err := range errs {
		if err == nil {
			done++
		} else {
			refused(t, "opened at once", err, fault.Conflict)
		}
	}
	if done != 1 {
		t.Errorf("opened %d times", done)
	}
}

// What the notice tells twice, or too late, changes nothing.
func TestSettledTwice(t *testing.T) {
	o := newOffice(t)
	d := o.open(PioneerPost)
	c := o.all(d.ID)[o.name("member1")]
	o.must(o.nominate("office", d.ID, c.ID))
	o.must(o.review("committee1", d.ID, c.ID, Agree))
	o.must(o.publish(d.ID))
	o.hear()
	o.now = after // the clock is set back
	ctx, _, _ := o.as("office", needRead())
	o.must(o.notices.Tick(ctx))
	o.hear()
	if all := o.all(d.ID); !all[o.name("member1")].Heard || o.detail(d.ID).State != Heard {
		t.Errorf("%+v", all)
	}
	tx, err := o.db.BeginTx(ctx, nil)
	o.must(err)
	defer func() { _ = tx.Rollback() }()
	before := o.detail(d.ID).RowVersion
	o.must(o.svc.Settled(ctx, tx, access.Actor{Unit: o.Unit}, o.now, notice.Notice{}, []notice.Item{{Subject: c.ID, Outcome: notice.Upheld}}))
	o.must(tx.Commit())
	if got := o.detail(d.ID); got.RowVersion != before || got.State != Heard {
		t.Errorf("%+v", got)
	}
}
