package mentoring

import (
	"context"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

func mountMentees(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/mentees", op("read", "Young cadres, for who reads the whole office", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			State string        `query:"state" enum:"paired,unpaired"`
			Q     string        `query:"q" maxLength:"60"`
			From  calendar.Date `query:"from" doc:"As of this day, and paired or not from it on; today where it is missing"`
		}) (*struct{ Body MenteePage }, error) {
			out, err := s.MenteesFrom(ctx, who.Scope, in.State, in.Q, in.From)
			return &struct{ Body MenteePage }{out}, err
		})
}
