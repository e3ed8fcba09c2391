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

// EntriesOfRecord reads what a record posted through all its versions, by person.
// scope is that of ledger.read and reaches what the ledger page reaches, so that
// each entry named here opens there. today bounds the quarter that still runs.
func EntriesOfRecord(ctx context.Context, on bun.IDB, scope access.Scope, unit, record uuid.UUID, today calendar.Date) ([]RecordEntry, error) {
	where, args := scope.Where(ledgerColumns(), 4)
	out := []RecordEntry{}
	err := db.Each(ctx, on, `SELECT e.id, e.voucher, e.person_id, p.name, r.title, e.dimension, e.points, e.requested, e.cut_by, e.post_quarter,
			e.reverses IS NOT NULL, EXISTS (SELECT FROM points_entries o WHERE o.unit_id = e.unit_id AND o.reverses = e.id)
		FROM points_entries e
		JOIN org_people p ON p.unit_id = e.unit_id AND p.id = e.person_id
		JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		CROSS JOIN LATERAL `+quarterOfEntry+`
		WHERE e.unit_id = $1 AND e.record_id = $3 AND `+where+`
		ORDER BY p.pinyin, p.id, e.seq`, append([]any{unit, today.UTC(), record}, args...), func(rows *sql.Rows) error {
		var e RecordEntry
		if err := rows.Scan(&e.EntryID, &e.Voucher, &e.PersonID, &e.Name, &e.Rule, &e.Dimension, &e.Points, &e.Requested, &e.CutBy,
			&e.PostQuarter, &e.Reversal, &e.Reversed); err != nil {
			return err
		}
		out = append(out, e)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("entries of record %s: %w", record, db.Translate(err))
	}
	return out, nil
}
