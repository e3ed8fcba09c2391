package volunteer

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

func needRead() access.Need     { return need("volunteer", "read") }
func needSign() access.Need     { return need("volunteer", "sign") }
func needOrganise() access.Need { return need("volunteer", "organise") }

// look is how the actor looks at actions, all three ways.
func (s *Service) look(by access.Actor) (l look, err error) {
	l.by = by
	if l.read, err = s.reach(by, needRead()); err != nil {
		return l, err
	}
	if l.sign, err = s.reach(by, needSign()); err != nil {
		return l, err
	}
	l.organise, err = s.reach(by, needOrganise())
	return l, err
}

// Actions pages through the actions that the actor sees: those that come, the next one
// first, others the latest first.
func (s *Service) Actions(ctx context.Context, by access.Actor, scope access.Scope, f ActionFilter) (items []Action, next string, total int, err error) {
	if err := f.check(); err != nil {
		return nil, "", 0, err
	}
	l, err := s.look(by)
	if err != nil {
		return nil, "", 0, err
	}
	l.read = scope
	now := s.now()
	if items, err = listActions(ctx, s.db, l, f, now); err != nil {
		return nil, "", 0, err
	}
	if total, err = countActions(ctx, s.db, l, f, now); err != nil {
		return nil, "", 0, err
	}
	if len(items) > f.Limit {
		items = items[:f.Limit]
		last := items[f.Limit-1]
		next = actionCursor{last.StartsAt, last.ID}.String()
	}
	return items, next, total, nil
}

// Action reads one action; names and the code only for who organises it or leads it.
func (s *Service) Action(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (ActionDetail, error) {
	l, err := s.look(by)
	if err != nil {
		return ActionDetail{}, err
	}
	l.read = scope
	return s.detail(ctx, s.db, l, id)
}

// Organisers lists the places whose actions the actor may organise. scope is that of
// volunteer.organise.
func (s *Service) Organisers(ctx context.Context, by access.Actor, scope access.Scope) ([]activity.OrganiserChoice, error) {
	return s.activities.Organisers(ctx, by, scope)
}

// organiser finds the place that an action is to belong to among those that the actor
// organises for.
func (s *Service) organiser(ctx context.Context, by access.Actor, organise access.Scope, o activity.OrganiserRef) (uuid.UUID, error) {
	choices, err := s.activities.Organisers(ctx, by, organise)
	if err != nil {
		return uuid.Nil, err
	}
	if !slices.ContainsFunc(choices, func(c activity.OrganiserChoice) bool { return c.OrganiserRef == o }) {
		return uuid.Nil, fault.Missing("组织者")
	}
	return branchOf(ctx, s.db, by.Unit, o)
}

// fill puts what the form said into an action.
func (s *Service) fill(ctx context.Context, tx bun.Tx, unit uuid.UUID, a *Action, in ActionInput) error {
	if in.Leader != a.LeaderID {
		people, err := org.Placements(ctx, tx, unit, calendar.DateOf(in.Starts), []uuid.UUID{in.Leader})
		if err != nil {
			return err
		}
		if !people[in.Leader].OnRoll {
			return fault.Field("leader_id", "组织者不在名册中，请重新选择")
		}
	}
	a.Title, a.StartsAt, a.EndsAt, a.Place, a.Served, a.Content = in.Title, in.Starts, in.Ends, in.Place, in.Served, in.Content
	a.LeaderID, a.Places, a.ClosesAt = in.Leader, in.Places, in.Closes
	return nil
}

// CreateAction puts an action up, for people to sign up. scope is that of
// volunteer.organise.
func (s *Service) CreateAction(ctx context.Context, by access.Actor, scope access.Scope, in ActionInput) (d ActionDetail, err error) {
	in.tidy()
	if err := in.check(s.now(), true); err != nil {
		return d, err
	}
	branch, err := s.organiser(ctx, by, scope, in.Organiser)
	if err != nil {
		return d, err
	}
	l, err := s.look(by)
	if err != nil {
		return d, err
	}
	l.read = scope // who puts an action up sees it
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		a := Action{ID: db.NewID(), code: newCode()}
		if err := s.fill(ctx, tx, by.Unit, &a, in); err != nil {
			return err
		}
		a.places(in.Organiser, branch)
		if err := insertAction(ctx, tx, by, s.now(), a); err != nil {
			return err
		}
		if err := s.record(ctx, tx, by, "volunteer.action", a, "发布志愿服务活动“"+a.Title+"”", nil); err != nil {
			return err
		}
		d, err = s.detail(ctx, tx, l, a.ID)
		return err
	})
	return d, err
}

// organised locks an action for who organises it. Somebody else's that is seen is
// refused like one that is not there.
func (s *Service) organised(ctx context.Context, tx bun.Tx, l look, id uuid.UUID) (Action, error) {
	l.read = l.organise
	a, err := lockAction(ctx, tx, l, id, s.now())
	switch {
	case err != nil:
		return a, err
	case !a.organises:
		return a, fault.Missing("志愿服务活动")
	}
	return a, a.standing()
}

func stale(version int, a Action) error {
	if version != a.Version {
		return fault.New(fault.Conflict, "活动刚被别人改动，请刷新后再试")
	}
	return nil
}

// ChangeAction changes an action that still stands. More places take in who waits; fewer
// than are given away is refused.
func (s *Service) ChangeAction(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int, in ActionInput) (d ActionDetail, err error) {
	in.tidy()
	l, err := s.look(by)
	if err != nil {
		return d, err
	}
	l.organise = scope
	branch, err := s.organiser(ctx, by, scope, in.Organiser)
	if err != nil {
		return d, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		a, err := s.organised(ctx, tx, l, id)
		if err != nil {
			return err
		}
		if err := stale(version, a); err != nil {
			return err
		}
		if err := in.check(s.now(), !in.Ends.Equal(a.EndsAt)); err != nil {
			return err
		}
		if in.Places != nil && *in.Places < a.Placed {
			return fault.Field("places", "已有 "+count(a.Placed)+" 人报上名，名额不能少于这个数；确需减少的，请先请人退出")
		}
		if err := s.fill(ctx, tx, by.Unit, &a, in); err != nil {
			return err
		}
		a.places(in.Organiser, branch)
		if err := updateAction(ctx, tx, by.Unit, a); err != nil {
			return err
		}
		moved, err := s.moveUp(ctx, tx, by.Unit, a)
		if err != nil {
			return err
		}
		if err := s.record(ctx, tx, by, "volunteer.action", a, "修改志愿服务活动“"+a.Title+"”"+movedText(moved), movedDetail(moved)); err != nil {
			return err
		}
		d, err = s.detail(ctx, tx, l, id)
		return err
	})
	return d, err
}

// CancelAction calls an action off. Who signed up reads so on their desk.
func (s *Service) CancelAction(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int, reason string) (d ActionDetail, err error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > 200 || strings.ContainsRune(reason, 0) {
		return d, fault.Field("reason", "请写明取消的原因，不超过 200 个字；报了名的人都会看到")
	}
	l, err := s.look(by)
	if err != nil {
		return d, err
	}
	l.organise = scope
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		a, err := s.organised(ctx, tx, l, id)
		if err != nil {
			return err
		}
		if err := stale(version, a); err != nil {
			return err
		}
		if err := settleAction(ctx, tx, by.Unit, id, Cancelled, reason, uuid.Nil); err != nil {
			return err
		}
		if err := s.record(ctx, tx, by, "volunteer.cancel", a, "取消志愿服务活动“"+a.Title+"”："+reason,
			map[string]any{"placed": a.Placed, "waiting": a.Waiting}); err != nil {
			return err
		}
		d, err = s.detail(ctx, tx, l, id)
		return err
	})
	return d, err
}

// record writes the audit row of a change.
func (s *Service) record(ctx context.Context, tx bun.Tx, by access.Actor, action string, a Action, summary string, detail map[string]any) error {
	if detail == nil {
		detail = map[string]any{}
	}
	detail["starts_at"], detail["organiser"] = a.StartsAt, a.Organiser.Kind
	return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: action, Object: "volunteer_action", ObjectID: a.ID, Summary: summary, Detail: detail})
}
