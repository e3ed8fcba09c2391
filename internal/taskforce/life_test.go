package taskforce

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

func TestTheLifeOfAnActionBranch(t *testing.T) {
	o := newHouse(t)
	id := o.propose("secretary1", "action_branch", "检卫行动党支部")
	d := o.detail(id)
	if d.Taskforce.State != Proposed || d.Taskforce.Branch != o.Branches[0].ID || d.Taskforce.ProposedBy != "白一帆" || d.Taskforce.HeadTitle != "书记" {
		t.Fatalf("%+v", d.Taskforce)
	}
	if !slices.Contains(d.Taskforce.Can, "approve") || slices.Contains(d.Taskforce.Can, "staff") {
		t.Errorf("can %v", d.Taskforce.Can)
	}
	office, approve := o.as("office", "approve")
	_, staff := o.as("office", "staff")
	v := d.Taskforce.Version
	_, err := o.svc.Approve(bg, office, approve, id, Approval{Version: v})
	o.refused(fault.Invalid, err, "without number")
	_, err = o.svc.Approve(bg, office, approve, id, Approval{No: "滨检机党〔2026〕3号", On: on("2026-05-21"), Version: v})
	o.refused(fault.Invalid, err, "approved tomorrow")
	o.refused(fault.RuleBroken, o.second(id, "member", "member1"), "staff before approval")
	_, err = o.svc.Activate(bg, office, staff, id, v)
	o.refused(fault.RuleBroken, err, "begins before approval")
	_, err = o.svc.Approve(bg, office, approve, id, Approval{No: "滨检机党〔2026〕3号", On: on("2026-05-19"), Version: v})
	o.must(err)
	_, err = o.svc.Approve(bg, office, approve, id, Approval{No: "滨检机党〔2026〕3号", On: on("2026-05-19"), Version: v})
	o.refused(fault.Conflict, err, "twice")
	o.refused(fault.RuleBroken, o.activate(id), "without people")
	o.must(o.second(id, "member", "member1", "committee1", "staff"))
	o.must(o.second(id, "member", "leader2"))
	err = o.activate(id)
	o.refused(fault.RuleBroken, err, "three full members and no secretary")
	if !strings.Contains(fault.From(err).Message, "书记") {
		t.Errorf("says %q", fault.From(err).Message)
	}
	o.must(o.second(id, "secretary", "secretary1"))
	o.must(o.activate(id))
	d = o.detail(id)
	if tf := d.Taskforce; tf.State != Active || tf.Members != 5 || tf.PartyCount != 4 || tf.Head == nil || tf.Head.Name != "白一帆" || tf.ApprovalNo == "" || len(d.Staff) != 5 {
		t.Errorf("%+v", tf)
	}
	if n := o.count(`SELECT count(*) FROM audit_entries WHERE object_id = ?`, id); n != 6 {
		t.Errorf("%d audit rows", n)
	}
	// Where they belong does not move.
	if n := o.count(`SELECT count(*) FROM org_party_memberships WHERE unit_id = ? AND valid_to IS NOT NULL`, o.Unit); n != 0 {
		t.Errorf("%d memberships ended", n)
	}
}

func TestWhoMayDoWhatWithAProposal(t *testing.T) {
	o := newHouse(t)
	id := o.propose("office", "action_branch", "守正行动党支部")
	v := o.detail(id).Taskforce.Version
	by, scope := o.as("office", "approve")
	_, err := o.svc.Approve(bg, by, scope, id, Approval{No: "1号", On: on("2026-05-19"), Version: v})
	o.refused(fault.RuleBroken, err, "own proposal")
	_, err = o.svc.Reject(bg, by, scope, id, "不必", v)
	o.refused(fault.RuleBroken, err, "own proposal")
	if slices.Contains(o.detail(id).Taskforce.Can, "approve") {
		t.Error("offers what it refuses")
	}
	for _, key := range []string{"secretary1", "secretary2", "member1", "sysadmin"} {
		by, scope := o.as(key, "read")
		_, err := o.svc.Detail(bg, by, scope, id)
		o.refused(fault.NotFound, err, key)
		by, scope = o.as(key, "approve")
		_, err = o.svc.Approve(bg, by, scope, id, Approval{No: "1号", On: on("2026-05-19"), Version: v})
		o.refused(fault.NotFound, err, key+" approves")
	}
	// A branch proposes for itself; another's secretary sees nothing of it.
	own := o.propose("secretary1", "study_society", "创想研习社")
	by, scope = o.as("secretary2", "propose")
	_, err = o.svc.Propose(bg, by, scope, Proposal{Kind: "action_branch", Name: "晨曦", Purpose: "x", From: on("2026-05-20"), Branch: o.Branches[0].ID})
	o.refused(fault.Invalid, err, "for another branch")
	_, err = o.svc.Reword(bg, by, scope, own, Rewording{Name: "改名", Purpose: "x", Version: 1})
	o.refused(fault.NotFound, err, "another's proposal")
	by, scope = o.as("secretary2", "read")
	if page, err := o.svc.List(bg, by, scope, Filter{}); err != nil || page.Total != 0 {
		t.Errorf("%+v %v", page, err)
	}
	by, scope = o.as("secretary1", "read")
	page, err := o.svc.List(bg, by, scope, Filter{})
	if err != nil || page.Total != 1 || page.Items[0].ID != own || !slices.Equal(page.Items[0].Can, []string{"edit"}) {
		t.Errorf("%+v %v", page, err)
	}
	by, scope = o.as("secretary1", "propose")
	s, err := o.svc.Reword(bg, by, scope, own, Rewording{Name: "创想青年研习社", Purpose: "研究", PlannedTo: on("2026-12-31"), Version: 1})
	if err != nil || s.Version != 2 || o.detail(own).Taskforce.Name != "创想青年研习社" {
		t.Errorf("%+v %v", s, err)
	}
	_, err = o.svc.Reword(bg, by, scope, own, Rewording{Name: "创想", Purpose: "研究", Version: 1})
	o.refused(fault.Conflict, err, "an old version")
	o.approve(own, "")
	_, err = o.svc.Reword(bg, by, scope, own, Rewording{Name: "创想", Purpose: "研究", Version: 3})
	o.refused(fault.Forbidden, err, "approved already")
}

func TestRejectedGivesItsNameBack(t *testing.T) {
	o := newHouse(t)
	by, scope := o.as("chief", "approve")
	for range 2 {
		id := o.propose("office", "action_branch", "晨曦行动党支部")
		_, err := o.svc.Reject(bg, by, scope, id, " ", 1)
		o.refused(fault.Invalid, err, "no answer")
		s, err := o.svc.Reject(bg, by, scope, id, "任务与守正重复", 1)
		if err != nil || s.State != Rejected {
			t.Fatalf("%+v %v", s, err)
		}
		if d := o.detail(id).Taskforce; !strings.HasPrefix(d.Name, "晨曦行动党支部（未批准") || d.Answer == "" || len(d.Can) != 0 {
			t.Errorf("%+v", d)
		}
	}
	o.propose("office", "action_branch", "晨曦行动党支部")
	office, propose := o.as("office", "propose")
	_, err := o.svc.Propose(bg, office, propose, Proposal{Kind: "action_branch", Name: "晨曦行动党支部", Purpose: "x", From: on("2026-05-20")})
	o.refused(fault.Conflict, err, "a name that is taken")
}

func TestBadProposals(t *testing.T) {
	o := newHouse(t)
	by, scope := o.as("office", "propose")
	good := Proposal{Kind: "action_branch", Name: "守正", Purpose: "护航", From: on("2026-05-20")}
	for what, bad := range map[string]func(p *Proposal){
		"kind":       func(p *Proposal) { p.Kind = "club" },
		"name":       func(p *Proposal) { p.Name = " " },
		"purpose":    func(p *Proposal) { p.Purpose = strings.Repeat("长", 1001) },
		"from":       func(p *Proposal) { p.From = calendar.Date{} },
		"planned_to": func(p *Proposal) { p.PlannedTo = on("2026-05-19") },
		"branch_id":  func(p *Proposal) { p.Branch = db.NewID() },
		"groups":     func(p *Proposal) { p.Groups = []uuid.UUID{o.Groups[0][0].ID} },
	} {
		p := good
		bad(&p)
		_, err := o.svc.Propose(bg, by, scope, p)
		if f := fault.From(err); f == nil || f.Code != fault.Invalid || f.Field != what {
			t.Errorf("%s: %v", what, err)
		}
	}
	p := good
	p.Kind, p.Groups = "group_building", []uuid.UUID{o.Groups[0][0].ID, o.Groups[0][0].ID}
	_, err := o.svc.Propose(bg, by, scope, p)
	o.refused(fault.Invalid, err, "one group alone")
	p.Groups = []uuid.UUID{o.Groups[0][0].ID, o.Groups[1][1].ID}
	id, err := o.svc.Propose(bg, by, scope, p)
	o.must(err)
	if d := o.detail(id); len(d.Groups) != 2 || d.Groups[1].BranchName != "第二党支部" {
		t.Errorf("%+v", d.Groups)
	}
}

func TestBeginsNotBeforeItsDay(t *testing.T) {
	o := newHouse(t)
	by, scope := o.as("office", "propose")
	id, err := o.svc.Propose(bg, by, scope, Proposal{Kind: "study_society", Name: "研习社", Purpose: "研究", From: on("2026-05-25")})
	o.must(err)
	o.approve(id, "")
	o.refused(fault.Invalid, o.second(id, "member", "member1"), "before its first day")
	_, staff := o.as("office", "staff")
	o.must(o.svc.Second(bg, by, staff, id, []Seconded{{Person: o.Person("member1"), Office: "member", From: on("2026-05-25")}}))
	o.refused(fault.RuleBroken, o.activate(id), "too early")
	o.now = o.now.AddDate(0, 0, 5)
	o.must(o.activate(id))
}

func TestTwoDecideAtOnce(t *testing.T) {
	o := newHouse(t)
	id := o.propose("secretary1", "action_branch", "守正行动党支部")
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, key := range []string{"chief", "office"} {
		by, scope := o.as(key, "approve")
		wg.Go(func() {
			_, errs[i] = o.svc.Approve(bg, by, scope, id, Approval{No: "滨检〔2026〕" + key, On: on("2026-05-20"), Version: 1})
		})
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("one of them decides: %v", errs)
	}
}

func TestLeaderless(t *testing.T) {
	m := func(office, from, to string, full bool) org.Secondment {
		s := org.Secondment{Office: office, From: on(from), Voter: full}
		if to != "" {
			s.To = on(to)
		}
		return s
	}
	three := []org.Secondment{m("member", "2026-01-01", "", true), m("member", "2026-01-01", "", true), m("deputy", "2026-01-01", "", true)}
	for what, c := range map[string]struct {
		staff []org.Secondment
		want  string
	}{
		"two":                 {three[:2], ""},
		"three":               {three, "2026-05-01"},
		"not all full":        {append(slices.Clone(three[:2]), m("member", "2026-01-01", "", false)), ""},
		"headed":              {append(slices.Clone(three), m("secretary", "2026-01-01", "", true)), ""},
		"the head leaves":     {append(slices.Clone(three), m("secretary", "2026-01-01", "2026-06-30", true)), "2026-07-01"},
		"another follows":     {append(slices.Clone(three), m("secretary", "2026-01-01", "2026-06-30", true), m("secretary", "2026-07-01", "", true)), ""},
		"a third comes later": {append(slices.Clone(three[:2]), m("member", "2026-08-01", "", true)), "2026-08-01"},
		"was so once":         {[]org.Secondment{three[0], three[1], m("member", "2026-01-01", "2026-03-01", true)}, ""},
	} {
		if got := leaderless(c.staff, on("2026-05-01")); got.String() != c.want {
			t.Errorf("%s: %s, want %s", what, got, c.want)
		}
	}
}
