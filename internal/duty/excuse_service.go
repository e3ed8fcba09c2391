package duty

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Excuses pages through the reasons in reach. The scope is that of duty.read.
func (s *Service) Excuses(ctx context.Context, by access.Actor, scope access.Scope, f ExcuseFilter) (out Excuses, err error) {
	if err := f.check(); err != nil {
		return out, err
	}
	approve, err := s.reach(by, need("approve"))
	if err != nil {
		return out, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		rows, total, err := listExcuses(ctx, tx, scope, f)
		if err != nil {
			return err
		}
		out = Excuses{Items: []Excuse{}, Total: total}
		if len(rows) > f.Limit {
			rows = rows[:f.Limit]
			last := rows[f.Limit-1]
			out.Next = excuseKey{last.AskedAt, last.ID}.String()
		}
		open := func(r excuseRow) bool { return r.State == Asked && approve.Covers(r.place(by.Unit)) }
		var mine []excuseRow
		for _, r := range rows {
			if open(r) {
				mine = append(mine, r)
			}
		}
		people, err := concerned(ctx, tx, by.Unit, mine...)
		if err != nil {
			return err
		}
		for _, r := range rows {
			r.MayDecide = open(r) && s.policy.Separate(by, need("approve"), people[r.ID]...) == nil
			r.MayWithdraw = r.State == Asked && r.AskedBy == by.Person
			out.Items = append(out.Items, r.Excuse)
		}
		return nil
	})
	return out, err
}

// Ask gives the reason why an owner does not meet what it owes in a period that is
// over or runs. The scope is that of duty.excuse.
func (s *Service) Ask(ctx context.Context, by access.Actor, scope access.Scope, in Asking) (out Excuse, err error) {
	if err := sentence(&in.Reason, "reason", "未完成原因", true); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		f := Filter{From: in.PeriodFirst, To: in.PeriodFirst, Code: in.Code, Owners: []string{in.Owner}, OwnerIDs: []uuid.UUID{in.OwnerID}}
		var cell Cell
		if in.PeriodFirst.Valid() && !in.PeriodFirst.After(s.today()) {
			cells, err := Cells(ctx, tx, scope, f, s.today())
			if err != nil {
				return err
			}
			for _, c := range cells {
				if c.First == in.PeriodFirst {
					cell = c
				}
			}
		}
		switch {
		case cell.Code == "" || !scope.Covers(cell.place(by.Unit)):
			return fault.Missing("这一期的职责")
		case cell.State == Met || cell.State == Late:
			return fault.New(fault.RuleBroken, "这一期已经完成，不需要说明原因")
		case cell.State == None:
			return fault.New(fault.RuleBroken, "这一期不作要求，不需要说明原因")
		case !askable(cell):
			return fault.New(fault.Conflict, "这一期已提出过原因，请刷新后查看")
		}
		id := db.NewID()
		if err := insertExcuse(ctx, tx, by.Unit, id, cell, in.Reason, by.Person, s.now()); err != nil {
			return err
		}
		row, err := lockExcuse(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		out = row.Excuse
		out.MayWithdraw = true
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "duty.excuse", Object: "duty_excuse", ObjectID: id,
			Summary: "说明未完成原因：" + out.matter(), Detail: map[string]string{"reason": in.Reason}})
	})
	return out, err
}

// Decide approves or refuses a reason; nobody decides about their own duty or what
// they asked themselves. The scope is that of duty.approve.
func (s *Service) Decide(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in Decision) (out Excuse, err error) {
	if err := sentence(&in.Remark, "remark", "意见", !in.Approve); err != nil {
		return out, err
	}
	state, word := Refused, "不同意"
	if in.Approve {
		state, word = Approved, "同意"
	}
	err = s.settle(ctx, by, scope, id, &out, func(ctx context.Context, tx bun.Tx, row excuseRow) (audit.Entry, error) {
		people, err := concerned(ctx, tx, by.Unit, row)
		if err != nil {
			return audit.Entry{}, err
		}
		if err := s.policy.Separate(by, need("approve"), people[row.ID]...); err != nil {
			return audit.Entry{}, err
		}
		return audit.Entry{Action: "duty.approve", Summary: word + "未完成原因：" + row.matter(), Detail: in},
			settleExcuse(ctx, tx, by.Unit, id, state, in.Remark, by.Person, s.now())
	})
	return out, err
}

// Withdraw takes back a reason that one gave oneself. The scope is that of duty.excuse.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (out Excuse, err error) {
	err = s.settle(ctx, by, scope, id, &out, func(ctx context.Context, tx bun.Tx, row excuseRow) (audit.Entry, error) {
		if row.AskedBy != by.Person {
			return audit.Entry{}, fault.New(fault.RuleBroken, "只能撤回自己提出的原因")
		}
		return audit.Entry{Action: "duty.withdraw_excuse", Summary: "撤回未完成原因：" + row.matter()},
			settleExcuse(ctx, tx, by.Unit, id, Withdrawn, "", by.Person, s.now())
	})
	return out, err
}

// settle brings an excuse to its end; out is how it stands then.
func (s *Service) settle(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, out *Excuse,
	fn func(ctx context.Context, tx bun.Tx, row excuseRow) (audit.Entry, error)) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		row, err := lockExcuse(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if row.State != Asked {
			return fault.New(fault.Conflict, "这项原因已有结论，请刷新后查看")
		}
		done, err := fn(ctx, tx, row)
		if err != nil {
			return err
		}
		done.Object, done.ObjectID = "duty_excuse", id
		if err := audit.Record(ctx, tx, by, s.now(), done); err != nil {
			return err
		}
		row, err = lockExcuse(ctx, tx, scope, id)
		*out = row.Excuse
		return err
	})
}

// matter says which duty of whom in which period.
func (e Excuse) matter() string {
	name := e.OwnerName
	if e.Owner == OwnerGroup {
		name = e.BranchName + e.OwnerName
	}
	return name + " " + e.Period + " " + e.Name
}
