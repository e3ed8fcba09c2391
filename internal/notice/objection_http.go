package notice

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

type objectionOut struct {
	Body Objection
}

type objectionsIn struct {
	State  string    `query:"state" enum:"open,upheld,rejected,withdrawn,all," doc:"open where left out"`
	Branch uuid.UUID `query:"branch"`
	Cursor string    `query:"cursor"`
	Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type objectionsOut struct {
	Body struct {
		Items []Objection `json:"items"`
		Next  string      `json:"next"`
		Total int         `json:"total"`
	}
}

// ObjectionIn is the objection a route is about.
type ObjectionIn struct {
	ID uuid.UUID `path:"id"`
}

// Filing is what somebody objects.
type Filing struct {
	Statement string `json:"statement" minLength:"1" maxLength:"1000" doc:"Facts and reasons"`
}

// Verdict is the decision about an objection.
type Verdict struct {
	Uphold    bool      `json:"uphold"`
	Answer    string    `json:"answer" minLength:"1" maxLength:"1000" doc:"What the objector reads"`
	MeetingID uuid.UUID `json:"meeting_id,omitempty" doc:"The record of the branch's meeting that resolved it; left out where the Party office decides"`
}

func mountObjections(api *httpd.API, s *Service) {
	const tag = "notices"
	one := func(o Objection, err error) (*objectionOut, error) {
		if err != nil {
			return nil, err
		}
		return &objectionOut{o}, nil
	}
	httpd.Post(api, "/api/notices/{id}/items/{item}/objections", httpd.Op{Need: needObject(), Tag: tag, Summary: "Object to an item", Status: http.StatusCreated},
		func(ctx context.Context, who httpd.Who, in *struct {
			NoticeIn
			Item uuid.UUID `path:"item"`
			Body Filing
		}) (*objectionOut, error) {
			return one(s.Object(ctx, who.Actor, who.Scope, in.ID, in.Item, in.Body.Statement))
		})
	httpd.Delete(api, "/api/objections/{id}", httpd.Op{Need: needObject(), Tag: tag, Summary: "Take one's own open objection back", Status: http.StatusOK},
		func(ctx context.Context, who httpd.Who, in *ObjectionIn) (*objectionOut, error) {
			return one(s.WithdrawObjection(ctx, who.Actor, in.ID))
		})
	httpd.Get(api, "/api/objections", httpd.Op{Need: needDecide(), Tag: tag, Summary: "Objections that the reader may decide, oldest first, or all, latest first"},
		func(ctx context.Context, who httpd.Who, in *objectionsIn) (*objectionsOut, error) {
			out := &objectionsOut{}
			var err error
			out.Body.Items, out.Body.Next, out.Body.Total, err = s.Objections(ctx, who.Actor, who.Scope,
				ObjectionFilter{State: in.State, Branch: in.Branch, Cursor: in.Cursor, Limit: in.Limit})
			return out, err
		})
	httpd.Get(api, "/api/objections/{id}/meetings", httpd.Op{Need: needDecide(), Tag: tag, Summary: "Meetings that a decision can cite"},
		func(ctx context.Context, who httpd.Who, in *ObjectionIn) (*struct{ Body MeetingChoices }, error) {
			out, err := s.Candidates(ctx, who.Actor, who.Scope, in.ID)
			return &struct{ Body MeetingChoices }{out}, err
		})
	httpd.Post(api, "/api/objections/{id}/decision", httpd.Op{Need: needDecide(), Tag: tag, Summary: "Decide about an objection, with an answer in writing", Status: http.StatusOK},
		func(ctx context.Context, who httpd.Who, in *struct {
			ObjectionIn
			Body Verdict
		}) (*objectionOut, error) {
			return one(s.Decide(ctx, who.Actor, who.Scope, in.ID, Decision{in.Body.Uphold, in.Body.Answer, in.Body.MeetingID}))
		})
}
