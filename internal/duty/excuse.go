package duty

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// The states of an excuse.
const (
	Asked     = "asked"
	Approved  = "approved"
	Refused   = "refused"
	Withdrawn = "withdrawn"
)

// Excuse is why an owner could not meet a duty in a period, 未完成原因.
type Excuse struct {
	ID          uuid.UUID     `json:"id"`
	Code        string        `json:"code"`
	Name        string        `json:"name" doc:"Of the duty"`
	Owner       string        `json:"owner" enum:"unit,branch,group,deputy,leader"`
	OwnerID     uuid.UUID     `json:"owner_id"`
	OwnerName   string        `json:"owner_name"`
	BranchName  string        `json:"branch_name,omitempty"`
	Every       string        `json:"every" enum:"week,month,quarter,year"`
	Period      string        `json:"period" doc:"2026-W47, 2026-11, 2026Q4 or 2026"`
	First       calendar.Date `json:"first"`
	Last        calendar.Date `json:"last"`
	Reason      string        `json:"reason"`
	State       string        `json:"state" enum:"asked,approved,refused,withdrawn"`
	AskedBy     uuid.UUID     `json:"asked_by"`
	AskedByName string        `json:"asked_by_name"`
	AskedAt     time.Time     `json:"asked_at"`
	DecidedName string        `json:"decided_by_name,omitempty"`
	DecidedAt   *time.Time    `json:"decided_at,omitempty"`
	Remark      string        `json:"remark,omitempty"`
	MayDecide   bool          `json:"may_decide" doc:"It waits for a decision that you may take"`
	MayWithdraw bool          `json:"may_withdraw" doc:"You gave the reason, and it is not decided"`
}

// Excuses is a page of them, newest first.
type Excuses struct {
	Items []Excuse `json:"items"`
	Next  string   `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total int      `json:"total"`
}

// Asking is a reason given.
type Asking struct {
	Code        string        `json:"code" maxLength:"40"`
	Owner       string        `json:"owner" enum:"unit,branch,group,deputy,leader"`
	OwnerID     uuid.UUID     `json:"owner_id"`
	PeriodFirst calendar.Date `json:"period_first" doc:"First day of the period"`
	Reason      string        `json:"reason" maxLength:"200"`
}

// Decision settles a reason.
type Decision struct {
	Approve bool   `json:"approve"`
	Remark  string `json:"remark,omitempty" maxLength:"200" doc:"Needed for a refusal"`
}

// ExcuseFilter narrows the list.
type ExcuseFilter struct {
	State  string
	Cursor string
	Limit  int

	after excuseKey
}

type excuseKey struct {
	At time.Time `json:"t"`
	ID uuid.UUID `json:"i"`
}

func (k excuseKey) String() string {
	b, err := json.Marshal(k)
	if err != nil {
		panic(err) // a moment and an id
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func (f *ExcuseFilter) check() error {
	if f.Limit < 1 || f.Limit > maxLimit {
		f.Limit = defaultLimit
	}
	if f.Cursor == "" {
		return nil
	}
	b, err := base64.RawURLEncoding.DecodeString(f.Cursor)
	if err == nil {
		err = json.Unmarshal(b, &f.after)
	}
	if err != nil {
		return fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return nil
}

// sentence puts a text of people right.
func sentence(text *string, field, name string, needed bool) error {
	*text = strings.Join(strings.Fields(*text), " ")
	switch n := utf8.RuneCountInString(*text); {
	case n == 0 && needed:
		return fault.Field(field, "请填写"+name)
	case n > 200:
		return fault.Field(field, name+"不超过 200 个字")
	}
	return nil
}

// place is where an excuse lies, as a write asks for it.
func (e excuseRow) place(unit uuid.UUID) access.Place {
	at := access.Place{Unit: unit, Department: e.DepartmentID.UUID, Branch: e.BranchID.UUID}
	switch e.Owner {
	case OwnerGroup:
		at.Group = e.OwnerID
	case OwnerLeader:
		at.Person = e.OwnerID
	}
	return at
}
