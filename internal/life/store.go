package life

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

// nameWithin is the name of somebody on the roll whom people.read reaches by the places
// of today; sql.ErrNoRows for others.
func nameWithin(ctx context.Context, on bun.IDB, scope access.Scope, person uuid.UUID, today calendar.Date) (name string, err error) {
	where, args := scope.Where(access.Columns{Unit: "p.unit_id", Persons: []string{"p.id"}, Branch: "m.branch_id", Group: "m.group_id", Department: "d.department_id"}, 3)
	err = db.One(ctx, on, []any{&name}, `SELECT p.name FROM org_people p
		LEFT JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_from <= $2 AND (m.valid_to IS NULL OR m.valid_to >= $2)
		LEFT JOIN org_department_memberships d ON d.unit_id = p.unit_id AND d.person_id = p.id AND d.valid_from <= $2 AND (d.valid_to IS NULL OR d.valid_to >= $2)
		WHERE p.id = $1 AND p.on_roll AND `+where+` LIMIT 1`, append([]any{person, today}, args...)...)
	if err != nil {
		return "", fmt.Errorf("person %s: %w", person, err)
	}
	return name, nil
}

// statement puts the parts of a time line together: $1 is the office, $2 the person, $3
// and $4 the last line of the page before, $5 how many lines.
type statement struct {
	ctes, parts []string
	gathered    bool
	args        []any
}

// within adds a scope's condition.
func (s *statement) within(scope access.Scope, c access.Columns) string {
	where, args := scope.Where(c, len(s.args)+1)
	s.args = append(s.args, args...)
	return where
}

// cte names a query that parts share; it is read once.
func (s *statement) cte(name, query string) {
	s.ctes = append(s.ctes, name+` AS MATERIALIZED (`+query+`)`)
}

// part adds lines: a query of id, ref, day, until, title, text, minutes, points. It
// brings no more of them than a page, so that nothing is made of what is not shown.
func (s *statement) part(kind, query string) {
	s.parts = append(s.parts, `(SELECT '`+kind+`' AS kind, id, ref, day, until, title, text, minutes, points
		FROM (`+query+`) AS l (id, ref, day, until, title, text, minutes, points)
		WHERE (day, id) < ($3::date, $4::uuid) ORDER BY day DESC, id DESC LIMIT $5)`)
}

// lines reads one more than the limit.
func lines(ctx context.Context, on bun.IDB, unit, person uuid.UUID, set org.UnitSettings, reach map[string]access.Scope, f Filter) ([]Line, error) {
	s := &statement{args: []any{unit, person, f.after.day, f.after.id, f.Limit + 1}}
	for _, k := range kinds() {
		scope, may := reach[k.name]
		if !may || f.Kind != "" && f.Kind != k.name {
			continue
		}
		switch k.name {
		case Activities:
			s.shared(reach, set)
			s.activities()
		case Points:
			s.shared(reach, set)
			s.points()
		case Honours:
			s.honours(scope)
		case Secondments:
			s.secondments()
		case Appraisals:
			s.appraisals(scope)
		case Mentoring:
			s.mentoring(scope)
		case Talks:
			s.talks(scope)
		case Moves:
			s.moves()
		}
	}
	out := []Line{}
	if len(s.parts) == 0 {
		return out, nil
	}
	text := `SELECT * FROM (` + strings.Join(s.parts, " UNION ALL ") + `) AS gathered ORDER BY day DESC, id DESC LIMIT $5`
	if len(s.ctes) > 0 {
		text = `WITH ` + strings.Join(s.ctes, ", ") + " " + text
	}
	err := db.Each(ctx, on, text, s.args, func(rows *sql.Rows) error {
		var l Line
		err := rows.Scan(&l.Kind, &l.ID, &l.Ref, &l.Day, &l.Until, &l.Title, &l.Text, &l.Minutes, &l.Points)
		out = append(out, l)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("time line of %s: %w", person, err)
	}
	return out, nil
}

// Conditions and words that parts share.
const (
	noLine   = `SELECT NULL::uuid, NULL::date, '', '', '', NULL::int WHERE FALSE`
	noEntry  = `SELECT NULL::uuid, NULL::uuid, NULL::date, 0, '', '' WHERE FALSE`
	logKinds = `CASE l.kind WHEN 'lesson' THEN '授课辅导' WHEN 'case_review' THEN '案件评析' WHEN 'talk' THEN '交流谈心' WHEN 'reading' THEN '读书研讨'
		WHEN 'practice' THEN '实务带教' ELSE '其他活动' END`
	roleNames = `CASE t.role WHEN 'political' THEN '政治导师' ELSE '业务导师' END`
)

func nameOf(id string) string {
	return `(SELECT o.name FROM org_people o WHERE o.unit_id = $1 AND o.id = ` + id + `)`
}

// shared are the activities and the entries of the person as far as they are seen: what
// is on the line of an activity is on no other, whichever kinds are asked for.
func (s *statement) shared(reach map[string]access.Scope, set org.UnitSettings) {
	if s.gathered {
		return
	}
	s.gathered = true
	acts, mine := noLine, noEntry
	if scope, may := reach[Activities]; may {
		acts = s.visibleActivities(scope, set)
	}
	if scope, may := reach[Points]; may {
		mine = s.visibleEntries(scope)
	}
	s.cte("acts (record_id, day, title, role, place, minutes)", acts)
	s.cte("mine (record_id, id, day, points, title, reason)", mine)
}

// visibleActivities are the confirmed versions that name the person, by the rule that
// activities are read by: set over its place, or named in it oneself.
func (s *statement) visibleActivities(scope access.Scope, set org.UnitSettings) string {
	where := s.within(scope, access.Columns{Unit: "a.unit_id", Department: "a.department_id", Branch: "a.branch_id", Group: "a.group_id", Project: "a.project_id",
		Named: []string{`a.record_id IN (SELECT v.record_id FROM activity_attendances n
				JOIN activity_activities v ON v.unit_id = n.unit_id AND v.id = n.activity_id AND v.state <> 'draft'
				WHERE n.unit_id = @unit AND n.person_id = @person
			UNION ALL SELECT v.record_id FROM activity_activities v WHERE v.unit_id = @unit AND v.host_id = @person AND v.state <> 'draft'
			UNION ALL SELECT v.record_id FROM activity_activities v WHERE v.unit_id = @unit AND v.recorder_id = @person AND v.state <> 'draft'
			UNION ALL SELECT v.record_id FROM activity_activities v WHERE v.unit_id = @unit AND v.lecturer_id = @person AND v.state <> 'draft')`}})
	return `SELECT a.record_id, (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date, a.title,
			concat_ws('、', k.name, CASE WHEN a.host_id = $2 THEN '主持' END, CASE WHEN a.lecturer_id = $2 THEN '授课' END, CASE WHEN a.recorder_id = $2 THEN '记录' END,
				CASE t.status WHEN 'present' THEN '参加' WHEN 'guest' THEN '列席' END), a.place,
			CASE WHEN k.category = 'volunteering' AND t.status = 'present' AND t.minutes > 0 THEN ` + org.CountedMinutesSQL(set, "t.minutes") + ` END
		FROM (SELECT n.activity_id AS id FROM activity_attendances n WHERE n.unit_id = $1 AND n.person_id = $2 AND n.status <> 'absent'
			UNION SELECT h.id FROM activity_activities h WHERE h.unit_id = $1 AND h.host_id = $2
			UNION SELECT h.id FROM activity_activities h WHERE h.unit_id = $1 AND h.recorder_id = $2
			UNION SELECT h.id FROM activity_activities h WHERE h.unit_id = $1 AND h.lecturer_id = $2) AS own
		JOIN activity_activities a ON a.unit_id = $1 AND a.id = own.id AND a.state = 'confirmed'
		JOIN activity_kinds k ON k.unit_id = a.unit_id AND k.code = a.kind
		LEFT JOIN activity_attendances t ON t.unit_id = a.unit_id AND t.activity_id = a.id AND t.person_id = $2 AND t.status <> 'absent'
		WHERE ` + where
}

// visibleEntries are the person's entries by record, reversals and all, of the quarters
// whose ledger the scope reaches: by the last membership in each, as ledgers are read.
func (s *statement) visibleEntries(scope access.Scope) string {
	latest := func(table, column string) string {
		return `(SELECT o.` + column + ` FROM ` + table + ` o WHERE o.unit_id = p.unit_id AND o.person_id = p.id
			AND o.valid_from <= q.last_day AND (o.valid_to IS NULL OR o.valid_to >= q.first_day) ORDER BY o.valid_from DESC LIMIT 1)`
	}
	where := s.within(scope, access.Columns{Unit: "p.unit_id", Persons: []string{"p.id"}, Branch: latest("org_party_memberships", "branch_id"),
		Group: latest("org_party_memberships", "group_id"), Department: latest("org_department_memberships", "department_id")})
	return `SELECT e.record_id, (array_agg(e.id ORDER BY e.seq))[1], (array_agg(e.fact_on ORDER BY e.seq))[1], sum(e.points)::int,
			(array_agg(r.title ORDER BY e.seq))[1], (array_agg(e.reason ORDER BY e.seq))[1]
		FROM points_entries e JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		WHERE e.unit_id = $1 AND e.person_id = $2 AND e.post_quarter IN (SELECT q.quarter
			FROM (SELECT quarter, make_date(left(quarter, 4)::int, right(quarter, 1)::int * 3 - 2, 1) AS first_day,
				(make_date(left(quarter, 4)::int, right(quarter, 1)::int * 3 - 2, 1) + interval '3 months' - interval '1 day')::date AS last_day
				FROM points_quarters WHERE unit_id = $1) AS q
			JOIN org_people p ON p.unit_id = $1 AND p.id = $2 WHERE ` + where + `)
		GROUP BY e.record_id`
}

func (s *statement) activities() {
	s.part(Activities, `SELECT a.record_id, a.record_id, a.day, NULL::date, a.title, concat_ws(' · ', a.role, nullif(a.place, '')), a.minutes, m.points
		FROM acts a LEFT JOIN mine m ON m.record_id = a.record_id`)
}

func (s *statement) points() {
	s.part(Points, `SELECT m.id, m.id, m.day, NULL::date, m.title, m.reason, NULL::int, m.points
		FROM mine m WHERE NOT EXISTS (SELECT FROM acts a WHERE a.record_id = m.record_id)`)
}

func (s *statement) honours(scope access.Scope) {
	where := s.within(scope, access.Columns{Unit: "h.unit_id", Persons: []string{"h.person_id"}, PersonIn: []string{"SELECT unnest(h.people)"}, Branch: "h.branch_id", Group: "h.group_id"})
	s.part(Honours, `SELECT h.id, h.id, h.awarded_on, NULL::date, '获得“' || h.title || '”',
			concat_ws(' · ', CASE WHEN h.people <> '{}' THEN h.name END, h.number), NULL::int, NULL::int
		FROM (SELECT o.id FROM selection_honours o WHERE o.unit_id = $1 AND o.person_id = $2
			UNION SELECT o.id FROM selection_honours o WHERE o.unit_id = $1 AND o.people <> '{}' AND o.people @> ARRAY[$2::uuid]) AS own
		JOIN selection_honours h ON h.unit_id = $1 AND h.id = own.id WHERE `+where)
}

// secondments are those of projects that came to be.
func (s *statement) secondments() {
	s.part(Secondments, `SELECT s.id, s.project_id, s.valid_from, s.valid_to, '派往' || j.name,
			CASE s.office WHEN 'officer' THEN s.title WHEN 'secretary' THEN coalesce(k.head, '负责人') WHEN 'deputy' THEN '副' || coalesce(k.head, '负责人') ELSE '成员' END,
			NULL::int, NULL::int
		FROM org_secondments s JOIN org_projects j ON j.unit_id = s.unit_id AND j.id = s.project_id
		LEFT JOIN taskforce_taskforces f ON f.unit_id = j.unit_id AND f.id = j.id
		LEFT JOIN taskforce_kinds k ON k.unit_id = f.unit_id AND k.code = f.kind
		WHERE s.unit_id = $1 AND s.person_id = $2 AND coalesce(f.state, 'active') NOT IN ('proposed', 'rejected')`)
}

func (s *statement) appraisals(scope access.Scope) {
	where := s.within(scope, access.Columns{Unit: "a.unit_id", Persons: []string{"a.person_id"}, Branch: "a.branch_id", Project: "a.taskforce_id"})
	s.part(Appraisals, `SELECT a.id, a.id, (a.written_at AT TIME ZONE 'Asia/Shanghai')::date, NULL::date, j.name || '鉴定：' ||
			CASE a.grade WHEN 'excellent' THEN '优秀' WHEN 'good' THEN '良好' WHEN 'fair' THEN '合格' ELSE '不合格' END, a.number, NULL::int, NULL::int
		FROM taskforce_appraisals a JOIN org_projects j ON j.unit_id = a.unit_id AND j.id = a.taskforce_id
		WHERE a.unit_id = $1 AND a.person_id = $2 AND `+where)
}

// mentoring has the pairing with its first mentors as one line of the mentee; a change
// of mentor is a line of its own. A mentor has a line for each term.
func (s *statement) mentoring(scope access.Scope) {
	where := s.within(scope, access.Columns{Unit: "r.unit_id", Persons: []string{"r.mentee_id"},
		PersonIn: []string{"SELECT x.mentor_id FROM mentoring_terms x WHERE x.unit_id = r.unit_id AND x.pairing_id = r.id"}})
	s.cte("pairs (id, number, mentee_id, valid_from, valid_to)", `SELECT r.id, r.number, r.mentee_id, r.valid_from, r.valid_to
		FROM (SELECT o.id FROM mentoring_pairings o WHERE o.unit_id = $1 AND o.mentee_id = $2
			UNION SELECT o.pairing_id FROM mentoring_terms o WHERE o.unit_id = $1 AND o.mentor_id = $2) AS own
		JOIN mentoring_pairings r ON r.unit_id = $1 AND r.id = own.id WHERE `+where)
	s.part(Mentoring, `SELECT r.id, r.id, r.valid_from, r.valid_to, '“1+1”双导师结对', concat_ws(' · ', (SELECT string_agg(`+roleNames+` || `+nameOf("t.mentor_id")+`, '、' ORDER BY t.role)
				FROM mentoring_terms t WHERE t.unit_id = $1 AND t.pairing_id = r.id AND t.valid_from = r.valid_from), r.number), NULL::int, NULL::int
			FROM pairs r WHERE r.mentee_id = $2
		UNION ALL SELECT t.id, r.id, t.valid_from, t.valid_to, CASE WHEN t.mentor_id = $2 THEN '担任' || `+nameOf("t.mentee_id")+` || '的' || `+roleNames+`
				ELSE '更换' || `+roleNames+` || '：' || `+nameOf("t.mentor_id")+` END, t.change, NULL::int, NULL::int
			FROM pairs r JOIN mentoring_terms t ON t.unit_id = $1 AND t.pairing_id = r.id
			WHERE t.mentor_id = $2 OR r.mentee_id = $2 AND t.valid_from > r.valid_from
		UNION ALL SELECT l.id, r.id, l.held_on, NULL::date, `+logKinds+` || '：' || CASE WHEN l.mentor_id = $2 THEN `+nameOf("l.mentee_id")+` ELSE `+nameOf("l.mentor_id")+` END,
				l.content, NULL::int, NULL::int
			FROM pairs r JOIN mentoring_logs l ON l.unit_id = $1 AND l.pairing_id = r.id AND l.state = 'confirmed' AND $2 IN (l.mentor_id, l.mentee_id)`)
}

// talks tell that one took place: not with whom, of which type or about what (rule 23).
func (s *statement) talks(scope access.Scope) {
	where := s.within(scope, access.Columns{Unit: "t.unit_id", Persons: []string{"t.talker_id", "t.partner_id"}, Branch: "t.branch_id", Department: "t.department_id"})
	s.part(Talks, `SELECT t.id, t.id, t.done_on, NULL::date, '谈心谈话', '', NULL::int, NULL::int
		FROM (SELECT o.id FROM talk_talks o WHERE o.unit_id = $1 AND o.talker_id = $2 UNION SELECT o.id FROM talk_talks o WHERE o.unit_id = $1 AND o.partner_id = $2) AS own
		JOIN talk_talks t ON t.unit_id = $1 AND t.id = own.id AND t.state = 'confirmed' WHERE `+where)
}

func (s *statement) moves() {
	s.part(Moves, `SELECT m.id, m.id, m.valid_from, m.valid_to, '编入' || b.name || coalesce(g.name, ''), '组织关系', NULL::int, NULL::int
			FROM org_party_memberships m JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id
			LEFT JOIN org_groups g ON g.unit_id = m.unit_id AND g.id = m.group_id WHERE m.unit_id = $1 AND m.person_id = $2
		UNION ALL SELECT m.id, m.id, m.valid_from, m.valid_to, '到' || d.name || '工作', '部门', NULL::int, NULL::int
			FROM org_department_memberships m JOIN org_departments d ON d.unit_id = m.unit_id AND d.id = m.department_id WHERE m.unit_id = $1 AND m.person_id = $2
		UNION ALL SELECT o.id, o.id, o.valid_from, o.valid_to, '任' || o.title, concat_ws('', b.name, g.name), NULL::int, NULL::int
			FROM org_positions o LEFT JOIN org_branches b ON b.unit_id = o.unit_id AND b.id = o.branch_id
			LEFT JOIN org_groups g ON g.unit_id = o.unit_id AND g.id = o.group_id WHERE o.unit_id = $1 AND o.person_id = $2`)
}
