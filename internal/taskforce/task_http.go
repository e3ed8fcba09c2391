package taskforce

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

// TaskIn is the task that a route is about.
type TaskIn struct {
	TaskforceIn
	Task uuid.UUID `path:"task"`
}

type taskOut struct{ Body Task }

func oneTask(t Task, err error) (*taskOut, error) {
	if err != nil {
		return nil, err
	}
	return &taskOut{t}, nil
}

func mountTasks(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/taskforces/{id}/tasks", op("read", "Its tasks: open ones first, by their day", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			State  string    `query:"state" enum:"todo,doing,done,dropped,open,late" doc:"open: to do or being done; late: open and its day is over"`
			Owner  uuid.UUID `query:"owner"`
			Cursor string    `query:"cursor" maxLength:"400"`
			Limit  int       `query:"limit" minimum:"1" maximum:"500" default:"50"`
		}) (*struct{ Body TaskPage }, error) {
			out, err := s.Tasks(ctx, who.Actor, who.Scope, in.ID, TaskFilter{State: in.State, Owner: in.Owner, Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body TaskPage }{out}, err
		})
	httpd.Post(api, "/api/taskforces/{id}/tasks", op("work", "Give somebody in it something to do", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body TaskInput
		}) (*taskOut, error) {
			return oneTask(s.AddTask(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
	httpd.Put(api, "/api/taskforces/{id}/tasks/{task}", op("work", "Change an open task", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskIn
			Body TaskInput
		}) (*taskOut, error) {
			return oneTask(s.EditTask(ctx, who.Actor, who.Scope, in.ID, in.Task, in.Body))
		})
	httpd.Post(api, "/api/taskforces/{id}/tasks/{task}/state", op("log", "Give a task another state: its owner and the head may", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskIn
			Body struct {
				State   string `json:"state" enum:"todo,doing,done,dropped"`
				Note    string `json:"note,omitempty" required:"false" maxLength:"600" doc:"How it was done; why it is dropped"`
				Version int    `json:"version"`
			}
		}) (*taskOut, error) {
			return oneTask(s.MoveTask(ctx, who.Actor, who.Scope, in.ID, in.Task, in.Body.State, in.Body.Note, in.Body.Version))
		})
}
