package taskforce

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

// VersionBody is what a step was taken on.
type VersionBody struct {
	Version int `json:"version"`
}

// RejectionBody says why not.
type RejectionBody struct {
	Answer  string `json:"answer" maxLength:"400"`
	Version int    `json:"version"`
}

type steppedOut struct{ Body Stepped }

func stepped(out Stepped, err error) (*steppedOut, error) {
	if err != nil {
		return nil, err
	}
	return &steppedOut{out}, nil
}

func op(action, summary string, status int) httpd.Op {
	return httpd.Op{Need: need(action), Tag: tag, Summary: summary, Status: status}
}

func mountLife(api *httpd.API, s *Service) {
	httpd.Post(api, "/api/taskforces", op("propose", "Propose a taskforce", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct{ Body Proposal }) (*struct {
			Body struct {
				ID uuid.UUID `json:"id"`
			}
		}, error) {
			out := &struct {
				Body struct {
					ID uuid.UUID `json:"id"`
				}
			}{}
			var err error
			out.Body.ID, err = s.Propose(ctx, who.Actor, who.Scope, in.Body)
			return out, err
		})
	httpd.Put(api, "/api/taskforces/{id}", op("propose", "Put name, purpose or planned end right", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body Rewording
		}) (*steppedOut, error) {
			return stepped(s.Reword(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
	httpd.Post(api, "/api/taskforces/{id}/approval", op("approve", "Approve a proposal of somebody else", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body Approval
		}) (*steppedOut, error) {
			return stepped(s.Approve(ctx, who.Actor, who.Scope, in.ID, in.Body))
		})
	httpd.Post(api, "/api/taskforces/{id}/rejection", op("approve", "Turn down a proposal of somebody else", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body RejectionBody
		}) (*steppedOut, error) {
			return stepped(s.Reject(ctx, who.Actor, who.Scope, in.ID, in.Body.Answer, in.Body.Version))
		})
	httpd.Post(api, "/api/taskforces/{id}/activation", op("staff", "Let it begin", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body VersionBody
		}) (*steppedOut, error) {
			return stepped(s.Activate(ctx, who.Actor, who.Scope, in.ID, in.Body.Version))
		})
}
