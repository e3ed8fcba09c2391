package main

import (
	"context"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/schedule"
)

// plan holds a year's plan of talks against going through the same talks once and
// taking the first day that is free, which spreads nothing, moves nothing and proves
// nothing. What counts is the absolute figure: the issue allows two seconds.
func (b *bench) plan(context.Context) ([]figure, error) {
	const allowed = 2.0
	var out []figure
	for _, w := range []struct {
		name string
		each bool
		lost int // days that are over, of a plan that was made before
	}{
		{"1,000 people, one of 5 talkers each", false, 0},
		{"1,000 people, each of 5 talkers with all: a quarter does not fit", true, 0},
		{"the same planned again, fifty days lost", true, 50},
	} {
		in := talksOf(5, 1000, w.each)
		if w.lost > 0 {
			at := map[string]schedule.Slot{}
			for _, p := range schedule.Make(in).Placed {
				at[p.ID] = schedule.Slot{Holder: p.Holder, Day: p.Day}
			}
			for i := range in.Appointments {
				if s, ok := at[in.Appointments[i].ID]; ok {
					in.Appointments[i].Current = &s
				}
			}
			in.Days = in.Days[w.lost:]
		}
		placed, first := 0, 0
		p, err := turns(b.rounds(), timed(func() error {
			placed = len(schedule.Make(in).Placed)
			return nil
		}), timed(func() error {
			first = firstFit(in)
			return nil
		}))
		if err != nil {
			return out, err
		}
		if placed < first {
			return out, fmt.Errorf("the planner places %d, first fit %d", placed, first)
		}
		f := figure{row: "plan", work: fmt.Sprintf("plan of talks, %s: %d of %d placed", w.name, placed, len(in.Appointments)), value: milliseconds(median(p.ours)),
			against: fmt.Sprintf("first free day, %d placed: %s", first, milliseconds(median(p.bare))), ratio: p.ratio(), goal: "≤ 2 s"}
		f.reached = median(p.ours) <= allowed
		out = append(out, f)
	}
	return out, nil
}

func talksOf(talkers, people int, each bool) schedule.Input {
	who := func(n int) (id uuid.UUID) {
		binary.BigEndian.PutUint32(id[12:], uint32(n+1)) //nolint:gosec // a few thousand
		return id
	}
	in := schedule.Input{Limit: func(uuid.UUID, calendar.Date) int { return 3 }}
	first := calendar.NewDate(2026, time.January, 5)
	for d := first; len(in.Days) < 250; d = d.AddDays(1) {
		if w := d.Weekday(); w != time.Saturday && w != time.Sunday {
			in.Days = append(in.Days, d)
		}
	}
	in.Away = func(p uuid.UUID, d calendar.Date) bool { return (int(p[15])+d.Sub(first))%29 == 0 }
	for p := range people {
		for t := range talkers {
			if each || p%talkers == t {
				in.Appointments = append(in.Appointments, schedule.Appointment{ID: fmt.Sprintf("%04d-%d", p, t), Candidates: []uuid.UUID{who(t)},
					With: who(talkers + p), NotBefore: in.Days[0], DueBy: in.Days[len(in.Days)-1], Priority: 1})
			}
		}
	}
	return in
}

// firstFit gives each talk the first day on which both are there and the talker has
// room, and counts those that found one.
func firstFit(in schedule.Input) (placed int) {
	used := map[schedule.Slot]int{}
	for _, a := range in.Appointments {
		for _, d := range in.Days {
			s := schedule.Slot{Holder: a.Candidates[0], Day: d}
			if used[s] < in.Limit(s.Holder, d) && !in.Away(s.Holder, d) && !in.Away(a.With, d) {
				used[s]++
				placed++
				break
			}
		}
	}
	return placed
}
