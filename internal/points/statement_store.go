package points

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

// readOpening sums up what the quarter of a ledger held before the moment from, and
// counts the vetoes that stood in it before the moment to: one that a later quarter
// took back stands. That the ledger is within scope the caller has seen.
func readOpening(ctx context.Context, on bun.IDB, unit, person uuid.UUID, q calendar.Quarter, from, to time.Time) (sum, vetoes int, err error) {
	err = db.One(ctx, on, []any{&sum, &vetoes}, `SELECT coalesce(sum(e.points) FILTER (WHERE e.posted_at < $4), 0)::int,
			(count(*) FILTER (WHERE r.veto AND e.reverses IS NULL AND NOT EXISTS (SELECT FROM points_entries x
				WHERE x.unit_id = e.unit_id AND x.reverses = e.id AND x.post_quarter = e.post_quarter AND x.posted_at < $5)))::int
		FROM points_entries e JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		WHERE e.unit_id = $1 AND e.person_id = $2 AND e.post_quarter = $3 AND e.posted_at < $5`, unit, person, q.String(), from, to)
	if err != nil {
		return 0, 0, fmt.Errorf("opening balance of %s: %w", person, db.Translate(err))
	}
	return sum, vetoes, nil
}

// readMonth gives the lines that were posted into a quarter in a span of time, in
// the order of the chain.
func readMonth(ctx context.Context, on bun.IDB, unit, person uuid.UUID, q calendar.Quarter, from, to time.Time, add func(LedgerLine)) error {
	err := db.Each(ctx, on, `SELECT `+lineColumns+` FROM `+lineTables+`
		WHERE e.unit_id = $1 AND e.person_id = $2 AND e.post_quarter = $3 AND e.posted_at >= $4 AND e.posted_at < $5
		ORDER BY e.seq`, []any{unit, person, q.String(), from, to}, func(rows *sql.Rows) error {
		var l LedgerLine
		if err := rows.Scan(l.columns()...); err != nil {
			return err
		}
		add(l)
		return nil
	})
	if err != nil {
		return fmt.Errorf("month of %s: %w", person, db.Translate(err))
	}
	return nil
}

// readElsewhere sums up what the month posted into other quarters.
func readElsewhere(ctx context.Context, on bun.IDB, unit, person uuid.UUID, m month) ([]Elsewhere, error) {
	out := []Elsewhere{}
	err := db.Each(ctx, on, `SELECT post_quarter, count(*)::int, sum(points)::int FROM points_entries
		WHERE unit_id = $1 AND person_id = $2 AND post_quarter <> $3 AND posted_at >= $4 AND posted_at < $5
		GROUP BY post_quarter ORDER BY post_quarter`, []any{unit, person, m.quarter().String(), m.first.In(), m.next().In()}, func(rows *sql.Rows) error {
		var e Elsewhere
		if err := rows.Scan(&e.Quarter, &e.Entries, &e.Points); err != nil {
			return err
		}
		e.Month = monthOf(e.Quarter.Last())
		if m.quarter().Before(e.Quarter) { // booked ahead: the first month of its quarter
			e.Month = monthOf(e.Quarter.First())
		}
		out = append(out, e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("other quarters in the month of %s: %w", person, db.Translate(err))
	}
	return out, nil
}
