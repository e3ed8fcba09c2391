package desk

import (
	"context"
	"net/http"

	"xianfeng/internal/access"
	"xianfeng/internal/httpd"
)

// Mount mounts the desk.
func Mount(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/desk", httpd.Op{Need: access.Need{Resource: "desk", Action: "read"}, Tag: "desk", Summary: "What waits for you, and how things stand"},
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct{ Body Desk }, error) {
			d, err := s.Desk(ctx, who.Actor, who.Scope)
			return &struct{ Body Desk }{d}, err
		})
	httpd.Post(api, "/api/desk/digest", httpd.Op{Need: access.Need{Resource: "desk", Action: "read"}, Tag: "desk", Summary: "Put today's reminders aside, or take them back out", Status: http.StatusNoContent},
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				Seen bool `json:"seen"`
			}
		}) (*struct{}, error) {
			return nil, s.PutAside(ctx, who.Actor, who.Scope, in.Body.Seen)
		})
}
