package taskforce

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/fault"
	"xianfeng/internal/file"
	"xianfeng/internal/httpd"
)

type uploadIn struct {
	TaskforceIn
	RawBody huma.MultipartFormFiles[struct {
		File    huma.FormFile `form:"file" required:"true"`
		Caption string        `form:"caption" required:"false" maxLength:"200"`
		Outcome string        `form:"outcome_id" required:"false" maxLength:"36" doc:"The outcome it is evidence of"`
		Note    string        `form:"note_id" required:"false" maxLength:"36" doc:"The note it is a picture of"`
	}]
}

type fileIn struct {
	TaskforceIn
	File uuid.UUID `path:"file"`
}

// optionalID reads an id of a form, which may be left out.
func optionalID(text, field string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return uuid.Nil, fault.Field(field, "请从列表中选择")
	}
	return id, nil
}

func mountFiles(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/taskforces/{id}/files", httpd.Op{Need: need("read"), Tag: tag, Summary: "Files of a taskforce"},
		func(ctx context.Context, who httpd.Who, in *TaskforceIn) (*struct {
			Body struct {
				Items []Attachment `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Attachment `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Files(ctx, who.Actor, who.Scope, in.ID)
			return out, err
		})
	httpd.Post(api, "/api/taskforces/{id}/files", httpd.Op{Need: need("log"), Tag: tag, Status: http.StatusCreated,
		Summary: "Add a file to a taskforce, an outcome or a note", MaxBody: file.MaxSize + 1<<20, Timeout: 110 * time.Second},
		func(ctx context.Context, who httpd.Who, in *uploadIn) (*struct{ Body Attachment }, error) {
			form := in.RawBody.Data()
			defer func() { _ = form.File.Close() }()
			f := FileInput{Name: form.File.Filename, Caption: form.Caption}
			var err error
			if f.Outcome, err = optionalID(form.Outcome, "outcome_id"); err != nil {
				return nil, err
			}
			if f.Note, err = optionalID(form.Note, "note_id"); err != nil {
				return nil, err
			}
			a, err := s.AddFile(ctx, who.Actor, who.Scope, in.ID, f, form.File)
			return &struct{ Body Attachment }{a}, err
		})
	httpd.Get(api, "/api/taskforces/{id}/files/{file}", httpd.Op{Need: need("read"), Tag: tag, Summary: "Download a file", Timeout: 110 * time.Second},
		func(ctx context.Context, who httpd.Who, in *fileIn) (*huma.StreamResponse, error) {
			f, body, err := s.OpenFile(ctx, who.Actor, who.Scope, in.ID, in.File)
			if err != nil {
				return nil, err
			}
			return httpd.Send(httpd.File{Name: f.Name, MediaType: f.MediaType, Size: f.Size, Body: body}), nil
		})
	httpd.Delete(api, "/api/taskforces/{id}/files/{file}", httpd.Op{Need: need("log"), Tag: tag, Status: http.StatusNoContent, Summary: "Take a file off again"},
		func(ctx context.Context, who httpd.Who, in *fileIn) (*struct{}, error) {
			return nil, s.RemoveFile(ctx, who.Actor, who.Scope, in.ID, in.File)
		})
}
