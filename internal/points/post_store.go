package points

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// terms is what holds for the facts of some days.
type terms struct {
	Settings org.UnitSettings
	Schemes  []Scheme // those in force on one of the days, the earliest first
	Quarters quarterStates
}

// scheme is the one in force on a day; nil before the first one.
func (t terms) scheme(day calendar.Date) *Scheme {
	for i := len(t.Schemes) - 1; i >= 0; i-- {
		if !t.Schemes[i].EffectiveFrom.After(day) {
			return &t.Schemes[i]
		}
	}
	return nil
}

// schemesInForce are the unit $1's schemes that are in force on one of the days $2,
// as JSON, the earliest first.
const schemesInForce = `(SELECT json_agg(to_json(s) ORDER BY s.effective_from) FROM (
	SELECT s.id, s.version, s.name, s.state, s.effective_from,
		(SELECT json_agg(r ORDER BY r.ord, r.code) FROM points_rules r WHERE r.unit_id = s.unit_id AND r.scheme_id = s.id) AS rules,
		(SELECT json_agg(l) FROM points_limits l WHERE l.unit_id = s.unit_id AND l.scheme_id = s.id) AS limits
	FROM points_schemes s
	WHERE s.unit_id = $1 AND s.id IN (
		SELECT (SELECT f.id FROM points_schemes f WHERE f.unit_id = $1 AND f.state = 'published' AND f.effective_from <= d.day
			ORDER BY f.effective_from DESC LIMIT 1)
		FROM unnest($2::text[]::date[]) AS d(day))) s)`

// lockTerms reads the terms of days, makes other postings of the same records wait,
// and holds the quarters from the earliest day on against being closed.
func lockTerms(ctx context.Context, tx bun.Tx, unit uuid.UUID, records []uuid.UUID, days ...calendar.Date) (terms, error) {
	t := terms{Quarters: quarterStates{}}
	var quarters []byte
	err := readTerms(ctx, tx, &t, []any{&quarters}, `
		WITH held AS (SELECT quarter, state FROM points_quarters WHERE unit_id = $1 AND quarter >= $4 ORDER BY quarter FOR SHARE)
		SELECT (SELECT json_object_agg(quarter, state) FROM held)::text, settings::text, `+schemesInForce+`::text
		FROM org_units, (SELECT count(pg_advisory_xact_lock(h)) FROM (
			SELECT hashtextextended(r::text, 0) AS h FROM unnest($3::uuid[]) r ORDER BY 1) h) locked
		WHERE id = $1`, unit, days, records, calendar.QuarterOf(slices.MinFunc(days, calendar.Date.Compare)).String())
	if err != nil || quarters == nil {
		return t, err
	}
	if err := json.Unmarshal(quarters, &t.Quarters); err != nil {
		return t, fmt.Errorf("quarters of unit %s: %w", unit, err)
	}
	return t, nil
}

// readTerms runs a statement over the unit $1 and the days $2 that gives further
// columns, then the settings and the schemes in force.
func readTerms(ctx context.Context, on bun.IDB, t *terms, further []any, query string, unit uuid.UUID, days []calendar.Date, args ...any) error {
	t.Settings = org.DefaultSettings()
	texts := make([]string, len(days))
	for i, d := range days {
		texts[i] = d.String()
	}
	var settings string
	var schemes []byte
	if err := db.One(ctx, on, append(further, &settings, &schemes), query, append([]any{unit, texts}, args...)...); err != nil {
		return fmt.Errorf("terms of %v: %w", days, err)
	}
	if err := json.Unmarshal([]byte(settings), &t.Settings); err != nil {
		return fmt.Errorf("settings of unit %s: %w", unit, err)
	}
	if schemes != nil {
		if err := json.Unmarshal(schemes, &t.Schemes); err != nil {
			return fmt.Errorf("schemes of %v: %w", days, err)
		}
	}
	return nil
}

// reading says what a book is opened for.
type reading struct {
	People  []uuid.UUID
	Records []uuid.UUID
	Whole   bool             // and everybody the records posted for so far
	Days    []calendar.Date  // of the facts: caps count there
	From    calendar.Quarter // the earliest that is posted to
	Draw    int              // so many vouchers at least will be wanted
}

// periods are those in which caps may count.
func (r reading) periods() []string {
	out := make([]string, 0, len(r.Records)+3*len(r.Days))
	for _, record := range r.Records {
		out = append(out, record.String())
	}
	for _, day := range r.Days {
		out = append(out, monthOf(day), calendar.QuarterOf(day).String(), yearOf(day))
	}
	return out
}

// lockAccounts locks the accounts in the order of their people's ids, the order of
// everybody, and makes those that do not exist yet.
func lockAccounts(ctx context.Context, tx bun.Tx, b *book, r reading) error {
	for try := 0; ; try++ {
		err := db.Each(ctx, tx, `SELECT person_id, seq, head FROM points_accounts
			WHERE unit_id = $1 AND person_id IN (SELECT unnest($2::uuid[])
				UNION SELECT person_id FROM points_entries WHERE unit_id = $1 AND record_id = ANY($3::uuid[]) AND $4)
			ORDER BY person_id FOR UPDATE`, []any{b.unit, r.People, r.Records, r.Whole}, func(rows *sql.Rows) error {
			var person uuid.UUID
			var a account
			if err := rows.Scan(&person, &a.Seq, &a.Head); err != nil {
				return err
			}
			b.accounts[person] = &a
			return nil
		})
		if err != nil {
			return fmt.Errorf("lock accounts: %w", err)
		}
		absent := make([]uuid.UUID, 0)
		for _, p := range r.People {
			if b.accounts[p] == nil {
				absent = append(absent, p)
			}
		}
		if len(absent) == 0 {
			return nil
		}
		if try > 0 {
			return fmt.Errorf("accounts of %v are there and cannot be locked", absent)
		}
		if _, err := db.Exec(ctx, tx, `INSERT INTO points_accounts (unit_id, person_id)
			SELECT $1, p FROM unnest($2::uuid[]) p ORDER BY p ON CONFLICT DO NOTHING`, b.unit, absent); err != nil {
			return fmt.Errorf("make accounts: %w", err)
		}
	}
}

// standingRow is an entry of a record with what its rule says.
type standingRow struct {
	ID          uuid.UUID        `json:"id"`
	Person      uuid.UUID        `json:"person_id"`
	Voucher     int64            `json:"voucher"`
	Branch      uuid.UUID        `json:"branch_id"`
	Group       uuid.UUID        `json:"group_id"`
	Scheme      uuid.UUID        `json:"scheme_id"`
	Rule        uuid.UUID        `json:"rule_id"`
	Dimension   Dimension        `json:"dimension"`
	Points      int              `json:"points"`
	Requested   int              `json:"requested"`
	CutBy       string           `json:"cut_by"`
	FactOn      calendar.Date    `json:"fact_on"`
	FactQuarter calendar.Quarter `json:"fact_quarter"`
	PostQuarter calendar.Quarter `json:"post_quarter"`
	Source      string           `json:"source_kind"`
	SourceID    uuid.UUID        `json:"source_id"`
	RecordID    uuid.UUID        `json:"record_id"`
	VerifiedBy  uuid.UUID        `json:"verified_by"`
	Reason      string           `json:"reason"`
	ReversedBy  string           `json:"reversed_by"`
	Code        string           `json:"code"`
	Veto        bool             `json:"veto"`
	Beyond      bool             `json:"beyond"`
	CapEvent    *int             `json:"cap_event"`
	CapMonth    *int             `json:"cap_month"`
	CapQuarter  *int             `json:"cap_quarter"`
	CapYear     *int             `json:"cap_year"`
}

func (r standingRow) standing() standing {
	rule := Rule{Dimension: r.Dimension, Beyond: r.Beyond, CapEvent: r.CapEvent, CapMonth: r.CapMonth, CapQuarter: r.CapQuarter, CapYear: r.CapYear}
	return standing{
		Entry: Entry{ID: r.ID, Person: r.Person, Voucher: r.Voucher, Branch: r.Branch, Group: r.Group, Scheme: r.Scheme, Rule: r.Rule,
			Dimension: r.Dimension, Points: r.Points, Requested: r.Requested, CutBy: r.CutBy, FactOn: r.FactOn, FactQuarter: r.FactQuarter,
			PostQuarter: r.PostQuarter, Source: r.Source, SourceID: r.SourceID, RecordID: r.RecordID, VerifiedBy: r.VerifiedBy, Reason: r.Reason},
		Code: r.Code, Veto: r.Veto, Caps: rule.caps(), ReversedBy: r.ReversedBy,
	}
}

// openBook locks accounts and then, in a statement of its own so that it sees what
// was committed while it waited, reads what the locked people have: the record's
// entries, the caps of the day and of those entries, the balances from the quarter on.
func openBook(ctx context.Context, tx bun.Tx, b *book, r reading) ([]standing, error) {
	if err := lockAccounts(ctx, tx, b, r); err != nil || len(b.accounts) == 0 {
		return nil, err
	}
	locked := slices.Collect(maps.Keys(b.accounts))
	var entries, caps, balances, vouchers []byte
	err := db.One(ctx, tx, []any{&entries, &caps, &balances, &vouchers}, readBookOf(len(locked)), b.unit, locked, r.Records, r.periods(), r.From.String(), r.Draw)
	if err != nil {
		return nil, fmt.Errorf("read book: %w", err)
	}
	var found struct {
		entries []standingRow
		caps    []struct {
			Person uuid.UUID `json:"person_id"`
			Cap    string
			Period string
			Used   int
		}
		balances []struct {
			Person  uuid.UUID `json:"person_id"`
			Quarter calendar.Quarter
			Sum     int
		}
	}
	for text, into := range map[*[]byte]any{&entries: &found.entries, &caps: &found.caps, &balances: &found.balances, &vouchers: &b.vouchers} {
		if err := json.Unmarshal(*text, into); err != nil {
			return nil, fmt.Errorf("read book: %w", err)
		}
	}
	stands := make([]standing, len(found.entries))
	for i, r := range found.entries {
		stands[i] = r.standing()
	}
	for _, c := range found.caps {
		b.used[capKey{c.Person, c.Cap, c.Period}] = c.Used
	}
	for _, s := range found.balances {
		b.balances[balanceKey{s.Person, s.Quarter}] = s.Sum
	}
	return stands, nil
}

// fewPeople is up to how many people planning readBook takes longer than running it.
const fewPeople = 8

// readBookOf is the statement for so many people. Arrays that are given as they are
// have it planned anew each time, which pays for many people; of arrays whose length
// cannot be known beforehand, PostgreSQL keeps the plan.
func readBookOf(people int) string {
	if people > fewPeople {
		return readBook
	}
	return strings.NewReplacer("ANY($2::uuid[])", "ANY(ARRAY(SELECT unnest($2::uuid[])))", "ANY($3::uuid[])", "ANY(ARRAY(SELECT unnest($3::uuid[])))").Replace(readBook)
}

const readBook = `
	WITH stands AS (
		SELECT e.id, e.person_id, e.voucher, e.branch_id, e.group_id, e.scheme_id, e.rule_id, e.dimension, e.points, e.requested, e.cut_by,
			e.fact_on, e.fact_quarter, e.post_quarter, e.source_kind, e.source_id, e.record_id, e.verified_by, e.reason,
			coalesce(x.source_kind, '') AS reversed_by,
			r.code, r.veto, r.beyond, r.cap_event, r.cap_month, r.cap_quarter, r.cap_year
		FROM points_entries e
		JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		LEFT JOIN points_entries x ON x.unit_id = e.unit_id AND x.reverses = e.id
		WHERE e.unit_id = $1 AND e.record_id = ANY($3::uuid[]) AND e.reverses IS NULL AND e.person_id = ANY($2::uuid[])
		ORDER BY e.person_id, e.seq
	), periods AS (
		SELECT unnest($4::text[]) AS period
		UNION SELECT unnest(ARRAY[to_char(fact_on, 'YYYY-MM'), fact_quarter, to_char(fact_on, 'YYYY')]) FROM stands
	)
	SELECT (SELECT coalesce(json_agg(s), '[]') FROM stands s)::text,
		(SELECT coalesce(json_agg(c), '[]') FROM (
			SELECT person_id, cap, period, used FROM points_caps
			WHERE unit_id = $1 AND person_id = ANY($2::uuid[]) AND period IN (SELECT period FROM periods)) c)::text,
		(SELECT coalesce(json_agg(t), '[]') FROM (
			SELECT person_id, quarter, sum(gained + deducted) AS sum FROM points_totals
			WHERE unit_id = $1 AND person_id = ANY($2::uuid[])
				AND quarter >= least($5, (SELECT min(post_quarter) FROM stands))
			GROUP BY person_id, quarter) t)::text,
		(SELECT coalesce(json_agg(nextval('points_vouchers')), '[]') FROM generate_series(1, $6::int))::text`

// drawVouchers sees that the book has n numbers to give out. Those that were drawn
// with its reading and are not needed are gaps, which numbers may have.
func drawVouchers(ctx context.Context, tx bun.Tx, b *book, n int) error {
	if n <= len(b.vouchers) {
		return nil
	}
	err := db.Each(ctx, tx, `SELECT nextval('points_vouchers') FROM generate_series(1, $1::int)`, []any{n - len(b.vouchers)}, func(rows *sql.Rows) error {
		var v int64
		err := rows.Scan(&v)
		b.vouchers = append(b.vouchers, v)
		return err
	})
	if err != nil {
		return fmt.Errorf("draw vouchers: %w", err)
	}
	return nil
}
