package claim

import (
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/points"
)

// Rules is what can be claimed for a day.
type Rules struct {
	Day     calendar.Date `json:"day"`
	Scheme  string        `json:"scheme" doc:"Name and version of the scheme in force that day; empty before the first"`
	Version int           `json:"version"`
	Rules   []points.Rule `json:"rules"`
}

// Beneficiary is somebody for whom the actor may claim.
type Beneficiary struct {
	ID     uuid.UUID `json:"id"`
	Name   string    `json:"name"`
	Branch string    `json:"branch"`
	Group  string    `json:"group"`
	Self   bool      `json:"self"`
}

// Honour is an honour that a person claimed before: its name is worth using again.
type Honour struct {
	Name      string `json:"name"`
	RuleTitle string `json:"rule_title"`
	Number    int64  `json:"number"`
	State     State  `json:"state" enum:"submitted,returned,verified,noticed,posted,rejected,withdrawn,superseded,reversed"`
}

// Pending is a claim of the same rule that may be posted before.
type Pending struct {
	ID        uuid.UUID     `json:"id"`
	Number    int64         `json:"number"`
	Matter    string        `json:"matter"`
	FactOn    calendar.Date `json:"fact_on"`
	Requested int           `json:"requested" doc:"Hundredths"`
	State     State         `json:"state" enum:"submitted,verified,noticed"`
}

// Preview is what a claim would come to, said before it is submitted.
type Preview struct {
	points.ClaimPreview
	Pending       []Pending `json:"pending" doc:"The person's other claims of the rule that are on their way: they use the same caps"`
	HonourRefusal string    `json:"honour_refusal,omitempty" doc:"Why the honour does not count again"`
	HonourAdvice  string    `json:"honour_advice,omitempty" doc:"What becomes of the honour's other levels"`
	LateWord      string    `json:"late_word,omitempty" doc:"That the quarter of the fact is closed"`
}

// Question is what a preview is asked about.
type Question struct {
	Claim    uuid.UUID // the claim itself, where it is stored already
	Person   uuid.UUID
	RuleCode string
	FactOn   calendar.Date
	Amount   int
	Honour   string
}
