package points

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// Facts is what schemes ask of whoever keeps the records; points does not know that
// meetings exist.
type Facts interface {
	// Postings are what the confirmed records of a quarter's days say, as confirming
	// them posted it.
	Postings(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) ([]Posting, error)
	// Terms are the words that records use, those no longer offered included.
	Terms(ctx context.Context, on bun.IDB, unit uuid.UUID) (FactTerms, error)
}

// factTermsOf and postingsOf are what the keeper of records says; where there is none,
// there are no records.
func factTermsOf(ctx context.Context, on bun.IDB, facts Facts, unit uuid.UUID) (FactTerms, error) {
	if facts == nil {
		return FactTerms{}, nil
	}
	return facts.Terms(ctx, on, unit)
}

func postingsOf(ctx context.Context, on bun.IDB, facts Facts, unit uuid.UUID, q calendar.Quarter) ([]Posting, error) {
	if facts == nil {
		return nil, nil
	}
	return facts.Postings(ctx, on, unit, q)
}

// holding says on which days of a quarter people have a ledger: from each of some days
// on, until the next.
type holding map[uuid.UUID][]holdingFrom

type holdingFrom struct {
	day   calendar.Date
	holds bool
}

func (h holding) holds(person uuid.UUID, day calendar.Date) bool {
	held := false
	for _, f := range h[person] {
		if f.day.After(day) {
			break
		}
		held = f.holds
	}
	return held
}

// readHolding asks of everybody whether they have a ledger on the first day, and on
// each later one on which anything that it rests on begins or ends: a membership, an
// exemption, their time in the office or in the Party. One statement; of ten thousand
// people asked on every day of a quarter it would take a hundred times as long.
func readHolding(ctx context.Context, on bun.IDB, unit uuid.UUID, set org.UnitSettings, q calendar.Quarter) (holding, error) {
	h := holding{}
	holds := strings.ReplaceAll(org.HoldsSQL(set), "$2::date", "c.day")
	err := db.Each(ctx, on, `WITH spans AS (
			SELECT person_id, valid_from, valid_to FROM org_party_memberships WHERE unit_id = $1
			UNION ALL SELECT person_id, valid_from, valid_to FROM org_department_memberships WHERE unit_id = $1
			UNION ALL SELECT person_id, valid_from, valid_to FROM org_exemptions WHERE unit_id = $1
			UNION ALL SELECT id, joined_party_on, left_on FROM org_people WHERE unit_id = $1
		), changes AS (
			SELECT id AS person_id, $2::date AS day FROM org_people WHERE unit_id = $1
			UNION SELECT person_id, valid_from FROM spans WHERE valid_from > $2::date AND valid_from <= $3::date
			UNION SELECT person_id, valid_to + 1 FROM spans WHERE valid_to >= $2::date AND valid_to < $3::date
		)
		SELECT p.id, c.day, `+holds+` AND NOT EXISTS (SELECT FROM org_exemptions x
			WHERE x.unit_id = p.unit_id AND x.person_id = p.id AND x.valid_from <= c.day AND (x.valid_to IS NULL OR x.valid_to >= c.day))
		FROM changes c
		JOIN org_people p ON p.unit_id = $1 AND p.id = c.person_id
		LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id
			AND m.valid_from <= c.day AND (m.valid_to IS NULL OR m.valid_to >= c.day)
		LEFT JOIN org_department_memberships dm ON dm.unit_id = p.unit_id AND dm.person_id = p.id
			AND dm.valid_from <= c.day AND (dm.valid_to IS NULL OR dm.valid_to >= c.day)
		ORDER BY p.id, c.day`, []any{unit, q.First().UTC(), q.Last().UTC()}, func(rows *sql.Rows) error {
		var id uuid.UUID
		var f holdingFrom
		if err := rows.Scan(&id, &f.day, &f.holds); err != nil {
			return err
		}
		h[id] = append(h[id], f)
		return nil
	})
	if err != nil {
		return h, fmt.Errorf("who has a ledger: %w", db.Translate(err))
	}
	return h, nil
}

// readHandLines reads what no activity brought to a quarter: base points, claims, and what the
// office posted, as far as they count.
func readHandLines(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) ([]deed, error) {
	var out []deed
	err := db.Each(ctx, on, `SELECT e.record_id, e.fact_on, e.person_id, r.trigger, r.code, e.requested
		FROM points_entries e JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		WHERE e.unit_id = $1 AND e.fact_quarter = $2 AND e.source_kind IN ('quarter', 'claim', 'office') AND e.reverses IS NULL
			AND NOT EXISTS (SELECT FROM points_entries x WHERE x.unit_id = e.unit_id AND x.reverses = e.id)
		ORDER BY e.posted_at, e.person_id, e.seq`, []any{unit, q.String()}, func(rows *sql.Rows) error {
		var d deed
		var l handLine
		if err := rows.Scan(&d.record, &d.day, &l.person, &l.trigger, &l.code, &l.requested); err != nil {
			return err
		}
		if l.trigger == TriggerQuarter {
			d.facts = []Fact{{Person: l.person, Trigger: TriggerQuarter}}
		} else {
			d.line = &l
		}
		out = append(out, d)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("entries by hand in %s: %w", q, db.Translate(err))
	}
	return out, nil
}

// readYearUse tells what was gained in the year before the quarter, of rules that
// have a cap by the year.
func readYearUse(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter, codes []string) ([]yearUse, error) {
	var out []yearUse
	if q.Q == 1 || len(codes) == 0 {
		return nil, nil
	}
	err := db.Each(ctx, on, `SELECT e.person_id, r.code, sum(e.points)::int
		FROM points_entries e JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		WHERE e.unit_id = $1 AND e.fact_quarter >= $2 AND e.fact_quarter < $3 AND r.code = ANY($4::text[]) AND e.points > 0 AND e.reverses IS NULL
			AND NOT EXISTS (SELECT FROM points_entries x WHERE x.unit_id = e.unit_id AND x.reverses = e.id)
		GROUP BY e.person_id, r.code`, []any{unit, yearOf(q.First()) + "Q1", q.String(), codes}, func(rows *sql.Rows) error {
		var u yearUse
		if err := rows.Scan(&u.person, &u.code, &u.used); err != nil {
			return err
		}
		out = append(out, u)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("use of caps before %s: %w", q, db.Translate(err))
	}
	return out, nil
}

// readTried names people with their places in a quarter, by place: those in scope and
// in the branch, where one is named.
func readTried(ctx context.Context, on bun.IDB, scope access.Scope, q calendar.Quarter, today calendar.Date, people []uuid.UUID, branch uuid.UUID) ([]TrialPerson, error) {
	where, args := scope.Where(ledgerColumns(), 5)
	var out []TrialPerson
	err := db.Each(ctx, on, `SELECT p.id, p.name, coalesce(b.name, ''), coalesce(g.name, '')
		FROM org_people p
		CROSS JOIN (SELECT $2::date AS first_day, $3::date AS last_day) q
		LEFT JOIN LATERAL (SELECT o.branch_id, o.group_id FROM org_party_memberships o WHERE o.unit_id = p.unit_id AND o.person_id = p.id
			AND o.valid_from <= q.last_day AND (o.valid_to IS NULL OR o.valid_to >= q.first_day)
			ORDER BY o.valid_from DESC LIMIT 1) m ON TRUE
		LEFT JOIN org_branches b ON b.unit_id = p.unit_id AND b.id = m.branch_id
		LEFT JOIN org_groups g ON g.unit_id = p.unit_id AND g.id = m.group_id
		WHERE p.id = ANY($1::uuid[]) AND ($4::uuid IS NULL OR m.branch_id = $4::uuid) AND `+where+`
		ORDER BY b.ord NULLS LAST, b.id, g.ord NULLS LAST, g.id, p.pinyin, p.name, p.id`,
		append([]any{people, q.First().UTC(), asOf(q, today).UTC(), db.OrNull(branch)}, args...), func(rows *sql.Rows) error {
			var p TrialPerson
			if err := rows.Scan(&p.Person, &p.Name, &p.Branch, &p.Group); err != nil {
				return err
			}
			out = append(out, p)
			return nil
		})
	if err != nil {
		return nil, fmt.Errorf("people of the trial: %w", db.Translate(err))
	}
	return out, nil
}
