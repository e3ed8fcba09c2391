package account

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
)

// actorColumns reads an account with its person, places today and grants in force,
// those of its secondments among them: the one query of each request. $2 is today in
// Shanghai.
const actorColumns = `a.unit_id, u.name, a.id, a.login, a.must_change, a.demo, p.id, p.name,
	m.branch_id, m.group_id, d.department_id,
	coalesce((SELECT json_agg(json_build_object('role', g.role, 'place_kind', g.place_kind,
			'place_id', coalesce(g.place_id, '00000000-0000-0000-0000-000000000000'::uuid),
			'place_name', CASE g.place_kind
				WHEN 'branch' THEN (SELECT name FROM org_branches WHERE unit_id = g.unit_id AND id = g.place_id)
				WHEN 'group' THEN (SELECT b.name || gr.name FROM org_groups gr JOIN org_branches b ON b.unit_id = gr.unit_id AND b.id = gr.branch_id
					WHERE gr.unit_id = g.unit_id AND gr.id = g.place_id)
				WHEN 'department' THEN (SELECT name FROM org_departments WHERE unit_id = g.unit_id AND id = g.place_id)
				WHEN 'project' THEN (SELECT name FROM org_projects WHERE unit_id = g.unit_id AND id = g.place_id)
				ELSE u.name END) ORDER BY g.role, g.id)
		FROM (SELECT unit_id, id, role, place_kind, place_id FROM access_grants
				WHERE unit_id = a.unit_id AND person_id = a.person_id AND ended_at IS NULL
					AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)
			UNION ALL SELECT unit_id, id, CASE WHEN office IN ('secretary', 'deputy') THEN 'taskforce_secretary' ELSE 'taskforce_member' END, 'project', project_id
				FROM org_secondments WHERE unit_id = a.unit_id AND person_id = a.person_id AND valid_from <= $2 AND (valid_to IS NULL OR valid_to >= $2)) g), '[]')`

const actorJoins = `JOIN org_units u ON u.id = a.unit_id
	JOIN org_people p ON p.unit_id = a.unit_id AND p.id = a.person_id
	LEFT JOIN org_party_memberships m ON m.unit_id = a.unit_id AND m.person_id = a.person_id
		AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to >= $2)
	LEFT JOIN org_department_memberships d ON d.unit_id = a.unit_id AND d.person_id = a.person_id
		AND d.valid_from <= $2 AND (d.valid_to IS NULL OR d.valid_to >= $2)`

type session struct {
	actor             access.Actor
	demo              bool
	createdAt, seenAt time.Time
}

func scanActor(rows *sql.Rows, more ...any) (access.Actor, bool, error) {
	var a access.Actor
	var demo bool
	var branch, group, department uuid.NullUUID
	var grants []byte
	into := []any{&a.Unit, &a.UnitName, &a.Account, &a.Login, &a.MustChange, &demo, &a.Person, &a.Name, &branch, &group, &department, &grants}
	if err := rows.Scan(append(into, more...)...); err != nil {
		return a, false, fmt.Errorf("actor: %w", err)
	}
	a.Branch, a.Group, a.Department = branch.UUID, group.UUID, department.UUID
	if err := json.Unmarshal(grants, &a.Grants); err != nil {
		return a, false, fmt.Errorf("grants: %w", err)
	}
	return a, demo, nil
}

// one runs a query of at most one row.
func one(ctx context.Context, on bun.IDB, text string, args []any, scan func(*sql.Rows) error) (found bool, err error) {
	rows, err := db.Query(ctx, on, text, args...)
	if err != nil {
		return false, db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return false, db.Translate(rows.Err())
	}
	if err := scan(rows); err != nil {
		return false, err
	}
	return true, db.Translate(rows.Err())
}

func sessionByToken(ctx context.Context, d *bun.DB, hash []byte, today calendar.Date) (s session, found bool, err error) {
	found, err = one(ctx, d, `SELECT `+actorColumns+`, s.created_at, s.seen_at
		FROM account_sessions s
		JOIN account_accounts a ON a.unit_id = s.unit_id AND a.id = s.account_id AND a.disabled_at IS NULL
		`+actorJoins+` WHERE s.token_hash = $1 AND (p.left_on IS NULL OR p.left_on >= $2)`, []any{hash, today.UTC()}, func(rows *sql.Rows) (err error) {
		s.actor, s.demo, err = scanActor(rows, &s.createdAt, &s.seenAt)
		return err
	})
	return s, found, err
}

func actorByLogin(ctx context.Context, on bun.IDB, login string, today calendar.Date) (a access.Actor, hash string, disabled, demo, found bool, err error) {
	found, err = one(ctx, on, `SELECT `+actorColumns+`, a.password_hash, a.disabled_at IS NOT NULL OR coalesce(p.left_on < $2, false)
		FROM account_accounts a `+actorJoins+` WHERE a.login = $1`, []any{login, today.UTC()}, func(rows *sql.Rows) (err error) {
		a, demo, err = scanActor(rows, &hash, &disabled)
		return err
	})
	return a, hash, disabled, demo, found, err
}

// actorByPerson is who somebody of the roll acts as while their account is open.
func actorByPerson(ctx context.Context, on bun.IDB, unit, person uuid.UUID, today calendar.Date) (a access.Actor, demo, found bool, err error) {
	found, err = one(ctx, on, `SELECT `+actorColumns+` FROM account_accounts a `+actorJoins+`
		WHERE a.unit_id = $1 AND a.person_id = $3 AND a.disabled_at IS NULL AND p.on_roll AND (p.left_on IS NULL OR p.left_on >= $2)`,
		[]any{unit, today.UTC(), person}, func(rows *sql.Rows) (err error) {
			a, demo, err = scanActor(rows)
			return err
		})
	return a, demo, found, err
}

func touchSession(ctx context.Context, d *bun.DB, hash []byte, at time.Time) error {
	_, err := db.Exec(ctx, d, `UPDATE account_sessions SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2`, hash, at)
	return db.Translate(err)
}

func insertSession(ctx context.Context, tx bun.Tx, a access.Actor, hash []byte, at time.Time, userAgent string) error {
	_, err := db.Exec(ctx, tx, `WITH stale AS (DELETE FROM account_sessions
			WHERE unit_id = $1 AND (seen_at < $4::timestamptz - interval '1 hour' OR created_at < $4::timestamptz - interval '12 hours'))
		INSERT INTO account_sessions (unit_id, token_hash, account_id, created_at, seen_at, address, user_agent)
		VALUES ($1, $2, $3, $4, $4, $5, $6)`, a.Unit, hash, a.Account, at, a.Address, userAgent)
	return err
}

func deleteSession(ctx context.Context, tx bun.Tx, hash []byte) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM account_sessions WHERE token_hash = $1`, hash)
	return err
}

// endSessions ends every session of the accounts of a person, but for one that is
// kept (nil keeps none).
func endSessions(ctx context.Context, tx bun.Tx, unit, person uuid.UUID, keep []byte) (int64, error) {
	r, err := db.Exec(ctx, tx, `DELETE FROM account_sessions s USING account_accounts a
		WHERE a.unit_id = s.unit_id AND a.id = s.account_id AND a.unit_id = $1 AND a.person_id = $2
			AND ($3::bytea IS NULL OR s.token_hash <> $3)`, unit, person, keep)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// countTry takes a place among the tries of a login before the password is looked
// at, one try after another, so that no burst gets more than MaxTries evaluated.
func countTry(ctx context.Context, tx bun.Tx, unit uuid.UUID, login, address string, at time.Time) (tries int, err error) {
	if _, err := db.Exec(ctx, tx, `SELECT pg_advisory_xact_lock(hashtext('account_attempts'), hashtext($1))`, login); err != nil {
		return 0, err
	}
	_, err = one(ctx, tx, `WITH old AS (DELETE FROM account_attempts WHERE unit_id = $1 AND at < $4::timestamptz - interval '1 day')
		SELECT count(*) FROM account_attempts WHERE unit_id = $1 AND login = $2 AND at > $3`,
		[]any{unit, login, at.Add(-TryWindow), at}, func(rows *sql.Rows) error { return rows.Scan(&tries) })
	if err != nil || tries >= MaxTries {
		return tries, err
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO account_attempts (unit_id, id, login, address, at) VALUES ($1, $2, $3, $4, $5)`,
		unit, db.NewID(), login, address, at)
	return tries, err
}

func forgetTries(ctx context.Context, tx bun.Tx, unit uuid.UUID, login string) error {
	_, err := db.Exec(ctx, tx, `DELETE FROM account_attempts WHERE unit_id = $1 AND login = $2`, unit, login)
	return err
}

// theUnit is the one office of this installation, for what comes before any
// session: sign-in and the command line. Zero before set-up.
func theUnit(ctx context.Context, on bun.IDB) (id uuid.UUID, name string, demo bool, err error) {
	_, err = one(ctx, on, `SELECT id, name, demo FROM org_units ORDER BY created_at LIMIT 1`, nil,
		func(rows *sql.Rows) error { return rows.Scan(&id, &name, &demo) })
	return id, name, demo, err
}

func insertAccount(ctx context.Context, tx bun.Tx, unit uuid.UUID, a Account, hash string, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO account_accounts (unit_id, id, person_id, login, password_hash, must_change, demo, created_at, password_changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)`, unit, a.ID, a.PersonID, a.Login, hash, a.MustChange, a.Demo, at)
	return err
}

func setPassword(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, hash string, mustChange bool, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE account_accounts SET password_hash = $3, must_change = $4, password_changed_at = $5
		WHERE unit_id = $1 AND id = $2`, unit, id, hash, mustChange, at)
	return err
}

func setDisabled(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, at *time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE account_accounts SET disabled_at = $3 WHERE unit_id = $1 AND id = $2`, unit, id, at)
	return err
}

func setPerson(ctx context.Context, tx bun.Tx, unit, id, person uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `UPDATE account_accounts SET person_id = $3 WHERE unit_id = $1 AND id = $2`, unit, id, person)
	return err
}

func lockAccount(ctx context.Context, tx bun.Tx, scope access.Scope, id uuid.UUID) (a Account, found bool, err error) {
	where, args := scope.Where(access.Columns{Unit: "a.unit_id"}, 2)
	found, err = one(ctx, tx, `SELECT a.id, a.login, a.person_id, p.name, p.on_roll, a.demo, a.must_change, a.disabled_at
		FROM account_accounts a JOIN org_people p ON p.unit_id = a.unit_id AND p.id = a.person_id
		WHERE a.id = $1 AND `+where+` FOR UPDATE OF a`, append([]any{id}, args...), func(rows *sql.Rows) error {
		return rows.Scan(&a.ID, &a.Login, &a.PersonID, &a.PersonName, &a.OnRoll, &a.Demo, &a.MustChange, &a.DisabledAt)
	})
	return a, found, err
}

func listAccounts(ctx context.Context, d *bun.DB, scope access.Scope, text string, now time.Time) ([]Account, error) {
	where, args := scope.Where(access.Columns{Unit: "a.unit_id"}, 4)
	rows, err := db.Query(ctx, d, `SELECT a.id, a.login, a.person_id, p.name, p.on_roll, a.demo, a.must_change, a.disabled_at,
			(SELECT count(*) FROM account_attempts t WHERE t.unit_id = a.unit_id AND t.login = a.login AND t.at > $2) >= 5,
			(SELECT max(s.seen_at) FROM account_sessions s WHERE s.unit_id = a.unit_id AND s.account_id = a.id),
			(SELECT count(*) FROM account_sessions s WHERE s.unit_id = a.unit_id AND s.account_id = a.id AND s.seen_at > $3),
			coalesce((SELECT json_agg(json_build_array(g.role, coalesce(b.name, b2.name || gr.name, dep.name, '')) ORDER BY g.role)
				FROM access_grants g
				LEFT JOIN org_branches b ON g.place_kind = 'branch' AND b.unit_id = g.unit_id AND b.id = g.place_id
				LEFT JOIN org_groups gr ON g.place_kind = 'group' AND gr.unit_id = g.unit_id AND gr.id = g.place_id
				LEFT JOIN org_branches b2 ON b2.unit_id = gr.unit_id AND b2.id = gr.branch_id
				LEFT JOIN org_departments dep ON g.place_kind = 'department' AND dep.unit_id = g.unit_id AND dep.id = g.place_id
				WHERE g.unit_id = a.unit_id AND g.person_id = a.person_id AND g.ended_at IS NULL
					AND (g.valid_to IS NULL OR g.valid_to >= ($2 AT TIME ZONE 'Asia/Shanghai')::date)), '[]')
		FROM account_accounts a JOIN org_people p ON p.unit_id = a.unit_id AND p.id = a.person_id
		WHERE ($1 = '' OR a.login || ' ' || p.name || ' ' || p.pinyin || ' ' || p.initials ILIKE '%' || $1 || '%') AND `+where+`
		ORDER BY a.login LIMIT 2000`, append([]any{text, now.Add(-TryWindow), now.Add(-IdleFor)}, args...)...)
	if err != nil {
		return nil, db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	out := []Account{}
	for rows.Next() {
		var a Account
		var roles []byte
		if err := rows.Scan(&a.ID, &a.Login, &a.PersonID, &a.PersonName, &a.OnRoll, &a.Demo, &a.MustChange, &a.DisabledAt,
			&a.Locked, &a.LastSeenAt, &a.Sessions, &roles); err != nil {
			return nil, fmt.Errorf("accounts: %w", err)
		}
		var pairs [][2]string
		if err := json.Unmarshal(roles, &pairs); err != nil {
			return nil, fmt.Errorf("accounts: %w", err)
		}
		a.Roles = []string{}
		for _, p := range pairs {
			r, _ := access.RoleByCode(p[0])
			name := r.Name
			if p[1] != "" {
				name += "(" + p[1] + ")"
			}
			a.Roles = append(a.Roles, name)
		}
		out = append(out, a)
	}
	return out, db.Translate(rows.Err())
}

// replaceSetupLink keeps the hash of the newest one-time link only.
func replaceSetupLink(ctx context.Context, tx bun.Tx, hash []byte, at time.Time) error {
	_, err := db.Exec(ctx, tx, `WITH old AS (UPDATE account_setup_links SET used_at = $2 WHERE used_at IS NULL)
		INSERT INTO account_setup_links (token_hash, created_at) VALUES ($1, $2)`, hash, at)
	return err
}

func useSetupLink(ctx context.Context, tx bun.Tx, hash []byte, at time.Time) (bool, error) {
	r, err := db.Exec(ctx, tx, `UPDATE account_setup_links SET used_at = $2
		WHERE token_hash = $1 AND used_at IS NULL AND created_at > $2::timestamptz - interval '24 hours'`, hash, at)
	if err != nil {
		return false, err
	}
	n, err := r.RowsAffected()
	return n == 1, err
}

func setupLinkOpen(ctx context.Context, d *bun.DB, hash []byte, at time.Time) (open bool, err error) {
	_, err = one(ctx, d, `SELECT EXISTS (SELECT FROM account_setup_links
		WHERE token_hash = $1 AND used_at IS NULL AND created_at > $2::timestamptz - interval '24 hours')`, []any{hash, at},
		func(rows *sql.Rows) error { return rows.Scan(&open) })
	return open, err
}

func personOf(ctx context.Context, on bun.IDB, unit, person uuid.UUID) (name string, onRoll bool, err error) {
	found, err := one(ctx, on, `SELECT name, on_roll FROM org_people WHERE unit_id = $1 AND id = $2`, []any{unit, person},
		func(rows *sql.Rows) error { return rows.Scan(&name, &onRoll) })
	if err == nil && !found {
		err = errNoPerson
	}
	return name, onRoll, err
}

var errNoPerson = errors.New("no such person")

// listNewcomers finds people on the roll today who have no account, at most 20.
func listNewcomers(ctx context.Context, d *bun.DB, scope access.Scope, text string, today calendar.Date) ([]Newcomer, error) {
	where, args := scope.Where(access.Columns{Unit: "p.unit_id"}, 3)
	rows, err := db.Query(ctx, d, `SELECT p.id, p.name, p.pinyin, p.initials, concat_ws(' ', dep.name, p.staff_no)
		FROM org_people p
		LEFT JOIN org_department_memberships d ON d.unit_id = p.unit_id AND d.person_id = p.id
			AND d.valid_from <= $2 AND (d.valid_to IS NULL OR d.valid_to >= $2)
		LEFT JOIN org_departments dep ON dep.unit_id = d.unit_id AND dep.id = d.department_id
		WHERE p.on_roll AND (p.left_on IS NULL OR p.left_on >= $2)
			AND ($1 = '' OR p.name || ' ' || p.pinyin || ' ' || p.initials ILIKE '%' || $1 || '%')
			AND NOT EXISTS (SELECT FROM account_accounts a WHERE a.unit_id = p.unit_id AND a.person_id = p.id)
			AND `+where+` ORDER BY p.pinyin, p.id LIMIT 20`, append([]any{text, today.UTC()}, args...)...)
	if err != nil {
		return nil, db.Translate(err)
	}
	defer func() { _ = rows.Close() }()
	out := []Newcomer{}
	for rows.Next() {
		var n Newcomer
		if err := rows.Scan(&n.ID, &n.Name, &n.Pinyin, &n.Initials, &n.Hint); err != nil {
			return nil, fmt.Errorf("people without account: %w", err)
		}
		out = append(out, n)
	}
	return out, db.Translate(rows.Err())
}
