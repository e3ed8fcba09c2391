package talk

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// PreviewPlan says what planning a year's talks would do, of the whole office or the
// talks within a branch; nothing is written. scope is that of talk.plan.
func (s *Service) PreviewPlan(ctx context.Context, by access.Actor, scope access.Scope, year int, branch uuid.UUID) (out Preview, err error) {
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		_, out, err = s.draw(ctx, tx, by, scope, year, branch)
		return err
	})
	return out, err
}

// ConfirmPlan makes the plan that was previewed: digest is what the preview showed, and
// if anything has changed since, nothing is written. scope is that of talk.plan.
func (s *Service) ConfirmPlan(ctx context.Context, by access.Actor, scope access.Scope, year int, branch uuid.UUID, digest string) (out MadePlan, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockDays(ctx, tx, by.Unit); err != nil {
			return err
		}
		// Who reports a talk waits, or is seen.
		if err := lockStanding(ctx, tx, by.Unit); err != nil {
			return err
		}
		o, p, err := s.draw(ctx, tx, by, scope, year, branch)
		if err != nil {
			return err
		}
		if p.Digest != digest {
			return fault.New(fault.Conflict, "预览之后人员、请假或谈话有变化，请重新预览后再确认")
		}
		id := db.NewID()
		if err := savePlan(ctx, tx, by, id, o, p, s.now()); err != nil {
			return err
		}
		if out, err = findPlan(ctx, tx, scope, id); err != nil {
			return err
		}
		place := "全院"
		if branch != uuid.Nil {
			place = p.BranchName
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "talk_plan.make", Object: "talk_plan", ObjectID: id,
			Summary: fmt.Sprintf("编排 %d 年%s谈话计划：应谈 %d 次，新排 %d 次，改期 %d 次，未排上 %d 次，取消 %d 次",
				year, place, p.Due, p.Placed, len(p.Moved), len(p.Unplaced), len(p.Dropped))})
	})
	return out, err
}

// draw reads what there is and plans on it.
func (s *Service) draw(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, year int, branch uuid.UUID) (o outcome, p Preview, err error) {
	today := s.today()
	if year != today.Year && year != today.Year+1 {
		return o, p, fault.Field("year", "只能编排今年和明年的谈话计划")
	}
	name := ""
	if branch == uuid.Nil {
		if !scope.Whole() {
			return o, p, fault.New(fault.Forbidden, "编排全院的谈话计划需要机关党委的权限，请选择您所在的党支部")
		}
	} else {
		if !scope.Covers(access.Place{Unit: by.Unit, Branch: branch}) {
			return o, p, fault.Missing("党支部")
		}
		if name, err = branchNamed(ctx, tx, by.Unit, branch, today); err != nil {
			return o, p, err
		}
	}
	from := latest(today, calendar.NewDate(year, time.January, 1))
	f, err := readOffice(ctx, tx, by.Unit, year, branch, from)
	if err != nil {
		return o, p, err
	}
	f.running = year == today.Year
	set, err := org.Settings(ctx, tx, by.Unit)
	if err != nil {
		return o, p, err
	}
	days, err := org.Workdays(ctx, tx, by.Unit)
	if err != nil {
		return o, p, err
	}
	b, err := readBusy(ctx, tx, by.Unit, from, set.TalksPerDay)
	if err != nil {
		return o, p, err
	}
	o = f.plan(b, days, today)
	p = o.show(f.types)
	p.NoticeKnown = days.Covers(year)
	if branch != uuid.Nil {
		p.BranchID, p.BranchName = &branch, name
	}
	return o, p, nil
}

// readOffice reads who is here on the plan's first day, and what was planned and held.
func readOffice(ctx context.Context, tx bun.Tx, unit uuid.UUID, year int, branch uuid.UUID, from calendar.Date) (f office, err error) {
	f = office{year: year, branch: branch, from: from, types: map[string]Type{}}
	types, err := listTypes(ctx, tx, unit)
	if err != nil {
		return f, err
	}
	for _, t := range types {
		f.types[t.Code] = t
	}
	if f.staff, err = org.Expected(ctx, tx, unit, from, org.Organiser{Kind: "unit"}, org.CircleStaff); err != nil {
		return f, err
	}
	var branches []uuid.UUID
	for _, p := range f.staff {
		if !slices.Contains(branches, p.Branch) {
			branches = append(branches, p.Branch)
		}
	}
	if f.committees, err = org.Committees(ctx, tx, unit, from, branches); err != nil {
		return f, err
	}
	leaders, err := listStaffLeaders(ctx, tx, access.System(unit), uuid.Nil)
	if err != nil {
		return f, err
	}
	for _, l := range leaders {
		if !l.ValidFrom.After(from) && (l.ValidTo == nil || !l.ValidTo.Before(from)) {
			f.leaders = append(f.leaders, l)
		}
	}
	if f.talks, err = standingTalks(ctx, tx, unit, year, from); err != nil {
		return f, err
	}
	if f.cancelled, err = cancelledByHand(ctx, tx, unit, year); err != nil {
		return f, err
	}
	f.lastYear, err = memberPairs(ctx, tx, unit, year-1)
	return f, err
}

// Plans pages through the plans that were made, the latest first. scope is that of
// talk.plan.
func (s *Service) Plans(ctx context.Context, scope access.Scope, after string, limit int) (out PlanPage, err error) {
	if limit < 1 || limit > 200 {
		limit = defaultLimit
	}
	if out.Items, out.Total, err = listPlans(ctx, s.db, scope, after, limit); err != nil {
		return out, err
	}
	if len(out.Items) > limit {
		out.Items = out.Items[:limit]
		out.Next = out.Items[limit-1].ID.String()
	}
	return out, nil
}

// Plan reads one plan and what it moved. scope is that of talk.plan.
func (s *Service) Plan(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (out PlanDetail, err error) {
	if out.Plan, err = findPlan(ctx, s.db, scope, id); err != nil {
		return out, err
	}
	out.Moved, err = movedBy(ctx, s.db, by.Unit, id)
	return out, err
}
