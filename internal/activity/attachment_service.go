package activity

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

// maxFiles bounds the attachments of one version.
const maxFiles = 30

// Attach adds evidence to a draft. The bytes are stored and synced before the row
// commits. A confirmed record takes none: that is an amendment. scope is that of
// activity.record.
func (s *Service) Attach(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, name, caption string, body io.Reader) (out Attachment, err error) {
	caption = strings.TrimSpace(caption)
	if utf8.RuneCountInString(caption) > 100 {
		return out, fault.Field("caption", "附件说明不能超过 100 个字")
	}
	if err := s.drafting(ctx, scope, id); err != nil { // before anything is written to disk
		return out, err
	}
	blob, err := s.files.Store(ctx, by, name, body)
	if err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		v, err := lockForFiles(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		f, err := s.files.Add(ctx, tx, by, blob)
		if err != nil {
			return err
		}
		n, err := attach(ctx, tx, by.Unit, v.ID, f.ID, caption)
		if err != nil {
			return err
		}
		if n > maxFiles {
			return fault.Newf(fault.RuleBroken, "一条记录最多 %d 个附件，请合并后再上传", maxFiles)
		}
		out = Attachment{f, caption}
		return s.record(ctx, tx, by, "activity.attach", *v, "上传附件“"+f.Name+"”到活动“"+v.Title+"”", map[string]any{"file": f.ID, "size": f.Size})
	})
	return out, err
}

// drafting refuses early what lockForFiles would refuse in the end.
func (s *Service) drafting(ctx context.Context, scope access.Scope, id uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		_, err := lockForFiles(ctx, tx, scope, id)
		return err
	})
}

func lockForFiles(ctx context.Context, tx bun.Tx, scope access.Scope, id uuid.UUID) (*version, error) {
	draft, _, err := lockRecord(ctx, tx, scope, id)
	if err == nil && draft == nil {
		err = fault.New(fault.RuleBroken, "已确认的记录不能直接增删附件，请先点“更正”")
	}
	return draft, err
}

// Detach takes a file off a draft. Earlier versions keep theirs.
func (s *Service) Detach(ctx context.Context, by access.Actor, scope access.Scope, id, fileID uuid.UUID) error {
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		v, err := lockForFiles(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		name, last, err := detach(ctx, tx, by.Unit, v.ID, fileID)
		if err != nil {
			return err
		}
		if last {
			if err := s.files.Remove(ctx, tx, by.Unit, fileID); err != nil {
				return err
			}
		}
		return s.record(ctx, tx, by, "activity.detach", *v, "从活动“"+v.Title+"”移除附件“"+name+"”", map[string]any{"file": fileID})
	})
}

// OpenFile opens an attachment of any version that may be read; the caller closes
// it. scope is that of activity.read.
func (s *Service) OpenFile(ctx context.Context, by access.Actor, scope access.Scope, id, fileID uuid.UUID) (file.File, *os.File, error) {
	record, err := s.reach(by, needRecord())
	if err != nil {
		return file.File{}, nil, err
	}
	if err := findAttachment(ctx, s.db, scope, record, id, fileID); err != nil {
		return file.File{}, nil, err
	}
	return s.files.Open(ctx, by.Unit, fileID)
}
