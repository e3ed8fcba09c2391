package activity

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/points"
)

// Postings are what the confirmed records of a quarter's days say to the ledgers,
// built by what confirming them posts with: a scheme's draft is tried on them
// (rule 12). They hold for whole records, so that who reads them decides what is
// shown of whom.
func (Facts) Postings(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) ([]points.Posting, error) {
	versions, err := confirmedIn(ctx, on, unit, q)
	if err != nil {
		return nil, err
	}
	out := make([]points.Posting, len(versions))
	for i, v := range versions {
		out[i] = posting(access.Actor{Person: v.confirmedBy}, v.version, v.facts(v.kind))
	}
	return out, nil
}

// Terms are the categories and kinds that rules of a scheme can be about, kinds no
// longer offered included: past records are of them.
func (Facts) Terms(ctx context.Context, on bun.IDB, unit uuid.UUID) (points.FactTerms, error) {
	kinds, err := listKinds(ctx, on, unit)
	if err != nil {
		return points.FactTerms{}, err
	}
	var out points.FactTerms
	for _, c := range categories() {
		out.Categories = append(out.Categories, points.Term{Code: c, Name: categoryName(c)})
	}
	for _, k := range kinds {
		out.Kinds = append(out.Kinds, points.KindTerm{Term: points.Term{Code: k.Code, Name: k.Name}, Category: k.Category})
	}
	return out, nil
}

// confirmedVersion is a version that stands, with who confirmed it.
type confirmedVersion struct {
	version
	confirmedBy uuid.UUID
}

// confirmedIn reads the confirmed records of a quarter's days as far as ledgers ask:
// two statements, however many records and people there are.
func confirmedIn(ctx context.Context, on bun.IDB, unit uuid.UUID, q calendar.Quarter) ([]confirmedVersion, error) {
	from, to := q.First().In(), q.Next().First().In()
	rows, err := db.Query(ctx, on, `SELECT a.id, a.record_id, a.version, a.title, a.starts_at, a.kind, k.name, k.category,
			a.host_id, a.recorder_id, a.lecturer_id, a.confirmed_by
		FROM activity_activities a JOIN activity_kinds k ON k.unit_id = a.unit_id AND k.code = a.kind
		WHERE a.unit_id = $1 AND a.state = 'confirmed' AND a.starts_at >= $2 AND a.starts_at < $3
		ORDER BY a.starts_at, a.id`, unit, from, to)
	if err != nil {
		return nil, fmt.Errorf("records of %s: %w", q, db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	var out []confirmedVersion
	index := map[uuid.UUID]int{}
	for rows.Next() {
		var v confirmedVersion
		if err := rows.Scan(&v.ID, &v.RecordID, &v.Version, &v.Title, &v.Starts, &v.Kind, &v.kind.Name, &v.kind.Category,
			&v.Host, &v.Recorder, &v.Lecturer, &v.confirmedBy); err != nil {
			return nil, fmt.Errorf("records of %s: %w", q, err)
		}
		v.State, v.kind.Code = Confirmed, v.Kind
		index[v.ID] = len(out)
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("records of %s: %w", q, db.Translate(err))
	}
	return out, attend(ctx, on, unit, from, to, out, index)
}

// attend fills in who came and who did not.
func attend(ctx context.Context, on bun.IDB, unit uuid.UUID, from, to any, out []confirmedVersion, index map[uuid.UUID]int) error {
	rows, err := db.Query(ctx, on, `SELECT t.activity_id, t.person_id, t.status, coalesce(t.absence, ''), t.minutes
		FROM activity_attendances t JOIN activity_activities a ON a.unit_id = t.unit_id AND a.id = t.activity_id
		WHERE a.unit_id = $1 AND a.state = 'confirmed' AND a.starts_at >= $2 AND a.starts_at < $3
		ORDER BY t.activity_id, t.person_id`, unit, from, to)
	if err != nil {
		return fmt.Errorf("attendance: %w", db.Translate(err))
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id uuid.UUID
		var a Attendance
		if err := rows.Scan(&id, &a.Person, &a.Status, &a.Absence, &a.Minutes); err != nil {
			return fmt.Errorf("attendance: %w", err)
		}
		if i, known := index[id]; known {
			out[i].Attendance = append(out[i].Attendance, a)
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("attendance: %w", db.Translate(err))
	}
	return nil
}
