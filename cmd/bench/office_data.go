package main

// benchID makes ids in SQL that grow with their number: kind 1 is people, whose
// ids personID makes too.
const benchID = `CREATE FUNCTION bench_id(kind int, n bigint) RETURNS uuid LANGUAGE sql IMMUTABLE AS
	$$ SELECT ('019a000000007' || lpad(to_hex(kind), 3, '0') || '80' || lpad(to_hex(n), 14, '0'))::uuid $$`

// peopleSQL makes 20 branches of 3 groups and the people in them: a crowd in the
// first branch, the rest in turn; full members of long standing all.
var peopleSQL = []string{
	benchID,
	`INSERT INTO org_departments (unit_id, id, name, ord) SELECT @unit, bench_id(10, i), '第' || i || '检察部', i FROM generate_series(1, 10) i`,
	`INSERT INTO org_branches (unit_id, id, name, ord) SELECT @unit, bench_id(11, i), '第' || i || '党支部', i FROM generate_series(1, 20) i`,
	`INSERT INTO org_groups (unit_id, id, branch_id, name, ord)
		SELECT @unit, bench_id(12, b * 10 + g), bench_id(11, b), '第' || g || '党小组', g FROM generate_series(1, 20) b, generate_series(1, 3) g`,
	`CREATE TABLE bench_people AS SELECT i AS n, bench_id(1, i) AS id, bench_id(11, b) AS branch, bench_id(12, b * 10 + 1 + i % 3) AS grp
		FROM (SELECT i, CASE WHEN i <= @crowd THEN 1 ELSE 2 + i % 19 END AS b FROM generate_series(1, @people::bigint) i) x`,
	`INSERT INTO org_people (unit_id, id, staff_no, name, pinyin, initials, political_status, development_stage, joined_party_on, full_member_on)
		SELECT @unit, id, 'S' || lpad(n::text, 6, '0'), '党员' || n, 'dangyuan' || n, 'dy' || n, 'party_member', 'full', '2010-07-01', '2011-07-01' FROM bench_people`,
	`INSERT INTO org_party_memberships (unit_id, id, person_id, branch_id, group_id, valid_from)
		SELECT @unit, bench_id(13, n), id, branch, grp, '2020-01-01' FROM bench_people`,
	`INSERT INTO org_department_memberships (unit_id, id, person_id, department_id, valid_from)
		SELECT @unit, bench_id(14, n), id, bench_id(10, 1 + n % 10), '2020-01-01' FROM bench_people`,
	// Everybody with a sign-in has the first administrator's password.
	`INSERT INTO account_accounts (unit_id, id, person_id, login, password_hash)
		SELECT @unit, bench_id(15, n), p.id, CASE n WHEN 1 THEN 'clerk' ELSE 'member' || n - 1 END, a.password_hash
		FROM bench_people p, account_accounts a WHERE a.login = 'admin' AND n <= @members + 1`,
	`INSERT INTO access_grants (unit_id, id, person_id, role, place_kind, valid_from)
		SELECT @unit, gen_random_uuid(), p.id, role, 'unit', '2020-01-01'
		FROM bench_people p, unnest(ARRAY['member', 'party_office']) role WHERE n <= @members + 1 AND (role = 'member' OR n = 1)`,
}

// entriesSQL posts one quarter.
var entriesSQL = []string{
	`INSERT INTO points_quarters (unit_id, id, quarter, state, opened_at, closed_at, heads, previous, seal)
		VALUES (@unit, gen_random_uuid(), @quarter, 'closed', now(), now(), '', '', '') ON CONFLICT (unit_id, quarter) DO NOTHING`,
	`INSERT INTO points_entries (unit_id, id, person_id, seq, voucher, branch_id, group_id, scheme_id, rule_id, dimension, points, requested,
			fact_on, fact_quarter, posted_at, post_quarter, balance, source_kind, source_id, record_id, posted_by, verified_by, reason, prev_hash, hash)
		SELECT @unit, bench_id(20, (@before::bigint + s) * 100000 + p.n), p.id, 1 + @before::bigint + s, nextval('points_vouchers'), p.branch, p.grp,
			r.scheme_id, r.id, r.dimension, sign(r.points), sign(r.points), @first::date + (s % 50)::int, @quarter, now(), @quarter, 6000 + s,
			'activity', bench_id(21, @before::bigint + s), bench_id(22, @before::bigint + s), NULL, bench_id(1, 1),
			'参加第' || s || '次学习', decode(md5('a') || md5('b'), 'hex'), decode(md5(s::text) || md5('c'), 'hex')
		FROM generate_series(1, @each::bigint) s
		JOIN (SELECT *, row_number() OVER (ORDER BY ord) - 1 AS turn FROM points_rules
			WHERE code IN ('attend_study', 'host', 'absent_study', 'volunteer')) r ON r.turn = s % 4
		CROSS JOIN bench_people p`,
}

const sumsSQL = `INSERT INTO points_totals AS t (unit_id, quarter, person_id, dimension, gained, deducted, entries)
	SELECT unit_id, post_quarter, person_id, dimension, sum(greatest(points, 0)), sum(least(points, 0)), count(*)
	FROM points_entries WHERE source_kind = 'activity' AND unit_id = @unit GROUP BY 1, 2, 3, 4`

const headsSQL = `UPDATE points_accounts a SET seq = e.seq, head = e.hash
	FROM (SELECT DISTINCT ON (person_id) person_id, seq, hash FROM points_entries ORDER BY person_id, seq DESC) e
	WHERE a.unit_id = @unit AND a.person_id = e.person_id`

const capsSQL = `INSERT INTO points_caps (unit_id, person_id, cap, period, used)
	SELECT unit_id, person_id, 'dimension:' || dimension, quarter, gained FROM points_totals
	WHERE unit_id = @unit AND quarter = @quarter AND dimension <> 'base'`
