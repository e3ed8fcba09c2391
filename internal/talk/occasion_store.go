package talk

import (
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
	"xianfeng/internal/org"
	"xianfeng/internal/schedule"
)

func listUnits(ctx context.Context, on bun.IDB) ([]uuid.UUID, error) {
	return ids(ctx, on, `SELECT id FROM org_units ORDER BY id`)
}

// firstDay is the day an office began here.
func firstDay(ctx context.Context, on bun.IDB, unit uuid.UUID) (calendar.Date, error) {
	var at time.Time
	err := db.One(ctx, on, []any{&at}, `SELECT created_at FROM org_units WHERE id = $1`, unit)
	return calendar.DateOf(at), err
}

// storedOccasions reads those from a day on, and every one that is open besides.
func storedOccasions(ctx context.Context, on bun.IDB, unit uuid.UUID, since calendar.Date) ([]kept, error) {
	var out []kept
	err := db.Each(ctx, on, `SELECT id, kind, person_id, source_id, happened_on, open, by_hand, undone FROM (
			SELECT o.*, o.noted_by IS NOT NULL AS by_hand, o.dismissed_at IS NOT NULL AND o.dismissed_by IS NULL AS undone,
				o.dismissed_at IS NULL AND NOT EXISTS (SELECT FROM talk_talks t
					WHERE t.unit_id = o.unit_id AND t.occasion_id = o.id AND t.state IN ('reported', 'confirmed')) AS open
			FROM talk_occasions o WHERE o.unit_id = $1) o
		WHERE happened_on >= $2 OR open AND NOT by_hand`, []any{unit, since}, func(rows *sql.Rows) error {
		var k kept
		err := rows.Scan(&k.id, &k.Kind, &k.Person, &k.Source, &k.On, &k.open, &k.byHand, &k.undone)
		out = append(out, k)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("occasions: %w", err)
	}
	return out, nil
}

// insertFound stores what was found of active types.
func insertFound(ctx context.Context, tx bun.Tx, unit uuid.UUID, all []Occasion, at time.Time) error {
	if len(all) == 0 {
		return nil
	}
	var kinds, days []string
	var keys, people, sources []uuid.UUID
	for _, o := range all {
		keys, kinds, people = append(keys, db.NewID()), append(kinds, o.Kind), append(people, o.Person)
		sources, days = append(sources, o.Source), append(days, o.On.String())
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO talk_occasions (unit_id, id, kind, person_id, source_id, happened_on, found_at)
		SELECT $1, r.id, r.kind, r.person, r.source, r.day::date, $2 FROM unnest($3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::text[]) AS r (id, kind, person, source, day)
		JOIN talk_types y ON y.unit_id = $1 AND y.code = r.kind AND y.active
		ON CONFLICT (unit_id, kind, source_id) DO NOTHING`, unit, at, keys, kinds, people, sources, days)
	if err != nil {
		return fmt.Errorf("occasions found: %w", db.Translate(err))
	}
	return nil
}

// dismiss puts occasions aside; by is nobody where they were taken back.
func dismiss(ctx context.Context, tx bun.Tx, unit uuid.UUID, occasions []uuid.UUID, by uuid.UUID, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE talk_occasions SET dismissed_by = $3, dismissed_at = $4
		WHERE unit_id = $1 AND id = ANY($2::uuid[]) AND dismissed_at IS NULL`, unit, occasions, db.OrNull(by), at)
	return db.Translate(err)
}

// cancelOf cancels the planned talks of occasions.
func cancelOf(ctx context.Context, tx bun.Tx, unit uuid.UUID, occasions []uuid.UUID, by uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `UPDATE talk_talks SET state = 'cancelled', cancel_reason = 'not_needed', cancelled_by = $3, row_version = row_version + 1
		WHERE unit_id = $1 AND occasion_id = ANY($2::uuid[]) AND state = 'planned'`, unit, occasions, db.OrNull(by))
	return db.Translate(err)
}

// listWaiting reads the occasions of active types that never had a talk, of people who
// are still here, with who could hold it. only, unless zero, is the one asked for.
func listWaiting(ctx context.Context, on bun.IDB, unit, only uuid.UUID, today calendar.Date) ([]waiting, error) {
	var out []waiting
	at := map[uuid.UUID][]int{}
	var people []uuid.UUID
	err := db.Each(ctx, on, `SELECT o.id, o.person_id, o.kind, p.name, o.happened_on, o.found_at, y.talker, y.within_days, m.branch_id, d.department_id
		FROM talk_occasions o
		JOIN talk_types y ON y.unit_id = o.unit_id AND y.code = o.kind AND y.active
		JOIN org_people p ON p.unit_id = o.unit_id AND p.id = o.person_id AND p.on_roll AND (p.left_on IS NULL OR p.left_on >= $2)
		LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to >= $2)
		LEFT JOIN org_department_memberships d ON d.unit_id = p.unit_id AND d.person_id = p.id AND d.valid_from <= $2 AND (d.valid_to IS NULL OR d.valid_to >= $2)
		WHERE o.unit_id = $1 AND o.dismissed_at IS NULL AND ($3::uuid IS NULL OR o.id = $3)
			AND NOT EXISTS (SELECT FROM talk_talks t WHERE t.unit_id = o.unit_id AND t.occasion_id = o.id)
		ORDER BY o.happened_on, o.id`, []any{unit, today, db.OrNull(only)}, func(rows *sql.Rows) error {
		w := waiting{candidates: map[string]uuid.UUID{}}
		var foundAt time.Time
		var branch, department *uuid.UUID
		if err := rows.Scan(&w.id, &w.person, &w.kind, &w.name, &w.on, &foundAt, &w.talker, &w.within, &branch, &department); err != nil {
			return err
		}
		w.found, w.branch, w.department = calendar.DateOf(foundAt), given(branch), given(department)
		at[w.person] = append(at[w.person], len(out))
		out, people = append(out, w), append(people, w.person)
		return nil
	})
	if err != nil || len(out) == 0 {
		return out, err
	}
	err = db.Each(ctx, on, `WITH who AS (
			SELECT p.id, m.branch_id, d.department_id FROM org_people p
			LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to >= $2)
			LEFT JOIN org_department_memberships d ON d.unit_id = p.unit_id AND d.person_id = p.id AND d.valid_from <= $2 AND (d.valid_to IS NULL OR d.valid_to >= $2)
			WHERE p.unit_id = $1 AND p.id = ANY($3::uuid[])),
		could AS (
			SELECT w.id AS person, o.kind AS role, o.person_id AS candidate, 0 AS part FROM who w
			JOIN org_positions o ON o.unit_id = $1 AND o.branch_id = w.branch_id AND o.kind IN ('secretary', 'deputy_secretary', 'committee_member')
				AND o.valid_from <= $2 AND (o.valid_to IS NULL OR o.valid_to >= $2)
			UNION ALL
			SELECT w.id, g.role, g.person_id, 0 FROM who w
			JOIN access_grants g ON g.unit_id = $1 AND g.role IN ('department_head', 'deputy_leader') AND g.place_id = w.department_id
				AND g.valid_from <= $2 AND (g.valid_to IS NULL OR g.valid_to >= $2) AND g.ended_at IS NULL
			UNION ALL
			SELECT w.id, 'leader', l.person_id, CASE WHEN l.department_id IS NULL THEN 1 ELSE 0 END FROM who w
			JOIN talk_leaders l ON l.unit_id = $1 AND (l.department_id IS NULL OR l.department_id = w.department_id)
				AND l.valid_from <= $2 AND (l.valid_to IS NULL OR l.valid_to >= $2))
		SELECT c.person, c.role, c.candidate FROM could c
		JOIN org_people p ON p.unit_id = $1 AND p.id = c.candidate AND p.on_roll AND (p.left_on IS NULL OR p.left_on >= $2)
		WHERE c.candidate <> c.person ORDER BY c.person, c.role, c.part, p.pinyin, p.id`, []any{unit, today, people}, func(rows *sql.Rows) error {
		var person, candidate uuid.UUID
		var role string
		if err := rows.Scan(&person, &role, &candidate); err != nil {
			return err
		}
		for _, i := range at[person] {
			if out[i].candidates[role] == uuid.Nil {
				out[i].candidates[role] = candidate
			}
		}
		return nil
	})
	return out, err
}

// standingFrom reads what stands on the calendar from a day on.
func standingFrom(ctx context.Context, on bun.IDB, unit uuid.UUID, from calendar.Date) ([]schedule.Other, error) {
	var out []schedule.Other
	err := db.Each(ctx, on, `SELECT talker_id, partner_id, planned_on FROM talk_talks WHERE unit_id = $1 AND state = 'planned' AND planned_on >= $2
		ORDER BY planned_on, id`, []any{unit, from}, func(rows *sql.Rows) error {
		var o schedule.Other
		err := rows.Scan(&o.Holder, &o.With, &o.Day)
		out = append(out, o)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("talks from %s on: %w", from, err)
	}
	return out, nil
}

// planAhead is beyond how many days after its first no plan goes: next year's, of which
// the last days of an occasion's talk may reach into the year after.
const planAhead = 3 * 366

// readBusy reads who is away from a day on, and the leaders' own numbers of talks a day.
func readBusy(ctx context.Context, on bun.IDB, unit uuid.UUID, from calendar.Date, setting int) (busy, error) {
	b := busy{away: map[uuid.UUID][][2]calendar.Date{}, perDay: map[uuid.UUID][]perDay{}, setting: setting}
	absences, err := org.Absences(ctx, on, unit, from, from.AddDays(planAhead))
	if err != nil {
		return b, err
	}
	for _, a := range absences {
		b.away[a.Person] = append(b.away[a.Person], [2]calendar.Date{a.From, a.To})
	}
	err = db.Each(ctx, on, `SELECT person_id, valid_from, valid_to, per_day FROM talk_leaders WHERE unit_id = $1 AND per_day IS NOT NULL
		AND (valid_to IS NULL OR valid_to >= $2)`, []any{unit, from}, func(rows *sql.Rows) error {
		var person uuid.UUID
		var p perDay
		err := rows.Scan(&person, &p.from, &p.to, &p.most)
		b.perDay[person] = append(b.perDay[person], p)
		return err
	})
	if err != nil {
		return b, fmt.Errorf("leaders' talks a day: %w", err)
	}
	return b, nil
}

func insertArranged(ctx context.Context, tx bun.Tx, unit uuid.UUID, all []arranged, at time.Time) error {
	if len(all) == 0 {
		return nil
	}
	var keys, occasions, talkers, partners, branches, departments []uuid.UUID
	var years []int
	var kinds, firsts, lasts, days, whys []string
	for _, a := range all {
		keys, occasions = append(keys, a.id), append(occasions, a.waiting.id)
		talkers, partners = append(talkers, a.talkerID), append(partners, a.person)
		branches, departments = append(branches, a.branch), append(departments, a.department)
		years, kinds = append(years, latest(a.on, a.found).Year), append(kinds, a.kind)
		firsts, lasts = append(firsts, a.on.String()), append(lasts, a.dueOn.String())
		days, whys = append(days, a.plannedOn.String()), append(whys, a.unplaced)
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, branch_id, department_id, occasion_id,
			not_before, due_on, planned_on, unplaced, created_at)
		SELECT $1, id, year, kind, talker, partner, nullif(branch, $2), nullif(department, $2), occasion, first::date, last::date, nullif(day, '')::date, why, $3
		FROM unnest($4::uuid[], $5::int[], $6::text[], $7::uuid[], $8::uuid[], $9::uuid[], $10::uuid[], $11::uuid[], $12::text[], $13::text[], $14::text[], $15::text[])
			AS r (id, year, kind, talker, partner, branch, department, occasion, first, last, day, why)`,
		unit, uuid.Nil, at, keys, years, kinds, talkers, partners, branches, departments, occasions, firsts, lasts, days, whys)
	if err != nil {
		return fmt.Errorf("talks of occasions: %w", db.Translate(err))
	}
	return nil
}

// occasionsIn is the list that the scope of talk.plan reaches: whose branch today it
// is decides.
func occasionsIn(on bun.IDB, scope access.Scope, today calendar.Date) *bun.SelectQuery {
	return on.NewSelect().TableExpr("talk_occasions AS o").
		Join("JOIN org_people AS p ON p.unit_id = o.unit_id AND p.id = o.person_id").
		Join("JOIN talk_types AS y ON y.unit_id = o.unit_id AND y.code = o.kind").
		Join("LEFT JOIN org_party_memberships AS m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_from <= ? AND (m.valid_to IS NULL OR m.valid_to >= ?)", today, today).
		Join("LEFT JOIN talk_talks AS t ON t.unit_id = o.unit_id AND t.occasion_id = o.id AND t.state <> 'cancelled'").
		Apply(scope.Rows(access.Columns{Unit: "o.unit_id", Branch: "m.branch_id"}))
}

const occasionColumns = `o.id, o.kind, y.name AS kind_name, o.person_id, p.name AS person_name, o.happened_on, o.noted_by IS NOT NULL AS noted,
	t.id AS talk_id, t.talker_id, coalesce(t.state, '') AS talk_state, o.dismissed_at IS NOT NULL AS dismissed`

func listOccasions(ctx context.Context, on bun.IDB, scope access.Scope, state, after string, limit int, today calendar.Date) ([]NotedOccasion, int, error) {
	narrowed := func() *bun.SelectQuery {
		q := occasionsIn(on, scope, today)
		switch state {
		case "open":
			q.Where("o.dismissed_at IS NULL").Where("t.id IS NULL")
		case "arranged":
			q.Where("o.dismissed_at IS NULL").Where("t.id IS NOT NULL")
		case "dismissed":
			q.Where("o.dismissed_at IS NOT NULL")
		}
		return q
	}
	total, err := narrowed().Count(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("occasions: %w", db.Translate(err))
	}
	q := narrowed().ColumnExpr(occasionColumns).OrderExpr("o.happened_on DESC, o.id DESC").Limit(int64(limit) + 1)
	if after != "" {
		c, err := parseCursor(after)
		if err != nil {
			return nil, 0, err
		}
		q.Where("(o.happened_on, o.id) < (?::date, ?::uuid)", c.Day, c.ID)
	}
	out := []NotedOccasion{}
	if err := q.Scan(ctx, &out); err != nil {
		return nil, 0, fmt.Errorf("occasions: %w", db.Translate(err))
	}
	return out, int(total), nil
}

func findOccasion(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID, today calendar.Date) (out NotedOccasion, err error) {
	err = occasionsIn(on, scope, today).ColumnExpr(occasionColumns).Where("o.id = ?", id).Scan(ctx, &out)
	if errors.Is(err, sql.ErrNoRows) {
		return out, fault.Missing("谈话事由")
	}
	return out, db.Translate(err)
}

// noteOccasion stores what somebody notes by hand; false where the same is noted or
// found already.
func noteOccasion(ctx context.Context, tx bun.Tx, unit, id, person uuid.UUID, kind string, on calendar.Date, by uuid.UUID, at time.Time) (bool, error) {
	r, err := db.Exec(ctx, tx, `INSERT INTO talk_occasions (unit_id, id, kind, person_id, source_id, happened_on, found_at, noted_by)
		SELECT $1, $2, $3, $4, $2, $5, $6, $7 WHERE NOT EXISTS (SELECT FROM talk_occasions o WHERE o.unit_id = $1 AND o.kind = $3
			AND o.person_id = $4 AND o.happened_on = $5 AND o.dismissed_at IS NULL)`, unit, id, kind, person, on, at, db.OrNull(by))
	if err != nil {
		return false, db.Translate(err)
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

// branchOf gives where somebody on the roll stands today.
func branchOf(ctx context.Context, on bun.IDB, unit, person uuid.UUID, today calendar.Date) (name string, branch uuid.UUID, err error) {
	var b *uuid.UUID
	err = db.One(ctx, on, []any{&name, &b}, `SELECT p.name, m.branch_id FROM org_people p
		LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_from <= $3 AND (m.valid_to IS NULL OR m.valid_to >= $3)
		WHERE p.unit_id = $1 AND p.id = $2 AND p.on_roll AND (p.left_on IS NULL OR p.left_on >= $3)`, unit, person, today)
	return name, given(b), err
}
