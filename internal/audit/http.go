package audit

import (
	"bytes"
	"context"
	"io"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

type listIn struct {
	Q        string        `query:"q" maxLength:"60" doc:"Looks into actor, action and summary"`
	Action   string        `query:"action" maxLength:"60" doc:"A prefix such as activity or activity.confirm"`
	Object   string        `query:"object" maxLength:"40"`
	ObjectID uuid.UUID     `query:"object_id"`
	Result   string        `query:"result" enum:"ok,refused"`
	From     calendar.Date `query:"from"`
	To       calendar.Date `query:"to"`
	Cursor   string        `query:"cursor" maxLength:"40"`
	Limit    int           `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (in listIn) filter() Filter {
	return Filter{Text: in.Q, Action: in.Action, Object: in.Object, ObjectID: in.ObjectID, Result: in.Result,
		From: in.From, To: in.To, Cursor: in.Cursor, Limit: in.Limit}
}

type entriesOut struct {
	Body struct {
		Items []Row  `json:"items"`
		Next  string `json:"next"`
	}
}

// Mount mounts the auditor's page.
func Mount(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/audit", httpd.Op{Need: access.Need{Resource: "audit", Action: "read"}, Tag: "audit", Summary: "The audit log, newest first"},
		func(ctx context.Context, who httpd.Who, in *listIn) (*entriesOut, error) {
			out := &entriesOut{}
			var err error
			out.Body.Items, out.Body.Next, err = s.List(ctx, who.Scope, in.filter())
			return out, err
		})
	httpd.Get(api, "/api/audit/export", httpd.Op{Need: access.Need{Resource: "audit", Action: "export"}, Tag: "audit", Summary: "The filtered audit log as a workbook"},
		func(ctx context.Context, who httpd.Who, in *listIn) (*huma.StreamResponse, error) {
			var b bytes.Buffer
			if err := s.Export(ctx, who.Actor, who.Scope, in.filter(), &b); err != nil {
				return nil, err
			}
			return httpd.Send(httpd.File{Name: "审计记录.xlsx", MediaType: httpd.XLSX, Size: int64(b.Len()), Body: io.NopCloser(&b)}), nil
		})
}
