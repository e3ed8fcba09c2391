package mentoring

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// holderOf joins x, who has a role in pairing r on the day nearest to $1 that it has.
func holderOf(alias, role string) string {
	return ` JOIN LATERAL (SELECT t.mentor_id AS id, m.name, ` + departmentAt("m") + ` AS department_name, t.valid_from AS since
		FROM mentoring_terms t JOIN org_people m ON m.unit_id = t.unit_id AND m.id = t.mentor_id
		WHERE t.unit_id = r.unit_id AND t.pairing_id = r.id AND t.role = '` + role + `'
			AND greatest(least($1::date, r.valid_to), r.valid_from) BETWEEN t.valid_from AND t.valid_to) AS ` + alias + ` ON true`
}

// departmentAt names a person's department on the day $1.
func departmentAt(person string) string {
	return `coalesce((SELECT o.name FROM org_department_memberships dm JOIN org_departments o ON o.unit_id = dm.unit_id AND o.id = dm.department_id
		WHERE dm.unit_id = ` + person + `.unit_id AND dm.person_id = ` + person + `.id AND dm.valid_from <= $1::date
			AND (dm.valid_to IS NULL OR dm.valid_to >= $1::date) LIMIT 1), '')`
}

func readPairings() string {
	return `SELECT r.id, r.number, r.mentee_id, e.name, ` + departmentAt("e") + `, r.valid_from, r.valid_to,
		a.id, a.name, a.department_name, a.since, b.id, b.name, b.department_name, b.since, r.signed_on, r.end_reason, r.row_version,
		CASE WHEN r.mentee_id = $2 THEN 'mentee' WHEN a.id = $2 THEN 'political' WHEN b.id = $2 THEN 'professional'
			WHEN EXISTS (SELECT FROM mentoring_terms t WHERE t.unit_id = r.unit_id AND t.pairing_id = r.id AND t.mentor_id = $2) THEN 'former' ELSE '' END` + fromPairings()
}

func fromPairings() string {
	return ` FROM mentoring_pairings r JOIN org_people e ON e.unit_id = r.unit_id AND e.id = r.mentee_id` + holderOf("a", Political) + holderOf("b", Professional)
}

func scanPairing(rows *sql.Rows, today calendar.Date) (p Pairing, err error) {
	err = rows.Scan(&p.ID, &p.Number, &p.MenteeID, &p.MenteeName, &p.MenteeDepartmentName, &p.From, &p.To,
		&p.Political.ID, &p.Political.Name, &p.Political.DepartmentName, &p.Political.Since,
		&p.Professional.ID, &p.Professional.Name, &p.Professional.DepartmentName, &p.Professional.Since,
		&p.SignedOn, &p.EndReason, &p.Version, &p.Role)
	p.State = state(p.From, p.To, today)
	return p, err
}

// pairingWhere is the condition of a filter. $1 is today and $2 the actor.
func pairingWhere(by access.Actor, scope access.Scope, f PairingFilter, today calendar.Date) (string, []any) {
	where, args := scope.Where(columns(), 3)
	args = append([]any{today, by.Person}, args...)
	mark := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	switch f.State {
	case StateCurrent:
		where += " AND r.valid_to >= $1::date"
	case StateEnded:
		where += " AND r.valid_to < $1::date"
	}
	if f.Mine {
		where += " AND (r.mentee_id = $2 OR EXISTS (SELECT FROM mentoring_terms t WHERE t.unit_id = r.unit_id AND t.pairing_id = r.id AND t.mentor_id = $2))"
	}
	if f.Mentor != uuid.Nil {
		where += " AND EXISTS (SELECT FROM mentoring_terms t WHERE t.unit_id = r.unit_id AND t.pairing_id = r.id AND t.mentor_id = " + mark(f.Mentor) + ")"
	}
	if f.Text != "" {
		like := mark("%" + db.Like(strings.ToLower(f.Text)) + "%")
		where += ` AND (lower(r.number) LIKE ` + like + ` OR e.name || ' ' || e.pinyin || ' ' || e.initials LIKE ` + like + `
			OR EXISTS (SELECT FROM mentoring_terms t JOIN org_people m ON m.unit_id = t.unit_id AND m.id = t.mentor_id
				WHERE t.unit_id = r.unit_id AND t.pairing_id = r.id AND m.name || ' ' || m.pinyin || ' ' || m.initials LIKE ` + like + `))`
	}
	return where, args
}

func listPairings(ctx context.Context, on bun.IDB, by access.Actor, scope access.Scope, f PairingFilter, today calendar.Date) (out []Pairing, total int, err error) {
	where, args := pairingWhere(by, scope, f, today)
	// $2 has to have a type in the statement that counts, too.
	err = db.One(ctx, on, []any{&total}, `SELECT count(*)::int`+fromPairings()+` WHERE $2::uuid IS NOT DISTINCT FROM $2 AND `+where, args...)
	if err != nil {
		return nil, 0, fmt.Errorf("pairings: %w", err)
	}
	if f.Cursor != "" {
		k, err := parsePairingKey(f.Cursor)
		if err != nil {
			return nil, 0, err
		}
		args = append(args, k.From, k.ID)
		where += fmt.Sprintf(" AND (r.valid_from, r.id) < ($%d::date, $%d::uuid)", len(args)-1, len(args))
	}
	args = append(args, f.Limit+1)
	out = []Pairing{}
	err = db.Each(ctx, on, readPairings()+` WHERE `+where+fmt.Sprintf(` ORDER BY r.valid_from DESC, r.id DESC LIMIT $%d`, len(args)), args, func(rows *sql.Rows) error {
		p, err := scanPairing(rows, today)
		out = append(out, p)
		return err
	})
	if err != nil {
		return nil, 0, fmt.Errorf("pairings: %w", err)
	}
	return out, total, nil
}

// findPairing reads one in reach; lock keeps others from changing it meanwhile.
func findPairing(ctx context.Context, on bun.IDB, by access.Actor, scope access.Scope, id uuid.UUID, today calendar.Date, lock bool) (p Pairing, err error) {
	where, args := pairingWhere(by, scope, PairingFilter{}, today)
	args = append(args, id)
	query := readPairings() + fmt.Sprintf(` WHERE r.id = $%d AND `, len(args)) + where
	if lock {
		query += " FOR UPDATE OF r"
	}
	found := false
	err = db.Each(ctx, on, query, args, func(rows *sql.Rows) (err error) {
		found = true
		p, err = scanPairing(rows, today)
		return err
	})
	if err == nil && !found {
		return p, fault.Missing("结对")
	}
	if err != nil {
		return p, fmt.Errorf("pairing %s: %w", id, err)
	}
	return p, nil
}

// listTerms reads the history of a pairing, the latest first.
func listTerms(ctx context.Context, on bun.IDB, unit, pairing uuid.UUID, today calendar.Date) ([]Term, error) {
	out := []Term{}
	err := db.Each(ctx, on, `SELECT t.id, t.role, t.mentor_id, m.name, `+departmentAt("m")+`, t.valid_from, t.valid_to, to_json(t.reasons), t.change, coalesce(b.name, ''), t.set_at
		FROM mentoring_terms t JOIN org_people m ON m.unit_id = t.unit_id AND m.id = t.mentor_id
		LEFT JOIN org_people b ON b.unit_id = t.unit_id AND b.id = t.set_by
		WHERE t.unit_id = $2 AND t.pairing_id = $3 ORDER BY t.role, t.valid_from DESC`, []any{today, unit, pairing}, func(rows *sql.Rows) error {
		var t Term
		var reasons []byte
		if err := rows.Scan(&t.ID, &t.Role, &t.MentorID, &t.MentorName, &t.DepartmentName, &t.From, &t.To, &reasons, &t.Change, &t.SetByName, &t.SetAt); err != nil {
			return err
		}
		out = append(out, t)
		return json.Unmarshal(reasons, &out[len(out)-1].Reasons)
	})
	if err != nil {
		return nil, fmt.Errorf("terms of %s: %w", pairing, err)
	}
	return out, nil
}

func countPairing(ctx context.Context, on bun.IDB, unit, pairing uuid.UUID) (c Counts, err error) {
	err = db.One(ctx, on, []any{&c.Plans, &c.Logs, &c.ConfirmedLogs, &c.Assessments}, `SELECT
		(SELECT count(*)::int FROM mentoring_plans WHERE unit_id = $1 AND pairing_id = $2),
		count(*) FILTER (WHERE state IN ('reported', 'confirmed'))::int, count(*) FILTER (WHERE state = 'confirmed')::int,
		(SELECT count(*)::int FROM mentoring_assessments WHERE unit_id = $1 AND pairing_id = $2)
		FROM mentoring_logs WHERE unit_id = $1 AND pairing_id = $2`, unit, pairing)
	if err != nil {
		return c, fmt.Errorf("counts of %s: %w", pairing, err)
	}
	return c, nil
}

// lockPeople keeps the limits of mentors still while it is looked whether they hold; the
// database does the same again with each term.
func lockPeople(ctx context.Context, tx bun.Tx, unit uuid.UUID, ids []uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `SELECT FROM org_people WHERE unit_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR NO KEY UPDATE`, unit, uuidArray(ids))
	if err != nil {
		return fmt.Errorf("mentors: %w", db.Translate(err))
	}
	return nil
}

// termRow is a term to be written.
type termRow struct {
	ID       uuid.UUID     `json:"id"`
	Pairing  uuid.UUID     `json:"pairing_id"`
	Mentee   uuid.UUID     `json:"mentee_id"`
	Role     string        `json:"role"`
	MentorID uuid.UUID     `json:"mentor_id"`
	From     calendar.Date `json:"valid_from"`
	To       calendar.Date `json:"valid_to"`
	Reasons  []string      `json:"reasons"`
	Change   string        `json:"change"`
}

// insertPairings writes pairings, each with an id and a mentee of the same place.
func insertPairings(ctx context.Context, tx bun.Tx, by access.Actor, ids, mentees []uuid.UUID, from, to calendar.Date, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO mentoring_pairings (unit_id, id, number, mentee_id, valid_from, valid_to, decided_by, decided_at)
		SELECT $1, n.id, '双导〔' || extract(year FROM $4::date) || '〕' || lpad(nextval('mentoring_numbers')::text, 4, '0') || '号', n.mentee, $4, $5, $6, $7
		FROM unnest($2::uuid[], $3::uuid[]) AS n (id, mentee)`, by.Unit, uuidArray(ids), uuidArray(mentees), from, to, by.Person, at)
	if err != nil {
		return fmt.Errorf("pairings: %w", db.Translate(err))
	}
	return nil
}

func insertTerms(ctx context.Context, tx bun.Tx, by access.Actor, terms []termRow, at time.Time) error {
	b, err := json.Marshal(terms)
	if err != nil {
		return fmt.Errorf("terms: %w", err)
	}
	_, err = db.Exec(ctx, tx, `INSERT INTO mentoring_terms (unit_id, id, pairing_id, mentee_id, role, mentor_id, valid_from, valid_to, reasons, change, set_by, set_at)
		SELECT $1, t.id, t.pairing_id, t.mentee_id, t.role, t.mentor_id, t.valid_from, t.valid_to,
			ARRAY(SELECT jsonb_array_elements_text(t.reasons)), t.change, $3, $4
		FROM jsonb_to_recordset($2::jsonb) AS t (id uuid, pairing_id uuid, mentee_id uuid, role text, mentor_id uuid,
			valid_from date, valid_to date, reasons jsonb, change text)`, by.Unit, string(b), by.Person, at)
	if err != nil {
		return fmt.Errorf("terms: %w", db.Translate(err))
	}
	return nil
}

func signPairing(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, on calendar.Date) error {
	return touchPairing(ctx, tx, "signed_on = $3", unit, id, on)
}

func touchPairing(ctx context.Context, tx bun.Tx, set string, args ...any) error {
	if set != "" {
		set = ", " + set
	}
	_, err := db.Exec(ctx, tx, `UPDATE mentoring_pairings SET row_version = row_version + 1`+set+` WHERE unit_id = $1 AND id = $2`, args...)
	if err != nil {
		return fmt.Errorf("pairing %s: %w", args[1], db.Translate(err))
	}
	return nil
}

func endTerm(ctx context.Context, tx bun.Tx, unit, term uuid.UUID, last calendar.Date) error {
	_, err := db.Exec(ctx, tx, `UPDATE mentoring_terms SET valid_to = $3 WHERE unit_id = $1 AND id = $2`, unit, term, last)
	if err != nil {
		return fmt.Errorf("term %s: %w", term, db.Translate(err))
	}
	return nil
}

func endPairing(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, last calendar.Date, reason string) error {
	_, err := db.Exec(ctx, tx, `UPDATE mentoring_terms SET valid_to = $3 WHERE unit_id = $1 AND pairing_id = $2 AND valid_to > $3`, by.Unit, id, last)
	if err != nil {
		return fmt.Errorf("terms of %s: %w", id, db.Translate(err))
	}
	return touchPairing(ctx, tx, "valid_to = $3, ended_by = $4, end_reason = $5", by.Unit, id, last, by.Person, reason)
}

// lastLog is the latest day of what a pairing logged after a day, of one mentor or, with
// none, of any; found false where nothing is.
func lastLog(ctx context.Context, on bun.IDB, unit, pairing, mentor uuid.UUID, after calendar.Date) (day calendar.Date, found bool, err error) {
	err = db.One(ctx, on, []any{&day}, `SELECT held_on FROM mentoring_logs WHERE unit_id = $1 AND pairing_id = $2
		AND ($3::uuid IS NULL OR mentor_id = $3) AND held_on > $4 AND state IN ('reported', 'confirmed') ORDER BY held_on DESC LIMIT 1`,
		unit, pairing, db.OrNull(mentor), after)
	if errors.Is(err, sql.ErrNoRows) {
		return day, false, nil
	}
	if err != nil {
		return day, false, fmt.Errorf("logs of %s: %w", pairing, err)
	}
	return day, true, nil
}
