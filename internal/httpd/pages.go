package httpd

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"mime"
	"path"
	"strings"
	"sync"

	"github.com/gofiber/fiber/v2"
)

// pages serves the built UI from memory, each file compressed once, when it is first
// asked for: a start does not wait for it. Hashed assets never change; index.html
// is asked for anew each time.
type pages struct {
	files map[string]page
}

type page struct {
	plain   []byte
	packed  func() []byte // nil where it is not worth it
	media   string
	forever bool
}

const notBuilt = "<!doctype html><html lang=zh-CN><meta charset=utf-8><title>先锋</title><p>页面尚未构建，请运行 <code>make web</code> 后重新编译。"

func newPages(ui fs.FS) (*pages, error) {
	p := &pages{files: map[string]page{}}
	err := fs.WalkDir(ui, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := fs.ReadFile(ui, name)
		if err != nil {
			return err
		}
		media := mime.TypeByExtension(path.Ext(name))
		if media == "" {
			media = "application/octet-stream"
		}
		f := page{plain: body, media: media, forever: strings.HasPrefix(name, "assets/")}
		if len(body) > 1024 && (strings.HasPrefix(media, "text/") || strings.Contains(media, "javascript") ||
			strings.Contains(media, "json") || strings.Contains(media, "svg")) {
			f.packed = sync.OnceValue(func() []byte { return pack(body) })
		}
		p.files["/"+name] = f
		return nil
	})
	if err != nil {
		return nil, err
	}
	if _, ok := p.files["/index.html"]; !ok {
		p.files["/index.html"] = page{plain: []byte(notBuilt), media: "text/html; charset=utf-8"}
	}
	return p, nil
}

// pack compresses, or gives nothing where that fails.
func pack(body []byte) []byte {
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err == nil {
		_, err = z.Write(body)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		return nil
	}
	return b.Bytes()
}

func (p *pages) serve(c *fiber.Ctx) error {
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		return fiber.ErrNotFound
	}
	f, ok := p.files[path.Clean(c.Path())]
	if !ok {
		if path.Ext(c.Path()) != "" { // a missing chunk must not become a page
			return fiber.ErrNotFound
		}
		f = p.files["/index.html"]
	}
	c.Set(fiber.HeaderContentType, f.media)
	if f.forever {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	} else {
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	c.Vary(fiber.HeaderAcceptEncoding)
	if f.packed != nil && c.AcceptsEncodings("gzip") == "gzip" {
		if packed := f.packed(); packed != nil {
			c.Set(fiber.HeaderContentEncoding, "gzip")
			return c.Send(packed)
		}
	}
	return c.Send(f.plain)
}
