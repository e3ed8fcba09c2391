// Package selection holds the selections of a quarter (rules 19 and 20): the pennant
// that goes to one group by its points per head, and the pioneer posts that groups
// recommend, committees review and the Party office awards; and of a year: its best
// pair of 1+1 双导师 by a scoring sheet (rule 25). The arithmetic is kept
// with the selection, so that it can be shown as it was; a person decides.
package selection

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// The kinds of selection.
const (
	Pennant     = "pennant"      // 流动红旗: one group
	PioneerPost = "pioneer_post" // 先锋岗: people
	BestPair    = "best_pair"    // 师徒最佳组合: the pairings of a year, whose quarter is its last
)

// The states of a selection. What lay on public notice without an upheld objection
// is heard.
const (
	Open      = "open"
	Noticed   = "noticed"
	Heard     = "heard"
	Decided   = "decided"
	Cancelled = "cancelled"
)

// The results of a candidate once it is decided.
const (
	Kept       = "kept" // 保旗
	Won        = "won"  // 夺旗
	Awarded    = "awarded"
	NotAwarded = "not_awarded"
)

// What a branch committee can say of a candidate.
const (
	Agree    = "agree"
	Disagree = "disagree"
)

// Why a candidate is out.
const (
	excludedVeto      = "本季有否决项"
	excludedEmpty     = "季末没有持积分台账的人员"
	excludedObjected  = "公示期间异议成立"
	excludedCommittee = "所在党支部支委会不同意"
	excludedMoved     = "季末已不在该党小组"
	excludedLedger    = "季末没有积分台账"
	excludedHidden    = "不符合参评条件" // told instead of what comes from somebody's books
)

// KindName is a kind as the office calls it.
func KindName(kind string) string {
	switch kind {
	case Pennant:
		return "流动红旗"
	case PioneerPost:
		return "先锋岗"
	case BestPair:
		return "师徒最佳组合"
	}
	return kind
}

// ResultName is a result in Chinese.
func ResultName(result string) string {
	switch result {
	case Kept:
		return "保旗"
	case Won:
		return "夺旗"
	case Awarded:
		return "授予"
	case NotAwarded:
		return "未授予"
	}
	return result
}

// OpinionName is a committee's opinion in Chinese.
func OpinionName(opinion string) string {
	switch opinion {
	case Agree:
		return "同意"
	case Disagree:
		return "不同意"
	}
	return opinion
}

// Selection is one selection of a quarter.
type Selection struct {
	ID           uuid.UUID        `json:"id"`
	Kind         string           `json:"kind" enum:"pennant,pioneer_post,best_pair"`
	KindName     string           `json:"kind_name"`
	Quarter      calendar.Quarter `json:"quarter"`
	QuarterTitle string           `json:"quarter_title" doc:"2026年第三季度"`
	QuarterState string           `json:"quarter_state" enum:"open,closed,none" doc:"Until it is closed its totals may change"`
	Title        string           `json:"title"`
	Quota        int              `json:"quota" doc:"Pennant: 1; pioneer posts: for each group; best pairs: in all"`
	State        string           `json:"state" enum:"open,noticed,heard,decided,cancelled" doc:"heard: the notice is over"`
	RowVersion   int              `json:"row_version"`
	OpenedBy     string           `json:"opened_by"`
	OpenedAt     time.Time        `json:"opened_at"`
	ComputedAt   time.Time        `json:"computed_at"`
	NoticeID     *uuid.UUID       `json:"notice_id,omitempty" doc:"The latest public notice"`
	NoticeLast   *calendar.Date   `json:"notice_last_day,omitempty"`
	DecidedBy    string           `json:"decided_by,omitempty"`
	DecidedAt    *time.Time       `json:"decided_at,omitempty"`
	Decision     string           `json:"decision,omitempty"`
	CancelledBy  string           `json:"cancelled_by,omitempty"`
	CancelReason string           `json:"cancel_reason,omitempty"`
	Outcome      []Outcome        `json:"outcome" doc:"Who was honoured; everybody may know"`
}

// Outcome is one honour that a selection led to.
type Outcome struct {
	Honour      uuid.UUID `json:"honour_id"`
	Number      string    `json:"number"`
	Name        string    `json:"name"`
	Branch      string    `json:"branch"`
	Group       string    `json:"group"`
	Result      string    `json:"result" enum:"kept,won,awarded"`
	selectionID uuid.UUID
}

// Detail is a selection with what the reader may know of how it stands.
type Detail struct {
	Selection
	Candidates int    `json:"candidates" doc:"Within your reach"`
	Proposed   int    `json:"proposed" doc:"Of these: by the arithmetic, or nominated"`
	Tied       bool   `json:"tied" doc:"The arithmetic leaves equals that not all can be chosen; somebody has to choose"`
	Recused    bool   `json:"recused" doc:"You stand in it, so that others have to decide"`
	MayCancel  bool   `json:"may_cancel" doc:"You may cancel it now: it is not about you"`
	Places     bool   `json:"places" doc:"Whether the settings let you see places"`
	Stale      bool   `json:"stale" doc:"Points, people or duties are no longer what was computed; always false once on notice"`
	Waived     []Ref  `json:"waived" doc:"Branches whose committee has nobody but nominees: the Party office reviews instead"`
	Scope      string `json:"scope" enum:"unit,part" doc:"part: rows of other places are not shown"`
}

// Ref names a place.
type Ref struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// Candidate is a group, or a person of one, with the arithmetic of the quarter.
// Points are hundredths.
type Candidate struct {
	ID              uuid.UUID  `json:"id"`
	BranchID        uuid.UUID  `json:"branch_id"`
	Branch          string     `json:"branch"`
	GroupID         uuid.UUID  `json:"group_id"`
	Group           string     `json:"group"`
	PersonID        *uuid.UUID `json:"person_id,omitempty" doc:"Absent: the group itself; of a pair its mentee"`
	PairingID       *uuid.UUID `json:"pairing_id,omitempty" doc:"Of a pair"`
	Name            string     `json:"name"`
	Score           *int       `json:"score,omitempty" doc:"Of a pair: the sum of its scoring sheet, to those who see the whole office"`
	PointsHidden    bool       `json:"points_hidden" doc:"Of a person whose ledger you may not open: all sums are 0, and what the books keep them out by is not told"`
	Headcount       int        `json:"headcount" doc:"With a ledger on the quarter's last day"`
	Points          int        `json:"points" doc:"Of all of them"`
	Average         int        `json:"average" doc:"Rounded to hundredths; compared exactly"`
	PreviousCount   int        `json:"previous_count" doc:"The quarter before; 0: no books then"`
	PreviousPoints  int        `json:"previous_points"`
	PreviousAverage int        `json:"previous_average"`
	Change          *int       `json:"change,omitempty" doc:"Average against the quarter before"`
	Deductions      int        `json:"deductions" doc:"Entries that still stand"`
	Deducted        int        `json:"deducted" doc:"Their sum, never positive"`
	Vetoes          int        `json:"vetoes"`
	DutyOwed        int        `json:"duty_owed"`
	DutyMet         int        `json:"duty_met"`
	Holds           bool       `json:"holds" doc:"Holds the pennant of the quarter before"`
	Place           *int       `json:"place,omitempty" doc:"Of the pennant's arithmetic; absent where out, or not to be seen"`
	Excluded        string     `json:"excluded,omitempty" doc:"Why out"`
	Proposed        bool       `json:"proposed"`
	Noticed         bool       `json:"noticed" doc:"Lies on public notice"`
	Heard           bool       `json:"heard" doc:"Its notice ended without an upheld objection"`
	Objected        bool       `json:"objected" doc:"An objection was upheld"`
	NominatedBy     string     `json:"nominated_by,omitempty"`
	NominatedAt     *time.Time `json:"nominated_at,omitempty"`
	Nomination      string     `json:"nomination,omitempty" doc:"Why: the group's words, or those of who chose among equals"`
	Opinion         string     `json:"opinion,omitempty" enum:"agree,disagree" doc:"Of the branch committee"`
	OpinionText     string     `json:"opinion_text,omitempty"`
	OpinionBy       string     `json:"opinion_by,omitempty"`
	OpinionAt       *time.Time `json:"opinion_at,omitempty"`
	Result          string     `json:"result,omitempty" enum:"kept,won,awarded,not_awarded"`
	MayNominate     bool       `json:"may_nominate" doc:"You may recommend them now, or take it back"`
	MayReview       bool       `json:"may_review" doc:"You may write down the committee's opinion now"`
	MayOpen         bool       `json:"may_open_ledger" doc:"You may open the ledgers behind the sum"`

	ord         int
	person      uuid.UUID // PersonID, zero for a group
	pairing     uuid.UUID
	people      []uuid.UUID // all of a pair
	marks       []mark      // of a pair, as computed just now
	nominatedBy uuid.UUID
}

// fill adds what is shown and not stored.
func (c *Candidate) fill() {
	c.Average = average(c.Points, c.Headcount)
	c.PreviousAverage = average(c.PreviousPoints, c.PreviousCount)
	c.Change = change(c.Points, c.Headcount, c.PreviousPoints, c.PreviousCount)
	if c.person != uuid.Nil {
		c.PersonID = &c.person
	}
	if c.pairing != uuid.Nil {
		c.PairingID = &c.pairing
	}
}

func (c Candidate) standing() Standing {
	s := Standing{Headcount: c.Headcount, Points: c.Points, Deductions: c.Deductions, Deducted: c.Deducted, Vetoes: c.Vetoes,
		DutyOwed: c.DutyOwed, DutyMet: c.DutyMet, Holds: c.Holds}
	switch {
	case c.Objected:
		s.Out = excludedObjected
	case c.Opinion == Disagree:
		s.Out = excludedCommittee
	}
	return s
}

// conceal leaves nothing that comes from the person's books. A head would tell who is
// out by a veto from who has no ledger; the other reasons are no secret of the books.
func (c *Candidate) conceal() {
	c.PointsHidden = true
	c.Headcount, c.Points, c.PreviousCount, c.PreviousPoints, c.Deductions, c.Deducted, c.Vetoes = 0, 0, 0, 0, 0, 0, 0
	c.fill()
	switch c.Excluded {
	case "", excludedObjected, excludedCommittee, excludedMoved:
	default:
		c.Excluded = excludedHidden
	}
}

// hide leaves of a pair what no scoring tells.
func (c *Candidate) hide() {
	c.Score, c.Place, c.Vetoes = nil, nil, 0
	switch c.Excluded {
	case "", excludedObjected:
	default:
		c.Excluded = excludedHidden
	}
}

// title is the candidate as sentences name it.
func (c Candidate) title() string {
	if c.person != uuid.Nil {
		return c.Name
	}
	return c.Branch + c.Name
}

// CandidateDetail opens a candidate's numbers down to people and entries (rule 17).
type CandidateDetail struct {
	Candidate
	Members []Member    `json:"members" doc:"Whose points the sum is of"`
	Vetoed  []VetoEntry `json:"vetoed" doc:"Vetoes that still stand, as far as you may see these ledgers"`
}

// Member is somebody whose points count for a candidate.
type Member struct {
	PersonID uuid.UUID `json:"person_id"`
	Name     string    `json:"name"`
	Points   *int      `json:"points,omitempty" doc:"Absent: the ledger is not yours to open"`
}

// VetoEntry is the voucher of a veto.
type VetoEntry struct {
	Entry    uuid.UUID `json:"entry_id"`
	Voucher  int64     `json:"voucher"`
	PersonID uuid.UUID `json:"person_id"`
	Name     string    `json:"name"`
	Rule     string    `json:"rule"`
	Reason   string    `json:"reason"`
}

// Bounds of what people write.
const (
	longestReason  = 500
	longestOpinion = 500
)

// written checks a text that has to be there.
func written(field, text, missing string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return "", fault.Field(field, missing)
	}
	return bounded(field, text, most)
}

func bounded(field, text string, most int) (string, error) {
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > most {
		return "", fault.Field(field, fmt.Sprintf("最多 %d 字，请精简后再提交", most))
	}
	return text, nil
}
