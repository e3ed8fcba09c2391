package taskforce

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Outcome is a result of a taskforce: so much of a kind, with what it rests on.
type Outcome struct {
	ID            uuid.UUID     `json:"id"`
	Taskforce     uuid.UUID     `json:"taskforce_id"`
	TaskforceName string        `json:"taskforce_name"`
	Kind          string        `json:"kind"`
	KindName      string        `json:"kind_name"`
	Measure       string        `json:"measure"`
	Money         bool          `json:"money"`
	Title         string        `json:"title"`
	Quantity      int64         `json:"quantity" doc:"Of the measure; fen of money"`
	ReachedOn     calendar.Date `json:"reached_on"`
	Reference     string        `json:"reference,omitempty" doc:"文号, 刊名期号"`
	RecordedBy    PersonRef     `json:"recorded_by"`
	RecordedAt    time.Time     `json:"recorded_at"`
	VoidedBy      string        `json:"voided_by,omitempty"`
	VoidedAt      *time.Time    `json:"voided_at,omitempty" doc:"A voided one counts nowhere"`
	VoidReason    string        `json:"void_reason,omitempty"`
	Files         []Attachment  `json:"files"`
	CanVoid       bool          `json:"can_void"`
}

// Outcomes is a list of outcomes with what they sum up to.
type Outcomes struct {
	Items []Outcome    `json:"items"`
	Next  string       `json:"next,omitempty"`
	Total int          `json:"total"`
	Sums  []OutcomeSum `json:"sums" doc:"Of the whole list, by kind; without what was voided"`
}

// OutcomeInput is an outcome as it is entered.
type OutcomeInput struct {
	Kind      string
	Title     string
	Quantity  int64 // of the kind's measure; fen of money
	ReachedOn calendar.Date
	Reference string
}

// maxQuantity bounds one outcome: ten billion yuan in fen.
const maxQuantity = 1_000_000_000_000

// check puts an input right, or says what to write; began is the taskforce's first day.
func (in *OutcomeInput) check(began, today calendar.Date) error {
	var bad []fault.Detail
	complain := func(wrong bool, field, message string) {
		if wrong {
			bad = append(bad, fault.Detail{Field: field, Message: message})
		}
	}
	in.Title, in.Reference = strings.TrimSpace(in.Title), strings.TrimSpace(in.Reference)
	complain(in.Kind == "", "kind", "请选择成果种类")
	complain(!worded(in.Title, 100), "title", "请写明成果名称，不超过 100 个字")
	complain(in.Quantity < 1 || in.Quantity > maxQuantity, "quantity", "请填写大于零的数量")
	complain(utf8.RuneCountInString(in.Reference) > 100 || strings.ContainsRune(in.Reference, 0), "reference", "文号等不能超过 100 个字")
	complain(!in.ReachedOn.Valid(), "reached_on", "请填写取得成果的日期")
	complain(in.ReachedOn.Valid() && in.ReachedOn.Before(began), "reached_on", "不能早于成立日期 "+began.Chinese())
	complain(in.ReachedOn.After(today), "reached_on", "取得成果的日期不能晚于今天")
	return fault.Fields(bad)
}

// worded says whether a text is there, within so many characters.
func worded(text string, most int) bool {
	n := utf8.RuneCountInString(text)
	return n > 0 && n <= most && !strings.ContainsRune(text, 0)
}

// checkWhy puts a reason right; what names the step it is asked for.
func checkWhy(reason, what string) (string, error) {
	reason = strings.TrimSpace(reason)
	if !worded(reason, 200) {
		return "", fault.Field("reason", "请写明"+what+"的原因，不超过 200 个字")
	}
	return reason, nil
}

// OutcomeFilter narrows the register of the office's outcomes.
type OutcomeFilter struct {
	Year      int    // zero: all
	Kind      string // empty: all
	Taskforce uuid.UUID
	Text      string // in title, reference and the taskforce's name
	Cursor    string
	Limit     int
}

// amount is the quantity as people read it: yuan with its fen of money.
func (s OutcomeSum) amount() string {
	if s.Money {
		return fmt.Sprintf("%d.%02d", s.Quantity/100, s.Quantity%100)
	}
	return strconv.FormatInt(s.Quantity, 10)
}

// sentence tells sums as a report does: 会签文件 6 份；追索金额 412000.00 元.
func sentence(sums []OutcomeSum) string {
	parts := make([]string, len(sums))
	for i, s := range sums {
		parts[i] = s.Name + " " + s.amount() + " " + s.Measure
	}
	return strings.Join(parts, "；")
}
