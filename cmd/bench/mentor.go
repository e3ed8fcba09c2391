package main

import (
	"context"
	"fmt"

	"github.com/google/uuid"

	"xianfeng/internal/mentoring"
)

// mentor holds the exact proposal of mentors against taking, for each mentee in turn,
// the first who is free, which promises nothing. What counts is the absolute figure: the
// issue allows two seconds.
func (b *bench) mentor(context.Context) ([]figure, error) {
	const allowed = 2.0
	field := mentoring.Sample(200, 300)
	filled, first := 0, 0
	p, err := turns(b.rounds(), timed(func() error {
		filled = 0
		for _, pair := range field.Propose() {
			if pair.Political != nil {
				filled++
			}
			if pair.Professional != nil {
				filled++
			}
		}
		return nil
	}), timed(func() error {
		first = firstMentors(field)
		return nil
	}))
	if err != nil {
		return nil, err
	}
	if filled < first {
		return nil, fmt.Errorf("the proposal fills %d roles, the first who is free %d", filled, first)
	}
	f := figure{row: "mentor", work: fmt.Sprintf("proposals for 200 mentees × 300 mentors: %d of 400 roles", filled), value: milliseconds(median(p.ours)),
		against: fmt.Sprintf("first who is free, %d roles: %s", first, milliseconds(median(p.bare))), ratio: p.ratio(), goal: "≤ 2 s"}
	f.reached = median(p.ours) <= allowed
	return []figure{f}, nil
}

// firstMentors gives each role the first mentor of the pool who is listed for it and has
// room, and counts the roles that found one.
func firstMentors(f mentoring.Field) (filled int) {
	used := map[uuid.UUID]int{}
	for range f.Mentees {
		var other uuid.UUID
		for _, political := range []bool{true, false} {
			for _, m := range f.Mentors {
				if listed := political && m.Political || !political && m.Professional; listed && m.PersonID != other && used[m.PersonID] < m.Room {
					used[m.PersonID]++
					other = m.PersonID
					filled++
					break
				}
			}
		}
	}
	return filled
}
