package points

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// verifySeals recomputes the seals of all quarters, each against the one before it
// and against the chains. It tells how many are closed. Seals are of the whole
// office: a smaller scope sees none of them.
func verifySeals(ctx context.Context, tx bun.Tx, scope access.Scope, broken func(BrokenEntry)) (closed int, err error) {
	if !scope.Whole() {
		return 0, nil
	}
	quarters, err := listQuarters(ctx, tx, scope.Unit(), calendar.Quarter{})
	if err != nil {
		return 0, err
	}
	last := -1 // the newest closed one, in the list that begins with the newest
	for i := len(quarters) - 1; i >= 0; i-- {
		if quarters[i].State == QuarterClosed {
			closed, last = closed+1, i
		}
	}
	c := sealChecker{report: broken}
	for i := len(quarters) - 1; i >= 0; i-- {
		c.closed = last >= 0 && i > last
		heads, err := readSeals(ctx, tx, scope.Unit(), quarters[i].Quarter)
		if err != nil {
			return closed, err
		}
		c.quarter(quarters[i], heads)
	}
	return closed, nil
}

// readSeals reads the sealed heads of a quarter in the order of people's ids, with
// the entry at the place of each and the last that the quarter holds; and, without a
// seal, the ledgers that have entries in the quarter and were not sealed.
//
// What belongs to a head is asked for row by row, by key: over tables that just grew
// the planner joins whole tables with each other.
func readSeals(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) (out []sealedHead, err error) {
	last, err := lastEntries(ctx, tx, unit, q)
	if err != nil {
		return nil, err
	}
	err = db.Each(ctx, tx, `SELECT s.person_id, coalesce((SELECT p.name FROM org_people p WHERE p.unit_id = s.unit_id AND p.id = s.person_id), ''), s.seq, s.head,
			(SELECT e.hash FROM points_entries e WHERE e.unit_id = s.unit_id AND e.person_id = s.person_id AND e.seq = s.seq),
			coalesce((SELECT e.voucher FROM points_entries e WHERE e.unit_id = s.unit_id AND e.person_id = s.person_id AND e.seq = s.seq), 0)
		FROM points_seals s WHERE s.unit_id = $1 AND s.quarter = $2 ORDER BY s.person_id`, []any{unit, q.String()}, func(rows *sql.Rows) error {
		h := sealedHead{Sealed: true}
		err := rows.Scan(&h.Person, &h.Name, &h.Seq, &h.Head, &h.Now, &h.Voucher)
		h.Latest, h.Late = last[h.Person].Latest, last[h.Person].Late
		delete(last, h.Person)
		out = append(out, h)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("seals of %s: %w", q, err)
	}
	for _, h := range last {
		out = append(out, h)
	}
	return out, nil
}

// lastEntries gives the last entry of every ledger in a quarter.
func lastEntries(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) (map[uuid.UUID]sealedHead, error) {
	out := map[uuid.UUID]sealedHead{}
	err := db.Each(ctx, tx, `SELECT x.person_id, coalesce((SELECT p.name FROM org_people p WHERE p.unit_id = $1 AND p.id = x.person_id), ''), x.seq, x.voucher
		FROM (SELECT DISTINCT ON (person_id) person_id, seq, voucher FROM points_entries
			WHERE unit_id = $1 AND post_quarter = $2 ORDER BY person_id, seq DESC) x`, []any{unit, q.String()}, func(rows *sql.Rows) error {
		var h sealedHead
		err := rows.Scan(&h.Person, &h.Name, &h.Latest, &h.Late)
		out[h.Person] = h
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("last entries of %s: %w", q, err)
	}
	return out, nil
}
