package volunteer

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// Import is a workbook of hours on its way in (rule 2): previewed, confirmed as a
// whole or not at all, and, while it is the latest, undone.
type Import struct {
	ID          uuid.UUID        `json:"id" format:"uuid"`
	FileName    string           `json:"file_name"`
	State       string           `json:"state" enum:"previewed,confirmed,undone"`
	Counts      ImportCounts     `json:"counts"`
	Problems    []sheet.RowError `json:"problems,omitempty" doc:"Every bad row, with sheet, row, column, value and reason"`
	Undoable    bool             `json:"undoable"`
	CreatedBy   string           `json:"created_by"`
	CreatedAt   time.Time        `json:"created_at"`
	ConfirmedAt *time.Time       `json:"confirmed_at,omitempty"`
	UndoneAt    *time.Time       `json:"undone_at,omitempty"`
}

// ImportCounts says what confirming an import makes.
type ImportCounts struct {
	Rows    int `json:"rows"`
	Good    int `json:"good"`
	Bad     int `json:"bad"`
	Records int `json:"records" doc:"Activities that the good rows make"`
	People  int `json:"people"`
	Minutes int `json:"minutes" doc:"Of the good rows, as recorded"`
}

// ImportRow is one row of a workbook: one person at one activity.
type ImportRow struct {
	Sheet     string        `json:"sheet"`
	Row       int           `json:"row"`
	Name      string        `json:"name"`
	StaffNo   string        `json:"staff_no,omitempty"`
	Person    uuid.UUID     `json:"person_id,omitzero" format:"uuid" doc:"Whom it was recognised as"`
	Day       calendar.Date `json:"day"`
	Title     string        `json:"title"`
	Place     string        `json:"place"`
	Served    string        `json:"served,omitempty"`
	Organiser string        `json:"organiser,omitempty" doc:"As the file has it; empty for the whole office"`
	Minutes   int           `json:"minutes"`
	Bad       bool          `json:"bad"`
	Kind      string        `json:"organiser_kind,omitempty" doc:"Of the organiser, once it is found"`
	Holder    uuid.UUID     `json:"organiser_id,omitzero" format:"uuid"`

	columns map[string]column // of its sheet, while it is read; confirming has none
}

// column is where a field stands in a sheet.
type column struct{ letter, heading string }

// complain says what is wrong with a cell, so that a person finds it.
func (r ImportRow) complain(key, value, reason string) sheet.RowError {
	c := r.columns[key]
	return sheet.RowError{Sheet: r.Sheet, Row: r.Row, Column: c.letter, Heading: c.heading, Value: sheet.Shorten(value, 60), Reason: reason, Severity: sheet.Error}
}

// The columns of a workbook of hours, by key.
const (
	colName      = "name"
	colStaffNo   = "staff_no"
	colDay       = "day"
	colTitle     = "title"
	colPlace     = "place"
	colServed    = "served"
	colOrganiser = "organiser"
	colMinutes   = "minutes"
)

const (
	// maxImportRows bounds one workbook; a year of a large office has some thousands.
	maxImportRows = 20000
	// maxDayMinutes is a day: more was not done on one.
	maxDayMinutes = 24 * 60
)

var personForm = regexp.MustCompile(`^[\p{Han}·]{2,20}$`)

// importFields says how offices head the columns.
func importFields() []sheet.Field {
	return []sheet.Field{
		{Key: "counter", Title: "序号", Counter: true, Synonyms: []string{"序", "编号", "No", "#"}},
		{Key: colName, Title: "姓名", Required: true, Synonyms: []string{"志愿者", "志愿者姓名", "参加人员", "参加人", "人员", "名字"},
			Shape: func(s string) bool { return personForm.MatchString(sheet.CleanName(s)) }},
		{Key: colStaffNo, Title: "工号", Synonyms: []string{"人员编号", "职工号", "员工号", "警号"}, Contains: []string{"工号"}},
		{Key: colDay, Title: "日期", Required: true, Synonyms: []string{"时间", "服务日期", "活动日期", "活动时间", "服务时间"}, Contains: []string{"日期"},
			Shape: func(s string) bool { _, err := sheet.ParseDate(s, sheet.Since1900); return err == nil }},
		{Key: colTitle, Title: "活动", Required: true, Synonyms: []string{"活动名称", "服务项目", "项目", "志愿活动", "服务内容", "活动内容", "项目名称"}, Contains: []string{"活动+名称", "项目"}},
		{Key: colPlace, Title: "地点", Required: true, Synonyms: []string{"服务地点", "活动地点", "地址"}, Contains: []string{"地点"}},
		{Key: colServed, Title: "对象", Synonyms: []string{"服务对象"}, Contains: []string{"对象"}},
		{Key: colOrganiser, Title: "组织者", Synonyms: []string{"组织单位", "组织支部", "组织部门", "主办", "主办单位", "党支部"}, Contains: []string{"组织"}},
		{Key: colMinutes, Title: "时长", Required: true, Synonyms: []string{"服务时长", "志愿时长", "小时", "时长(小时)", "时长(分钟)", "服务小时数", "小时数", "分钟", "分钟数"}, Contains: []string{"时长", "小时"},
			Shape: func(s string) bool { _, err := readMinutes(s, "时长(小时)"); return err == nil }},
	}
}

var (
	hoursAndMinutes = regexp.MustCompile(`^(?:(\d+(?:\.\d+)?)(?:个?小时|h|hour|hours|时))?半?(?:(\d+)(?:分钟?|min|m))?$`)
	clockMinutes    = regexp.MustCompile(`^(\d{1,2}):([0-5]\d)(?::[0-5]\d)?$`)
)

// readMinutes reads a time as people write it: 2.5, 2.5小时, 2小时半, 150分钟,
// 1小时30分, 2:30. A bare number is hours, unless the heading says minutes.
func readMinutes(text, heading string) (int, error) {
	k := strings.ReplaceAll(sheet.Key(text), " ", "")
	refused := errors.New("时长请写作 2.5、2小时30分 或 150分钟")
	fits := func(minutes float64) (int, error) {
		whole := math.Round(minutes)
		if !(math.Abs(minutes-whole) < 0.01) { // 2.05 hours are 122.99999999999999 minutes, and 123
			return 0, errors.New("时长须是整数分钟，请写作 1小时30分 这样的形式")
		}
		if whole < 1 || whole > maxDayMinutes {
			return 0, errors.New("一次的时长应在 1 分钟到 24 小时之间")
		}
		return int(whole), nil
	}
	if m := clockMinutes.FindStringSubmatch(k); m != nil {
		h, _ := strconv.Atoi(m[1])
		n, _ := strconv.Atoi(m[2])
		return fits(float64(h*60 + n))
	}
	if n, err := strconv.ParseFloat(k, 64); err == nil && len(k) <= 10 {
		if h := sheet.Key(heading); strings.Contains(h, "分") && !strings.Contains(h, "小时") {
			return fits(n)
		}
		return fits(n * 60)
	}
	m := hoursAndMinutes.FindStringSubmatch(k)
	if m == nil || m[1] == "" && m[2] == "" || len(k) > 20 {
		return 0, refused
	}
	total := 0.0
	if m[1] != "" {
		h, err := strconv.ParseFloat(m[1], 64)
		if err != nil {
			return 0, refused
		}
		total = h * 60
	}
	if strings.Contains(k, "半") {
		if m[1] == "" || m[2] != "" {
			return 0, refused
		}
		total += 30
	}
	if m[2] != "" {
		n, err := strconv.Atoi(m[2])
		if err != nil {
			return 0, refused
		}
		total += float64(n)
	}
	return fits(total)
}

// readHours reads every visible sheet of a workbook as hours of people. What is wrong
// with a row is among the problems; an error means that the file is no such list.
func readHours(ctx context.Context, book *sheet.Book, today calendar.Date) (rows []ImportRow, problems []sheet.RowError, err error) {
	var noHeadings error
	for _, name := range book.SheetNames() {
		table, err := book.ReadTable(name, importFields())
		if errors.Is(err, sheet.ErrNoHeadings) {
			noHeadings = errors.Join(noHeadings, err)
			continue
		}
		if err != nil {
			return nil, nil, err
		}
		if table == nil {
			continue
		}
		_, heading := table.Column(colMinutes)
		columns := map[string]column{}
		for _, f := range importFields() {
			letter, title := table.Column(f.Key)
			columns[f.Key] = column{letter, title}
		}
		for rec, err := range table.Records() {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return nil, nil, fmt.Errorf("read sheet %q: %w", name, err)
			}
			if len(rows) == maxImportRows {
				return nil, nil, fault.Field("file", fmt.Sprintf("一次最多导入 %d 行，请分成几个文件", maxImportRows))
			}
			row, bad := readHoursRow(rec, name, heading, today)
			row.columns = columns
			rows, problems = append(rows, row), append(problems, bad...)
		}
	}
	if len(rows) == 0 {
		if noHeadings != nil {
			return nil, nil, fault.From(noHeadings)
		}
		return nil, nil, fault.Field("file", "表格里没有志愿时长：只有表头或空白行，请填写后再上传")
	}
	return rows, problems, nil
}

func readHoursRow(rec sheet.Record, name, heading string, today calendar.Date) (row ImportRow, problems []sheet.RowError) {
	row = ImportRow{Sheet: name, Row: rec.Number(), Name: sheet.CleanName(rec.Text(colName)), StaffNo: sheet.Key(rec.Text(colStaffNo)),
		Title: rec.Text(colTitle), Place: rec.Text(colPlace), Served: rec.Text(colServed), Organiser: rec.Text(colOrganiser)}
	say := func(key, reason string) { problems = append(problems, rec.Error(key, reason)) }
	if shifted, ok := rec.Shifted(); ok {
		row.Bad = true
		return row, append(problems, shifted)
	}
	switch {
	case row.Name == "":
		say(colName, "请填写姓名")
	case utf8.RuneCountInString(row.Name) > 60:
		say(colName, "姓名太长，请核对")
	}
	for _, t := range []struct {
		key, text, what string
		required        bool
		most            int
	}{{colTitle, row.Title, "活动名称", true, 100}, {colPlace, row.Place, "地点", true, 100}, {colServed, row.Served, "对象", false, 100},
		{colOrganiser, row.Organiser, "组织者", false, 100}, {colStaffNo, row.StaffNo, "工号", false, 50}} {
		switch {
		case t.text == "" && t.required:
			say(t.key, "请填写"+t.what)
		case utf8.RuneCountInString(t.text) > t.most:
			say(t.key, fmt.Sprintf("%s不能超过 %d 个字", t.what, t.most))
		case strings.ContainsRune(t.text, 0):
			say(t.key, t.what+"里有无法保存的字符，请删去")
		}
	}
	switch day, err := rec.Day(colDay); {
	case err != nil:
		say(colDay, err.Error())
	case day.Date.IsZero():
		say(colDay, "请填写日期")
	case day.MonthOnly:
		say(colDay, "请写明到哪一天，如 2026.3.5")
	case day.Date.After(today):
		say(colDay, "日期还没有到，请核对")
	case day.Date.Year < 2000:
		say(colDay, "日期早于 2000 年，请检查年份")
	default:
		row.Day = day.Date
	}
	if text := rec.Text(colMinutes); text == "" {
		say(colMinutes, "请填写时长")
	} else if minutes, err := readMinutes(text, heading); err != nil {
		say(colMinutes, err.Error())
	} else {
		row.Minutes = minutes
	}
	row.Bad = len(problems) > 0
	return row, problems
}

// event is what rows of one activity have in common.
type event struct {
	day    calendar.Date
	title  string
	kind   string
	holder uuid.UUID
}

func (r ImportRow) event() event { return event{r.Day, r.Title, r.Kind, r.Holder} }

// grouped gathers good rows by activity, in the order of days and of the file.
func grouped(rows []ImportRow) [][]ImportRow {
	at := map[event]int{}
	var out [][]ImportRow
	for _, r := range rows {
		if r.Bad {
			continue
		}
		i, known := at[r.event()]
		if !known {
			i = len(out)
			at[r.event()] = i
			out = append(out, nil)
		}
		out[i] = append(out[i], r)
	}
	slices.SortStableFunc(out, func(a, b []ImportRow) int { return a[0].Day.Compare(b[0].Day) })
	return out
}

// counted says what the rows make.
func counted(rows []ImportRow) ImportCounts {
	c := ImportCounts{Rows: len(rows), Records: len(grouped(rows))}
	people := map[uuid.UUID]bool{}
	for _, r := range rows {
		if r.Bad {
			c.Bad++
			continue
		}
		c.Good++
		c.Minutes += r.Minutes
		people[r.Person] = true
	}
	c.People = len(people)
	return c
}

// hoursOf gives an activity of a day times that its longest time fits into: a list
// of hours names none. It begins at nine where it then ends on that day and is over.
func hoursOf(day calendar.Date, minutes int, now time.Time) (from, to time.Time, ok bool) {
	for _, hour := range []int{9, 0} {
		from = day.In().Add(time.Duration(hour) * time.Hour)
		to = from.Add(time.Duration(minutes) * time.Minute)
		if !to.After(day.AddDays(1).In()) && !to.After(now) {
			return from, to, true
		}
	}
	return from, to, false
}

// first is the first text of the rows that is not empty.
func first(rows []ImportRow, text func(ImportRow) string) string {
	var out string
	for _, r := range rows {
		out = cmp.Or(out, text(r))
	}
	return out
}
