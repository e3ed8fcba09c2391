package activity

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// OpenRecord is a record that nobody confirmed yet, or whose amendment nobody did.
type OpenRecord struct {
	Record     uuid.UUID
	Title      string
	Amends     bool
	Day        calendar.Date
	Branch     uuid.UUID // its organiser's; zero where that is no branch and no group
	BranchName string
}

// Unconfirmed lists the drafts of the office that begin on the days from and to or
// between them, by branch and day. It reads on the caller's transaction and asks no
// scope: the caller bounds what is shown.
func Unconfirmed(ctx context.Context, on bun.IDB, unit uuid.UUID, from, to calendar.Date) ([]OpenRecord, error) {
	var rows []struct {
		RecordID   uuid.UUID
		Title      string
		Version    int
		StartsAt   time.Time
		BranchID   uuid.UUID
		BranchName string
	}
	err := on.NewSelect().TableExpr("activity_activities AS a").
		ColumnExpr("a.record_id, a.title, a.version, a.starts_at, b.id AS branch_id, coalesce(b.name, '') AS branch_name").
		Join("LEFT JOIN org_groups AS g ON g.unit_id = a.unit_id AND g.id = a.group_id").
		Join("LEFT JOIN org_branches AS b ON b.unit_id = a.unit_id AND b.id = coalesce(a.branch_id, g.branch_id)").
		Where("a.unit_id = ?", unit).Where("a.state = 'draft'").
		Where("a.starts_at >= ?", from.In()).Where("a.starts_at < ?", to.AddDays(1).In()).
		OrderExpr("b.ord NULLS LAST, b.id, a.starts_at, a.id").Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("unconfirmed records: %w", db.Translate(err))
	}
	out := make([]OpenRecord, len(rows))
	for i, r := range rows {
		out[i] = OpenRecord{Record: r.RecordID, Title: r.Title, Amends: r.Version > 1,
			Day: calendar.DateOf(r.StartsAt), Branch: r.BranchID, BranchName: r.BranchName}
	}
	return out, nil
}
