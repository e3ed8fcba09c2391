package app_test

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/duty"
	"xianfeng/internal/org"
	"xianfeng/internal/talk"
	"xianfeng/internal/testdb"
)

// calendars is what talks and duties need besides what things hold of a place.
type calendars struct {
	planned   talk.Talk // with the person, by an occasion
	occasion  uuid.UUID
	held      talk.Talk     // with the person, as the other one reported, who wrote its record
	stranger  uuid.UUID     // with whom who reaches these things may note a talk
	consent   uuid.UUID     // the other one asked for
	followUp  talk.FollowUp // the person's
	plan      uuid.UUID     // of the branch's talks
	digest    string        // of planning them again
	absence   uuid.UUID     // the person's
	cell      duty.CellID   // that the place owes
	excuse    uuid.UUID     // of the place
	excuses   map[string]uuid.UUID
	quarterly duty.Plan // of the branch, not filed

	// of the unit
	leader, morning uuid.UUID
	lines           map[string]uuid.UUID // of duties, by code; that of "seminar" is to come
	token           string
}

// within is the same of a place in a unit.
func (x calendars) within(unit calendars) calendars {
	x.leader, x.morning, x.lines, x.token = unit.leader, unit.morning, unit.lines, unit.token
	return x
}

// todayReally is by the clock on the wall, which PostgreSQL goes by.
func todayReally() calendar.Date { return calendar.DateOf(time.Now()) }

// nextQuarter is the one after that of the tests.
var nextQuarter = calendar.Quarter{Year: 2027, Q: 1}

// founded says since when the office keeps its records here: what was before is no duty
// that was missed.
func (o *office) founded(day string) {
	o.t.Helper()
	owner := testdb.Owner(o.t, o.app.DB)
	_, err := owner.ExecContext(o.t.Context(), `UPDATE org_units SET created_at = $1 WHERE id = $2`, day, o.Unit)
	must(o.t, err)
	must(o.t, owner.Close()) // a database that is copied is nobody's
}

// asked is an excuse for a cell of a place.
func (o *office) asked(key, code, owner string, id uuid.UUID, first calendar.Date) uuid.UUID {
	o.t.Helper()
	by, scope := o.as(key, "duty", "excuse")
	e, err := o.app.Duties.Ask(o.t.Context(), by, scope, duty.Asking{Code: code, Owner: owner, OwnerID: id, PeriodFirst: first, Reason: "办理专案"})
	must(o.t, err)
	return e.ID
}

// occurs notes an occasion of somebody, which makes a talk due.
func (o *office) occurs(person uuid.UUID, kind string) (occasion uuid.UUID, planned talk.Talk) {
	o.t.Helper()
	by, scope := o.as("office", "talk", "plan")
	n, err := o.app.Talks.NoteOccasion(o.t.Context(), by, scope, person, kind, today.AddDays(-1))
	must(o.t, err)
	if n.TalkID == nil {
		o.t.Fatalf("no talk for %s of %s", kind, n.PersonName)
	}
	return n.ID, o.talk(*n.TalkID)
}

// talk is a talk as it stands.
func (o *office) talk(id uuid.UUID) talk.Talk {
	o.t.Helper()
	by, scope := o.as("office", "talk", "read")
	d, err := o.app.Talks.Detail(o.t.Context(), by, scope, id)
	must(o.t, err)
	return d.Talk
}

// notes registers a talk that somebody held with another today.
func (o *office) notes(key string, with uuid.UUID) talk.Talk {
	o.t.Helper()
	by, scope := o.as(key, "talk", "record")
	t, err := o.app.Talks.Note(o.t.Context(), by, scope, with, today)
	must(o.t, err)
	return t
}

// writes keeps a version of the record of a talk.
func (o *office) writes(key string, id uuid.UUID, after int, said string) {
	o.t.Helper()
	by, scope := o.as(key, "talk_text", "write")
	_, err := o.app.Talks.Write(o.t.Context(), by, scope, id, said, after)
	must(o.t, err)
}

// names asks that a leader may read the record of a talk.
func (o *office) names(key string, id uuid.UUID, leader string, until calendar.Date) uuid.UUID {
	o.t.Helper()
	by, scope := o.as(key, "talk_text", "write")
	r, err := o.app.Talks.Ask(o.t.Context(), by, scope, id, o.Person(leader), until)
	must(o.t, err)
	return r.Consents[0].ID
}

// planDigest is what planning a branch's talks, or what is left of them, would do now.
func (o *office) planDigest(branch uuid.UUID) string {
	o.t.Helper()
	by, scope := o.as("office", "talk", "plan")
	p, err := o.app.Talks.PreviewPlan(o.t.Context(), by, scope, today.Year, branch)
	must(o.t, err)
	return p.Digest
}

// plans makes the plan of a branch's talks.
func (o *office) plans(branch uuid.UUID) uuid.UUID {
	o.t.Helper()
	by, scope := o.as("office", "talk", "plan")
	p, err := o.app.Talks.ConfirmPlan(o.t.Context(), by, scope, today.Year, branch, o.planDigest(branch))
	must(o.t, err)
	return p.ID
}

// away notes that somebody is away.
func (o *office) away(person uuid.UUID, from calendar.Date, days int) uuid.UUID {
	o.t.Helper()
	by, scope := o.as("office", "absence", "write")
	a, err := o.app.Org.AddAbsence(o.t.Context(), by, scope, org.NewAbsence{Person: person, Kind: "business", From: from, To: from.AddDays(days - 1)})
	must(o.t, err)
	return a.ID
}

// scheduled adds a place's share of talks and duties to its things. person is whom they
// are about, talker somebody who talks with them, and askers give a reason each why the
// place does not meet a duty.
func (o *office) scheduled(x things, person, talker string, stranger string, askers ...string) things {
	o.t.Helper()
	ctx := o.t.Context()
	c := &x.calendars
	c.stranger = o.Person(stranger)
	kind := talk.TypeHardship
	if x.department == o.Departments[1] && x.person != o.Person("deputy") {
		kind = talk.TypePostChange // held by the deputy: whoever plans it is none of the two
	}
	c.occasion, c.planned = o.occurs(x.person, kind)
	c.held = o.notes(talker, x.person)
	o.writes(talker, c.held.ID, 0, "谈了工作和家庭")
	c.consent = o.names(talker, c.held.ID, "office", today.AddDays(30))
	by, scope := o.as(person, "followup", "write")
	f, err := o.app.Talks.Raise(ctx, by, scope, c.held.ID, talk.FollowUpInput{Matter: "协调周转住房", OwnerID: o.Person(talker), DueOn: today.AddDays(20)})
	must(o.t, err)
	c.followUp = f
	c.absence = o.away(x.person, today.AddDays(40), 2)
	month, week := calendar.NewDate(2026, 11, 1), calendar.NewDate(2026, 11, 16)
	c.cell = duty.CellID{Code: "seminar", Owner: duty.OwnerBranch, OwnerID: x.branch.ID, First: month}
	excused := []duty.CellID{{Code: "party_day", Owner: duty.OwnerBranch, OwnerID: x.branch.ID, First: month},
		{Code: "party_lecture", Owner: duty.OwnerBranch, OwnerID: x.branch.ID, First: calendar.NewDate(2026, 10, 1)}}
	switch x.place.Kind {
	case "group":
		c.cell = duty.CellID{Code: "consultation", Owner: duty.OwnerGroup, OwnerID: x.place.ID, First: week}
		excused = []duty.CellID{{Code: "group_meeting", Owner: duty.OwnerGroup, OwnerID: x.place.ID, First: month}}
	case "department":
		c.cell = duty.CellID{Code: "morning_meeting", Owner: duty.OwnerDeputy, OwnerID: x.place.ID, First: week}
		excused = []duty.CellID{{Code: "morning_meeting", Owner: duty.OwnerDeputy, OwnerID: x.place.ID, First: week.AddDays(-7)}}
	}
	c.excuses = map[string]uuid.UUID{}
	for i, key := range askers {
		c.excuses[key] = o.asked(key, excused[i].Code, excused[i].Owner, excused[i].OwnerID, excused[i].First)
		if c.excuse == uuid.Nil {
			c.excuse = c.excuses[key]
		}
	}
	return x
}

// arranges is the share of talks and duties that belongs to a branch, once.
func (o *office) arranges(branch uuid.UUID) (plan uuid.UUID, quarterly duty.Plan) {
	o.t.Helper()
	by, scope := o.as("office", "duty_plan", "write")
	quarterly, err := o.app.Duties.MakePlan(o.t.Context(), by, scope, branch, calendar.QuarterOf(today))
	must(o.t, err)
	return o.plans(branch), quarterly
}

// timetable is what belongs to the unit: who talks with everybody, when deputies meet
// departments, a duty that is to change, and somebody's calendar.
func (o *office) timetable(x things) things {
	o.t.Helper()
	ctx := o.t.Context()
	c := &x.calendars
	by, scope := o.as("office", "talk_type", "write")
	l, err := o.app.Talks.AddLeader(ctx, by, scope, talk.LeaderInput{Person: o.Person("chief"), From: today})
	must(o.t, err)
	c.leader = l.ID
	p, err := o.app.Talks.AddPattern(ctx, by, scope, talk.PatternInput{Deputy: o.Person("deputy"), Department: o.Departments[1].ID, Weekdays: []int{2, 4}, StartsAt: "08:20", From: today.AddDays(-30)})
	must(o.t, err)
	c.morning = p.ID
	by, scope = o.as("office", "duty", "write")
	list, err := o.app.Duties.List(ctx, scope)
	must(o.t, err)
	c.lines = map[string]uuid.UUID{}
	for _, d := range list.Items {
		c.lines[d.Code] = d.ID
	}
	d, err := o.app.Duties.Define(ctx, by, scope, "seminar", duty.Change{Seen: c.lines["seminar"], Terms: duty.Terms{Name: "支部研讨", ActivityKind: "seminar",
		Period: duty.EveryMonth, Times: 2, Basis: "理论学习制度", Ord: 8, ValidFrom: nextQuarter.First()}})
	must(o.t, err)
	c.lines["seminar"] = d.ID
	c.token = o.subscribes("leader2", false)
	return x
}

// subscribes gives somebody a calendar, and its token.
func (o *office) subscribes(key string, names bool) string {
	o.t.Helper()
	by, scope := o.as(key, "feed", "use")
	token, err := o.app.Feeds.Make(o.t.Context(), by, scope, names)
	must(o.t, err)
	return token
}

// seedCalendars gives an office what a founded one has.
func seedCalendars(ctx context.Context, tx bun.Tx, o *office) error {
	if err := talk.Seed(ctx, tx, o.Unit); err != nil {
		return err
	}
	return duty.Seed(ctx, tx, o.Unit, o.clock.now())
}

// excuseOf is an excuse that somebody may take back.
func (x things) excuseOf(login string) uuid.UUID {
	if id, own := x.calendars.excuses[login]; own {
		return id
	}
	return x.calendars.excuse
}

// arranged makes the plans of the branches that places belong to, and then looks at
// what planning again would do, which changes with everything.
func (o *office) arranged(all map[string]things) {
	o.t.Helper()
	type made struct {
		plan      uuid.UUID
		quarterly duty.Plan
	}
	of := map[uuid.UUID]made{}
	for _, x := range all {
		if _, done := of[x.branch.ID]; !done {
			plan, quarterly := o.arranges(x.branch.ID)
			of[x.branch.ID] = made{plan, quarterly}
		}
	}
	for key, x := range all {
		x.calendars.plan, x.calendars.quarterly = of[x.branch.ID].plan, of[x.branch.ID].quarterly
		x.calendars.digest = o.planDigest(x.branch.ID)
		x.calendars.planned = o.talk(x.calendars.planned.ID) // the plan may have moved it
		all[key] = x
	}
}

// grantTo gives somebody a role at a place, since ever.
func grantTo(o *office, key, role string, place uuid.UUID) error {
	_, err := o.app.DB.NewRaw(`INSERT INTO access_grants (unit_id, id, person_id, role, place_kind, place_id, valid_from)
		VALUES (?, ?, ?, ?, 'department', ?, '2020-01-01')`, o.Unit, uuid.New(), o.Person(key), role, place).Exec(o.t.Context())
	return err
}
