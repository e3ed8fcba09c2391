package schedule

// search is a shortest-path search from one appointment through the slots, over and
// over with the same memory. Going from a full slot, somebody in it goes to another:
// home again is a move less, away from home a move more. As the matching is of least
// cost, no round trip gains, and the search ends.
type search struct {
	cost    []int // slot: moves*step + how many are displaced
	from    []int // slot: who comes into it
	seen    []bool
	queued  []bool
	queue   []int
	reached []int
}

// step sets moves above the number displaced on the way.
const step = 1 << 24

func newSearch(slots int) *search {
	return &search{cost: make([]int, slots), from: make([]int, slots), seen: make([]bool, slots), queued: make([]bool, slots)}
}

func (f *search) reset() {
	for _, s := range f.reached {
		f.seen[s] = false
	}
	f.reached, f.queue = f.reached[:0], f.queue[:0]
}

func (f *search) offer(s, cost, by int) {
	if f.seen[s] && f.cost[s] <= cost {
		return
	}
	if !f.seen[s] {
		f.seen[s] = true
		f.reached = append(f.reached, s)
	}
	f.cost[s], f.from[s] = cost, by
	if !f.queued[s] {
		f.queued[s] = true
		f.queue = append(f.queue, s)
	}
}

// explore finds the cheapest way into every slot that a can reach; closed ones only
// where they are asked for.
func (n *network) explore(a int, closed bool) {
	f := n.found
	f.reset()
	n.each(a, func(s int) {
		if closed || !n.closed[s] {
			f.offer(s, n.moves(a, s)*step, a)
		}
	})
	for i := 0; i < len(f.queue); i++ {
		s := f.queue[i]
		f.queued[s] = false
		if n.free(s) {
			continue // a path through a free slot is never cheaper than to end there
		}
		for _, b := range n.in[s] {
			base := f.cost[s] - n.moves(b, s)*step + 1
			n.each(b, func(to int) {
				if to != s && (closed || !n.closed[to]) {
					f.offer(to, base+n.moves(b, to)*step, b)
				}
			})
		}
	}
}

// cheapest is the free slot at the end of the cheapest path, or -1.
func (n *network) cheapest() int {
	f := n.found
	slot, best := -1, preference{}
	for _, s := range f.reached {
		if !n.free(s) || slot >= 0 && f.cost[s] > f.cost[slot] {
			continue
		}
		p := n.prefer(f.from[s], s)
		if slot < 0 || f.cost[s] < f.cost[slot] || p.less(best) {
			slot, best = s, p
		}
	}
	return slot
}

// lowest is whoever ranks last of those that a can reach and ranks before, with the
// slot that is left; -1 for nobody.
func (n *network) lowest(a int) (slot, who int) {
	f := n.found
	slot, who = -1, -1
	for _, s := range f.reached {
		for _, x := range n.in[s] {
			if x > a && x > who {
				slot, who = s, x
			}
		}
	}
	return slot, who
}

// follow moves everybody on the path that ends in a slot.
func (n *network) follow(a, s int) {
	for {
		b := n.found.from[s]
		if b == a {
			n.put(a, s)
			return
		}
		left := n.at[b]
		n.take(b)
		n.put(b, s)
		s = left
	}
}
