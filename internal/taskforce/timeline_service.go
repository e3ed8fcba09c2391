package taskforce

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

// Timeline tells what became of a taskforce, newest first. scope is that of
// taskforce.read.
func (s *Service) Timeline(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, cursor string, limit int) (out Timeline, err error) {
	var after mark
	if cursor != "" {
		if after, err = parseMark(cursor); err != nil {
			return out, err
		}
	}
	may, err := s.hands(by)
	if err != nil {
		return out, err
	}
	log, err := s.reach(by, need("log"))
	if err != nil {
		return out, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, "")
		if err != nil {
			return err
		}
		if out.Items, err = moments(ctx, tx, by.Unit, id, s.today(), after, limit+1); err != nil {
			return err
		}
		if len(out.Items) > limit {
			out.Items = out.Items[:limit]
			last := out.Items[limit-1]
			out.Next = mark{last.Day, last.ord, last.ID}.String()
		}
		for i := range out.Items {
			m := &out.Items[i]
			m.CanStrike = m.Author != nil && st.logging() == nil && log.Covers(st.place(by.Unit)) && may.over(st, m.Author.ID, by)
		}
		return nil
	})
	return out, err
}
