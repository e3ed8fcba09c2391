package points

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// termsOf reads the terms of days and holds nothing.
func termsOf(ctx context.Context, on bun.IDB, unit uuid.UUID, days ...calendar.Date) (terms, error) {
	var t terms
	err := readTerms(ctx, on, &t, nil, `SELECT settings::text, `+schemesInForce+`::text FROM org_units WHERE id = $1`, unit, days)
	return t, err
}

// ClaimRules lists what can be claimed for a day, and the scheme that says so,
// without its rules. Before the first scheme there is nothing.
func ClaimRules(ctx context.Context, on bun.IDB, unit uuid.UUID, day calendar.Date) ([]Rule, Scheme, error) {
	t, err := termsOf(ctx, on, unit, day)
	scheme := t.scheme(day)
	if err != nil || scheme == nil {
		return nil, Scheme{}, err
	}
	head := *scheme
	head.Rules, head.Limits = nil, nil
	return scheme.claimRules(), head, nil
}

// ClaimRulesOn are the rules that can be claimed for each of many days, in one query.
func ClaimRulesOn(ctx context.Context, on bun.IDB, unit uuid.UUID, days []calendar.Date) (map[calendar.Date][]Rule, error) {
	t, err := termsOf(ctx, on, unit, days...)
	if err != nil {
		return nil, err
	}
	out := make(map[calendar.Date][]Rule, len(days))
	for _, day := range days {
		if scheme := t.scheme(day); scheme != nil {
			out[day] = scheme.claimRules()
		}
	}
	return out, nil
}

// PreviewClaim tells what a claim would come to now: under the scheme of the day of
// the fact, with what is left of its caps. What others post meanwhile may change it.
// A field that the rule does not allow is an error of that field.
func PreviewClaim(ctx context.Context, on bun.IDB, unit uuid.UUID, now time.Time, person uuid.UUID, code string, amount int, factOn calendar.Date) (ClaimPreview, error) {
	if !factOn.Valid() || factOn.After(calendar.DateOf(now)) {
		return ClaimPreview{}, fault.Field("fact_on", "请填写事项发生的日期，不能晚于今天")
	}
	t, err := termsOf(ctx, on, unit, factOn)
	if err != nil {
		return ClaimPreview{}, err
	}
	scheme := t.scheme(factOn)
	rule, err := scheme.claimRule(code)
	if err != nil {
		return ClaimPreview{}, err
	}
	p := ClaimPreview{Rule: *rule, Scheme: fmt.Sprintf("%s（第%d版）", scheme.Name, scheme.Version)}
	if p.Requested, err = rule.claimed(amount); err != nil {
		return p, err
	}
	states, err := quartersFrom(ctx, on, unit, calendar.QuarterOf(factOn))
	if err != nil {
		return p, err
	}
	p.Quarter = states.taking(calendar.QuarterOf(factOn))
	p.Late = p.Quarter != calendar.QuarterOf(factOn)
	places, err := org.Placements(ctx, on, unit, factOn, []uuid.UUID{person})
	if err != nil {
		return p, err
	}
	place, known := places[person]
	switch {
	case !known:
		return p, fault.Missing("人员")
	case place.Exempt != "":
		p.Refusal = fmt.Sprintf("%s在那一天免记积分（%s）", place.Name, place.Exempt)
		return p, nil
	case !place.Holds(t.Settings):
		p.Refusal = place.Name + "在那一天没有积分台账"
		return p, nil
	}
	p.Holds = true
	used, err := capsUsed(ctx, on, unit, person, factOn)
	if err != nil {
		return p, err
	}
	p.Granted, p.CutBy = cut(p.Requested, scheme.ceilings(rule, person, uuid.Nil, factOn), used)
	return p, nil
}

// quartersFrom are the states of a quarter and those after it, held by nobody.
func quartersFrom(ctx context.Context, on bun.IDB, unit uuid.UUID, from calendar.Quarter) (quarterStates, error) {
	states := quarterStates{}
	err := db.Each(ctx, on, `SELECT quarter, state FROM points_quarters WHERE unit_id = $1 AND quarter >= $2`, []any{unit, from.String()}, func(rows *sql.Rows) error {
		var q calendar.Quarter
		var state string
		err := rows.Scan(&q, &state)
		states[q] = state
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("quarters from %s: %w", from, db.Translate(err))
	}
	return states, nil
}

// capsUsed is what a person has used of the caps that count a day.
func capsUsed(ctx context.Context, on bun.IDB, unit, person uuid.UUID, day calendar.Date) (map[capKey]int, error) {
	used := map[capKey]int{}
	err := db.Each(ctx, on, `SELECT cap, period, used FROM points_caps WHERE unit_id = $1 AND person_id = $2 AND period = ANY($3::text[])`,
		[]any{unit, person, reading{Days: []calendar.Date{day}}.periods()}, func(rows *sql.Rows) error {
			k, n := capKey{Person: person}, 0
			err := rows.Scan(&k.Cap, &k.Period, &n)
			used[k] = n
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("caps used: %w", db.Translate(err))
	}
	return used, nil
}
