package taskforce

import (
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
)

func (o *house) member(id uuid.UUID, key string) Member {
	o.t.Helper()
	var last Member
	for _, m := range o.detail(id).Staff {
		if m.Person == o.Person(key) {
			last = m
		}
	}
	return last
}

func TestAnotherHead(t *testing.T) {
	o := newHouse(t)
	id := o.running("守正行动党支部", "1号", "member1", "committee1", "leader2")
	by, scope := o.as("office", "staff")
	o.refused(fault.RuleBroken, o.svc.Release(bg, by, scope, id, o.member(id, "secretary1").ID, on("2026-06-30")), "the head leaves three")
	// Who came today cannot change office today.
	err := o.svc.Appoint(bg, by, scope, id, o.member(id, "leader2").ID, "secretary", "", on("2026-05-20"))
	o.refused(fault.Invalid, err, "the same day")
	o.now = o.now.AddDate(0, 0, 10)
	o.must(o.svc.Appoint(bg, by, scope, id, o.member(id, "leader2").ID, "secretary", "", on("2026-05-30")))
	if d := o.detail(id); d.Taskforce.Head.Name != "方明远" || d.Taskforce.Members != 4 || len(d.Staff) != 6 {
		t.Errorf("%+v", d.Taskforce)
	}
	if m := o.member(id, "secretary1"); m.OfficeName != "成员" || m.From != on("2026-05-30") || !m.Serving {
		t.Errorf("%+v", m)
	}
	o.must(o.svc.Appoint(bg, by, scope, id, o.member(id, "member1").ID, "officer", "组织委员", on("2026-05-30")))
	if m := o.member(id, "member1"); m.OfficeName != "组织委员" {
		t.Errorf("%+v", m)
	}
	o.must(o.svc.Release(bg, by, scope, id, o.member(id, "member1").ID, on("2026-05-31")))
	err = o.svc.Release(bg, by, scope, id, o.member(id, "member1").ID, on("2026-06-30"))
	o.refused(fault.Conflict, err, "ended twice")
	o.refused(fault.NotFound, o.svc.Release(bg, by, scope, id, uuid.New(), on("2026-06-30")), "nobody")
}

func TestSeesItOnlyWhileSeconded(t *testing.T) {
	o := newHouse(t)
	id := o.running("检卫行动党支部", "1号", "member1")
	other := o.running("晨曦行动党支部", "2号", "committee1") // one person in two
	see := func(key string, of uuid.UUID) error {
		by, scope := o.as(key, "read")
		_, err := o.svc.Detail(bg, by, scope, of)
		return err
	}
	o.must(see("member1", id))
	o.refused(fault.NotFound, see("member1", other), "another one")
	o.must(see("secretary1", other))
	by, scope := o.as("office", "staff")
	o.must(o.svc.Release(bg, by, scope, id, o.member(id, "member1").ID, on("2026-05-21")))
	o.must(see("member1", id))
	o.now = o.now.AddDate(0, 0, 2)
	o.refused(fault.NotFound, see("member1", id), "no more seconded")
	o.refused(fault.NotFound, see("secretary2", id), "another branch's secretary")
	mine, read := o.as("secretary1", "read")
	if page, err := o.svc.List(bg, mine, read, Filter{Mine: true, State: "running", Year: 2026, Text: "检卫"}); err != nil || page.Total != 1 || len(page.Items) != 1 {
		t.Errorf("%+v %v", page, err)
	}
	all, read := o.as("office", "read")
	page, err := o.svc.List(bg, all, read, Filter{Limit: 1})
	if err != nil || page.Total != 2 || len(page.Items) != 1 || page.Next == "" {
		t.Fatalf("%+v %v", page, err)
	}
	page, err = o.svc.List(bg, all, read, Filter{Limit: 1, Cursor: page.Next})
	if err != nil || page.Total != 2 || page.Items[0].ID != id || page.Next != "" {
		t.Errorf("%+v %v", page, err)
	}
	if page, err = o.svc.List(bg, all, read, Filter{Year: 2025}); err != nil || page.Total != 0 {
		t.Errorf("%+v %v", page, err)
	}
	_, err = o.svc.List(bg, all, read, Filter{Cursor: "x"})
	o.refused(fault.Invalid, err, "a cursor of nobody's")
}

func TestBadStaff(t *testing.T) {
	o := newHouse(t)
	id := o.running("守正行动党支部", "1号", "member1")
	by, scope := o.as("office", "staff")
	today := on("2026-05-20")
	for what, c := range map[string]struct {
		people []Seconded
		code   fault.Code
		says   string
	}{
		"nobody":          {nil, fault.Invalid, "人员"},
		"a stranger":      {[]Seconded{{Person: uuid.New(), Office: "member", From: today}}, fault.Invalid, "花名册"},
		"an account only": {[]Seconded{{Person: o.Person("sysadmin"), Office: "member", From: today}}, fault.Invalid, "花名册"},
		"twice":           {[]Seconded{{Person: o.Person("staff"), Office: "member", From: today}, {Person: o.Person("staff"), Office: "member", From: today}}, fault.Invalid, "两次"},
		"in it already":   {[]Seconded{{Person: o.Person("staff"), Office: "member", From: today}, {Person: o.Person("member1"), Office: "member", From: today}}, fault.Conflict, "叶知秋"},
		"no title":        {[]Seconded{{Person: o.Person("leader1"), Office: "officer", From: today}}, fault.Invalid, "分工"},
		"no full member":  {[]Seconded{{Person: o.Person("staff"), Office: "deputy", From: today}}, fault.RuleBroken, "正式党员"},
		"too early":       {[]Seconded{{Person: o.Person("leader1"), Office: "member", From: on("2026-05-19")}}, fault.Invalid, "成立日期"},
		"a post":          {[]Seconded{{Person: o.Person("leader1"), Office: "member", From: today, Place: "仙河镇"}}, fault.Invalid, "派驻地点"},
		"two heads":       {[]Seconded{{Person: o.Person("leader1"), Office: "secretary", From: today}, {Person: o.Person("leader2"), Office: "secretary", From: today}}, fault.Invalid, "一人"},
	} {
		err := o.svc.Second(bg, by, scope, id, c.people)
		f := fault.From(err)
		if f == nil || f.Code != c.code || !strings.Contains(f.Message, c.says) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if n := len(o.detail(id).Staff); n != 2 { // all or none
		t.Errorf("%d people", n)
	}
	secretary, mine := o.as("secretary1", "staff")
	o.refused(fault.NotFound, o.svc.Second(bg, secretary, mine, id, []Seconded{{Person: o.Person("staff"), Office: "member", From: today}}), "the head seconds nobody")
	_, err := o.svc.Invite(bg, by, scope, id, OutsiderInput{Name: "王一", Partner: "区公安分局", From: today})
	o.refused(fault.RuleBroken, err, "outsiders in an action branch")
}

func TestOutsidersAndPosts(t *testing.T) {
	o := newHouse(t)
	joint := o.propose("office", "joint_branch", "公检司联合党支部")
	o.approve(joint, "1号")
	by, scope := o.as("office", "staff")
	out, err := o.svc.Invite(bg, by, scope, joint, OutsiderInput{Name: "王 一", Partner: "区公安分局", Title: "民警", Full: true, From: on("2026-05-20")})
	o.must(err)
	if out.Name != "王一" {
		t.Errorf("%+v", out)
	}
	_, err = o.svc.Invite(bg, by, scope, joint, OutsiderInput{Name: "王一", Partner: "区公安分局", From: on("2026-05-22")})
	o.refused(fault.Conflict, err, "twice")
	_, err = o.svc.Invite(bg, by, scope, joint, OutsiderInput{Name: "", Partner: "区公安分局", From: on("2026-05-22")})
	o.refused(fault.Invalid, err, "nameless")
	o.refused(fault.Invalid, o.svc.Leave(bg, by, scope, joint, out.ID, on("2026-05-19")), "before it began")
	o.must(o.svc.Leave(bg, by, scope, joint, out.ID, on("2026-05-31")))
	o.refused(fault.Conflict, o.svc.Leave(bg, by, scope, joint, out.ID, on("2026-06-01")), "twice")
	if d := o.detail(joint); d.Taskforce.Outsiders != 1 || len(d.Outsiders) != 1 || d.Outsiders[0].To == nil {
		t.Errorf("%+v", d)
	}

	posts := o.propose("office", "stationing", "派驻乡镇工作组")
	o.approve(posts, "2号")
	o.refused(fault.Invalid, o.second(posts, "member", "member1"), "stationed nowhere")
	o.must(o.svc.Second(bg, by, scope, posts, []Seconded{{Person: o.Person("member1"), Office: "member", From: on("2026-05-20"), Place: "仙河镇"}}))
	o.now = o.now.AddDate(0, 0, 1)
	o.must(o.svc.Appoint(bg, by, scope, posts, o.member(posts, "member1").ID, "secretary", "", on("2026-05-21")))
	if m := o.member(posts, "member1"); m.Place != "仙河镇" || m.OfficeName != "负责人" {
		t.Errorf("%+v", m)
	}
}

func TestKinds(t *testing.T) {
	o := newHouse(t)
	by, scope := o.asOf("office", access.Need{Resource: "taskforce_kind", Action: "write"})
	kinds, err := o.svc.Kinds(bg, scope)
	if err != nil || len(kinds) != 6 {
		t.Fatalf("%+v %v", kinds, err)
	}
	k := kinds[0]
	k.Name = "先锋行动党支部"
	saved, err := o.svc.SaveKind(bg, by, scope, k)
	if err != nil || saved.Name != k.Name || saved.RowVersion != 2 {
		t.Errorf("%+v %v", saved, err)
	}
	_, err = o.svc.SaveKind(bg, by, scope, k)
	o.refused(fault.Conflict, err, "an old version")
	o.propose("office", "action_branch", "守正")
	saved.Party = false
	_, err = o.svc.SaveKind(bg, by, scope, saved)
	o.refused(fault.RuleBroken, err, "another thing under one that is of it")
	saved.Party, saved.Active = true, false
	_, err = o.svc.SaveKind(bg, by, scope, saved)
	o.must(err)
	office, propose := o.as("office", "propose")
	_, err = o.svc.Propose(bg, office, propose, Proposal{Kind: "action_branch", Name: "晨曦", Purpose: "x", From: on("2026-05-20")})
	o.refused(fault.Invalid, err, "a kind that is offered no more")
	_, err = o.svc.AddKind(bg, by, scope, Kind{Code: "action_branch", Name: "x", Head: "y"})
	o.refused(fault.Invalid, err, "a code that is taken")
	_, err = o.svc.AddKind(bg, by, scope, Kind{Code: "行动", Name: "x", Head: "y"})
	o.refused(fault.Invalid, err, "a code that is none")
	_, err = o.svc.AddKind(bg, by, scope, Kind{Code: "vanguard", Name: "突击队", Head: "队长", Active: true})
	o.must(err)
	_, err = o.svc.AddOutcomeKind(bg, by, scope, OutcomeKind{Code: "film", Name: "微视频", Measure: "部", Active: true})
	o.must(err)
	_, err = o.svc.SaveOutcomeKind(bg, by, scope, OutcomeKind{Code: "recovered", Name: "追索金额", Measure: "万元", Money: true})
	o.refused(fault.Invalid, err, "money in another measure")
	who, none := o.asOf("secretary1", access.Need{Resource: "taskforce_kind", Action: "write"})
	_, err = o.svc.AddKind(bg, who, none, Kind{Code: "vanguards", Name: "突击队", Head: "队长"})
	o.refused(fault.Forbidden, err, "not the office")
	units, err := Unseeded(bg, o.db)
	if err != nil || len(units) != 0 {
		t.Errorf("%v %v", units, err)
	}
}
