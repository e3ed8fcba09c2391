package volunteer

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

type certificateOut struct{ Body Certificate }

// CertificateIn is the certificate a route is about.
type CertificateIn struct {
	ID uuid.UUID `path:"id"`
}

type certificateQRIn struct {
	CertificateIn
	Origin string `query:"origin" maxLength:"200" doc:"Where the browser sees this office: https://xianfeng.example"`
}

type certificateQROut struct{ Body QR }

type certificatesIn struct {
	PersonID uuid.UUID `query:"person_id" format:"uuid"`
	Q        string    `query:"q" maxLength:"50" doc:"Of number or name"`
	Cursor   string    `query:"cursor" maxLength:"50"`
	Limit    int       `query:"limit" minimum:"1" maximum:"100" default:"50"`
}

type certificatesOut struct {
	Body struct {
		Items []Certificate `json:"items"`
		Next  string        `json:"next"`
	}
}

// NewCertificate is what a certificate is to cover.
type NewCertificate struct {
	PersonID uuid.UUID     `json:"person_id" format:"uuid"`
	From     calendar.Date `json:"from"`
	To       calendar.Date `json:"to"`
}

type checkIn struct {
	Number string `path:"number" maxLength:"50"`
	Code   string `path:"code" maxLength:"64"`
}

type checkOut struct {
	CacheControl string `header:"Cache-Control"`
	Body         Checked
}

func mountCertificates(api *httpd.API, s *Service) {
	const tag = "volunteer certificates"
	read := need("volunteer_certificate", "read")
	httpd.Post(api, "/api/volunteer-certificates", httpd.Op{Need: need("volunteer_certificate", "issue"), Tag: tag, Summary: "Make out a certificate of hours", Status: 201},
		func(ctx context.Context, who httpd.Who, in *struct{ Body NewCertificate }) (out *certificateOut, err error) {
			out = &certificateOut{}
			out.Body, err = s.Certify(ctx, who.Actor, who.Scope, in.Body.PersonID, Period{in.Body.From, in.Body.To})
			return out, err
		})
	httpd.Get(api, "/api/volunteer-certificates", httpd.Op{Need: read, Tag: tag, Summary: "Certificates, newest first"},
		func(ctx context.Context, who httpd.Who, in *certificatesIn) (out *certificatesOut, err error) {
			out = &certificatesOut{}
			out.Body.Items, out.Body.Next, err = s.Certificates(ctx, who.Scope, CertificateFilter{Person: in.PersonID, Text: in.Q, Cursor: in.Cursor, Limit: in.Limit})
			return out, err
		})
	httpd.Get(api, "/api/volunteer-certificates/check/{number}/{code}", httpd.Op{Need: access.Public, Tag: tag, Summary: "Whether a certificate in hand is ours and still holds"},
		func(ctx context.Context, _ httpd.Who, in *checkIn) (out *checkOut, err error) {
			out = &checkOut{CacheControl: "no-store"}
			out.Body, err = s.Check(ctx, in.Number, in.Code)
			return out, err
		})
	httpd.Get(api, "/api/volunteer-certificates/{id}", httpd.Op{Need: read, Tag: tag, Summary: "One certificate, as it is printed"},
		func(ctx context.Context, who httpd.Who, in *CertificateIn) (out *certificateOut, err error) {
			out = &certificateOut{}
			out.Body, err = s.Certificate(ctx, who.Scope, in.ID)
			return out, err
		})
	httpd.Get(api, "/api/volunteer-certificates/{id}/code", httpd.Op{Need: read, Tag: tag, Summary: "The code on paper, which leads to where it is verified"},
		func(ctx context.Context, who httpd.Who, in *certificateQRIn) (*certificateQROut, error) {
			c, err := s.Certificate(ctx, who.Scope, in.ID)
			if err != nil {
				return nil, err
			}
			out := &certificateQROut{}
			out.Body, err = c.paperCode(in.Origin)
			return out, err
		})
}
