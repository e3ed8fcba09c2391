package points

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
	"xianfeng/internal/sheet"
)

// TrialFilter says on what a version is tried, and which people to list.
type TrialFilter struct {
	With    uuid.UUID        // zero: the version that would be in force in its place
	Quarter calendar.Quarter // zero: the last one that is over
	Branch  uuid.UUID
	All     bool // also those who are not moved
	Cursor  string
	Limit   int
}

// Try tells what a version would have made of a quarter whose facts are known: whom
// it moves, by how much, and which rule does it. Nothing is posted.
func (s *Service) Try(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, f TrialFilter) (Trial, error) {
	from := 0
	if f.Cursor != "" {
		var err error
		if from, err = strconv.Atoi(f.Cursor); err != nil || from < 0 {
			return Trial{}, fault.Field("cursor", "翻页参数不对，请回到第一页")
		}
	}
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = 50
	}
	t, err := s.try(ctx, by, scope, id, f)
	if err != nil {
		return t, err
	}
	from = min(from, t.Total)
	to := min(from+f.Limit, t.Total)
	t.Items = t.Items[from:to]
	if to < t.Total {
		t.Next = strconv.Itoa(to)
	}
	return t, nil
}

func (s *Service) try(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, f TrialFilter) (t Trial, err error) {
	if f.Quarter.IsZero() {
		f.Quarter = s.lastQuarter()
	}
	if f.Quarter.First().After(s.today()) {
		return t, fault.Field("quarter", "这个季度还没有开始，没有可以试算的记录")
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		one, other, err := s.both(ctx, tx, by, scope, id, f.With)
		if err != nil {
			return err
		}
		if other == nil {
			return fault.Field("with", "没有更早的办法可以比较，请选择另一版")
		}
		facts, err := s.factsOf(ctx, tx, scope.Unit(), f.Quarter, one, *other)
		if err != nil {
			return err
		}
		before, after := replay(*other, facts), replay(one, facts)
		people := make([]uuid.UUID, 0, len(after))
		for id := range after {
			people = append(people, id)
		}
		for id := range before {
			if after[id] == nil {
				people = append(people, id)
			}
		}
		named, err := readTried(ctx, tx, scope, f.Quarter, s.today(), people, f.Branch)
		if err != nil {
			return err
		}
		t = trialOf(one, *other, f.Quarter, named, before, after, f.All)
		return nil
	})
	return t, err
}

// trialOf puts the tallies beside the people they are of.
func trialOf(one, other Scheme, q calendar.Quarter, named []TrialPerson, before, after map[uuid.UUID]*tally, all bool) Trial {
	t := Trial{Scheme: one.head(), With: other.head(), Quarter: q, QuarterTitle: q.Chinese(), Rules: []TrialRule{}, Notes: []string{}, Items: []TrialPerson{}}
	titles, rules, order := map[string]string{}, map[string]*TrialRule{}, []string{}
	for _, r := range slices.Concat(one.Rules, other.Rules) {
		if rules[r.Code] == nil {
			titles[r.Code], order = r.Title, append(order, r.Code)
			rules[r.Code] = &TrialRule{Code: r.Code, Title: r.Title, Dimension: r.Dimension, Change: "same"}
		}
	}
	for _, c := range ruleChanges(other, one, FactTerms{}) {
		rules[c.Code].Change = c.Change
		if c.Change == RuleAdded && slices.ContainsFunc(one.Rules, func(r Rule) bool {
			return r.Code == c.Code && (r.Trigger == TriggerClaim || r.Trigger == TriggerOffice)
		}) {
			t.Notes = append(t.Notes, "“"+c.Title+"”是新增的申报或办理条款，以往没有这类记录，试算不计它的影响")
		}
	}
	for _, p := range named {
		d := differ(before[p.Person], after[p.Person], titles)
		d.Person, d.Name, d.Branch, d.Group = p.Person, p.Name, p.Branch, p.Group
		t.count(d, rules)
		if all || d.moved() {
			t.Items = append(t.Items, d)
		}
	}
	t.Total = len(t.Items)
	for _, code := range order {
		if r := rules[code]; r.Change != "same" || r.People > 0 {
			t.Rules = append(t.Rules, *r)
		}
	}
	t.Message = fmt.Sprintf("按%s的记录试算，这一稿会使 %d 人的分数变化", q.Chinese(), t.Moved)
	if t.Moved == 0 {
		t.Message = fmt.Sprintf("按%s的记录试算，没有人的分数变化", q.Chinese())
	}
	if t.Moved > 0 {
		t.Message += fmt.Sprintf("：%d 人增加，%d 人减少", t.Up, t.Down)
	}
	return t
}

// factsOf gathers a quarter's deeds: what confirmed records say of people who had a
// ledger that day, base points, claims and what the office posted.
func (s *Service) factsOf(ctx context.Context, tx bun.Tx, unit uuid.UUID, q calendar.Quarter, schemes ...Scheme) (quarterFacts, error) {
	out := quarterFacts{quarter: q}
	var err error
	if out.settings, err = org.Settings(ctx, tx, unit); err != nil {
		return out, err
	}
	if out.deeds, err = readHandLines(ctx, tx, unit, q); err != nil {
		return out, err
	}
	postings, err := postingsOf(ctx, tx, s.facts, unit, q)
	if err != nil {
		return out, err
	}
	h, err := readHolding(ctx, tx, unit, out.settings, q)
	if err != nil {
		return out, err
	}
	for _, p := range postings {
		facts := slices.DeleteFunc(p.Facts, func(f Fact) bool { return !h.holds(f.Person, p.FactOn) })
		if len(facts) > 0 {
			out.deeds = append(out.deeds, deed{record: p.RecordID, day: p.FactOn, facts: facts})
		}
	}
	out.sort()
	codes := []string{}
	for _, one := range schemes {
		for _, r := range one.Rules {
			if r.CapYear != nil && !slices.Contains(codes, r.Code) {
				codes = append(codes, r.Code)
			}
		}
	}
	out.earlier, err = readYearUse(ctx, tx, unit, q, codes)
	return out, err
}

// TrialSheet writes a trial as a workbook: everybody who is moved, and what each rule
// does.
func (s *Service) TrialSheet(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, f TrialFilter, w io.Writer) error {
	t, err := s.try(ctx, by, scope, id, f)
	if err != nil {
		return err
	}
	unit, err := unitName(ctx, s.db, scope.Unit())
	if err != nil {
		return err
	}
	return sheet.Write(w, t.sheets(unit, s.today())...)
}
