package talk

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
)

// office is what the year's talks follow from: who is here on the plan's first day, and
// what was planned and held already.
type office struct {
	year       int
	branch     uuid.UUID // zero: the whole office
	from       calendar.Date
	types      map[string]Type
	staff      []org.Placement
	committees map[uuid.UUID][]uuid.UUID // by branch
	leaders    []Leader
	talks      []standing    // of the year, and whatever else stands on the calendar
	cancelled  []standing    // of the year, by hand: they do not come back
	lastYear   map[pair]bool // who of the members talked with whom
	running    bool          // the year has begun: open talks of occasions take part
}

// wanted is a talk that is due and not held. Where any of several may hold it, holders
// has more than one.
type wanted struct {
	kind    string
	holders []uuid.UUID
	partner uuid.UUID
	was     standing // zero for a new one
}

// dropping is a planned talk that is no longer due.
type dropping struct {
	standing
	reason string
}

// ledger sorts what is there against what is due (rule 21).
type ledger struct {
	office
	at      map[uuid.UUID]org.Placement
	byPair  map[typePair]standing
	matched map[uuid.UUID]bool // talks that stay
	load    map[uuid.UUID]int  // how many each is the one to hold
	wanted  []wanted
	leftOut []LeftOut
	// off are the talks cancelled by hand between two who are here, which stand for
	// nothing else and yet are asked for no more.
	off map[typePair]standing
}

// typePair is what there is at most one talk of in a year.
type typePair struct {
	kind string
	two  pair
}

// reckon says which talks are due and not held, and which planned ones are due no more.
func (o office) reckon() ([]wanted, []dropping, []LeftOut) {
	l := &ledger{office: o, at: map[uuid.UUID]org.Placement{}, byPair: map[typePair]standing{}, matched: map[uuid.UUID]bool{}, load: map[uuid.UUID]int{}, off: map[typePair]standing{}}
	slices.SortFunc(l.staff, func(a, b org.Placement) int { return slices.Compare(a.Person[:], b.Person[:]) })
	slices.SortFunc(l.talks, byKeeping)
	for _, t := range l.talks {
		if l.ofYear(t) {
			l.byPair[typePair{t.Type, pairOf(t.Talker, t.Partner)}] = t
		}
	}
	for _, p := range l.staff {
		l.at[p.Person] = p
		if p.Exempt != "" && (o.branch == uuid.Nil || p.Branch == o.branch) {
			l.leftOut = append(l.leftOut, LeftOut{PersonName: p.Name, Why: "exempt"})
		}
	}
	l.cancelledByHand()
	if o.running {
		l.occasions()
	}
	if o.branch == uuid.Nil && l.types[TypeLeader].Active {
		l.ofLeaders()
	}
	for _, b := range l.branches() {
		l.ofBranch(b)
	}
	return l.wanted, l.dropped(), l.leftOut
}

// byKeeping is the order in which talks that fill the same need are kept.
func byKeeping(a, b standing) int {
	rank := func(t standing) int {
		switch {
		case t.held():
			return 0
		case t.Pinned:
			return 1
		case !t.PlannedOn.IsZero():
			return 2
		}
		return 3
	}
	return cmp.Or(cmp.Compare(rank(a), rank(b)), slices.Compare(a.ID[:], b.ID[:]))
}

// here says whether somebody takes part in the year's talks.
func (l *ledger) here(person uuid.UUID) bool {
	p, ok := l.at[person]
	return ok && p.Exempt == ""
}

// cancelledByHand notes what somebody took off for good this year. Where one of the two
// is no more here, the other is asked for another talk.
func (l *ledger) cancelledByHand() {
	slices.SortFunc(l.cancelled, func(a, b standing) int { return slices.Compare(a.ID[:], b.ID[:]) })
	for _, t := range l.cancelled {
		key := typePair{t.Type, pairOf(t.Talker, t.Partner)}
		_, again := l.byPair[key]
		_, known := l.off[key]
		if again || known || !l.ofYear(t) || !l.types[t.Type].Active || !l.here(t.Talker) || !l.here(t.Partner) {
			continue
		}
		l.off[key] = t
		if l.branch == uuid.Nil || t.Branch == l.branch && t.Type != TypeLeader {
			l.leftOut = append(l.leftOut, LeftOut{PersonName: t.PartnerName, Why: "cancelled", TalkerName: t.TalkerName, TypeName: l.types[t.Type].Name, Reason: t.Reason})
		}
	}
}

// occasions are due whatever the year's plan is, as long as whom they are about is
// here. Whoever was to hold one and left is named by the plan as nobody.
func (l *ledger) occasions() {
	for _, t := range l.talks {
		if t.Occasion == uuid.Nil || t.State != Planned || !l.inBranch(t) {
			continue
		}
		if _, ok := l.at[t.Partner]; !ok {
			continue
		}
		l.matched[t.ID] = true
		w := wanted{kind: t.Type, partner: t.Partner, was: t}
		if _, ok := l.at[t.Talker]; ok {
			w.holders = []uuid.UUID{t.Talker}
		}
		l.wanted = append(l.wanted, w)
	}
}

// ofYear says whether a talk is one of the year's plan.
func (l *ledger) ofYear(t standing) bool { return t.Year == l.year && t.Occasion == uuid.Nil }

func (l *ledger) inBranch(t standing) bool { return l.branch == uuid.Nil || t.Branch == l.branch }

// want notes that a talk is due: met by t where that was held.
func (l *ledger) want(kind string, holders []uuid.UUID, partner uuid.UUID, t standing) {
	if t.ID != uuid.Nil {
		l.matched[t.ID] = true
		if t.held() {
			return
		}
	}
	if len(holders) == 1 {
		l.load[holders[0]]++
	}
	l.wanted = append(l.wanted, wanted{kind, holders, partner, t})
}

// wantPair notes that two are to talk. Whoever was to hold it holds it; of a new one
// among equals, who has fewer to hold.
func (l *ledger) wantPair(kind string, talker, partner uuid.UUID) {
	key := typePair{kind, pairOf(talker, partner)}
	if _, off := l.off[key]; off {
		return
	}
	t, ok := l.byPair[key]
	if ok {
		talker, partner = t.Talker, t.Partner
	} else if kind != TypeLeader && l.load[partner] < l.load[talker] {
		talker, partner = partner, talker
	}
	l.want(kind, []uuid.UUID{talker}, partner, t)
}

// ofLeaders: each leader with everybody of their department, or of the whole office.
// Two leaders who have each other talk once, and whoever has the office holds it.
func (l *ledger) ofLeaders() {
	all := slices.Clone(l.leaders)
	slices.SortFunc(all, func(a, b Leader) int {
		whole := func(x Leader) int {
			if x.DepartmentID == nil {
				return 0
			}
			return 1
		}
		return cmp.Or(cmp.Compare(whole(a), whole(b)), slices.Compare(a.PersonID[:], b.PersonID[:]), slices.Compare(a.ID[:], b.ID[:]))
	})
	have := map[pair]bool{}
	for _, leader := range all {
		if !l.here(leader.PersonID) {
			continue
		}
		for _, p := range l.staff {
			two := pairOf(leader.PersonID, p.Person)
			if p.Person == leader.PersonID || have[two] || !l.here(p.Person) || leader.DepartmentID != nil && *leader.DepartmentID != p.Department {
				continue
			}
			have[two] = true
			l.wantPair(TypeLeader, leader.PersonID, p.Person)
		}
	}
}

func (l *ledger) branches() []uuid.UUID {
	if l.branch != uuid.Nil {
		return []uuid.UUID{l.branch}
	}
	var out []uuid.UUID
	for _, p := range l.staff {
		if p.Branch != uuid.Nil && !slices.Contains(out, p.Branch) {
			out = append(out, p.Branch)
		}
	}
	slices.SortFunc(out, func(a, b uuid.UUID) int { return slices.Compare(a[:], b[:]) })
	return out
}

// ofBranch: the committee with each other, one of the committee with each other member,
// and each other member with at least one more.
func (l *ledger) ofBranch(branch uuid.UUID) {
	var committee, members []uuid.UUID
	for _, p := range l.staff {
		switch {
		case p.Branch != branch || !l.here(p.Person):
		case slices.Contains(l.committees[branch], p.Person):
			committee = append(committee, p.Person)
		case p.Party:
			members = append(members, p.Person)
		}
	}
	if t := l.types[TypeCommittee]; t.Active && len(committee) > 1 {
		if t.Pairing == "one" {
			l.pairUp(TypeCommittee, committee)
		} else {
			l.everyTwo(committee)
		}
	}
	if l.types[TypeCommitteeMember].Active {
		l.withCommittee(committee, members)
	}
	if l.types[TypeMember].Active {
		switch {
		case len(members) > 1:
			l.pairUp(TypeMember, members)
		case len(members) == 1 && (len(committee) == 0 || !l.types[TypeCommitteeMember].Active):
			l.alone(members[0])
		}
	}
	if l.types[TypeCommittee].Active && len(committee) == 1 && (len(members) == 0 || !l.types[TypeCommitteeMember].Active) {
		l.alone(committee[0])
	}
}

// alone names somebody who has nobody to talk with, unless they had a talk this year.
func (l *ledger) alone(person uuid.UUID) {
	for _, t := range l.talks {
		if t.held() && l.ofYear(t) && t.Type != TypeLeader && (t.Talker == person || t.Partner == person) {
			return
		}
	}
	l.leftOut = append(l.leftOut, LeftOut{PersonName: l.at[person].Name, Why: "alone"})
}

func (l *ledger) everyTwo(people []uuid.UUID) {
	for i := range people {
		for j := i + 1; j < len(people); j++ {
			l.wantPair(TypeCommittee, people[i], people[j])
		}
	}
}

// withCommittee: whoever has talked with one of a committee this year, or as one of it,
// has done so.
func (l *ledger) withCommittee(committee, members []uuid.UUID) {
	planned, done := map[uuid.UUID]standing{}, map[uuid.UUID]bool{}
	for _, t := range l.talks {
		if t.Type != TypeCommitteeMember || !l.ofYear(t) {
			continue
		}
		if t.held() {
			done[t.Talker], done[t.Partner] = true, true
			l.matched[t.ID] = true
		} else if _, ok := planned[t.Partner]; !ok {
			planned[t.Partner] = t
		}
	}
	for key, t := range l.off {
		if _, again := planned[t.Partner]; key.kind == TypeCommitteeMember && !again {
			done[t.Partner] = true
		}
	}
	for _, m := range members {
		if !done[m] {
			l.want(TypeCommitteeMember, committee, m, planned[m])
		}
	}
}

// dropped are the planned talks of the year that nothing asks for any more.
func (l *ledger) dropped() []dropping {
	var out []dropping
	for _, t := range l.talks {
		if t.State != Planned || l.matched[t.ID] || !l.inBranch(t) || l.branch != uuid.Nil && t.Type == TypeLeader {
			continue
		}
		if t.Occasion == uuid.Nil && t.Year != l.year || t.Occasion != uuid.Nil && !l.running {
			continue
		}
		d := dropping{t, "not_needed"}
		_, one := l.at[t.Talker]
		_, other := l.at[t.Partner]
		if !one || !other {
			d.reason = "left"
		}
		out = append(out, d)
	}
	slices.SortFunc(out, func(a, b dropping) int { return slices.Compare(a.ID[:], b.ID[:]) })
	return out
}
