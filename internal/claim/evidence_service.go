package claim

import (
	"context"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
)

// maxFiles bounds the evidence of one claim.
const maxFiles = 10

// Evidence is a file that shows what a claim says.
type Evidence struct {
	file.File
	Caption string `json:"caption"`
}

// Attached is evidence with how its claim stands since.
type Attached struct {
	Evidence
	Version int `json:"version" doc:"Of the claim's content: the next change names it"`
}

// Attach adds evidence to a claim that is in the claimant's hand. The bytes are
// stored and synced before the row commits. The claim's version grows: who looked at
// it without this file has not seen it.
func (s *Service) Attach(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, name, caption string, body io.Reader) (out Attached, err error) {
	caption = strings.TrimSpace(caption)
	if utf8.RuneCountInString(caption) > 100 {
		return out, fault.Field("caption", "附件说明不能超过 100 个字")
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error { // before anything is written to disk
		_, _, err := s.lockOpen(ctx, tx, by, scope, id)
		return err
	})
	if err != nil {
		return out, err
	}
	blob, err := s.files.Store(ctx, by, name, body)
	if err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		c, _, err := s.lockOpen(ctx, tx, by, scope, id)
		if err != nil {
			return err
		}
		f, err := s.files.Add(ctx, tx, by, blob)
		if err != nil {
			return err
		}
		n, err := attach(ctx, tx, by.Unit, c.ID, f.ID, caption)
		if err != nil {
			return err
		}
		if n > maxFiles {
			return fault.Newf(fault.RuleBroken, "一项申报最多 %d 个附件，请合并后再上传", maxFiles)
		}
		c.Version++
		if err := saveContent(ctx, tx, by.Unit, c); err != nil {
			return err
		}
		out = Attached{Evidence{f, caption}, c.Version}
		return s.record(ctx, tx, by, "claim.attach", c, "上传证明材料“"+f.Name+"”到"+c.name(), map[string]any{"file": f.ID, "size": f.Size})
	})
	return out, err
}

// Detach takes a file off a claim that is in the claimant's hand.
func (s *Service) Detach(ctx context.Context, by access.Actor, scope access.Scope, id, fileID uuid.UUID) (out Saved, err error) {
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		c, _, err := s.lockOpen(ctx, tx, by, scope, id)
		if err != nil {
			return err
		}
		name, err := detach(ctx, tx, by.Unit, c.ID, fileID)
		if err != nil {
			return err
		}
		if err := s.files.Remove(ctx, tx, by.Unit, fileID); err != nil {
			return err
		}
		c.Version++
		if err := saveContent(ctx, tx, by.Unit, c); err != nil {
			return err
		}
		out = c.saved()
		return s.record(ctx, tx, by, "claim.detach", c, "从"+c.name()+"移除证明材料“"+name+"”", map[string]any{"file": fileID})
	})
	return out, err
}

// OpenEvidence opens a file of a claim that may be read; the caller closes it. scope
// is that of claim.read.
func (s *Service) OpenEvidence(ctx context.Context, by access.Actor, scope access.Scope, id, fileID uuid.UUID) (file.File, *os.File, error) {
	if err := findEvidence(ctx, s.db, by, scope, id, fileID); err != nil {
		return file.File{}, nil, err
	}
	return s.files.Open(ctx, by.Unit, fileID)
}
