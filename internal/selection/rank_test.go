package selection

import (
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func placesOf(ps []Placing) []int {
	out := make([]int, len(ps))
	for i, p := range ps {
		out[i] = p.Place
	}
	return out
}

func TestRank(t *testing.T) {
	base := Standing{Headcount: 10, Points: 90000, Deductions: 2, Deducted: -300, DutyOwed: 3, DutyMet: 2}
	with := func(change func(*Standing)) Standing {
		s := base
		change(&s)
		return s
	}
	for _, c := range []struct {
		name string
		in   []Standing
		want []int
	}{
		{"nobody", nil, []int{}},
		{"the average decides, not the sum", []Standing{{Headcount: 20, Points: 187250}, {Headcount: 19, Points: 178000}}, []int{2, 1}},
		{"a third is more than 0.33", []Standing{{Headcount: 3, Points: 100}, {Headcount: 100, Points: 3333}}, []int{1, 2}},
		{"both would round to 93.63", []Standing{{Headcount: 20, Points: 187250}, {Headcount: 20, Points: 187251}}, []int{2, 1}},
		{"the same average of other numbers", []Standing{{Headcount: 2, Points: 15001}, {Headcount: 4, Points: 30002}}, []int{1, 1}},
		{"fewer deductions", []Standing{base, with(func(s *Standing) { s.Deductions = 1 })}, []int{2, 1}},
		{"as many, a smaller sum", []Standing{base, with(func(s *Standing) { s.Deducted = -200 })}, []int{2, 1}},
		{"fewer come before smaller", []Standing{with(func(s *Standing) { s.Deductions, s.Deducted = 1, -900 }), base}, []int{1, 2}},
		{"duty completion", []Standing{base, with(func(s *Standing) { s.DutyMet = 3 })}, []int{2, 1}},
		{"two of three is less than five of seven", []Standing{base, with(func(s *Standing) { s.DutyOwed, s.DutyMet = 7, 5 })}, []int{2, 1}},
		{"two of three is four of six", []Standing{base, with(func(s *Standing) { s.DutyOwed, s.DutyMet = 6, 4 })}, []int{1, 1}},
		{"who owed nothing left nothing undone", []Standing{base, with(func(s *Standing) { s.DutyOwed, s.DutyMet = 0, 0 })}, []int{2, 1}},
		{"the holder keeps it", []Standing{base, with(func(s *Standing) { s.Holds = true })}, []int{2, 1}},
		{"the holder does not keep it against a better duty", []Standing{with(func(s *Standing) { s.Holds = true }), with(func(s *Standing) { s.DutyMet = 3 })}, []int{2, 1}},
		{"a tie that is left", []Standing{base, base, with(func(s *Standing) { s.Points = 80000 }), with(func(s *Standing) { s.Points = 70000 })}, []int{1, 1, 3, 4}},
		{"a veto", []Standing{with(func(s *Standing) { s.Vetoes, s.Points = 1, 99000 }), base}, []int{0, 1}},
		{"an empty group", []Standing{{}, base}, []int{0, 1}},
		{"all out", []Standing{{}, with(func(s *Standing) { s.Vetoes = 2 }), with(func(s *Standing) { s.Out = excludedObjected })}, []int{0, 0, 0}},
		{"points below nothing", []Standing{{Headcount: 2, Points: -100}, {Headcount: 4, Points: -100}}, []int{2, 1}},
	} {
		if got := placesOf(Rank(c.in)); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	for s, want := range map[Standing]string{{}: excludedEmpty, {Headcount: 1, Vetoes: 1}: excludedVeto, {Vetoes: 1, Out: excludedCommittee}: excludedCommittee} {
		if got := Rank([]Standing{s})[0]; got.Excluded != want || got.Place != 0 {
			t.Errorf("%+v: %+v, want %s", s, got, want)
		}
	}
}

// better is rule 19 once more, slowly and in fractions.
func better(a, b Standing) bool {
	frac := func(n, d int) *big.Rat {
		if d == 0 {
			return big.NewRat(1, 1)
		}
		return big.NewRat(int64(n), int64(d))
	}
	if c := frac(a.Points, a.Headcount).Cmp(frac(b.Points, b.Headcount)); c != 0 {
		return c > 0
	}
	if a.Deductions != b.Deductions {
		return a.Deductions < b.Deductions
	}
	if a.Deducted != b.Deducted {
		return a.Deducted > b.Deducted
	}
	if c := frac(a.DutyMet, a.DutyOwed).Cmp(frac(b.DutyMet, b.DutyOwed)); c != 0 {
		return c > 0
	}
	return a.Holds && !b.Holds
}

func TestRankAgainstReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Standing {
			s := Standing{Headcount: rapid.IntRange(0, 4).Draw(t, "heads"), Points: rapid.IntRange(-2, 6).Draw(t, "points") * 100,
				Deductions: rapid.IntRange(0, 1).Draw(t, "n"), Deducted: -rapid.IntRange(0, 1).Draw(t, "sum") * 100,
				Vetoes: max(0, rapid.IntRange(-4, 1).Draw(t, "vetoes")), DutyOwed: rapid.IntRange(0, 3).Draw(t, "owed"), Holds: rapid.Bool().Draw(t, "holds")}
			s.DutyMet = rapid.IntRange(0, s.DutyOwed).Draw(t, "met")
			if rapid.IntRange(0, 9).Draw(t, "out") == 0 {
				s.Out = excludedObjected
			}
			return s
		}), 0, 12).Draw(t, "standings")
		in := func(s Standing) bool { return s.Headcount > 0 && s.Vetoes == 0 && s.Out == "" }
		for i, p := range Rank(all) {
			want := 0
			if in(all[i]) {
				want = 1
				for _, o := range all {
					if in(o) && better(o, all[i]) {
						want++
					}
				}
			}
			if p.Place != want || (p.Excluded == "") != (want > 0) {
				t.Fatalf("%d of %+v: %+v, want %d", i, all, p, want)
			}
		}
	})
}

func TestAverages(t *testing.T) {
	for _, c := range []struct{ points, heads, want int }{{187250, 20, 9363}, {0, 0, 0}, {100, 3, 33}, {200, 3, 67}, {-100, 3, -33}, {-5, 2, -3}, {5, 2, 3}} {
		if got := average(c.points, c.heads); got != c.want {
			t.Errorf("%d ÷ %d = %d, want %d", c.points, c.heads, got, c.want)
		}
	}
	if c := change(187250, 20, 187210, 20); c == nil || *c != 2 { // 93.625 − 93.605, rounded once
		t.Errorf("change: %v", c)
	}
	if c := change(100, 3, 0, 0); c != nil {
		t.Errorf("compared with a quarter without books: %d", *c)
	}
}
