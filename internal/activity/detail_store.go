package activity

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
	"xianfeng/internal/org"
)

type detailRow struct {
	summaryRow
	Blocked        bool // by an amendment, seen or not
	ID             uuid.UUID
	UnitID         uuid.UUID
	DepartmentID   uuid.UUID
	BranchID       uuid.UUID
	GroupID        uuid.UUID
	ProjectID      uuid.UUID
	HostID         uuid.UUID
	RecorderID     uuid.UUID
	LecturerID     uuid.UUID
	LecturerName   string
	Agenda         string
	Content        string
	OutsideGuests  string
	Election       bool
	OverlapAnswer  string
	Reason         string
	VotersExpected *int
	VotersPresent  *int
	CreatedName    string
	CreatedAt      time.Time
	ConfirmedName  string
	ConfirmedAt    *time.Time
	WithdrawnName  string
	WithdrawnAt    *time.Time
}

const nameOf = `coalesce((SELECT p.name FROM org_people p WHERE p.unit_id = a.unit_id AND p.id = a.`

const detailColumns = `a.id, a.unit_id, a.department_id, a.branch_id, a.group_id, a.project_id, a.host_id, a.recorder_id, a.lecturer_id, a.agenda, a.content,
	a.guests AS outside_guests, a.election, a.overlap_answer, a.reason, a.voters_expected, a.voters_present,
	a.created_at, a.confirmed_at, a.withdrawn_at,
	` + nameOf + `lecturer_id), '') AS lecturer_name, ` + nameOf + `created_by), '') AS created_name,
	` + nameOf + `confirmed_by), '') AS confirmed_name, ` + nameOf + `withdrawn_by), '') AS withdrawn_name,
	EXISTS (SELECT FROM activity_activities d WHERE d.unit_id = a.unit_id AND d.record_id = a.record_id
		AND d.state = 'draft' AND d.version > 1) AS blocked`

// openable is the condition on any version of a record: the record is one that a
// list would show, and a draft is within the scope of drafts.
func openable(read, record access.Scope, id uuid.UUID) (string, []any) {
	draft, args := record.SQL(owned())
	where, more := visible(read, record)
	return "((a.state <> 'draft' OR " + draft + ") AND a.record_id IN (SELECT a.record_id FROM activity_activities AS a WHERE a.record_id = ? AND " +
		standingOnly + " AND " + where + "))", append(append(args, id), more...)
}

// findDetail reads a version by the scope that lists use.
func findDetail(ctx context.Context, on bun.IDB, read, record access.Scope, id uuid.UUID, number int) (Detail, org.Organiser, error) {
	var r detailRow
	q := on.NewSelect().TableExpr("activity_activities AS a").
		Join("JOIN activity_kinds AS k ON k.unit_id = a.unit_id AND k.code = a.kind").
		ColumnExpr(summaryColumns).ColumnExpr(detailColumns).ColumnExpr(OrganiserNameSQL("a")+" AS organiser_name").Apply(amending(record)).Where("a.record_id = ?", id)
	if number == 0 {
		where, args := visible(read, record)
		q.Where(standingOnly).Where(where, args...)
	} else {
		where, args := openable(read, record, id)
		q.Where("a.version = ?", number).Where(where, args...)
	}
	err := q.Scan(ctx, &r)
	if errors.Is(err, sql.ErrNoRows) {
		return Detail{}, org.Organiser{}, fault.Missing("活动")
	}
	if err != nil {
		return Detail{}, org.Organiser{}, db.Translate(err)
	}
	d := Detail{Summary: r.summary(), blocked: r.Blocked, Agenda: r.Agenda, Content: r.Content, OutsideGuests: r.OutsideGuests, Election: r.Election,
		OverlapAnswer: r.OverlapAnswer, Reason: r.Reason, VotersExpected: r.VotersExpected, VotersPresent: r.VotersPresent,
		CreatedBy: r.CreatedName, CreatedAt: r.CreatedAt, ConfirmedBy: r.ConfirmedName, ConfirmedAt: r.ConfirmedAt,
		WithdrawnBy: r.WithdrawnName, WithdrawnAt: r.WithdrawnAt,
		Host: person(r.HostID, r.HostName), Recorder: person(r.RecorderID, r.RecorderName), Lecturer: person(r.LecturerID, r.LecturerName)}
	if d.Attendance, err = attendanceOf(ctx, on, r.UnitID, r.ID); err != nil {
		return Detail{}, org.Organiser{}, err
	}
	if d.Resolutions, err = resolutionsOf(ctx, on, r.UnitID, r.ID); err != nil {
		return Detail{}, org.Organiser{}, err
	}
	if d.OutsidePeople, err = outsidersOf(ctx, on, r.UnitID, r.ID); err != nil {
		return Detail{}, org.Organiser{}, err
	}
	if d.Files, err = filesOf(ctx, on, r.UnitID, r.ID); err != nil {
		return Detail{}, org.Organiser{}, err
	}
	if d.Versions, err = versionsOf(ctx, on, record, r.UnitID, id); err != nil {
		return Detail{}, org.Organiser{}, err
	}
	return d, organiserOf(r.OrganiserKind, r.DepartmentID, r.BranchID, r.GroupID, r.ProjectID), nil
}

func person(id uuid.UUID, name string) *PersonRef {
	if id == uuid.Nil {
		return nil
	}
	return &PersonRef{id, name}
}

func attendanceOf(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]AttendanceLine, error) {
	lines := []AttendanceLine{}
	err := on.NewRaw(`SELECT t.person_id, p.name, t.status, coalesce(t.absence, '') AS absence, t.reason, t.minutes, t.voter,
			coalesce(b.name, '') AS branch_name, coalesce(g.name, '') AS group_name
		FROM activity_attendances t
		JOIN org_people p ON p.unit_id = t.unit_id AND p.id = t.person_id
		LEFT JOIN org_branches b ON b.unit_id = t.unit_id AND b.id = t.branch_id
		LEFT JOIN org_groups g ON g.unit_id = t.unit_id AND g.id = t.group_id
		WHERE t.unit_id = ? AND t.activity_id = ?
		ORDER BY t.status = 'guest', b.ord NULLS LAST, b.id, g.ord NULLS LAST, g.id, p.pinyin, p.name, p.id`, unit, id).Scan(ctx, &lines)
	return lines, db.Translate(err)
}

func resolutionsOf(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]Resolution, error) {
	var rows []struct {
		Title                                string
		VotesFor, VotesAgainst, VotesAbstain *int
		Counts                               bool
	}
	err := on.NewRaw(`SELECT title, votes_for, votes_against, votes_abstain, counts FROM activity_resolutions
		WHERE unit_id = ? AND activity_id = ? ORDER BY seq`, unit, id).Scan(ctx, &rows)
	out := make([]Resolution, len(rows))
	for i, r := range rows {
		out[i] = Resolution{r.Title, r.VotesFor, r.VotesAgainst, r.VotesAbstain, r.Counts}
	}
	return out, db.Translate(err)
}

func filesOf(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]Attachment, error) {
	var rows []struct {
		ID        uuid.UUID
		Name      string
		MediaType string
		Size      int64
		CreatedAt time.Time
		Caption   string
	}
	err := on.NewRaw(`SELECT f.id, f.name, f.media_type, f.size, f.created_at, t.caption
		FROM activity_attachments t JOIN file_files f ON f.unit_id = t.unit_id AND f.id = t.file_id
		WHERE t.unit_id = ? AND t.activity_id = ? ORDER BY f.created_at, f.id`, unit, id).Scan(ctx, &rows)
	out := make([]Attachment, len(rows))
	for i, r := range rows {
		out[i] = Attachment{file.File{ID: r.ID, Name: r.Name, MediaType: r.MediaType, Size: r.Size, CreatedAt: r.CreatedAt}, r.Caption}
	}
	return out, db.Translate(err)
}

// versionsOf lists the history of a record that may be read; a draft only for whom
// drafts are.
func versionsOf(ctx context.Context, on bun.IDB, record access.Scope, unit, id uuid.UUID) ([]VersionLine, error) {
	lines := []VersionLine{}
	draft, args := record.SQL(owned())
	err := on.NewRaw(`SELECT a.version, a.state, a.reason, a.late, `+nameOf+`created_by), '') AS created_by, a.created_at,
			`+nameOf+`confirmed_by), '') AS confirmed_by, a.confirmed_at, `+nameOf+`withdrawn_by), '') AS withdrawn_by, a.withdrawn_at
		FROM activity_activities a WHERE a.unit_id = ? AND a.record_id = ? AND (a.state <> 'draft' OR `+draft+`)
		ORDER BY a.version DESC`, append([]any{unit, id}, args...)...).Scan(ctx, &lines)
	return lines, db.Translate(err)
}
