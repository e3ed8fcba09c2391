package app

import (
	"io"
	"log/slog"
	"os"
	"time"

	"xianfeng/internal/db"
	"xianfeng/internal/keyring"
)

// WriteDocument writes the OpenAPI document of every route, made without a
// database.
func WriteDocument(cfg Config, w io.Writer) error {
	dir, err := os.MkdirTemp("", "xianfeng-openapi-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	cfg.Data = dir
	a, err := build(db.Unconnected(), cfg, keyring.New(), time.Now, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return err
	}
	s, err := a.Server()
	if err != nil {
		return err
	}
	return s.API.WriteDocument(w)
}
