package activity

import (
	"context"

	"xianfeng/internal/httpd"
)

func mountOrganisers(api *httpd.API, s *Service) {
	type listed struct {
		Body struct {
			Items []OrganiserChoice `json:"items"`
		}
	}
	httpd.Get(api, "/api/activities/organisers", httpd.Op{Need: needRecord(), Tag: "activities", Summary: "Places that you may record for"},
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*listed, error) {
			items, err := s.Organisers(ctx, who.Actor, who.Scope)
			out := &listed{}
			out.Body.Items = items
			return out, err
		})
	type projects struct {
		Body struct {
			Items []ProjectRef `json:"items"`
		}
	}
	httpd.Get(api, "/api/activities/projects", httpd.Op{Need: needRead(), Tag: "activities", Summary: "Projects that held what you may read"},
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*projects, error) {
			out := &projects{}
			var err error
			out.Body.Items, err = s.Projects(ctx, who.Actor, who.Scope)
			return out, err
		})
}
