package org

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
)

// readOffice reads what an import compares with: everybody on the roll, who left
// included, with their dated rows that last or begin later.
func readOffice(ctx context.Context, on bun.IDB, unit uuid.UUID, today calendar.Date) (office, error) {
	o := office{departments: map[string]uuid.UUID{}, branches: map[string]uuid.UUID{},
		groups: map[uuid.UUID]map[string]uuid.UUID{}, names: map[uuid.UUID]string{}}
	byID := map[uuid.UUID]*known{}
	err := eachRow(ctx, on, func(rows *sql.Rows) error {
		k := &known{}
		err := rows.Scan(&k.id, &k.name, &k.version, &k.left, &k.StaffNo, &k.Sex, &k.Birth, &k.Nation, &k.Education, &k.Phone,
			&k.Status, &k.Stage, &k.Joined, &k.Full, &k.Started, &k.Note)
		o.people, byID[k.id] = append(o.people, k), k
		return err
	}, `SELECT id, name, row_version, left_on, coalesce(staff_no, ''), coalesce(sex, ''), birth_on, coalesce(nation, ''), coalesce(education, ''), coalesce(phone, ''),
			political_status, development_stage, joined_party_on, full_member_on, started_work_on, note
		FROM org_people WHERE unit_id = $1 AND on_roll ORDER BY id`, unit)
	if err != nil {
		return o, err
	}
	err = eachRow(ctx, on, func(rows *sql.Rows) error {
		var s span
		err := rows.Scan(&s.Table, &s.ID, &s.Person, &s.Place, &s.Group, &s.Kind, &s.Text, &s.From, &s.To)
		if k := byID[s.Person]; k != nil {
			k.spans = append(k.spans, s)
		}
		return err
	}, `SELECT 'org_party_memberships', id, person_id, branch_id, group_id, '', '', valid_from, valid_to FROM org_party_memberships
			WHERE unit_id = $1 AND (valid_to IS NULL OR valid_to >= $2)
		UNION ALL SELECT 'org_department_memberships', id, person_id, department_id, NULL, '', '', valid_from, valid_to FROM org_department_memberships
			WHERE unit_id = $1 AND (valid_to IS NULL OR valid_to >= $2)
		UNION ALL SELECT 'org_positions', id, person_id, branch_id, group_id, kind, title, valid_from, valid_to FROM org_positions
			WHERE unit_id = $1 AND (valid_to IS NULL OR valid_to >= $2)
		UNION ALL SELECT 'org_exemptions', id, person_id, NULL, NULL, '', reason, valid_from, valid_to FROM org_exemptions
			WHERE unit_id = $1 AND (valid_to IS NULL OR valid_to >= $2)
		ORDER BY 8, 2`, unit, today)
	if err != nil {
		return o, err
	}
	return o, eachRow(ctx, on, func(rows *sql.Rows) error {
		var kind, name string
		var id, branch uuid.UUID
		err := rows.Scan(&kind, &id, &branch, &name)
		o.names[id] = name
		switch PlaceKind(kind) {
		case Department:
			o.departments[placeKey(name)] = id
		case Branch:
			o.branches[placeKey(name)] = id
		case Group:
			if o.groups[branch] == nil {
				o.groups[branch] = map[string]uuid.UUID{}
			}
			o.groups[branch][placeKey(name)] = id
		}
		return err
	}, `SELECT 'department', id, NULL::uuid, name FROM org_departments WHERE unit_id = $1 AND valid_to IS NULL
		UNION ALL SELECT 'branch', id, NULL, name FROM org_branches WHERE unit_id = $1 AND valid_to IS NULL
		UNION ALL SELECT 'group', id, branch_id, name FROM org_groups WHERE unit_id = $1 AND valid_to IS NULL`, unit)
}

// eachRow runs a hot statement and hands each row over.
func eachRow(ctx context.Context, on bun.IDB, take func(*sql.Rows) error, query string, args ...any) error {
	return db.Each(ctx, on, query, args, take)
}

// lockImports lets the unit's imports be confirmed and undone one after the other.
// Other work goes on: only the unit's own row is held.
func lockImports(ctx context.Context, tx bun.Tx, unit uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `SELECT FROM org_units WHERE id = $1 FOR NO KEY UPDATE`, unit)
	return err
}

func insertImport(ctx context.Context, tx bun.Tx, by access.Actor, imp Import, roster storedRoster) error {
	stored, err := json.Marshal(roster)
	if err != nil {
		return fmt.Errorf("roster: %w", err)
	}
	counts, err := json.Marshal(imp.Counts)
	if err != nil {
		return fmt.Errorf("roster: %w", err)
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO org_imports (unit_id, id, file_name, state, roster, create_places, counts, created_by, created_at)
		VALUES ($1, $2, $3, 'previewed', $4, $5, $6::jsonb, $7, $8)`,
		by.Unit, imp.ID, imp.FileName, string(stored), imp.CreatePlaces, string(counts), by.Account, imp.CreatedAt)
	return err
}

const importHead = `SELECT i.id, i.file_name, i.state, i.good_only, i.create_places, i.counts::text, i.created_at, i.confirmed_at, i.undone_at,
	i.state = 'confirmed' AND NOT EXISTS (SELECT FROM org_imports l WHERE l.unit_id = i.unit_id AND l.state = 'confirmed' AND l.confirmed_at > i.confirmed_at)`

func scanImport(rows *sql.Rows, more ...any) (Import, error) {
	var imp Import
	var counts string
	var confirmed, undone sql.NullTime
	err := rows.Scan(append([]any{&imp.ID, &imp.FileName, &imp.State, &imp.GoodRowsOnly, &imp.CreatePlaces, &counts, &imp.CreatedAt,
		&confirmed, &undone, &imp.Undoable}, more...)...)
	if err != nil {
		return imp, err
	}
	if confirmed.Valid {
		imp.ConfirmedAt = &confirmed.Time
	}
	if undone.Valid {
		imp.UndoneAt = &undone.Time
	}
	return imp, json.Unmarshal([]byte(counts), &imp.Counts)
}

// findImport reads an import with its roster and, once confirmed, what it did. With
// lock it holds the row: an import is confirmed once.
func findImport(ctx context.Context, on bun.IDB, unit, id uuid.UUID, lock bool) (imp Import, roster storedRoster, log undoLog, err error) {
	query := importHead + `, i.roster::text, coalesce(i.undo::text, '{}') FROM org_imports i WHERE i.unit_id = $1 AND i.id = $2`
	if lock {
		query += ` FOR UPDATE OF i`
	}
	found := false
	var stored, undo []byte
	err = eachRow(ctx, on, func(rows *sql.Rows) (err error) {
		found = true
		imp, err = scanImport(rows, &stored, &undo)
		return err
	}, query, unit, id)
	if err == nil && !found {
		err = fault.Missing("导入记录")
	}
	if err == nil {
		err = errors.Join(json.Unmarshal(stored, &roster), json.Unmarshal(undo, &log))
	}
	imp.EffectiveFrom = roster.EffectiveFrom
	return imp, roster, log, err
}

// listImports pages from the newest backwards.
func listImports(ctx context.Context, d *bun.DB, unit uuid.UUID, before uuid.UUID, limit int) ([]Import, error) {
	out := []Import{}
	err := eachRow(ctx, d, func(rows *sql.Rows) error {
		var from calendar.Date
		imp, err := scanImport(rows, &from)
		imp.EffectiveFrom = from
		out = append(out, imp)
		return err
	}, importHead+`, (i.roster->>'effective_from')::date FROM org_imports i WHERE i.unit_id = $1
		AND ($2::uuid = '00000000-0000-0000-0000-000000000000' OR i.id < $2) ORDER BY i.id DESC LIMIT $3`, unit, before, limit)
	return out, err
}

func markConfirmed(ctx context.Context, tx bun.Tx, unit uuid.UUID, imp Import, log undoLog, at time.Time) error {
	undo, err := json.Marshal(log)
	if err != nil {
		return fmt.Errorf("undo log: %w", err)
	}
	counts, err := json.Marshal(imp.Counts)
	if err != nil {
		return fmt.Errorf("counts: %w", err)
	}
	_, err = db.Exec(ctx, tx, `UPDATE org_imports SET state = 'confirmed', confirmed_at = $3, good_only = $4, create_places = $5, counts = $6::jsonb, undo = $7::jsonb
		WHERE unit_id = $1 AND id = $2`, unit, imp.ID, at, imp.GoodRowsOnly, imp.CreatePlaces, string(counts), string(undo))
	return err
}

func markUndone(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE org_imports SET state = 'undone', undone_at = $3 WHERE unit_id = $1 AND id = $2`, unit, id, at)
	return err
}
