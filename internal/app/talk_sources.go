package app

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
	"xianfeng/internal/points"
	"xianfeng/internal/selection"
	"xianfeng/internal/talk"
)

// talkSources is what talk asks of other capabilities; see talk.Sources. Of the five
// occasions, hardship is known to nobody here yet: it is noted by hand, until care
// cases come in through this door.
type talkSources struct{ now calendar.Clock }

func (s talkSources) Occasions(ctx context.Context, tx bun.Tx, unit uuid.UUID, since calendar.Date) ([]talk.Occasion, error) {
	changes, err := org.Changes(ctx, tx, unit, since, calendar.DateOf(s.now()))
	if err != nil {
		return nil, err
	}
	awards, err := selection.Awards(ctx, tx, unit, since)
	if err != nil {
		return nil, err
	}
	vetoes, err := points.Vetoes(ctx, tx, unit, since)
	if err != nil {
		return nil, err
	}
	var out []talk.Occasion
	for _, c := range changes {
		o := talk.Occasion{Kind: talk.TypeTransfer, Person: c.Person, Source: c.Source, On: c.On}
		if c.Post {
			o.Kind = talk.TypePostChange
		}
		out = append(out, o)
	}
	for _, a := range awards {
		out = append(out, talk.Occasion{Kind: talk.TypeCommendation, Person: a.Person, Source: a.Source, On: a.On})
	}
	for _, v := range vetoes {
		out = append(out, talk.Occasion{Kind: talk.TypeDiscipline, Person: v.Person, Source: v.Entry, On: v.On})
	}
	return out, nil
}

func (talkSources) Mornings(ctx context.Context, tx bun.Tx, unit uuid.UUID, from, to calendar.Date) ([]talk.Held, error) {
	meetings, err := activity.Held(ctx, tx, unit, "morning_meeting", from, to)
	out := make([]talk.Held, len(meetings))
	for i, m := range meetings {
		out[i] = talk.Held(m)
	}
	return out, err
}
