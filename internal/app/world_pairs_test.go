package app_test

import (
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/mentoring"
	"xianfeng/internal/selection"
)

// pairs is what things have of mentoring: a pairing with what its three wrote, and what
// belongs to the unit.
type pairs struct {
	pairing       mentoring.Pairing
	plan          mentoring.Plan // of this year, that waits for the mentee
	published     mentoring.Plan // of this year, and another pairing
	reported, own mentoring.Log  // by the political mentor, by the mentee: neither is answered
	wish          uuid.UUID
	free          map[string]uuid.UUID // who is in nobody's pairing: a mentee and two mentors of the pool
	selection     uuid.UUID            // of last year's best pair, open
	candidate     uuid.UUID
}

// within is this with what belongs to the unit from there.
func (x pairs) within(unit pairs) pairs {
	if x.pairing.ID == uuid.Nil {
		return unit
	}
	x.wish, x.free, x.published, x.selection, x.candidate = unit.wish, unit.free, unit.published, unit.selection, unit.candidate
	return x
}

// trio is the three of a pairing.
type trio struct{ mentee, political, professional string }

// pairsUp makes the pairings of things; whole is the key that has what belongs to the
// unit, too.
func (o *office) pairsUp(all map[string]things, whole string, of map[string]trio) {
	o.t.Helper()
	ctx := o.t.Context()
	settings, scope := o.as("office", "settings", "write")
	set, err := o.app.Org.ReadSettings(ctx, scope)
	must(o.t, err)
	set.MenteeAge = 60 // nobody of the fixture is young
	_, err = o.app.Org.SaveSettings(ctx, settings, scope, set)
	must(o.t, err)
	office, scope := o.as("office", "mentoring", "pair")
	for _, key := range []string{"secretary1", "secretary2", "committee1", "leader2", "deputy", "chief"} {
		_, err := o.app.Mentoring.SaveMentor(ctx, office, scope, o.Person(key), mentoring.MentorInput{Political: true, Professional: true, Strengths: "公文写作"})
		must(o.t, err)
	}
	// Besides those of the things two more: one that stands for the best pair of last year,
	// with a plan of this one to be opened again, and one whose plan waits to be published.
	best := trio{"staff", of[whole].political, of[whole].professional}
	ready := trio{"head", "secretary2", "leader2"}
	var pairing mentoring.Pairing
	o.on(calendar.NewDate(2025, time.November, 3), func() {
		pairing = o.paired(best)
		o.planned(best, pairing.ID, 2025, best.political, best.professional)
		o.publishesPlans(2025)
		for key, t := range of {
			x := all[key]
			x.pairs.pairing = o.paired(t)
			all[key] = x
		}
	})
	o.on(calendar.NewDate(2025, time.December, 22), func() { o.assessed(best, pairing.ID, 2025) })
	o.on(calendar.NewDate(2026, time.January, 5), func() {
		o.planned(best, pairing.ID, 2026, best.political, best.professional)
		o.publishesPlans(2026)
	})
	must(o.t, o.app.Notices.Tick(ctx))
	o.planned(ready, o.paired(ready).ID, today.Year, ready.political, ready.professional)
	for key, t := range of {
		x := all[key]
		x.pairs.plan = o.planned(trio{mentee: t.political}, x.pairs.pairing.ID, today.Year, t.professional)
		x.pairs.reported = o.logs(t.political, t.political, x.pairs.pairing.ID, 3)
		x.pairs.own = o.logs(t.mentee, t.political, x.pairs.pairing.ID, 4)
		all[key] = x
	}
	x := all[whole]
	wish, err := o.app.Mentoring.NoteWish(ctx, office, scope, mentoring.WishInput{Kind: "exclude", MenteeID: o.Person("head"), MentorID: o.Person("deputy")})
	must(o.t, err)
	x.pairs.wish = wish.ID
	x.pairs.free = map[string]uuid.UUID{"mentee": o.Person("leader1"), "political": o.Person("chief"), "professional": o.Person("deputy")}
	by, scope := o.as("office", "mentoring", "read")
	plans, err := o.app.Mentoring.Plans(ctx, by, scope, pairing.ID)
	must(o.t, err)
	x.pairs.published = plans[0]
	opener, scope := o.as("office", "selection", "open")
	opened, err := o.app.Selections.OpenPairs(ctx, opener, scope, 2025, 1, nil)
	must(o.t, err)
	x.pairs.selection = opened.ID
	_, scope = o.as("office", "selection", "read")
	list, err := o.app.Selections.ListCandidates(ctx, opener, scope, opened.ID, selection.CandidateFilter{Limit: 10})
	must(o.t, err)
	for _, c := range list.Items {
		if c.Excluded == "" {
			x.pairs.candidate = c.ID
		}
	}
	all[whole] = x
}

func (o *office) paired(t trio) mentoring.Pairing {
	o.t.Helper()
	by, scope := o.as("office", "mentoring", "pair")
	made, err := o.app.Mentoring.Pair(o.t.Context(), by, scope, mentoring.PairingsInput{From: calendar.DateOf(o.clock.now()),
		Items: []mentoring.PairInput{{MenteeID: o.Person(t.mentee), PoliticalID: o.Person(t.political), ProfessionalID: o.Person(t.professional)}}})
	must(o.t, err)
	return made[0]
}

// planned is a year's plan that the mentee of a trio wrote, and these agreed to.
func (o *office) planned(t trio, pairing uuid.UUID, year int, agree ...string) mentoring.Plan {
	o.t.Helper()
	by, scope := o.as(t.mentee, "mentoring", "write")
	plan, err := o.app.Mentoring.WritePlan(o.t.Context(), by, scope, pairing, year, mentoring.PlanInput{Goals: "独立承办案件",
		Items: []mentoring.PlanItem{{Kind: mentoring.Talk, Title: "谈心", Times: 4}}})
	must(o.t, err)
	for _, key := range agree {
		by, scope := o.as(key, "mentoring", "write")
		plan, err = o.app.Mentoring.AgreePlan(o.t.Context(), by, scope, pairing, year, plan.Version)
		must(o.t, err)
	}
	return plan
}

// publishesPlans puts the plans of a year on notice that all agreed to.
func (o *office) publishesPlans(year int) {
	o.t.Helper()
	by, scope := o.as("office", "mentoring", "publish")
	_, err := o.app.Mentoring.PublishPlans(o.t.Context(), by, scope, year, nil)
	must(o.t, err)
}

// assessed is what the three say at the end of a year.
func (o *office) assessed(t trio, pairing uuid.UUID, year int) {
	o.t.Helper()
	for _, key := range []string{t.mentee, t.political, t.professional} {
		by, scope := o.as(key, "mentoring", "write")
		in := mentoring.AssessmentInput{Remark: "按计划完成"}
		if score := 9000; key != t.mentee {
			in.Grade, in.Score = mentoring.GradeGood, &score
		}
		_, err := o.app.Mentoring.Assess(o.t.Context(), by, scope, pairing, year, mentoring.Final, in)
		must(o.t, err)
	}
}

func (o *office) logs(writer, mentor string, pairing uuid.UUID, daysAgo int) mentoring.Log {
	o.t.Helper()
	by, scope := o.as(writer, "mentoring", "write")
	l, err := o.app.Mentoring.WriteLog(o.t.Context(), by, scope, pairing, mentoring.LogInput{MentorID: o.Person(mentor), Kind: mentoring.Talk,
		HeldOn: today.AddDays(-daysAgo), Minutes: 45, Content: "谈近期工作体会"})
	must(o.t, err)
	return l
}
