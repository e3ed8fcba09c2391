package org

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Offices of a secondment. Whoever heads a project is its secretary, whatever the kind
// of project calls them.
const (
	OfficeSecretary = "secretary"
	OfficeDeputy    = "deputy"
	OfficeOfficer   = "officer" // with a title of their own: 组织委员
	OfficeMember    = "member"
)

// Offices is the closed list of offices, in the order of rank.
func Offices() []Term {
	return []Term{{OfficeSecretary, "书记（负责人）"}, {OfficeDeputy, "副书记（副职）"}, {OfficeOfficer, "委员"}, {OfficeMember, "成员"}}
}

// Project is a place for a while, beside branches and groups (rule 27): people are
// seconded to it, and where they belong does not move. Whose it is and what it does is
// the business of who opens it.
type Project struct {
	ID    uuid.UUID
	Name  string
	Party bool          // a temporary Party branch: full members head it
	From  calendar.Date // its first day
	To    calendar.Date // its last day; zero: open
}

// On says whether the project ran on a day.
func (p Project) On(day calendar.Date) bool {
	return !day.Before(p.From) && (p.To.IsZero() || !day.After(p.To))
}

// check asks of a new project what its pages say before.
func (p Project) check() error {
	if err := checkProjectName(p.Name); err != nil {
		return err
	}
	switch {
	case p.From.IsZero():
		return fault.Field("from", "请填写成立日期")
	case !p.To.IsZero() && p.To.Before(p.From):
		return fault.Field("to", "结束日期不能早于成立日期")
	}
	return nil
}

func checkProjectName(name string) error {
	if n := utf8.RuneCountInString(name); n == 0 || n > 60 || strings.ContainsRune(name, 0) {
		return fault.Field("name", "请填写名称，不超过 60 个字")
	}
	return nil
}

// Secondment is somebody's time in a project, in one office. Another office is another
// secondment.
type Secondment struct {
	ID, Project, Person uuid.UUID
	Name                string        // of the person; filled in when read
	Office              string        // secretary, deputy, officer or member
	Title               string        // of an officer
	From, To            calendar.Date // To is the last day; zero: until the project ends
	// Where they belong today, or did on the last day; zero where nowhere.
	Branch, Group         uuid.UUID
	BranchName, GroupName string
	// Party is a full or probationary member on that day, Voter a full one.
	Party, Voter bool
}

// OfficeName is the office as people read it.
func (s Secondment) OfficeName() string {
	if s.Title != "" {
		return s.Title
	}
	return termName(Offices(), s.Office)
}

// On says whether the secondment was in force on a day.
func (s Secondment) On(day calendar.Date) bool {
	return !day.Before(s.From) && (s.To.IsZero() || !day.After(s.To))
}

func (s Secondment) check() error {
	switch {
	case !slices.ContainsFunc(Offices(), func(t Term) bool { return t.Code == s.Office }):
		return fault.Field("office", "请选择职务")
	case s.Office == OfficeOfficer && s.Title == "":
		return fault.Field("title", "请填写委员的分工，如“组织委员”")
	case s.Office != OfficeOfficer && s.Title != "":
		return fault.Field("title", "只有委员填写分工")
	case utf8.RuneCountInString(s.Title) > 20 || strings.ContainsRune(s.Title, 0):
		return fault.Field("title", "分工不能超过 20 个字")
	case s.From.IsZero():
		return fault.Field("from", "请填写起始日期")
	case !s.To.IsZero() && s.To.Before(s.From):
		return fault.Field("to", "结束日期不能早于起始日期")
	}
	return nil
}
