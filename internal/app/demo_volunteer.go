package app

import (
	"context"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/volunteer"
)

func needVolunteer(resource, action string) access.Need {
	return access.Need{Resource: resource, Action: action}
}

// volunteering lays out what people of the demo do around volunteering: notices of
// hours, a certificate, actions that are open for sign-up or wait for their record.
func (p *planner) volunteering(add func(on calendar.Date, hour int, what string, do func(context.Context) error)) {
	for _, q := range []calendar.Quarter{{Year: 2026, Q: 1}, {Year: 2026, Q: 2}, {Year: 2026, Q: 3}} {
		add(p.day(q.Next().First(), 8), 15, "hours on notice", func(ctx context.Context) error { return p.noticeHours(ctx, q) })
	}
	add(day26(time.October, 28), 10, "a certificate", p.certify)
	add(day26(time.November, 6), 10, "sign-up", func(ctx context.Context) error {
		_, err := p.callFor(ctx, "secretary1", activity.OrganiserRef{Kind: "branch", ID: p.branches[0].ID}, "校园周边安全劝导", "实验小学门口", "中小学生", day26(time.November, 19), 12, 6)
		return err
	})
	add(day26(time.November, 18), 10, "sign-up", func(ctx context.Context) error {
		_, err := p.callFor(ctx, "office", activity.OrganiserRef{Kind: "unit"}, "冬季助老送暖", "夕阳红敬老院", "孤寡老人", day26(time.November, 28), 10, 13)
		return err
	})
	for i := range p.all {
		h := &p.all[i]
		if h.kind == "volunteering" && h.organiser.Kind == "unit" && h.day == p.day(day26(time.October, 1), 14) {
			h.action = new(uuid.UUID)
			add(h.day.AddDays(-10), 9, "sign-up", func(ctx context.Context) (err error) {
				*h.action, err = p.callFor(ctx, h.login, h.organiser, h.title, h.place, "社区居民", h.day, len(h.people), 0)
				return err
			})
		}
	}
}

func (p *planner) noticeHours(ctx context.Context, q calendar.Quarter) error {
	office, scope, err := p.as(ctx, "office", needVolunteer("volunteer_hours", "notice"))
	if err != nil {
		return err
	}
	_, err = p.Volunteers.PutOnNotice(ctx, office, scope, volunteer.Period{From: q.First(), To: q.Last()}, uuid.Nil)
	return err
}

// certify is somebody making out their own certificate.
func (p *planner) certify(ctx context.Context) error {
	member, scope, err := p.as(ctx, "member", needVolunteer("volunteer_certificate", "issue"))
	if err != nil {
		return err
	}
	_, err = p.Volunteers.Certify(ctx, member, scope, member.Person, volunteer.Period{From: day26(time.January, 1), To: day26(time.September, 30)})
	return err
}

// callFor opens an action, and so many people of the working branches sign up.
func (p *planner) callFor(ctx context.Context, login string, organiser activity.OrganiserRef, title, place, served string, on calendar.Date, places, people int) (uuid.UUID, error) {
	by, scope, err := p.as(ctx, login, needVolunteer("volunteer", "organise"))
	if err != nil {
		return uuid.Nil, err
	}
	a, err := p.Volunteers.CreateAction(ctx, by, scope, volunteer.ActionInput{Title: title, Starts: at(on, 9, 0), Ends: at(on, 12, 0), Place: place, Served: served,
		Content: "着便装，佩戴党徽，提前十分钟到场。", Organiser: organiser, Leader: by.Person, Places: &places})
	if err != nil {
		return uuid.Nil, err
	}
	from := p.colleagues(by.Person, p.chief)
	if organiser.Kind == "branch" {
		for len(from) > 0 && from[len(from)-1].Branch != organiser.ID {
			from = from[:len(from)-1]
		}
	}
	for i := range min(people, len(from)) {
		m := from[(i*3)%len(from)]
		one := p.person(m.Person, m.Name)
		one.Branch, one.Group, one.Department = m.Branch, m.Group, m.Department
		signing, err := p.Policy.Decide(one, needVolunteer("volunteer", "sign"))
		if err != nil {
			return uuid.Nil, err
		}
		if _, err := p.Volunteers.SignUp(ctx, one, signing, a.ID); err != nil {
			return uuid.Nil, err
		}
	}
	return a.ID, nil
}

// recordAction says who came to an action and how long.
func (p *planner) recordAction(ctx context.Context, id uuid.UUID, rec activity.Record) error {
	by, scope, err := p.as(ctx, "office", needVolunteer("volunteer", "organise"))
	if err != nil {
		return err
	}
	a, err := p.Volunteers.Action(ctx, by, scope, id)
	if err != nil {
		return err
	}
	out := volunteer.Outcome{Starts: rec.Starts, Ends: rec.Ends, Content: rec.Content, OverlapAnswer: rec.OverlapAnswer}
	for _, t := range rec.Attendance {
		out.Came = append(out.Came, volunteer.Came{PersonID: t.Person, Minutes: t.Minutes})
	}
	_, err = p.Volunteers.RecordAction(ctx, by, scope, id, a.Version, out)
	return err
}
