package points

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// readQuarter reads a quarter and what was left open when it was closed;
// sql.ErrNoRows where nobody opened it.
func readQuarter(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter, lock string) (id uuid.UUID, state QuarterState, left []CheckSection, err error) {
	var text []byte
	err = db.One(ctx, on, append([]any{&id, &text}, state.columns()...), `SELECT q.id, q.left_open::text, `+quarterColumns+`
		FROM points_quarters q WHERE q.unit_id = $1 AND q.quarter = $2 `+lock, unit, q.String())
	if err != nil {
		return id, state, nil, fmt.Errorf("quarter %s: %w", q, db.Translate(err))
	}
	state.Title = q.Chinese()
	if text != nil {
		if err := json.Unmarshal(text, &left); err != nil {
			return id, state, nil, fmt.Errorf("what %s left open: %w", q, err)
		}
	}
	return id, state, left, nil
}

// lockQuarter waits for everybody who posts, keeps others from posting until the end
// of the transaction, and takes the quarter for this transaction alone. Row locks do
// not do: those who post share them, so that one who waits for all of them to go
// would starve under steady posting; the lock on the table has a queue.
func lockQuarter(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) (QuarterState, uuid.UUID, error) {
	if _, err := db.Exec(ctx, tx, `LOCK TABLE points_quarters IN EXCLUSIVE MODE`); err != nil {
		return QuarterState{}, uuid.Nil, fmt.Errorf("lock quarters: %w", err)
	}
	id, state, _, err := readQuarter(ctx, tx, unit, q, "FOR UPDATE")
	return state, id, err
}

// earlierOpen are the quarters before q that are not closed.
func earlierOpen(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) (out []calendar.Quarter, err error) {
	err = db.Each(ctx, on, `SELECT quarter FROM points_quarters WHERE unit_id = $1 AND quarter < $2 AND state = 'open' ORDER BY quarter`,
		[]any{unit, q.String()}, func(rows *sql.Rows) error {
			var e calendar.Quarter
			err := rows.Scan(&e)
			out = append(out, e)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("quarters before %s: %w", q, db.Translate(err))
	}
	return out, nil
}

// latestNotices are the notices of a quarter's totals that count, by branch: the
// newest that was not cancelled.
const latestNotices = `(SELECT DISTINCT ON (branch_id) id, branch_id, last_day FROM points_notices
	WHERE unit_id = $1 AND quarter = $2 AND cancelled_at IS NULL ORDER BY branch_id, published_at DESC, id DESC)`

// totalsNotice is the notice of a branch's totals.
type totalsNotice struct {
	ID      uuid.UUID
	LastDay calendar.Date
}

func readNotices(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) (map[uuid.UUID]totalsNotice, error) {
	out := map[uuid.UUID]totalsNotice{}
	err := db.Each(ctx, on, `SELECT branch_id, id, last_day FROM `+latestNotices+` l`, []any{unit, q.String()}, func(rows *sql.Rows) error {
		var branch uuid.UUID
		var n totalsNotice
		err := rows.Scan(&branch, &n.ID, &n.LastDay)
		out[branch] = n
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("notices of %s: %w", q, db.Translate(err))
	}
	return out, nil
}

// netOf are everybody's net points of the quarter $2 in the unit $1.
const netOf = `(SELECT person_id,
	coalesce(sum(gained + deducted) FILTER (WHERE dimension = 'base'), 0)::int AS base,
	coalesce(sum(gained + deducted) FILTER (WHERE dimension = 'political'), 0)::int AS political,
	coalesce(sum(gained + deducted) FILTER (WHERE dimension = 'professional'), 0)::int AS professional,
	coalesce(sum(gained + deducted) FILTER (WHERE dimension = 'discipline'), 0)::int AS discipline,
	coalesce(sum(gained + deducted) FILTER (WHERE dimension = 'conduct'), 0)::int AS conduct,
	sum(vetoes)::int AS vetoes
	FROM points_totals WHERE unit_id = $1 AND quarter = $2 GROUP BY person_id)`

func (t *netTotals) columns() []any {
	return []any{&t.Net[0], &t.Net[1], &t.Net[2], &t.Net[3], &t.Net[4], &t.Vetoes}
}

func readNet(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) (map[uuid.UUID]netTotals, error) {
	out := map[uuid.UUID]netTotals{}
	err := db.Each(ctx, on, `SELECT person_id, base, political, professional, discipline, conduct, vetoes FROM `+netOf+` t`, []any{unit, q.String()}, func(rows *sql.Rows) error {
		var person uuid.UUID
		var t netTotals
		err := rows.Scan(append([]any{&person}, t.columns()...)...)
		out[person] = t
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("totals of %s: %w", q, db.Translate(err))
	}
	return out, nil
}

// readNoticed holds what the notices said against what is kept now, by name. The two
// are joined here: over tables that just grew, the planner may not see that a hash
// is due.
func readNoticed(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) ([]noticed, error) {
	now, err := readNet(ctx, on, unit, q)
	if err != nil {
		return nil, err
	}
	var out []noticed
	err = db.Each(ctx, on, `SELECT n.person_id, p.name, l.id, l.branch_id, n.base, n.political, n.professional, n.discipline, n.conduct, n.vetoes
		FROM `+latestNotices+` l
		JOIN points_noticed n ON n.unit_id = $1 AND n.notice_id = l.id
		JOIN org_people p ON p.unit_id = $1 AND p.id = n.person_id
		ORDER BY p.pinyin, p.name, p.id`, []any{unit, q.String()}, func(rows *sql.Rows) error {
		var n noticed
		err := rows.Scan(append([]any{&n.Person, &n.Name, &n.Notice, &n.Branch}, n.Then.columns()...)...)
		n.Now = now[n.Person]
		out = append(out, n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("what was noticed of %s: %w", q, db.Translate(err))
	}
	return out, nil
}

// readUpheld are the people of whose total an objection was upheld, and for whom
// nothing was posted or reversed by hand in the quarter since.
func readUpheld(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) (out []noticed, err error) {
	err = db.Each(ctx, on, `SELECT n.person_id, p.name, o.id, o.branch_id
		FROM points_notices o
		JOIN points_noticed n ON n.unit_id = o.unit_id AND n.notice_id = o.id AND n.outcome = 'upheld'
		JOIN org_people p ON p.unit_id = n.unit_id AND p.id = n.person_id
		WHERE o.unit_id = $1 AND o.quarter = $2 AND NOT EXISTS (SELECT FROM points_entries e
			WHERE e.unit_id = n.unit_id AND e.person_id = n.person_id AND e.post_quarter = o.quarter
				AND e.source_kind IN ('office', 'reversal') AND e.posted_at > n.settled_at)
		ORDER BY p.pinyin, p.name, p.id, n.settled_at`, []any{unit, q.String()}, func(rows *sql.Rows) error {
		var n noticed
		err := rows.Scan(&n.Person, &n.Name, &n.Notice, &n.Branch)
		out = append(out, n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("upheld objections of %s: %w", q, db.Translate(err))
	}
	return out, nil
}

// sealHeads keeps the head of every account as it is now, and gives the hash over
// them and their number.
func sealHeads(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter) (heads string, accounts int, err error) {
	h := newHeadsHash()
	err = db.Each(ctx, tx, `WITH sealed AS (
			INSERT INTO points_seals (unit_id, quarter, person_id, seq, head)
			SELECT unit_id, $2, person_id, seq, head FROM points_accounts WHERE unit_id = $1
			RETURNING person_id, seq, head)
		SELECT person_id, seq, head FROM sealed ORDER BY person_id`, []any{unit, q.String()}, func(rows *sql.Rows) error {
		var person uuid.UUID
		var a account
		if err := rows.Scan(&person, &a.Seq, &a.Head); err != nil {
			return err
		}
		h.add(person, a)
		accounts++
		return nil
	})
	if err != nil {
		return "", 0, fmt.Errorf("seal heads of %s: %w", q, err)
	}
	return h.String(), accounts, nil
}

// closeRow closes the quarter's row with its seal, over that of the quarter closed
// before it.
func closeRow(ctx context.Context, tx bun.Tx, unit, by uuid.UUID, now time.Time, q calendar.Quarter, heads string, accounts int, left []CheckSection) error {
	text, err := json.Marshal(left)
	if err != nil {
		return fmt.Errorf("what %s leaves open: %w", q, err)
	}
	var previous string
	if err := db.One(ctx, tx, []any{&previous}, `SELECT coalesce((SELECT seal FROM points_quarters
		WHERE unit_id = $1 AND quarter < $2 AND state = 'closed' ORDER BY quarter DESC LIMIT 1), '')`, unit, q.String()); err != nil {
		return fmt.Errorf("seal before %s: %w", q, err)
	}
	_, err = db.Exec(ctx, tx, `UPDATE points_quarters SET state = 'closed', closed_at = $3, closed_by = $4, accounts = $5, heads = $6,
			previous = $7, seal = $8, left_open = $9::jsonb,
			entries = (SELECT coalesce(sum(t.entries), 0) FROM points_totals t WHERE t.unit_id = $1 AND t.quarter = $2)
		WHERE unit_id = $1 AND quarter = $2`, unit, q.String(), now, db.OrNull(by), accounts, heads, previous, sealOf(previous, q, heads), string(text))
	if err != nil {
		return fmt.Errorf("close %s: %w", q, err)
	}
	return nil
}
