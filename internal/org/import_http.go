package org

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

// rosterUpload is how many bytes an upload may have, form included.
const rosterUpload = 24 << 20

// importTimeout is for rosters of ten thousand people.
const importTimeout = 3 * time.Minute

type importForm struct {
	File           huma.FormFile `form:"file" required:"false" doc:"An .xlsx workbook"`
	NoCreatePlaces bool          `form:"no_create_places" required:"false" doc:"Rows that name an unknown place are bad"`
	EffectiveFrom  calendar.Date `form:"effective_from" required:"false" doc:"First day of the memberships of new people; the first day of this year where left out"`
}

// ImportIn is the import a route is about.
type ImportIn struct {
	ID uuid.UUID `path:"id"`
}

type importOut struct {
	Body Import
}

type importListIn struct {
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20"`
}

type importListOut struct {
	Body struct {
		Items []Import `json:"items"`
		Next  string   `json:"next"`
	}
}

type importRowsIn struct {
	ID           uuid.UUID `path:"id"`
	Action       string    `query:"action" enum:"new,changed,unchanged,bad,warning,"`
	CreatePlaces string    `query:"create_places" enum:"true,false," doc:"What the plan would be with or without setting places up"`
	Cursor       string    `query:"cursor"`
	Limit        int       `query:"limit" minimum:"1" maximum:"500" default:"100"`
}

// ImportPage is an import with a page of its rows.
type ImportPage struct {
	Import
	Items []ImportRow `json:"items"`
	Next  string      `json:"next"`
	Total int         `json:"total" doc:"Rows that the filter leaves"`
}

type importPageOut struct {
	Body ImportPage
}

// ImportConfirm says how an import is to be carried out.
type ImportConfirm struct {
	GoodRowsOnly bool   `json:"good_rows_only,omitempty"`
	CreatePlaces bool   `json:"create_places" doc:"Set up the departments, branches and groups that the office does not have"`
	Plan         string `json:"plan,omitempty" doc:"The plan that was shown"`
}

func tristate(text string) *bool {
	if text == "" {
		return nil
	}
	yes := text == "true"
	return &yes
}

func mountImports(api *httpd.API, s *Service) {
	const tag = "imports"
	use := need("people", "import")
	one := func(imp Import, err error) (*importOut, error) {
		if err != nil {
			return nil, err
		}
		return &importOut{Body: imp}, nil
	}
	httpd.Post(api, "/api/people/imports", httpd.Op{Need: use, Tag: tag, Summary: "Upload a roster and see what it would do", Status: http.StatusCreated,
		MaxBody: rosterUpload, Timeout: importTimeout},
		func(ctx context.Context, who httpd.Who, in *struct {
			RawBody huma.MultipartFormFiles[importForm]
		}) (*importOut, error) {
			form := in.RawBody.Data()
			if !form.File.IsSet {
				return nil, fault.Field("file", "请选择要导入的 .xlsx 花名册")
			}
			data, err := io.ReadAll(io.LimitReader(form.File, rosterUpload))
			if err != nil {
				return nil, fmt.Errorf("roster upload: %w", err)
			}
			return one(s.PreviewImport(ctx, who.Actor, who.Scope, form.File.Filename, data,
				ImportOptions{NoCreatePlaces: form.NoCreatePlaces, EffectiveFrom: form.EffectiveFrom}))
		})
	httpd.Get(api, "/api/people/imports", httpd.Op{Need: use, Tag: tag, Summary: "Imports, newest first"},
		func(ctx context.Context, who httpd.Who, in *importListIn) (*importListOut, error) {
			out := &importListOut{}
			var err error
			out.Body.Items, out.Body.Next, err = s.Imports(ctx, who.Scope, in.Cursor, in.Limit)
			return out, err
		})
	httpd.Get(api, "/api/people/imports/{id}", httpd.Op{Need: use, Tag: tag, Summary: "One import, with its rows", Timeout: importTimeout},
		func(ctx context.Context, who httpd.Who, in *importRowsIn) (*importPageOut, error) {
			f := ImportFilter{Action: in.Action, CreatePlaces: tristate(in.CreatePlaces), Limit: in.Limit}
			if in.Cursor != "" {
				var err error
				if f.Offset, err = strconv.Atoi(in.Cursor); err != nil || f.Offset < 0 {
					return nil, fault.Field("cursor", "翻页参数不对，请回到第一页")
				}
			}
			out := &importPageOut{}
			var err error
			out.Body.Import, out.Body.Items, out.Body.Total, err = s.ReadImport(ctx, who.Scope, in.ID, f)
			if next := f.Offset + len(out.Body.Items); next < out.Body.Total {
				out.Body.Next = strconv.Itoa(next)
			}
			return out, err
		})
	httpd.Get(api, "/api/people/imports/{id}/bad-rows", httpd.Op{Need: use, Tag: tag, Summary: "The rows that are kept out, with the reason, as a workbook", Timeout: importTimeout},
		func(ctx context.Context, who httpd.Who, in *importRowsIn) (*huma.StreamResponse, error) {
			return workbook("花名册问题行.xlsx", func(w io.Writer) error {
				return s.BadRows(ctx, who.Scope, in.ID, tristate(in.CreatePlaces), w)
			})
		})
	httpd.Post(api, "/api/people/imports/{id}/confirm", httpd.Op{Need: use, Tag: tag, Summary: "Carry an import out", Timeout: importTimeout},
		func(ctx context.Context, who httpd.Who, in *struct {
			ImportIn
			Body ImportConfirm
		}) (*importOut, error) {
			return one(s.ConfirmImport(ctx, who.Actor, who.Scope, in.ID,
				ConfirmOptions{GoodRowsOnly: in.Body.GoodRowsOnly, NoCreatePlaces: !in.Body.CreatePlaces, Plan: in.Body.Plan}))
		})
	httpd.Post(api, "/api/people/imports/{id}/undo", httpd.Op{Need: use, Tag: tag, Summary: "Take the latest import back", Timeout: importTimeout},
		func(ctx context.Context, who httpd.Who, in *ImportIn) (*importOut, error) {
			return one(s.UndoImport(ctx, who.Actor, who.Scope, in.ID))
		})
}
