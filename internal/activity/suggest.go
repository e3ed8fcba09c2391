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

// Expected is somebody who should come, as the form lists them: present, unless
// the roll says why not.
type Expected struct {
	PersonID   uuid.UUID `json:"person_id"`
	Name       string    `json:"name"`
	BranchName string    `json:"branch_name,omitempty"`
	GroupName  string    `json:"group_name,omitempty"`
	Voter      bool      `json:"voter"`
	Status     string    `json:"status" enum:"present,absent"`
	Absence    string    `json:"absence,omitempty" enum:"official,sick,personal,other,unexcused"`
	Reason     string    `json:"reason,omitempty"`
}

// Suggestion fills the form from the organiser and the last record of its kind, so
// that the recorder only says who was away and why (rule 4).
type Suggestion struct {
	Title         string        `json:"title"`
	StartsAt      time.Time     `json:"starts_at"`
	EndsAt        time.Time     `json:"ends_at"`
	Place         string        `json:"place"`
	Agenda        string        `json:"agenda"`
	Host          *PersonRef    `json:"host,omitempty"`
	Recorder      *PersonRef    `json:"recorder,omitempty"`
	OrganiserName string        `json:"organiser_name"`
	Expected      []Expected    `json:"expected"`
	Needs         []string      `json:"needs"`
	Quorum        *Quorum       `json:"quorum,omitempty" doc:"Absent for kinds without one"`
	From          *uuid.UUID    `json:"from,omitempty" doc:"The record it was filled from"`
	LateAfter     calendar.Date `json:"late_after" doc:"Filed after this day it is marked late (rule 6)"`
}

// Quorum tells the form what rule 5 asks for, so that it can say so while people
// are ticked.
type Quorum struct {
	Voters          int `json:"voters" doc:"Expected people who have a vote"`
	Percent         int `json:"percent" doc:"Of them have to be present"`
	ElectionPercent int `json:"election_percent" doc:"The same for an election"`
}

// earlier is the last record of a kind, or what the roll knows where there is none.
type earlier struct {
	Record         uuid.UUID
	Place, Agenda  string
	Host, Recorder PersonRef
	Starts, Ends   time.Time
	Head           PersonRef // secretary of the branch, leader of the group
}

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
	return s.suggestion(by, k, o, day, people, set, last), nil
}

func (s *Service) suggestion(by access.Actor, k Kind, o org.Organiser, day calendar.Date, people []org.Placement, set org.UnitSettings, last earlier) Suggestion {
	out := Suggestion{
		Title: fmt.Sprintf("%s%d年%d月%s", o.Name, day.Year, int(day.Month), k.Name), OrganiserName: o.Name,
		StartsAt: day.In().Add(15 * time.Hour), Place: last.Place, Agenda: last.Agenda, Needs: k.Needs,
		Expected: make([]Expected, 0, len(people)), LateAfter: s.workdays.AddWorkdays(day, set.LateAfterDays),
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
