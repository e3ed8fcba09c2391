package report

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"xianfeng/internal/access"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

type verifyForm struct {
	File huma.FormFile `form:"file" required:"false" doc:"An .xlsx workbook"`
}

func mountVerify(api *httpd.API, s *Service, look access.Need) {
	httpd.Post(api, "/api/reports/verification", httpd.Op{Need: look, Tag: "reports", Summary: "Whether a file is a report that we issued, and unchanged",
		MaxBody: MaxVerified + 1<<20, Timeout: 110 * time.Second},
		func(ctx context.Context, who httpd.Who, in *struct {
			RawBody huma.MultipartFormFiles[verifyForm]
		}) (*struct{ Body Verification }, error) {
			form := in.RawBody.Data()
			if !form.File.IsSet {
				return nil, fault.Field("file", "请选择要核验的 .xlsx 报表文件")
			}
			data, err := io.ReadAll(io.LimitReader(form.File, MaxVerified+1))
			if err != nil {
				return nil, fmt.Errorf("verification upload: %w", err)
			}
			v, err := s.Verify(ctx, who.Actor, who.Scope, data)
			return &struct{ Body Verification }{v}, err
		})
}
