package report

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

type nothing struct{}

type previewIn struct {
	Quarter string `query:"quarter" maxLength:"10" doc:"2026Q3"`
	Branch  string `query:"branch" maxLength:"60" doc:"Id or name; empty: as wide as you may see"`
	Person  string `query:"person" maxLength:"36" doc:"Id; empty: everybody"`
	Sheet   string `query:"sheet" maxLength:"36" doc:"Of several worksheets, whose to show; empty: the first"`
	Cursor  string `query:"cursor" maxLength:"40"`
	Limit   int    `query:"limit" minimum:"0" maximum:"1000" doc:"Rows; 100 when 0"`
}

type issueIn struct {
	Body struct {
		Quarter  string     `json:"quarter" maxLength:"10" doc:"2026Q3"`
		Branch   string     `json:"branch,omitempty" maxLength:"60" doc:"Id or name"`
		PersonID *uuid.UUID `json:"person_id,omitempty"`
		Replaces *uuid.UUID `json:"replaces,omitempty" doc:"The issue that this one corrects"`
	}
}

type issuesIn struct {
	Kind    string `query:"kind" maxLength:"40"`
	Quarter string `query:"quarter" maxLength:"10"`
	Cursor  string `query:"cursor" maxLength:"40"`
	Limit   int    `query:"limit" minimum:"0" maximum:"200" doc:"50 when 0"`
}

type issuesOut struct {
	Body struct {
		Items []Issue `json:"items"`
		Next  string  `json:"next"`
	}
}

func readQuarter(text string) (calendar.Quarter, error) {
	if text == "" {
		return calendar.Quarter{}, nil
	}
	q, err := calendar.ParseQuarter(text)
	if err != nil {
		return q, fault.Field("quarter", err.Error())
	}
	return q, nil
}

func readID(field, text string) (uuid.UUID, error) {
	if text == "" {
		return uuid.Nil, nil
	}
	id, err := uuid.Parse(text)
	if err != nil {
		return id, fault.Field(field, "编号格式不对，请从列表中选择")
	}
	return id, nil
}

func (in previewIn) read(kind string) (r Request, at Page, err error) {
	r, at = Request{Kind: kind, Branch: in.Branch}, Page{Cursor: in.Cursor, Limit: in.Limit}
	if r.Quarter, err = readQuarter(in.Quarter); err != nil {
		return r, at, err
	}
	if r.Person, err = readID("person", in.Person); err != nil {
		return r, at, err
	}
	at.Sheet, err = readID("sheet", in.Sheet)
	return r, at, err
}

// Mount mounts the reports: what there is, for each kind its preview and its issues,
// and the verification of files.
func Mount(api *httpd.API, s *Service) {
	look := access.Need{Resource: "report", Action: "read"}
	httpd.Get(api, "/api/reports", httpd.Op{Need: look, Tag: "reports", Summary: "Reports and quarters to choose from"},
		func(ctx context.Context, who httpd.Who, _ *nothing) (*struct{ Body Offer }, error) {
			o, err := s.Offered(ctx, who.Actor)
			return &struct{ Body Offer }{o}, err
		})
	httpd.Get(api, "/api/reports/issues", httpd.Op{Need: look, Tag: "reports", Summary: "Issued reports that your scope covers, newest first"},
		func(ctx context.Context, who httpd.Who, in *issuesIn) (*issuesOut, error) {
			q, err := readQuarter(in.Quarter)
			if err != nil {
				return nil, err
			}
			out := &issuesOut{}
			out.Body.Items, out.Body.Next, err = s.Issues(ctx, who.Actor, IssueFilter{Kind: in.Kind, Quarter: q, Cursor: in.Cursor, Limit: in.Limit})
			return out, err
		})
	httpd.Get(api, "/api/reports/issues/{id}/file", httpd.Op{Need: look, Tag: "reports", Summary: "The workbook as it was issued"},
		func(ctx context.Context, who httpd.Who, in *struct {
			ID uuid.UUID `path:"id"`
		}) (*huma.StreamResponse, error) {
			i, body, err := s.OpenIssue(ctx, who.Actor, in.ID)
			if err != nil {
				return nil, err
			}
			return httpd.Send(httpd.File{Name: i.FileName(), MediaType: httpd.XLSX, Size: i.Size, Body: body}), nil
		})
	mountVerify(api, s, look)
	for _, d := range Definitions() {
		mountKind(api, s, d)
	}
}

func mountKind(api *httpd.API, s *Service, d Definition) {
	httpd.Get(api, "/api/reports/"+d.Kind, httpd.Op{Need: d.Read(), Tag: "reports", Summary: d.Name + ": as it would print now"},
		func(ctx context.Context, who httpd.Who, in *previewIn) (*struct{ Body Preview }, error) {
			r, at, err := in.read(d.Kind)
			if err != nil {
				return nil, err
			}
			p, err := s.Preview(ctx, who.Actor, who.Scope, r, at)
			return &struct{ Body Preview }{p}, err
		})
	httpd.Post(api, "/api/reports/"+d.Kind+"/issues", httpd.Op{Need: d.Issue(), Tag: "reports", Summary: d.Name + ": issue the workbook",
		Status: http.StatusCreated, Timeout: 110 * time.Second},
		func(ctx context.Context, who httpd.Who, in *issueIn) (*struct{ Body Issue }, error) {
			q, err := readQuarter(in.Body.Quarter)
			if err != nil {
				return nil, err
			}
			r := Request{Kind: d.Kind, Quarter: q, Branch: in.Body.Branch}
			if in.Body.PersonID != nil {
				r.Person = *in.Body.PersonID
			}
			if in.Body.Replaces != nil {
				r.Replaces = *in.Body.Replaces
			}
			i, err := s.Issue(ctx, who.Actor, who.Scope, r)
			return &struct{ Body Issue }{i}, err
		})
}
