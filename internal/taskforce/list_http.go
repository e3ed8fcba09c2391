package taskforce

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

func mountList(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/taskforces", op("read", "Taskforces in your reach, the latest proposed first", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			State  string    `query:"state" enum:"running,proposed,approved,active,concluded,archived,rejected" doc:"running: not over"`
			Kind   string    `query:"kind" maxLength:"40"`
			Q      string    `query:"q" maxLength:"60" doc:"Looks into name and purpose"`
			Mine   bool      `query:"mine" doc:"That you are in today, or proposed"`
			Branch uuid.UUID `query:"branch_id" doc:"That proposed it"`
			Year   int       `query:"year" minimum:"0" maximum:"2200" doc:"Alive in that year"`
			Cursor string    `query:"cursor" maxLength:"400"`
			Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*struct{ Body Page }, error) {
			out, err := s.List(ctx, who.Actor, who.Scope, Filter{State: in.State, Kind: in.Kind, Text: in.Q, Mine: in.Mine, Branch: in.Branch,
				Year: in.Year, Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body Page }{out}, err
		})
	httpd.Get(api, "/api/taskforces/{id}", op("read", "One taskforce, and who is in it", 0),
		func(ctx context.Context, who httpd.Who, in *struct{ TaskforceIn }) (*struct{ Body Detail }, error) {
			out, err := s.Detail(ctx, who.Actor, who.Scope, in.ID)
			return &struct{ Body Detail }{out}, err
		})
}
