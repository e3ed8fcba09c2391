package notice_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
)

// file writes an objection past the service, as a program gone wrong would.
func (o *office) file(key string, n notice.Notice, it notice.Item, day string) error {
	_, err := o.db.NewRaw(`INSERT INTO notice_objections (unit_id, id, notice_id, item_id, branch_id, objector_id, statement, filed_at) VALUES (?, ?, ?, ?, ?, ?, 'x', ?)`,
		o.Unit, db.NewID(), n.ID, it.ID, db.OrNull(it.Branch), o.Person(key), at(day)).Exec(context.Background())
	return db.Translate(err)
}

// rule decides an objection past the service.
func (o *office) rule(key string, objection uuid.UUID, meeting any) error {
	_, err := o.db.NewRaw(`UPDATE notice_objections SET state = 'upheld', answer = 'x', meeting_id = ?, decided_by = ?, decided_at = ? WHERE id = ?`,
		meeting, o.Person(key), o.clock(), objection).Exec(context.Background())
	return db.Translate(err)
}

func TestObjectInTime(t *testing.T) {
	o := newOffice(t)
	n, items := o.put("member1", "deputy")
	o.setClock(at("2026-05-19")) // the clock moved back before the publishing
	_, err := o.object("chief", n, items[0])
	refused(t, err, fault.RuleBroken, "系统时间")
	refused(t, o.file("chief", n, items[0], "2026-05-19"), fault.RuleBroken, "公示已经结束")

	o.setClock(at("2026-05-27"))
	o.mustObject("chief", n, items[0])
	_, err = o.object("chief", n, items[0])
	refused(t, err, fault.Conflict, "未答复的异议")
	refused(t, o.file("chief", n, items[0], "2026-05-27"), fault.Conflict, "未答复的异议")

	o.setClock(at("2026-05-28"))
	_, err = o.object("leader1", n, items[1])
	refused(t, err, fault.RuleBroken, "公示已经结束")
	refused(t, o.file("leader1", n, items[1], "2026-05-28"), fault.RuleBroken, "公示已经结束")
	o.tick() // items[1] is settled, items[0] waits for its answer
	refused(t, o.file("leader1", n, items[1], "2026-05-26"), fault.RuleBroken, "公示已经结束")
	o.setClock(at("2026-05-26")) // moved back: what is settled takes none
	_, err = o.object("leader1", n, items[1])
	refused(t, err, fault.RuleBroken, "公示已经结束")

	ctx := context.Background()
	_, err = o.svc.Object(ctx, o.Actor("leader1"), o.scope("leader1", "object"), n.ID, items[0].ID, " \n")
	refused(t, err, fault.Invalid, "事实和理由")
	_, err = o.svc.Object(ctx, o.Actor("leader1"), o.scope("leader1", "object"), n.ID, items[0].ID, strings.Repeat("长", 1001))
	refused(t, err, fault.Invalid, "1000")
	_, err = o.svc.Object(ctx, o.Actor("secretary2"), o.scope("secretary2", "object"), n.ID, items[0].ID, "别的支部")
	refused(t, err, fault.NotFound, "")
	_, err = o.svc.Object(ctx, o.Actor("leader1"), o.scope("leader1", "object"), n.ID, db.NewID(), "没有这一项")
	refused(t, err, fault.NotFound, "")
}

func TestTwoObjectionsAtOnce(t *testing.T) {
	o := newOffice(t)
	n, items := o.put("member1")
	var wait sync.WaitGroup
	var mu sync.Mutex
	filed := 0
	for range 8 {
		wait.Go(func() {
			_, err := o.object("chief", n, items[0])
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				filed++
			} else {
				refused(t, err, fault.Conflict, "未答复的异议")
			}
		})
	}
	wait.Wait()
	if filed != 1 || o.count(`SELECT count(*) FROM notice_objections`) != 1 {
		t.Errorf("%d filed", filed)
	}
}

// Objections that come while the notice is settled are either in, and hold their
// item, or out.
func TestObjectWhileSettling(t *testing.T) {
	o := newOffice(t)
	for range 10 {
		n, items := o.put("member1", "deputy")
		var wait sync.WaitGroup
		wait.Go(func() {
			late := notice.NewService(o.db, o.policy, map[string]notice.Owner{notice.KindClaims: o}, nil, func() time.Time { return at("2026-05-28") })
			if err := late.Tick(context.Background()); err != nil {
				t.Error(err)
			}
		})
		var filed error
		wait.Go(func() { _, filed = o.object("chief", n, items[0]) })
		wait.Wait()
		if passed := o.outcome(items[0]) == notice.Passed; passed == (filed == nil) {
			t.Errorf("filed: %v, passed: %v", filed, passed)
		}
	}
}

func TestWithdrawObjection(t *testing.T) {
	ctx, o := context.Background(), newOffice(t)
	n, items := o.put("member1")
	objection := o.mustObject("chief", n, items[0])
	if !objection.Mine || objection.Objector != "江远山" || objection.MayDecide || objection.BranchName != "第一党支部" {
		t.Errorf("%+v", objection)
	}
	for _, key := range []string{"member1", "committee1"} {
		_, err := o.svc.WithdrawObjection(ctx, o.Actor(key), objection.ID)
		refused(t, err, fault.NotFound, "")
	}
	got, err := o.svc.WithdrawObjection(ctx, o.Actor("chief"), objection.ID)
	if err != nil || got.State != notice.ObjectionWithdrawn {
		t.Fatal(got, err)
	}
	_, err = o.svc.WithdrawObjection(ctx, o.Actor("chief"), objection.ID)
	refused(t, err, fault.Conflict, "已有结论")
	o.mustObject("chief", n, items[0]) // once more, while it runs
	o.setClock(at("2026-05-28"))
	o.tick()
	if o.outcome(items[0]) != "" {
		t.Error("passed with an open objection")
	}
}

func TestDecide(t *testing.T) {
	o := newOffice(t)
	n, items := o.put("member1", "deputy")
	upheld, rejected := o.mustObject("chief", n, items[0]), o.mustObject("chief", n, items[1])
	o.mustObject("leader1", n, items[0])
	meeting := o.meeting("2026-05-21", nil)
	o.setClock(at("2026-05-22"))
	got, err := o.decide("committee1", upheld.ID, true, meeting)
	if err != nil {
		t.Fatal(err)
	}
	if got.State != notice.ObjectionUpheld || got.Answer != "经支委会讨论" || got.DecidedBy != "秦嘉树" || got.MeetingTitle != "5月支委会" || got.Objector != "江远山" {
		t.Errorf("%+v", got)
	}
	if o.told(notice.Upheld, items[0]) != 1 || o.outcome(items[0]) != notice.Upheld {
		t.Error("the owner was not told at once")
	}
	if o.count(`SELECT count(*) FROM notice_objections WHERE state = 'withdrawn' AND answer LIKE '%另一份异议%'`) != 1 {
		t.Error("the other objection to it stands open")
	}
	if _, err := o.decide("committee1", rejected.ID, false, meeting); err != nil {
		t.Fatal(err)
	}
	if o.toldAny(items[1]) != 0 || o.outcome(items[1]) != "" {
		t.Error("a rejected objection settled its item")
	}
	_, err = o.decide("committee1", rejected.ID, true, meeting)
	refused(t, err, fault.Conflict, "已有结论")
	refused(t, o.rule("committee1", rejected.ID, meeting), fault.Conflict, "已有结论")
	o.setClock(at("2026-05-28"))
	o.tick()
	if o.toldAny(items[0]) != 1 || o.told(notice.Passed, items[1]) != 1 || o.state(n) != notice.StateSettled {
		t.Error("not settled at the end")
	}
	if o.count(`SELECT count(*) FROM audit_entries WHERE action = 'notice.decide'`) != 2 {
		t.Error("decisions are not audited")
	}
}

// Whoever is concerned does not decide: by the policy, by the service, and by the
// database when a program goes around both.
func TestRecusal(t *testing.T) {
	o := newOffice(t)
	need := access.Need{Resource: "notice", Action: "decide"}
	for name, c := range map[string]struct{ objector, beneficiary, recused, decider string }{
		"objector":    {"committee1", "member1", "leader1", "committee1"},
		"beneficiary": {"chief", "committee1", "leader1", "committee1"},
		"verifier":    {"chief", "member1", "committee1", "committee1"},
		"secretary":   {"secretary1", "member1", "leader1", "secretary1"},
		"the office":  {"chief", "member1", "office", "office"},
	} {
		t.Run(name, func(t *testing.T) {
			p := o.claims(c.beneficiary)
			p.Items[0].Recused = []uuid.UUID{o.Person(c.recused)}
			n, err := o.publish(p)
			if err != nil {
				t.Fatal(err)
			}
			objection := o.mustObject(c.objector, n, p.Items[0])
			if err := o.policy.Separate(o.Actor(c.decider), need, o.Person(c.decider)); !fault.Is(err, fault.RuleBroken) {
				t.Errorf("policy: %v", err)
			}
			meeting := o.meeting("2026-05-20", nil)
			_, err = o.decide(c.decider, objection.ID, true, meeting)
			refused(t, err, fault.RuleBroken, "请由他人办理")
			refused(t, o.rule(c.decider, objection.ID, meeting), fault.RuleBroken, "请由其他委员裁定")
			if o.outcome(p.Items[0]) != "" {
				t.Error("decided")
			}
		})
	}
}

func TestForeignCommittee(t *testing.T) {
	o := newOffice(t)
	n, items := o.put("member1")
	objection := o.mustObject("chief", n, items[0])
	meeting := o.meeting("2026-05-20", nil)
	if o.scope("secretary2", "decide").Covers(access.Place{Unit: o.Unit, Branch: o.Branches[0].ID}) {
		t.Error("policy: reaches the other branch")
	}
	_, err := o.decide("secretary2", objection.ID, true, meeting)
	refused(t, err, fault.NotFound, "")
	refused(t, o.rule("secretary2", objection.ID, meeting), fault.RuleBroken, "该支部的支部委员会")
	_, err = o.decide("deputy", objection.ID, true, meeting) // no committee's at all
	refused(t, err, fault.NotFound, "")
	refused(t, o.rule("deputy", objection.ID, meeting), fault.RuleBroken, "该支部的支部委员会")
	_, err = o.svc.Candidates(context.Background(), o.Actor("secretary2"), o.scope("secretary2", "decide"), objection.ID)
	refused(t, err, fault.NotFound, "")
}

func TestDecideMeeting(t *testing.T) {
	o := newOffice(t)
	n, items := o.put("member1")
	o.setClock(at("2026-05-21"))
	objection := o.mustObject("chief", n, items[0])
	o.setClock(at("2026-05-25"))
	set := func(k string, v any) func(map[string]any) { return func(m map[string]any) { m[k] = v } }
	for name, c := range map[string]struct {
		meeting uuid.UUID
		words   string
	}{
		"none":              {uuid.Nil, "请选择"},
		"no such record":    {db.NewID(), "不存在"},
		"another branch's":  {o.meeting("2026-05-22", set("branch_id", o.Branches[1].ID)), "不是该支部"},
		"no quorum":         {o.meeting("2026-05-22", set("quorum_met", false)), "法定人数"},
		"before the filing": {o.meeting("2026-05-20", nil), "早于"},
		"members' meeting":  {o.meeting("2026-05-22", set("kind", "branch_meeting")), "支委会讨论"},
		"a draft": {o.meeting("2026-05-22", func(m map[string]any) {
			m["state"], m["confirmed_at"] = "draft", nil
		}), "还没有确认"},
		"withdrawn": {o.meeting("2026-05-22", func(m map[string]any) {
			m["state"], m["withdrawn_at"] = "withdrawn", at("2026-05-23")
		}), "不存在"},
		"a group's": {o.meeting("2026-05-22", func(m map[string]any) {
			m["organiser_kind"], m["group_id"] = "group", o.Groups[0][0].ID
		}), "不是该支部"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := o.decide("committee1", objection.ID, true, c.meeting)
			refused(t, err, fault.Invalid, c.words)
		})
	}
	refused(t, o.rule("committee1", objection.ID, nil), fault.RuleBroken, "会议的记录")

	ctx := context.Background()
	c, err := o.svc.Candidates(ctx, o.Actor("committee1"), o.scope("committee1", "decide"), objection.ID)
	if err != nil || !c.Required || c.Advice == "" || !strings.Contains(c.Advice, "支委会") {
		t.Errorf("%+v, %v", c, err)
	}
	for _, i := range c.Items {
		if i.Why == "" {
			t.Errorf("fits: %+v", i)
		}
	}
	good := o.meeting("2026-05-21", nil)
	c, err = o.svc.Candidates(ctx, o.Actor("committee1"), o.scope("committee1", "decide"), objection.ID)
	fits := 0
	for _, i := range c.Items {
		if i.Why == "" {
			fits++
			if i.ID != good {
				t.Errorf("%+v", i)
			}
		}
	}
	if err != nil || fits != 1 || c.Advice != "" {
		t.Errorf("%d fit, %+v, %v", fits, c, err)
	}
	if _, err := o.decide("office", objection.ID, false, good); err != nil { // writes down what the committee resolved
		t.Error(err)
	}
}

// Where a branch has no committee, its members' meeting decides.
func TestDecideWithoutCommittee(t *testing.T) {
	o := newOffice(t)
	if _, err := o.db.NewRaw(`UPDATE org_positions SET valid_to = '2026-01-01' WHERE kind IN ('secretary', 'deputy_secretary', 'committee_member')`).Exec(context.Background()); err != nil {
		t.Fatal(err)
	}
	n, items := o.put("member1")
	objection := o.mustObject("chief", n, items[0])
	_, err := o.decide("committee1", objection.ID, true, o.meeting("2026-05-20", nil))
	refused(t, err, fault.Invalid, "党员大会")
	c, err := o.svc.Candidates(context.Background(), o.Actor("committee1"), o.scope("committee1", "decide"), objection.ID)
	if err != nil || !strings.Contains(c.Advice, "党员大会") {
		t.Errorf("%+v, %v", c, err)
	}
	meeting := o.meeting("2026-05-20", func(m map[string]any) { m["kind"] = "branch_meeting" })
	if _, err := o.decide("committee1", objection.ID, true, meeting); err != nil {
		t.Error(err)
	}
}

// What no branch decides is the Party office's, and needs no meeting.
func TestDecideByOffice(t *testing.T) {
	o := newOffice(t)
	p := o.claims("member1", "deputy")
	p.Branch = uuid.Nil
	for i := range p.Items {
		p.Items[i].Branch, p.Items[i].Recused = uuid.Nil, nil
	}
	n, err := o.publish(p)
	if err != nil {
		t.Fatal(err)
	}
	objection := o.mustObject("probationer", n, p.Items[0]) // of the other branch: it is everybody's
	for _, key := range []string{"secretary1", "committee1", "secretary2"} {
		_, err := o.decide(key, objection.ID, true, uuid.Nil)
		refused(t, err, fault.NotFound, "")
		refused(t, o.rule(key, objection.ID, nil), fault.RuleBroken, "支部委员会")
	}
	if _, err := o.decide("office", objection.ID, true, uuid.Nil); err != nil {
		t.Fatal(err)
	}
	if o.told(notice.Upheld, p.Items[0]) != 1 {
		t.Error("not upheld")
	}
}

func TestTwoDecidersAtOnce(t *testing.T) {
	o := newOffice(t)
	meeting := o.meeting("2026-05-20", nil)
	for range 6 {
		p := o.claims("member1")
		p.Items[0].Recused = nil
		n, err := o.publish(p)
		if err != nil {
			t.Fatal(err)
		}
		objection := o.mustObject("chief", n, p.Items[0])
		var wait sync.WaitGroup
		var mu sync.Mutex
		won := []bool{}
		for i, key := range []string{"committee1", "secretary1", "office"} {
			wait.Go(func() {
				_, err := o.decide(key, objection.ID, i > 0, meeting)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					won = append(won, i > 0)
				} else {
					refused(t, err, fault.Conflict, "已有结论")
				}
			})
		}
		wait.Wait()
		want := 0
		if len(won) == 1 && won[0] {
			want = 1
		}
		if len(won) != 1 || o.told(notice.Upheld, p.Items[0]) != want {
			t.Errorf("%v decided, told %d times", won, o.toldAny(p.Items[0]))
		}
	}
}
