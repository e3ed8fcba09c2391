package taskforce

import (
	"context"
	"net/http"

	"xianfeng/internal/access"
	"xianfeng/internal/httpd"
)

// NewKind is a kind with the code that it is given once.
type NewKind struct {
	Code string `json:"code" maxLength:"40"`
	Kind Kind   `json:"kind"`
}

// NewOutcomeKind is a kind of outcomes with its code.
type NewOutcomeKind struct {
	Code string      `json:"code" maxLength:"40"`
	Kind OutcomeKind `json:"kind"`
}

type kindOut struct{ Body Kind }
type outcomeKindOut struct{ Body OutcomeKind }

// CodeIn is the kind that a route is about.
type CodeIn struct {
	Code string `path:"code" maxLength:"40"`
}

func mountKinds(api *httpd.API, s *Service) {
	write := func(summary string, status int) httpd.Op {
		return httpd.Op{Need: access.Need{Resource: "taskforce_kind", Action: "write"}, Tag: tag, Summary: summary, Status: status}
	}
	httpd.Get(api, "/api/taskforce-kinds", httpd.Op{Need: need("read"), Tag: tag, Summary: "Kinds of taskforces, and how they differ"},
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct {
			Body struct {
				Items []Kind `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Kind `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Kinds(ctx, who.Scope)
			return out, err
		})
	httpd.Post(api, "/api/taskforce-kinds", write("Add a kind of taskforces", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct{ Body NewKind }) (*kindOut, error) {
			k := in.Body.Kind
			k.Code = in.Body.Code
			out, err := s.AddKind(ctx, who.Actor, who.Scope, k)
			return &kindOut{out}, err
		})
	httpd.Put(api, "/api/taskforce-kinds/{code}", write("Change a kind of taskforces", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			CodeIn
			Body Kind
		}) (*kindOut, error) {
			in.Body.Code = in.Code
			out, err := s.SaveKind(ctx, who.Actor, who.Scope, in.Body)
			return &kindOut{out}, err
		})
	httpd.Get(api, "/api/taskforce-outcome-kinds", httpd.Op{Need: need("read"), Tag: tag, Summary: "Kinds of outcomes, and what they are counted in"},
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct {
			Body struct {
				Items []OutcomeKind `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []OutcomeKind `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.OutcomeKinds(ctx, who.Scope)
			return out, err
		})
	httpd.Post(api, "/api/taskforce-outcome-kinds", write("Add a kind of outcomes", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct{ Body NewOutcomeKind }) (*outcomeKindOut, error) {
			k := in.Body.Kind
			k.Code = in.Body.Code
			out, err := s.AddOutcomeKind(ctx, who.Actor, who.Scope, k)
			return &outcomeKindOut{out}, err
		})
	httpd.Put(api, "/api/taskforce-outcome-kinds/{code}", write("Change a kind of outcomes", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			CodeIn
			Body OutcomeKind
		}) (*outcomeKindOut, error) {
			in.Body.Code = in.Code
			out, err := s.SaveOutcomeKind(ctx, who.Actor, who.Scope, in.Body)
			return &outcomeKindOut{out}, err
		})
}
