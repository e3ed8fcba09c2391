package mentoring

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// itemDone counts the confirmed logs of item i.
const itemDone = `(SELECT count(*) FROM mentoring_logs l WHERE l.unit_id = i.unit_id AND l.plan_id = i.plan_id AND l.item = i.seq AND l.state = 'confirmed')`

const planRead = `p.id, p.pairing_id, p.year, p.goals, p.state, coalesce(w.name, ''), p.made_at, to_json(p.agreed_by)::text, p.notice_id, p.published_on, p.returned, p.row_version,
	(SELECT coalesce(json_agg(json_build_object('seq', i.seq, 'kind', i.kind, 'title', i.title, 'role', coalesce(i.role, ''), 'times', i.times, 'month', coalesce(i.month, 0),
			'done', ` + itemDone + `, 'logged', (SELECT count(*) FROM mentoring_logs l WHERE l.unit_id = i.unit_id AND l.plan_id = i.plan_id AND l.item = i.seq)) ORDER BY i.seq), '[]')
		FROM mentoring_plan_items i WHERE i.unit_id = p.unit_id AND i.plan_id = p.id)`

func scanPlan(rows *sql.Rows) (p Plan, err error) {
	var agreed string
	var items []byte
	var published sql.Null[calendar.Date]
	if err := rows.Scan(&p.ID, &p.PairingID, &p.Year, &p.Goals, &p.State, &p.MadeByName, &p.MadeAt, &agreed, &p.NoticeID, &published, &p.Returned, &p.Version, &items); err != nil {
		return p, err
	}
	if published.Valid {
		p.PublishedOn = &published.V
	}
	if err := json.Unmarshal([]byte(agreed), &p.agreedBy); err != nil {
		return p, err
	}
	return p, json.Unmarshal(items, &p.Items)
}

// listPlans reads the plans of a pairing, the latest year first.
func listPlans(ctx context.Context, on bun.IDB, unit, pairing uuid.UUID) (out []Plan, err error) {
	out = []Plan{}
	err = db.Each(ctx, on, `SELECT `+planRead+` FROM mentoring_plans p LEFT JOIN org_people w ON w.unit_id = p.unit_id AND w.id = p.made_by
		WHERE p.unit_id = $1 AND p.pairing_id = $2 ORDER BY p.year DESC`, []any{unit, pairing}, func(rows *sql.Rows) error {
		p, err := scanPlan(rows)
		out = append(out, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("plans of pairing %s: %w", pairing, err)
	}
	return out, nil
}

// findPlan reads a pairing's plan of a year under lock; there says whether there is one.
func findPlan(ctx context.Context, tx bun.Tx, unit, pairing uuid.UUID, year int) (p Plan, there bool, err error) {
	err = db.Each(ctx, tx, `SELECT `+planRead+` FROM mentoring_plans p LEFT JOIN org_people w ON w.unit_id = p.unit_id AND w.id = p.made_by
		WHERE p.unit_id = $1 AND p.pairing_id = $2 AND p.year = $3 FOR UPDATE OF p`, []any{unit, pairing, year}, func(rows *sql.Rows) (err error) {
		there = true
		p, err = scanPlan(rows)
		return err
	})
	if err != nil {
		return p, false, fmt.Errorf("plan %d of pairing %s: %w", year, pairing, err)
	}
	return p, there, nil
}

// pairingOfPlan locks a plan within the unit and gives whose it is.
func pairingOfPlan(ctx context.Context, tx bun.Tx, unit, plan uuid.UUID) (pairing uuid.UUID, year int, err error) {
	err = db.One(ctx, tx, []any{&pairing, &year}, `SELECT pairing_id, year FROM mentoring_plans WHERE unit_id = $1 AND id = $2 FOR UPDATE`, unit, plan)
	if errors.Is(err, sql.ErrNoRows) {
		return pairing, 0, fault.Missing("成长计划")
	}
	if err != nil {
		return pairing, 0, fmt.Errorf("plan %s: %w", plan, err)
	}
	return pairing, year, nil
}

// savePlan writes a draft in the actor's wording, which they have agreed to.
func savePlan(ctx context.Context, tx bun.Tx, by access.Actor, at time.Time, p Plan, fresh bool, items []PlanItem, gone []int) error {
	var err error
	if fresh {
		_, err = db.Exec(ctx, tx, `INSERT INTO mentoring_plans (unit_id, id, pairing_id, year, goals, made_by, made_at, agreed_by) VALUES ($1, $2, $3, $4, $5, $6, $7, ARRAY[$6::uuid])`,
			by.Unit, p.ID, p.PairingID, p.Year, p.Goals, by.Person, at)
	} else {
		_, err = db.Exec(ctx, tx, `UPDATE mentoring_plans SET goals = $3, made_by = $4, made_at = $5, agreed_by = ARRAY[$4::uuid], row_version = row_version + 1 WHERE unit_id = $1 AND id = $2`,
			by.Unit, p.ID, p.Goals, by.Person, at)
	}
	if err == nil && len(gone) > 0 {
		_, err = db.Exec(ctx, tx, `DELETE FROM mentoring_plan_items WHERE unit_id = $1 AND plan_id = $2 AND seq = ANY($3::int[])`, by.Unit, p.ID, gone)
	}
	for _, it := range items {
		if err != nil {
			break
		}
		_, err = db.Exec(ctx, tx, `INSERT INTO mentoring_plan_items (unit_id, plan_id, seq, kind, title, role, times, month) VALUES ($1, $2, $3, $4, $5, nullif($6, ''), $7, nullif($8::int, 0))
			ON CONFLICT (unit_id, plan_id, seq) DO UPDATE SET kind = excluded.kind, title = excluded.title, role = excluded.role, times = excluded.times, month = excluded.month`,
			by.Unit, p.ID, it.Seq, it.Kind, it.Title, it.Role, it.Times, it.Month)
	}
	if err != nil {
		return fmt.Errorf("plan of pairing %s: %w", p.PairingID, db.Translate(err))
	}
	return nil
}

func changePlans(ctx context.Context, tx bun.Tx, unit uuid.UUID, plans []uuid.UUID, set string, args ...any) error {
	_, err := db.Exec(ctx, tx, `UPDATE mentoring_plans SET `+set+` WHERE unit_id = $1 AND id = ANY($2::uuid[])`, append([]any{unit, plans}, args...)...)
	if err != nil {
		return fmt.Errorf("%d plans: %w", len(plans), db.Translate(err))
	}
	return nil
}

const (
	// agreePlan keeps the version, which is the wording's: two may agree at once.
	agreePlan   = `agreed_by = agreed_by || $3::uuid`
	noticePlan  = `state = 'noticed', notice_id = $3, published_on = $4, returned = '', row_version = row_version + 1`
	publishPlan = `state = 'published', row_version = row_version + 1`
	// returnPlan makes it a draft again, and keeps the agreements where $4 says so.
	returnPlan = `state = 'draft', published_on = NULL, returned = $3, agreed_by = CASE WHEN $4 THEN agreed_by ELSE '{}' END, row_version = row_version + 1`
)

// noticedPlans locks those of the plans that lie on the notice, in the order of ids.
func noticedPlans(ctx context.Context, tx bun.Tx, unit, notice uuid.UUID, plans []uuid.UUID) (ids []uuid.UUID, err error) {
	return planIDs(ctx, tx, `state = 'noticed' AND notice_id = $2 AND id = ANY($3::uuid[])`, unit, notice, plans)
}

// lockDrafts locks the drafts of a year.
func lockDrafts(ctx context.Context, tx bun.Tx, unit uuid.UUID, year int) error {
	_, err := planIDs(ctx, tx, `state = 'draft' AND year = $2`, unit, year)
	return err
}

func planIDs(ctx context.Context, tx bun.Tx, which string, args ...any) (ids []uuid.UUID, err error) {
	err = db.Each(ctx, tx, `SELECT id FROM mentoring_plans WHERE unit_id = $1 AND `+which+` ORDER BY id FOR UPDATE`, args, func(rows *sql.Rows) error {
		var id uuid.UUID
		err := rows.Scan(&id)
		ids = append(ids, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("plans: %w", err)
	}
	return ids, nil
}

// mentorOf is who has a role of pairing r on the day that stands in seen.
func mentorOf(role, as string) string {
	return `LEFT JOIN LATERAL (SELECT t.mentor_id, m.name FROM mentoring_terms t JOIN org_people m ON m.unit_id = t.unit_id AND m.id = t.mentor_id
		WHERE t.unit_id = r.unit_id AND t.pairing_id = r.id AND t.role = '` + role + `' AND t.valid_from <= seen.day ORDER BY t.valid_from DESC LIMIT 1) ` + as + ` ON true`
}

// planLines is every pairing that has a day in the year $1, with its plan; $2 is today.
// It takes the condition of the scope, from $3 on.
func planLines(where string) string {
	return `WITH lines AS (
		SELECT r.id AS pairing_id, p.id AS plan_id, r.mentee_id, k.name, k.pinyin, po.mentor_id AS political_id, po.name AS political, pr.mentor_id AS professional_id, pr.name AS professional,
			CASE WHEN p.id IS NULL THEN 'none' WHEN p.state = 'draft' AND p.agreed_by @> ARRAY[r.mentee_id, po.mentor_id, pr.mentor_id] THEN 'agreed' ELSE p.state END AS state,
			(SELECT count(DISTINCT a) FROM unnest(p.agreed_by) a WHERE a IN (r.mentee_id, po.mentor_id, pr.mentor_id)) AS agreed,
			coalesce(p.goals, '') AS goals, coalesce(sums.planned, 0) AS planned, coalesce(sums.done, 0) AS done, p.notice_id, p.published_on, seen.due, coalesce(p.published_on, $2::date) > seen.due AS late,
			coalesce(p.row_version, 0) AS version
		FROM mentoring_pairings r
		JOIN org_people k ON k.unit_id = r.unit_id AND k.id = r.mentee_id
		CROSS JOIN LATERAL (SELECT least(greatest($2::date, r.valid_from), r.valid_to) AS day,
			CASE WHEN extract(year FROM r.valid_from) = $1::int THEN greatest(make_date($1::int, 1, 31), r.valid_from + ` + fmt.Sprint(publishDays) + `) ELSE make_date($1::int, 1, 31) END AS due) seen
		LEFT JOIN mentoring_plans p ON p.unit_id = r.unit_id AND p.pairing_id = r.id AND p.year = $1::int
		LEFT JOIN LATERAL (SELECT sum(i.times)::int AS planned, sum(least(i.times, ` + itemDone + `))::int AS done FROM mentoring_plan_items i WHERE i.unit_id = p.unit_id AND i.plan_id = p.id) sums ON true
		` + mentorOf(Political, "po") + `
		` + mentorOf(Professional, "pr") + `
		WHERE r.valid_from <= make_date($1::int, 12, 31) AND r.valid_to >= make_date($1::int, 1, 1) AND ` + where + `)`
}

// listPlanLines reads a part of a year's list, one more than the limit.
func listPlanLines(ctx context.Context, on bun.IDB, scope access.Scope, f PlanFilter, today calendar.Date) (out []PlanLine, total int, err error) {
	where, more := scope.Where(columns(), 3)
	args := append([]any{f.Year, today}, more...)
	n := len(args)
	args = append(args, f.State, "%"+db.Like(f.Text)+"%", f.after, db.OrNull(f.afterPairing), f.Limit+1)
	arg := func(i int) string { return fmt.Sprintf("$%d", n+i) }
	query := planLines(where) + ` SELECT pairing_id, plan_id, mentee_id, name, pinyin, coalesce(political_id, '00000000-0000-0000-0000-000000000000'), coalesce(political, ''),
			coalesce(professional_id, '00000000-0000-0000-0000-000000000000'), coalesce(professional, ''), state, agreed, goals, planned, done, notice_id, published_on, due, late, version, total
		FROM (SELECT *, count(*) OVER () AS total FROM lines
			WHERE (` + arg(1) + `::text = '' OR state = ` + arg(1) + ` OR (` + arg(1) + ` = 'late' AND late)) AND name || ' ' || pinyin ILIKE ` + arg(2) + `::text) l
		WHERE ` + arg(4) + `::uuid IS NULL OR (pinyin, pairing_id) > (` + arg(3) + `::text, ` + arg(4) + `::uuid)
		ORDER BY pinyin, pairing_id LIMIT ` + arg(5)
	out = []PlanLine{}
	err = db.Each(ctx, on, query, args, func(rows *sql.Rows) error {
		var l PlanLine
		var published sql.Null[calendar.Date]
		l.people = make([]uuid.UUID, 3)
		if err := rows.Scan(&l.PairingID, &l.PlanID, &l.MenteeID, &l.MenteeName, &l.pinyin, &l.people[1], &l.PoliticalName, &l.people[2], &l.ProfessionalName,
			&l.State, &l.Agreed, &l.Goals, &l.Planned, &l.Done, &l.NoticeID, &published, &l.DueOn, &l.Late, &l.Version, &total); err != nil {
			return err
		}
		l.people[0] = l.MenteeID
		if published.Valid {
			l.PublishedOn = &published.V
		}
		out = append(out, l)
		return nil
	})
	if err != nil {
		return nil, 0, fmt.Errorf("plans of %d: %w", f.Year, err)
	}
	return out, total, nil
}

// countPlans counts a whole year's by state.
func countPlans(ctx context.Context, on bun.IDB, scope access.Scope, year int, today calendar.Date) (c PlanCounts, err error) {
	where, more := scope.Where(columns(), 3)
	err = db.One(ctx, on, []any{&c.None, &c.Draft, &c.Agreed, &c.Noticed, &c.Published, &c.Late}, planLines(where)+`
		SELECT count(*) FILTER (WHERE state = 'none'), count(*) FILTER (WHERE state = 'draft'), count(*) FILTER (WHERE state = 'agreed'),
			count(*) FILTER (WHERE state = 'noticed'), count(*) FILTER (WHERE state = 'published'), count(*) FILTER (WHERE late) FROM lines`,
		append([]any{year, today}, more...)...)
	if err != nil {
		return c, fmt.Errorf("plans of %d: %w", year, err)
	}
	return c, nil
}
