package life

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/httpd"
)

type timelineIn struct {
	ID     uuid.UUID `path:"id"`
	Kind   string    `query:"kind" enum:"activity,points,honour,secondment,appraisal,mentoring,talk,move"`
	Cursor string    `query:"cursor" maxLength:"120"`
	Limit  int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

// Mount mounts the time line.
func Mount(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/people/{id}/timeline", httpd.Op{Need: access.Need{Resource: "people", Action: "read"}, Tag: "people",
		Summary: "What the records tell of a person within your reach, newest first; each kind of them by its own permission"},
		func(ctx context.Context, who httpd.Who, in *timelineIn) (*struct{ Body Timeline }, error) {
			t, err := s.Timeline(ctx, who.Actor, who.Scope, in.ID, Filter{Kind: in.Kind, Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body Timeline }{t}, err
		})
}
