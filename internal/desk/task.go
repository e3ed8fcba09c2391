package desk

import "xianfeng/internal/calendar"

// The kinds of tasks that wait besides records and claims.
const (
	TaskObjections  = "objections"  // to answer
	TaskNotices     = "notices"     // that lie open: to read, and to object to
	TaskNominations = "nominations" // groups that have not recommended anybody yet
	TaskOpinions    = "opinions"    // of the branch committee
	TaskDecisions   = "decisions"   // selections that were heard
	TaskClose       = "close"       // quarters that are over and not closed
	TaskSchemes     = "schemes"     // drafts to publish
)

// Task is a kind of work that waits, and how much of it.
type Task struct {
	Kind    string            `json:"kind" enum:"objections,notices,nominations,opinions,decisions,close,schemes"`
	Count   int               `json:"count"`
	Until   *calendar.Date    `json:"until,omitempty" doc:"Of notices, the first that ends"`
	Quarter *calendar.Quarter `json:"quarter,omitempty" doc:"The first quarter that waits to be closed"`
}
