package org

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// Workdays reads the office's working days: the notices that the program knows
// itself, and those that the office imported. A year that was imported is the
// import's alone, so that a corrected notice also takes days back.
func Workdays(ctx context.Context, on bun.IDB, unit uuid.UUID) (calendar.Workdays, error) {
	imported, err := importedDays(ctx, on, unit)
	if err != nil {
		return calendar.Workdays{}, err
	}
	return calendar.NewWorkdays(merged(imported)...), nil
}

func importedDays(ctx context.Context, on bun.IDB, unit uuid.UUID) ([]calendar.SpecialDay, error) {
	rows, err := db.Query(ctx, on, `SELECT day, kind, name FROM org_holidays WHERE unit_id = $1 ORDER BY day`, unit)
	if err != nil {
		return nil, fmt.Errorf("holidays: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	var days []calendar.SpecialDay
	for rows.Next() {
		var d calendar.SpecialDay
		if err := rows.Scan(&d.Date, &d.Kind, &d.Name); err != nil {
			return nil, fmt.Errorf("holidays: %w", err)
		}
		days = append(days, d)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("holidays: %w", db.Translate(err))
	}
	return days, nil
}

// importOf tells who imported a year's notice last, and when; at is zero where
// nobody did.
func importOf(ctx context.Context, on bun.IDB, unit uuid.UUID, year int) (by string, at time.Time, err error) {
	rows, err := db.Query(ctx, on, `SELECT coalesce(p.name, ''), h.imported_at FROM org_holidays h
		LEFT JOIN org_people p ON p.unit_id = h.unit_id AND p.id = h.imported_by
		WHERE h.unit_id = $1 AND h.day BETWEEN $2 AND $3 ORDER BY h.imported_at DESC LIMIT 1`,
		unit, calendar.NewDate(year, time.January, 1), calendar.NewDate(year, time.December, 31))
	if err != nil {
		return "", at, fmt.Errorf("holiday import: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	if rows.Next() {
		if err := rows.Scan(&by, &at); err != nil {
			return "", at, fmt.Errorf("holiday import: %w", err)
		}
	}
	return by, at, db.Translate(rows.Err())
}

// replaceDays puts a year's imported rows in the place of those before; none takes
// the import back.
func replaceDays(ctx context.Context, tx bun.Tx, by access.Actor, now time.Time, year int, days []calendar.SpecialDay) error {
	if _, err := db.Exec(ctx, tx, `DELETE FROM org_holidays WHERE unit_id = $1 AND day BETWEEN $2 AND $3`,
		by.Unit, calendar.NewDate(year, time.January, 1), calendar.NewDate(year, time.December, 31)); err != nil {
		return fmt.Errorf("holidays of %d: %w", year, err)
	}
	var on, kinds, names []string
	for _, d := range days {
		on, kinds, names = append(on, d.Date.String()), append(kinds, string(d.Kind)), append(names, d.Name)
	}
	if _, err := db.Exec(ctx, tx, `INSERT INTO org_holidays (unit_id, day, kind, name, imported_by, imported_at)
		SELECT $1, d::date, k, n, $2, $3 FROM unnest($4::text[], $5::text[], $6::text[]) AS r (d, k, n)`,
		by.Unit, db.OrNull(by.Person), now, on, kinds, names); err != nil {
		return fmt.Errorf("holidays of %d: %w", year, err)
	}
	return nil
}
