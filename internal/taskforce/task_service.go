package taskforce

import (
	"context"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
)

// working refuses tasks of what is not approved yet, and of what is over.
func (st stage) working() error {
	switch st.State {
	case Approved, Active:
		return nil
	case Proposed:
		return fault.New(fault.RuleBroken, "“"+st.Name+"”还没有批准，批准后再分派任务")
	}
	return fault.New(fault.RuleBroken, "“"+st.Name+"”"+st.State.Title()+"，任务不能再改动")
}

// Tasks pages through the tasks of a taskforce. scope is that of taskforce.read.
func (s *Service) Tasks(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, f TaskFilter) (out TaskPage, err error) {
	if f.Limit < 1 || f.Limit > 500 {
		f.Limit = 50
	}
	may, err := s.hands(by)
	if err != nil {
		return out, err
	}
	log, err := s.reach(by, need("log"))
	if err != nil {
		return out, err
	}
	err = db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, "")
		if err != nil {
			return err
		}
		out.Items, out.Total, err = listTasks(ctx, tx, by.Unit, id, f, s.today())
		for i := range out.Items {
			s.judge(&out.Items[i], st, by, may.work, log)
		}
		out.CanAdd = st.working() == nil && may.work.Covers(st.place(by.Unit))
		return err
	})
	if err == nil && len(out.Items) > f.Limit {
		out.Items = out.Items[:f.Limit]
		last := out.Items[f.Limit-1]
		out.Next = taskKey{!last.open(), last.DueOn, last.ID}.String()
	}
	return out, err
}

// judge says what the actor may do with a task.
func (s *Service) judge(t *Task, st stage, by access.Actor, work, log access.Scope) {
	place := st.place(by.Unit)
	t.Mine = t.Owner.ID == by.Person
	t.Late = t.open() && t.DueOn.Before(s.today())
	works := st.working() == nil
	t.CanEdit = works && t.open() && work.Covers(place)
	t.CanMove = works && (work.Covers(place) || t.Mine && log.Covers(place))
}

// AddTask gives somebody in the taskforce something to do. scope is that of
// taskforce.work.
func (s *Service) AddTask(ctx context.Context, by access.Actor, scope access.Scope, id uuid.UUID, in TaskInput) (Task, error) {
	task := db.NewID()
	return s.onTask(ctx, by, scope, id, task, "taskforce.task", func(ctx context.Context, tx bun.Tx, st stage) (string, error) {
		if err := s.checkTask(ctx, tx, by, st, &in, uuid.Nil, calendar.Date{}); err != nil {
			return "", err
		}
		return "分派“" + st.Name + "”的任务“" + in.Title + "”", insertTask(ctx, tx, by, id, task, in, s.now())
	})
}

func (s *Service) checkTask(ctx context.Context, tx bun.Tx, by access.Actor, st stage, in *TaskInput, owner uuid.UUID, was calendar.Date) error {
	if err := in.check(st, was, s.today()); err != nil {
		return err
	}
	if in.Owner == owner {
		return nil
	}
	may, err := mayOwn(ctx, tx, by.Unit, st.ID, in.Owner, s.today())
	if err == nil && !may {
		return fault.Field("owner_id", "请从现有成员中选择负责人")
	}
	return err
}

// EditTask changes what an open task says, whose it is and its day. scope is that of
// taskforce.work.
func (s *Service) EditTask(ctx context.Context, by access.Actor, scope access.Scope, id, task uuid.UUID, in TaskInput) (Task, error) {
	return s.onTask(ctx, by, scope, id, task, "taskforce.task_change", func(ctx context.Context, tx bun.Tx, st stage) (string, error) {
		t, err := lockTask(ctx, tx, by.Unit, id, task)
		if err != nil {
			return "", err
		}
		if err := t.seen(in.Version); err != nil {
			return "", err
		}
		if !t.open() {
			return "", fault.New(fault.RuleBroken, "任务已办结，请先改回“待办”或“进行中”再修改")
		}
		if err := s.checkTask(ctx, tx, by, st, &in, t.Owner.ID, t.DueOn); err != nil {
			return "", err
		}
		return "修改“" + st.Name + "”的任务“" + t.Title + "”",
			changeTask(ctx, tx, by.Unit, task, s.now(), `title = $4, detail = $5, owner_id = $6, due_on = $7`, in.Title, in.Detail, in.Owner, in.DueOn)
	})
}

func (t *Task) seen(version int) error {
	if t.Version != version {
		return fault.New(fault.Conflict, "这项任务刚被别人改动，请刷新后再试")
	}
	return nil
}

// MoveTask gives a task another state: whoever sees to it, and who has taskforce.work.
// scope is that of taskforce.log.
func (s *Service) MoveTask(ctx context.Context, by access.Actor, scope access.Scope, id, task uuid.UUID, state, note string, version int) (Task, error) {
	may, err := s.hands(by)
	if err != nil {
		return Task{}, err
	}
	return s.onTask(ctx, by, scope, id, task, "taskforce.task_move", func(ctx context.Context, tx bun.Tx, st stage) (string, error) {
		t, err := lockTask(ctx, tx, by.Unit, id, task)
		if err != nil {
			return "", err
		}
		if !may.over(st, t.Owner.ID, by) {
			return "", fault.New(fault.Forbidden, "只有任务负责人和"+st.Head+"可以改变任务状态")
		}
		if err := t.seen(version); err != nil {
			return "", err
		}
		if note, err = checkMove(t, state, note); err != nil {
			return "", err
		}
		var done calendar.Date
		if state == TaskDone {
			done = s.today()
		}
		return "“" + st.Name + "”的任务“" + t.Title + "”：" + taskTitles[t.State] + "→" + taskTitles[state],
			changeTask(ctx, tx, by.Unit, task, s.now(), `state = $4, note = $5, done_on = $6`, state, note, done)
	})
}

// onTask changes a task of a taskforce that works or is about to, and reads what came of
// it.
func (s *Service) onTask(ctx context.Context, by access.Actor, scope access.Scope, id, task uuid.UUID, action string,
	do func(ctx context.Context, tx bun.Tx, st stage) (summary string, err error)) (out Task, err error) {
	work, err := s.reach(by, need("work"))
	if err != nil {
		return out, err
	}
	log, err := s.reach(by, need("log"))
	if err != nil {
		return out, err
	}
	err = db.Transact(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		st, err := findStage(ctx, tx, scope, id, forShare)
		if err != nil {
			return err
		}
		if err := st.working(); err != nil {
			return err
		}
		summary, err := do(ctx, tx, st)
		if err != nil {
			return err
		}
		if out, err = readTask(ctx, tx, by.Unit, id, task); err != nil {
			return err
		}
		s.judge(&out, st, by, work, log)
		return s.tell(ctx, tx, by, action, st, summary, map[string]any{"task": task})
	})
	return out, err
}
