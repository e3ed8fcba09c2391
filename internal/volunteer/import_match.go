package volunteer

import (
	"fmt"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/sheet"
)

// roll is whom and what an import can name.
type roll struct {
	byStaff map[string]listed
	byName  map[string][]listed
	holders map[string]holder // organisers by sheet.Key of their name
	held    map[event]bool    // what is recorded already, on the days of the rows
}

type listed struct {
	id            uuid.UUID
	name, staffNo string
}

type holder struct {
	kind string
	id   uuid.UUID
}

// match finds people and organisers of the rows, and complains about those that name
// nobody, that stand twice, and that are recorded already: importing one file twice
// must not count twice.
func (l roll) match(rows []ImportRow) []sheet.RowError {
	var problems []sheet.RowError
	seen := map[event]map[uuid.UUID]int{}
	for i := range rows {
		r := &rows[i]
		if r.Bad {
			continue
		}
		say := func(key, value, reason string) {
			r.Bad = true
			problems = append(problems, r.complain(key, value, reason))
		}
		p, reason := l.person(*r)
		if reason != "" {
			say(colName, strings.TrimSpace(r.Name+" "+r.StaffNo), reason)
			continue
		}
		r.Person = p.id
		h, ok := l.holders[sheet.Key(r.Organiser)]
		switch {
		case r.Organiser == "":
			h = holder{kind: "unit"}
		case !ok:
			say(colOrganiser, r.Organiser, "没有这个部门、党支部或党小组，请核对名称；全院组织的请留空")
			continue
		}
		r.Kind, r.Holder = h.kind, h.id
		e := r.event()
		if l.held[e] {
			say(colTitle, r.Title, "这一天同名的活动已有记录，不重复导入；要补人请更正那条记录")
			continue
		}
		if seen[e] == nil {
			seen[e] = map[uuid.UUID]int{}
		}
		if other, twice := seen[e][r.Person]; twice {
			say(colName, r.Name, fmt.Sprintf("与第 %d 行是同一人的同一次活动，请合并为一行", other))
			continue
		}
		seen[e][r.Person] = r.Row
	}
	return problems
}

// person finds whom a row is about: by staff number, else by a name that only one has.
func (l roll) person(r ImportRow) (listed, string) {
	if r.StaffNo != "" {
		p, ok := l.byStaff[r.StaffNo]
		switch {
		case !ok:
			return p, "花名册中没有这个工号，请核对"
		case sheet.CleanName(p.name) != r.Name:
			return p, "工号与姓名不符：花名册中这个工号是" + p.name
		}
		return p, ""
	}
	switch all := l.byName[r.Name]; len(all) {
	case 0:
		return listed{}, "花名册中没有这个人，请核对姓名，或先导入花名册"
	case 1:
		return all[0], ""
	}
	return listed{}, "花名册中有同名人员，请填写工号"
}
