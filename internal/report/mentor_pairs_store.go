package report

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

// mentorPairings reads the pairings that have a day in the year up to the day, whose
// mentee belonged to a branch within the scope on it, by the mentee's name. What was
// logged counts to that day; of a plan that is neither public nor on notice nothing is
// counted.
func mentorPairings(ctx context.Context, on bun.IDB, a ask) ([]mentorPair, error) {
	where, args := a.scope.Where(access.Columns{Unit: "r.unit_id", Branch: "b.branch_id"}, 5)
	args = append([]any{a.quarter.Year, a.day, db.OrNull(a.branch), a.first()}, args...)
	terms := func(role string) string {
		return `(SELECT coalesce(json_agg(json_build_object('name', p.name, 'to', t.valid_to) ORDER BY t.valid_from), '[]')
			FROM mentoring_terms t JOIN org_people p ON p.unit_id = t.unit_id AND p.id = t.mentor_id
			WHERE t.unit_id = r.unit_id AND t.pairing_id = r.id AND t.role = '` + role + `' AND t.valid_from <= $2::date AND t.valid_to >= $4::date)`
	}
	var out []mentorPair
	err := db.Each(ctx, on, `SELECT coalesce(b.branch_id, '00000000-0000-0000-0000-000000000000'::uuid), k.name, `+terms("political")+`, `+terms("professional")+`, r.valid_from, r.valid_to,
			p.id IS NOT NULL, coalesce(sums.planned, 0), coalesce(sums.done, 0), coalesce(said.grades, '[]'), coalesce(said.scores, 0), coalesce(said.sum, 0)
		FROM mentoring_pairings r
		JOIN org_people k ON k.unit_id = r.unit_id AND k.id = r.mentee_id
		LEFT JOIN LATERAL (SELECT m.branch_id FROM org_party_memberships m WHERE m.unit_id = r.unit_id AND m.person_id = r.mentee_id
			AND m.valid_from <= least($2::date, r.valid_to) AND (m.valid_to IS NULL OR m.valid_to >= least($2::date, r.valid_to)) LIMIT 1) b ON true
		LEFT JOIN mentoring_plans p ON p.unit_id = r.unit_id AND p.pairing_id = r.id AND p.year = $1::int AND p.state <> 'draft'
		LEFT JOIN LATERAL (SELECT sum(i.times)::int AS planned, sum(least(i.times, (SELECT count(*) FROM mentoring_logs l WHERE l.unit_id = i.unit_id
				AND l.plan_id = i.plan_id AND l.item = i.seq AND l.state = 'confirmed' AND l.held_on <= $2::date)))::int AS done
			FROM mentoring_plan_items i WHERE i.unit_id = p.unit_id AND i.plan_id = p.id) sums ON true
		LEFT JOIN LATERAL (SELECT json_agg(json_build_object('stage', s.stage, 'role', s.role, 'grade', s.grade) ORDER BY s.role) AS grades,
				count(s.score) AS scores, coalesce(sum(s.score), 0)::int AS sum
			FROM mentoring_assessments s WHERE s.unit_id = r.unit_id AND s.pairing_id = r.id AND s.year = $1::int AND s.role <> 'mentee') said ON true
		WHERE r.valid_from <= $2::date AND r.valid_to >= $4::date AND ($3::uuid IS NULL OR b.branch_id = $3::uuid) AND `+where+`
		ORDER BY k.pinyin, k.name, r.valid_from, r.id`, args, func(rows *sql.Rows) error {
		var m mentorPair
		var political, professional, grades []byte
		if err := rows.Scan(&m.Branch, &m.Mentee, &political, &professional, &m.From, &m.To, &m.HasPlan, &m.Planned, &m.Done, &grades, &m.Scores, &m.ScoreSum); err != nil {
			return err
		}
		for _, role := range []struct {
			from []byte
			into *string
		}{{political, &m.Political}, {professional, &m.Professional}} {
			var all []mentorTerm
			if err := json.Unmarshal(role.from, &all); err != nil {
				return err
			}
			*role.into = mentorNames(all)
		}
		if err := json.Unmarshal(grades, &m.Grades); err != nil {
			return err
		}
		out = append(out, m)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("pairings of mentors: %w", err)
	}
	return out, nil
}
