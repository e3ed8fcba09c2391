package claim

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/points"
	"xianfeng/internal/sheet"
)

// Summary is a claim as one line of a list.
type Summary struct {
	ID          uuid.UUID        `json:"id"`
	Number      int64            `json:"number" doc:"申报编号"`
	Version     int              `json:"version" doc:"Of its content: who verifies names it"`
	State       State            `json:"state" enum:"draft,submitted,returned,verified,noticed,posted,rejected,withdrawn,superseded,reversed"`
	PersonID    uuid.UUID        `json:"person_id"`
	PersonName  string           `json:"person_name"`
	ClaimedBy   uuid.UUID        `json:"claimed_by"`
	ClaimedName string           `json:"claimed_name"`
	BranchID    *uuid.UUID       `json:"branch_id,omitempty"`
	BranchName  string           `json:"branch_name"`
	GroupName   string           `json:"group_name"`
	RuleCode    string           `json:"rule_code"`
	RuleTitle   string           `json:"rule_title"`
	RuleClause  string           `json:"rule_clause"`
	Dimension   points.Dimension `json:"dimension" enum:"base,political,professional,discipline,conduct"`
	Honour      string           `json:"honour,omitempty"`
	FactOn      calendar.Date    `json:"fact_on"`
	Requested   int              `json:"requested" doc:"Hundredths, before caps"`
	Matter      string           `json:"matter"`
	Evidence    int              `json:"evidence" doc:"Files"`
	SubmittedAt *time.Time       `json:"submitted_at,omitempty"`
	VerifiedBy  string           `json:"verified_by,omitempty" doc:"Name"`
	NoticeID    *uuid.UUID       `json:"notice_id,omitempty"`
	Reason      string           `json:"reason,omitempty" doc:"Why it was returned, rejected or withdrawn"`
	Verifiable  bool             `json:"verifiable" doc:"Submitted, within your reach, and no matter of your own"`
	Noticeable  bool             `json:"noticeable" doc:"Verified, and yours to put on notice"`
}

// Filter narrows a list. Zero fields do not.
type Filter struct {
	Text     string // in number, matter, honour, rule, and the names of who it is about
	States   []State
	Mine     bool // claimed by or for the actor
	ToVerify bool // what the actor may verify
	ToNotice bool // what the actor may put on notice
	Person   uuid.UUID
	Rule     string
	Branch   uuid.UUID
	Quarter  calendar.Quarter // of the fact
	Sort     string
	Cursor   string
	Limit    int
}

// sorts are the ways a list can be sorted; a minus before one turns it around.
func sorts() []string { return []string{"number", "fact_on", "requested"} }

const (
	defaultLimit = 50
	maxLimit     = 200
	exportLimit  = 20000
)

// check puts a filter right, or refuses it.
func (f *Filter) check() error {
	f.Text = strings.ToLower(sheet.Clean(f.Text))
	if f.Limit < 1 || f.Limit > maxLimit {
		f.Limit = defaultLimit
	}
	if f.Sort == "" {
		f.Sort = "-number"
	}
	if !slices.Contains(sorts(), strings.TrimPrefix(f.Sort, "-")) {
		return fault.Field("sort", "不能按这一列排序，可以按："+strings.Join(sorts(), "、"))
	}
	for _, s := range f.States {
		if !slices.Contains(States(), s) {
			return fault.Field("state", "没有这种状态，请从列表中选择")
		}
	}
	return nil
}

// cursor is where the next page of a list begins: after the row with this key.
type cursor struct {
	Sort string    `json:"s"`
	Key  string    `json:"k"`
	ID   uuid.UUID `json:"i"`
}

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and an id
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(text, sort string) (c cursor, err error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err == nil && strings.TrimPrefix(c.Sort, "-") == "fact_on" {
		_, err = calendar.ParseDate(c.Key)
	} else if err == nil {
		_, err = strconv.ParseInt(c.Key, 10, 64)
	}
	if err != nil || c.Sort != sort {
		return cursor{}, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return c, nil
}

// key is the row's place in a list so sorted.
func (r Summary) key(sort string) string {
	switch strings.TrimPrefix(sort, "-") {
	case "fact_on":
		return r.FactOn.String()
	case "requested":
		return strconv.Itoa(r.Requested)
	}
	return strconv.FormatInt(r.Number, 10)
}

// Page is a part of a list.
type Page struct {
	Items  []Summary     `json:"items"`
	Next   string        `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total  int           `json:"total"`
	States map[State]int `json:"states" doc:"How many there are in each state, by the same filter without its states"`
}
