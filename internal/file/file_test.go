package file

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/testdb"
)

func TestMain(m *testing.M) { os.Exit(testdb.Run(m)) }

// packed makes a ZIP of names and contents.
func packed(t testing.TB, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err == nil {
			_, err = io.WriteString(w, parts[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// oldOfficeFile has the head of a compound file and these names in its directory.
func oldOfficeFile(streams ...string) string {
	b := []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600))
	for _, s := range streams {
		for _, u := range utf16.Encode([]rune(s + "\x00")) {
			b = append(b, byte(u), byte(u>>8))
		}
	}
	return string(b)
}

const docxTypes = `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`
const xlsxTypes = `<Types><Override ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`

func TestFormats(t *testing.T) {
	ftyp := func(brand string) string { return "\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x00\x00" }
	for name, c := range map[string]struct{ content, want string }{
		"会议记录.pdf":          {"%PDF-1.7 …", "会议记录.pdf application/pdf"},
		"photo.JPG":         {"\xff\xd8\xff\xe0 …", "photo.JPG image/jpeg"},
		"p.png":             {"\x89PNG\r\n\x1a\n…", "p.png image/png"},
		"p.webp":            {"RIFF\x00\x00\x00\x00WEBPVP8 ", "p.webp image/webp"},
		"IMG_1.HEIC":        {ftyp("heic"), "IMG_1.HEIC image/heic"},
		"v.mp4":             {ftyp("isom"), "v.mp4 video/mp4"},
		"a.mp3":             {"ID3\x03…", "a.mp3 audio/mpeg"},
		"b.mp3":             {"\xff\xfb\x90…", "b.mp3 audio/mpeg"},
		"决议.docx":           {packed(t, "[Content_Types].xml", docxTypes, "word/document.xml", "<w/>"), "决议.docx application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
		"表.xlsx":            {packed(t, "[Content_Types].xml", xlsxTypes), "表.xlsx application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
		"红头.ofd":            {packed(t, "OFD.xml", "<OFD/>"), "红头.ofd application/ofd"},
		"旧.doc":             {oldOfficeFile("WordDocument"), "旧.doc application/msword"},
		"旧.wps":             {oldOfficeFile("WordDocument"), "旧.wps application/msword"},
		"旧.xls":             {oldOfficeFile("Workbook"), "旧.xls application/vnd.ms-excel"},
		"说明.txt":            {"第一行\r\n第二行", "说明.txt text/plain"},
		"gbk.txt":           {"\xb5\xb3\xbf\xce", "gbk.txt text/plain"},
		"无后缀":               {"%PDF-1.4", "无后缀.pdf application/pdf"},
		"../../etc/passwd":  {"%PDF-1.4", "passwd.pdf application/pdf"},
		`C:\a\..\秘密.pdf`:    {"%PDF-1.4", "秘密.pdf application/pdf"},
		"..":                {"%PDF-1.4", "附件.pdf application/pdf"},
		".pdf":              {"%PDF-1.4", "pdf.pdf application/pdf"},
		"":                  {"%PDF-1.4", "附件.pdf application/pdf"},
		"a\r\nX: y\x00.pdf": {"%PDF-1.4", "aX_ y.pdf application/pdf"},
		"fdp.\u202egpj.pdf": {"%PDF-1.4", "fdp.gpj.pdf application/pdf"},

		"照片.png":     {"\xff\xd8\xff\xe0", "内容却是JPEG 图片"},
		"run.exe":    {"%PDF-1.4", "内容却是PDF"},
		"x.pdf.html": {"%PDF-1.4", "内容却是PDF"},
		"evil.pdf":   {"MZ\x90\x00", "不支持这种文件"},
		"page.html":  {"<script>", "不支持这种文件"},
		"pic.svg":    {"<svg onload=x>", "不支持这种文件"},
		"b.txt":      {"ab\x00c", "不支持这种文件"},
		"empty.pdf":  {"", "文件是空的"},
		"m.docm":     {packed(t, "[Content_Types].xml", strings.ReplaceAll(docxTypes, "openxmlformats-officedocument.wordprocessingml.document.main", "ms-word.document.macroEnabled.main")), "文档里有宏"},
		"m.docx":     {packed(t, "[Content_Types].xml", docxTypes, "word/vbaProject.bin", "…"), "文档里有宏"},
		"m.xlsx":     {packed(t, "[Content_Types].xml", xlsxTypes, "xl/macrosheets/sheet1.xml", "…"), "文档里有宏"},
		"m.doc":      {oldOfficeFile("WordDocument", "_VBA_PROJECT"), "文档里有宏"},
		"m.xls":      {oldOfficeFile("Workbook", "_VBA_PROJECT_CUR"), "文档里有宏"},
		"setup.doc":  {oldOfficeFile("Installer"), "不支持这种文件"},
		"a.zip":      {packed(t, "a.exe", "MZ"), "不支持压缩包"},
		"cut.docx":   {packed(t, "[Content_Types].xml", docxTypes)[:60], "已损坏"},
	} {
		f, err := detect(strings.NewReader(c.content), int64(len(c.content)), name)
		got := ""
		if err == nil {
			got, err = f.fit(name)
			got += " " + f.media
		}
		if err != nil {
			got = err.Error()
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", name, err)
			}
		}
		if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
			t.Errorf("%q: %s, want %s", name, got, c.want)
		}
	}
	if n := cleanName(strings.Repeat("很", 500) + ".pdf"); len([]rune(n)) != maxName || !strings.HasSuffix(n, ".pdf") {
		t.Errorf("a long name became %d characters", len([]rune(n)))
	}
}

type keeper struct {
	*Service
	t   testing.TB
	by  access.Actor
	db  *bun.DB
	dir string
}

func newKeeper(t testing.TB, now func() time.Time) keeper {
	t.Helper()
	d, dir := testdb.New(t), t.TempDir()
	f := testdb.Office(t, d)
	s, err := NewService(d, dir, now)
	if err != nil {
		t.Fatal(err)
	}
	return keeper{s, t, f.Actor("secretary1"), d, dir}
}

func (k keeper) store(content string) Blob {
	k.t.Helper()
	b, err := k.Store(context.Background(), k.by, "a.pdf", strings.NewReader(content))
	if err != nil {
		k.t.Fatal(err)
	}
	return b
}

func (k keeper) add(b Blob) File {
	k.t.Helper()
	var f File
	err := db.Transact(context.Background(), k.db, func(ctx context.Context, tx bun.Tx) (err error) {
		f, err = k.Add(ctx, tx, k.by, b)
		return err
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return f
}

func (k keeper) read(id uuid.UUID) string {
	k.t.Helper()
	_, body, err := k.Open(context.Background(), k.by.Unit, id)
	if err != nil {
		k.t.Fatal(err)
	}
	defer body.Close()
	b, err := io.ReadAll(body)
	if err != nil {
		k.t.Fatal(err)
	}
	return string(b)
}

// age makes every stored byte look two days old.
func (k keeper) age() {
	k.t.Helper()
	old := time.Now().Add(-48 * time.Hour)
	err := filepath.WalkDir(k.dir, func(p string, _ os.DirEntry, err error) error { return errors.Join(err, os.Chtimes(p, old, old)) })
	if err != nil {
		k.t.Fatal(err)
	}
}

func TestStoreAndOpen(t *testing.T) {
	k := newKeeper(t, time.Now)
	ctx := context.Background()
	one, two := k.add(k.store("%PDF-1.7 same")), k.add(k.store("%PDF-1.7 same"))
	if one.ID == two.ID || one.SHA256() != two.SHA256() {
		t.Error("two rows of the same bytes")
	}
	if got := k.read(two.ID); got != "%PDF-1.7 same" {
		t.Errorf("read %q", got)
	}
	if _, _, err := k.Open(ctx, uuid.New(), one.ID); !fault.Is(err, fault.NotFound) {
		t.Errorf("another unit opened it: %v", err)
	}
	_, err := k.Store(ctx, k.by, "big.pdf", io.MultiReader(strings.NewReader("%PDF-"), io.LimitReader(zeros{}, MaxSize)))
	if !fault.Is(err, fault.TooLarge) {
		t.Errorf("too large: %v", err)
	}
	cut := errors.New("line dropped")
	if _, err := k.Store(ctx, k.by, "a.pdf", io.MultiReader(strings.NewReader("%PDF-"), broken{cut})); !errors.Is(err, cut) {
		t.Errorf("broken upload: %v", err)
	}
	if left, err := os.ReadDir(filepath.Join(k.dir, "tmp")); err != nil || len(left) != 0 {
		t.Errorf("left over: %v, %v", left, err)
	}
	if err := os.Truncate(k.disk.path(one.SHA256()), 3); err != nil {
		t.Fatal(err)
	}
	if _, _, err := k.Open(ctx, k.by.Unit, one.ID); !fault.Is(err, fault.Internal) {
		t.Errorf("damaged bytes were served: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

type broken struct{ err error }

func (b broken) Read([]byte) (int, error) { return 0, b.err }

func TestSweep(t *testing.T) {
	k := newKeeper(t, time.Now)
	ctx := context.Background()
	sweep := func(want int) {
		t.Helper()
		if n, err := k.Sweep(ctx); err != nil || n != want {
			t.Errorf("swept %d, %v; want %d", n, err, want)
		}
	}
	kept := k.add(k.store("%PDF- kept"))
	orphan := k.store("%PDF- orphan")
	if err := os.WriteFile(filepath.Join(k.dir, "tmp", "in-1"), []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	sweep(0) // all of it is fresh
	k.age()
	fresh := k.store("%PDF- fresh")
	sweep(1)
	if _, err := k.disk.open(orphan.SHA256); err == nil {
		t.Error("the orphan is still there")
	}
	if _, err := os.Stat(filepath.Join(k.dir, "tmp", "in-1")); err == nil {
		t.Error("half an upload is still there")
	}
	if k.read(kept.ID) != "%PDF- kept" || k.read(k.add(fresh).ID) != "%PDF- fresh" {
		t.Error("swept too much")
	}
	// A sweep that was killed left one aside.
	home := k.disk.path(kept.SHA256())
	if err := os.Rename(home, home+aside); err != nil {
		t.Fatal(err)
	}
	sweep(0)
	if k.read(kept.ID) != "%PDF- kept" {
		t.Error("not put back")
	}
	// The row goes, the bytes follow.
	err := db.Transact(ctx, k.db, func(ctx context.Context, tx bun.Tx) error { return k.Remove(ctx, tx, k.by.Unit, kept.ID) })
	if err != nil {
		t.Fatal(err)
	}
	k.age()
	sweep(1)
}

// Bytes that are old and unnamed come in again while sweeps run: what was stored
// and named is never lost.
func TestSweepBesideUploads(t *testing.T) {
	k := newKeeper(t, time.Now)
	ctx := context.Background()
	stop := make(chan struct{})
	var wait sync.WaitGroup
	wait.Add(1)
	go func() {
		defer wait.Done()
		for {
			select {
			case <-stop:
				return
			default:
				if _, err := k.Sweep(ctx); err != nil {
					t.Error(err)
					return
				}
			}
		}
	}()
	for i := range 60 {
		content := "%PDF- again " + string(rune('a'+i%26))
		old := time.Now().Add(-48 * time.Hour)
		first := k.store(content)
		_ = os.Chtimes(k.disk.path(first.SHA256), old, old) // gone already when the sweep was faster
		f := k.add(k.store(content))
		if i%2 == 0 {
			if err := db.Transact(ctx, k.db, func(ctx context.Context, tx bun.Tx) error { return k.Remove(ctx, tx, k.by.Unit, f.ID) }); err != nil {
				t.Fatal(err)
			}
			continue
		}
		defer func() {
			if got := k.read(f.ID); got != content {
				t.Errorf("lost %q", content)
			}
		}()
	}
	close(stop)
	wait.Wait()
}

// Whatever comes in, it is taken under a name of its own format or refused.
func FuzzDetect(f *testing.F) {
	for _, s := range []string{"%PDF-1.7", "\xff\xd8\xff\xe0", "RIFF\x00\x00\x00\x00WEBPVP8 ", "\x00\x00\x00\x18ftypheic", "ID3",
		packed(f, "[Content_Types].xml", docxTypes), packed(f, "OFD.xml", "x"), oldOfficeFile("WordDocument"), "text"} {
		f.Add(s, "名字.pdf")
		f.Add(s, `..\x.txt`)
	}
	f.Fuzz(func(t *testing.T, content, name string) {
		kind, err := detect(strings.NewReader(content), int64(len(content)), name)
		if err != nil {
			return
		}
		if got, err := kind.fit(name); err == nil && (got == "" || strings.ContainsAny(got, "/\\\x00\r\n") || len([]rune(got)) > maxName+10) {
			t.Errorf("%q is kept under %q", name, got)
		}
	})
}
