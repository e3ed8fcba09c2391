package app_test

import (
	"fmt"
	"maps"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/duty"
	"xianfeng/internal/life"
	"xianfeng/internal/points"
	"xianfeng/internal/report"
	"xianfeng/internal/taskforce"
	"xianfeng/internal/testdb"
	"xianfeng/internal/volunteer"
)

// An action branch of 21 volunteers: one record, which appears in the taskforce, in the
// volunteers' hours, in the duties of the home branches, in the members' ledgers and on
// their time lines, each exactly once; and still so after a correction.
func TestRecordedOnce(t *testing.T) {
	t.Parallel()
	c := newCrew(t)
	c.proposes()
	c.seconds()
	c.do("office", post("/api/duties", fields{"owner": duty.OwnerBranch, "activity_kind": "volunteering", "name": "志愿服务", "period": "quarter", "times": 1,
		"committee": false, "basis": "", "ord": 60, "valid_from": "2026-10-01"}), nil)

	var action volunteer.ActionDetail
	c.do("secretary1", post("/api/volunteer-actions", fields{"title": "社区义诊引导", "starts_at": "2026-11-20T16:00", "ends_at": "2026-11-20T18:00", "place": "滨河社区", "served": "社区居民",
		"organiser": fields{"kind": "project", "id": c.id}, "leader_id": c.people[0], "places": 10}), &action)
	c.clock.set(today, 19)
	c.signsIn()
	minutes := map[uuid.UUID]int{}
	came := make([]fields, len(c.people))
	for i, p := range c.people {
		came[i], minutes[p] = fields{"person_id": p, "minutes": 120}, 120
	}
	c.do("secretary1", post("/api/volunteer-actions/"+action.ID.String()+"/record", fields{"came": came, "starts_at": "2026-11-20T16:00", "ends_at": "2026-11-20T18:00", "content": "引导就诊。",
		"version": action.Version, "outsiders": []fields{{"name": "赵医生", "partner": "区人民医院", "minutes": 120}, {"name": "钱护士", "partner": "区人民医院", "minutes": 60}}}), &action)
	if action.RecordID == nil {
		t.Fatalf("not recorded: %+v", action)
	}
	c.once(*action.RecordID, minutes)

	// Somebody left after an hour: the same record, corrected.
	id := "/api/activities/" + action.RecordID.String()
	var draft struct {
		RowVersion int `json:"row_version"`
	}
	c.do("secretary1", post(id+"/amend", fields{"reason": "叶知秋提前离开"}), &draft)
	short := c.Person("member1")
	minutes[short] = 60
	attendance := make([]fields, len(c.people))
	for i, p := range c.people {
		attendance[i] = fields{"person_id": p, "status": "present", "minutes": minutes[p]}
	}
	c.do("secretary1", post(id+"/confirm", fields{"row_version": draft.RowVersion, "record": fields{"kind": "volunteering", "title": "社区义诊引导", "starts_at": "2026-11-20T16:00",
		"ends_at": "2026-11-20T18:00", "place": "滨河社区", "served": "社区居民", "organiser": fields{"kind": "project", "id": c.id}, "host_id": c.people[0], "recorder_id": c.people[0],
		"content": "引导就诊。", "attendance": attendance,
		"outside_people": []fields{{"name": "赵医生", "partner": "区人民医院", "minutes": 120}, {"name": "钱护士", "partner": "区人民医院", "minutes": 60}}}}), nil)
	c.once(*action.RecordID, minutes)
	c.verifiesLedgers(t, c.cookies["office"])
}

// once looks at every place where the record has to be, and to be once.
func (c *crew) once(record uuid.UUID, minutes map[uuid.UUID]int) {
	c.t.Helper()
	sum := 0
	for _, m := range minutes {
		sum += m
	}
	c.onceInTaskforce(record)
	c.onceInHours(record, minutes, sum)
	c.onceInReports(record, sum)
	c.onceInDuties(record)
	for _, p := range c.people {
		c.onceOfPerson(record, p, minutes[p])
	}
}

func (c *crew) onceInTaskforce(record uuid.UUID) {
	c.t.Helper()
	var line taskforce.Timeline
	c.do("secretary1", get("/api/taskforces/"+c.id.String()+"/timeline?limit=200"), &line)
	found := 0
	for _, m := range line.Items {
		if m.Type == "activity" {
			found++
			if m.ID != record || m.People != 21 || m.Outsiders != 2 {
				c.t.Errorf("on the time line of the taskforce: %+v", m)
			}
		}
	}
	if d := c.detail(); found != 1 || d.Taskforce.Activities != 1 || d.Taskforce.Members != 21 {
		c.t.Errorf("%d times on the time line of %+v", found, d.Taskforce)
	}
	var list struct {
		Items []struct{ ID uuid.UUID }
		Total int
	}
	for _, path := range []string{"/api/activities?project_id=" + c.id.String(), "/api/activities?kind=volunteering"} {
		if c.do("office", get(path), &list); list.Total != 1 || len(list.Items) != 1 || list.Items[0].ID != record {
			c.t.Errorf("%s: %+v", path, list)
		}
	}
	p := c.report("taskforces", uuid.Nil, uuid.Nil)
	if p.RowsCount != 1 || cellOf(c.t, p, 0, "members") != 21.0 || cellOf(c.t, p, 0, "party") != 20.0 {
		c.t.Errorf("workbook 8: %+v", p.Rows)
	}
}

func (c *crew) onceInHours(record uuid.UUID, minutes map[uuid.UUID]int, sum int) {
	c.t.Helper()
	var page volunteer.HoursPage
	c.do("office", get("/api/volunteer-hours?limit=200"), &page)
	if page.Total != (volunteer.HoursTotal{People: 21, Participations: 21, Minutes: sum, Outsiders: 2, OutsideMinutes: 180}) || len(page.Items) != 21 {
		c.t.Errorf("hours: %+v, %d people", page.Total, len(page.Items))
	}
	for _, p := range page.Items {
		if p.Participations != 1 || p.Minutes != minutes[p.PersonID] {
			c.t.Errorf("hours of %+v", p)
		}
	}
	for _, b := range c.branches() {
		c.do("office", get("/api/volunteer-hours?branch_id="+b.ID.String()), &page)
		if page.Total.People != c.of(b.ID) || page.Total.Participations != c.of(b.ID) || page.Total.Outsiders != 0 {
			c.t.Errorf("hours of %s: %+v, want %d people", b.Name, page.Total, c.of(b.ID))
		}
	}
	for _, p := range c.people {
		var of volunteer.PersonRecord
		c.do("office", get("/api/volunteer-hours/"+p.String()), &of)
		if len(of.Items) != 1 || of.Items[0].RecordID != record || of.Participations != 1 || of.Minutes != minutes[p] || of.Items[0].Organiser != "检卫行动党支部" {
			c.t.Errorf("hours of one: %+v", of)
		}
	}
}

func (c *crew) onceInReports(record uuid.UUID, sum int) {
	c.t.Helper()
	for _, kind := range []string{"volunteer-service", "volunteer-year"} {
		people := 0
		for _, b := range append([]testdb.Place{{}}, c.branches()...) {
			p := c.report(kind, b.ID, uuid.Nil)
			if len(p.Rows) != 1 || p.Rows[0].RecordID == nil || *p.Rows[0].RecordID != record || cellOf(c.t, p, 0, "organiser") != "检卫行动党支部" {
				c.t.Errorf("%s of %q: %+v", kind, b.Name, p.Rows)
				continue
			}
			if b.ID != uuid.Nil {
				people += int(p.Totals["people"])
				if n := int64(c.of(b.ID)); p.Totals["people"] != n || p.Totals["participations"] != n {
					c.t.Errorf("%s of %s: %v", kind, b.Name, p.Totals)
				}
			} else if p.Totals["people"] != 21 || p.Totals["participations"] != 21 || p.Totals["minutes"] != int64(sum) || p.Totals["outsiders"] != 2 || p.Totals["outside_minutes"] != 180 {
				c.t.Errorf("%s: %v", kind, p.Totals)
			}
		}
		if people != 20 { // and one of no branch
			c.t.Errorf("%s: the branches have %d people", kind, people)
		}
	}
}

// onceInDuties: the action counts for each branch that somebody came from, once.
func (c *crew) onceInDuties(record uuid.UUID) {
	c.t.Helper()
	var grid duty.Grid
	c.do("office", get("/api/duties/grid?owner=branch&from=2026-10&months=3"), &grid)
	rows := 0
	for _, r := range grid.Rows {
		found := 0
		for _, cell := range r.Cells {
			if cell.Kind != "volunteering" {
				continue
			}
			found++
			var d duty.Detail
			c.do("office", get(fmt.Sprintf("/api/duties/cell?code=%s&owner=branch&owner_id=%s&first=%s", cell.Code, cell.OwnerID, cell.First)), &d)
			if cell.Held != 1 || cell.State != duty.Met || len(d.Records) != 1 || d.Records[0].RecordID != record || d.Records[0].Present != 21 && d.Records[0].Present != c.of(r.OwnerID) {
				c.t.Errorf("duty of %s: %+v with %+v", r.Name, cell, d.Records)
			}
		}
		if rows += found; found != 1 {
			c.t.Errorf("%s has the duty %d times", r.Name, found)
		}
	}
	if rows != 3 {
		c.t.Errorf("%d branches have the duty", rows)
	}
}

// onceOfPerson: an entry by each rule, and one line of a life.
func (c *crew) onceOfPerson(record, person uuid.UUID, minutes int) {
	c.t.Helper()
	var ledger points.LedgerLines
	brought, rules := 0, map[string]int{}
	if person != c.Person("staff") { // who is no Party member has no ledger
		c.do("office", get("/api/ledgers/"+person.String()+"/entries?quarter=2026Q4&limit=200"), &ledger)
	}
	for _, e := range ledger.Items {
		if e.RecordID == record {
			brought += e.Points
			if e.Source != "reversal" && e.ReversedBy == nil {
				rules[e.RuleCode]++
			}
		}
	}
	want, points := map[string]int{"volunteer": 1}, minutes*50/60
	if person == c.Person("staff") {
		want, points = map[string]int{}, 0
	}
	if !maps.Equal(rules, want) || brought != points {
		c.t.Errorf("%d minutes brought %d hundredths by %v, want %d by %v", minutes, brought, rules, points, want)
	}
	if person != c.Person("staff") {
		p := c.report("member-ledger", uuid.Nil, person)
		lines := 0
		for _, r := range p.Rows {
			if r.EntryID != nil {
				lines++
			}
		}
		if lines != ledger.Total {
			c.t.Errorf("workbook 2 has %d entries of %d", lines, ledger.Total)
		}
	}
	var line life.Timeline
	c.do("office", get("/api/people/"+person.String()+"/timeline?limit=100"), &line)
	found := 0
	for _, l := range line.Items {
		if l.Ref != record {
			continue
		}
		found++
		if l.Kind != life.Activities || l.Minutes == nil || *l.Minutes != minutes || brought != 0 && (l.Points == nil || *l.Points != brought) {
			c.t.Errorf("on the time line: %+v, want %d minutes and %d hundredths", l, minutes, brought)
		}
	}
	if found != 1 {
		c.t.Errorf("%d times on the time line of %s", found, person)
	}
}

// What the action branch holds counts in the meeting statistics of each home branch, once.
func TestProjectInMeetingStatistics(t *testing.T) {
	t.Parallel()
	c := newCrew(t)
	c.proposes()
	c.seconds()
	attendance := []fields{}
	for _, p := range c.people {
		if c.homes[p] != uuid.Nil { // the Party's day is for its members
			attendance = append(attendance, fields{"person_id": p, "status": "present"})
		}
	}
	before := map[uuid.UUID]any{}
	for _, b := range c.branches() {
		before[b.ID] = cellOf(t, c.report("meeting-statistics", b.ID, uuid.Nil), 0, "party_day_held")
	}
	c.do("secretary1", post("/api/activities", fields{"kind": "party_day", "title": "主题党日", "starts_at": "2026-11-20T09:00", "ends_at": "2026-11-20T11:00", "place": "卫生院", "content": "学习。", "agenda": "学习",
		"organiser": fields{"kind": "project", "id": c.id}, "host_id": c.people[0], "recorder_id": c.people[0], "attendance": attendance, "confirm": true}), nil)
	for _, b := range c.branches() {
		p := c.report("meeting-statistics", b.ID, uuid.Nil)
		if was, is := before[b.ID].(float64), cellOf(t, p, 0, "party_day_held"); len(p.Rows) != 1 || is != was+1 {
			t.Errorf("%s held %v, then %v", b.Name, was, is)
		}
	}
}

// Being seconded moves nobody: every report has the same rows before and after, whole
// and of each branch (rule 27).
func TestSecondedStayAtHome(t *testing.T) {
	t.Parallel()
	c := newCrew(t)
	for i := range c.Branches {
		c.confirmed(c.meeting(i, 3, "党员大会"))
	}
	c.proposes()
	before := c.everyReport()
	c.seconds()
	after := c.everyReport()
	if len(before) < 10*4 {
		t.Errorf("only %d reports", len(before))
	}
	for key, was := range before {
		if is := after[key]; is != was {
			t.Errorf("%s changed from\n%s\nto\n%s", key, was, is)
		}
	}
	if p := c.report("taskforces", uuid.Nil, uuid.Nil); len(p.Rows) != 1 {
		t.Errorf("workbook 8 has %d rows", len(p.Rows))
	}
}

// everyReport is what every report but that of taskforces shows, and the roll.
func (c *crew) everyReport() map[string]string {
	c.t.Helper()
	out := map[string]string{}
	for _, d := range report.Definitions() {
		if d.Kind == "taskforces" {
			continue
		}
		for _, b := range append([]testdb.Place{{}}, c.branches()...) {
			p := c.report(d.Kind, b.ID, uuid.Nil)
			out[d.Kind+" "+b.Name] = text(fields{"rows": p.Rows, "totals": p.Totals, "sheets": p.Sheets, "range": p.Range, "note": p.ScopeNote})
			for _, s := range p.Sheets {
				if s.PersonID != nil {
					out[d.Kind+" "+b.Name+" "+s.PersonID.String()] = text(c.report(d.Kind, b.ID, *s.PersonID).Rows)
				}
			}
		}
	}
	for _, path := range []string{"/api/people?limit=200", "/api/ledgers?quarter=2026Q4&limit=200", "/api/duties/grid?owner=branch&from=2026-10&months=3"} {
		var list any
		c.do("office", get(path), &list)
		out[path] = text(list)
	}
	return out
}
