package report

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// nextNumber draws the running number of an issue. One that is drawn for nothing
// leaves a gap, which is allowed.
func nextNumber(ctx context.Context, on bun.IDB) (int64, error) {
	var n int64
	if err := on.NewRaw("SELECT nextval('report_numbers')").Scan(ctx, &n); err != nil {
		return 0, db.Translate(fmt.Errorf("report number: %w", err))
	}
	return n, nil
}

type issueRow struct {
	bun.BaseModel `bun:"table:report_issues,alias:i"`
	UnitID        uuid.UUID
	ID            uuid.UUID
	Number        string
	Kind          string
	Quarter       calendar.Quarter
	BranchID      uuid.NullUUID
	PersonID      uuid.NullUUID
	ScopeNote     string
	Scope         json.RawMessage `bun:"type:jsonb"`
	Checksum      string
	Heads         string
	Rows          int
	FileID        uuid.UUID
	Replaces      uuid.NullUUID
	IssuedBy      uuid.UUID
	IssuedAt      time.Time
}

func nullable(id *uuid.UUID) uuid.NullUUID {
	if id == nil {
		return uuid.NullUUID{}
	}
	return uuid.NullUUID{UUID: *id, Valid: true}
}

func insertIssue(ctx context.Context, tx bun.Tx, by access.Actor, i Issue, from []place) error {
	scope, err := json.Marshal(from)
	if err != nil {
		return fmt.Errorf("issue: %w", err)
	}
	r := issueRow{UnitID: by.Unit, ID: i.ID, Number: i.Number, Kind: i.Kind, Quarter: i.Quarter, BranchID: nullable(i.BranchID),
		PersonID: nullable(i.PersonID), ScopeNote: i.ScopeNote, Scope: scope, Checksum: i.Checksum, Heads: i.Heads, Rows: i.Rows,
		FileID: i.file, IssuedBy: by.Person, IssuedAt: i.IssuedAt}
	if i.Replaces != nil {
		r.Replaces = uuid.NullUUID{UUID: i.Replaces.ID, Valid: true}
	}
	if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
		return fmt.Errorf("issue: %w", err)
	}
	return nil
}

// listedIssue is an issue with the names to show.
type listedIssue struct {
	issueRow         `bun:",extend"`
	BranchName       string
	PersonName       string
	IssuerName       string
	Size             int64
	ReplacesNumber   string
	ReplacedBy       uuid.NullUUID
	ReplacedByNumber string
}

// covered adds the rows of which a scope covers every place. A place that a scope
// cannot be compared with is not covered: hence IS NOT TRUE.
func (r reaches) covered(q *bun.SelectQuery) *bun.SelectQuery {
	var or []string
	var args []any
	kinds := make([]string, 0, len(r))
	for kind := range r {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		where, more := r[kind].SQL(access.Columns{Unit: "i.unit_id", Persons: []string{"(p->>'person')::uuid"},
			Branch: "(p->>'branch')::uuid", Group: "(p->>'group')::uuid"})
		or = append(or, "i.unit_id = ? AND i.kind = ? AND NOT EXISTS (SELECT FROM jsonb_array_elements(i.scope) p WHERE "+where+" IS NOT TRUE)")
		args = append(append(args, r[kind].Unit(), kind), more...)
	}
	if len(or) == 0 {
		return q.Where("FALSE")
	}
	return q.Where("("+strings.Join(or, " OR ")+")", args...)
}

func selectIssues(on bun.IDB, r reaches, into any) *bun.SelectQuery {
	return on.NewSelect().Model(into).ColumnExpr("i.*").
		ColumnExpr("coalesce(b.name, '') AS branch_name, coalesce(who.name, '') AS person_name, coalesce(issuer.name, '') AS issuer_name, f.size").
		ColumnExpr("coalesce(old.number, '') AS replaces_number, new.id AS replaced_by, coalesce(new.number, '') AS replaced_by_number").
		Join("JOIN file_files AS f ON f.unit_id = i.unit_id AND f.id = i.file_id").
		Join("LEFT JOIN org_branches AS b ON b.unit_id = i.unit_id AND b.id = i.branch_id").
		Join("LEFT JOIN org_people AS who ON who.unit_id = i.unit_id AND who.id = i.person_id").
		Join("LEFT JOIN org_people AS issuer ON issuer.unit_id = i.unit_id AND issuer.id = i.issued_by").
		Join("LEFT JOIN report_issues AS old ON old.unit_id = i.unit_id AND old.id = i.replaces").
		Join("LEFT JOIN report_issues AS new ON new.unit_id = i.unit_id AND new.replaces = i.id").
		Apply(r.covered)
}

func listIssues(ctx context.Context, on bun.IDB, r reaches, f IssueFilter) ([]Issue, error) {
	var rows []listedIssue
	q := selectIssues(on, r, &rows).OrderExpr("i.id DESC").Limit(int64(f.Limit) + 1)
	if f.Kind != "" {
		q.Where("i.kind = ?", f.Kind)
	}
	if !f.Quarter.IsZero() {
		q.Where("i.quarter = ?", f.Quarter)
	}
	if f.Cursor != "" {
		q.Where("i.id < ?", f.Cursor)
	}
	if err := q.Scan(ctx); err != nil {
		return nil, db.Translate(fmt.Errorf("issues: %w", err))
	}
	out := make([]Issue, len(rows))
	for n, r := range rows {
		out[n] = r.issue()
	}
	return out, nil
}

func findIssue(ctx context.Context, on bun.IDB, r reaches, id uuid.UUID) (Issue, error) {
	var rows []listedIssue
	if err := selectIssues(on, r, &rows).Where("i.id = ?", id).Scan(ctx); err != nil {
		return Issue{}, db.Translate(fmt.Errorf("issue: %w", err))
	}
	if len(rows) == 0 {
		return Issue{}, fault.Missing("报表")
	}
	return rows[0].issue(), nil
}

func (r listedIssue) issue() Issue {
	i := Issue{ID: r.ID, Number: r.Number, Kind: r.Kind, Quarter: r.Quarter, BranchName: r.BranchName, PersonName: r.PersonName,
		ScopeNote: r.ScopeNote, Checksum: r.Checksum, Heads: r.Heads, Rows: r.Rows, Size: r.Size, IssuedBy: r.IssuerName, IssuedAt: r.IssuedAt, file: r.FileID}
	if d, known := definition(r.Kind); known {
		i.Name = d.Name
	}
	i.BranchID, i.PersonID = pointer(r.BranchID.UUID), pointer(r.PersonID.UUID)
	if r.Replaces.Valid {
		i.Replaces = &IssueRef{r.Replaces.UUID, r.ReplacesNumber}
	}
	if r.ReplacedBy.Valid {
		i.ReplacedBy = &IssueRef{r.ReplacedBy.UUID, r.ReplacedByNumber}
	}
	return i
}
