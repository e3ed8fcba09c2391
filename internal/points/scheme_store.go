package points

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
)

func listSchemes(ctx context.Context, on bun.IDB, unit uuid.UUID) ([]Scheme, error) {
	out := []Scheme{}
	err := each(ctx, on, `SELECT s.id, s.version, s.name, s.state, s.effective_from, s.published_at, coalesce(p.name, '')
		FROM points_schemes s LEFT JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.published_by
		WHERE s.unit_id = $1 ORDER BY s.version DESC`, []any{unit}, func(rows *sql.Rows) error {
		var s Scheme
		if err := rows.Scan(&s.ID, &s.Version, &s.Name, &s.State, &s.EffectiveFrom, &s.PublishedAt, &s.PublishedBy); err != nil {
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
	err := one(ctx, on, []any{&rules, &limits}, `SELECT
		(SELECT coalesce(json_agg(r ORDER BY r.ord, r.code), '[]') FROM points_rules r WHERE r.unit_id = $1 AND r.scheme_id = $2)::text,
		(SELECT coalesce(json_agg(l), '[]') FROM points_limits l WHERE l.unit_id = $1 AND l.scheme_id = $2)::text`, unit, s.ID)
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

// insertScheme writes a scheme with its rules. Rules go in before it is published:
// from then on it is frozen.
func insertScheme(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time, s Scheme) error {
	rules, err := json.Marshal(s.Rules)
	if err != nil {
		return fmt.Errorf("scheme %s: %w", s.Name, err)
	}
	limits, err := json.Marshal(s.Limits)
	if err != nil {
		return fmt.Errorf("scheme %s: %w", s.Name, err)
	}
	for _, step := range []struct {
		query string
		args  []any
	}{
		{`INSERT INTO points_schemes (unit_id, id, version, name, state, effective_from, created_at)
			VALUES ($1, $2, $3, $4, 'draft', $5, $6)`, []any{unit, s.ID, s.Version, s.Name, s.EffectiveFrom, now}},
		{`INSERT INTO points_rules (unit_id, id, scheme_id, code, title, clause, dimension, trigger, categories, kinds,
				points, per, cap_event, cap_month, cap_quarter, cap_year, beyond, needs_evidence, veto, ord)
			SELECT $1, id, $2, code, title, clause, dimension, trigger, coalesce(categories, '{}'), coalesce(kinds, '{}'),
				points, per, cap_event, cap_month, cap_quarter, cap_year, beyond, needs_evidence, veto, ord
			FROM json_populate_recordset(NULL::points_rules, $3::json)`, []any{unit, s.ID, string(rules)}},
		{`INSERT INTO points_limits (unit_id, scheme_id, dimension, max_gain)
			SELECT $1, $2, dimension, max_gain FROM json_populate_recordset(NULL::points_limits, $3::json)`, []any{unit, s.ID, string(limits)}},
		{`UPDATE points_schemes SET state = 'published', published_at = $3 WHERE unit_id = $1 AND id = $2`, []any{unit, s.ID, s.PublishedAt}},
	} {
		if _, err := db.Exec(ctx, tx, step.query, step.args...); err != nil {
			return fmt.Errorf("scheme %s: %w", s.Name, err)
		}
	}
	return nil
}
