package httpd

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io/fs"
	"mime"
	"path"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// pages serves the built UI from memory, compressed once at start. Hashed assets
// never change; index.html is asked for anew each time.
type pages struct {
	files map[string]page
}

type page struct {
	plain, packed []byte
	media         string
	forever       bool
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
			var b bytes.Buffer
			z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
			if err != nil {
				return fmt.Errorf("gzip: %w", err)
			}
			if _, err := z.Write(body); err != nil {
				return fmt.Errorf("gzip %s: %w", name, err)
			}
			if err := z.Close(); err != nil {
				return fmt.Errorf("gzip %s: %w", name, err)
			}
			f.packed = b.Bytes()
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
		c.Set(fiber.HeaderContentEncoding, "gzip")
		return c.Send(f.packed)
	}
	return c.Send(f.plain)
}
