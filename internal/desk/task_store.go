package desk

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// waiting is one kind of task as SQL: the rows x that wait, within a scope, and what
// is told of them besides their number. $1 is the unit, $2 the person, $3 today, $4
// the running quarter, $5 now.
type waiting struct {
	kind    string
	scope   access.Scope
	columns access.Columns
	until   string // date, or NULL
	quarter string // text, or NULL
	from    string
	talk    string // uuid, or empty for NULL
}

func waitings(r reach) []waiting {
	out := []waiting{
		// Whoever is concerned does not decide, so it does not wait for them.
		{TaskObjections, r.decide, access.Columns{Unit: "x.unit_id", Branch: "x.branch_id"}, "NULL", "NULL", `
			(SELECT o.unit_id, o.branch_id FROM notice_objections o
			JOIN notice_items i ON i.unit_id = o.unit_id AND i.id = o.item_id
			WHERE o.unit_id = $1 AND o.state = 'open' AND $2 <> ALL (i.recused) AND $2 <> o.objector_id AND $2 IS DISTINCT FROM i.person_id) x`, ""},
		{TaskNotices, r.object, access.Columns{Unit: "x.unit_id", Branch: "x.branch_id", Named: []string{"x.branch_id IS NULL"}}, "min(x.last_day)", "NULL", `
			(SELECT unit_id, branch_id, last_day FROM notice_notices
			WHERE unit_id = $1 AND state = 'open' AND $3::date BETWEEN first_day AND last_day) x`, ""},
		{TaskOpinions, r.review, access.Columns{Unit: "x.unit_id", Branch: "x.branch_id"}, "NULL", "NULL", `
			(SELECT c.unit_id, c.branch_id FROM selection_candidates c
			JOIN selection_selections s ON s.unit_id = c.unit_id AND s.id = c.selection_id
			WHERE c.unit_id = $1 AND s.state = 'open' AND s.kind <> 'best_pair' AND c.proposed AND c.opinion = '' AND NOT EXISTS (SELECT FROM selection_candidates m
				WHERE m.unit_id = c.unit_id AND m.selection_id = c.selection_id AND m.person_id = $2 AND m.proposed)) x`, ""},
	}
	if !r.nominate.Whole() { // the Party office recommends only where a group has no leader
		out = append(out, waiting{TaskNominations, r.nominate, access.Columns{Unit: "x.unit_id", Group: "x.group_id"}, "NULL", "NULL", `
			(SELECT c.unit_id, c.group_id FROM selection_candidates c
			JOIN selection_selections s ON s.unit_id = c.unit_id AND s.id = c.selection_id
			WHERE c.unit_id = $1 AND s.state = 'open' AND s.kind = 'pioneer_post'
			GROUP BY c.unit_id, s.id, c.group_id HAVING NOT bool_or(c.proposed)) x`, ""})
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
	// Who stands in any of the pairs scores none of them.
	whole(r.score, waiting{kind: TaskScores, until: "NULL", quarter: "NULL",
		from: `(SELECT s.unit_id FROM selection_selections s WHERE s.unit_id = $1 AND s.kind = 'best_pair' AND s.state = 'open'
			AND NOT EXISTS (SELECT FROM selection_candidates c WHERE c.unit_id = s.unit_id AND c.selection_id = s.id AND $2 = ANY (c.people))
			AND EXISTS (SELECT FROM selection_criteria k JOIN selection_candidates c ON c.unit_id = k.unit_id AND c.selection_id = k.selection_id
				WHERE k.unit_id = s.unit_id AND k.selection_id = s.id AND k.measure = 'judged' AND c.excluded = ''
					AND NOT EXISTS (SELECT FROM selection_scores g WHERE g.unit_id = k.unit_id AND g.candidate_id = c.id AND g.seq = k.seq AND g.scorer_id = $2))) x`})
	whole(r.publish, waiting{kind: TaskSchemes, until: "NULL", quarter: "NULL",
		from: `(SELECT unit_id FROM points_schemes WHERE unit_id = $1 AND state = 'draft') x`})
	whole(r.approve, waiting{kind: TaskExcuses, until: "NULL", quarter: "NULL",
		from: `(SELECT unit_id FROM duty_excuses WHERE unit_id = $1 AND state = 'asked' AND asked_by <> $2) x`})
	own := access.Columns{Unit: "x.unit_id", Persons: []string{"x.person_id"}}
	one := "(array_agg(x.talk_id ORDER BY x.talk_id))[1]"
	out = append(append(append(out, mentoringWaitings(r)...), taskforceWaitings(r)...), volunteerWaitings(r)...)
	return append(out,
		// Both are under row-level security: the actor sees what is theirs alone.
		waiting{TaskRecords, r.texts, own, "NULL", "NULL", `
			(SELECT r.unit_id, r.talk_id, $2::uuid AS person_id FROM talk_records r JOIN talk_talks t ON t.unit_id = r.unit_id AND t.id = r.talk_id
			WHERE r.unit_id = $1 AND $2 IN (t.talker_id, t.partner_id) AND r.written_by <> $2 AND r.agreed_at IS NULL
				AND NOT EXISTS (SELECT FROM talk_records n WHERE n.unit_id = r.unit_id AND n.talk_id = r.talk_id AND n.version > r.version)) x`, one},
		waiting{TaskConsents, r.texts, own, "NULL", "NULL", `
			(SELECT c.unit_id, c.talk_id, $2::uuid AS person_id FROM talk_consents c
			WHERE c.unit_id = $1 AND c.asked_by <> $2 AND c.leader_id <> $2 AND c.agreed_at IS NULL AND c.revoked_at IS NULL AND c.until > now()) x`, one},
		waiting{kind: TaskUnplaced, scope: r.plan, columns: access.Columns{Unit: "x.unit_id", Branch: "x.branch_id"}, until: "NULL", quarter: "NULL",
			from: `(SELECT unit_id, branch_id FROM talk_talks WHERE unit_id = $1 AND state = 'planned' AND planned_on IS NULL AND due_on >= $3::date) x`})
}

// tasks counts what waits of each kind, in one statement; kinds of which nothing
// waits are left out.
func tasks(ctx context.Context, tx bun.Tx, by access.Actor, r reach, now time.Time) ([]Task, error) {
	today := calendar.DateOf(now)
	args := []any{by.Unit, by.Person, today, calendar.QuarterOf(today).String(), now}
	var parts []string
	for _, w := range waitings(r) {
		where, more := w.scope.Where(w.columns, len(args)+1)
		parts = append(parts, fmt.Sprintf(`SELECT '%s' AS kind, count(*) AS n, %s::date, %s::text, %s::uuid FROM %s WHERE %s`,
			w.kind, w.until, w.quarter, cmp.Or(w.talk, "NULL"), w.from, where))
		args = append(args, more...)
	}
	out := []Task{}
	// Every parameter is named once, so that it has a type where no part uses it.
	err := db.Each(ctx, tx, `SELECT * FROM (`+strings.Join(parts, " UNION ALL ")+`) t
		WHERE n > 0 AND ($1::uuid, $2::uuid, $3::date, $4::text, $5::timestamptz) IS NOT NULL`, args, func(rows *sql.Rows) error {
		var t Task
		var until sql.Null[calendar.Date]
		var quarter sql.Null[calendar.Quarter]
		if err := rows.Scan(&t.Kind, &t.Count, &until, &quarter, &t.Talk); err != nil {
			return err
		}
		if until.Valid {
			t.Until = &until.V
		}
		if quarter.Valid {
			t.Quarter = &quarter.V
		}
		t.ofPairing()
		t.ofAction()
		out = append(out, t)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	return out, nil
}
