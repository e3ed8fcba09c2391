package org

import (
	"context"
	"strings"
	"testing"
	"time"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
)

const notice2027 = `日期,类型,名称
2027/1/1,放假,元旦
2027-02-05,放假,春节
2027-02-06,放假,春节
2027-02-07,放假,春节
2027-02-08,放假,春节
2027-02-09,放假,春节
2027-02-10,放假,春节
2027-02-14,上班,春节
`

func TestMerged(t *testing.T) {
	jan := calendar.NewDate(2026, time.January, 2) // a holiday by the program's own notice
	if w := calendar.NewWorkdays(merged(nil)...); w.IsWorkday(jan) {
		t.Fatal("2026-01-02 is worked by the program's own notice")
	}
	imported := []calendar.SpecialDay{{Date: calendar.NewDate(2026, time.January, 1), Kind: calendar.Holiday, Name: "元旦"}}
	w := calendar.NewWorkdays(merged(imported)...)
	if !w.IsWorkday(jan) || w.IsWorkday(calendar.NewDate(2025, time.January, 1)) {
		t.Error("an imported year stands alone, and no other year changes")
	}
}

func TestHolidayPreview(t *testing.T) {
	days, err := readYear([]byte(notice2027), 2027)
	if err != nil {
		t.Fatal(err)
	}
	p := previewYear(nil, days, 2027)
	if len(p.Days) != 8 || len(p.Changes) != 8 || len(p.Warnings) != 0 || p.Changes[0].From != "上班" || p.Changes[0].To != "休息（元旦）" {
		t.Errorf("%+v", p)
	}
	if again := previewYear(days, days, 2027); len(again.Changes) != 0 || again.Plan == p.Plan {
		t.Errorf("%+v", again)
	}
	odd, err := readYear([]byte("date,kind,name\n2027-02-15,workday,春节\n"), 2027) // a Monday
	if err != nil {
		t.Fatal(err)
	}
	if p := previewYear(nil, odd, 2027); len(p.Warnings) != 2 {
		t.Errorf("%v", p.Warnings)
	}
	for name, c := range map[string]struct{ file, words string }{
		"another year":   {"date,kind,name\n2026-01-01,holiday,x\n2027-01-01,holiday,x\n", "2026-01-01"},
		"no such day":    {"date,kind,name\n2027-02-30,holiday,x\n", "第 2 行"},
		"no such kind":   {"date,kind,name\n2027-01-01,holiday,x\n2027-01-02,party,x\n", "第 3 行"},
		"a day twice":    {"date,kind,name\n2027-01-01,holiday,x\n2027-1-1,workday,x\n", "第 3 行"},
		"no heading":     {"2027-01-01,holiday,x\n", "日期"},
		"an empty file":  {"", "空"},
		"a workbook":     {"PK\x03\x04\x00\x00", ""},
		"a heading only": {"date,kind,name\n", "没有日期"},
	} {
		_, err := readYear([]byte(c.file), 2027)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), c.words) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestHolidays(t *testing.T) {
	ctx, o := context.Background(), newDesk(t)
	by, scope := o.emptyOffice()
	source := func(year int, want string) YearCalendar {
		t.Helper()
		c, err := o.Calendar(ctx, scope, year)
		if err != nil || c.Source != want {
			t.Errorf("%d is %s, want %s (%v)", year, c.Source, want, err)
		}
		return c
	}
	if c := source(2026, SourceBuiltIn); c.Workdays < 245 || c.Workdays > 252 {
		t.Errorf("%d working days", c.Workdays)
	}
	if c := source(2027, SourceNone); c.Workdays != 261 {
		t.Errorf("%d working days", c.Workdays)
	}
	p, err := o.PreviewHolidays(ctx, scope, 2027, []byte(notice2027))
	if err != nil {
		t.Fatal(err)
	}
	source(2027, SourceNone) // a preview writes nothing
	_, err = o.ImportHolidays(ctx, by, scope, 2027, []byte(notice2027), "what was not shown")
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	_, err = o.ImportHolidays(ctx, by, access.Scope{}, 2027, []byte(notice2027), p.Plan)
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("%v", err)
	}
	c, err := o.ImportHolidays(ctx, by, scope, 2027, []byte(notice2027), p.Plan)
	if err != nil || c.Source != SourceImported || len(c.Days) != 8 || c.ImportedBy != by.Name || c.ImportedAt == nil || c.Workdays != 261-5+1 {
		t.Fatalf("%+v, %v", c, err)
	}
	w, err := Workdays(ctx, o.db, by.Unit)
	if err != nil || !w.Covers(2027) || w.IsWorkday(calendar.NewDate(2027, time.February, 8)) || !w.IsWorkday(calendar.NewDate(2027, time.February, 14)) ||
		w.IsWorkday(calendar.NewDate(2026, time.January, 1)) {
		t.Errorf("not what was imported: %v", err)
	}
	// A corrected notice replaces the year whole.
	corrected := "date,kind,name\n2027-01-01,holiday,元旦\n"
	if p, err = o.PreviewHolidays(ctx, scope, 2027, []byte(corrected)); err != nil || len(p.Changes) != 7 {
		t.Fatalf("%+v, %v", p, err)
	}
	if c, err = o.ImportHolidays(ctx, by, scope, 2027, []byte(corrected), p.Plan); err != nil || len(c.Days) != 1 {
		t.Fatalf("%+v, %v", c, err)
	}
	if c, err = o.RemoveHolidays(ctx, by, scope, 2027); err != nil || c.Source != SourceNone {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err = o.RemoveHolidays(ctx, by, scope, 2027); !fault.Is(err, fault.Conflict) {
		t.Errorf("%v", err)
	}
	var n int
	if err := o.db.NewRaw(`SELECT count(*) FROM audit_entries WHERE action IN ('holidays.import', 'holidays.remove')`).Scan(ctx, &n); err != nil || n != 3 {
		t.Errorf("%d audit rows, %v", n, err)
	}
}
