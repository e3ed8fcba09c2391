package org

import (
	"io"

	"xianfeng/internal/sheet"
)

// rosterColumns is the exported roll. Headings and words are those that ReadRoster
// reads, so that what went out comes in again.
func rosterColumns() []sheet.Column {
	return []sheet.Column{
		{Key: "n", Title: "序号", Kind: sheet.Int, Width: 7},
		{Key: RosterName, Title: "姓名", Width: 12},
		{Key: RosterStaffNo, Title: "工号", Width: 10},
		{Key: RosterSex, Title: "性别", Width: 7},
		{Key: RosterBirth, Title: "出生年月", Kind: sheet.Date},
		{Key: RosterNation, Title: "民族", Width: 10},
		{Key: RosterEducation, Title: "学历", Width: 12},
		{Key: RosterDepartment, Title: "部门"},
		{Key: RosterPosition, Title: "职务", Width: 18},
		{Key: RosterPolitical, Title: "政治面貌", Width: 14},
		{Key: RosterStage, Title: "发展阶段", Width: 12},
		{Key: RosterJoinedParty, Title: "入党时间", Kind: sheet.Date},
		{Key: RosterFullMember, Title: "转正时间", Kind: sheet.Date},
		{Key: RosterBranch, Title: "所在党支部"},
		{Key: RosterGroup, Title: "所在党小组", Width: 14},
		{Key: RosterPartyPost, Title: "党内职务", Width: 14},
		{Key: RosterStartedWork, Title: "参加工作时间", Kind: sheet.Date},
		{Key: RosterPhone, Title: "联系电话", Width: 14},
		{Key: RosterExempt, Title: "免记积分", Width: 14},
		{Key: RosterNote, Title: "备注", Width: 20},
	}
}

func (p PersonDetail) rosterRow(n int) []any {
	sex := ""
	if p.Sex != "" {
		sex = termName(Sexes(), p.Sex)
	}
	return []any{n, p.Name, p.StaffNo, sex, p.BirthOn, p.Nation, p.Education, refName(p.Department), p.Position,
		termName(Statuses(), p.PoliticalStatus), termName(Stages(), p.DevelopmentStage), p.JoinedPartyOn, p.FullMemberOn,
		refName(p.Branch), refName(p.Group), p.PartyPost, p.StartedWorkOn, p.Phone, p.Exempt, p.Note}
}

// writeRoster writes people in the columns of a roster.
func writeRoster(w io.Writer, people []PersonDetail) error {
	return sheet.WriteList(w, "人员花名册", rosterColumns(), func(yield func([]any, error) bool) {
		for i, p := range people {
			if !yield(p.rosterRow(i+1), nil) {
				return
			}
		}
	})
}

// Template writes the empty form of a roster.
func (s *Service) Template(w io.Writer) error { return sheet.WriteTemplate(w, RosterTemplate()) }
