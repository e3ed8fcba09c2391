package taskforce

import (
	"context"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Conclude ends a taskforce with its last day and with it everybody's time in it; where
// they belong never moved. Open tasks are settled before. scope is that of
// taskforce.conclude.
func (s *Service) Conclude(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, c Conclusion) (out Stepped, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, forUpdate)
		switch {
		case err != nil:
			return err
		case st.State == Concluded || st.State == Archived:
			return fault.New(fault.Conflict, "“"+st.Name+"”已经结项，请刷新后查看")
		case st.State != Active:
			return fault.Newf(fault.RuleBroken, "“%s”%s，不能结项", st.Name, st.State.Title())
		}
		if err := st.seen(c.Version); err != nil {
			return err
		}
		if err := c.check(st.From, s.today()); err != nil {
			return err
		}
		open, err := openTasks(ctx, tx, by.Unit, id)
		if err != nil {
			return err
		}
		if len(open) > 0 {
			return fault.Newf(fault.RuleBroken, "还有 %d 项任务未办结，请先办结或终止：%s", len(open), some(open))
		}
		after, err := heldAfter(ctx, tx, by.Unit, id, c.Last)
		if err != nil {
			return err
		}
		if len(after) > 0 {
			return fault.Field("last", "结束日期之后还有活动，请核对日期："+some(after))
		}
		if err := org.EndProject(ctx, tx, by.Unit, id, c.Last); err != nil {
			return err
		}
		late, err := endOutsiders(ctx, tx, by.Unit, id, c.Last)
		if err != nil {
			return err
		}
		if len(late) > 0 {
			return fault.Field("last", "结束日期之后还有外单位人员加入，请先核对："+some(late))
		}
		if err := conclude(ctx, tx, by, id, c); err != nil {
			return err
		}
		out = Stepped{Concluded, st.Version + 1}
		return s.tell(ctx, tx, by, "taskforce.conclude", st, "为“"+st.Name+"”办理结项，最后一天 "+c.Last.Chinese(), map[string]any{"last": c.Last})
	})
	return out, err
}

// some spells out a few names and how many there are besides.
func some(names []string) string {
	const most = 5
	if len(names) <= most {
		return strings.Join(names, "、")
	}
	return strings.Join(names[:most], "、") + "等"
}
