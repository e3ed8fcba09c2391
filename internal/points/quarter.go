package points

import (
	"time"

	"xianfeng/internal/calendar"
)

// The states of a quarter. One that is closed stays closed (rule 14).
const (
	QuarterOpen   = "open"
	QuarterClosed = "closed"
)

// QuarterState is a quarter of the books.
type QuarterState struct {
	Quarter  calendar.Quarter `json:"quarter"`
	Title    string           `json:"title" doc:"2026年第三季度"`
	State    string           `json:"state" enum:"open,closed"`
	Current  bool             `json:"current"`
	OpenedAt time.Time        `json:"opened_at"`
	ClosedAt *time.Time       `json:"closed_at,omitempty"`
	ClosedBy string           `json:"closed_by,omitempty" doc:"Name"`
	Accounts int              `json:"accounts,omitempty" doc:"Ledgers whose heads were sealed"`
	Entries  int64            `json:"entries,omitempty" doc:"Entries of the quarter when it was closed"`
	Heads    string           `json:"heads,omitempty" doc:"Hash over the sealed heads (rule 18)"`
	Previous string           `json:"previous,omitempty" doc:"Seal of the quarter closed before"`
	Seal     string           `json:"seal,omitempty" doc:"Hash over the previous seal, the quarter and the heads"`
}

// quarterStates are the quarters that a transaction holds, with their state.
type quarterStates map[calendar.Quarter]string

// taking is the quarter that takes what belongs to another one: that one itself
// while it is open, else the first after it that is not closed (rule 14). A
// quarter nobody opened yet is not closed, unless a later one is: closing seals all
// that lies before.
func (s quarterStates) taking(fact calendar.Quarter) calendar.Quarter {
	for q, state := range s {
		if state == QuarterClosed && !q.Before(fact) {
			fact = q.Next()
		}
	}
	return fact
}
