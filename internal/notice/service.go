package notice

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Service is the use cases of notices and of objections to them.
type Service struct {
	db       *bun.DB
	policy   *access.Policy
	owners   map[string]Owner
	meetings Meetings
	now      calendar.Clock
}

// NewService makes the service. owners are told of outcomes by the kind of notice.
func NewService(d *bun.DB, policy *access.Policy, owners map[string]Owner, meetings Meetings, now calendar.Clock) *Service {
	return &Service{d, policy, owners, meetings, now}
}

func needRead() access.Need   { return access.Need{Resource: "notice", Action: "read"} }
func needObject() access.Need { return access.Need{Resource: "notice", Action: "object"} }
func needDecide() access.Need { return access.Need{Resource: "notice", Action: "decide"} }
func needCancel() access.Need { return access.Need{Resource: "notice", Action: "cancel"} }

// reach is how far the actor gets with another permission than the route's own;
// nowhere where they do not have it.
func (s *Service) reach(by access.Actor, n access.Need) (access.Scope, error) {
	scope, err := s.policy.Decide(by, n)
	if fault.Is(err, fault.Forbidden) {
		return access.Scope{}, nil
	}
	return scope, err
}

// Tick settles what is over: items whose last day has passed and against which no
// objection stands. Each notice is a transaction, owner and all, so that a kill in
// between leaves it to the next Tick; one whose owner fails does not keep others,
// and what is settled stays so, however often this runs and whatever the clock says.
func (s *Service) Tick(ctx context.Context) error {
	due, err := dueNotices(ctx, s.db, calendar.DateOf(s.now()))
	if err != nil {
		return err
	}
	var failed []error
	for _, d := range due {
		if err := ctx.Err(); err != nil {
			return errors.Join(append(failed, err)...)
		}
		err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error { return s.settle(ctx, tx, d) })
		if err != nil {
			failed = append(failed, fmt.Errorf("settle notice %s: %w", d.notice, err))
		}
	}
	return errors.Join(failed...)
}

// settle passes what may pass of a notice. One that another process holds is left
// to it, or to the next Tick.
func (s *Service) settle(ctx context.Context, tx bun.Tx, d due) error {
	n, held, err := tryNotice(ctx, tx, d.unit, d.notice)
	if err != nil || !held {
		return err
	}
	now := s.now()
	if n.State != StateOpen || !n.over(calendar.DateOf(now)) {
		return nil
	}
	items, err := settleItems(ctx, tx, d.unit, n.ID, now, Passed, only{undisputed: true})
	if err != nil {
		return err
	}
	by := access.Actor{Unit: d.unit}
	if len(items) > 0 {
		if err := s.tell(ctx, tx, by, n, items); err != nil {
			return err
		}
		err := audit.Record(ctx, tx, by, now, audit.Entry{Action: "notice.settle", Object: "notice", ObjectID: n.ID,
			Summary: fmt.Sprintf("“%s”公示期满，%d 项无未决异议", n.Title, len(items)), Detail: map[string]any{"passed": len(items), "last_day": n.LastDay}})
		if err != nil {
			return err
		}
	}
	return closeDone(ctx, tx, d.unit, n.ID, now)
}

// tell hands the settled items, all of one outcome, to their owner.
func (s *Service) tell(ctx context.Context, tx bun.Tx, by access.Actor, n Notice, items []Item) error {
	owner, ok := s.owners[n.Kind]
	if !ok {
		return fmt.Errorf("notice %s: nobody owns kind %q", n.ID, n.Kind)
	}
	if err := owner.Settled(ctx, tx, by, s.now(), n, items); err != nil {
		return fmt.Errorf("owner of %s: %w", n.Kind, err)
	}
	return nil
}

// Cancel calls a notice off with a reason, in whatever part it still lies open; the
// owner hears in the same transaction, and open objections lapse. Since that ends
// them unanswered, it is not for whom one of them concerns.
func (s *Service) Cancel(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, reason string) error {
	reason, err := written("reason", reason, "撤销的理由，它会公布在公示页上")
	if err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := within(ctx, tx, scope, cancelColumns(), id); err != nil {
			return err
		}
		n, err := lockNotice(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		switch n.State {
		case StateCancelled:
			return fault.New(fault.Conflict, "该公示已经撤销，请刷新后查看")
		case StateSettled:
			return fault.New(fault.Conflict, "该公示已经结束，不能再撤销；已入账的积分如有错误，请冲正")
		}
		people, err := Disputing(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		switch err := s.policy.Separate(by, needDecide(), people...); {
		case fault.Is(err, fault.RuleBroken):
			return fault.New(fault.RuleBroken, "公示中有与本人有关的异议尚未答复，须回避；确需撤销的，请由他人办理")
		case err != nil:
			return err
		}
		now := s.now()
		items, err := settleItems(ctx, tx, by.Unit, id, now, Cancelled, only{})
		if err != nil {
			return err
		}
		if err := lapse(ctx, tx, by.Unit, id, items, now, "公示已撤销："+reason); err != nil {
			return err
		}
		if err := markCancelled(ctx, tx, by, id, now, reason); err != nil {
			return err
		}
		n.State, n.CancelReason = StateCancelled, reason
		if len(items) > 0 {
			if err := s.tell(ctx, tx, by, n, items); err != nil {
				return err
			}
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "notice.cancel", Object: "notice", ObjectID: id,
			Summary: fmt.Sprintf("撤销公示“%s”：%s", n.Title, reason), Detail: map[string]any{"items": len(items)}})
	})
}
