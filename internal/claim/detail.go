package claim

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/points"
)

// Detail is one claim, whole.
type Detail struct {
	Summary
	Statement   string        `json:"statement"`
	Amount      int           `json:"amount" doc:"Hundredths; 0 where the rule says how many"`
	EvidenceDue bool          `json:"evidence_due" doc:"The rule asks for evidence"`
	HonourLevel *int          `json:"honour_level,omitempty"`
	Source      *SourceLine   `json:"source,omitempty" doc:"What it rests on besides its evidence"`
	CreatedAt   time.Time     `json:"created_at"`
	VerifiedAt  *time.Time    `json:"verified_at,omitempty"`
	SettledAt   *time.Time    `json:"settled_at,omitempty"`
	Files       []Evidence    `json:"files"`
	Steps       []StepLine    `json:"steps" doc:"What happened, the first first"`
	Same        []SameHonour  `json:"same_honour" doc:"The person's other claims for the same honour"`
	Points      []PointsLine  `json:"points" doc:"What it posted, as far as you may read the ledger"`
	Can         Can           `json:"can" doc:"What you may do with it now"`
	Today       calendar.Date `json:"today"`
}

// StepLine is a step of the time line.
type StepLine struct {
	Step    Step      `json:"step" enum:"submit,recall,return,verify,notice,cancel,post,reject,withdraw,supersede,reverse"`
	Version int       `json:"version"`
	By      string    `json:"by" doc:"Name; empty for the system itself"`
	At      time.Time `json:"at"`
	Note    string    `json:"note,omitempty"`
}

// SameHonour is another claim for the same honour.
type SameHonour struct {
	ID        uuid.UUID `json:"id"`
	Number    int64     `json:"number"`
	RuleTitle string    `json:"rule_title"`
	State     State     `json:"state" enum:"submitted,returned,verified,noticed,posted,rejected,withdrawn,superseded,reversed"`
	Opens     bool      `json:"opens" doc:"Whether you may read it"`
}

// PointsLine is an entry that the claim caused.
type PointsLine struct {
	EntryID     uuid.UUID        `json:"entry_id"`
	Voucher     int64            `json:"voucher"`
	Points      int              `json:"points" doc:"Hundredths, after caps"`
	Requested   int              `json:"requested" doc:"Hundredths, before caps"`
	CutBy       string           `json:"cut_by,omitempty"`
	Dimension   string           `json:"dimension"`
	PostQuarter calendar.Quarter `json:"post_quarter"`
	Reversal    bool             `json:"reversal"`
	Reversed    bool             `json:"reversed"`
}

func pointsLine(e points.RecordEntry) PointsLine {
	return PointsLine{e.EntryID, e.Voucher, e.Points, e.Requested, e.CutBy, e.Dimension, e.PostQuarter, e.Reversal, e.Reversed}
}

// Can is what the reader may do with a claim as it stands.
type Can struct {
	Edit     bool `json:"edit"`
	Discard  bool `json:"discard"`
	Submit   bool `json:"submit"`
	Recall   bool `json:"recall"`
	Withdraw bool `json:"withdraw"`
	Verify   bool `json:"verify"`
	Return   bool `json:"return"`
	Notice   bool `json:"notice"`
}

// can says it. mine: the claim is the reader's; claims: whom it is for is still
// within their scope of claim.submit; judges: it lies within that of claim.verify.
func can(d Detail, mine, claims, judges bool) Can {
	open := d.State.open()
	return Can{
		Edit:     mine && claims && open,
		Submit:   mine && claims && open,
		Discard:  mine && d.SubmittedAt == nil,
		Recall:   mine && d.State == Submitted,
		Withdraw: mine && d.SubmittedAt != nil && (open || d.State.underway()),
		Verify:   d.Verifiable,
		Return:   judges && !mine && (d.State == Submitted || d.State == Verified),
		Notice:   d.Noticeable,
	}
}
