package claim

import (
	"strings"
	"testing"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// A claim goes its whole way, and posts once however often the end of the notice is
// looked for.
func TestTheWholeWay(t *testing.T) {
	o := newOffice(t)
	s := o.submitted("member1", o.honour("member1", "district", "2026年度优秀党务工作者"))
	o.verified("secretary1", s)
	out, err := o.publish("secretary1", s)
	if err != nil || len(out) != 1 || out[0].Claims != 1 || *out[0].BranchID != o.Branches[0].ID || !out[0].LastDay.After(out[0].FirstDay) {
		t.Fatalf("publish: %v %+v", err, out)
	}
	if err := o.notices.Tick(bg); err != nil {
		t.Fatal(err)
	}
	o.stand(Noticed, s)
	o.pass()
	for range 3 {
		if err := o.notices.Tick(bg); err != nil {
			t.Fatal(err)
		}
	}
	o.stand(Posted, s)
	o.wantSteps(s, StepSubmit, StepVerify, StepNotice, StepPost)
	if n := o.gained("member1"); n != 200 {
		t.Errorf("gained %d", n)
	}
	if n := o.count(`SELECT count(*) FROM points_entries WHERE record_id = ? AND verified_by = ? AND posted_by IS NULL AND reason = ?`,
		s.ID, o.Person("secretary1"), "获评2026年度优秀党务工作者"); n != 1 {
		t.Errorf("%d entries as they should be", n)
	}
	by, scope := o.as("member1", "read")
	d, err := o.svc.Detail(bg, by, scope, s.ID)
	if err != nil || len(d.Points) != 1 || d.Points[0].Points != 200 || len(d.Files) != 1 || len(d.Steps) != 4 || d.Steps[3].By != "" || d.Steps[1].By != "白一帆" || d.Can != (Can{}) {
		t.Errorf("%v %+v", err, d)
	}
	o.ledgerHolds()
}

func TestGroupLeaderClaimsForTheirGroup(t *testing.T) {
	o := newOffice(t)
	in := o.proposal("secretary1") // of the group that leader1 leads
	s := o.submitted("leader1", in)
	if c := o.claim(s); c.Person != o.Person("secretary1") || c.ClaimedBy != o.Person("leader1") {
		t.Errorf("%+v", c)
	}
	for _, other := range []string{"member1", "leader2", "staff"} { // another group, branch, no group at all
		_, err := o.create("leader1", o.proposal(other))
		o.refused(err, fault.NotFound, "")
	}
	_, err := o.create("member1", o.proposal("leader1"))
	o.refused(err, fault.NotFound, "")
	by, scope := o.as("leader1", "submit")
	people, err := o.svc.Beneficiaries(bg, by, scope)
	if err != nil || len(people) != 3 || !people[0].Self || people[0].ID != by.Person {
		t.Errorf("%v %+v", err, people)
	}
	by, scope = o.as("member1", "submit")
	if people, err := o.svc.Beneficiaries(bg, by, scope); err != nil || len(people) != 1 {
		t.Errorf("%v %+v", err, people)
	}
	// Both of them see it and may take it back; nobody else changes it.
	for _, key := range []string{"leader1", "secretary1"} {
		by, scope := o.as(key, "read")
		if _, err := o.svc.Detail(bg, by, scope, s.ID); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	_, err = o.svc.Recall(bg, o.Actor("member1"), s.ID, s.Version)
	o.refused(err, fault.NotFound, "")
	s = o.must(o.svc.Recall(bg, o.Actor("secretary1"), s.ID, s.Version))
	o.must(o.submitIt("leader1", s))
}

// Who leads the group no more claims no more for its members.
func TestFormerGroupLeader(t *testing.T) {
	o := newOffice(t)
	s := o.drafted("leader1", o.proposal("secretary1"))
	if _, err := o.db.NewRaw(`UPDATE org_party_memberships SET group_id = ? WHERE person_id = ?`, o.Groups[0][1].ID, o.Person("secretary1")).Exec(bg); err != nil {
		t.Fatal(err)
	}
	_, err := o.submitIt("leader1", s)
	o.refused(err, fault.NotFound, "")
	by, scope := o.as("leader1", "read")
	if d, err := o.svc.Detail(bg, by, scope, s.ID); err != nil || d.Can.Edit || d.Can.Submit || !d.Can.Discard {
		t.Errorf("%v %+v", err, d.Can)
	}
	o.must(o.submitIt("secretary1", s)) // whom it is for
}

func TestDraftsAreTheClaimantsAlone(t *testing.T) {
	o := newOffice(t)
	s := o.drafted("member1", o.proposal("member1"))
	for _, key := range []string{"secretary1", "office", "chief", "committee1", "leader2"} {
		by, scope := o.as(key, "read")
		if _, err := o.svc.Detail(bg, by, scope, s.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s opens a draft: %v", key, err)
		}
		if p, err := o.svc.List(bg, by, scope, Filter{}); err != nil || p.Total != 0 || len(p.Items) != 0 {
			t.Errorf("%s lists a draft: %v %+v", key, err, p)
		}
	}
	_, err := o.verify("secretary1", s)
	o.refused(err, fault.NotFound, "")
	if err := o.svc.Discard(bg, o.Actor("secretary1"), s.ID, s.Version); !fault.Is(err, fault.NotFound) {
		t.Errorf("discarded: %v", err)
	}
	o.refused(o.svc.Discard(bg, o.Actor("member1"), s.ID, s.Version+1), fault.Conflict, "刷新")
	if err := o.svc.Discard(bg, o.Actor("member1"), s.ID, s.Version); err != nil {
		t.Error(err)
	}
	if n := o.count(`SELECT count(*) FROM claim_claims`); n != 0 {
		t.Errorf("%d claims left", n)
	}
}

func TestDiscardTakesTheFilesAlong(t *testing.T) {
	o := newOffice(t)
	s := o.drafted("member1", o.honour("member1", "city", "优秀公诉人"))
	if n := o.count(`SELECT count(*) FROM file_files`); n != 1 {
		t.Fatalf("%d files", n)
	}
	if err := o.svc.Discard(bg, o.Actor("member1"), s.ID, s.Version); err != nil {
		t.Fatal(err)
	}
	if n := o.count(`SELECT count(*) FROM file_files`); n != 0 {
		t.Errorf("%d files outlive their draft", n)
	}
}

func TestWhatASubmissionNeeds(t *testing.T) {
	o := newOffice(t)
	s := o.must(o.create("member1", o.honour("member1", "city", "优秀公诉人")))
	_, err := o.submitIt("member1", s)
	o.refused(err, fault.Invalid, "证明材料")

	in := o.honour("member1", "city", " “” ")
	_, err = o.create("member1", in)
	o.refused(err, fault.Invalid, "荣誉的全称")

	in = o.proposal("member1")
	in.RuleCode = "attend_study" // a rule that records give
	_, err = o.create("member1", in)
	o.refused(err, fault.Invalid, "可以申报")

	in = o.proposal("member1")
	in.RuleCode, in.Amount = "article", 400
	_, err = o.create("member1", in)
	o.refused(err, fault.Invalid, "3")

	in = o.proposal("member1")
	in.FactOn = day("2026-05-21")
	_, err = o.create("member1", in)
	o.refused(err, fault.Invalid, "不能晚于今天")

	_, err = o.submitIt("staff", o.must(o.create("staff", o.proposal("staff")))) // no Party member
	o.refused(err, fault.RuleBroken, "没有积分台账")

	o.exempt("member1", "2026-05-01")
	_, err = o.submitIt("member1", o.must(o.create("member1", o.proposal("member1"))))
	o.refused(err, fault.RuleBroken, "免记积分")
}

func (o *office) exempt(key, from string) {
	o.t.Helper()
	if _, err := o.db.NewRaw(`INSERT INTO org_exemptions (unit_id, id, person_id, reason, valid_from) VALUES (?, ?, ?, '长期病假', ?)`,
		o.Unit, db.NewID(), o.Person(key), from).Exec(bg); err != nil {
		o.t.Fatal(err)
	}
}

func TestEditingAndVersions(t *testing.T) {
	o := newOffice(t)
	by, scope := o.as("member1", "submit")
	s := o.drafted("member1", o.proposal("member1"))
	in := o.proposal("member1")
	in.Matter = "另一项建议"
	later := o.must(o.svc.Save(bg, by, scope, s.ID, s.Version, in))
	if later.Version != s.Version+1 {
		t.Errorf("version %d after %d", later.Version, s.Version)
	}
	_, err := o.svc.Save(bg, by, scope, s.ID, s.Version, in) // another window
	o.refused(err, fault.Conflict, "刷新")
	other := in
	other.Person = o.Person("leader1")
	_, err = o.svc.Save(bg, by, scope, s.ID, later.Version, other)
	o.refused(err, fault.Invalid, "申报对象")
	_, err = o.submitIt("member1", s)
	o.refused(err, fault.Conflict, "刷新")
	s = o.must(o.submitIt("member1", later))
	_, err = o.svc.Save(bg, by, scope, s.ID, s.Version, in)
	o.refused(err, fault.RuleBroken, "收回")
	_, err = o.attach("member1", s)
	o.refused(err, fault.RuleBroken, "收回")
	o.refused(o.svc.Discard(bg, by, s.ID, s.Version), fault.RuleBroken, "撤回")
	s = o.must(o.svc.Recall(bg, by, s.ID, s.Version))
	o.stand(Draft, s)
	s = o.must(o.svc.Save(bg, by, scope, s.ID, s.Version, in))
	s = o.must(o.submitIt("member1", s))
	o.verified("secretary1", s)
	_, err = o.svc.Recall(bg, by, s.ID, s.Version)
	o.refused(err, fault.RuleBroken, "待核实")
	o.wantSteps(s, StepSubmit, StepRecall, StepSubmit, StepVerify)
}

func TestReturnedAndSubmittedAgain(t *testing.T) {
	o := newOffice(t)
	s := o.submitted("member1", o.proposal("member1"))
	by, scope := o.as("secretary1", "verify")
	_, err := o.svc.Return(bg, by, scope, s.ID, s.Version, " ")
	o.refused(err, fault.Invalid, "原因")
	_, err = o.svc.Return(bg, by, scope, s.ID, s.Version+1, "缺少采纳证明")
	o.refused(err, fault.Conflict, "刷新")
	foreign, far := o.as("secretary2", "verify")
	_, err = o.svc.Return(bg, foreign, far, s.ID, s.Version, "缺少采纳证明")
	o.refused(err, fault.NotFound, "")
	o.must(o.svc.Return(bg, by, scope, s.ID, s.Version, "缺少采纳证明"))
	if c := o.claim(s); c.State != Returned || c.Reason != "缺少采纳证明" {
		t.Errorf("%+v", c)
	}
	a, err := o.attach("member1", s)
	if err != nil || a.Version != s.Version+1 {
		t.Fatalf("%v %+v", err, a)
	}
	s.Version = a.Version
	s = o.must(o.submitIt("member1", s))
	if c := o.claim(s); c.Reason != "" {
		t.Errorf("the old reason stays: %+v", c)
	}
	o.verified("secretary1", s)
	o.must(o.svc.Return(bg, by, scope, s.ID, s.Version, "材料日期有误")) // verified and not yet on notice
	if c := o.claim(s); c.State != Returned || c.VerifiedAt != nil {
		t.Errorf("%+v", c)
	}
	s = o.must(o.submitIt("member1", s))
	o.verified("secretary1", s)
	if _, err := o.publish("secretary1", s); err != nil {
		t.Fatal(err)
	}
	_, err = o.svc.Return(bg, by, scope, s.ID, s.Version, "太迟了")
	o.refused(err, fault.Conflict, "公示中")
	o.wantSteps(s, StepSubmit, StepReturn, StepSubmit, StepVerify, StepReturn, StepSubmit, StepVerify, StepNotice)
}

func TestWithdrawingAtEveryStep(t *testing.T) {
	o := newOffice(t)
	by := o.Actor("member1")
	draft := o.drafted("member1", o.proposal("member1"))
	_, err := o.svc.Withdraw(bg, by, draft.ID, draft.Version, "不报了")
	o.refused(err, fault.RuleBroken, "删除")
	for _, at := range []State{Draft, Submitted, Returned, Verified, Noticed} {
		s := o.submitted("member1", o.proposal("member1"))
		switch at {
		case Draft:
			s = o.must(o.svc.Recall(bg, by, s.ID, s.Version))
		case Returned:
			v, scope := o.as("secretary1", "verify")
			o.must(o.svc.Return(bg, v, scope, s.ID, s.Version, "请补充"))
		case Verified:
			o.verified("secretary1", s)
		case Noticed:
			o.noticed(s)
		}
		o.stand(at, s)
		_, err := o.svc.Withdraw(bg, o.Actor("secretary1"), s.ID, s.Version, "替他撤")
		o.refused(err, fault.NotFound, "")
		o.must(o.svc.Withdraw(bg, by, s.ID, s.Version, "不报了"))
		o.stand(Withdrawn, s)
		_, err = o.svc.Withdraw(bg, by, s.ID, s.Version, "不报了")
		o.refused(err, fault.Conflict, "不能再撤回")
	}
	if n := o.count(`SELECT count(*) FROM notice_items WHERE outcome = 'withdrawn'`); n != 1 {
		t.Errorf("%d items withdrawn", n)
	}
	o.pass()
	if n := o.gained("member1"); n != 0 {
		t.Errorf("gained %d", n)
	}
	posted := o.submitted("member1", o.proposal("member1"))
	o.noticed(posted)
	o.pass()
	_, err = o.svc.Withdraw(bg, by, posted.ID, posted.Version, "不报了")
	o.refused(err, fault.Conflict, "不能再撤回")
}

func TestEvidenceIsWhatItsNameSays(t *testing.T) {
	o := newOffice(t)
	by, scope := o.as("member1", "submit")
	s := o.must(o.create("member1", o.honour("member1", "city", "优秀公诉人")))
	for _, f := range []struct{ name, content, says string }{
		{"证书.png", "\xff\xd8\xff\xe0…", "内容却是JPEG"},
		{"证书.jpg", "%PDF-1.7", "内容却是"},
		{"a.exe", "MZ\x90\x00", "不支持这种文件"},
		{"page.pdf", "<script>alert(1)</script>", "不支持这种文件"},
		{"empty.pdf", "", "文件是空的"},
	} {
		_, err := o.svc.Attach(bg, by, scope, s.ID, f.name, "", strings.NewReader(f.content))
		o.refused(err, fault.From(err).Code, f.says)
	}
	if _, err := o.svc.Attach(bg, by, scope, s.ID, "big.pdf", "", strings.NewReader("%PDF-"+strings.Repeat("x", 20<<20))); !fault.Is(err, fault.TooLarge) {
		t.Errorf("too big: %v", err)
	}
	if n := o.count(`SELECT count(*) FROM file_files`) + o.count(`SELECT count(*) FROM claim_evidence`); n != 0 {
		t.Errorf("%d rows of refused files", n)
	}
	_, err := o.submitIt("member1", s)
	o.refused(err, fault.Invalid, "证明材料")
	_, err = o.attach("leader1", s)
	o.refused(err, fault.NotFound, "")
	a, err := o.attach("member1", s)
	if err != nil {
		t.Fatal(err)
	}
	s.Version = a.Version
	open := func(key string) error {
		by, scope := o.as(key, "read")
		_, f, err := o.svc.OpenEvidence(bg, by, scope, s.ID, a.ID)
		if err == nil {
			_ = f.Close()
		}
		return err
	}
	if err := open("member1"); err != nil {
		t.Error(err)
	}
	o.refused(open("secretary1"), fault.NotFound, "") // a draft's
	s = o.must(o.submitIt("member1", s))
	for key, code := range map[string]fault.Code{"secretary1": "", "office": "", "committee1": "", "secretary2": fault.NotFound, "leader1": fault.NotFound, "probationer": fault.NotFound} {
		if err := open(key); (code == "") != (err == nil) || code != "" && !fault.Is(err, code) {
			t.Errorf("%s opens evidence: %v", key, err)
		}
	}
	_, err = o.svc.Detach(bg, by, scope, s.ID, a.ID)
	o.refused(err, fault.RuleBroken, "收回")
	s = o.must(o.svc.Recall(bg, by, s.ID, s.Version))
	gone := o.must(o.svc.Detach(bg, by, scope, s.ID, a.ID))
	if gone.Version != s.Version+1 {
		t.Errorf("version %d after %d", gone.Version, s.Version)
	}
	if n := o.count(`SELECT count(*) FROM file_files`); n != 0 {
		t.Errorf("%d files left", n)
	}
	for range maxFiles {
		if _, err := o.attach("member1", s); err != nil {
			t.Fatal(err)
		}
	}
	_, err = o.attach("member1", s)
	o.refused(err, fault.RuleBroken, "最多")
}

func TestForeignBranchIsNotFound(t *testing.T) {
	o := newOffice(t)
	s := o.submitted("member1", o.proposal("member1"))
	for _, key := range []string{"secretary2", "leader1", "leader2", "probationer", "deputy"} {
		by, scope := o.as(key, "read")
		if _, err := o.svc.Detail(bg, by, scope, s.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("%s opens it: %v", key, err)
		}
		if p, err := o.svc.List(bg, by, scope, Filter{}); err != nil || p.Total != 0 || len(p.Items) != 0 || len(p.States) != 0 {
			t.Errorf("%s lists it: %v %+v", key, err, p)
		}
	}
	_, err := o.verify("secretary2", s)
	o.refused(err, fault.NotFound, "")
	o.verified("secretary1", s)
	_, err = o.publish("secretary2", s)
	o.refused(err, fault.NotFound, "")
	o.stand(Verified, s)
}

// A fact of a closed quarter posts into the open one, marked, and this is said
// before it is submitted.
func TestClosedQuarter(t *testing.T) {
	o := newOffice(t)
	if _, err := o.db.NewRaw(`INSERT INTO points_quarters (unit_id, id, quarter, opened_at, state, closed_at, heads, seal, previous)
		VALUES (?, ?, '2026Q1', ?, 'closed', ?, 'h', 's', '')`, o.Unit, db.NewID(), noon, noon).Exec(bg); err != nil {
		t.Fatal(err)
	}
	in := o.proposal("member1")
	in.FactOn = day("2026-03-10")
	by, scope := o.as("member1", "submit")
	p, err := o.svc.Preview(bg, by, scope, Question{Person: in.Person, RuleCode: in.RuleCode, FactOn: in.FactOn})
	if err != nil || !p.Late || p.Quarter.String() != "2026Q2" || !strings.Contains(p.LateWord, "已结账") {
		t.Errorf("%v %+v", err, p)
	}
	s := o.submitted("member1", in)
	o.noticed(s)
	o.pass()
	o.stand(Posted, s)
	if n := o.count(`SELECT count(*) FROM points_entries WHERE record_id = ? AND fact_quarter = '2026Q1' AND post_quarter = '2026Q2'`, s.ID); n != 1 {
		t.Errorf("%d entries", n)
	}
}

// What is cut is shown before, with what else is on its way.
func TestCapsAreShownBefore(t *testing.T) {
	o := newOffice(t)
	in := o.proposal("member1")
	in.RuleCode, in.Amount = "article", 300
	first := o.submitted("member1", in)
	o.noticed(first)
	o.pass()
	in.FactOn = day("2026-05-13")
	waiting := o.submitted("member1", in)
	by, scope := o.as("member1", "submit")
	p, err := o.svc.Preview(bg, by, scope, Question{Person: in.Person, RuleCode: "article", FactOn: in.FactOn, Amount: 300})
	if err != nil || p.Requested != 300 || p.Granted != 200 || p.CutBy == "" || len(p.Pending) != 1 || p.Pending[0].ID != waiting.ID {
		t.Errorf("%v %+v", err, p)
	}
	if p, err := o.svc.Preview(bg, by, scope, Question{Claim: waiting.ID, Person: in.Person, RuleCode: "article", FactOn: in.FactOn, Amount: 300}); err != nil || len(p.Pending) != 0 {
		t.Errorf("itself is pending: %v %+v", err, p)
	}
	o.noticed(waiting)
	o.pass()
	o.stand(Posted, waiting)
	read, reach := o.as("member1", "read")
	d, err := o.svc.Detail(bg, read, reach, waiting.ID)
	if err != nil || len(d.Points) != 1 || d.Points[0].Points != 200 || d.Points[0].Requested != 300 || d.Points[0].CutBy == "" {
		t.Errorf("%v %+v", err, d.Points)
	}
	_, err = o.svc.Preview(bg, by, scope, Question{Person: o.Person("leader2"), RuleCode: "article", FactOn: in.FactOn, Amount: 300})
	o.refused(err, fault.NotFound, "")
}
