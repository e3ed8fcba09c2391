package points

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// listSchemes lists the versions, newest first, without their rules; drafts only for
// who may see them.
func listSchemes(ctx context.Context, on bun.IDB, unit uuid.UUID, drafts bool) ([]Scheme, error) {
	out := []Scheme{}
	err := db.Each(ctx, on, `SELECT s.id, s.version, s.name, s.state, s.effective_from, s.published_at, coalesce(p.name, ''),
			s.note, s.based_on, coalesce(d.name, ''), s.row_version, s.updated_at
		FROM points_schemes s
		LEFT JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.published_by
		LEFT JOIN org_people d ON d.unit_id = s.unit_id AND d.id = s.drafted_by
		WHERE s.unit_id = $1 AND (s.state = 'published' OR $2) ORDER BY s.version DESC`, []any{unit, drafts}, func(rows *sql.Rows) error {
		var s Scheme
		if err := rows.Scan(&s.ID, &s.Version, &s.Name, &s.State, &s.EffectiveFrom, &s.PublishedAt, &s.PublishedBy,
			&s.Note, &s.BasedOn, &s.DraftedBy, &s.RowVersion, &s.UpdatedAt); err != nil {
			return err
		}
		out = append(out, s)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("schemes: %w", db.Translate(err))
	}
	return out, nil
}

// readRules fills in a scheme's rules and limits.
func readRules(ctx context.Context, on bun.IDB, unit uuid.UUID, s *Scheme) error {
	var rules, limits []byte
	err := db.One(ctx, on, []any{&rules, &limits}, `SELECT
		(SELECT coalesce(json_agg(r ORDER BY r.ord, r.code), '[]') FROM points_rules r WHERE r.unit_id = $1 AND r.scheme_id = $2)::text,
		(SELECT coalesce(json_agg(l ORDER BY array_position(ARRAY['political', 'professional', 'discipline', 'conduct'], l.dimension)), '[]')
			FROM points_limits l WHERE l.unit_id = $1 AND l.scheme_id = $2)::text`, unit, s.ID)
	if err == nil {
		err = json.Unmarshal(rules, &s.Rules)
	}
	if err == nil {
		err = json.Unmarshal(limits, &s.Limits)
	}
	if err != nil {
		return fmt.Errorf("rules of scheme %s: %w", s.ID, db.Translate(err))
	}
	return nil
}

// openScheme fills in one of the listed versions, as of a day.
func openScheme(ctx context.Context, on bun.IDB, unit uuid.UUID, all []Scheme, id uuid.UUID, today calendar.Date) (Scheme, error) {
	for _, one := range all {
		if one.ID != id {
			continue
		}
		if err := readRules(ctx, on, unit, &one); err != nil {
			return Scheme{}, err
		}
		if one.State == SchemeDraft {
			one.Warnings = one.warnings(today)
		}
		return one, nil
	}
	return Scheme{}, fault.Missing("积分办法")
}

// schemeBeside finds the version that another is held against: the one named, or the
// one that would be in force in its place. Nil where it is the first.
func schemeBeside(ctx context.Context, on bun.IDB, unit uuid.UUID, all []Scheme, one Scheme, with uuid.UUID, today calendar.Date) (*Scheme, error) {
	if with == uuid.Nil {
		in := inForce(all, one.EffectiveFrom, one.ID)
		if in == nil {
			return nil, nil
		}
		with = in.ID
	}
	if with == one.ID {
		return nil, fault.Field("with", "请选择另一版办法来比较")
	}
	other, err := openScheme(ctx, on, unit, all, with, today)
	return &other, err
}

// insertScheme writes a new version as a draft, with its rules and limits.
func insertScheme(ctx context.Context, tx bun.Tx, unit, by uuid.UUID, now time.Time, s Scheme) error {
	if _, err := db.Exec(ctx, tx, `INSERT INTO points_schemes (unit_id, id, version, name, state, effective_from, created_at,
			based_on, drafted_by, note, row_version, updated_at)
		VALUES ($1, $2, $3, $4, 'draft', $5, $6, $7, $8, $9, $10, $6)`,
		unit, s.ID, s.Version, s.Name, s.EffectiveFrom.UTC(), now, s.BasedOn, db.OrNull(by), s.Note, max(s.RowVersion, 1)); err != nil {
		return fmt.Errorf("scheme %s: %w", s.Name, err)
	}
	return insertRules(ctx, tx, unit, s)
}

// insertRules writes the rules and limits of a draft.
func insertRules(ctx context.Context, tx bun.Tx, unit uuid.UUID, s Scheme) error {
	rules, err := json.Marshal(s.Rules)
	if err != nil {
		return fmt.Errorf("scheme %s: %w", s.Name, err)
	}
	limits, err := json.Marshal(s.Limits)
	if err != nil {
		return fmt.Errorf("scheme %s: %w", s.Name, err)
	}
	if _, err := db.Exec(ctx, tx, `WITH limits AS (
			INSERT INTO points_limits (unit_id, scheme_id, dimension, max_gain)
			SELECT $1, $2, dimension, max_gain FROM json_populate_recordset(NULL::points_limits, coalesce(nullif($4, 'null'), '[]')::json)
		)
		INSERT INTO points_rules (unit_id, id, scheme_id, code, title, clause, dimension, trigger, categories, kinds,
			points, per, cap_event, cap_month, cap_quarter, cap_year, beyond, needs_evidence, veto, honour_level, ord)
		SELECT $1, id, $2, code, title, clause, dimension, trigger, coalesce(categories, '{}'), coalesce(kinds, '{}'),
			points, per, cap_event, cap_month, cap_quarter, cap_year, beyond, needs_evidence, veto, honour_level, ord
		FROM json_populate_recordset(NULL::points_rules, coalesce(nullif($3, 'null'), '[]')::json)`,
		unit, s.ID, string(rules), string(limits)); err != nil {
		return fmt.Errorf("rules of scheme %s: %w", s.Name, err)
	}
	return nil
}

// publishScheme freezes a draft; false where it is none any more.
func publishScheme(ctx context.Context, tx bun.Tx, unit, id, by uuid.UUID, now time.Time) (bool, error) {
	done, err := db.Exec(ctx, tx, `UPDATE points_schemes SET state = 'published', published_at = $3, published_by = $4, updated_at = $3
		WHERE unit_id = $1 AND id = $2 AND state = 'draft'`, unit, id, now, db.OrNull(by))
	if err != nil {
		return false, fmt.Errorf("publish scheme %s: %w", id, err)
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// lockSchemes makes everybody who drafts or publishes in the unit wait their turn.
func lockSchemes(ctx context.Context, tx bun.Tx, unit uuid.UUID) error {
	if _, err := db.Exec(ctx, tx, `SELECT pg_advisory_xact_lock(hashtextextended('scheme:' || $1::uuid::text, 0))`, unit); err != nil {
		return fmt.Errorf("lock schemes: %w", err)
	}
	return nil
}

// lockScheme locks a version and reads it whole; sql.ErrNoRows where there is none.
func lockScheme(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (Scheme, error) {
	s := Scheme{ID: id}
	err := db.One(ctx, tx, []any{&s.Version, &s.Name, &s.State, &s.EffectiveFrom, &s.Note, &s.BasedOn, &s.RowVersion}, `
		SELECT version, name, state, effective_from, note, based_on, row_version FROM points_schemes
		WHERE unit_id = $1 AND id = $2 FOR UPDATE`, unit, id)
	if err != nil {
		return s, fmt.Errorf("lock scheme %s: %w", id, err)
	}
	return s, readRules(ctx, tx, unit, &s)
}

// ruleUse is how many people had entries under a rule in a quarter.
type ruleUse struct{ People, Entries int }

// uses tells who had entries that count by the day of the fact in a quarter: by
// rule's code, and by dimension who gained in it; affected is how many people that
// are under any of the codes and dimensions named.
func uses(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter, codes, dimensions []string) (byCode map[string]ruleUse, byDimension map[string]int, affected int, err error) {
	byCode, byDimension = map[string]ruleUse{}, map[string]int{}
	const live = `live AS (
		SELECT e.person_id, r.code, e.dimension, e.points FROM points_entries e
		JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		WHERE e.unit_id = $1 AND e.fact_quarter = $2 AND e.reverses IS NULL
			AND NOT EXISTS (SELECT FROM points_entries x WHERE x.unit_id = e.unit_id AND x.reverses = e.id))`
	err = db.Each(ctx, on, `WITH `+live+`
		SELECT 'rule', code, count(DISTINCT person_id)::int, count(*)::int FROM live GROUP BY code
		UNION ALL SELECT 'dimension', dimension, count(DISTINCT person_id)::int, 0 FROM live WHERE points > 0 GROUP BY dimension
		UNION ALL SELECT 'affected', '', count(DISTINCT person_id)::int, 0 FROM live
			WHERE code = ANY($3::text[]) OR points > 0 AND dimension = ANY($4::text[])`,
		[]any{unit, q.String(), codes, dimensions}, func(rows *sql.Rows) error {
			var what, key string
			var u ruleUse
			if err := rows.Scan(&what, &key, &u.People, &u.Entries); err != nil {
				return err
			}
			switch what {
			case "rule":
				byCode[key] = u
			case "dimension":
				byDimension[key] = u.People
			default:
				affected = u.People
			}
			return nil
		})
	if err != nil {
		return nil, nil, 0, fmt.Errorf("use of rules in %s: %w", q, db.Translate(err))
	}
	return byCode, byDimension, affected, nil
}

// unitName is the office's name, for the head of a sheet.
func unitName(ctx context.Context, on bun.IDB, unit uuid.UUID) (name string, err error) {
	if err = db.One(ctx, on, []any{&name}, `SELECT name FROM org_units WHERE id = $1`, unit); err != nil {
		return "", fmt.Errorf("name of unit %s: %w", unit, db.Translate(err))
	}
	return name, nil
}
