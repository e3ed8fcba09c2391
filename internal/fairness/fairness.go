// Package fairness shows leaders how evenly points fall: between branches, between
// verifiers, and what caps cut off. It says nothing about a person's points: the
// product never ranks people (rule 16).
package fairness

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// fewPeople and fewClaims are the numbers below which a share or an average says
// little; the page marks them.
const (
	fewPeople = 5
	fewClaims = 10
)

// Fairness is how evenly a quarter's points fell. Points are hundredths everywhere.
type Fairness struct {
	Quarter   calendar.Quarter `json:"quarter"`
	Title     string           `json:"title" doc:"2026年第三季度"`
	Whole     Spread           `json:"whole" doc:"Of everybody within reach"`
	Branches  []Spread         `json:"branches" doc:"In the order of branches, not of points"`
	Verifiers []Verifier       `json:"verifiers" doc:"By name"`
	Cuts      []DimensionCuts  `json:"cuts" doc:"What caps cut, by dimension and rule"`
	FewPeople int              `json:"few_people" doc:"Fewer people than this are marked"`
	FewClaims int              `json:"few_claims" doc:"Fewer claims than this are marked"`
}

// Spread is how a quarter's sums lie among people: those with entries in it, each
// under the branch that they last belonged to within it. Quartiles are interpolated.
type Spread struct {
	BranchID  *uuid.UUID `json:"branch_id,omitempty" doc:"Absent: without a branch, or the whole"`
	Branch    string     `json:"branch"`
	People    int        `json:"people"`
	Points    int64      `json:"points"`
	Average   int        `json:"average"`
	Min       int        `json:"min"`
	Lower     int        `json:"lower" doc:"Lower quartile"`
	Median    int        `json:"median"`
	Upper     int        `json:"upper" doc:"Upper quartile"`
	Max       int        `json:"max"`
	Deviation int        `json:"deviation" doc:"Standard deviation over all of them"`
	Few       bool       `json:"few" doc:"Too few people to say much"`
}

// Verifier is what somebody did with the claims that came to them in the quarter,
// by the day of the decision.
type Verifier struct {
	PersonID uuid.UUID `json:"person_id"`
	Name     string    `json:"name"`
	Verified int       `json:"verified"`
	Returned int       `json:"returned"`
	Share    int       `json:"share" doc:"Verified of all decided, in thousandths"`
	Few      bool      `json:"few" doc:"Too few claims to say much"`
}

// DimensionCuts is how often caps cut entries of one dimension. Entries counts all
// that were posted in the quarter.
type DimensionCuts struct {
	Dimension string    `json:"dimension" enum:"base,political,professional,discipline,conduct"`
	Title     string    `json:"title"`
	Entries   int       `json:"entries"`
	Cut       int       `json:"cut" doc:"Of these: less than the rule gives, for a cap"`
	Share     int       `json:"share" doc:"Cut of all entries, in thousandths"`
	Lost      int       `json:"lost" doc:"What was cut off"`
	People    int       `json:"people" doc:"Whose entries were cut"`
	Rules     []RuleCut `json:"rules" doc:"Where something was cut, by clause"`
}

// RuleCut is how often caps cut entries of one rule, whatever version of the scheme
// they were posted under.
type RuleCut struct {
	Code   string `json:"code"`
	Title  string `json:"title"`
	Clause string `json:"clause"`
	Cut    int    `json:"cut"`
	Share  int    `json:"share" doc:"Of all entries of the dimension, in thousandths"`
	Lost   int    `json:"lost"`
	People int    `json:"people"`
}

// CutEntry is one entry that a cap cut (rule 17: the count opens down to it).
type CutEntry struct {
	EntryID   uuid.UUID     `json:"entry_id"`
	Voucher   int64         `json:"voucher"`
	PersonID  uuid.UUID     `json:"person_id"`
	Name      string        `json:"name"`
	Branch    string        `json:"branch"`
	FactOn    calendar.Date `json:"fact_on"`
	Reason    string        `json:"reason"`
	Rule      string        `json:"rule"`
	Requested int           `json:"requested"`
	Points    int           `json:"points"`
	CutBy     string        `json:"cut_by"`
}

// Decision is one claim that a verifier verified or returned (rule 17: their counts
// open down to it).
type Decision struct {
	ClaimID uuid.UUID `json:"claim_id"`
	Number  int64     `json:"number" doc:"申报编号"`
	Name    string    `json:"name" doc:"Of the beneficiary"`
	Branch  string    `json:"branch"`
	Matter  string    `json:"matter"`
	Rule    string    `json:"rule"`
	Step    string    `json:"step" enum:"verify,return"`
	At      time.Time `json:"at"`
	Note    string    `json:"note" doc:"Why it was returned"`
	id      uuid.UUID
}

// DecisionFilter names whose decisions are listed. Step is optional.
type DecisionFilter struct {
	Quarter  calendar.Quarter
	Verifier uuid.UUID
	Step     string // verify or return
	Cursor   string // what the page before said
	Limit    int
}

// CutFilter narrows the list of entries cut. Dimension and Rule are optional.
type CutFilter struct {
	Quarter   calendar.Quarter
	Dimension string
	Rule      string // its code
	Cursor    string // what the page before said
	Limit     int
}

// share is a part of a whole in thousandths, rounded.
func share(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return (2000*part + whole) / (2 * whole)
}
