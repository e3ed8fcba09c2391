package report

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// Parameters as of the quarter's summary, over a year: $1 unit, $2 day, $3 last and
// $4 first quarter of the year, $5 its first day.
const (
	yearTotals = `WITH kept AS (
		SELECT person_id, sum(entries) AS entries,
			sum(gained + deducted) FILTER (WHERE right(quarter, 1) = '1') AS points1, sum(entries) FILTER (WHERE right(quarter, 1) = '1') AS entries1, sum(vetoes) FILTER (WHERE right(quarter, 1) = '1') AS vetoes1,
			sum(gained + deducted) FILTER (WHERE right(quarter, 1) = '2') AS points2, sum(entries) FILTER (WHERE right(quarter, 1) = '2') AS entries2, sum(vetoes) FILTER (WHERE right(quarter, 1) = '2') AS vetoes2,
			sum(gained + deducted) FILTER (WHERE right(quarter, 1) = '3') AS points3, sum(entries) FILTER (WHERE right(quarter, 1) = '3') AS entries3, sum(vetoes) FILTER (WHERE right(quarter, 1) = '3') AS vetoes3,
			sum(gained + deducted) FILTER (WHERE right(quarter, 1) = '4') AS points4, sum(entries) FILTER (WHERE right(quarter, 1) = '4') AS entries4, sum(vetoes) FILTER (WHERE right(quarter, 1) = '4') AS vetoes4
		FROM points_totals WHERE unit_id = $1 AND quarter BETWEEN $4 AND $3 GROUP BY person_id),` + endedMemberships + `,
	exempt AS (
		SELECT person_id, jsonb_agg(jsonb_build_object('reason', reason, 'from', valid_from, 'to', coalesce(valid_to::text, '')) ORDER BY valid_from) AS times
		FROM org_exemptions WHERE unit_id = $1 AND valid_from <= $2::date AND (valid_to IS NULL OR valid_to >= $5::date)
		GROUP BY person_id)`

	annualColumnsSQL = placeColumns + `, coalesce(x.times, '[]') AS times,
		coalesce(k.points1, 0) AS points1, coalesce(k.entries1, 0) AS entries1, coalesce(k.vetoes1, 0) AS vetoes1,
		coalesce(k.points2, 0) AS points2, coalesce(k.entries2, 0) AS entries2, coalesce(k.vetoes2, 0) AS vetoes2,
		coalesce(k.points3, 0) AS points3, coalesce(k.entries3, 0) AS entries3, coalesce(k.vetoes3, 0) AS vetoes3,
		coalesce(k.points4, 0) AS points4, coalesce(k.entries4, 0) AS entries4, coalesce(k.vetoes4, 0) AS vetoes4`
)

// annuals reads the year of everyone whom the scope reaches, in the order of branch,
// group, name: who has a ledger on the day or is exempt from one, and whoever has
// entries in the year.
func annuals(ctx context.Context, on bun.IDB, a ask) ([]*annual, error) {
	first := calendar.Quarter{Year: a.quarter.Year, Q: 1}
	where, args := a.within([]any{a.unit, a.day, a.quarter, first, first.First()})
	rows, err := db.Query(ctx, on, yearTotals+`
	SELECT r.person_id, r.name, r.pinyin, r.branch_ord, r.group_ord, r.branch_id, r.group_id, r.branch_name, r.group_name, r.since, r.until, r.origin, r.joined_party_on, r.times,
		r.points1, r.entries1, r.vetoes1, r.points2, r.entries2, r.vetoes2, r.points3, r.entries3, r.vetoes3, r.points4, r.entries4, r.vetoes4
	FROM (`+annualColumnsSQL+placeTables+onTheRoll+` AND (k.entries > 0 OR `+org.HoldsSQL(a.settings)+`)) r
	WHERE `+where, args...)
	if err != nil {
		return nil, fmt.Errorf("annual standings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []*annual
	for rows.Next() {
		s := &annual{}
		var times []byte
		into := []any{&s.Person, &s.Name, &s.pinyin, &s.branchOrd, &s.groupOrd, &s.Branch, &s.Group, &s.BranchName, &s.GroupName, &s.Since, &s.Until, &s.Origin, &s.JoinedParty, &times}
		for i := range s.quarters {
			q := &s.quarters[i]
			into = append(into, &q.points, &q.entries, &q.vetoes)
		}
		if err := rows.Scan(into...); err != nil {
			return nil, fmt.Errorf("annual standings: %w", err)
		}
		if err := json.Unmarshal(times, &s.exemptions); err != nil {
			return nil, fmt.Errorf("exemptions of %s: %w", s.Person, err)
		}
		out = append(out, s)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("annual standings: %w", err)
	}
	return sorted(out), nil
}
