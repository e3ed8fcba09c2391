// Package life gathers what the office's records tell of one person, as far as the
// viewer may see each kind of them, on one time line. It writes nothing.
package life

import (
	"encoding/base64"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// The kinds of lines. Each line is of one kind: what an activity brought stands on the
// line of the activity.
const (
	Activities  = "activity"   // confirmed ones: came, hosted, lectured or recorded
	Points      = "points"     // entries of what is no activity on this line
	Honours     = "honour"     // one's own, and those of one's pair
	Secondments = "secondment" // to taskforces, with the office held there
	Appraisals  = "appraisal"  // of taskforces that ended
	Mentoring   = "mentoring"  // pairings, terms of mentors, confirmed activities of pairs
	Talks       = "talk"       // that one took place, and nothing else of it
	Moves       = "move"       // branch and group, department, positions
)

// kind is a kind of line with the permission that bounds it.
type kind struct {
	name string
	need access.Need
}

// kinds are all of them in the order that pages offer them. A secondment is a dated
// place of the person like a position, so that it goes with the roll.
func kinds() []kind {
	need := func(resource string) access.Need { return access.Need{Resource: resource, Action: "read"} }
	return []kind{
		{Activities, need("activity")}, {Points, need("ledger")}, {Honours, need("honour")}, {Secondments, need("people")},
		{Appraisals, need("appraisal")}, {Mentoring, need("mentoring")}, {Talks, need("talk")}, {Moves, need("people")},
	}
}

// Line is one thing of somebody's life in the office.
type Line struct {
	ID      uuid.UUID      `json:"id"`
	Kind    string         `json:"kind" enum:"activity,points,honour,secondment,appraisal,mentoring,talk,move"`
	Ref     uuid.UUID      `json:"ref_id" doc:"What opens: the record, entry, honour, taskforce, appraisal or pairing; of other kinds the id"`
	Day     calendar.Date  `json:"day"`
	Until   *calendar.Date `json:"until,omitempty" doc:"Its last day, of what lasts"`
	Title   string         `json:"title"`
	Text    string         `json:"text,omitempty"`
	Minutes *int           `json:"minutes,omitempty" doc:"Of volunteering, as they count"`
	Points  *int           `json:"points,omitempty" doc:"Hundredths that it brought, where you may open that ledger"`
}

// Timeline is a stretch of somebody's time line, the newest first.
type Timeline struct {
	PersonID uuid.UUID `json:"person_id"`
	Name     string    `json:"name"`
	Kinds    []string  `json:"kinds" doc:"Those that you have a permission for; lines of others are not here"`
	Items    []Line    `json:"items"`
	Next     string    `json:"next" doc:"Cursor of the next page, or empty"`
}

// Filter narrows a time line.
type Filter struct {
	Kind   string // empty: all
	Cursor string
	Limit  int

	after struct {
		day calendar.Date
		id  uuid.UUID
	}
}

// Bounds of a page.
const (
	defaultLimit = 50
	maxLimit     = 100
)

func (f *Filter) check() error {
	if f.Limit < 1 || f.Limit > maxLimit {
		f.Limit = defaultLimit
	}
	if f.Kind != "" && !slices.ContainsFunc(kinds(), func(k kind) bool { return k.name == f.Kind }) {
		return fault.Field("kind", "没有这一类记录，请重新选择")
	}
	f.after.day, f.after.id = calendar.NewDate(9999, 12, 31), uuid.Max
	if f.Cursor == "" {
		return nil
	}
	bad := fault.Field("cursor", "翻页参数不对，请回到第一页")
	text, err := base64.RawURLEncoding.DecodeString(f.Cursor)
	day, id, found := strings.Cut(string(text), "\n")
	if err != nil || !found {
		return bad
	}
	if f.after.day, err = calendar.ParseDate(day); err != nil {
		return bad
	}
	if f.after.id, err = uuid.Parse(id); err != nil {
		return bad
	}
	return nil
}

func cursorOf(l Line) string {
	return base64.RawURLEncoding.EncodeToString([]byte(l.Day.String() + "\n" + l.ID.String()))
}
