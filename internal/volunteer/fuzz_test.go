package volunteer

import (
	"context"
	"strings"
	"testing"
	"unicode/utf8"

	"xianfeng/internal/calendar"
	"xianfeng/internal/sheet"
)

// FuzzReadHours: a workbook of hours, whatever stands in its cells, is read or refused;
// a row that is not bad has all that a record needs, and what is wrong names its cell.
func FuzzReadHours(f *testing.F) {
	f.Add("姓名", "日期", "时长(小时)", "张三", "2026.3.5", "2.5", "河道清洁", "滨河社区", "第一党支部", "0001")
	f.Add("志愿者", "活动时间", "时长（分钟）", "李 四", "2026年3月5日", "１５０", "=1+1", "a\tb", "", "０００２")
	f.Add("人员", "时间", "小时", "欧阳·娜", "46086", "1小时30分", "活动", "地点", "全院", "x\x00")
	f.Add("序号", "日期", "时长", "合计", "2099-01-01", "NaN", strings.Repeat("长", 101), "-", "@", "1e9")
	today := calendar.NewDate(2026, 11, 20)
	f.Fuzz(func(t *testing.T, who, when, long, name, day, minutes, title, place, organiser, number string) {
		columns := []sheet.Column{}
		for _, heading := range []string{who, when, "活动", "地点", "对象", "组织者", "工号", long} {
			columns = append(columns, sheet.Column{Key: heading, Title: heading})
		}
		var b strings.Builder
		rows := [][]any{{name, day, title, place, "群众", organiser, number, minutes}, {"王五", "2026-03-05", title, place, "", "", "", minutes}}
		if err := sheet.WriteList(&b, "时长", columns, sheet.RowsOf(rows)); err != nil {
			return // no text that a workbook takes
		}
		book, err := sheet.Open([]byte(b.String()), sheet.DefaultLimits())
		if err != nil {
			return
		}
		read, problems, err := readHours(context.Background(), book, today)
		if err != nil {
			return
		}
		bad := map[int]bool{}
		for _, p := range problems {
			bad[p.Row] = true
			if p.Sheet == "" || p.Row == 0 || p.Reason == "" || !utf8.ValidString(p.Value) {
				t.Errorf("a problem that names nothing: %+v", p)
			}
		}
		for _, r := range read {
			if r.Bad != bad[r.Row] {
				t.Errorf("bad: %v, but %v", r.Bad, problems)
			}
			if r.Bad {
				continue
			}
			if r.Name == "" || r.Title == "" || r.Place == "" || !r.Day.Valid() || r.Day.After(today) || r.Minutes < 1 || r.Minutes > maxDayMinutes ||
				utf8.RuneCountInString(r.Title) > 100 || strings.ContainsRune(r.Title+r.Place+r.Served+r.Organiser+r.StaffNo, 0) {
				t.Errorf("taken as good: %+v", r)
			}
		}
		if c := counted(read); c.Good+c.Bad != c.Rows || c.Records > c.Good {
			t.Errorf("%+v of %d rows", c, len(read))
		}
	})
}

// FuzzReadMinutes: every text is a time of one minute to one day, or an error.
func FuzzReadMinutes(f *testing.F) {
	for _, s := range []string{"2.5", "2小时半", "150分钟", "2:30", "1小时30分", "NaN", "0x1p4", "1e2", "２．５小时", "24:00", "0.333333333333", "9999999999999999999分"} {
		f.Add(s, "时长(小时)")
	}
	f.Add("90", "时长（分钟）")
	f.Fuzz(func(t *testing.T, text, heading string) {
		n, err := readMinutes(text, heading)
		if (err == nil) != (n >= 1 && n <= maxDayMinutes) || err != nil && n != 0 {
			t.Errorf("%q under %q: %d %v", text, heading, n, err)
		}
	})
}
