package taskforce

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"xianfeng/internal/httpd"
)

func mountArchive(api *httpd.API, s *Service) {
	httpd.Post(api, "/api/taskforces/{id}/archive", httpd.Op{Need: need("archive"), Tag: tag, Summary: "Freeze a concluded taskforce and make its bundle", Timeout: 110 * time.Second},
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body struct {
				Version int `json:"version"`
			}
		}) (*struct{ Body Stepped }, error) {
			out, err := s.Archive(ctx, who.Actor, who.Scope, in.ID, in.Body.Version)
			return &struct{ Body Stepped }{out}, err
		})
	httpd.Get(api, "/api/taskforces/{id}/archive", httpd.Op{Need: need("read"), Tag: tag, Summary: "What the bundle holds"},
		func(ctx context.Context, who httpd.Who, in *TaskforceIn) (*struct{ Body ArchivedParts }, error) {
			out, err := s.Parts(ctx, who.Actor, who.Scope, in.ID)
			return &struct{ Body ArchivedParts }{out}, err
		})
	httpd.Get(api, "/api/taskforces/{id}/bundle.zip", httpd.Op{Need: need("read"), Tag: tag, Summary: "The archive: workbooks, records, attachments, checksums", Timeout: 110 * time.Second},
		func(ctx context.Context, who httpd.Who, in *TaskforceIn) (*huma.StreamResponse, error) {
			name, body, err := s.Bundle(ctx, who.Actor, who.Scope, in.ID)
			if err != nil {
				return nil, err
			}
			return httpd.Send(httpd.File{Name: name, MediaType: "application/zip", Size: -1, Body: body}), nil
		})
}
