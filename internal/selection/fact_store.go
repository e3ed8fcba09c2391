package selection

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// gather reads the facts of a quarter: people, kept totals, entries that deduct or
// veto and still stand, duties, and who holds the pennant.
func gather(ctx context.Context, on bun.Tx, unit uuid.UUID, q calendar.Quarter, today calendar.Date, duties Duties) (facts, error) {
	var f facts
	var err error
	if f.settings, err = org.Settings(ctx, on, unit); err != nil {
		return f, err
	}
	circle := org.CircleMembers
	if f.settings.LedgerHolders == org.HoldersStaff {
		circle = org.CircleStaff
	}
	everybody, err := org.Expected(ctx, on, unit, asOf(q, today), org.Organiser{Kind: "unit"}, circle)
	if err != nil {
		return f, err
	}
	for _, p := range everybody {
		if p.Group != uuid.Nil {
			f.people = append(f.people, p)
		}
	}
	if f.sums, err = personSums(ctx, on, unit, q); err != nil {
		return f, err
	}
	if f.before, err = headSums(ctx, on, unit, q.Prev(), f.sums); err != nil {
		return f, err
	}
	if f.holder, err = pennantHolder(ctx, on, unit, q.Prev()); err != nil {
		return f, err
	}
	f.duties, err = duties.Completion(ctx, on, unit, q)
	return f, err
}

// personSums reads everybody's part in a quarter and what they had the quarter
// before. What a reversal took back neither deducts nor vetoes, whenever it came.
func personSums(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) (map[uuid.UUID]personSum, error) {
	out := map[uuid.UUID]personSum{}
	err := db.Each(ctx, on, `SELECT person_id, coalesce(sum(gained + deducted) FILTER (WHERE quarter = $2), 0)::int,
			coalesce(sum(gained + deducted) FILTER (WHERE quarter = $3), 0)::int
		FROM points_totals WHERE unit_id = $1 AND quarter IN ($2, $3) GROUP BY person_id`,
		[]any{unit, q.String(), q.Prev().String()}, func(rows *sql.Rows) error {
			var p uuid.UUID
			var s personSum
			err := rows.Scan(&p, &s.Points, &s.Previous)
			out[p] = s
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("totals of %s: %w", q, err)
	}
	err = db.Each(ctx, on, `SELECT e.person_id, (count(*) FILTER (WHERE e.points < 0))::int, coalesce(sum(e.points) FILTER (WHERE e.points < 0), 0)::int,
			(count(*) FILTER (WHERE r.veto))::int
		FROM points_entries e JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		WHERE e.unit_id = $1 AND e.post_quarter = $2 AND (e.points < 0 OR r.veto) AND `+stands+` GROUP BY e.person_id`,
		[]any{unit, q.String()}, func(rows *sql.Rows) error {
			var p uuid.UUID
			var n, sum, vetoes int
			err := rows.Scan(&p, &n, &sum, &vetoes)
			s := out[p]
			s.Deductions, s.Deducted, s.Vetoes = n, sum, vetoes
			out[p] = s
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("deductions of %s: %w", q, err)
	}
	return out, nil
}

// stands is that the entry e neither is a reversal nor was reversed.
const stands = `e.reverses IS NULL AND NOT EXISTS (SELECT FROM points_entries u WHERE u.unit_id = e.unit_id AND u.reverses = e.id)`

// headSums sums a past quarter by the groups of its last day. There is nothing to
// compare with where no books were kept.
func headSums(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter, sums map[uuid.UUID]personSum) (map[uuid.UUID]headSum, error) {
	out := map[uuid.UUID]headSum{}
	var kept bool
	if err := db.One(ctx, on, []any{&kept}, `SELECT EXISTS (SELECT FROM points_quarters WHERE unit_id = $1 AND quarter = $2)`, unit, q.String()); err != nil {
		return nil, fmt.Errorf("books of %s: %w", q, err)
	}
	if !kept {
		return out, nil
	}
	holders, err := org.Holders(ctx, on, unit, q.Last())
	if err != nil {
		return nil, err
	}
	for _, h := range holders {
		s := out[h.Group]
		s.Heads++
		s.Points += sums[h.Person].Previous
		out[h.Group] = s
	}
	return out, nil
}

// pennantHolder is the group that was given the pennant of a quarter; zero: none.
func pennantHolder(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) (group uuid.UUID, err error) {
	err = db.Each(ctx, on, `SELECT group_id FROM selection_honours WHERE unit_id = $1 AND quarter = $2 AND kind = $3`,
		[]any{unit, q.String(), Pennant}, func(rows *sql.Rows) error { return rows.Scan(&group) })
	if err != nil {
		return uuid.Nil, fmt.Errorf("holder of %s: %w", q, err)
	}
	return group, nil
}

// ledgerColumns is how a Scope of ledger.read reaches the ledger of the person p in the
// quarter q: by the last membership in it, as the ledger itself is read.
func ledgerColumns() access.Columns {
	latest := func(column string) string {
		return `(SELECT o.` + column + ` FROM org_party_memberships o WHERE o.unit_id = p.unit_id AND o.person_id = p.id
			AND o.valid_from <= q.last_day AND (o.valid_to IS NULL OR o.valid_to >= q.first_day) ORDER BY o.valid_from DESC LIMIT 1)`
	}
	return access.Columns{Unit: "p.unit_id", Persons: []string{"p.id"}, Branch: latest("branch_id"), Group: latest("group_id")}
}

// openLedgers are those of the people whose ledgers of the quarter the scope of
// ledger.read reaches.
func openLedgers(ctx context.Context, on bun.IDB, ledgers access.Scope, q calendar.Quarter, people []uuid.UUID) (map[uuid.UUID]bool, error) {
	out := make(map[uuid.UUID]bool, len(people))
	if len(people) == 0 {
		return out, nil
	}
	where, args := ledgers.Where(ledgerColumns(), 4)
	err := db.Each(ctx, on, `SELECT p.id FROM org_people p CROSS JOIN (SELECT $2::date AS first_day, $3::date AS last_day) q
		WHERE p.id = ANY($1::uuid[]) AND `+where, append([]any{people, q.First(), q.Last()}, args...), func(rows *sql.Rows) error {
		var p uuid.UUID
		err := rows.Scan(&p)
		out[p] = true
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ledgers of %s: %w", q, err)
	}
	return out, nil
}

// vetoEntries lists the vetoes of people that still stand, as far as the scope of
// ledger.read reaches them in that quarter.
func vetoEntries(ctx context.Context, on bun.IDB, ledgers access.Scope, q calendar.Quarter, people []uuid.UUID) ([]VetoEntry, error) {
	where, args := ledgers.Where(ledgerColumns(), 5)
	out := []VetoEntry{}
	err := db.Each(ctx, on, `SELECT e.id, e.voucher, p.id, p.name, r.title, e.reason
		FROM points_entries e JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		JOIN org_people p ON p.unit_id = e.unit_id AND p.id = e.person_id
		CROSS JOIN (SELECT $3::date AS first_day, $4::date AS last_day) q
		WHERE e.person_id = ANY($1::uuid[]) AND e.post_quarter = $2 AND r.veto AND `+stands+` AND `+where+` ORDER BY e.voucher`,
		append([]any{people, q.String(), q.First(), q.Last()}, args...), func(rows *sql.Rows) error {
			var v VetoEntry
			err := rows.Scan(&v.Entry, &v.Voucher, &v.PersonID, &v.Name, &v.Rule, &v.Reason)
			out = append(out, v)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("vetoes of %s: %w", q, err)
	}
	return out, nil
}
