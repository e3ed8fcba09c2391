package points

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
	"xianfeng/internal/org"
)

// NoticeTotals puts everybody's totals of a quarter that is over on notice, one list
// for each branch of who has a ledger on its last day (rule 14). With branch zero
// that is every branch of the scope which has none yet; a branch that is named is
// put up again where its last notice is over, since totals may have changed.
func (s *Service) NoticeTotals(ctx context.Context, by access.Actor, scope access.Scope, q calendar.Quarter, branch uuid.UUID) ([]PublishedTotals, error) {
	if !s.today().After(q.Last()) {
		return nil, fault.Newf(fault.RuleBroken, "%s到 %s 才结束，结束后才能公示合计", q.Chinese(), q.Last())
	}
	var out []PublishedTotals
	err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) (err error) {
		id, state, _, err := readQuarter(ctx, tx, by.Unit, q, "FOR SHARE")
		if err != nil {
			return missingQuarter(err)
		}
		if state.State == QuarterClosed {
			return fault.Newf(fault.RuleBroken, "%s已经结账，不再公示；有错误的，请在以后的季度调整", q.Chinese())
		}
		out, err = s.noticeTotals(ctx, tx, by, scope, id, q, branch)
		return err
	})
	return out, err
}

func (s *Service) noticeTotals(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, id uuid.UUID, q calendar.Quarter, branch uuid.UUID) ([]PublishedTotals, error) {
	holders, err := org.Holders(ctx, tx, by.Unit, q.Last())
	if err != nil {
		return nil, err
	}
	notices, err := readNotices(ctx, tx, by.Unit, q)
	if err != nil {
		return nil, err
	}
	due, err := toNotice(byBranch(holders, notices, s.today()), scope, branch)
	if err != nil {
		return nil, err
	}
	totals, err := readNet(ctx, tx, by.Unit, q)
	if err != nil {
		return nil, err
	}
	out, people := make([]PublishedTotals, len(due)), 0
	for i, b := range due {
		p := publication(q, id, b, holders, totals)
		n, err := notice.Publish(ctx, tx, by, s.now(), p)
		if db.Violates(err, "notice_items_open") { // put up by another meanwhile, or an objection to the last one is not decided
			return nil, fault.Newf(fault.Conflict, "%s的合计还有在公示的，或有异议没有答复；请先办结，再重新公示", b.Name)
		}
		if err != nil {
			return nil, err
		}
		if err := writeNoticed(ctx, tx, by.Unit, n, p.Items, totals); err != nil {
			return nil, err
		}
		out[i] = PublishedTotals{Notice: n.ID, Branch: b.Branch, Name: b.Name, People: b.People, LastDay: n.LastDay}
		people += b.People
	}
	return out, audit.Record(ctx, tx, by, s.now(), audit.Entry{
		Action: "quarter.notice", Object: "quarter", ObjectID: id,
		Summary: fmt.Sprintf("公示%s积分合计：%d 份名单、%d 人", q.Chinese(), len(out), people),
		Detail:  map[string]any{"quarter": q, "notices": out},
	})
}

// toNotice are the branches whose totals are to be put on notice now.
func toNotice(all []BranchNotice, scope access.Scope, branch uuid.UUID) ([]BranchNotice, error) {
	var out []BranchNotice
	for _, b := range all {
		if !covers(scope, b.Branch) {
			continue
		}
		if branch == uuid.Nil && b.State == NoticeMissing {
			out = append(out, b)
		}
		if branch != uuid.Nil && b.Branch != nil && *b.Branch == branch {
			if b.State == NoticeOpen {
				return nil, fault.Newf(fault.Conflict, "%s的合计正在公示，到 %s 为止；需要重新公示的，请先撤销这份公示", b.Name, *b.LastDay)
			}
			return []BranchNotice{b}, nil
		}
	}
	switch {
	case branch != uuid.Nil:
		return nil, fault.Missing("支部")
	case len(out) == 0:
		return nil, fault.New(fault.Conflict, "没有需要公示的支部：合计都已公示；合计有变化的支部，请单独重新公示")
	}
	return out, nil
}

// Settled is told what became of totals on notice; see notice.Owner. There is nothing
// to post: an objection that was upheld asks for a correction, and the check list of
// closing names it until there is one.
func (s *Service) Settled(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, n notice.Notice, items []notice.Item) error {
	return settleNoticed(ctx, tx, by.Unit, now, n, items)
}
