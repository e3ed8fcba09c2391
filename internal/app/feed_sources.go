package app

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/duty"
	"xianfeng/internal/fault"
	"xianfeng/internal/feed"
	"xianfeng/internal/org"
	"xianfeng/internal/talk"
	"xianfeng/internal/volunteer"
)

// How long an entry with an hour takes in a calendar.
const (
	talkTakes    = 30 * time.Minute
	morningTakes = 30 * time.Minute
)

// feedTalks puts somebody's own talks into their calendar; see feed.Source. Of each it
// tells the day and, unless delicate, the type; whom with only where names were chosen.
type feedTalks struct {
	policy *access.Policy
	now    calendar.Clock
}

func (f feedTalks) Events(ctx context.Context, tx bun.Tx, by access.Actor, from, to calendar.Date) ([]feed.Event, error) {
	if may, err := decided(f.policy, by, access.Need{Resource: "talk", Action: "read"}); err != nil || !may.ok {
		return nil, err
	}
	list, err := talk.Upcoming(ctx, tx, by, from, to, calendar.DateOf(f.now()))
	if err != nil {
		return nil, err
	}
	var out []feed.Event
	for _, a := range list {
		if a.Day == nil {
			continue
		}
		e := feed.Event{UID: "talk-" + a.ID.String() + "@xianfeng", Title: a.TypeName, Named: "与" + a.OtherName + "：" + a.TypeName,
			Day: *a.Day, At: a.At, Takes: talkTakes, Sequence: a.Version - 1, Changed: a.Changed}
		if delicate(a.Type) {
			e.Title, e.Named = "谈心谈话", "与"+a.OtherName+"谈心谈话"
		}
		out = append(out, e)
	}
	return out, nil
}

// delicate are the types that tell something of one of the two, which whoever keeps
// their calendar outside need not know.
func delicate(kind string) bool { return kind == talk.TypeDiscipline || kind == talk.TypeHardship }

// feedMornings puts the morning meetings that a deputy holds into their calendar.
type feedMornings struct{ policy *access.Policy }

func (f feedMornings) Events(ctx context.Context, tx bun.Tx, by access.Actor, from, to calendar.Date) ([]feed.Event, error) {
	may, err := decided(f.policy, by, access.Need{Resource: "talk", Action: "read"})
	if err != nil || !may.ok {
		return nil, err
	}
	list, err := talk.OwnMornings(ctx, tx, by, may.scope, from, to)
	if err != nil {
		return nil, err
	}
	out := make([]feed.Event, len(list))
	for i, m := range list {
		out[i] = feed.Event{UID: fmt.Sprintf("morning-%s-%s@xianfeng", m.DepartmentID, m.Day), Title: "晨会：" + m.DepartmentName, Day: m.Day, At: m.StartsAt, Takes: morningTakes}
	}
	return out, nil
}

// feedDuties puts what somebody still owes into their calendar, on the last working
// day of its period.
type feedDuties struct {
	policy *access.Policy
	now    calendar.Clock
}

func (f feedDuties) Events(ctx context.Context, tx bun.Tx, by access.Actor, _, _ calendar.Date) ([]feed.Event, error) {
	if may, err := decided(f.policy, by, access.Need{Resource: "duty", Action: "read"}); err != nil || !may.ok {
		return nil, err
	}
	today := calendar.DateOf(f.now())
	cells, err := duty.Mine(ctx, tx, f.policy, by, duty.Filter{From: today, To: today, States: []string{duty.Due}}, today)
	if err != nil || len(cells) == 0 {
		return nil, err
	}
	days, err := org.Workdays(ctx, tx, by.Unit)
	if err != nil {
		return nil, err
	}
	out := make([]feed.Event, len(cells))
	for i, c := range cells {
		place := ""
		switch c.Owner {
		case duty.OwnerBranch, duty.OwnerDeputy:
			place = "（" + c.OwnerName + "）"
		case duty.OwnerGroup:
			place = "（" + c.BranchName + c.OwnerName + "）"
		}
		last := c.Last
		for !days.IsWorkday(last) && last.After(c.First) {
			last = last.AddDays(-1)
		}
		out[i] = feed.Event{UID: fmt.Sprintf("duty-%s-%s-%s@xianfeng", c.Code, c.OwnerID, c.First), Title: "待完成：" + c.Name + place, Day: last, Sequence: c.Held}
	}
	return out, nil
}

// feedVolunteering puts the actions that somebody has a place in into their calendar.
type feedVolunteering struct{}

func (feedVolunteering) Events(ctx context.Context, tx bun.Tx, by access.Actor, from, to calendar.Date) ([]feed.Event, error) {
	list, err := volunteer.Upcoming(ctx, tx, by.Unit, by.Person, from, to)
	if err != nil {
		return nil, err
	}
	out := make([]feed.Event, len(list))
	for i, a := range list {
		out[i] = feed.Event{UID: "volunteer-" + a.ID.String() + "@xianfeng", Title: "志愿服务：" + a.Title + "（" + a.Place + "）", Day: calendar.DateOf(a.Starts),
			At: a.Starts.In(calendar.Shanghai).Format("15:04"), Takes: a.Ends.Sub(a.Starts), Sequence: a.Version - 1}
	}
	return out, nil
}

// scopeOf is how far somebody gets with a permission; not ok where they do not have it.
type scopeOf struct {
	scope access.Scope
	ok    bool
}

func decided(policy *access.Policy, by access.Actor, need access.Need) (scopeOf, error) {
	scope, err := policy.Decide(by, need)
	if fault.Is(err, fault.Forbidden) {
		return scopeOf{}, nil
	}
	return scopeOf{scope, err == nil}, err
}
