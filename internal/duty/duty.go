// Package duty reckons who owes what how often and how far it was met (rule 32), out
// of the confirmed records, for any past or present period. It keeps the list of
// duties, the excuses and the quarter plans; how far a duty is met is kept nowhere.
package duty

import (
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// Who owes a duty. Of a deputy it is the department they supervise that names the
// owner; of a leader, the person.
const (
	OwnerUnit   = "unit"
	OwnerBranch = "branch"
	OwnerGroup  = "group"
	OwnerDeputy = "deputy"
	OwnerLeader = "leader"
	OwnerMember = "member" // for oneself alone, never reckoned
)

// The periods.
const (
	EveryDay     = "day"
	EveryWeek    = "week" // from Monday
	EveryMonth   = "month"
	EveryQuarter = "quarter"
	EveryYear    = "year"
)

// How a duty stands in a period.
const (
	Met     = "met"
	Late    = "late"    // met, but only with records that were filed late (rule 6)
	Partial = "partial" // of several who owe it, some met it; only where cells are summed up
	Due     = "due"     // the period runs, and it is not met yet
	Missed  = "missed"
	Excused = "excused" // not met, and the reason was approved
	None    = "none"    // not owed, or before the office kept records here
)

// Duty is one line of the list, as it holds from a day on.
type Duty struct {
	ID           uuid.UUID      `json:"id"`
	Code         string         `json:"code" doc:"The same through all versions of the line"`
	Name         string         `json:"name" minLength:"1" maxLength:"20"`
	Owner        string         `json:"owner" enum:"unit,branch,group,deputy,leader,member"`
	ActivityKind string         `json:"activity_kind,omitempty" doc:"Met by confirmed records of this kind"`
	TalkType     string         `json:"talk_type,omitempty" doc:"Met by talks of this type; only of leaders"`
	Period       string         `json:"period" enum:"day,week,month,quarter,year"`
	Times        int            `json:"times" minimum:"1" maximum:"31"`
	Committee    bool           `json:"committee" doc:"Owed where the branch has a committee"`
	Basis        string         `json:"basis" maxLength:"100" doc:"The regulation"`
	Ord          int            `json:"ord"`
	ValidFrom    calendar.Date  `json:"valid_from" doc:"First day of a period"`
	ValidTo      *calendar.Date `json:"valid_to,omitempty"`
}

// Cell is how one owner stands with one duty in one period.
type Cell struct {
	Code         string        `json:"code"`
	Name         string        `json:"name"`
	Kind         string        `json:"kind,omitempty" doc:"Of activities"`
	Every        string        `json:"every" enum:"week,month,quarter,year"`
	Owner        string        `json:"owner" enum:"unit,branch,group,deputy,leader"`
	OwnerID      uuid.UUID     `json:"owner_id"`
	OwnerName    string        `json:"owner_name"`
	BranchID     *uuid.UUID    `json:"branch_id,omitempty"`
	BranchName   string        `json:"branch_name,omitempty"`
	DepartmentID *uuid.UUID    `json:"department_id,omitempty"`
	Period       string        `json:"period" doc:"2026-W47, 2026-11, 2026Q4 or 2026"`
	First        calendar.Date `json:"first"`
	Last         calendar.Date `json:"last"`
	Owed         int           `json:"owed" doc:"Records or talks that the period asks for"`
	Held         int           `json:"held" doc:"That count: confirmed, and quorate where a quorum is asked"`
	FiledLate    int           `json:"filed_late" doc:"Of them"`
	State        string        `json:"state" enum:"met,late,partial,due,missed,excused,none"`
	Reason       string        `json:"reason,omitempty" doc:"未完成原因, whether approved or not"`
	ReasonState  string        `json:"reason_state,omitempty" enum:",asked,approved,refused"`

	Ord int `json:"-"` // of the duty's line
}

// seeds are the duties of rule 32, as an office starts with them.
func seeds() []Duty {
	begin := calendar.NewDate(1900, 1, 1) // a Monday, and the first day of every other period
	list := []Duty{
		{Code: "review", Name: "党组讲评", Owner: OwnerUnit, ActivityKind: "review", Period: EveryQuarter, Times: 1, Basis: "机关党建工作制度"},
		{Code: "core_group_study", Name: "中心组学习", Owner: OwnerUnit, ActivityKind: "core_group_study", Period: EveryQuarter, Times: 1, Basis: "中国共产党党委（党组）理论学习中心组学习规则"},
		{Code: "branch_meeting", Name: "党员大会", Owner: OwnerBranch, ActivityKind: "branch_meeting", Period: EveryQuarter, Times: 1, Basis: "中国共产党支部工作条例（试行）第十一条"},
		{Code: "committee_meeting", Name: "支委会", Owner: OwnerBranch, ActivityKind: "committee_meeting", Period: EveryMonth, Times: 1, Committee: true, Basis: "中国共产党支部工作条例（试行）第十二条"},
		{Code: "group_meeting", Name: "党小组会", Owner: OwnerGroup, ActivityKind: "group_meeting", Period: EveryMonth, Times: 1, Basis: "中国共产党支部工作条例（试行）第十三条"},
		{Code: "party_lecture", Name: "党课", Owner: OwnerBranch, ActivityKind: "party_lecture", Period: EveryQuarter, Times: 1, Basis: "中国共产党支部工作条例（试行）第十五条"},
		{Code: "party_day", Name: "主题党日", Owner: OwnerBranch, ActivityKind: "party_day", Period: EveryMonth, Times: 1, Basis: "中国共产党支部工作条例（试行）第十六条"},
		{Code: "seminar", Name: "支部研讨", Owner: OwnerBranch, ActivityKind: "seminar", Period: EveryMonth, Times: 1, Basis: "理论学习制度"},
		{Code: "consultation", Name: "党小组会商", Owner: OwnerGroup, ActivityKind: "consultation", Period: EveryWeek, Times: 1, Basis: "理论学习制度"},
		{Code: "organisational_life", Name: "组织生活会", Owner: OwnerBranch, ActivityKind: "organisational_life", Period: EveryYear, Times: 1, Basis: "中国共产党支部工作条例（试行）第十七条"},
		{Code: "democratic_appraisal", Name: "民主评议党员", Owner: OwnerBranch, ActivityKind: "democratic_appraisal", Period: EveryYear, Times: 1, Basis: "中国共产党支部工作条例（试行）第十八条"},
		{Code: "leader_talks", Name: "领导谈话", Owner: OwnerLeader, TalkType: "leader", Period: EveryYear, Times: 1, Basis: "谈心谈话制度"},
		{Code: "morning_meeting", Name: "晨会", Owner: OwnerDeputy, ActivityKind: "morning_meeting", Period: EveryWeek, Times: 2, Basis: "晨会制度"},
		{Code: "daily_study", Name: "每日学习", Owner: OwnerMember, Period: EveryDay, Times: 1, Basis: "理论学习制度"},
	}
	for i := range list {
		list[i].ValidFrom, list[i].Ord = begin, i+1
	}
	return list
}
