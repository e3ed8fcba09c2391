package talk

import (
	"context"
	"net/http"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

// TypeBody is how a type is to be handled.
type TypeBody struct {
	Name       string `json:"name" minLength:"1" maxLength:"20"`
	Active     bool   `json:"active"`
	Pairing    string `json:"pairing,omitempty" enum:",each,one" doc:"Only of committee"`
	Talker     string `json:"talker,omitempty" enum:",secretary,department_head,deputy_leader,leader" doc:"Only of what an occasion makes due"`
	WithinDays int    `json:"within_days,omitempty" minimum:"0" maximum:"90" doc:"Working days; only of what an occasion makes due"`
	Version    int    `json:"version"`
}

type lastIn struct {
	IDIn
	Body struct {
		Last calendar.Date `json:"last" doc:"The last day; one before the first day takes back what has not begun"`
	}
}

func mountTypes(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/talk-types", op("talk", "read", "Types of talks, as this office handles them", 0),
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct {
			Body struct {
				Items []Type `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Type `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Types(ctx, who.Scope)
			return out, err
		})
	httpd.Put(api, "/api/talk-types/{code}", op("talk_type", "write", "Change how a type of talks is handled", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			Code string `path:"code" maxLength:"40"`
			Body TypeBody
		}) (*struct{ Body Type }, error) {
			b := in.Body
			out, err := s.SaveType(ctx, who.Actor, who.Scope, Type{Code: in.Code, Name: b.Name, Active: b.Active, Pairing: b.Pairing,
				Talker: b.Talker, WithinDays: b.WithinDays, Version: b.Version})
			return &struct{ Body Type }{out}, err
		})
	httpd.Get(api, "/api/talk-leaders", op("talk", "read", "Who talks with every member of staff", 0),
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct {
			Body struct {
				Items []Leader `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Leader `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.StaffLeaders(ctx, who.Scope)
			return out, err
		})
	httpd.Post(api, "/api/talk-leaders", op("talk_type", "write", "Name somebody who talks with every member of staff", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct{ Body LeaderInput }) (*struct{ Body Leader }, error) {
			out, err := s.AddLeader(ctx, who.Actor, who.Scope, in.Body)
			return &struct{ Body Leader }{out}, err
		})
	httpd.Post(api, "/api/talk-leaders/{id}/end", op("talk_type", "write", "Set a leader's last day", http.StatusNoContent),
		func(ctx context.Context, who httpd.Who, in *lastIn) (*struct{}, error) {
			return nil, s.EndLeader(ctx, who.Actor, who.Scope, in.ID, in.Body.Last)
		})
	httpd.Get(api, "/api/talk-mornings", op("talk", "read", "On which days deputies meet departments in the morning", 0),
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct {
			Body struct {
				Items []Pattern `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Pattern `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Patterns(ctx, who.Scope)
			return out, err
		})
	httpd.Post(api, "/api/talk-mornings", op("talk_type", "write", "Arrange morning meetings of a deputy with a department", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct{ Body PatternInput }) (*struct{ Body Pattern }, error) {
			out, err := s.AddPattern(ctx, who.Actor, who.Scope, in.Body)
			return &struct{ Body Pattern }{out}, err
		})
	httpd.Post(api, "/api/talk-mornings/{id}/end", op("talk_type", "write", "Set the last day of morning meetings", http.StatusNoContent),
		func(ctx context.Context, who httpd.Who, in *lastIn) (*struct{}, error) {
			return nil, s.EndPattern(ctx, who.Actor, who.Scope, in.ID, in.Body.Last)
		})
	httpd.Get(api, "/api/mornings", op("talk", "read", "Morning meetings of some days: held, due, missed or planned", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			From calendar.Date `query:"from" required:"true"`
			To   calendar.Date `query:"to" required:"true" doc:"At most 100 days on"`
		}) (*struct {
			Body struct {
				Items []Morning `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Morning `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Mornings(ctx, who.Scope, in.From, in.To)
			return out, err
		})
}
