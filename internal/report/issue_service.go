package report

import (
	"context"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
	"xianfeng/internal/sheet"
)

// Issue makes the workbook, keeps it, and gives it a number. The scope is that of
// the permission to issue.
func (s *Service) Issue(ctx context.Context, by access.Actor, scope access.Scope, r Request) (Issue, error) {
	b, err := s.load(ctx, by, scope, r)
	if err != nil {
		return Issue{}, err
	}
	now := s.now()
	i := Issue{ID: db.NewID(), Kind: b.Kind, Name: b.Name, Quarter: b.quarter, BranchID: pointer(b.branch), BranchName: b.branchName,
		PersonID: pointer(b.subject()), ScopeNote: b.note, Heads: b.heads, IssuedBy: by.Name, IssuedAt: now}
	if i.PersonID != nil {
		i.PersonName = b.pages[0].name
	}
	if r.Replaces != uuid.Nil {
		if i.Replaces, err = s.replaced(ctx, scope, b, r.Replaces); err != nil {
			return Issue{}, err
		}
	}
	n, err := nextNumber(ctx, s.db)
	if err != nil {
		return Issue{}, err
	}
	i.Number = fmt.Sprintf("%s-%s-%04d", b.Short, b.shortPeriod(), n)
	blob, err := s.write(ctx, by, b, &i)
	if err != nil {
		return Issue{}, err
	}
	i.Size = blob.Size
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		f, err := s.files.Add(ctx, tx, by, blob)
		if err != nil {
			return err
		}
		i.file = f.ID
		if err := insertIssue(ctx, tx, by, i, b.places(b.pages)); err != nil {
			return err
		}
		said := fmt.Sprintf("出具%s %s（%s，%d 行）", b.Name, i.Number, i.ScopeNote, i.Rows)
		if i.Replaces != nil {
			said += ",更正 " + i.Replaces.Number
		}
		return audit.Record(ctx, tx, by, now, audit.Entry{Action: "report.issue", Object: "report", ObjectID: i.ID, Summary: said,
			Detail: map[string]any{"kind": i.Kind, "quarter": i.Quarter, "checksum": i.Checksum, "heads": i.Heads}})
	})
	return i, err
}

// replaced finds the issue that a new one corrects: of the same kind and quarter,
// about the same branch or person, and within the scope.
func (s *Service) replaced(ctx context.Context, scope access.Scope, b book, id uuid.UUID) (*IssueRef, error) {
	old, err := findIssue(ctx, s.db, reaches{b.Kind: scope}, id)
	if err != nil {
		return nil, err
	}
	if old.Quarter != b.quarter || !names(old.BranchID, b.branch) || !names(old.PersonID, b.subject()) {
		return nil, fault.Field("replaces", "只能更正同一种报表、同一季度、同一范围的那一份")
	}
	if old.ReplacedBy != nil {
		return nil, fault.New(fault.Conflict, "该报表已被 "+old.ReplacedBy.Number+" 更正，请更正最新的那一份")
	}
	return &IssueRef{old.ID, old.Number}, nil
}

// worksheets lays the report out; sealed is told each sheet's checksum once its
// rows have passed.
func (b book) worksheets(number string, at time.Time, sealed func(n int, sum string)) []sheet.Sheet {
	sheets := make([]sheet.Sheet, len(b.pages))
	for n, p := range b.pages {
		f := b.frame(p)
		f.Number, f.Snapshot, f.HeadsHash, f.Seal = number, at, b.heads, b.seal
		sheets[n] = sheet.Sheet{Name: p.name, Frame: f, Columns: p.columns, Rows: p.rows(), Sealed: func(sum string) { sealed(n, sum) }}
	}
	return sheets
}

// write makes the workbook straight into the file store, and fills in what is only
// known once the rows have passed: checksum and count.
func (s *Service) write(ctx context.Context, by access.Actor, b book, i *Issue) (file.Blob, error) {
	number := i.Number
	if i.Replaces != nil {
		number += "（更正 " + i.Replaces.Number + "）"
	}
	sums := make([]string, len(b.pages))
	sheets := b.worksheets(number, i.IssuedAt, func(n int, sum string) { sums[n] = sum })
	for _, p := range b.pages {
		i.Rows += p.count
	}
	r, w := io.Pipe()
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = w.CloseWithError(sheet.Write(w, sheets...)) // the reader passes the error on
	}()
	blob, err := s.files.Store(ctx, by, i.FileName(), r)
	_ = r.CloseWithError(context.Canceled) // lets the writer go where the store gave up early
	<-done
	i.Checksum = seal(sums)
	return blob, err
}

// Draft writes the workbook as it would be issued now, but without a number: nothing
// is kept of it, and it cannot be verified later. It gives the number of rows.
func (s *Service) Draft(ctx context.Context, by access.Actor, scope access.Scope, r Request, w io.Writer) (rows int, err error) {
	b, err := s.load(ctx, by, scope, r)
	if err != nil {
		return 0, err
	}
	for _, p := range b.pages {
		rows += p.count
	}
	return rows, sheet.Write(w, b.worksheets("", s.now(), func(int, string) {})...)
}

// Generate issues a report as the page does and writes its workbook to w.
func (s *Service) Generate(ctx context.Context, by access.Actor, scope access.Scope, r Request, w io.Writer) (Issue, error) {
	i, err := s.Issue(ctx, by, scope, r)
	if err != nil {
		return Issue{}, err
	}
	_, body, err := s.files.Open(ctx, by.Unit, i.file)
	if err != nil {
		return i, err
	}
	defer func() { _ = body.Close() }()
	if _, err := io.Copy(w, body); err != nil {
		return i, fmt.Errorf("写出 %s: %w", i.FileName(), err)
	}
	return i, nil
}

// Issues pages through the issues that the actor's scope covers, newest first.
func (s *Service) Issues(ctx context.Context, by access.Actor, f IssueFilter) (items []Issue, next string, err error) {
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = 50
	}
	if f.Cursor != "" {
		if _, err := uuid.Parse(f.Cursor); err != nil {
			return nil, "", fault.Field("cursor", "翻页参数不对，请回到第一页")
		}
	}
	d, known := definition(f.Kind)
	if f.Kind != "" && !known {
		return nil, "", fault.Field("kind", "没有这种报表")
	}
	if d.annual && !f.Quarter.IsZero() {
		f.Quarter = lastOfYear(f.Quarter)
	}
	reach, err := s.reaches(by)
	if err != nil {
		return nil, "", err
	}
	items, err = listIssues(ctx, s.db, reach, f)
	if err == nil && len(items) > f.Limit {
		items = items[:f.Limit]
		next = items[f.Limit-1].ID.String()
	}
	return items, next, err
}

// OpenIssue opens the workbook of an issue: the very bytes that were issued, for
// those whose scope covers the issue's. Who took it is on record.
func (s *Service) OpenIssue(ctx context.Context, by access.Actor, id uuid.UUID) (Issue, *os.File, error) {
	reach, err := s.reaches(by)
	if err != nil {
		return Issue{}, nil, err
	}
	i, err := findIssue(ctx, s.db, reach, id)
	if err != nil {
		return Issue{}, nil, err
	}
	_, body, err := s.files.Open(ctx, by.Unit, i.file)
	if err != nil {
		return Issue{}, nil, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "report.download", Object: "report", ObjectID: i.ID,
			Summary: "下载" + i.Name + " " + i.Number})
	})
	if err != nil {
		_ = body.Close()
		return Issue{}, nil, err
	}
	return i, body, nil
}

// reaches asks the policy for each kind of report.
func (s *Service) reaches(by access.Actor) (reaches, error) {
	r := reaches{}
	for _, d := range Definitions() {
		scope, err := s.policy.Decide(by, d.Read())
		switch {
		case err == nil:
			r[d.Kind] = scope
		case !fault.Is(err, fault.Forbidden):
			return nil, err
		}
	}
	return r, nil
}
