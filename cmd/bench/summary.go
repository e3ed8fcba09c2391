package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"xianfeng/internal/access"
	"xianfeng/internal/report"
)

// crowded is the office of the quarter summary.
var crowded = size{people: 10_000, each: 50, quarters: 1}

// sumOfEntries is what a summary would be without kept totals, with an index made
// for it.
const (
	coveringIndex = `CREATE INDEX IF NOT EXISTS bench_covering ON points_entries (unit_id, post_quarter, person_id, dimension) INCLUDE (points)`
	sumOfEntries  = `SELECT person_id, dimension, sum(points) FROM points_entries WHERE unit_id = $1 AND post_quarter = $2 GROUP BY person_id, dimension`
	sumOfTotals   = `SELECT person_id, dimension, gained + deducted FROM points_totals WHERE unit_id = $1 AND quarter = $2`
)

// summary holds the quarter's sums of everybody against summing up the entries. The
// report's whole statement is told beside, without a goal: it also reads names,
// places, exemptions and the year so far, which the other side does not.
func (b *bench) summary(ctx context.Context) ([]figure, error) {
	o, err := b.office(ctx, crowded)
	if err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, o.admin)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range []string{coveringIndex, `VACUUM ANALYZE points_entries`} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return nil, err
		}
	}
	if err := indexOnly(ctx, conn, o); err != nil {
		return nil, err
	}
	text, err := b.captureSummary(ctx, o, conn)
	if err != nil {
		return nil, err
	}
	entries := readAll(ctx, conn, sumOfEntries, o.unit, o.quarter.String())
	var out []figure
	for _, side := range []struct {
		work string
		goal bool
		run  func() error
	}{
		{"quarter summary from kept totals", true, readAll(ctx, conn, sumOfTotals, o.unit, o.quarter.String())},
		{"the report's whole statement, with names, places, exemptions", false, readAll(ctx, conn, text)},
	} {
		p, err := turns(b.rounds(), timed(side.run), timed(entries))
		if err != nil {
			return out, err
		}
		f := figure{row: "summary", work: fmt.Sprintf("%s, %s", side.work, o.size), value: milliseconds(median(p.ours)),
			against: "SUM over an index-only scan: " + milliseconds(median(p.bare)), ratio: p.ratio()}
		if side.goal {
			f = f.atMost(0.3)
		}
		out = append(out, f)
	}
	return out, nil
}

// indexOnly sees that the other side really is as good as it can be.
func indexOnly(ctx context.Context, conn *pgx.Conn, o *office) error {
	rows, err := conn.Query(ctx, "EXPLAIN "+sumOfEntries, pgx.QueryExecModeSimpleProtocol, o.unit, o.quarter.String())
	if err != nil {
		return err
	}
	plan, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err == nil && !strings.Contains(strings.Join(plan, "\n"), "Index Only Scan") {
		err = fmt.Errorf("PostgreSQL does not scan the index only:\n%s", strings.Join(plan, "\n"))
	}
	return err
}

// captureSummary gives the statement by which the report reads everybody's quarter.
func (b *bench) captureSummary(ctx context.Context, o *office, conn *pgx.Conn) (string, error) {
	t, err := b.trace(o)
	if err != nil {
		return "", err
	}
	defer t.close(ctx)
	by := access.Actor{Unit: o.unit, Person: personID(1)}
	if _, err := t.app.Reports.Preview(ctx, by, access.System(o.unit), report.Request{Kind: "quarter-summary", Quarter: o.quarter}, report.Page{Limit: 50}); err != nil {
		return "", err
	}
	said, err := t.take(ctx, conn)
	if err != nil {
		return "", err
	}
	for _, s := range said {
		if strings.Contains(s.text, "points_totals") && strings.Contains(s.text, "org_people") {
			return replacer{}.inline(s), nil
		}
	}
	return "", errors.New("the summary's statement was not caught")
}

// readAll reads every row of a statement, and looks at none.
func readAll(ctx context.Context, conn *pgx.Conn, text string, args ...any) func() error {
	return func() error {
		rows, err := conn.Query(ctx, text, args...)
		if err != nil {
			return err
		}
		for rows.Next() {
			_ = rows.RawValues()
		}
		return rows.Err()
	}
}
