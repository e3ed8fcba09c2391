package points

import (
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
)

// What makes a rule of a scheme count.
const (
	TriggerQuarter      = "quarter" // a quarter opens
	TriggerAttendance   = "attendance"
	TriggerLecturing    = "lecturing"
	TriggerHosting      = "hosting"
	TriggerRecording    = "recording"
	TriggerAbsence      = "absence" // unexcused
	TriggerVolunteering = "volunteering"
	TriggerClaim        = "claim"  // a member claims with evidence (rule 13)
	TriggerOffice       = "office" // posted by hand
)

// The states of a version.
const (
	SchemeDraft     = "draft"
	SchemePublished = "published"
)

// What the points of a rule are counted by.
const (
	PerEvent  = "event"
	PerHour   = "hour"
	PerAmount = "amount" // the office names the points, see Rule.amountFits
)

// Scheme is a version of the office's points rules (rule 12). Published, it is
// frozen; it is in force from EffectiveFrom until the next one is.
type Scheme struct {
	ID            uuid.UUID     `json:"id"`
	Version       int           `json:"version"`
	Name          string        `json:"name"`
	State         string        `json:"state" enum:"draft,published"`
	EffectiveFrom calendar.Date `json:"effective_from"`
	PublishedAt   *time.Time    `json:"published_at,omitempty"`
	PublishedBy   string        `json:"published_by,omitempty" doc:"Name; empty for the version the office started with"`
	InForce       bool          `json:"in_force" doc:"Today's scheme"`
	Note          string        `json:"note,omitempty" doc:"修订说明"`
	BasedOn       *uuid.UUID    `json:"based_on,omitempty" doc:"The published version that the draft started from"`
	DraftedBy     string        `json:"drafted_by,omitempty" doc:"Name"`
	RowVersion    int           `json:"row_version" doc:"To be sent with the next change of a draft"`
	UpdatedAt     time.Time     `json:"updated_at"`
	Warnings      []string      `json:"warnings,omitempty" doc:"What to think about before publishing this draft"`
	Rules         []Rule        `json:"rules,omitempty"`
	Limits        []Limit       `json:"limits,omitempty"`
}

// Rule is a line of a scheme.
type Rule struct {
	ID            uuid.UUID `json:"id"`
	Code          string    `json:"code" doc:"Stays across versions; caps go by it"`
	Title         string    `json:"title"`
	Clause        string    `json:"clause" doc:"依据条款"`
	Dimension     Dimension `json:"dimension" enum:"base,political,professional,discipline,conduct"`
	Trigger       string    `json:"trigger" enum:"quarter,attendance,lecturing,hosting,recording,absence,volunteering,claim,office"`
	Categories    []string  `json:"categories" doc:"Activity categories it applies to; empty: all"`
	Kinds         []string  `json:"kinds" doc:"Activity kinds it applies to; empty: all"`
	Points        int       `json:"points" doc:"Hundredths"`
	Per           string    `json:"per" enum:"event,hour,amount"`
	CapEvent      *int      `json:"cap_event,omitempty"`
	CapMonth      *int      `json:"cap_month,omitempty"`
	CapQuarter    *int      `json:"cap_quarter,omitempty"`
	CapYear       *int      `json:"cap_year,omitempty"`
	Beyond        bool      `json:"beyond" doc:"Not held by the dimension's maximum"`
	NeedsEvidence bool      `json:"needs_evidence"`
	Veto          bool      `json:"veto" doc:"一票否决: the appraisal beside the sum is 0"`
	HonourLevel   *int      `json:"honour_level,omitempty" doc:"Of an honour that is claimed, from 1 up; of one honour only the highest level counts (rule 13)"`
	Ord           int       `json:"ord"`
}

// Limit is the most that can be gained in a dimension in one quarter.
type Limit struct {
	Dimension Dimension `json:"dimension" enum:"political,professional,discipline,conduct"`
	MaxGain   int       `json:"max_gain" doc:"Hundredths"`
}

// limit is the dimension's maximum; ok is false where it has none.
func (s Scheme) limit(d Dimension) (most int, ok bool) {
	for _, l := range s.Limits {
		if l.Dimension == d {
			return l.MaxGain, true
		}
	}
	return 0, false
}

// rule finds a rule of the scheme; nil for one of another.
func (s Scheme) rule(id uuid.UUID) *Rule {
	if i := slices.IndexFunc(s.Rules, func(r Rule) bool { return r.ID == id }); i >= 0 {
		return &s.Rules[i]
	}
	return nil
}

// matches says whether the rule is about such a fact.
func (r Rule) matches(f Fact) bool {
	return r.Trigger == f.Trigger && (r.Trigger != TriggerClaim || r.Code == f.Code) &&
		(len(r.Categories) == 0 || slices.Contains(r.Categories, f.Category)) &&
		(len(r.Kinds) == 0 || slices.Contains(r.Kinds, f.Kind))
}

// asks is what the rule gives for so many minutes, or for the amount that was named
// where it leaves that open, before any cap. Hours count as the office rounds them
// (rule 29).
func (r Rule) asks(set org.UnitSettings, minutes, amount int) int {
	switch r.Per {
	case PerHour:
		return r.Points * set.CountedMinutes(minutes) / 60
	case PerAmount:
		return amount
	}
	return r.Points
}

// mostByHand bounds one entry by hand under a rule that names no points itself: a
// full quarter's, more is a typing error.
const mostByHand = 10000

// amountFits says whether the office may post so much by this rule: any amount but
// none where the rule names none itself, else up to the rule's own and of its sign.
func (r Rule) amountFits(amount int) bool {
	switch {
	case r.Per != PerAmount || amount == 0:
		return false
	case r.Points > 0:
		return amount > 0 && amount <= r.Points
	case r.Points < 0:
		return amount < 0 && amount >= r.Points
	}
	return amount >= -mostByHand && amount <= mostByHand
}
