package app

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/org"
	"xianfeng/internal/taskforce"
)

func needForce(action string) access.Need {
	return access.Need{Resource: "taskforce", Action: action}
}

// taskforces lays out the lives of the demo's taskforces beside what they held.
func (p *planner) taskforces(add func(on calendar.Date, hour int, what string, do func(context.Context) error)) {
	for _, f := range forces() {
		f := p.forces[f.key]
		step := func(on calendar.Date, hour int, do func(context.Context, *force) error) {
			add(on, hour, f.name, func(ctx context.Context) error { return do(ctx, f) })
		}
		step(f.proposed, 10, p.propose)
		if f.number == "" && f.from.After(p.until) {
			continue // waits for its approval
		}
		step(p.workdays.AddWorkdays(f.proposed, 3), 10, p.approve)
		step(f.from, 8, p.staff)
		for i, t := range f.tasks {
			step(f.from, 17, func(ctx context.Context, f *force) error { return p.assign(ctx, f, i) })
			switch t.state {
			case "done":
				step(t.due, 16, func(ctx context.Context, f *force) error { return p.moveTask(ctx, f, i) })
			case "doing":
				step(t.due.AddDays(-14), 16, func(ctx context.Context, f *force) error { return p.moveTask(ctx, f, i) })
			}
		}
		for _, o := range f.outcomes {
			step(o.on, 16, func(ctx context.Context, f *force) error { return p.achieve(ctx, f, o) })
		}
		for _, n := range f.notes {
			step(n.on, 18, func(ctx context.Context, f *force) error { return p.note(ctx, f, n) })
		}
		if !f.ended.IsZero() {
			step(f.ended, 19, p.conclude)
			step(f.ended.AddDays(8), 9, p.receive)
		}
		if !f.archived.IsZero() {
			step(f.archived, 15, p.archive)
		}
	}
}

func (p *planner) propose(ctx context.Context, f *force) error {
	login := "office"
	in := taskforce.Proposal{Kind: f.kind, Name: f.name, Purpose: f.purpose, From: f.from, PlannedTo: f.planned}
	if f.branch > 0 {
		login, in.Branch = fmt.Sprintf("secretary%d", f.branch), p.branches[f.branch-1].ID
	}
	for _, g := range f.groups {
		in.Groups = append(in.Groups, p.branches[g[0]].Groups[g[1]].ID)
	}
	by, scope, err := p.as(ctx, login, needForce("propose"))
	if err != nil {
		return err
	}
	f.id, err = p.Taskforces.Propose(ctx, by, scope, in)
	return err
}

func (p *planner) version(ctx context.Context, f *force) (int, error) {
	by, scope, err := p.as(ctx, "office", needForce("read"))
	if err != nil {
		return 0, err
	}
	d, err := p.Taskforces.Detail(ctx, by, scope, f.id)
	return d.Taskforce.Version, err
}

func (p *planner) approve(ctx context.Context, f *force) error {
	version, err := p.version(ctx, f)
	if err != nil {
		return err
	}
	chief, scope, err := p.as(ctx, "chief", needForce("approve"))
	if err != nil {
		return err
	}
	in := taskforce.Approval{Version: version}
	if f.number != "" {
		in.No, in.On = f.number, calendar.DateOf(p.clock.now())
	}
	_, err = p.Taskforces.Approve(ctx, chief, scope, f.id, in)
	return err
}

// staff seconds everybody and lets the taskforce begin.
func (p *planner) staff(ctx context.Context, f *force) error {
	office, scope, err := p.as(ctx, "office", needForce("staff"))
	if err != nil {
		return err
	}
	people := make([]taskforce.Seconded, len(f.team))
	for i, id := range f.team {
		people[i] = taskforce.Seconded{Person: id, Office: org.OfficeMember, From: f.from}
		switch {
		case i == 0:
			people[i].Office = org.OfficeSecretary
		case i == 1 && f.deputy != "":
			people[i].Office = org.OfficeDeputy
		case i == 2 && f.kind == "action_branch" && f.size > 8:
			people[i].Office, people[i].Title = org.OfficeOfficer, "组织委员"
		}
		if len(f.posts) > 0 {
			people[i].Place = f.posts[i]
		}
	}
	if err := p.Taskforces.Second(ctx, office, scope, f.id, people); err != nil {
		return err
	}
	for _, o := range f.outsiders {
		if _, err := p.Taskforces.Invite(ctx, office, scope, f.id, taskforce.OutsiderInput{Partner: o[0], Name: o[1], Title: o[2], Full: true, From: f.from}); err != nil {
			return err
		}
	}
	version, err := p.version(ctx, f)
	if err != nil {
		return err
	}
	delete(p.actors, f.head) // being seconded is a grant
	_, err = p.Taskforces.Activate(ctx, office, scope, f.id, version)
	return err
}

// tasksOf finds the tasks of a taskforce by their titles.
func (p *planner) tasksOf(ctx context.Context, f *force) (map[string]taskforce.Task, error) {
	head, scope, err := p.as(ctx, f.head, needForce("read"))
	if err != nil {
		return nil, err
	}
	page, err := p.Taskforces.Tasks(ctx, head, scope, f.id, taskforce.TaskFilter{Limit: 200})
	out := map[string]taskforce.Task{}
	for _, t := range page.Items {
		out[t.Title] = t
	}
	return out, err
}

func (p *planner) assign(ctx context.Context, f *force, i int) error {
	head, scope, err := p.as(ctx, f.head, needForce("work"))
	if err != nil {
		return err
	}
	t := f.tasks[i]
	_, err = p.Taskforces.AddTask(ctx, head, scope, f.id, taskforce.TaskInput{Title: t.title, Owner: f.team[(i+1)%len(f.team)], DueOn: t.due})
	return err
}

func (p *planner) moveTask(ctx context.Context, f *force, i int) error {
	tasks, err := p.tasksOf(ctx, f)
	if err != nil {
		return err
	}
	head, scope, err := p.as(ctx, f.head, needForce("log"))
	if err != nil {
		return err
	}
	t := tasks[f.tasks[i].title]
	_, err = p.Taskforces.MoveTask(ctx, head, scope, f.id, t.ID, f.tasks[i].state, f.tasks[i].note, t.Version)
	return err
}

func (p *planner) achieve(ctx context.Context, f *force, o result) error {
	head, scope, err := p.as(ctx, f.head, needForce("log"))
	if err != nil {
		return err
	}
	_, err = p.Taskforces.Achieve(ctx, head, scope, f.id, taskforce.OutcomeInput{Kind: o.kind, Title: o.title, Quantity: o.quantity, ReachedOn: o.on, Reference: o.reference})
	return err
}

// note writes a line of the time line, with a picture.
func (p *planner) note(ctx context.Context, f *force, n dated) error {
	head, scope, err := p.as(ctx, f.head, needForce("log"))
	if err != nil {
		return err
	}
	note, err := p.Taskforces.WriteNote(ctx, head, scope, f.id, n.on, n.text)
	if err != nil {
		return err
	}
	picture, err := certificate(len(n.text))
	if err != nil {
		return err
	}
	_, err = p.Taskforces.AddFile(ctx, head, scope, f.id, taskforce.FileInput{Name: "现场.png", Caption: "现场照片", Note: note.ID}, bytes.NewReader(picture))
	return err
}

// conclude ends it on its last day, and says of each member what they did.
func (p *planner) conclude(ctx context.Context, f *force) error {
	version, err := p.version(ctx, f)
	if err != nil {
		return err
	}
	head, scope, err := p.as(ctx, f.head, needForce("conclude"))
	if err != nil {
		return err
	}
	if _, err := p.Taskforces.Conclude(ctx, head, scope, f.id, taskforce.Conclusion{Last: f.ended, Summary: f.summary, Version: version}); err != nil {
		return err
	}
	delete(p.actors, f.head)
	if f.kind == "group_building" {
		return nil
	}
	office, scope, err := p.as(ctx, "office", access.Need{Resource: "appraisal", Action: "write"})
	if err != nil {
		return err
	}
	items := make([]taskforce.AppraisalItem, len(f.team))
	for i, id := range f.team {
		items[i] = taskforce.AppraisalItem{Person: id, Grade: "good", Text: "服从安排，任务完成较好。"}
		if i%4 == 0 {
			items[i].Grade, items[i].Text = "excellent", "勇挑重担，连续奋战，发挥了先锋模范作用。"
		}
	}
	_, err = p.Taskforces.Appraise(ctx, office, scope, f.id, items)
	return err
}

// receive is the home branches taking note of the appraisals; one of them has not yet.
func (p *planner) receive(ctx context.Context, _ *force) error {
	for i := range working - 1 {
		secretary, scope, err := p.as(ctx, fmt.Sprintf("secretary%d", i+1), access.Need{Resource: "appraisal", Action: "receive"})
		if err != nil {
			return err
		}
		found, err := p.Taskforces.Appraisals(ctx, secretary, scope, taskforce.AppraisalFilter{Branch: p.branches[i].ID, Unreceived: true, Limit: 200})
		if err != nil {
			return err
		}
		for _, a := range found.Items {
			if _, err := p.Taskforces.Receive(ctx, secretary, scope, a.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

func (p *planner) archive(ctx context.Context, f *force) error {
	version, err := p.version(ctx, f)
	if err != nil {
		return err
	}
	office, scope, err := p.as(ctx, "office", needForce("archive"))
	if err != nil {
		return err
	}
	_, err = p.Taskforces.Archive(ctx, office, scope, f.id, version)
	return err
}

// colleagues are people of the working branches but those named, in the roll's order.
func (p *planner) colleagues(but ...uuid.UUID) []org.Placement {
	var out []org.Placement
	for i := range working {
		for _, m := range p.members {
			if m.Branch == p.branches[i].ID && !slices.Contains(but, m.Person) {
				out = append(out, m)
			}
		}
	}
	return out
}
