package org

import (
	"context"
	"fmt"
	"io"

	"github.com/danielgtaylor/huma/v2"

	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

// holidayUpload is how many bytes a year's notice may have, form included: some
// thirty lines.
const holidayUpload = 1 << 20

// YearIn is the year a route is about.
type YearIn struct {
	Year int `path:"year" minimum:"2020" maximum:"2100"`
}

type holidayForm struct {
	File huma.FormFile `form:"file" required:"false" doc:"CSV: date,kind,name (or 日期,类型,名称)"`
	Plan string        `form:"plan" required:"false" doc:"Of the preview that was shown"`
}

type holidayIn struct {
	YearIn
	RawBody huma.MultipartFormFiles[holidayForm]
}

func (in *holidayIn) read() (data []byte, plan string, err error) {
	form := in.RawBody.Data()
	if !form.File.IsSet {
		return nil, "", fault.Field("file", "请选择节假日安排的 CSV 文件")
	}
	// One byte more, so that what is too long is refused and not cut.
	if data, err = io.ReadAll(io.LimitReader(form.File, holidayUpload+1)); err != nil {
		return nil, "", fmt.Errorf("holiday upload: %w", err)
	}
	return data, form.Plan, nil
}

func mountHolidays(api *httpd.API, s *Service) {
	const tag = "settings"
	type out = struct{ Body YearCalendar }
	read, write := need("settings", "read"), need("settings", "write")
	httpd.Get(api, "/api/holidays", httpd.Op{Need: read, Tag: tag, Summary: "Holidays and make-up days of a year"},
		func(ctx context.Context, who httpd.Who, in *struct {
			Year int `query:"year" minimum:"2020" maximum:"2100" required:"true"`
		}) (*out, error) {
			c, err := s.Calendar(ctx, who.Scope, in.Year)
			return &out{c}, err
		})
	httpd.Post(api, "/api/holidays/{year}/preview", httpd.Op{Need: write, Tag: tag, Summary: "What importing a year's notice would change", MaxBody: holidayUpload},
		func(ctx context.Context, who httpd.Who, in *holidayIn) (*struct{ Body HolidayPreview }, error) {
			data, _, err := in.read()
			if err != nil {
				return nil, err
			}
			p, err := s.PreviewHolidays(ctx, who.Scope, in.Year, data)
			return &struct{ Body HolidayPreview }{p}, err
		})
	httpd.Put(api, "/api/holidays/{year}", httpd.Op{Need: write, Tag: tag, Summary: "Import a year's notice, as previewed", MaxBody: holidayUpload},
		func(ctx context.Context, who httpd.Who, in *holidayIn) (*out, error) {
			data, plan, err := in.read()
			if err != nil {
				return nil, err
			}
			c, err := s.ImportHolidays(ctx, who.Actor, who.Scope, in.Year, data, plan)
			return &out{c}, err
		})
	httpd.Delete(api, "/api/holidays/{year}", httpd.Op{Need: write, Tag: tag, Summary: "Take the import of a year back", Status: 200},
		func(ctx context.Context, who httpd.Who, in *YearIn) (*out, error) {
			c, err := s.RemoveHolidays(ctx, who.Actor, who.Scope, in.Year)
			return &out{c}, err
		})
}
