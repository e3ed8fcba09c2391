package volunteer

import (
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Period is the days that hours are asked for, both among them.
type Period struct {
	From calendar.Date `json:"from"`
	To   calendar.Date `json:"to"`
}

// orYear fills in this year for what was left out, and refuses days in no order.
func (p Period) orYear(today calendar.Date) (Period, error) {
	if p.From.IsZero() {
		p.From = calendar.NewDate(today.Year, time.January, 1)
	}
	if p.To.IsZero() {
		p.To = calendar.NewDate(today.Year, time.December, 31)
		if p.To.Before(p.From) {
			p.To = calendar.NewDate(p.From.Year, time.December, 31)
		}
	}
	if p.To.Before(p.From) {
		return p, fault.Field("to", "截止日期不能早于起始日期")
	}
	return p, nil
}

// String is the period as notices and certificates print it.
func (p Period) String() string { return p.From.Chinese() + "至" + p.To.Chinese() }

// HoursFilter narrows the list of people and their hours.
type HoursFilter struct {
	Period
	Branch uuid.UUID // of the people on the day they came; zero: all
	Person uuid.UUID
	Text   string // name, pinyin or initials
	Sort   string // name, participations or minutes; - before it for the largest first
	Cursor string
	Limit  int
}

// PersonHours is what somebody did in a period. Minutes are counted, after rounding.
type PersonHours struct {
	PersonID       uuid.UUID `json:"person_id" format:"uuid"`
	Name           string    `json:"name"`
	BranchName     string    `json:"branch_name" doc:"Of the last time; empty of no branch"`
	Participations int       `json:"participations" doc:"人次: records they came to"`
	Minutes        int       `json:"minutes" doc:"Counted, after rounding"`
	Noticed        int       `json:"noticed" doc:"Counted minutes whose public notice passed, and which may be certified"`
	pinyin         string
}

// HoursTotal is the sum over the whole list, not over one page of it.
type HoursTotal struct {
	People         int `json:"people" doc:"人数: each once"`
	Participations int `json:"participations" doc:"人次"`
	Minutes        int `json:"minutes" doc:"Counted, after rounding"`
	Noticed        int `json:"noticed"`
	Outsiders      int `json:"outsiders" doc:"Participations of people from partner units, apart from ours"`
	OutsideMinutes int `json:"outside_minutes"`
}

// MonthHours is one month of the chart. Every month of the period is there.
type MonthHours struct {
	Month          string `json:"month" doc:"2026-03"`
	People         int    `json:"people"`
	Participations int    `json:"participations"`
	Minutes        int    `json:"minutes"`
}

// How far the notice of a participation is.
const (
	NoticeNone   = "none"
	NoticeOpen   = "open"
	NoticePassed = "passed"
	NoticeFailed = "failed" // an objection was upheld
)

// Participation is one person at one record.
type Participation struct {
	RecordID  uuid.UUID     `json:"record_id" format:"uuid"`
	Day       calendar.Date `json:"day"`
	Title     string        `json:"title"`
	Place     string        `json:"place"`
	Served    string        `json:"served" doc:"对象"`
	Organiser string        `json:"organiser"`
	Recorded  int           `json:"recorded" doc:"Minutes as recorded"`
	Minutes   int           `json:"minutes" doc:"Counted, after rounding"`
	Notice    string        `json:"notice" enum:"none,open,passed,failed"`
	person    uuid.UUID
}

// PersonRecord is somebody's participations in a period, newest first.
type PersonRecord struct {
	PersonID       uuid.UUID       `json:"person_id" format:"uuid"`
	Name           string          `json:"name"`
	Period         Period          `json:"period"`
	Participations int             `json:"participations"`
	Minutes        int             `json:"minutes"`
	Noticed        int             `json:"noticed"`
	Items          []Participation `json:"items"`
}

// hoursSort is a way to order the list: an expression over its columns.
type hoursSort struct {
	key  string // as asked for
	expr string
	down bool
}

// sortOf reads a sort from its closed list; names are in the order of pinyin.
func sortOf(text string) (hoursSort, error) {
	key, down := strings.CutPrefix(text, "-")
	switch key {
	case "":
		return hoursSort{"-minutes", "minutes", true}, nil
	case "name":
		return hoursSort{text, "pinyin", down}, nil
	case "participations", "minutes":
		return hoursSort{text, key, down}, nil
	}
	return hoursSort{}, fault.Field("sort", "只能按姓名、人次或时长排序")
}

// cursor is where a page ended: the sort's value and the person.
func (s hoursSort) cursor(p PersonHours) string {
	value := p.pinyin
	switch s.expr {
	case "minutes":
		value = strconv.Itoa(p.Minutes)
	case "participations":
		value = strconv.Itoa(p.Participations)
	}
	return p.PersonID.String() + " " + value
}

// parse reads a cursor of this sort.
func (s hoursSort) parse(cursor string) (value any, id uuid.UUID, err error) {
	bad := fault.Field("cursor", "翻页参数不对，请回到第一页")
	head, text, ok := strings.Cut(cursor, " ")
	if id, err = uuid.Parse(head); !ok || err != nil {
		return nil, id, bad
	}
	if s.expr == "pinyin" {
		return text, id, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return nil, id, bad
	}
	return n, id, nil
}
