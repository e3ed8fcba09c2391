package talk

import (
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Pattern says on which days a deputy meets a department in the morning.
type Pattern struct {
	ID             uuid.UUID      `json:"id"`
	DeputyID       uuid.UUID      `json:"deputy_id"`
	DeputyName     string         `json:"deputy_name"`
	DepartmentID   uuid.UUID      `json:"department_id"`
	DepartmentName string         `json:"department_name"`
	Weekdays       []int          `json:"weekdays" doc:"Monday is 1"`
	StartsAt       string         `json:"starts_at" doc:"08:20"`
	ValidFrom      calendar.Date  `json:"valid_from"`
	ValidTo        *calendar.Date `json:"valid_to,omitempty" doc:"The last day"`
}

// PatternInput arranges morning meetings.
type PatternInput struct {
	Deputy     uuid.UUID     `json:"deputy_id"`
	Department uuid.UUID     `json:"department_id"`
	Weekdays   []int         `json:"weekdays" minItems:"1" maxItems:"5" doc:"Monday is 1, Friday 5"`
	StartsAt   string        `json:"starts_at" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"08:20"`
	From       calendar.Date `json:"from"`
}

func (in *PatternInput) check() error {
	in.Weekdays = slices.Clone(in.Weekdays)
	slices.Sort(in.Weekdays)
	in.Weekdays = slices.Compact(in.Weekdays)
	if len(in.Weekdays) == 0 || in.Weekdays[0] < 1 || in.Weekdays[len(in.Weekdays)-1] > 5 {
		return fault.Field("weekdays", "请在周一到周五中选择")
	}
	if _, err := time.Parse(hourForm, in.StartsAt); err != nil {
		return fault.Field("starts_at", "时间应写作 08:20 的样式")
	}
	return nil
}

// weekdayNames writes weekdays as people do: 周一、周四.
func weekdayNames(days []int) string {
	names := make([]string, len(days))
	for i, d := range days {
		names[i] = "周" + []string{"日", "一", "二", "三", "四", "五", "六"}[d%7]
	}
	return strings.Join(names, "、")
}

// The states of a morning meeting.
const (
	MorningHeld    = "held"
	MorningDue     = "due" // today, or over while its record may still be filed in time (rule 6)
	MorningMissed  = "missed"
	MorningPlanned = "planned"
)

// Morning is one morning meeting.
type Morning struct {
	Day            calendar.Date `json:"day"`
	StartsAt       string        `json:"starts_at" doc:"08:20"`
	DeputyID       uuid.UUID     `json:"deputy_id"`
	DeputyName     string        `json:"deputy_name"`
	DepartmentID   uuid.UUID     `json:"department_id"`
	DepartmentName string        `json:"department_name"`
	RecordID       *uuid.UUID    `json:"record_id,omitempty" doc:"Among the activities"`
	Status         string        `json:"status" enum:"held,due,missed,planned"`
}

// occurrences lays patterns over the working days from one day to another, and the
// records over that. A record fills the meeting of its own day and department, that of
// its host first; one on another day than arranged is shown beside. inTime is the
// earliest day whose record would still be filed in time.
func occurrences(patterns []Pattern, held []Held, days calendar.Workdays, from, to, today, inTime calendar.Date) []Morning {
	out := []Morning{}
	used := make([]bool, len(held))
	take := func(day calendar.Date, p Pattern, host bool) *uuid.UUID {
		for i, h := range held {
			if !used[i] && h.Department == p.DepartmentID && calendar.DateOf(h.StartsAt) == day && (!host || h.Host == p.DeputyID) {
				used[i] = true
				return &held[i].Record
			}
		}
		return nil
	}
	at := func(day calendar.Date, p Pattern) Morning {
		return Morning{Day: day, StartsAt: p.StartsAt, DeputyID: p.DeputyID, DeputyName: p.DeputyName,
			DepartmentID: p.DepartmentID, DepartmentName: p.DepartmentName}
	}
	inForce := func(p Pattern, day calendar.Date) bool {
		return !p.ValidFrom.After(day) && (p.ValidTo == nil || !p.ValidTo.Before(day))
	}
	for day := from; !day.After(to); day = day.AddDays(1) {
		if !days.IsWorkday(day) {
			continue
		}
		first := len(out)
		var its []Pattern
		for _, p := range patterns {
			if inForce(p, day) && slices.Contains(p.Weekdays, int(day.Weekday())) {
				m := at(day, p)
				m.RecordID = take(day, p, true)
				out, its = append(out, m), append(its, p)
			}
		}
		for i := range its {
			m := &out[first+i]
			if m.RecordID == nil {
				m.RecordID = take(day, its[i], false)
			}
			switch {
			case m.RecordID != nil:
				m.Status = MorningHeld
			case day.After(today):
				m.Status = MorningPlanned
			case day.Before(inTime):
				m.Status = MorningMissed
			default:
				m.Status = MorningDue
			}
		}
	}
	for i, h := range held {
		day := calendar.DateOf(h.StartsAt)
		if used[i] {
			continue
		}
		of := slices.IndexFunc(patterns, func(p Pattern) bool {
			return inForce(p, day) && p.DepartmentID == h.Department && p.DeputyID == h.Host
		})
		if of < 0 {
			of = slices.IndexFunc(patterns, func(p Pattern) bool { return inForce(p, day) && p.DepartmentID == h.Department })
		}
		if of >= 0 {
			m := at(day, patterns[of])
			m.StartsAt, m.RecordID, m.Status = h.StartsAt.In(calendar.Shanghai).Format(hourForm), &held[i].Record, MorningHeld
			out = append(out, m)
		}
	}
	slices.SortStableFunc(out, func(a, b Morning) int {
		if c := a.Day.Compare(b.Day); c != 0 {
			return c
		}
		return strings.Compare(a.StartsAt, b.StartsAt)
	})
	return out
}
