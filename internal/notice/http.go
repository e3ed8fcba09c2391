package notice

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

type listIn struct {
	Kind   string    `query:"kind" enum:"claims,totals,selection,"`
	State  string    `query:"state" enum:"open,settled,cancelled,"`
	Branch uuid.UUID `query:"branch"`
	Text   string    `query:"q" maxLength:"50" doc:"In the title, the items and the names on it"`
	Cursor string    `query:"cursor"`
	Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// NoticeIn is the notice a route is about.
type NoticeIn struct {
	ID uuid.UUID `path:"id"`
}

type readIn struct {
	NoticeIn
	Text   string `query:"q" maxLength:"50"`
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"1000" default:"200"`
}

// Cancellation is why a notice is called off.
type Cancellation struct {
	Reason string `json:"reason" minLength:"1" maxLength:"1000"`
}

// Mount mounts the routes of notices and objections.
func Mount(api *httpd.API, s *Service) {
	const tag = "notices"
	httpd.Get(api, "/api/notices", httpd.Op{Need: needRead(), Tag: tag, Summary: "Public notices, those that run first"},
		func(ctx context.Context, who httpd.Who, in *listIn) (*struct{ Body Listed }, error) {
			out, err := s.List(ctx, who.Actor, who.Scope, Filter{Kind: in.Kind, State: in.State, Branch: in.Branch, Text: in.Text, Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body Listed }{out}, err
		})
	httpd.Get(api, "/api/notices/{id}", httpd.Op{Need: needRead(), Tag: tag, Summary: "One notice with its items, and the objections that the reader may see"},
		func(ctx context.Context, who httpd.Who, in *readIn) (*struct{ Body Detail }, error) {
			d, err := s.Read(ctx, who.Actor, who.Scope, in.ID, ItemFilter{Text: in.Text, Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body Detail }{d}, err
		})
	httpd.Get(api, "/api/notices/{id}/sheet.xlsx", httpd.Op{Need: needRead(), Tag: tag, Summary: "The notice as a workbook to print and post", Timeout: 110 * time.Second},
		func(ctx context.Context, who httpd.Who, in *NoticeIn) (*huma.StreamResponse, error) {
			var b bytes.Buffer
			if err := s.Sheet(ctx, who.Actor, who.Scope, in.ID, &b); err != nil {
				return nil, err
			}
			return httpd.Send(httpd.File{Name: "公示表.xlsx", MediaType: httpd.XLSX, Size: int64(b.Len()), Body: io.NopCloser(&b)}), nil
		})
	httpd.Post(api, "/api/notices/{id}/cancellation", httpd.Op{Need: needCancel(), Tag: tag, Summary: "Call a notice off", Status: http.StatusNoContent},
		func(ctx context.Context, who httpd.Who, in *struct {
			NoticeIn
			Body Cancellation
		}) (*struct{}, error) {
			return nil, s.Cancel(ctx, who.Actor, who.Scope, in.ID, in.Body.Reason)
		})
	mountObjections(api, s)
}
