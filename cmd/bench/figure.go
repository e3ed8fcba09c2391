package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
)

// figure is one line of the table.
type figure struct {
	work    string
	value   string // what the product needs or reaches
	against string // and the other
	ratio   float64
	goal    string
	reached bool
	row     string // for -only
}

func (f figure) String() string {
	verdict := "reached"
	switch {
	case f.goal == "":
		verdict = ""
	case !f.reached:
		verdict = "MISSED"
	}
	ratio := ""
	if f.ratio != 0 {
		ratio = fmt.Sprintf("%.2f", f.ratio)
	}
	return fmt.Sprintf("%s | %s | %s | %s | %s | %s | %s", f.work, f.value, cmp.Or(f.against, "–"), cmp.Or(ratio, "–"), cmp.Or(f.goal, "–"), verdict, command(f.row))
}

func command(row string) string { return "`go run ./cmd/bench -only " + row + "`" }

// atLeast and atMost judge a ratio.
func (f figure) atLeast(least float64) figure {
	f.goal, f.reached = fmt.Sprintf("≥ %.2f", least), f.ratio >= least
	return f
}

func (f figure) atMost(most float64) figure {
	f.goal, f.reached = fmt.Sprintf("≤ %.2f", most), f.ratio <= most
	return f
}

// within judges a plain number against its bound.
func (f figure) within(n, most float64, unit string) figure {
	f.value = fmt.Sprintf("%.3g %s", n, unit)
	f.goal, f.reached = fmt.Sprintf("≤ %g %s", most, unit), n <= most
	return f
}

func printTable(w io.Writer, table []figure, quick bool) {
	fmt.Fprint(w, "\n| work | figure | against | ratio | goal | | command |\n|---|---|---|---|---|---|---|\n")
	for _, f := range table {
		fmt.Fprintf(w, "| %s |\n", f)
	}
	if quick {
		fmt.Fprintln(w, "\n-quick: too little data and time to be quoted.")
	}
}

func median[T cmp.Ordered](of []T) T {
	s := slices.Sorted(slices.Values(of))
	return s[len(s)/2]
}

// pair is what both sides did, round by round.
type pair struct{ ours, bare []float64 }

// ratio is the median of the rounds' ratios, each round's two sides having run
// one right after the other.
func (p pair) ratio() float64 {
	r := make([]float64, len(p.ours))
	for i := range r {
		r[i] = p.ours[i] / p.bare[i]
	}
	return median(r)
}

// turns lets both sides run in turns, a first unmeasured round to warm up. The
// order changes from round to round.
func turns(rounds int, ours, bare func() (float64, error)) (pair, error) {
	var p pair
	for i := range rounds + 1 {
		sides := []func() (float64, error){ours, bare}
		var got [2]float64
		for _, side := range []int{i % 2, 1 - i%2} {
			n, err := sides[side]()
			if err != nil {
				return p, err
			}
			got[side] = n
		}
		if i > 0 {
			p.ours, p.bare = append(p.ours, got[0]), append(p.bare, got[1])
		}
	}
	return p, nil
}

// timed makes a side out of something to be timed, in seconds.
func timed(fn func() error) func() (float64, error) {
	return func() (float64, error) {
		start := time.Now()
		err := fn()
		return time.Since(start).Seconds(), err
	}
}

func perSecond(n float64) string { return fmt.Sprintf("%.0f/s", n) }

func milliseconds(seconds float64) string { return fmt.Sprintf("%.3g ms", seconds*1000) }

// oneLine makes a text fit for a table or a log.
func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
