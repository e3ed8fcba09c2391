package talk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Tick finds what happened that makes a talk due (五必谈), puts aside what was taken
// back since, and makes the talks that are missing. Each office is one transaction, so
// that a server that dies between leaves it to the next Tick; one that fails does not
// keep others.
func (s *Service) Tick(ctx context.Context) error {
	units, err := listUnits(ctx, s.db)
	if err != nil {
		return err
	}
	var failed []error
	for _, unit := range units {
		if err := s.tick(ctx, unit); err != nil {
			failed = append(failed, fmt.Errorf("occasions of %s: %w", unit, err))
		}
	}
	return errors.Join(failed...)
}

func (s *Service) tick(ctx context.Context, unit uuid.UUID) error {
	today, system := s.today(), access.Actor{Unit: unit}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockDays(ctx, tx, unit); err != nil {
			return err
		}
		first, err := firstDay(ctx, tx, unit)
		if err != nil {
			return err
		}
		first = latest(first, today.AddDays(-found))
		stored, err := storedOccasions(ctx, tx, unit, first.AddDays(-oneTransfer))
		if err != nil {
			return err
		}
		since := first
		for _, k := range stored {
			if k.open && !k.byHand && k.On.Before(since) {
				since = k.On // asked again whether it still stands
			}
		}
		told, err := s.sources.Occasions(ctx, tx, unit, since)
		if err != nil {
			return err
		}
		fresh, gone := arrived(told, stored, first, today)
		if err := insertFound(ctx, tx, unit, fresh, s.now()); err != nil {
			return err
		}
		if len(gone) > 0 {
			if err := dismiss(ctx, tx, unit, gone, uuid.Nil, s.now()); err != nil {
				return err
			}
			if err := cancelOf(ctx, tx, unit, gone, uuid.Nil); err != nil {
				return err
			}
			if err := audit.Record(ctx, tx, system, s.now(), audit.Entry{Action: "talk_occasion.undone", Object: "talk_occasion",
				Summary: fmt.Sprintf("五必谈事由已撤回 %d 件，取消相应的谈话", len(gone)), Detail: gone}); err != nil {
				return err
			}
		}
		made, err := s.arrange(ctx, tx, unit, uuid.Nil, today)
		if err != nil || len(made) == 0 {
			return err
		}
		return audit.Record(ctx, tx, system, s.now(), audit.Entry{Action: "talk_occasion.arrange", Object: "talk_occasion",
			Summary: fmt.Sprintf("五必谈：安排谈话 %d 次（%s）", len(made), strings.Join(partnersOf(made), "、"))})
	})
}

// partnersOf names whom talks were made for; not all of them where they are many.
func partnersOf(made []arranged) []string {
	const most = 10
	var names []string
	for _, a := range made {
		if len(names) == most {
			return append(names, "等")
		}
		names = append(names, a.name)
	}
	return names
}

// arrange makes the talks of the occasions that wait for one, or of one of them. The
// days are locked by the caller.
func (s *Service) arrange(ctx context.Context, tx bun.Tx, unit, only uuid.UUID, today calendar.Date) ([]arranged, error) {
	all, err := listWaiting(ctx, tx, unit, only, today)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	set, err := org.Settings(ctx, tx, unit)
	if err != nil {
		return nil, err
	}
	days, err := org.Workdays(ctx, tx, unit)
	if err != nil {
		return nil, err
	}
	b, err := readBusy(ctx, tx, unit, today.AddDays(1), set.TalksPerDay)
	if err != nil {
		return nil, err
	}
	others, err := standingFrom(ctx, tx, unit, today.AddDays(1))
	if err != nil {
		return nil, err
	}
	made := arrange(all, others, b, days, today, db.NewID)
	return made, insertArranged(ctx, tx, unit, made, s.now())
}

// Occasions pages through what made talks due, the latest first. scope is that of
// talk.plan.
func (s *Service) Occasions(ctx context.Context, by access.Actor, scope access.Scope, state, after string, limit int) (out OccasionPage, err error) {
	if state != "" && !slices.Contains(OccasionStates(), state) {
		return out, fault.Field("state", "没有这种状态，请从列表中选择")
	}
	if limit < 1 || limit > 200 {
		limit = defaultLimit
	}
	if out.Items, out.Total, err = listOccasions(ctx, s.db, scope, state, after, limit, s.today()); err != nil {
		return out, err
	}
	if len(out.Items) > limit {
		out.Items = out.Items[:limit]
		last := out.Items[limit-1]
		out.Next = cursor{Day: last.HappenedOn.String(), At: noHour, ID: last.ID}.String()
	}
	for i := range out.Items {
		s.offer(by, &out.Items[i])
	}
	return out, nil
}

// offer says whether the actor, who has it in reach, may put an occasion aside.
func (s *Service) offer(by access.Actor, o *NotedOccasion) {
	o.MayDismiss = o.open() && s.apart(by, o.concerned()...) == nil
}

// NoteOccasion notes by hand what makes a talk due, of somebody whose talks the actor
// plans, and makes the talk. scope is that of talk.plan.
func (s *Service) NoteOccasion(ctx context.Context, by access.Actor, scope access.Scope, person uuid.UUID, kind string, on calendar.Date) (out NotedOccasion, err error) {
	today := s.today()
	if err := checkOccasion(kind, on, today); err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockDays(ctx, tx, by.Unit); err != nil {
			return err
		}
		name, branch, err := branchOf(ctx, tx, by.Unit, person, today)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		if err != nil || !scope.Covers(access.Place{Unit: by.Unit, Branch: branch}) {
			return fault.Missing("人员")
		}
		t, err := lockType(ctx, tx, by.Unit, kind)
		if err != nil {
			return err
		}
		if !t.Active {
			return fault.Newf(fault.RuleBroken, "本单位没有启用“%s”；如需启用，请联系机关党委", t.Name)
		}
		id := db.NewID()
		noted, err := noteOccasion(ctx, tx, by.Unit, id, person, kind, on, by.Person, s.now())
		if err != nil {
			return err
		}
		if !noted {
			return fault.New(fault.Conflict, "这件事已经登记过，请刷新后查看")
		}
		if _, err := s.arrange(ctx, tx, by.Unit, id, today); err != nil {
			return err
		}
		if out, err = findOccasion(ctx, tx, access.System(by.Unit), id, today); err != nil {
			return err
		}
		s.offer(by, &out)
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "talk_occasion.note", Object: "talk_occasion", ObjectID: id,
			Summary: fmt.Sprintf("登记谈话事由：%s，%s（%s）", name, t.Name, on)})
	})
	return out, err
}

// Dismiss puts an occasion aside: no talk is made for it, and one that was not held yet
// is cancelled. Nobody does so with what is about them or what they are to hold. scope
// is that of talk.plan.
func (s *Service) Dismiss(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockDays(ctx, tx, by.Unit); err != nil {
			return err
		}
		o, err := findOccasion(ctx, tx, scope, id, s.today())
		if err != nil {
			return err
		}
		if err := s.apart(by, o.concerned()...); err != nil {
			return err
		}
		if o.Dismissed {
			return fault.New(fault.Conflict, "这件事已不再安排谈话，请刷新后查看")
		}
		if o.TalkID != nil {
			t, err := findTalk(ctx, tx, access.System(by.Unit), columns(), *o.TalkID, true)
			if err != nil {
				return err
			}
			if t.State != Planned {
				return fault.New(fault.Conflict, "这件事的谈话已经登记，不能再撤销")
			}
			if err := cancelOf(ctx, tx, by.Unit, []uuid.UUID{id}, by.Person); err != nil {
				return err
			}
		}
		if err := dismiss(ctx, tx, by.Unit, []uuid.UUID{id}, by.Person, s.now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "talk_occasion.dismiss", Object: "talk_occasion", ObjectID: id,
			Summary: fmt.Sprintf("谈话事由不再安排：%s，%s（%s）", o.PersonName, o.KindName, o.HappenedOn)})
	})
}
