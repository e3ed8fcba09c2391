package talk

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

func mountOccasions(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/talk-occasions", op("talk", "plan", "What made talks due beside the year's plan (五必谈)", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			State  string `query:"state" enum:"open,arranged,dismissed"`
			Cursor string `query:"cursor" maxLength:"400"`
			Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*struct{ Body OccasionPage }, error) {
			out, err := s.Occasions(ctx, who.Actor, who.Scope, in.State, in.Cursor, in.Limit)
			return &struct{ Body OccasionPage }{out}, err
		})
	httpd.Post(api, "/api/talk-occasions", op("talk", "plan", "Note by hand what makes a talk due", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				Person     uuid.UUID     `json:"person_id"`
				Kind       string        `json:"kind" enum:"post_change,transfer,commendation,discipline,hardship"`
				HappenedOn calendar.Date `json:"happened_on"`
			}
		}) (*struct{ Body NotedOccasion }, error) {
			out, err := s.NoteOccasion(ctx, who.Actor, who.Scope, in.Body.Person, in.Body.Kind, in.Body.HappenedOn)
			return &struct{ Body NotedOccasion }{out}, err
		})
	httpd.Post(api, "/api/talk-occasions/{id}/dismissal", op("talk", "plan", "Put an occasion aside; its talk, if it was not held yet, goes with it", http.StatusNoContent),
		func(ctx context.Context, who httpd.Who, in *struct{ IDIn }) (*struct{}, error) {
			return nil, s.Dismiss(ctx, who.Actor, who.Scope, in.ID)
		})
}
