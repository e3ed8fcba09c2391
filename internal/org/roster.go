package org

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// Roster is a list of people as read from a workbook, before anything is
// compared with the database.
type Roster struct {
	Sheets   []RosterSheet    `json:"sheets"`
	Rows     []RosterRow      `json:"rows"` // all of them, bad ones too
	Problems []sheet.RowError `json:"problems"`
}

// RosterSheet is what was understood of one worksheet.
type RosterSheet struct {
	Name       string   `json:"name"`
	HeadingRow int      `json:"heading_row"`
	Headings   []string `json:"headings"`
	// Columns are the fields it speaks of, each with where it stands.
	Columns map[string]RosterColumn `json:"columns"`
	Unknown []string                `json:"unknown,omitempty"` // headings that were left out
	Branch  string                  `json:"branch,omitempty"`  // taken from the sheet's name or title
	Notes   []string                `json:"notes,omitempty"`   // what the reader of the preview should know
}

// RosterColumn is where a field stands; both texts are empty for a branch that
// was taken from the sheet's name.
type RosterColumn struct {
	Letter  string `json:"letter,omitempty"`
	Heading string `json:"heading,omitempty"`
}

// RosterRow is one person of a roster. A field the sheet has no column for is
// empty; Roster.Has tells it from an empty cell.
type RosterRow struct {
	Sheet            string        `json:"sheet"`
	Row              int           `json:"row"`
	StaffNo          string        `json:"staff_no,omitempty"`
	Name             string        `json:"name"`
	Sex              string        `json:"sex,omitempty"`
	BirthOn          calendar.Date `json:"birth_on"`
	Nation           string        `json:"nation,omitempty"`
	Education        string        `json:"education,omitempty"`
	Department       string        `json:"department,omitempty"`
	Position         string        `json:"position,omitempty"`
	PartyPost        string        `json:"party_post,omitempty"`
	PoliticalStatus  string        `json:"political_status,omitempty"`
	DevelopmentStage string        `json:"development_stage,omitempty"` // empty where nothing tells it
	JoinedPartyOn    calendar.Date `json:"joined_party_on"`
	FullMemberOn     calendar.Date `json:"full_member_on"`
	Branch           string        `json:"branch,omitempty"`
	Group            string        `json:"group,omitempty"`
	StartedWorkOn    calendar.Date `json:"started_work_on"`
	Phone            string        `json:"phone,omitempty"`
	Note             string        `json:"note,omitempty"`
	ExemptReason     string        `json:"exempt_reason,omitempty"` // rule 15; empty is not exempt
	MonthOnly        []string      `json:"month_only,omitempty"`    // date fields that gave no day
	Raw              []string      `json:"raw"`                     // the row as the file has it
}

// Has says whether the row's sheet speaks of a field. What it does not speak
// of stays as the database has it.
func (r Roster) Has(row RosterRow, column string) bool {
	for _, s := range r.Sheets {
		if s.Name == row.Sheet {
			_, ok := s.Columns[column]
			return ok
		}
	}
	return false
}

// Bad gives the complaints that keep rows out, by sheet and row.
func (r Roster) Bad() map[RosterPlace][]sheet.RowError {
	out := map[RosterPlace][]sheet.RowError{}
	for _, p := range r.Problems {
		if p.Severity == sheet.Error {
			at := RosterPlace{p.Sheet, p.Row}
			out[at] = append(out[at], p)
		}
	}
	return out
}

// RosterPlace names a row of a workbook.
type RosterPlace struct {
	Sheet string
	Row   int
}

// Place names the row.
func (r RosterRow) Place() RosterPlace { return RosterPlace{r.Sheet, r.Row} }

// Good are the rows without errors.
func (r Roster) Good() []RosterRow {
	bad := r.Bad()
	var out []RosterRow
	for _, row := range r.Rows {
		if len(bad[row.Place()]) == 0 {
			out = append(out, row)
		}
	}
	return out
}

// BadSheets are the bad rows, ready for sheet.WriteBadRows.
func (r Roster) BadSheets() []sheet.BadSheet {
	bad := r.Bad()
	var out []sheet.BadSheet
	for _, s := range r.Sheets {
		b := sheet.BadSheet{Name: s.Name, Headings: s.Headings}
		for _, row := range r.Rows {
			if row.Sheet != s.Name || len(bad[row.Place()]) == 0 {
				continue
			}
			var reasons []string
			for _, e := range bad[row.Place()] {
				reason := e.Reason
				if e.Heading != "" {
					reason = e.Heading + ":" + reason
				}
				reasons = append(reasons, reason)
			}
			b.Rows = append(b.Rows, sheet.BadRow{Cells: row.Raw, Reasons: reasons})
		}
		if len(b.Rows) > 0 {
			out = append(out, b)
		}
	}
	return out
}

// ReadRoster reads every visible sheet of a workbook as a list of people (rule
// 2). What is wrong with a row is in Problems; an error means that the file as
// a whole is no roster. Dates after today are refused.
func ReadRoster(ctx context.Context, book *sheet.Book, today calendar.Date) (Roster, error) {
	var out Roster
	var noHeadings error
	for _, name := range book.SheetNames() {
		table, err := book.ReadTable(name, rosterFields())
		if errors.Is(err, sheet.ErrNoHeadings) {
			noHeadings = errors.Join(noHeadings, err)
			out.Sheets = append(out.Sheets, RosterSheet{Name: name, Notes: []string{"这张工作表没有“姓名”列,未导入"}})
			continue
		}
		if err != nil {
			return Roster{}, err
		}
		if table == nil {
			continue
		}
		s := describe(table)
		first := len(out.Rows)
		for rec, err := range table.Records() {
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				return Roster{}, fmt.Errorf("read sheet %q: %w", name, err)
			}
			p := person{rec: rec, today: today, columns: s.Columns}
			p.read(s)
			out.Rows = append(out.Rows, p.row)
			out.Problems = append(out.Problems, p.problems...)
		}
		dropRunningNumbers(&s, out.Rows[first:])
		out.Sheets = append(out.Sheets, s)
	}
	if len(out.Rows) == 0 {
		if noHeadings != nil {
			return Roster{}, fault.From(noHeadings)
		}
		return Roster{}, fault.Field("file", "表格里没有人员:只有表头或空白行,请填写后再上传")
	}
	out.Problems = append(out.Problems, out.duplicates()...)
	return out, nil
}

var (
	branchInSheet = regexp.MustCompile(`^[\d\s.、_()（）-]*(.{1,30}?支部)`)
	branchInTitle = regexp.MustCompile(`^(?:所在|所属)?(?:党?支部(?:名称)?[:：]\s*)?(.{1,30}?支部)(?:党员|人员|全体)*(?:基本信息|信息|情况)?(?:花?名册|名单|登记表|统计表|一览表|表)?$`)
)

// describe says which fields a sheet speaks of. A sheet without a branch
// column may belong to one branch, and say so in its name or its title.
func describe(t *sheet.Table) RosterSheet {
	s := RosterSheet{Name: t.Sheet, HeadingRow: t.HeadingRow, Headings: t.Headings, Unknown: t.Unknown, Columns: map[string]RosterColumn{}}
	for _, f := range rosterFields() {
		if t.Has(f.Key) && !f.Counter && !f.Ignored {
			letter, heading := t.Column(f.Key)
			s.Columns[f.Key] = RosterColumn{letter, heading}
		}
	}
	if t.Has(rosterIdentity) {
		s.Notes = append(s.Notes, "身份证号不导入,也不保存")
	}
	if len(s.Unknown) > 0 {
		s.Notes = append(s.Notes, "没有认出、未导入的列:"+strings.Join(s.Unknown, "、"))
	}
	if !t.Has(RosterBranch) {
		if m := branchInSheet.FindStringSubmatch(sheet.Clean(t.Sheet)); m != nil {
			s.Branch = sheet.CleanName(m[1])
		}
		for _, text := range t.Above {
			if m := branchInTitle.FindStringSubmatch(text); m != nil && s.Branch == "" {
				s.Branch = sheet.CleanName(m[1])
			}
		}
		if s.Branch != "" {
			s.Columns[RosterBranch] = RosterColumn{}
			s.Notes = append(s.Notes, "没有党支部列,按“"+s.Branch+"”导入")
		}
	}
	return s
}

// dropRunningNumbers empties a column 编号 that merely counts 1, 2, 3 …: taken
// for staff numbers, it would match the people of another list.
func dropRunningNumbers(s *RosterSheet, rows []RosterRow) {
	if _, ok := s.Columns[RosterStaffNo]; !ok || len(rows) == 0 {
		return
	}
	for i, r := range rows {
		if r.StaffNo != "" && r.StaffNo != strconv.Itoa(i+1) {
			return
		}
	}
	for i := range rows {
		rows[i].StaffNo = ""
	}
	delete(s.Columns, RosterStaffNo)
	s.Notes = append(s.Notes, "编号列只是顺序号,未作为工号导入")
}

// duplicates finds rows about the same person: one staff number, or one name
// and telephone, or one name with nothing to tell them apart. The later row is
// the wrong one. A telephone that two names share is only worth a look.
func (r Roster) duplicates() []sheet.RowError {
	var out []sheet.RowError
	byStaff, byName, byPhone := map[string]RosterRow{}, map[string][]RosterRow{}, map[string]RosterRow{}
	columns := map[string]map[string]RosterColumn{}
	for _, s := range r.Sheets {
		columns[s.Name] = s.Columns
	}
	report := func(r RosterRow, key, value, reason string, severity sheet.Severity) {
		c := columns[r.Sheet][key]
		out = append(out, sheet.RowError{Sheet: r.Sheet, Row: r.Row, Column: c.Letter, Heading: c.Heading, Value: value, Reason: reason, Severity: severity})
	}
	for _, r := range r.Rows {
		if r.Name == "" {
			continue
		}
		same, found := byStaff[r.StaffNo]
		found = found && r.StaffNo != ""
		why := "工号相同"
		for _, other := range byName[r.Name] {
			if found {
				break
			}
			apart := r.StaffNo != "" && other.StaffNo != "" && r.StaffNo != other.StaffNo
			if r.Phone != "" && r.Phone == other.Phone && !apart {
				same, found, why = other, true, "姓名和联系电话都相同,是同一个人"
			} else if !apart && (r.Phone == "" || other.Phone == "") {
				same, found, why = other, true, "同名,又没有工号或联系电话可以区分"
			}
		}
		switch other, shared := byPhone[r.Phone]; {
		case found:
			report(r, RosterName, r.Name, "与"+where(same, r)+why+",请删去其中一行或补全工号、电话", sheet.Error)
		case shared && r.Phone != "" && other.Name != r.Name:
			report(r, RosterPhone, r.Phone, "与"+where(other, r)+"“"+other.Name+"”的电话相同,请核对", sheet.Warning)
		}
		byStaff[r.StaffNo] = r
		byName[r.Name] = append(byName[r.Name], r)
		byPhone[r.Phone] = r
	}
	return out
}

func where(other, from RosterRow) string {
	if other.Sheet == from.Sheet {
		return fmt.Sprintf("第 %d 行", other.Row)
	}
	return fmt.Sprintf("工作表“%s”第 %d 行", other.Sheet, other.Row)
}
