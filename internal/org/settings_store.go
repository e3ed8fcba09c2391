package org

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Settings reads the office's settings; what it never set has its default.
func Settings(ctx context.Context, on bun.IDB, unit uuid.UUID) (UnitSettings, error) {
	return settings(ctx, on, unit, "")
}

// lockSettings is Settings that holds the row until the transaction ends.
func lockSettings(ctx context.Context, tx bun.Tx, unit uuid.UUID) (UnitSettings, error) {
	return settings(ctx, tx, unit, " FOR NO KEY UPDATE")
}

func settings(ctx context.Context, on bun.IDB, unit uuid.UUID, lock string) (UnitSettings, error) {
	set := DefaultSettings()
	rows, err := db.Query(ctx, on, `SELECT settings::text FROM org_units WHERE id = $1`+lock, unit)
	if err != nil {
		return set, fmt.Errorf("settings: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	text, err := oneText(rows)
	if errors.Is(err, sql.ErrNoRows) {
		return set, fault.Missing("单位")
	}
	if err != nil {
		return set, fmt.Errorf("settings: %w", db.Translate(err))
	}
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return set, fmt.Errorf("settings of unit %s: %w", unit, err)
	}
	return set, nil
}

func oneText(rows *sql.Rows) (string, error) {
	var text string
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return "", err
		}
		return "", sql.ErrNoRows
	}
	if err := rows.Scan(&text); err != nil {
		return "", err
	}
	return text, rows.Err()
}

func saveSettings(ctx context.Context, tx bun.Tx, unit uuid.UUID, set UnitSettings) error {
	text, err := json.Marshal(set)
	if err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	if _, err := db.Exec(ctx, tx, `UPDATE org_units SET settings = $2::jsonb WHERE id = $1`, unit, string(text)); err != nil {
		return fmt.Errorf("settings: %w", err)
	}
	return nil
}
