package mentoring

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
)

func TestPlanIsAgreedByThree(t *testing.T) {
	o := newTrio(t)
	_, err := o.write("leader2", 2026, twoLessons())
	o.want("a stranger", err, fault.NotFound)
	_, err = o.write("office", 2026, twoLessons())
	o.want("the office", err, fault.NotFound)
	for year, code := range map[int]fault.Code{2025: fault.RuleBroken, 2028: fault.RuleBroken} {
		_, err = o.write("member1", year, twoLessons())
		o.want("another year", err, code)
	}
	_, err = o.write("member1", 2026, PlanInput{Goals: " ", Items: twoLessons().Items})
	o.want("no goals", err, fault.Invalid)
	_, err = o.write("member1", 2026, PlanInput{Goals: "目标"})
	o.want("no items", err, fault.Invalid)

	p, err := o.write("member1", 2026, twoLessons())
	o.must(err)
	if p.Goals != "独立办理危险驾驶案件\n通过优秀公诉人初赛" || len(p.Items) != 2 || p.Items[1].Seq != 2 || p.Agreed || !p.People[0].Agreed || p.MayAgree || !p.MayWrite || p.Late {
		t.Errorf("%+v", p)
	}
	_, err = o.write("leader1", 2026, twoLessons())
	o.want("without having read it", err, fault.Conflict)
	if _, err := o.agree("secretary1", 2026, p.Version); err != nil {
		t.Fatal(err)
	}
	if again, err := o.agree("secretary1", 2026, p.Version); err != nil || again.Version != p.Version {
		t.Errorf("agreeing twice: %v %+v", err, again)
	}
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE action = 'mentoring.plan_agree'`); n != 1 {
		t.Errorf("%d agreements in the audit", n)
	}
	_, err = o.agree("leader2", 2026, p.Version)
	o.want("a stranger agrees", err, fault.NotFound)

	// Another wording: the others agree anew, whoever wrote it has.
	in := PlanInput{Goals: "改", Version: p.Version, Items: append(slices.Clone(p.Items[1:]), PlanItem{Kind: Reading, Title: "读书", Times: 3})}
	changed, err := o.write("leader1", 2026, in)
	o.must(err)
	if changed.People[0].Agreed || changed.People[1].Agreed || !changed.People[2].Agreed || changed.Items[0].Seq != 2 || changed.Items[1].Seq != 3 {
		t.Errorf("%+v", changed)
	}
	_, err = o.agree("member1", 2026, p.Version)
	o.want("agreeing to what it no longer says", err, fault.Conflict)
	_, err = o.write("secretary1", 2026, in)
	o.want("on the older version", err, fault.Conflict)

	// The mentor that follows is who agrees; the one before looks on.
	o.replace("2026-03-10")
	_, err = o.agree("leader1", 2026, changed.Version)
	o.want("a mentor who was replaced", err, fault.Forbidden)
	if p := o.plan("leader1"); p.MayWrite || p.MayAgree {
		t.Errorf("%+v", p)
	}
	for _, key := range []string{"member1", "secretary1", "leader2"} {
		_, err := o.agree(key, 2026, changed.Version)
		o.must(err)
	}
	if p := o.plan("leader2"); !p.Agreed {
		t.Errorf("%+v", p.People)
	}
}

func TestPlansGoOnNotice(t *testing.T) {
	o := newTrio(t)
	p, err := o.write("member1", 2026, twoLessons())
	o.must(err)
	_, err = o.publish("office", 2026)
	o.want("nothing is agreed", err, fault.RuleBroken)
	_, err = o.publish("office", 2026, p.ID)
	o.want("this one neither", err, fault.RuleBroken)
	if f := fault.From(err); len(f.Details) != 1 || !strings.Contains(f.Details[0].Message, "还有 2 人没有同意") {
		t.Errorf("%+v", f)
	}
	_, err = o.publish("office", 2026, uuid.New())
	o.want("an unknown one", err, fault.NotFound)
	for _, key := range []string{"secretary1", "leader1"} {
		_, err := o.agree(key, 2026, p.Version)
		o.must(err)
	}
	_, err = o.publish("secretary1", 2026)
	o.want("not the office", err, fault.RuleBroken) // nothing is in their reach
	out, err := o.publish("office", 2026)
	o.must(err)
	if out.Plans != 1 || out.Late != 0 || out.Title != "2026年度青年干警成长计划公示" {
		t.Errorf("%+v", out)
	}
	_, err = o.publish("office", 2026, p.ID)
	o.want("twice", err, fault.RuleBroken)
	noticed := o.plan("member1")
	if noticed.State != PlanNoticed || noticed.MayWrite || noticed.PublishedOn == nil || *noticed.NoticeID != out.NoticeID {
		t.Errorf("%+v", noticed)
	}
	in := twoLessons()
	in.Version = noticed.Version
	_, err = o.write("member1", 2026, in)
	o.want("while it lies open", err, fault.RuleBroken)

	ctx, by, _ := o.as("office", "publish")
	cancel, err := o.policy.Decide(by, access.Need{Resource: "notice", Action: "cancel"})
	o.must(err)
	o.must(o.notices.Cancel(ctx, by, cancel, out.NoticeID, "漏列一人"))
	if back := o.plan("member1"); back.State != PlanDraft || !back.Agreed || back.PublishedOn != nil || back.Returned != "公示已撤销：漏列一人" {
		t.Errorf("%+v", back)
	}
	out, err = o.publish("office", 2026, p.ID)
	o.must(err)
	o.at("2026-03-25")
	o.must(o.notices.Tick(ctx))
	o.must(o.notices.Tick(ctx))
	public := o.plan("secretary1")
	if public.State != PlanPublished || public.PublishedOn.String() != "2026-03-10" || public.Late || public.Returned != "" {
		t.Errorf("%+v", public)
	}
	in.Version = public.Version
	_, err = o.write("member1", 2026, in)
	o.want("a published plan", err, fault.RuleBroken)

	// A change is a new round.
	_, err = o.svc.ReopenPlan(o.reopening("secretary1", p.ID, "改", public.Version))
	o.want("a mentor reopens", err, fault.NotFound)
	_, err = o.svc.ReopenPlan(o.reopening("office", p.ID, "改", public.Version-1))
	o.want("an older version", err, fault.Conflict)
	open, err := o.svc.ReopenPlan(o.reopening("office", p.ID, "岗位调整", public.Version))
	o.must(err)
	if open.State != PlanDraft || open.Agreed || open.People[0].Agreed || open.Returned != "机关党委退回修订：岗位调整" {
		t.Errorf("%+v", open)
	}
	_, err = o.svc.ReopenPlan(o.reopening("office", p.ID, "岗位调整", open.Version))
	o.want("twice", err, fault.RuleBroken)
}

// An upheld objection gives the plan back, to be agreed anew; whoever answers is told.
func TestUpheldPlan(t *testing.T) {
	o := newTrio(t)
	p, err := o.write("member1", 2026, twoLessons())
	o.must(err)
	for _, key := range []string{"secretary1", "leader1"} {
		_, err := o.agree(key, 2026, p.Version)
		o.must(err)
	}
	out, err := o.publish("office", 2026)
	o.must(err)
	var item struct{ ID, Person uuid.UUID }
	o.must(o.db.NewRaw(`SELECT id, person_id AS person FROM notice_items WHERE notice_id = ?`, out.NoticeID).Scan(t.Context(), &item))
	if item.Person != o.Person("member1") {
		t.Errorf("%+v", item)
	}
	ctx, by, _ := o.as("leader2", "read")
	n, err := o.policy.Decide(by, access.Need{Resource: "notice", Action: "object"})
	o.must(err)
	objection, err := o.notices.Object(ctx, by, n, out.NoticeID, item.ID, "次数与岗位不符")
	o.must(err)
	ctx, by, _ = o.as("office", "read")
	n, err = o.policy.Decide(by, access.Need{Resource: "notice", Action: "decide"})
	o.must(err)
	if _, err = o.notices.Decide(ctx, by, n, objection.ID, notice.Decision{Uphold: true, Answer: "同意调整次数"}); err != nil {
		t.Fatal(err)
	}
	if back := o.plan("member1"); back.State != PlanDraft || back.Agreed || back.People[0].Agreed || !strings.Contains(back.Returned, "同意调整次数") {
		t.Errorf("%+v", back)
	}
}

func TestPlansOfAYear(t *testing.T) {
	o := newTrio(t)
	o.pair("leader2", "committee1", "secretary2", "2025-06-01", "2027-05-31")
	list := func(key string, f PlanFilter) PlanPage {
		t.Helper()
		ctx, by, scope := o.as(key, "read")
		f.Limit = 1
		page, err := o.svc.GrowthPlans(ctx, by, scope, f)
		o.must(err)
		return page
	}
	page := list("office", PlanFilter{Year: 2026})
	if page.Total != 2 || page.Items[0].MenteeName != "方明远" || !page.Items[0].Late || page.Items[0].State != "none" || page.Counts != (PlanCounts{None: 2, Late: 1}) {
		t.Errorf("%+v", page)
	}
	next := list("office", PlanFilter{Year: 2026, Cursor: page.Next})
	if next.Total != 2 || len(next.Items) != 1 || next.Items[0].MenteeName != "叶知秋" || next.Next != "" || next.Items[0].Late {
		t.Errorf("%+v", next)
	}
	if page := list("member1", PlanFilter{Year: 2026}); page.Total != 1 || page.Items[0].PoliticalName != "白一帆" {
		t.Errorf("own: %+v", page)
	}
	if page := list("chief", PlanFilter{Year: 2026, State: "late"}); page.Total != 1 {
		t.Errorf("late: %+v", page)
	}
	if page := list("office", PlanFilter{Year: 2024}); page.Total != 0 {
		t.Errorf("2024: %+v", page)
	}
	o.published()
	p, err := o.svc.GrowthPlans(o.listing("office", PlanFilter{Year: 2026, State: PlanPublished}))
	o.must(err)
	if p.Total != 1 || p.Items[0].Planned != 3 || p.Items[0].Agreed != 3 || p.Counts.Published != 1 {
		t.Errorf("%+v", p)
	}
}
