package talk

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

// PlanFor is what a plan is made for. Exported, like all that is embedded here.
type PlanFor struct {
	Year   int       `json:"year" minimum:"2000" maximum:"2200"`
	Branch uuid.UUID `json:"branch_id,omitzero" doc:"Left out: the whole office"`
}

func mountPlans(api *httpd.API, s *Service) {
	httpd.Post(api, "/api/talk-plans/preview", op("talk", "plan", "What planning a year's talks, or what is left of them, would do", 0),
		func(ctx context.Context, who httpd.Who, in *struct{ Body PlanFor }) (*struct{ Body Preview }, error) {
			out, err := s.PreviewPlan(ctx, who.Actor, who.Scope, in.Body.Year, in.Body.Branch)
			return &struct{ Body Preview }{out}, err
		})
	httpd.Post(api, "/api/talk-plans", op("talk", "plan", "Make the plan as previewed", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				PlanFor
				Digest string `json:"digest" minLength:"1" maxLength:"64" doc:"Of the preview that was shown"`
			}
		}) (*struct{ Body MadePlan }, error) {
			out, err := s.ConfirmPlan(ctx, who.Actor, who.Scope, in.Body.Year, in.Body.Branch, in.Body.Digest)
			return &struct{ Body MadePlan }{out}, err
		})
	httpd.Get(api, "/api/talk-plans", op("talk", "plan", "Plans that were made, the latest first", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			Cursor string `query:"cursor" maxLength:"40"`
			Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*struct{ Body PlanPage }, error) {
			out, err := s.Plans(ctx, who.Scope, in.Cursor, in.Limit)
			return &struct{ Body PlanPage }{out}, err
		})
	httpd.Get(api, "/api/talk-plans/{id}", op("talk", "plan", "One plan, and the talks that it moved", 0),
		func(ctx context.Context, who httpd.Who, in *struct{ IDIn }) (*struct{ Body PlanDetail }, error) {
			out, err := s.Plan(ctx, who.Actor, who.Scope, in.ID)
			return &struct{ Body PlanDetail }{out}, err
		})
}
