package volunteer

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// clause is SQL with its arguments, numbered from $1.
type clause struct {
	text string
	args []any
}

// and adds a condition; each ? in it takes the next argument.
func (c *clause) and(condition string, args ...any) {
	c.text += " AND "
	for _, r := range condition {
		if r != '?' {
			c.text += string(r)
			continue
		}
		c.args = append(c.args, args[0])
		args = args[1:]
		c.text += fmt.Sprintf("$%d", len(c.args))
	}
}

// hoursColumns is how Scope reaches participations: by the people's own places on the
// day, as with entries of a ledger.
func hoursColumns() access.Columns {
	return access.Columns{Unit: "v.unit_id", Persons: []string{"v.person_id"}, Branch: "v.branch_id", Group: "v.group_id"}
}

// noticeSQL says how far the notice of a participation v is. Hours that were
// corrected since have other minutes, and no notice yet; hours whose objection was
// upheld may be put up once more, and hold when that notice passed.
const noticeSQL = `coalesce((SELECT CASE WHEN n.outcome = 'cancelled' THEN 'none' ELSE n.outcome END FROM volunteer_noticed n
	WHERE n.unit_id = v.unit_id AND n.record_id = v.record_id AND n.person_id = v.person_id AND n.minutes = v.minutes
	ORDER BY n.notice_id DESC LIMIT 1), 'none')`

// participated is the FROM and WHERE that every figure of hours shares.
func participated(scope access.Scope, set org.UnitSettings, f HoursFilter) clause {
	where, args := scope.Where(hoursColumns(), 1)
	c := clause{` FROM (` + activity.ParticipationsSQL(set) + `) v JOIN org_people p ON p.unit_id = v.unit_id AND p.id = v.person_id WHERE ` + where, args}
	c.and("v.starts_at >= ? AND v.starts_at < ?", f.From.In(), f.To.AddDays(1).In())
	if f.Branch != uuid.Nil {
		c.and("v.branch_id = ?", f.Branch)
	}
	if f.Person != uuid.Nil {
		c.and("v.person_id = ?", f.Person)
	}
	if f.Text != "" {
		like := "%" + db.Like(f.Text) + "%"
		c.and("p.name || ' ' || p.pinyin || ' ' || p.initials ILIKE ?", like)
	}
	return c
}

// listHours sums up by person.
func listHours(ctx context.Context, on bun.IDB, scope access.Scope, set org.UnitSettings, f HoursFilter, sort hoursSort) ([]PersonHours, error) {
	c := participated(scope, set, f)
	c.text = `SELECT h.person_id, h.name, h.pinyin, coalesce((SELECT b.name FROM org_branches b WHERE b.unit_id = h.unit_id AND b.id = h.branch_id), ''),
			h.participations, h.minutes, h.noticed
		FROM (SELECT v.unit_id, v.person_id, p.name, p.pinyin, (array_agg(v.branch_id ORDER BY v.starts_at DESC, v.record_id DESC))[1] AS branch_id,
			count(*) AS participations, sum(v.counted) AS minutes, coalesce(sum(v.counted) FILTER (WHERE ` + noticeSQL + ` = 'passed'), 0) AS noticed` +
		c.text + ` GROUP BY v.unit_id, v.person_id, p.name, p.pinyin) h WHERE TRUE`
	beyond, direction := ">", "ASC"
	if sort.down {
		beyond, direction = "<", "DESC"
	}
	if f.Cursor != "" {
		value, id, err := sort.parse(f.Cursor)
		if err != nil {
			return nil, err
		}
		c.and("(h."+sort.expr+", h.person_id) "+beyond+" (?, ?)", value, id)
	}
	c.text += " ORDER BY h." + sort.expr + " " + direction + ", h.person_id " + direction
	if f.Limit > 0 {
		c.text += fmt.Sprintf(" LIMIT %d", f.Limit)
	}
	out := []PersonHours{}
	err := db.Each(ctx, on, c.text, c.args, func(rows *sql.Rows) error {
		var p PersonHours
		err := rows.Scan(&p.PersonID, &p.Name, &p.pinyin, &p.BranchName, &p.Participations, &p.Minutes, &p.Noticed)
		out = append(out, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("hours: %w", err)
	}
	return out, nil
}

// sumHours is the total of the list that the same filter gives. Outsiders are told
// where nobody is searched for: they are in no list of ours.
func sumHours(ctx context.Context, on bun.IDB, scope access.Scope, set org.UnitSettings, f HoursFilter) (t HoursTotal, err error) {
	c := participated(scope, set, f)
	err = db.One(ctx, on, []any{&t.People, &t.Participations, &t.Minutes, &t.Noticed},
		`SELECT count(DISTINCT v.person_id), count(*), coalesce(sum(v.counted), 0), coalesce(sum(v.counted) FILTER (WHERE `+noticeSQL+` = 'passed'), 0)`+c.text, c.args...)
	if err != nil || f.Text != "" || f.Person != uuid.Nil {
		return t, err
	}
	where, args := scope.Where(access.Columns{Unit: "v.unit_id", Branch: "v.branch_id", Group: "v.group_id"}, 1)
	o := clause{`SELECT count(*), coalesce(sum(v.counted), 0) FROM (` + activity.OutsidersSQL(set) + `) v WHERE ` + where, args}
	o.and("v.starts_at >= ? AND v.starts_at < ?", f.From.In(), f.To.AddDays(1).In())
	if f.Branch != uuid.Nil {
		o.and("v.branch_id = ?", f.Branch)
	}
	return t, db.One(ctx, on, []any{&t.Outsiders, &t.OutsideMinutes}, o.text, o.args...)
}

// sumMonths is the total by month; months without any are left out.
func sumMonths(ctx context.Context, on bun.IDB, scope access.Scope, set org.UnitSettings, f HoursFilter) (map[string]MonthHours, error) {
	c := participated(scope, set, f)
	out := map[string]MonthHours{}
	err := db.Each(ctx, on, `SELECT to_char(v.day, 'YYYY-MM'), count(DISTINCT v.person_id), count(*), sum(v.counted)`+c.text+` GROUP BY 1`, c.args,
		func(rows *sql.Rows) error {
			var m MonthHours
			err := rows.Scan(&m.Month, &m.People, &m.Participations, &m.Minutes)
			out[m.Month] = m
			return err
		})
	if err != nil {
		return nil, fmt.Errorf("hours by month: %w", err)
	}
	return out, nil
}

// listParticipations lists records of people, newest first; most is the greatest
// number, 0 none.
func listParticipations(ctx context.Context, on bun.IDB, scope access.Scope, set org.UnitSettings, f HoursFilter) ([]Participation, error) {
	c := participated(scope, set, f)
	out := []Participation{}
	err := db.Each(ctx, on, `SELECT v.person_id, v.record_id, v.day, v.title, v.place, v.served, v.minutes, v.counted, `+noticeSQL+`,
			(SELECT `+activity.OrganiserNameSQL("a")+` FROM activity_activities a WHERE a.unit_id = v.unit_id AND a.id = v.version_id)`+
		c.text+` ORDER BY v.starts_at DESC, v.record_id DESC, v.person_id`, c.args, func(rows *sql.Rows) error {
		var p Participation
		err := rows.Scan(&p.person, &p.RecordID, &p.Day, &p.Title, &p.Place, &p.Served, &p.Recorded, &p.Minutes, &p.Notice, &p.Organiser)
		out = append(out, p)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("participations: %w", err)
	}
	return out, nil
}

// reachedPerson finds somebody of the roll whom the scope reaches by their place of
// today, or by a participation of theirs; the name tells.
func reachedPerson(ctx context.Context, on bun.IDB, scope access.Scope, set org.UnitSettings, person uuid.UUID) (name string, found bool, err error) {
	today, args := scope.Where(access.Columns{Unit: "p.unit_id", Persons: []string{"p.id"}, Branch: "m.branch_id", Group: "m.group_id"}, 2)
	then, more := scope.Where(hoursColumns(), 2+len(args))
	args = append(append([]any{person}, args...), more...)
	err = db.Each(ctx, on, `SELECT p.name FROM org_people p
		LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_to IS NULL
		WHERE p.id = $1 AND p.on_roll AND (`+today+` OR EXISTS (SELECT FROM (`+activity.ParticipationsSQL(set)+`) v
			WHERE v.unit_id = p.unit_id AND v.person_id = p.id AND `+then+`)) LIMIT 1`, args, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&name)
	})
	return name, found, err
}

// understood checks a filter and reads the settings it is counted by.
func (s *Service) understood(ctx context.Context, on bun.IDB, unit uuid.UUID, f *HoursFilter) (set org.UnitSettings, err error) {
	if f.Period, err = f.orYear(s.today()); err != nil {
		return set, err
	}
	f.Text = strings.TrimSpace(f.Text)
	if utf8.RuneCountInString(f.Text) > 50 || strings.ContainsRune(f.Text, 0) {
		return set, fault.Field("q", "查找的内容不能超过 50 个字")
	}
	return org.Settings(ctx, on, unit)
}
