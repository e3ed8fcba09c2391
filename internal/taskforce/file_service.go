package taskforce

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

// Files lists the files of a taskforce, in the order they came. scope is that of
// taskforce.read.
func (s *Service) Files(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (out []Attachment, err error) {
	may, err := s.hands(by)
	if err != nil {
		return nil, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, "")
		if err != nil {
			return err
		}
		if out, err = files(ctx, tx, by.Unit, id); err != nil {
			return err
		}
		for i := range out {
			out[i].CanRemove = st.filing() == nil && may.over(st, out[i].AddedBy.ID, by)
		}
		return nil
	})
	return out, err
}

// AddFile adds a file to a taskforce, to an outcome or to a note of it. The bytes are
// stored and synced before the row commits. scope is that of taskforce.log.
func (s *Service) AddFile(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in FileInput, body io.Reader) (out Attachment, err error) {
	in.Caption = strings.TrimSpace(in.Caption)
	switch {
	case utf8.RuneCountInString(in.Caption) > 100 || strings.ContainsRune(in.Caption, 0):
		return out, fault.Field("caption", "附件说明不能超过 100 个字")
	case in.Outcome != uuid.Nil && in.Note != uuid.Nil:
		return out, fault.Field("note_id", "附件属于成果或纪实之一，请只选一项")
	}
	allowed := func(ctx context.Context, tx bun.Tx) (stage, error) {
		st, err := findStage(ctx, tx, scope, id, forShare)
		if err == nil {
			err = st.filing()
		}
		if err == nil {
			err = ownerOfFile(ctx, tx, by.Unit, id, in.Outcome, in.Note)
		}
		return st, err
	}
	// Before anything is written to disk.
	if err := db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error { _, err := allowed(ctx, tx); return err }); err != nil {
		return out, err
	}
	blob, err := s.files.Store(ctx, by, in.Name, body)
	if err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := allowed(ctx, tx)
		if err != nil {
			return err
		}
		f, err := s.files.Add(ctx, tx, by, blob)
		if err != nil {
			return err
		}
		a := Attachment{File: f, Caption: in.Caption, Outcome: in.Outcome, Note: in.Note, AddedBy: PersonRef{by.Person, by.Name}, AddedAt: s.now(), CanRemove: true}
		n, err := insertFile(ctx, tx, by.Unit, id, a)
		if err != nil {
			return err
		}
		if n > maxFiles {
			return fault.Newf(fault.RuleBroken, "最多保存 %d 个附件，请合并后再上传", maxFiles)
		}
		out = a
		return s.tell(ctx, tx, by, "taskforce.attach", st, "上传附件“"+f.Name+"”到“"+st.Name+"”", map[string]any{"file": f.ID, "size": f.Size})
	})
	return out, err
}

// OpenFile opens a file of a taskforce; the caller closes it. scope is that of
// taskforce.read.
func (s *Service) OpenFile(ctx context.Context, by access.Actor, scope access.Scope, id, fileID uuid.UUID) (file.File, *os.File, error) {
	st, err := findStage(ctx, s.db, scope, id, "")
	if err != nil {
		return file.File{}, nil, err
	}
	if _, _, err := fileRow(ctx, s.db, by.Unit, st.ID, fileID); err != nil {
		return file.File{}, nil, err
	}
	return s.files.Open(ctx, by.Unit, fileID)
}

// RemoveFile takes a file off again: one's own, or any with taskforce.work. scope is
// that of taskforce.log.
func (s *Service) RemoveFile(ctx context.Context, by access.Actor, scope access.Scope, id, fileID uuid.UUID) error {
	may, err := s.hands(by)
	if err != nil {
		return err
	}
	return db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, forShare)
		if err != nil {
			return err
		}
		if err := st.filing(); err != nil {
			return err
		}
		name, author, err := fileRow(ctx, tx, by.Unit, id, fileID)
		if err != nil {
			return err
		}
		if !may.over(st, author, by) {
			return fault.New(fault.Forbidden, "只有上传人和负责人可以移除这个附件")
		}
		if err := deleteFile(ctx, tx, by.Unit, id, fileID); err != nil {
			return err
		}
		if err := s.files.Remove(ctx, tx, by.Unit, fileID); err != nil {
			return err
		}
		return s.tell(ctx, tx, by, "taskforce.detach", st, "从“"+st.Name+"”移除附件“"+name+"”", map[string]any{"file": fileID})
	})
}
