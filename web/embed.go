// Package web carries the built user interface inside the binary.
package web

import "embed"

// Dist holds the files that `npm run build` writes. Before the first build it
// holds nothing but .gitkeep, which is there so that this package compiles.
//
//go:embed all:dist
var Dist embed.FS
