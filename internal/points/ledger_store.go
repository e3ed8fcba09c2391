package points

import (
	"context"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// latest is a column of the last membership that the person p had in the quarter
// q, up to q.last_day: where the quarter's ledger is read (rule 1), also of someone
// who left in it.
func latest(table, column string) string {
	return `(SELECT o.` + column + ` FROM ` + table + ` o WHERE o.unit_id = p.unit_id AND o.person_id = p.id
		AND o.valid_from <= q.last_day AND (o.valid_to IS NULL OR o.valid_to >= q.first_day) ORDER BY o.valid_from DESC LIMIT 1)`
}

// ledgerColumns is how a Scope reaches the ledger of p in a quarter q. The list, the
// page, its lines and each entry's detail use this one, so that they agree.
func ledgerColumns() access.Columns {
	return access.Columns{
		Unit: "p.unit_id", Persons: []string{"p.id"},
		Branch: branchOf, Group: groupOf, Department: latest("org_department_memberships", "department_id"),
	}
}

// The branch and group of p in the quarter q.
var (
	branchOf = latest("org_party_memberships", "branch_id")
	groupOf  = latest("org_party_memberships", "group_id")
)

// readPage reads the head of a ledger: whose, where, sums by dimension.
func readPage(ctx context.Context, on bun.IDB, scope access.Scope, person uuid.UUID, q calendar.Quarter, today calendar.Date) (LedgerPage, error) {
	where, args := scope.Where(ledgerColumns(), 6)
	var totals, scheme []byte
	p := LedgerPage{Quarter: q, Title: q.Chinese()}
	err := db.One(ctx, on, []any{&p.Person, &p.Name, &p.Branch, &p.Group, &p.State, &p.Exempt, &totals, &scheme}, `
		SELECT p.id, p.name, coalesce(b.name, ''), coalesce(g.name, ''),
			coalesce((SELECT state FROM points_quarters o WHERE o.unit_id = p.unit_id AND o.quarter = $2), 'none'),
			coalesce((SELECT reason FROM org_exemptions x WHERE x.unit_id = p.unit_id AND x.person_id = p.id
				AND x.valid_from <= q.last_day AND (x.valid_to IS NULL OR x.valid_to >= q.last_day)), ''),
			(SELECT coalesce(json_agg(t), '[]') FROM points_totals t
				WHERE t.unit_id = p.unit_id AND t.person_id = p.id AND t.quarter BETWEEN $5 AND $2)::text,
			(SELECT json_build_object('name', s.name, 'version', s.version, 'limits',
					(SELECT json_agg(l) FROM points_limits l WHERE l.unit_id = s.unit_id AND l.scheme_id = s.id))
				FROM points_schemes s WHERE s.unit_id = p.unit_id AND s.state = 'published' AND s.effective_from <= q.last_day
				ORDER BY s.effective_from DESC LIMIT 1)::text
		FROM org_people p
		CROSS JOIN (SELECT $3::date AS first_day, $4::date AS last_day) q
		LEFT JOIN LATERAL (SELECT o.branch_id, o.group_id FROM org_party_memberships o WHERE o.unit_id = p.unit_id AND o.person_id = p.id
			AND o.valid_from <= q.last_day AND (o.valid_to IS NULL OR o.valid_to >= q.first_day)
			ORDER BY o.valid_from DESC LIMIT 1) m ON TRUE -- as latest, for both at once
		LEFT JOIN org_branches b ON b.unit_id = p.unit_id AND b.id = m.branch_id
		LEFT JOIN org_groups g ON g.unit_id = p.unit_id AND g.id = m.group_id
		WHERE p.id = $1 AND `+where,
		append([]any{person, q.String(), q.First().UTC(), asOf(q, today).UTC(), yearOf(q.First()) + "Q1"}, args...)...)
	if err != nil {
		return LedgerPage{}, fmt.Errorf("ledger of %s: %w", person, db.Translate(err))
	}
	return p, p.fill(totals, scheme)
}

// totalRow is a row of points_totals.
type totalRow struct {
	Quarter   calendar.Quarter `json:"quarter"`
	Dimension Dimension        `json:"dimension"`
	total
}

func (p *LedgerPage) fill(totals, scheme []byte) error {
	var rows []totalRow
	if err := json.Unmarshal(totals, &rows); err != nil {
		return fmt.Errorf("totals of %s: %w", p.Person, err)
	}
	var s Scheme
	if scheme != nil {
		if err := json.Unmarshal(scheme, &s); err != nil {
			return fmt.Errorf("scheme of %s: %w", p.Quarter, err)
		}
		p.Scheme = fmt.Sprintf("%s（第 %d 版）", s.Name, s.Version)
	}
	sums := map[Dimension]total{}
	for _, r := range rows {
		p.YearSum += r.Gained + r.Deducted
		if r.Quarter == p.Quarter {
			sums[r.Dimension] = r.total
		}
	}
	for _, d := range Dimensions() {
		t := sums[d]
		p.add(d, t)
		sum := DimensionSum{Dimension: d, Title: d.Title(), Gained: t.Gained, Deducted: t.Deducted, Net: t.Gained + t.Deducted, Entries: t.Entries}
		if most, limited := s.limit(d); limited {
			sum.Most = &most
		}
		p.Dimensions = append(p.Dimensions, sum)
	}
	return nil
}

const lineColumns = `e.id, e.seq, e.voucher, e.fact_on, e.fact_quarter, e.post_quarter, e.posted_at, e.dimension,
	r.code, r.title, r.clause, r.veto, e.reason, e.points, e.requested, e.cut_by, e.balance, e.source_kind, e.source_id, e.record_id,
	coalesce(poster.name, ''), coalesce(verifier.name, ''), e.reverses, original.voucher, undoing.id, undoing.voucher`

const lineTables = `points_entries e
	JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
	LEFT JOIN org_people poster ON poster.unit_id = e.unit_id AND poster.id = e.posted_by
	LEFT JOIN org_people verifier ON verifier.unit_id = e.unit_id AND verifier.id = e.verified_by
	LEFT JOIN points_entries original ON original.unit_id = e.unit_id AND original.id = e.reverses
	LEFT JOIN points_entries undoing ON undoing.unit_id = e.unit_id AND undoing.reverses = e.id`

func (l *LedgerLine) columns() []any {
	return []any{&l.ID, &l.Seq, &l.Voucher, &l.FactOn, &l.FactQuarter, &l.PostQuarter, &l.PostedAt, &l.Dimension,
		&l.RuleCode, &l.Rule, &l.Clause, &l.Veto, &l.Reason, &l.Points, &l.Requested, &l.CutBy, &l.Balance, &l.Source, &l.SourceID, &l.RecordID,
		&l.PostedBy, &l.VerifiedBy, &l.Reverses, &l.ReversesVoucher, &l.ReversedBy, &l.ReversedVoucher}
}

// readLines reads one line more than the limit: it tells whether a page follows.
func readLines(ctx context.Context, on bun.IDB, scope access.Scope, person uuid.UUID, f LineFilter, before int64, today calendar.Date) ([]LedgerLine, error) {
	where, args := scope.Where(ledgerColumns(), 9)
	out := make([]LedgerLine, 0, f.Limit+1)
	err := db.Each(ctx, on, `SELECT `+lineColumns+` FROM `+lineTables+`
		WHERE e.unit_id = $1 AND e.person_id = $2 AND e.post_quarter = $3 AND e.seq < $4 AND ($5 = '' OR e.dimension = $5)
			AND EXISTS (SELECT FROM org_people p, (SELECT $7::date AS first_day, $8::date AS last_day) q WHERE p.id = $2 AND `+where+`)
		ORDER BY e.seq DESC LIMIT $6`, append([]any{scope.Unit(), person, f.Quarter.String(), before, string(f.Dimension), f.Limit + 1, f.Quarter.First().UTC(), asOf(f.Quarter, today).UTC()}, args...), func(rows *sql.Rows) error {
		out = append(out, LedgerLine{})
		return rows.Scan(out[len(out)-1].columns()...)
	})
	if err != nil {
		return nil, fmt.Errorf("lines of %s: %w", person, db.Translate(err))
	}
	return out, nil
}

// countLines counts from the kept totals; no row at all says out of scope.
func countLines(ctx context.Context, on bun.IDB, scope access.Scope, person uuid.UUID, f LineFilter, today calendar.Date) (n int, err error) {
	where, args := scope.Where(ledgerColumns(), 6)
	err = db.One(ctx, on, []any{&n}, `SELECT coalesce((SELECT sum(entries) FROM points_totals t WHERE t.unit_id = p.unit_id AND t.person_id = p.id
			AND t.quarter = $2 AND ($3 = '' OR t.dimension = $3)), 0)::int
		FROM org_people p, (SELECT $4::date AS first_day, $5::date AS last_day) q WHERE p.id = $1 AND `+where,
		append([]any{person, f.Quarter.String(), string(f.Dimension), f.Quarter.First().UTC(), asOf(f.Quarter, today).UTC()}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("lines of %s: %w", person, db.Translate(err))
	}
	return n, nil
}

// quarterOfEntry is the quarter q that the entry e was posted in, up to $2.
const quarterOfEntry = `(SELECT first_day, least($2::date, (first_day + interval '3 months - 1 day')::date) AS last_day
	FROM make_date(left(e.post_quarter, 4)::int, right(e.post_quarter, 1)::int * 3 - 2, 1) first_day) q`

func readDetail(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID, today calendar.Date) (EntryDetail, error) {
	where, args := scope.Where(ledgerColumns(), 3)
	var d EntryDetail
	var e Entry
	into := append(append(d.columns(), &d.Person, &d.Name, &d.Branch, &d.Group, &d.Scheme), e.columns()...)
	err := db.One(ctx, on, into, `SELECT `+lineColumns+`, p.id, p.name, coalesce(b.name, ''), coalesce(g.name, ''),
			s.name || '（第 ' || s.version || ' 版）', `+entryColumnsOf("e")+`
		FROM `+lineTables+`
		JOIN org_people p ON p.unit_id = e.unit_id AND p.id = e.person_id
		JOIN points_schemes s ON s.unit_id = e.unit_id AND s.id = e.scheme_id
		CROSS JOIN LATERAL `+quarterOfEntry+`
		LEFT JOIN org_branches b ON b.unit_id = e.unit_id AND b.id = e.branch_id
		LEFT JOIN org_groups g ON g.unit_id = e.unit_id AND g.id = e.group_id
		WHERE e.id = $1 AND `+where, append([]any{id, today.UTC()}, args...)...)
	if err != nil {
		return EntryDetail{}, fmt.Errorf("entry %s: %w", id, db.Translate(err))
	}
	d.Algorithm, d.PrevHash, d.Hash = e.Algorithm, hex.EncodeToString(e.PrevHash), hex.EncodeToString(e.Hash)
	d.Intact, _ = e.intact(scope.Unit()) // an algorithm unknown here cannot be vouched for either
	return d, nil
}

// sortKey is a text by which the overview is ordered and paged: the cursor is the
// last row's. Numbers are padded, so that they sort as they count.
func sortKey(sort string) string {
	number := func(expression string) string { return `lpad((1000000000 + (` + expression + `))::text, 12, '0')` }
	place := number("coalesce(b.ord, 900000000)") + ` || coalesce(b.id::text, '') || ` + number("coalesce(g.ord, 900000000)") + ` || coalesce(g.id::text, '')`
	first := ""
	switch sort {
	case "name":
	case "staff_no":
		first = `rpad(coalesce(p.staff_no, '~'), 40) || `
	case "sum", "gained", "deducted":
		first = number("t."+sort) + ` || `
	case "-sum", "-gained", "-deducted":
		first = number("-t."+sort[1:]) + ` || `
	default:
		first = place + ` || `
	}
	return first + `rpad(p.pinyin, 60) || p.id::text`
}

// readRows reads one row more than the limit, and how many there are in all.
func readRows(ctx context.Context, on bun.IDB, scope access.Scope, f RowFilter, after string, today calendar.Date) ([]LedgerRow, int, error) {
	columns := ledgerColumns()
	columns.Branch, columns.Group = "m.branch_id", "m.group_id" // the same as latest, for all at once
	where, args := scope.Where(columns, 11)
	limit := any(nil) // all
	if f.Limit > 0 {
		limit = f.Limit + 1
	}
	out, count := []LedgerRow{}, 0
	err := db.Each(ctx, on, `
		WITH sums AS (
			SELECT person_id, json_agg(json_build_object('dimension', dimension, 'gained', gained, 'deducted', deducted, 'vetoes', vetoes))::text AS totals,
				sum(gained + deducted)::int AS sum, sum(vetoes)::int AS vetoes,
				coalesce(sum(gained) FILTER (WHERE dimension <> 'base'), 0)::int AS gained,
				coalesce(sum(deducted) FILTER (WHERE dimension <> 'base'), 0)::int AS deducted
			FROM points_totals WHERE unit_id = $1 AND quarter = $4 GROUP BY person_id
		), found AS (
			SELECT p.id, p.name, coalesce(p.staff_no, '') AS staff_no, b.id AS branch_id, coalesce(b.name, '') AS branch,
				g.id AS group_id, coalesce(g.name, '') AS grp, coalesce(t.totals, '[]') AS totals, coalesce(x.reason, '') AS exempt,
				(`+sortKey(f.Sort)+`) COLLATE "C" AS key
			FROM org_people p
			CROSS JOIN (SELECT $2::date AS first_day, $3::date AS last_day) q
			LEFT JOIN (SELECT DISTINCT ON (o.person_id) o.person_id, o.branch_id, o.group_id FROM org_party_memberships o
				WHERE o.unit_id = $1 AND o.valid_from <= $3::date AND (o.valid_to IS NULL OR o.valid_to >= $2::date)
				ORDER BY o.person_id, o.valid_from DESC) m ON m.person_id = p.id
			LEFT JOIN org_branches b ON b.unit_id = p.unit_id AND b.id = m.branch_id
			LEFT JOIN org_groups g ON g.unit_id = p.unit_id AND g.id = m.group_id
			LEFT JOIN org_exemptions x ON x.unit_id = p.unit_id AND x.person_id = p.id
				AND x.valid_from <= q.last_day AND (x.valid_to IS NULL OR x.valid_to >= q.last_day)
			LEFT JOIN sums s ON s.person_id = p.id
			CROSS JOIN LATERAL (SELECT s.totals, coalesce(s.sum, 0) AS sum, coalesce(s.gained, 0) AS gained,
				coalesce(s.deducted, 0) AS deducted, coalesce(s.vetoes, 0) AS vetoes) t
			WHERE p.on_roll AND (s.person_id IS NOT NULL OR x.id IS NOT NULL AND m.branch_id IS NOT NULL)
				AND ($5::uuid IS NULL OR m.branch_id = $5) AND ($6::uuid IS NULL OR m.group_id = $6) AND (NOT $7 OR t.vetoes > 0)
				AND ($8 = '' OR p.name || ' ' || p.pinyin || ' ' || p.initials ILIKE $8 OR p.staff_no ILIKE $8)
				AND `+where+`
		)
		SELECT * FROM (SELECT *, count(*) OVER ()::int FROM found) counted WHERE key > $9 ORDER BY key LIMIT $10::bigint`,
		append([]any{scope.Unit(), f.Quarter.First().UTC(), asOf(f.Quarter, today).UTC(), f.Quarter.String(), db.OrNull(f.Branch), db.OrNull(f.Group),
			f.Vetoed, textFilter(f.Text), after, limit}, args...), func(rows *sql.Rows) error {
			r := LedgerRow{Net: map[Dimension]int{}}
			var totals []byte
			if err := rows.Scan(&r.Person, &r.Name, &r.StaffNo, &r.BranchID, &r.Branch, &r.GroupID, &r.Group, &totals, &r.Exempt, &r.key, &count); err != nil {
				return err
			}
			var sums []totalRow
			if err := json.Unmarshal(totals, &sums); err != nil {
				return err
			}
			for _, d := range Dimensions() {
				r.Net[d] = 0
			}
			for _, t := range sums {
				r.Net[t.Dimension] = t.Gained + t.Deducted
				r.add(t.Dimension, t.total)
			}
			out = append(out, r)
			return nil
		})
	if err != nil {
		return nil, 0, fmt.Errorf("ledgers of %s: %w", f.Quarter, db.Translate(err))
	}
	return out, count, nil
}

func textFilter(s string) string {
	if s = strings.TrimSpace(s); s == "" {
		return ""
	}
	return "%" + db.Like(s) + "%"
}
