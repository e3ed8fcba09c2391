package mentoring

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
)

func listFacts(ctx context.Context, on bun.IDB, unit uuid.UUID, year int) (out []PairFacts, err error) {
	none := `'00000000-0000-0000-0000-000000000000'::uuid`
	err = db.Each(ctx, on, `SELECT r.id, r.mentee_id, coalesce(po.mentor_id, `+none+`), coalesce(pr.mentor_id, `+none+`), k.name, coalesce(po.name, ''), coalesce(pr.name, ''),
			coalesce(b.branch_id, `+none+`), coalesce(b.group_id, `+none+`), coalesce(score.n, 0), coalesce(score.sum, 0), coalesce(sums.planned, 0), coalesce(sums.done, 0),
			(SELECT count(*) FROM mentoring_logs l WHERE l.unit_id = r.unit_id AND l.pairing_id = r.id AND l.state = 'confirmed' AND l.held_on BETWEEN make_date($2, 1, 1) AND make_date($2, 12, 31)),
			coalesce(p.state = 'published', false)
		FROM mentoring_pairings r
		JOIN org_people k ON k.unit_id = r.unit_id AND k.id = r.mentee_id
		CROSS JOIN LATERAL (SELECT least(make_date($2::int, 12, 31), r.valid_to) AS day) seen
		LEFT JOIN mentoring_plans p ON p.unit_id = r.unit_id AND p.pairing_id = r.id AND p.year = $2::int AND p.state <> 'draft'
		LEFT JOIN LATERAL (SELECT sum(i.times)::int AS planned, sum(least(i.times, `+itemDone+`))::int AS done
			FROM mentoring_plan_items i WHERE i.unit_id = p.unit_id AND i.plan_id = p.id) sums ON true
		LEFT JOIN LATERAL (SELECT count(*) AS n, sum(a.score)::int AS sum FROM mentoring_assessments a
			WHERE a.unit_id = r.unit_id AND a.pairing_id = r.id AND a.year = $2::int AND a.stage = 'final' AND a.score IS NOT NULL) score ON true
		LEFT JOIN LATERAL (SELECT m.branch_id, m.group_id FROM org_party_memberships m WHERE m.unit_id = r.unit_id AND m.person_id = r.mentee_id
			AND m.valid_from <= seen.day AND (m.valid_to IS NULL OR m.valid_to >= seen.day) LIMIT 1) b ON true
		`+mentorOf(Political, "po")+`
		`+mentorOf(Professional, "pr")+`
		WHERE r.unit_id = $1 AND r.valid_from <= make_date($2::int, 12, 31) AND r.valid_to >= make_date($2::int, 1, 1)
		ORDER BY k.pinyin, k.name, r.id`, []any{unit, year}, func(rows *sql.Rows) error {
		var f PairFacts
		var scores, sum int
		var published bool
		if err := rows.Scan(&f.Pairing, &f.Mentee, &f.Political, &f.Professional, &f.MenteeName, &f.PoliticalName, &f.ProfessionalName, &f.Branch, &f.Group,
			&scores, &sum, &f.Planned, &f.Done, &f.Logs, &published); err != nil {
			return err
		}
		scored := scores == 2
		if scored {
			f.YearScore = (sum + 1) / 2
		}
		f.Complete = published && scored
		out = append(out, f)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("pairings of %d: %w", year, err)
	}
	return out, nil
}

// BestPairs are the pairings that have a day in the year with their facts, by the
// mentee's name.
func BestPairs(ctx context.Context, on bun.IDB, unit uuid.UUID, year int) ([]PairFacts, error) {
	return listFacts(ctx, on, unit, year)
}
