package talk

import (
	"cmp"
	"context"
	"database/sql"
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

// standingTalks reads what of a year's talks is planned or held, and whatever else
// stands on the calendar from a day on or waits for a day by an occasion.
func standingTalks(ctx context.Context, on bun.IDB, unit uuid.UUID, year int, from calendar.Date) ([]standing, error) {
	var out []standing
	err := db.Each(ctx, on, `SELECT t.id, t.year, t.type, t.talker_id, t.partner_id, a.name, p.name,
			coalesce(t.branch_id, $4), coalesce(t.department_id, $4), coalesce(t.occasion_id, $4),
			t.not_before, t.due_on, t.planned_on, t.unplaced, t.pinned, t.state, t.row_version
		FROM talk_talks t
		JOIN org_people a ON a.unit_id = t.unit_id AND a.id = t.talker_id
		JOIN org_people p ON p.unit_id = t.unit_id AND p.id = t.partner_id
		WHERE t.unit_id = $1 AND t.state <> 'cancelled' AND t.type <> 'ad_hoc'
			AND (t.year = $2 OR t.state = 'planned' AND (t.occasion_id IS NOT NULL OR t.planned_on >= $3))`,
		[]any{unit, year, from, uuid.Nil}, func(rows *sql.Rows) error {
			var t standing
			err := rows.Scan(&t.ID, &t.Year, &t.Type, &t.Talker, &t.Partner, &t.TalkerName, &t.PartnerName, &t.Branch, &t.Department, &t.Occasion,
				&t.NotBefore, &t.DueOn, &t.PlannedOn, &t.Unplaced, &t.Pinned, &t.State, &t.Version)
			out = append(out, t)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("talks of %d: %w", year, err)
	}
	return out, nil
}

// lockStanding locks the talks that may still be held or confirmed, so that nobody
// reports one while a plan is made. The days are locked before.
func lockStanding(ctx context.Context, tx bun.Tx, unit uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `SELECT FROM talk_talks WHERE unit_id = $1 AND state IN ('planned', 'reported') AND type <> 'ad_hoc' ORDER BY id FOR UPDATE`, unit)
	if err != nil {
		return fmt.Errorf("lock talks: %w", db.Translate(err))
	}
	return nil
}

// cancelledByHand reads what of a year's talks somebody took off for good.
func cancelledByHand(ctx context.Context, on bun.IDB, unit uuid.UUID, year int) ([]standing, error) {
	var out []standing
	err := db.Each(ctx, on, `SELECT t.id, t.year, t.type, t.talker_id, t.partner_id, a.name, p.name, coalesce(t.branch_id, $3), t.cancel_reason
		FROM talk_talks t
		JOIN org_people a ON a.unit_id = t.unit_id AND a.id = t.talker_id
		JOIN org_people p ON p.unit_id = t.unit_id AND p.id = t.partner_id
		WHERE t.unit_id = $1 AND t.year = $2 AND t.state = 'cancelled' AND t.cancel_reason <> $4 AND t.occasion_id IS NULL AND t.type <> 'ad_hoc'`,
		[]any{unit, year, uuid.Nil, droppedByPlan}, func(rows *sql.Rows) error {
			t := standing{State: Cancelled}
			err := rows.Scan(&t.ID, &t.Year, &t.Type, &t.Talker, &t.Partner, &t.TalkerName, &t.PartnerName, &t.Branch, &t.Reason)
			out = append(out, t)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("cancelled talks of %d: %w", year, err)
	}
	return out, nil
}

// memberPairs reads which members talked with each other in a year.
func memberPairs(ctx context.Context, on bun.IDB, unit uuid.UUID, year int) (map[pair]bool, error) {
	out := map[pair]bool{}
	err := db.Each(ctx, on, `SELECT talker_id, partner_id FROM talk_talks WHERE unit_id = $1 AND year = $2 AND type IN ('member', 'committee')
		AND state IN ('reported', 'confirmed')`, []any{unit, year}, func(rows *sql.Rows) error {
		var a, b uuid.UUID
		err := rows.Scan(&a, &b)
		out[pairOf(a, b)] = true
		return err
	})
	return out, err
}

// branchNamed gives the name of a branch; a missing one is not found.
func branchNamed(ctx context.Context, on bun.IDB, unit, branch uuid.UUID, day calendar.Date) (name string, err error) {
	err = db.One(ctx, on, []any{&name}, `SELECT name FROM org_branches WHERE unit_id = $1 AND id = $2 AND (valid_to IS NULL OR valid_to >= $3)`, unit, branch, day)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fault.Missing("党支部")
	}
	return name, err
}

// savePlan stores an outcome. Each part is one statement, however many talks there are.
func savePlan(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, o outcome, p Preview, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO talk_plans (unit_id, id, year, branch_id, from_day, made_by, made_at, due, placed, moved, unplaced)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`, by.Unit, id, o.year, db.OrNull(o.branch), o.from, by.Person, at,
		p.Due, p.Placed, len(p.Moved), len(p.Unplaced))
	if err != nil {
		return fmt.Errorf("talk plan: %w", db.Translate(err))
	}
	for i := range o.plans {
		if o.plans[i].made() {
			o.plans[i].id = db.NewID()
		}
	}
	for _, part := range []func(context.Context, bun.Tx, access.Actor, uuid.UUID, outcome, time.Time) error{cancelDropped, changePlanned, insertDue, noteMoves} {
		if err := part(ctx, tx, by, id, o, at); err != nil {
			return fmt.Errorf("talk plan %s: %w", id, db.Translate(err))
		}
	}
	return nil
}

// cancelDropped goes first: who was one of the committee may be one of the members now,
// and two have one talk of a type in a year. A rule cancels them and nobody's hand, so
// they may be talks of who makes the plan. What somebody else has to hold is among them.
func cancelDropped(ctx context.Context, tx bun.Tx, by access.Actor, _ uuid.UUID, o outcome, at time.Time) error {
	var keys, occasions []uuid.UUID
	for _, d := range o.dropped {
		keys = append(keys, d.ID)
		if d.Occasion != uuid.Nil {
			occasions = append(occasions, d.Occasion)
		}
	}
	for _, p := range o.plans {
		if p.handed() {
			keys = append(keys, p.was.ID)
		}
	}
	if len(keys) == 0 {
		return nil
	}
	r, err := db.Exec(ctx, tx, `UPDATE talk_talks SET state = 'cancelled', cancel_reason = $3, row_version = row_version + 1
		WHERE unit_id = $1 AND id = ANY($2::uuid[]) AND state = 'planned'`, by.Unit, keys, droppedByPlan)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n != int64(len(keys)) {
		return cmp.Or(err, error(fault.New(fault.Conflict, "预览之后谈话有变化，请重新预览后再确认")))
	}
	if len(occasions) == 0 {
		return nil
	}
	_, err = db.Exec(ctx, tx, `UPDATE talk_occasions SET dismissed_by = nullif($2::uuid, person_id), dismissed_at = $3 WHERE unit_id = $1 AND id = ANY($4::uuid[]) AND dismissed_at IS NULL`,
		by.Unit, by.Person, at, occasions)
	return err
}

// rows are talks as columns for unnest; an absent day is an empty text.
type rows struct {
	ids, talkers, partners, branches, departments []uuid.UUID
	kinds, days, whys                             []string
}

func (r *rows) add(id uuid.UUID, o outcome, p planning) {
	at := o.at[p.partner]
	r.ids, r.talkers, r.partners = append(r.ids, id), append(r.talkers, p.talker), append(r.partners, p.partner)
	r.branches, r.departments = append(r.branches, at.Branch), append(r.departments, at.Department)
	r.kinds, r.days, r.whys = append(r.kinds, p.kind), append(r.days, p.day.String()), append(r.whys, p.why)
}

// changePlanned brings the talks that are there to the plan, and to where whom they are
// with stands now, who so decides who may see them. What stays as it is stays untouched.
func changePlanned(ctx context.Context, tx bun.Tx, by access.Actor, _ uuid.UUID, o outcome, _ time.Time) error {
	var r rows
	for _, p := range o.plans {
		if !p.isNew() && !p.handed() {
			r.add(p.was.ID, o, p)
		}
	}
	_, err := db.Exec(ctx, tx, `UPDATE talk_talks t SET planned_on = r.day, unplaced = r.why,
			branch_id = r.branch, department_id = r.department, row_version = row_version + 1,
			planned_at = CASE WHEN t.planned_on = r.day THEN t.planned_at END,
			pinned = t.pinned AND t.planned_on IS NOT DISTINCT FROM r.day
		FROM (SELECT id, nullif(day, '')::date AS day, why, nullif(branch, $2) AS branch, nullif(department, $2) AS department
			FROM unnest($3::uuid[], $4::text[], $5::text[], $6::uuid[], $7::uuid[]) AS x (id, day, why, branch, department)) AS r
		WHERE t.unit_id = $1 AND t.id = r.id AND t.state = 'planned' AND (t.planned_on, t.unplaced, t.branch_id, t.department_id)
			IS DISTINCT FROM (r.day, r.why, r.branch, r.department)`,
		by.Unit, uuid.Nil, r.ids, r.days, r.whys, r.branches, r.departments)
	return err
}

func insertDue(ctx context.Context, tx bun.Tx, by access.Actor, _ uuid.UUID, o outcome, at time.Time) error {
	var r rows
	for _, p := range o.plans {
		if p.made() {
			r.add(p.id, o, p)
		}
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, branch_id, department_id, not_before, due_on,
			planned_on, unplaced, created_at)
		SELECT $1, id, $2, kind, talker, partner, nullif(branch, $3), nullif(department, $3), $4, $5, nullif(day, '')::date, why, $6
		FROM unnest($7::uuid[], $8::text[], $9::uuid[], $10::uuid[], $11::uuid[], $12::uuid[], $13::text[], $14::text[])
			AS r (id, kind, talker, partner, branch, department, day, why)`,
		by.Unit, o.year, uuid.Nil, calendar.NewDate(o.year, time.January, 1), calendar.NewDate(o.year, time.December, 31), at,
		r.ids, r.kinds, r.talkers, r.partners, r.branches, r.departments, r.days, r.whys)
	return err
}

// noteMoves keeps how each talk came to its day, and in whose place it came.
func noteMoves(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, o outcome, at time.Time) error {
	var keys, talks, places []uuid.UUID
	var from, to []string
	for _, p := range o.plans {
		if !p.moved && !p.lost() && !p.handed() {
			continue
		}
		talk, place := p.was.ID, uuid.Nil
		if p.handed() {
			talk, place = p.id, p.was.ID
		}
		keys, talks, places = append(keys, db.NewID()), append(talks, talk), append(places, place)
		from, to = append(from, p.was.PlannedOn.String()), append(to, p.day.String())
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO talk_moves (unit_id, id, talk_id, from_day, to_day, reason, moved_by, moved_at, plan_id, from_talk_id)
		SELECT $1, r.id, r.talk, nullif(from_day, '')::date, nullif(to_day, '')::date, 'replan', $2, $3, $4, nullif(place, $5)
		FROM unnest($6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::text[]) AS r (id, talk, place, from_day, to_day)
		JOIN talk_talks t ON t.unit_id = $1 AND t.id = r.talk AND t.state = 'planned'`, by.Unit, by.Person, at, id, uuid.Nil, keys, talks, places, from, to)
	return err
}

const planColumns = `n.id, n.year, n.branch_id, coalesce(b.name, '') AS branch_name, n.from_day, p.name AS made_by_name, n.made_at,
	n.due, n.placed, n.moved, n.unplaced`

func plansIn(on bun.IDB, scope access.Scope) *bun.SelectQuery {
	return on.NewSelect().TableExpr("talk_plans AS n").
		Join("JOIN org_people AS p ON p.unit_id = n.unit_id AND p.id = n.made_by").
		Join("LEFT JOIN org_branches AS b ON b.unit_id = n.unit_id AND b.id = n.branch_id").
		Apply(scope.Rows(access.Columns{Unit: "n.unit_id", Branch: "n.branch_id"}))
}

// listPlans reads a page, the latest first; ids are made in time.
func listPlans(ctx context.Context, on bun.IDB, scope access.Scope, after string, limit int) ([]MadePlan, int, error) {
	total, err := plansIn(on, scope).Count(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("talk plans: %w", db.Translate(err))
	}
	q := plansIn(on, scope).ColumnExpr(planColumns).OrderExpr("n.id DESC").Limit(int64(limit) + 1)
	if after != "" {
		id, err := uuid.Parse(after)
		if err != nil {
			return nil, 0, fault.Field("cursor", "翻页参数不对，请回到第一页")
		}
		q.Where("n.id < ?", id)
	}
	out := []MadePlan{}
	if err := q.Scan(ctx, &out); err != nil {
		return nil, 0, fmt.Errorf("talk plans: %w", db.Translate(err))
	}
	return out, int(total), nil
}

func findPlan(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID) (out MadePlan, err error) {
	err = plansIn(on, scope).ColumnExpr(planColumns).Where("n.id = ?", id).Scan(ctx, &out)
	if errors.Is(err, sql.ErrNoRows) {
		return out, fault.Missing("谈话计划")
	}
	return out, db.Translate(err)
}

// movedBy reads the talks that a plan moved.
func movedBy(ctx context.Context, on bun.IDB, unit, plan uuid.UUID) ([]MovedTalk, error) {
	out := []MovedTalk{}
	err := db.Each(ctx, on, `SELECT t.id, a.name, p.name, y.name, coalesce(w.name, ''), m.from_day, m.to_day FROM talk_moves m
		JOIN talk_talks t ON t.unit_id = m.unit_id AND t.id = m.talk_id
		JOIN talk_types y ON y.unit_id = t.unit_id AND y.code = t.type
		JOIN org_people a ON a.unit_id = t.unit_id AND a.id = t.talker_id
		JOIN org_people p ON p.unit_id = t.unit_id AND p.id = t.partner_id
		LEFT JOIN talk_talks f ON f.unit_id = m.unit_id AND f.id = m.from_talk_id
		LEFT JOIN org_people w ON w.unit_id = f.unit_id AND w.id = f.talker_id
		WHERE m.unit_id = $1 AND m.plan_id = $2 ORDER BY m.to_day, a.pinyin, p.pinyin, t.id`, []any{unit, plan}, func(rows *sql.Rows) error {
		var m MovedTalk
		var id uuid.UUID
		err := rows.Scan(&id, &m.TalkerName, &m.PartnerName, &m.TypeName, &m.FromTalker, &m.From, &m.To)
		m.TalkID = &id
		out = append(out, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("moves of plan %s: %w", plan, err)
	}
	return out, nil
}
