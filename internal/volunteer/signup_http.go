package volunteer

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

func mountSignups(api *httpd.API, s *Service) {
	op := func(n, summary string) httpd.Op {
		return httpd.Op{Need: need("volunteer", n), Tag: "volunteering", Summary: summary}
	}
	httpd.Post(api, "/api/volunteer-actions/{id}/signup", op("sign", "Sign up: a place, or the end of the waiting line"),
		func(ctx context.Context, who httpd.Who, in *ActionIn) (*actionOut, error) {
			return action(s.SignUp(ctx, who.Actor, who.Scope, in.ID))
		})
	httpd.Post(api, "/api/volunteer-actions/{id}/withdrawal", op("sign", "Withdraw; the first who waits gets the place"),
		func(ctx context.Context, who httpd.Who, in *ActionIn) (*actionOut, error) {
			return action(s.Withdraw(ctx, who.Actor, who.Scope, in.ID))
		})
	httpd.Post(api, "/api/volunteer-actions/{id}/arrival", op("sign", "Say that you came; never required"),
		func(ctx context.Context, who httpd.Who, in *ActionIn) (*actionOut, error) {
			return action(s.Arrive(ctx, who.Actor, who.Scope, in.ID))
		})
	httpd.Post(api, "/api/volunteer-actions/{id}/people", op("organise", "Sign people up for them"),
		func(ctx context.Context, who httpd.Who, in *struct {
			ActionIn
			Body struct {
				PersonIDs []uuid.UUID `json:"person_ids" minItems:"1" maxItems:"100"`
			}
		}) (*actionOut, error) {
			return action(s.AddPeople(ctx, who.Actor, who.Scope, in.ID, in.Body.PersonIDs))
		})
	remove := op("organise", "Take somebody out for them; the first who waits gets the place")
	remove.Status = http.StatusNoContent
	httpd.Delete(api, "/api/volunteer-actions/{id}/people/{person}", remove,
		func(ctx context.Context, who httpd.Who, in *struct {
			ActionIn
			Person uuid.UUID `path:"person"`
		}) (*struct{}, error) {
			return nil, s.RemovePerson(ctx, who.Actor, who.Scope, in.ID, in.Person)
		})
}
