package talk

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

type recordOut struct{ Body Record }

// confidential marks a route whose body or answer carries what was said: nothing of
// it is kept for repeated requests.
func confidential(o httpd.Op) httpd.Op {
	o.Secret = true
	return o
}

func sealedOf(r Record, err error) (*recordOut, error) {
	if err != nil {
		return nil, err
	}
	return &recordOut{r}, nil
}

func mountRecord(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/talk-readings", op("talk_text", "read", "Talks whose record you may read, because both named you", 0),
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct {
			Body struct {
				Items []Reading `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Reading `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Readings(ctx, who.Actor, who.Scope)
			return out, err
		})
	httpd.Get(api, "/api/talks/{id}/record", confidential(op("talk_text", "read", "What was said: to the two, and to whom both named, whose reading they are told of", 0)),
		func(ctx context.Context, who httpd.Who, in *IDIn) (*recordOut, error) {
			return sealedOf(s.Record(ctx, who.Actor, who.Scope, in.ID))
		})
	httpd.Post(api, "/api/talks/{id}/record", confidential(op("talk_text", "write", "Write a new version of what was said", 0)),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body struct {
				Text         string `json:"text" minLength:"1" maxLength:"20000"`
				AfterVersion int    `json:"after_version" minimum:"0" doc:"The version that you had before you; 0: none"`
			}
		}) (*recordOut, error) {
			return sealedOf(s.Write(ctx, who.Actor, who.Scope, in.ID, in.Body.Text, in.Body.AfterVersion))
		})
	httpd.Post(api, "/api/talks/{id}/record/agreement", confidential(op("talk_text", "write", "Say that what the other one wrote was so", 0)),
		func(ctx context.Context, who httpd.Who, in *versionIn) (*recordOut, error) {
			return sealedOf(s.Agree(ctx, who.Actor, who.Scope, in.ID, in.Body.Version))
		})
	httpd.Get(api, "/api/talks/{id}/leaders", op("talk_text", "write", "Whom the two can name to read the record", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
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
			out.Body.Items, err = s.Nameable(ctx, who.Actor, who.Scope, in.ID, in.Q)
			return out, err
		})
	httpd.Post(api, "/api/talks/{id}/consents", confidential(op("talk_text", "write", "Name a leader who may read the record, once the other one agrees", http.StatusCreated)),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body struct {
				Leader uuid.UUID     `json:"leader_id"`
				Until  calendar.Date `json:"until" doc:"Last day"`
			}
		}) (*recordOut, error) {
			return sealedOf(s.Ask(ctx, who.Actor, who.Scope, in.ID, in.Body.Leader, in.Body.Until))
		})
	httpd.Post(api, "/api/talk-consents/{id}/agreement", confidential(op("talk_text", "write", "Agree to whom the other one named", 0)),
		func(ctx context.Context, who httpd.Who, in *IDIn) (*recordOut, error) {
			return sealedOf(s.AgreeToConsent(ctx, who.Actor, who.Scope, in.ID))
		})
	httpd.Post(api, "/api/talk-consents/{id}/revocation", confidential(op("talk_text", "write", "Take back a consent, at once", 0)),
		func(ctx context.Context, who httpd.Who, in *IDIn) (*recordOut, error) {
			return sealedOf(s.Revoke(ctx, who.Actor, who.Scope, in.ID))
		})
}
