package selection

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/points"
)

// Whoever may not open somebody's ledger learns no sum of it from a selection, and not
// why the books keep them out; the sums of groups are those of the whole.
func TestSumsOfClosedLedgersAreHidden(t *testing.T) {
	o := newOffice(t)
	o.give("office", "public_criticism", 0) // of leader2's group, as is who is exempt
	o.exec("INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '长期病假', '2026-08-01')", o.Unit, db.NewID(), o.Person("secretary2"))
	o.give("leader2", "correct_political", 300)
	o.give("committee1", "correct_political", 300)
	pioneers, pennant := o.open(PioneerPost), o.open(Pennant)
	all, groups := o.all(pioneers.ID), o.all(pennant.ID)
	if c := all[o.name("office")]; c.PointsHidden || c.Points == 0 || c.Vetoes != 1 || c.Excluded != excludedVeto {
		t.Errorf("the Party office reads all: %+v", c)
	}

	for _, who := range []string{"leader1", "leader2", "committee1", "secretary2", "chief"} {
		ctx, by, scope := o.as(who, needRead())
		ledgers, err := o.policy.Decide(by, needLedger())
		o.must(err)
		p, err := o.svc.ListCandidates(ctx, by, scope, pioneers.ID, CandidateFilter{})
		o.must(err)
		for _, c := range p.Items {
			_, err := o.points.Ledger(ctx, by, ledgers, c.person, points.LineFilter{Quarter: quarter})
			opened, failed := o.svc.Candidate(ctx, by, scope, pioneers.ID, c.ID)
			o.must(failed)
			for what, c := range map[string]Candidate{"list": c, "detail": opened.Candidate} {
				if c.PointsHidden != (err != nil) {
					t.Errorf("%s: %s in the %s is hidden: %v, the ledger: %v", who, c.Name, what, c.PointsHidden, err)
				}
				sums := [...]int{c.Headcount, c.Points, c.Average, c.PreviousCount, c.PreviousPoints, c.PreviousAverage, c.Deductions, c.Deducted, c.Vetoes}
				if err != nil && (sums != [9]int{} || c.Change != nil) {
					t.Errorf("%s reads sums of %s in the %s: %+v", who, c.Name, what, c)
				}
				if err == nil && c.Points != all[c.Name].Points {
					t.Errorf("%s does not read the points of %s in the %s: %+v", who, c.Name, what, c)
				}
			}
			for _, m := range opened.Members {
				if (m.Points == nil) != (err != nil) {
					t.Errorf("%s opens %s: %+v", who, c.Name, m)
				}
			}
		}
		p, err = o.svc.ListCandidates(ctx, by, scope, pennant.ID, CandidateFilter{})
		o.must(err)
		for _, c := range p.Items {
			if c.PointsHidden || c.Points == 0 || c.Points != groups[c.title()].Points {
				t.Errorf("%s: the sum of %s: %+v", who, c.title(), c)
			}
			d, err := o.svc.Candidate(ctx, by, scope, pennant.ID, c.ID)
			o.must(err)
			for _, m := range d.Members {
				_, err := o.points.Ledger(ctx, by, ledgers, m.PersonID, points.LineFilter{Quarter: quarter})
				if (m.Points == nil) != (err != nil) {
					t.Errorf("%s opens %s: %+v, the ledger: %v", who, c.title(), m, err)
				}
			}
		}
	}

	// A veto reads as any other reason that the books give, also where it refuses.
	ctx, by, scope := o.as("leader2", needRead())
	p, err := o.svc.ListCandidates(ctx, by, scope, pioneers.ID, CandidateFilter{Standing: "out"})
	o.must(err)
	if len(p.Items) != 2 || p.Items[0].Excluded != excludedHidden || p.Items[1].Excluded != excludedHidden {
		t.Errorf("%+v", p.Items)
	}
	text, err := json.Marshal(p)
	o.must(err)
	_, err = o.svc.Nominate(ctx, by, scope, pioneers.ID, all[o.name("office")].ID, "理由")
	refused(t, "with a veto", err, fault.RuleBroken)
	for _, word := range []string{"否决", "病假"} {
		if strings.Contains(string(text)+err.Error(), word) {
			t.Errorf("a group leader reads %s: %s, %v", word, text, err)
		}
	}
}

// Where somebody moved, the ledger of the quarter went along.
func TestSumsMoveWithThePerson(t *testing.T) {
	o := newOffice(t)
	d := o.open(PioneerPost)
	o.exec("UPDATE org_party_memberships SET valid_to = '2026-09-01' WHERE person_id = ?", o.Person("member1"))
	o.exec("INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, group_id, valid_from) VALUES (?, ?, ?, ?, ?, '2026-09-02')",
		o.Unit, db.NewID(), o.Person("member1"), o.Branches[1].ID, o.Groups[1][0].ID)
	o.recompute(d.ID)
	for who, hidden := range map[string]bool{"secretary1": true, "secretary2": false} {
		ctx, by, scope := o.as(who, needRead())
		p, err := o.svc.ListCandidates(ctx, by, scope, d.ID, CandidateFilter{Text: "yzq"})
		if err != nil || len(p.Items) != 1 || p.Items[0].PointsHidden != hidden || (p.Items[0].Points == 0) != hidden {
			t.Errorf("%s: %+v %v", who, p.Items, err)
		}
	}
}

// Nobody ends a selection that is about them: neither who stands in it nor whom it put
// out, nor who objected and waits for the answer.
func TestCancelledByOthers(t *testing.T) {
	o := newOffice(t)
	other := o.Actor("chief") // a second one of the Party office
	other.Grants = append(other.Grants, access.Grant{Role: "party_office", PlaceKind: "unit"})
	cancel := func(by access.Actor, id uuid.UUID) error {
		t.Helper()
		scope, err := o.policy.Decide(by, needOpen())
		o.must(err)
		reading, err := o.policy.Decide(by, needRead())
		o.must(err)
		d, err := o.svc.Selection(t.Context(), by, reading, id)
		o.must(err)
		_, err = o.svc.Cancel(t.Context(), by, scope, id, "另有安排")
		if d.MayCancel != (err == nil) {
			t.Errorf("%s is told %v, and %v", by.Name, d.MayCancel, err)
		}
		return err
	}
	barred := func(what string, id uuid.UUID, word string) {
		t.Helper()
		err := cancel(o.Actor("office"), id)
		refused(t, what, err, fault.RuleBroken)
		if err != nil && (!strings.Contains(err.Error(), word) || !strings.Contains(err.Error(), "回避")) {
			t.Errorf("%s: %v", what, err)
		}
	}

	// A nominee: before the notice, on it with an objection open, and put out by it.
	d := o.open(PioneerPost)
	all := o.all(d.ID)
	own := all[o.name("office")].ID
	o.must(o.nominate("leader2", d.ID, own))
	barred("nominated", d.ID, "候选")
	o.must(o.review("secretary2", d.ID, own, Agree))
	o.must(o.publish(d.ID))
	objection := o.object("leader1", own)
	barred("on notice", d.ID, "候选")
	o.met = 1
	o.must(o.answer("secretary2", objection, true))
	barred("put out", d.ID, "候选")
	var state string
	if o.scan(&state, "SELECT state FROM notice_objections WHERE id = ?", objection); state != "upheld" {
		t.Error(state)
	}
	o.must(cancel(other, d.ID))
	refused(t, "twice", cancel(other, d.ID), fault.Conflict)

	// A member of the group that the pennant goes to.
	o.give("leader2", "correct_political", 900)
	d = o.open(Pennant)
	barred("of the first group", d.ID, "候选")
	o.must(cancel(other, d.ID))

	// Who objected to another.
	d = o.open(PioneerPost)
	c := o.all(d.ID)[o.name("secretary1")].ID
	o.must(o.nominate("leader1", d.ID, c))
	o.must(o.review("committee1", d.ID, c, Agree))
	o.must(o.publish(d.ID))
	o.object("office", c)
	barred("who objected", d.ID, "异议")
	o.must(cancel(other, d.ID))
}

// Of several branches at once: whose committee has somebody left.
func TestWaivedBranches(t *testing.T) {
	o := newOffice(t)
	d := o.open(PioneerPost)
	all := o.all(d.ID)
	o.must(o.nominate("leader1", d.ID, all[o.name("secretary1")].ID)) // committee1 is left
	o.must(o.nominate("leader2", d.ID, all[o.name("secretary2")].ID)) // nobody is
	if w := o.detail(d.ID).Waived; len(w) != 1 || w[0].ID != o.Branches[1].ID {
		t.Errorf("%+v", w)
	}
	o.must(o.nominate("office", d.ID, all[o.name("committee1")].ID))
	if w := o.detail(d.ID).Waived; len(w) != 2 {
		t.Errorf("%+v", w)
	}
	// Somebody of another branch may sit on the committee; who has gone does not.
	o.exec("INSERT INTO org_positions (unit_id, id, person_id, kind, title, branch_id, valid_from) SELECT unit_id, ?, ?, kind, title, branch_id, valid_from FROM org_positions WHERE person_id = ?",
		db.NewID(), o.Person("head"), o.Person("committee1"))
	if w := o.detail(d.ID).Waived; len(w) != 1 {
		t.Errorf("%+v", w)
	}
	o.exec("UPDATE org_people SET left_on = ? WHERE id = ?", calendar.DateOf(o.now).AddDays(-1), o.Person("head"))
	if w := o.detail(d.ID).Waived; len(w) != 2 {
		t.Errorf("%+v", w)
	}
}
