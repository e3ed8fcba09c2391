package volunteer

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// readRoll reads whom and what rows of these days can name.
func readRoll(ctx context.Context, on bun.IDB, unit uuid.UUID, from, to calendar.Date) (roll, error) {
	l := roll{byStaff: map[string]listed{}, byName: map[string][]listed{}, holders: map[string]holder{}, held: map[event]bool{}}
	err := db.Each(ctx, on, `SELECT id, name, coalesce(staff_no, '') FROM org_people WHERE unit_id = $1 AND on_roll ORDER BY id`, []any{unit}, func(rows *sql.Rows) error {
		var p listed
		err := rows.Scan(&p.id, &p.name, &p.staffNo)
		name := sheet.CleanName(p.name)
		l.byName[name] = append(l.byName[name], p)
		if p.staffNo != "" {
			l.byStaff[sheet.Key(p.staffNo)] = p
		}
		return err
	})
	if err != nil {
		return l, err
	}
	err = db.Each(ctx, on, `SELECT 'department', id, name FROM org_departments WHERE unit_id = $1 AND valid_to IS NULL
		UNION ALL SELECT 'branch', id, name FROM org_branches WHERE unit_id = $1 AND valid_to IS NULL
		UNION ALL SELECT 'group', g.id, b.name || g.name FROM org_groups g JOIN org_branches b ON b.unit_id = g.unit_id AND b.id = g.branch_id
			WHERE g.unit_id = $1 AND g.valid_to IS NULL AND b.valid_to IS NULL
		UNION ALL SELECT 'unit', '00000000-0000-0000-0000-000000000000', name FROM org_units WHERE id = $1
		UNION ALL SELECT 'unit', '00000000-0000-0000-0000-000000000000', '全院'`, []any{unit}, func(rows *sql.Rows) error {
		var h holder
		var name string
		err := rows.Scan(&h.kind, &h.id, &name)
		l.holders[sheet.Key(name)] = h
		return err
	})
	if err != nil {
		return l, err
	}
	return l, db.Each(ctx, on, `SELECT (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date, a.title, a.organiser_kind, coalesce(a.group_id, a.branch_id, a.department_id, a.project_id)
		FROM activity_activities a WHERE a.unit_id = $1 AND a.kind = $2 AND a.state = 'confirmed' AND a.starts_at >= $3 AND a.starts_at < $4`,
		[]any{unit, importKind, from.In(), to.AddDays(1).In()}, func(rows *sql.Rows) error {
			var e event
			err := rows.Scan(&e.day, &e.title, &e.kind, &e.holder)
			l.held[e] = true
			return err
		})
}

// lockImports lets imports be confirmed and undone one after the other.
func lockImports(ctx context.Context, tx bun.Tx, unit uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `SELECT pg_advisory_xact_lock(hashtextextended('volunteer_imports' || $1::text, 0))`, unit.String())
	return err
}

// storedImport is what waits between preview and confirming.
type storedImport struct {
	Rows []ImportRow `json:"rows"`
}

func insertImport(ctx context.Context, tx bun.Tx, by access.Actor, i Import, rows []ImportRow) error {
	stored, err := json.Marshal(storedImport{rows})
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	problems, err := json.Marshal(i.Problems)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO volunteer_imports (unit_id, id, file_name, state, rows, problems, created_by, created_at)
		VALUES ($1, $2, $3, 'previewed', $4::jsonb, $5::jsonb, $6, $7)`, by.Unit, i.ID, i.FileName, string(stored), string(problems), by.Person, i.CreatedAt)
	return err
}

const importHead = `SELECT i.id, i.file_name, i.state, coalesce((SELECT p.name FROM org_people p WHERE p.unit_id = i.unit_id AND p.id = i.created_by), ''),
	i.created_at, i.confirmed_at, i.undone_at,
	i.state = 'confirmed' AND NOT EXISTS (SELECT FROM volunteer_imports l WHERE l.unit_id = i.unit_id AND l.state = 'confirmed' AND l.confirmed_at > i.confirmed_at),
	i.rows::text, i.problems::text FROM volunteer_imports i WHERE i.unit_id = $1`

func scanImport(rows *sql.Rows) (i Import, stored storedImport, err error) {
	var confirmed, undone sql.NullTime
	var all, problems []byte
	if err = rows.Scan(&i.ID, &i.FileName, &i.State, &i.CreatedBy, &i.CreatedAt, &confirmed, &undone, &i.Undoable, &all, &problems); err != nil {
		return i, stored, err
	}
	if confirmed.Valid {
		i.ConfirmedAt = &confirmed.Time
	}
	if undone.Valid {
		i.UndoneAt = &undone.Time
	}
	return i, stored, errors.Join(json.Unmarshal(all, &stored), json.Unmarshal(problems, &i.Problems))
}

func listImports(ctx context.Context, on bun.IDB, unit, before uuid.UUID, limit int) ([]Import, error) {
	c := clause{importHead, []any{unit}}
	if before != uuid.Nil {
		c.and("i.id < ?", before)
	}
	out := []Import{}
	err := db.Each(ctx, on, c.text+fmt.Sprintf(" ORDER BY i.id DESC LIMIT %d", limit), c.args, func(rows *sql.Rows) error {
		i, stored, err := scanImport(rows)
		i.Counts, i.Problems = counted(stored.Rows), nil
		out = append(out, i)
		return err
	})
	return out, err
}

// findImport reads an import whole; with lock it holds the row: one is confirmed once.
func findImport(ctx context.Context, on bun.IDB, unit, id uuid.UUID, lock bool) (i Import, rows []ImportRow, err error) {
	query := importHead + ` AND i.id = $2`
	if lock {
		query += ` FOR UPDATE OF i`
	}
	found := false
	err = db.Each(ctx, on, query, []any{unit, id}, func(r *sql.Rows) error {
		found = true
		var stored storedImport
		var err error
		i, stored, err = scanImport(r)
		rows = stored.Rows
		return err
	})
	if err == nil && !found {
		err = fault.Missing("导入记录")
	}
	i.Counts = counted(rows)
	return i, rows, err
}

// saveConfirmed keeps what was carried out: the rows as they were matched then.
func saveConfirmed(ctx context.Context, tx bun.Tx, unit uuid.UUID, i Import, rows []ImportRow, records []uuid.UUID, at time.Time) error {
	stored, err := json.Marshal(storedImport{rows})
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	problems, err := json.Marshal(i.Problems)
	if err != nil {
		return fmt.Errorf("import: %w", err)
	}
	if _, err = db.Exec(ctx, tx, `UPDATE volunteer_imports SET state = 'confirmed', confirmed_at = $3, rows = $4::jsonb, problems = $5::jsonb WHERE unit_id = $1 AND id = $2`,
		unit, i.ID, at, string(stored), string(problems)); err != nil {
		return err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO volunteer_import_records (unit_id, import_id, record_id) SELECT $1, $2, r FROM unnest($3::uuid[]) r`, unit, i.ID, records)
	return err
}

// standingRecords lists the records of an import that are still confirmed; who
// withdrew the others did so already.
func standingRecords(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) (records []uuid.UUID, err error) {
	return records, db.Each(ctx, tx, `SELECT r.record_id FROM volunteer_import_records r JOIN activity_activities a
			ON a.unit_id = r.unit_id AND a.record_id = r.record_id AND a.state = 'confirmed'
		WHERE r.unit_id = $1 AND r.import_id = $2 ORDER BY r.record_id`, []any{unit, id}, func(rows *sql.Rows) error {
		var r uuid.UUID
		err := rows.Scan(&r)
		records = append(records, r)
		return err
	})
}

func markUndone(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE volunteer_imports SET state = 'undone', undone_at = $3 WHERE unit_id = $1 AND id = $2`, unit, id, at)
	return err
}

// match compares rows with the roll and the records of now.
func (s *Service) match(ctx context.Context, on bun.IDB, unit uuid.UUID, rows []ImportRow) ([]sheet.RowError, error) {
	var from, to calendar.Date
	for _, r := range rows {
		if r.Bad {
			continue
		}
		if from.IsZero() || r.Day.Before(from) {
			from = r.Day
		}
		if r.Day.After(to) {
			to = r.Day
		}
	}
	if from.IsZero() {
		return nil, nil
	}
	l, err := readRoll(ctx, on, unit, from, to)
	if err != nil {
		return nil, err
	}
	problems := l.match(rows)
	for _, group := range grouped(rows) {
		if _, _, ok := hoursOf(group[0].Day, longest(group), s.now()); ok {
			continue
		}
		for _, r := range group {
			problems = append(problems, sheet.RowError{Sheet: r.Sheet, Row: r.Row, Heading: "时长", Value: hours(r.Minutes),
				Reason: "这一天到现在还没有这么长的时间，请核对日期和时长", Severity: sheet.Error})
			for i := range rows {
				if rows[i].Sheet == r.Sheet && rows[i].Row == r.Row {
					rows[i].Bad = true
				}
			}
		}
	}
	return problems, nil
}
