package org

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

// rosterLike makes a roster with one sheet that has these columns.
func rosterLike(columns string, rows ...RosterRow) Roster {
	s := RosterSheet{Name: "表", Columns: map[string]RosterColumn{}}
	for i, c := range strings.Fields(columns) {
		s.Columns[c] = RosterColumn{sheet.ColumnName(i), c}
	}
	for i := range rows {
		rows[i].Sheet, rows[i].Row = "表", i+2
	}
	return Roster{Sheets: []RosterSheet{s}, Rows: rows}
}

// officeOf makes an office with these people, one branch 一支部 with group 一组, one
// department 办公室, everyone in them since 2026-01-01.
func officeOf(people ...known) (office, [3]uuid.UUID) {
	b, g, dep := uuid.New(), uuid.New(), uuid.New()
	o := office{departments: map[string]uuid.UUID{placeKey("办公室"): dep}, branches: map[string]uuid.UUID{placeKey("一支部"): b},
		groups: map[uuid.UUID]map[string]uuid.UUID{b: {placeKey("一组"): g}}, names: map[uuid.UUID]string{b: "一支部", g: "一组", dep: "办公室"}}
	for i := range people {
		k := &people[i]
		k.id, k.version = uuid.New(), 1
		if k.Status == "" {
			k.Status, k.Stage = Masses, StageNone
		}
		from := day("2026-01-01")
		if partyMember(k.Status) {
			k.spans = append(k.spans, span{Table: inBranches, ID: uuid.New(), Person: k.id, Place: b, Group: g, From: from})
		}
		k.spans = append(k.spans, span{Table: inDepartments, ID: uuid.New(), Person: k.id, Place: dep, From: from})
		o.people = append(o.people, k)
	}
	return o, [3]uuid.UUID{b, g, dep}
}

func someone(name, staff, phone, birth string) known {
	k := known{name: name, facts: facts{StaffNo: staff, Phone: phone}}
	if birth != "" {
		k.Birth = day(birth)
	}
	return k
}

const importDay = "2026-11-23"

// TestMatching is rule 2: staff number, else name and telephone; a doubt is a bad
// row, and nobody is merged or doubled silently.
func TestMatching(t *testing.T) {
	row := func(name, staff, phone, birth string) RosterRow {
		r := RosterRow{Name: name, StaffNo: staff, Phone: phone, PoliticalStatus: Masses}
		if birth != "" {
			r.BirthOn = day(birth)
		}
		return r
	}
	left := someone("钱一", "", "13900000001", "")
	left.left = day("2026-05-01")
	for name, c := range map[string]struct {
		there  []known
		rows   []RosterRow
		want   string // action of each row, and what its problem says
		reason string
	}{
		"staff number":                   {[]known{someone("赵一", "A1", "", "")}, []RosterRow{row("赵一", "A1", "13900000009", "")}, "changed", ""},
		"staff number of another name":   {[]known{someone("赵一", "A1", "", "")}, []RosterRow{row("赵二", "A1", "", "")}, "bad", "在系统中是“赵一”"},
		"name and telephone":             {[]known{someone("赵一", "", "13900000001", "")}, []RosterRow{row("赵一", "", "13900000001", "")}, "unchanged", ""},
		"a number is added":              {[]known{someone("赵一", "", "13900000001", "")}, []RosterRow{row("赵一", "A1", "13900000001", "")}, "changed", ""},
		"two numbers, one telephone":     {[]known{someone("赵一", "A2", "13900000001", "")}, []RosterRow{row("赵一", "A1", "13900000001", "")}, "bad", "工号却不同"},
		"two numbers, two people":        {[]known{someone("赵一", "A2", "13900000002", "")}, []RosterRow{row("赵一", "A1", "13900000001", "")}, "new", ""},
		"one name, other telephone":      {[]known{someone("赵一", "", "13900000002", "")}, []RosterRow{row("赵一", "", "13900000001", "")}, "new", "另一人新增"},
		"the same birthday, other phone": {[]known{someone("赵一", "", "13900000002", "1980-01-01")}, []RosterRow{row("赵一", "", "13900000001", "1980-01-01")}, "bad", "换了电话"},
		"the same birthday, no phone":    {[]known{someone("赵一", "", "13900000002", "1980-01-01")}, []RosterRow{row("赵一", "", "", "1980-01-01")}, "unchanged", "按姓名和出生日期认出"},
		"another birthday":               {[]known{someone("赵一", "", "", "1980-01-01")}, []RosterRow{row("赵一", "", "", "1990-01-01")}, "new", ""},
		"only the name":                  {[]known{someone("赵一", "", "13900000002", "")}, []RosterRow{row("赵一", "", "", "")}, "bad", "无法确定"},
		"two of one name and telephone":  {[]known{someone("赵一", "", "13900000001", ""), someone("赵一", "", "13900000001", "")}, []RosterRow{row("赵一", "", "13900000001", "")}, "bad", "两个人"},
		"twins by birthday":              {[]known{someone("赵一", "", "", "1980-01-01"), someone("赵一", "", "", "1980-01-01")}, []RosterRow{row("赵一", "", "", "1980-01-01")}, "bad", "多位同名同生日"},
		"told apart by the other row":    {[]known{someone("赵一", "", "13900000001", ""), someone("赵一", "", "13900000002", "")}, []RosterRow{row("赵一", "", "13900000002", ""), row("赵一", "", "13900000001", "")}, "unchanged unchanged", ""},
		"twice the same":                 {[]known{someone("赵一", "A1", "13900000001", "")}, []RosterRow{row("赵一", "A1", "", ""), row("赵一", "", "13900000001", "")}, "unchanged bad", "同一个人"},
		"who left":                       {[]known{left}, []RosterRow{row("钱一", "", "13900000001", "")}, "bad", "离开"},
		"nobody of that name":            {nil, []RosterRow{row("赵一", "", "", "")}, "new", ""},
	} {
		o, _ := officeOf(c.there...)
		p := makePlan(rosterLike("name staff_no phone birth_on political_status", c.rows...), o, day("2026-01-01"), day(importDay), true)
		var got, reasons []string
		for _, x := range p.rows {
			got = append(got, x.action())
			for _, e := range x.problems {
				reasons = append(reasons, e.Reason)
			}
		}
		if strings.Join(got, " ") != c.want || !strings.Contains(strings.Join(reasons, ";"), c.reason) || c.reason == "" && len(reasons) > 0 {
			t.Errorf("%s: %v %v, want %s %s", name, got, reasons, c.want, c.reason)
		}
	}
}

// TestPlanKeeps shows what a roster changes and what it leaves: no column and an
// empty cell keep what is known.
func TestPlanKeeps(t *testing.T) {
	base := func() known {
		k := someone("赵一", "", "13900000001", "1980-01-01")
		k.facts = facts{Phone: "13900000001", Birth: day("1980-01-01"), Nation: "汉族", Education: "大学本科", Status: PartyMember, Stage: StageFull,
			Joined: day("2005-03-07"), Full: day("2006-03-07"), Note: "旧"}
		return k
	}
	me := RosterRow{Name: "赵一", Phone: "13900000001"}
	with := func(change func(*RosterRow)) RosterRow { r := me; change(&r); return r }
	for name, c := range map[string]struct {
		row    RosterRow
		want   string
		ended  int
		begun  int
		reason string
	}{
		"nothing said": {me, "unchanged", 0, 0, ""},
		"everything the same": {with(func(r *RosterRow) {
			r.Nation, r.Education, r.Branch, r.Group, r.Department = "汉族", "大学本科", "一支部", "一组", "办公室"
		}), "unchanged", 0, 0, ""},
		"month of a known day":      {with(func(r *RosterRow) { r.JoinedPartyOn, r.MonthOnly = day("2005-03-01"), []string{RosterJoinedParty} }), "unchanged", 0, 0, ""},
		"another month":             {with(func(r *RosterRow) { r.JoinedPartyOn, r.MonthOnly = day("2005-04-01"), []string{RosterJoinedParty} }), "changed joined_party_on", 0, 0, ""},
		"education":                 {with(func(r *RosterRow) { r.Education = "博士" }), "changed education", 0, 0, ""},
		"group of the same branch":  {with(func(r *RosterRow) { r.Group = "二组" }), "changed group", 1, 1, ""},
		"another branch":            {with(func(r *RosterRow) { r.Branch, r.Group = "二支部", "一组" }), "changed branch", 1, 1, ""},
		"another department":        {with(func(r *RosterRow) { r.Department = "一部" }), "changed department", 1, 1, ""},
		"exempt":                    {with(func(r *RosterRow) { r.ExemptReason = "退休" }), "changed exempt", 0, 1, ""},
		"a title":                   {with(func(r *RosterRow) { r.Position = "主任" }), "changed position", 0, 1, ""},
		"a Party post":              {with(func(r *RosterRow) { r.PartyPost = "支部书记" }), "changed party_post", 0, 1, ""},
		"a post nobody knows":       {with(func(r *RosterRow) { r.PartyPost = "联络人" }), "unchanged", 0, 0, "没有认出"},
		"no member any more":        {with(func(r *RosterRow) { r.PoliticalStatus = Masses }), "bad", 0, 0, "转出组织关系"},
		"full before joining":       {with(func(r *RosterRow) { r.FullMemberOn = day("2004-01-01") }), "bad", 0, 0, "转正时间早于入党时间"},
		"born after joining":        {with(func(r *RosterRow) { r.BirthOn = day("2010-01-01") }), "bad", 0, 0, "早于出生"},
		"full in the joining month": {with(func(r *RosterRow) { r.FullMemberOn, r.MonthOnly = day("2005-03-01"), []string{RosterFullMember} }), "changed full_member_on", 0, 0, ""},
	} {
		o, _ := officeOf(base())
		p := makePlan(rosterLike("name phone", c.row), o, day("2026-01-01"), day(importDay), true)
		x := p.rows[0]
		got := x.action()
		if len(x.changes) > 0 && !x.bad {
			got += " " + x.changes[0].Field
		}
		reason := fmt.Sprint(x.problems)
		if got != c.want || !x.bad && (len(x.end) != c.ended || len(x.begin) != c.begun) || !strings.Contains(reason, c.reason) {
			t.Errorf("%s: %s, %d ended, %d begun, %s", name, got, len(x.end), len(x.begin), reason)
		}
	}
}

func TestPlanDates(t *testing.T) {
	o, _ := officeOf()
	joined := day("2026-04-09")
	p := makePlan(rosterLike("name phone", RosterRow{Name: "赵一", Phone: "13900000001", PoliticalStatus: ProbationaryMember, JoinedPartyOn: joined, Branch: "一支部", Department: "办公室"}),
		o, day("2026-01-01"), day(importDay), true)
	from := map[string]calendar.Date{}
	for _, s := range p.rows[0].begin {
		from[s.Table] = s.From
	}
	if from[inBranches] != joined || from[inDepartments] != day("2026-01-01") {
		t.Errorf("begins %v", from)
	}
	// A membership that began today gives way without leaving a day of its own.
	k := someone("赵一", "", "13900000001", "")
	k.Status, k.Stage = PartyMember, StageFull
	o, places := officeOf(k)
	o.people[0].spans[0].From = day(importDay)
	p = makePlan(rosterLike("name phone", RosterRow{Name: "赵一", Phone: "13900000001", Branch: "二支部"}), o, day("2026-01-01"), day(importDay), true)
	if x := p.rows[0]; len(x.drop) != 1 || x.drop[0].Place != places[0] || len(x.end) != 0 || len(x.begin) != 1 {
		t.Errorf("%+v", x)
	}
	// Something arranged for later is not overwritten.
	o, _ = officeOf(k)
	o.people[0].spans = append(o.people[0].spans, span{Table: inBranches, ID: uuid.New(), From: day("2026-12-01")})
	p = makePlan(rosterLike("name phone", RosterRow{Name: "赵一", Phone: "13900000001", Branch: "二支部"}), o, day("2026-01-01"), day(importDay), true)
	if x := p.rows[0]; !x.bad {
		t.Error("a move over a later one was planned")
	}
}
