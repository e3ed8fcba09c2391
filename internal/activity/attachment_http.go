package activity

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/file"
	"xianfeng/internal/httpd"
)

type uploadIn struct {
	IDIn
	RawBody huma.MultipartFormFiles[struct {
		File    huma.FormFile `form:"file" required:"true"`
		Caption string        `form:"caption" required:"false" maxLength:"200"`
	}]
}

type fileIn struct {
	IDIn
	File uuid.UUID `path:"file"`
}

func mountAttachments(api *httpd.API, s *Service) {
	httpd.Post(api, "/api/activities/{id}/attachments", httpd.Op{Need: needRecord(), Tag: "activities", Status: http.StatusCreated,
		Summary: "Attach a file to the draft", MaxBody: file.MaxSize + 1<<20, Timeout: 110 * time.Second},
		func(ctx context.Context, who httpd.Who, in *uploadIn) (*struct{ Body Attachment }, error) {
			form := in.RawBody.Data()
			defer func() { _ = form.File.Close() }()
			a, err := s.Attach(ctx, who.Actor, who.Scope, in.ID, form.File.Filename, form.Caption, form.File)
			return &struct{ Body Attachment }{a}, err
		})
	httpd.Get(api, "/api/activities/{id}/attachments/{file}", httpd.Op{Need: needRead(), Tag: "activities", Summary: "Download an attachment", Timeout: 110 * time.Second},
		func(ctx context.Context, who httpd.Who, in *fileIn) (*huma.StreamResponse, error) {
			f, body, err := s.OpenFile(ctx, who.Actor, who.Scope, in.ID, in.File)
			if err != nil {
				return nil, err
			}
			return httpd.Send(httpd.File{Name: f.Name, MediaType: f.MediaType, Size: f.Size, Body: body}), nil
		})
	httpd.Delete(api, "/api/activities/{id}/attachments/{file}", httpd.Op{Need: needRecord(), Tag: "activities", Status: http.StatusNoContent,
		Summary: "Take a file off the draft"},
		func(ctx context.Context, who httpd.Who, in *fileIn) (*struct{}, error) {
			return nil, s.Detach(ctx, who.Actor, who.Scope, in.ID, in.File)
		})
}
