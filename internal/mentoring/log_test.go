package mentoring

import (
	"sync"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/fault"
)

func (o *trio) lesson(day string) LogInput {
	return LogInput{MentorID: o.Person("leader1"), Kind: Lesson, HeldOn: on(day), Minutes: 60, Content: "讲评起诉书"}
}

func (o *trio) logs(key string, f LogFilter) LogPage {
	o.t.Helper()
	ctx, by, scope := o.as(key, "read")
	page, err := o.svc.Logs(ctx, by, scope, o.pairing, f)
	o.must(err)
	return page
}

func TestLogIsConfirmedByTheOther(t *testing.T) {
	o := newTrio(t)
	refused := map[string]struct {
		key  string
		in   func(*LogInput)
		code fault.Code
	}{
		"a stranger":             {"leader2", func(*LogInput) {}, fault.NotFound},
		"the office":             {"office", func(*LogInput) {}, fault.NotFound},
		"the other mentor":       {"secretary1", func(*LogInput) {}, fault.Forbidden},
		"tomorrow":               {"leader1", func(in *LogInput) { in.HeldOn = on("2026-03-11") }, fault.Invalid},
		"before the term":        {"leader1", func(in *LogInput) { in.HeldOn = on("2026-02-28") }, fault.Invalid},
		"of a stranger":          {"member1", func(in *LogInput) { in.MentorID = o.Person("leader2") }, fault.Invalid},
		"of nobody":              {"member1", func(in *LogInput) { in.MentorID = uuid.Nil }, fault.Invalid},
		"too short":              {"leader1", func(in *LogInput) { in.Minutes = 4 }, fault.Invalid},
		"without words":          {"leader1", func(in *LogInput) { in.Content = "\n " }, fault.Invalid},
		"an unknown kind":        {"leader1", func(in *LogInput) { in.Kind = "party" }, fault.Invalid},
		"an item without a plan": {"leader1", func(in *LogInput) { in.Item = 1 }, fault.Invalid},
	}
	for what, c := range refused {
		in := o.lesson("2026-03-05")
		c.in(&in)
		_, err := o.log(c.key, in)
		o.want(what, err, c.code)
	}
	l, err := o.log("leader1", o.lesson("2026-03-05"))
	o.must(err)
	if l.State != LogReported || l.MayAnswer || !l.MayWithdraw || l.Role != Professional || l.KindName != "授课辅导" {
		t.Errorf("%+v", l)
	}
	_, err = o.log("leader1", o.lesson("2026-03-05"))
	o.want("the same twice", err, fault.Conflict)
	_, err = o.log("member1", o.lesson("2026-03-05"))
	o.want("the other one notes it too", err, fault.Conflict)

	ctx, by, scope := o.as("leader1", "write")
	_, err = o.svc.ConfirmLog(ctx, by, scope, l.ID, l.Version)
	o.want("their own", err, fault.RuleBroken)
	ctx, by, scope = o.as("secretary1", "write")
	_, err = o.svc.ConfirmLog(ctx, by, scope, l.ID, l.Version)
	o.want("the other mentor", err, fault.Forbidden)
	for _, key := range []string{"leader2", "office", "chief"} {
		ctx, by, scope = o.as(key, "write")
		_, err = o.svc.ConfirmLog(ctx, by, scope, l.ID, l.Version)
		o.want(key, err, fault.NotFound)
	}
	ctx, by, scope = o.as("member1", "write")
	_, err = o.svc.WithdrawLog(ctx, by, scope, l.ID, l.Version)
	o.want("withdrawing another's", err, fault.Forbidden)
	_, err = o.svc.ConfirmLog(ctx, by, scope, l.ID, l.Version+1)
	o.want("another version", err, fault.Conflict)
	if page := o.logs("member1", LogFilter{}); page.Waiting != 1 || page.Total != 1 || !page.Items[0].MayAnswer || !page.MayWrite {
		t.Errorf("%+v", page)
	}
	if page := o.logs("secretary1", LogFilter{}); page.Waiting != 0 || page.Total != 1 || page.Items[0].MayAnswer {
		t.Errorf("the other mentor: %+v", page)
	}
	done, err := o.svc.ConfirmLog(ctx, by, scope, l.ID, l.Version)
	o.must(err)
	if done.State != LogConfirmed || done.AnsweredName != "叶知秋" || done.AnsweredAt == nil {
		t.Errorf("%+v", done)
	}
	_, err = o.svc.ConfirmLog(ctx, by, scope, l.ID, done.Version)
	o.want("twice", err, fault.Conflict)
}

func TestLogsThatCameToNothingStay(t *testing.T) {
	o := newTrio(t)
	l, err := o.log("member1", o.lesson("2026-03-05"))
	o.must(err)
	ctx, by, scope := o.as("leader1", "write")
	_, err = o.svc.DeclineLog(ctx, by, scope, l.ID, " ", l.Version)
	o.want("without a reason", err, fault.Invalid)
	_, err = o.svc.DeclineLog(ctx, by, scope, l.ID, "不是这一天", l.Version)
	o.must(err)
	again, err := o.log("member1", o.lesson("2026-03-05"))
	o.must(err)
	ctx, by, scope = o.as("member1", "write")
	_, err = o.svc.WithdrawLog(ctx, by, scope, again.ID, again.Version)
	o.must(err)
	if page := o.logs("member1", LogFilter{}); page.Total != 1 || page.Items[0].Answer != "不是这一天" {
		t.Errorf("%+v", page)
	}
	if page := o.logs("office", LogFilter{State: LogWithdrawn}); page.Total != 1 || page.MayWrite {
		t.Errorf("%+v", page)
	}
	o.must(func() error { _, err := o.log("member1", o.lesson("2026-03-06")); return err }())
	first := o.logs("member1", LogFilter{Limit: 1})
	second := o.logs("member1", LogFilter{Limit: 1, Cursor: first.Next})
	if first.Items[0].HeldOn != on("2026-03-06") || second.Items[0].HeldOn != on("2026-03-05") || second.Next != "" || second.Total != 2 {
		t.Errorf("%+v %+v", first, second)
	}
}

// A mentor whom another followed still notes and confirms what was within their time.
func TestLogsOfAReplacedMentor(t *testing.T) {
	o := newTrio(t)
	l, err := o.log("member1", o.lesson("2026-03-05"))
	o.must(err)
	o.replace("2026-03-08")
	_, err = o.log("leader1", o.lesson("2026-03-09"))
	o.want("after their time", err, fault.Invalid)
	in := o.lesson("2026-03-06")
	_, err = o.log("leader1", in)
	o.must(err)
	in.MentorID = o.Person("leader2")
	_, err = o.log("leader2", in)
	o.want("before theirs", err, fault.Invalid)
	ctx, by, scope := o.as("leader1", "write")
	_, err = o.svc.ConfirmLog(ctx, by, scope, l.ID, l.Version)
	o.must(err)
	ctx, by, scope = o.as("leader2", "write")
	_, err = o.svc.ConfirmLog(ctx, by, scope, l.ID, l.Version+1)
	o.want("who followed", err, fault.Forbidden)
	if page := o.logs("leader1", LogFilter{}); len(page.Mentors) != 3 || page.Total != 2 {
		t.Errorf("%+v", page)
	}
}

func TestLogsFulfilThePlan(t *testing.T) {
	o := newTrio(t)
	draft, err := o.write("member1", 2026, twoLessons())
	o.must(err)
	in := o.lesson("2026-03-05")
	in.PlanID, in.Item = &draft.ID, 1
	_, err = o.log("leader1", in)
	o.want("a draft", err, fault.Invalid)
	for _, key := range []string{"secretary1", "leader1"} {
		_, err := o.agree(key, 2026, draft.Version)
		o.must(err)
	}
	_, err = o.publish("office", 2026)
	o.must(err)
	for what, change := range map[string]func(*LogInput){
		"another kind":     func(in *LogInput) { in.Item = 2 },
		"no such item":     func(in *LogInput) { in.Item = 9 },
		"another's plan":   func(in *LogInput) { id := uuid.New(); in.PlanID = &id },
		"the other mentor": func(in *LogInput) { in.MentorID = o.Person("secretary1") },
	} {
		wrong := in
		change(&wrong)
		_, err := o.log("member1", wrong)
		o.want(what, err, fault.Invalid)
	}
	for _, day := range []string{"2026-03-03", "2026-03-04", "2026-03-05"} { // one more than planned
		in.HeldOn = on(day)
		l, err := o.log("leader1", in)
		o.must(err)
		ctx, by, scope := o.as("member1", "write")
		_, err = o.svc.ConfirmLog(ctx, by, scope, l.ID, l.Version)
		o.must(err)
	}
	in.HeldOn = on("2026-03-06")
	_, err = o.log("leader1", in) // not confirmed: does not count
	o.must(err)
	facts, err := BestPairs(t.Context(), o.db, o.Unit, 2026)
	o.must(err)
	if len(facts) != 1 || facts[0].Planned != 3 || facts[0].Done != 2 || facts[0].Logs != 3 || facts[0].Complete {
		t.Errorf("%+v", facts)
	}
	// What has been logged stays an item of the plan, whatever round it is in.
	o.at("2026-03-25")
	o.must(o.notices.Tick(t.Context()))
	p := o.plan("member1")
	open, err := o.svc.ReopenPlan(o.reopening("office", p.ID, "调整", p.Version))
	o.must(err)
	_, err = o.write("member1", 2026, PlanInput{Goals: "新", Version: open.Version, Items: open.Items[1:]})
	o.want("dropping what was done", err, fault.RuleBroken)
	items := append([]PlanItem{}, open.Items...)
	items[0].Kind = Talk
	_, err = o.write("member1", 2026, PlanInput{Goals: "新", Version: open.Version, Items: items})
	o.want("another kind of what was done", err, fault.Invalid)
	items[0].Kind, items[0].Times = Lesson, 4
	_, err = o.write("member1", 2026, PlanInput{Goals: "新", Version: open.Version, Items: items[:1]})
	o.must(err)
}

// Two at once: the mentor confirms while the mentee takes it back; one of them does.
func TestTwoAnswersAtOnce(t *testing.T) {
	o := newTrio(t)
	l, err := o.log("member1", o.lesson("2026-03-05"))
	o.must(err)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	mentor, mby, mscope := o.as("leader1", "write")
	mentee, kby, kscope := o.as("member1", "write")
	wg.Go(func() { _, errs[0] = o.svc.ConfirmLog(mentor, mby, mscope, l.ID, l.Version) })
	wg.Go(func() { _, errs[1] = o.svc.WithdrawLog(mentee, kby, kscope, l.ID, l.Version) })
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("%v / %v", errs[0], errs[1])
	}
	// And the same noted twice at once is noted once.
	in := o.lesson("2026-03-07")
	for i := range errs {
		ctx, by, scope := o.as("leader1", "write")
		wg.Go(func() { _, errs[i] = o.svc.WriteLog(ctx, by, scope, o.pairing, in) })
	}
	wg.Wait()
	if n := o.count(`SELECT count(*) FROM mentoring_logs WHERE held_on = '2026-03-07'`); n != 1 {
		t.Errorf("%d logs: %v / %v", n, errs[0], errs[1])
	}
}
