package app

import (
	"context"
	"time"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/points"
)

// reviseScheme is the second version, drafted by the office and published by the
// leaders for the second half of 2026.
func (p *planner) reviseScheme(ctx context.Context) error {
	draft, err := p.draftFrom(ctx, calendar.NewDate(2026, time.July, 1), "一、单次志愿服务的封顶由 4 分提高到 5 分；二、主持党内活动每月封顶由 2 分降为 1.5 分。", func(r *points.RuleText) {
		switch r.Code {
		case "volunteer":
			*r.CapEvent = 500
		case "host":
			*r.CapMonth = 150
		}
	})
	if err != nil {
		return err
	}
	by, scope, err := p.as(ctx, "chief", access.Need{Resource: "scheme", Action: "publish"})
	if err == nil {
		_, err = p.Points.Publish(ctx, by, scope, draft.ID, draft.RowVersion)
	}
	return err
}

// draftScheme is a third version, still a draft: to be compared, tried and published
// by whoever tries the demo.
func (p *planner) draftScheme(ctx context.Context) error {
	_, err := p.draftFrom(ctx, calendar.NewDate(2027, time.January, 1), "拟降低参加集中学习的分值，提高志愿服务的分值。", func(r *points.RuleText) {
		switch r.Code {
		case "attend_study":
			r.Points = 50
		case "volunteer":
			r.Points = 75
		}
	})
	return err
}

func (p *planner) draftFrom(ctx context.Context, from calendar.Date, note string, change func(*points.RuleText)) (points.Scheme, error) {
	by, scope, err := p.as(ctx, "office", access.Need{Resource: "scheme", Action: "draft"})
	if err != nil {
		return points.Scheme{}, err
	}
	all, err := p.Points.Schemes(ctx, by, scope)
	if err != nil {
		return points.Scheme{}, err
	}
	draft, err := p.Points.Draft(ctx, by, scope, points.NewDraft{BasedOn: all[0].ID})
	if err != nil {
		return draft, err
	}
	text := draft.Text()
	text.EffectiveFrom, text.Note = from, note
	for i := range text.Rules {
		change(&text.Rules[i])
	}
	return p.Points.SaveDraft(ctx, by, scope, draft.ID, draft.RowVersion, text)
}
