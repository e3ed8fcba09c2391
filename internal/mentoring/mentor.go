package mentoring

import (
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

const maxStrengths = 200

// Mentor is somebody in the pool, as of a day.
type Mentor struct {
	PersonID       uuid.UUID `json:"person_id"`
	Name           string    `json:"name"`
	Pinyin         string    `json:"pinyin"`
	Initials       string    `json:"initials"`
	DepartmentID   uuid.UUID `json:"-"`
	DepartmentName string    `json:"department_name"`
	Line           string    `json:"line" doc:"Business line of the department; its own name where none is set"`
	Political      bool      `json:"political" doc:"Listed as a political mentor"`
	Professional   bool      `json:"professional" doc:"Listed as a professional mentor"`
	Strengths      string    `json:"strengths"`
	Here           bool      `json:"here" doc:"On the roll"`
	FullMember     bool      `json:"full_member" doc:"A full Party member, which political mentors are"`
	PartyYears     int       `json:"party_years"`
	WorkYears      int       `json:"work_years"`
	Mentees        int       `json:"mentees" doc:"The most at a time in the span asked for"`
	Room           int       `json:"room" doc:"How many more they may take"`
}

// unfit says why somebody cannot mentor in a role, in words that follow their name; ""
// for who can. How many they have is Room's matter.
func (m Mentor) unfit(role string) string {
	switch {
	case !m.Here:
		return "不在册"
	case role == Political && !m.Political, role == Professional && !m.Professional:
		return "没有列为" + roleName(role)
	case role == Political && !m.FullMember:
		return "不是正式党员，不能任政治导师"
	}
	return ""
}

// MentorInput is how somebody is put into the pool.
type MentorInput struct {
	Political    bool   `json:"political"`
	Professional bool   `json:"professional"`
	Strengths    string `json:"strengths" maxLength:"200"`
}

func (in *MentorInput) check() error {
	in.Strengths = sheet.Clean(in.Strengths)
	if !in.Political && !in.Professional {
		return fault.Field("political", "请至少选一类：政治导师或业务导师")
	}
	if utf8.RuneCountInString(in.Strengths) > maxStrengths {
		return fault.Field("strengths", "特长请写在 200 字以内")
	}
	return nil
}

// MentorFilter narrows the pool.
type MentorFilter struct {
	Text string // in name, pinyin or initials
	Role string
}

// Line is the business line of a department.
type Line struct {
	DepartmentID   uuid.UUID `json:"department_id"`
	DepartmentName string    `json:"department_name"`
	Line           string    `json:"line" doc:"Empty: the department is a line of its own"`
}

// LineInput sets one.
type LineInput struct {
	DepartmentID uuid.UUID `json:"department_id"`
	Line         string    `json:"line" maxLength:"40"`
}
