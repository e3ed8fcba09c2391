package app_test

import (
	"fmt"
	"net/url"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/talk"
	"xianfeng/internal/testdb"
)

// schedulesOf is everythingOf of talks, duties and what belongs to them. Whom one may
// note a talk with is not among it: a secretary is told everybody's name.
func schedulesOf(o *office, x things, branch testdb.Place) []string {
	person, b, q := x.person.String(), branch.ID.String(), url.QueryEscape(x.name)
	department := x.department.ID.String()
	paths := []string{"/api/talk-plans", "/api/talk-types", "/api/talk-leaders", "/api/talk-mornings", "/api/mornings?from=2026-11-01&to=2026-11-30",
		"/api/talk-readings", "/api/feed", "/api/study-notes", "/api/duties", "/api/duty-plans?quarter=2026Q4", "/api/duty-plans?quarter=2027Q1",
		"/api/reports/talk-coverage?quarter=2026Q4&limit=1000", "/api/reports/meeting-statistics?quarter=2026Q4&limit=1000"}
	for _, owner := range []string{"branch", "group", "deputy", "leader", "unit"} {
		for _, filter := range []string{"", "&branch_id=" + b, "&q=" + url.QueryEscape(branch.Name), "&q=" + q, "&code=party_day", "&code=group_meeting"} {
			paths = append(paths, "/api/duties/grid?from=2026-01&owner="+owner+filter)
		}
	}
	for list, filters := range map[string][]string{
		"/api/talks?limit=500": {"", "&branch_id=" + b, "&department_id=" + department, "&person_id=" + person, "&talker_id=" + x.calendars.held.TalkerID.String(), "&q=" + q, "&q=%25", "&year=2026",
			"&status=planned,due,late,unplanned", "&status=reported", "&type=hardship", "&type=post_change", "&type=ad_hoc", "&mine=true", "&unplanned=true", "&from=2026-01-01&to=2026-12-31"},
		"/api/talks/coverage?year=2026": {"", "&branch_id=" + b},
		"/api/talk-occasions?limit=200": {"", "&state=open", "&state=arranged", "&state=dismissed"},
		"/api/followups?limit=200":      {"", "&state=open", "&mine=owner", "&mine=raised", "&q=" + q, "&q=%25"},
		"/api/absences?limit=200":       {"", "&person_id=" + person, "&branch_id=" + b, "&kind=business", "&from=2026-01-01&to=2027-12-31"},
		"/api/duty-excuses?limit=200":   {"", "&state=asked", "&state=approved"},
	} {
		for _, filter := range filters {
			paths = append(paths, list+filter)
		}
	}
	return paths
}

// secrets are the ids of a place's talks and duties.
func (x calendars) secrets() (out []string) {
	for _, id := range []uuid.UUID{x.planned.ID, x.held.ID, x.occasion, x.absence, x.excuse, x.plan} {
		out = append(out, id.String())
	}
	return out
}

// doors are the details of talks and duties: address, own, foreign.
func doors(o *office, mine, theirs calendars) [][3]string {
	cell := func(x calendars) string {
		return fmt.Sprintf("code=%s&owner=%s&first=%s&owner_id=%s", x.cell.Code, x.cell.Owner, x.cell.First, x.cell.OwnerID)
	}
	group := func(i int) string {
		return "code=group_meeting&owner=group&first=2026-11-01&owner_id=" + o.Groups[i][0].ID.String()
	}
	return [][3]string{
		{"/api/talks/%s", mine.planned.ID.String(), theirs.planned.ID.String()},
		{"/api/talks/%s", mine.held.ID.String(), theirs.held.ID.String()},
		{"/api/talks/%s/record", mine.held.ID.String(), theirs.held.ID.String()},
		{"/api/talks/%s/leaders", mine.held.ID.String(), theirs.held.ID.String()},
		{"/api/talk-plans/%s", mine.plan.String(), theirs.plan.String()},
		{"/api/duties/cell?%s", cell(mine), cell(theirs)},
		{"/api/duties/cell?%s", group(1), group(0)},
		{"/api/duty-plans/%s/2026Q4", o.Branches[1].ID.String(), o.Branches[0].ID.String()},
		{"/api/duty-plans/%s/2026Q4/sheet.xlsx", o.Branches[1].ID.String(), o.Branches[0].ID.String()},
		{"/api/reports/talk-coverage?quarter=2026Q4&branch=%s", o.Branches[1].ID.String(), o.Branches[0].ID.String()},
		{"/api/reports/meeting-statistics?quarter=2026Q4&branch=%s", o.Branches[1].ID.String(), o.Branches[0].ID.String()},
	}
}

// conversations are talks of everybody with somebody, in every state, the plans of both
// branches and of the whole office, for the lists to show.
func (o *office) conversations(keys []string) (talks, plans []uuid.UUID) {
	o.t.Helper()
	for i, key := range keys {
		if _, planned := o.occurs(o.Person(key), talk.TypeCommendation); i%4 == 0 {
			by, scope := o.as("office", "talk", "plan")
			_, err := o.app.Talks.Cancel(o.t.Context(), by, scope, planned.ID, "not_needed", planned.Version)
			must(o.t, err)
		}
		if i%3 == 0 && key != "office" {
			t := o.notes("office", o.Person(key))
			if i%2 == 0 {
				by, scope := o.as(key, "talk", "record")
				_, err := o.app.Talks.Confirm(o.t.Context(), by, scope, t.ID, t.Version)
				must(o.t, err)
			}
		}
	}
	for _, b := range o.Branches {
		o.plans(b.ID)
	}
	o.plans(uuid.Nil)
	must(o.t, o.app.DB.NewRaw("SELECT id FROM talk_talks WHERE unit_id = ?", o.Unit).Scan(o.t.Context(), &talks))
	must(o.t, o.app.DB.NewRaw("SELECT id FROM talk_plans WHERE unit_id = ?", o.Unit).Scan(o.t.Context(), &plans))
	return talks, plans
}

// quarterlies are the plans of a quarter of both branches.
func (o *office) quarterlies() (branches []uuid.UUID) {
	o.t.Helper()
	by, scope := o.as("office", "duty_plan", "write")
	for _, b := range o.Branches {
		_, err := o.app.Duties.MakePlan(o.t.Context(), by, scope, b.ID, calendar.QuarterOf(today))
		must(o.t, err)
		branches = append(branches, b.ID)
	}
	return branches
}

// allStates asks for talks of every state.
const allStates = "status=unplanned,planned,due,late,reported,confirmed,cancelled"
