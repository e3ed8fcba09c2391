package duty

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
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

func needPlanRead() access.Need  { return access.Need{Resource: "duty_plan", Action: "read"} }
func needPlanWrite() access.Need { return access.Need{Resource: "duty_plan", Action: "write"} }

func noPlan(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fault.Missing("支部季度计划")
	}
	return err
}

// Plans tells of every branch in the scope whether its plan of a quarter is made, filed
// and in time.
func (s *Service) Plans(ctx context.Context, by access.Actor, scope access.Scope, f PlanFilter) (PlanOverview, error) {
	if err := f.check(); err != nil {
		return PlanOverview{}, err
	}
	writes, err := s.reach(by, needPlanWrite())
	if err != nil {
		return PlanOverview{}, err
	}
	out, now := PlanOverview{Quarter: f.Quarter}, s.now()
	today := calendar.DateOf(now)
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		due, err := planDue(ctx, tx, scope.Unit(), f.Quarter)
		if err != nil {
			return err
		}
		out.DueOn = due.day
		if out.Total, out.Filed, out.Late, err = countPlans(ctx, tx, scope, f, due, now); err != nil {
			return err
		}
		out.Items, err = listPlans(ctx, tx, scope, f, due, now)
		return err
	})
	if err != nil {
		return PlanOverview{}, err
	}
	if len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		out.Next = planCursor(out.Items[f.Limit-1])
	}
	open := plannable(f.Quarter, today) == nil
	for i := range out.Items {
		l := &out.Items[i]
		l.MayMake = open && !l.Made && writes.Covers(access.Place{Unit: by.Unit, Branch: l.BranchID})
	}
	return out, nil
}

// deadline is the last day for a quarter's plans, and whether the office had begun by
// then: who could not file by the day owes no plan, and one made is never late.
type deadline struct {
	day   calendar.Date
	begun bool
}

func planDue(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) (deadline, error) {
	set, err := org.Settings(ctx, tx, unit)
	if err != nil {
		return deadline{}, err
	}
	w, err := org.Workdays(ctx, tx, unit)
	if err != nil {
		return deadline{}, err
	}
	day := PlanDueOn(q, set.QuarterPlanDay, w)
	begun, err := Begun(ctx, tx, unit)
	return deadline{day, !begun.After(day)}, err
}

// tardy says whether a branch's plan, filed or not, is late today.
func (d deadline) tardy(ctx context.Context, tx bun.Tx, unit, branch uuid.UUID, filed *time.Time, today calendar.Date) (bool, error) {
	if !d.begun || !planLate(filed, d.day, today) {
		return false, nil
	}
	return owesPlan(ctx, tx, unit, branch, d.day)
}

// Plan reads a branch's plan with how far each item is met.
func (s *Service) Plan(ctx context.Context, by access.Actor, scope access.Scope, branch uuid.UUID, q calendar.Quarter) (p Plan, err error) {
	writes, err := s.reach(by, needPlanWrite())
	if err != nil {
		return p, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		p, err = s.wholePlan(ctx, tx, by, scope, branch, q)
		return err
	})
	if err != nil {
		return p, noPlan(err)
	}
	today := s.today()
	p.MayWrite = plannable(q, today) == nil && writes.Covers(access.Place{Unit: by.Unit, Branch: branch})
	p.MayFile = p.MayWrite && p.FiledAt == nil && len(p.Items) > 0
	return p, nil
}

func (s *Service) wholePlan(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, branch uuid.UUID, q calendar.Quarter) (Plan, error) {
	if _, err := planTitle(ctx, tx, scope, branch, q); err != nil {
		return Plan{}, err
	}
	p, err := readPlan(ctx, tx, by.Unit, branch, q, false)
	if err != nil {
		return p, err
	}
	today := s.today()
	if p.Items, err = planItems(ctx, tx, by.Unit, p.ID); err != nil {
		return p, err
	}
	if p.Groups, err = planGroups(ctx, tx, by.Unit, branch, q); err != nil {
		return p, err
	}
	if p.Duties, err = planDuties(ctx, tx, by.Unit, q); err != nil {
		return p, err
	}
	cells, err := planCells(ctx, tx, by.Unit, branch, q, today)
	if err != nil {
		return p, err
	}
	judge(p.Items, branch, cells, today)
	names := map[string]string{}
	for _, d := range p.Duties {
		names[d.Code] = d.Name
	}
	for i := range p.Items {
		p.Items[i].DutyName = names[p.Items[i].Code]
	}
	due, err := planDue(ctx, tx, by.Unit, q)
	if err != nil {
		return p, err
	}
	p.DueOn, p.Unplaced = due.day, []Unplaced{}
	p.Late, err = due.tardy(ctx, tx, by.Unit, branch, p.FiledAt, today)
	return p, err
}

// planCells reckons what a branch and its groups owe in a quarter, up to its end: as it
// is today for what has begun, and as if it were over for what comes.
func planCells(ctx context.Context, tx bun.Tx, unit, branch uuid.UUID, q calendar.Quarter, today calendar.Date) ([]Cell, error) {
	f := Filter{From: q.First(), To: q.Last(), Owners: []string{OwnerBranch, OwnerGroup}, Branches: []uuid.UUID{branch}}
	var cells []Cell
	if !q.First().After(today) {
		var err error
		if cells, err = Cells(ctx, tx, access.System(unit), f, today); err != nil {
			return nil, err
		}
	}
	if !q.Last().After(today) {
		return cells, nil
	}
	all, err := Cells(ctx, tx, access.System(unit), f, q.Last())
	if err != nil {
		return nil, err
	}
	begun := len(cells) > 0
	return append(cells, slices.DeleteFunc(all, func(c Cell) bool { return begun && !c.First.After(today) })...), nil
}

// MakePlan makes a branch's plan of the running or the next quarter out of the duties:
// what its periods still ask for, each on a working day, and what was held already.
func (s *Service) MakePlan(ctx context.Context, by access.Actor, scope access.Scope, branch uuid.UUID, q calendar.Quarter) (Plan, error) {
	now := s.now()
	today := calendar.DateOf(now)
	if q.IsZero() {
		return Plan{}, fault.Field("quarter", "请选择季度")
	}
	if err := plannable(q, today); err != nil {
		return Plan{}, err
	}
	var unplaced []Unplaced
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		name, err := planTitle(ctx, tx, scope, branch, q)
		if errors.Is(err, sql.ErrNoRows) {
			return fault.Missing("党支部")
		} else if err != nil {
			return err
		}
		p := Plan{ID: db.NewID(), BranchID: branch, Quarter: q, CreatedAt: now}
		if err := insertPlan(ctx, tx, by.Unit, p, by.Person); err != nil {
			return err
		}
		if p.Items, unplaced, err = proposed(ctx, tx, by.Unit, branch, q, today); err != nil {
			return err
		}
		if err := saveItems(ctx, tx, by.Unit, p.ID, p.Items); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "duty_plan.make", Object: "duty_plan", ObjectID: p.ID,
			Summary: fmt.Sprintf("编制%s%s计划，共 %d 项", name, q.Chinese(), len(p.Items)), Detail: map[string]any{"branch": branch, "quarter": q}})
	})
	if err != nil {
		return Plan{}, err
	}
	p, err := s.Plan(ctx, by, scope, branch, q)
	if unplaced != nil {
		p.Unplaced = unplaced
	}
	return p, err
}

// proposed makes the items of a plan, in the order of their days, and names what has
// no working day.
func proposed(ctx context.Context, tx bun.Tx, unit, branch uuid.UUID, q calendar.Quarter, today calendar.Date) (items []PlanItem, none []Unplaced, err error) {
	cells, err := planCells(ctx, tx, unit, branch, q, today)
	if err != nil {
		return nil, nil, err
	}
	records, err := heldRecords(ctx, tx, unit, branch, q.First(), q.Last())
	if err != nil {
		return nil, nil, err
	}
	planned, err := plannedElsewhere(ctx, tx, unit, branch, q)
	if err != nil {
		return nil, nil, err
	}
	workdays, err := org.Workdays(ctx, tx, unit)
	if err != nil {
		return nil, nil, err
	}
	officers, err := planOfficers(ctx, tx, unit, branch, later(today, q.First()))
	if err != nil {
		return nil, nil, err
	}
	items, none = itemsOf(slotsOf(q, cells, today, heldDays(cells, records), planned), workdays, officers)
	return items, none, nil
}

// changePlan holds a plan that may still be changed, and of the version that the actor
// looked at, for fn.
func (s *Service) changePlan(ctx context.Context, by access.Actor, scope access.Scope, branch uuid.UUID, q calendar.Quarter, version int,
	fn func(ctx context.Context, tx bun.Tx, p Plan) error) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if _, err := planTitle(ctx, tx, scope, branch, q); err != nil {
			return noPlan(err)
		}
		p, err := readPlan(ctx, tx, by.Unit, branch, q, true)
		if err != nil {
			return noPlan(err)
		}
		if err := plannable(q, s.today()); err != nil {
			return err
		}
		if p.Version != version {
			return fault.New(fault.Conflict, "这份计划刚被别人改动，请刷新后再试")
		}
		return fn(ctx, tx, p)
	})
}

// changed reads a plan again after a change.
func (s *Service) changed(ctx context.Context, by access.Actor, scope access.Scope, branch uuid.UUID, q calendar.Quarter, err error) (Plan, error) {
	if err != nil {
		return Plan{}, err
	}
	return s.Plan(ctx, by, scope, branch, q)
}

// SavePlan puts the items as the branch wants them in the place of those that are
// there. What is changed after the plan was filed is marked.
func (s *Service) SavePlan(ctx context.Context, by access.Actor, scope access.Scope, branch uuid.UUID, q calendar.Quarter, version int, in []PlanChange) (Plan, error) {
	err := s.changePlan(ctx, by, scope, branch, q, version, func(ctx context.Context, tx bun.Tx, p Plan) error {
		now := s.now()
		groups, err := planGroups(ctx, tx, by.Unit, branch, q)
		if err != nil {
			return err
		}
		duties, err := planDuties(ctx, tx, by.Unit, q)
		if err != nil {
			return err
		}
		if err := checkItems(q, in, groups, duties); err != nil {
			return err
		}
		if err := checkPeople(ctx, tx, by.Unit, in); err != nil {
			return err
		}
		old, err := planItems(ctx, tx, by.Unit, p.ID)
		if err != nil {
			return err
		}
		items, told := mergeItems(old, in, p.FiledAt != nil, now)
		if told.none() {
			return fault.New(fault.Conflict, "计划没有变化，不用保存")
		}
		if err := saveItems(ctx, tx, by.Unit, p.ID, items); err != nil {
			return err
		}
		changed := &now
		if p.FiledAt == nil {
			changed = nil
		}
		if err := touchPlan(ctx, tx, by.Unit, p.ID, changed); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "duty_plan.write", Object: "duty_plan", ObjectID: p.ID,
			Summary: fmt.Sprintf("修改%s%s计划：新增 %d 项、修改 %d 项、删去 %d 项", p.BranchName, q.Chinese(), told.Added, told.Changed, told.Removed),
			Detail:  told})
	})
	return s.changed(ctx, by, scope, branch, q, err)
}

func checkPeople(ctx context.Context, tx bun.Tx, unit uuid.UUID, in []PlanChange) error {
	var people []uuid.UUID
	for _, it := range in {
		if it.PersonID != uuid.Nil {
			people = append(people, it.PersonID)
		}
	}
	n, err := strangers(ctx, tx, unit, people)
	if err != nil {
		return err
	}
	if n > 0 {
		return fault.Field("items", "有责任人不在花名册上，请重新选择")
	}
	return nil
}

// FilePlan files a plan with the Party office (报备); late or not is read from the day.
func (s *Service) FilePlan(ctx context.Context, by access.Actor, scope access.Scope, branch uuid.UUID, q calendar.Quarter, version int) (Plan, error) {
	err := s.changePlan(ctx, by, scope, branch, q, version, func(ctx context.Context, tx bun.Tx, p Plan) error {
		if p.FiledAt != nil {
			return fault.New(fault.Conflict, "这份计划已经报备，请刷新后查看；以后的修改会自动注明")
		}
		items, err := planItems(ctx, tx, by.Unit, p.ID)
		if err != nil {
			return err
		}
		if len(items) == 0 {
			return fault.New(fault.RuleBroken, "计划里还没有事项，请先添加再报备")
		}
		due, err := planDue(ctx, tx, by.Unit, q)
		if err != nil {
			return err
		}
		now, late := s.now(), ""
		tardy, err := due.tardy(ctx, tx, by.Unit, branch, &now, calendar.DateOf(now))
		if err != nil {
			return err
		}
		if tardy {
			late = "（逾期，应于" + due.day.Chinese() + "前报备）"
		}
		if err := filePlan(ctx, tx, by.Unit, p.ID, by.Person, now); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "duty_plan.file", Object: "duty_plan", ObjectID: p.ID,
			Summary: fmt.Sprintf("报备%s%s计划，共 %d 项%s", p.BranchName, q.Chinese(), len(items), late)})
	})
	return s.changed(ctx, by, scope, branch, q, err)
}

// DropPlan takes a plan away that was not filed, so that it can be made anew.
func (s *Service) DropPlan(ctx context.Context, by access.Actor, scope access.Scope, branch uuid.UUID, q calendar.Quarter, version int) error {
	return s.changePlan(ctx, by, scope, branch, q, version, func(ctx context.Context, tx bun.Tx, p Plan) error {
		if p.FiledAt != nil {
			return fault.New(fault.RuleBroken, "已经报备的计划不能删除，可以直接修改，修改会自动注明")
		}
		if err := deletePlan(ctx, tx, by.Unit, p.ID); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "duty_plan.remove", Object: "duty_plan", ObjectID: p.ID,
			Summary: fmt.Sprintf("删除尚未报备的%s%s计划", p.BranchName, q.Chinese())})
	})
}

// PlanSheet writes a plan as the workbook that is printed and signed.
func (s *Service) PlanSheet(ctx context.Context, by access.Actor, scope access.Scope, branch uuid.UUID, q calendar.Quarter, w io.Writer) error {
	var p Plan
	var set org.UnitSettings
	err := db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		if p, err = s.wholePlan(ctx, tx, by, scope, branch, q); err != nil {
			return err
		}
		set, err = org.Settings(ctx, tx, by.Unit)
		return err
	})
	if err != nil {
		return noPlan(err)
	}
	return writePlan(w, p, by.UnitName, set, s.now())
}
