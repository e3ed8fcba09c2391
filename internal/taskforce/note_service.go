package taskforce

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// WriteNote adds a line to the time line. scope is that of taskforce.log.
func (s *Service) WriteNote(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, day calendar.Date, text string) (out Note, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, forShare)
		if err != nil {
			return err
		}
		if err := st.logging(); err != nil {
			return err
		}
		text, err := checkNote(day, st.From, s.today(), text)
		if err != nil {
			return err
		}
		n := Note{db.NewID(), day, text, PersonRef{by.Person, by.Name}}
		if err := insertNote(ctx, tx, by.Unit, id, n, s.now()); err != nil {
			return err
		}
		out = n
		return s.tell(ctx, tx, by, "taskforce.note", st, "为“"+st.Name+"”写下"+day.Chinese()+"的纪实", map[string]any{"note": n.ID, "day": day})
	})
	return out, err
}

// StrikeNote takes a line of the time line back: one's own, or any with taskforce.work.
// scope is that of taskforce.log.
func (s *Service) StrikeNote(ctx context.Context, by access.Actor, scope access.Scope, id, note uuid.UUID) error {
	may, err := s.hands(by)
	if err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, forShare)
		if err != nil {
			return err
		}
		if err := st.logging(); err != nil {
			return err
		}
		n, struck, err := lockNote(ctx, tx, by.Unit, id, note)
		switch {
		case err != nil:
			return err
		case !may.over(st, n.WrittenBy.ID, by):
			return fault.New(fault.Forbidden, "只有写的人和负责人可以撤回这条纪实")
		case struck:
			return fault.New(fault.Conflict, "这条纪实已经撤回，请刷新后查看")
		}
		if err := strikeNote(ctx, tx, by, s.now(), note); err != nil {
			return err
		}
		return s.tell(ctx, tx, by, "taskforce.note_strike", st, "撤回“"+st.Name+"”"+n.Day.Chinese()+"的纪实", map[string]any{"note": note, "text": n.Text})
	})
}
