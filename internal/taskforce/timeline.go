package taskforce

import (
	"encoding/base64"
	"encoding/json"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Moment is one thing on the time line of a taskforce.
type Moment struct {
	Day       calendar.Date `json:"day"`
	Type      string        `json:"type" enum:"proposed,approved,rejected,started,joined,office,left,activity,task,outcome,note,concluded,archived"`
	ID        uuid.UUID     `json:"id" doc:"Of the record, task, outcome or note; of others made up, to tell them apart"`
	Title     string        `json:"title"`
	Text      string        `json:"text,omitempty"`
	People    int           `json:"people,omitempty" doc:"Who came, of our own; who joined or left"`
	Outsiders int           `json:"outsiders,omitempty" doc:"Who came of partner units"`
	Author    *PersonRef    `json:"author,omitempty" doc:"Of a note"`
	Quantity  int64         `json:"quantity,omitempty" doc:"Of an outcome; fen of money"`
	Measure   string        `json:"measure,omitempty"`
	Money     bool          `json:"money,omitempty"`
	Files     []Attachment  `json:"files,omitempty" doc:"Pictures of a note, evidence of an outcome"`
	CanStrike bool          `json:"can_strike,omitempty"`
	ord       int
}

// Timeline is a page of it, newest first.
type Timeline struct {
	Items []Moment `json:"items"`
	Next  string   `json:"next,omitempty"`
}

// mark is where the next page of a list by day begins: after the row with this key.
type mark struct {
	Day calendar.Date `json:"d"`
	Ord int           `json:"o"`
	ID  uuid.UUID     `json:"i"`
}

func (m mark) String() string {
	b, err := json.Marshal(m)
	if err != nil {
		panic(err) // a date, a number and an id
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func parseMark(text string) (m mark, err error) {
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil || !m.Day.Valid() || m.ID == uuid.Nil {
		return mark{}, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return m, nil
}
