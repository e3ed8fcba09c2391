package selection

import (
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/org"
)

// Share is how much of what was owed was met.
type Share struct{ Owed, Met int }

// facts are what a selection is computed from: the people of groups on the day that
// the quarter is read by (rule 1), and what the books say of them.
type facts struct {
	people   []org.Placement // Party members (or staff, by the settings) in a group, in the order of the roll
	settings org.UnitSettings
	sums     map[uuid.UUID]personSum
	before   map[uuid.UUID]headSum // of the quarter before, by group
	duties   map[uuid.UUID]Share   // by group
	holder   uuid.UUID             // group with the pennant of the quarter before; zero: none
}

// personSum is a person's part in the quarter.
type personSum struct {
	Points     int // hundredths, as the totals are kept
	Previous   int // the quarter before
	Deductions int // entries that still stand
	Deducted   int
	Vetoes     int // entries that still stand
}

// headSum is a sum over heads.
type headSum struct{ Heads, Points int }

// asOf is the day whose places a quarter is read by, as the ledgers do it.
func asOf(q calendar.Quarter, today calendar.Date) calendar.Date {
	if today.Before(q.Last()) {
		return today
	}
	return q.Last()
}

// candidates are those of a kind as the facts have them, without ids or opinions.
func (f facts) candidates(kind string) []Candidate {
	if kind == Pennant {
		return f.groups()
	}
	return f.persons()
}

// groups are all that have members. Points are those of who has a ledger; a veto
// counts whoever of the group has it, since an exemption does not undo it.
func (f facts) groups() []Candidate {
	var out []Candidate
	at := map[uuid.UUID]int{}
	for _, p := range f.people {
		i, known := at[p.Group]
		if !known {
			i = len(out)
			at[p.Group] = i
			duty, before := f.duties[p.Group], f.before[p.Group]
			out = append(out, Candidate{BranchID: p.Branch, Branch: p.BranchName, GroupID: p.Group, Group: p.GroupName, Name: p.GroupName,
				DutyOwed: duty.Owed, DutyMet: duty.Met, PreviousCount: before.Heads, PreviousPoints: before.Points,
				Holds: p.Group == f.holder, ord: i + 1})
		}
		c, sum := &out[i], f.sums[p.Person]
		c.Vetoes += sum.Vetoes
		if !p.Holds(f.settings) {
			continue
		}
		c.Headcount++
		c.Points += sum.Points
		c.Deductions += sum.Deductions
		c.Deducted += sum.Deducted
	}
	return out
}

// persons are all members of groups; who cannot be chosen is among them, with the
// reason.
func (f facts) persons() []Candidate {
	out := make([]Candidate, 0, len(f.people))
	for i, p := range f.people {
		sum := f.sums[p.Person]
		c := Candidate{BranchID: p.Branch, Branch: p.BranchName, GroupID: p.Group, Group: p.GroupName, Name: p.Name, person: p.Person,
			Points: sum.Points, PreviousPoints: sum.Previous, Deductions: sum.Deductions, Deducted: sum.Deducted, Vetoes: sum.Vetoes, ord: i + 1}
		if p.Holds(f.settings) {
			c.Headcount = 1
		}
		switch {
		case p.Exempt != "":
			c.Excluded = "免记积分（" + p.Exempt + "）"
		case c.Headcount == 0:
			c.Excluded = excludedLedger
		case sum.Vetoes > 0:
			c.Excluded = excludedVeto
		}
		out = append(out, c)
	}
	return out
}

// key tells candidates of one selection apart.
type key struct{ group, person, pairing uuid.UUID }

func (c Candidate) key() key {
	if c.pairing != uuid.Nil { // whichever group its mentee is in by now
		return key{pairing: c.pairing}
	}
	return key{group: c.GroupID, person: c.person}
}

// merge brings what was computed anew together with the candidates that a selection
// has: ids, nominations and opinions stay with whom they are about. Nobody vanishes;
// who is no longer of the group is out. changed says whether anything is other than it was.
func merge(kind string, old, fresh []Candidate) (out []Candidate, changed bool) {
	had := make(map[key]Candidate, len(old))
	for _, c := range old {
		had[c.key()] = c
	}
	for _, c := range fresh {
		was, known := had[c.key()]
		if known {
			delete(had, c.key())
			c.keep(was)
		} else {
			c.ID = db.NewID()
		}
		out = append(out, c)
	}
	for _, c := range old {
		if _, gone := had[c.key()]; gone {
			c.Excluded, c.Place, c.Proposed, c.Noticed, c.Heard = excludedMoved, nil, false, false, false
			if c.pairing != uuid.Nil {
				c.Excluded = excludedPairing
			}
			out = append(out, c)
		}
	}
	if kind == Pennant {
		propose(out)
	}
	return out, differ(old, out)
}

// differ says whether what is computed of candidates is other than it was.
func differ(old, now []Candidate) bool {
	return !slices.EqualFunc(sorted(old), sorted(now), Candidate.sameAs)
}

// keep takes over what people said about the candidate.
func (c *Candidate) keep(was Candidate) {
	c.ID, c.Objected = was.ID, was.Objected
	c.NominatedBy, c.nominatedBy, c.NominatedAt, c.Nomination = was.NominatedBy, was.nominatedBy, was.NominatedAt, was.Nomination
	c.Opinion, c.OpinionText, c.OpinionBy, c.OpinionAt = was.Opinion, was.OpinionText, was.OpinionBy, was.OpinionAt
	if was.Objected && c.Excluded == "" {
		c.Excluded = excludedObjected
	}
	c.Proposed = was.Proposed && c.Excluded == ""
	c.Noticed, c.Heard = was.Noticed && c.Proposed, was.Heard && c.Proposed
}

// propose places the groups and proposes the first. Of several first ones the one
// stays proposed that somebody chose, while it is among them; without, none is.
func propose(cs []Candidate) {
	all := make([]Standing, len(cs))
	for i, c := range cs {
		all[i] = c.standing()
		if c.Excluded == excludedMoved {
			all[i].Out = excludedMoved
		}
	}
	places, firsts := Rank(all), 0
	for _, p := range places {
		if p.Place == 1 {
			firsts++
		}
	}
	for i := range cs {
		c, p := &cs[i], places[i]
		c.Excluded, c.Place = p.Excluded, nil
		if p.Place > 0 {
			c.Place = &p.Place
		}
		chosen := c.Proposed && c.nominatedBy != uuid.Nil && firsts > 1
		c.Proposed = p.Place == 1 && (firsts == 1 || chosen)
		if !c.Proposed || !chosen {
			c.NominatedBy, c.nominatedBy, c.NominatedAt, c.Nomination = "", uuid.Nil, nil, ""
		}
		c.Noticed, c.Heard = c.Noticed && c.Proposed, c.Heard && c.Proposed
	}
}

// tied says whether the arithmetic leaves several groups on the first place and
// nobody chose yet.
func tied(cs []Candidate) bool {
	firsts := 0
	for _, c := range cs {
		if c.Proposed {
			return false
		}
		if c.Place != nil && *c.Place == 1 {
			firsts++
		}
	}
	return firsts > 1
}

func sorted(cs []Candidate) []Candidate {
	cs = slices.Clone(cs)
	slices.SortFunc(cs, func(a, b Candidate) int { return slices.Compare(a.ID[:], b.ID[:]) })
	return cs
}

// sameAs compares what is computed.
func (c Candidate) sameAs(o Candidate) bool {
	return c.ID == o.ID && c.standing() == o.standing() && place(c) == place(o) && c.Excluded == o.Excluded && c.Proposed == o.Proposed &&
		c.PreviousCount == o.PreviousCount && c.PreviousPoints == o.PreviousPoints && c.Name == o.Name &&
		(c.Score == nil) == (o.Score == nil) && (c.Score == nil || *c.Score == *o.Score) && slices.Equal(c.people, o.people)
}

// place is 0 for a candidate without one.
func place(c Candidate) int {
	if c.Place == nil {
		return 0
	}
	return *c.Place
}
