package duty

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Plan is what a branch means to do in a quarter. It is made from the duties, filed
// by a day of the quarter's first month, and may be changed afterwards, marked so.
type Plan struct {
	ID           uuid.UUID        `json:"id"`
	BranchID     uuid.UUID        `json:"branch_id"`
	BranchName   string           `json:"branch_name"`
	Quarter      calendar.Quarter `json:"quarter"`
	QuarterTitle string           `json:"quarter_title" doc:"2026年第四季度"`
	DueOn        calendar.Date    `json:"due_on" doc:"Last day to file it on time"`
	FiledAt      *time.Time       `json:"filed_at,omitempty"`
	FiledByName  string           `json:"filed_by_name,omitempty"`
	Late         bool             `json:"late" doc:"Filed after the day, or not filed though the day is over; never where the branch or the office began after it"`
	ChangedAt    *time.Time       `json:"changed_at,omitempty" doc:"The latest change after it was filed"`
	CreatedBy    string           `json:"created_by_name"`
	CreatedAt    time.Time        `json:"created_at"`
	Version      int              `json:"version" doc:"To send with a change"`
	Items        []PlanItem       `json:"items" doc:"In the order that the branch gave them"`
	Unplaced     []Unplaced       `json:"unplaced" doc:"Of one just made: owed, but with no working day left"`
	MayWrite     bool             `json:"may_write" doc:"You may change it now; not once the quarter is over"`
	MayFile      bool             `json:"may_file"`
	Groups       []PlaceName      `json:"groups" doc:"Of the branch, to choose from"`
	Duties       []PlanDuty       `json:"duties" doc:"Of branches and groups, to choose from"`

	filedBy uuid.UUID
}

// PlaceName names a place.
type PlaceName struct {
	ID   uuid.UUID `json:"id"`
	Name string    `json:"name"`
}

// PlanDuty is a duty that an item can be planned for.
type PlanDuty struct {
	Code  string `json:"code"`
	Name  string `json:"name"`
	Owner string `json:"owner" enum:"branch,group"`
}

// PlanItem is one thing planned. How far it is met is read from the records.
type PlanItem struct {
	ID         uuid.UUID     `json:"id"`
	Code       string        `json:"code" doc:"Of a duty; empty: something more"`
	DutyName   string        `json:"duty_name"`
	GroupID    *uuid.UUID    `json:"group_id,omitempty"`
	GroupName  string        `json:"group_name,omitempty"`
	PlannedOn  calendar.Date `json:"planned_on"`
	Title      string        `json:"title"`
	PersonID   *uuid.UUID    `json:"person_id,omitempty" doc:"Who sees to it"`
	PersonName string        `json:"person_name,omitempty"`
	ChangedAt  *time.Time    `json:"changed_at,omitempty" doc:"Added or changed after the plan was filed"`
	Met        bool          `json:"met" doc:"A confirmed record of the period meets it"`
	State      string        `json:"state" enum:"met,due,missed,excused,none" doc:"none: of no duty, or not owed in that period"`
	First      calendar.Date `json:"first,omitzero" doc:"Of the period that it is planned for"`
	Last       calendar.Date `json:"last,omitzero"`
}

// PlanChange is an item as the branch wants it.
type PlanChange struct {
	ID        uuid.UUID     `json:"id,omitzero" doc:"Of an item that is there; left out: a new one"`
	Code      string        `json:"code,omitempty" maxLength:"40"`
	GroupID   uuid.UUID     `json:"group_id,omitzero"`
	PlannedOn calendar.Date `json:"planned_on"`
	Title     string        `json:"title" maxLength:"100"`
	PersonID  uuid.UUID     `json:"person_id,omitzero"`
}

// Unplaced is what a period asks for that found no working day.
type Unplaced struct {
	Name      string        `json:"name"`
	GroupName string        `json:"group_name,omitempty"`
	First     calendar.Date `json:"first"`
	Last      calendar.Date `json:"last"`
}

// PlanLine is a branch in the overview of a quarter's plans.
type PlanLine struct {
	BranchID   uuid.UUID  `json:"branch_id"`
	BranchName string     `json:"branch_name"`
	Made       bool       `json:"made"`
	FiledAt    *time.Time `json:"filed_at,omitempty"`
	FiledBy    string     `json:"filed_by_name,omitempty"`
	Late       bool       `json:"late" doc:"Filed after the day, or not filed though the day is over; never where the branch or the office began after it"`
	Items      int        `json:"items"`
	ChangedAt  *time.Time `json:"changed_at,omitempty"`
	MayMake    bool       `json:"may_make" doc:"You may make it now"`

	ord int
}

// PlanOverview is a stretch of the overview.
type PlanOverview struct {
	Quarter calendar.Quarter `json:"quarter"`
	DueOn   calendar.Date    `json:"due_on"`
	Items   []PlanLine       `json:"items"`
	Next    string           `json:"next" doc:"Cursor of the next page, or empty"`
	Total   int              `json:"total" doc:"Branches within your reach that match"`
	Filed   int              `json:"filed" doc:"Of them, filed"`
	Late    int              `json:"late" doc:"Of them, filed late or overdue"`
}

// PlanFilter narrows the overview.
type PlanFilter struct {
	Quarter calendar.Quarter
	Text    string // in the branch's name
	State   string // filed, unfiled, late; empty: all
	Cursor  string
	Limit   int

	after struct {
		ord int
		id  uuid.UUID
	}
}

// The states of PlanFilter.
const (
	plansFiled   = "filed"
	plansUnfiled = "unfiled"
	plansLate    = "late"
)

func (f *PlanFilter) check() error {
	if f.Quarter.IsZero() {
		return fault.Field("quarter", "请选择季度")
	}
	if !slices.Contains([]string{"", plansFiled, plansUnfiled, plansLate}, f.State) {
		return fault.Field("state", "请从列表中选择状态")
	}
	if f.Limit < 1 || f.Limit > maxLimit {
		f.Limit = defaultLimit
	}
	f.Text, f.after.ord = strings.TrimSpace(f.Text), -1
	if f.Cursor == "" {
		return nil
	}
	bad := fault.Field("cursor", "翻页参数不对，请回到第一页")
	text, err := base64.RawURLEncoding.DecodeString(f.Cursor)
	ord, id, found := strings.Cut(string(text), "|")
	if err != nil || !found {
		return bad
	}
	if f.after.ord, err = strconv.Atoi(ord); err != nil || f.after.ord < 0 || f.after.ord > 1<<30 {
		return bad
	}
	if f.after.id, err = uuid.Parse(id); err != nil {
		return bad
	}
	return nil
}

func planCursor(l PlanLine) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(l.ord) + "|" + l.BranchID.String()))
}

// PlanDueOn is the last day on which a quarter's plan is filed in time: the day of the
// first month that the settings name, or the first working day after it where the
// office does not work that day.
func PlanDueOn(q calendar.Quarter, day int, w calendar.Workdays) calendar.Date {
	d := q.First().AddDays(day - 1)
	if w.IsWorkday(d) {
		return d
	}
	return w.AddWorkdays(d, 1)
}

// planLate says whether a plan came, or has not come, by the day.
func planLate(filed *time.Time, due, today calendar.Date) bool {
	if filed != nil {
		return calendar.DateOf(*filed).After(due)
	}
	return today.After(due)
}

// plannable says whether a quarter may be planned today: the running one, and the next.
func plannable(q calendar.Quarter, today calendar.Date) error {
	switch now := calendar.QuarterOf(today); {
	case q.Before(now):
		return fault.Newf(fault.RuleBroken, "%s已经结束，不能再编制或修改计划", q.Chinese())
	case now.Next().Before(q):
		return fault.Newf(fault.RuleBroken, "%s还早，现在可以编制%s和%s的计划", q.Chinese(), now.Chinese(), now.Next().Chinese())
	}
	return nil
}

// Bounds of what people write.
const (
	mostPlanItems    = 400
	longestPlanTitle = 100
)

// checkItems reads a branch's wishes; the complaints name the row.
func checkItems(q calendar.Quarter, in []PlanChange, groups []PlaceName, duties []PlanDuty) error {
	if len(in) > mostPlanItems {
		return fault.Field("items", fmt.Sprintf("一份计划最多 %d 项，请合并后再保存", mostPlanItems))
	}
	var bad []fault.Detail
	seen := map[uuid.UUID]bool{}
	for i := range in {
		it := &in[i]
		say := func(field, message string) {
			bad = append(bad, fault.Detail{Field: fmt.Sprintf("items[%d].%s", i, field), Message: fmt.Sprintf("第 %d 项：%s", i+1, message)})
		}
		it.Title = strings.Join(strings.Fields(it.Title), " ")
		if n := utf8.RuneCountInString(it.Title); n == 0 || n > longestPlanTitle {
			say("title", fmt.Sprintf("请填写事项，最多 %d 个字", longestPlanTitle))
		}
		if it.PlannedOn.Before(q.First()) || it.PlannedOn.After(q.Last()) {
			say("planned_on", "计划日期要在"+q.Chinese()+"之内")
		}
		if it.ID != uuid.Nil && seen[it.ID] {
			say("id", "同一项出现了两次，请刷新后再改")
		}
		seen[it.ID] = true
		if it.GroupID != uuid.Nil && !slices.ContainsFunc(groups, func(g PlaceName) bool { return g.ID == it.GroupID }) {
			say("group_id", "请选择本支部的党小组")
		}
		if it.Code == "" {
			continue
		}
		n := slices.IndexFunc(duties, func(d PlanDuty) bool { return d.Code == it.Code })
		switch {
		case n < 0:
			say("code", "没有这项职责，请重新选择")
		case duties[n].Owner == OwnerGroup && it.GroupID == uuid.Nil:
			say("group_id", "“"+duties[n].Name+"”由党小组承担，请选择党小组")
		case duties[n].Owner == OwnerBranch && it.GroupID != uuid.Nil:
			say("group_id", "“"+duties[n].Name+"”由支部承担，不要选择党小组")
		}
	}
	return fault.Fields(bad)
}
