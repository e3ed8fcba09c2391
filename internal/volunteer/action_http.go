package volunteer

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/activity"
	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

// ActionBody is the form of an action in one piece. Exported, like all that is embedded
// here: the OpenAPI layer does not read what is not.
type ActionBody struct {
	Title     string                `json:"title" maxLength:"200"`
	StartsAt  string                `json:"starts_at" maxLength:"40" doc:"2026-03-05T14:30 in the office's own zone, or RFC 3339"`
	EndsAt    string                `json:"ends_at" maxLength:"40"`
	Place     string                `json:"place" maxLength:"200"`
	Served    string                `json:"served" maxLength:"200" doc:"对象"`
	Content   string                `json:"content,omitempty" maxLength:"4000"`
	Organiser activity.OrganiserRef `json:"organiser"`
	LeaderID  uuid.UUID             `json:"leader_id" format:"uuid" doc:"组织者: who says who came and how long"`
	Places    *int                  `json:"places,omitempty" minimum:"1" maximum:"2000" doc:"None: as many as come"`
	ClosesAt  string                `json:"closes_at,omitempty" maxLength:"40" doc:"Signing up until then; when it begins, where left out"`
}

func (b ActionBody) input() (in ActionInput, err error) {
	in = ActionInput{Title: b.Title, Place: b.Place, Served: b.Served, Content: b.Content, Organiser: b.Organiser, Leader: b.LeaderID, Places: b.Places}
	if in.Starts, err = activity.ParseMoment("starts_at", b.StartsAt); err != nil {
		return in, err
	}
	if in.Ends, err = activity.ParseMoment("ends_at", b.EndsAt); err != nil || b.ClosesAt == "" {
		return in, err
	}
	in.Closes, err = activity.ParseMoment("closes_at", b.ClosesAt)
	return in, err
}

// ActionIn is the action that a route is about.
type ActionIn struct {
	ID uuid.UUID `path:"id"`
}

type actionsIn struct {
	State  string        `query:"state" enum:"coming,ended,past,recorded,cancelled" doc:"ended: over and not recorded; past: all that is not coming"`
	From   calendar.Date `query:"from"`
	To     calendar.Date `query:"to"`
	Mine   bool          `query:"mine" doc:"Signed up for by you"`
	Q      string        `query:"q" maxLength:"60" doc:"Looks into title, place, whom it serves and who leads it"`
	Cursor string        `query:"cursor" maxLength:"1000"`
	Limit  int           `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type actionsOut struct {
	Body struct {
		Items []Action `json:"items"`
		Next  string   `json:"next" doc:"Cursor of the next page; empty on the last"`
		Total int      `json:"total"`
	}
}

type actionOut struct{ Body ActionDetail }

func action(d ActionDetail, err error) (*actionOut, error) { return &actionOut{d}, err }

func mountActions(api *httpd.API, s *Service) {
	op := func(n, summary string) httpd.Op {
		return httpd.Op{Need: need("volunteer", n), Tag: "volunteering", Summary: summary}
	}
	httpd.Get(api, "/api/volunteer-actions", op("read", "Actions in your reach, with your own sign-ups"),
		func(ctx context.Context, who httpd.Who, in *actionsIn) (*actionsOut, error) {
			out := &actionsOut{}
			var err error
			out.Body.Items, out.Body.Next, out.Body.Total, err = s.Actions(ctx, who.Actor, who.Scope,
				ActionFilter{State: in.State, From: in.From, To: in.To, Mine: in.Mine, Text: in.Q, Cursor: in.Cursor, Limit: in.Limit})
			return out, err
		})
	httpd.Get(api, "/api/volunteer-actions/organisers", op("organise", "Places whose actions you may organise"),
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct {
			Body struct {
				Items []activity.OrganiserChoice `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []activity.OrganiserChoice `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Organisers(ctx, who.Actor, who.Scope)
			return out, err
		})
	create := op("organise", "Put an action up")
	create.Status = http.StatusCreated
	httpd.Post(api, "/api/volunteer-actions", create,
		func(ctx context.Context, who httpd.Who, in *struct{ Body ActionBody }) (*actionOut, error) {
			input, err := in.Body.input()
			if err != nil {
				return nil, err
			}
			return action(s.CreateAction(ctx, who.Actor, who.Scope, input))
		})
	httpd.Get(api, "/api/volunteer-actions/{id}", op("read", "One action; who signed up only for who organises it"),
		func(ctx context.Context, who httpd.Who, in *ActionIn) (*actionOut, error) {
			return action(s.Action(ctx, who.Actor, who.Scope, in.ID))
		})
	httpd.Put(api, "/api/volunteer-actions/{id}", op("organise", "Change an action that stands; more places take in who waits"),
		func(ctx context.Context, who httpd.Who, in *struct {
			ActionIn
			Body struct {
				ActionBody
				Version int `json:"version" doc:"Of the action that the form was filled from"`
			}
		}) (*actionOut, error) {
			input, err := in.Body.input()
			if err != nil {
				return nil, err
			}
			return action(s.ChangeAction(ctx, who.Actor, who.Scope, in.ID, in.Body.Version, input))
		})
	httpd.Post(api, "/api/volunteer-actions/{id}/cancellation", op("organise", "Call an action off; who signed up reads so"),
		func(ctx context.Context, who httpd.Who, in *struct {
			ActionIn
			Body struct {
				Reason  string `json:"reason" maxLength:"400"`
				Version int    `json:"version"`
			}
		}) (*actionOut, error) {
			return action(s.CancelAction(ctx, who.Actor, who.Scope, in.ID, in.Body.Version, in.Body.Reason))
		})
	httpd.Get(api, "/api/volunteer-actions/{id}/poster", op("organise", "The code to print: the address of the action as the browser sees the office"),
		func(ctx context.Context, who httpd.Who, in *struct {
			ActionIn
			Origin string `query:"origin" required:"true" maxLength:"200" doc:"https://host, as the browser sees it"`
		}) (*struct{ Body QR }, error) {
			code, err := s.Poster(ctx, who.Actor, who.Scope, in.ID, in.Origin)
			return &struct{ Body QR }{code}, err
		})
	httpd.Post(api, "/api/volunteer-actions/{id}/record", op("organise", "Say who came and how long: makes the one confirmed activity of it"),
		func(ctx context.Context, who httpd.Who, in *struct {
			ActionIn
			Body recordBody
		}) (*actionOut, error) {
			out, err := in.Body.outcome()
			if err != nil {
				return nil, err
			}
			return action(s.RecordAction(ctx, who.Actor, who.Scope, in.ID, in.Body.Version, out))
		})
	httpd.Get(api, "/api/volunteer-codes/{code}", op("read", "The action of a code on paper"),
		func(ctx context.Context, who httpd.Who, in *struct {
			Code string `path:"code" maxLength:"40"`
		}) (*struct {
			Body struct {
				ID uuid.UUID `json:"id"`
			}
		}, error) {
			id, err := s.ByCode(ctx, who.Actor, who.Scope, in.Code)
			out := &struct {
				Body struct {
					ID uuid.UUID `json:"id"`
				}
			}{}
			out.Body.ID = id
			return out, err
		})
}

type recordBody struct {
	Came          []Came              `json:"came" maxItems:"2000"`
	Outsiders     []activity.Outsider `json:"outsiders,omitempty" maxItems:"500"`
	StartsAt      string              `json:"starts_at" maxLength:"40"`
	EndsAt        string              `json:"ends_at" maxLength:"40"`
	Content       string              `json:"content,omitempty" maxLength:"100000"`
	OverlapAnswer string              `json:"overlap_answer,omitempty" maxLength:"400" doc:"Answers the warning that somebody is at two activities at once"`
	Version       int                 `json:"version"`
}

func (b recordBody) outcome() (out Outcome, err error) {
	out = Outcome{Came: b.Came, Outsiders: b.Outsiders, Content: b.Content, OverlapAnswer: b.OverlapAnswer}
	if out.Starts, err = activity.ParseMoment("starts_at", b.StartsAt); err != nil {
		return out, err
	}
	out.Ends, err = activity.ParseMoment("ends_at", b.EndsAt)
	return out, err
}
