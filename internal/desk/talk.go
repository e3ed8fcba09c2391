package desk

import (
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
)

// The states of a talk, as they are kept.
const (
	talkPlanned  = "planned"
	talkReported = "reported"
)

// talkSoon is how many days before its last day a talk is called due, as talks do.
const talkSoon = 7

// OwnTalks are somebody's own talks that ask for something: this week's, those that are
// due or late, and those that the other one reported.
type OwnTalks struct {
	Items     []OwnTalk `json:"items" doc:"To confirm first, then by day"`
	Total     int       `json:"total"`
	Late      int       `json:"late" doc:"Of them"`
	ToConfirm int       `json:"to_confirm" doc:"Of them"`
}

// OwnTalk is one of somebody's own talks in one line: with whom, when and of what type.
type OwnTalk struct {
	ID         uuid.UUID      `json:"id"`
	TypeName   string         `json:"type_name"`
	OtherName  string         `json:"other_name"`
	Talker     bool           `json:"talker" doc:"You hold it; otherwise the other one does"`
	Day        *calendar.Date `json:"day,omitempty" doc:"Planned for, or held on"`
	At         string         `json:"at,omitempty" doc:"15:04"`
	DueOn      calendar.Date  `json:"due_on" doc:"Last day"`
	Status     string         `json:"status" enum:"planned,due,late,unplanned,reported"`
	ToConfirm  bool           `json:"to_confirm" doc:"The other one says that it was held"`
	Version    int            `json:"version" doc:"To send with a change"`
	State      string         `json:"-"`
	ReportedOn *calendar.Date `json:"-"`
}

// judge says how the talk stands on a day.
func (t *OwnTalk) judge(today calendar.Date) {
	switch {
	case t.State != talkPlanned:
		t.Status = t.State
	case today.After(t.DueOn):
		t.Status = "late"
	case t.Day == nil:
		t.Status = "unplanned"
	case !t.Day.After(today), !t.DueOn.After(today.AddDays(talkSoon)):
		t.Status = "due"
	default:
		t.Status = "planned"
	}
}

func (t OwnTalk) reminder(kind string) Reminder {
	return Reminder{Kind: kind, Name: t.TypeName, Who: t.OtherName, Day: t.Day, At: t.At, TalkID: &t.ID}
}

// maxTalks is how many the desk lists.
const maxTalks = 8

// ofTheDesk narrows the talks to those that the page shows.
func ofTheDesk(all []OwnTalk, today calendar.Date) OwnTalks {
	out := OwnTalks{Items: []OwnTalk{}}
	sunday := monday(today).AddDays(6)
	for _, t := range all {
		week := t.State == talkPlanned && t.Day != nil && !t.Day.After(sunday)
		if !t.ToConfirm && !week && t.Status != "due" && t.Status != "late" {
			continue
		}
		out.Total++
		if t.Status == "late" {
			out.Late++
		}
		if t.ToConfirm {
			out.ToConfirm++
		}
		out.Items = append(out.Items, t)
	}
	slices.SortStableFunc(out.Items, func(a, b OwnTalk) int {
		if a.ToConfirm != b.ToConfirm {
			if a.ToConfirm {
				return -1
			}
			return 1
		}
		return a.sortDay().Compare(b.sortDay())
	})
	out.Items = out.Items[:min(len(out.Items), maxTalks)]
	return out
}

func (t OwnTalk) sortDay() calendar.Date {
	if t.Day != nil {
		return *t.Day
	}
	return t.DueOn
}
