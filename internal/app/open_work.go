package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/claim"
	"xianfeng/internal/notice"
	"xianfeng/internal/points"
)

// openWork is what the check list of closing asks of records, claims and objections;
// see points.OpenWork.
type openWork struct{}

func (openWork) UnconfirmedRecords(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) ([]points.OpenItem, error) {
	drafts, err := activity.Unconfirmed(ctx, tx, unit, q.First(), q.Last())
	if err != nil {
		return nil, err
	}
	out := make([]points.OpenItem, len(drafts))
	for i, d := range drafts {
		out[i] = points.OpenItem{ID: d.Record, Title: d.Title, State: "草稿未确认", Day: d.Day, Branch: d.Branch, BranchName: d.BranchName}
		if d.Amends {
			out[i].State = "更正未确认"
		}
	}
	return out, nil
}

func (openWork) OpenClaims(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) ([]points.OpenItem, error) {
	claims, err := claim.OpenClaims(ctx, tx, unit, q, uuid.Nil)
	if err != nil {
		return nil, err
	}
	out := make([]points.OpenItem, len(claims))
	for i, c := range claims {
		out[i] = points.OpenItem{ID: c.ID, Title: c.Matter, State: c.State.Title(), Person: c.PersonName, Day: c.FactOn, Branch: c.BranchID}
	}
	return out, nil
}

// Who objected stays with who decides.
func (openWork) OpenObjections(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) ([]points.OpenItem, error) {
	objections, err := notice.OpenObjections(ctx, tx, unit, q, uuid.Nil)
	if err != nil {
		return nil, err
	}
	out := make([]points.OpenItem, len(objections))
	for i, o := range objections {
		out[i] = points.OpenItem{ID: o.Notice, Title: "“" + o.Title + "”中的“" + o.Item + "”", Day: calendar.DateOf(o.FiledAt), Branch: o.Branch}
	}
	return out, nil
}
