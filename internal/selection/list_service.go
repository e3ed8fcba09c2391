package selection

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// List pages through the selections that have anything within the scope, newest
// quarter first.
func (s *Service) List(ctx context.Context, by access.Actor, scope access.Scope, f Filter) (p Selections, err error) {
	if err := f.check(); err != nil {
		return p, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		if p.Items, err = listSelections(ctx, tx, scope, f); err != nil {
			return err
		}
		if p.Total, err = countSelections(ctx, tx, scope, f); err != nil {
			return err
		}
		if len(p.Items) > f.Limit {
			p.Items = p.Items[:f.Limit]
			last := p.Items[f.Limit-1]
			p.Next = cursorOf(last.Quarter.String(), last.ID.String())
		}
		sels := make([]*Selection, len(p.Items))
		for i := range p.Items {
			sels[i] = &p.Items[i]
		}
		return outcomes(ctx, tx, by.Unit, sels)
	})
	return p, err
}

// ListCandidates pages through the candidates within the scope, in the order of the
// roll: never by points.
func (s *Service) ListCandidates(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, f CandidateFilter) (p Candidates, err error) {
	if err := f.check(); err != nil {
		return p, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		sel, err := readSelection(ctx, tx, scope, id)
		if err != nil {
			return missing(err, "评选")
		}
		if p.Items, p.Total, err = listCandidates(ctx, tx, scope, id, f); err != nil {
			return err
		}
		if len(p.Items) > f.Limit {
			p.Items = p.Items[:f.Limit]
			last := p.Items[f.Limit-1]
			p.Next = cursorOf(fmt.Sprint(last.ord), last.ID.String())
		}
		return s.show(ctx, tx, by, scope, sel, p.Items)
	})
	return p, err
}

// show makes of candidates what the actor is to see of them: sums and places where
// they may, and what they may do.
func (s *Service) show(ctx context.Context, tx bun.Tx, by access.Actor, scope access.Scope, sel Selection, cs []Candidate) error {
	places, err := s.places(ctx, tx, scope.Unit(), scope)
	if err != nil {
		return err
	}
	for i := range cs {
		if !places {
			cs[i].Place = nil
		}
	}
	if sel.Kind == BestPair { // rests on what mentors wrote: for who decides by it
		for i := range cs {
			if !scope.Whole() {
				cs[i].hide()
			}
		}
		return nil
	}
	if err := s.conceal(ctx, tx, by, sel.Quarter, cs); err != nil {
		return err
	}
	return s.hands(ctx, tx, by, sel, cs)
}

// conceal takes the sums from the people whose ledgers of the quarter the actor may
// not open, and marks the ledgers that they may. Groups keep theirs: who reads a
// group's candidate reads the sum of the group.
func (s *Service) conceal(ctx context.Context, tx bun.Tx, by access.Actor, q calendar.Quarter, cs []Candidate) error {
	ledgers, err := s.reach(by, needLedger())
	if err != nil {
		return err
	}
	var people []uuid.UUID
	for _, c := range cs {
		if c.person != uuid.Nil {
			people = append(people, c.person)
		}
	}
	opened, err := openLedgers(ctx, tx, ledgers, q, people)
	if err != nil {
		return err
	}
	for i := range cs {
		c := &cs[i]
		if c.person == uuid.Nil {
			c.MayOpen = ledgers.Covers(access.Place{Unit: by.Unit, Branch: c.BranchID, Group: c.GroupID})
		} else if c.MayOpen = opened[c.person]; !c.MayOpen {
			c.conceal()
		}
	}
	return nil
}

// hands marks the candidates that the actor may say something about just now, so that
// pages offer nothing that will be refused.
func (s *Service) hands(ctx context.Context, tx bun.Tx, by access.Actor, sel Selection, cs []Candidate) error {
	if sel.State != Open {
		return nil
	}
	var nominate, review access.Scope
	for need, into := range map[access.Need]*access.Scope{needNominate(): &nominate, needReview(): &review} {
		var err error
		if *into, err = s.reach(by, need); err != nil {
			return err
		}
	}
	stood, err := proposedPeople(ctx, tx, by.Unit, sel.ID)
	if err != nil {
		return err
	}
	taken, aside := map[uuid.UUID]int{}, false
	for _, p := range stood {
		taken[p.group]++
		aside = aside || p.person == by.Person
	}
	for i := range cs {
		c := &cs[i]
		at := access.Place{Unit: by.Unit, Branch: c.BranchID, Group: c.GroupID}
		c.MayNominate = c.person != uuid.Nil && c.person != by.Person && c.Excluded == "" && (c.Proposed || taken[c.GroupID] < sel.Quota) && nominate.Covers(at)
		c.MayReview = (c.Proposed || c.Opinion != "") && !aside && review.Covers(at)
	}
	return nil
}

// reach is the scope of a permission; the zero Scope where the actor does not have it.
func (s *Service) reach(by access.Actor, n access.Need) (access.Scope, error) {
	scope, err := s.policy.Decide(by, n)
	if fault.Is(err, fault.Forbidden) {
		return access.Scope{}, nil
	}
	return scope, err
}

// Candidate opens a candidate's numbers down to whose points they are, and vetoes
// down to their vouchers, both as far as the actor may read those ledgers.
func (s *Service) Candidate(ctx context.Context, by access.Actor, scope access.Scope, selection, id uuid.UUID) (d CandidateDetail, err error) {
	ledgers, err := s.reach(by, needLedger())
	if err != nil {
		return d, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		sel, err := readSelection(ctx, tx, scope, selection)
		if err != nil {
			return missing(err, "评选")
		}
		if d.Candidate, err = readCandidate(ctx, tx, scope, selection, id); err != nil {
			return missing(err, "候选")
		}
		own := []Candidate{d.Candidate}
		if err := s.show(ctx, tx, by, scope, sel, own); err != nil {
			return err
		}
		d.Candidate = own[0]
		return s.open(ctx, tx, by.Unit, ledgers, sel, &d)
	})
	return d, err
}

func (s *Service) open(ctx context.Context, tx bun.Tx, unit uuid.UUID, ledgers access.Scope, sel Selection, d *CandidateDetail) (err error) {
	if d.pairing != uuid.Nil {
		d.Vetoed = []VetoEntry{}
		d.Members, err = namesOf(ctx, tx, unit, d.people)
		return err
	}
	f, err := gather(ctx, tx, unit, sel.Quarter, s.today(), s.duties)
	if err != nil {
		return err
	}
	d.Members, d.Vetoed = []Member{}, []VetoEntry{}
	var people []uuid.UUID
	at := map[uuid.UUID]int{} // of people among the members
	for _, p := range f.people {
		if p.Group != d.GroupID || d.person != uuid.Nil && p.Person != d.person {
			continue
		}
		people = append(people, p.Person)
		if p.Holds(f.settings) {
			at[p.Person] = len(d.Members)
			d.Members = append(d.Members, Member{PersonID: p.Person, Name: p.Name})
		}
	}
	opened, err := openLedgers(ctx, tx, ledgers, sel.Quarter, people)
	if err != nil {
		return err
	}
	for person, i := range at {
		if opened[person] {
			points := f.sums[person].Points
			d.Members[i].Points = &points
		}
	}
	if d.Vetoes == 0 || len(people) == 0 {
		return nil
	}
	d.Vetoed, err = vetoEntries(ctx, tx, ledgers, sel.Quarter, people)
	return err
}
