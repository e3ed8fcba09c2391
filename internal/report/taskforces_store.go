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

// taskforces lists those that were at work between the first day and the day of the
// ask. Who was in one is counted on that day or on its own last one; Party members are
// those of that day. What happened after the day is not known to the report: one that
// ended later still runs.
func taskforces(ctx context.Context, on bun.IDB, a ask) ([]*taskforce, error) {
	where, args := a.scope.Where(access.Columns{Unit: "f.unit_id", Branch: "f.branch_id", Project: "f.id"}, 4)
	args = append([]any{a.first(), a.day, db.OrNull(a.branch)}, args...)
	var out []*taskforce
	err := db.Each(ctx, on, `WITH t AS (
			SELECT f.*, j.name, j.valid_from, k.name AS kind_name, k.ord, least(coalesce(j.valid_to, 'infinity'), $2::date) AS at
			FROM taskforce_taskforces f
			JOIN org_projects j ON j.unit_id = f.unit_id AND j.id = f.id
			JOIN taskforce_kinds k ON k.unit_id = f.unit_id AND k.code = f.kind
			WHERE f.state IN ('active', 'concluded', 'archived') AND j.valid_from <= $2::date AND (j.valid_to IS NULL OR j.valid_to >= $1::date)
				AND ($3::uuid IS NULL OR f.branch_id = $3::uuid) AND `+where+`)
		SELECT t.name, t.kind_name, t.branch_id, t.approval_no, t.approved_on, t.purpose,
			coalesce((SELECT p.name FROM org_secondments s JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.person_id
				WHERE s.unit_id = t.unit_id AND s.project_id = t.id AND s.office = 'secretary' AND t.at BETWEEN s.valid_from AND coalesce(s.valid_to, 'infinity')), ''),
			m.members, m.party,
			(SELECT count(*) FROM taskforce_outsiders o WHERE o.unit_id = t.unit_id AND o.taskforce_id = t.id AND t.at BETWEEN o.valid_from AND coalesce(o.valid_to, 'infinity')),
			CASE WHEN t.concluded_on IS NULL OR t.concluded_on > $2::date THEN 'active'
				WHEN t.archived_at IS NULL OR (t.archived_at AT TIME ZONE 'Asia/Shanghai')::date > $2::date THEN 'concluded' ELSE 'archived' END,
			CASE WHEN t.concluded_on <= $2::date THEN t.concluded_on END,
			coalesce((SELECT json_agg(json_build_object('name', x.name, 'measure', x.measure, 'money', x.money, 'quantity', x.quantity) ORDER BY x.ord, x.code)
				FROM (SELECT c.code, c.name, c.measure, c.money, c.ord, sum(o.quantity)::bigint AS quantity FROM taskforce_outcomes o
					JOIN taskforce_outcome_kinds c ON c.unit_id = o.unit_id AND c.code = o.kind
					WHERE o.unit_id = t.unit_id AND o.taskforce_id = t.id AND o.voided_at IS NULL AND o.reached_on BETWEEN $1::date AND $2::date
					GROUP BY c.code, c.name, c.measure, c.money, c.ord) x), '[]')
		FROM t CROSS JOIN LATERAL (
			SELECT count(DISTINCT s.person_id) AS members, count(DISTINCT s.person_id) FILTER (WHERE p.political_status IN ('party_member', 'probationary_member')
				AND coalesce(p.joined_party_on, '-infinity') <= t.at) AS party
			FROM org_secondments s JOIN org_people p ON p.unit_id = s.unit_id AND p.id = s.person_id
			WHERE s.unit_id = t.unit_id AND s.project_id = t.id AND t.at BETWEEN s.valid_from AND coalesce(s.valid_to, 'infinity')) m
		ORDER BY t.ord, t.valid_from, t.name, t.id`, args, func(rows *sql.Rows) error {
		t := &taskforce{}
		var outcomes []byte
		if err := rows.Scan(&t.Name, &t.Kind, &t.Branch, &t.ApprovalNo, &t.ApprovedOn, &t.Purpose, &t.Head, &t.Members, &t.Party, &t.Outsiders,
			&t.State, &t.Last, &outcomes); err != nil {
			return err
		}
		out = append(out, t)
		return json.Unmarshal(outcomes, &t.Outcomes)
	})
	if err != nil {
		return nil, fmt.Errorf("taskforces: %w", err)
	}
	return out, nil
}
