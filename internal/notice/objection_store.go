package notice

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// arguments gathers what a hand-written query is asked with.
type arguments []any

// add gives the placeholder of a value.
func (a *arguments) add(v any) string {
	*a = append(*a, v)
	return fmt.Sprintf("$%d", len(*a))
}

// scope gives the condition of a scope.
func (a *arguments) scope(s access.Scope, c access.Columns) string {
	where, args := s.Where(c, len(*a)+1)
	*a = append(*a, args...)
	return where
}

func decideColumns() access.Columns { return access.Columns{Unit: "o.unit_id", Branch: "o.branch_id"} }

// deciding is that the actor may decide about the objection o to the item i, and so
// may see whose it is: within the scope, and in nothing concerned.
func (a *arguments) deciding(by access.Actor, decide access.Scope) string {
	me := a.add(by.Person)
	return "(" + a.scope(decide, decideColumns()) + " AND o.objector_id <> " + me + " AND i.person_id IS DISTINCT FROM " + me +
		" AND NOT (" + me + " = ANY (i.recused)))"
}

// shareNotice holds a notice against being settled.
func shareNotice(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (Notice, error) {
	n, err := readNotice(ctx, tx, unit, id, " FOR SHARE")
	if err != nil {
		return n, fmt.Errorf("notice: %w", err)
	}
	return n, nil
}

func findItem(ctx context.Context, on bun.IDB, unit, notice, item uuid.UUID) (i Item, err error) {
	err = db.Each(ctx, on, `SELECT `+itemColumns+` FROM notice_items i WHERE i.unit_id = $1 AND i.notice_id = $2 AND i.id = $3`,
		[]any{unit, notice, item}, func(rows *sql.Rows) error { return rows.Scan(i.targets()...) })
	if err != nil {
		return i, fmt.Errorf("item of notice: %w", err)
	}
	if i.ID == uuid.Nil {
		return i, fault.Missing("公示事项")
	}
	return i, nil
}

func insertObjection(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, n Notice, i Item, now time.Time, statement string) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO notice_objections (unit_id, id, notice_id, item_id, branch_id, objector_id, statement, filed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, by.Unit, id, n.ID, i.ID, db.OrNull(i.Branch), by.Person, statement, now)
	if err != nil {
		return fmt.Errorf("file objection: %w", err)
	}
	return nil
}

// filed is an objection as far as the use cases need it.
type filed struct {
	id, notice, item uuid.UUID
	branch           uuid.UUID
	branchName       string
	objector         uuid.UUID
	filed            time.Time
	state            string
}

// findObjection finds one that is the actor's own or within the scope of deciding.
func findObjection(ctx context.Context, on bun.IDB, by access.Actor, decide access.Scope, id uuid.UUID) (filed, error) {
	args := arguments{id, by.Unit, by.Person}
	where := args.scope(decide, decideColumns())
	return readFiled(ctx, on, "(o.objector_id = $3 OR "+where+")", args)
}

// findDecidable finds one that the actor may decide about, as the list shows them.
func findDecidable(ctx context.Context, on bun.IDB, by access.Actor, decide access.Scope, id uuid.UUID) (filed, error) {
	args := arguments{id, by.Unit}
	where := args.deciding(by, decide)
	return readFiled(ctx, on, where, args)
}

// readFiled reads the objection $1 of the unit $2 where the condition holds.
func readFiled(ctx context.Context, on bun.IDB, where string, args arguments) (o filed, err error) {
	err = db.Each(ctx, on, `SELECT o.id, o.notice_id, o.item_id, o.branch_id, coalesce(b.name, ''), o.objector_id, o.filed_at, o.state
		FROM notice_objections o JOIN notice_items i ON i.unit_id = o.unit_id AND i.id = o.item_id
		LEFT JOIN org_branches b ON b.unit_id = o.unit_id AND b.id = o.branch_id
		WHERE o.id = $1 AND o.unit_id = $2 AND `+where, args, func(rows *sql.Rows) error {
		return rows.Scan(&o.id, &o.notice, &o.item, &o.branch, &o.branchName, &o.objector, &o.filed, &o.state)
	})
	if err != nil {
		return o, fmt.Errorf("objection: %w", err)
	}
	if o.id == uuid.Nil {
		return o, fault.Missing("异议")
	}
	return o, nil
}

// ending is how an objection ends.
type ending struct {
	state, answer    string
	meeting, decider uuid.UUID
}

func endObjection(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, now time.Time, e ending) error {
	_, err := db.Exec(ctx, tx, `UPDATE notice_objections SET state = $3, answer = $4, meeting_id = $5, decided_by = $6, decided_at = $7
		WHERE unit_id = $1 AND id = $2`, unit, id, e.state, e.answer, db.OrNull(e.meeting), db.OrNull(e.decider), now)
	if err != nil {
		return fmt.Errorf("end objection: %w", err)
	}
	return nil
}

const objectionTables = ` FROM notice_objections o
	JOIN notice_items i ON i.unit_id = o.unit_id AND i.id = o.item_id
	JOIN notice_notices n ON n.unit_id = o.unit_id AND n.id = o.notice_id
	JOIN org_people p ON p.unit_id = o.unit_id AND p.id = o.objector_id
	LEFT JOIN org_people d ON d.unit_id = o.unit_id AND d.id = o.decided_by
	LEFT JOIN org_branches b ON b.unit_id = o.unit_id AND b.id = o.branch_id `

const objectionColumns = `o.id, o.notice_id, n.title, n.kind, n.last_day, o.item_id, i.title, to_json(n.columns)::text, to_json(i.cells)::text,
	o.branch_id, coalesce(b.name, ''), p.name, o.statement, o.filed_at, o.state, o.answer, o.meeting_id, coalesce(d.name, ''), o.decided_at`

func readObjections(ctx context.Context, on bun.IDB, query string, args arguments) ([]Objection, error) {
	out := []Objection{}
	err := db.Each(ctx, on, query, args, func(rows *sql.Rows) error {
		var o Objection
		err := rows.Scan(&o.ID, &o.NoticeID, &o.NoticeTitle, &o.Kind, &o.LastDay, &o.ItemID, &o.ItemTitle, (*list[string])(&o.Columns), (*list[string])(&o.Cells),
			&o.BranchID, &o.BranchName, &o.Objector, &o.Statement, &o.FiledAt, &o.State, &o.Answer, &o.MeetingID, &o.DecidedBy, &o.DecidedAt,
			&o.Mine, &o.MayDecide)
		if err != nil {
			return err
		}
		out = append(out, o)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("objections: %w", err)
	}
	return out, nil
}

// seen narrows the objections that somebody sees.
type seen struct{ id, notice uuid.UUID }

// maxSeen bounds the objections shown beside one notice.
const maxSeen = 500

// seenObjections lists the actor's own objections and those they may decide.
func seenObjections(ctx context.Context, on bun.IDB, by access.Actor, decide access.Scope, which seen) ([]Objection, error) {
	args := arguments{by.Unit, by.Person, db.OrNull(which.id), db.OrNull(which.notice)}
	deciding := args.deciding(by, decide)
	return readObjections(ctx, on, `SELECT `+objectionColumns+`, o.objector_id = $2, o.state = 'open' AND `+deciding+objectionTables+`
		WHERE o.unit_id = $1 AND ($3::uuid IS NULL OR o.id = $3) AND ($4::uuid IS NULL OR o.notice_id = $4)
			AND (o.objector_id = $2 OR `+deciding+`) ORDER BY o.state = 'open' DESC, o.filed_at, o.id LIMIT `+args.add(maxSeen), args)
}

// listObjections lists one row more than the limit, so that the caller sees whether
// there is a next page; total counts all. What waits comes oldest first, what else
// there is latest first.
func listObjections(ctx context.Context, on bun.IDB, by access.Actor, decide access.Scope, f ObjectionFilter) (items []Objection, total int, err error) {
	var args arguments
	where := []string{args.deciding(by, decide)}
	if f.State != "all" {
		where = append(where, "o.state = "+args.add(f.State))
	}
	if f.Branch != uuid.Nil {
		where = append(where, "o.branch_id = "+args.add(f.Branch))
	}
	err = db.Each(ctx, on, `SELECT count(*)`+objectionTables+`WHERE `+strings.Join(where, " AND "), args,
		func(rows *sql.Rows) error { return rows.Scan(&total) })
	if err != nil {
		return nil, 0, fmt.Errorf("objections: %w", err)
	}
	beyond, direction := "<", "DESC"
	if f.State == ObjectionOpen {
		beyond, direction = ">", "ASC"
	}
	if f.Cursor != "" {
		p, err := parsePosition(f.Cursor)
		if err != nil {
			return nil, 0, err
		}
		where = append(where, "(o.filed_at, o.id) "+beyond+" ("+args.add(p.at)+", "+args.add(p.id)+")")
	}
	items, err = readObjections(ctx, on, `SELECT `+objectionColumns+`, FALSE, o.state = 'open'`+objectionTables+`
		WHERE `+strings.Join(where, " AND ")+` ORDER BY o.filed_at `+direction+`, o.id `+direction+` LIMIT `+args.add(f.Limit+1), args)
	return items, total, err
}
