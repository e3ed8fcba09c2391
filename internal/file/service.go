package file

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// Service stores and opens files.
type Service struct {
	db   *bun.DB
	disk disk
	now  calendar.Clock
}

// NewService makes the service on a directory, which it creates; of a data
// directory that is files/.
func NewService(d *bun.DB, dir string, now calendar.Clock) (*Service, error) {
	k, err := openDisk(dir)
	return &Service{d, k, now}, err
}

// Store takes bytes in: checked by content against the list of formats, complete
// and synced when it returns. It goes before the transaction whose Add names the
// blob. An error of r is passed on, so that a producer may refuse.
func (s *Service) Store(ctx context.Context, _ access.Actor, name string, r io.Reader) (Blob, error) {
	var b Blob
	sum, size, err := s.disk.put(ctx, r, func(f *os.File, size int64) error {
		kind, err := detect(f, size, name)
		if err != nil {
			return err
		}
		b.Name, err = kind.fit(name)
		b.MediaType, b.Note = kind.media, kind.note
		return err
	})
	b.SHA256, b.Size = sum, size
	if err != nil {
		return Blob{}, err
	}
	return b, nil
}

// Add makes the row of a stored blob, in the transaction of whoever owns it.
func (s *Service) Add(ctx context.Context, tx bun.Tx, by access.Actor, b Blob) (File, error) {
	f := File{ID: db.NewID(), Name: b.Name, MediaType: b.MediaType, Size: b.Size, CreatedAt: s.now(), Note: b.Note, sha256: b.SHA256}
	return f, insertFile(ctx, tx, by.Unit, by.Account, f)
}

// Open gives a file and its bytes, to be closed by the caller. Whether somebody
// may see it is asked of its owner before.
func (s *Service) Open(ctx context.Context, unit, id uuid.UUID) (File, *os.File, error) {
	f, err := findFile(ctx, s.db, unit, id)
	if err != nil {
		return File{}, nil, err
	}
	body, err := s.disk.open(f.sha256)
	if err != nil {
		return File{}, nil, err
	}
	info, err := body.Stat()
	if err == nil && info.Size() != f.Size {
		err = fault.New(fault.Internal, "附件的内容与登记的大小不符，请告诉管理员从备份恢复")
	}
	if err != nil {
		_ = body.Close()
		return File{}, nil, err
	}
	return f, body, nil
}

// Remove takes away rows that nothing names any more; Sweep takes the bytes.
func (s *Service) Remove(ctx context.Context, tx bun.Tx, unit uuid.UUID, ids ...uuid.UUID) error {
	return deleteFiles(ctx, tx, unit, ids)
}

// orphanAge is how long bytes may lie without a row: longer than any upload and
// the transaction behind it.
const orphanAge = 24 * time.Hour

// aside marks a file that a sweep has taken out of its place to look at again.
const aside = ".aside"

// Sweep removes bytes that no row names and that came more than a day ago, and
// says how many. It may run beside uploads of the very same bytes: a file is first
// taken aside, and put back when it turns out to be fresh or named after all. One
// sweep at a time; what a killed one left aside, the next one sees to.
func (s *Service) Sweep(ctx context.Context) (removed int, err error) {
	limit := s.now().Add(-orphanAge)
	err = s.disk.each(func(p string, sum [32]byte, info fs.FileInfo) error {
		if !strings.HasSuffix(p, aside) { // one left aside goes back, or away, at once
			if info.ModTime().After(limit) {
				return nil
			}
			if used, err := fileExists(ctx, s.db, sum); err != nil || used {
				return err
			}
		}
		gone, err := s.sweepOne(ctx, sum, p, limit)
		if gone {
			removed++
		}
		return err
	})
	return removed, errors.Join(err, s.sweepTemporary(limit))
}

func (s *Service) sweepOne(ctx context.Context, sum [32]byte, p string, limit time.Time) (bool, error) {
	home := s.disk.path(sum)
	taken := home + aside
	if p != taken {
		if err := os.Rename(home, taken); err != nil {
			return false, ignoreMissing(err)
		}
	}
	info, err := os.Stat(taken)
	if err != nil {
		return false, ignoreMissing(err)
	}
	used, err := fileExists(ctx, s.db, sum)
	if err != nil || used || info.ModTime().After(limit) {
		return false, errors.Join(err, ignoreMissing(os.Rename(taken, home)))
	}
	if err := os.Remove(taken); err != nil {
		return false, ignoreMissing(err)
	}
	return true, nil
}

// sweepTemporary removes what a killed server left half written.
func (s *Service) sweepTemporary(limit time.Time) error {
	dir := filepath.Join(s.disk.dir, "tmp")
	entries, err := os.ReadDir(dir)
	if err != nil {
		return ignoreMissing(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err == nil && info.ModTime().Before(limit) {
			err = os.Remove(filepath.Join(dir, e.Name()))
		}
		if ignoreMissing(err) != nil {
			return err
		}
	}
	return nil
}

// ignoreMissing takes a file that another server was faster with for done.
func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
