package volunteer

import (
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

type importForm struct {
	File huma.FormFile `form:"file" required:"false" doc:"An .xlsx workbook"`
}

// HoursImportIn is the import a route is about.
type HoursImportIn struct {
	ID uuid.UUID `path:"id"`
}

// HoursImport is an import of hours with its rows.
type HoursImport struct {
	Import
	Rows []ImportRow `json:"rows,omitempty"`
}

type importOut struct{ Body HoursImport }

type importsIn struct {
	Cursor string `query:"cursor" maxLength:"50"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type importsOut struct {
	Body struct {
		Items []Import `json:"items"`
		Next  string   `json:"next"`
	}
}

func mountImports(api *httpd.API, s *Service) {
	const tag = "volunteer imports"
	use := need("volunteer_hours", "import")
	one := func(i Import, rows []ImportRow, err error) (*importOut, error) {
		return &importOut{HoursImport{i, rows}}, err
	}
	httpd.Get(api, "/api/volunteer-imports/template", httpd.Op{Need: use, Tag: tag, Summary: "The empty form for importing hours"},
		func(context.Context, httpd.Who, *struct{}) (*huma.StreamResponse, error) {
			return workbook("志愿时长导入模板.xlsx", func(w io.Writer) error { return s.Template(w) })
		})
	httpd.Post(api, "/api/volunteer-imports", httpd.Op{Need: use, Tag: tag, Summary: "Upload hours and see what they would make", Status: http.StatusCreated,
		MaxBody: importUpload, Timeout: importTimeout},
		func(ctx context.Context, who httpd.Who, in *struct {
			RawBody huma.MultipartFormFiles[importForm]
		}) (*importOut, error) {
			form := in.RawBody.Data()
			if !form.File.IsSet {
				return nil, fault.Field("file", "请选择要导入的 .xlsx 志愿时长表")
			}
			data, err := readUpload(form.File)
			if err != nil {
				return nil, err
			}
			return one(s.PreviewImport(ctx, who.Actor, who.Scope, form.File.Filename, data))
		})
	httpd.Get(api, "/api/volunteer-imports", httpd.Op{Need: use, Tag: tag, Summary: "Imports of hours, newest first"},
		func(ctx context.Context, who httpd.Who, in *importsIn) (out *importsOut, err error) {
			out = &importsOut{}
			out.Body.Items, out.Body.Next, err = s.Imports(ctx, who.Scope, in.Cursor, in.Limit)
			return out, err
		})
	httpd.Get(api, "/api/volunteer-imports/{id}", httpd.Op{Need: use, Tag: tag, Summary: "One import of hours, with its rows"},
		func(ctx context.Context, who httpd.Who, in *HoursImportIn) (*importOut, error) {
			return one(s.ReadImport(ctx, who.Scope, in.ID))
		})
	httpd.Post(api, "/api/volunteer-imports/{id}/confirmation", httpd.Op{Need: use, Tag: tag, Summary: "Make the records of an import", Timeout: importTimeout},
		func(ctx context.Context, who httpd.Who, in *struct {
			HoursImportIn
			Body struct {
				GoodRowsOnly bool `json:"good_rows_only,omitempty" doc:"Leave bad rows out"`
			}
		}) (*importOut, error) {
			i, err := s.ConfirmImport(ctx, who.Actor, who.Scope, in.ID, in.Body.GoodRowsOnly)
			return one(i, nil, err)
		})
	httpd.Post(api, "/api/volunteer-imports/{id}/undo", httpd.Op{Need: use, Tag: tag, Summary: "Take the latest import back", Timeout: importTimeout},
		func(ctx context.Context, who httpd.Who, in *HoursImportIn) (*importOut, error) {
			i, err := s.UndoImport(ctx, who.Actor, who.Scope, in.ID)
			return one(i, nil, err)
		})
}
