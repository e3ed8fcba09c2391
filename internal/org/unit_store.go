package org

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
)

// CreateUnit makes the office at set-up. demo marks invented data, whose sign-ins
// a production start refuses.
func CreateUnit(ctx context.Context, tx bun.Tx, now time.Time, name string, demo bool) (uuid.UUID, error) {
	id := db.NewID()
	_, err := db.Exec(ctx, tx, `INSERT INTO org_units (id, name, demo, created_at) VALUES ($1, $2, $3, $4)`, id, name, demo, now)
	if err != nil {
		return uuid.Nil, fmt.Errorf("create unit: %w", err)
	}
	return id, nil
}

// AddOutsider makes a person for somebody who works the system but is not on the
// roll, such as the administrator of a first start: in no list, count or report.
func AddOutsider(ctx context.Context, tx bun.Tx, unit uuid.UUID, name string) (uuid.UUID, error) {
	id := db.NewID()
	full, initials := Pinyin(name)
	_, err := db.Exec(ctx, tx, `INSERT INTO org_people (unit_id, id, name, pinyin, initials, on_roll) VALUES ($1, $2, $3, $4, $5, false)`,
		unit, id, name, full, initials)
	if err != nil {
		return uuid.Nil, fmt.Errorf("add outsider: %w", err)
	}
	return id, nil
}
