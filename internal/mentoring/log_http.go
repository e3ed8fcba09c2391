package mentoring

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

type logOut struct{ Body Log }

// logVersion is a step of a log.
type logVersion struct {
	PairingPath
	Body struct {
		Version int `json:"version"`
	}
}

func mountLogs(api *httpd.API, s *Service) {
	one := func(l Log, err error) (*logOut, error) {
		if err != nil {
			return nil, err
		}
		return &logOut{l}, nil
	}
	httpd.Get(api, "/api/pairings/{id}/logs", planOp("read", "What a pairing did, the latest first", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			PairingPath
			State  string    `query:"state" enum:"reported,confirmed,declined,withdrawn" doc:"None: all but those withdrawn"`
			Year   int       `query:"year" minimum:"2000" maximum:"2200"`
			Mentor uuid.UUID `query:"mentor_id"`
			Cursor string    `query:"cursor" maxLength:"400"`
			Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"30"`
		}) (*struct{ Body LogPage }, error) {
			page, err := s.Logs(ctx, who.Actor, who.Scope, in.ID, LogFilter{State: in.State, Year: in.Year, Mentor: in.Mentor, Cursor: in.Cursor, Limit: in.Limit})
			if err != nil {
				return nil, err
			}
			return &struct{ Body LogPage }{page}, nil
		})
	httpd.Post(api, "/api/pairings/{id}/logs", planOp("write", "Note what was done: the mentor or the mentee; the other confirms", 201),
		func(ctx context.Context, who httpd.Who, in *struct {
			PairingPath
			Body LogInput
		}) (*logOut, error) {
			return one(s.WriteLog(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
	httpd.Post(api, "/api/mentoring-logs/{id}/confirmation", planOp("write", "Confirm what the other one noted", 0),
		func(ctx context.Context, who httpd.Who, in *logVersion) (*logOut, error) {
			return one(s.ConfirmLog(ctx, who.Actor, who.Scope, in.ID, in.Body.Version))
		})
	httpd.Post(api, "/api/mentoring-logs/{id}/decline", planOp("write", "Give it back with the reason", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			PairingPath
			Body struct {
				Answer  string `json:"answer" minLength:"1" maxLength:"300"`
				Version int    `json:"version"`
			}
		}) (*logOut, error) {
			return one(s.DeclineLog(ctx, who.Actor, who.Scope, in.ID, in.Body.Answer, in.Body.Version))
		})
	httpd.Post(api, "/api/mentoring-logs/{id}/withdrawal", planOp("write", "Take your own back while nobody answered", 0),
		func(ctx context.Context, who httpd.Who, in *logVersion) (*logOut, error) {
			return one(s.WithdrawLog(ctx, who.Actor, who.Scope, in.ID, in.Body.Version))
		})
}
