package duty

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

const dutyColumns = `id, code, name, owner, coalesce(activity_kind, '') AS activity_kind, coalesce(talk_type, '') AS talk_type, period, times,
	committee, basis, ord, valid_from, valid_to`

// lines reads the lines of an office, or of one code, newest first within a code.
func lines(ctx context.Context, on bun.IDB, unit uuid.UUID, code string) ([]Duty, error) {
	q := on.NewSelect().Table("duty_duties").ColumnExpr(dutyColumns).Where("unit_id = ?", unit).OrderExpr("code, valid_from DESC")
	if code != "" {
		q.Where("code = ?", code)
	}
	var out []Duty
	if err := q.Scan(ctx, &out); err != nil {
		return nil, fmt.Errorf("duties: %w", err)
	}
	return out, nil
}

// lockList makes changes of an office's list come one after another.
func lockList(ctx context.Context, tx bun.Tx, unit uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `SELECT pg_advisory_xact_lock(hashtext('duty_duties'), hashtext($1::text))`, unit.String())
	return db.Translate(err)
}

func insertLine(ctx context.Context, tx bun.Tx, unit uuid.UUID, d Duty, by uuid.UUID, now time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO duty_duties (unit_id, id, code, name, owner, activity_kind, talk_type, period, times, committee, basis, ord,
			valid_from, valid_to, created_by, created_at)
		VALUES ($1, $2, $3, $4, $5, nullif($6, ''), nullif($7, ''), $8, $9, $10, $11, $12, $13, $14, $15, $16)`,
		unit, d.ID, d.Code, d.Name, d.Owner, d.ActivityKind, d.TalkType, d.Period, d.Times, d.Committee, d.Basis, d.Ord, d.ValidFrom, d.ValidTo, db.OrNull(by), now)
	return db.Translate(err)
}

// setEnd sets the last day of a line; nil: it lasts.
func setEnd(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, last *calendar.Date) error {
	_, err := db.Exec(ctx, tx, `UPDATE duty_duties SET valid_to = $3 WHERE unit_id = $1 AND id = $2`, unit, id, last)
	return db.Translate(err)
}

// deleteLine takes out a line that judges nothing that is over.
func deleteLine(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM duty_duties WHERE unit_id = $1 AND id = $2`, unit, id)
	return db.Translate(err)
}

// kindRow is what a duty asks of a kind of activity.
type kindRow struct {
	Name       string
	Organisers []string `bun:",array"`
	Active     bool
}

func kindOf(ctx context.Context, on bun.IDB, unit uuid.UUID, code string) (*kindRow, error) {
	var rows []kindRow
	err := on.NewSelect().Table("activity_kinds").Column("name", "organisers", "active").
		Where("unit_id = ?", unit).Where("code = ?", code).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("kind of activity: %w", err)
	}
	if len(rows) == 0 {
		return nil, nil
	}
	return &rows[0], nil
}

// Seed gives an office the duties of rule 32. A code that has any line is left alone,
// and what meets a duty has to be there: kinds of activities and types of talks are
// seeded before.
func Seed(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time) error {
	if err := lockList(ctx, tx, unit); err != nil {
		return err
	}
	have, err := lines(ctx, tx, unit, "")
	if err != nil {
		return err
	}
	known := map[string]bool{}
	for _, d := range have {
		known[d.Code] = true
	}
	for _, d := range seeds() {
		if known[d.Code] {
			continue
		}
		d.ID = db.NewID()
		if err := insertLine(ctx, tx, unit, d, uuid.Nil, now); err != nil {
			return fmt.Errorf("duty %s: %w", d.Code, err)
		}
	}
	return nil
}

// Unseeded lists the offices that lack a duty of rule 32.
func Unseeded(ctx context.Context, on bun.IDB) ([]uuid.UUID, error) {
	list := seeds()
	codes := make([]string, len(list))
	for i, d := range list {
		codes[i] = d.Code
	}
	var out []uuid.UUID
	err := on.NewSelect().TableExpr("org_units AS u").Column("u.id").
		Where("(SELECT count(DISTINCT d.code) FROM duty_duties d WHERE d.unit_id = u.id AND d.code IN (?)) < ?", bun.List(codes), len(codes)).
		OrderExpr("u.id").Scan(ctx, &out)
	if err != nil {
		return nil, fmt.Errorf("offices without duties: %w", db.Translate(err))
	}
	return out, nil
}
