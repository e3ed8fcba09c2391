package desk

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Service reads the desk.
type Service struct {
	db     *bun.DB
	policy *access.Policy
	now    calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, policy *access.Policy, now calendar.Clock) *Service {
	return &Service{d, policy, now}
}

// How much of each list the desk shows.
const (
	maxDrafts = 8
	maxDue    = 12
	maxClaims = 8
	maxLate   = 5
	maxRecent = 6
)

// Desk reads the page for the actor. The scope is that of desk.read, which bounds
// what it counts of the office; each list stands within the scope of the permission
// that it is work for, and is empty without it.
func (s *Service) Desk(ctx context.Context, by access.Actor, scope access.Scope) (Desk, error) {
	today := calendar.DateOf(s.now())
	d := Desk{Today: today}
	reach, err := s.reach(by)
	if err != nil {
		return d, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := db.ActAs(ctx, tx, by.Unit, by.Person); err != nil {
			return err
		}
		set, err := org.Settings(ctx, tx, by.Unit)
		if err != nil {
			return err
		}
		if d.Drafts, err = drafts(ctx, tx, reach.confirm); err != nil {
			return err
		}
		w, err := org.Workdays(ctx, tx, by.Unit)
		if err != nil {
			return err
		}
		for i := range d.Drafts.Items {
			r := &d.Drafts.Items[i]
			r.InTime = w.AddWorkdays(calendar.DateOf(r.endsAt), set.LateAfterDays)
			r.Overdue = today.After(r.InTime)
		}
		if d.Claims, err = claimsToVerify(ctx, tx, reach.verify, by.Person); err != nil {
			return err
		}
		if d.ToNotice, err = claimsToNotice(ctx, tx, reach.notice); err != nil {
			return err
		}
		if d.Returned, err = returnedClaims(ctx, tx, by.Unit, by.Person); err != nil {
			return err
		}
		if d.Tasks, err = tasks(ctx, tx, by, reach, s.now()); err != nil {
			return err
		}
		if d.Work, err = ownWork(ctx, tx, by.Unit, by.Person, today); err != nil {
			return err
		}
		if d.Late, err = lateRecords(ctx, tx, reach.confirm, calendar.QuarterOf(today)); err != nil {
			return err
		}
		if d.Recent, err = recent(ctx, tx, reach.read, by.Branch); err != nil {
			return err
		}
		if d.Quarter, err = quarter(ctx, tx, by, set, today); err != nil {
			return err
		}
		if d.Office, err = office(ctx, tx, scope, today); err != nil {
			return err
		}
		own, err := ownTalks(ctx, tx, by.Unit, by.Person, today)
		if err != nil {
			return err
		}
		d.Talks = ofTheDesk(own, today)
		if d.Digest, err = gather(ctx, tx, s.policy, by, set, w, own, today); err != nil {
			return err
		}
		if d.Due, err = due(ctx, tx, by, reach.record, today); err != nil {
			return err
		}
		d.Calendar, err = cadence(ctx, tx, reach.duty, today)
		return err
	})
	return d, err
}

// reach are the scopes of the permissions that the lists are about; the zero Scope
// matches nothing.
type reach struct {
	read, record, confirm access.Scope // of activities
	duty                  access.Scope // duty.read
	verify, notice        access.Scope // of claims
	decide, object        access.Scope // of notices
	nominate, review      access.Scope // of selections
	award                 access.Scope // selection.decide
	close, publish        access.Scope // of quarters; of schemes
	texts, plan           access.Scope // of talks
	approve               access.Scope // duty.approve
	mentor, plans         access.Scope // mentoring.write; mentoring.publish
	establish, receive    access.Scope // taskforce.approve; appraisal.receive
	volunteer, organise   access.Scope // volunteer.sign; volunteer.organise
	score                 access.Scope // selection.score
}

func (s *Service) reach(by access.Actor) (reach, error) {
	var r reach
	for need, into := range map[access.Need]*access.Scope{
		{Resource: "activity", Action: "read"}: &r.read, {Resource: "activity", Action: "record"}: &r.record,
		{Resource: "activity", Action: "confirm"}: &r.confirm, {Resource: "duty", Action: "read"}: &r.duty,
		{Resource: "claim", Action: "verify"}: &r.verify, {Resource: "claim", Action: "notice"}: &r.notice,
		{Resource: "notice", Action: "decide"}: &r.decide, {Resource: "notice", Action: "object"}: &r.object,
		{Resource: "selection", Action: "nominate"}: &r.nominate, {Resource: "selection", Action: "review"}: &r.review,
		{Resource: "selection", Action: "decide"}: &r.award,
		{Resource: "quarter", Action: "close"}:    &r.close, {Resource: "scheme", Action: "publish"}: &r.publish,
		{Resource: "talk_text", Action: "read"}: &r.texts, {Resource: "talk", Action: "plan"}: &r.plan,
		{Resource: "duty", Action: "approve"}:    &r.approve,
		{Resource: "mentoring", Action: "write"}: &r.mentor, {Resource: "mentoring", Action: "publish"}: &r.plans,
		{Resource: "taskforce", Action: "approve"}: &r.establish, {Resource: "appraisal", Action: "receive"}: &r.receive,
		{Resource: "volunteer", Action: "sign"}: &r.volunteer, {Resource: "volunteer", Action: "organise"}: &r.organise,
		{Resource: "selection", Action: "score"}: &r.score,
	} {
		scope, err := s.policy.Decide(by, need)
		switch {
		case err == nil:
			*into = scope
		case !fault.Is(err, fault.Forbidden):
			return r, err
		}
	}
	return r, nil
}

// quarter is the actor's own line.
func quarter(ctx context.Context, tx bun.Tx, by access.Actor, set org.UnitSettings, today calendar.Date) (Quarter, error) {
	q, err := ownTotals(ctx, tx, by.Unit, by.Person, calendar.QuarterOf(today))
	if err != nil {
		return q, err
	}
	places, err := org.Placements(ctx, tx, by.Unit, today, []uuid.UUID{by.Person})
	if err != nil {
		return q, err
	}
	p := places[by.Person]
	q.Exempt = p.Exempt
	q.Ledger = q.Entries > 0 || p.Holds(set)
	return q, nil
}
