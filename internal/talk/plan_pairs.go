package talk

import (
	"slices"

	"github.com/google/uuid"
)

// pairUp sees that each of the people talks with at least one other of them. What was
// held, or cancelled by hand, counts, and what is planned between two who are still
// here stays; who is left is
// paired with preference for the same group and against the pairs of last year, and an
// odd one joins another.
func (l *ledger) pairUp(kind string, people []uuid.UUID) {
	served := map[uuid.UUID]int{}
	for _, t := range l.talks {
		if t.Type == kind && l.ofYear(t) && t.held() {
			l.matched[t.ID] = true
			served[t.Talker]++
			served[t.Partner]++
		}
	}
	for key, t := range l.off {
		if key.kind == kind {
			served[t.Talker]++
			served[t.Partner]++
		}
	}
	for _, t := range l.talks {
		if t.Type != kind || !l.ofYear(t) || t.held() || l.matched[t.ID] ||
			!slices.Contains(people, t.Talker) || !slices.Contains(people, t.Partner) || served[t.Talker] > 0 && served[t.Partner] > 0 {
			continue
		}
		served[t.Talker]++
		served[t.Partner]++
		l.want(kind, []uuid.UUID{t.Talker}, t.Partner, t)
	}
	var rest []uuid.UUID
	for _, p := range people {
		if served[p] == 0 {
			rest = append(rest, p)
		}
	}
	couples, odd := l.couples(rest)
	for _, c := range couples {
		served[c[0]]++
		served[c[1]]++
		l.wantPair(kind, c[0], c[1])
	}
	if odd == uuid.Nil {
		return
	}
	var with uuid.UUID
	for _, p := range people {
		if p == odd {
			continue
		}
		if with == uuid.Nil || fewer(l.reluctance(odd, p), served[p], l.reluctance(odd, with), served[with]) {
			with = p
		}
	}
	l.wantPair(kind, odd, with)
}

// fewer compares by the first, then by the second.
func fewer(a, b, c, d int) bool { return a < c || a == c && b < d }

// reluctance is what speaks against two: the pair of last year more than two groups.
func (l *ledger) reluctance(a, b uuid.UUID) int {
	n := 0
	if l.lastYear[pairOf(a, b)] {
		n += 2
	}
	if l.at[a].Group != l.at[b].Group {
		n++
	}
	return n
}

// couples pairs people who have nobody yet, those of a group first, and then lets two
// pairs change partners as long as that is better. Of an odd number one is left.
func (l *ledger) couples(people []uuid.UUID) (out [][2]uuid.UUID, odd uuid.UUID) {
	list := slices.Clone(people)
	slices.SortStableFunc(list, func(a, b uuid.UUID) int {
		ga, gb := l.at[a].Group, l.at[b].Group
		return slices.Compare(ga[:], gb[:])
	})
	var over []uuid.UUID // the odd one of each group
	for i := 0; i < len(list); {
		j := i
		for j < len(list) && l.at[list[j]].Group == l.at[list[i]].Group {
			j++
		}
		for ; i+1 < j; i += 2 {
			out = append(out, [2]uuid.UUID{list[i], list[i+1]})
		}
		if i < j {
			over = append(over, list[i])
		}
		i = j
	}
	for ; len(over) > 1; over = over[2:] {
		out = append(out, [2]uuid.UUID{over[0], over[1]})
	}
	if len(over) == 1 {
		odd = over[0]
	}
	for l.improve(out) {
		continue
	}
	return out, odd
}

// improve lets one pair of pairs change partners; false: none is better off.
func (l *ledger) improve(all [][2]uuid.UUID) bool {
	for i := range all {
		for j := i + 1; j < len(all); j++ {
			a, b, c, d := all[i][0], all[i][1], all[j][0], all[j][1]
			now := l.reluctance(a, b) + l.reluctance(c, d)
			if now == 0 {
				continue
			}
			if l.reluctance(a, c)+l.reluctance(b, d) < now {
				all[i], all[j] = [2]uuid.UUID{a, c}, [2]uuid.UUID{b, d}
				return true
			}
			if l.reluctance(a, d)+l.reluctance(c, b) < now {
				all[i], all[j] = [2]uuid.UUID{a, d}, [2]uuid.UUID{c, b}
				return true
			}
		}
	}
	return false
}
