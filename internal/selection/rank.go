package selection

import (
	"cmp"
	"slices"
)

// Standing is what the pennant is decided by (rule 19): a group's points of a
// quarter, and what breaks a tie.
type Standing struct {
	Headcount  int // with a ledger on the quarter's last day
	Points     int // hundredths, of all of them
	Deductions int // entries that still stand
	Deducted   int // hundredths, ≤ 0
	Vetoes     int // entries that still stand
	DutyOwed   int
	DutyMet    int
	Holds      bool   // the pennant of the quarter before
	Out        string // why the group is out whatever it has gained: an upheld objection, its own committee
}

// Placing is where a standing comes. Place is 0 for one that is out, for the reason
// in Excluded; standings that nothing tells apart share a place.
type Placing struct {
	Place    int
	Excluded string
}

// Rank places the standings of one quarter by rule 19: average per head, then fewer
// deductions (entries, then their sum), then duty completion, then the holder. A tie
// that is left is left to people: its standings share a place, and the next place
// counts them all.
func Rank(all []Standing) []Placing {
	out := make([]Placing, len(all))
	var in []int
	for i, s := range all {
		if out[i].Excluded = s.excluded(); out[i].Excluded == "" {
			in = append(in, i)
		}
	}
	slices.SortStableFunc(in, func(a, b int) int { return compare(all[a], all[b]) })
	for n, i := range in {
		out[i].Place = n + 1
		if n > 0 && compare(all[in[n-1]], all[i]) == 0 {
			out[i].Place = out[in[n-1]].Place
		}
	}
	return out
}

func (s Standing) excluded() string {
	switch {
	case s.Out != "":
		return s.Out
	case s.Headcount == 0:
		return excludedEmpty
	case s.Vetoes > 0:
		return excludedVeto
	}
	return ""
}

// compare is negative where a comes before b. Averages and completions are compared
// as fractions, crosswise: rounding would make ties of what is none.
func compare(a, b Standing) int {
	return cmp.Or(
		cmp.Compare(int64(b.Points)*int64(a.Headcount), int64(a.Points)*int64(b.Headcount)),
		cmp.Compare(a.Deductions, b.Deductions),
		cmp.Compare(b.Deducted, a.Deducted),
		b.completion(a),
		first(a.Holds, b.Holds),
	)
}

// completion compares a group's duty completion with another's. Who owed nothing
// left nothing undone.
func (s Standing) completion(o Standing) int {
	met, owed := s.share()
	otherMet, otherOwed := o.share()
	return cmp.Compare(met*otherOwed, otherMet*owed)
}

func (s Standing) share() (met, owed int64) {
	if s.DutyOwed == 0 {
		return 1, 1
	}
	return int64(s.DutyMet), int64(s.DutyOwed)
}

func first(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// average is points per head in hundredths, rounded half away from zero: what is
// shown, never what is compared.
func average(points, heads int) int {
	if heads == 0 {
		return 0
	}
	return rounded(int64(points), int64(heads))
}

// change is how much an average moved since the quarter before, rounded once from
// the exact difference. There is none where there was no quarter before.
func change(points, heads, before, headsBefore int) *int {
	if heads == 0 || headsBefore == 0 {
		return nil
	}
	n := rounded(int64(points)*int64(headsBefore)-int64(before)*int64(heads), int64(heads)*int64(headsBefore))
	return &n
}

func rounded(n, d int64) int {
	if n < 0 {
		return -int((-n*2 + d) / (2 * d))
	}
	return int((n*2 + d) / (2 * d))
}
