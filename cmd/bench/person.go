package main

import (
	"context"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"xianfeng/internal/access"
	"xianfeng/internal/life"
)

// livesSQL gives everybody a life: the records that the entries came from, with
// everybody at each of them, half of them volunteering; of those who are read ten talks,
// two secondments and a pairing with a log a month.
var livesSQL = []string{
	`INSERT INTO activity_activities (unit_id, id, record_id, version, kind, title, starts_at, ends_at, place, organiser_kind, state, created_by, created_at, updated_at, confirmed_by, confirmed_at)
		SELECT u.id, bench_id(50, s), bench_id(22, s - 1), 1, CASE s % 2 WHEN 0 THEN 'volunteering' ELSE 'seminar' END, '第' || s || '次活动', at, at + interval '2 hours', '会议室', 'unit',
			'confirmed', bench_id(1, 1), at, at, bench_id(1, 1), at
		FROM org_units u, generate_series(1, 200) s CROSS JOIN LATERAL (SELECT now() - s * interval '1 day' AS at) x`,
	`INSERT INTO activity_attendances (unit_id, activity_id, person_id, status, branch_id, group_id, minutes)
		SELECT u.id, bench_id(50, s), p.id, 'present', p.branch, p.grp, CASE s % 2 WHEN 0 THEN 100 ELSE 0 END FROM org_units u, bench_people p, generate_series(1, 200) s`,
	`INSERT INTO talk_talks (unit_id, id, year, type, talker_id, partner_id, branch_id, not_before, due_on, state, done_on, reported_by, reported_at, confirmed_by, confirmed_at, created_at)
		SELECT u.id, bench_id(51, n * 100 + i), extract(year FROM now()) - i, 'chief_annual' || i, bench_id(1, 1), p.id, branch, current_date, current_date, 'confirmed', current_date - i::int * 11, p.id, now(), bench_id(1, 1), now(), now()
		FROM org_units u, bench_people p, generate_series(1, 10) i WHERE n BETWEEN 2 AND 101`,
	`INSERT INTO org_projects (unit_id, id, name, party, valid_from) SELECT u.id, bench_id(52, i), '行动党支部' || i, true, '2025-01-01' FROM org_units u, generate_series(1, 2) i`,
	`INSERT INTO org_secondments (unit_id, id, project_id, person_id, office, valid_from)
		SELECT u.id, bench_id(53, n * 10 + i), bench_id(52, i), p.id, 'member', '2025-01-01' FROM org_units u, bench_people p, generate_series(1, 2) i WHERE n <= 101`,
	`INSERT INTO mentoring_pairings (unit_id, id, number, mentee_id, valid_from, valid_to, decided_by, decided_at)
		SELECT u.id, bench_id(54, n), '结对' || n, p.id, current_date - 365, current_date + 365, bench_id(1, 1), now() FROM org_units u, bench_people p WHERE n BETWEEN 2 AND 101`,
	`INSERT INTO mentoring_terms (unit_id, id, pairing_id, mentee_id, role, mentor_id, valid_from, valid_to, set_by, set_at)
		SELECT u.id, bench_id(55, n * 10 + i), bench_id(54, n), p.id, CASE i WHEN 1 THEN 'political' ELSE 'professional' END, bench_id(1, 300 + n * 2 + i), current_date - 365, current_date + 365, bench_id(1, 1), now()
		FROM org_units u, bench_people p, generate_series(1, 2) i WHERE n BETWEEN 2 AND 101`,
	`INSERT INTO mentoring_logs (unit_id, id, pairing_id, mentee_id, mentor_id, kind, held_on, minutes, content, state, written_by, written_at, answered_by, answered_at)
		SELECT u.id, bench_id(56, n * 100 + i), bench_id(54, n), p.id, bench_id(1, 300 + n * 2 + 1), 'lesson', current_date - i::int * 30, 60, '讲授办案', 'confirmed', p.id, now(), bench_id(1, 300 + n * 2 + 1), now()
		FROM org_units u, bench_people p, generate_series(1, 12) i WHERE n BETWEEN 2 AND 101`,
}

// The same by hand in three queries: who it is and where they belong, what they were at
// with what it brought, and the rest of a life. No scope, no version of anything, and no
// order over the two lists.
const (
	barePerson = `SELECT p.name, p.staff_no, b.name, g.name, d.name FROM org_people p
		JOIN org_party_memberships m ON m.unit_id = p.unit_id AND m.person_id = p.id AND m.valid_to IS NULL
		JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id JOIN org_groups g ON g.unit_id = m.unit_id AND g.id = m.group_id
		JOIN org_department_memberships t ON t.unit_id = p.unit_id AND t.person_id = p.id AND t.valid_to IS NULL
		JOIN org_departments d ON d.unit_id = t.unit_id AND d.id = t.department_id WHERE p.unit_id = $1 AND p.id = $2`
	bareAttended = `SELECT a.record_id, a.starts_at, a.title, a.place, k.name, t.status, t.minutes, e.points FROM activity_attendances t
		JOIN activity_activities a ON a.unit_id = t.unit_id AND a.id = t.activity_id AND a.state = 'confirmed'
		JOIN activity_kinds k ON k.unit_id = a.unit_id AND k.code = a.kind
		LEFT JOIN (SELECT record_id, sum(points) AS points FROM points_entries WHERE unit_id = $1 AND person_id = $2 GROUP BY record_id) e ON e.record_id = a.record_id
		WHERE t.unit_id = $1 AND t.person_id = $2 AND t.status <> 'absent' ORDER BY a.starts_at DESC LIMIT 50`
	bareRest = `SELECT t.id, t.done_on AS day, '谈心谈话', '' FROM talk_talks t WHERE t.unit_id = $1 AND $2 IN (t.talker_id, t.partner_id) AND t.state = 'confirmed'
		UNION ALL SELECT s.id, s.valid_from, j.name, s.office FROM org_secondments s JOIN org_projects j ON j.unit_id = s.unit_id AND j.id = s.project_id WHERE s.unit_id = $1 AND s.person_id = $2
		UNION ALL SELECT a.id, a.written_at::date, a.number, a.grade FROM taskforce_appraisals a WHERE a.unit_id = $1 AND a.person_id = $2
		UNION ALL SELECT h.id, h.awarded_on, h.title, h.number FROM selection_honours h WHERE h.unit_id = $1 AND (h.person_id = $2 OR h.people @> ARRAY[$2::uuid])
		UNION ALL SELECT t.id, t.valid_from, o.name, t.role FROM mentoring_terms t JOIN org_people o ON o.unit_id = t.unit_id AND o.id = t.mentor_id WHERE t.unit_id = $1 AND $2 IN (t.mentee_id, t.mentor_id)
		UNION ALL SELECT l.id, l.held_on, l.kind, l.content FROM mentoring_logs l WHERE l.unit_id = $1 AND $2 IN (l.mentee_id, l.mentor_id) AND l.state = 'confirmed'
		UNION ALL SELECT m.id, m.valid_from, b.name, '' FROM org_party_memberships m JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id WHERE m.unit_id = $1 AND m.person_id = $2
		UNION ALL SELECT m.id, m.valid_from, d.name, '' FROM org_department_memberships m JOIN org_departments d ON d.unit_id = m.unit_id AND d.id = m.department_id WHERE m.unit_id = $1 AND m.person_id = $2
		UNION ALL SELECT o.id, o.valid_from, o.title, '' FROM org_positions o WHERE o.unit_id = $1 AND o.person_id = $2
		UNION ALL SELECT e.id, e.fact_on, e.reason, '' FROM points_entries e WHERE e.unit_id = $1 AND e.person_id = $2 AND e.source_kind = 'quarter'
		ORDER BY day DESC LIMIT 50`
)

// person holds the time line of somebody, as whoever sees everything of everybody reads
// it, against three bare queries that read the same.
func (b *bench) person(ctx context.Context) ([]figure, error) {
	o, err := b.office(ctx, size{people: usual.people, each: 200, quarters: 1})
	if err != nil {
		return nil, err
	}
	if err := o.asReplica(ctx, livesSQL...); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, o.admin)
	if err != nil {
		return nil, err
	}
	defer func() { _ = conn.Close(ctx) }()
	for _, s := range []string{`VACUUM (ANALYZE)`, `CHECKPOINT`} {
		if _, err := conn.Exec(ctx, s); err != nil {
			return nil, err
		}
	}
	t, err := b.trace(o)
	if err != nil {
		return nil, err
	}
	defer t.close(ctx)
	by := access.Actor{Unit: o.unit, Account: o.unit, Person: personID(1), Grants: []access.Grant{{Role: "member", PlaceKind: "unit"}, {Role: "party_office", PlaceKind: "unit"}}}
	const people = 20 // in a turn, each once
	said, kinds := 0, 0
	page := func() error {
		for i := range people {
			t.forget()
			line, err := t.app.Life.Timeline(ctx, by, access.System(o.unit), personID(2+i), life.Filter{})
			if err != nil {
				return err
			}
			if kinds = len(line.Kinds); len(line.Items) != 50 || line.Next == "" {
				return fmt.Errorf("a time line of %d lines of %v", len(line.Items), line.Kinds)
			}
			said = t.count()
		}
		return nil
	}
	bare := func() error {
		for i := range people {
			for _, text := range []string{barePerson, bareAttended, bareRest} {
				if err := readAll(ctx, conn, text, o.unit, personID(2+i))(); err != nil {
					return err
				}
			}
		}
		return nil
	}
	p, err := turns(b.rounds(), timed(page), timed(bare))
	if err != nil {
		return nil, err
	}
	each := func(seconds float64) string { return milliseconds(seconds / people) }
	f := figure{row: "person", work: fmt.Sprintf("time line of a person, 50 lines of %d kinds, among %d entries and attendances each, %d statements", kinds, o.entries(), said),
		value: each(median(p.ours)), against: "three bare queries of the same, by hand: " + each(median(p.bare)), ratio: p.ratio()}
	m := figure{row: "person", work: "its statements, whatever there is"}
	out := []figure{f.atMost(1), m.within(float64(said), 3, "statements")}
	whole, err := b.personPage(ctx, t, bare, people)
	return append(out, whole...), err
}

// personPage holds the two requests of the page, signed in and authorised, against the same.
func (b *bench) personPage(ctx context.Context, t *traced, bare func() error, people int) ([]figure, error) {
	w, cookie, err := t.listen(ctx, b.address(0))
	if err != nil {
		return nil, err
	}
	defer w.close()
	ask := func(id uuid.UUID, path string) error {
		return w.roundTrip(get(b.address(0), "/api/people/"+id.String()+path, cookie), io.Discard)
	}
	p, err := turns(b.rounds(), timed(func() error {
		for i := range people {
			for _, path := range []string{"", "/timeline"} {
				if err := ask(personID(2+i), path); err != nil {
					return err
				}
			}
		}
		return nil
	}), timed(bare))
	if err != nil {
		return nil, err
	}
	n := float64(people)
	return []figure{{row: "person", work: "the page's two requests over HTTP, signed in, authorised: person and time line", value: milliseconds(median(p.ours) / n),
		against: "the same three queries: " + milliseconds(median(p.bare)/n), ratio: p.ratio()}}, nil
}
