package org

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

type absencesIn struct {
	From   calendar.Date `query:"from" doc:"Absences with a day from here on"`
	To     calendar.Date `query:"to" doc:"Absences with a day until here"`
	Person uuid.UUID     `query:"person_id"`
	Branch uuid.UUID     `query:"branch_id"`
	Kind   string        `query:"kind" enum:"leave,business,training,other"`
	Cursor string        `query:"cursor" maxLength:"200"`
	Limit  int           `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type newAbsenceIn struct {
	Body struct {
		Person uuid.UUID     `json:"person_id"`
		Kind   string        `json:"kind" enum:"leave,business,training,other"`
		From   calendar.Date `json:"from"`
		To     calendar.Date `json:"to" doc:"Last day"`
	}
}

// AbsenceIn is the absence a route is about.
type AbsenceIn struct {
	ID uuid.UUID `path:"id"`
}

func mountAbsences(api *httpd.API, s *Service) {
	const tag = "people"
	read, write := need("absence", "read"), need("absence", "write")
	httpd.Get(api, "/api/absences", httpd.Op{Need: read, Tag: tag, Summary: "Who is away, the latest first"},
		func(ctx context.Context, who httpd.Who, in *absencesIn) (*struct{ Body AbsencePage }, error) {
			out, err := s.Absences(ctx, who.Actor, who.Scope, AbsenceFilter{From: in.From, To: in.To, Person: in.Person, Branch: in.Branch,
				Kind: in.Kind, Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body AbsencePage }{out}, err
		})
	httpd.Post(api, "/api/absences", httpd.Op{Need: write, Tag: tag, Summary: "Note that you or somebody in your reach is away", Status: 201},
		func(ctx context.Context, who httpd.Who, in *newAbsenceIn) (*struct{ Body Absence }, error) {
			out, err := s.AddAbsence(ctx, who.Actor, who.Scope, NewAbsence{in.Body.Person, in.Body.Kind, in.Body.From, in.Body.To})
			return &struct{ Body Absence }{out}, err
		})
	httpd.Delete(api, "/api/absences/{id}", httpd.Op{Need: write, Tag: tag, Summary: "Take an absence off the list", Status: 204},
		func(ctx context.Context, who httpd.Who, in *AbsenceIn) (*struct{}, error) {
			return nil, s.DeleteAbsence(ctx, who.Actor, who.Scope, in.ID)
		})
}
