package activity

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/notice"
)

// Meetings tells notice of recorded meetings (rule 13); see notice.Meetings. The day
// of a meeting is that of its beginning. A kind that the office gave no quorum is
// always quorate.
type Meetings struct{}

const meetingColumns = `SELECT DISTINCT ON (a.record_id) a.record_id, a.kind, CASE a.organiser_kind WHEN 'branch' THEN a.branch_id END,
	(a.starts_at AT TIME ZONE 'Asia/Shanghai')::date, a.title, a.state = 'confirmed', coalesce(a.quorum_met, a.state = 'confirmed')
	FROM activity_activities a WHERE a.unit_id = $1 AND a.state IN ('confirmed', 'draft')`

// A record that stands hides the amendment on its way.
const meetingOrder = ` ORDER BY a.record_id, a.state = 'confirmed' DESC`

// Meeting finds a record as it stands now; one withdrawn is not found.
func (Meetings) Meeting(ctx context.Context, on bun.IDB, unit, record uuid.UUID) (notice.Meeting, error) {
	found, err := meetings(ctx, on, meetingColumns+` AND a.record_id = $2`+meetingOrder, unit, record)
	if err != nil {
		return notice.Meeting{}, err
	}
	if len(found) == 0 {
		return notice.Meeting{}, fault.Missing("会议记录")
	}
	return found[0], nil
}

// MeetingsSince lists a branch's committee and members' meetings from a day on,
// latest first, drafts among them.
func (Meetings) MeetingsSince(ctx context.Context, on bun.IDB, unit, branch uuid.UUID, from calendar.Date) ([]notice.Meeting, error) {
	return meetings(ctx, on, `SELECT * FROM (`+meetingColumns+` AND a.branch_id = $2 AND a.organiser_kind = 'branch' AND a.kind = ANY($3::text[])
		AND a.starts_at >= $4`+meetingOrder+`) m ORDER BY 4 DESC, 1 LIMIT 50`, unit, branch, []string{notice.CommitteeMeeting, notice.BranchMeeting}, from.In())
}

func meetings(ctx context.Context, on bun.IDB, query string, args ...any) ([]notice.Meeting, error) {
	var out []notice.Meeting
	err := db.Each(ctx, on, query, args, func(rows *sql.Rows) error {
		var m notice.Meeting
		err := rows.Scan(&m.Record, &m.Kind, &m.Branch, &m.Day, &m.Title, &m.Confirmed, &m.Quorate)
		out = append(out, m)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("meetings: %w", err)
	}
	return out, nil
}
