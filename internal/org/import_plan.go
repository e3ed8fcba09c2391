package org

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/sheet"
)

// planned is one row with what becomes of it.
type planned struct {
	row      RosterRow
	columns  map[string]RosterColumn
	known    *known    // nil: new, unless bad
	id       uuid.UUID // of a new person, once it has been asked for
	bad      bool
	problems []sheet.RowError
	changes  []Change

	after facts // what the person is after the import
	begin []span
	end   []span // they lasted; the last day is the day before
	drop  []span // they began today: they give way as if they had never been
	// reading of the name, for a new person
	pinyin, initials string
}

// fail makes the row bad; key names the field whose cell is to be looked at.
func (p *planned) fail(key, value, reason string) {
	p.bad = true
	p.tell(key, value, reason, sheet.Error)
}

func (p *planned) warn(key, value, reason string) { p.tell(key, value, reason, sheet.Warning) }

func (p *planned) tell(key, value, reason string, severity sheet.Severity) {
	c := p.columns[key]
	p.problems = append(p.problems, sheet.RowError{Sheet: p.row.Sheet, Row: p.row.Row, Column: c.Letter, Heading: c.Heading,
		Value: sheet.Shorten(value, 60), Reason: reason, Severity: severity})
}

// person is the id of whom the row is about.
func (p *planned) person() uuid.UUID {
	if p.known != nil {
		return p.known.id
	}
	if p.id == uuid.Nil {
		p.id = db.NewID()
	}
	return p.id
}

func (p *planned) action() string {
	switch {
	case p.bad:
		return RowBad
	case p.known == nil:
		return RowNew
	case len(p.changes) > 0:
		return RowChanged
	}
	return RowUnchanged
}

// newPlace is a place to set up.
type newPlace struct {
	id, branch uuid.UUID
	name       string
}

// plan is an import compared with the office of now: what it would do, and why not.
type plan struct {
	office       office
	roster       Roster
	rows         []*planned
	departments  []newPlace
	branches     []newPlace
	groups       []newPlace
	createPlaces bool
	today, from  calendar.Date
}

// makePlan decides what becomes of each row. It reads nothing but its arguments, so
// that preview and confirm, with the same office, come to the same.
func makePlan(r Roster, o office, from, today calendar.Date, createPlaces bool) *plan {
	p := &plan{office: o, roster: r, createPlaces: createPlaces, today: today, from: from}
	columns := map[string]map[string]RosterColumn{}
	for _, s := range r.Sheets {
		columns[s.Name] = s.Columns
	}
	told := map[RosterPlace][]sheet.RowError{}
	for _, e := range r.Problems {
		at := RosterPlace{e.Sheet, e.Row}
		told[at] = append(told[at], e)
	}
	var good []*planned
	for _, row := range r.Rows {
		x := &planned{row: row, columns: columns[row.Sheet], problems: told[row.Place()]}
		x.bad = slices.ContainsFunc(x.problems, func(e sheet.RowError) bool { return e.Severity == sheet.Error })
		p.rows = append(p.rows, x)
		if !x.bad {
			good = append(good, x)
		}
	}
	newMatcher(o.people).match(good)
	names := newReader()
	for _, x := range good {
		if x.bad {
			continue
		}
		p.fill(x)
		p.place(x)
		if x.known == nil && !x.bad {
			x.pinyin, x.initials = names.read(x.row.Name)
		}
	}
	p.warnSecretaries()
	return p
}

// fill works the undated columns out. A column that the file lacks, and an empty
// cell, leave what is known as it is.
func (p *plan) fill(x *planned) {
	r := x.row
	was := facts{Status: Masses, Stage: StageNone}
	if x.known != nil {
		was = x.known.facts
	} else if r.PoliticalStatus == "" {
		x.warn(RosterPolitical, "", "没有政治面貌，按群众导入")
	}
	now := was
	set := func(to *string, value string) {
		if value != "" {
			*to = value
		}
	}
	day := func(to *calendar.Date, value calendar.Date, key string) {
		if value.IsZero() {
			return
		}
		// 2009.1 says no more than the day that is known already.
		if slices.Contains(r.MonthOnly, key) && to.Year == value.Year && to.Month == value.Month {
			return
		}
		*to = value
	}
	set(&now.StaffNo, r.StaffNo)
	set(&now.Sex, r.Sex)
	set(&now.Nation, r.Nation)
	set(&now.Education, r.Education)
	set(&now.Phone, r.Phone)
	set(&now.Note, r.Note)
	set(&now.Status, r.PoliticalStatus)
	set(&now.Stage, r.DevelopmentStage)
	now.Stage = stageOf(now.Status, now.Stage)
	day(&now.Birth, r.BirthOn, RosterBirth)
	day(&now.Joined, r.JoinedPartyOn, RosterJoinedParty)
	day(&now.Full, r.FullMemberOn, RosterFullMember)
	day(&now.Started, r.StartedWorkOn, RosterStartedWork)
	if now.Full.Before(now.Joined) && !now.Full.IsZero() {
		if !slices.Contains(r.MonthOnly, RosterFullMember) || now.Full.Year != now.Joined.Year || now.Full.Month != now.Joined.Month {
			x.fail(RosterFullMember, now.Full.String(), "转正时间早于入党时间("+now.Joined.String()+")")
			return
		}
		now.Full = now.Joined // the month has no day: it cannot be earlier
	}
	if !now.Joined.IsZero() && !now.Birth.IsZero() && !now.Joined.After(now.Birth) {
		x.fail(RosterJoinedParty, now.Joined.String(), "入党时间早于出生("+now.Birth.String()+")")
		return
	}
	x.after = now
	if x.known != nil {
		x.changes = was.changes(now)
	}
}

// changes lists what differs, in the words of the roster.
func (f facts) changes(to facts) []Change {
	var out []Change
	add := func(field, name, from, now string) {
		if from != now {
			out = append(out, Change{field, name, from, now})
		}
	}
	add(RosterStaffNo, "工号", f.StaffNo, to.StaffNo)
	add(RosterSex, "性别", termName(Sexes(), f.Sex), termName(Sexes(), to.Sex))
	add(RosterBirth, "出生年月", f.Birth.String(), to.Birth.String())
	add(RosterNation, "民族", f.Nation, to.Nation)
	add(RosterEducation, "学历", f.Education, to.Education)
	if f.Phone != to.Phone {
		out = append(out, Change{RosterPhone, "联系电话", MaskPhone(f.Phone), MaskPhone(to.Phone)})
	}
	add(RosterPolitical, "政治面貌", termName(Statuses(), f.Status), termName(Statuses(), to.Status))
	add(RosterStage, "发展阶段", termName(Stages(), f.Stage), termName(Stages(), to.Stage))
	add(RosterJoinedParty, "入党时间", f.Joined.String(), to.Joined.String())
	add(RosterFullMember, "转正时间", f.Full.String(), to.Full.String())
	add(RosterStartedWork, "参加工作时间", f.Started.String(), to.Started.String())
	add(RosterNote, "备注", f.Note, to.Note)
	return out
}

// outcome keeps what became of the rows.
func (p *plan) outcome() outcome {
	o := outcome{Changes: map[int][]Change{}, Places: p.places()}
	letters := make([]byte, len(p.rows))
	for i, x := range p.rows {
		letters[i] = actionLetter(x.action())
		o.Problems = append(o.Problems, x.problems...)
		if len(x.changes) > 0 && !x.bad {
			o.Changes[i] = x.changes
		}
	}
	o.Actions = string(letters)
	return o
}

func (p *plan) counts() ImportCounts {
	c := ImportCounts{Rows: len(p.rows)}
	for _, x := range p.rows {
		switch x.action() {
		case RowNew:
			c.New++
		case RowChanged:
			c.Changed++
		case RowUnchanged:
			c.Unchanged++
		default:
			c.Bad++
		}
		if slices.ContainsFunc(x.problems, func(e sheet.RowError) bool { return e.Severity == sheet.Warning }) {
			c.Warnings++
		}
	}
	return c
}

func (p *plan) places() ImportPlaces {
	out := ImportPlaces{Departments: []string{}, Branches: []string{}, Groups: []string{}}
	for _, n := range p.departments {
		out.Departments = append(out.Departments, n.name)
	}
	for _, n := range p.branches {
		out.Branches = append(out.Branches, n.name)
	}
	for _, n := range p.groups {
		out.Groups = append(out.Groups, p.office.names[n.branch]+" / "+n.name)
	}
	return out
}

// fingerprint names the plan: two plans that do the same to the same people have
// the same.
func (p *plan) fingerprint() string {
	h := sha256.New()
	for _, x := range p.rows {
		_, _ = fmt.Fprintf(h, "%s\x00%d\x00%s\x00", x.row.Sheet, x.row.Row, x.action())
		if x.known != nil {
			_, _ = h.Write(x.known.id[:])
		}
		for _, c := range x.changes {
			_, _ = fmt.Fprintf(h, "%s\x00%s\x00%s\x00", c.Field, c.From, c.To)
		}
	}
	places := p.places()
	_, _ = fmt.Fprint(h, strings.Join(slices.Concat(places.Departments, places.Branches, places.Groups), "\x00"))
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// placeKey is how names of places are compared.
func placeKey(name string) string { return sheet.Key(name) }

func (p *plan) branch(name string) (uuid.UUID, bool) {
	id, ok := p.office.branches[placeKey(name)]
	if ok || !p.createPlaces {
		return id, ok
	}
	id = db.NewID()
	p.office.branches[placeKey(name)], p.office.groups[id], p.office.names[id] = id, map[string]uuid.UUID{}, name
	p.branches = append(p.branches, newPlace{id: id, name: name})
	return id, true
}

func (p *plan) group(branch uuid.UUID, name string) (uuid.UUID, bool) {
	id, ok := p.office.groups[branch][placeKey(name)]
	if ok || !p.createPlaces {
		return id, ok
	}
	id = db.NewID()
	if p.office.groups[branch] == nil {
		p.office.groups[branch] = map[string]uuid.UUID{}
	}
	p.office.groups[branch][placeKey(name)], p.office.names[id] = id, name
	p.groups = append(p.groups, newPlace{id, branch, name})
	return id, true
}

func (p *plan) department(name string) (uuid.UUID, bool) {
	id, ok := p.office.departments[placeKey(name)]
	if ok || !p.createPlaces {
		return id, ok
	}
	id = db.NewID()
	p.office.departments[placeKey(name)], p.office.names[id] = id, name
	p.departments = append(p.departments, newPlace{id: id, name: name})
	return id, true
}
