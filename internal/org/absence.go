package org

import (
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Absence is a run of days on which somebody is away, so that nothing is planned with
// them (rule 22). Why is a word of a list: no illness is written down here.
type Absence struct {
	ID             uuid.UUID     `json:"id"`
	Person         uuid.UUID     `json:"person_id"`
	Name           string        `json:"person_name"`
	BranchName     string        `json:"branch_name,omitempty"`
	DepartmentName string        `json:"department_name,omitempty"`
	Kind           string        `json:"kind" enum:"leave,business,training,other"`
	From           calendar.Date `json:"from"`
	To             calendar.Date `json:"to" doc:"Last day"`
	NotedByName    string        `json:"noted_by_name"`
	NotedAt        time.Time     `json:"noted_at"`
	MayDelete      bool          `json:"may_delete"`

	branch, department uuid.UUID // of today
}

// AbsenceKinds is the closed list of 请假外出.
func AbsenceKinds() []Term {
	return []Term{{"leave", "请假"}, {"business", "出差"}, {"training", "培训学习"}, {"other", "其他"}}
}

// NewAbsence is what a page says of one.
type NewAbsence struct {
	Person uuid.UUID
	Kind   string
	From   calendar.Date
	To     calendar.Date
}

// maxAbsence is how many days one can have: longer ones are a matter of the roll.
const maxAbsence = 366

// farthest bounds how far ahead or back a day may be noted, in days.
const farthest = 800

func (a NewAbsence) check(today calendar.Date) error {
	var bad []fault.Detail
	say := func(field, message string) { bad = append(bad, fault.Detail{Field: field, Message: message}) }
	if a.Person == uuid.Nil {
		say("person_id", "请选择人员")
	}
	if !isTerm(AbsenceKinds(), a.Kind) {
		say("kind", "请选择类别")
	}
	switch {
	case !a.From.Valid() || a.From.Sub(today) > farthest || today.Sub(a.From) > farthest:
		say("from", "请填写第一天，前后不超过两年")
	case !a.To.Valid():
		say("to", "请填写最后一天")
	case a.To.Before(a.From):
		say("to", "最后一天不能早于第一天")
	case a.To.Sub(a.From) >= maxAbsence:
		say("to", "一次最多登记一年；更长的请在人员页办理借调或离开")
	}
	return fault.Fields(bad)
}

// AbsenceFilter narrows the list of absences. From and To are days of which an absence
// has at least one.
type AbsenceFilter struct {
	From, To       calendar.Date
	Person, Branch uuid.UUID
	Kind           string
	Cursor         string
	Limit          int
}

const defaultAbsences, maxAbsences = 50, 200

func (f *AbsenceFilter) clean() error {
	if f.Limit < 1 || f.Limit > maxAbsences {
		f.Limit = defaultAbsences
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		return fault.Field("to", "结束日期不能早于开始日期")
	}
	return nil
}

// AbsencePage is a part of the list: the latest first.
type AbsencePage struct {
	Items []Absence `json:"items"`
	Next  string    `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total int       `json:"total"`
}

type absenceCursor struct {
	From calendar.Date `json:"f"`
	ID   uuid.UUID     `json:"i"`
}

func (c absenceCursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // a day and an id
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseAbsenceCursor(text string) (c absenceCursor, err error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil || !c.From.Valid() {
		return c, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return c, nil
}
