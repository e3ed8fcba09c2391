package org

import (
	"slices"
	"strings"

	"xianfeng/internal/fault"
)

// UnitSettings are the values of domain.md marked cfg that this office may change.
// Each feeds a rule; the zero value of none is its default, so make them with
// DefaultSettings.
type UnitSettings struct {
	RankingVisibility string `json:"ranking_visibility" enum:"none,leaders,branch,all" doc:"Who may see full ranking lists; nobody by default (国办函〔2026〕12号)"`
	RankingColumn     bool   `json:"ranking_column" doc:"Whether the quarter summary prints 组内名次"`
	LedgerHolders     string `json:"ledger_holders" enum:"party,staff" doc:"Who has a points ledger"`

	LateAfterDays int `json:"late_after_days" minimum:"0" maximum:"60" doc:"Working days after which a record counts as late (rule 6)"`

	MeetingQuorumPercent   int `json:"meeting_quorum_percent" minimum:"1" maximum:"100" doc:"Share of those with a vote that a meeting needs (rule 5)"`
	ElectionQuorumPercent  int `json:"election_quorum_percent" minimum:"1" maximum:"100" doc:"The same for an election"`
	CommitteeQuorumPercent int `json:"committee_quorum_percent" minimum:"1" maximum:"100" doc:"Share of its members that a committee meeting needs"`

	HoursRounding   string `json:"hours_rounding" enum:"exact,half_hour,hour" doc:"Volunteering is stored in minutes and rounded down to this (rule 29)"`
	ShortVolunteers bool   `json:"short_volunteers" doc:"Whether less than half an hour of volunteering counts as half an hour"`

	NoticeDays   int `json:"notice_days" minimum:"1" maximum:"60" doc:"Working days that a public notice lies open (rule 13)"`
	PioneerQuota int `json:"pioneer_quota" minimum:"1" maximum:"20" doc:"Pioneer posts that a group may recommend for in a quarter (rule 20)"`

	TalksPerDay    int `json:"talks_per_day" minimum:"1" maximum:"20" doc:"Planned talks that one person holds on a day (rule 22)"`
	QuarterPlanDay int `json:"quarter_plan_day" minimum:"1" maximum:"28" doc:"Day of a quarter's first month by which a branch files its plan"`

	MenteeAge        int `json:"mentee_age" minimum:"18" maximum:"60" doc:"Up to this age somebody is a young cadre, who has mentors (rule 25)"`
	MenteeYears      int `json:"mentee_years" minimum:"0" maximum:"30" doc:"Or within so many years of starting work"`
	MenteesPerMentor int `json:"mentees_per_mentor" minimum:"1" maximum:"10" doc:"Mentees that one mentor has at a time"`
	PairingYears     int `json:"pairing_years" minimum:"1" maximum:"10" doc:"How long a pairing is made for"`

	HoursNoticeDays int `json:"hours_notice_days" minimum:"1" maximum:"60" doc:"Working days that volunteer hours lie on notice (rule 31)"`

	Fonts ReportFonts `json:"report_fonts" doc:"Faces on printed reports"`
}

// ReportFonts are the faces that workbooks name. A sheet can name only one for each
// purpose; which are installed is the reader's machine.
type ReportFonts struct {
	Title   string `json:"title" maxLength:"40"`
	Heading string `json:"heading" maxLength:"40"`
	Body    string `json:"body" maxLength:"40"`
}

// Values of UnitSettings.
const (
	RankingNone    = "none"
	RankingLeaders = "leaders"
	RankingBranch  = "branch"
	RankingAll     = "all"

	HoldersParty = "party"
	HoldersStaff = "staff"

	RoundExact    = "exact"
	RoundHalfHour = "half_hour"
	RoundHour     = "hour"
)

// DefaultSettings are the defaults of domain.md.
func DefaultSettings() UnitSettings {
	return UnitSettings{
		RankingVisibility:      RankingNone,
		LedgerHolders:          HoldersParty,
		LateAfterDays:          3,
		MeetingQuorumPercent:   50,
		ElectionQuorumPercent:  80,
		CommitteeQuorumPercent: 50,
		HoursRounding:          RoundHalfHour,
		NoticeDays:             5,
		PioneerQuota:           1,
		TalksPerDay:            3,
		QuarterPlanDay:         5,
		MenteeAge:              35,
		MenteeYears:            5,
		MenteesPerMentor:       2,
		PairingYears:           2,
		HoursNoticeDays:        7,
		Fonts:                  ReportFonts{Title: "宋体", Heading: "黑体", Body: "仿宋"},
	}
}

// CountedMinutes is what minutes of volunteering count for after rounding
// (rule 29).
func (s UnitSettings) CountedMinutes(minutes int) int {
	if minutes <= 0 {
		return 0
	}
	if minutes < 30 && s.ShortVolunteers {
		return 30
	}
	switch s.HoursRounding {
	case RoundHalfHour:
		return minutes / 30 * 30
	case RoundHour:
		return minutes / 60 * 60
	}
	return minutes
}

// Reaches says whether the share of part in whole is at least percent. It counts
// in whole numbers: half of 7 is reached by 4, not by 3.
func Reaches(part, whole, percent int) bool { return part*100 >= whole*percent }

func (s UnitSettings) check() error {
	var bad []fault.Detail
	one := func(field, value string, allowed ...string) {
		if !slices.Contains(allowed, value) {
			bad = append(bad, fault.Detail{Field: field, Message: "只能是其中之一：" + strings.Join(allowed, "、")})
		}
	}
	within := func(field string, value, low, high int, message string) {
		if value < low || value > high {
			bad = append(bad, fault.Detail{Field: field, Message: message})
		}
	}
	face := func(field, value string) {
		if strings.TrimSpace(value) == "" || len([]rune(value)) > 40 {
			bad = append(bad, fault.Detail{Field: field, Message: "请填写字体名称，如 宋体"})
		}
	}
	one("ranking_visibility", s.RankingVisibility, RankingNone, RankingLeaders, RankingBranch, RankingAll)
	one("ledger_holders", s.LedgerHolders, HoldersParty, HoldersStaff)
	one("hours_rounding", s.HoursRounding, RoundExact, RoundHalfHour, RoundHour)
	within("late_after_days", s.LateAfterDays, 0, 60, "补录期限应在 0 到 60 个工作日之间")
	within("meeting_quorum_percent", s.MeetingQuorumPercent, 1, 100, "比例应在 1 到 100 之间")
	within("election_quorum_percent", s.ElectionQuorumPercent, 1, 100, "比例应在 1 到 100 之间")
	within("committee_quorum_percent", s.CommitteeQuorumPercent, 1, 100, "比例应在 1 到 100 之间")
	within("notice_days", s.NoticeDays, 1, 60, "公示期应在 1 到 60 个工作日之间")
	within("pioneer_quota", s.PioneerQuota, 1, 20, "每个党小组的名额应在 1 到 20 之间")
	within("talks_per_day", s.TalksPerDay, 1, 20, "每人每天的谈话数应在 1 到 20 之间")
	within("quarter_plan_day", s.QuarterPlanDay, 1, 28, "季度计划的报备日应在 1 到 28 日之间")
	within("mentee_age", s.MenteeAge, 18, 60, "青年干警的年龄上限应在 18 到 60 之间")
	within("mentee_years", s.MenteeYears, 0, 30, "参加工作年限应在 0 到 30 之间")
	within("mentees_per_mentor", s.MenteesPerMentor, 1, 10, "每位导师带教的学员应在 1 到 10 人之间")
	within("pairing_years", s.PairingYears, 1, 10, "结对期限应在 1 到 10 年之间")
	within("hours_notice_days", s.HoursNoticeDays, 1, 60, "时长公示期应在 1 到 60 个工作日之间")
	face("report_fonts.title", s.Fonts.Title)
	face("report_fonts.heading", s.Fonts.Heading)
	face("report_fonts.body", s.Fonts.Body)
	return fault.Fields(bad)
}
