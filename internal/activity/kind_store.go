package activity

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

type kindRow struct {
	bun.BaseModel  `bun:"table:activity_kinds,alias:k"`
	UnitID         uuid.UUID
	Code           string
	Name           string
	Category       string
	Expected       string
	Organisers     []string `bun:",array"`
	Needs          []string `bun:",array"`
	Quorum         string
	DefaultMinutes int
	Ord            int
	Active         bool
}

func (r kindRow) kind() Kind {
	return Kind{r.Code, r.Name, r.Category, r.Expected, append([]string{}, r.Organisers...), append([]string{}, r.Needs...),
		r.Quorum, r.DefaultMinutes, r.Ord, r.Active}
}

func kindRows(unit uuid.UUID, kinds ...Kind) []kindRow {
	rows := make([]kindRow, len(kinds))
	for i, k := range kinds {
		rows[i] = kindRow{UnitID: unit, Code: k.Code, Name: k.Name, Category: k.Category, Expected: k.Expected,
			Organisers: append([]string{}, k.Organisers...), Needs: append([]string{}, k.Needs...), Quorum: k.Quorum,
			DefaultMinutes: k.DefaultMinutes, Ord: k.Ord, Active: k.Active}
	}
	return rows
}

func insertKinds(ctx context.Context, tx bun.Tx, unit uuid.UUID, kinds []Kind) error {
	rows := kindRows(unit, kinds...)
	if _, err := tx.NewInsert().Model(&rows).On("CONFLICT DO NOTHING").Exec(ctx); err != nil {
		return fmt.Errorf("seed activity kinds: %w", err)
	}
	return nil
}

func saveKind(ctx context.Context, tx bun.Tx, unit uuid.UUID, k Kind) error {
	rows := kindRows(unit, k)
	_, err := tx.NewInsert().Model(&rows).On("CONFLICT (unit_id, code) DO UPDATE").
		Set("name = EXCLUDED.name, category = EXCLUDED.category, expected = EXCLUDED.expected, organisers = EXCLUDED.organisers").
		Set("needs = EXCLUDED.needs, quorum = EXCLUDED.quorum, default_minutes = EXCLUDED.default_minutes").
		Set("ord = EXCLUDED.ord, active = EXCLUDED.active").Exec(ctx)
	if err != nil {
		return fmt.Errorf("save activity kind: %w", err)
	}
	return nil
}

func listKinds(ctx context.Context, on bun.IDB, unit uuid.UUID) ([]Kind, error) {
	var rows []kindRow
	if err := on.NewSelect().Model(&rows).Where("k.unit_id = ?", unit).OrderExpr("k.ord, k.code").Scan(ctx); err != nil {
		return nil, db.Translate(err)
	}
	kinds := make([]Kind, len(rows))
	for i, r := range rows {
		kinds[i] = r.kind()
	}
	return kinds, nil
}

func findKind(ctx context.Context, on bun.IDB, unit uuid.UUID, code string) (Kind, error) {
	var r kindRow
	err := on.NewSelect().Model(&r).Where("k.unit_id = ?", unit).Where("k.code = ?", code).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return Kind{}, fault.Field("kind", "没有这种活动类型，请从列表中选择")
	}
	if err != nil {
		return Kind{}, db.Translate(err)
	}
	return r.kind(), nil
}
