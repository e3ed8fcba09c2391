package mentoring

import (
	"context"

	"xianfeng/internal/httpd"
)

func mountMentees(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/mentees", op("read", "Today's young cadres, for who reads the whole office", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			State string `query:"state" enum:"paired,unpaired"`
			Q     string `query:"q" maxLength:"60"`
		}) (*struct{ Body MenteePage }, error) {
			out, err := s.Mentees(ctx, who.Scope, in.State, in.Q)
			return &struct{ Body MenteePage }{out}, err
		})
}
