package notice

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// list scans a JSON array, the form in which arrays leave the server here.
type list[T any] []T

func (l *list[T]) Scan(src any) error {
	switch v := src.(type) {
	case []byte:
		return json.Unmarshal(v, (*[]T)(l))
	case string:
		return json.Unmarshal([]byte(v), (*[]T)(l))
	}
	return fmt.Errorf("notice: cannot read %T as a list", src)
}

// insertNotice writes a notice with its items in two statements, however many.
func insertNotice(ctx context.Context, tx bun.Tx, unit uuid.UUID, n Notice, items []Item) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO notice_notices
			(unit_id, id, kind, title, body, branch_id, quarter, columns, working_days, published_by, published_at, first_day, last_day)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`, unit, n.ID, n.Kind, n.Title, n.Body, db.OrNull(n.Branch), n.Quarter,
		n.Columns, n.WorkingDays, n.PublishedBy, n.PublishedAt, n.FirstDay, n.LastDay)
	if err != nil {
		return fmt.Errorf("publish notice: %w", err)
	}
	type row struct {
		ID      uuid.UUID   `json:"id"`
		Subject uuid.UUID   `json:"subject_id"`
		Person  *uuid.UUID  `json:"person_id"`
		Branch  *uuid.UUID  `json:"branch_id"`
		Ord     int         `json:"ord"`
		Title   string      `json:"title"`
		Cells   []string    `json:"cells"`
		Recused []uuid.UUID `json:"recused"`
	}
	rows := make([]row, len(items))
	for i, it := range items {
		rows[i] = row{it.ID, it.Subject, known(it.Person), known(it.Branch), i + 1, it.Title, it.Cells, append([]uuid.UUID{}, it.Recused...)}
	}
	text, err := json.Marshal(rows)
	if err != nil {
		return fmt.Errorf("publish notice: %w", err)
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO notice_items (unit_id, notice_id, kind, id, subject_id, person_id, branch_id, ord, title, cells, recused)
		SELECT $1, $2, $3, r.id, r.subject_id, r.person_id, r.branch_id, r.ord, r.title, r.cells, r.recused
		FROM json_to_recordset($4::json) AS r (id uuid, subject_id uuid, person_id uuid, branch_id uuid, ord int, title text, cells text[], recused uuid[])`,
		unit, n.ID, n.Kind, string(text))
	if err != nil {
		return fmt.Errorf("publish notice of %d items: %w", len(items), err)
	}
	return nil
}

func known(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

const noticeColumns = `n.id, n.kind, n.title, n.body, n.branch_id, n.quarter, to_json(n.columns)::text, n.working_days,
	n.published_by, n.published_at, n.first_day, n.last_day, n.state, n.cancel_reason`

func (n *Notice) targets() []any {
	return []any{&n.ID, &n.Kind, &n.Title, &n.Body, &n.Branch, &n.Quarter, (*list[string])(&n.Columns), &n.WorkingDays,
		&n.PublishedBy, &n.PublishedAt, &n.FirstDay, &n.LastDay, &n.State, &n.CancelReason}
}

func readNotice(ctx context.Context, on bun.IDB, unit, id uuid.UUID, lock string) (n Notice, err error) {
	err = db.Each(ctx, on, `SELECT `+noticeColumns+` FROM notice_notices n WHERE n.unit_id = $1 AND n.id = $2`+lock,
		[]any{unit, id}, func(rows *sql.Rows) error { return rows.Scan(n.targets()...) })
	if err == nil && n.ID == uuid.Nil {
		err = sql.ErrNoRows
	}
	return n, err
}

// lockNotice holds a notice until the transaction ends. Whatever settles, decides or
// takes off holds it first, and reads items and objections in later statements.
func lockNotice(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (Notice, error) {
	n, err := readNotice(ctx, tx, unit, id, " FOR UPDATE")
	if errors.Is(err, sql.ErrNoRows) {
		return n, fault.Missing("公示")
	}
	if err != nil {
		return n, fmt.Errorf("lock notice: %w", err)
	}
	return n, nil
}

// tryNotice is lockNotice that does not wait; held is false where somebody else has it.
func tryNotice(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (n Notice, held bool, err error) {
	n, err = readNotice(ctx, tx, unit, id, " FOR UPDATE SKIP LOCKED")
	if errors.Is(err, sql.ErrNoRows) {
		return n, false, nil
	}
	if err != nil {
		return n, false, fmt.Errorf("lock notice: %w", err)
	}
	return n, true, nil
}

// noticeOf finds the notice on which a subject lies open.
func noticeOf(ctx context.Context, on bun.IDB, unit uuid.UUID, kind string, subject uuid.UUID) (id uuid.UUID, err error) {
	err = db.Each(ctx, on, `SELECT notice_id FROM notice_items WHERE unit_id = $1 AND kind = $2 AND subject_id = $3 AND outcome IS NULL`,
		[]any{unit, kind, subject}, func(rows *sql.Rows) error { return rows.Scan(&id) })
	if err != nil {
		return id, fmt.Errorf("notice of %s %s: %w", kind, subject, err)
	}
	if id == uuid.Nil {
		return id, fault.New(fault.Conflict, "该事项不在公示中，请刷新后查看")
	}
	return id, nil
}

type due struct{ unit, notice uuid.UUID }

// dueNotices lists, oldest first, what has something to settle: an item without an
// open objection, or nothing left open at all.
func dueNotices(ctx context.Context, on bun.IDB, today calendar.Date) ([]due, error) {
	var out []due
	err := db.Each(ctx, on, `SELECT n.unit_id, n.id FROM notice_notices n
		WHERE n.state = 'open' AND n.last_day < $1 AND (
			NOT EXISTS (SELECT FROM notice_items i WHERE i.unit_id = n.unit_id AND i.notice_id = n.id AND i.outcome IS NULL)
			OR EXISTS (SELECT FROM notice_items i WHERE i.unit_id = n.unit_id AND i.notice_id = n.id AND i.outcome IS NULL AND NOT `+disputed+`))
		ORDER BY n.last_day, n.id`, []any{today}, func(rows *sql.Rows) error {
		var d due
		if err := rows.Scan(&d.unit, &d.notice); err != nil {
			return err
		}
		out = append(out, d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("notices that are over: %w", err)
	}
	return out, nil
}

// disputed is that an objection to the item i is open.
const disputed = `EXISTS (SELECT FROM notice_objections o WHERE o.unit_id = i.unit_id AND o.item_id = i.id AND o.state = 'open')`

// Disputing are the people whom the open objections to a notice concern: who objected,
// whom the items are about, who had a hand in them.
func Disputing(ctx context.Context, on bun.IDB, unit, notice uuid.UUID) (people []uuid.UUID, err error) {
	err = db.Each(ctx, on, `SELECT DISTINCT p FROM notice_objections o JOIN notice_items i ON i.unit_id = o.unit_id AND i.id = o.item_id,
		unnest(i.recused || i.person_id || o.objector_id) AS p
		WHERE o.unit_id = $1 AND o.notice_id = $2 AND o.state = 'open' AND p IS NOT NULL`, []any{unit, notice}, func(rows *sql.Rows) error {
		var p uuid.UUID
		err := rows.Scan(&p)
		people = append(people, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("whom objections concern: %w", err)
	}
	return people, nil
}

// only narrows what settleItems settles of a notice's open items.
type only struct {
	subject, item uuid.UUID
	undisputed    bool
}

// settleItems gives open items of a notice their outcome, and the items, in the
// order of the list.
func settleItems(ctx context.Context, tx bun.Tx, unit, notice uuid.UUID, now time.Time, outcome string, which only) ([]Item, error) {
	type row struct {
		Item
		ord int
	}
	var found []row
	err := db.Each(ctx, tx, `UPDATE notice_items i SET outcome = $3, settled_at = $4
		WHERE i.unit_id = $1 AND i.notice_id = $2 AND i.outcome IS NULL
			AND ($5::uuid IS NULL OR i.subject_id = $5) AND ($6::uuid IS NULL OR i.id = $6) AND (NOT $7::boolean OR NOT `+disputed+`)
		RETURNING i.id, i.subject_id, i.person_id, i.branch_id, i.title, to_json(i.cells)::text, to_json(i.recused)::text, i.outcome, i.ord`,
		[]any{unit, notice, outcome, now, db.OrNull(which.subject), db.OrNull(which.item), which.undisputed},
		func(rows *sql.Rows) error {
			var r row
			if err := rows.Scan(append(r.targets(), &r.ord)...); err != nil {
				return err
			}
			found = append(found, r)
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("settle items: %w", err)
	}
	slices.SortFunc(found, func(a, b row) int { return cmp.Compare(a.ord, b.ord) })
	items := make([]Item, len(found))
	for i, r := range found {
		items[i] = r.Item
	}
	return items, nil
}

const itemColumns = `i.id, i.subject_id, i.person_id, i.branch_id, i.title, to_json(i.cells)::text, to_json(i.recused)::text, coalesce(i.outcome, '')`

func (i *Item) targets() []any {
	return []any{&i.ID, &i.Subject, &i.Person, &i.Branch, &i.Title, (*list[string])(&i.Cells), (*list[uuid.UUID])(&i.Recused), &i.Outcome}
}

// lapse ends the open objections to items that were settled otherwise, telling the
// objector why.
func lapse(ctx context.Context, tx bun.Tx, unit, notice uuid.UUID, items []Item, now time.Time, why string) error {
	ids := make([]uuid.UUID, len(items))
	for i, it := range items {
		ids[i] = it.ID
	}
	_, err := db.Exec(ctx, tx, `UPDATE notice_objections SET state = 'withdrawn', decided_at = $4, answer = $5
		WHERE unit_id = $1 AND notice_id = $2 AND item_id = ANY($3::uuid[]) AND state = 'open'`, unit, notice, ids, now, why)
	if err != nil {
		return fmt.Errorf("objections lapse: %w", err)
	}
	return nil
}

// closeDone settles a notice of which nothing lies open any more.
func closeDone(ctx context.Context, tx bun.Tx, unit, notice uuid.UUID, now time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE notice_notices n SET state = 'settled', settled_at = $3
		WHERE n.unit_id = $1 AND n.id = $2 AND n.state = 'open'
			AND NOT EXISTS (SELECT FROM notice_items i WHERE i.unit_id = n.unit_id AND i.notice_id = n.id AND i.outcome IS NULL)`, unit, notice, now)
	if err != nil {
		return fmt.Errorf("close notice: %w", err)
	}
	return nil
}

func markCancelled(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, now time.Time, reason string) error {
	_, err := db.Exec(ctx, tx, `UPDATE notice_notices SET state = 'cancelled', settled_at = $3, cancelled_by = $4, cancel_reason = $5
		WHERE unit_id = $1 AND id = $2 AND state = 'open'`, by.Unit, id, now, db.OrNull(by.Person), reason)
	if err != nil {
		return fmt.Errorf("cancel notice: %w", err)
	}
	return nil
}

// Notices of the whole office are everybody's to read and to object to, but only
// for who reaches the whole unit to cancel.
func readColumns() access.Columns {
	return access.Columns{Unit: "n.unit_id", Branch: "n.branch_id", Named: []string{"n.branch_id IS NULL"}}
}

func cancelColumns() access.Columns {
	return access.Columns{Unit: "n.unit_id", Branch: "n.branch_id"}
}

// within is not found for a notice out of the scope.
func within(ctx context.Context, on bun.IDB, scope access.Scope, columns access.Columns, id uuid.UUID) error {
	where, args := scope.Where(columns, 2)
	found := false
	err := db.Each(ctx, on, `SELECT true FROM notice_notices n WHERE n.id = $1 AND `+where, append([]any{id}, args...),
		func(rows *sql.Rows) error { return rows.Scan(&found) })
	if err != nil {
		return fmt.Errorf("notice: %w", err)
	}
	if !found {
		return fault.Missing("公示")
	}
	return nil
}
