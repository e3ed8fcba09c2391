package activity

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// lastRecord reads the latest confirmed record of this kind by this organiser, up
// to the day, and who heads the organiser that day. Both may be absent.
func lastRecord(ctx context.Context, on bun.IDB, unit uuid.UUID, kind string, o org.Organiser, day calendar.Date) (earlier, error) {
	var e earlier
	position := "secretary"
	if o.Kind == "group" {
		position = "group_leader"
	}
	rows, err := db.Query(ctx, on, `SELECT l.record_id, coalesce(l.place, ''), coalesce(l.agenda, ''),
			l.host_id, coalesce(h.name, ''), l.recorder_id, coalesce(r.name, ''), l.starts_at, l.ends_at, p.id, coalesce(p.name, '')
		FROM (SELECT 1) one
		LEFT JOIN LATERAL (SELECT a.* FROM activity_activities a
			WHERE a.unit_id = $1 AND a.kind = $2 AND a.state = 'confirmed' AND a.organiser_kind = $3 AND a.starts_at < $7
				AND a.department_id IS NOT DISTINCT FROM $4::uuid AND a.branch_id IS NOT DISTINCT FROM $5::uuid AND a.group_id IS NOT DISTINCT FROM $6::uuid
				AND a.project_id IS NOT DISTINCT FROM $10::uuid
			ORDER BY a.starts_at DESC, a.id DESC LIMIT 1) l ON true
		LEFT JOIN org_people h ON h.unit_id = l.unit_id AND h.id = l.host_id
		LEFT JOIN org_people r ON r.unit_id = l.unit_id AND r.id = l.recorder_id
		LEFT JOIN LATERAL (SELECT c.person_id, c.valid_from, c.id FROM org_positions c
			WHERE c.unit_id = $1 AND c.kind = $8 AND c.branch_id = $5::uuid AND ($8 = 'secretary' OR c.group_id = $6::uuid)
				AND c.valid_from <= $9::date AND (c.valid_to IS NULL OR c.valid_to >= $9::date)
			UNION ALL SELECT c.person_id, c.valid_from, c.id FROM org_secondments c
			WHERE c.unit_id = $1 AND c.project_id = $10::uuid AND c.office = 'secretary'
				AND c.valid_from <= $9::date AND (c.valid_to IS NULL OR c.valid_to >= $9::date)
			ORDER BY 2 DESC, 3 LIMIT 1) head ON true
		LEFT JOIN org_people p ON p.unit_id = $1 AND p.id = head.person_id`,
		unit, kind, o.Kind, db.OrNull(o.Department), db.OrNull(o.Branch), db.OrNull(o.Group), day.AddDays(1).In(), position, day, db.OrNull(o.Project))
	if err != nil {
		return e, fmt.Errorf("last record: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	var starts, ends sql.NullTime
	for rows.Next() {
		if err := rows.Scan(&e.Record, &e.Place, &e.Agenda, &e.Host.ID, &e.Host.Name, &e.Recorder.ID, &e.Recorder.Name,
			&starts, &ends, &e.Head.ID, &e.Head.Name); err != nil {
			return e, fmt.Errorf("last record: %w", err)
		}
	}
	if err := rows.Err(); err != nil {
		return e, fmt.Errorf("last record: %w", db.Translate(err))
	}
	e.Starts, e.Ends = starts.Time, ends.Time
	return e, nil
}
