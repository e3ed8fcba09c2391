package notice

import (
	"encoding/base64"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// The states of an objection.
const (
	ObjectionOpen      = "open"
	ObjectionUpheld    = "upheld"
	ObjectionRejected  = "rejected"
	ObjectionWithdrawn = "withdrawn" // by the objector, or lapsed with its item; the answer says why
)

// Objection is an objection as its objector and those who may decide see it; nobody
// else sees any of it.
type Objection struct {
	ID           uuid.UUID     `json:"id"`
	NoticeID     uuid.UUID     `json:"notice_id"`
	NoticeTitle  string        `json:"notice_title"`
	Kind         string        `json:"kind"`
	LastDay      calendar.Date `json:"last_day" doc:"Of the notice"`
	ItemID       uuid.UUID     `json:"item_id"`
	ItemTitle    string        `json:"item_title"`
	Columns      []string      `json:"columns"`
	Cells        []string      `json:"cells"`
	BranchID     *uuid.UUID    `json:"branch_id,omitempty" doc:"Whose committee decides; absent: the Party office"`
	BranchName   string        `json:"branch_name"`
	Objector     string        `json:"objector"`
	Mine         bool          `json:"mine"`
	Statement    string        `json:"statement"`
	FiledAt      time.Time     `json:"filed_at"`
	State        string        `json:"state" enum:"open,upheld,rejected,withdrawn"`
	Answer       string        `json:"answer"`
	MeetingID    *uuid.UUID    `json:"meeting_id,omitempty" doc:"The record of the meeting that decided"`
	MeetingTitle string        `json:"meeting_title,omitempty"`
	DecidedBy    string        `json:"decided_by,omitempty"`
	DecidedAt    *time.Time    `json:"decided_at,omitempty"`
	MayDecide    bool          `json:"may_decide" doc:"The reader may decide it now"`
}

// Decision is what was resolved about an objection. Meeting is the record of the
// branch's meeting that resolved it; the Party office needs none for what no branch
// decides.
type Decision struct {
	Uphold  bool
	Answer  string
	Meeting uuid.UUID
}

// MeetingChoice is a meeting that could be cited, or why it could not.
type MeetingChoice struct {
	ID    uuid.UUID     `json:"id"`
	Title string        `json:"title"`
	Day   calendar.Date `json:"day"`
	Kind  string        `json:"kind" enum:"committee_meeting,branch_meeting"`
	Why   string        `json:"why,omitempty" doc:"Why it cannot be cited; empty where it can"`
}

// MeetingChoices are the meetings for an objection. Advice says what to do where none fits.
type MeetingChoices struct {
	Required bool            `json:"required"`
	Items    []MeetingChoice `json:"items"`
	Advice   string          `json:"advice,omitempty"`
}

// unfit says why a meeting cannot decide about an objection, or nothing where it
// can: a meeting of the branch's committee, or of its members where it has none,
// quorate and on record, not before the filing (rule 13).
func (m Meeting) unfit(branch uuid.UUID, filed calendar.Date, committee bool) string {
	switch {
	case m.Branch != branch || m.Kind != CommitteeMeeting && m.Kind != BranchMeeting:
		return "所选记录不是该支部的支委会或党员大会，请另选"
	case committee && m.Kind != CommitteeMeeting:
		return "该支部设有支委会，异议须由支委会讨论裁定"
	case !committee && m.Kind != BranchMeeting:
		return "该支部当时没有支委会，异议须由支部党员大会讨论裁定"
	case m.Day.Before(filed):
		return "会议早于异议提出之日（" + filed.Chinese() + "），请另选"
	case !m.Confirmed:
		return "会议记录还没有确认，请先在“活动”中确认"
	case !m.Quorate:
		return "会议未达到法定人数，所作决定不算数，请重新召开"
	}
	return ""
}

// advice tells where the missing meeting comes from.
func advice(branch string, filed calendar.Date, committee bool) string {
	kind := "党员大会"
	if committee {
		kind = "支委会"
	}
	return branch + "自" + filed.Chinese() + "以来还没有可以引用的" + kind + "记录。请先召开" + kind +
		"讨论这份异议，并在“活动”中记录、确认，再回来裁定。"
}

// ObjectionFilter narrows the list of objections to decide.
type ObjectionFilter struct {
	State  string // open where empty; all for every state
	Branch uuid.UUID
	Cursor string
	Limit  int
}

const (
	defaultLimit = 50
	maxLimit     = 200
	maxItemLimit = 1000
)

func limited(n, most int) int {
	if n < 1 {
		return defaultLimit
	}
	return min(n, most)
}

// position is where the next page of a list begins: after the row of that moment
// and id, of open notices or of the others.
type position struct {
	open bool
	at   time.Time
	id   uuid.UUID
}

func (p position) String() string {
	rank := "0"
	if p.open {
		rank = "1"
	}
	return base64.RawURLEncoding.EncodeToString([]byte(rank + p.id.String() + p.at.UTC().Format(time.RFC3339Nano)))
}

const rankAndID = 1 + 36

func parsePosition(cursor string) (p position, err error) {
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil && len(b) > rankAndID {
		p.open = b[0] == '1'
		if p.id, err = uuid.ParseBytes(b[1:rankAndID]); err == nil {
			p.at, err = time.Parse(time.RFC3339Nano, string(b[rankAndID:]))
		}
	}
	if err != nil || p.id == uuid.Nil {
		return position{}, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return p, nil
}
