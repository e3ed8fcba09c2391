package mentoring

import (
	"context"
	"database/sql"
	"errors"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Wishes lists what proposals respect. scope is that of mentoring.pair.
func (s *Service) Wishes(ctx context.Context, scope access.Scope) ([]Wish, error) {
	return listWishes(ctx, s.db, scope)
}

// NoteWish notes a pair that is wished for, or one that must not be. scope is that of
// mentoring.pair.
func (s *Service) NoteWish(ctx context.Context, by access.Actor, scope access.Scope, in WishInput) (out Wish, err error) {
	if err := in.check(); err != nil {
		return out, err
	}
	if err := s.policy.Separate(by, need("pair"), in.MenteeID, in.MentorID); err != nil {
		return out, err
	}
	err = s.pairing(ctx, scope, func(ctx context.Context, tx bun.Tx) error {
		for field, person := range map[string]uuid.UUID{"mentee_id": in.MenteeID, "mentor_id": in.MentorID} {
			p, err := findStanding(ctx, tx, by.Unit, person, s.today())
			if errors.Is(err, sql.ErrNoRows) || err == nil && !p.Here {
				return fault.Field(field, "请从列表中选择在册人员")
			}
			if err != nil {
				return err
			}
		}
		id := db.NewID()
		if err := insertWish(ctx, tx, by, id, in, s.now()); err != nil {
			return err
		}
		var found bool
		if out, found, err = findWish(ctx, tx, scope, id); err != nil || !found {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "mentoring_wish.note", Object: "mentoring_wish", ObjectID: id, Summary: out.words("登记"), Detail: in})
	})
	return out, err
}

// DropWish forgets one. scope is that of mentoring.pair.
func (s *Service) DropWish(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) error {
	return s.pairing(ctx, scope, func(ctx context.Context, tx bun.Tx) error {
		w, found, err := findWish(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		if !found {
			return fault.Missing("意向")
		}
		if err := s.policy.Separate(by, need("pair"), w.MenteeID, w.MentorID); err != nil {
			return err
		}
		if err := deleteWish(ctx, tx, by.Unit, id); err != nil {
			return err
		}
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "mentoring_wish.drop", Object: "mentoring_wish", ObjectID: id, Summary: w.words("删除")})
	})
}

func (w Wish) words(done string) string {
	if w.Kind == Exclude {
		return done + "结对回避：" + w.MenteeName + "、" + w.MentorName
	}
	return done + "结对意向：" + w.MenteeName + "，" + roleName(w.Role) + w.MentorName
}
