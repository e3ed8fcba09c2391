package taskforce

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
)

// collect reads the rows of a query into a slice.
func collect[R any](ctx context.Context, on bun.IDB, what, query string, args []any, targets func(*R) []any) ([]R, error) {
	var out []R
	err := db.Each(ctx, on, query, args, func(rows *sql.Rows) error {
		var r R
		if err := rows.Scan(targets(&r)...); err != nil {
			return err
		}
		out = append(out, r)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	return out, nil
}

func outsiderLines(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]outsiderLine, error) {
	return collect(ctx, on, "outsiders", `SELECT name, partner, title, valid_from, valid_to FROM taskforce_outsiders
		WHERE unit_id = $1 AND taskforce_id = $2 ORDER BY valid_from, partner, name, id`, []any{unit, id},
		func(r *outsiderLine) []any { return []any{&r.Name, &r.Partner, &r.Title, &r.From, &r.To} })
}

func taskLines(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]taskLine, error) {
	return collect(ctx, on, "tasks", `SELECT t.title, t.detail, p.name, t.due_on, t.state, t.note, t.done_on FROM taskforce_tasks t
		JOIN org_people p ON p.unit_id = t.unit_id AND p.id = t.owner_id WHERE t.unit_id = $1 AND t.taskforce_id = $2 ORDER BY t.due_on, t.id`, []any{unit, id},
		func(r *taskLine) []any {
			return []any{&r.Title, &r.Detail, &r.Owner, &r.Due, &r.State, &r.Note, &r.Done}
		})
}

func activityLines(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]activityLine, error) {
	return collect(ctx, on, "activities", `SELECT (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date, a.starts_at, a.ends_at, k.name, a.title, a.place,
			coalesce((SELECT p.name FROM org_people p WHERE p.unit_id = a.unit_id AND p.id = a.host_id), ''),
			coalesce((SELECT p.name FROM org_people p WHERE p.unit_id = a.unit_id AND p.id = a.recorder_id), ''), a.served, a.agenda, a.content,
			(SELECT count(*) FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status <> 'guest'),
			(SELECT count(*) FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id AND t.status = 'present'),
			(SELECT count(*) FROM activity_outsiders t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id)
		FROM activity_activities a JOIN activity_kinds k ON k.unit_id = a.unit_id AND k.code = a.kind
		WHERE a.unit_id = $1 AND a.project_id = $2 AND a.state = 'confirmed' ORDER BY a.starts_at, a.id`, []any{unit, id},
		func(r *activityLine) []any {
			return []any{&r.Day, &r.Starts, &r.Ends, &r.Kind, &r.Title, &r.Place, &r.Host, &r.Recorder, &r.Served, &r.Agenda, &r.Text, &r.Expected, &r.Present, &r.Outsiders}
		})
}

func attendanceLines(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]attendanceLine, error) {
	return collect(ctx, on, "attendance", `SELECT x.day, x.title, x.name, x.branch, x.grp, x.partner, x.status, x.absence, x.reason, x.minutes FROM (
			SELECT (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date AS day, a.starts_at, a.id AS activity, a.title, p.name, p.pinyin, p.id::text AS key,
				coalesce(b.name, '') AS branch, coalesce(g.name, '') AS grp, '' AS partner, t.status, coalesce(t.absence, '') AS absence, t.reason, t.minutes
			FROM activity_activities a JOIN activity_attendances t ON t.unit_id = a.unit_id AND t.activity_id = a.id
			JOIN org_people p ON p.unit_id = t.unit_id AND p.id = t.person_id
			LEFT JOIN org_branches b ON b.unit_id = t.unit_id AND b.id = t.branch_id
			LEFT JOIN org_groups g ON g.unit_id = t.unit_id AND g.branch_id = t.branch_id AND g.id = t.group_id
			WHERE a.unit_id = $1 AND a.project_id = $2 AND a.state = 'confirmed'
			UNION ALL
			SELECT (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date, a.starts_at, a.id, a.title, o.name, '~', o.seq::text, '', '', o.partner, 'outsider', '', '', o.minutes
			FROM activity_activities a JOIN activity_outsiders o ON o.unit_id = a.unit_id AND o.activity_id = a.id
			WHERE a.unit_id = $1 AND a.project_id = $2 AND a.state = 'confirmed') x
		ORDER BY x.starts_at, x.activity, x.partner <> '', x.pinyin, x.name, x.key`, []any{unit, id},
		func(r *attendanceLine) []any {
			return []any{&r.Day, &r.Activity, &r.Name, &r.Branch, &r.Group, &r.Partner, &r.Status, &r.Absence, &r.Reason, &r.Minutes}
		})
}

// allEvidence lists every attachment: of the taskforce itself, of its outcomes, its
// notes and of what it held. One file that stands at two places is there twice.
func allEvidence(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]evidence, error) {
	type row struct {
		evidence
		sum []byte
	}
	rows, err := collect(ctx, on, "attachments", `SELECT x.id, x.name, x.sha256, x.size, e.folder, e.day, e.title FROM (
			SELECT 1 AS ord, t.file_id, '综合' AS folder, NULL::date AS day, '' AS title, t.added_at AS at FROM taskforce_files t
				WHERE t.unit_id = $1 AND t.taskforce_id = $2 AND t.outcome_id IS NULL AND t.note_id IS NULL
			UNION ALL SELECT 2, t.file_id, '成果', o.reached_on, o.title, t.added_at FROM taskforce_files t
				JOIN taskforce_outcomes o ON o.unit_id = t.unit_id AND o.id = t.outcome_id WHERE t.unit_id = $1 AND t.taskforce_id = $2
			UNION ALL SELECT 3, t.file_id, '纪实', n.day, '', t.added_at FROM taskforce_files t
				JOIN taskforce_notes n ON n.unit_id = t.unit_id AND n.id = t.note_id AND n.struck_at IS NULL WHERE t.unit_id = $1 AND t.taskforce_id = $2
			UNION ALL SELECT 4, t.file_id, '活动', (a.starts_at AT TIME ZONE 'Asia/Shanghai')::date, a.title, a.starts_at FROM activity_activities a
				JOIN activity_attachments t ON t.unit_id = a.unit_id AND t.activity_id = a.id
				WHERE a.unit_id = $1 AND a.project_id = $2 AND a.state = 'confirmed') e
		JOIN file_files x ON x.unit_id = $1 AND x.id = e.file_id ORDER BY e.ord, e.day, e.at, x.id`, []any{unit, id},
		func(r *row) []any { return []any{&r.File, &r.Name, &r.sum, &r.Size, &r.Folder, &r.Day, &r.Of} })
	if err != nil {
		return nil, err
	}
	out := make([]evidence, len(rows))
	for i, r := range rows {
		out[i] = r.evidence
		copy(out[i].SHA256[:], r.sum)
	}
	return out, nil
}

func insertParts(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, parts []part) error {
	paths, files, shas, sizes := make([]string, len(parts)), make([]uuid.UUID, len(parts)), make([][]byte, len(parts)), make([]int64, len(parts))
	for i, p := range parts {
		paths[i], files[i], shas[i], sizes[i] = p.Path, p.File, p.SHA256[:], p.Size
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO taskforce_archive_parts (unit_id, taskforce_id, seq, path, file_id, sha256, size)
		SELECT $1, $2, x.seq, x.path, x.file, x.sha256, x.size
		FROM unnest($3::text[], $4::uuid[], $5::bytea[], $6::bigint[]) WITH ORDINALITY AS x(path, file, sha256, size, seq)`, unit, id, paths, files, shas, sizes)
	if err != nil {
		return fmt.Errorf("archive parts: %w", err)
	}
	return nil
}

func archive(ctx context.Context, tx bun.Tx, by access.Actor, id uuid.UUID, at time.Time) error {
	_, err := db.Exec(ctx, tx, `UPDATE taskforce_taskforces SET state = 'archived', archived_at = $3, archived_by = $4, row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2`, by.Unit, id, at, by.Person)
	if err != nil {
		return fmt.Errorf("archive: %w", err)
	}
	return nil
}

func archiveParts(ctx context.Context, on bun.IDB, unit, id uuid.UUID) ([]part, error) {
	type row struct {
		part
		sum []byte
	}
	rows, err := collect(ctx, on, "archive parts", `SELECT path, file_id, sha256, size FROM taskforce_archive_parts WHERE unit_id = $1 AND taskforce_id = $2 ORDER BY seq`,
		[]any{unit, id}, func(r *row) []any { return []any{&r.Path, &r.File, &r.sum, &r.Size} })
	if err != nil {
		return nil, err
	}
	out := make([]part, len(rows))
	for i, r := range rows {
		out[i] = r.part
		copy(out[i].SHA256[:], r.sum)
	}
	return out, nil
}
