package activity

import (
	"bytes"
	"context"
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

// RecordInput is the whole form in one piece.
type RecordInput struct {
	Kind          string       `json:"kind" maxLength:"40"`
	Title         string       `json:"title" maxLength:"200"`
	StartsAt      string       `json:"starts_at" maxLength:"40" doc:"2026-03-05T14:30 in the office's own zone, or RFC 3339"`
	EndsAt        string       `json:"ends_at" maxLength:"40"`
	Place         string       `json:"place,omitempty" maxLength:"200"`
	Organiser     OrganiserRef `json:"organiser"`
	HostID        *uuid.UUID   `json:"host_id,omitempty" format:"uuid"`
	RecorderID    *uuid.UUID   `json:"recorder_id,omitempty" format:"uuid"`
	LecturerID    *uuid.UUID   `json:"lecturer_id,omitempty" format:"uuid"`
	Agenda        string       `json:"agenda,omitempty" maxLength:"10000"`
	Content       string       `json:"content,omitempty" maxLength:"100000"`
	OutsideGuests string       `json:"outside_guests,omitempty" maxLength:"1000" doc:"From outside the office"`
	Election      bool         `json:"election,omitempty" doc:"Four fifths have to be present"`
	OverlapAnswer string       `json:"overlap_answer,omitempty" maxLength:"400" doc:"Answers the warning that somebody is at two activities at once"`
	Attendance    []Attendance `json:"attendance,omitempty" maxItems:"2000"`
	Resolutions   []Resolution `json:"resolutions,omitempty" maxItems:"50"`
	Served        string       `json:"served,omitempty" maxLength:"200" doc:"Whom volunteering was for"`
	OutsidePeople []Outsider   `json:"outside_people,omitempty" maxItems:"200" doc:"Of partner units, who worked along; counted apart from our own (rule 31)"`
}

func given(id *uuid.UUID) uuid.UUID {
	if id == nil {
		return uuid.Nil
	}
	return *id
}

func (in RecordInput) record() (r Record, err error) {
	r = Record{Kind: in.Kind, Title: in.Title, Place: in.Place, Organiser: in.Organiser, Host: given(in.HostID),
		Recorder: given(in.RecorderID), Lecturer: given(in.LecturerID), Agenda: in.Agenda, Content: in.Content,
		Guests: in.OutsideGuests, Election: in.Election, OverlapAnswer: in.OverlapAnswer,
		Attendance: in.Attendance, Resolutions: in.Resolutions, Served: in.Served, Outsiders: in.OutsidePeople}
	if r.Starts, err = ParseMoment("starts_at", in.StartsAt); err != nil {
		return r, err
	}
	r.Ends, err = ParseMoment("ends_at", in.EndsAt)
	return r, err
}

// FilterIn is what narrows a list. Exported, like all that is embedded here: the
// OpenAPI layer does not read what is not.
type FilterIn struct {
	Q          string        `query:"q" maxLength:"60" doc:"Looks into title, place, content and the names of who came (pinyin too)"`
	Kind       string        `query:"kind" maxLength:"40"`
	Category   string        `query:"category" maxLength:"40"`
	State      string        `query:"state" enum:"draft,confirmed,withdrawn"`
	Branch     uuid.UUID     `query:"branch_id" doc:"Organised by it or one of its groups"`
	Group      uuid.UUID     `query:"group_id"`
	Department uuid.UUID     `query:"department_id"`
	Project    uuid.UUID     `query:"project_id"`
	Person     uuid.UUID     `query:"person_id" doc:"Who was there, hosted, recorded or lectured"`
	From       calendar.Date `query:"from"`
	To         calendar.Date `query:"to"`
	Late       string        `query:"late" enum:"true,false"`
	NoQuorum   bool          `query:"no_quorum" doc:"Only meetings below their quorum"`
	Sort       string        `query:"sort" maxLength:"20" doc:"starts_at, title or updated_at, with - before it for descending; -starts_at when empty"`
}

func (in FilterIn) filter() Filter {
	f := Filter{Text: in.Q, Kind: in.Kind, Category: in.Category, State: State(in.State), Branch: in.Branch, Group: in.Group,
		Department: in.Department, Project: in.Project, Person: in.Person, From: in.From, To: in.To, NoQuorum: in.NoQuorum, Sort: in.Sort}
	if in.Late != "" {
		late := in.Late == "true"
		f.Late = &late
	}
	return f
}

type listIn struct {
	FilterIn
	Cursor string `query:"cursor" maxLength:"1000"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type listOut struct {
	Body struct {
		Items []Summary `json:"items"`
		Next  string    `json:"next" doc:"Cursor of the next page; empty on the last"`
		Total int       `json:"total"`
	}
}

type calendarIn struct {
	FilterIn
	Month string `query:"month" required:"true" pattern:"^[0-9]{4}-[0-9]{2}$" patternDescription:"2026-03 的样式"`
}

type suggestIn struct {
	Kind      string        `query:"kind" required:"true" maxLength:"40"`
	Organiser string        `query:"organiser_kind" required:"true" enum:"unit,department,branch,group,project"`
	ID        uuid.UUID     `query:"organiser_id" doc:"None for the unit"`
	Date      calendar.Date `query:"date" required:"true"`
}

// IDIn is the record a route is about.
type IDIn struct {
	ID uuid.UUID `path:"id"`
}

// ReasonBody is why something is changed.
type ReasonBody struct {
	Reason string `json:"reason" maxLength:"400"`
}

type savedOut struct{ Body Saved }

func saved(out Saved, err error) (*savedOut, error) { return &savedOut{out}, err }

// Mount mounts the routes of activities, their kinds and their attachments.
func Mount(api *httpd.API, s *Service) {
	mountKinds(api, s)
	mountOrganisers(api, s)
	mountLists(api, s)
	mountRecord(api, s)
	mountAttachments(api, s)
}

func mountLists(api *httpd.API, s *Service) {
	read := httpd.Op{Need: needRead(), Tag: "activities"}
	with := func(op httpd.Op, summary string) httpd.Op { op.Summary = summary; return op }

	httpd.Get(api, "/api/activities", with(read, "Records in your reach: the standing version of each, drafts where you may record"),
		func(ctx context.Context, who httpd.Who, in *listIn) (*listOut, error) {
			f := in.filter()
			f.Cursor, f.Limit = in.Cursor, in.Limit
			out := &listOut{}
			var err error
			out.Body.Items, out.Body.Next, out.Body.Total, err = s.List(ctx, who.Actor, who.Scope, f)
			return out, err
		})
	httpd.Get(api, "/api/activities/calendar", with(read, "A month of records, with its holidays"),
		func(ctx context.Context, who httpd.Who, in *calendarIn) (*struct{ Body Month }, error) {
			day, err := calendar.ParseDate(in.Month + "-01")
			if err != nil {
				return nil, fault.Field("month", "月份应写作 2026-03 的样式")
			}
			m, err := s.Calendar(ctx, who.Actor, who.Scope, day, in.filter())
			return &struct{ Body Month }{m}, err
		})
	httpd.Get(api, "/api/activities/export", httpd.Op{Need: access.Need{Resource: "activity", Action: "export"}, Tag: "activities",
		Summary: "The filtered list as a workbook", Timeout: 110 * time.Second},
		func(ctx context.Context, who httpd.Who, in *struct{ FilterIn }) (*huma.StreamResponse, error) {
			var b bytes.Buffer
			if err := s.Export(ctx, who.Actor, who.Scope, in.filter(), &b); err != nil {
				return nil, err
			}
			return httpd.Send(httpd.File{Name: "活动记录.xlsx", MediaType: httpd.XLSX, Size: int64(b.Len()), Body: io.NopCloser(&b)}), nil
		})
	httpd.Get(api, "/api/activities/suggest", httpd.Op{Need: needRecord(), Tag: "activities",
		Summary: "What the form starts with: expected people, and the rest from the last record"},
		func(ctx context.Context, who httpd.Who, in *suggestIn) (*struct{ Body Suggestion }, error) {
			out, err := s.Suggest(ctx, who.Actor, who.Scope, in.Kind, OrganiserRef{in.Organiser, in.ID}, in.Date)
			return &struct{ Body Suggestion }{out}, err
		})
	httpd.Get(api, "/api/activities/{id}", with(read, "One record with its history, people, files and points"),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Version int `query:"version" minimum:"0" doc:"0: the standing one"`
		}) (*struct{ Body Detail }, error) {
			d, err := s.Detail(ctx, who.Actor, who.Scope, in.ID, in.Version)
			return &struct{ Body Detail }{d}, err
		})
}

func mountRecord(api *httpd.API, s *Service) {
	record := httpd.Op{Need: needRecord(), Tag: "activities"}
	confirm := httpd.Op{Need: needConfirm(), Tag: "activities"}
	with := func(op httpd.Op, summary string) httpd.Op { op.Summary = summary; return op }
	created := record
	created.Status, created.Summary = http.StatusCreated, "Save a first draft, or record and confirm at once"

	httpd.Post(api, "/api/activities", created,
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				RecordInput
				Confirm bool `json:"confirm,omitempty" doc:"Confirm in the same transaction"`
			}
		}) (*savedOut, error) {
			r, err := in.Body.record()
			if err != nil {
				return nil, err
			}
			return saved(s.Create(ctx, who.Actor, who.Scope, r, in.Body.Confirm))
		})
	httpd.Put(api, "/api/activities/{id}", with(record, "Replace a draft, whole"),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body struct {
				RecordInput
				RowVersion int `json:"row_version" doc:"Of the draft the form was filled from"`
			}
		}) (*savedOut, error) {
			r, err := in.Body.record()
			if err != nil {
				return nil, err
			}
			return saved(s.Save(ctx, who.Actor, who.Scope, in.ID, in.Body.RowVersion, r))
		})
	discard := with(record, "Delete a draft, or give up an amendment")
	discard.Status = http.StatusNoContent
	httpd.Delete(api, "/api/activities/{id}", discard,
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			RowVersion int `query:"row_version" required:"true"`
		}) (*struct{}, error) {
			return nil, s.Discard(ctx, who.Actor, who.Scope, in.ID, in.RowVersion)
		})
	httpd.Post(api, "/api/activities/{id}/confirm", with(confirm, "Confirm the draft, with the form's last changes: posts points in the same transaction"),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body struct {
				RowVersion    int          `json:"row_version" doc:"Of the draft that was seen"`
				Record        *RecordInput `json:"record,omitempty" doc:"The form, where it changed since the draft was saved"`
				OverlapAnswer string       `json:"overlap_answer,omitempty" maxLength:"400"`
			}
		}) (*savedOut, error) {
			c := Confirmation{RowVersion: in.Body.RowVersion, OverlapAnswer: in.Body.OverlapAnswer}
			if in.Body.Record != nil {
				r, err := in.Body.Record.record()
				if err != nil {
					return nil, err
				}
				c.Record = &r
			}
			return saved(s.Confirm(ctx, who.Actor, who.Scope, in.ID, c))
		})
	amend := with(record, "Draft a new version of a confirmed record")
	amend.Status = http.StatusCreated
	httpd.Post(api, "/api/activities/{id}/amend", amend,
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body ReasonBody
		}) (*savedOut, error) {
			return saved(s.Amend(ctx, who.Actor, who.Scope, in.ID, in.Body.Reason))
		})
	httpd.Post(api, "/api/activities/{id}/withdraw", with(confirm, "Take a confirmed record back: its points are reversed"),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body struct {
				ReasonBody
				RowVersion int `json:"row_version"`
			}
		}) (*savedOut, error) {
			return saved(s.Withdraw(ctx, who.Actor, who.Scope, in.ID, in.Body.RowVersion, in.Body.Reason))
		})
}
