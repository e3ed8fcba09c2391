package mentoring

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// whole reaches what belongs to no person: only who may see the whole office does.
func whole(alias string) access.Columns { return access.Columns{Unit: alias + ".unit_id"} }

// placeOf joins d, the department of p on the day ?, and l, its line.
const placeOf = ` LEFT JOIN org_department_memberships AS dm ON dm.unit_id = p.unit_id AND dm.person_id = p.id
		AND dm.valid_from <= $1::date AND (dm.valid_to IS NULL OR dm.valid_to >= $1::date)
	LEFT JOIN org_departments AS d ON d.unit_id = dm.unit_id AND d.id = dm.department_id
	LEFT JOIN mentoring_lines AS l ON l.unit_id = d.unit_id AND l.department_id = d.id `

// listMentors reads the pool as of the span's first day, with the most mentees that each
// has at a time in it. It counts as the database does when it checks the limit.
func listMentors(ctx context.Context, on bun.IDB, scope access.Scope, f MentorFilter, from, to calendar.Date, limit int) ([]Mentor, error) {
	where, args := scope.Where(whole("m"), 3)
	args = append([]any{from, to}, args...)
	if f.Text != "" {
		args = append(args, "%"+db.Like(strings.ToLower(f.Text))+"%")
		where += fmt.Sprintf(" AND p.name || ' ' || p.pinyin || ' ' || p.initials LIKE $%d", len(args))
	}
	switch f.Role {
	case Political:
		where += " AND m.political"
	case Professional:
		where += " AND m.professional"
	}
	out := []Mentor{}
	err := db.Each(ctx, on, `SELECT m.person_id, p.name, p.pinyin, p.initials, d.id, coalesce(d.name, ''), coalesce(l.line, d.name, ''),
			m.political, m.professional, m.strengths, p.on_roll AND coalesce(p.left_on >= $1::date, true),
			p.political_status = 'party_member' AND coalesce(p.full_member_on, '-infinity') <= $1::date,
			coalesce(extract(year FROM age($1::date, p.joined_party_on)), 0)::int, coalesce(extract(year FROM age($1::date, p.started_work_on)), 0)::int,
			(SELECT coalesce(max(at.n), 0) FROM (SELECT $1::date AS day UNION SELECT t.valid_from FROM mentoring_terms t
					WHERE t.unit_id = m.unit_id AND t.mentor_id = m.person_id AND t.valid_from BETWEEN $1::date AND $2::date) AS days
				CROSS JOIN LATERAL (SELECT count(DISTINCT t.mentee_id)::int AS n FROM mentoring_terms t
					WHERE t.unit_id = m.unit_id AND t.mentor_id = m.person_id AND days.day BETWEEN t.valid_from AND t.valid_to) AS at)
		FROM mentoring_mentors AS m JOIN org_people AS p ON p.unit_id = m.unit_id AND p.id = m.person_id`+placeOf+`
		WHERE `+where+` ORDER BY p.pinyin, p.name, p.id`, args, func(rows *sql.Rows) error {
		var m Mentor
		var department uuid.NullUUID
		err := rows.Scan(&m.PersonID, &m.Name, &m.Pinyin, &m.Initials, &department, &m.DepartmentName, &m.Line, &m.Political, &m.Professional,
			&m.Strengths, &m.Here, &m.FullMember, &m.PartyYears, &m.WorkYears, &m.Mentees)
		m.DepartmentID = department.UUID
		m.Room = max(limit-m.Mentees, 0)
		out = append(out, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("mentors: %w", err)
	}
	return out, nil
}

// standing is what decides whether somebody may be listed.
type standing struct {
	Name       string
	Here, Full bool
}

// findStanding reads somebody of the office as of a day; sql.ErrNoRows where there is
// nobody.
func findStanding(ctx context.Context, on bun.IDB, unit, person uuid.UUID, day calendar.Date) (s standing, err error) {
	err = db.One(ctx, on, []any{&s.Name, &s.Here, &s.Full}, `SELECT name, on_roll AND coalesce(left_on >= $3::date, true),
		political_status = 'party_member' AND coalesce(full_member_on, '-infinity') <= $3::date FROM org_people WHERE unit_id = $1 AND id = $2`, unit, person, day)
	return s, err
}

func saveMentor(ctx context.Context, tx bun.Tx, by access.Actor, person uuid.UUID, in MentorInput, at time.Time) error {
	_, err := db.Exec(ctx, tx, `INSERT INTO mentoring_mentors (unit_id, person_id, political, professional, strengths, listed_by, listed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (unit_id, person_id) DO UPDATE
		SET political = excluded.political, professional = excluded.professional, strengths = excluded.strengths,
			listed_by = excluded.listed_by, listed_at = excluded.listed_at`,
		by.Unit, person, in.Political, in.Professional, in.Strengths, by.Person, at)
	if err != nil {
		return fmt.Errorf("mentor %s: %w", person, db.Translate(err))
	}
	return nil
}

func deleteMentor(ctx context.Context, tx bun.Tx, unit, person uuid.UUID) (name string, err error) {
	err = db.One(ctx, tx, []any{&name}, `DELETE FROM mentoring_mentors m USING org_people p WHERE m.unit_id = $1 AND m.person_id = $2
		AND p.unit_id = m.unit_id AND p.id = m.person_id RETURNING p.name`, unit, person)
	return name, err
}

// listLines has all departments of today.
func listLines(ctx context.Context, on bun.IDB, scope access.Scope, today calendar.Date) ([]Line, error) {
	where, args := scope.Where(whole("d"), 2)
	out := []Line{}
	err := db.Each(ctx, on, `SELECT d.id, d.name, coalesce(l.line, '') FROM org_departments d
		LEFT JOIN mentoring_lines l ON l.unit_id = d.unit_id AND l.department_id = d.id
		WHERE coalesce(d.valid_to >= $1::date, true) AND `+where+` ORDER BY d.ord, d.name, d.id`, append([]any{today}, args...), func(rows *sql.Rows) error {
		var l Line
		err := rows.Scan(&l.DepartmentID, &l.DepartmentName, &l.Line)
		out = append(out, l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("lines: %w", err)
	}
	return out, nil
}

func saveLines(ctx context.Context, tx bun.Tx, unit uuid.UUID, items []LineInput) error {
	for _, l := range items { // as many as there are departments
		var err error
		if l.Line == "" {
			_, err = db.Exec(ctx, tx, `DELETE FROM mentoring_lines WHERE unit_id = $1 AND department_id = $2`, unit, l.DepartmentID)
		} else {
			_, err = db.Exec(ctx, tx, `INSERT INTO mentoring_lines (unit_id, department_id, line) VALUES ($1, $2, $3)
				ON CONFLICT (unit_id, department_id) DO UPDATE SET line = excluded.line`, unit, l.DepartmentID, l.Line)
		}
		if err != nil {
			return fmt.Errorf("line of %s: %w", l.DepartmentID, db.Translate(err))
		}
	}
	return nil
}
