package org

import "fmt"

// matcher finds whom a row is about (rule 2): by staff number, else by name and
// telephone. Where that leaves a doubt, the row is bad and says why; nobody is
// merged silently, and nobody is doubled silently.
type matcher struct {
	byStaff map[string]*known
	byName  map[string][]*known
	claimed map[*known]RosterRow
}

func newMatcher(people []*known) *matcher {
	m := &matcher{byStaff: map[string]*known{}, byName: map[string][]*known{}, claimed: map[*known]RosterRow{}}
	for _, k := range people {
		if k.StaffNo != "" {
			m.byStaff[k.StaffNo] = k
		}
		m.byName[k.name] = append(m.byName[k.name], k)
	}
	return m
}

// claim gives a person to a row; a second row for the same person is wrong.
func (m *matcher) claim(k *known, r RosterRow) (*known, string) {
	if first, twice := m.claimed[k]; twice {
		return nil, "与" + where(first, r) + "是同一个人，请删去其中一行"
	}
	if !k.left.IsZero() {
		return nil, fmt.Sprintf("该人员已于 %s 离开本单位，如已回来请先在系统中撤销离开", k.left)
	}
	m.claimed[k] = r
	return k, ""
}

// sure matches what the rule names outright. ok is false where it leaves the row
// open for doubtful.
func (m *matcher) sure(r RosterRow) (k *known, reason string, ok bool) {
	if r.StaffNo != "" {
		if k := m.byStaff[r.StaffNo]; k != nil {
			if k.name != r.Name {
				return nil, fmt.Sprintf("工号 %s 在系统中是“%s”，请核对工号或姓名", r.StaffNo, k.name), true
			}
			k, reason := m.claim(k, r)
			return k, reason, true
		}
	}
	if r.Phone == "" {
		return nil, "", false
	}
	var found *known
	for _, k := range m.byName[r.Name] {
		if k.Phone != r.Phone {
			continue
		}
		if r.StaffNo != "" && k.StaffNo != "" {
			return nil, fmt.Sprintf("姓名和电话与系统中工号 %s 的人员相同，工号却不同，请核对", k.StaffNo), true
		}
		if found != nil {
			return nil, "系统中有两个人姓名和电话都相同，请填写工号", true
		}
		found = k
	}
	if found == nil {
		return nil, "", false
	}
	k, reason = m.claim(found, r)
	return k, reason, true
}

// doubtful looks at the people of the same name that no row of this file is surely
// about. Day of birth decides where number and telephone do not: equal, it is the
// same person, and the preview shows what changes; different, another one.
func (m *matcher) doubtful(r RosterRow) (k *known, reason, note string) {
	var same, open []*known
	for _, k := range m.byName[r.Name] {
		if _, taken := m.claimed[k]; taken {
			continue
		}
		if r.StaffNo != "" && k.StaffNo != "" {
			continue // two numbers are two people
		}
		switch {
		case r.BirthOn.IsZero() || k.Birth.IsZero():
			open = append(open, k)
		case r.BirthOn == k.Birth:
			same = append(same, k)
		}
	}
	switch {
	case len(same) > 1:
		return nil, "系统中有多位同名同生日的人员，请填写工号或联系电话", ""
	case len(same) == 1 && r.Phone != "" && same[0].Phone != "":
		return nil, "系统中已有同名同生日、电话不同的人员；如是同一人换了电话，请填写工号，或先在系统中修改电话", ""
	case len(same) == 1:
		k, reason := m.claim(same[0], r)
		return k, reason, "按姓名和出生日期认出"
	}
	for _, k := range open {
		if r.Phone == "" || k.Phone == "" {
			return nil, "系统中已有同名人员，无法确定是不是同一个人，请填写工号或联系电话", ""
		}
	}
	if len(open) > 0 {
		return nil, "", "系统中已有同名人员，电话不同，将作为另一人新增"
	}
	return nil, "", ""
}

// match finds whom each good row is about; rows that are bad already take no part.
func (m *matcher) match(rows []*planned) {
	var rest []*planned
	for _, p := range rows {
		k, reason, ok := m.sure(p.row)
		switch {
		case reason != "":
			p.fail(RosterName, p.row.Name, reason)
		case ok:
			p.known = k
		default:
			rest = append(rest, p)
		}
	}
	for _, p := range rest {
		k, reason, note := m.doubtful(p.row)
		if reason != "" {
			p.fail(RosterName, p.row.Name, reason)
			continue
		}
		p.known = k
		if note != "" {
			p.warn(RosterName, p.row.Name, note)
		}
	}
}
