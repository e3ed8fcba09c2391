package talk

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// Filter narrows a list. Zero fields do not, except that cancelled talks are shown
// only to who asks for them.
type Filter struct {
	From, To   calendar.Date // of the day it was held, or else is planned for
	Unplanned  bool          // only those without a day
	Year       int
	Talker     uuid.UUID
	Person     uuid.UUID // either of the two
	Type       string
	Statuses   []string
	Branch     uuid.UUID
	Department uuid.UUID
	Mine       bool
	Text       string // in the name, pinyin or initials of either
	Cursor     string
	Limit      int
}

// Statuses are what a list can be narrowed to.
func Statuses() []string {
	return []string{StatusUnplanned, Planned, StatusDue, StatusLate, Reported, Confirmed, Cancelled}
}

const (
	defaultLimit = 50
	maxLimit     = 500 // a month of an office on one calendar
)

func (f *Filter) check() error {
	f.Text = sheet.Clean(f.Text)
	if f.Limit < 1 || f.Limit > maxLimit {
		f.Limit = defaultLimit
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		return fault.Field("to", "结束日期不能早于开始日期")
	}
	for _, s := range f.Statuses {
		if !slices.Contains(Statuses(), s) {
			return fault.Field("status", "没有这种状态，请从列表中选择")
		}
	}
	return nil
}

// cursor is where the next page begins: after the row with this key.
type cursor struct {
	Day string    `json:"d"`
	At  string    `json:"t"`
	ID  uuid.UUID `json:"i"`
}

// What a talk without a day, and one without an hour, is sorted by.
const (
	noDay  = "9999-12-31"
	noHour = "24:00"
)

func (c cursor) String() string {
	b, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and an id
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseCursor(text string) (c cursor, err error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err == nil {
		_, err = calendar.ParseDate(c.Day)
	}
	if err == nil && c.At != noHour {
		_, err = time.Parse(hourForm, c.At)
	}
	if err != nil {
		return cursor{}, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return c, nil
}

// hourForm is how an hour of a day is written.
const hourForm = "15:04"

func (t Talk) key() cursor {
	c := cursor{Day: noDay, At: noHour, ID: t.ID}
	if t.DoneOn != nil {
		c.Day = t.DoneOn.String()
	} else if t.PlannedOn != nil {
		c.Day = t.PlannedOn.String()
	}
	if t.PlannedAt != "" {
		c.At = t.PlannedAt
	}
	return c
}

// Page is a part of a list, by day and hour; talks without a day come last.
type Page struct {
	Items []Talk `json:"items"`
	Next  string `json:"next" doc:"Cursor of the next page; empty on the last"`
	Total int    `json:"total"`
}

// Move is one change of a talk's day, or of who holds it.
type Move struct {
	FromDay     *calendar.Date `json:"from_day,omitempty"`
	ToDay       *calendar.Date `json:"to_day,omitempty"`
	Reason      string         `json:"reason" enum:"business,meeting,leave,case,partner,not_held,replan,other"`
	FromTalker  string         `json:"from_talker,omitempty" doc:"Who was to hold it, where that changed: this talk took the place of theirs"`
	MovedByName string         `json:"moved_by_name"`
	MovedAt     time.Time      `json:"moved_at"`
}

// Cause is what made a talk due beside the year's plan.
type Cause struct {
	Kind       string        `json:"kind" enum:"post_change,transfer,commendation,discipline,hardship"`
	HappenedOn calendar.Date `json:"happened_on"`
}

// Detail is a talk with how it came to its day.
type Detail struct {
	Talk     Talk   `json:"talk"`
	Moves    []Move `json:"moves" doc:"The latest first"`
	Occasion *Cause `json:"occasion,omitempty"`
}

// Appointment is one of somebody's own talks, for their calendar and their desk.
type Appointment struct {
	ID        uuid.UUID      `json:"id"`
	Type      string         `json:"type" enum:"leader,committee,committee_member,member,post_change,transfer,commendation,discipline,hardship,ad_hoc"`
	TypeName  string         `json:"type_name"`
	OtherID   uuid.UUID      `json:"other_id"`
	OtherName string         `json:"other_name"`
	Talker    bool           `json:"talker" doc:"You hold it; otherwise the other one does"`
	Day       *calendar.Date `json:"day,omitempty" doc:"Planned for, or held on"`
	At        string         `json:"at,omitempty" doc:"15:04"`
	DueOn     calendar.Date  `json:"due_on"`
	Status    string         `json:"status" enum:"unplanned,planned,due,late,reported,confirmed"`
	ToConfirm bool           `json:"to_confirm" doc:"The other one says that it was held; you have not said so yet"`
	Version   int            `json:"version" doc:"Grows with each change"`
	Changed   time.Time      `json:"-"` // when it was made, moved, reported or confirmed last
}
