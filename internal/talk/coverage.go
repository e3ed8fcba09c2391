package talk

import (
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// Coverage is how far a year's talks were held, as far as the reader reaches: who,
// when, what type, and nothing of what was said. Talks beyond the plan (ad hoc) are no
// part of it: none was due.
type Coverage struct {
	Year    int           `json:"year"`
	Talkers []Covering    `json:"talkers" doc:"Who has the most to do first"`
	Types   []CoveredType `json:"types"`
	Total   Covered       `json:"total"`
}

// Covered counts talks.
type Covered struct {
	Due       int `json:"due"`
	Done      int `json:"done" doc:"Reported or confirmed"`
	Confirmed int `json:"confirmed"`
}

// Covering is how far one talker got.
type Covering struct {
	TalkerID   uuid.UUID      `json:"talker_id"`
	TalkerName string         `json:"talker_name"`
	Due        int            `json:"due"`
	Done       int            `json:"done" doc:"Reported or confirmed"`
	Confirmed  int            `json:"confirmed"`
	Late       int            `json:"late" doc:"Not held, and the last day is over"`
	LatestOn   *calendar.Date `json:"latest_on,omitempty" doc:"Of the talks that were held"`
	Remaining  []Remaining    `json:"remaining"`
}

// Remaining is a talk that is still to be held.
type Remaining struct {
	TalkID      uuid.UUID      `json:"talk_id"`
	PartnerName string         `json:"partner_name"`
	TypeName    string         `json:"type_name"`
	Status      string         `json:"status" enum:"unplanned,planned,due,late"`
	PlannedOn   *calendar.Date `json:"planned_on,omitempty"`
}

// CoveredType is how far the talks of one type were held.
type CoveredType struct {
	Type     string `json:"type"`
	TypeName string `json:"type_name"`
	Due      int    `json:"due"`
	Done     int    `json:"done"`
}
