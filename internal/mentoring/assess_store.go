package mentoring

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

// listAssessments reads what was written of a pairing.
func listAssessments(ctx context.Context, on bun.IDB, unit, pairing uuid.UUID) (out []Assessment, err error) {
	err = db.Each(ctx, on, `SELECT a.id, a.year, a.stage, a.role, a.by_person, p.name, coalesce(a.grade, ''), a.score, a.remark, a.written_at, a.row_version
		FROM mentoring_assessments a JOIN org_people p ON p.unit_id = a.unit_id AND p.id = a.by_person
		WHERE a.unit_id = $1 AND a.pairing_id = $2
		ORDER BY a.year, a.stage, array_position(ARRAY['political', 'professional', 'mentee'], a.role)`, []any{unit, pairing}, func(rows *sql.Rows) error {
		var a Assessment
		err := rows.Scan(&a.ID, &a.Year, &a.Stage, &a.Role, &a.ByPerson, &a.ByName, &a.Grade, &a.Score, &a.Remark, &a.WrittenAt, &a.Version)
		out = append(out, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("assessments of pairing %s: %w", pairing, err)
	}
	return out, nil
}

// saveAssessment writes one's own, or changes it where was is its id.
func saveAssessment(ctx context.Context, tx bun.Tx, by access.Actor, at time.Time, pairing uuid.UUID, was *Assessment, year int, stage, role string, in AssessmentInput) (id uuid.UUID, err error) {
	if was != nil {
		id = was.ID
		_, err = db.Exec(ctx, tx, `UPDATE mentoring_assessments SET grade = nullif($3, ''), score = $4, remark = $5, written_at = $6, row_version = row_version + 1
			WHERE unit_id = $1 AND id = $2`, by.Unit, id, in.Grade, in.Score, in.Remark, at)
	} else {
		id = db.NewID()
		_, err = db.Exec(ctx, tx, `INSERT INTO mentoring_assessments (unit_id, id, pairing_id, year, stage, role, by_person, grade, score, remark, written_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, nullif($8, ''), $9, $10, $11)`, by.Unit, id, pairing, year, stage, role, by.Person, in.Grade, in.Score, in.Remark, at)
	}
	if err != nil {
		return id, fmt.Errorf("assessment of pairing %s: %w", pairing, db.Translate(err))
	}
	return id, nil
}
