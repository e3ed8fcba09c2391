package taskforce

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Second puts people into a taskforce, all of them or none. A new head takes over from
// the one there is, who stays as a member. scope is that of taskforce.staff.
func (s *Service) Second(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, people []Seconded) error {
	if len(people) == 0 || len(people) > maxSeconded {
		return fault.Field("people", fmt.Sprintf("请选择人员，一次不超过 %d 人", maxSeconded))
	}
	return s.restaff(ctx, by, scope, id, "taskforce.second", func(ctx context.Context, tx bun.Tx, f standing, staff []org.Secondment) (string, error) {
		var ids []uuid.UUID
		for _, p := range people {
			ids = append(ids, p.Person)
		}
		names, err := namesOnRoll(ctx, tx, by.Unit, ids, s.today())
		if err != nil {
			return "", err
		}
		if err := checkSeconded(f, people, names); err != nil {
			return "", err
		}
		var said []string
		for _, p := range people {
			if i := slices.IndexFunc(staff, func(m org.Secondment) bool { return m.Person == p.Person && (m.To.IsZero() || !m.To.Before(p.From)) }); i >= 0 {
				return "", fault.New(fault.Conflict, names[p.Person]+"这段时间已在其中；改任职务请用“改任”，再次加入请从 "+after(staff[i].To)+"起")
			}
			if p.Office == org.OfficeSecretary {
				if err := giveWay(ctx, tx, by.Unit, staff, uuid.Nil, p.From); err != nil {
					return "", err
				}
			}
			m := org.Secondment{ID: db.NewID(), Project: id, Person: p.Person, Office: p.Office, Title: p.Title, From: p.From}
			if err := org.Second(ctx, tx, by.Unit, m); err != nil {
				return "", about(names[p.Person], err)
			}
			if p.Place != "" {
				if err := insertPost(ctx, tx, by.Unit, id, m.ID, p.Place); err != nil {
					return "", err
				}
			}
			said = append(said, names[p.Person])
		}
		return "抽调" + listed(said) + "到“" + f.Name + "”", nil
	})
}

// after says from when on somebody may come again.
func after(last calendar.Date) string {
	if last.IsZero() {
		return "结束抽调的次日"
	}
	return last.AddDays(1).Chinese()
}

// about names whom a fault of several people is about.
func about(name string, err error) error {
	var f *fault.Error
	if errors.As(err, &f) && f.Code != fault.Internal {
		return fault.Wrap(err, f.Code, name+"："+f.Message)
	}
	return err
}

// giveWay makes the head, other than somebody who is to be it, a member from a day on.
func giveWay(ctx context.Context, tx bun.Tx, unit uuid.UUID, staff []org.Secondment, except uuid.UUID, from calendar.Date) error {
	for _, m := range staff {
		if m.Office != org.OfficeSecretary || m.Person == except || !m.On(from) {
			continue
		}
		next, err := org.Appoint(ctx, tx, unit, m.ID, org.OfficeMember, "", from)
		if err != nil {
			return about("原任"+m.Name, err)
		}
		if err := movePost(ctx, tx, unit, m.ID, next); err != nil {
			return err
		}
	}
	return nil
}

// Release ends somebody's time in a taskforce with a last day. scope is that of
// taskforce.staff.
func (s *Service) Release(ctx context.Context, by access.Actor, scope access.Scope, id, secondment uuid.UUID, last calendar.Date) error {
	if !last.Valid() {
		return fault.Field("last", "请填写最后一天")
	}
	return s.restaff(ctx, by, scope, id, "taskforce.release", func(ctx context.Context, tx bun.Tx, f standing, staff []org.Secondment) (string, error) {
		m, err := among(staff, secondment)
		if err != nil {
			return "", err
		}
		owed, err := owedAfter(ctx, tx, by.Unit, id, m.Person, last)
		if err != nil {
			return "", err
		}
		if owed > 0 {
			return "", fault.Newf(fault.RuleBroken, "%s还有 %d 项任务在那以后到期，请先转交他人或调整期限", m.Name, owed)
		}
		return m.Name + "在“" + f.Name + "”的抽调到 " + last.Chinese() + "为止", org.EndSecondment(ctx, tx, by.Unit, secondment, last)
	})
}

// Appoint gives somebody in a taskforce another office from a day on; the head there was
// stays as a member. scope is that of taskforce.staff.
func (s *Service) Appoint(ctx context.Context, by access.Actor, scope access.Scope, id, secondment uuid.UUID, office, title string, from calendar.Date) error {
	if !from.Valid() {
		return fault.Field("from", "请填写任职日期")
	}
	return s.restaff(ctx, by, scope, id, "taskforce.appoint", func(ctx context.Context, tx bun.Tx, f standing, staff []org.Secondment) (string, error) {
		m, err := among(staff, secondment)
		if err != nil {
			return "", err
		}
		if office == org.OfficeSecretary {
			if err := giveWay(ctx, tx, by.Unit, staff, m.Person, from); err != nil {
				return "", err
			}
		}
		next, err := org.Appoint(ctx, tx, by.Unit, secondment, office, title, from)
		if err != nil {
			return "", err
		}
		if err := movePost(ctx, tx, by.Unit, secondment, next); err != nil {
			return "", err
		}
		m.Office, m.Title = office, title
		return fmt.Sprintf("%s自 %s起任“%s”%s", m.Name, from.Chinese(), f.Name, f.Of.officeName(m)), nil
	})
}

func among(staff []org.Secondment, id uuid.UUID) (org.Secondment, error) {
	i := slices.IndexFunc(staff, func(m org.Secondment) bool { return m.ID == id })
	if i < 0 {
		return org.Secondment{}, fault.Missing("成员")
	}
	return staff[i], nil
}

// restaff changes who is in a taskforce that is approved or works; one that works keeps
// its secretary.
func (s *Service) restaff(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, action string,
	do func(ctx context.Context, tx bun.Tx, f standing, staff []org.Secondment) (summary string, err error)) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		f, err := find(ctx, tx, scope, id, forUpdate)
		if err != nil {
			return err
		}
		if err := f.serving(); err != nil {
			return err
		}
		staff, err := org.Secondments(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		summary, err := do(ctx, tx, f, staff)
		if err != nil {
			return err
		}
		if f.State == Active {
			if staff, err = org.Secondments(ctx, tx, by.Unit, id); err != nil {
				return err
			}
			if err := f.headed(staff, s.today()); err != nil {
				return err
			}
		}
		return s.tell(ctx, tx, by, action, f.stage, summary, nil)
	})
}

// Invite puts somebody of a partner unit into a taskforce whose kind has such. scope is
// that of taskforce.staff.
func (s *Service) Invite(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in OutsiderInput) (out Outsider, err error) {
	err = s.restaff(ctx, by, scope, id, "taskforce.outsider", func(ctx context.Context, tx bun.Tx, f standing, _ []org.Secondment) (string, error) {
		if !f.Of.Outsiders {
			return "", fault.New(fault.RuleBroken, "“"+f.Of.Name+"”没有外单位人员")
		}
		if err := in.check(f.From); err != nil {
			return "", err
		}
		out = Outsider{ID: db.NewID(), Name: in.Name, Partner: in.Partner, Title: in.Title, Full: in.Full, From: in.From}
		return in.Partner + in.Name + "加入“" + f.Name + "”", insertOutsider(ctx, tx, by.Unit, id, out.ID, in)
	})
	return out, err
}

// Leave ends the time of somebody of a partner unit. scope is that of taskforce.staff.
func (s *Service) Leave(ctx context.Context, by access.Actor, scope access.Scope, id, outsider uuid.UUID, last calendar.Date) error {
	if !last.Valid() {
		return fault.Field("last", "请填写最后一天")
	}
	return s.restaff(ctx, by, scope, id, "taskforce.outsider_end", func(ctx context.Context, tx bun.Tx, f standing, _ []org.Secondment) (string, error) {
		o, err := lockOutsider(ctx, tx, by.Unit, id, outsider)
		switch {
		case err != nil:
			return "", err
		case last.Before(o.From):
			return "", fault.Field("last", o.Name+"自 "+o.From.Chinese()+"起加入，最后一天不能早于这一天")
		case o.To != nil && !o.To.After(last):
			return "", fault.New(fault.Conflict, o.Name+"已于 "+o.To.Chinese()+"退出，请刷新后查看")
		}
		return o.Partner + o.Name + "到 " + last.Chinese() + "退出“" + f.Name + "”", endOutsider(ctx, tx, by.Unit, outsider, last)
	})
}
