package talk

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

type followUpOut struct{ Body FollowUp }

func followUp(f FollowUp, err error) (*followUpOut, error) {
	if err != nil {
		return nil, err
	}
	return &followUpOut{f}, nil
}

func mountFollowUps(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/followups", op("followup", "read", "What is to be done after talks, without the talks", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			State  string `query:"state" enum:"open,late,done,withdrawn" doc:"None: all but those that were withdrawn"`
			Mine   string `query:"mine" enum:"owner,raised" doc:"Those that you see to, or that you raised"`
			Q      string `query:"q" maxLength:"60"`
			Cursor string `query:"cursor" maxLength:"200"`
			Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*struct{ Body FollowUpPage }, error) {
			page, err := s.FollowUps(ctx, who.Actor, who.Scope, FollowUpFilter{State: in.State, Mine: in.Mine, Text: in.Q, Cursor: in.Cursor, Limit: in.Limit})
			if err != nil {
				return nil, err
			}
			return &struct{ Body FollowUpPage }{page}, nil
		})
	// The address names the talk, and what is kept for repeated requests would tie it to
	// the follow-up.
	httpd.Post(api, "/api/talks/{id}/followups", confidential(op("followup", "write", "Hand on something that came up in your talk", http.StatusCreated)),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body FollowUpInput
		}) (*followUpOut, error) {
			return followUp(s.Raise(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
	httpd.Put(api, "/api/followups/{id}", op("followup", "write", "Give it another owner or day: who raised it may", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body struct {
				Owner   uuid.UUID     `json:"owner_id"`
				DueOn   calendar.Date `json:"due_on"`
				Version int           `json:"version"`
			}
		}) (*followUpOut, error) {
			return followUp(s.Hand(ctx, who.Actor, who.Scope, in.ID, in.Body.Owner, in.Body.DueOn, in.Body.Version))
		})
	httpd.Post(api, "/api/followups/{id}/result", op("followup", "write", "Say what was done: its owner and who raised it may", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body struct {
				Result  string `json:"result" minLength:"1" maxLength:"500"`
				Version int    `json:"version"`
			}
		}) (*followUpOut, error) {
			return followUp(s.Result(ctx, who.Actor, who.Scope, in.ID, in.Body.Result, in.Body.Version))
		})
	httpd.Post(api, "/api/followups/{id}/withdrawal", op("followup", "write", "Take it back: who raised it may", 0),
		func(ctx context.Context, who httpd.Who, in *versionIn) (*followUpOut, error) {
			return followUp(s.Withdraw(ctx, who.Actor, who.Scope, in.ID, in.Body.Version))
		})
}
