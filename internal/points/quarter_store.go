package points

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// quarterColumns are those of QuarterState.columns, over points_quarters q.
const quarterColumns = `q.quarter, q.state, q.opened_at, q.closed_at,
	coalesce((SELECT p.name FROM org_people p WHERE p.unit_id = q.unit_id AND p.id = q.closed_by), ''),
	coalesce(q.accounts, 0), coalesce(q.entries, 0), coalesce(q.heads, ''), coalesce(q.previous, ''), coalesce(q.seal, '')`

func (q *QuarterState) columns() []any {
	return []any{&q.Quarter, &q.State, &q.OpenedAt, &q.ClosedAt, &q.ClosedBy, &q.Accounts, &q.Entries, &q.Heads, &q.Previous, &q.Seal}
}

func listQuarters(ctx context.Context, on bun.IDB, unit uuid.UUID, current calendar.Quarter) ([]QuarterState, error) {
	out := []QuarterState{}
	err := db.Each(ctx, on, `SELECT `+quarterColumns+` FROM points_quarters q WHERE q.unit_id = $1 ORDER BY q.quarter DESC`, []any{unit}, func(rows *sql.Rows) error {
		var q QuarterState
		if err := rows.Scan(q.columns()...); err != nil {
			return err
		}
		q.Title, q.Current = q.Quarter.Chinese(), q.Quarter == current
		out = append(out, q)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("quarters: %w", db.Translate(err))
	}
	return out, nil
}

// makeQuarter makes the row of a quarter where there is none, and holds it against
// being closed. Before a closed quarter none is made: closing sealed what lies before.
func makeQuarter(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time, q calendar.Quarter) (id uuid.UUID, made bool, state string, err error) {
	fresh := db.NewID()
	_, err = db.Exec(ctx, tx, `INSERT INTO points_quarters (unit_id, id, quarter, opened_at)
		SELECT $1, $2, $3, $4 WHERE NOT EXISTS (SELECT FROM points_quarters WHERE unit_id = $1 AND state = 'closed' AND quarter > $3)
		ON CONFLICT (unit_id, quarter) DO NOTHING`, unit, fresh, q.String(), now)
	if err == nil {
		err = db.One(ctx, tx, []any{&id, &state}, `SELECT id, state FROM points_quarters WHERE unit_id = $1 AND quarter = $2 FOR SHARE`,
			unit, q.String())
	}
	if errors.Is(err, sql.ErrNoRows) {
		return uuid.Nil, false, QuarterClosed, nil
	}
	if err != nil {
		return id, false, "", fmt.Errorf("open %s: %w", q, err)
	}
	return id, id == fresh, state, nil
}

// lockQuarters holds a quarter and those after it against being closed.
func lockQuarters(ctx context.Context, tx bun.Tx, unit uuid.UUID, from calendar.Quarter) (quarterStates, error) {
	states := quarterStates{}
	err := db.Each(ctx, tx, `SELECT quarter, state FROM points_quarters WHERE unit_id = $1 AND quarter >= $2
		ORDER BY quarter FOR SHARE`, []any{unit, from.String()}, func(rows *sql.Rows) error {
		var q calendar.Quarter
		var state string
		if err := rows.Scan(&q, &state); err != nil {
			return err
		}
		states[q] = state
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("hold quarters from %s: %w", from, err)
	}
	return states, nil
}

// peopleOfRecord are those for whom the record ever posted.
func peopleOfRecord(ctx context.Context, on bun.IDB, unit, record uuid.UUID) (map[uuid.UUID]bool, error) {
	out := map[uuid.UUID]bool{}
	err := db.Each(ctx, on, `SELECT DISTINCT person_id FROM points_entries WHERE unit_id = $1 AND record_id = $2`, []any{unit, record}, func(rows *sql.Rows) error {
		var p uuid.UUID
		if err := rows.Scan(&p); err != nil {
			return err
		}
		out[p] = true
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("people of record %s: %w", record, err)
	}
	return out, nil
}

// accountsTable is the one table of ledgers that refers to a person.
const accountsTable = "points_accounts"

// lockLedgers locks the ledgers that these people have, and tells whose they are.
func lockLedgers(ctx context.Context, tx bun.Tx, unit uuid.UUID, people []uuid.UUID) (have []uuid.UUID, err error) {
	err = db.Each(ctx, tx, `SELECT person_id FROM points_accounts WHERE unit_id = $1 AND person_id = ANY($2::uuid[])
		ORDER BY person_id FOR UPDATE`, []any{unit, people}, func(rows *sql.Rows) error {
		var p uuid.UUID
		err := rows.Scan(&p)
		have = append(have, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lock ledgers: %w", err)
	}
	return have, nil
}

// beyondBase names those of the people for whom anything but a quarter's base points
// was ever posted.
func beyondBase(ctx context.Context, tx bun.Tx, unit uuid.UUID, people []uuid.UUID) (names []string, err error) {
	err = db.Each(ctx, tx, `SELECT p.name FROM org_people p WHERE p.unit_id = $1 AND p.id = ANY($2::uuid[])
		AND EXISTS (SELECT FROM points_entries e WHERE e.unit_id = p.unit_id AND e.person_id = p.id
			AND NOT EXISTS (SELECT FROM points_quarters q WHERE q.unit_id = e.unit_id AND q.id = e.record_id))
		ORDER BY p.pinyin, p.name`, []any{unit, people}, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("entries beyond base: %w", err)
	}
	return names, nil
}

// baseQuarter is a quarter as the record that its base points come from.
type baseQuarter struct {
	id      uuid.UUID
	quarter calendar.Quarter
	state   string
}

// quartersOfBase are the quarters whose base points these people have, held against
// being closed.
func quartersOfBase(ctx context.Context, tx bun.Tx, unit uuid.UUID, people []uuid.UUID) (out []baseQuarter, err error) {
	err = db.Each(ctx, tx, `SELECT q.id, q.quarter, q.state FROM points_quarters q WHERE q.unit_id = $1
		AND EXISTS (SELECT FROM points_entries e WHERE e.unit_id = q.unit_id AND e.record_id = q.id AND e.person_id = ANY($2::uuid[]))
		ORDER BY q.quarter FOR SHARE OF q`, []any{unit, people}, func(rows *sql.Rows) error {
		var q baseQuarter
		err := rows.Scan(&q.id, &q.quarter, &q.state)
		out = append(out, q)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("quarters of base points: %w", err)
	}
	return out, nil
}

func units(ctx context.Context, on bun.IDB) ([]uuid.UUID, error) {
	var out []uuid.UUID
	err := db.Each(ctx, on, `SELECT id FROM org_units ORDER BY id`, nil, func(rows *sql.Rows) error {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		out = append(out, id)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("units: %w", db.Translate(err))
	}
	return out, nil
}
