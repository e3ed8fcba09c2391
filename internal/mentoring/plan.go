package mentoring

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// The states of a plan; see PlanLine for those that a list tells apart.
const (
	PlanDraft     = "draft"
	PlanNoticed   = "noticed"
	PlanPublished = "published"
)

const (
	maxGoals = 1000 // characters
	maxItems = 20
	// publishDays is how long a pairing that begins within the year has for its plan.
	publishDays = 30
)

// Plan is the year's growth plan of a pairing (rule 25): agreed by the three, put on
// public notice in January. Once it is on notice nobody changes it; what has to change
// is reopened by the Party office, agreed and published anew.
type Plan struct {
	ID          uuid.UUID      `json:"id"`
	PairingID   uuid.UUID      `json:"pairing_id"`
	Year        int            `json:"year"`
	Goals       string         `json:"goals"`
	State       string         `json:"state" enum:"draft,noticed,published"`
	Items       []PlanItem     `json:"items"`
	People      []Agreement    `json:"people" doc:"The three, and who has agreed to this wording"`
	Agreed      bool           `json:"agreed" doc:"All three have"`
	MadeByName  string         `json:"made_by_name" doc:"Whose wording it is"`
	MadeAt      time.Time      `json:"made_at"`
	NoticeID    *uuid.UUID     `json:"notice_id,omitempty"`
	PublishedOn *calendar.Date `json:"published_on,omitempty"`
	DueOn       calendar.Date  `json:"due_on" doc:"The last day to publish it in time"`
	Late        bool           `json:"late" doc:"Published after that day, or not yet and it is over"`
	Returned    string         `json:"returned,omitempty" doc:"Why it is a draft again"`
	Version     int            `json:"version"`
	MayWrite    bool           `json:"may_write"`
	MayAgree    bool           `json:"may_agree"`

	agreedBy []uuid.UUID
}

// Agreement is one of the three and whether they have agreed.
type Agreement struct {
	PersonID uuid.UUID `json:"person_id"`
	Name     string    `json:"name"`
	Role     string    `json:"role" enum:"mentee,political,professional"`
	Agreed   bool      `json:"agreed"`
}

// PlanItem is one line of a plan: what, how often, until when.
type PlanItem struct {
	Seq    int    `json:"seq" doc:"Keeps the item through changes; 0 for a new one"`
	Kind   string `json:"kind" enum:"lesson,case_review,talk,reading,practice,other"`
	Title  string `json:"title" minLength:"1" maxLength:"200"`
	Role   string `json:"role,omitempty" enum:"political,professional" doc:"Whose of the mentors; none: either"`
	Times  int    `json:"times" minimum:"1" maximum:"99"`
	Month  int    `json:"month,omitempty" minimum:"0" maximum:"12" doc:"By when; 0: the end of the year"`
	Done   int    `json:"done,omitempty" doc:"Confirmed logs of it"`
	Logged int    `json:"logged,omitempty" doc:"Logs of it, whatever became of them"`
}

// PlanInput is a plan as one of the three writes it.
type PlanInput struct {
	Goals   string     `json:"goals" minLength:"1" maxLength:"1000"`
	Items   []PlanItem `json:"items" minItems:"1" maxItems:"20"`
	Version int        `json:"version" doc:"Of the plan as it was read; 0 for a new one"`
}

// multiline cleans a text of several lines.
func multiline(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i, l := range lines {
		lines[i] = sheet.Clean(l)
	}
	return strings.TrimSpace(strings.Join(lines, "\n"))
}

// said checks a text that has to be there.
func said(field, text, what string, most int) (string, error) {
	text = multiline(text)
	switch n := utf8.RuneCountInString(text); {
	case n == 0:
		return "", fault.Field(field, "请填写"+what)
	case n > most:
		return "", fault.Field(field, fmt.Sprintf("%s请写在 %d 字以内，现在有 %d 字", what, most, n))
	}
	return text, nil
}

func knownKind(kind string) bool {
	return slices.Contains([]string{Lesson, CaseReview, Talk, Reading, Practice, Other}, kind)
}

func (in *PlanInput) check() error {
	var err error
	if in.Goals, err = said("goals", in.Goals, "成长目标", maxGoals); err != nil {
		return err
	}
	if len(in.Items) == 0 || len(in.Items) > maxItems {
		return fault.Field("items", fmt.Sprintf("请列出 1 到 %d 项计划活动", maxItems))
	}
	seen := map[int]bool{}
	for i := range in.Items {
		at, it := fmt.Sprintf("items[%d].", i), &in.Items[i]
		if it.Title, err = said(at+"title", it.Title, "活动内容", 200); err != nil {
			return err
		}
		switch {
		case !knownKind(it.Kind):
			return fault.Field(at+"kind", "请选择活动类别")
		case it.Role != "" && it.Role != Political && it.Role != Professional:
			return fault.Field(at+"role", "请选择政治导师或业务导师，不限则留空")
		case it.Times < 1 || it.Times > 99:
			return fault.Field(at+"times", "次数请填 1 到 99")
		case it.Month < 0 || it.Month > 12:
			return fault.Field(at+"month", "月份请填 1 到 12，全年则留空")
		case it.Seq != 0 && seen[it.Seq]:
			return fault.Field(at+"seq", "同一项出现了两次，请刷新后再试")
		}
		seen[it.Seq] = true
	}
	return nil
}

// replace gives what becomes of the items where in takes their place: new ones get
// numbers of their own, so that a log keeps the item it fulfils; gone are those that
// are deleted. One that has logs stays, of its kind and of its mentor.
func replace(old, in []PlanItem) (items []PlanItem, gone []int, err error) {
	by, next := map[int]PlanItem{}, 0
	for _, it := range old {
		by[it.Seq], next = it, max(next, it.Seq)
	}
	for i, it := range in {
		was, there := by[it.Seq]
		switch {
		case it.Seq == 0:
			next++
			it.Seq = next
		case !there:
			return nil, nil, fault.New(fault.Conflict, "计划项刚被别人删除，请刷新后再试")
		case was.Logged > 0 && (was.Kind != it.Kind || was.Role != it.Role):
			return nil, nil, fault.Field(fmt.Sprintf("items[%d].kind", i), "这一项已有活动记录，类别和导师不能改；可以另加一项")
		}
		delete(by, it.Seq)
		items = append(items, it)
	}
	for _, it := range old {
		if _, left := by[it.Seq]; !left {
			continue
		}
		if it.Logged > 0 {
			return nil, nil, fault.Newf(fault.RuleBroken, "“%s”已有活动记录，不能删除；可以减少次数", it.Title)
		}
		gone = append(gone, it.Seq)
	}
	return items, gone, nil
}

// planDue is the last day to publish a plan in time: the end of January, and of a
// pairing that begins later thirty days after it began.
func planDue(year int, from calendar.Date) calendar.Date {
	january := calendar.NewDate(year, time.January, 31)
	if own := from.AddDays(publishDays); own.After(january) && from.Year == year {
		return own
	}
	return january
}

// see completes a plan for who looks at it.
func (p *Plan) see(t three, person uuid.UUID, today calendar.Date) {
	p.People = t.people(t.standing(today))
	p.Agreed = true
	for i := range p.People {
		p.People[i].Agreed = slices.Contains(p.agreedBy, p.People[i].PersonID)
		p.Agreed = p.Agreed && p.People[i].Agreed
	}
	p.DueOn = planDue(p.Year, t.From)
	on := today
	if p.PublishedOn != nil {
		on = *p.PublishedOn
	}
	p.Late = on.After(p.DueOn)
	_, err := t.speaks(person, today)
	p.MayWrite = err == nil && p.State == PlanDraft
	p.MayAgree = p.MayWrite && !slices.Contains(p.agreedBy, person)
}

// frozen refuses to change what is on notice or was.
func (p *Plan) frozen() error {
	switch p.State {
	case PlanNoticed:
		return fault.New(fault.RuleBroken, "计划正在公示，不能修改；确需修改的，请机关党委撤销公示")
	case PlanPublished:
		return fault.New(fault.RuleBroken, "计划已经公布，不能修改；确需修改的，请机关党委退回修订，三方重新确认后再公示")
	}
	return nil
}

// PlanLine is a pairing's plan of a year in the list of the office; without a plan it
// says so.
type PlanLine struct {
	PairingID        uuid.UUID      `json:"pairing_id"`
	PlanID           *uuid.UUID     `json:"plan_id,omitempty"`
	MenteeID         uuid.UUID      `json:"mentee_id"`
	MenteeName       string         `json:"mentee_name"`
	PoliticalName    string         `json:"political_name"`
	ProfessionalName string         `json:"professional_name"`
	State            string         `json:"state" enum:"none,draft,agreed,noticed,published" doc:"none: there is no plan; agreed: a draft that all three agreed to"`
	Agreed           int            `json:"agreed" doc:"How many of the three have"`
	Goals            string         `json:"goals"`
	Planned          int            `json:"planned" doc:"Times, of all items"`
	Done             int            `json:"done" doc:"Of them, fulfilled by confirmed logs"`
	NoticeID         *uuid.UUID     `json:"notice_id,omitempty"`
	PublishedOn      *calendar.Date `json:"published_on,omitempty"`
	DueOn            calendar.Date  `json:"due_on"`
	Late             bool           `json:"late"`
	Version          int            `json:"version"`

	people []uuid.UUID // mentee, political, professional
	pinyin string
}

// PlanCounts are the plans of a year by state.
type PlanCounts struct {
	None      int `json:"none"`
	Draft     int `json:"draft"`
	Agreed    int `json:"agreed"`
	Noticed   int `json:"noticed"`
	Published int `json:"published"`
	Late      int `json:"late"`
}

// PlanPage is a part of the list of a year.
type PlanPage struct {
	Items  []PlanLine `json:"items"`
	Next   string     `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total  int        `json:"total"`
	Counts PlanCounts `json:"counts" doc:"Of the whole year within your reach"`
}

// PlanFilter narrows the list of a year.
type PlanFilter struct {
	Year   int
	State  string // as in PlanLine, or late
	Text   string // in the mentee's name
	Cursor string
	Limit  int

	after        string // of the cursor
	afterPairing uuid.UUID
}

func (f *PlanFilter) check() error {
	f.Text = sheet.Clean(f.Text)
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = 50
	}
	var err error
	f.after, f.afterPairing, err = readCursor(f.Cursor)
	return err
}

// writeCursor is where a list goes on after two keys of its order.
func writeCursor(key string, id uuid.UUID) string {
	b, err := json.Marshal([2]string{key, id.String()})
	if err != nil {
		panic(err) // two texts
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

// readCursor takes one apart again; an empty one is the list's beginning.
func readCursor(text string) (key string, id uuid.UUID, err error) {
	if text == "" {
		return "", uuid.Nil, nil
	}
	var at [2]string
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &at)
	}
	if err == nil {
		id, err = uuid.Parse(at[1])
	}
	if err != nil {
		return "", uuid.Nil, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return at[0], id, nil
}
