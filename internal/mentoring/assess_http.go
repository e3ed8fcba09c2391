package mentoring

import (
	"context"

	"xianfeng/internal/httpd"
)

func mountAssessments(api *httpd.API, s *Service) {
	type stagesOut struct{ Body AssessmentsOut }
	all := func(stages []Stage, err error) (*stagesOut, error) {
		if err != nil {
			return nil, err
		}
		return &stagesOut{AssessmentsOut{stages}}, nil
	}
	httpd.Get(api, "/api/pairings/{id}/assessments", planOp("read", "Assessments of a pairing by stage, the latest first", 0),
		func(ctx context.Context, who httpd.Who, in *struct{ PairingPath }) (*stagesOut, error) {
			return all(s.Assessments(ctx, who.Actor, who.Scope, in.ID))
		})
	httpd.Put(api, "/api/pairings/{id}/assessments/{year}/{stage}", planOp("write", "Write your own part of a stage", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			PlanPath
			Stage string `path:"stage" enum:"mid,final"`
			Body  AssessmentInput
		}) (*stagesOut, error) {
			return all(s.Assess(ctx, who.Actor, who.Scope, in.ID, in.Year, in.Stage, in.Body))
		})
}
