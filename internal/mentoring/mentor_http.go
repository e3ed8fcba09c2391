package mentoring

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

const tag = "mentoring"

func op(action, summary string, status int) httpd.Op {
	return httpd.Op{Need: need(action), Tag: tag, Summary: summary, Status: status}
}

// IDIn is the thing that a route is about.
type IDIn struct {
	ID uuid.UUID `path:"id"`
}

// PersonIn is the person that a route is about.
type PersonIn struct {
	Person uuid.UUID `path:"person"`
}

type mentorsOut struct {
	Body struct {
		Items []Mentor `json:"items"`
		Total int      `json:"total"`
		Limit int      `json:"limit" doc:"Mentees that one mentor may have at a time"`
	}
}

type linesOut struct {
	Body struct {
		Items []Line `json:"items"`
	}
}

func lines(items []Line, err error) (*linesOut, error) {
	if err != nil {
		return nil, err
	}
	out := &linesOut{}
	out.Body.Items = items
	return out, nil
}

func mountMentors(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/mentors", op("read", "The pool of mentors, for who reads the whole office", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			Q    string `query:"q" maxLength:"60"`
			Role string `query:"role" enum:"political,professional"`
		}) (*mentorsOut, error) {
			items, limit, err := s.Mentors(ctx, who.Scope, MentorFilter{Text: in.Q, Role: in.Role})
			if err != nil {
				return nil, err
			}
			out := &mentorsOut{}
			out.Body.Items, out.Body.Total, out.Body.Limit = items, len(items), limit
			return out, nil
		})
	httpd.Put(api, "/api/mentors/{person}", op("pair", "Put somebody into the pool, or change it", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			PersonIn
			Body MentorInput
		}) (*struct{ Body Mentor }, error) {
			out, err := s.SaveMentor(ctx, who.Actor, who.Scope, in.Person, in.Body)
			return &struct{ Body Mentor }{out}, err
		})
	httpd.Delete(api, "/api/mentors/{person}", op("pair", "Take somebody out of the pool; their mentees stay theirs", http.StatusNoContent),
		func(ctx context.Context, who httpd.Who, in *PersonIn) (*struct{}, error) {
			return nil, s.DropMentor(ctx, who.Actor, who.Scope, in.Person)
		})
	httpd.Get(api, "/api/mentoring-lines", op("read", "The business line of each department, for who reads the whole office", 0),
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*linesOut, error) {
			return lines(s.Lines(ctx, who.Scope))
		})
	httpd.Put(api, "/api/mentoring-lines", op("pair", "Set the lines of the departments named", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				Items []LineInput `json:"items" maxItems:"500"`
			}
		}) (*linesOut, error) {
			return lines(s.SaveLines(ctx, who.Actor, who.Scope, in.Body.Items))
		})
}
