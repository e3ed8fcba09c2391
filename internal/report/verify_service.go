package report

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/audit"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/sheet"
)

// Verify says whether a file is a report of ours and unchanged. Whoever holds a
// file may ask, and what is told goes no further than what they hold: the original
// of a changed one is told only where their scope covers the issue. Who asked, and
// what came out, is on record.
func (s *Service) Verify(ctx context.Context, by access.Actor, scope access.Scope, data []byte) (Verification, error) {
	v, id, err := s.verify(ctx, by, scope, data)
	if err != nil {
		return Verification{}, err
	}
	v.Said = v.said()
	sum := sha256.Sum256(data)
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		return audit.Record(ctx, tx, by, s.now(), audit.Entry{Action: "report.verify", Object: "report", ObjectID: id,
			Summary: "核验报表文件：" + v.Said, Detail: map[string]any{"verdict": v.Verdict, "sha256": fmt.Sprintf("%x", sum)}})
	})
	return v, err
}

func (s *Service) verify(ctx context.Context, by access.Actor, scope access.Scope, data []byte) (Verification, uuid.UUID, error) {
	v := Verification{Verdict: Unknown, Differences: []Difference{}}
	i, found, err := issueOfBytes(ctx, s.db, by.Unit, sha256.Sum256(data))
	if err != nil {
		return v, uuid.Nil, err
	}
	if found {
		v.Verdict, v.Number = Unchanged, i.Number
		v.Issue, err = s.verified(ctx, by, scope, i)
		return v, i.ID, err
	}
	book, err := sheet.Open(data, verifyLimits())
	if err != nil {
		return v, uuid.Nil, err
	}
	printed, err := imprintOf(book)
	if err != nil {
		return v, uuid.Nil, err
	}
	v.Number = printed.number
	if i, found, err = issueOfNumber(ctx, s.db, by.Unit, printed.number); err != nil || !found {
		return v, uuid.Nil, err
	}
	kept, err := s.kept(ctx, by.Unit, i)
	if err != nil {
		return v, i.ID, err
	}
	c, err := compare(kept, book)
	if err != nil {
		return v, i.ID, err
	}
	told, err := s.verified(ctx, by, scope, i)
	if err != nil {
		return v, i.ID, err
	}
	if c.total == 0 {
		v.Verdict, v.Issue = Resaved, told
		return v, i.ID, nil
	}
	original, err := imprintOf(kept)
	if err != nil || printed.unit != original.unit && printed.proof != original.proof {
		return v, i.ID, err // another office counts its reports as we do
	}
	v.Verdict = Changed
	if told.ID != nil {
		v.Issue, v.Different, v.Differences = told, c.total, c.first
	}
	return v, i.ID, nil
}

// verified tells an issue, with its id where the actor may open it.
func (s *Service) verified(ctx context.Context, by access.Actor, scope access.Scope, i Issue) (*VerifiedIssue, error) {
	out := &VerifiedIssue{Number: i.Number, Name: i.Name, Quarter: i.Quarter, ScopeNote: i.ScopeNote, IssuedBy: i.IssuedBy, IssuedAt: i.IssuedAt}
	if i.ReplacedBy != nil {
		out.ReplacedBy = i.ReplacedBy.Number
	}
	reach := everywhere(scope.Unit())
	if !scope.Whole() { // a request's; of a command that nobody is named for it is
		var err error
		if reach, err = s.reaches(by); err != nil {
			return nil, err
		}
	}
	switch _, err := findIssue(ctx, s.db, reach, i.ID); {
	case err == nil:
		out.ID = &i.ID
	case !fault.Is(err, fault.NotFound):
		return nil, err
	}
	return out, nil
}

// kept opens the workbook of an issue as it was issued.
func (s *Service) kept(ctx context.Context, unit uuid.UUID, i Issue) (*sheet.Book, error) {
	f, body, err := s.files.Open(ctx, unit, i.file)
	if err != nil {
		return nil, err
	}
	defer func() { _ = body.Close() }()
	data, err := io.ReadAll(body)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", i.FileName(), err)
	}
	if sha256.Sum256(data) != f.SHA256() {
		return nil, fault.New(fault.Internal, "存档的报表文件已损坏，无法比对，请告诉管理员从备份恢复")
	}
	limits := verifyLimits()
	limits.File, limits.Part, limits.Unpacked = len(data), 1<<30, 2<<30 // we wrote it
	return sheet.Open(data, limits)
}
