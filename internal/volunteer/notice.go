package volunteer

import (
	"fmt"
	"strconv"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/notice"
)

// Noticed answers putting hours on public notice.
type Noticed struct {
	NoticeID       uuid.UUID     `json:"notice_id" format:"uuid"`
	People         int           `json:"people"`
	Participations int           `json:"participations"`
	Minutes        int           `json:"minutes"`
	LastDay        calendar.Date `json:"last_day"`
}

// toNotice is a participation that may be put up.
type toNotice struct {
	person, branch   uuid.UUID // the branch of today, whose committee decides about objections
	name, branchName string
	record           uuid.UUID
	minutes, counted int
}

// noticeItems gathers participations, ordered by person, into one line for each. A
// line's subject is its own: somebody may lie open on two notices, with other records.
func noticeItems(rows []toNotice, id func() uuid.UUID) (items []notice.Item, minutes int) {
	n, sum := 0, 0
	for i, r := range rows {
		n++
		sum += r.counted
		minutes += r.counted
		if i+1 < len(rows) && rows[i+1].person == r.person {
			continue
		}
		items = append(items, notice.Item{Subject: id(), Person: r.person, Branch: r.branch, Title: r.name,
			Cells: []string{r.name, r.branchName, strconv.Itoa(n), hours(sum)}})
		n, sum = 0, 0
	}
	return items, minutes
}

// hours writes minutes as hours, with at most two decimals.
func hours(minutes int) string {
	text := strconv.FormatFloat(float64(minutes)/60, 'f', 2, 64)
	for text[len(text)-1] == '0' {
		text = text[:len(text)-1]
	}
	if text[len(text)-1] == '.' {
		text = text[:len(text)-1]
	}
	return text
}

// outcomeOf is what a notice's outcome means for the hours on it.
func outcomeOf(outcome string) (string, error) {
	switch outcome {
	case notice.Passed:
		return "passed", nil
	case notice.Upheld:
		return "failed", nil
	case notice.Withdrawn, notice.Cancelled:
		return "cancelled", nil
	}
	return "", fmt.Errorf("hours: notice outcome %q", outcome)
}
