package talk

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Seed gives an office the types of talks. One that has a type keeps it as it is.
func Seed(ctx context.Context, tx bun.Tx, unit uuid.UUID) error {
	for i, t := range seeds() {
		_, err := db.Exec(ctx, tx, `INSERT INTO talk_types (unit_id, code, name, pairing, talker, within_days, ord)
			VALUES ($1, $2, $3, nullif($4, ''), nullif($5, ''), nullif($6, 0), $7) ON CONFLICT (unit_id, code) DO NOTHING`,
			unit, t.Code, t.Name, t.Pairing, t.Talker, t.WithinDays, i+1)
		if err != nil {
			return fmt.Errorf("talk type %s: %w", t.Code, db.Translate(err))
		}
	}
	return nil
}

// Unseeded lists the offices that lack a type of talks.
func Unseeded(ctx context.Context, on bun.IDB) ([]uuid.UUID, error) {
	return ids(ctx, on, `SELECT u.id FROM org_units u WHERE (SELECT count(*) FROM talk_types t WHERE t.unit_id = u.id) < $1 ORDER BY u.id`, len(seeds()))
}

// ids reads one column of ids.
func ids(ctx context.Context, on bun.IDB, query string, args ...any) ([]uuid.UUID, error) {
	var out []uuid.UUID
	err := db.Each(ctx, on, query, args, func(rows *sql.Rows) error {
		var id uuid.UUID
		err := rows.Scan(&id)
		out = append(out, id)
		return err
	})
	return out, err
}

const typeColumns = `code, name, active, coalesce(pairing, ''), coalesce(talker, ''), coalesce(within_days, 0), row_version`

func (t *Type) columns() []any {
	return []any{&t.Code, &t.Name, &t.Active, &t.Pairing, &t.Talker, &t.WithinDays, &t.Version}
}

func listTypes(ctx context.Context, on bun.IDB, unit uuid.UUID) ([]Type, error) {
	out := []Type{}
	err := db.Each(ctx, on, `SELECT `+typeColumns+` FROM talk_types WHERE unit_id = $1 ORDER BY ord, code`, []any{unit}, func(rows *sql.Rows) error {
		var t Type
		err := rows.Scan(t.columns()...)
		t.Occasion = occasional(t.Code)
		out = append(out, t)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("talk types: %w", err)
	}
	return out, nil
}

func lockType(ctx context.Context, tx bun.Tx, unit uuid.UUID, code string) (t Type, err error) {
	err = db.One(ctx, tx, t.columns(), `SELECT `+typeColumns+` FROM talk_types WHERE unit_id = $1 AND code = $2 FOR UPDATE`, unit, code)
	if errors.Is(err, sql.ErrNoRows) {
		return t, fault.Missing("谈话类型")
	}
	t.Occasion = occasional(t.Code)
	return t, err
}

func saveType(ctx context.Context, tx bun.Tx, unit uuid.UUID, t Type) error {
	_, err := db.Exec(ctx, tx, `UPDATE talk_types SET name = $3, active = $4, pairing = nullif($5, ''), talker = nullif($6, ''), within_days = nullif($7, 0),
		row_version = row_version + 1 WHERE unit_id = $1 AND code = $2`, unit, t.Code, t.Name, t.Active, t.Pairing, t.Talker, t.WithinDays)
	return db.Translate(err)
}

func listStaffLeaders(ctx context.Context, on bun.IDB, scope access.Scope, id uuid.UUID) ([]Leader, error) {
	where, args := scope.Where(access.Columns{Unit: "l.unit_id", Persons: []string{"l.person_id"}, Department: "l.department_id"}, 2)
	out := []Leader{}
	err := db.Each(ctx, on, `SELECT l.id, l.person_id, p.name, l.department_id, coalesce(d.name, ''), l.per_day, l.valid_from, l.valid_to
		FROM talk_leaders l
		JOIN org_people p ON p.unit_id = l.unit_id AND p.id = l.person_id
		LEFT JOIN org_departments d ON d.unit_id = l.unit_id AND d.id = l.department_id
		WHERE ($1::uuid IS NULL OR l.id = $1) AND `+where+` ORDER BY l.valid_to IS NOT NULL, l.valid_to DESC, d.ord NULLS FIRST, p.pinyin, l.id`,
		append([]any{db.OrNull(id)}, args...), func(rows *sql.Rows) error {
			var l Leader
			err := rows.Scan(&l.ID, &l.PersonID, &l.PersonName, &l.DepartmentID, &l.DepartmentName, &l.PerDay, &l.ValidFrom, &l.ValidTo)
			out = append(out, l)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("talk leaders: %w", err)
	}
	return out, nil
}

func insertLeader(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, in LeaderInput) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO talk_leaders (unit_id, id, person_id, department_id, per_day, valid_from) VALUES ($1, $2, $3, $4, nullif($5, 0), $6)`,
		unit, id, in.Person, db.OrNull(in.Department), in.PerDay, in.From)
	return db.Translate(err)
}

// nameOnRoll gives the name of somebody of the office.
func nameOnRoll(ctx context.Context, on bun.IDB, unit, person uuid.UUID, today calendar.Date) (name string, err error) {
	err = db.One(ctx, on, []any{&name}, `SELECT name FROM org_people WHERE unit_id = $1 AND id = $2 AND on_roll AND (left_on IS NULL OR left_on >= $3)`, unit, person, today)
	return name, err
}

// departmentName gives the name of a department that is there on a day.
func departmentName(ctx context.Context, on bun.IDB, unit, department uuid.UUID, day calendar.Date) (name string, err error) {
	err = db.One(ctx, on, []any{&name}, `SELECT name FROM org_departments WHERE unit_id = $1 AND id = $2 AND (valid_to IS NULL OR valid_to >= $3)`, unit, department, day)
	return name, err
}

// dated are the two kinds of rows that hold from a day to a last one, as the audit log
// names them.
type dated string

const (
	leaderTerms  dated = "talk_leader"
	morningTerms dated = "talk_morning"
)

// end sets the last day of a row that lasts beyond it, and takes one away that has
// not begun by then and never held; ended is false where there is none.
func (d dated) end(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, last, today calendar.Date) (ended bool, err error) {
	table := map[dated][2]string{
		leaderTerms: {`DELETE FROM talk_leaders WHERE unit_id = $1 AND id = $2 AND valid_from > $3 AND valid_from > $4`,
			`UPDATE talk_leaders SET valid_to = $3 WHERE unit_id = $1 AND id = $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to >= $3)`},
		morningTerms: {`DELETE FROM talk_mornings WHERE unit_id = $1 AND id = $2 AND valid_from > $3 AND valid_from > $4`,
			`UPDATE talk_mornings SET valid_to = $3 WHERE unit_id = $1 AND id = $2 AND valid_from <= $3 AND (valid_to IS NULL OR valid_to >= $3)`},
	}[d]
	for i, query := range table {
		args := []any{unit, id, last}
		if i == 0 {
			args = append(args, today)
		}
		r, err := db.Exec(ctx, tx, query, args...)
		if err != nil {
			return false, fmt.Errorf("end %s %s: %w", d, id, db.Translate(err))
		}
		if n, err := r.RowsAffected(); err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}
