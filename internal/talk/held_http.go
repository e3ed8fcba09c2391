package talk

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

type versionIn struct {
	IDIn
	Body struct {
		Version int `json:"version"`
	}
}

func mountHeld(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/talks/partners", op("talk", "record", "Whom you may note a talk with", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			Q string `query:"q" maxLength:"60"`
		}) (*struct {
			Body struct {
				Items []Partner `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Partner `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Partners(ctx, who.Actor, in.Q)
			return out, err
		})
	httpd.Post(api, "/api/talks", op("talk", "record", "Note a talk that was held without being planned", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				Partner uuid.UUID     `json:"partner_id"`
				DoneOn  calendar.Date `json:"done_on"`
			}
		}) (*talkOut, error) {
			return one(s.Note(ctx, who.Actor, who.Scope, in.Body.Partner, in.Body.DoneOn))
		})
	httpd.Post(api, "/api/talks/{id}/move", op("talk", "read", "Put a talk on another day: the two may, and who plans talks", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body MoveInput
		}) (*talkOut, error) {
			return one(s.Move(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
	httpd.Post(api, "/api/talks/{id}/report", op("talk", "record", "Say that one of your talks was held", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body struct {
				DoneOn  calendar.Date `json:"done_on"`
				Version int           `json:"version"`
			}
		}) (*talkOut, error) {
			return one(s.Report(ctx, who.Actor, who.Scope, in.ID, in.Body.DoneOn, in.Body.Version))
		})
	httpd.Post(api, "/api/talks/{id}/confirm", op("talk", "record", "Confirm what the other one reported", 0),
		func(ctx context.Context, who httpd.Who, in *versionIn) (*talkOut, error) {
			return one(s.Confirm(ctx, who.Actor, who.Scope, in.ID, in.Body.Version))
		})
	httpd.Post(api, "/api/talks/{id}/denial", op("talk", "record", "Say that a reported talk was not held: it is to be held again", 0),
		func(ctx context.Context, who httpd.Who, in *versionIn) (*talkOut, error) {
			return one(s.Deny(ctx, who.Actor, who.Scope, in.ID, in.Body.Version))
		})
	httpd.Post(api, "/api/talks/{id}/cancellation", op("talk", "plan", "Take a talk off the calendar for good", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body struct {
				Reason  string `json:"reason" enum:"left,merged,not_needed"`
				Version int    `json:"version"`
			}
		}) (*talkOut, error) {
			return one(s.Cancel(ctx, who.Actor, who.Scope, in.ID, in.Body.Reason, in.Body.Version))
		})
}
