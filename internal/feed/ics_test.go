package feed

import (
	"bytes"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"xianfeng/internal/calendar"
)

func day(t testing.TB, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// parsed reads a calendar as a program does, by UID.
func parsed(t testing.TB, body []byte) map[string]*ics.VEvent {
	t.Helper()
	c, err := ics.ParseCalendar(bytes.NewReader(body))
	if err != nil {
		t.Fatalf("%v\n%s", err, body)
	}
	out := map[string]*ics.VEvent{}
	for _, e := range c.Events() {
		out[e.Id()] = e
	}
	return out
}

func value(e *ics.VEvent, p ics.ComponentProperty) string {
	if v := e.GetProperty(p); v != nil {
		return v.Value
	}
	return ""
}

// wellFormed holds what RFC 5545 asks of lines: CRLF after each, at most 75 octets,
// no character cut in two, continued by one blank.
func wellFormed(t testing.TB, body []byte) {
	t.Helper()
	lines := strings.SplitAfter(string(body), "\n")
	if lines[len(lines)-1] != "" {
		t.Error("the last line is not ended")
	}
	for n, l := range lines[:len(lines)-1] {
		text, ok := strings.CutSuffix(l, "\r\n")
		if !ok || strings.ContainsAny(text, "\r\n") {
			t.Errorf("line %d does not end with CRLF: %q", n+1, l)
		}
		if len(text) > 75 || !utf8.ValidString(text) {
			t.Errorf("line %d: %d octets, %q", n+1, len(text), text)
		}
	}
	unfolded := strings.ReplaceAll(string(body), "\r\n ", "")
	for l := range strings.SplitSeq(strings.TrimSuffix(unfolded, "\r\n"), "\r\n") {
		if name, _, ok := strings.Cut(l, ":"); !ok || name == "" || strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ-=;/abcdefghijklmnopqrstuvwxyz") != "" {
			t.Errorf("no content line: %q", l)
		}
	}
}

func TestCalendarReadsBack(t *testing.T) {
	long := strings.Repeat("谈心谈话，按计划；", 12) + `末\尾`
	made := time.Date(2026, 1, 5, 9, 30, 0, 0, calendar.Shanghai)
	body, err := render([]Event{
		{UID: "b@xianfeng", Title: "全天", Day: day(t, "2026-11-30"), Sequence: 3},
		{UID: "a@xianfeng", Title: "谈心谈话", Named: "与李明谈心谈话", Day: day(t, "2026-11-24"), At: "09:15", Takes: 40 * time.Minute, Changed: made.Add(time.Hour)},
		{UID: "c@xianfeng", Title: long, Day: day(t, "2026-12-01")},
		{UID: "d@xianfeng", Title: "第一行\r\nATTENDEE:mailto:x@example.com\x00", Day: day(t, "2026-12-02")},
	}, false, made)
	if err != nil {
		t.Fatal(err)
	}
	wellFormed(t, body)
	text := string(body)
	for _, want := range []string{"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n", "METHOD:PUBLISH\r\n", "X-WR-TIMEZONE:Asia/Shanghai\r\n", "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\n",
		"TZOFFSETTO:+0800\r\n", "DTSTART;TZID=Asia/Shanghai:20261124T091500\r\n", "DTEND;TZID=Asia/Shanghai:20261124T095500\r\n",
		"DTSTART;VALUE=DATE:20261130\r\nDTEND;VALUE=DATE:20261201\r\n", "REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("without %q:\n%s", want, text)
		}
	}
	events := parsed(t, body)
	if len(events) != 4 {
		t.Fatalf("%d events", len(events))
	}
	a := events["a@xianfeng"]
	starts, err := a.GetStartAt()
	if err != nil || !starts.Equal(time.Date(2026, 11, 24, 9, 15, 0, 0, calendar.Shanghai)) {
		t.Errorf("starts %v %v", starts, err)
	}
	if value(a, ics.ComponentPropertyDtstamp) != "20260105T023000Z" || value(events["b@xianfeng"], ics.ComponentPropertyDtstamp) != "20260105T013000Z" {
		t.Errorf("stamps %s", text)
	}
	if value(a, ics.ComponentPropertySummary) != "谈心谈话" || value(events["b@xianfeng"], ics.ComponentPropertySequence) != "3" {
		t.Errorf("summary or sequence: %s", text)
	}
	if got := value(events["c@xianfeng"], ics.ComponentPropertySummary); got != long {
		t.Errorf("folded title reads %q", got)
	}
	if strings.Contains(text, "\nATTENDEE") || strings.Contains(text, "李明") {
		t.Error("a title ended its line, or a name came out unasked")
	}
	if strings.Index(text, "a@xianfeng") > strings.Index(text, "b@xianfeng") {
		t.Error("not in the order of days")
	}
	named, err := render([]Event{{UID: "a@xianfeng", Title: "谈心谈话", Named: "与李明谈心谈话", Day: day(t, "2026-11-24")}}, true, made)
	if err != nil || value(parsed(t, named)["a@xianfeng"], ics.ComponentPropertySummary) != "与李明谈心谈话" {
		t.Errorf("named: %v %s", err, named)
	}
	again, err := render(nil, true, made)
	if err != nil || len(parsed(t, again)) != 0 {
		t.Errorf("an empty calendar: %v %s", err, again)
	}
	wellFormed(t, again)
}

// FuzzTitles has whatever people call a type or a place come out as one title.
func FuzzTitles(f *testing.F) {
	for _, s := range []string{"谈心谈话", `a\n,;:"b`, "x\r\nEND:VEVENT\r\n", "\u2028\u2029\x7f", " 开头 空格 很多 " + strings.Repeat("长 ", 60), "<b>" + strings.Repeat("文", 90)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, title string) {
		if !utf8.ValidString(title) {
			return // the database keeps none
		}
		body, err := render([]Event{{UID: "x@xianfeng", Title: title, Day: calendar.NewDate(2026, 11, 24)}}, false, time.Unix(0, 0))
		if err != nil {
			t.Fatal(err)
		}
		wellFormed(t, body)
		events := parsed(t, body)
		if len(events) != 1 {
			t.Fatalf("%d events: %s", len(events), body)
		}
	})
}
