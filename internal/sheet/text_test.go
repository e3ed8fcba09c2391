package sheet

import (
	"strings"
	"testing"
)

func TestParseDate(t *testing.T) {
	for in, want := range map[string]string{
		"2026.3.5": "2026-03-05", "2026/3/5": "2026-03-05", "2026-03-05": "2026-03-05", "2026年3月5日": "2026-03-05",
		"20260305": "2026-03-05", " 2026 年 3 月 5 日 ": "2026-03-05", "2026年3月5号": "2026-03-05", "2026。3。5": "2026-03-05", "2026、3、5": "2026-03-05",
		"２０２６.３.５": "2026-03-05", "２０２６．３．５": "2026-03-05", "２０２６／０３／０５": "2026-03-05", "2026.03.05.": "2026-03-05",
		"2026-03-05 00:00:00": "2026-03-05", "2026/3/1 10:00": "2026-03-01", "2026-03-05T08:30:00Z": "2026-03-05", "2026-03-05T08:30:00.000+08:00": "2026-03-05",
		"2026.3": "2026-03-01 month", "2026年3月": "2026-03-01 month", "2026年3月份": "2026-03-01 month", "2026-12": "2026-12-01 month", "202603": "2026-03-01 month",
		"46086": "2026-03-05", "42223": "2015-08-07", "46086.75": "2026-03-05",
		"二〇二六年三月五日": "2026-03-05", "二○二六年十二月二十一日": "2026-12-21", "二零二六年十月三十日": "2026-10-30", "二〇二六年二月": "2026-02-01 month",
		"一九八五年十一月廿一日": "1985-11-21", "一九八五年一月卅日": "1985-01-30", "2026年三月十日": "2026-03-10",
		"2024.2.29": "2024-02-29", "1949.5.1": "1949-05-01", "1940-06-01": "1940-06-01",
		// refused, and why
		"2026.2.30": "没有这一天", "2026.2.29": "没有这一天", "2026.13.1": "没有这个月份", "2026.0.1": "没有这个月份", "2026.1.0": "没有这一天",
		"二〇二六年三月五十日": "没有这一天", "1800.1.1": "年份不合理", "9999-12-31": "年份不合理", "20261305": "没有这个月份",
		"26.3.5": "四位", "85.4": "四位", "3/5/2026": "顺序", "2026": "只有年份", "": "不是日期", "无": "不是日期", "三月五日": "不是日期",
		"2026.3.5至今": "不是日期", "0": "不是日期", "00000": "不是日期", "-1": "不是日期", "1e5": "不是日期", "=TODAY()": "不是日期", strings.Repeat("2", 500): "不是日期",
	} {
		d, err := ParseDate(in, Since1900)
		got := d.Date.String()
		if d.MonthOnly {
			got += " month"
		}
		if err != nil {
			if got = err.Error(); strings.Contains(got, want) {
				continue
			}
		}
		if got != want {
			t.Errorf("%q reads as %q, want %q", in, got, want)
		}
	}
	if d, err := ParseDate("40761", Since1904); err != nil || d.Date.String() != "2015-08-07" {
		t.Errorf("1904: %v %v", d, err)
	}
}

func TestTexts(t *testing.T) {
	for _, c := range []struct{ what, got, want string }{
		{"clean", Clean(" 　Ａ１２\u00a0\u200b b，（甲）\n"), "A12 b，（甲）"},
		{"name", CleanName(" 张　 三 "), "张三"},
		{"long name", CleanName("阿卜杜拉•买买提"), "阿卜杜拉·买买提"},
		{"latin name", CleanName("John  Smith"), "John Smith"},
		{"key", Key("姓  名\n（ＡＢ）"), "姓名(ab)"},
		{"formula", Escape("=1+1"), "'=1+1"}, {"plus", Escape("+86"), "'+86"}, {"minus", Escape("-1"), "'-1"}, {"at", Escape("@x"), "'@x"},
		{"tab", Escape("\tx"), "'\tx"}, {"cr", Escape("\rx"), "'\rx"}, {"nul", Escape("\x00x\x01"), "'x"}, {"wide", Escape("＝1"), "'＝1"},
		{"harmless", Escape("a=1"), "a=1"}, {"back", Unescape("'=1+1"), "=1+1"}, {"quote", Unescape("'x"), "'x"},
		{"hundredths", FormatHundredths(150) + FormatHundredths(-5) + FormatHundredths(200), "1.5-0.052"},
	} {
		if c.got != c.want {
			t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
		}
	}
	for _, s := range []string{"", " ", "—", "——", "－", "-", "无", "/", "N/A", "暂无", "　"} {
		if !IsNone(s) {
			t.Errorf("%q is something", s)
		}
	}
	for _, s := range []string{"无锡", "0", "a", "张"} {
		if IsNone(s) {
			t.Errorf("%q is nothing", s)
		}
	}
}

func TestNumbers(t *testing.T) {
	for in, want := range map[string]int64{"1": 100, "１２．５": 1250, "1,234.50": 123450, "-0.05": -5, "+3": 300, " 7.10 ": 710, "12.": 1200} {
		if got, err := ParseHundredths(in); err != nil || got != want {
			t.Errorf("%q = %d %v, want %d", in, got, err, want)
		}
	}
	for _, in := range []string{"", "a", "1.234", "1e3", "--1", "1.2.3", ".", "9999999999999", "一"} {
		if got, err := ParseHundredths(in); err == nil {
			t.Errorf("%q reads as %d", in, got)
		}
	}
	if n, err := ParseInt("１２.0"); err != nil || n != 12 {
		t.Errorf("%d %v", n, err)
	}
	if _, err := ParseInt("1.5"); err == nil {
		t.Error("1.5 is whole")
	}
}
