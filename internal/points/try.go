package points

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
)

// deed is something of a quarter that may bring points: a record with its facts, or
// a line that was posted by hand or by claim.
type deed struct {
	record uuid.UUID
	day    calendar.Date
	facts  []Fact
	line   *handLine
}

// handLine is an entry that no record of an activity brought: under another scheme
// its rule may give something else, or be gone.
type handLine struct {
	person    uuid.UUID
	trigger   string
	code      string
	requested int // hundredths, before caps
}

// under is what the line would have asked for under a scheme: what its rule gives
// there; of an amount as much as the rule there allows; nothing where it has no such
// rule.
func (l handLine) under(s Scheme) (want, bool) {
	i := slices.IndexFunc(s.Rules, func(r Rule) bool { return r.Code == l.code && r.Trigger == l.trigger })
	if i < 0 {
		return want{}, false
	}
	r := &s.Rules[i]
	w := want{l.person, r, r.Points}
	if r.Per == PerAmount {
		w.Requested = l.requested
		switch {
		case r.Points > 0:
			w.Requested = max(0, min(w.Requested, r.Points))
		case r.Points < 0:
			w.Requested = min(0, max(w.Requested, r.Points))
		}
	}
	return w, w.Requested != 0 || r.Veto
}

// yearUse is what a person had gained under a rule earlier in the year: the caps of
// a year start from there.
type yearUse struct {
	person uuid.UUID
	code   string
	used   int
}

// quarterFacts are a quarter's deeds, in the order in which they happened.
type quarterFacts struct {
	quarter  calendar.Quarter
	settings org.UnitSettings
	deeds    []deed
	earlier  []yearUse
}

func (q *quarterFacts) sort() {
	slices.SortStableFunc(q.deeds, func(a, b deed) int {
		return cmp.Or(a.day.Compare(b.day), bytes.Compare(a.record[:], b.record[:]))
	})
}

// tally is what a person would have at the end of the quarter.
type tally struct {
	sum    int
	vetoes int
	rules  map[string]int // by code
}

// replay posts a quarter's deeds under a scheme, in memory, by the rules that posting
// itself goes by: what the facts ask for, cut by the caps of their day. Two replays of
// the same deeds differ by their schemes alone.
func replay(s Scheme, q quarterFacts) map[uuid.UUID]*tally {
	out, used := map[uuid.UUID]*tally{}, map[capKey]int{}
	year := yearOf(q.quarter.First())
	for _, e := range q.earlier {
		used[capKey{e.person, "rule:" + e.code, year}] += e.used
	}
	type held struct {
		ceilings []ceiling
		keys     []capKey
	}
	caps := map[*Rule]held{} // of one deed: its people differ in their keys alone
	post := func(d deed, w want) {
		h, known := caps[w.Rule]
		if !known {
			h = held{s.ceilings(w.Rule, w.Person, d.record, d.day), w.Rule.caps().keys(w.Person, w.Rule.Code, w.Rule.Dimension, d.record, d.day)}
			caps[w.Rule] = h
		}
		for i := range h.ceilings {
			h.ceilings[i].Person = w.Person
		}
		granted, _ := cut(w.Requested, h.ceilings, used)
		if granted > 0 {
			for _, k := range h.keys {
				k.Person = w.Person
				used[k] += granted
			}
		}
		t := out[w.Person]
		if t == nil {
			t = &tally{rules: map[string]int{}}
			out[w.Person] = t
		}
		t.sum += granted
		t.rules[w.Rule.Code] += granted
		if w.Rule.Veto {
			t.vetoes++
		}
	}
	for _, d := range q.deeds {
		clear(caps)
		if d.line != nil {
			if w, ok := d.line.under(s); ok {
				post(d, w)
			}
			continue
		}
		for _, w := range asked(s, q.settings, d.facts) {
			post(d, w)
		}
	}
	return out
}

// Cause is by how much a rule moved somebody.
type Cause struct {
	Code       string `json:"code"`
	Rule       string `json:"rule"`
	Difference int    `json:"difference" doc:"Hundredths"`
}

// TrialPerson is what a version would have made of a person's quarter.
type TrialPerson struct {
	Person     uuid.UUID `json:"person_id"`
	Name       string    `json:"name"`
	Branch     string    `json:"branch"`
	Group      string    `json:"group"`
	Before     int       `json:"before" doc:"Hundredths, under the version it is held against"`
	After      int       `json:"after" doc:"Hundredths, under this version"`
	Difference int       `json:"difference" doc:"Hundredths"`
	VetoBefore bool      `json:"veto_before"`
	VetoAfter  bool      `json:"veto_after"`
	Causes     []Cause   `json:"causes"`
}

func (p TrialPerson) moved() bool { return p.Difference != 0 || p.VetoBefore != p.VetoAfter }

// TrialRule is what one rule does to people's sums.
type TrialRule struct {
	Code       string    `json:"code"`
	Title      string    `json:"title"`
	Dimension  Dimension `json:"dimension" enum:"base,political,professional,discipline,conduct"`
	Change     string    `json:"change" enum:"added,removed,changed,same" doc:"same: moved by another rule through a shared maximum"`
	People     int       `json:"people" doc:"Whom it moves"`
	Difference int       `json:"difference" doc:"Hundredths, of all together"`
}

// Trial is a version tried on the facts of a quarter.
type Trial struct {
	Scheme       SchemeHead       `json:"scheme"`
	With         SchemeHead       `json:"with"`
	Quarter      calendar.Quarter `json:"quarter"`
	QuarterTitle string           `json:"quarter_title"`
	Message      string           `json:"message" doc:"The result in one sentence"`
	People       int              `json:"people" doc:"Who had anything in the quarter"`
	Moved        int              `json:"moved"`
	Up           int              `json:"up"`
	Down         int              `json:"down"`
	Vetoes       int              `json:"vetoes" doc:"Whose veto is not the same"`
	Difference   int              `json:"difference" doc:"Hundredths, of all together"`
	Rules        []TrialRule      `json:"rules"`
	Notes        []string         `json:"notes" doc:"What the trial cannot know"`
	Items        []TrialPerson    `json:"items" doc:"By place and name"`
	Next         string           `json:"next"`
	Total        int              `json:"total" doc:"People that the filter leaves"`
}

// differ holds two tallies of one person side by side; titles names rules.
func differ(before, after *tally, titles map[string]string) TrialPerson {
	none := &tally{}
	if before == nil {
		before = none
	}
	if after == nil {
		after = none
	}
	p := TrialPerson{Before: before.sum, After: after.sum, Difference: after.sum - before.sum,
		VetoBefore: before.vetoes > 0, VetoAfter: after.vetoes > 0, Causes: []Cause{}}
	for code, n := range after.rules {
		if d := n - before.rules[code]; d != 0 {
			p.Causes = append(p.Causes, Cause{code, titles[code], d})
		}
	}
	for code, n := range before.rules {
		if _, both := after.rules[code]; !both && n != 0 {
			p.Causes = append(p.Causes, Cause{code, titles[code], -n})
		}
	}
	slices.SortFunc(p.Causes, func(a, b Cause) int { return cmp.Compare(a.Code, b.Code) })
	return p
}

// count adds a person to the sums of the trial; rules goes by code.
func (t *Trial) count(p TrialPerson, rules map[string]*TrialRule) {
	t.People++
	for _, c := range p.Causes {
		r := rules[c.Code]
		r.People++
		r.Difference += c.Difference
	}
	if !p.moved() {
		return
	}
	t.Moved++
	t.Difference += p.Difference
	switch {
	case p.Difference > 0:
		t.Up++
	case p.Difference < 0:
		t.Down++
	}
	if p.VetoBefore != p.VetoAfter {
		t.Vetoes++
	}
}
