package points

import (
	"time"

	"xianfeng/internal/calendar"
)

// The states of a quarter. Closing comes with the close of rule 14; everything
// here respects it already.
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
}

// quarterStates are the quarters that a transaction holds, with their state.
type quarterStates map[calendar.Quarter]string

// taking is the quarter that takes what belongs to another one: that one itself
// while it is open, else the first after it that is not closed (rule 14). A
// quarter nobody opened yet is not closed.
func (s quarterStates) taking(fact calendar.Quarter) calendar.Quarter {
	for s[fact] == QuarterClosed {
		fact = fact.Next()
	}
	return fact
}
