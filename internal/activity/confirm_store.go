package activity

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// moved turns a change of state that met no row into a conflict; the lock makes
// that impossible unless somebody changes rows behind our back.
func moved(ctx context.Context, tx bun.Tx, what, text string, args ...any) error {
	done, err := db.Exec(ctx, tx, text, args...)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	n, err := done.RowsAffected()
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	if n != 1 {
		return fault.New(fault.Conflict, "该记录刚被别人处理过，请刷新后查看")
	}
	return nil
}

func confirmVersion(ctx context.Context, tx bun.Tx, unit, by uuid.UUID, now time.Time, v version, j judgement) error {
	return moved(ctx, tx, "confirm activity", `UPDATE activity_activities SET state = 'confirmed', confirmed_by = $3, confirmed_at = $4,
			updated_at = $4, late = $5, voters_expected = $6, voters_present = $7, quorum_met = $8, overlap_answer = $9,
			row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2 AND state = 'draft'`,
		unit, v.ID, by, now, j.late, j.votersExpected, j.votersPresent, j.quorumMet, v.OverlapAnswer)
}

func supersede(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, now time.Time) error {
	return moved(ctx, tx, "supersede activity", `UPDATE activity_activities SET state = 'superseded', updated_at = $3, row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2 AND state = 'confirmed'`, unit, id, now)
}

func withdraw(ctx context.Context, tx bun.Tx, unit, by uuid.UUID, now time.Time, id uuid.UUID, reason string) error {
	return moved(ctx, tx, "withdraw activity", `UPDATE activity_activities SET state = 'withdrawn', withdrawn_by = $3, withdrawn_at = $4,
			updated_at = $4, reason = $5, row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2 AND state = 'confirmed'`, unit, id, by, now, reason)
}

// meeting is where somebody else's record says a person was at the same time.
type meeting struct {
	Person       uuid.UUID
	Title        string // empty where the actor may not read the record
	Starts, Ends time.Time
}

// overlaps finds other confirmed activities at the same time with the same people,
// by the rule of present. No activity lasts longer than 15 days, which lets the
// index by time do the work.
func overlaps(ctx context.Context, tx bun.Tx, read access.Scope, unit uuid.UUID, v version) ([]meeting, error) {
	where, args := read.Where(readable(), 6)
	rows, err := db.Query(ctx, tx, `SELECT w.person_id, CASE WHEN `+where+` THEN a.title ELSE '' END, a.starts_at, a.ends_at
		FROM activity_activities a
		CROSS JOIN LATERAL (
			SELECT t.person_id FROM activity_attendances t
			WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status <> 'absent' AND t.person_id = ANY ($3::uuid[])
			UNION
			SELECT o.person_id FROM unnest(ARRAY[a.host_id, a.recorder_id, a.lecturer_id]) AS o (person_id)
			WHERE o.person_id = ANY ($3::uuid[]) AND NOT EXISTS (SELECT FROM activity_attendances t
				WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.person_id = o.person_id AND t.status = 'absent')) w
		WHERE a.unit_id = $1 AND a.record_id <> $2 AND a.state = 'confirmed'
			AND a.starts_at < $5 AND a.starts_at > $4::timestamptz - interval '15 days 1 second' AND a.ends_at > $4
		ORDER BY a.starts_at, a.id, w.person_id LIMIT 500`, append([]any{unit, v.RecordID, v.present(), v.Starts, v.Ends}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("overlapping activities: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var found []meeting
	for rows.Next() {
		var m meeting
		if err := rows.Scan(&m.Person, &m.Title, &m.Starts, &m.Ends); err != nil {
			return nil, fmt.Errorf("overlapping activities: %w", err)
		}
		found = append(found, m)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("overlapping activities: %w", err)
	}
	return found, nil
}
