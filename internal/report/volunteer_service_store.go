package report

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/db"
)

// serviceBounds is the unit, days and branch that narrow participations v, and
// outsiders v too, whose branch is the organiser's.
const serviceBounds = ` AND v.starts_at >= $1 AND v.starts_at < $2 AND ($3::uuid IS NULL OR v.branch_id = $3::uuid)`

func serviceArgs(a ask) []any {
	return []any{a.first().In(), a.quarter.Next().First().In(), db.OrNull(a.branch)}
}

// services reads the records of the quarter up to its last day, by day. A record
// without a minute of anybody's in reach has no line.
func services(ctx context.Context, on bun.IDB, a ask) ([]*service, error) {
	own, args := a.scope.Where(access.Columns{Unit: "v.unit_id", Persons: []string{"v.person_id"}, Branch: "v.branch_id", Group: "v.group_id"}, 4)
	other, more := a.scope.Where(access.Columns{Unit: "v.unit_id", Branch: "v.branch_id", Group: "v.group_id"}, 4+len(args))
	args = append(append(serviceArgs(a), args...), more...)
	var out []*service
	err := db.Each(ctx, on, `WITH own AS (SELECT v.unit_id, v.version_id, count(*) AS participations, sum(v.counted) AS minutes
			FROM (`+activity.ParticipationsSQL(a.settings)+`) v WHERE `+own+serviceBounds+` GROUP BY 1, 2),
		others AS (SELECT v.unit_id, v.version_id, count(*) AS participations, sum(v.counted) AS minutes
			FROM (`+activity.OutsidersSQL(a.settings)+`) v WHERE `+other+serviceBounds+` GROUP BY 1, 2)
		SELECT a.record_id, (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date, a.title, a.place, a.served, `+activity.OrganiserNameSQL("a")+`,
			coalesce(n.participations, 0), coalesce(n.minutes, 0), coalesce(o.participations, 0), coalesce(o.minutes, 0)
		FROM own n FULL JOIN others o ON o.unit_id = n.unit_id AND o.version_id = n.version_id
		JOIN activity_activities a ON a.unit_id = coalesce(n.unit_id, o.unit_id) AND a.id = coalesce(n.version_id, o.version_id)
		ORDER BY a.starts_at, a.record_id`, args, func(rows *sql.Rows) error {
		s := &service{}
		out = append(out, s)
		return rows.Scan(&s.Record, &s.Day, &s.Title, &s.Place, &s.Served, &s.Organiser, &s.Participations, &s.Minutes, &s.Outsiders, &s.OutsideMinutes)
	})
	if err != nil {
		return nil, fmt.Errorf("records of volunteering: %w", err)
	}
	return out, nil
}

// servants counts our own people behind the records, each once, and lists the branches
// that they were of.
func servants(ctx context.Context, on bun.IDB, a ask) (people int64, branches []uuid.UUID, err error) {
	where, args := a.scope.Where(access.Columns{Unit: "v.unit_id", Persons: []string{"v.person_id"}, Branch: "v.branch_id", Group: "v.group_id"}, 4)
	from := ` FROM (` + activity.ParticipationsSQL(a.settings) + `) v WHERE ` + where + serviceBounds
	args = append(serviceArgs(a), args...)
	if err := db.One(ctx, on, []any{&people}, `SELECT count(DISTINCT v.person_id)`+from, args...); err != nil {
		return 0, nil, fmt.Errorf("volunteers: %w", err)
	}
	err = db.Each(ctx, on, `SELECT DISTINCT v.branch_id`+from, args, func(rows *sql.Rows) error {
		var b uuid.UUID
		err := rows.Scan(&b)
		branches = append(branches, b)
		return err
	})
	return people, branches, err
}
