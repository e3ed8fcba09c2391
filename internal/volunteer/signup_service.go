package volunteer

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

func count(n int) string { return strconv.Itoa(n) }

// free is how many may still be placed.
func (a Action) free() int {
	if a.Places == nil {
		return maxPlaces
	}
	return max(0, *a.Places-a.Placed)
}

func movedText(people []moved) string {
	if len(people) == 0 {
		return ""
	}
	names := make([]string, len(people))
	for i, p := range people {
		names[i] = p.Name
	}
	if len(names) > 5 {
		names = append(names[:5], "等 "+count(len(people))+" 人")
	}
	return "，候补递补：" + strings.Join(names, "、")
}

func movedDetail(people []moved) map[string]any {
	if len(people) == 0 {
		return nil
	}
	return map[string]any{"moved_up": people}
}

// own runs a step of somebody's own sign-up on the locked action and answers how it
// stands then. read is the scope of volunteer.read where the actor has it.
func (s *Service) own(ctx context.Context, by access.Actor, sign access.Scope, id uuid.UUID, step func(ctx context.Context, tx bun.Tx, a Action) error) (d ActionDetail, err error) {
	l, err := s.look(by)
	if err != nil {
		return d, err
	}
	l.sign = sign
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		a, err := lockAction(ctx, tx, l, id, s.now())
		if err != nil {
			return err
		}
		if err := step(ctx, tx, a); err != nil {
			return err
		}
		d, err = s.detail(ctx, tx, l, id)
		return err
	})
	return d, err
}

// SignUp signs the actor up: a place while there are some, else the end of the waiting
// line. Who is signed up already reads how they stand. scope is that of volunteer.sign.
func (s *Service) SignUp(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (ActionDetail, error) {
	return s.own(ctx, by, scope, id, func(ctx context.Context, tx bun.Tx, a Action) error {
		if a.Own != nil {
			return nil
		}
		if !a.maySign {
			return fault.New(fault.RuleBroken, "这项活动不向您所在的组织报名；想参加的，请联系组织者"+a.LeaderName)
		}
		if err := a.signing(s.now()); err != nil {
			return err
		}
		free := a.free()
		if err := signUp(ctx, tx, by.Unit, id, by.Person, s.now(), []uuid.UUID{by.Person}, free); err != nil {
			return err
		}
		how := "报名"
		if free == 0 {
			how = "候补报名"
		}
		return s.record(ctx, tx, by, "volunteer.sign", a, how+"志愿服务活动“"+a.Title+"”", nil)
	})
}

// Withdraw takes the actor out of an action; the first who waits gets the place in the
// same transaction. Who is out already reads so.
func (s *Service) Withdraw(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (ActionDetail, error) {
	return s.own(ctx, by, scope, id, func(ctx context.Context, tx bun.Tx, a Action) error {
		if a.Own == nil {
			return nil
		}
		if err := a.leaving(s.now()); err != nil {
			return err
		}
		return s.leave(ctx, tx, by, a, by.Person, "退出志愿服务活动“"+a.Title+"”")
	})
}

func (s *Service) leave(ctx context.Context, tx bun.Tx, by access.Actor, a Action, person uuid.UUID, summary string) error {
	out, err := withdrawOf(ctx, tx, by.Unit, a.ID, person)
	if err != nil || !out {
		return err
	}
	people, err := s.moveUp(ctx, tx, by.Unit, a)
	if err != nil {
		return err
	}
	detail := movedDetail(people)
	if detail == nil {
		detail = map[string]any{}
	}
	detail["person_id"] = person
	return s.record(ctx, tx, by, "volunteer.withdraw", a, summary+movedText(people), detail)
}

// Arrive says that the actor came, by the page of the code. It asks nothing of anybody:
// who came is what the organiser records.
func (s *Service) Arrive(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (ActionDetail, error) {
	return s.own(ctx, by, scope, id, func(ctx context.Context, tx bun.Tx, a Action) error {
		if err := a.standing(); err != nil {
			return err
		}
		switch {
		case a.Own == nil:
			return fault.New(fault.RuleBroken, "您还没有报名；现场参加的，请告诉组织者"+a.LeaderName+"，登记时会记上")
		case a.Own.State == Waiting:
			return fault.New(fault.RuleBroken, "您还在候补；现场参加的，请告诉组织者"+a.LeaderName+"，登记时会记上")
		case a.Own.CameAt != nil:
			return nil
		case !a.arriving(s.now()):
			return fault.New(fault.RuleBroken, "活动开始前一小时到结束后一小时之间才能点“我到了”")
		}
		if err := came(ctx, tx, by.Unit, id, by.Person, s.now()); err != nil {
			return err
		}
		return s.record(ctx, tx, by, "volunteer.arrive", a, "到达志愿服务活动“"+a.Title+"”", nil)
	})
}

// AddPeople signs people up for them, whatever the closing time: a place while there are
// some, else the waiting line. Who is signed up already stays. scope is that of
// volunteer.organise.
func (s *Service) AddPeople(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, people []uuid.UUID) (d ActionDetail, err error) {
	people = distinct(people)
	if len(people) == 0 {
		return d, fault.Field("person_ids", "请选择要添加的人员")
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
		places, err := org.Placements(ctx, tx, by.Unit, calendar.DateOf(a.StartsAt), people)
		if err != nil {
			return err
		}
		for _, p := range people {
			if !places[p].OnRoll {
				return fault.Field("person_ids", "有人员当天不在名册中，请重新选择")
			}
		}
		in, err := standingIn(ctx, tx, by.Unit, id, people)
		if err != nil {
			return err
		}
		people = slices.DeleteFunc(people, func(p uuid.UUID) bool { return in[p] })
		if len(people) > 0 {
			if err := signUp(ctx, tx, by.Unit, id, by.Person, s.now(), people, a.free()); err != nil {
				return err
			}
			names := make([]string, len(people))
			for i, p := range people {
				names[i] = places[p].Name
			}
			if err := s.record(ctx, tx, by, "volunteer.sign", a, "为 "+count(len(people))+" 人报名志愿服务活动“"+a.Title+"”",
				map[string]any{"people": names}); err != nil {
				return err
			}
		}
		d, err = s.detail(ctx, tx, l, id)
		return err
	})
	return d, err
}

// RemovePerson takes somebody out of an action for them, as long as it stands.
func (s *Service) RemovePerson(ctx context.Context, by access.Actor, scope access.Scope, id, person uuid.UUID) error {
	l, err := s.look(by)
	if err != nil {
		return err
	}
	l.organise = scope
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		a, err := s.organised(ctx, tx, l, id)
		if err != nil {
			return err
		}
		return s.leave(ctx, tx, by, a, person, "从志愿服务活动“"+a.Title+"”移出一人")
	})
}
