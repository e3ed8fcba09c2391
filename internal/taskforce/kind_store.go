package taskforce

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Seed gives an office the kinds of taskforces and of outcomes. One that it has stays
// as it is.
func Seed(ctx context.Context, tx bun.Tx, unit uuid.UUID) error {
	for _, k := range seedKinds() {
		k.Active = true
		if err := insertKind(ctx, tx, unit, k, ` ON CONFLICT (unit_id, code) DO NOTHING`); err != nil {
			return err
		}
	}
	for _, k := range seedOutcomeKinds() {
		k.Active = true
		if err := insertOutcomeKind(ctx, tx, unit, k, ` ON CONFLICT (unit_id, code) DO NOTHING`); err != nil {
			return err
		}
	}
	return nil
}

// Unseeded lists the offices that lack a kind of taskforces or of outcomes: they began
// before there were any.
func Unseeded(ctx context.Context, on bun.IDB) ([]uuid.UUID, error) {
	var kinds, outcomes []string
	for _, k := range seedKinds() {
		kinds = append(kinds, k.Code)
	}
	for _, k := range seedOutcomeKinds() {
		outcomes = append(outcomes, k.Code)
	}
	var out []uuid.UUID
	err := db.Each(ctx, on, `SELECT u.id FROM org_units u
		WHERE (SELECT count(*) FROM taskforce_kinds k WHERE k.unit_id = u.id AND k.code = ANY ($1::text[])) < cardinality($1::text[])
			OR (SELECT count(*) FROM taskforce_outcome_kinds k WHERE k.unit_id = u.id AND k.code = ANY ($2::text[])) < cardinality($2::text[])
		ORDER BY u.id`, []any{kinds, outcomes}, func(rows *sql.Rows) error {
		var id uuid.UUID
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("offices without taskforce kinds: %w", err)
	}
	return out, nil
}

const kindColumns = `k.code, k.name, k.head, k.party, k.approval, k.outsiders, k.groups, k.posts, k.appraisal, k.ord, k.active, k.row_version`

func (k *Kind) columns() []any {
	return []any{&k.Code, &k.Name, &k.Head, &k.Party, &k.Approval, &k.Outsiders, &k.Groups, &k.Posts, &k.Appraisal, &k.Ord, &k.Active, &k.RowVersion}
}

func listKinds(ctx context.Context, on bun.IDB, unit uuid.UUID) ([]Kind, error) {
	out := []Kind{}
	err := db.Each(ctx, on, `SELECT `+kindColumns+` FROM taskforce_kinds k WHERE k.unit_id = $1 ORDER BY k.ord, k.code`, []any{unit}, func(rows *sql.Rows) error {
		var k Kind
		err := rows.Scan(k.columns()...)
		out = append(out, k)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("taskforce kinds: %w", err)
	}
	return out, nil
}

// lockKind holds a kind, and says whether any taskforce is of it.
func lockKind(ctx context.Context, tx bun.Tx, unit uuid.UUID, code string) (k Kind, used bool, err error) {
	err = db.One(ctx, tx, append(k.columns(), &used), `SELECT `+kindColumns+`,
			EXISTS (SELECT FROM taskforce_taskforces f WHERE f.unit_id = k.unit_id AND f.kind = k.code)
		FROM taskforce_kinds k WHERE k.unit_id = $1 AND k.code = $2 FOR UPDATE OF k`, unit, code)
	if errors.Is(err, sql.ErrNoRows) {
		return k, false, fault.Missing("类型")
	}
	return k, used, err
}

// heldKind holds a kind against changes while one of it is proposed.
func heldKind(ctx context.Context, tx bun.Tx, unit uuid.UUID, code string) (k Kind, err error) {
	err = db.One(ctx, tx, k.columns(), `SELECT `+kindColumns+` FROM taskforce_kinds k WHERE k.unit_id = $1 AND k.code = $2 AND k.active FOR SHARE`, unit, code)
	if errors.Is(err, sql.ErrNoRows) {
		return k, fault.Field("kind", "没有这种类型，或已停用，请从列表中选择")
	}
	return k, err
}

func insertKind(ctx context.Context, tx bun.Tx, unit uuid.UUID, k Kind, otherwise string) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO taskforce_kinds (unit_id, code, name, head, party, approval, outsiders, groups, posts, appraisal, ord, active)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`+otherwise,
		unit, k.Code, k.Name, k.Head, k.Party, k.Approval, k.Outsiders, k.Groups, k.Posts, k.Appraisal, k.Ord, k.Active)
	if err != nil {
		return fmt.Errorf("taskforce kind %s: %w", k.Code, db.Translate(err))
	}
	return nil
}

func saveKind(ctx context.Context, tx bun.Tx, unit uuid.UUID, k Kind) error {
	_, err := db.Exec(ctx, tx, `UPDATE taskforce_kinds SET name = $3, head = $4, party = $5, approval = $6, outsiders = $7, groups = $8, posts = $9, appraisal = $10,
		ord = $11, active = $12, row_version = row_version + 1 WHERE unit_id = $1 AND code = $2`,
		unit, k.Code, k.Name, k.Head, k.Party, k.Approval, k.Outsiders, k.Groups, k.Posts, k.Appraisal, k.Ord, k.Active)
	if err != nil {
		return fmt.Errorf("taskforce kind %s: %w", k.Code, db.Translate(err))
	}
	return nil
}

func codeTaken(ctx context.Context, tx bun.Tx, table string, unit uuid.UUID, code string) (taken bool, err error) {
	err = db.One(ctx, tx, []any{&taken}, `SELECT EXISTS (SELECT FROM `+table+` WHERE unit_id = $1 AND code = $2)`, unit, code)
	return taken, err
}

func (k *OutcomeKind) columns() []any {
	return []any{&k.Code, &k.Name, &k.Measure, &k.Money, &k.Ord, &k.Active}
}

func listOutcomeKinds(ctx context.Context, on bun.IDB, unit uuid.UUID) ([]OutcomeKind, error) {
	out := []OutcomeKind{}
	err := db.Each(ctx, on, `SELECT code, name, measure, money, ord, active FROM taskforce_outcome_kinds WHERE unit_id = $1 ORDER BY ord, code`, []any{unit}, func(rows *sql.Rows) error {
		var k OutcomeKind
		err := rows.Scan(k.columns()...)
		out = append(out, k)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("outcome kinds: %w", err)
	}
	return out, nil
}

// lockOutcomeKind holds a kind of outcomes, and says whether any is of it.
func lockOutcomeKind(ctx context.Context, tx bun.Tx, unit uuid.UUID, code string) (k OutcomeKind, used bool, err error) {
	err = db.One(ctx, tx, append(k.columns(), &used), `SELECT k.code, k.name, k.measure, k.money, k.ord, k.active,
			EXISTS (SELECT FROM taskforce_outcomes o WHERE o.unit_id = k.unit_id AND o.kind = k.code)
		FROM taskforce_outcome_kinds k WHERE k.unit_id = $1 AND k.code = $2 FOR UPDATE OF k`, unit, code)
	if errors.Is(err, sql.ErrNoRows) {
		return k, false, fault.Missing("成果种类")
	}
	return k, used, err
}

func insertOutcomeKind(ctx context.Context, tx bun.Tx, unit uuid.UUID, k OutcomeKind, otherwise string) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO taskforce_outcome_kinds (unit_id, code, name, measure, money, ord, active)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`+otherwise, unit, k.Code, k.Name, k.Measure, k.Money, k.Ord, k.Active)
	if err != nil {
		return fmt.Errorf("outcome kind %s: %w", k.Code, db.Translate(err))
	}
	return nil
}

func saveOutcomeKind(ctx context.Context, tx bun.Tx, unit uuid.UUID, k OutcomeKind) error {
	_, err := db.Exec(ctx, tx, `UPDATE taskforce_outcome_kinds SET name = $3, measure = $4, money = $5, ord = $6, active = $7 WHERE unit_id = $1 AND code = $2`,
		unit, k.Code, k.Name, k.Measure, k.Money, k.Ord, k.Active)
	if err != nil {
		return fmt.Errorf("outcome kind %s: %w", k.Code, db.Translate(err))
	}
	return nil
}
