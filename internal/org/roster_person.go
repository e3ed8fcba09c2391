package org

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

// person reads one row of a roster.
type person struct {
	rec      sheet.Record
	today    calendar.Date
	columns  map[string]RosterColumn
	row      RosterRow
	problems []sheet.RowError
	wrong    map[string]bool // fields with an error, left out of comparisons
}

// has says whether the sheet speaks of a field.
func (p *person) has(key string) bool {
	_, ok := p.columns[key]
	return ok
}

func (p *person) fail(key, reason string) {
	p.problems = append(p.problems, p.rec.Error(key, reason))
	if p.wrong == nil {
		p.wrong = map[string]bool{}
	}
	p.wrong[key] = true
}

func (p *person) warn(key, reason string) {
	p.problems = append(p.problems, p.rec.Warning(key, reason))
}

func (p *person) read(s RosterSheet) {
	p.row = RosterRow{Sheet: s.Name, Row: p.rec.Number(), Raw: p.rec.Raw()}
	if e, shifted := p.rec.Shifted(); shifted {
		p.problems = append(p.problems, e)
		return
	}
	r := &p.row
	p.readName()
	r.StaffNo = strings.ReplaceAll(p.text(RosterStaffNo, 40), " ", "")
	r.Education = p.text(RosterEducation, 40)
	r.Department = sheet.CleanName(p.text(RosterDepartment, 60))
	r.Position = p.text(RosterPosition, 100)
	r.PartyPost = p.text(RosterPartyPost, 100)
	r.Branch = sheet.CleanName(p.text(RosterBranch, 60))
	if s.Branch != "" {
		r.Branch = s.Branch
	}
	r.Group = sheet.CleanName(p.text(RosterGroup, 60))
	r.Note = p.text(RosterNote, 500)
	p.readWords()
	p.readPhone()
	r.BirthOn = p.day(RosterBirth)
	r.JoinedPartyOn = p.day(RosterJoinedParty)
	r.FullMemberOn = p.day(RosterFullMember)
	r.StartedWorkOn = p.day(RosterStartedWork)
	p.compareDays()
	p.checkStanding()
	switch word := p.text(RosterExempt, 100); sheet.Key(word) {
	case "", "否", "不免", "不是":
		r.ExemptReason = exemption(r.Note, r.Position)
	case "是", "免", "免记", "免记积分":
		r.ExemptReason = exemption(strings.TrimSpace("免记积分 "+r.Note), r.Position)
	default:
		r.ExemptReason = word
	}
}

// text is a field's text. What looks like a formula stays text, with a word of
// warning; an error value of the spreadsheet is an error here too.
func (p *person) text(key string, limit int) string {
	if p.rec.Cell(key).Kind == sheet.ErrorCell {
		p.fail(key, "单元格是公式错误值,请改为实际内容")
		return ""
	}
	s := p.rec.Text(key)
	if utf8.RuneCountInString(s) > limit {
		p.fail(key, fmt.Sprintf("内容过长,最多 %d 个字", limit))
		return ""
	}
	if s != "" && sheet.Escape(s) != s {
		p.warn(key, "内容像公式,将按普通文字保存,不会执行")
	}
	return s
}

func (p *person) readName() {
	name := sheet.CleanName(p.text(RosterName, 60))
	switch {
	case p.wrong[RosterName]:
	case name == "":
		p.fail(RosterName, "没有姓名")
	case !nameForm.MatchString(name):
		p.fail(RosterName, "不像姓名,请检查这一行是否错列")
	}
	p.row.Name = name
}

// readWords reads the fields that take words of a closed list.
func (p *person) readWords() {
	r := &p.row
	if s := p.text(RosterSex, 20); s != "" {
		sex, ok := readSex(s)
		if !ok {
			p.fail(RosterSex, "性别应为男或女")
		}
		r.Sex = sex
	}
	if s := p.text(RosterNation, 40); s != "" {
		r.Nation = readNation(s)
		if !slices.Contains(nations, r.Nation) {
			p.warn(RosterNation, "不在 56 个民族之内,将按原文保存,请核对")
		}
	}
	if s := p.text(RosterPolitical, 40); s != "" {
		got, ok := readPolitical(s)
		if !ok {
			p.fail(RosterPolitical, "不认识的政治面貌,可填:中共党员、中共预备党员、共青团员、群众、民主党派、无党派人士")
		}
		r.PoliticalStatus, r.DevelopmentStage = got.status, got.stage
	}
	if s := p.text(RosterStage, 40); s != "" {
		stage, ok := readStage(s)
		switch {
		case !ok:
			p.fail(RosterStage, "不认识的发展阶段,可填:申请人、积极分子、发展对象、预备党员、正式党员")
		case r.PoliticalStatus == PartyMember && stage != StageFull, r.PoliticalStatus == ProbationaryMember && stage != StageProbationary:
			p.fail(RosterStage, "发展阶段与政治面貌不一致")
		default:
			r.DevelopmentStage = stage
		}
	}
}

// readPhone takes the first of several numbers in one cell.
func (p *person) readPhone() {
	s := sheet.Key(p.rec.Text(RosterPhone))
	if s == "" || p.wrong[RosterPhone] {
		return
	}
	numbers := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("/,;|\\", r) })
	for i, n := range numbers {
		phone, ok := readPhone(n)
		if !ok {
			p.fail(RosterPhone, "电话号码不对:手机应为 11 位,座机请带区号")
			return
		}
		if i == 0 {
			p.row.Phone = phone
		}
	}
	if len(numbers) > 1 {
		p.warn(RosterPhone, "有多个号码,只取第一个")
	}
}

func (p *person) day(key string) calendar.Date {
	d, err := p.rec.Day(key)
	switch {
	case err != nil:
		p.fail(key, err.Error())
		return calendar.Date{}
	case d.Date.After(p.today):
		p.fail(key, "日期在今天之后")
		return calendar.Date{}
	case d.Doubt != "":
		p.warn(key, d.Doubt)
	}
	if d.MonthOnly {
		p.row.MonthOnly = append(p.row.MonthOnly, key)
	}
	return d.Date
}

// compareDays holds the days of a life against each other. A day that is
// missing or wrong by itself compares with nothing.
func (p *person) compareDays() {
	r := &p.row
	after := func(key string, day calendar.Date, born string, leastAge int, young string) {
		switch {
		case day.IsZero() || r.BirthOn.IsZero():
		case !day.After(r.BirthOn):
			p.fail(key, born)
		case day.Before(calendar.NewDate(r.BirthOn.Year+leastAge, r.BirthOn.Month, 1)):
			p.warn(key, young)
		}
	}
	after(RosterJoinedParty, r.JoinedPartyOn, "入党时间早于出生", 18, "入党时未满 18 岁,请核对")
	after(RosterStartedWork, r.StartedWorkOn, "参加工作时间早于出生", 14, "参加工作时未满 14 岁,请核对")
	if r.JoinedPartyOn.IsZero() || r.FullMemberOn.IsZero() || p.wrong[RosterJoinedParty] {
		return
	}
	joined := r.JoinedPartyOn
	if slices.Contains(r.MonthOnly, RosterFullMember) {
		joined.Day = 1
	}
	if r.FullMemberOn.Before(joined) {
		p.fail(RosterFullMember, "转正时间早于入党时间")
	}
}

// checkStanding holds Party status, dates and places against each other. Where
// the sheet has no status, the dates of joining tell it.
func (p *person) checkStanding() {
	r := &p.row
	if !p.has(RosterPolitical) && !r.JoinedPartyOn.IsZero() {
		r.PoliticalStatus, r.DevelopmentStage = PartyMember, StageFull
		if r.FullMemberOn.IsZero() && r.JoinedPartyOn.AddDays(366).After(p.today) {
			r.PoliticalStatus, r.DevelopmentStage = ProbationaryMember, StageProbationary
		}
		if r.FullMemberOn.IsZero() {
			p.warn(RosterJoinedParty, "没有政治面貌列,按入党时间推定,请核对")
		}
	}
	member := r.PoliticalStatus == PartyMember || r.PoliticalStatus == ProbationaryMember
	switch {
	case p.wrong[RosterPolitical]:
	case r.PoliticalStatus == "" && p.has(RosterPolitical) && !r.JoinedPartyOn.IsZero():
		p.fail(RosterPolitical, "填了入党时间,却没有政治面貌")
	case member && p.has(RosterJoinedParty) && r.JoinedPartyOn.IsZero() && !p.wrong[RosterJoinedParty]:
		p.warn(RosterJoinedParty, "党员没有入党时间")
	case (r.PoliticalStatus == Masses || r.PoliticalStatus == LeagueMember) && !r.JoinedPartyOn.IsZero():
		p.warn(RosterJoinedParty, "不是党员,却填了入党时间,请核对")
	case r.PoliticalStatus == ProbationaryMember && !r.FullMemberOn.IsZero():
		p.warn(RosterFullMember, "预备党员已有转正时间,请核对政治面貌")
	}
	if member && p.has(RosterBranch) && r.Branch == "" && !p.wrong[RosterBranch] {
		p.warn(RosterBranch, "党员没有所在党支部")
	}
	if r.Group != "" && p.has(RosterBranch) && r.Branch == "" {
		p.fail(RosterGroup, "填了党小组,却没有党支部")
	}
}

// exemption is the reason of rule 15 where the note asks for it.
func exemption(note, position string) string {
	k := sheet.Key(note)
	asked := false
	for _, w := range []string{"免记积分", "不记积分", "免积分", "免予积分", "免于积分", "不计积分", "免计积分"} {
		asked = asked || strings.Contains(k, w)
	}
	if !asked {
		return ""
	}
	for _, c := range []struct{ word, reason string }{{"退休", "退休"}, {"离休", "离休"}, {"借调", "借调"}, {"挂职", "挂职"}, {"病", "长期病休"}, {"产假", "产假"}} {
		if strings.Contains(k+sheet.Key(position), c.word) {
			return c.reason
		}
	}
	return note
}
