package volunteer

import (
	"bytes"
	"context"
	"io"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

// HoursIn is what a list of hours is narrowed by.
type HoursIn struct {
	From     calendar.Date `query:"from" doc:"First day; this year's first where left out"`
	To       calendar.Date `query:"to" doc:"Last day; the year's last where left out"`
	BranchID uuid.UUID     `query:"branch_id" format:"uuid"`
	PersonID uuid.UUID     `query:"person_id" format:"uuid"`
	Q        string        `query:"q" maxLength:"50" doc:"Name, pinyin or initials"`
	Sort     string        `query:"sort" enum:"name,-name,participations,-participations,minutes,-minutes," doc:"Most hours first where left out"`
}

func (in HoursIn) filter() HoursFilter {
	return HoursFilter{Period: Period{in.From, in.To}, Branch: in.BranchID, Person: in.PersonID, Text: in.Q, Sort: in.Sort}
}

type hoursListIn struct {
	HoursIn
	Cursor string `query:"cursor" maxLength:"200"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// HoursPage is a page of people with their hours.
type HoursPage struct {
	Items []PersonHours `json:"items"`
	Next  string        `json:"next"`
	Total HoursTotal    `json:"total" doc:"Of the whole list"`
}

type hoursOut struct{ Body HoursPage }

type monthsOut struct {
	Body struct {
		Items []MonthHours `json:"items"`
	}
}

type personHoursIn struct {
	Person uuid.UUID     `path:"person"`
	From   calendar.Date `query:"from"`
	To     calendar.Date `query:"to"`
}

type personHoursOut struct{ Body PersonRecord }

// NoticeHours is which hours are put on notice.
type NoticeHours struct {
	From     calendar.Date `json:"from"`
	To       calendar.Date `json:"to"`
	BranchID uuid.UUID     `json:"branch_id,omitzero" required:"false" format:"uuid" doc:"None: all that the actor may put up"`
}

type noticedOut struct{ Body Noticed }

// workbook answers with a workbook made in memory: lists of this size are small.
func workbook(name string, write func(io.Writer) error) (*huma.StreamResponse, error) {
	var buf bytes.Buffer
	if err := write(&buf); err != nil {
		return nil, err
	}
	return httpd.Send(httpd.File{Name: name, MediaType: httpd.XLSX, Size: int64(buf.Len()), Body: io.NopCloser(&buf)}), nil
}

func mountHours(api *httpd.API, s *Service) {
	const tag = "volunteer hours"
	read := need("volunteer_hours", "read")
	httpd.Get(api, "/api/volunteer-hours", httpd.Op{Need: read, Tag: tag, Summary: "People with participations and hours"},
		func(ctx context.Context, who httpd.Who, in *hoursListIn) (out *hoursOut, err error) {
			f := in.filter()
			f.Cursor, f.Limit = in.Cursor, in.Limit
			out = &hoursOut{}
			out.Body.Items, out.Body.Next, out.Body.Total, err = s.Hours(ctx, who.Scope, f)
			return out, err
		})
	httpd.Get(api, "/api/volunteer-hours/months", httpd.Op{Need: read, Tag: tag, Summary: "Hours by month"},
		func(ctx context.Context, who httpd.Who, in *HoursIn) (out *monthsOut, err error) {
			out = &monthsOut{}
			out.Body.Items, err = s.Months(ctx, who.Scope, in.filter())
			return out, err
		})
	httpd.Get(api, "/api/volunteer-hours/export", httpd.Op{Need: read, Tag: tag, Summary: "The list as a workbook"},
		func(ctx context.Context, who httpd.Who, in *HoursIn) (*huma.StreamResponse, error) {
			p, err := in.filter().orYear(s.today())
			if err != nil {
				return nil, err
			}
			return workbook("志愿时长"+fileDay(p.From)+"-"+fileDay(p.To)+".xlsx", func(w io.Writer) error { return s.ExportHours(ctx, who.Scope, in.filter(), w) })
		})
	httpd.Post(api, "/api/volunteer-hours/notice", httpd.Op{Need: need("volunteer_hours", "notice"), Tag: tag, Summary: "Put hours on public notice", Status: 201},
		func(ctx context.Context, who httpd.Who, in *struct{ Body NoticeHours }) (out *noticedOut, err error) {
			out = &noticedOut{}
			out.Body, err = s.PutOnNotice(ctx, who.Actor, who.Scope, Period{in.Body.From, in.Body.To}, in.Body.BranchID)
			return out, err
		})
	httpd.Get(api, "/api/volunteer-hours/{person}", httpd.Op{Need: read, Tag: tag, Summary: "Somebody's participations"},
		func(ctx context.Context, who httpd.Who, in *personHoursIn) (out *personHoursOut, err error) {
			out = &personHoursOut{}
			out.Body, err = s.Of(ctx, who.Scope, in.Person, Period{in.From, in.To})
			return out, err
		})
}
