package talk

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

func mountCoverage(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/talks/coverage", op("talk", "read", "How far a year's talks were held, by talker and by type", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			Year   int       `query:"year" minimum:"2000" maximum:"2200" doc:"The running one when empty"`
			Branch uuid.UUID `query:"branch_id"`
		}) (*struct{ Body Coverage }, error) {
			out, err := s.Coverage(ctx, who.Scope, in.Year, in.Branch)
			return &struct{ Body Coverage }{out}, err
		})
}
