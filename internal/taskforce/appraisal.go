package taskforce

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Grade is how well somebody served.
type Grade string

// The grades.
const (
	Excellent Grade = "excellent"
	Good      Grade = "good"
	Fair      Grade = "fair"
	Poor      Grade = "poor"
)

// Title is the grade in Chinese; empty for none.
func (g Grade) Title() string {
	switch g {
	case Excellent:
		return "优秀"
	case Good:
		return "良好"
	case Fair:
		return "合格"
	case Poor:
		return "不合格"
	}
	return ""
}

// Appraisal is what somebody did in a taskforce, said when it ended: for the home
// branch, and for a claim.
type Appraisal struct {
	ID            uuid.UUID     `json:"id"`
	Number        string        `json:"number" doc:"鉴定编号"`
	Taskforce     uuid.UUID     `json:"taskforce_id"`
	TaskforceName string        `json:"taskforce_name"`
	KindName      string        `json:"kind_name"`
	Person        PersonRef     `json:"person"`
	Branch        uuid.UUID     `json:"branch_id,omitzero" required:"false" doc:"Home when the taskforce ended"`
	BranchName    string        `json:"branch_name,omitempty"`
	Grade         Grade         `json:"grade" enum:"excellent,good,fair,poor"`
	Text          string        `json:"text"`
	From          calendar.Date `json:"served_from"`
	To            calendar.Date `json:"served_to"`
	WrittenBy     string        `json:"written_by"`
	WrittenAt     time.Time     `json:"written_at"`
	ReceivedBy    string        `json:"received_by,omitempty"`
	ReceivedAt    *time.Time    `json:"received_at,omitempty"`
	CanReceive    bool          `json:"can_receive"`
}

// Served is somebody's time in a taskforce, with the appraisal once it is written.
type Served struct {
	Person     PersonRef      `json:"person"`
	Offices    string         `json:"offices" doc:"What they were: 书记, 组织委员, 成员"`
	From       calendar.Date  `json:"served_from"`
	To         *calendar.Date `json:"served_to,omitempty"`
	Branch     uuid.UUID      `json:"branch_id,omitzero" required:"false"`
	BranchName string         `json:"branch_name,omitempty"`
	Appraisal  *Appraisal     `json:"appraisal,omitempty"`
	CanWrite   bool           `json:"can_write"`
}

// AppraisalItem is one appraisal as it is written.
type AppraisalItem struct {
	Person uuid.UUID
	Grade  Grade
	Text   string
}

// maxAppraised bounds the people of one taskforce.
const maxAppraised = 500

// checkItems puts the appraisals of one request right.
func checkItems(items []AppraisalItem) error {
	if len(items) == 0 || len(items) > maxAppraised {
		return fault.Field("items", "请至少填写一人的鉴定")
	}
	seen := map[uuid.UUID]bool{}
	var bad []fault.Detail
	for i := range items {
		it := &items[i]
		it.Text = strings.TrimSpace(it.Text)
		field := func(name string) string { return fmt.Sprintf("items.%d.%s", i, name) }
		if it.Grade.Title() == "" {
			bad = append(bad, fault.Detail{Field: field("grade"), Message: "请选择等次"})
		}
		if !worded(it.Text, 1000) {
			bad = append(bad, fault.Detail{Field: field("text"), Message: "请写明鉴定意见，不超过 1000 个字"})
		}
		if seen[it.Person] {
			bad = append(bad, fault.Detail{Field: field("person_id"), Message: "同一人只写一份鉴定"})
		}
		seen[it.Person] = true
	}
	return fault.Fields(bad)
}

// AppraisalFilter narrows the list of appraisals.
type AppraisalFilter struct {
	Mine       bool      // one's own
	Branch     uuid.UUID // of those who belong to it
	Unreceived bool
	Text       string // in the person's name, the taskforce's and the number
	Cursor     string
	Limit      int
}

// Appraisals is a page of them, the newest first.
type Appraisals struct {
	Items []Appraisal `json:"items"`
	Next  string      `json:"next,omitempty"`
	Total int         `json:"total"`
}
