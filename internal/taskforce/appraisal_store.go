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
	"xianfeng/internal/fault"
)

// appraisalQuery narrows a list of appraisals; what is zero narrows nothing.
type appraisalQuery struct {
	id, taskforce, person, branch uuid.UUID
	unreceived                    bool
	text                          string
	after                         mark
	limit                         int
	lock                          bool
}

const fromAppraisals = ` FROM taskforce_appraisals a
	JOIN org_projects j ON j.unit_id = a.unit_id AND j.id = a.taskforce_id
	JOIN taskforce_taskforces f ON f.unit_id = a.unit_id AND f.id = a.taskforce_id
	JOIN taskforce_kinds k ON k.unit_id = f.unit_id AND k.code = f.kind
	JOIN org_people p ON p.unit_id = a.unit_id AND p.id = a.person_id
	WHERE ($1::uuid IS NULL OR a.id = $1::uuid) AND ($2::uuid IS NULL OR a.taskforce_id = $2::uuid) AND ($3::uuid IS NULL OR a.person_id = $3::uuid)
		AND ($4::uuid IS NULL OR a.branch_id = $4::uuid) AND (NOT $5::bool OR a.received_at IS NULL)
		AND ($6 = '' OR (p.name || ' ' || p.pinyin || ' ' || j.name || ' ' || a.number) ILIKE '%' || $6 || '%') AND `

func (q appraisalQuery) narrow(scope access.Scope) (string, []any) {
	where, args := scope.Where(access.Columns{Unit: "a.unit_id", Persons: []string{"a.person_id"}, Branch: "a.branch_id", Project: "a.taskforce_id"}, 7)
	return fromAppraisals + where, append([]any{db.OrNull(q.id), db.OrNull(q.taskforce), db.OrNull(q.person), db.OrNull(q.branch), q.unreceived, db.Like(q.text)}, args...)
}

func appraisals(ctx context.Context, on bun.IDB, scope access.Scope, q appraisalQuery) ([]Appraisal, error) {
	from, args := q.narrow(scope)
	const day = "(a.written_at AT TIME ZONE 'Asia/Shanghai')::date"
	if q.after.ID != uuid.Nil {
		from += fmt.Sprintf(" AND (%s, a.id) < ($%d::date, $%d::uuid)", day, len(args)+1, len(args)+2)
		args = append(args, q.after.Day, q.after.ID)
	}
	from += fmt.Sprintf(" ORDER BY %s DESC, a.id DESC LIMIT %d", day, q.limit)
	if q.lock {
		from += " FOR UPDATE OF a"
	}
	out := []Appraisal{}
	err := db.Each(ctx, on, `SELECT a.id, a.number, a.taskforce_id, j.name, k.name, a.person_id, p.name, a.branch_id,
			coalesce((SELECT b.name FROM org_branches b WHERE b.unit_id = a.unit_id AND b.id = a.branch_id), ''), a.grade, a.text, a.served_from, a.served_to,
			(SELECT w.name FROM org_people w WHERE w.unit_id = a.unit_id AND w.id = a.written_by), a.written_at,
			coalesce((SELECT w.name FROM org_people w WHERE w.unit_id = a.unit_id AND w.id = a.received_by), ''), a.received_at`+from, args, func(rows *sql.Rows) error {
		var a Appraisal
		err := rows.Scan(&a.ID, &a.Number, &a.Taskforce, &a.TaskforceName, &a.KindName, &a.Person.ID, &a.Person.Name, &a.Branch, &a.BranchName, &a.Grade, &a.Text,
			&a.From, &a.To, &a.WrittenBy, &a.WrittenAt, &a.ReceivedBy, &a.ReceivedAt)
		out = append(out, a)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("appraisals: %w", err)
	}
	return out, nil
}

func countAppraisals(ctx context.Context, on bun.IDB, scope access.Scope, q appraisalQuery) (n int, err error) {
	from, args := q.narrow(scope)
	if err := db.One(ctx, on, []any{&n}, "SELECT count(*)"+from, args...); err != nil {
		return 0, fmt.Errorf("count appraisals: %w", err)
	}
	return n, nil
}

// insertAppraisals writes a set of appraisals, each with a number of the year.
func insertAppraisals(ctx context.Context, tx bun.Tx, by access.Actor, year int, rows []Appraisal) error {
	ids, people, branches := make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows)), make([]uuid.UUID, len(rows))
	grades, texts, from, to := make([]string, len(rows)), make([]string, len(rows)), make([]string, len(rows)), make([]string, len(rows))
	for i, r := range rows {
		ids[i], people[i], branches[i] = r.ID, r.Person.ID, r.Branch
		grades[i], texts[i], from[i], to[i] = string(r.Grade), r.Text, r.From.String(), r.To.String()
	}
	_, err := db.Exec(ctx, tx, `INSERT INTO taskforce_appraisals (unit_id, id, number, taskforce_id, person_id, branch_id, grade, text, served_from, served_to, written_by, written_at)
		SELECT $1, x.id, '鉴〔' || $2::text || '〕' || lpad(nextval('taskforce_appraisal_numbers')::text, 4, '0') || '号', $3, x.person,
			nullif(x.branch, '00000000-0000-0000-0000-000000000000'), x.grade, x.text, x.served_from, x.served_to, $4, $5
		FROM unnest($6::uuid[], $7::uuid[], $8::uuid[], $9::text[], $10::text[], $11::date[], $12::date[]) AS x(id, person, branch, grade, text, served_from, served_to)`,
		by.Unit, fmt.Sprint(year), rows[0].Taskforce, by.Person, rows[0].WrittenAt, ids, people, branches, grades, texts, from, to)
	if err != nil {
		return fmt.Errorf("insert appraisals: %w", err)
	}
	return nil
}

func receiveAppraisal(ctx context.Context, tx bun.Tx, by access.Actor, at time.Time, id uuid.UUID) error {
	_, err := db.Exec(ctx, tx, `UPDATE taskforce_appraisals SET received_by = $3, received_at = $4 WHERE unit_id = $1 AND id = $2`, by.Unit, id, by.Person, at)
	if err != nil {
		return fmt.Errorf("receive appraisal: %w", err)
	}
	return nil
}

// Attest finds an appraisal for a claim that rests on it. Whether the claim may is the
// claim's to ask: the appraisal says whose it is.
func Attest(ctx context.Context, on bun.IDB, unit, id uuid.UUID) (Appraisal, error) {
	found, err := appraisals(ctx, on, access.System(unit), appraisalQuery{id: id, limit: 1})
	if err == nil && len(found) == 0 {
		err = fault.Missing("鉴定")
	}
	if err != nil {
		return Appraisal{}, err
	}
	return found[0], nil
}
