package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
)

var xPlain = regexp.MustCompile(`([0-9.]+) x_plain`)

// roster runs the import's own benchmark, which knows the parsed roster that no
// request can hand in.
func (b *bench) roster(ctx context.Context) ([]figure, error) {
	times := "3x"
	if b.quick {
		times = "1x"
	}
	said, err := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", "BenchmarkImport$", "-benchtime", times, "./internal/org").CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("%w: %s", err, said)
	}
	m := xPlain.FindSubmatch(said)
	if m == nil {
		return nil, fmt.Errorf("go test said: %s", said)
	}
	ratio, err := strconv.ParseFloat(string(m[1]), 64)
	f := figure{row: "roster", work: "roster of 10,000 imported: previewed and confirmed, after parsing", value: "–",
		against: "the same rows by INSERT … SELECT unnest", ratio: ratio}
	return []figure{f.atMost(3)}, err
}
