package app_test

import (
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/activity"
	"xianfeng/internal/org"
	"xianfeng/internal/taskforce"
)

// forces is what things have of taskforces: one in each state that a write begins from.
type forces struct {
	proposed, approved, running, ending, concluded, complete, archived force
	member, served                                                     uuid.UUID // secondments: of the running one, of the one that ends
	outsider, outcome, note, file                                      uuid.UUID // of the running one
	task                                                               taskforce.Task
	unwritten                                                          uuid.UUID // who served in the concluded one, and has no appraisal
	appraisal                                                          uuid.UUID // that waits for the home branch
}

// force is a taskforce and its version.
type force struct {
	id      uuid.UUID
	version int
}

// within is this with what belongs to the unit from there.
func (x forces) within(unit forces) forces {
	if x.running.id == uuid.Nil {
		return unit
	}
	return x
}

// camp says whose taskforces a branch proposed: its number and secretary, who heads
// them, who is in them, and who was and is appraised.
type camp struct {
	branch                          int
	secretary, head, member, served string
}

// campaigns makes the taskforces of branches.
func (o *office) campaigns(all map[string]things, camps map[string]camp) {
	o.t.Helper()
	by, scope := o.as("office", "taskforce_kind", "write")
	_, err := o.app.Taskforces.SaveKind(o.t.Context(), by, scope, taskforce.Kind{Code: "study_society", Name: "研习社", Head: "社长", Outsiders: true, Appraisal: true, Active: true, Ord: 3, RowVersion: 1})
	must(o.t, err)
	for key, c := range camps {
		x := all[key]
		x.forces = o.campaign(c)
		all[key] = x
	}
}

func (o *office) campaign(c camp) forces {
	o.t.Helper()
	ctx := o.t.Context()
	office, unit := o.as("office", "taskforce", "staff")
	var x forces
	x.proposed = o.proposes(c, "待批的研习社")
	x.approved = o.approves(c, o.proposes(c, "待启动的研习社"))
	x.running = o.begins(c, "运行中的研习社")
	x.ending = o.begins(c, "将结项的研习社")
	x.concluded = o.ends(o.begins(c, "已结项的研习社"))
	x.complete = o.ends(o.begins(c, "待归档的研习社"))
	x.archived = o.ends(o.begins(c, "已归档的研习社"))
	detail, err := o.app.Taskforces.Detail(ctx, office, unit, x.running.id)
	must(o.t, err)
	for _, s := range detail.Staff {
		switch s.Person {
		case o.Person(c.member):
			x.member = s.ID
		case o.Person(c.served):
			x.served = s.ID
		}
	}
	guest, err := o.app.Taskforces.Invite(ctx, office, unit, x.running.id, taskforce.OutsiderInput{Name: "慕容外", Partner: "区卫健局", From: today.AddDays(-5)})
	must(o.t, err)
	x.outsider = guest.ID
	x.task, err = o.app.Taskforces.AddTask(ctx, office, unit, x.running.id, taskforce.TaskInput{Title: "走访企业", Owner: o.Person(c.member), DueOn: today.AddDays(5)})
	must(o.t, err)
	by := o.Actor(c.member)
	by.Grants = append(by.Grants, access.Grant{Role: access.RoleTaskforceMember, PlaceKind: "project", PlaceID: x.running.id})
	log, err := o.app.Policy.Decide(by, access.Need{Resource: "taskforce", Action: "log"})
	must(o.t, err)
	outcome, err := o.app.Taskforces.Achieve(ctx, by, log, x.running.id, taskforce.OutcomeInput{Kind: "article", Title: "轻罪治理一文", Quantity: 1, ReachedOn: today.AddDays(-1)})
	must(o.t, err)
	note, err := o.app.Taskforces.WriteNote(ctx, by, log, x.running.id, today.AddDays(-1), "第一次走访")
	must(o.t, err)
	attached, err := o.app.Taskforces.AddFile(ctx, by, log, x.running.id, taskforce.FileInput{Name: "走访.txt", Outcome: outcome.ID}, strings.NewReader("走访记录"))
	must(o.t, err)
	x.outcome, x.note, x.file = outcome.ID, note.ID, attached.ID
	x.unwritten = o.Person(c.member)
	x.appraisal = o.appraises(x.concluded, c.served)
	for _, f := range []force{x.complete, x.archived} {
		o.appraises(f, c.head, c.member, c.served)
	}
	out, err := o.app.Taskforces.Archive(ctx, office, unit, x.archived.id, x.archived.version)
	must(o.t, err)
	x.archived.version = out.Version
	return x
}

func (o *office) proposes(c camp, name string) force {
	o.t.Helper()
	by, scope := o.as(c.secretary, "taskforce", "propose")
	id, err := o.app.Taskforces.Propose(o.t.Context(), by, scope, taskforce.Proposal{Kind: "study_society", Name: o.Branches[c.branch].Name + name, Purpose: "研究轻罪治理",
		Branch: o.Branches[c.branch].ID, From: today.AddDays(-20)})
	must(o.t, err)
	return o.force(id)
}

func (o *office) force(id uuid.UUID) force {
	o.t.Helper()
	by, scope := o.as("office", "taskforce", "read")
	detail, err := o.app.Taskforces.Detail(o.t.Context(), by, scope, id)
	must(o.t, err)
	return force{id, detail.Taskforce.Version}
}

func (o *office) approves(c camp, f force) force {
	o.t.Helper()
	by, scope := o.as("office", "taskforce", "approve")
	_, err := o.app.Taskforces.Approve(o.t.Context(), by, scope, f.id, taskforce.Approval{Version: f.version})
	must(o.t, err)
	by, scope = o.as("office", "taskforce", "staff")
	people := []taskforce.Seconded{{Person: o.Person(c.head), Office: org.OfficeSecretary}, {Person: o.Person(c.member), Office: org.OfficeMember}, {Person: o.Person(c.served), Office: org.OfficeMember}}
	for i := range people {
		people[i].From = today.AddDays(-20)
	}
	must(o.t, o.app.Taskforces.Second(o.t.Context(), by, scope, f.id, people))
	detail, err := o.app.Taskforces.Detail(o.t.Context(), by, scope, f.id)
	must(o.t, err)
	for _, m := range detail.Staff {
		if m.Person == o.Person(c.served) { // who is elsewhere again: being in it would be a role of theirs
			must(o.t, o.app.Taskforces.Release(o.t.Context(), by, scope, f.id, m.ID, today.AddDays(-1)))
		}
	}
	return o.force(f.id)
}

func (o *office) begins(c camp, name string) force {
	o.t.Helper()
	f := o.approves(c, o.proposes(c, name))
	by, scope := o.as("office", "taskforce", "staff")
	_, err := o.app.Taskforces.Activate(o.t.Context(), by, scope, f.id, f.version)
	must(o.t, err)
	return o.force(f.id)
}

// ends concludes a taskforce with today, so that who is in it still is.
func (o *office) ends(f force) force {
	o.t.Helper()
	by, scope := o.as("office", "taskforce", "conclude")
	_, err := o.app.Taskforces.Conclude(o.t.Context(), by, scope, f.id, taskforce.Conclusion{Last: today, Summary: "任务完成", Version: f.version})
	must(o.t, err)
	return o.force(f.id)
}

// appraises writes appraisals as the Party office, and gives that of the last.
func (o *office) appraises(f force, keys ...string) (last uuid.UUID) {
	o.t.Helper()
	by, scope := o.as("office", "appraisal", "write")
	items := make([]taskforce.AppraisalItem, len(keys))
	for i, key := range keys {
		items[i] = taskforce.AppraisalItem{Person: o.Person(key), Grade: taskforce.Good, Text: "认真负责"}
	}
	served, err := o.app.Taskforces.Appraise(o.t.Context(), by, scope, f.id, items)
	must(o.t, err)
	for _, v := range served {
		if v.Person.ID == items[len(items)-1].Person {
			last = v.Appraisal.ID
		}
	}
	return last
}

// projects makes what is reached by being seconded to the running taskforce of a branch.
func (o *office) projects(all map[string]things, of map[string]string) {
	o.t.Helper()
	for key, branch := range of {
		who := map[string][2]string{"branch0": {"committee1", "head"}, "branch1": {"secretary2", "office"}}[branch]
		x := o.make(activity.OrganiserRef{Kind: "project", ID: all[branch].forces.running.id}, key, who[0], who[1])
		x.forces = all[branch].forces
		all[key] = x
	}
}
