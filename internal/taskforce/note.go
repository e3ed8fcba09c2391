package taskforce

import (
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Note is a line of the time line that nothing else tells (纪实).
type Note struct {
	ID        uuid.UUID     `json:"id"`
	Day       calendar.Date `json:"day"`
	Text      string        `json:"text"`
	WrittenBy PersonRef     `json:"written_by"`
}

// checkNote puts the text of a note right; began is the taskforce's first day.
func checkNote(day, began, today calendar.Date, text string) (string, error) {
	text = strings.TrimSpace(text)
	var bad []fault.Detail
	if !worded(text, 1000) {
		bad = append(bad, fault.Detail{Field: "text", Message: "请写下发生了什么，不超过 1000 个字"})
	}
	switch {
	case !day.Valid():
		bad = append(bad, fault.Detail{Field: "day", Message: "请填写日期"})
	case day.Before(began):
		bad = append(bad, fault.Detail{Field: "day", Message: "不能早于成立日期 " + began.Chinese()})
	case day.After(today):
		bad = append(bad, fault.Detail{Field: "day", Message: "日期不能晚于今天"})
	}
	return text, fault.Fields(bad)
}
