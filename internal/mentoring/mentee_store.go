package mentoring

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// listPeople reads those on the roll on a day, with the pairing that they have from then
// until another. ids, where given, narrows; else only who may be a young cadre comes.
func listPeople(ctx context.Context, on bun.IDB, scope access.Scope, set org.UnitSettings, day, until calendar.Date, text string, ids []uuid.UUID) ([]Young, error) {
	where, args := scope.Where(whole("p"), 3)
	args = append([]any{day, until}, args...)
	mark := func(v any) string {
		args = append(args, v)
		return fmt.Sprintf("$%d", len(args))
	}
	if text != "" {
		where += " AND p.name || ' ' || p.pinyin || ' ' || p.initials LIKE " + mark("%"+db.Like(strings.ToLower(text))+"%")
	}
	if ids != nil {
		where += " AND p.id = ANY(" + mark(uuidArray(ids)) + "::uuid[])"
	} else {
		where += " AND (coalesce(p.birth_on + make_interval(years => " + mark(set.MenteeAge+1) + "::int) > $1::date, false) OR coalesce(p.started_work_on + make_interval(years => " +
			mark(set.MenteeYears) + "::int) > $1::date, false))"
	}
	out := []Young{}
	err := db.Each(ctx, on, `SELECT p.id, p.name, p.pinyin, p.initials, d.id, coalesce(d.name, ''), coalesce(l.line, d.name, ''), p.birth_on, p.started_work_on, r.id, r.valid_to
		FROM org_people AS p`+placeOf+`
		LEFT JOIN LATERAL (SELECT r.id, r.valid_to FROM mentoring_pairings r WHERE r.unit_id = p.unit_id AND r.mentee_id = p.id
			AND r.valid_from <= $2::date AND r.valid_to >= $1::date ORDER BY r.valid_from LIMIT 1) AS r ON true
		WHERE p.on_roll AND coalesce(p.left_on >= $1::date, true) AND `+where+` ORDER BY p.pinyin, p.name, p.id`, args, func(rows *sql.Rows) error {
		var m Young
		var department uuid.NullUUID
		err := rows.Scan(&m.PersonID, &m.Name, &m.Pinyin, &m.Initials, &department, &m.DepartmentName, &m.Line, &m.born, &m.began, &m.PairingID, &m.PairedUntil)
		m.DepartmentID = department.UUID
		m.Why = youth(m.born, m.began, day, set)
		out = append(out, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("mentees: %w", err)
	}
	return out, nil
}

// uuidArray writes ids as PostgreSQL's array literal.
func uuidArray(ids []uuid.UUID) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = id.String()
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func countUndated(ctx context.Context, on bun.IDB, scope access.Scope, today calendar.Date) (n int, err error) {
	where, args := scope.Where(whole("p"), 2)
	err = db.One(ctx, on, []any{&n}, `SELECT count(*)::int FROM org_people p WHERE p.on_roll AND coalesce(p.left_on >= $1::date, true)
		AND p.birth_on IS NULL AND p.started_work_on IS NULL AND `+where, append([]any{today}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("mentees: %w", err)
	}
	return n, nil
}
