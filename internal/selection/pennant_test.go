package selection

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// points: group 0,0 has 3 people, 0,1 three, 1,0 three, 1,1 two.
func TestPennantArithmetic(t *testing.T) {
	o := newOffice(t)
	o.give("head", "correct_political", 500)        // 1,1: 12500 ÷ 2 = 6250
	o.give("member1", "correct_political", 700)     // 0,1: 18700 ÷ 3 = 6233.33
	o.give("secretary1", "correct_political", 1000) // 0,0: 19000 ÷ 3 = 6333.33, with a veto
	veto := o.give("leader1", "public_criticism", 0)
	o.duties[o.Groups[1][1].ID] = Share{3, 2}

	d := o.open(Pennant)
	if d.State != Open || d.Candidates != 4 || d.Proposed != 1 || d.Tied || d.Stale || d.QuarterState != "open" || d.Title != "2026年第三季度流动红旗评选" {
		t.Errorf("%+v", d)
	}
	all := o.all(d.ID)
	first, out := all[o.group(1, 1)], all[o.group(0, 0)]
	if first.Headcount != 2 || first.Points != 12500 || first.Average != 6250 || place(first) != 1 || !first.Proposed || first.DutyMet != 2 || first.Change != nil {
		t.Errorf("first: %+v", first)
	}
	if place(out) != 0 || out.Excluded != excludedVeto || out.Proposed || out.Vetoes != 1 || strings.Contains(out.Excluded, o.name("leader1")) {
		t.Errorf("with a veto: %+v", out)
	}
	if place(all[o.group(0, 1)]) != 2 || all[o.group(0, 1)].Average != 6233 || place(all[o.group(1, 0)]) != 3 {
		t.Errorf("others: %+v", all)
	}

	// Who it is, is for those who may read that ledger.
	for who, want := range map[string]int{"office": 1, "secretary1": 1, "leader1": 1} {
		ctx, by, scope := o.as(who, needRead())
		c, err := o.svc.Candidate(ctx, by, scope, d.ID, out.ID)
		if err != nil || len(c.Vetoed) != want || len(c.Members) != 3 {
			t.Fatalf("%s opens it: %+v %v", who, c, err)
		}
		if c.Vetoed[0].Voucher != veto.Voucher || c.Vetoed[0].Name != o.name("leader1") {
			t.Errorf("%+v", c.Vetoed)
		}
	}
	o.give("secretary2", "public_criticism", 0)
	o.recompute(d.ID)
	ctx, by, scope := o.as("leader2", needRead())
	c, err := o.svc.Candidate(ctx, by, scope, d.ID, o.all(d.ID)[o.group(1, 0)].ID)
	if err != nil || c.Vetoes != 1 || len(c.Vetoed) != 0 {
		t.Errorf("a group leader reads the name of whose ledger is closed to them: %+v %v", c.Vetoed, err)
	}

	// A veto that was reversed bars nobody.
	if _, err := o.points.Reverse(ctx, o.Actor("office"), access.System(o.Unit), veto.ID, "核实有误"); err != nil {
		t.Fatal(err)
	}
	if !o.detail(d.ID).Stale {
		t.Error("the reversal is not noticed")
	}
	o.recompute(d.ID)
	if all = o.all(d.ID); place(all[o.group(0, 0)]) != 1 || all[o.group(1, 1)].Proposed || o.detail(d.ID).Stale {
		t.Errorf("after the reversal: %+v", all)
	}
}

// A group from which everybody is exempt has nobody to count.
func TestPennantOfAnEmptyGroup(t *testing.T) {
	o := newOffice(t)
	for _, who := range []string{"head", "probationer"} {
		o.exec("INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '借调', '2026-09-01')", o.Unit, db.NewID(), o.Person(who))
	}
	c := o.all(o.open(Pennant).ID)[o.group(1, 1)]
	if c.Headcount != 0 || c.Excluded != excludedEmpty || c.Place != nil {
		t.Errorf("%+v", c)
	}
}

func TestPennantTieIsChosen(t *testing.T) {
	o := newOffice(t) // everybody has 60
	d := o.open(Pennant)
	if !d.Tied || d.Proposed != 0 {
		t.Fatalf("%+v", d)
	}
	refused(t, "notice of a tie", o.publish(d.ID), fault.RuleBroken)
	all := o.all(d.ID)
	choose := func(who, group, reason string) error {
		ctx, by, scope := o.as(who, needDecide())
		_, err := o.svc.Choose(ctx, by, scope, d.ID, all[group].ID, o.detail(d.ID).RowVersion, reason)
		return err
	}
	// Everybody with the permission is of one of the four: each stands in it.
	refused(t, "own group among equals", choose("office", o.group(0, 1), "因为"), fault.RuleBroken)
	o.give("probationer", "correct_political", -100) // 1,1 and 1,0 fall behind
	o.give("leader2", "correct_political", -100)
	o.give("leader1", "correct_political", -100) // and 0,0
	o.give("member1", "correct_political", -100) // and 0,1: equal with 0,0 and 1,0, one deduction each
	o.duties[o.Groups[1][0].ID] = Share{3, 1}
	o.recompute(d.ID)
	all = o.all(d.ID)
	if !o.detail(d.ID).Tied || place(all[o.group(1, 0)]) != 3 || place(all[o.group(1, 1)]) != 4 {
		t.Fatalf("%+v", all)
	}
	refused(t, "chief is of 0,0", choose("chief", o.group(0, 0), "因为"), fault.RuleBroken)
	refused(t, "no reason", choose("office", o.group(0, 0), " "), fault.Invalid)
	refused(t, "not first", choose("office", o.group(1, 1), "因为"), fault.RuleBroken)
	o.must(choose("office", o.group(0, 1), "活动质量更高"))
	refused(t, "twice", choose("office", o.group(0, 0), "因为"), fault.RuleBroken)
	if c := o.all(d.ID)[o.group(0, 1)]; !c.Proposed || c.Nomination != "活动质量更高" || c.NominatedBy != o.name("office") {
		t.Errorf("%+v", c)
	}
	o.recompute(d.ID)
	if c := o.all(d.ID)[o.group(0, 1)]; !c.Proposed || c.Nomination == "" {
		t.Errorf("the choice is lost: %+v", c)
	}
	o.give("secretary1", "correct_political", 100)
	o.recompute(d.ID)
	if all = o.all(d.ID); all[o.group(0, 1)].Proposed || all[o.group(0, 1)].Nomination != "" || !all[o.group(0, 0)].Proposed {
		t.Errorf("the choice outlives the tie: %+v", all)
	}
}

func TestPennantWholeWay(t *testing.T) {
	o := newOffice(t)
	o.give("member1", "correct_political", 900)
	o.give("head", "correct_political", 500)
	d := o.open(Pennant)
	ctx, by, scope := o.as("office", needOpen())
	_, err := o.svc.Open(ctx, by, scope, Pennant, quarter)
	refused(t, "a second one of the quarter", err, fault.Conflict)
	first := o.all(d.ID)[o.group(0, 1)]
	refused(t, "notice without an opinion", o.publish(d.ID), fault.RuleBroken)
	refused(t, "opinion of another branch", o.review("secretary2", d.ID, first.ID, Agree), fault.NotFound)
	o.must(o.review("committee1", d.ID, first.ID, Disagree))
	refused(t, "notice against the committee", o.publish(d.ID), fault.Conflict)
	o.recompute(d.ID)
	if c := o.all(d.ID); c[o.group(0, 1)].Excluded != excludedCommittee || !c[o.group(1, 1)].Proposed {
		t.Errorf("the next one is not proposed: %+v", c)
	}
	o.must(o.review("secretary1", d.ID, first.ID, Agree)) // thought again
	o.recompute(d.ID)
	version := o.detail(d.ID).RowVersion
	o.give("head", "correct_political", 10)
	refused(t, "notice of stale numbers", o.publish(d.ID), fault.Conflict)
	o.recompute(d.ID)
	_, err = o.svc.Publish(ctx, by, scope, d.ID, version)
	refused(t, "notice of what was not seen", err, fault.Conflict)
	o.must(o.publish(d.ID))
	if d := o.detail(d.ID); d.State != Noticed || d.NoticeID == nil || d.NoticeLast == nil || d.NoticeLast.String() != "2026-10-19" {
		t.Errorf("%+v", d)
	}
	refused(t, "decided while on notice", o.decide("office", d.ID, "", first.ID), fault.RuleBroken)
	refused(t, "reviewed while on notice", o.review("secretary1", d.ID, first.ID, Disagree), fault.RuleBroken)
	if err := o.notices.Tick(ctx); err != nil || o.detail(d.ID).State != Noticed {
		t.Errorf("settled before its end: %v", err)
	}

	// An upheld objection puts the group out; the next in line is proposed.
	objection := o.object("leader2", first.ID)
	refused(t, "answered by a member of the group", o.answer("committee1", objection, true), fault.NotFound)
	o.must(o.answer("office", objection, true))
	if d := o.detail(d.ID); d.State != Open || d.Proposed != 0 {
		t.Errorf("%+v", d)
	}
	o.recompute(d.ID)
	all := o.all(d.ID)
	if c := all[o.group(0, 1)]; !c.Objected || c.Excluded != excludedObjected || c.Place != nil {
		t.Errorf("%+v", c)
	}
	next := all[o.group(1, 1)]
	if !next.Proposed {
		t.Fatalf("%+v", all)
	}
	o.must(o.review("secretary2", d.ID, next.ID, Agree))
	o.must(o.publish(d.ID))
	o.hear()
	if d := o.detail(d.ID); d.State != Heard {
		t.Fatalf("%+v", d)
	}
	refused(t, "the one that is out", o.decide("office", d.ID, "", first.ID), fault.RuleBroken)
	refused(t, "nobody", o.decide("office", d.ID, ""), fault.Invalid)

	// Two deciders at once: one decision, one honour.
	errs, wait := make([]error, 2), sync.WaitGroup{}
	version = o.detail(d.ID).RowVersion
	for i, who := range []string{"office", "chief"} {
		wait.Go(func() {
			ctx, by, scope := o.as(who, needDecide())
			_, errs[i] = o.svc.Decide(ctx, by, scope, d.ID, version, []uuid.UUID{next.ID}, "")
		})
	}
	wait.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("two deciders: %v", errs)
	}
	for _, err := range errs {
		if err != nil {
			refused(t, "the second decider", err, fault.Conflict)
		}
	}
	got := o.detail(d.ID)
	if got.State != Decided || len(got.Outcome) != 1 || got.Outcome[0].Result != Won || got.Outcome[0].Name != o.group(1, 1) {
		t.Errorf("%+v", got)
	}
	if c := o.all(d.ID)[o.group(1, 1)]; c.Result != Won {
		t.Errorf("%+v", c)
	}
	ctx, by, scope = o.as("office", needOpen())
	_, err = o.svc.Cancel(ctx, by, scope, d.ID, "反悔")
	refused(t, "cancelled after the decision", err, fault.Conflict)
	if _, err := o.db.NewRaw("UPDATE selection_selections SET state = 'open', decided_at = NULL WHERE id = ?", d.ID).Exec(ctx); err == nil {
		t.Error("the database lets a decision be undone")
	}
	if _, err := o.db.NewRaw("DELETE FROM selection_honours").Exec(ctx); err == nil {
		t.Error("the database lets honours be deleted")
	}

	// Who holds it keeps it at the next quarter's tie, and is compared with this one.
	o.now = time.Date(2027, 1, 5, 10, 0, 0, 0, o.now.Location())
	o.must(o.points.OpenQuarter(ctx, o.Unit, quarter.Next()))
	nextQuarter, err := o.svc.Open(ctx, by, scope, Pennant, quarter.Next())
	o.must(err)
	holder := o.all(nextQuarter.ID)[o.group(1, 1)]
	if !holder.Holds || !holder.Proposed || nextQuarter.Tied || won(holder) != Kept || holder.Change == nil || *holder.Change != -255 || holder.PreviousCount != 2 {
		t.Errorf("%+v", holder)
	}
}

func TestPennantIsNotDecidedByItsMembers(t *testing.T) {
	o := newOffice(t)
	o.give("leader1", "correct_political", 900) // 0,0, the chief's own group
	d := o.open(Pennant)
	first := o.all(d.ID)[o.group(0, 0)]
	o.must(o.review("secretary1", d.ID, first.ID, Agree))
	o.must(o.publish(d.ID))
	o.hear()
	ctx, by, scope := o.as("chief", needRead())
	if d, err := o.svc.Selection(ctx, by, scope, d.ID); err != nil || !d.Recused {
		t.Errorf("%+v %v", d, err)
	}
	refused(t, "own group", o.decide("chief", d.ID, "", first.ID), fault.RuleBroken)
	if _, err := o.db.NewRaw("UPDATE selection_selections SET state = 'decided', decided_by = ?, decided_at = ? WHERE id = ?", o.Person("chief"), o.now, d.ID).Exec(ctx); !db.Violates(err, "selection_honours_not_own") {
		t.Errorf("the database lets a member decide: %v", err)
	}
	// A veto that came after the notice bars the award.
	veto := o.give("leader1", "public_criticism", 0)
	refused(t, "a veto since", o.decide("office", d.ID, "", first.ID), fault.RuleBroken)
	if _, err := o.points.Reverse(ctx, o.Actor("office"), access.System(o.Unit), veto.ID, "核实有误"); err != nil {
		t.Fatal(err)
	}
	o.must(o.decide("office", d.ID, "", first.ID))
}

func TestCancelled(t *testing.T) {
	o := newOffice(t)
	o.give("leader1", "correct_political", 900)
	d := o.open(Pennant)
	first := o.all(d.ID)[o.group(0, 0)]
	o.must(o.review("secretary1", d.ID, first.ID, Agree))
	o.must(o.publish(d.ID))
	ctx, by, scope := o.as("office", needOpen())

	// A notice called off leads back to the open selection.
	cctx, cby, cscope := o.as("office", access.Need{Resource: "notice", Action: "cancel"})
	if err := o.notices.Cancel(cctx, cby, cscope, *o.detail(d.ID).NoticeID, "名单有误"); err != nil {
		t.Fatal(err)
	}
	if d := o.detail(d.ID); d.State != Open || d.Proposed != 1 {
		t.Errorf("%+v", d)
	}
	o.must(o.publish(d.ID))
	_, err := o.svc.Cancel(ctx, by, scope, d.ID, "")
	refused(t, "no reason", err, fault.Invalid)
	if _, err := o.svc.Cancel(ctx, by, scope, d.ID, "本季另有安排"); err != nil {
		t.Fatal(err)
	}
	var open int
	o.scan(&open, "SELECT count(*) FROM notice_items WHERE outcome IS NULL")
	if got := o.detail(d.ID); got.State != Cancelled || got.CancelReason != "本季另有安排" || open != 0 {
		t.Errorf("%+v, %d items still open", got, open)
	}
	o.hear()
	if o.detail(d.ID).State != Cancelled {
		t.Error("woken by the notice's end")
	}
	o.open(Pennant) // another one may follow
}

// A running quarter may be looked at, but what it comes to is known at its end.
func TestNotBeforeTheQuarterIsOver(t *testing.T) {
	o := newOffice(t)
	o.give("member1", "correct_political", 900)
	d := o.open(Pennant)
	o.must(o.review("committee1", d.ID, o.all(d.ID)[o.group(0, 1)].ID, Agree))
	o.now = quarter.Last().In()
	refused(t, "notice on the quarter's last day", o.publish(d.ID), fault.RuleBroken)
	o.now = quarter.Next().First().In()
	o.must(o.publish(d.ID))
}
