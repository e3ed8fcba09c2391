package org

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Absences lists who is away from one day to another, each run of days whole, in order
// of person and day. The fields that only a page needs are left empty.
func Absences(ctx context.Context, on bun.IDB, unit uuid.UUID, from, to calendar.Date) ([]Absence, error) {
	var out []Absence
	err := db.Each(ctx, on, `SELECT id, person_id, kind, valid_from, valid_to FROM org_absences
		WHERE unit_id = $1 AND valid_to >= $2 AND valid_from <= $3 ORDER BY person_id, valid_from`, []any{unit, from, to}, func(rows *sql.Rows) error {
		var a Absence
		err := rows.Scan(&a.ID, &a.Person, &a.Kind, &a.From, &a.To)
		out = append(out, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("absences: %w", err)
	}
	return out, nil
}

// absences is the query behind the list and what is deleted. Its scope goes by the
// person's places of today, as that of the roll does.
func absences(on bun.IDB, scope access.Scope, f AbsenceFilter, today calendar.Date) *bun.SelectQuery {
	q := roll(on, scope, today, today).Join("JOIN org_absences a ON a.unit_id = p.unit_id AND a.person_id = p.id")
	if !f.From.IsZero() {
		q.Where("a.valid_to >= ?", f.From)
	}
	if !f.To.IsZero() {
		q.Where("a.valid_from <= ?", f.To)
	}
	if f.Person != uuid.Nil {
		q.Where("a.person_id = ?", f.Person)
	}
	if f.Branch != uuid.Nil {
		q.Where("m.branch_id = ?", f.Branch)
	}
	if f.Kind != "" {
		q.Where("a.kind = ?", f.Kind)
	}
	return q
}

const absenceColumns = `a.id, a.person_id, p.name, coalesce(b.name, ''), coalesce(d.name, ''), m.branch_id, dm.department_id, a.kind, a.valid_from, a.valid_to,
	coalesce((SELECT n.name FROM org_people n WHERE n.unit_id = a.unit_id AND n.id = a.noted_by), ''), a.noted_at`

func (a *Absence) columns() []any {
	return []any{&a.ID, &a.Person, &a.Name, &a.BranchName, &a.DepartmentName, &a.branch, &a.department, &a.Kind, &a.From, &a.To, &a.NotedByName, &a.NotedAt}
}

func listAbsences(ctx context.Context, on bun.IDB, scope access.Scope, f AbsenceFilter, today calendar.Date) (out AbsencePage, err error) {
	q := absences(on, scope, f, today).ColumnExpr(absenceColumns).OrderExpr("a.valid_from DESC, a.id DESC").Limit(int64(f.Limit) + 1)
	if f.Cursor != "" {
		c, err := parseAbsenceCursor(f.Cursor)
		if err != nil {
			return out, err
		}
		q.Where("(a.valid_from, a.id) < (?, ?)", c.From, c.ID)
	}
	out.Items = []Absence{}
	err = read(ctx, q, func(rows *sql.Rows) error {
		var a Absence
		err := rows.Scan(a.columns()...)
		out.Items = append(out.Items, a)
		return err
	})
	if err != nil {
		return out, err
	}
	if len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		last := out.Items[f.Limit-1]
		out.Next = absenceCursor{last.From, last.ID}.String()
	}
	n, err := absences(on, scope, f, today).Count(ctx)
	out.Total = int(n)
	return out, db.Translate(err)
}

func findAbsence(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID, today calendar.Date) (a Absence, err error) {
	err = absences(on, scope, AbsenceFilter{}, today).ColumnExpr(absenceColumns).Where("a.id = ?", id).Scan(ctx, a.columns()...)
	if errors.Is(err, sql.ErrNoRows) {
		return a, fault.Missing("请假外出记录")
	}
	return a, db.Translate(err)
}

func insertAbsence(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, a NewAbsence, now time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO org_absences (unit_id, id, person_id, kind, valid_from, valid_to, noted_by, noted_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, by.Unit, id, a.Person, a.Kind, a.From, a.To, by.Person, now)
	return db.Translate(err)
}

func deleteAbsence(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) error {
	r, err := db.Exec(ctx, tx, `DELETE FROM org_absences WHERE unit_id = $1 AND id = $2`, unit, id)
	if err != nil {
		return db.Translate(err)
	}
	if n, err := r.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return fault.Missing("请假外出记录")
}
