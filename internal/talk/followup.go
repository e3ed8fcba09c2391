package talk

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// The states of a follow-up.
const (
	FollowUpOpen      = "open"
	FollowUpDone      = "done"
	FollowUpWithdrawn = "withdrawn"
	FollowUpLate      = "late" // open, and its day is over: a filter, and no state that is kept
)

const (
	maxMatter = 200
	maxResult = 500
	// followUpDays is how far ahead a follow-up may fall due.
	followUpDays = 731
)

// FollowUp is what has to be done after a talk (rule 24). It travels without the
// talk: only the two see which one it came from.
type FollowUp struct {
	ID             uuid.UUID     `json:"id"`
	Matter         string        `json:"matter"`
	OwnerID        uuid.UUID     `json:"owner_id" doc:"Who sees to it"`
	OwnerName      string        `json:"owner_name"`
	DepartmentName string        `json:"department_name,omitempty" doc:"The owner's"`
	DueOn          calendar.Date `json:"due_on"`
	RaisedByName   string        `json:"raised_by_name,omitempty" doc:"To who sees to it, and to the two; their superiors could look for the talk"`
	RaisedOn       calendar.Date `json:"raised_on" doc:"The day alone: the moment would point to the talk"`
	State          string        `json:"state" enum:"open,done,withdrawn"`
	Result         string        `json:"result"`
	SettledAt      *time.Time    `json:"settled_at,omitempty"`
	Late           bool          `json:"late" doc:"Open, and its day is over"`
	Version        int           `json:"version" doc:"To send with a change"`
	Mine           bool          `json:"mine" doc:"You see to it"`
	Raised         bool          `json:"raised" doc:"You raised it"`
	TalkID         *uuid.UUID    `json:"talk_id,omitempty" doc:"To the two of the talk alone, and in lists alone"`
}

// FollowUpInput is what one of the two hands on.
type FollowUpInput struct {
	Matter  string        `json:"matter" minLength:"1" maxLength:"200" doc:"Read by its owner and their superiors: nothing of what was said belongs here"`
	OwnerID uuid.UUID     `json:"owner_id"`
	DueOn   calendar.Date `json:"due_on"`
}

func (in *FollowUpInput) check(today calendar.Date) error {
	in.Matter = sheet.Clean(in.Matter)
	switch n := utf8.RuneCountInString(in.Matter); {
	case n == 0:
		return fault.Field("matter", "请写明要办的事")
	case n > maxMatter:
		return fault.Field("matter", "事项请写在 200 字以内")
	}
	return checkDue(in.DueOn, today)
}

func checkDue(due, today calendar.Date) error {
	switch {
	case !due.Valid():
		return fault.Field("due_on", "请选择办结的日期")
	case due.Before(today):
		return fault.Field("due_on", "办结日期不能早于今天")
	case due.After(today.AddDays(followUpDays)):
		return fault.Field("due_on", "办结日期太远，请选择两年以内的日期")
	}
	return nil
}

func checkResult(result string) (string, error) {
	result = sheet.Clean(result)
	switch n := utf8.RuneCountInString(result); {
	case n == 0:
		return "", fault.Field("result", "请填写办理结果")
	case n > maxResult:
		return "", fault.Field("result", "办理结果请写在 500 字以内")
	}
	return result, nil
}

// FollowUpFilter narrows a list of follow-ups.
type FollowUpFilter struct {
	State  string // open, late, done, withdrawn; empty: all but withdrawn ones
	Mine   string // owner: I see to it, raised: I raised it
	Text   string // in the matter or the owner's name
	Cursor string
	Limit  int
}

func (f *FollowUpFilter) check() error {
	f.Text = sheet.Clean(f.Text)
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = defaultLimit
	}
	if !slices.Contains([]string{"", FollowUpOpen, FollowUpLate, FollowUpDone, FollowUpWithdrawn}, f.State) {
		return fault.Field("state", "没有这种状态，请从列表中选择")
	}
	return nil
}

// FollowUpPage is a part of a list: open ones by their day, then the others, the
// latest first.
type FollowUpPage struct {
	Items []FollowUp `json:"items"`
	Next  string     `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total int        `json:"total"`
}

// followUpKey is where a list of follow-ups goes on.
type followUpKey struct {
	Rank int       `json:"r"`
	Days int       `json:"d"`
	ID   uuid.UUID `json:"i"`
}

func (k followUpKey) String() string {
	b, err := json.Marshal(k)
	if err != nil {
		panic(err) // numbers and an id
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseFollowUpKey(text string) (k followUpKey, err error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &k)
	}
	if err != nil {
		return k, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return k, nil
}
