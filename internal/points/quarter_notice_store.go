package points

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/notice"
)

// writeNoticed keeps what a notice of totals says, in one statement.
func writeNoticed(ctx context.Context, tx bun.Tx, unit uuid.UUID, n notice.Notice, items []notice.Item, totals map[uuid.UUID]netTotals) error {
	people := make([]uuid.UUID, len(items))
	vetoes := make([]int, len(items))
	var net [5][]int
	for i, item := range items {
		t := totals[item.Person]
		people[i], vetoes[i] = item.Person, t.Vetoes
		for d := range net {
			net[d] = append(net[d], t.Net[d])
		}
	}
	_, err := db.Exec(ctx, tx, `
		WITH notice AS (
			INSERT INTO points_notices (unit_id, id, quarter, branch_id, people, published_at, last_day)
			VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING unit_id, id)
		INSERT INTO points_noticed (unit_id, notice_id, person_id, base, political, professional, discipline, conduct, vetoes)
		SELECT notice.unit_id, notice.id, t.* FROM notice,
			unnest($8::uuid[], $9::int[], $10::int[], $11::int[], $12::int[], $13::int[], $14::int[]) AS t`,
		unit, n.ID, n.Quarter.String(), db.OrNull(n.Branch), len(items), n.PublishedAt, n.LastDay,
		people, net[0], net[1], net[2], net[3], net[4], vetoes)
	if err != nil {
		return fmt.Errorf("keep noticed totals: %w", err)
	}
	return nil
}

// settleNoticed keeps what became of people's totals; a notice that was called off
// counts as none.
func settleNoticed(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time, n notice.Notice, items []notice.Item) error {
	people, outcomes := make([]uuid.UUID, len(items)), make([]string, len(items))
	for i, item := range items {
		people[i], outcomes[i] = item.Person, item.Outcome
	}
	_, err := db.Exec(ctx, tx, `UPDATE points_noticed d SET outcome = o.outcome, settled_at = $3
		FROM unnest($4::uuid[], $5::text[]) AS o (person, outcome)
		WHERE d.unit_id = $1 AND d.notice_id = $2 AND d.person_id = o.person`, unit, n.ID, now, people, outcomes)
	if err == nil && n.State == notice.StateCancelled {
		_, err = db.Exec(ctx, tx, `UPDATE points_notices SET cancelled_at = $3 WHERE unit_id = $1 AND id = $2`, unit, n.ID, now)
	}
	if err != nil {
		return fmt.Errorf("settle noticed totals: %w", err)
	}
	return nil
}
