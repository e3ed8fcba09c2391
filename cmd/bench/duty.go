package main

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/duty"
)

// province is an office of few people to begin with; its branches come besides.
var province = size{people: 601, each: 1, quarters: 1}

// branchesSQL adds branches of ten members, half of them with a committee that sits and
// half with as many members as make one due, a member in ten having come or gone in the
// year; and a year's records of them, a tenth of what is owed left out, a tenth of the
// rest late or below its quorum, and a party day of the whole office in which one of
// each branch took part.
func branchesSQL(branches int) []string {
	n := fmt.Sprint(branches)
	return []string{
		`INSERT INTO org_branches (unit_id, id, name, ord) SELECT u.id, bench_id(40, i), '基层党支部' || i, 100 + i FROM org_units u, generate_series(1, ` + n + `) i`,
		`INSERT INTO org_people (unit_id, id, name, political_status, development_stage)
			SELECT u.id, bench_id(41, i), '党员' || i, 'party_member', 'full' FROM org_units u, generate_series(1, ` + n + ` * 10) i`,
		`INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, valid_from)
			SELECT u.id, bench_id(42, i), bench_id(41, i), bench_id(40, 1 + i / 10), CASE WHEN i % 10 = 3 THEN current_date - (i % 365) ELSE '2020-01-01' END
			FROM org_units u, generate_series(1, ` + n + ` * 10 - 1) i`,
		`INSERT INTO org_positions (unit_id, id, person_id, kind, title, branch_id, valid_from)
			SELECT u.id, bench_id(43, i), bench_id(41, i * 10), 'committee_member', '委员', bench_id(40, 1 + i), '2020-01-01'
			FROM org_units u, generate_series(0, ` + n + ` - 1, 2) i WHERE i > 0`,
		`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, organiser_kind, branch_id, state, late, quorum_met,
				created_by, created_at, updated_at, confirmed_by, confirmed_at)
			SELECT u.id, bench_id(44, x.n), bench_id(45, x.n), 1, d.activity_kind, d.name, x.at, x.at + interval '1 hour', 'branch', x.branch, 'confirmed',
				x.n % 20 = 7, CASE WHEN x.n % 20 = 11 THEN FALSE END, bench_id(41, 1), x.at, x.at, bench_id(41, 1), x.at
			FROM org_units u JOIN duty_duties d ON d.unit_id = u.id AND d.owner = 'branch'
			CROSS JOIN LATERAL (SELECT row_number() OVER () AS nth, m FROM generate_series(date_trunc(d.period, now() - interval '11 months'), now(),
				CASE d.period WHEN 'month' THEN interval '1 month' WHEN 'quarter' THEN interval '3 months' ELSE interval '1 year' END) m) q
			CROSS JOIN LATERAL (SELECT bench_id(40, b) AS branch, (d.ord * 100 + q.nth) * 10000 + b AS n, q.m + b % 25 * interval '1 day' + interval '9 hours' AS at
				FROM generate_series(1, ` + n + `) b WHERE (b + q.nth + d.ord) % 10 > 0) x`,
		`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, organiser_kind, state, created_by, created_at, updated_at,
				confirmed_by, confirmed_at)
			SELECT u.id, bench_id(46, 1), bench_id(47, 1), 1, 'party_day', '全院主题党日', now() - interval '90 days', now() - interval '89 days', 'unit', 'confirmed',
				bench_id(41, 1), now(), now(), bench_id(41, 1), now() FROM org_units u`,
		`INSERT INTO activity_attendances (unit_id, activity_id, person_id, status, branch_id)
			SELECT u.id, bench_id(46, 1), bench_id(41, i * 10), 'present', bench_id(40, 1 + i) FROM org_units u, generate_series(1, ` + n + ` - 1) i`,
	}
}

// countOfRecords is the least that a grid can come from.
const countOfRecords = `SELECT branch_id, kind, date_trunc('month', starts_at AT TIME ZONE 'Asia/Shanghai'), count(*), count(*) FILTER (WHERE late)
	FROM activity_activities WHERE unit_id = $1 AND state = 'confirmed' AND quorum_met IS NOT FALSE AND starts_at >= $2
		AND kind IN (SELECT activity_kind FROM duty_duties WHERE unit_id = $1 AND owner = 'branch') GROUP BY 1, 2, 3`

// duty holds a year of all branches against counting their records and nothing more.
// The grid also knows who owed what when, who had a committee, what was late, excused
// or below its quorum, and what the whole office held.
func (b *bench) duty(ctx context.Context) ([]figure, error) {
	branches := 4000
	if b.quick {
		branches = 400
	}
	o, err := b.office(ctx, province)
	if err != nil {
		return nil, err
	}
	if err := o.asReplica(ctx, branchesSQL(branches)...); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, o.admin)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range []string{`VACUUM (ANALYZE)`, `CHECKPOINT`} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return nil, err
		}
	}
	t, err := b.trace(o)
	if err != nil {
		return nil, err
	}
	defer t.close(ctx)
	scope, today := access.System(o.unit), calendar.DateOf(t.app.Now())
	first := calendar.NewDate(today.Year-1, today.Month, 1).AddDays(31)
	f := duty.Filter{From: calendar.NewDate(first.Year, first.Month, 1), To: today, Owners: []string{duty.OwnerBranch, duty.OwnerGroup}}
	count := readAll(ctx, conn, countOfRecords, o.unit, f.From.In())
	known := 0
	sums := func() error {
		months, err := duty.Sums(ctx, t.app.DB, scope, duty.GridFilter{Owner: duty.OwnerBranch, Months: 12}, today)
		known = 0
		for _, m := range months {
			known += m.Owed
		}
		if err == nil && known < branches*30 {
			err = fmt.Errorf("the months tell of %d cells", known)
		}
		return err
	}
	page := func() error {
		g, err := t.app.Duties.Grid(ctx, scope, duty.GridFilter{Owner: duty.OwnerBranch, Months: 12, Limit: 50})
		if err == nil && (len(g.Rows) != 50 || g.Total < branches) {
			err = fmt.Errorf("a page of %d rows of %d", len(g.Rows), g.Total)
		}
		return err
	}
	cells := func() error {
		all, err := duty.Cells(ctx, t.app.DB, scope, f, today)
		if err == nil && len(all) < known {
			err = fmt.Errorf("%d cells of %d", len(all), known)
		}
		return err
	}
	var out []figure
	for _, side := range []struct {
		work string
		most float64
		run  func() error
	}{
		{"every cell judged, summed up by month", 8, sums},
		{"a page of 50 branches with the sums of all", 0, page},
		{"every cell handed over with names and reasons", 0, cells},
	} {
		p, err := turns(b.rounds(), timed(side.run), timed(count))
		if err != nil {
			return out, err
		}
		f := figure{row: "duty", work: fmt.Sprintf("duties of %d branches × 12 months: %s (%d cells)", branches, side.work, known), value: milliseconds(median(p.ours)),
			against: "GROUP BY count of the same records: " + milliseconds(median(p.bare)), ratio: p.ratio()}
		if side.most > 0 {
			f = f.atMost(side.most)
		}
		out = append(out, f)
	}
	return out, nil
}
