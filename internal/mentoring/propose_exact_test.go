package mentoring

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// drawField is a small office with full mentors, unfit ones, locks (also on who cannot)
// and exclusions.
func drawField(t *rapid.T) Field {
	f := Field{Mentees: make([]Young, rapid.IntRange(1, 3).Draw(t, "mentees")), Mentors: make([]Mentor, rapid.IntRange(1, 4).Draw(t, "mentors"))}
	who := func(n int) uuid.UUID { return uuid.UUID{15: byte(n + 1)} } //nolint:gosec // a few
	for i := range f.Mentees {
		f.Mentees[i] = Young{PersonID: who(i), DepartmentID: who(90 + rapid.IntRange(0, 1).Draw(t, "house")), Line: fmt.Sprint(rapid.IntRange(0, 1).Draw(t, "line"))}
	}
	for i := range f.Mentors {
		f.Mentors[i] = Mentor{PersonID: who(20 + i), DepartmentID: who(90 + rapid.IntRange(0, 1).Draw(t, "house")), Line: fmt.Sprint(rapid.IntRange(0, 1).Draw(t, "line")),
			Political: rapid.Bool().Draw(t, "political"), Professional: rapid.Bool().Draw(t, "professional"), Here: true, FullMember: rapid.IntRange(0, 4).Draw(t, "full") > 0,
			Mentees: rapid.IntRange(0, 2).Draw(t, "load"), WorkYears: 5 * rapid.IntRange(0, 5).Draw(t, "work"), PartyYears: 5 * rapid.IntRange(0, 5).Draw(t, "party")}
		f.Mentors[i].Room = 2 - f.Mentors[i].Mentees
	}
	for _, e := range f.Mentees {
		for _, m := range f.Mentors {
			switch rapid.IntRange(0, 9).Draw(t, "wish") {
			case 0:
				f.Wishes = append(f.Wishes, Wish{Kind: Exclude, MenteeID: e.PersonID, MentorID: m.PersonID})
			case 1:
				role := rapid.SampledFrom([]string{Political, Professional}).Draw(t, "role")
				locks, _ := f.wishes()
				if _, taken := locks[lockOf{e.PersonID, role}]; !taken {
					f.Wishes = append(f.Wishes, Wish{Kind: Lock, Role: role, MenteeID: e.PersonID, MentorID: m.PersonID})
				}
			}
		}
	}
	return f
}

// value is what a choice of mentors by role is worth: roles filled, locks kept, cost; ok
// says that it breaks no rule.
func (f Field) value(match []int) (filled, kept int, cost int64, ok bool) {
	locks, excluded := f.wishes()
	held := make([]int, len(f.Mentors))
	for s, k := range match {
		if k < 0 {
			continue
		}
		e, m, role := f.Mentees[s/2], f.Mentors[k], []string{Political, Professional}[s%2]
		lock, locked := locks[lockOf{e.PersonID, role}]
		if m.unfit(role) != "" || excluded[Exclusion{e.PersonID, m.PersonID}] || locked && lock != m.PersonID || held[k] >= m.Room || match[s^1] == k {
			return 0, 0, 0, false
		}
		cost += int64(m.Mentees+held[k]) * costLoad
		held[k]++
		filled++
		if locked {
			kept++
		} else {
			cost += m.costFor(e, role)
		}
	}
	return filled, kept, cost, true
}

// Limits, exclusions, locks and the rule of two people hold, and nothing better can be
// had: more roles, then more wishes, then less cost. The order of the input is nothing.
func TestProposeIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := drawField(t)
		drawn := f.Propose()
		match := make([]int, 2*len(f.Mentees))
		for i, p := range drawn { // by id, as they were made
			for k, found := range []*ProposedMentor{p.Political, p.Professional} {
				match[2*i+k] = -1
				for m := range f.Mentors {
					if found != nil && f.Mentors[m].PersonID == found.MentorID {
						match[2*i+k] = m
					}
				}
			}
			if (p.Political != nil && p.Professional != nil) != (len(p.Missing) == 0) {
				t.Fatalf("says %v", p.Missing)
			}
		}
		filled, kept, cost, ok := f.value(match)
		if !ok {
			t.Fatalf("breaks a rule: %v", match)
		}
		try := make([]int, len(match))
		var all func(s int)
		all = func(s int) {
			if s == len(try) {
				n, k, c, ok := f.value(try)
				if ok && (n > filled || n == filled && (k > kept || k == kept && c < cost)) {
					t.Fatalf("%v is worth %d, %d, %d; %v would be %d, %d, %d", match, filled, kept, cost, try, n, k, c)
				}
				return
			}
			for try[s] = -1; try[s] < len(f.Mentors); try[s]++ {
				all(s + 1)
			}
		}
		all(0)
		turned := Field{Mentees: rapid.Permutation(f.Mentees).Draw(t, "mentees"), Mentors: rapid.Permutation(f.Mentors).Draw(t, "mentors"), Wishes: rapid.Permutation(f.Wishes).Draw(t, "wishes")}
		if !reflect.DeepEqual(turned.Propose(), drawn) {
			t.Fatal("another order, another proposal")
		}
	})
}
