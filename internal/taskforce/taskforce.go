// Package taskforce keeps what is set up for a while beside the branches (rules 27 and
// 28): action branches, joint branches, study societies, legal teams, stationing and
// groups that build together. One mechanism serves them all; how kinds differ is data.
//
// Its place, its dates and who is seconded to it are org's (org.Project); what it holds
// are activities like any other, under its name.
package taskforce

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// State of a taskforce (rule 27). It goes forwards only.
type State string

// The states.
const (
	Proposed  State = "proposed"
	Approved  State = "approved"
	Active    State = "active"
	Concluded State = "concluded"
	Archived  State = "archived"
	Rejected  State = "rejected"
)

// Title is the state in Chinese.
func (s State) Title() string {
	switch s {
	case Proposed:
		return "待审批"
	case Approved:
		return "已批准"
	case Active:
		return "运行中"
	case Concluded:
		return "已结项"
	case Archived:
		return "已归档"
	case Rejected:
		return "未批准"
	}
	return string(s)
}

// Kind is a kind of taskforce.
type Kind struct {
	Code       string `json:"code" required:"false" readOnly:"true"`
	Name       string `json:"name" minLength:"1" maxLength:"20"`
	Head       string `json:"head" minLength:"1" maxLength:"10" doc:"What whoever heads it is called: 书记, 社长, 负责人"`
	Party      bool   `json:"party" doc:"A temporary Party branch: from three full members on it has a secretary; it admits, disciplines and elects nobody and takes no dues"`
	Approval   bool   `json:"approval" doc:"Begins by an approval with number and date"`
	Outsiders  bool   `json:"outsiders" doc:"People of partner units are in it"`
	Groups     bool   `json:"groups" doc:"Made up of Party groups"`
	Posts      bool   `json:"posts" doc:"Each member is stationed somewhere"`
	Appraisal  bool   `json:"appraisal" doc:"Each member is appraised when it ends"`
	Ord        int    `json:"ord" minimum:"0" maximum:"9999"`
	Active     bool   `json:"active" doc:"Offered for new ones"`
	RowVersion int    `json:"version"`
}

// seedKinds are those of the glossary, as an office starts with them.
func seedKinds() []Kind {
	return []Kind{
		{Code: "action_branch", Name: "行动党支部", Head: "书记", Party: true, Approval: true, Appraisal: true, Ord: 1},
		{Code: "joint_branch", Name: "联合党支部", Head: "书记", Party: true, Approval: true, Outsiders: true, Appraisal: true, Ord: 2},
		{Code: "study_society", Name: "研习社", Head: "社长", Appraisal: true, Ord: 3},
		{Code: "legal_team", Name: "法律服务团", Head: "团长", Approval: true, Appraisal: true, Ord: 4},
		{Code: "stationing", Name: "派驻", Head: "负责人", Approval: true, Posts: true, Appraisal: true, Ord: 5},
		{Code: "group_building", Name: "党小组共建", Head: "牵头人", Groups: true, Ord: 6},
	}
}

// OutcomeKind is a kind of result with the measure it is counted in.
type OutcomeKind struct {
	Code    string `json:"code" required:"false" readOnly:"true"`
	Name    string `json:"name" minLength:"1" maxLength:"20"`
	Measure string `json:"measure" minLength:"1" maxLength:"6" doc:"份, 篇, 件; 元 of money"`
	Money   bool   `json:"money" doc:"Quantities are fen"`
	Ord     int    `json:"ord" minimum:"0" maximum:"9999"`
	Active  bool   `json:"active"`
}

// seedOutcomeKinds are what the office's own account of its year counts.
func seedOutcomeKinds() []OutcomeKind {
	return []OutcomeKind{
		{Code: "joint_document", Name: "会签文件", Measure: "份", Ord: 1},
		{Code: "article", Name: "文章", Measure: "篇", Ord: 2},
		{Code: "lecture", Name: "法治讲座", Measure: "次", Ord: 3},
		{Code: "correction_notice", Name: "纠正违法通知书", Measure: "份", Ord: 4},
		{Code: "inform_letter", Name: "检察官告知函", Measure: "件", Ord: 5},
		{Code: "case", Name: "办理案件", Measure: "件", Ord: 6},
		{Code: "recovered", Name: "追索金额", Measure: "元", Money: true, Ord: 7},
		{Code: "pilot", Name: "试点项目", Measure: "个", Ord: 8},
		{Code: "rule", Name: "制度文件", Measure: "项", Ord: 9},
		{Code: "base", Name: "基地阵地", Measure: "个", Ord: 10},
		{Code: "other", Name: "其他成果", Measure: "项", Ord: 99},
	}
}

// PersonRef is a person with the name to show.
type PersonRef struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// Taskforce is one as lists and pages show it.
type Taskforce struct {
	ID         uuid.UUID      `json:"id"`
	Kind       string         `json:"kind"`
	KindName   string         `json:"kind_name"`
	HeadTitle  string         `json:"head_title" doc:"What whoever heads it is called"`
	Name       string         `json:"name"`
	Purpose    string         `json:"purpose"`
	State      State          `json:"state" enum:"proposed,approved,active,concluded,archived,rejected"`
	Branch     uuid.UUID      `json:"branch_id,omitzero" required:"false" doc:"That proposed it"`
	BranchName string         `json:"branch_name,omitempty"`
	From       calendar.Date  `json:"from"`
	PlannedTo  *calendar.Date `json:"planned_to,omitempty"`
	To         *calendar.Date `json:"to,omitempty" doc:"Its last day, once concluded"`
	ApprovalNo string         `json:"approval_no,omitempty"`
	ApprovedOn *calendar.Date `json:"approved_on,omitempty"`
	ProposedBy string         `json:"proposed_by"`
	ProposedAt time.Time      `json:"proposed_at"`
	Answer     string         `json:"answer,omitempty" doc:"Why rejected"`
	Summary    string         `json:"summary,omitempty"`
	Head       *PersonRef     `json:"head,omitempty"`
	Members    int            `json:"members" doc:"Of our own, now, or on its last day"`
	PartyCount int            `json:"party_members" doc:"Of them full or probationary Party members"`
	Outsiders  int            `json:"outsiders" doc:"Of partner units"`
	TasksOpen  int            `json:"tasks_open"`
	TasksDone  int            `json:"tasks_done"`
	TasksLate  int            `json:"tasks_late"`
	Activities int            `json:"activities" doc:"Confirmed records under its name"`
	Outcomes   []OutcomeSum   `json:"outcomes"`
	Can        []string       `json:"can" doc:"What you may do with it now: approve, activate, staff, work, log, conclude, appraise, archive, download"`
	Version    int            `json:"version"`
}

// OutcomeSum is what came of it, by kind.
type OutcomeSum struct {
	Kind     string `json:"kind"`
	Name     string `json:"name"`
	Measure  string `json:"measure"`
	Money    bool   `json:"money"`
	Quantity int64  `json:"quantity" doc:"Fen of money"`
}
