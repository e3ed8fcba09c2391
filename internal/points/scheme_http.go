package points

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

// trialTime is what a quarter of ten thousand people may take.
const trialTime = 2 * time.Minute

// schemeUpload is how many bytes a workbook of rules may have, form included.
const schemeUpload = 4 << 20

type schemesOut struct {
	Body struct {
		Items []Scheme `json:"items"`
	}
}

type schemeOut struct{ Body Scheme }

type draftIn struct {
	Body struct {
		BasedOn uuid.UUID   `json:"based_on" doc:"The version to start from"`
		Text    *SchemeText `json:"document,omitempty" required:"false" doc:"What it says; where left out, what that version says"`
		File    string      `json:"file_name,omitempty" required:"false" maxLength:"200" doc:"The workbook it was read from"`
	}
}

type draftSaveIn struct {
	EntryIn
	Body struct {
		RowVersion int        `json:"row_version" minimum:"1"`
		Text       SchemeText `json:"document"`
	}
}

type publicationIn struct {
	EntryIn
	Body struct {
		RowVersion int `json:"row_version" minimum:"1" doc:"Of the draft as it was read"`
	}
}

// CompareIn says what a version is held against.
type CompareIn struct {
	EntryIn
	With    uuid.UUID `query:"with" doc:"The version beside it; the one in force in its place where left out"`
	Quarter string    `query:"quarter" maxLength:"6" doc:"2026Q2; the last one that is over where left out"`
}

func (in CompareIn) quarter() (calendar.Quarter, error) { return QuarterIn{in.Quarter}.quarter() }

type compareOut struct{ Body Comparison }

// TrialIn says on what a version is tried.
type TrialIn struct {
	CompareIn
	Branch uuid.UUID `query:"branch"`
	All    bool      `query:"all" doc:"Also those who are not moved"`
	Cursor string    `query:"cursor" maxLength:"20"`
	Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (in TrialIn) filter() (TrialFilter, error) {
	q, err := in.quarter()
	return TrialFilter{With: in.With, Quarter: q, Branch: in.Branch, All: in.All, Cursor: in.Cursor, Limit: in.Limit}, err
}

type trialOut struct{ Body Trial }

type importOut struct{ Body SchemeImport }

type importIn struct {
	RawBody huma.MultipartFormFiles[struct {
		File    huma.FormFile `form:"file" required:"false" doc:"An .xlsx workbook"`
		BasedOn uuid.UUID     `form:"based_on" required:"false" doc:"The version it revises; the one in force where left out"`
	}]
}

func sendSheet(name string, write func(w io.Writer) error) (*huma.StreamResponse, error) {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return nil, err
	}
	return httpd.Send(httpd.File{Name: name, MediaType: httpd.XLSX, Size: int64(b.Len()), Body: io.NopCloser(&b)}), nil
}

// mountSchemes mounts the routes of schemes.
func mountSchemes(api *httpd.API, s *Service) {
	read := access.Need{Resource: "scheme", Action: "read"}
	draft := access.Need{Resource: "scheme", Action: "draft"}
	publish := access.Need{Resource: "scheme", Action: "publish"}
	const tag = "schemes"

	httpd.Get(api, "/api/schemes", httpd.Op{Need: read, Summary: "Versions of the scheme, newest first; drafts for who reviews them", Tag: tag},
		func(ctx context.Context, who httpd.Who, _ *nothing) (*schemesOut, error) {
			items, err := s.Schemes(ctx, who.Actor, who.Scope)
			out := &schemesOut{}
			out.Body.Items = items
			return out, err
		})
	httpd.Get(api, "/api/schemes/{id}", httpd.Op{Need: read, Summary: "A version of the scheme with its rules and limits", Tag: tag},
		func(ctx context.Context, who httpd.Who, in *EntryIn) (*schemeOut, error) {
			one, err := s.Scheme(ctx, who.Actor, who.Scope, in.ID)
			return &schemeOut{one}, err
		})
	httpd.Get(api, "/api/schemes/{id}/sheet.xlsx", httpd.Op{Need: read, Summary: "A version as a workbook; it can be imported as a new draft", Tag: tag},
		func(ctx context.Context, who httpd.Who, in *EntryIn) (*huma.StreamResponse, error) {
			return sendSheet("积分办法.xlsx", func(w io.Writer) error { return s.SchemeSheet(ctx, who.Actor, who.Scope, in.ID, w) })
		})
	httpd.Post(api, "/api/schemes", httpd.Op{Need: draft, Summary: "Start a draft from a version, or from a workbook that was read", Tag: tag, Status: http.StatusCreated},
		func(ctx context.Context, who httpd.Who, in *draftIn) (*schemeOut, error) {
			one, err := s.Draft(ctx, who.Actor, who.Scope, NewDraft{BasedOn: in.Body.BasedOn, Text: in.Body.Text, File: in.Body.File})
			return &schemeOut{one}, err
		})
	httpd.Put(api, "/api/schemes/{id}", httpd.Op{Need: draft, Summary: "Replace a draft's document", Tag: tag},
		func(ctx context.Context, who httpd.Who, in *draftSaveIn) (*schemeOut, error) {
			one, err := s.SaveDraft(ctx, who.Actor, who.Scope, in.ID, in.Body.RowVersion, in.Body.Text)
			return &schemeOut{one}, err
		})
	httpd.Delete(api, "/api/schemes/{id}", httpd.Op{Need: draft, Summary: "Throw a draft away", Tag: tag, Status: http.StatusNoContent},
		func(ctx context.Context, who httpd.Who, in *struct {
			EntryIn
			RowVersion int `query:"row_version" required:"true" minimum:"1" doc:"Of the draft as it was read"`
		}) (*nothing, error) {
			return nil, s.DeleteDraft(ctx, who.Actor, who.Scope, in.ID, in.RowVersion)
		})
	httpd.Post(api, "/api/schemes/{id}/publication", httpd.Op{Need: publish, Summary: "Publish a draft; it is frozen from then on (rule 12)", Tag: tag},
		func(ctx context.Context, who httpd.Who, in *publicationIn) (*schemeOut, error) {
			one, err := s.Publish(ctx, who.Actor, who.Scope, in.ID, in.Body.RowVersion)
			return &schemeOut{one}, err
		})
	httpd.Get(api, "/api/schemes/{id}/comparison", httpd.Op{Need: needReview, Summary: "What a version changes of another one, and for whom", Tag: tag},
		func(ctx context.Context, who httpd.Who, in *CompareIn) (*compareOut, error) {
			q, err := in.quarter()
			if err != nil {
				return nil, err
			}
			c, err := s.Compare(ctx, who.Actor, who.Scope, in.ID, in.With, q)
			return &compareOut{c}, err
		})
	httpd.Get(api, "/api/schemes/{id}/trial", httpd.Op{Need: needReview, Summary: "A version tried on the facts of a quarter", Tag: tag, Timeout: trialTime},
		func(ctx context.Context, who httpd.Who, in *TrialIn) (*trialOut, error) {
			f, err := in.filter()
			if err != nil {
				return nil, err
			}
			t, err := s.Try(ctx, who.Actor, who.Scope, in.ID, f)
			return &trialOut{t}, err
		})
	httpd.Get(api, "/api/schemes/{id}/trial/sheet.xlsx", httpd.Op{Need: needReview, Summary: "The same as a workbook, with everybody in it", Tag: tag, Timeout: trialTime},
		func(ctx context.Context, who httpd.Who, in *TrialIn) (*huma.StreamResponse, error) {
			f, err := in.filter()
			if err != nil {
				return nil, err
			}
			return sendSheet("积分办法试算.xlsx", func(w io.Writer) error { return s.TrialSheet(ctx, who.Actor, who.Scope, in.ID, f, w) })
		})
	httpd.Get(api, "/api/scheme-imports/template.xlsx", httpd.Op{Need: draft, Summary: "The form of a scheme's rules", Tag: tag},
		func(ctx context.Context, who httpd.Who, _ *nothing) (*huma.StreamResponse, error) {
			return sendSheet("积分条款模板.xlsx", func(w io.Writer) error { return s.SchemeTemplate(ctx, who.Scope, w) })
		})
	httpd.Post(api, "/api/scheme-imports", httpd.Op{Need: draft, Summary: "Read a workbook of rules; nothing is kept until a draft is started with what it says", Tag: tag, MaxBody: schemeUpload},
		func(ctx context.Context, who httpd.Who, in *importIn) (*importOut, error) {
			form := in.RawBody.Data()
			if !form.File.IsSet {
				return nil, fault.Field("file", "请选择要导入的 .xlsx 工作簿")
			}
			data, err := io.ReadAll(io.LimitReader(form.File, schemeUpload))
			if err != nil {
				return nil, fmt.Errorf("scheme upload: %w", err)
			}
			out, err := s.ReadSchemeImport(ctx, who.Actor, who.Scope, form.File.Filename, data, form.BasedOn)
			return &importOut{out}, err
		})
}
