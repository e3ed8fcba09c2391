// Package talk plans who talks with whom and when (rules 21 and 22), keeps what was
// said sealed for the two (rule 23), and lets what has to be done travel without it
// (rule 24). That a talk took place, with whom and of what type, is one thing; what
// was said is another, and no function that gives the one gives the other.
package talk

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// The types of talks. The first four are of the year's plan; the next five become due
// by an occasion (五必谈); ad hoc ones are never planned.
const (
	TypeLeader          = "leader"           // a leader with every member of staff
	TypeCommittee       = "committee"        // members of a branch committee with each other
	TypeCommitteeMember = "committee_member" // one of the committee with each member of the branch
	TypeMember          = "member"           // each member with at least one other
	TypePostChange      = "post_change"
	TypeTransfer        = "transfer"
	TypeCommendation    = "commendation"
	TypeDiscipline      = "discipline"
	TypeHardship        = "hardship"
	TypeAdHoc           = "ad_hoc"
)

// The states that are kept, and beside them what the day makes of a planned talk.
const (
	Planned   = "planned"
	Reported  = "reported"  // held, as one of the two says
	Confirmed = "confirmed" // held, as both say
	Cancelled = "cancelled"

	StatusUnplanned = "unplanned" // without a day
	StatusDue       = "due"       // its day is today or over, or the last day is near
	StatusLate      = "late"      // the last day is over
)

// dueSoon is how many days before its last day a talk is called due.
const dueSoon = 7

// Talk is a talk as everybody in reach may see it: who, when, what type (rule 23).
type Talk struct {
	ID             uuid.UUID      `json:"id"`
	Year           int            `json:"year" doc:"Whose plan it fills"`
	Type           string         `json:"type" enum:"leader,committee,committee_member,member,post_change,transfer,commendation,discipline,hardship,ad_hoc"`
	TypeName       string         `json:"type_name"`
	TalkerID       uuid.UUID      `json:"talker_id"`
	TalkerName     string         `json:"talker_name"`
	PartnerID      uuid.UUID      `json:"partner_id"`
	PartnerName    string         `json:"partner_name"`
	BranchID       *uuid.UUID     `json:"branch_id,omitempty" doc:"The partner's"`
	BranchName     string         `json:"branch_name,omitempty"`
	DepartmentName string         `json:"department_name,omitempty"`
	NotBefore      calendar.Date  `json:"not_before"`
	DueOn          calendar.Date  `json:"due_on" doc:"Last day"`
	PlannedOn      *calendar.Date `json:"planned_on,omitempty"`
	PlannedAt      string         `json:"planned_at,omitempty" doc:"15:04; empty: somewhen that day"`
	Pinned         bool           `json:"pinned" doc:"Moved by hand: the planner leaves it"`
	Unplaced       string         `json:"unplaced,omitempty" enum:",talker_full,talker_away,partner_away,no_days,no_talker" doc:"Why no day was found"`
	Status         string         `json:"status" enum:"unplanned,planned,due,late,reported,confirmed,cancelled"`
	DoneOn         *calendar.Date `json:"done_on,omitempty"`
	ReportedBy     *uuid.UUID     `json:"reported_by,omitempty" doc:"Which of the two said that it was held; the other confirms"`
	CancelReason   string         `json:"cancel_reason,omitempty" enum:",left,merged,not_needed,dropped" doc:"dropped: by the planner"`
	Version        int            `json:"version" doc:"To send with a change"`
	Mine           bool           `json:"mine" doc:"You are one of the two"`
	MayPlan        bool           `json:"may_plan" doc:"You may move or cancel it, and are none of the two"`
}

// status is what the day makes of a talk.
func status(state string, planned *calendar.Date, due, today calendar.Date) string {
	switch {
	case state != Planned:
		return state
	case today.After(due):
		return StatusLate
	case planned == nil:
		return StatusUnplanned
	case !planned.After(today), !due.After(today.AddDays(dueSoon)):
		return StatusDue
	}
	return Planned
}

// Type is how a type of talk is handled in this office.
type Type struct {
	Code       string `json:"code"`
	Name       string `json:"name" minLength:"1" maxLength:"20"`
	Active     bool   `json:"active"`
	Pairing    string `json:"pairing,omitempty" enum:",each,one" doc:"committee: every two of it, or each with one other"`
	Talker     string `json:"talker,omitempty" enum:",secretary,department_head,deputy_leader,leader" doc:"Who holds what an occasion makes due"`
	WithinDays int    `json:"within_days,omitempty" minimum:"0" maximum:"90" doc:"Working days after the occasion"`
	Occasion   bool   `json:"occasion" readOnly:"true"`
	Version    int    `json:"version"`
}

// Occasion is something that makes a talk due.
type Occasion struct {
	Kind   string // post_change, transfer, commendation, discipline
	Person uuid.UUID
	Source uuid.UUID // what it was found in: the same one is never found twice
	On     calendar.Date
}

// Held is a morning meeting that has a confirmed record.
type Held struct {
	Record     uuid.UUID
	Department uuid.UUID
	Host       uuid.UUID
	StartsAt   time.Time
}

// seeds are the types as an office starts with them; rule 21.
func seeds() []Type {
	return []Type{
		{Code: TypeLeader, Name: "领导谈话"},
		{Code: TypeCommittee, Name: "支委之间谈话", Pairing: "each"},
		{Code: TypeCommitteeMember, Name: "支委与党员谈话"},
		{Code: TypeMember, Name: "党员之间谈话"},
		{Code: TypePostChange, Name: "岗位变动谈话", Talker: "deputy_leader", WithinDays: 10},
		{Code: TypeTransfer, Name: "调入谈话", Talker: "secretary", WithinDays: 10},
		{Code: TypeCommendation, Name: "受表彰谈话", Talker: "secretary", WithinDays: 10},
		{Code: TypeDiscipline, Name: "受处分谈话", Talker: "secretary", WithinDays: 5},
		{Code: TypeHardship, Name: "困难、患病谈话", Talker: "secretary", WithinDays: 5},
		{Code: TypeAdHoc, Name: "随机谈话"},
	}
}
