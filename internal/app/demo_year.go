package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
)

// happening is something the demo office did, and how it was filed.
type happening struct {
	login     string // who records and confirms it
	kind      string
	organiser activity.OrganiserRef
	day       calendar.Date
	hour      int
	minutes   int
	title     string
	place     string
	agenda    string
	content   string
	lecturer  uuid.UUID
	// people come of their own accord: to kinds that expect nobody.
	people      []uuid.UUID
	resolutions []string // passed by everybody present
	absent      float64  // share of the expected who are away
	filedLate   bool
	withdrawn   string // why, or empty
	amended     string
	draft       bool // never confirmed
	// force is the taskforce that held it, instead of an organiser.
	force  string
	served string
	guests [][3]string // of partner units: unit, name, title
	// action is the volunteering that people signed up for, which becomes the record.
	action *uuid.UUID
}

// liveYear records the year, day by day, as its people did.
func (d *demo) liveYear(ctx context.Context) error {
	r := rand.New(rand.NewPCG(20251001, 343))
	p, err := d.plan(ctx, r)
	if err != nil {
		return err
	}
	deeds := p.deeds()
	var open calendar.Quarter
	for _, h := range p.all {
		if deeds, err = d.act(ctx, deeds, at(h.day.AddDays(1), 9, 0)); err != nil {
			return err
		}
		if q := calendar.QuarterOf(h.day); q != open {
			d.clock.set(at(q.First(), 8, 0))
			if err := d.Points.OpenQuarter(ctx, d.unit, q); err != nil {
				return err
			}
			open = q
		}
		if err := p.file(ctx, r, h); err != nil {
			return fmt.Errorf("%s %s %s: %w", h.day, h.kind, h.title, err)
		}
	}
	_, err = d.act(ctx, deeds, at(p.until, 18, 0))
	return err
}

var (
	needRecord  = access.Need{Resource: "activity", Action: "record"}
	needConfirm = access.Need{Resource: "activity", Action: "confirm"}
)

// file fills the form from the suggestion, as the page does, says who was away,
// and confirms.
func (p *planner) file(ctx context.Context, r *rand.Rand, h happening) error {
	d := p.demo
	filed := at(h.day.AddDays(1), 9, 30)
	if h.filedLate {
		filed = at(calendar.NewWorkdays(calendar.Official()...).AddWorkdays(h.day, 6), 16, 0)
	}
	d.clock.set(filed)
	if h.force != "" {
		h.organiser = activity.OrganiserRef{Kind: "project", ID: p.forces[h.force].id}
	}
	by, scope, err := d.as(ctx, h.login, needRecord)
	if err != nil {
		return err
	}
	hint, err := d.Activities.Suggest(ctx, by, scope, h.kind, h.organiser, h.day)
	if err != nil {
		return err
	}
	rec := activity.Record{Kind: h.kind, Title: h.title, Starts: at(h.day, h.hour, 0), Place: h.place, Organiser: h.organiser,
		Host: by.Person, Recorder: by.Person, Lecturer: h.lecturer, Agenda: h.agenda, Content: h.content, Served: h.served, Outsiders: h.outside(),
		OverlapAnswer: "前后衔接，已分别到场"}
	rec.Ends = rec.Starts.Add(time.Duration(h.minutes) * time.Minute)
	if hint.Host != nil {
		rec.Host = hint.Host.ID
	}
	for _, e := range hint.Expected {
		a := activity.Attendance{Person: e.PersonID, Status: activity.Present}
		if e.PersonID != by.Person && r.Float64() < h.absent && e.PersonID != h.lecturer {
			a.Status = activity.Absent
			a.Absence, a.Reason = absence(r)
		}
		rec.Attendance = append(rec.Attendance, a)
	}
	votes := 0
	for i, e := range hint.Expected {
		if e.Voter && rec.Attendance[i].Status == activity.Present {
			votes++
		}
	}
	for _, title := range h.resolutions {
		rec.Resolutions = append(rec.Resolutions, activity.Resolution{Title: title, For: &votes, Against: new(int), Abstain: new(int)})
	}
	for _, p := range h.people {
		a := activity.Attendance{Person: p, Status: activity.Present}
		if h.kind == "volunteering" {
			a.Minutes = h.minutes - 30*r.IntN(2)
		}
		rec.Attendance = append(rec.Attendance, a)
	}
	if h.action != nil {
		return p.recordAction(ctx, *h.action, rec)
	}
	saved, err := d.Activities.Create(ctx, by, scope, rec, !h.draft)
	if err != nil {
		return err
	}
	return d.correct(ctx, h, saved, rec)
}

// correct amends or withdraws what was recorded wrongly, two days later.
func (d *demo) correct(ctx context.Context, h happening, saved activity.Saved, rec activity.Record) error {
	if h.amended == "" && h.withdrawn == "" {
		return nil
	}
	d.clock.set(d.clock.now().Add(48 * time.Hour))
	by, scope, err := d.as(ctx, h.login, needConfirm)
	if err != nil {
		return err
	}
	if h.withdrawn != "" {
		_, err := d.Activities.Withdraw(ctx, by, scope, saved.ID, saved.RowVersion, h.withdrawn)
		return err
	}
	draft, err := d.Activities.Amend(ctx, by, scope, saved.ID, h.amended)
	if err != nil {
		return err
	}
	rec.Attendance = slices.Clone(rec.Attendance)
	for i := range rec.Attendance { // the first absentee was there after all
		if a := &rec.Attendance[i]; a.Status == activity.Absent {
			a.Status, a.Absence, a.Reason = activity.Present, "", ""
			break
		}
	}
	_, err = d.Activities.Confirm(ctx, by, scope, saved.ID, activity.Confirmation{RowVersion: draft.RowVersion, Record: &rec})
	return err
}

func absence(r *rand.Rand) (kind, reason string) {
	switch n := r.IntN(20); {
	case n < 10:
		return "official", []string{"出庭支持公诉", "外出办案", "参加上级培训", "到镇街走访"}[r.IntN(4)]
	case n < 14:
		return "sick", "就医"
	case n < 18:
		return "personal", "家中有事，已请假"
	default:
		return "unexcused", ""
	}
}
