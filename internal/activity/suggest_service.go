package activity

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

// Suggest fills a form. scope is that of activity.record.
func (s *Service) Suggest(ctx context.Context, by access.Actor, scope access.Scope, kindCode string, ref OrganiserRef, day calendar.Date) (Suggestion, error) {
	if !day.Valid() {
		return Suggestion{}, fault.Field("date", "请选择日期")
	}
	k, err := findKind(ctx, s.db, by.Unit, kindCode)
	if err != nil {
		return Suggestion{}, err
	}
	o, err := findOrganiser(ctx, s.db, by.Unit, ref)
	if err != nil {
		return Suggestion{}, err
	}
	if !scope.Covers(at(by.Unit, o)) {
		return Suggestion{}, fault.Missing("组织者")
	}
	if err := running(ctx, s.db, by.Unit, o, day); err != nil {
		return Suggestion{}, err
	}
	people, err := org.Expected(ctx, s.db, by.Unit, day, o, k.Expected)
	if err != nil {
		return Suggestion{}, err
	}
	set, err := org.Settings(ctx, s.db, by.Unit)
	if err != nil {
		return Suggestion{}, err
	}
	last, err := lastRecord(ctx, s.db, by.Unit, k.Code, o, day)
	if err != nil {
		return Suggestion{}, err
	}
	w, err := org.Workdays(ctx, s.db, by.Unit)
	if err != nil {
		return Suggestion{}, err
	}
	out := suggestion(by, k, o, day, people, set, last)
	out.LateAfter = w.AddWorkdays(day, set.LateAfterDays)
	return out, nil
}

func suggestion(by access.Actor, k Kind, o org.Organiser, day calendar.Date, people []org.Placement, set org.UnitSettings, last earlier) Suggestion {
	out := Suggestion{
		Title: fmt.Sprintf("%s%d年%d月%s", o.Name, day.Year, int(day.Month), k.Name), OrganiserName: o.Name,
		StartsAt: day.In().Add(15 * time.Hour), Place: last.Place, Agenda: last.Agenda, Needs: k.Needs,
		Expected: make([]Expected, 0, len(people)),
	}
	lasts := time.Duration(k.DefaultMinutes) * time.Minute
	if last.Record != uuid.Nil {
		id := last.Record
		out.From = &id
		hour, minute, _ := last.Starts.In(calendar.Shanghai).Clock()
		out.StartsAt = day.In().Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
		if d := last.Ends.Sub(last.Starts); d <= 12*time.Hour {
			lasts = d
		}
	}
	out.EndsAt = out.StartsAt.Add(lasts)
	voters := 0
	here := map[uuid.UUID]bool{}
	for _, p := range people {
		e := Expected{PersonID: p.Person, Name: p.Name, BranchName: p.BranchName, GroupName: p.GroupName, Voter: k.votes(p), Status: Present}
		if p.Exempt != "" {
			e.Status, e.Absence, e.Reason = Absent, "other", p.Exempt
		} else {
			here[p.Person] = true
		}
		if e.Voter {
			voters++
		}
		out.Expected = append(out.Expected, e)
	}
	pick := func(candidates ...PersonRef) *PersonRef {
		for _, c := range candidates {
			if c.ID != uuid.Nil && (here[c.ID] || k.open()) {
				return &c
			}
		}
		return nil
	}
	me := PersonRef{by.Person, by.Name}
	out.Host = pick(last.Host, last.Head, me)
	out.Recorder = pick(last.Recorder, me, last.Head)
	if k.quorate() {
		q := Quorum{voters, set.MeetingQuorumPercent, set.ElectionQuorumPercent}
		if k.Expected == org.CircleCommittee {
			q.Percent = set.CommitteeQuorumPercent
		}
		out.Quorum = &q
	}
	return out
}
