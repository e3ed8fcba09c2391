package taskforce

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
)

// ArchivedParts tells what an archived taskforce's bundle holds.
type ArchivedParts struct {
	Name       string        `json:"name" doc:"Of the bundle, as it is saved"`
	ArchivedAt time.Time     `json:"archived_at"`
	Items      []ArchivePart `json:"items"`
	Size       int64         `json:"size" doc:"Bytes of all parts"`
}

// ArchivePart is one file of the bundle.
type ArchivePart struct {
	Path   string `json:"path"`
	Size   int64  `json:"size" doc:"Bytes"`
	SHA256 string `json:"sha256"`
}

// Archive freezes a concluded taskforce and makes the parts of its bundle: workbooks of
// what it was and what it held, and every attachment. Nothing about it may be open: the
// appraisals are written and its records confirmed. scope is that of taskforce.archive.
func (s *Service) Archive(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, version int) (out Stepped, err error) {
	// The workbooks are made of one snapshot and stored before the transaction that
	// names them; that nothing came between is asked of the row again.
	var d dossier
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, "")
		if err != nil {
			return err
		}
		if err := s.archivable(ctx, tx, by, st, version); err != nil {
			return err
		}
		d, err = s.gather(ctx, tx, by, st)
		return err
	})
	if err != nil {
		return out, err
	}
	at := s.now().Truncate(time.Second)
	blobs, err := s.bind(ctx, by, d, at)
	if err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, forUpdate)
		if err != nil {
			return err
		}
		if err := s.archivable(ctx, tx, by, st, version); err != nil {
			return err
		}
		now, err := s.gather(ctx, tx, by, st)
		if err != nil {
			return err
		}
		if now.print() != d.print() {
			return fault.New(fault.Conflict, "归档时内容刚有变化，请刷新后再试")
		}
		parts := make([]part, 0, len(blobs)+len(d.evidence))
		for _, b := range blobs {
			f, err := s.files.Add(ctx, tx, by, b)
			if err != nil {
				return err
			}
			parts = append(parts, part{b.Name, f.ID, b.SHA256, b.Size})
		}
		parts = append(parts, layOut(d.evidence)...)
		if err := insertParts(ctx, tx, by.Unit, id, parts); err != nil {
			return err
		}
		if err := archive(ctx, tx, by, id, at); err != nil {
			return err
		}
		out = Stepped{Archived, st.Version + 1}
		return s.tell(ctx, tx, by, "taskforce.archive", st, fmt.Sprintf("归档“%s”，共 %d 个文件", st.Name, len(parts)), map[string]any{"parts": len(parts)})
	})
	return out, err
}

// archivable refuses what is not ready to be archived, and says what is missing.
func (s *Service) archivable(ctx context.Context, tx bun.Tx, by access.Actor, st stage, version int) error {
	switch st.State {
	case Concluded:
	case Archived:
		return fault.New(fault.Conflict, "“"+st.Name+"”已经归档，请刷新后查看")
	default:
		return fault.New(fault.RuleBroken, "“"+st.Name+"”还没有结项，结项后才能归档")
	}
	if err := st.seen(version); err != nil {
		return err
	}
	if st.Appraised {
		all, err := s.served(ctx, tx, by.Unit, st)
		if err != nil {
			return err
		}
		var missing []string
		for _, v := range all {
			if v.Appraisal == nil {
				missing = append(missing, v.Person.Name)
			}
		}
		if len(missing) > 0 {
			return fault.Newf(fault.RuleBroken, "还有 %d 人没有写鉴定，请先写完：%s", len(missing), some(missing))
		}
	}
	drafts, err := unconfirmed(ctx, tx, by.Unit, st.ID)
	if err == nil && len(drafts) > 0 {
		err = fault.Newf(fault.RuleBroken, "还有 %d 条活动记录没有确认，请先确认或删除：%s", len(drafts), some(drafts))
	}
	return err
}

// bind writes the workbooks of the bundle and stores them.
func (s *Service) bind(ctx context.Context, by access.Actor, d dossier, at time.Time) ([]file.Blob, error) {
	var out []file.Blob
	for _, book := range []struct {
		name  string
		write func(w io.Writer) error
	}{
		{statusBook, func(w io.Writer) error { return d.writeStatus(w, by, at) }},
		{activityBook, func(w io.Writer) error { return d.writeActivities(w, by, at) }},
	} {
		r, w := io.Pipe()
		go func() { w.CloseWithError(book.write(w)) }()
		b, err := s.files.Store(ctx, by, book.name, r)
		_ = r.Close() // ends the writer where the store gave up
		if err != nil {
			return nil, err
		}
		out = append(out, b)
	}
	return out, nil
}

// bundlePlace is where somebody has to read appraisals to have the whole bundle.
func bundlePlace(by access.Actor, id uuid.UUID) access.Place {
	return access.Place{Unit: by.Unit, Project: id}
}

// mayDownload refuses the bundle to whom it would tell more than they may read: it
// holds everybody's appraisals.
func (s *Service) mayDownload(by access.Actor, id uuid.UUID) error {
	read, err := s.reach(by, needAppraisal("read"))
	if err == nil && !read.Covers(bundlePlace(by, id)) {
		err = fault.New(fault.Forbidden, "档案里有全体成员的鉴定，请由机关党委或院领导下载")
	}
	return err
}

// Parts tells what the bundle holds. scope is that of taskforce.read.
func (s *Service) Parts(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (out ArchivedParts, err error) {
	st, parts, err := s.bundled(ctx, by, scope, id)
	if err != nil {
		return out, err
	}
	out = ArchivedParts{Name: bundleName(st), ArchivedAt: *st.ArchivedAt, Items: make([]ArchivePart, len(parts))}
	for i, p := range parts {
		out.Items[i] = ArchivePart{p.Path, p.Size, fmt.Sprintf("%x", p.SHA256)}
		out.Size += p.Size
	}
	return out, nil
}

func (s *Service) bundled(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (st stage, parts []part, err error) {
	if st, err = findStage(ctx, s.db, scope, id, ""); err != nil {
		return st, nil, err
	}
	if err := s.mayDownload(by, id); err != nil {
		return st, nil, err
	}
	if st.State != Archived {
		return st, nil, fault.New(fault.RuleBroken, "“"+st.Name+"”还没有归档，归档后才能下载")
	}
	parts, err = archiveParts(ctx, s.db, by.Unit, id)
	return st, parts, err
}

func bundleName(st stage) string { return safeName(st.Name, 60) + "档案.zip" }

// Bundle streams the archive as a zip, the same bytes each time; the caller closes it.
// scope is that of taskforce.read.
func (s *Service) Bundle(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID) (name string, body io.ReadCloser, err error) {
	st, parts, err := s.bundled(ctx, by, scope, id)
	if err != nil {
		return "", nil, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		by.Key = "" // a download has no answer to keep
		return s.tell(ctx, tx, by, "taskforce.bundle", st, "下载“"+st.Name+"”的档案", nil)
	})
	if err != nil {
		return "", nil, err
	}
	r, w := io.Pipe()
	// The request's context ends when its handler returns; the stream ends with its
	// reader.
	ctx = context.WithoutCancel(ctx)
	go func() { w.CloseWithError(s.pack(ctx, by.Unit, w, parts, *st.ArchivedAt)) }()
	return bundleName(st), r, nil
}

// pack writes the parts as they lie, then their sums. They are stored, not deflated:
// what lies in an archive for years must not hang on a compressor's version, and
// workbooks, pictures and PDF are packed already.
func (s *Service) pack(ctx context.Context, unit uuid.UUID, w io.Writer, parts []part, at time.Time) error {
	z := zip.NewWriter(w)
	create := func(name string) (io.Writer, error) {
		return z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store, Modified: at.In(calendar.Shanghai)})
	}
	for _, p := range parts {
		to, err := create(p.Path)
		if err != nil {
			return err
		}
		if err := s.copyPart(ctx, unit, to, p); err != nil {
			return fmt.Errorf("bundle: %s: %w", p.Path, err)
		}
	}
	to, err := create(sumsFile)
	if err == nil {
		_, err = io.WriteString(to, sums(parts))
	}
	return errors.Join(err, z.Close())
}

// copyPart copies a part, and fails where its bytes are no longer those archived: the
// download then breaks off instead of handing out something else.
func (s *Service) copyPart(ctx context.Context, unit uuid.UUID, to io.Writer, p part) error {
	_, body, err := s.files.Open(ctx, unit, p.File)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	h := sha256.New()
	if _, err := io.Copy(io.MultiWriter(to, h), body); err != nil {
		return err
	}
	if [32]byte(h.Sum(nil)) != p.SHA256 {
		return errors.New("the stored bytes are not those that were archived")
	}
	return nil
}
