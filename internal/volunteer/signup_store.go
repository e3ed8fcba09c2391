package volunteer

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// listSignups reads who signed up, those with a place first, each in the order of the
// line.
func listSignups(ctx context.Context, on bun.IDB, unit, action uuid.UUID, today calendar.Date) ([]Signup, error) {
	out := []Signup{}
	err := db.Each(ctx, on, `SELECT s.person_id, p.name, coalesce(b.name, ''), s.state, s.signed_at,
			CASE WHEN s.signed_by <> s.person_id THEN coalesce((SELECT o.name FROM org_people o WHERE o.unit_id = s.unit_id AND o.id = s.signed_by), '') ELSE '' END, s.came_at
		FROM volunteer_signups s
		JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.person_id
		LEFT JOIN org_party_memberships m ON m.unit_id = s.unit_id AND m.person_id = s.person_id
			AND m.valid_from <= $3::date AND (m.valid_to IS NULL OR m.valid_to >= $3::date)
		LEFT JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id
		WHERE s.unit_id = $1 AND s.action_id = $2 AND s.state <> 'gone'
		ORDER BY s.state = 'waiting', s.signed_at, s.person_id`, []any{unit, action, today}, func(rows *sql.Rows) error {
		var l Signup
		err := rows.Scan(&l.PersonID, &l.Name, &l.BranchName, &l.State, &l.SignedAt, &l.SignedBy, &l.CameAt)
		out = append(out, l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sign-ups: %w", err)
	}
	return out, nil
}

// signUp puts people at the end of the line of a locked action, in their order, after
// whoever stands there: the first of them get the places that are free. Who stands there
// already stays where they are.
func signUp(ctx context.Context, tx bun.Tx, unit, action, by uuid.UUID, now time.Time, people []uuid.UUID, free int) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO volunteer_signups AS s (unit_id, action_id, person_id, state, signed_at, signed_by)
		SELECT $1, $2, n.person, CASE WHEN n.ord <= $6 THEN 'placed' ELSE 'waiting' END,
			greatest($4::timestamptz, (SELECT max(o.signed_at) FROM volunteer_signups o WHERE o.unit_id = $1 AND o.action_id = $2))
				+ n.ord * interval '1 microsecond', $5
		FROM unnest($3::uuid[]) WITH ORDINALITY AS n (person, ord) ORDER BY n.ord
		ON CONFLICT (unit_id, action_id, person_id) DO UPDATE SET state = EXCLUDED.state, signed_at = EXCLUDED.signed_at,
			signed_by = EXCLUDED.signed_by, moved_at = NULL, came_at = NULL WHERE s.state = 'gone'`,
		unit, action, people, now, by, free)
	if err != nil {
		return fmt.Errorf("sign up: %w", err)
	}
	return nil
}

// standingIn lists who of the people is in the line already.
func standingIn(ctx context.Context, tx bun.Tx, unit, action uuid.UUID, people []uuid.UUID) (map[uuid.UUID]bool, error) {
	out := map[uuid.UUID]bool{}
	err := db.Each(ctx, tx, `SELECT person_id FROM volunteer_signups WHERE unit_id = $1 AND action_id = $2 AND person_id = ANY($3::uuid[]) AND state <> 'gone'`,
		[]any{unit, action, people}, func(rows *sql.Rows) error {
			var id uuid.UUID
			err := rows.Scan(&id)
			out[id] = true
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("sign-ups: %w", err)
	}
	return out, nil
}

// withdrawOf takes somebody out of the line; false where they were not in it.
func withdrawOf(ctx context.Context, tx bun.Tx, unit, action, person uuid.UUID) (bool, error) {
	done, err := db.Exec(ctx, tx, `UPDATE volunteer_signups SET state = 'gone' WHERE unit_id = $1 AND action_id = $2 AND person_id = $3 AND state <> 'gone'`,
		unit, action, person)
	if err != nil {
		return false, fmt.Errorf("withdraw: %w", err)
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

// moved is who got a place that came free.
type moved struct {
	Person uuid.UUID
	Name   string
}

// moveUp gives the places of a locked action that are free to the first who wait.
func (s *Service) moveUp(ctx context.Context, tx bun.Tx, unit uuid.UUID, a Action) ([]moved, error) {
	var out []moved
	err := db.Each(ctx, tx, `WITH first AS (
			SELECT s.person_id, s.signed_at FROM volunteer_signups s WHERE s.unit_id = $1 AND s.action_id = $2 AND s.state = 'waiting'
			ORDER BY s.signed_at, s.person_id
			LIMIT CASE WHEN $3::int IS NULL THEN NULL ELSE greatest(0, $3::int - (SELECT count(*) FROM volunteer_signups p
				WHERE p.unit_id = $1 AND p.action_id = $2 AND p.state = 'placed')) END),
		moved AS (UPDATE volunteer_signups s SET state = 'placed', moved_at = $4 FROM first f
			WHERE s.unit_id = $1 AND s.action_id = $2 AND s.person_id = f.person_id RETURNING s.person_id, s.signed_at)
		SELECT m.person_id, p.name FROM moved m JOIN org_people p ON p.unit_id = $1 AND p.id = m.person_id ORDER BY m.signed_at, m.person_id`,
		[]any{unit, a.ID, a.Places, s.now()}, func(rows *sql.Rows) error {
			var m moved
			err := rows.Scan(&m.Person, &m.Name)
			out = append(out, m)
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("move up: %w", err)
	}
	return out, nil
}

func came(ctx context.Context, tx bun.Tx, unit, action, person uuid.UUID, now time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE volunteer_signups SET came_at = $4 WHERE unit_id = $1 AND action_id = $2 AND person_id = $3 AND state = 'placed' AND came_at IS NULL`,
		unit, action, person, now)
	if err != nil {
		return fmt.Errorf("arrival: %w", err)
	}
	return nil
}
