// Package study keeps what members note of their daily study for themselves (rule 32).
// A note is seen by nobody else and counted by nobody: there is no list of members, no
// sum, no reminder. The row is under row-level security and the text is sealed.
package study

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Note is a day of study.
type Note struct {
	Day       calendar.Date `json:"day"`
	Text      string        `json:"note" doc:"Empty: studied, nothing noted"`
	UpdatedAt time.Time     `json:"updated_at"`
}

// Bounds of notes.
const (
	longestNote = 2000 // characters
	// oldestNote is how many days back a day can still be noted.
	oldestNote = 366
)

var monthText = regexp.MustCompile(`^[0-9]{4}-(0[1-9]|1[0-2])$`)

// monthOf reads 2026-11 and gives its days; the running month where text is empty.
func monthOf(text string, today calendar.Date) (from, to calendar.Date, err error) {
	from = calendar.NewDate(today.Year, today.Month, 1)
	if text != "" {
		if !monthText.MatchString(text) {
			return from, to, fault.Field("month", "月份应写作 2026-11 的样式")
		}
		if from, err = calendar.ParseDate(text + "-01"); err != nil || !from.Valid() {
			return from, to, fault.Field("month", "月份应写作 2026-11 的样式")
		}
	}
	next := from.AddDays(31)
	return from, calendar.NewDate(next.Year, next.Month, 1).AddDays(-1), nil
}

// check reads a note as it was typed.
func check(day, today calendar.Date, text string) (string, error) {
	switch {
	case day.After(today):
		return "", fault.Field("day", "还没到这一天，请选择今天或以前的日期")
	case day.Before(today.AddDays(-oldestNote)):
		return "", fault.Field("day", "只能补记一年以内的学习")
	}
	text = strings.TrimSpace(text)
	if utf8.RuneCountInString(text) > longestNote {
		return "", fault.Field("note", fmt.Sprintf("最多 %d 字，请精简后再保存", longestNote))
	}
	if strings.ContainsRune(text, 0) {
		return "", fault.Field("note", "里面有无法保存的字符，请删去后再保存")
	}
	return text, nil
}
