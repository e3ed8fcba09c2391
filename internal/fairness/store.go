package fairness

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// each calls scan for every row of a statement.
func each(ctx context.Context, on bun.IDB, what, text string, args []any, scan func(rows *sql.Rows) error) error {
	if err := db.Each(ctx, on, text, args, scan); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

type spreadRow struct {
	Spread
	whole bool
}

// spreads reads the branches and the whole of them in one pass over the kept totals.
func spreads(ctx context.Context, on bun.IDB, scope access.Scope, q calendar.Quarter) ([]spreadRow, error) {
	where, args := scope.Where(access.Columns{Unit: "s.unit_id", Persons: []string{"s.person_id"}, Branch: "m.branch_id", Group: "m.group_id"}, 5)
	var out []spreadRow
	err := each(ctx, on, "spread", `
		WITH sums AS MATERIALIZED (
			SELECT unit_id, person_id, sum(gained + deducted)::int AS points FROM points_totals
			WHERE unit_id = $1 AND quarter = $2 GROUP BY unit_id, person_id HAVING sum(entries) > 0),
		latest AS MATERIALIZED (
			SELECT DISTINCT ON (person_id) person_id, branch_id, group_id FROM org_party_memberships
			WHERE unit_id = $1 AND valid_from <= $4::date AND (valid_to IS NULL OR valid_to >= $3::date)
			ORDER BY person_id, valid_from DESC),
		spread AS (
			SELECT m.branch_id, grouping(m.branch_id) AS whole, count(*) AS people, sum(s.points) AS points, min(s.points) AS least, max(s.points) AS most,
				percentile_cont(ARRAY[0.25, 0.5, 0.75]) WITHIN GROUP (ORDER BY s.points) AS quartiles, stddev_pop(s.points)::float8 AS deviation
			FROM sums s LEFT JOIN latest m ON m.person_id = s.person_id
			WHERE `+where+` GROUP BY GROUPING SETS ((m.branch_id), ()))
		SELECT f.branch_id, coalesce(b.name, ''), f.whole = 1, f.people, f.points, f.least, f.quartiles[1], f.quartiles[2], f.quartiles[3], f.most, f.deviation
		FROM spread f LEFT JOIN org_branches b ON b.unit_id = $1 AND b.id = f.branch_id
		WHERE f.people > 0
		ORDER BY f.whole, b.ord NULLS LAST, b.id`,
		append([]any{scope.Unit(), q, q.First(), q.Last()}, args...), func(rows *sql.Rows) error {
			var r spreadRow
			var branch uuid.NullUUID
			var lower, median, upper, deviation float64
			if err := rows.Scan(&branch, &r.Branch, &r.whole, &r.People, &r.Points, &r.Min, &lower, &median, &upper, &r.Max, &deviation); err != nil {
				return err
			}
			if branch.Valid {
				r.BranchID = &branch.UUID
			}
			r.Average = rounded(float64(r.Points) / float64(r.People))
			r.Lower, r.Median, r.Upper, r.Deviation = rounded(lower), rounded(median), rounded(upper), rounded(deviation)
			r.Few = r.People < fewPeople
			out = append(out, r)
			return nil
		})
	return out, err
}

func rounded(hundredths float64) int { return int(math.Round(hundredths)) }

// verifiers counts what was decided about claims in the quarter, by who decided.
func verifiers(ctx context.Context, on bun.IDB, scope access.Scope, q calendar.Quarter) ([]Verifier, error) {
	where, args := scope.Where(claimColumns(), 4)
	out := []Verifier{}
	err := each(ctx, on, "verifiers", `
		SELECT p.id, p.name, count(*) FILTER (WHERE s.step = 'verify'), count(*) FILTER (WHERE s.step = 'return')
		FROM claim_steps s
		JOIN claim_claims c ON c.unit_id = s.unit_id AND c.id = s.claim_id
		JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.by_person
		WHERE s.unit_id = $1 AND s.step IN ('verify', 'return') AND s.at >= $2 AND s.at < $3 AND `+where+`
		GROUP BY p.id, p.name, p.pinyin ORDER BY p.pinyin, p.name, p.id`,
		append([]any{scope.Unit(), q.First().In(), q.Next().First().In()}, args...), func(rows *sql.Rows) error {
			var v Verifier
			if err := rows.Scan(&v.PersonID, &v.Name, &v.Verified, &v.Returned); err != nil {
				return err
			}
			v.Share = share(v.Verified, v.Verified+v.Returned)
			v.Few = v.Verified+v.Returned < fewClaims
			out = append(out, v)
			return nil
		})
	return out, err
}

// entriesOf counts a quarter's entries by dimension, as the totals keep them.
func entriesOf(ctx context.Context, on bun.IDB, scope access.Scope, q calendar.Quarter) (map[string]int, error) {
	where, args := scope.Where(access.Columns{Unit: "t.unit_id", Persons: []string{"t.person_id"}, Branch: "m.branch_id", Group: "m.group_id"}, 5)
	out := map[string]int{}
	places := "" // of no use to who sees all of them anyway
	if !scope.Whole() {
		places = `LEFT JOIN LATERAL (SELECT o.branch_id, o.group_id FROM org_party_memberships o WHERE o.unit_id = t.unit_id AND o.person_id = t.person_id
			AND o.valid_from <= $4::date AND (o.valid_to IS NULL OR o.valid_to >= $3::date) ORDER BY o.valid_from DESC LIMIT 1) m ON TRUE`
	}
	err := each(ctx, on, "entries", `
		SELECT t.dimension, sum(t.entries) FROM points_totals t `+places+`
		WHERE t.unit_id = $1 AND t.quarter = $2 AND $3::date <= $4::date AND `+where+` GROUP BY t.dimension`,
		append([]any{scope.Unit(), q, q.First(), q.Last()}, args...), func(rows *sql.Rows) error {
			var dimension string
			var n int
			if err := rows.Scan(&dimension, &n); err != nil {
				return err
			}
			out[dimension] = n
			return nil
		})
	return out, err
}

// cutRow is a rule, or, as a total, its whole dimension.
type cutRow struct {
	RuleCut
	dimension string
	total     bool
}

// cutsByRule reads the entries that caps cut through their own index.
func cutsByRule(ctx context.Context, on bun.IDB, scope access.Scope, q calendar.Quarter) ([]cutRow, error) {
	where, args := scope.Where(cutColumns(), 3)
	var out []cutRow
	err := each(ctx, on, "cuts", `
		WITH cut AS MATERIALIZED (
			SELECT e.rule_id, e.person_id, count(*) AS entries, sum(e.requested - e.points) AS lost
			FROM points_entries e WHERE e.unit_id = $1 AND e.post_quarter = $2 AND e.cut_by <> '' AND `+where+` GROUP BY e.rule_id, e.person_id),
		counted AS (
			SELECT r.dimension, r.code, sum(c.entries) AS entries, sum(c.lost) AS lost, count(DISTINCT c.person_id) AS people
			FROM cut c JOIN points_rules r ON r.unit_id = $1 AND r.id = c.rule_id
			GROUP BY GROUPING SETS ((r.dimension, r.code), (r.dimension))),
		named AS ( -- as the latest version calls them
			SELECT DISTINCT ON (r.code) r.code, r.title, r.clause, r.ord FROM points_rules r
			JOIN points_schemes s ON s.unit_id = r.unit_id AND s.id = r.scheme_id
			WHERE r.unit_id = $1 AND r.id IN (SELECT rule_id FROM cut) ORDER BY r.code, s.version DESC)
		SELECT c.dimension, c.code IS NULL, coalesce(c.code, ''), coalesce(n.title, ''), coalesce(n.clause, ''), c.entries, c.lost, c.people
		FROM counted c LEFT JOIN named n ON n.code = c.code
		ORDER BY c.dimension, n.ord, c.code`,
		append([]any{scope.Unit(), q}, args...), func(rows *sql.Rows) error {
			var r cutRow
			if err := rows.Scan(&r.dimension, &r.total, &r.Code, &r.Title, &r.Clause, &r.Cut, &r.Lost, &r.People); err != nil {
				return err
			}
			out = append(out, r)
			return nil
		})
	return out, err
}

// cutColumns bound entries by where the person belonged on the day.
func cutColumns() access.Columns {
	return access.Columns{Unit: "e.unit_id", Persons: []string{"e.person_id"}, Branch: "e.branch_id", Group: "e.group_id"}
}

// cutEntries reads one more than the limit: it tells whether a page follows.
func cutEntries(ctx context.Context, on bun.IDB, scope access.Scope, f CutFilter, after int64) ([]CutEntry, error) {
	where, args := scope.Where(cutColumns(), 7)
	out := []CutEntry{}
	err := each(ctx, on, "entries cut", `
		SELECT e.id, e.voucher, e.person_id, p.name, coalesce(b.name, ''), e.fact_on, e.reason, r.title, e.requested, e.points, e.cut_by
		FROM points_entries e
		JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		JOIN org_people p ON p.unit_id = e.unit_id AND p.id = e.person_id
		LEFT JOIN org_branches b ON b.unit_id = e.unit_id AND b.id = e.branch_id
		WHERE e.unit_id = $1 AND e.post_quarter = $2 AND e.cut_by <> '' AND ($3 = '' OR e.dimension = $3) AND ($4 = '' OR r.code = $4)
			AND e.voucher > $5 AND `+where+`
		ORDER BY e.voucher LIMIT $6`,
		append([]any{scope.Unit(), f.Quarter, f.Dimension, f.Rule, after, f.Limit + 1}, args...), func(rows *sql.Rows) error {
			var e CutEntry
			if err := rows.Scan(&e.EntryID, &e.Voucher, &e.PersonID, &e.Name, &e.Branch, &e.FactOn, &e.Reason, &e.Rule, &e.Requested, &e.Points, &e.CutBy); err != nil {
				return err
			}
			out = append(out, e)
			return nil
		})
	return out, err
}

// claimColumns bound claims by where the beneficiary belonged when they were
// submitted.
func claimColumns() access.Columns {
	return access.Columns{Unit: "c.unit_id", Persons: []string{"c.person_id"}, Branch: "c.branch_id", Group: "c.group_id"}
}

// decisions reads one more than the limit: it tells whether a page follows. Steps'
// ids grow with time.
func decisions(ctx context.Context, on bun.IDB, scope access.Scope, f DecisionFilter, after uuid.UUID) ([]Decision, error) {
	where, args := scope.Where(claimColumns(), 8)
	out := []Decision{}
	err := each(ctx, on, "decisions", `
		SELECT s.id, c.id, c.number, p.name, coalesce(b.name, ''), c.matter, c.rule_title, s.step, s.at, s.note
		FROM claim_steps s
		JOIN claim_claims c ON c.unit_id = s.unit_id AND c.id = s.claim_id
		JOIN org_people p ON p.unit_id = c.unit_id AND p.id = c.person_id
		LEFT JOIN org_branches b ON b.unit_id = c.unit_id AND b.id = c.branch_id
		WHERE s.unit_id = $1 AND s.by_person = $2 AND s.step IN ('verify', 'return') AND ($3 = '' OR s.step = $3)
			AND s.at >= $4 AND s.at < $5 AND s.id > $6 AND `+where+`
		ORDER BY s.id LIMIT $7`,
		append([]any{scope.Unit(), f.Verifier, f.Step, f.Quarter.First().In(), f.Quarter.Next().First().In(), after, f.Limit + 1}, args...), func(rows *sql.Rows) error {
			var d Decision
			if err := rows.Scan(&d.id, &d.ClaimID, &d.Number, &d.Name, &d.Branch, &d.Matter, &d.Rule, &d.Step, &d.At, &d.Note); err != nil {
				return err
			}
			out = append(out, d)
			return nil
		})
	return out, err
}
