package taskforce

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/sheet"
)

// Member is somebody's time in a taskforce, in one office. Where they belong does not
// move (rule 27).
type Member struct {
	ID         uuid.UUID      `json:"id" doc:"Of the secondment"`
	Person     uuid.UUID      `json:"person_id"`
	Name       string         `json:"name"`
	Office     string         `json:"office" enum:"secretary,deputy,officer,member"`
	OfficeName string         `json:"office_name" doc:"As this kind calls it"`
	Title      string         `json:"title,omitempty" doc:"Of an officer"`
	From       calendar.Date  `json:"from"`
	To         *calendar.Date `json:"to,omitempty" doc:"The last day; none: as long as the taskforce"`
	Serving    bool           `json:"serving" doc:"In force today"`
	BranchName string         `json:"branch_name,omitempty" doc:"The home branch, today or on the last day"`
	GroupName  string         `json:"group_name,omitempty"`
	Party      bool           `json:"party" doc:"Full or probationary Party member"`
	Full       bool           `json:"full" doc:"Full Party member"`
	Place      string         `json:"place,omitempty" doc:"Where they are stationed"`
}

// officeName is what a kind calls an office.
func (k Kind) officeName(s org.Secondment) string {
	switch s.Office {
	case org.OfficeSecretary:
		return k.Head
	case org.OfficeDeputy:
		return "副" + k.Head
	case org.OfficeOfficer:
		return s.Title
	}
	return "成员"
}

func (k Kind) member(s org.Secondment, place string, today calendar.Date) Member {
	m := Member{ID: s.ID, Person: s.Person, Name: s.Name, Office: s.Office, OfficeName: k.officeName(s), Title: s.Title, From: s.From, Serving: s.On(today),
		BranchName: s.BranchName, GroupName: s.GroupName, Party: s.Party, Full: s.Voter, Place: place}
	if !s.To.IsZero() {
		m.To = &s.To
	}
	return m
}

// Seconded is somebody to be put into a taskforce.
type Seconded struct {
	Person uuid.UUID     `json:"person_id"`
	Office string        `json:"office" enum:"secretary,deputy,officer,member"`
	Title  string        `json:"title,omitempty" required:"false" maxLength:"40" doc:"Of an officer: 组织委员"`
	From   calendar.Date `json:"from"`
	Place  string        `json:"place,omitempty" required:"false" maxLength:"80" doc:"Of a kind whose members are stationed: where"`
}

// maxSeconded bounds how many are put in at once.
const maxSeconded = 100

// checkSeconded puts a set right, or says of whom what to write.
func checkSeconded(f standing, people []Seconded, names map[uuid.UUID]string) error {
	var bad []fault.Detail
	seen := map[uuid.UUID]bool{}
	heads := 0
	for i := range people {
		p := &people[i]
		p.Title, p.Place = sheet.Clean(p.Title), sheet.Clean(p.Place)
		name := names[p.Person]
		wrong := func(field, message string) {
			bad = append(bad, fault.Detail{Field: fmt.Sprintf("people[%d].%s", i, field), Message: message})
		}
		if name == "" {
			wrong("person_id", "花名册里没有这个人，或已调离，请重新选择")
			continue
		}
		if seen[p.Person] {
			wrong("person_id", name+"选了两次，请去掉一个")
		}
		seen[p.Person] = true
		if p.Office == org.OfficeSecretary {
			heads++
		}
		switch {
		case p.Office == org.OfficeOfficer && !worded(p.Title, 20):
			wrong("title", "请填写"+name+"的分工，如“组织委员”，不超过 20 个字")
		case p.Office != org.OfficeOfficer && p.Title != "":
			wrong("title", name+"不是委员，不用填写分工")
		}
		switch {
		case !p.From.Valid():
			wrong("from", "请填写"+name+"的起始日期")
		case p.From.Before(f.From):
			wrong("from", name+"的起始日期不能早于成立日期 "+f.From.Chinese())
		}
		switch {
		case f.Of.Posts && !worded(p.Place, 40):
			wrong("place", "请填写"+name+"的派驻地点，不超过 40 个字")
		case !f.Of.Posts && p.Place != "":
			wrong("place", "“"+f.Of.Name+"”不填写派驻地点")
		}
	}
	if heads > 1 {
		bad = append(bad, fault.Detail{Field: "people", Message: f.Of.Head + "只能有一人，请改选"})
	}
	return fault.Fields(bad)
}

// headed refuses a temporary Party branch of three or more full members that has, or from
// some day on would have, no secretary.
func (f standing) headed(staff []org.Secondment, from calendar.Date) error {
	if !f.Of.Party {
		return nil
	}
	day := leaderless(staff, from)
	if day.IsZero() {
		return nil
	}
	when := ""
	if day.After(from) {
		when = "自 " + day.Chinese() + "起，"
	}
	return fault.New(fault.RuleBroken, when+"“"+f.Name+"”的正式党员达到 3 人，须有"+f.Of.Head+"，请先任命")
}

// Outsider is somebody of a partner unit in a taskforce.
type Outsider struct {
	ID      uuid.UUID      `json:"id"`
	Name    string         `json:"name"`
	Partner string         `json:"partner" doc:"Their unit"`
	Title   string         `json:"title,omitempty"`
	Full    bool           `json:"full_member"`
	From    calendar.Date  `json:"from"`
	To      *calendar.Date `json:"to,omitempty"`
}

// OutsiderInput is an outsider as entered.
type OutsiderInput struct {
	Name    string        `json:"name" minLength:"1" maxLength:"40"`
	Partner string        `json:"partner" minLength:"1" maxLength:"60"`
	Title   string        `json:"title,omitempty" required:"false" maxLength:"40"`
	Full    bool          `json:"full_member,omitempty" required:"false" doc:"Of the Party"`
	From    calendar.Date `json:"from"`
}

func (o *OutsiderInput) check(began calendar.Date) error {
	o.Name, o.Partner, o.Title = sheet.CleanName(o.Name), sheet.Clean(o.Partner), sheet.Clean(o.Title)
	var bad []fault.Detail
	if !worded(o.Name, 20) {
		bad = append(bad, fault.Detail{Field: "name", Message: "请填写姓名，不超过 20 个字"})
	}
	if !worded(o.Partner, 40) {
		bad = append(bad, fault.Detail{Field: "partner", Message: "请填写所在单位，不超过 40 个字"})
	}
	if o.Title != "" && !worded(o.Title, 20) {
		bad = append(bad, fault.Detail{Field: "title", Message: "职务不能超过 20 个字"})
	}
	switch {
	case !o.From.Valid():
		bad = append(bad, fault.Detail{Field: "from", Message: "请填写加入日期"})
	case o.From.Before(began):
		bad = append(bad, fault.Detail{Field: "from", Message: "加入日期不能早于成立日期 " + began.Chinese()})
	}
	return fault.Fields(bad)
}

// Group is a Party group that a taskforce is made up of.
type Group struct {
	ID         uuid.UUID `json:"id"`
	Name       string    `json:"name"`
	Branch     uuid.UUID `json:"branch_id"`
	BranchName string    `json:"branch_name"`
}

// listed names the first few and how many there are.
func listed(names []string) string {
	const few = 3
	if len(names) > few {
		return fmt.Sprintf("%s等 %d 人", strings.Join(names[:few], "、"), len(names))
	}
	return strings.Join(names, "、")
}
