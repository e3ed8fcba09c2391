package talk

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

const tag = "talks"

func op(resource, action, summary string, status int) httpd.Op {
	return httpd.Op{Need: need(resource, action), Tag: tag, Summary: summary, Status: status}
}

// IDIn is the thing that a route is about. Exported, like all that is embedded here:
// the OpenAPI layer does not read what is not.
type IDIn struct {
	ID uuid.UUID `path:"id"`
}

type listIn struct {
	From       calendar.Date `query:"from" doc:"Of the day it was held, or else is planned for"`
	To         calendar.Date `query:"to"`
	Unplanned  bool          `query:"unplanned" doc:"Only those without a day"`
	Year       int           `query:"year" minimum:"2000" maximum:"2200"`
	Talker     uuid.UUID     `query:"talker_id"`
	Person     uuid.UUID     `query:"person_id" doc:"Either of the two"`
	Type       string        `query:"type" enum:"leader,committee,committee_member,member,post_change,transfer,commendation,discipline,hardship,ad_hoc"`
	Status     []string      `query:"status" maxItems:"7" doc:"unplanned, planned, due, late, reported, confirmed, cancelled; without it all but cancelled"`
	Branch     uuid.UUID     `query:"branch_id"`
	Department uuid.UUID     `query:"department_id"`
	Mine       bool          `query:"mine"`
	Q          string        `query:"q" maxLength:"60" doc:"In the name, pinyin or initials of either"`
	Cursor     string        `query:"cursor" maxLength:"400"`
	Limit      int           `query:"limit" minimum:"1" maximum:"500" default:"50"`
}

type talkOut struct{ Body Talk }

func one(t Talk, err error) (*talkOut, error) {
	if err != nil {
		return nil, err
	}
	return &talkOut{t}, nil
}

func mountList(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/talks", op("talk", "read", "Talks in your reach: who, when, what type", 0),
		func(ctx context.Context, who httpd.Who, in *listIn) (*struct{ Body Page }, error) {
			out, err := s.List(ctx, who.Actor, who.Scope, Filter{From: in.From, To: in.To, Unplanned: in.Unplanned, Year: in.Year, Talker: in.Talker,
				Person: in.Person, Type: in.Type, Statuses: in.Status, Branch: in.Branch, Department: in.Department, Mine: in.Mine, Text: in.Q,
				Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body Page }{out}, err
		})
	httpd.Get(api, "/api/talks/{id}", op("talk", "read", "One talk, and how it came to its day", 0),
		func(ctx context.Context, who httpd.Who, in *struct{ IDIn }) (*struct{ Body Detail }, error) {
			out, err := s.Detail(ctx, who.Actor, who.Scope, in.ID)
			return &struct{ Body Detail }{out}, err
		})
}
