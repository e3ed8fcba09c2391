package mentoring

import "math"

// never is the cost of what may not be.
const never = math.MaxInt64

// assigner finds who mentors whom: as many roles filled as can be, and of all ways to
// do that one of least cost. It is exact: successive shortest paths on the network
//
//	source → role of a mentee → (mentee, mentor), once → mentor, by room → sink
//
// where the node in the middle is what keeps one mentor from both roles of a mentee.
// That node is not built: a role that wants the mentor whom the mentee's other role has
// goes on from the other role (see relaxRole). Slot 2i and 2i+1 are the two roles of
// mentee i; ties fall as the order of the input decides, so the caller sorts it.
type assigner struct {
	cost  [][]int64                 // by slot and mentor; never, or not negative
	room  []int                     // by mentor: how many more they take
	extra func(mentor, n int) int64 // cost of their n-th new mentee beside; grows with n, from 0 on
	match []int                     // by slot: the mentor, or -1
	held  [][]int                   // by mentor: their slots
	price []int64                   // by node: the distance so far, which keeps reduced costs ≥ 0
	dist  []int64
	from  []int
	done  []bool
}

// assign gives each slot its mentor, or -1.
func assign(cost [][]int64, room []int, extra func(mentor, n int) int64) []int {
	nodes := len(cost) + len(room) + 2
	a := &assigner{cost: cost, room: room, extra: extra, match: make([]int, len(cost)), held: make([][]int, len(room)),
		price: make([]int64, nodes), dist: make([]int64, nodes), from: make([]int, nodes), done: make([]bool, nodes)}
	for s := range a.match {
		a.match[s] = -1
	}
	for a.augment() {
	}
	return a.match
}

// The nodes: slots, then mentors, then these two.
func (a *assigner) source() int { return len(a.cost) + len(a.room) }
func (a *assigner) sink() int   { return len(a.cost) + len(a.room) + 1 }

// augment fills one more role by the cheapest chain of changes; false when none is left
// that can be filled.
func (a *assigner) augment() bool {
	for v := range a.dist {
		a.dist[v], a.from[v], a.done[v] = never, -1, false
	}
	a.dist[a.source()] = 0
	for {
		u := a.nearest()
		if u < 0 {
			return false
		}
		if u == a.sink() {
			break
		}
		a.done[u] = true
		switch {
		case u == a.source():
			for s, m := range a.match {
				if m < 0 {
					a.reach(u, s, 0)
				}
			}
		case u < len(a.cost):
			a.relaxRole(u)
		default:
			a.relaxMentor(u)
		}
	}
	far := a.dist[a.sink()]
	for v := range a.price {
		a.price[v] += min(a.dist[v], far)
	}
	a.change()
	return true
}

func (a *assigner) nearest() int {
	best := -1
	for v, d := range a.dist {
		if !a.done[v] && d < never && (best < 0 || d < a.dist[best]) {
			best = v
		}
	}
	return best
}

func (a *assigner) reach(u, v int, cost int64) {
	if a.done[v] {
		return
	}
	if d := a.dist[u] + cost + a.price[u] - a.price[v]; d < a.dist[v] {
		a.dist[v], a.from[v] = d, u
	}
}

// relaxRole goes from a role to every mentor it may have; to the one of the mentee's
// other role by taking them from there, so that the other role looks on.
func (a *assigner) relaxRole(s int) {
	other := s ^ 1
	for m, c := range a.cost[s] {
		switch {
		case c == never || m == a.match[s]:
		case m == a.match[other]:
			a.reach(s, other, c-a.cost[other][m])
		default:
			a.reach(s, len(a.cost)+m, c)
		}
	}
}

// relaxMentor goes on to the sink while there is room, and to each role that the mentor
// has and might give back.
func (a *assigner) relaxMentor(u int) {
	m := u - len(a.cost)
	for _, s := range a.held[m] {
		a.reach(u, s, -a.cost[s][m])
	}
	if n := len(a.held[m]); n < a.room[m] {
		a.reach(u, a.sink(), a.extra(m, n))
	}
}

// change walks the path found back from the sink: each role on it takes the mentor
// before it, and what it had goes to the one that reached it.
func (a *assigner) change() {
	given := a.from[a.sink()] - len(a.cost)
	s := a.from[len(a.cost)+given]
	for {
		had := a.match[s]
		a.match[s] = given
		p := a.from[s]
		if p == a.source() {
			break
		}
		given = had
		if s = p; p >= len(a.cost) {
			s = a.from[p]
		}
	}
	for m := range a.held {
		a.held[m] = a.held[m][:0]
	}
	for s, m := range a.match {
		if m >= 0 {
			a.held[m] = append(a.held[m], s)
		}
	}
}
