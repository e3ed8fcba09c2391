package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/xuri/excelize/v2"

	"xianfeng/internal/access"
	"xianfeng/internal/app"
	"xianfeng/internal/calendar"
	"xianfeng/internal/report"
)

// helped is the office whose volunteering a workbook lists.
var helped = size{people: 2000, each: 1, quarters: 1}

// servedSQL makes records of volunteering of the office's year, each with three of its
// people, and one in ten with somebody from outside.
func servedSQL(records int) []string {
	n := fmt.Sprint(records)
	return []string{
		`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, place, served, organiser_kind, branch_id, state, created_by, created_at, updated_at,
				confirmed_by, confirmed_at)
			SELECT u.id, bench_id(60, s), bench_id(61, s), 1, 'volunteering', '志愿服务第' || s || '次', at, at + interval '2 hours', '滨河社区', '社区居民', 'branch', bench_id(11, 1 + s % 20),
				'confirmed', bench_id(1, 1), at, at, bench_id(1, 1), at
			FROM org_units u, generate_series(1, ` + n + `) s
			CROSS JOIN LATERAL (SELECT date_trunc('quarter', now()) + (s % 40) * interval '1 day' + (s % 8) * interval '1 hour' AS at) x`,
		`INSERT INTO activity_attendances (unit_id, activity_id, person_id, status, branch_id, group_id, minutes)
			SELECT u.id, bench_id(60, s), p.id, 'present', p.branch, p.grp, 45 + s % 100 FROM org_units u, generate_series(1, ` + n + `) s
			JOIN bench_people p ON p.n IN (1 + s % 599, 1 + (s * 7) % 599, 1 + (s * 13 + 5) % 599)`,
		`INSERT INTO activity_outsiders (unit_id, activity_id, seq, name, partner, minutes)
			SELECT u.id, bench_id(60, s), 1, '陈警官', '区公安分局', 60 FROM org_units u, generate_series(10, ` + n + `, 10) s`,
	}
}

// service holds workbook 6 of a whole office, issued with everything on, against reading
// its rows and writing them by excelize's StreamWriter in a bare loop; each in a process
// of its own, so that the peak of memory is its own.
func (b *bench) service(ctx context.Context) ([]figure, error) {
	records := bookRows
	if b.quick {
		records /= 20
	}
	o, err := b.office(ctx, helped)
	if err != nil {
		return nil, err
	}
	if err := o.asReplica(ctx, servedSQL(records)...); err != nil {
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
	var peak, barePeak []float64
	p, err := turns(b.rounds(), b.childs(ctx, &peak, "service", o.data, o.url, o.quarter.String(), strconv.Itoa(records)), b.childs(ctx, &barePeak, "bareservice", o.admin, o.unit.String(), strconv.Itoa(records)))
	if err != nil {
		return nil, err
	}
	f := figure{row: "service", work: fmt.Sprintf("workbook 6 of %d records of volunteering: read, summed up, written, hashed, kept and entered as an issue", records),
		value: fmt.Sprintf("%.2f s", median(p.ours)), against: fmt.Sprintf("the same rows by one query into a bare StreamWriter: %.2f s", median(p.bare)), ratio: p.ratio()}
	m := figure{row: "service", work: "its peak of memory, whole process, PostgreSQL apart", against: fmt.Sprintf("bare: %.0f MB", median(barePeak))}
	return []figure{f, m.within(median(peak), 150, "MB")}, nil
}

// writeService is the child that issues the workbook as the product does.
func writeService(ctx context.Context, args []string) error {
	a, err := app.Open(ctx, app.Config{Data: args[0], DatabaseURL: args[1], MaxConns: 4}, time.Now, slog.New(slog.DiscardHandler), false)
	if err != nil {
		return err
	}
	defer func() { _ = a.Close(ctx) }()
	unit, _, err := a.Accounts.Unit(ctx)
	if err != nil {
		return err
	}
	quarter, err := calendar.ParseQuarter(args[2])
	if err != nil {
		return err
	}
	by := access.Actor{Unit: unit, Account: unit, Person: personID(1), Name: "党员1", Grants: []access.Grant{{Role: "party_office", PlaceKind: "unit"}}}
	start := time.Now()
	issued, err := a.Reports.Issue(ctx, by, access.System(unit), report.Request{Kind: "volunteer-service", Quarter: quarter})
	if err != nil {
		return err
	}
	if strconv.Itoa(issued.Rows) != args[3] {
		return fmt.Errorf("%d rows of %s", issued.Rows, args[3])
	}
	return tell(start)
}

// servedRows is a line for each record: what the workbook tells, without scope, rounding
// of each participation, names of organisers or people from outside.
const servedRows = `SELECT a.starts_at, a.title, a.place, a.served, count(*), count(*), sum(t.minutes) / 60.0, 0, 0, a.branch_id::text, a.record_id::text
	FROM activity_activities a JOIN activity_attendances t ON t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status = 'present'
	WHERE a.unit_id = $1 AND a.kind = 'volunteering' AND a.state = 'confirmed' GROUP BY a.unit_id, a.id ORDER BY a.starts_at, a.record_id`

// writeBareService is the other child.
func writeBareService(ctx context.Context, args []string) error {
	want, err := strconv.Atoi(args[2])
	if err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, args[0])
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	start := time.Now()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return err
	}
	rows, err := conn.Query(ctx, servedRows, args[1])
	if err != nil {
		return err
	}
	n := 0
	for rows.Next() {
		var at time.Time
		var texts [5]string
		var people, times, outsiders, outside int64
		var hours float64
		if err := rows.Scan(&at, &texts[0], &texts[1], &texts[2], &people, &times, &hours, &outsiders, &outside, &texts[3], &texts[4]); err != nil {
			return err
		}
		n++
		if err := w.SetRow("A"+strconv.Itoa(n), []any{at, texts[0], texts[1], texts[2], people, times, hours, outsiders, outside, texts[3], texts[4]}); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if n != want {
		return fmt.Errorf("%d rows of %d", n, want)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if err := f.SaveAs(os.TempDir() + "/xianfeng-bench-service.xlsx"); err != nil {
		return err
	}
	if err := os.Remove(os.TempDir() + "/xianfeng-bench-service.xlsx"); err != nil {
		return err
	}
	return tell(start)
}
