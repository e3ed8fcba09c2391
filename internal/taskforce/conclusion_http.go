package taskforce

import (
	"context"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

func mountConclusion(api *httpd.API, s *Service) {
	httpd.Post(api, "/api/taskforces/{id}/conclusion", httpd.Op{Need: need("conclude"), Tag: tag, Summary: "End a taskforce, and everybody's time in it"},
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body struct {
				Last    calendar.Date `json:"last" doc:"Its last day"`
				Summary string        `json:"summary" maxLength:"12000"`
				Version int           `json:"version"`
			}
		}) (*struct{ Body Stepped }, error) {
			out, err := s.Conclude(ctx, who.Actor, who.Scope, in.ID, Conclusion{in.Body.Last, in.Body.Summary, in.Body.Version})
			return &struct{ Body Stepped }{out}, err
		})
}
