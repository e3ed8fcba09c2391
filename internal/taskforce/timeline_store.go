package taskforce

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// timelineSQL is everything that happened to taskforce $2 of unit $1. Who took another
// office left and joined by the rows, and did neither by the time line.
func timelineSQL() string {
	return `WITH f AS (
		SELECT f.*, p.valid_from, p.name, k.head FROM taskforce_taskforces f JOIN org_projects p ON p.unit_id = f.unit_id AND p.id = f.id
		JOIN taskforce_kinds k ON k.unit_id = f.unit_id AND k.code = f.kind WHERE f.unit_id = $1 AND f.id = $2
	), s AS (
		SELECT s.*, o.name, EXISTS (SELECT FROM org_secondments b WHERE b.unit_id = s.unit_id AND b.project_id = s.project_id AND b.person_id = s.person_id
				AND b.valid_to = s.valid_from - 1) AS follows,
			EXISTS (SELECT FROM org_secondments n WHERE n.unit_id = s.unit_id AND n.project_id = s.project_id AND n.person_id = s.person_id
				AND n.valid_from = s.valid_to + 1) AS goes_on
		FROM org_secondments s JOIN org_people o ON o.unit_id = s.unit_id AND o.id = s.person_id WHERE s.unit_id = $1 AND s.project_id = $2
	), m (day, ord, id, type, title, text, people, outsiders, author, quantity, measure, money, files) AS (
		SELECT (f.proposed_at AT TIME ZONE 'Asia/Shanghai')::date, 0, f.id, 'proposed', '提议成立', f.purpose, 0, 0, NULL::uuid, 0::bigint, '', false, NULL::json FROM f
		UNION ALL SELECT f.approved_on, 1, f.id, 'approved', '批准成立', f.approval_no, 0, 0, NULL, 0, '', false, NULL FROM f WHERE f.approved_on IS NOT NULL
		UNION ALL SELECT (f.proposed_at AT TIME ZONE 'Asia/Shanghai')::date, 1, f.id, 'rejected', '未批准', f.answer, 0, 0, NULL, 0, '', false, NULL FROM f WHERE f.state = 'rejected'
		UNION ALL SELECT f.valid_from, 2, f.id, 'started', '成立运行', '', 0, 0, NULL, 0, '', false, NULL FROM f WHERE f.state IN ('active', 'concluded', 'archived')
		UNION ALL SELECT s.valid_from, 3, md5($2::text || s.valid_from || 'joined')::uuid, 'joined', '加入',
			string_agg(s.name || CASE s.office WHEN 'secretary' THEN '（' || f.head || '）' WHEN 'deputy' THEN '（副' || f.head || '）' WHEN 'officer' THEN '（' || s.title || '）' ELSE '' END,
				'、' ORDER BY array_position('{secretary,deputy,officer,member}', s.office), s.name, s.id), count(*)::int, 0, NULL, 0, '', false, NULL
			FROM s, f WHERE NOT s.follows GROUP BY s.valid_from
		UNION ALL SELECT x.valid_from, 3, md5($2::text || x.valid_from || 'outsiders')::uuid, 'joined', '外单位人员加入',
			string_agg(x.name || '（' || x.partner || '）', '、' ORDER BY x.partner, x.name), 0, count(*)::int, NULL, 0, '', false, NULL
			FROM taskforce_outsiders x WHERE x.unit_id = $1 AND x.taskforce_id = $2 GROUP BY x.valid_from
		UNION ALL SELECT s.valid_from, 4, s.id, 'office', '职务变动',
			s.name || ' 任' || CASE s.office WHEN 'secretary' THEN f.head WHEN 'deputy' THEN '副' || f.head WHEN 'officer' THEN s.title ELSE '成员' END, 1, 0, NULL, 0, '', false, NULL
			FROM s, f WHERE s.follows
		UNION ALL SELECT s.valid_to, 5, md5($2::text || s.valid_to || 'left')::uuid, 'left', '离开', string_agg(s.name, '、' ORDER BY s.name, s.id), count(*)::int, 0, NULL, 0, '', false, NULL
			FROM s, f WHERE s.valid_to IS NOT NULL AND NOT s.goes_on AND s.valid_to <= $4::date AND s.valid_to IS DISTINCT FROM f.concluded_on GROUP BY s.valid_to
		UNION ALL SELECT (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date, 6, a.record_id, 'activity', a.title, a.place,
			(SELECT count(*) FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status = 'present')::int,
			(SELECT count(*) FROM activity_outsiders t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id)::int, NULL, 0, '', false, NULL
			FROM activity_activities a WHERE a.unit_id = $1 AND a.project_id = $2 AND a.state = 'confirmed'
		UNION ALL SELECT t.done_on, 7, t.id, 'task', t.title, o.name || CASE t.note WHEN '' THEN '' ELSE '：' || t.note END, 0, 0, NULL, 0, '', false, NULL
			FROM taskforce_tasks t JOIN org_people o ON o.unit_id = t.unit_id AND o.id = t.owner_id WHERE t.unit_id = $1 AND t.taskforce_id = $2 AND t.state = 'done'
		UNION ALL SELECT o.reached_on, 8, o.id, 'outcome', o.title, k.name || CASE o.reference WHEN '' THEN '' ELSE ' · ' || o.reference END, 0, 0, NULL, o.quantity, k.measure, k.money,
			` + filesOf("t.unit_id = o.unit_id AND t.outcome_id = o.id") + `
			FROM taskforce_outcomes o JOIN taskforce_outcome_kinds k ON k.unit_id = o.unit_id AND k.code = o.kind
			WHERE o.unit_id = $1 AND o.taskforce_id = $2 AND o.voided_at IS NULL
		UNION ALL SELECT n.day, 9, n.id, 'note', '纪实', n.text, 0, 0, n.written_by, 0, '', false, ` + filesOf("t.unit_id = n.unit_id AND t.note_id = n.id") + `
			FROM taskforce_notes n WHERE n.unit_id = $1 AND n.taskforce_id = $2 AND n.struck_at IS NULL
		UNION ALL SELECT f.concluded_on, 10, f.id, 'concluded', '结项', f.summary, 0, 0, NULL, 0, '', false, NULL FROM f WHERE f.concluded_on IS NOT NULL
		UNION ALL SELECT (f.archived_at AT TIME ZONE 'Asia/Shanghai')::date, 11, f.id, 'archived', '归档', '', 0, 0, NULL, 0, '', false, NULL FROM f WHERE f.archived_at IS NOT NULL
	)
	SELECT m.day, m.ord, m.id, m.type, m.title, m.text, m.people, m.outsiders, m.author,
		coalesce((SELECT o.name FROM org_people o WHERE o.unit_id = $1 AND o.id = m.author), ''), m.quantity, m.measure, m.money, coalesce(m.files, '[]'::json)
	FROM m WHERE ($3::date IS NULL OR (m.day, m.ord, m.id) < ($3::date, $5::int, $6::uuid)) ORDER BY m.day DESC, m.ord DESC, m.id DESC LIMIT $7`
}

// moments reads a page of the time line in one statement. Who is to leave after today
// has not left.
func moments(ctx context.Context, on bun.IDB, unit, id uuid.UUID, today calendar.Date, after mark, limit int) ([]Moment, error) {
	out := []Moment{}
	err := db.Each(ctx, on, timelineSQL(), []any{unit, id, after.Day, today, after.Ord, after.ID, limit}, func(rows *sql.Rows) error {
		var m Moment
		var author PersonRef
		var files []byte
		if err := rows.Scan(&m.Day, &m.ord, &m.ID, &m.Type, &m.Title, &m.Text, &m.People, &m.Outsiders, &author.ID, &author.Name,
			&m.Quantity, &m.Measure, &m.Money, &files); err != nil {
			return err
		}
		if author.ID != uuid.Nil {
			m.Author = &author
		}
		out = append(out, m)
		return json.Unmarshal(files, &out[len(out)-1].Files)
	})
	if err != nil {
		return nil, fmt.Errorf("time line of %s: %w", id, err)
	}
	return out, nil
}
