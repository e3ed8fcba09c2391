package taskforce

import (
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"xianfeng/internal/fault"
)

func (o *house) task(id uuid.UUID, owner, title, due string) Task {
	o.t.Helper()
	by, scope := o.as("secretary1", "work")
	task, err := o.svc.AddTask(bg, by, scope, id, TaskInput{Title: title, Owner: o.Person(owner), DueOn: on(due)})
	o.must(err)
	return task
}

func TestTasks(t *testing.T) {
	o := newHouse(t)
	id := o.running("守正行动党支部", "1号", "member1", "staff")
	first := o.task(id, "member1", "走访企业", "2026-05-25")
	o.task(id, "staff", "起草清单", "2026-05-22")
	by, work := o.as("secretary1", "work")
	for field, in := range map[string]TaskInput{
		"title":    {Owner: o.Person("member1"), DueOn: on("2026-05-25")},
		"owner_id": {Title: "x", Owner: o.Person("leader1"), DueOn: on("2026-05-25")},
		"due_on":   {Title: "x", Owner: o.Person("member1"), DueOn: on("2026-05-19")},
		"detail":   {Title: "x", Detail: strings.Repeat("长", 1001), Owner: o.Person("member1"), DueOn: on("2026-05-25")},
	} {
		_, err := o.svc.AddTask(bg, by, work, id, in)
		if f := fault.From(err); f == nil || f.Code != fault.Invalid || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	member, log := o.as("member1", "log")
	_, err := o.svc.MoveTask(bg, member, log, id, first.ID, TaskDropped, "", 1)
	o.refused(fault.Invalid, err, "dropped without a reason")
	moved, err := o.svc.MoveTask(bg, member, log, id, first.ID, TaskDoing, "", 1)
	if err != nil || moved.State != TaskDoing || moved.Version != 2 || !moved.Mine || !moved.CanMove || moved.CanEdit {
		t.Errorf("%+v %v", moved, err)
	}
	_, err = o.svc.MoveTask(bg, member, log, id, first.ID, TaskDone, "", 1)
	o.refused(fault.Conflict, err, "an old version")
	other, staffLog := o.as("staff", "log")
	_, err = o.svc.MoveTask(bg, other, staffLog, id, first.ID, TaskDone, "", 2)
	o.refused(fault.Forbidden, err, "somebody else's")
	out, outLog := o.as("secretary2", "log")
	_, err = o.svc.MoveTask(bg, out, outLog, id, first.ID, TaskDone, "", 2)
	o.refused(fault.NotFound, err, "from outside")
	done, err := o.svc.MoveTask(bg, member, log, id, first.ID, TaskDone, "走访 12 家", 2)
	if err != nil || done.DoneOn == nil || *done.DoneOn != on("2026-05-20") || done.Note == "" {
		t.Errorf("%+v %v", done, err)
	}
	_, err = o.svc.EditTask(bg, by, work, id, first.ID, TaskInput{Title: "x", Owner: o.Person("member1"), DueOn: on("2026-05-25"), Version: 3})
	o.refused(fault.RuleBroken, err, "a task that is done")
	again, err := o.svc.MoveTask(bg, by, work, id, first.ID, TaskTodo, "", 3)
	if err != nil || again.DoneOn != nil {
		t.Errorf("%+v %v", again, err)
	}
	changed, err := o.svc.EditTask(bg, by, work, id, first.ID, TaskInput{Title: "走访三十家企业", Owner: o.Person("staff"), DueOn: on("2026-06-25"), Version: 4})
	if err != nil || changed.Owner.Name != "曾小满" || changed.Title != "走访三十家企业" {
		t.Errorf("%+v %v", changed, err)
	}
	o.now = o.now.AddDate(0, 0, 4)
	reader, read := o.as("member1", "read")
	page, err := o.svc.Tasks(bg, reader, read, id, TaskFilter{Limit: 1})
	if err != nil || page.Total != 2 || len(page.Items) != 1 || page.Items[0].Title != "起草清单" || !page.Items[0].Late || page.CanAdd || page.Items[0].CanMove {
		t.Fatalf("%+v %v", page, err)
	}
	page, err = o.svc.Tasks(bg, reader, read, id, TaskFilter{Limit: 1, Cursor: page.Next})
	if err != nil || page.Total != 2 || page.Items[0].ID != first.ID || page.Next != "" {
		t.Errorf("%+v %v", page, err)
	}
	for state, want := range map[string]int{"late": 1, "open": 2, "todo": 2, "done": 0} {
		if page, err := o.svc.Tasks(bg, reader, read, id, TaskFilter{State: state}); err != nil || page.Total != want || len(page.Items) != want {
			t.Errorf("%s: %+v %v", state, page, err)
		}
	}
	if d := o.detail(id).Taskforce; d.TasksOpen != 2 || d.TasksLate != 1 || d.TasksDone != 0 {
		t.Errorf("%+v", d)
	}
	office, staff := o.as("office", "staff")
	o.refused(fault.RuleBroken, o.svc.Release(bg, office, staff, id, o.member(id, "staff").ID, on("2026-05-31")), "leaves a task")
}

func TestTwoMoveATask(t *testing.T) {
	o := newHouse(t)
	id := o.running("守正行动党支部", "1号", "member1")
	task := o.task(id, "member1", "走访企业", "2026-05-25")
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i, key := range []string{"member1", "secretary1"} {
		by, scope := o.as(key, "log")
		wg.Go(func() { _, errs[i] = o.svc.MoveTask(bg, by, scope, id, task.ID, TaskDoing, "", 1) })
	}
	wg.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Errorf("one of them moves it: %v", errs)
	}
}
