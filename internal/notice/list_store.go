package notice

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

const summaryColumns = `n.id, n.kind, n.title, n.branch_id, coalesce(b.name, ''), n.quarter, n.working_days, n.first_day, n.last_day,
	coalesce(p.name, ''), n.published_at, n.state, t.all_items, t.open_items, t.passed, t.upheld, t.withdrawn, t.cancelled`

const summaryTables = ` FROM notice_notices n
	LEFT JOIN org_branches b ON b.unit_id = n.unit_id AND b.id = n.branch_id
	LEFT JOIN org_people p ON p.unit_id = n.unit_id AND p.id = n.published_by
	LEFT JOIN org_people c ON c.unit_id = n.unit_id AND c.id = n.cancelled_by
	CROSS JOIN LATERAL (SELECT count(*) AS all_items, count(*) FILTER (WHERE i.outcome IS NULL) AS open_items,
		count(*) FILTER (WHERE i.outcome = 'passed') AS passed, count(*) FILTER (WHERE i.outcome = 'upheld') AS upheld,
		count(*) FILTER (WHERE i.outcome = 'withdrawn') AS withdrawn, count(*) FILTER (WHERE i.outcome = 'cancelled') AS cancelled
		FROM notice_items i WHERE i.unit_id = n.unit_id AND i.notice_id = n.id) t `

func (s *Summary) targets() []any {
	return []any{&s.ID, &s.Kind, &s.Title, &s.BranchID, &s.BranchName, &s.Quarter, &s.WorkingDays, &s.FirstDay, &s.LastDay,
		&s.PublishedBy, &s.PublishedAt, &s.State, &s.Items.All, &s.Items.Open, &s.Items.Passed, &s.Items.Upheld, &s.Items.Withdrawn, &s.Items.Cancelled}
}

// toDecide counts a notice's open objections that the actor may decide.
func (a *arguments) toDecide(by access.Actor, decide access.Scope) string {
	return `(SELECT count(*) FROM notice_objections o JOIN notice_items i ON i.unit_id = o.unit_id AND i.id = o.item_id
		WHERE o.unit_id = n.unit_id AND o.notice_id = n.id AND o.state = 'open' AND ` + a.deciding(by, decide) + `)`
}

// disputes is that an open objection to the notice concerns the actor, so that they
// do not call it off.
func (a *arguments) disputes(by access.Actor) string {
	return `EXISTS (SELECT FROM notice_objections o JOIN notice_items i ON i.unit_id = o.unit_id AND i.id = o.item_id
		WHERE o.unit_id = n.unit_id AND o.notice_id = n.id AND o.state = 'open' AND ` + a.add(by.Person) + ` = ANY (i.recused || i.person_id || o.objector_id))`
}

// listNotices lists one row more than the limit; total counts all.
func listNotices(ctx context.Context, on bun.IDB, by access.Actor, scope, decide access.Scope, f Filter) ([]Summary, int, error) {
	var args arguments
	where := []string{args.scope(scope, readColumns())}
	if f.Kind != "" {
		where = append(where, "n.kind = "+args.add(f.Kind))
	}
	if f.State != "" {
		where = append(where, "n.state = "+args.add(f.State))
	}
	if f.Branch != uuid.Nil {
		where = append(where, "n.branch_id = "+args.add(f.Branch))
	}
	if f.Text != "" {
		like := args.add("%" + db.Like(f.Text) + "%")
		where = append(where, `(n.title ILIKE `+like+` OR EXISTS (SELECT FROM notice_items i
			LEFT JOIN org_people q ON q.unit_id = i.unit_id AND q.id = i.person_id
			WHERE i.unit_id = n.unit_id AND i.notice_id = n.id AND (i.title ILIKE `+like+` OR q.name || ' ' || q.pinyin || ' ' || q.initials ILIKE `+like+`)))`)
	}
	total := 0
	err := db.Each(ctx, on, `SELECT count(*) FROM notice_notices n WHERE `+strings.Join(where, " AND "), args,
		func(rows *sql.Rows) error { return rows.Scan(&total) })
	if err != nil {
		return nil, 0, fmt.Errorf("notices: %w", err)
	}
	if f.Cursor != "" {
		p, err := parsePosition(f.Cursor)
		if err != nil {
			return nil, 0, err
		}
		where = append(where, "(n.state = 'open', n.published_at, n.id) < ("+args.add(p.open)+", "+args.add(p.at)+", "+args.add(p.id)+")")
	}
	items := []Summary{}
	query := `SELECT ` + summaryColumns + `, ` + args.toDecide(by, decide) + summaryTables + `WHERE ` + strings.Join(where, " AND ") +
		` ORDER BY n.state = 'open' DESC, n.published_at DESC, n.id DESC LIMIT ` + args.add(f.Limit+1)
	err = db.Each(ctx, on, query, args, func(rows *sql.Rows) error {
		var s Summary
		if err := rows.Scan(append(s.targets(), &s.ToDecide)...); err != nil {
			return err
		}
		items = append(items, s)
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("notices: %w", err)
	}
	return items, total, nil
}

// readDetail reads a notice within the scope, without its items.
func readDetail(ctx context.Context, on bun.IDB, by access.Actor, scope access.Scope, r reaches, id uuid.UUID) (d page, err error) {
	args := arguments{id}
	where := args.scope(scope, readColumns())
	cancel, object := args.scope(r.cancel, cancelColumns())+" AND NOT "+args.disputes(by), args.scope(r.object, readColumns())
	err = db.Each(ctx, on, `SELECT `+summaryColumns+`, `+args.toDecide(by, r.decide)+`, n.body, to_json(n.columns)::text, n.cancel_reason,
			coalesce(c.name, ''), n.settled_at, coalesce(n.state = 'open' AND `+cancel+`, FALSE), coalesce(`+object+`, FALSE)`+summaryTables+`WHERE n.id = $1 AND `+where, args,
		func(rows *sql.Rows) error {
			return rows.Scan(append(d.targets(), &d.ToDecide, &d.Body, (*list[string])(&d.Columns), &d.CancelReason,
				&d.CancelledBy, &d.SettledAt, &d.MayCancel, &d.MayObject)...)
		})
	if err != nil {
		return d, fmt.Errorf("notice: %w", err)
	}
	if d.ID == uuid.Nil {
		return d, fault.Missing("公示")
	}
	d.Office = office(d.BranchName)
	return d, nil
}

// listItems lists one item more than the limit, after a place in the list. MayObject
// is that the actor has no open objection to it yet.
func listItems(ctx context.Context, on bun.IDB, by access.Actor, notice uuid.UUID, text string, after, limit int) ([]ItemLine, int, error) {
	args := arguments{by.Unit, notice}
	where := ""
	if text = strings.TrimSpace(text); text != "" {
		like := args.add("%" + db.Like(text) + "%")
		where = ` AND (i.title || ' ' || array_to_string(i.cells, ' ') ILIKE ` + like + ` OR p.name || ' ' || p.pinyin || ' ' || p.initials ILIKE ` + like + `)`
	}
	tables := ` FROM notice_items i
		LEFT JOIN org_people p ON p.unit_id = i.unit_id AND p.id = i.person_id
		LEFT JOIN org_branches b ON b.unit_id = i.unit_id AND b.id = i.branch_id
		WHERE i.unit_id = $1 AND i.notice_id = $2` + where
	total := 0
	if err := db.Each(ctx, on, `SELECT count(*)`+tables, args, func(rows *sql.Rows) error { return rows.Scan(&total) }); err != nil {
		return nil, 0, fmt.Errorf("items of notice: %w", err)
	}
	me := args.add(by.Person)
	query := `SELECT i.id, i.subject_id, i.person_id, coalesce(p.name, ''), coalesce(b.name, ''), i.ord, i.title, to_json(i.cells)::text,
		coalesce(i.outcome, ''), i.outcome IS NULL AND ` + disputed + `,
		NOT EXISTS (SELECT FROM notice_objections m WHERE m.unit_id = i.unit_id AND m.item_id = i.id AND m.objector_id = ` + me + ` AND m.state = 'open')` +
		tables + ` AND i.ord > ` + args.add(after) + ` ORDER BY i.ord LIMIT ` + args.add(limit+1)
	items := []ItemLine{}
	err := db.Each(ctx, on, query, args, func(rows *sql.Rows) error {
		var l ItemLine
		err := rows.Scan(&l.ID, &l.SubjectID, &l.PersonID, &l.Person, &l.BranchName, &l.Ord, &l.Title, (*list[string])(&l.Cells), &l.Outcome, &l.Disputed, &l.MayObject)
		if err != nil {
			return err
		}
		items = append(items, l)
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("items of notice: %w", err)
	}
	return items, total, nil
}
