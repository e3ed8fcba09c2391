package notice

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Publish puts a list up in the transaction of its owner, who records the audit row
// of its own use case. Its days are those of the office's calendar and settings as
// they are now: a later change of either does not move a notice that runs. A subject
// lies open once at a time.
func Publish(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, p Publication) (Notice, error) {
	if err := p.check(); err != nil {
		return Notice{}, err
	}
	set, err := org.Settings(ctx, tx, by.Unit)
	if err != nil {
		return Notice{}, err
	}
	w, err := org.Workdays(ctx, tx, by.Unit)
	if err != nil {
		return Notice{}, err
	}
	days := set.NoticeDays
	if p.Days > 0 {
		days = p.Days
	}
	n := Notice{ID: db.NewID(), Kind: p.Kind, Title: p.Title, Body: p.Body, Branch: p.Branch, Quarter: p.Quarter, Columns: p.Columns,
		WorkingDays: days, PublishedBy: by.Person, PublishedAt: now, State: StateOpen}
	n.FirstDay, n.LastDay = period(w, now, days)
	for i := range p.Items {
		p.Items[i].ID = db.NewID()
	}
	return n, insertNotice(ctx, tx, by.Unit, n, p.Items)
}

// Withdraw takes a subject off its notice on behalf of its owner, who knows of it
// already and is not told. Open objections to it lapse.
func Withdraw(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time, kind string, subject uuid.UUID) error {
	id, err := noticeOf(ctx, tx, unit, kind, subject)
	if err != nil {
		return err
	}
	if _, err := lockNotice(ctx, tx, unit, id); err != nil {
		return err
	}
	items, err := settleItems(ctx, tx, unit, id, now, Withdrawn, only{subject: subject})
	if err != nil {
		return err
	}
	if len(items) == 0 { // settled while this waited
		return fault.New(fault.Conflict, "该事项的公示已有结果，请刷新后查看")
	}
	if err := lapse(ctx, tx, unit, id, items, now, "该事项已撤回，不再公示"); err != nil {
		return err
	}
	return closeDone(ctx, tx, unit, id, now)
}
