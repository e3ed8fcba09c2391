package duty

import (
	"cmp"
	"slices"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
)

// slot is one record that a period asks for, to be given a day.
type slot struct {
	code, name  string
	group       uuid.UUID // zero: the branch
	groupName   string
	first, last calendar.Date // where a day is looked for
	share       float64       // how far into these days it is wished, 0 to 1
	held        calendar.Date // the record is there already, of this day
}

// spread gives each slot a working day: near the place in its period that it is wished
// at, and so that nobody has two of them on one day as long as that can be. Groups
// may meet on the same day, a branch and its groups not. The same input gives the
// same days. What has no working day is left at zero.
func spread(slots []slot, w calendar.Workdays) []calendar.Date {
	days := make([]calendar.Date, len(slots))
	taken := map[calendar.Date][]uuid.UUID{}
	take := func(i int, d calendar.Date) {
		days[i] = d
		taken[d] = append(taken[d], slots[i].group)
	}
	for i, s := range slots {
		if !s.held.IsZero() {
			take(i, s.held)
		}
	}
	for _, i := range narrowFirst(slots) {
		s := slots[i]
		if !s.held.IsZero() {
			continue
		}
		best, bestCost := calendar.Date{}, 0
		var open []calendar.Date
		for d := s.first; !d.After(s.last); d = d.AddDays(1) {
			if w.IsWorkday(d) {
				open = append(open, d)
			}
		}
		wish := int(s.share * float64(len(open)))
		for n, d := range open {
			off := n - wish
			if off < 0 {
				off = -off
			}
			cost := off
			for _, other := range taken[d] {
				if other == s.group || other == uuid.Nil || s.group == uuid.Nil {
					cost += 1000
				}
			}
			if best.IsZero() || cost < bestCost {
				best, bestCost = d, cost
			}
		}
		if !best.IsZero() {
			take(i, best)
		}
	}
	return days
}

// slotsOf are what a quarter still asks of a branch and its groups, and what was held
// in it already: the periods that begin in it, and in the last quarter of a year also
// what is owed once a year and planned nowhere yet. A period that is over asks for
// nothing more. held gives the days of records by duty, branch or group, and period.
func slotsOf(q calendar.Quarter, cells []Cell, from calendar.Date, held map[heldIn][]calendar.Date, planned map[string]bool) []slot {
	codes := map[string][]string{} // by period, in the order of the list
	for _, c := range cells {
		if !slices.Contains(codes[c.Every], c.Code) {
			codes[c.Every] = append(codes[c.Every], c.Code)
		}
	}
	var out []slot
	for _, c := range cells {
		yearly := c.Every == EveryYear
		if c.Owed == 0 || c.State == Excused || !yearly && (c.First.Before(q.First()) || c.First.After(q.Last())) {
			continue
		}
		s := slot{code: c.Code, name: c.Name}
		if c.Owner == OwnerGroup {
			s.group, s.groupName = c.OwnerID, c.OwnerName
		}
		days := held[heldIn{c.Code, c.OwnerID, c.First}]
		for _, d := range days[:min(c.Held, c.Owed, len(days))] {
			if !d.Before(q.First()) && !d.After(q.Last()) {
				s.held = d
				out = append(out, s)
			}
		}
		s.held = calendar.Date{}
		s.first, s.last = later(later(c.First, q.First()), from), earlier(c.Last, q.Last())
		left := c.Owed - c.Held
		if s.last.Before(s.first) || yearly && (q.Q != 4 || planned[c.Code]) {
			continue
		}
		place := (float64(slices.Index(codes[c.Every], c.Code)) + 0.5) / float64(len(codes[c.Every]))
		for k := range left {
			s.share = (float64(k) + place) / float64(left)
			out = append(out, s)
		}
	}
	return out
}

// heldIn names the records of a duty in a period.
type heldIn struct {
	code  string
	who   uuid.UUID
	first calendar.Date
}

// heldDays sorts the days of records into the periods of the cells.
func heldDays(cells []Cell, records []heldRecord) map[heldIn][]calendar.Date {
	out := map[heldIn][]calendar.Date{}
	for _, c := range cells {
		for _, r := range records {
			if r.kind == c.Kind && r.who == c.OwnerID && !r.day.Before(c.First) && !r.day.After(c.Last) {
				k := heldIn{c.Code, c.OwnerID, c.First}
				out[k] = append(out[k], r.day)
			}
		}
	}
	return out
}

// heldRecord is a confirmed record of a branch or group.
type heldRecord struct {
	kind string
	who  uuid.UUID
	day  calendar.Date
}

func later(a, b calendar.Date) calendar.Date {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b calendar.Date) calendar.Date {
	if b.Before(a) {
		return b
	}
	return a
}

// narrowFirst orders slots by how little room they have, so that a week's meeting does
// not find its only free day given to what had a quarter to choose from.
func narrowFirst(slots []slot) []int {
	order := make([]int, len(slots))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(slots[a].last.Sub(slots[a].first), slots[b].last.Sub(slots[b].first))
	})
	return order
}

// itemsOf gives the slots their days and whoever sees to them: officers are the
// secretary under the zero id and the leaders of groups. What finds no working day is
// named apart.
func itemsOf(slots []slot, w calendar.Workdays, officers map[uuid.UUID]uuid.UUID) (items []PlanItem, none []Unplaced) {
	days := spread(slots, w)
	for i, s := range slots {
		if days[i].IsZero() {
			none = append(none, Unplaced{Name: s.name, GroupName: s.groupName, First: s.first, Last: s.last})
			continue
		}
		it := PlanItem{ID: db.NewID(), Code: s.code, PlannedOn: days[i], Title: s.name}
		if s.group != uuid.Nil {
			it.GroupID = &s.group
		}
		if who, ok := officers[s.group]; ok {
			it.PersonID = &who
		}
		items = append(items, it)
	}
	slices.SortStableFunc(items, func(a, b PlanItem) int { return a.PlannedOn.Compare(b.PlannedOn) })
	return items, none
}

// planDiff says what a change did, for the audit.
type planDiff struct {
	Added   int  `json:"added"`
	Changed int  `json:"changed"`
	Removed int  `json:"removed"`
	Moved   bool `json:"moved"` // in their order
}

func (d planDiff) none() bool { return d == planDiff{} }

// mergeItems makes the new items of a plan: an id that the plan does not have is a new
// item. Filed plans mark what is new or changed; another order alone is no change of
// an item.
func mergeItems(old []PlanItem, in []PlanChange, filed bool, now time.Time) ([]PlanItem, planDiff) {
	was := map[uuid.UUID]PlanItem{}
	for _, it := range old {
		was[it.ID] = it
	}
	var d planDiff
	out := make([]PlanItem, 0, len(in))
	kept := 0
	for i, c := range in {
		it := PlanItem{ID: c.ID, Code: c.Code, PlannedOn: c.PlannedOn, Title: c.Title, GroupID: optional(c.GroupID), PersonID: optional(c.PersonID)}
		before, there := was[c.ID]
		switch {
		case !there:
			d.Added++
			it.ID = db.NewID()
		case !sameItem(before, it):
			d.Changed++
			kept++
		default:
			it.ChangedAt = before.ChangedAt
			kept++
		}
		if there && (i >= len(old) || old[i].ID != c.ID) {
			d.Moved = true
		}
		if filed && (!there || !sameItem(before, it)) {
			it.ChangedAt = &now
		}
		out = append(out, it)
	}
	d.Removed = len(old) - kept
	return out, d
}

func sameItem(a, b PlanItem) bool {
	same := func(x, y *uuid.UUID) bool { return x == nil && y == nil || x != nil && y != nil && *x == *y }
	return a.Code == b.Code && a.PlannedOn == b.PlannedOn && a.Title == b.Title && same(a.GroupID, b.GroupID) && same(a.PersonID, b.PersonID)
}

func optional(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}

// judge says of each item whether the records of its period meet it: of several that
// are planned for one period, the earliest are met first. Cells may reach beyond today.
func judge(items []PlanItem, branch uuid.UUID, cells []Cell, today calendar.Date) {
	type owned struct {
		code string
		who  uuid.UUID
	}
	by := map[owned][]Cell{}
	for _, c := range cells {
		k := owned{c.Code, c.OwnerID}
		by[k] = append(by[k], c)
	}
	order := make([]int, len(items))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return items[a].PlannedOn.Compare(items[b].PlannedOn) })
	type period struct {
		owned
		first calendar.Date
	}
	used := map[period]int{}
	for _, i := range order {
		it := &items[i]
		it.State = None
		k := owned{it.Code, branch}
		if it.GroupID != nil {
			k.who = *it.GroupID
		}
		cs := by[k]
		n := slices.IndexFunc(cs, func(c Cell) bool { return !it.PlannedOn.Before(c.First) && !it.PlannedOn.After(c.Last) })
		if it.Code == "" || n < 0 {
			continue
		}
		c := cs[n]
		it.First, it.Last = c.First, c.Last
		p := period{k, c.First}
		used[p]++
		switch {
		case used[p] <= c.Held:
			it.Met, it.State = true, Met
		case c.State == Excused:
			it.State = Excused
		case c.Owed == 0, c.State == None:
		case c.Last.Before(today):
			it.State = Missed
		default:
			it.State = Due
		}
	}
}
