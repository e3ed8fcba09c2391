package calendar

import (
	"bytes"
	"embed"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// DayKind says what a notice made of a day.
type DayKind string

const (
	// Holiday is a day off, whatever its weekday.
	Holiday DayKind = "holiday"
	// MakeUpDay is a Saturday or Sunday that is worked (调休上班).
	MakeUpDay DayKind = "workday"
)

// SpecialDay is one day of a State Council notice that the week alone does not
// tell.
type SpecialDay struct {
	Date Date
	Kind DayKind
	Name string // 春节
}

// Workdays knows which days are worked. A year without a notice has its
// weekends off and nothing else, which Covers tells; the zero Workdays knows no
// notice at all.
type Workdays struct {
	special map[Date]SpecialDay
	years   map[int]bool
}

// NewWorkdays builds the calendar from rows. Of two rows for one day the later
// one holds, so that an office's own rows can follow the official ones.
func NewWorkdays(rows ...SpecialDay) Workdays {
	w := Workdays{special: make(map[Date]SpecialDay, len(rows)), years: map[int]bool{}}
	for _, r := range rows {
		w.special[r.Date] = r
		w.years[r.Date.Year] = true
	}
	return w
}

//go:embed holidays_*.csv
var notices embed.FS

// Official gives the rows of the State Council's notices of 2024, 2025 and
// 2026. The notice of a later year is imported with ParseSpecialDays once it is
// out (usually in November).
func Official() []SpecialDay { return slices.Clone(official()) }

var official = sync.OnceValue(func() []SpecialDay {
	var rows []SpecialDay
	files, err := notices.ReadDir(".")
	if err != nil {
		panic(err) // compiled in
	}
	for _, f := range files {
		b, err := notices.ReadFile(f.Name())
		if err != nil {
			panic(err) // compiled in
		}
		days, err := ParseSpecialDays(bytes.NewReader(b))
		if err != nil {
			panic(fmt.Errorf("%s: %w", f.Name(), err)) // compiled in, and tested
		}
		rows = append(rows, days...)
	}
	return rows
})

// Covers says whether the notice of a year is known.
func (w Workdays) Covers(year int) bool { return w.years[year] }

// Special gives the notice's row of a day, if it has one.
func (w Workdays) Special(d Date) (SpecialDay, bool) {
	s, ok := w.special[d]
	return s, ok
}

// IsWorkday says whether the office works that day.
func (w Workdays) IsWorkday(d Date) bool {
	if s, ok := w.special[d]; ok {
		return s.Kind == MakeUpDay
	}
	wd := d.Weekday()
	return wd != time.Saturday && wd != time.Sunday
}

// AddWorkdays gives the n-th working day after d, or before d where n is
// negative; d itself need not be one. With n = 0 it is d unchanged. A record is
// late (rule 6) when it is filed after AddWorkdays(day of the event, 3).
func (w Workdays) AddWorkdays(d Date, n int) Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d = d.AddDays(step)
		if w.IsWorkday(d) {
			n--
		}
	}
	return d
}

// WorkdaysBetween counts the working days after from, up to and with to; it is
// negative where to comes first. It undoes AddWorkdays:
// WorkdaysBetween(d, AddWorkdays(d, n)) == n for n ≥ 0.
func (w Workdays) WorkdaysBetween(from, to Date) int {
	if to.Before(from) {
		return -w.WorkdaysBetween(to, from)
	}
	n := 0
	for d := from; d.Before(to); {
		d = d.AddDays(1)
		if w.IsWorkday(d) {
			n++
		}
	}
	return n
}

const (
	maxSpecialDays = 1000    // some thirty rows make a year
	maxNoticeBytes = 1 << 20 // of a file, whatever its rows
	maxDayName     = 40      // characters
	maxNoticeFlaws = 10      // named in one error; more help nobody
)

// ParseSpecialDays reads one year's notice, or several, as CSV: a heading
// date,kind,name (or 日期,类型,名称), then a row for each day. Kinds are
// holiday (放假) and workday (上班). Lines that begin with # are comments.
// Excel's habits are understood: a byte order mark, GBK, and days as 2026/1/4.
// The error names each bad line.
func ParseSpecialDays(r io.Reader) ([]SpecialDay, error) {
	text, err := readNotice(r)
	if err != nil {
		return nil, err
	}
	in := csv.NewReader(bytes.NewReader(text))
	in.Comment = '#'
	in.FieldsPerRecord = -1
	in.TrimLeadingSpace = true

	head, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("文件是空的，请填写表头 date,kind,name 和每天一行")
	}
	if err != nil {
		return nil, notCSV(err)
	}
	col, err := noticeColumns(head)
	if err != nil {
		return nil, err
	}

	var (
		days  []SpecialDay
		flaws []error
		lines = map[Date]int{}
	)
	for len(flaws) < maxNoticeFlaws {
		rec, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			flaws = append(flaws, notCSV(err))
			break
		}
		if strings.TrimSpace(strings.Join(rec, "")) == "" {
			continue
		}
		line, _ := in.FieldPos(0)
		day, err := noticeRow(rec, col)
		switch {
		case err != nil:
			flaws = append(flaws, fmt.Errorf("第 %d 行：%w", line, err))
		case lines[day.Date] > 0:
			flaws = append(flaws, fmt.Errorf("第 %d 行：%s 在第 %d 行已出现，请只留一行", line, day.Date, lines[day.Date]))
		case len(days) == maxSpecialDays:
			return nil, fmt.Errorf("行数超过 %d,请按年份分开导入", maxSpecialDays)
		default:
			lines[day.Date] = line
			days = append(days, day)
		}
	}
	if len(flaws) > 0 {
		return nil, errors.Join(flaws...)
	}
	if len(days) == 0 {
		return nil, errors.New("文件里没有日期，请每天填写一行")
	}
	slices.SortFunc(days, func(a, b SpecialDay) int { return a.Date.Compare(b.Date) })
	return days, nil
}

// notCSV says where a file stops being CSV.
func notCSV(err error) error {
	where := "文件"
	if p, ok := errors.AsType[*csv.ParseError](err); ok {
		where = fmt.Sprintf("文件从第 %d 行起", p.StartLine)
	}
	return errors.New(where + "不是 CSV，请另存为 CSV（逗号分隔）后再导入")
}

// readNotice gives the text in UTF-8 without a byte order mark.
func readNotice(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxNoticeBytes+1))
	if err != nil {
		return nil, fmt.Errorf("读取文件失败: %w", err)
	}
	if len(b) > maxNoticeBytes {
		return nil, errors.New("文件超过 1 MB，节假日表每年只有几十行，请检查文件")
	}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	if utf8.Valid(b) {
		return b, nil
	}
	b, err = simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	if err != nil {
		return nil, fmt.Errorf("文件编码无法识别，请存为 UTF-8 的 CSV：%w", err)
	}
	return b, nil
}

// noticeColumns finds date, kind and name by their headings, not their places.
func noticeColumns(head []string) ([3]int, error) {
	names := [3][]string{
		{"date", "日期"},
		{"kind", "类型", "安排"},
		{"name", "名称", "节日"},
	}
	var col [3]int
	for i, accepted := range names {
		col[i] = slices.IndexFunc(head, func(h string) bool {
			return slices.Contains(accepted, strings.ToLower(strings.TrimSpace(h)))
		})
		if col[i] < 0 {
			return col, fmt.Errorf("缺少“%s”列，表头应为 date,kind,name（或 日期,类型,名称）", accepted[1])
		}
	}
	return col, nil
}

func noticeRow(rec []string, col [3]int) (SpecialDay, error) {
	if len(rec) <= max(col[0], col[1], col[2]) {
		return SpecialDay{}, errors.New("列数不够，应有日期、类型、名称")
	}
	day, kind, name := strings.TrimSpace(rec[col[0]]), strings.TrimSpace(rec[col[1]]), strings.TrimSpace(rec[col[2]])
	t, err := time.Parse("2006-1-2", strings.NewReplacer("/", "-", ".", "-").Replace(day))
	if err != nil {
		return SpecialDay{}, fmt.Errorf("日期“%s”应写作 2026-01-01 的样式", day)
	}
	if utf8.RuneCountInString(name) > maxDayName || strings.ContainsFunc(name, unicode.IsControl) {
		return SpecialDay{}, fmt.Errorf("名称不能超过 %d 个字，也不能有看不见的字符", maxDayName)
	}
	s := SpecialDay{Date: Date{t.Year(), t.Month(), t.Day()}, Name: name}
	if !s.Date.Valid() {
		return SpecialDay{}, fmt.Errorf("日期“%s”不在 1900 年至 2199 年之间", day)
	}
	switch strings.ToLower(kind) {
	case string(Holiday), "放假", "休":
		s.Kind = Holiday
	case string(MakeUpDay), "上班", "班":
		s.Kind = MakeUpDay
	default:
		return SpecialDay{}, fmt.Errorf("类型“%s”应为 holiday（放假）或 workday（上班）", kind)
	}
	return s, nil
}
