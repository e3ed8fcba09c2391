// Package migrations holds the schema, one file for one purpose, only forward.
package migrations

import "embed"

// FS is every migration, for goose.
//
//go:embed *.sql
var FS embed.FS
