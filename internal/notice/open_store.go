package notice

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// OpenObjection is an objection that nobody answered yet, for the check list of
// closing. Who objected is not told.
type OpenObjection struct {
	ID      uuid.UUID
	Notice  uuid.UUID
	Title   string // the notice's
	Item    string
	Kind    string
	Branch  uuid.UUID // whose committee decides; zero: the Party office
	FiledAt time.Time
}

// OpenObjections lists the open objections to notices about a quarter, oldest first;
// of one branch's to decide, or of all where branch is zero.
func OpenObjections(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter, branch uuid.UUID) ([]OpenObjection, error) {
	out := []OpenObjection{}
	err := db.Each(ctx, on, `SELECT o.id, o.notice_id, n.title, i.title, n.kind, o.branch_id, o.filed_at
		FROM notice_objections o
		JOIN notice_notices n ON n.unit_id = o.unit_id AND n.id = o.notice_id
		JOIN notice_items i ON i.unit_id = o.unit_id AND i.id = o.item_id
		WHERE o.unit_id = $1 AND o.state = 'open' AND n.quarter = $2 AND ($3::uuid IS NULL OR o.branch_id = $3)
		ORDER BY o.filed_at, o.id`, []any{unit, q.String(), db.OrNull(branch)}, func(rows *sql.Rows) error {
		var o OpenObjection
		if err := rows.Scan(&o.ID, &o.Notice, &o.Title, &o.Item, &o.Kind, &o.Branch, &o.FiledAt); err != nil {
			return err
		}
		out = append(out, o)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("open objections: %w", err)
	}
	return out, nil
}

// Placed is where a subject lies on notice, or lay last.
type Placed struct {
	Notice, Item      uuid.UUID
	Branch            uuid.UUID // the notice's; zero: the whole office
	FirstDay, LastDay calendar.Date
	Outcome           string // empty while it lies open
}

// PlacedOf gives the latest notice of each of these subjects of a kind; a subject
// that never lay open is absent.
func PlacedOf(ctx context.Context, on bun.IDB, unit uuid.UUID, kind string, subjects []uuid.UUID) (map[uuid.UUID]Placed, error) {
	out := make(map[uuid.UUID]Placed, len(subjects))
	if len(subjects) == 0 {
		return out, nil
	}
	err := db.Each(ctx, on, `SELECT DISTINCT ON (i.subject_id) i.subject_id, n.id, i.id, n.branch_id, n.first_day, n.last_day, coalesce(i.outcome, '')
		FROM notice_items i JOIN notice_notices n ON n.unit_id = i.unit_id AND n.id = i.notice_id
		WHERE i.unit_id = $1 AND i.kind = $2 AND i.subject_id = ANY($3::uuid[])
		ORDER BY i.subject_id, n.published_at DESC, n.id DESC`, []any{unit, kind, subjects}, func(rows *sql.Rows) error {
		var subject uuid.UUID
		var p Placed
		if err := rows.Scan(&subject, &p.Notice, &p.Item, &p.Branch, &p.FirstDay, &p.LastDay, &p.Outcome); err != nil {
			return err
		}
		out[subject] = p
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("notices of subjects: %w", err)
	}
	return out, nil
}
