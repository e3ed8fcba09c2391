package org

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

// Holiday is a day that the week alone does not tell.
type Holiday struct {
	Date calendar.Date    `json:"date"`
	Kind calendar.DayKind `json:"kind" enum:"holiday,workday"`
	Name string           `json:"name"`
}

// YearCalendar is a year's notice as the office counts by it.
type YearCalendar struct {
	Year       int        `json:"year"`
	Source     string     `json:"source" enum:"built_in,imported,none" doc:"none: weekends alone are off, and periods may end too early"`
	Days       []Holiday  `json:"days"`
	ImportedBy string     `json:"imported_by,omitempty"`
	ImportedAt *time.Time `json:"imported_at,omitempty"`
	Workdays   int        `json:"workdays" doc:"Of the whole year"`
}

// The sources of a year's days.
const (
	SourceBuiltIn  = "built_in"
	SourceImported = "imported"
	SourceNone     = "none"
)

// HolidayChange is a day that a new notice counts otherwise.
type HolidayChange struct {
	Date calendar.Date `json:"date"`
	From string        `json:"from" doc:"What it was, in words"`
	To   string        `json:"to"`
}

// HolidayPreview is what an import of a year's notice would do.
type HolidayPreview struct {
	Year     int             `json:"year"`
	Days     []Holiday       `json:"days"`
	Changes  []HolidayChange `json:"changes" doc:"Against the calendar of now"`
	Warnings []string        `json:"warnings"`
	Plan     string          `json:"plan" doc:"Sent back with the confirmation: what was shown is what is imported"`
}

// merged are the program's own days and the imported ones, which stand alone in
// their years.
func merged(imported []calendar.SpecialDay) []calendar.SpecialDay {
	years := map[int]bool{}
	for _, d := range imported {
		years[d.Date.Year] = true
	}
	days := slices.DeleteFunc(calendar.Official(), func(d calendar.SpecialDay) bool { return years[d.Date.Year] })
	return append(days, imported...)
}

func ofYear(days []calendar.SpecialDay, year int) []calendar.SpecialDay {
	return slices.DeleteFunc(slices.Clone(days), func(d calendar.SpecialDay) bool { return d.Date.Year != year })
}

func holidays(days []calendar.SpecialDay) []Holiday {
	out := make([]Holiday, len(days))
	for i, d := range days {
		out[i] = Holiday{d.Date, d.Kind, d.Name}
	}
	return out
}

func workdaysIn(w calendar.Workdays, year int) int {
	return w.WorkdaysBetween(calendar.NewDate(year-1, time.December, 31), calendar.NewDate(year, time.December, 31))
}

// yearCalendar puts together what holds in a year.
func yearCalendar(imported []calendar.SpecialDay, year int) YearCalendar {
	all := merged(imported)
	days := ofYear(all, year)
	out := YearCalendar{Year: year, Source: SourceBuiltIn, Days: holidays(days), Workdays: workdaysIn(calendar.NewWorkdays(all...), year)}
	switch {
	case len(ofYear(imported, year)) > 0:
		out.Source = SourceImported
	case len(days) == 0:
		out.Source = SourceNone
	}
	return out
}

// checkYear refuses rows of other years: importing a year replaces that year alone.
func checkYear(days []calendar.SpecialDay, year int) error {
	var others []string
	for _, d := range days {
		if d.Date.Year != year {
			others = append(others, d.Date.String())
		}
	}
	if len(others) == 0 {
		return nil
	}
	return fault.Field("file", fmt.Sprintf("以下日期不在 %d 年：%s。一次只导入一年，请删去这些行，或改选年份后再导入",
		year, strings.Join(others[:min(len(others), 10)], "、")))
}

func dayWords(w calendar.Workdays, d calendar.Date) string {
	words := "休息"
	if w.IsWorkday(d) {
		words = "上班"
	}
	if s, ok := w.Special(d); ok && s.Name != "" {
		words += "（" + s.Name + "）"
	}
	return words
}

// previewYear compares a year's notice with what holds now.
func previewYear(imported, days []calendar.SpecialDay, year int) HolidayPreview {
	others := slices.DeleteFunc(slices.Clone(imported), func(d calendar.SpecialDay) bool { return d.Date.Year == year })
	before, after := calendar.NewWorkdays(merged(imported)...), calendar.NewWorkdays(merged(append(others, days...))...)
	p := HolidayPreview{Year: year, Days: holidays(days), Changes: []HolidayChange{}, Warnings: []string{}}
	for d := calendar.NewDate(year, time.January, 1); d.Year == year; d = d.AddDays(1) {
		if from, to := dayWords(before, d), dayWords(after, d); from != to {
			p.Changes = append(p.Changes, HolidayChange{d, from, to})
		}
	}
	if off := count(days, calendar.Holiday); off < 7 || off > 60 {
		p.Warnings = append(p.Warnings, fmt.Sprintf("文件里有 %d 天放假，国务院办公厅的通知一年约有三十来天，请核对是否完整", off))
	}
	for _, d := range days {
		weekend := d.Date.Weekday() == time.Saturday || d.Date.Weekday() == time.Sunday
		if d.Kind == calendar.MakeUpDay && !weekend {
			p.Warnings = append(p.Warnings, d.Date.String()+" 本来就是工作日，却标为调休上班，请核对")
		}
	}
	sum := sha256.New()
	for _, part := range [][]calendar.SpecialDay{ofYear(imported, year), days} {
		for _, d := range part {
			_, _ = fmt.Fprintf(sum, "%s %s %q\n", d.Date, d.Kind, d.Name)
		}
		_, _ = fmt.Fprintln(sum, "--")
	}
	p.Plan = hex.EncodeToString(sum.Sum(nil))
	return p
}

// told is what changed as the audit log keeps it.
func (p HolidayPreview) told() []Change {
	out := make([]Change, len(p.Changes))
	for i, c := range p.Changes {
		out[i] = Change{c.Date.String(), c.Date.Chinese(), c.From, c.To}
	}
	return out
}

func count(days []calendar.SpecialDay, kind calendar.DayKind) int {
	n := 0
	for _, d := range days {
		if d.Kind == kind {
			n++
		}
	}
	return n
}
