package taskforce

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

func mountNotes(api *httpd.API, s *Service) {
	httpd.Post(api, "/api/taskforces/{id}/notes", httpd.Op{Need: need("log"), Tag: tag, Status: http.StatusCreated, Summary: "Add a line to the time line"},
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body struct {
				Day  calendar.Date `json:"day"`
				Text string        `json:"text" maxLength:"4000"`
			}
		}) (*struct{ Body Note }, error) {
			out, err := s.WriteNote(ctx, who.Actor, who.Scope, in.ID, in.Body.Day, in.Body.Text)
			return &struct{ Body Note }{out}, err
		})
	httpd.Post(api, "/api/taskforces/{id}/notes/{note}/strike", httpd.Op{Need: need("log"), Tag: tag, Status: http.StatusNoContent, Summary: "Take a line back"},
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Note uuid.UUID `path:"note"`
		}) (*struct{}, error) {
			return nil, s.StrikeNote(ctx, who.Actor, who.Scope, in.ID, in.Note)
		})
}
