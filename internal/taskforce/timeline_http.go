package taskforce

import (
	"context"

	"xianfeng/internal/httpd"
)

func mountTimeline(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/taskforces/{id}/timeline", httpd.Op{Need: need("read"), Tag: tag, Summary: "What became of a taskforce, newest first"},
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Cursor string `query:"cursor" maxLength:"400"`
			Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*struct{ Body Timeline }, error) {
			out, err := s.Timeline(ctx, who.Actor, who.Scope, in.ID, in.Cursor, in.Limit)
			return &struct{ Body Timeline }{out}, err
		})
}
