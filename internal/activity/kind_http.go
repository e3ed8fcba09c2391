package activity

import (
	"context"

	"xianfeng/internal/access"
	"xianfeng/internal/httpd"
)

func mountKinds(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/activity-kinds", httpd.Op{Need: needRead(), Tag: "activities", Summary: "Kinds of activity, and what each needs"},
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct {
			Body struct {
				Items []Kind `json:"items"`
			}
		}, error) {
			items, err := s.Kinds(ctx, who.Actor)
			out := &struct {
				Body struct {
					Items []Kind `json:"items"`
				}
			}{}
			out.Body.Items = items
			return out, err
		})
	httpd.Put(api, "/api/activity-kinds/{code}", httpd.Op{Need: access.Need{Resource: "activity_kind", Action: "write"}, Tag: "activities",
		Summary: "Create or change a kind"},
		func(ctx context.Context, who httpd.Who, in *struct {
			Code string `path:"code" maxLength:"40"`
			Body Kind
		}) (*struct{ Body Kind }, error) {
			k := in.Body
			k.Code = in.Code
			k, err := s.PutKind(ctx, who.Actor, who.Scope, k)
			return &struct{ Body Kind }{k}, err
		})
}
