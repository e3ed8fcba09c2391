package mentoring

import (
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
)

// Young is a young cadre as the settings of the office have it (rule 25).
type Young struct {
	PersonID       uuid.UUID      `json:"person_id"`
	Name           string         `json:"name"`
	Pinyin         string         `json:"pinyin"`
	Initials       string         `json:"initials"`
	DepartmentID   uuid.UUID      `json:"-"`
	DepartmentName string         `json:"department_name"`
	Line           string         `json:"line"`
	Why            string         `json:"why" doc:"What makes a young cadre of them"`
	PairingID      *uuid.UUID     `json:"pairing_id,omitempty" doc:"The pairing they have, or will have"`
	PairedUntil    *calendar.Date `json:"paired_until,omitempty"`
	born, began    *calendar.Date
}

// MenteePage is who has or wants mentors.
type MenteePage struct {
	Items   []Young `json:"items"`
	Total   int     `json:"total"`
	Unknown int     `json:"unknown" doc:"People on the roll without a day of birth and of starting work: nobody can say whether they are young cadres"`
}

// full is how many years have passed; who was born on 29 February counts from the last
// of that month in other years, as PostgreSQL does.
func full(since, day calendar.Date) int {
	n := day.Year - since.Year
	on := min(since.Day, time.Date(day.Year, since.Month+1, 0, 0, 0, 0, 0, time.UTC).Day())
	if day.Month < since.Month || day.Month == since.Month && day.Day < on {
		n--
	}
	return n
}

// youth says in words what makes somebody a young cadre on a day; "" for who is none.
// Thirty-five counts until the day before the thirty-sixth birthday.
func youth(born, began *calendar.Date, day calendar.Date, set org.UnitSettings) string {
	var why []string
	if born != nil {
		if n := full(*born, day); n <= set.MenteeAge {
			why = append(why, fmt.Sprintf("%d 岁", n))
		}
	}
	if began != nil {
		if n := full(*began, day); n < set.MenteeYears {
			why = append(why, fmt.Sprintf("参加工作第 %d 年", max(n, 0)+1))
		}
	}
	return strings.Join(why, "，")
}
