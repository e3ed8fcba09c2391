package report

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/db"
)

// postings reads the entries of a quarter for people that standings gave, and so
// the scope reached, in the order of posting.
func postings(ctx context.Context, on bun.IDB, a ask, people []*standing) (map[uuid.UUID][]posting, error) {
	ids := make([]uuid.UUID, len(people))
	for i, s := range people {
		ids[i] = s.Person
	}
	rows, err := db.Query(ctx, on, `SELECT e.person_id, e.id, e.fact_on, e.fact_quarter, e.post_quarter, e.dimension, e.source_kind, e.reason,
			r.title, r.clause, s.version, e.requested, e.points, e.cut_by, coalesce(v.name, ''), e.voucher, e.balance, n.first_day, n.last_day
		FROM points_entries e
		JOIN points_rules r ON r.unit_id = e.unit_id AND r.id = e.rule_id
		JOIN points_schemes s ON s.unit_id = e.unit_id AND s.id = e.scheme_id
		LEFT JOIN org_people v ON v.unit_id = e.unit_id AND v.id = e.verified_by
		LEFT JOIN claim_claims c ON e.source_kind = 'claim' AND c.unit_id = e.unit_id AND c.id = e.record_id
		LEFT JOIN notice_notices n ON n.unit_id = c.unit_id AND n.id = c.notice_id
		WHERE e.unit_id = $1 AND e.post_quarter = $2 AND e.person_id = ANY($3::uuid[])
		ORDER BY e.person_id, e.seq`, a.unit, a.quarter, ids)
	if err != nil {
		return nil, fmt.Errorf("postings: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := make(map[uuid.UUID][]posting, len(people))
	for rows.Next() {
		var e posting
		if err := rows.Scan(&e.Person, &e.ID, &e.FactOn, &e.FactQuarter, &e.PostQuarter, &e.Dimension, &e.Source, &e.Reason,
			&e.Rule, &e.Clause, &e.Scheme, &e.Requested, &e.Points, &e.CutBy, &e.Verifier, &e.Voucher, &e.Balance, &e.NoticeFrom, &e.NoticeTo); err != nil {
			return nil, fmt.Errorf("postings: %w", err)
		}
		out[e.Person] = append(out[e.Person], e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("postings: %w", err)
	}
	return out, nil
}
