package activity

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// Filter narrows a list of records. Zero fields do not.
type Filter struct {
	Text       string // in title, place, content and the names of who came
	Kind       string
	Category   string
	State      State
	Branch     uuid.UUID // organised by it or by one of its groups
	Group      uuid.UUID
	Department uuid.UUID
	Project    uuid.UUID
	Person     uuid.UUID // who was present, sat in, hosted, recorded or lectured
	From, To   calendar.Date
	Late       *bool
	NoQuorum   bool // below the quorum
	Sort       string
	Cursor     string
	Limit      int
}

// sorts are the ways a list can be sorted; a minus before one turns it around.
func sorts() []string { return []string{"starts_at", "title", "updated_at"} }

const (
	defaultLimit = 50
	maxLimit     = 200
	exportLimit  = 20000
	monthLimit   = 2000
)

// check puts a filter right, or refuses it.
func (f *Filter) check() error {
	f.Text = strings.ToLower(sheet.Clean(f.Text))
	if f.Limit < 1 || f.Limit > maxLimit {
		f.Limit = defaultLimit
	}
	if f.Sort == "" {
		f.Sort = "-starts_at"
	}
	if !slices.Contains(sorts(), strings.TrimPrefix(f.Sort, "-")) {
		return fault.Field("sort", "不能按这一列排序，可以按："+strings.Join(sorts(), "、"))
	}
	if !f.From.IsZero() && !f.To.IsZero() && f.To.Before(f.From) {
		return fault.Field("to", "截止日期早于开始日期，请改正")
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
	if err == nil && c.Sort != "title" && c.Sort != "-title" {
		_, err = time.Parse(time.RFC3339Nano, c.Key)
	}
	if err != nil || c.Sort != sort || strings.ContainsRune(c.Key, 0) {
		return cursor{}, fault.Field("cursor", "翻页参数不对，请回到第一页")
	}
	return c, nil
}

// key is the row's place in a list so sorted.
func (r Summary) key(sort string) string {
	switch strings.TrimPrefix(sort, "-") {
	case "title":
		return r.Title
	case "updated_at":
		return r.UpdatedAt.Format(time.RFC3339Nano)
	}
	return r.StartsAt.Format(time.RFC3339Nano)
}

// Day is a day of the calendar that the week alone does not tell.
type Day struct {
	Date calendar.Date    `json:"date"`
	Kind calendar.DayKind `json:"kind" enum:"holiday,workday"`
	Name string           `json:"name"`
}

// Month is the calendar of a month.
type Month struct {
	First calendar.Date `json:"first"`
	Last  calendar.Date `json:"last"`
	Days  []Day         `json:"days" doc:"Holidays and make-up days"`
	Items []Summary     `json:"items"`
}
