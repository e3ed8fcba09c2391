package mentoring

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

// worth is how many roles a match fills and what it costs; ok says that it keeps room
// and the rule of two people.
func worth(cost [][]int64, room []int, extra func(int, int) int64, match []int) (filled int, sum int64, ok bool) {
	held := make([]int, len(room))
	for s, m := range match {
		if m < 0 {
			continue
		}
		if cost[s][m] == never || held[m] >= room[m] || match[s^1] == m {
			return 0, 0, false
		}
		sum += cost[s][m] + extra(m, held[m])
		held[m]++
		filled++
	}
	return filled, sum, true
}

// brute tries everything.
func brute(cost [][]int64, room []int, extra func(int, int) int64) (most int, least int64) {
	match := make([]int, len(cost))
	for s := range match {
		match[s] = -1
	}
	most, least = 0, 0
	first := true
	var try func(s int)
	try = func(s int) {
		if s == len(match) {
			if n, c, ok := worth(cost, room, extra, match); ok && (first || n > most || n == most && c < least) {
				most, least, first = n, c, false
			}
			return
		}
		for m := -1; m < len(room); m++ {
			if m >= 0 && cost[s][m] == never {
				continue
			}
			match[s] = m
			try(s + 1)
		}
		match[s] = -1
	}
	try(0)
	return most, least
}

func TestAssignIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		mentees, mentors := rapid.IntRange(0, 3).Draw(t, "mentees"), rapid.IntRange(0, 4).Draw(t, "mentors")
		cost := make([][]int64, 2*mentees)
		for s := range cost {
			cost[s] = make([]int64, mentors)
			for m := range cost[s] {
				// Few values, so that many ways are worth the same.
				c := rapid.IntRange(-2, 4).Draw(t, "cost")
				if cost[s][m] = int64(c); c < 0 {
					cost[s][m] = never
				}
			}
		}
		room := make([]int, mentors)
		for m := range room {
			room[m] = rapid.IntRange(0, 2).Draw(t, "room")
		}
		step := int64(rapid.IntRange(0, 3).Draw(t, "step"))
		extra := func(_, n int) int64 { return int64(n) * step }
		match := assign(cost, room, extra)
		n, c, ok := worth(cost, room, extra, match)
		if !ok {
			t.Fatalf("breaks the rules: %v", match)
		}
		if most, least := brute(cost, room, extra); n != most || c != least {
			t.Fatalf("fills %d for %d, could fill %d for %d: %v", n, c, most, least, match)
		}
	})
}

// The other role gives its mentor up where only that lets both be filled.
func TestAssignSwapsWithinAMentee(t *testing.T) {
	cost := [][]int64{{0, 5}, {0, never}}
	match := assign(cost, []int{1, 1}, func(int, int) int64 { return 0 })
	if match[0] != 1 || match[1] != 0 {
		t.Errorf("got %v", match)
	}
}

// An office of the size that the issue names. The time is printed and not judged here:
// cmd/bench does.
func TestProposeForAProvince(t *testing.T) {
	f := Sample(200, 300)
	start := time.Now()
	drawn := f.Propose()
	t.Logf("200 mentees × 300 mentors: %v", time.Since(start))
	for _, p := range drawn {
		if p.Political == nil || p.Professional == nil || p.Political.MentorID == p.Professional.MentorID {
			t.Fatalf("%+v", p)
		}
	}
	if len(drawn) != 200 {
		t.Errorf("%d proposals", len(drawn))
	}
}
