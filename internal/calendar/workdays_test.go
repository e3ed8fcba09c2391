package calendar

import (
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"
)

func day(t *testing.T, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestIsWorkday(t *testing.T) {
	w := NewWorkdays(Official()...)
	for _, c := range []struct {
		day  string
		want bool
		why  string
	}{
		{"2024-02-04", true, "Sunday worked for the Spring Festival"},
		{"2024-02-09", true, "the eve: the notice only encouraged leave; offices that closed import a row"},
		{"2024-09-14", true, "Saturday worked for Mid-Autumn"},
		{"2025-01-01", false, "New Year, a Wednesday"},
		{"2025-01-02", true, "no bridge in 2025"},
		{"2025-01-26", true, "Sunday worked"},
		{"2025-10-08", false, "eighth day of the joined holidays"},
		{"2025-10-11", true, "Saturday worked"},
		{"2026-01-02", false, "bridge Friday"},
		{"2026-01-04", true, "Sunday worked for it"},
		{"2026-02-14", true, "Saturday worked"},
		{"2026-02-23", false, "ninth day of the Spring Festival"},
		{"2026-02-24", true, "back at work"},
		{"2026-04-06", false, "Qingming Monday"},
		{"2026-06-19", false, "Dragon Boat"},
		{"2026-09-20", true, "Sunday worked for the National Day"},
		{"2026-10-10", true, "Saturday worked"},
		{"2026-11-21", false, "an ordinary Saturday"},
		{"2026-11-23", true, "an ordinary Monday"},
		{"2027-01-01", true, "no notice yet: weekends only"},
		{"2027-01-02", false, "a Saturday without notice"},
	} {
		if got := w.IsWorkday(day(t, c.day)); got != c.want {
			t.Errorf("%s: IsWorkday = %v, want %v (%s)", c.day, got, c.want, c.why)
		}
	}
}

func TestOfficialYears(t *testing.T) {
	w := NewWorkdays(Official()...)
	// Working days of the whole year.
	for year, want := range map[int]int{2024: 251, 2025: 248, 2026: 248} {
		if !w.Covers(year) {
			t.Errorf("%d: no notice", year)
		}
		if got := w.WorkdaysBetween(Date{year - 1, 12, 31}, Date{year, 12, 31}); got != want {
			t.Errorf("%d: %d working days, want %d", year, got, want)
		}
	}
	if w.Covers(2027) {
		t.Error("2027 has no notice yet")
	}
	for _, r := range Official() {
		if wd := r.Date.Weekday(); r.Kind == MakeUpDay && wd != time.Saturday && wd != time.Sunday {
			t.Errorf("%s is a weekday and needs no make-up row", r.Date)
		}
		if r.Name == "" {
			t.Errorf("%s has no name", r.Date)
		}
	}
	if s, ok := w.Special(Date{2025, 10, 6}); !ok || s.Name != "国庆节、中秋节" {
		t.Errorf("6 October 2025: %+v, %v", s, ok)
	}
}

func TestAddWorkdays(t *testing.T) {
	w := NewWorkdays(Official()...)
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-11-23", 0, "2026-11-23"},
		{"2026-11-22", 0, "2026-11-22"}, // a Sunday stays
		{"2026-11-20", 1, "2026-11-23"}, // over a weekend
		{"2026-11-21", 3, "2026-11-25"}, // an event on a Saturday
		{"2026-09-30", 3, "2026-10-10"}, // over the National Day and into its make-up Saturday
		{"2026-02-13", 2, "2026-02-24"},
		{"2026-10-10", -3, "2026-09-30"},
		{"2025-12-31", 1, "2026-01-04"}, // over the year's end, to a make-up Sunday
	} {
		from := day(t, c.from)
		got := w.AddWorkdays(from, c.n)
		if got.String() != c.want {
			t.Errorf("%s + %d = %s, want %s", c.from, c.n, got, c.want)
		}
	}
}

func TestWorkdaysBetweenUndoesAdd(t *testing.T) {
	w := NewWorkdays(Official()...)
	rapid.Check(t, func(t *rapid.T) {
		from := Date{2024, 1, 1}.AddDays(rapid.IntRange(0, 1200).Draw(t, "day"))
		n := rapid.IntRange(0, 60).Draw(t, "n")
		to := w.AddWorkdays(from, n)
		if got := w.WorkdaysBetween(from, to); got != n {
			t.Fatalf("%s to %s: %d, want %d", from, to, got, n)
		}
		if got := w.WorkdaysBetween(to, from); got != -n {
			t.Fatalf("%s back to %s: %d, want %d", to, from, got, -n)
		}
		if n > 0 && !w.IsWorkday(to) {
			t.Fatalf("%s is no working day", to)
		}
	})
}

func TestLaterRowHolds(t *testing.T) {
	eve := SpecialDay{Date{2024, 2, 9}, Holiday, "除夕"}
	w := NewWorkdays(append(Official(), eve)...)
	if w.IsWorkday(eve.Date) {
		t.Error("the office's own row did not hold")
	}
	if (Workdays{}).IsWorkday(Date{2026, 10, 1}) != true || (Workdays{}).Covers(2026) {
		t.Error("the zero Workdays knows weekends only")
	}
}

func TestParseSpecialDays(t *testing.T) {
	gbk, err := simplifiedchinese.GBK.NewEncoder().String("日期,类型,名称\r\n2027/1/1,放假,元旦\r\n")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		in   string
		want string // days, or part of the error
		ok   bool
	}{
		"plain":           {"date,kind,name\n2027-01-01,holiday,元旦\n", "2027-01-01 holiday 元旦", true},
		"columns shifted": {"序号,名称,日期,类型\n1,元旦,2027-01-01,holiday\n", "2027-01-01 holiday 元旦", true},
		"GBK from Excel":  {gbk, "2027-01-01 holiday 元旦", true},
		"byte order mark": {"\ufeff日期,类型,名称\n2027-01-03,上班,元旦\n", "2027-01-03 workday 元旦", true},
		"comment, blank":  {"# 通知\ndate,kind,name\n\n,,\n2027-01-01,holiday,\n", "2027-01-01 holiday ", true},
		"sorted":          {"date,kind,name\n2027-01-02,休,b\n2027-01-01,休,a\n", "2027-01-01 holiday a;2027-01-02 holiday b", true},
		"empty":           {"", "文件是空的", false},
		"heading only":    {"date,kind,name\n", "没有日期", false},
		"no kind column":  {"date,name\n2027-01-01,元旦\n", "缺少“类型”列", false},
		"bad day":         {"date,kind,name\n2027-02-30,holiday,x\n", "第 2 行：日期“2027-02-30”", false},
		"far year":        {"date,kind,name\n9999-01-01,holiday,x\n", "1900 年至 2199 年", false},
		"bad kind":        {"date,kind,name\n2027-01-01,maybe,x\n", "第 2 行：类型“maybe”", false},
		"day twice":       {"date,kind,name\n2027-01-01,holiday,x\n2027-01-01,workday,x\n", "第 3 行：2027-01-01 在第 2 行已出现", false},
		"short row":       {"date,kind,name\n2027-01-01\n", "列数不够", false},
		"too large":       {"date,kind,name\n" + strings.Repeat("#", maxNoticeBytes), "超过 1 MB", false},
	} {
		t.Run(name, func(t *testing.T) {
			days, err := ParseSpecialDays(strings.NewReader(c.in))
			if !c.ok {
				if err == nil || !strings.Contains(err.Error(), c.want) {
					t.Fatalf("error %v, want %q", err, c.want)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, d := range days {
				got = append(got, d.Date.String()+" "+string(d.Kind)+" "+d.Name)
			}
			if s := strings.Join(got, ";"); s != c.want {
				t.Errorf("%q, want %q", s, c.want)
			}
		})
	}
}

func TestParseSpecialDaysNamesEachBadLine(t *testing.T) {
	_, err := ParseSpecialDays(strings.NewReader("date,kind,name\nx,holiday,a\n2027-01-01,y,b\n"))
	if err == nil || !strings.Contains(err.Error(), "第 2 行") || !strings.Contains(err.Error(), "第 3 行") {
		t.Errorf("both lines should be named: %v", err)
	}
}

func FuzzParseSpecialDays(f *testing.F) {
	f.Add("date,kind,name\n2027-01-01,holiday,元旦\n")
	f.Add("\ufeff日期,类型,名称\n2027/1/3,上班,\"元\"\"旦\"\n")
	f.Fuzz(func(t *testing.T, in string) {
		days, err := ParseSpecialDays(strings.NewReader(in))
		if err == nil {
			NewWorkdays(days...)
		} else if len(days) > 0 {
			t.Fatalf("days beside the error %v", err)
		}
	})
}
