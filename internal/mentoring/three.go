package mentoring

import (
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// MenteeRole is the third in a pairing besides its two mentors.
const MenteeRole = "mentee"

// Stint is the time that somebody mentors in a pairing.
type Stint struct {
	MentorID uuid.UUID     `json:"mentor_id"`
	Name     string        `json:"name"`
	Role     string        `json:"role" enum:"political,professional"`
	From     calendar.Date `json:"from"`
	To       calendar.Date `json:"to" doc:"The last day"`
}

func (s Stint) covers(day calendar.Date) bool { return !day.Before(s.From) && !day.After(s.To) }

// overlaps says whether the stint has a day between two.
func (s Stint) overlaps(from, to calendar.Date) bool { return !s.From.After(to) && !s.To.Before(from) }

// three are the people of a pairing over its time, whoever was replaced among them.
type three struct {
	ID, Mentee uuid.UUID
	MenteeName string
	From, To   calendar.Date
	Stints     []Stint // by their first day
}

// standing is the day whose people speak for the pairing: today, or the nearest of its
// days.
func (t three) standing(today calendar.Date) calendar.Date {
	switch {
	case today.Before(t.From):
		return t.From
	case today.After(t.To):
		return t.To
	}
	return today
}

// mentor is who has a role on a day: the latest that began by then.
func (t three) mentor(role string, day calendar.Date) (last Stint) {
	for _, s := range t.Stints {
		if s.Role == role && !s.From.After(day) {
			last = s
		}
	}
	return last
}

// role is what the person is in the pairing on a day; empty for one who is not of it,
// or whom another mentor followed.
func (t three) role(person uuid.UUID, day calendar.Date) string {
	switch {
	case person == uuid.Nil:
		return ""
	case person == t.Mentee:
		return MenteeRole
	case t.mentor(Political, day).MentorID == person:
		return Political
	case t.mentor(Professional, day).MentorID == person:
		return Professional
	}
	return ""
}

// people are the three of a day.
func (t three) people(day calendar.Date) []Agreement {
	political, professional := t.mentor(Political, day), t.mentor(Professional, day)
	return []Agreement{{PersonID: t.Mentee, Name: t.MenteeName, Role: MenteeRole},
		{PersonID: political.MentorID, Name: political.Name, Role: Political},
		{PersonID: professional.MentorID, Name: professional.Name, Role: Professional}}
}

// ofYear refuses a year that the pairing has no day of.
func (t three) ofYear(year int) error {
	if year < t.From.Year || year > t.To.Year {
		return fault.Newf(fault.RuleBroken, "结对从%s到%s，不含 %d 年", t.From.Chinese(), t.To.Chinese(), year)
	}
	return nil
}

// speaks gives the actor's role, and refuses who is none of the three now.
func (t three) speaks(person uuid.UUID, today calendar.Date) (string, error) {
	if today.After(t.To) {
		return "", fault.New(fault.RuleBroken, "结对已经结束，内容保留供查看，不能再修改")
	}
	role := t.role(person, t.standing(today))
	if role == "" {
		return "", fault.New(fault.Forbidden, "您已不是这个结对的导师，可以查看，不能修改")
	}
	return role, nil
}
