package activity

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// readable and owned say how a record is reached. Who is named in any confirmed
// version, as one who came, hosted, recorded or lectured, may read it, since it is evidence of their points; but a record belongs
// to its organiser, and only who is set over that place drafts and changes it.
func readable() access.Columns {
	c := owned()
	c.Named = []string{`a.record_id IN (SELECT v.record_id FROM activity_attendances t
			JOIN activity_activities v ON v.unit_id = t.unit_id AND v.id = t.activity_id AND v.state <> 'draft'
			WHERE t.unit_id = @unit AND t.person_id = @person
		UNION ALL SELECT v.record_id FROM activity_activities v
			WHERE v.unit_id = @unit AND v.state <> 'draft' AND @person IN (v.host_id, v.recorder_id, v.lecturer_id))`}
	return c
}

func owned() access.Columns {
	return access.Columns{Unit: "a.unit_id", Department: "a.department_id", Branch: "a.branch_id", Group: "a.group_id", Project: "a.project_id"}
}

// visible is the one condition that lists, details, exports and downloads share, in
// bun's placeholders, over alias a: confirmed records by read, drafts by record.
func visible(read, record access.Scope) (string, []any) {
	text, args := read.SQL(readable())
	draft, more := record.SQL(owned())
	return "((a.state <> 'draft' AND " + text + ") OR (a.state = 'draft' AND " + draft + "))", append(args, more...)
}

// version is a version of a record with what of it a write needs.
type version struct {
	ID         uuid.UUID // of the version, the source of its points
	RecordID   uuid.UUID
	Version    int
	RowVersion int
	State      State
	Late       bool
	Reason     string
	Record
	organiser org.Organiser
	kind      Kind
}

// versionColumns reads a whole version in one row: its parts as JSON, its kind, its
// organiser. Parts are read with the snapshot of the statement, which the expected
// row version covers: a change of parts changes it.
const versionColumns = `SELECT a.id, a.record_id, a.version, a.row_version, a.state, a.late, a.reason,
	a.kind, a.title, a.starts_at, a.ends_at, a.place, a.organiser_kind, a.department_id, a.branch_id, a.group_id, a.project_id,
	a.host_id, a.recorder_id, a.lecturer_id, a.agenda, a.content, a.guests, a.served, a.election, a.overlap_answer,
	k.name, k.category, k.expected, array_to_string(k.organisers, ','), array_to_string(k.needs, ','), k.quorum, k.default_minutes,
	coalesce((SELECT json_agg(json_build_array(t.person_id, t.status, t.absence, t.reason, t.minutes, t.voter, t.branch_id, t.group_id))
		FROM activity_attendances t WHERE t.unit_id = a.unit_id AND t.activity_id = a.id)::text, '[]'),
	coalesce((SELECT json_agg(json_build_object('title', r.title, 'votes_for', r.votes_for, 'votes_against', r.votes_against,
			'votes_abstain', r.votes_abstain, 'counts', r.counts) ORDER BY r.seq)
		FROM activity_resolutions r WHERE r.unit_id = a.unit_id AND r.activity_id = a.id)::text, '[]'),
	coalesce((SELECT json_agg(json_build_object('name', o.name, 'partner', o.partner, 'minutes', o.minutes) ORDER BY o.seq)
		FROM activity_outsiders o WHERE o.unit_id = a.unit_id AND o.activity_id = a.id)::text, '[]')
	FROM activity_activities a JOIN activity_kinds k ON k.unit_id = a.unit_id AND k.code = a.kind`

// lockRecord locks the versions of a record that can still change, its draft and
// the one that stands, and reads them. Both have to be in scope: an amendment may
// be about to move a record to another organiser.
func lockRecord(ctx context.Context, tx bun.Tx, scope access.Scope, record uuid.UUID) (draft, standing *version, err error) {
	where, args := scope.Where(owned(), 2)
	rows, err := db.Query(ctx, tx, versionColumns+`
		WHERE a.record_id = $1 AND a.state <> 'superseded' AND `+where+`
		ORDER BY a.version FOR UPDATE OF a`, append([]any{record}, args...)...)
	if err != nil {
		return nil, nil, fmt.Errorf("lock activity: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var v version
		var organisers, needs, attendance, resolutions, outsiders string
		o := &v.organiser
		if err := rows.Scan(&v.ID, &v.RecordID, &v.Version, &v.RowVersion, &v.State, &v.Late, &v.Reason,
			&v.Kind, &v.Title, &v.Starts, &v.Ends, &v.Place, &o.Kind, &o.Department, &o.Branch, &o.Group, &o.Project,
			&v.Host, &v.Recorder, &v.Lecturer, &v.Agenda, &v.Content, &v.Guests, &v.Served, &v.Election, &v.OverlapAnswer,
			&v.kind.Name, &v.kind.Category, &v.kind.Expected, &organisers, &needs, &v.kind.Quorum, &v.kind.DefaultMinutes,
			&attendance, &resolutions, &outsiders); err != nil {
			return nil, nil, fmt.Errorf("lock activity: %w", err)
		}
		v.kind.Code = v.Kind
		v.kind.Organisers, v.kind.Needs = strings.Split(organisers, ","), strings.Split(needs, ",")
		v.Organiser = OrganiserRef{o.Kind, organiserID(*o)}
		if v.Attendance, err = readAttendance(attendance); err != nil {
			return nil, nil, err
		}
		if err := json.Unmarshal([]byte(resolutions), &v.Resolutions); err != nil {
			return nil, nil, fmt.Errorf("resolutions of activity %s: %w", v.ID, err)
		}
		if err := json.Unmarshal([]byte(outsiders), &v.Outsiders); err != nil {
			return nil, nil, fmt.Errorf("outsiders of activity %s: %w", v.ID, err)
		}
		switch v.State {
		case Draft:
			draft = &v
		case Confirmed, Withdrawn:
			standing = &v
		case Superseded: // by whoever was faster; the rest is stale as well
		}
	}
	if err := rows.Err(); err != nil {
		return nil, nil, fmt.Errorf("lock activity: %w", err)
	}
	if draft == nil && standing == nil || draft != nil && draft.Version > 1 && standing == nil {
		return nil, nil, fault.Missing("活动")
	}
	return draft, standing, nil
}

func organiserID(o org.Organiser) uuid.UUID {
	switch o.Kind {
	case "department":
		return o.Department
	case "branch":
		return o.Branch
	case "group":
		return o.Group
	case "project":
		return o.Project
	}
	return uuid.Nil
}

// readAttendance undoes the JSON of versionColumns.
func readAttendance(text string) ([]Attendance, error) {
	var lines [][8]json.RawMessage
	if err := json.Unmarshal([]byte(text), &lines); err != nil {
		return nil, fmt.Errorf("attendance: %w", err)
	}
	out := make([]Attendance, len(lines))
	for i, l := range lines {
		a := &out[i]
		for at, to := range []any{&a.Person, &a.Status, &a.Absence, &a.Reason, &a.Minutes, &a.voter, &a.branch, &a.group} {
			if string(l[at]) == "null" {
				continue
			}
			if err := json.Unmarshal(l[at], to); err != nil {
				return nil, fmt.Errorf("attendance: %w", err)
			}
		}
	}
	return out, nil
}

// findOrganiser reads the place that holds an activity, with the branch of a group.
func findOrganiser(ctx context.Context, on bun.IDB, unit uuid.UUID, ref OrganiserRef) (org.Organiser, error) {
	o := org.Organiser{Kind: ref.Kind}
	if ref.Kind == "unit" {
		o.Name = "全院"
		return o, nil
	}
	text := map[string]string{
		"department": `SELECT id, NULL::uuid, NULL::uuid, NULL::uuid, name FROM org_departments WHERE unit_id = $1 AND id = $2`,
		"branch":     `SELECT NULL::uuid, id, NULL::uuid, NULL::uuid, name FROM org_branches WHERE unit_id = $1 AND id = $2`,
		"project":    `SELECT NULL::uuid, NULL::uuid, NULL::uuid, id, name FROM org_projects WHERE unit_id = $1 AND id = $2`,
		"group": `SELECT NULL::uuid, g.branch_id, g.id, NULL::uuid, b.name || g.name FROM org_groups g
			JOIN org_branches b ON b.unit_id = g.unit_id AND b.id = g.branch_id WHERE g.unit_id = $1 AND g.id = $2`,
	}[ref.Kind]
	if text == "" {
		return o, fault.Field("organiser", "请选择组织者")
	}
	rows, err := db.Query(ctx, on, text, unit, ref.ID)
	if err != nil {
		return o, fmt.Errorf("organiser: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return o, fmt.Errorf("organiser: %w", db.Translate(err))
		}
		return o, fault.Missing("组织者")
	}
	if err := rows.Scan(&o.Department, &o.Branch, &o.Group, &o.Project, &o.Name); err != nil {
		return o, fmt.Errorf("organiser: %w", err)
	}
	return o, rows.Err()
}

// contentArgs are $3 to $21 of the statements below.
func contentArgs(r Record, o org.Organiser) []any {
	return []any{r.Kind, r.Title, r.Starts, r.Ends, r.Place, o.Kind, db.OrNull(o.Department), db.OrNull(o.Branch), db.OrNull(o.Group), db.OrNull(o.Project),
		db.OrNull(r.Host), db.OrNull(r.Recorder), db.OrNull(r.Lecturer), r.Agenda, r.Content, r.Guests, r.Served, r.Election, r.OverlapAnswer}
}

func insertDraft(ctx context.Context, tx bun.Tx, unit, by uuid.UUID, now time.Time, v version) error {
	args := append([]any{unit, v.ID}, contentArgs(v.Record, v.organiser)...)
	_, err := db.Exec(ctx, tx, `INSERT INTO activity_activities (unit_id, id, kind, title, starts_at, ends_at, place,
			organiser_kind, department_id, branch_id, group_id, project_id, host_id, recorder_id, lecturer_id, agenda, content, guests,
			served, election, overlap_answer, record_id, version, reason, created_by, created_at, updated_at, state)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $26, 'draft')`,
		append(args, v.RecordID, v.Version, v.Reason, by, now)...)
	if err != nil {
		return fmt.Errorf("insert activity: %w", err)
	}
	return saveParts(ctx, tx, unit, v.ID, v.Record, true)
}

// updateDraft replaces the content of a locked draft and raises its row version.
func updateDraft(ctx context.Context, tx bun.Tx, unit uuid.UUID, now time.Time, v version) error {
	args := append([]any{unit, v.ID}, contentArgs(v.Record, v.organiser)...)
	_, err := db.Exec(ctx, tx, `UPDATE activity_activities SET kind = $3, title = $4, starts_at = $5, ends_at = $6, place = $7,
			organiser_kind = $8, department_id = $9, branch_id = $10, group_id = $11, project_id = $12, host_id = $13, recorder_id = $14,
			lecturer_id = $15, agenda = $16, content = $17, guests = $18, served = $19, election = $20, overlap_answer = $21,
			updated_at = $22, row_version = row_version + 1
		WHERE unit_id = $1 AND id = $2 AND state = 'draft'`, append(args, now)...)
	if err != nil {
		return fmt.Errorf("update activity: %w", err)
	}
	return saveParts(ctx, tx, unit, v.ID, v.Record, false)
}

// saveParts replaces attendance and resolutions by one statement each, whatever
// their number; lines that stay the same are not written. Outsiders follow.
func saveParts(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, r Record, fresh bool) error {
	if err := saveAttendance(ctx, tx, unit, id, r.Attendance); err != nil {
		return err
	}
	if !fresh || len(r.Resolutions) > 0 {
		if err := saveResolutions(ctx, tx, unit, id, r.Resolutions); err != nil {
			return err
		}
	}
	return saveOutsiders(ctx, tx, unit, id, r.Outsiders, fresh)
}

func saveAttendance(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, lines []Attendance) error {
	n := len(lines)
	person, branch, group := make([]uuid.UUID, n), make([]uuid.UUID, n), make([]uuid.UUID, n)
	status, absence, reason := make([]string, n), make([]string, n), make([]string, n)
	minutes, voter := make([]int32, n), make([]bool, n)
	for i, a := range lines {
		person[i], branch[i], group[i] = a.Person, a.branch, a.group
		status[i], absence[i], reason[i] = a.Status, a.Absence, a.Reason
		minutes[i], voter[i] = int32(a.Minutes), a.voter
	}
	_, err := db.Exec(ctx, tx, `WITH gone AS (
			DELETE FROM activity_attendances WHERE unit_id = $1 AND activity_id = $2 AND person_id <> ALL ($3::uuid[]))
		INSERT INTO activity_attendances AS t (unit_id, activity_id, person_id, status, absence, reason, voter, branch_id, group_id, minutes)
		SELECT $1, $2, n.person, n.status, nullif(n.absence, ''), n.reason, n.voter,
			nullif(n.branch, $11::uuid), nullif(n.grp, $11::uuid), n.minutes
		FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::bool[], $8::uuid[], $9::uuid[], $10::int[])
			AS n (person, status, absence, reason, voter, branch, grp, minutes)
		ON CONFLICT (unit_id, activity_id, person_id) DO UPDATE SET status = EXCLUDED.status, absence = EXCLUDED.absence,
			reason = EXCLUDED.reason, voter = EXCLUDED.voter, branch_id = EXCLUDED.branch_id, group_id = EXCLUDED.group_id, minutes = EXCLUDED.minutes
		WHERE (t.status, t.absence, t.reason, t.voter, t.branch_id, t.group_id, t.minutes) IS DISTINCT FROM
			(EXCLUDED.status, EXCLUDED.absence, EXCLUDED.reason, EXCLUDED.voter, EXCLUDED.branch_id, EXCLUDED.group_id, EXCLUDED.minutes)`,
		unit, id, person, status, absence, reason, voter, branch, group, minutes, uuid.Nil)
	if err != nil {
		return fmt.Errorf("save attendance: %w", err)
	}
	return nil
}

func saveResolutions(ctx context.Context, tx bun.Tx, unit, id uuid.UUID, lines []Resolution) error {
	n := len(lines)
	titles, seq, counts := make([]string, n), make([]int32, n), make([]bool, n)
	votes := [3][]*int32{make([]*int32, n), make([]*int32, n), make([]*int32, n)}
	for i, r := range lines {
		titles[i], seq[i], counts[i] = r.Title, int32(i+1), r.Counts
		for j, v := range []*int{r.For, r.Against, r.Abstain} {
			if v != nil {
				w := int32(*v)
				votes[j][i] = &w
			}
		}
	}
	_, err := db.Exec(ctx, tx, `WITH gone AS (
			DELETE FROM activity_resolutions WHERE unit_id = $1 AND activity_id = $2 AND seq <> ALL ($3::int[]))
		INSERT INTO activity_resolutions (unit_id, activity_id, seq, title, votes_for, votes_against, votes_abstain, counts)
		SELECT $1, $2, n.seq, n.title, n.pro, n.con, n.abstain, n.counts
		FROM unnest($3::int[], $4::text[], $5::int[], $6::int[], $7::int[], $8::bool[]) AS n (seq, title, pro, con, abstain, counts)
		ON CONFLICT (unit_id, activity_id, seq) DO UPDATE SET title = EXCLUDED.title, votes_for = EXCLUDED.votes_for,
			votes_against = EXCLUDED.votes_against, votes_abstain = EXCLUDED.votes_abstain, counts = EXCLUDED.counts`,
		unit, id, seq, titles, votes[0], votes[1], votes[2], counts)
	if err != nil {
		return fmt.Errorf("save resolutions: %w", err)
	}
	return nil
}

// deleteDraft removes a draft with its parts, and gives the files it named that no
// other version names.
func deleteDraft(ctx context.Context, tx bun.Tx, unit, id uuid.UUID) ([]uuid.UUID, error) {
	var files []uuid.UUID
	err := tx.NewRaw(`SELECT t.file_id FROM activity_attachments t WHERE t.unit_id = ? AND t.activity_id = ?
		AND NOT EXISTS (SELECT FROM activity_attachments o WHERE o.unit_id = t.unit_id AND o.file_id = t.file_id AND o.activity_id <> t.activity_id)`,
		unit, id).Scan(ctx, &files)
	if err != nil {
		return nil, fmt.Errorf("files of draft: %w", err)
	}
	if _, err := db.Exec(ctx, tx, `DELETE FROM activity_activities WHERE unit_id = $1 AND id = $2 AND state = 'draft'`, unit, id); err != nil {
		return nil, fmt.Errorf("delete draft: %w", err)
	}
	return files, nil
}
