package taskforce

import (
	"context"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Propose asks for a taskforce to be set up. It opens its project, so that its name is
// taken. scope is that of taskforce.propose.
func (s *Service) Propose(ctx context.Context, by access.Actor, scope access.Scope, p Proposal) (id uuid.UUID, err error) {
	if err := p.check(); err != nil {
		return id, err
	}
	if branches := scope.Branches(); p.Branch == uuid.Nil && !scope.Whole() && len(branches) == 1 {
		p.Branch = branches[0]
	}
	if !scope.Covers(access.Place{Unit: by.Unit, Branch: p.Branch}) {
		return id, fault.Field("branch_id", "请选择您所在的党支部")
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		k, err := heldKind(ctx, tx, by.Unit, p.Kind)
		if err != nil {
			return err
		}
		if err := p.fits(k); err != nil {
			return err
		}
		if p.Branch != uuid.Nil {
			there, err := branchThere(ctx, tx, by.Unit, p.Branch, s.today())
			if err != nil {
				return err
			}
			if !there {
				return fault.Field("branch_id", "没有这个党支部，或已撤销，请从列表中选择")
			}
		}
		id = db.NewID()
		if err := org.OpenProject(ctx, tx, by.Unit, org.Project{ID: id, Name: p.Name, Party: k.Party, From: p.From}); err != nil {
			return err
		}
		if err := insertTaskforce(ctx, tx, by, id, p, s.now()); err != nil {
			return err
		}
		if len(p.Groups) > 0 {
			n, err := insertGroups(ctx, tx, by.Unit, id, p.Groups, p.From)
			if err != nil {
				return err
			}
			if n < int64(len(p.Groups)) {
				return fault.Field("groups", "所选党小组中有在成立日期时还没有或已撤销的，请重新选择")
			}
		}
		return s.tell(ctx, tx, by, "taskforce.propose", stage{ID: id}, "提议成立"+k.Name+"“"+p.Name+"”", p)
	})
	return id, err
}

// Reword puts name, purpose and planned end right: whoever proposed it while it waits, the
// Party office until it is concluded. scope is that of taskforce.propose.
func (s *Service) Reword(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in Rewording) (out Stepped, err error) {
	office, err := s.reach(by, need("staff"))
	if err != nil {
		return out, err
	}
	return s.step(ctx, by, scope, id, in.Version, "taskforce.change", func(ctx context.Context, tx bun.Tx, f standing) (string, any, error) {
		if !f.rewordable(by, office) {
			return "", nil, fault.New(fault.Forbidden, "等待审批时由提议人修改，批准后由机关党委办公室修改；已结项的不再修改")
		}
		if err := in.check(f.From); err != nil {
			return "", nil, err
		}
		if in.Name != f.Name {
			if err := org.RenameProject(ctx, tx, by.Unit, id, in.Name); err != nil {
				return "", nil, err
			}
		}
		was := map[string]any{"name": f.Name, "purpose": f.Purpose, "planned_to": f.PlannedTo}
		return "修改“" + f.Name + "”的名称、任务或计划结束日期", map[string]any{"from": was, "to": in},
			change(ctx, tx, by.Unit, id, `purpose = $3, planned_to = $4`, in.Purpose, in.PlannedTo)
	})
}

func (f standing) rewordable(by access.Actor, office access.Scope) bool {
	switch f.State {
	case Proposed:
		return f.ProposedBy == by.Person || office.Covers(f.place(by.Unit))
	case Approved, Active:
		return office.Covers(f.place(by.Unit))
	}
	return false
}

// Approve approves a proposal, with number and date where its kind asks for them; nobody
// their own. scope is that of taskforce.approve.
func (s *Service) Approve(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in Approval) (Stepped, error) {
	return s.step(ctx, by, scope, id, in.Version, "taskforce.approve", func(ctx context.Context, tx bun.Tx, f standing) (string, any, error) {
		if err := s.mayDecide(by, f); err != nil {
			return "", nil, err
		}
		if err := in.check(f.Of, s.today()); err != nil {
			return "", nil, err
		}
		summary := "批准成立“" + f.Name + "”"
		if in.No != "" {
			summary += "（" + in.No + "，" + in.On.Chinese() + "）"
		}
		return summary, in, change(ctx, tx, by.Unit, id, `state = 'approved', approval_no = $3, approved_on = $4, approved_by = $5`, in.No, in.On, by.Person)
	})
}

// Reject turns a proposal down with an answer, and gives its name back. scope is that of
// taskforce.approve.
func (s *Service) Reject(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, answer string, version int) (Stepped, error) {
	answer = strings.TrimSpace(answer)
	if !worded(answer, 200) {
		return Stepped{}, fault.Field("answer", "请写明不批准的原因，不超过 200 个字")
	}
	return s.step(ctx, by, scope, id, version, "taskforce.reject", func(ctx context.Context, tx bun.Tx, f standing) (string, any, error) {
		if err := s.mayDecide(by, f); err != nil {
			return "", nil, err
		}
		const mark = "（未批准"
		n, err := likeNamed(ctx, tx, by.Unit, f.Name+mark)
		if err != nil {
			return "", nil, err
		}
		again := ""
		if n > 0 {
			again = fmt.Sprint(n + 1)
		}
		// The name is free for another proposal, from the same day on too.
		short := []rune(f.Name)
		if most := maxName - 8; len(short) > most {
			short = short[:most]
		}
		if err := org.RenameProject(ctx, tx, by.Unit, id, string(short)+mark+again+"）"); err != nil {
			return "", nil, err
		}
		if err := org.EndProject(ctx, tx, by.Unit, id, f.From); err != nil {
			return "", nil, err
		}
		return "未批准成立“" + f.Name + "”：" + answer, nil, change(ctx, tx, by.Unit, id, `state = 'rejected', answer = $3`, answer)
	})
}

// mayDecide refuses what is decided already, and deciding one's own proposal.
func (s *Service) mayDecide(by access.Actor, f standing) error {
	if f.State != Proposed {
		return fault.New(fault.Conflict, "“"+f.Name+"”"+f.State.Title()+"，不用再审批，请刷新后查看")
	}
	return s.policy.Separate(by, need("approve"), f.ProposedBy)
}

// Activate lets a taskforce begin its work, from its first day on and once somebody is in
// it; a temporary Party branch of three full members or more has its secretary first.
// scope is that of taskforce.staff.
func (s *Service) Activate(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int) (Stepped, error) {
	return s.step(ctx, by, scope, id, version, "taskforce.activate", func(ctx context.Context, tx bun.Tx, f standing) (string, any, error) {
		switch f.State {
		case Approved:
		case Proposed:
			return "", nil, fault.New(fault.RuleBroken, "“"+f.Name+"”还没有批准，批准后才能启动")
		default:
			return "", nil, fault.New(fault.Conflict, "“"+f.Name+"”"+f.State.Title()+"，请刷新后查看")
		}
		today := s.today()
		if today.Before(f.From) {
			return "", nil, fault.New(fault.RuleBroken, "“"+f.Name+"”自 "+f.From.Chinese()+"起成立，请到那一天再启动")
		}
		staff, err := org.Secondments(ctx, tx, by.Unit, id)
		if err != nil {
			return "", nil, err
		}
		now := 0
		for _, m := range staff {
			if m.On(today) {
				now++
			}
		}
		if now == 0 {
			return "", nil, fault.New(fault.RuleBroken, "“"+f.Name+"”还没有成员，请先抽调人员再启动")
		}
		if err := f.headed(staff, today); err != nil {
			return "", nil, err
		}
		return fmt.Sprintf("启动“%s”，成员 %d 人", f.Name, now), nil, change(ctx, tx, by.Unit, id, `state = 'active'`)
	})
}

// step is one change of a taskforce that carries its version: found in scope, held, made
// and told.
func (s *Service) step(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int, action string,
	do func(ctx context.Context, tx bun.Tx, f standing) (summary string, detail any, err error)) (out Stepped, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		f, err := find(ctx, tx, scope, id, forUpdate)
		if err != nil {
			return err
		}
		if err := f.seen(version); err != nil {
			return err
		}
		summary, detail, err := do(ctx, tx, f)
		if err != nil {
			return err
		}
		if err := s.tell(ctx, tx, by, action, f.stage, summary, detail); err != nil {
			return err
		}
		now, err := find(ctx, tx, access.System(by.Unit), id, "")
		out = Stepped{now.State, now.Version}
		return err
	})
	return out, err
}
