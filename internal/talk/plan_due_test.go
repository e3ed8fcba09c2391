package talk

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
)

func drawOffice(t *rapid.T) (office, busy) {
	o := office{year: 2026, from: day("2026-05-20"), types: map[string]Type{}, committees: map[uuid.UUID][]uuid.UUID{}, lastYear: map[pair]bool{}, running: true}
	for _, s := range seeds() {
		s.Active = rapid.IntRange(0, 5).Draw(t, "active") > 0
		if s.Code == TypeCommittee && rapid.Bool().Draw(t, "one") {
			s.Pairing = "one"
		}
		o.types[s.Code] = s
	}
	id := func(kind, n int) uuid.UUID { return uuid.UUID{0: byte(kind), 15: byte(n)} }
	b := busy{away: map[uuid.UUID][][2]calendar.Date{}, perDay: map[uuid.UUID][]perDay{}, setting: rapid.IntRange(1, 3).Draw(t, "limit")}
	for i := range rapid.IntRange(1, 24).Draw(t, "people") {
		p := org.Placement{Person: id(1, i), Name: fmt.Sprint("p", i), Department: id(2, rapid.IntRange(0, 2).Draw(t, "department")), OnRoll: true}
		if branch := rapid.IntRange(-1, 2).Draw(t, "branch"); branch >= 0 {
			p.Branch, p.Group, p.Party = id(3, branch), id(4, branch*4+rapid.IntRange(0, 2).Draw(t, "group")), true
			if rapid.IntRange(0, 3).Draw(t, "committee") == 0 {
				o.committees[p.Branch] = append(o.committees[p.Branch], p.Person)
			}
		}
		if rapid.IntRange(0, 9).Draw(t, "exempt") == 0 {
			p.Exempt = "长期病休"
		}
		if rapid.IntRange(0, 5).Draw(t, "away") == 0 {
			first := o.from.AddDays(rapid.IntRange(-10, 220).Draw(t, "first"))
			b.away[p.Person] = append(b.away[p.Person], [2]calendar.Date{first, first.AddDays(rapid.IntRange(0, 230).Draw(t, "days"))})
		}
		o.staff = append(o.staff, p)
	}
	one := func(label string) org.Placement { return rapid.SampledFrom(o.staff).Draw(t, label) }
	for i := range rapid.IntRange(0, 3).Draw(t, "leaders") {
		l := Leader{ID: id(5, i), PersonID: one("leader").Person}
		if rapid.Bool().Draw(t, "of a department") {
			d := id(2, rapid.IntRange(0, 2).Draw(t, "which"))
			l.DepartmentID = &d
		}
		o.leaders = append(o.leaders, l)
	}
	have := map[typePair]bool{}
	for i := range rapid.IntRange(0, 12).Draw(t, "talks") {
		x, y := one("talker"), one("partner")
		kind := rapid.SampledFrom([]string{TypeLeader, TypeCommittee, TypeCommitteeMember, TypeMember, TypeTransfer}).Draw(t, "type")
		key := typePair{kind, pairOf(x.Person, y.Person)}
		if x.Person == y.Person || have[key] {
			continue
		}
		have[key] = true
		s := standing{ID: id(6, i), Year: 2026, Type: kind, Talker: x.Person, Partner: y.Person, TalkerName: x.Name, PartnerName: y.Name, Branch: y.Branch,
			NotBefore: day("2026-01-01"), DueOn: day("2026-12-31"), State: rapid.SampledFrom([]string{Planned, Planned, Reported, Confirmed}).Draw(t, "state")}
		if rapid.IntRange(0, 3).Draw(t, "has a day") > 0 {
			s.PlannedOn = o.from.AddDays(rapid.IntRange(-20, 200).Draw(t, "day"))
			s.Pinned = rapid.IntRange(0, 3).Draw(t, "pinned") == 0
		}
		if kind == TypeTransfer {
			s.Occasion, s.DueOn = id(7, i), o.from.AddDays(rapid.IntRange(-5, 15).Draw(t, "due"))
		}
		o.talks = append(o.talks, s)
	}
	for range rapid.IntRange(0, 6).Draw(t, "last year") {
		o.lastYear[pairOf(one("a").Person, one("b").Person)] = true
	}
	return o, b
}

// obligations says by rule 21 alone, slowly, what an outcome must have for everybody:
// a talk that is held, planned, or named with a reason.
func (o office) obligations(t *rapid.T, out outcome) {
	type talkOf struct {
		kind string
		two  pair
	}
	has, with := map[talkOf]bool{}, map[string]map[uuid.UUID]bool{TypeCommitteeMember: {}, TypeMember: {}, TypeCommittee: {}}
	note := func(kind string, a, b uuid.UUID) {
		has[talkOf{kind, pairOf(a, b)}] = true
		if with[kind] != nil {
			with[kind][a], with[kind][b] = true, true
		}
	}
	for _, s := range o.talks {
		if s.held() && s.Occasion == uuid.Nil {
			note(s.Type, s.Talker, s.Partner)
		}
	}
	for _, p := range out.plans {
		if p.why == "" == p.day.IsZero() {
			t.Fatalf("%s has day %s and reason %q", p.key(), p.day, p.why)
		}
		note(p.kind, p.talker, p.partner)
	}
	committee := func(p org.Placement) bool {
		for _, c := range o.committees[p.Branch] {
			if c == p.Person {
				return p.Branch != uuid.Nil
			}
		}
		return false
	}
	for _, p := range o.staff {
		if p.Exempt != "" {
			continue
		}
		for _, l := range o.leaders {
			leader := out.at[l.PersonID]
			if o.types[TypeLeader].Active && leader.Exempt == "" && leader.Person != p.Person && (l.DepartmentID == nil || *l.DepartmentID == p.Department) &&
				!has[talkOf{TypeLeader, pairOf(p.Person, l.PersonID)}] {
				t.Fatalf("no talk of %s with leader %s", p.Name, leader.Name)
			}
		}
		if p.Branch == uuid.Nil {
			continue
		}
		var others, fellows int
		for _, q := range o.staff {
			if q.Person == p.Person || q.Exempt != "" || q.Branch != p.Branch {
				continue
			}
			if committee(q) == committee(p) {
				others++
			}
			if committee(q) && committee(p) {
				fellows++
				if y := o.types[TypeCommittee]; y.Active && y.Pairing == "each" && !has[talkOf{TypeCommittee, pairOf(p.Person, q.Person)}] {
					t.Fatalf("no talk of %s and %s of the committee", p.Name, q.Name)
				}
			}
		}
		switch {
		case committee(p):
			if o.types[TypeCommittee].Active && fellows > 0 && !with[TypeCommittee][p.Person] {
				t.Fatalf("%s talks with nobody of the committee", p.Name)
			}
		default:
			if o.types[TypeMember].Active && others > 0 && !with[TypeMember][p.Person] {
				t.Fatalf("%s talks with no other member", p.Name)
			}
			if o.types[TypeCommitteeMember].Active && !with[TypeCommitteeMember][p.Person] {
				t.Fatalf("nobody of the committee talks with %s", p.Name)
			}
		}
	}
	for _, s := range o.talks {
		found := s.State != Planned
		for _, p := range out.plans {
			found = found || p.was.ID == s.ID
		}
		for _, d := range out.dropped {
			found = found || d.ID == s.ID
		}
		if !found {
			t.Fatalf("the talk %v is neither planned nor dropped", s.ID)
		}
	}
}

func TestEveryDuePairIsPlannedOrNamed(t *testing.T) {
	days := calendar.NewWorkdays(calendar.Official()...)
	rapid.Check(t, func(t *rapid.T) {
		o, b := drawOffice(t)
		out := o.plan(b, days, o.from)
		o.obligations(t, out)

		for _, p := range out.plans {
			if p.day.IsZero() {
				continue
			}
			if !days.IsWorkday(p.day) || p.day.Before(o.from) || b.isAway(p.talker, p.day) || b.isAway(p.partner, p.day) {
				t.Fatalf("%s on %s", p.key(), p.day)
			}
			if p.isNew() && p.day == o.from {
				t.Fatalf("%s is new and for today", p.key())
			}
		}
		load := map[uuid.UUID]map[calendar.Date]int{}
		seen := map[typePair]bool{}
		for _, p := range out.plans {
			if key := (typePair{p.kind, pairOf(p.talker, p.partner)}); p.was.Occasion == uuid.Nil && p.talker != uuid.Nil {
				if seen[key] {
					t.Fatalf("%s twice", p.key())
				}
				seen[key] = true
			}
			if p.day.IsZero() {
				continue
			}
			if load[p.talker] == nil {
				load[p.talker] = map[calendar.Date]int{}
			}
			if load[p.talker][p.day]++; load[p.talker][p.day] > b.limit(p.talker, p.day) {
				t.Fatalf("%s is full on %s", p.talker, p.day)
			}
		}

		// Planned again after it is stored, everything stays.
		next := o
		next.talks = nil
		for _, s := range o.talks {
			if s.held() {
				next.talks = append(next.talks, s)
			}
		}
		for i, p := range out.plans {
			if p.talker == uuid.Nil {
				continue
			}
			s := p.was
			if p.isNew() {
				s = standing{ID: uuid.UUID{0: 9, 15: byte(i), 14: byte(i >> 8)}, Year: 2026, Type: p.kind, State: Planned,
					NotBefore: calendar.NewDate(2026, time.January, 1), DueOn: calendar.NewDate(2026, time.December, 31)}
			}
			s.Talker, s.Partner, s.PlannedOn, s.Branch = p.talker, p.partner, p.day, out.at[p.partner].Branch
			s.Pinned = s.Pinned && !p.moved && !p.lost()
			s.TalkerName, s.PartnerName = out.names[p.talker], out.names[p.partner]
			next.talks = append(next.talks, s)
		}
		again := next.plan(b, days, o.from)
		if len(again.dropped) > 0 {
			t.Fatalf("planned again, dropped: %+v", again.dropped)
		}
		for _, p := range again.plans {
			if p.moved || p.lost() || p.was.PlannedOn.IsZero() && !p.day.IsZero() {
				t.Fatalf("planned again, changed: %+v", p)
			}
		}
	})
}

// TestMembersPairUp looks at what people would: groups first, nobody with whom they had
// last year while there is another, and the odd one joins.
func TestMembersPairUp(t *testing.T) {
	o := office{year: 2026, from: day("2026-01-04"), committees: map[uuid.UUID][]uuid.UUID{}, lastYear: map[pair]bool{},
		types: map[string]Type{TypeMember: {Active: true}}}
	who := func(n int) uuid.UUID { return uuid.UUID{15: byte(n)} }
	for i := range 9 { // groups of 4 and 5
		o.staff = append(o.staff, org.Placement{Person: who(i + 1), Branch: who(100), Group: who(101 + i/4%2), Party: true})
	}
	for year := range 4 {
		wanted, _, _ := o.reckon()
		if len(wanted) != 5 {
			t.Fatalf("year %d: %d talks of nine", year, len(wanted))
		}
		times := map[uuid.UUID]int{}
		now := map[pair]bool{}
		for _, w := range wanted {
			p := pairOf(w.holders[0], w.partner)
			times[p[0]]++
			times[p[1]]++
			now[p] = true
			if o.lastYear[p] {
				t.Errorf("year %d: %v again", year, p)
			}
		}
		if len(times) != 9 {
			t.Errorf("year %d: %d have a talk", year, len(times))
		}
		o.lastYear = now
	}
}
