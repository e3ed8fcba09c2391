package taskforce

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

// LastBody is a last day.
type LastBody struct {
	Last calendar.Date `json:"last" doc:"The last day"`
}

// SecondmentIn is somebody's time in a taskforce that a route is about.
type SecondmentIn struct {
	TaskforceIn
	Secondment uuid.UUID `path:"secondment"`
}

func mountStaff(api *httpd.API, s *Service) {
	httpd.Post(api, "/api/taskforces/{id}/staff", op("staff", "Second people to it: all or none", http.StatusNoContent),
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body struct {
				People []Seconded `json:"people" minItems:"1" maxItems:"100"`
			}
		}) (*struct{}, error) {
			return nil, s.Second(ctx, who.Actor, who.Scope, in.ID, in.Body.People)
		})
	httpd.Post(api, "/api/taskforces/{id}/staff/{secondment}/end", op("staff", "End somebody's time in it", http.StatusNoContent),
		func(ctx context.Context, who httpd.Who, in *struct {
			SecondmentIn
			Body LastBody
		}) (*struct{}, error) {
			return nil, s.Release(ctx, who.Actor, who.Scope, in.ID, in.Secondment, in.Body.Last)
		})
	httpd.Post(api, "/api/taskforces/{id}/staff/{secondment}/office", op("staff", "Give somebody in it another office", http.StatusNoContent),
		func(ctx context.Context, who httpd.Who, in *struct {
			SecondmentIn
			Body struct {
				Office string        `json:"office" enum:"secretary,deputy,officer,member"`
				Title  string        `json:"title,omitempty" required:"false" maxLength:"40"`
				From   calendar.Date `json:"from"`
			}
		}) (*struct{}, error) {
			return nil, s.Appoint(ctx, who.Actor, who.Scope, in.ID, in.Secondment, in.Body.Office, in.Body.Title, in.Body.From)
		})
	httpd.Post(api, "/api/taskforces/{id}/outsiders", op("staff", "Put somebody of a partner unit into it", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body OutsiderInput
		}) (*struct{ Body Outsider }, error) {
			out, err := s.Invite(ctx, who.Actor, who.Scope, in.ID, in.Body)
			return &struct{ Body Outsider }{out}, err
		})
	httpd.Post(api, "/api/taskforces/{id}/outsiders/{outsider}/end", op("staff", "End the time of somebody of a partner unit", http.StatusNoContent),
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Outsider uuid.UUID `path:"outsider"`
			Body     LastBody
		}) (*struct{}, error) {
			return nil, s.Leave(ctx, who.Actor, who.Scope, in.ID, in.Outsider, in.Body.Last)
		})
}
