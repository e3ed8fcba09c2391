package volunteer

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// unnoticed lists, by person, the participations that no notice passed and that lie on
// none now. One that counts for nothing after rounding is put up too: 人次 is on the
// list as well.
func unnoticed(ctx context.Context, tx bun.Tx, scope access.Scope, set org.UnitSettings, f HoursFilter) ([]toNotice, error) {
	c := participated(scope, set, f)
	c.and(noticeSQL + " IN ('none', 'failed')")
	c.and(`NOT EXISTS (SELECT FROM volunteer_noticed o WHERE o.unit_id = v.unit_id AND o.record_id = v.record_id AND o.person_id = v.person_id AND o.outcome = 'open')`)
	var out []toNotice
	err := db.Each(ctx, tx, `SELECT v.person_id, p.name, m.branch_id, coalesce(b.name, ''), v.record_id, v.minutes, v.counted
		FROM (SELECT v.*, p.name AS person_name, p.pinyin`+c.text+`) v
		JOIN org_people p ON p.unit_id = v.unit_id AND p.id = v.person_id
		LEFT JOIN org_party_memberships m ON m.unit_id = v.unit_id AND m.person_id = v.person_id AND m.valid_to IS NULL
		LEFT JOIN org_branches b ON b.unit_id = m.unit_id AND b.id = m.branch_id
		ORDER BY p.pinyin, p.name, v.person_id, v.record_id`, c.args, func(rows *sql.Rows) error {
		var r toNotice
		err := rows.Scan(&r.person, &r.name, &r.branch, &r.branchName, &r.record, &r.minutes, &r.counted)
		out = append(out, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("hours to be put on notice: %w", err)
	}
	return out, nil
}

// insertNoticed keeps which hours lie on a notice, as they are now.
func insertNoticed(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, rows []toNotice) error {
	people, records, minutes := make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows)), make([]int, len(rows))
	for i, r := range rows {
		people[i], records[i], minutes[i] = r.person, r.record, r.minutes
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO volunteer_noticed (unit_id, notice_id, record_id, person_id, minutes)
		SELECT $1, $2, r, p, m FROM unnest($3::uuid[], $4::uuid[], $5::int[]) AS x(r, p, m)`,
		unit, id, records, people, minutes)
	return err
}

// settleNoticed writes what became of people's hours on a notice; it tells how many
// participations those were.
func settleNoticed(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, people []uuid.UUID, outcome string) (int64, error) {
	done, err := db.Exec(ctx, tx, `UPDATE volunteer_noticed SET outcome = $4
		WHERE unit_id = $1 AND notice_id = $2 AND person_id = ANY($3::uuid[]) AND outcome = 'open'`, unit, id, people, outcome)
	if err != nil {
		return 0, err
	}
	return done.RowsAffected()
}
