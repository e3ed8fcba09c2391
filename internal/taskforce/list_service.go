package taskforce

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// List pages through the taskforces in reach, the latest proposed first. scope is that of
// taskforce.read.
func (s *Service) List(ctx context.Context, by access.Actor, scope access.Scope, f Filter) (out Page, err error) {
	out.Items = []Taskforce{}
	if err := f.check(); err != nil {
		return out, err
	}
	may, err := s.rights(by)
	if err != nil {
		return out, err
	}
	var rows []taskforceRow
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		rows, out.Total, err = listTaskforces(ctx, tx, by, scope, f, s.today())
		return err
	})
	if err != nil {
		return out, err
	}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[f.Limit-1]
		out.Next = keyText(listKey{last.ProposedAt, last.ID})
	}
	for _, r := range rows {
		r.Can = may.can(r.Taskforce, r.ProposedByID, r.Appraised, by)
		out.Items = append(out.Items, r.Taskforce)
	}
	return out, nil
}

// Detail reads one taskforce with who is in it. scope is that of taskforce.read.
func (s *Service) Detail(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (out Detail, err error) {
	may, err := s.rights(by)
	if err != nil {
		return out, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		r, err := readTaskforce(ctx, tx, by.Unit, scope, id, s.today())
		if err != nil {
			return err
		}
		r.Can = may.can(r.Taskforce, r.ProposedByID, r.Appraised, by)
		out.Taskforce = r.Taskforce
		f, err := find(ctx, tx, scope, id, "")
		if err != nil {
			return err
		}
		out.Kind = f.Of
		staff, err := org.Secondments(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		posts, err := postsOf(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		out.Staff = make([]Member, len(staff))
		for i, m := range staff {
			out.Staff[i] = f.Of.member(m, posts[m.ID], s.today())
		}
		if out.Outsiders, err = outsidersOf(ctx, tx, by.Unit, id); err != nil {
			return err
		}
		out.Groups, err = groupsOf(ctx, tx, by.Unit, id)
		return err
	})
	return out, err
}

// rights reads how far the actor gets with everything that is done with taskforces.
func (s *Service) rights(by access.Actor) (r rights, err error) {
	for _, one := range []struct {
		into *access.Scope
		need access.Need
	}{
		{&r.approve, need("approve")}, {&r.staff, need("staff")}, {&r.work, need("work")}, {&r.log, need("log")}, {&r.conclude, need("conclude")},
		{&r.archive, need("archive")}, {&r.propose, need("propose")}, {&r.appraise, needAppraisal("write")}, {&r.appraisals, needAppraisal("read")},
	} {
		if *one.into, err = s.reach(by, one.need); err != nil {
			return r, err
		}
	}
	return r, nil
}
