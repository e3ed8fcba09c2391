package feed

import (
	"context"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"xianfeng/internal/access"
	"xianfeng/internal/httpd"
)

type openIn struct {
	Token       string `path:"token"` // of any length: what is no token is not found
	IfNoneMatch string `header:"If-None-Match"`
	IfModified  string `header:"If-Modified-Since"`
}

// fresh says whether whoever asks has this calendar already. A tag decides where one
// is sent (RFC 9110, 13.2.2).
func (in openIn) fresh(f File) bool {
	if in.IfNoneMatch != "" {
		for tag := range strings.SplitSeq(in.IfNoneMatch, ",") {
			tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
			if tag == f.ETag || tag == "*" {
				return true
			}
		}
		return false
	}
	at, err := http.ParseTime(in.IfModified)
	return err == nil && !f.Modified.After(at)
}

// Mount mounts the own address and the calendar behind it, which asks for no session:
// whoever knows the address is let in, and a program that subscribes has no other way.
func Mount(api *httpd.API, s *Service) {
	use := access.Need{Resource: "feed", Action: "use"}
	httpd.Get(api, "/api/feed", httpd.Op{Need: use, Tag: "feed", Summary: "How your calendar's address stands"},
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct{ Body Feed }, error) {
			f, err := s.Own(ctx, who.Actor, who.Scope)
			return &struct{ Body Feed }{f}, err
		})
	type made struct {
		Body struct {
			Address string `json:"address" doc:"To follow the origin of this server; told once"`
		}
	}
	httpd.Post(api, "/api/feed", httpd.Op{Need: use, Tag: "feed", Summary: "Make your calendar a secret address; an earlier one ends", Status: http.StatusCreated, Secret: true},
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				Names bool `json:"names" doc:"Name whom you talk with"`
			}
		}) (*made, error) {
			token, err := s.Make(ctx, who.Actor, who.Scope, in.Body.Names)
			if err != nil {
				return nil, err
			}
			out := &made{}
			out.Body.Address = "/api/calendar/" + token + ".ics"
			return out, nil
		})
	httpd.Delete(api, "/api/feed", httpd.Op{Need: use, Tag: "feed", Summary: "End your calendar's address", Status: http.StatusNoContent},
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct{}, error) {
			return nil, s.Revoke(ctx, who.Actor, who.Scope)
		})
	httpd.Get(api, "/api/calendar/{token}.ics", httpd.Op{Need: access.Public, Tag: "feed", Summary: "The calendar behind a secret address"},
		func(ctx context.Context, who httpd.Who, in *openIn) (*huma.StreamResponse, error) {
			f, err := s.Open(ctx, who.Actor, in.Token)
			if err != nil {
				return nil, err
			}
			return &huma.StreamResponse{Body: func(c huma.Context) {
				c.SetHeader("ETag", f.ETag)
				c.SetHeader("Last-Modified", f.Modified.UTC().Format(http.TimeFormat))
				c.SetHeader("Cache-Control", "private, no-cache")
				if in.fresh(f) {
					c.SetStatus(http.StatusNotModified)
					return
				}
				c.SetHeader("Content-Type", "text/calendar; charset=utf-8")
				c.SetHeader("Content-Disposition", `inline; filename="xianfeng.ics"`)
				c.SetStatus(http.StatusOK)
				_, _ = c.BodyWriter().Write(f.Body) // whoever asked may have gone
			}}, nil
		})
}
