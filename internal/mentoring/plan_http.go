package mentoring

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

// PairingPath is the pairing that a route is about. Exported, like all that is embedded
// here: the OpenAPI layer does not read what is not.
type PairingPath struct {
	ID uuid.UUID `path:"id"`
}

// PlanPath is a pairing's plan of a year.
type PlanPath struct {
	PairingPath
	Year int `path:"year" minimum:"2000" maximum:"2200"`
}

func planOp(action, summary string, status int) httpd.Op {
	return httpd.Op{Need: need(action), Tag: "mentoring", Summary: summary, Status: status}
}

// PlansOut are the plans of a pairing.
type PlansOut struct {
	Items []Plan `json:"items"`
}

func mountPlans(api *httpd.API, s *Service) {
	type planOut struct{ Body Plan }
	one := func(p Plan, err error) (*planOut, error) {
		if err != nil {
			return nil, err
		}
		return &planOut{p}, nil
	}
	httpd.Get(api, "/api/pairings/{id}/plans", planOp("read", "Growth plans of a pairing, the latest year first", 0),
		func(ctx context.Context, who httpd.Who, in *struct{ PairingPath }) (*struct{ Body PlansOut }, error) {
			items, err := s.Plans(ctx, who.Actor, who.Scope, in.ID)
			if err != nil {
				return nil, err
			}
			return &struct{ Body PlansOut }{PlansOut{items}}, nil
		})
	httpd.Put(api, "/api/pairings/{id}/plans/{year}", planOp("write", "Write the plan of a year: any of the three may; the others agree anew", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			PlanPath
			Body PlanInput
		}) (*planOut, error) {
			return one(s.WritePlan(ctx, who.Actor, who.Scope, in.ID, in.Year, in.Body))
		})
	httpd.Post(api, "/api/pairings/{id}/plans/{year}/agreement", planOp("write", "Agree to the plan in this wording: each of the three for themselves", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			PlanPath
			Body struct {
				Version int `json:"version"`
			}
		}) (*planOut, error) {
			return one(s.AgreePlan(ctx, who.Actor, who.Scope, in.ID, in.Year, in.Body.Version))
		})
	httpd.Get(api, "/api/growth-plans", planOp("read", "Pairings of a year with their plans", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			Year   int    `query:"year" minimum:"2000" maximum:"2200" doc:"None: this one"`
			State  string `query:"state" enum:"none,draft,agreed,noticed,published,late"`
			Q      string `query:"q" maxLength:"60"`
			Cursor string `query:"cursor" maxLength:"400"`
			Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*struct{ Body PlanPage }, error) {
			page, err := s.GrowthPlans(ctx, who.Actor, who.Scope, PlanFilter{Year: in.Year, State: in.State, Text: in.Q, Cursor: in.Cursor, Limit: in.Limit})
			if err != nil {
				return nil, err
			}
			return &struct{ Body PlanPage }{page}, nil
		})
	httpd.Post(api, "/api/growth-plans/publication", planOp("publish", "Put plans that all three agreed to on one public notice", 201),
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				Year    int         `json:"year" minimum:"2000" maximum:"2200"`
				PlanIDs []uuid.UUID `json:"plan_ids,omitempty" maxItems:"1000" doc:"None: all that are agreed"`
			}
		}) (*struct{ Body PlansPublished }, error) {
			out, err := s.PublishPlans(ctx, who.Actor, who.Scope, in.Body.Year, in.Body.PlanIDs)
			if err != nil {
				return nil, err
			}
			return &struct{ Body PlansPublished }{out}, nil
		})
	httpd.Post(api, "/api/growth-plans/{id}/reopening", planOp("publish", "Give a published plan back to its three to change it; it is agreed and published anew", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			PairingPath
			Body struct {
				Reason  string `json:"reason" minLength:"1" maxLength:"300"`
				Version int    `json:"version"`
			}
		}) (*planOut, error) {
			return one(s.ReopenPlan(ctx, who.Actor, who.Scope, in.ID, in.Body.Reason, in.Body.Version))
		})
}
