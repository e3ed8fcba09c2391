package study

import (
	"context"
	"net/http"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

type monthIn struct {
	Month string `query:"month" maxLength:"7" doc:"2026-11; the running one where left out"`
}

// DayIn is the day that a route is about. Exported, like all that is embedded here: the
// OpenAPI layer does not read what is not.
type DayIn struct {
	Day string `path:"day" maxLength:"10" doc:"2026-11-23"`
}

func (in DayIn) date() (calendar.Date, error) {
	d, err := calendar.ParseDate(in.Day)
	if err != nil || !d.Valid() {
		return d, fault.Field("day", "日期应写作 2026-11-23 的样式")
	}
	return d, nil
}

type saveIn struct {
	DayIn
	Body struct {
		Note string `json:"note" maxLength:"2000" doc:"Empty: studied, nothing noted"`
	}
}

// NotesOut is a month of one's own notes. There is no page of it: a month has 31 days.
type NotesOut struct {
	Items []Note `json:"items" doc:"By day"`
}

// Mount mounts the routes of study notes. Secret: the answers of writes are not kept
// for a repetition, since they carry the note.
func Mount(api *httpd.API, s *Service) {
	const tag = "study"
	httpd.Get(api, "/api/study-notes", httpd.Op{Need: needNote(), Tag: tag, Summary: "One's own study notes of a month; nobody else's are to be had"},
		func(ctx context.Context, who httpd.Who, in *monthIn) (*struct{ Body NotesOut }, error) {
			items, err := s.Notes(ctx, who.Actor, who.Scope, in.Month)
			return &struct{ Body NotesOut }{NotesOut{items}}, err
		})
	httpd.Put(api, "/api/study-notes/{day}", httpd.Op{Need: needNote(), Tag: tag, Summary: "Note a day of one's own study", Secret: true},
		func(ctx context.Context, who httpd.Who, in *saveIn) (*struct{ Body Note }, error) {
			day, err := in.date()
			if err != nil {
				return nil, err
			}
			n, err := s.Save(ctx, who.Actor, who.Scope, day, in.Body.Note)
			return &struct{ Body Note }{n}, err
		})
	httpd.Delete(api, "/api/study-notes/{day}", httpd.Op{Need: needNote(), Tag: tag, Summary: "Take a note away, for good", Status: http.StatusNoContent, Secret: true},
		func(ctx context.Context, who httpd.Who, in *DayIn) (*struct{}, error) {
			day, err := in.date()
			if err != nil {
				return nil, err
			}
			return nil, s.Remove(ctx, who.Actor, who.Scope, day)
		})
}
