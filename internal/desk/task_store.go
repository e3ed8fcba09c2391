package desk

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// waiting is one kind of task as SQL: the rows x that wait, within a scope, and what
// is told of them besides their number. $1 is the unit, $2 the person, $3 today, $4
// the running quarter.
type waiting struct {
	kind    string
	scope   access.Scope
	columns access.Columns
	until   string // date, or NULL
	quarter string // text, or NULL
	from    string
}

func waitings(r reach) []waiting {
	out := []waiting{
		// Whoever is concerned does not decide, so it does not wait for them.
		{TaskObjections, r.decide, access.Columns{Unit: "x.unit_id", Branch: "x.branch_id"}, "NULL", "NULL", `
			(SELECT o.unit_id, o.branch_id FROM notice_objections o
			JOIN notice_items i ON i.unit_id = o.unit_id AND i.id = o.item_id
			WHERE o.unit_id = $1 AND o.state = 'open' AND $2 <> ALL (i.recused) AND $2 <> o.objector_id AND $2 IS DISTINCT FROM i.person_id) x`},
		{TaskNotices, r.object, access.Columns{Unit: "x.unit_id", Branch: "x.branch_id", Named: []string{"x.branch_id IS NULL"}}, "min(x.last_day)", "NULL", `
			(SELECT unit_id, branch_id, last_day FROM notice_notices
			WHERE unit_id = $1 AND state = 'open' AND $3::date BETWEEN first_day AND last_day) x`},
		{TaskOpinions, r.review, access.Columns{Unit: "x.unit_id", Branch: "x.branch_id"}, "NULL", "NULL", `
			(SELECT c.unit_id, c.branch_id FROM selection_candidates c
			JOIN selection_selections s ON s.unit_id = c.unit_id AND s.id = c.selection_id
			WHERE c.unit_id = $1 AND s.state = 'open' AND c.proposed AND c.opinion = '' AND NOT EXISTS (SELECT FROM selection_candidates m
				WHERE m.unit_id = c.unit_id AND m.selection_id = c.selection_id AND m.person_id = $2 AND m.proposed)) x`},
	}
	if !r.nominate.Whole() { // the Party office recommends only where a group has no leader
		out = append(out, waiting{TaskNominations, r.nominate, access.Columns{Unit: "x.unit_id", Group: "x.group_id"}, "NULL", "NULL", `
			(SELECT c.unit_id, c.group_id FROM selection_candidates c
			JOIN selection_selections s ON s.unit_id = c.unit_id AND s.id = c.selection_id
			WHERE c.unit_id = $1 AND s.state = 'open' AND s.kind = 'pioneer_post'
			GROUP BY c.unit_id, s.id, c.group_id HAVING NOT bool_or(c.proposed)) x`})
	}
	whole := func(scope access.Scope, w waiting) {
		if scope.Whole() {
			w.scope, w.columns = scope, access.Columns{Unit: "x.unit_id"}
			out = append(out, w)
		}
	}
	whole(r.award, waiting{kind: TaskDecisions, until: "NULL", quarter: "NULL",
		from: `(SELECT unit_id FROM selection_selections WHERE unit_id = $1 AND state = 'heard') x`})
	whole(r.close, waiting{kind: TaskClose, until: "NULL", quarter: "min(x.quarter)",
		from: `(SELECT unit_id, quarter FROM points_quarters WHERE unit_id = $1 AND state = 'open' AND quarter < $4) x`})
	whole(r.publish, waiting{kind: TaskSchemes, until: "NULL", quarter: "NULL",
		from: `(SELECT unit_id FROM points_schemes WHERE unit_id = $1 AND state = 'draft') x`})
	return out
}

// tasks counts what waits of each kind, in one statement; kinds of which nothing
// waits are left out.
func tasks(ctx context.Context, tx bun.Tx, by access.Actor, r reach, today calendar.Date) ([]Task, error) {
	args := []any{by.Unit, by.Person, today, calendar.QuarterOf(today).String()}
	var parts []string
	for _, w := range waitings(r) {
		where, more := w.scope.Where(w.columns, len(args)+1)
		parts = append(parts, fmt.Sprintf(`SELECT '%s' AS kind, count(*) AS n, %s::date, %s::text FROM %s WHERE %s`, w.kind, w.until, w.quarter, w.from, where))
		args = append(args, more...)
	}
	out := []Task{}
	// Every parameter is named once, so that it has a type where no part uses it.
	err := db.Each(ctx, tx, `SELECT * FROM (`+strings.Join(parts, " UNION ALL ")+`) t
		WHERE n > 0 AND ($1::uuid, $2::uuid, $3::date, $4::text) IS NOT NULL`, args, func(rows *sql.Rows) error {
		var t Task
		var until sql.Null[calendar.Date]
		var quarter sql.Null[calendar.Quarter]
		if err := rows.Scan(&t.Kind, &t.Count, &until, &quarter); err != nil {
			return err
		}
		if until.Valid {
			t.Until = &until.V
		}
		if quarter.Valid {
			t.Quarter = &quarter.V
		}
		out = append(out, t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	return out, nil
}
