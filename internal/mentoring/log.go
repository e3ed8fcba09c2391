package mentoring

import (
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// The states of a log.
const (
	LogReported  = "reported"
	LogConfirmed = "confirmed"
	LogDeclined  = "declined"
	LogWithdrawn = "withdrawn"
)

const (
	maxContent = 2000 // characters
	maxAnswer  = 300
	minMinutes = 5
	maxMinutes = 1440
)

// Log is one thing that a mentor and the mentee did together: either writes it, the
// other confirms (rule 25). It counts once it is confirmed.
type Log struct {
	ID           uuid.UUID     `json:"id"`
	PairingID    uuid.UUID     `json:"pairing_id"`
	MentorID     uuid.UUID     `json:"mentor_id"`
	MentorName   string        `json:"mentor_name"`
	MenteeName   string        `json:"mentee_name"`
	Role         string        `json:"role" enum:"political,professional" doc:"The mentor's on that day"`
	Kind         string        `json:"kind" enum:"lesson,case_review,talk,reading,practice,other"`
	KindName     string        `json:"kind_name"`
	HeldOn       calendar.Date `json:"held_on"`
	Minutes      int           `json:"minutes"`
	Content      string        `json:"content"`
	PlanID       *uuid.UUID    `json:"plan_id,omitempty"`
	Item         int           `json:"item,omitempty"`
	ItemTitle    string        `json:"item_title,omitempty" doc:"Of the plan, that it fulfils"`
	State        string        `json:"state" enum:"reported,confirmed,declined,withdrawn"`
	WrittenBy    uuid.UUID     `json:"written_by"`
	WrittenName  string        `json:"written_by_name"`
	WrittenAt    time.Time     `json:"written_at"`
	AnsweredName string        `json:"answered_by_name,omitempty"`
	AnsweredAt   *time.Time    `json:"answered_at,omitempty"`
	Answer       string        `json:"answer,omitempty" doc:"Why it was declined"`
	Version      int           `json:"version"`
	MayAnswer    bool          `json:"may_answer" doc:"It waits for you"`
	MayWithdraw  bool          `json:"may_withdraw" doc:"You wrote it, and nobody answered yet"`

	menteeID uuid.UUID
}

// see completes a log for who looks at it.
func (l *Log) see(person uuid.UUID) {
	l.KindName = kindName(l.Kind)
	open := l.State == LogReported && person != uuid.Nil
	l.MayWithdraw = open && l.WrittenBy == person
	l.MayAnswer = open && l.WrittenBy != person && (person == l.MentorID || person == l.menteeID)
}

// LogInput is a log as one of the two writes it.
type LogInput struct {
	MentorID uuid.UUID     `json:"mentor_id" doc:"A mentor writes their own"`
	Kind     string        `json:"kind" enum:"lesson,case_review,talk,reading,practice,other"`
	HeldOn   calendar.Date `json:"held_on"`
	Minutes  int           `json:"minutes" minimum:"5" maximum:"1440"`
	Content  string        `json:"content" minLength:"1" maxLength:"2000"`
	PlanID   *uuid.UUID    `json:"plan_id,omitempty"`
	Item     int           `json:"item,omitempty" minimum:"0" doc:"Of that plan; 0 for none"`
}

func (in *LogInput) check(today calendar.Date) (err error) {
	if in.Content, err = said("content", in.Content, "做了什么", maxContent); err != nil {
		return err
	}
	switch {
	case !knownKind(in.Kind):
		return fault.Field("kind", "请选择活动类别")
	case in.MentorID == uuid.Nil:
		return fault.Field("mentor_id", "请选择导师")
	case !in.HeldOn.Valid():
		return fault.Field("held_on", "请选择日期")
	case in.HeldOn.After(today):
		return fault.Field("held_on", "日期不能晚于今天，活动开展之后再记")
	case in.Minutes < minMinutes || in.Minutes > maxMinutes:
		return fault.Field("minutes", fmt.Sprintf("时长请填 %d 到 %d 分钟", minMinutes, maxMinutes))
	case (in.PlanID == nil) != (in.Item == 0):
		return fault.Field("item", "请从列表中选择计划项")
	}
	return nil
}

// mayLog refuses a log of another than the writer's own doings, or of a day that the
// mentor did not mentor on; it gives the mentor's stint of that day.
func (t three) mayLog(writer uuid.UUID, in LogInput) (Stint, error) {
	if writer != t.Mentee && writer != in.MentorID {
		return Stint{}, fault.New(fault.Forbidden, "导师只能记录自己与学员的活动")
	}
	own := false
	for _, s := range t.Stints {
		if s.MentorID != in.MentorID {
			continue
		}
		if s.covers(in.HeldOn) {
			return s, nil
		}
		own = true
	}
	if !own {
		return Stint{}, fault.Field("mentor_id", "请从本结对的导师中选择")
	}
	return Stint{}, fault.Field("held_on", "这一天不在该导师的带教期内")
}

// fits refuses an item of the plan that the log cannot fulfil.
func (p Plan) fits(in LogInput, role string) error {
	i := slices.IndexFunc(p.Items, func(it PlanItem) bool { return it.Seq == in.Item })
	switch {
	case p.Year != in.HeldOn.Year || i < 0:
		return fault.Field("item", "请从活动当年的计划中选择")
	case p.State == PlanDraft:
		return fault.Field("item", "计划公示之后才能对应计划项，现在请先不选")
	case p.Items[i].Kind != in.Kind:
		return fault.Field("item", fmt.Sprintf("这一项是“%s”，与所选类别不同", kindName(p.Items[i].Kind)))
	case p.Items[i].Role != "" && p.Items[i].Role != role:
		return fault.Field("item", fmt.Sprintf("这一项由%s完成", roleName(p.Items[i].Role)))
	}
	return nil
}

// LogFilter narrows the list of a pairing.
type LogFilter struct {
	State  string // empty: all but withdrawn ones
	Year   int
	Mentor uuid.UUID
	Cursor string
	Limit  int

	after   *calendar.Date // of the cursor
	afterID uuid.UUID
}

func (f *LogFilter) check() error {
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = 30
	}
	key, id, err := readCursor(f.Cursor)
	if err != nil || id == uuid.Nil {
		return err
	}
	day, err := calendar.ParseDate(key)
	if err != nil {
		return fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	f.after, f.afterID = &day, id
	return nil
}

// LogPage is a part of a pairing's list, the latest first, and what its page needs to
// write another.
type LogPage struct {
	Items     []Log     `json:"items"`
	Next      string    `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total     int       `json:"total"`
	Waiting   int       `json:"waiting" doc:"Of all, those that wait for you"`
	Confirmed int       `json:"confirmed" doc:"Of all"`
	MenteeID  uuid.UUID `json:"mentee_id"`
	Mentee    string    `json:"mentee_name"`
	Mentors   []Stint   `json:"mentors" doc:"All of the pairing's time; a log lies within its mentor's"`
	MayWrite  bool      `json:"may_write" doc:"You are the mentee, or one of those mentors"`
}
