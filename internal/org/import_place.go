package org

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// place works the dated rows of a row out: branch and group, department, positions,
// exemption. New people's begin on the first day given; what changes for people who
// are there begins today.
func (p *plan) place(x *planned) {
	if x.bad {
		return
	}
	id := x.person()
	p.placeBranch(x, id)
	p.placeDepartment(x, id)
	if x.bad {
		return
	}
	p.placePosts(x, id, true)
	p.placePosts(x, id, false)
	p.placeExemption(x, id)
}

// since is the first day of a row that begins: a new person is nowhere before
// joining.
func (p *plan) since(x *planned, party bool) calendar.Date {
	if x.known != nil {
		return p.today
	}
	if party && x.after.Joined.After(p.from) {
		return x.after.Joined
	}
	return p.from
}

// swap replaces the spans that last in a table by a new one.
func (p *plan) swap(x *planned, old []span, begin span) {
	for _, s := range old {
		if s.From.Before(p.today) {
			x.end = append(x.end, s)
		} else {
			x.drop = append(x.drop, s)
		}
	}
	begin.ID = db.NewID()
	x.begin = append(x.begin, begin)
}

func (p *plan) placeBranch(x *planned, id uuid.UUID) {
	r := x.row
	var old []span
	var later bool
	if x.known != nil {
		old, later = x.known.current(inBranches, p.today)
	}
	var was span
	if len(old) > 0 {
		was = old[0]
	}
	if !partyMember(x.after.Status) {
		switch {
		case was.ID != uuid.Nil:
			x.fail(RosterPolitical, termName(Statuses(), x.after.Status), "该人员还在党支部内，请先在系统中转出组织关系，再改政治面貌")
		case r.Branch != "":
			x.warn(RosterBranch, r.Branch, "不是党员，不编入党支部")
		}
		return
	}
	now := span{Table: inBranches, Person: id, Place: was.Place, Group: was.Group, From: p.since(x, true)}
	if r.Branch != "" {
		branch, ok := p.branch(r.Branch)
		if !ok {
			x.fail(RosterBranch, r.Branch, "系统中没有这个党支部，请先建立，或在导入时选择自动建立")
			return
		}
		if branch != was.Place {
			now.Place, now.Group = branch, uuid.Nil
		}
	}
	if r.Group != "" {
		if now.Place == uuid.Nil {
			x.fail(RosterGroup, r.Group, "填了党小组，却不知道是哪个党支部的")
			return
		}
		group, ok := p.group(now.Place, r.Group)
		if !ok {
			x.fail(RosterGroup, r.Group, "该党支部没有这个党小组，请先建立，或在导入时选择自动建立")
			return
		}
		now.Group = group
	}
	if now.Place == was.Place && now.Group == was.Group {
		return
	}
	if later {
		x.fail(RosterBranch, r.Branch, "该人员已另有以后日期的党支部安排，请在系统中办理")
		return
	}
	if x.known != nil {
		p.changed(x, RosterBranch, "党支部", p.office.names[was.Place], p.office.names[now.Place])
		p.changed(x, RosterGroup, "党小组", p.office.names[was.Group], p.office.names[now.Group])
		p.endPosts(x, now)
	}
	p.swap(x, old, now)
}

// endPosts ends the Party posts that a move leaves behind.
func (p *plan) endPosts(x *planned, now span) {
	for _, s := range x.known.spans {
		if s.Table != inPositions || s.Kind == PositionAdministrative || s.Place == now.Place && (s.Group == uuid.Nil || s.Group == now.Group) {
			continue
		}
		if s.From.Before(p.today) {
			x.end = append(x.end, s)
		} else {
			x.drop = append(x.drop, s)
		}
	}
}

func (p *plan) changed(x *planned, field, name, from, to string) {
	if from != to {
		x.changes = append(x.changes, Change{field, name, from, to})
	}
}

func (p *plan) placeDepartment(x *planned, id uuid.UUID) {
	name := x.row.Department
	if name == "" {
		return
	}
	department, ok := p.department(name)
	if !ok {
		x.fail(RosterDepartment, name, "系统中没有这个部门，请先建立，或在导入时选择自动建立")
		return
	}
	var old []span
	var later bool
	if x.known != nil {
		old, later = x.known.current(inDepartments, p.today)
	}
	if len(old) > 0 && old[0].Place == department {
		return
	}
	if later {
		x.fail(RosterDepartment, name, "该人员已另有以后日期的部门安排，请在系统中办理")
		return
	}
	if x.known != nil {
		from := ""
		if len(old) > 0 {
			from = p.office.names[old[0].Place]
		}
		p.changed(x, RosterDepartment, "部门", from, p.office.names[department])
	}
	p.swap(x, old, span{Table: inDepartments, Person: id, Place: department, From: p.since(x, false)})
}

// placePosts compares the titles of a person with those of the row: all the
// administrative ones, or all Party posts.
func (p *plan) placePosts(x *planned, id uuid.UUID, administrative bool) {
	text, field, name := x.row.Position, RosterPosition, "职务"
	if !administrative {
		text, field, name = x.row.PartyPost, RosterPartyPost, "党内职务"
	}
	if text == "" {
		return
	}
	var old []span
	if x.known != nil {
		all, _ := x.known.current(inPositions, p.today)
		for _, s := range all {
			if (s.Kind == PositionAdministrative) == administrative && !slices.ContainsFunc(x.end, func(e span) bool { return e.ID == s.ID }) {
				old = append(old, s)
			}
		}
	}
	titles := make([]string, len(old))
	for i, s := range old {
		titles[i] = s.Text
	}
	was := strings.Join(titles, "、")
	if was == text {
		return
	}
	begin := span{Table: inPositions, Person: id, Kind: PositionAdministrative, Text: text, From: p.since(x, !administrative)}
	if !administrative {
		in := p.branchAfter(x)
		if begin.Kind = partyPost(text); begin.Kind == "" || in.Place == uuid.Nil || begin.Kind == PositionGroupLeader && in.Group == uuid.Nil {
			x.warn(field, text, "没有认出，或没有相应的党支部、党小组，未导入")
			return
		}
		begin.Place = in.Place
		if begin.Kind == PositionGroupLeader {
			begin.Group = in.Group
		}
	}
	if x.known != nil {
		p.changed(x, field, name, was, text)
	}
	p.swap(x, old, begin)
}

// branchAfter is the membership that the person has after the import.
func (p *plan) branchAfter(x *planned) span {
	for _, s := range x.begin {
		if s.Table == inBranches {
			return s
		}
	}
	if x.known != nil {
		if now, _ := x.known.current(inBranches, p.today); len(now) > 0 {
			return now[0]
		}
	}
	return span{}
}

// partyPost reads the kind of a Party post out of its title.
func partyPost(title string) string {
	switch {
	case strings.Contains(title, "副书记"):
		return "deputy_secretary"
	case strings.Contains(title, "书记"):
		return PositionSecretary
	case strings.Contains(title, "委员"):
		return "committee_member"
	case strings.Contains(title, "组长"):
		return PositionGroupLeader
	}
	return ""
}

func (p *plan) placeExemption(x *planned, id uuid.UUID) {
	reason := x.row.ExemptReason
	if reason == "" {
		return
	}
	var old []span
	if x.known != nil {
		var later bool
		if old, later = x.known.current(inExemptions, p.today); later || len(old) > 0 && old[0].Text == reason {
			return
		}
		from := ""
		if len(old) > 0 {
			from = old[0].Text
		}
		p.changed(x, "exempt", "免记积分", from, reason)
	}
	p.swap(x, old, span{Table: inExemptions, Person: id, Text: reason, From: p.since(x, false)})
}

// warnSecretaries finds branches that would have two secretaries.
func (p *plan) warnSecretaries() {
	holders := map[uuid.UUID][]string{}
	gone := map[uuid.UUID]bool{}
	for _, x := range p.rows {
		if x.bad {
			continue
		}
		for _, s := range slices.Concat(x.end, x.drop) {
			gone[s.ID] = true
		}
	}
	for _, k := range p.office.people {
		for _, s := range k.spans {
			if s.Kind == PositionSecretary && !gone[s.ID] {
				holders[s.Place] = append(holders[s.Place], k.name)
			}
		}
	}
	for _, x := range p.rows {
		for _, s := range x.begin {
			if x.bad || s.Kind != PositionSecretary {
				continue
			}
			if other := holders[s.Place]; len(other) > 0 {
				x.warn(RosterPartyPost, s.Text, fmt.Sprintf("%s的书记已是%s，请核对", p.office.names[s.Place], other[0]))
			}
			holders[s.Place] = append(holders[s.Place], x.row.Name)
		}
	}
}
