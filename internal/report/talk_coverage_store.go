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

// coverages sums up by talker the talks due in the year whose partners' branch the
// scope reaches, in the order of names; held is what was held by the day. The table
// read here has no text in it.
func coverages(ctx context.Context, on bun.IDB, a ask) ([]*coverage, error) {
	where, args := a.scope.Where(access.Columns{Unit: "t.unit_id", Branch: "t.branch_id"}, 4)
	args = append([]any{a.quarter.Year, a.day, db.OrNull(a.branch)}, args...)
	var out []*coverage
	err := db.Each(ctx, on, `SELECT k.name, count(*), count(*) FILTER (WHERE t.done_on <= $2::date), max(t.done_on) FILTER (WHERE t.done_on <= $2::date),
			coalesce(json_agg(p.name ORDER BY p.pinyin, p.id) FILTER (WHERE t.done_on IS NULL OR t.done_on > $2::date), '[]'),
			json_agg(DISTINCT coalesce(t.branch_id, '00000000-0000-0000-0000-000000000000'::uuid))
		FROM talk_talks t
		JOIN org_people k ON k.unit_id = t.unit_id AND k.id = t.talker_id
		JOIN org_people p ON p.unit_id = t.unit_id AND p.id = t.partner_id
		WHERE t.year = $1 AND t.state <> 'cancelled' AND t.type <> 'ad_hoc'
			AND ($3::uuid IS NULL OR t.branch_id = $3::uuid) AND `+where+`
		GROUP BY k.id, k.name, k.pinyin ORDER BY k.pinyin, k.name, k.id`, args, func(rows *sql.Rows) error {
		c := &coverage{}
		var remaining, branches []byte
		if err := rows.Scan(&c.Name, &c.Due, &c.Done, &c.Latest, &remaining, &branches); err != nil {
			return err
		}
		if err := json.Unmarshal(remaining, &c.Remaining); err != nil {
			return err
		}
		out = append(out, c)
		return json.Unmarshal(branches, &c.branches)
	})
	if err != nil {
		return nil, fmt.Errorf("coverage of talks: %w", err)
	}
	return out, nil
}
