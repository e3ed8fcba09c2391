package duty

import (
	"slices"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
)

// owners are those in the scope at some time of the filter, each with the days that it
// was there: spans where there may be gaps.
func (q *query) owners(scope access.Scope, f Filter) {
	q.leaders(scope.Unit(), f)
	q.add(`, owners AS (
		SELECT '' AS owner, 0 AS rank, NULL::uuid AS owner_id, '' AS owner_name, NULL::uuid AS branch_id, '' AS branch_name, 0 AS branch_ord,
			0 AS owner_ord, NULL::uuid AS department_id, NULL::date AS since, NULL::date AS until, NULL::datemultirange AS spans WHERE FALSE`)
	arm := func(kind, text, there string, columns access.Columns, id, branch, group string) {
		if !slices.Contains(f.Owners, kind) || len(f.Branches) > 0 && branch == "" {
			return
		}
		where, args := scope.SQL(columns)
		q.add(` UNION ALL ` + text + ` WHERE `)
		q.add(where, args...)
		if there != "" {
			q.add(there, f.To, f.From)
		}
		if len(f.OwnerIDs) > 0 {
			q.add(` AND `+id+` IN (?)`, bun.List(f.OwnerIDs))
		}
		if len(f.Branches) > 0 {
			q.add(` AND `+branch+` IN (?)`, bun.List(f.Branches))
		}
		q.add(group)
	}
	arm(OwnerUnit, `SELECT 'unit', 1, u.id, u.name, NULL, '', 0, 0, NULL, '-infinity', 'infinity', NULL FROM org_units u`, ``,
		access.Columns{Unit: "u.id"}, "u.id", "", "")
	arm(OwnerBranch, `SELECT 'branch', 2, b.id, b.name, b.id, b.name, b.ord, 0, NULL, b.valid_from, coalesce(b.valid_to, 'infinity'), NULL
		FROM org_branches b`, ` AND b.valid_from <= ? AND (b.valid_to IS NULL OR b.valid_to >= ?)`,
		access.Columns{Unit: "b.unit_id", Branch: "b.id"}, "b.id", "b.id", "")
	arm(OwnerGroup, `SELECT 'group', 3, g.id, g.name, b.id, b.name, b.ord, g.ord, NULL, greatest(g.valid_from, b.valid_from),
			coalesce(least(g.valid_to, b.valid_to), 'infinity'), NULL
		FROM org_groups g JOIN org_branches b ON b.unit_id = g.unit_id AND b.id = g.branch_id`,
		` AND greatest(g.valid_from, b.valid_from) <= least(?, g.valid_to, b.valid_to) AND coalesce(least(g.valid_to, b.valid_to), 'infinity') >= ?`,
		access.Columns{Unit: "g.unit_id", Branch: "g.branch_id", Group: "g.id"}, "g.id", "g.branch_id", "")
	// A department is supervised while somebody holds the grant; two that follow one
	// another are one time. A grant that was taken back held to the end of that day.
	const from = `greatest(a.valid_from, d.valid_from)`
	const until = `coalesce(least(a.valid_to, (a.ended_at AT TIME ZONE 'Asia/Shanghai')::date, d.valid_to), 'infinity')`
	arm(OwnerDeputy, `SELECT 'deputy', 4, d.id, d.name, NULL, '', 0, d.ord, d.id, '-infinity', 'infinity', range_agg(daterange(`+from+`, `+until+`, '[]'))
		FROM org_departments d
		JOIN access_grants a ON a.unit_id = d.unit_id AND a.place_kind = 'department' AND a.place_id = d.id AND a.role = 'deputy_leader'`,
		` AND `+from+` <= ? AND `+until+` >= ? AND `+until+` >= `+from,
		access.Columns{Unit: "d.unit_id", Department: "d.id"}, "d.id", "", ` GROUP BY d.unit_id, d.id`)
	arm(OwnerLeader, `SELECT 'leader', 5, p.id, p.name, NULL, '', 0, 0, NULL, '-infinity', 'infinity', leaders.spans
		FROM leaders JOIN org_people p ON p.id = leaders.person_id`, ``,
		access.Columns{Unit: "p.unit_id", Persons: []string{"p.id"}}, "p.id", "", "")
	q.add(`)`)
}

// leaders are who is to talk with people by the list of leaders, with the days on it,
// and who has talks of the time besides.
func (q *query) leaders(unit uuid.UUID, f Filter) {
	if !slices.Contains(f.Owners, OwnerLeader) {
		return
	}
	q.add(`, leaders AS (
		SELECT person_id, l.spans FROM (
			SELECT person_id, range_agg(daterange(valid_from, valid_to, '[]')) AS spans FROM talk_leaders
			WHERE unit_id = ? AND valid_from <= ? AND (valid_to IS NULL OR valid_to >= ?) GROUP BY person_id) l
		FULL JOIN (SELECT DISTINCT t.talker_id AS person_id FROM lines l JOIN talk_talks t ON t.unit_id = ? AND t.type = l.talk_type
			AND t.state <> 'cancelled' AND t.year BETWEEN ? AND ?) t USING (person_id))`, unit, f.To, f.From, unit, f.From.Year, f.To.Year)
}

// committees are the branches that had one at the end of a period, or have one today:
// members who sit on it, or as many members as make one due. Members who stay all the
// time are counted once, whatever the number of periods.
func (q *query) committees(unit uuid.UUID, f Filter) {
	if !slices.Contains(f.Owners, OwnerBranch) {
		q.add(`, committees AS (SELECT NULL::uuid AS branch_id, NULL::date AS day WHERE FALSE)`)
		return
	}
	q.add(`, days AS (SELECT DISTINCT day FROM periods WHERE committee),
	bounds AS (SELECT min(day) AS a, max(day) AS z FROM days),
	seats AS (
		SELECT branch_id, range_agg(daterange(valid_from, valid_to, '[]')) AS spans FROM org_positions
		WHERE unit_id = ? AND kind = 'committee_member' AND branch_id IN (SELECT branch_id FROM owners)
		GROUP BY branch_id),
	members AS (
		SELECT m.branch_id, m.valid_from, coalesce(m.valid_to, 'infinity') AS valid_to,
			m.valid_from <= b.a AND coalesce(m.valid_to, 'infinity') >= b.z AS steady
		FROM bounds b JOIN org_party_memberships m ON m.valid_from <= b.z AND (m.valid_to IS NULL OR m.valid_to >= b.a)
		JOIN org_people p ON p.unit_id = m.unit_id AND p.id = m.person_id
		WHERE m.unit_id = ? AND p.on_roll AND p.political_status IN ('party_member', 'probationary_member')
			AND m.branch_id IN (SELECT branch_id FROM owners)),
	steady AS (SELECT branch_id, count(*) AS n FROM members WHERE steady GROUP BY branch_id),
	moving AS (SELECT m.branch_id, d.day, count(*) AS n FROM members m JOIN days d ON d.day BETWEEN m.valid_from AND m.valid_to
		WHERE NOT m.steady GROUP BY m.branch_id, d.day),
	committees AS (
		SELECT o.owner_id AS branch_id, d.day FROM owners o CROSS JOIN days d
		LEFT JOIN seats s ON s.branch_id = o.owner_id
		LEFT JOIN steady t ON t.branch_id = o.owner_id
		LEFT JOIN moving m ON m.branch_id = o.owner_id AND m.day = d.day
		WHERE o.owner = 'branch' AND (s.spans @> d.day OR coalesce(t.n, 0) + coalesce(m.n, 0) >= ?))`, unit, unit, committeeFrom)
}

// held counts the records that meet something, by line, owner and period, and the
// talks of leaders, which say besides how many there are to hold. A record below its
// quorum meets nothing (rule 5). What the whole office or a project held counts for
// each branch that somebody came from, once however many came (rule 28).
func (q *query) held(unit uuid.UUID, f Filter) {
	// Only lines and days narrow this join; which owners, each arm says.
	const records = ` FROM lines l JOIN activity_activities a ON a.unit_id = ? AND a.kind = l.activity_kind AND a.state = 'confirmed'
			AND a.quorum_met IS NOT FALSE AND a.starts_at >= l.begins AT TIME ZONE 'Asia/Shanghai' AND a.starts_at < ?`
	const first = `date_trunc(l.period, a.starts_at AT TIME ZONE 'Asia/Shanghai')::date`
	const columns = ` UNION ALL SELECT l.id, o.owner_id, ` + first + `, a.late`
	past := end(EveryYear, end(EveryWeek, f.To)).AddDays(1).In() // a week may end in the next year
	q.add(`, records AS (SELECT NULL::uuid AS line, NULL::uuid AS owner_id, NULL::date AS first, NULL::boolean AS late WHERE FALSE`)
	for _, arm := range []struct{ owner, organiser, id string }{
		{OwnerUnit, "unit", "a.unit_id"}, {OwnerBranch, "branch", "a.branch_id"}, {OwnerGroup, "group", "a.group_id"}, {OwnerDeputy, "department", "a.department_id"},
	} {
		if slices.Contains(f.Owners, arm.owner) {
			q.add(columns+records+` AND a.organiser_kind = '`+arm.organiser+`' JOIN owners o ON o.owner_id = `+arm.id+` WHERE l.owner = '`+arm.owner+`'`, unit, past)
		}
	}
	if slices.Contains(f.Owners, OwnerBranch) {
		q.add(` UNION ALL SELECT l.id, t.branch_id, `+first+`, a.late`+records+` AND a.organiser_kind IN ('unit', 'project')
			JOIN LATERAL (SELECT DISTINCT t.branch_id FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id
				AND t.status = 'present' AND t.branch_id IN (SELECT branch_id FROM owners)) t ON TRUE
			WHERE l.owner = 'branch'`, unit, past)
	}
	q.add(`), talks AS (
		SELECT p.line, t.talker_id AS owner_id, p.first, count(*) AS due, count(t.done_on) AS held, count(*) FILTER (WHERE t.done_on > t.due_on) AS late
		FROM periods p JOIN talk_talks t ON t.unit_id = ? AND t.type = p.talk_type AND t.year = extract(year FROM p.first) AND t.state <> 'cancelled'
		GROUP BY p.line, t.talker_id, p.first),
	held AS (
		SELECT line, owner_id, first, count(*) AS held, count(*) FILTER (WHERE late) AS late FROM records GROUP BY line, owner_id, first
		UNION ALL SELECT line, owner_id, first, held, late FROM talks)`, unit)
}

// begunOn is when the office u began to keep records here.
const begunOn = `(least(u.created_at, (SELECT min(a.starts_at) FROM activity_activities a WHERE a.unit_id = u.id AND a.state = 'confirmed'))
	AT TIME ZONE 'Asia/Shanghai')::date`

// judged is every cell with its state. Who was not there for all of a period owes
// nothing in it, but has it met where it was; of a time before the office kept records
// here nothing is missed. A leader of the whole year, or up to now while it runs, owes
// a talk even where none was planned.
//
// Conditions on days stand within coalesce, and owners are joined by their ids alone:
// PostgreSQL multiplies what it guesses of each condition and, expecting one cell, would
// go through all records for each of many.
func (q *query) judged(unit uuid.UUID, f Filter, today calendar.Date) {
	q.add(`, cells AS (
		SELECT p.*, o.rank, o.owner_id, o.owner_name, o.branch_id, o.branch_name, o.branch_ord, o.owner_ord, o.department_id,
			CASE WHEN p.committee AND c.branch_id IS NULL THEN 0 ELSE p.need END AS needed,
			o.since <= p.first AND o.until >= p.last AND (o.spans IS NULL OR o.spans @> daterange(p.first, p.last, '[]')) AS whole
		FROM periods p JOIN owners o ON o.owner = p.owner
			AND coalesce(o.spans && daterange(p.first, p.last, '[]'), o.since <= p.last AND o.until >= p.first)
		LEFT JOIN committees c ON p.committee AND c.branch_id = o.owner_id AND c.day = p.day
		WHERE p.owner <> 'leader'
		UNION ALL
		SELECT p.*, o.rank, o.owner_id, o.owner_name, o.branch_id, o.branch_name, o.branch_ord, o.owner_ord, o.department_id, coalesce(t.due, 1), TRUE
		FROM periods p JOIN owners o ON o.owner = 'leader' LEFT JOIN talks t ON t.line = p.line AND t.first = p.first AND t.owner_id = o.owner_id
		WHERE p.owner = 'leader' AND (t.due > 0 OR o.spans @> daterange(p.first, p.day, '[]'))),
	excuses AS (
		SELECT DISTINCT ON (code, owner_id, period_first) code, owner_id, period_first, reason, state FROM duty_excuses
		WHERE unit_id = ? AND state <> 'withdrawn' AND period_first BETWEEN ? AND ?
		ORDER BY code, owner_id, period_first, state = 'refused', asked_at DESC),
	beginning AS MATERIALIZED (
		SELECT `+begunOn+` AS begun FROM org_units u WHERE u.id = ?),
	judged AS (
		SELECT s.*, CASE s.state WHEN 'none' THEN 0 ELSE s.needed END AS owed FROM (
			SELECT c.*, coalesce(h.held, 0) AS held, coalesce(h.late, 0) AS filed_late, coalesce(e.reason, '') AS reason, coalesce(e.state, '') AS reason_state,
				CASE WHEN c.needed = 0 THEN 'none'
					WHEN h.held - h.late >= c.needed THEN 'met'
					WHEN h.held >= c.needed THEN 'late'
					WHEN NOT c.whole THEN 'none'
					WHEN e.state = 'approved' THEN 'excused'
					WHEN c.last >= ? THEN 'due'
					WHEN c.first < b.begun THEN 'none'
					ELSE 'missed' END AS state
			FROM cells c CROSS JOIN beginning b
			LEFT JOIN held h ON h.line = c.line AND h.owner_id = c.owner_id AND h.first = c.first
			LEFT JOIN excuses e ON e.code = c.code AND e.owner_id = c.owner_id AND e.period_first = c.first) s)
	`, unit, begin(EveryYear, begin(EveryWeek, f.From)), f.To, unit, today)
}
