package duty

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

const tag = "duties"

func op(action, summary string, status int) httpd.Op {
	return httpd.Op{Need: need(action), Tag: tag, Summary: summary, Status: status}
}

// Mount mounts the routes of duties. Each file of routes mounts its own.
func Mount(api *httpd.API, s *Service) {
	mountGrid(api, s)
	mountList(api, s)
	mountExcuses(api, s)
	mountPlans(api, s)
}

type gridIn struct {
	Owner  string    `query:"owner" enum:"branch,group,deputy,leader,unit" default:"branch"`
	From   string    `query:"from" maxLength:"7" doc:"First month, 2026-01; empty: so that the running month is the last"`
	Months int       `query:"months" minimum:"1" maximum:"24" default:"12"`
	Branch uuid.UUID `query:"branch_id"`
	Code   string    `query:"code" maxLength:"40"`
	Q      string    `query:"q" maxLength:"60" doc:"In the owner's name"`
	Cursor string    `query:"cursor" maxLength:"1000"`
	Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type cellIn struct {
	Code    string        `query:"code" required:"true" maxLength:"40"`
	Owner   string        `query:"owner" required:"true" enum:"unit,branch,group,deputy,leader" doc:"branch also for what its groups owe, summed up"`
	OwnerID uuid.UUID     `query:"owner_id" required:"true"`
	First   calendar.Date `query:"first" required:"true" doc:"First day of the period"`
}

func mountGrid(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/duties/grid", op("read", "How owners stand with their duties over the months", 0),
		func(ctx context.Context, who httpd.Who, in *gridIn) (*struct{ Body Grid }, error) {
			out, err := s.Grid(ctx, who.Scope, GridFilter{Owner: in.Owner, From: in.From, Months: in.Months, Branch: in.Branch, Code: in.Code, Text: in.Q,
				Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body Grid }{out}, err
		})
	httpd.Get(api, "/api/duties/cell", op("read", "A cell and the records that fill it", 0),
		func(ctx context.Context, who httpd.Who, in *cellIn) (*struct{ Body Detail }, error) {
			out, err := s.Detail(ctx, who.Actor, who.Scope, CellID{in.Code, in.Owner, in.OwnerID, in.First})
			return &struct{ Body Detail }{out}, err
		})
}

// CodeIn is the duty a route is about.
type CodeIn struct {
	Code string `path:"code" maxLength:"40"`
}

type dutyOut struct{ Body Duty }

func mountList(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/duties", op("read", "The list of duties: in force, to come, and before", 0),
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct{ Body List }, error) {
			out, err := s.List(ctx, who.Scope)
			return &struct{ Body List }{out}, err
		})
	httpd.Post(api, "/api/duties", op("write", "Add a duty of the office's own", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct{ Body New }) (*dutyOut, error) {
			out, err := s.Add(ctx, who.Actor, who.Scope, in.Body)
			return &dutyOut{out}, err
		})
	httpd.Put(api, "/api/duties/{code}", op("write", "Change a duty from the first day of a period on", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			CodeIn
			Body Change
		}) (*dutyOut, error) {
			out, err := s.Define(ctx, who.Actor, who.Scope, in.Code, in.Body)
			return &dutyOut{out}, err
		})
	httpd.Post(api, "/api/duties/{code}/end", op("write", "End a duty with a period", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			CodeIn
			Body Ending
		}) (*dutyOut, error) {
			out, err := s.End(ctx, who.Actor, who.Scope, in.Code, in.Body)
			return &dutyOut{out}, err
		})
	httpd.Delete(api, "/api/duties/{code}/next", op("write", "Take back a line or an end that has not come yet", http.StatusNoContent),
		func(ctx context.Context, who httpd.Who, in *CodeIn) (*struct{}, error) {
			return nil, s.TakeBack(ctx, who.Actor, who.Scope, in.Code)
		})
}

// ExcuseIn is the reason a route is about.
type ExcuseIn struct {
	ID uuid.UUID `path:"id"`
}

type excuseOut struct{ Body Excuse }

func mountExcuses(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/duty-excuses", op("read", "Reasons why duties were not met", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			State  string `query:"state" enum:"asked,approved,refused,withdrawn"`
			Cursor string `query:"cursor" maxLength:"1000"`
			Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*struct{ Body Excuses }, error) {
			out, err := s.Excuses(ctx, who.Actor, who.Scope, ExcuseFilter{State: in.State, Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body Excuses }{out}, err
		})
	httpd.Post(api, "/api/duty-excuses", op("excuse", "Say why a duty is not met", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct{ Body Asking }) (*excuseOut, error) {
			out, err := s.Ask(ctx, who.Actor, who.Scope, in.Body)
			return &excuseOut{out}, err
		})
	httpd.Post(api, "/api/duty-excuses/{id}/decision", op("approve", "Approve or refuse a reason", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			ExcuseIn
			Body Decision
		}) (*excuseOut, error) {
			out, err := s.Decide(ctx, who.Actor, who.Scope, in.ID, in.Body)
			return &excuseOut{out}, err
		})
	httpd.Post(api, "/api/duty-excuses/{id}/withdrawal", op("excuse", "Take back a reason that you gave", 0),
		func(ctx context.Context, who httpd.Who, in *ExcuseIn) (*excuseOut, error) {
			out, err := s.Withdraw(ctx, who.Actor, who.Scope, in.ID)
			return &excuseOut{out}, err
		})
}
