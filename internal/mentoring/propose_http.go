package mentoring

import (
	"context"

	"xianfeng/internal/httpd"
)

func mountProposals(api *httpd.API, s *Service) {
	httpd.Post(api, "/api/mentoring-proposals", op("pair", "Who could mentor whom, with reasons; nothing is written", 0),
		func(ctx context.Context, who httpd.Who, in *struct{ Body ProposalInput }) (*struct{ Body Proposal }, error) {
			out, err := s.Propose(ctx, who.Actor, who.Scope, in.Body)
			return &struct{ Body Proposal }{out}, err
		})
}
