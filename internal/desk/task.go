package desk

import (
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// The kinds of tasks that wait besides records and claims.
const (
	TaskObjections  = "objections"            // to answer
	TaskNotices     = "notices"               // that lie open: to read, and to object to
	TaskNominations = "nominations"           // groups that have not recommended anybody yet
	TaskOpinions    = "opinions"              // of the branch committee
	TaskDecisions   = "decisions"             // selections that were heard
	TaskClose       = "close"                 // quarters that are over and not closed
	TaskSchemes     = "schemes"               // drafts to publish
	TaskRecords     = "records"               // of one's own talks, written by the other one: to read and agree to
	TaskConsents    = "consents"              // to let a leader read, asked for by the other one
	TaskUnplaced    = "unplaced"              // talks without a day
	TaskExcuses     = "excuses"               // to approve or refuse
	TaskLogs        = "mentoring_logs"        // of mentoring, noted by the other one: to confirm
	TaskPlans       = "growth_plans"          // in the wording of another of the three: to agree to
	TaskReadyPlans  = "ready_plans"           // growth plans to put on public notice
	TaskAssessments = "mentoring_assessments" // to write
	TaskProposals   = "taskforce_proposals"   // taskforces to approve
	TaskAppraisals  = "appraisals"            // of taskforces, to receive into the home branch
	TaskPlaces      = "volunteer_places"      // in actions, that came free for who had waited
	TaskCancelled   = "volunteer_cancelled"   // actions that one had signed up for
	TaskHours       = "volunteer_records"     // actions that have ended: to say who came and how long
	TaskScores      = "pair_scores"           // sheets of the best pair, to score
)

// Task is a kind of work that waits, and how much of it.
type Task struct {
	Kind    string            `json:"kind" enum:"objections,notices,nominations,opinions,decisions,close,schemes,records,consents,unplaced,excuses,mentoring_logs,growth_plans,ready_plans,mentoring_assessments,taskforce_proposals,appraisals,volunteer_places,volunteer_cancelled,volunteer_records,pair_scores"`
	Count   int               `json:"count"`
	Until   *calendar.Date    `json:"until,omitempty" doc:"Of notices, the first that ends"`
	Quarter *calendar.Quarter `json:"quarter,omitempty" doc:"The first quarter that waits to be closed"`
	Talk    *uuid.UUID        `json:"talk_id,omitempty" doc:"Of records and consents, one of the talks"`
	Pairing *uuid.UUID        `json:"pairing_id,omitempty" doc:"Of logs, plans and assessments, one of the pairings"`
	Action  *uuid.UUID        `json:"action_id,omitempty" doc:"Of volunteering, the first of the actions"`
}

// Work is a task of one's own in a taskforce.
type Work struct {
	ID            uuid.UUID     `json:"id"`
	Title         string        `json:"title"`
	Taskforce     uuid.UUID     `json:"taskforce_id"`
	TaskforceName string        `json:"taskforce_name"`
	DueOn         calendar.Date `json:"due_on"`
	State         string        `json:"state" enum:"todo,doing"`
	Late          bool          `json:"late"`
}

// Works is the beginning of the list, what falls due first at the head, and how long it
// is.
type Works struct {
	Items []Work `json:"items"`
	Total int    `json:"total"`
	Late  int    `json:"late" doc:"Of them, whose day is over"`
}
