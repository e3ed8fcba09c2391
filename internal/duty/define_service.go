package duty

import (
	"context"
	"slices"
	"strings"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// List reads the list of duties: what is in force, what comes, what was.
func (s *Service) List(ctx context.Context, scope access.Scope) (List, error) {
	all, err := lines(ctx, s.db, scope.Unit(), "")
	if err != nil {
		return List{}, err
	}
	return arrange(all, s.today()), nil
}

// arrange tells lines in force from those that come and those that were. all has each
// code's newest line first.
func arrange(all []Duty, today calendar.Date) List {
	out := List{Items: []Duty{}, Next: []Duty{}, History: []Duty{}}
	for i, d := range all {
		alone := i == len(all)-1 || all[i+1].Code != d.Code
		switch {
		case d.ValidFrom.After(today) && !alone && holds(all[i+1], today):
			out.Next = append(out.Next, d)
		case d.ValidFrom.After(today), holds(d, today):
			out.Items = append(out.Items, d)
		default:
			out.History = append(out.History, d)
		}
	}
	slices.SortStableFunc(out.Items, func(a, b Duty) int { return a.Ord - b.Ord })
	slices.SortStableFunc(out.History, func(a, b Duty) int { return b.ValidFrom.Compare(a.ValidFrom) })
	return out
}

// holds says whether a line is in force on a day.
func holds(d Duty, day calendar.Date) bool {
	return !d.ValidFrom.After(day) && (d.ValidTo == nil || !d.ValidTo.Before(day))
}

// Define changes a duty from the first day of a period on: the old line is closed the
// day before, so that the past stays judged as it was. A line that begins on the same
// day is replaced.
func (s *Service) Define(ctx context.Context, by access.Actor, scope access.Scope, code string, in Change) (out Duty, err error) {
	err = s.edit(ctx, by, scope, code, func(ctx context.Context, tx bun.Tx, all []Duty) (audit.Entry, error) {
		was := all[0]
		if was.ID != in.Seen {
			return audit.Entry{}, stale()
		}
		kind, err := kindOf(ctx, tx, by.Unit, in.ActivityKind)
		if err != nil {
			return audit.Entry{}, err
		}
		if err := in.check(was.Owner, kind); err != nil {
			return audit.Entry{}, err
		}
		if err := follows(was, in.Terms, s.today()); err != nil {
			return audit.Entry{}, err
		}
		out = in.duty(was)
		switch {
		case in.ValidFrom.Before(was.ValidFrom):
			return audit.Entry{}, fault.New(fault.Conflict, "这项职责从 "+was.ValidFrom.Chinese()+"起已有新规定，请先撤回它")
		case in.ValidFrom == was.ValidFrom:
			err = deleteLine(ctx, tx, by.Unit, was.ID)
		case was.ValidTo == nil || !was.ValidTo.Before(in.ValidFrom):
			last := in.ValidFrom.AddDays(-1)
			err = setEnd(ctx, tx, by.Unit, was.ID, &last)
		}
		if err != nil {
			return audit.Entry{}, err
		}
		if err := insertLine(ctx, tx, by.Unit, out, by.Person, s.now()); err != nil {
			return audit.Entry{}, err
		}
		return audit.Entry{Action: "duty.define", ObjectID: out.ID,
			Summary: "修改职责“" + out.Name + "”：" + was.what() + "改为" + out.what() + "，自 " + out.ValidFrom.String() + " 起",
			Detail:  map[string]Duty{"from": was, "to": out}}, nil
	})
	return out, err
}

// duty is the line that terms make of the line before.
func (t Terms) duty(was Duty) Duty {
	return Duty{ID: db.NewID(), Code: was.Code, Name: t.Name, Owner: was.Owner, ActivityKind: t.ActivityKind, TalkType: was.TalkType, Period: t.Period,
		Times: t.Times, Committee: t.Committee, Basis: t.Basis, Ord: t.Ord, ValidFrom: t.ValidFrom}
}

// Add adds a duty of the office's own.
func (s *Service) Add(ctx context.Context, by access.Actor, scope access.Scope, in New) (out Duty, err error) {
	if !scope.Whole() {
		return out, wholeOnly()
	}
	if !slices.Contains([]string{OwnerUnit, OwnerBranch, OwnerGroup, OwnerDeputy}, in.Owner) {
		return out, fault.Field("owner", "请从列表中选择由谁落实")
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockList(ctx, tx, by.Unit); err != nil {
			return err
		}
		kind, err := kindOf(ctx, tx, by.Unit, in.ActivityKind)
		if err != nil {
			return err
		}
		if err := in.check(in.Owner, kind); err != nil {
			return err
		}
		if in.ValidFrom.Before(begin(in.Period, s.today())) {
			return fault.Field("valid_from", "已过去的周期不能改，最早可从 "+begin(in.Period, s.today()).Chinese()+"起")
		}
		all, err := lines(ctx, tx, by.Unit, "")
		if err != nil {
			return err
		}
		var codes []string
		for _, d := range all {
			codes = append(codes, d.Code)
			if d.Name == in.Name && (d.ValidTo == nil || !d.ValidTo.Before(in.ValidFrom)) {
				return fault.Field("name", "已有同名的职责，请换一个名称，或修改原来的一项")
			}
		}
		out = in.duty(Duty{Code: codeFor(in.ActivityKind, codes), Owner: in.Owner})
		if err := insertLine(ctx, tx, by.Unit, out, by.Person, s.now()); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "duty.add", Object: "duty", ObjectID: out.ID,
			Summary: "新增职责“" + out.Name + "”：" + out.what() + "，自 " + out.ValidFrom.String() + " 起", Detail: out})
	})
	return out, err
}

// End ends a duty with a period.
func (s *Service) End(ctx context.Context, by access.Actor, scope access.Scope, code string, in Ending) (out Duty, err error) {
	err = s.edit(ctx, by, scope, code, func(ctx context.Context, tx bun.Tx, all []Duty) (audit.Entry, error) {
		out = all[0]
		earliest := begin(out.Period, s.today()).AddDays(-1)
		switch {
		case out.ID != in.Seen:
			return audit.Entry{}, stale()
		case out.ValidTo != nil && out.ValidTo.Before(s.today()):
			return audit.Entry{}, fault.New(fault.Conflict, "这项职责已经停用")
		case !in.Last.Valid() || end(out.Period, in.Last) != in.Last:
			return audit.Entry{}, fault.Field("last", "须是周期的最后一天，如 "+end(out.Period, s.today()).Chinese())
		case in.Last.Before(earliest):
			return audit.Entry{}, fault.Field("last", "已过去的周期不能改，最早可到 "+earliest.Chinese()+"止")
		case in.Last.Before(out.ValidFrom):
			return audit.Entry{}, fault.New(fault.Conflict, "这项职责从 "+out.ValidFrom.Chinese()+"才开始，请撤回它")
		}
		out.ValidTo = &in.Last
		return audit.Entry{Action: "duty.end", ObjectID: out.ID, Summary: "停用职责“" + out.Name + "”，至 " + in.Last.String() + " 止", Detail: out},
			setEnd(ctx, tx, by.Unit, out.ID, out.ValidTo)
	})
	return out, err
}

// TakeBack takes back what has not begun: a coming line, or a coming end.
func (s *Service) TakeBack(ctx context.Context, by access.Actor, scope access.Scope, code string) error {
	return s.edit(ctx, by, scope, code, func(ctx context.Context, tx bun.Tx, all []Duty) (audit.Entry, error) {
		last := all[0]
		done := audit.Entry{Action: "duty.take_back", ObjectID: last.ID, Detail: last}
		switch {
		case last.ValidFrom.After(s.today()):
			done.Summary = "撤回职责“" + last.Name + "”自 " + last.ValidFrom.String() + " 起的规定"
			if err := deleteLine(ctx, tx, by.Unit, last.ID); err != nil {
				return done, err
			}
			if len(all) > 1 && all[1].ValidTo != nil && *all[1].ValidTo == last.ValidFrom.AddDays(-1) {
				return done, setEnd(ctx, tx, by.Unit, all[1].ID, nil)
			}
			return done, nil
		case last.ValidTo != nil && !last.ValidTo.Before(s.today()):
			done.Summary = "撤回停用职责“" + last.Name + "”"
			return done, setEnd(ctx, tx, by.Unit, last.ID, nil)
		}
		return done, fault.New(fault.Conflict, "这项职责没有尚未开始的规定，无需撤回")
	})
}

// edit changes the lines of one code, which fn gets newest first.
func (s *Service) edit(ctx context.Context, by access.Actor, scope access.Scope, code string,
	fn func(ctx context.Context, tx bun.Tx, all []Duty) (audit.Entry, error)) error {
	if !scope.Whole() {
		return wholeOnly()
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if err := lockList(ctx, tx, by.Unit); err != nil {
			return err
		}
		if strings.TrimSpace(code) == "" {
			return fault.Missing("职责")
		}
		all, err := lines(ctx, tx, by.Unit, code)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			return fault.Missing("职责")
		}
		done, err := fn(ctx, tx, all)
		if err != nil {
			return err
		}
		done.Object = "duty"
		return audit.Record(ctx, tx, by, s.now(), done)
	})
}

func stale() error {
	return fault.New(fault.Conflict, "这项职责刚被别人改动，请刷新后再试")
}

func wholeOnly() error {
	return fault.New(fault.Forbidden, "修改职责清单需要全院范围的权限")
}
