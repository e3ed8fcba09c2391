package app_test

import (
	"bytes"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/claim"
	"xianfeng/internal/points"
	"xianfeng/internal/selection"
)

// finished is the quarter before that of the tests: over, its totals noticed.
var finished = calendar.Quarter{Year: 2026, Q: 3}

// circle is what the circle of claim, notice, objection, close and selection needs
// besides what things hold of a place.
type circle struct {
	draft, submitted, verified claim.Saved // of the person
	draftFile, submittedFile   uuid.UUID
	notice, item, objection    uuid.UUID // running; item is free to object to, objection is the person's to the other one
	meeting                    uuid.UUID // of the committee, since the objection
	voucher                    int64
	nominee, newcomer          candidate // of the place: nominated, and not

	// of the unit
	scheme                         points.Scheme // draft
	fingerprint                    string        // of the finished quarter's check list
	tied, ready, heard, open, whom uuid.UUID     // selections: whom is the one that nominee is of
	chosen, awarded                uuid.UUID     // candidates of tied and heard
	versions                       map[uuid.UUID]int
	honour                         uuid.UUID
	holidays                       string // the plan of importing the year's holidays again
	rulebook                       []byte // the scheme as a workbook
}

// within is the same of a place in a unit.
func (x circle) within(unit circle) circle {
	x.scheme, x.fingerprint, x.versions, x.honour = unit.scheme, unit.fingerprint, unit.versions, unit.honour
	x.tied, x.ready, x.heard, x.chosen, x.awarded = unit.tied, unit.ready, unit.heard, unit.chosen, unit.awarded
	x.holidays, x.rulebook = unit.holidays, unit.rulebook
	return x
}

type candidate struct{ selection, id uuid.UUID }

// set moves the clock to an hour of a day.
func (c *clock) set(day calendar.Date, hour int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = day.In().Add(time.Duration(hour) * time.Hour)
}

// on does something on another day than that of the tests, and comes back.
func (o *office) on(day calendar.Date, fn func()) {
	o.t.Helper()
	o.clock.set(day, 10)
	defer o.clock.set(today, 15)
	fn()
}

// clean is a claim that everybody can make: a quarter without a fault.
func (o *office) clean(key, matter string) claim.Input {
	return claim.Input{Person: o.Person(key), RuleCode: "clean_quarter", FactOn: today.AddDays(-10), Matter: matter, Statement: "无违纪违规情况"}
}

// claims drafts a claim by somebody, with its evidence.
func (o *office) claims(by string, in claim.Input) (claim.Saved, uuid.UUID) {
	o.t.Helper()
	actor, scope := o.as(by, "claim", "submit")
	saved, err := o.app.Claims.Create(o.t.Context(), actor, scope, in)
	must(o.t, err)
	a, err := o.app.Claims.Attach(o.t.Context(), actor, scope, saved.ID, "证明.pdf", "证明", strings.NewReader("%PDF-1.7 "+in.Matter))
	must(o.t, err)
	saved.Version = a.Version
	return saved, a.ID
}

// submits is claims, and hands it in.
func (o *office) submits(by string, in claim.Input) (claim.Saved, uuid.UUID) {
	o.t.Helper()
	saved, file := o.claims(by, in)
	actor, scope := o.as(by, "claim", "submit")
	saved, err := o.app.Claims.Submit(o.t.Context(), actor, scope, saved.ID, saved.Version)
	must(o.t, err)
	return saved, file
}

// verifies is by somebody from outside, so that all who may decide about objections
// stay free to.
func (o *office) verifies(all ...claim.Saved) {
	o.t.Helper()
	seen := make([]claim.Seen, len(all))
	for i, c := range all {
		seen[i] = claim.Seen{ID: c.ID, Version: c.Version}
	}
	v, err := o.app.Claims.Verify(o.t.Context(), o.Actor("sysadmin"), access.System(o.Unit), seen)
	must(o.t, err)
	if len(v.Refused) > 0 {
		o.t.Fatalf("refused: %+v", v.Refused)
	}
}

// publishes puts verified claims on notice.
func (o *office) publishes(all ...claim.Saved) []claim.Published {
	o.t.Helper()
	ids := make([]uuid.UUID, len(all))
	for i, c := range all {
		ids[i] = c.ID
	}
	by, scope := o.as("office", "claim", "notice")
	out, err := o.app.Claims.Publish(o.t.Context(), by, scope, ids, "")
	must(o.t, err)
	return out
}

// itemOf is the line of a running notice that is about a subject.
func (o *office) itemOf(subject uuid.UUID) (notice, item uuid.UUID) {
	o.t.Helper()
	var at struct{ ID, NoticeID uuid.UUID }
	must(o.t, o.app.DB.NewRaw(`SELECT id, notice_id FROM notice_items WHERE unit_id = ? AND subject_id = ? AND outcome IS NULL`, o.Unit, subject).Scan(o.t.Context(), &at))
	return at.NoticeID, at.ID
}

// gathering is a meeting that everybody who is expected came to.
func (o *office) gathering(kind string, branch int, day calendar.Date, title string) activity.Record {
	o.t.Helper()
	by, scope := o.as("office", "activity", "record")
	hint, err := o.app.Activities.Suggest(o.t.Context(), by, scope, kind, branchOf(o, branch), day)
	must(o.t, err)
	r := activity.Record{Kind: kind, Title: title, Place: "二楼会议室", Agenda: "研究异议", Content: "听取情况", Organiser: branchOf(o, branch),
		Starts: day.In().Add(9 * time.Hour), Ends: day.In().Add(10 * time.Hour), Host: hint.Host.ID, Recorder: hint.Host.ID}
	for _, e := range hint.Expected {
		r.Attendance = append(r.Attendance, activity.Attendance{Person: e.PersonID, Status: activity.Present})
	}
	return r
}

// closable opens the finished quarter and puts its totals on a notice that is over.
// Two groups come first in it, equal.
func (o *office) closable() {
	o.t.Helper()
	must(o.t, o.app.Points.OpenQuarter(o.t.Context(), o.Unit, finished))
	rule := o.rule("correct_political")
	for _, key := range []string{"leader1", "leader2"} {
		_, err := o.app.Points.PostByOffice(o.t.Context(), o.Actor("office"), access.System(o.Unit), points.OfficePosting{Person: o.Person(key), Rule: rule,
			Amount: -50, FactOn: finished.Last(), Reason: "更正", VerifiedBy: o.Person("chief")})
		must(o.t, err)
	}
	o.on(finished.Last().AddDays(10), func() {
		by, scope := o.as("office", "quarter", "notice")
		_, err := o.app.Points.NoticeTotals(o.t.Context(), by, scope, finished, uuid.Nil)
		must(o.t, err)
	})
	must(o.t, o.app.Notices.Tick(o.t.Context()))
}

func (o *office) rule(code string) (id uuid.UUID) {
	o.t.Helper()
	must(o.t, o.app.DB.NewRaw(`SELECT r.id FROM points_rules r JOIN points_schemes s ON s.unit_id = r.unit_id AND s.id = r.scheme_id
		WHERE r.unit_id = ? AND r.code = ? AND s.state = 'published'`, o.Unit, code).Scan(o.t.Context(), &id))
	return id
}

// checklist is what somebody who sees the whole office closes a quarter on.
func (o *office) checklist(q calendar.Quarter) points.CheckList {
	o.t.Helper()
	list, err := o.app.Points.CheckList(o.t.Context(), access.System(o.Unit), q)
	must(o.t, err)
	return list
}

// opens begins a selection and gives its candidates: of pioneers by person, of the
// pennant by group.
func (o *office) opens(kind string, q calendar.Quarter) (selection.Detail, map[uuid.UUID]uuid.UUID) {
	o.t.Helper()
	by, scope := o.as("office", "selection", "open")
	d, err := o.app.Selections.Open(o.t.Context(), by, scope, kind, q)
	must(o.t, err)
	_, scope = o.as("office", "selection", "read")
	list, err := o.app.Selections.ListCandidates(o.t.Context(), by, scope, d.ID, selection.CandidateFilter{Limit: 200})
	must(o.t, err)
	of := map[uuid.UUID]uuid.UUID{}
	for _, c := range list.Items {
		if c.PersonID != nil {
			of[*c.PersonID] = c.ID
		} else {
			of[c.GroupID] = c.ID
		}
	}
	return d, of
}

func (o *office) nominates(sel, who uuid.UUID) {
	o.t.Helper()
	by, scope := o.as("office", "selection", "nominate")
	_, err := o.app.Selections.Nominate(o.t.Context(), by, scope, sel, who, "在专项工作中表现突出")
	must(o.t, err)
}

// agreed is nominated with the agreement of the first branch's committee.
func (o *office) agreed(sel, who uuid.UUID) {
	o.t.Helper()
	o.nominates(sel, who)
	by, scope := o.as("secretary1", "selection", "review")
	_, err := o.app.Selections.Review(o.t.Context(), by, scope, sel, who, selection.Agree, "")
	must(o.t, err)
}

func (o *office) rowVersion(sel uuid.UUID) int {
	o.t.Helper()
	by, scope := o.as("office", "selection", "read")
	d, err := o.app.Selections.Selection(o.t.Context(), by, scope, sel)
	must(o.t, err)
	return d.RowVersion
}

func (o *office) noticesSelection(sel uuid.UUID) {
	o.t.Helper()
	by, scope := o.as("office", "selection", "open")
	_, err := o.app.Selections.Publish(o.t.Context(), by, scope, sel, o.rowVersion(sel))
	must(o.t, err)
}

// hears takes a selection of one pioneer through its notice, which is over.
func (o *office) hears(q calendar.Quarter, key string) (sel, who uuid.UUID) {
	o.t.Helper()
	o.on(finished.Last().AddDays(12), func() {
		d, of := o.opens(selection.PioneerPost, q)
		sel, who = d.ID, of[o.Person(key)]
		o.agreed(sel, who)
		o.noticesSelection(sel)
	})
	must(o.t, o.app.Notices.Tick(o.t.Context()))
	return sel, who
}

// selections are one in each state, and an honour. Nobody of the first branch's
// second group decides, so it is theirs to be chosen.
func (o *office) selections(x circle) circle {
	o.t.Helper()
	ctx := o.t.Context()
	year := func(q int) calendar.Quarter { return calendar.Quarter{Year: 2025, Q: q} }
	sel, who := o.hears(year(1), "member1")
	by, scope := o.as("chief", "selection", "decide")
	_, err := o.app.Selections.Decide(ctx, by, scope, sel, o.rowVersion(sel), []uuid.UUID{who}, "")
	must(o.t, err)
	must(o.t, o.app.DB.NewRaw(`SELECT id FROM selection_honours WHERE unit_id = ?`, o.Unit).Scan(ctx, &x.honour))
	x.heard, x.awarded = o.hears(year(2), "member1")
	d, of := o.opens(selection.PioneerPost, year(3))
	x.ready = d.ID
	o.agreed(d.ID, of[o.Person("member1")])
	d, of = o.opens(selection.Pennant, finished)
	x.tied, x.chosen = d.ID, of[o.Groups[0][1].ID]
	x.versions = map[uuid.UUID]int{}
	for _, id := range []uuid.UUID{x.heard, x.ready, x.tied} {
		x.versions[id] = o.rowVersion(id)
	}
	return x
}

// schemeDraft is a draft as its author would send it again.
func (o *office) schemeDraft(of uuid.UUID) points.Scheme {
	o.t.Helper()
	by, scope := o.as("office", "scheme", "draft")
	s, err := o.app.Points.Draft(o.t.Context(), by, scope, points.NewDraft{BasedOn: of})
	must(o.t, err)
	return s
}

// holidays is a year's notice as a file.
func holidays(year int) []byte {
	return fmt.Appendf(nil, "date,kind,name\n%d-01-01,holiday,元旦\n%d-01-02,holiday,元旦\n", year, year)
}

// importsHolidays imports a year's notice, and gives the plan of doing so again.
func (o *office) importsHolidays(year int) string {
	o.t.Helper()
	by, scope := o.as("office", "settings", "write")
	plan := func() string {
		p, err := o.app.Org.PreviewHolidays(o.t.Context(), scope, year, holidays(year))
		must(o.t, err)
		return p.Plan
	}
	_, err := o.app.Org.ImportHolidays(o.t.Context(), by, scope, year, holidays(year), plan())
	must(o.t, err)
	return plan()
}

// rulebook is a scheme as the workbook that can be imported again.
func (o *office) rulebook(scheme uuid.UUID) []byte {
	o.t.Helper()
	by, scope := o.as("office", "scheme", "read")
	var b bytes.Buffer
	must(o.t, o.app.Points.SchemeSheet(o.t.Context(), by, scope, scheme, &b))
	return b.Bytes()
}

// turn adds a place's share of the circle to its things: claims of the person by
// claimant, and a notice of two claims of others with the person's objection.
func (o *office) turn(x things, title, claimant, person string, branch int, others ...string) things {
	o.t.Helper()
	ctx := o.t.Context()
	c := &x.circle
	o.on(today.AddDays(-2), func() {
		c.draft, c.draftFile = o.claims(claimant, o.clean(person, title+"草拟的申报"))
		c.submitted, c.submittedFile = o.submits(claimant, o.clean(person, title+"待核实的申报"))
		c.verified, _ = o.submits(claimant, o.clean(person, title+"已核实的申报"))
		o.verifies(c.verified)
		if len(others) == 0 {
			return
		}
		var on []claim.Saved
		for i, key := range others {
			s, _ := o.submits(key, o.clean(key, fmt.Sprint(title, "公示的申报", i+1)))
			on = append(on, s)
		}
		o.verifies(on...)
		o.publishes(on...)
		c.notice, c.item = o.itemOf(on[0].ID)
		_, disputed := o.itemOf(on[1].ID)
		by, scope := o.as(person, "notice", "object")
		filed, err := o.app.Notices.Object(ctx, by, scope, c.notice, disputed, title+"事实有出入")
		must(o.t, err)
		c.objection = filed.ID
	})
	if len(others) > 0 {
		kind := "committee_meeting"
		saved, _ := o.confirmed(o.gathering(kind, branch, today, title+"支委会"))
		c.meeting = saved.ID
	}
	must(o.t, o.app.DB.NewRaw(`SELECT voucher FROM points_entries WHERE unit_id = ? AND person_id = ? ORDER BY seq LIMIT 1`, o.Unit, x.person).Scan(ctx, &c.voucher))
	return x
}

// candidates gives places their candidates: of one selection nominated, of another
// not.
func (o *office) candidates(all map[string]things, keys ...string) {
	o.t.Helper()
	open, of := o.opens(selection.PioneerPost, calendar.Quarter{Year: 2026, Q: 1})
	nominated, nominees := o.opens(selection.PioneerPost, calendar.Quarter{Year: 2025, Q: 4})
	for _, key := range keys {
		x := all[key]
		x.circle.newcomer = candidate{open.ID, of[x.person]}
		x.circle.nominee = candidate{nominated.ID, nominees[x.person]}
		if key != "group01" { // one for each group
			o.nominates(nominated.ID, nominees[x.person])
		}
		x.circle.open, x.circle.whom = open.ID, nominated.ID
		all[key] = x
	}
}

// round is the whole of it for a unit: what belongs to it and not to a place. The
// finished quarter's check list comes last: it changes with everything.
func (o *office) round(x things) things {
	o.t.Helper()
	c := o.selections(x.circle)
	c.scheme = o.schemeDraft(x.scheme)
	c.holidays = o.importsHolidays(2027)
	c.rulebook = o.rulebook(x.scheme)
	c.fingerprint = o.checklist(finished).Fingerprint
	x.circle = c
	return x
}
