package org

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

// Mount mounts the routes of people, places, settings and imports.
func Mount(api *httpd.API, s *Service) {
	mountImports(api, s) // before /api/people/{id}, which would take their paths
	mountPeople(api, s)
	mountMoves(api, s)
	mountPlaces(api, s)
	mountSettings(api, s)
	mountHolidays(api, s)
	mountAbsences(api, s)
}

func need(resource, action string) access.Need {
	return access.Need{Resource: resource, Action: action}
}

// workbook makes a download of what write wrote.
func workbook(name string, write func(w io.Writer) error) (*huma.StreamResponse, error) {
	var b bytes.Buffer
	if err := write(&b); err != nil {
		return nil, err
	}
	return httpd.Send(httpd.File{Name: name, MediaType: httpd.XLSX, Size: int64(b.Len()), Body: io.NopCloser(&b)}), nil
}

// PersonFilterIn narrows the roll. Exported, like all that is embedded here: the
// OpenAPI layer does not read what is not.
type PersonFilterIn struct {
	Q          string        `query:"q" maxLength:"50" doc:"Name, pinyin, initials, staff number, or the last four digits of the telephone"`
	Branch     uuid.UUID     `query:"branch"`
	Group      uuid.UUID     `query:"group"`
	Department uuid.UUID     `query:"department"`
	Status     string        `query:"political_status" doc:"One status, or party for both kinds of members"`
	State      string        `query:"state" enum:"current,left,all" default:"current"`
	Exempt     string        `query:"exempt" enum:"yes,no,"`
	On         calendar.Date `query:"on" doc:"The day whose places are shown; today where left out"`
	Sort       string        `query:"sort" doc:"branch, department, name, staff_no, birth_on, joined_party_on; - in front for descending"`
}

func (in PersonFilterIn) filter() PersonFilter {
	return PersonFilter{Text: in.Q, Branch: in.Branch, Group: in.Group, Department: in.Department,
		Status: in.Status, State: in.State, Exempt: in.Exempt, On: in.On, Sort: in.Sort}
}

type peopleIn struct {
	PersonFilterIn
	Cursor string `query:"cursor"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type peopleOut struct {
	Body struct {
		Items []Person `json:"items"`
		Next  string   `json:"next" doc:"The cursor of the next page; empty on the last"`
		Total int      `json:"total"`
	}
}

// PersonIn is the person a route is about.
type PersonIn struct {
	ID uuid.UUID `path:"id"`
}

type personOut struct {
	Body PersonDetail
}

type phoneOut struct {
	Body struct {
		Phone string `json:"phone"`
	}
}

type pickIn struct {
	Q      string    `query:"q" maxLength:"50"`
	Branch uuid.UUID `query:"branch"`
}

type pickOut struct {
	Body struct {
		Items []PersonOption `json:"items"`
	}
}

// PersonEdit is a changed person with the version that the form was filled from.
type PersonEdit struct {
	PersonInput
	RowVersion int `json:"row_version" minimum:"1"`
}

func onePerson(p PersonDetail, err error) (*personOut, error) {
	if err != nil {
		return nil, err
	}
	return &personOut{Body: p}, nil
}

func mountPeople(api *httpd.API, s *Service) {
	const tag = "people"
	read, write := need("people", "read"), need("people", "write")
	httpd.Get(api, "/api/people", httpd.Op{Need: read, Tag: tag, Summary: "The roll"},
		func(ctx context.Context, who httpd.Who, in *peopleIn) (*peopleOut, error) {
			f := in.filter()
			f.Cursor, f.Limit = in.Cursor, in.Limit
			out := &peopleOut{}
			var err error
			out.Body.Items, out.Body.Next, out.Body.Total, err = s.People(ctx, who.Scope, f)
			return out, err
		})
	httpd.Get(api, "/api/people/pick", httpd.Op{Need: read, Tag: tag, Summary: "People for a picker"},
		func(ctx context.Context, who httpd.Who, in *pickIn) (*pickOut, error) {
			out := &pickOut{}
			var err error
			out.Body.Items, err = s.Pick(ctx, who.Scope, in.Q, in.Branch)
			return out, err
		})
	httpd.Get(api, "/api/people/colleagues", httpd.Op{Need: need("people", "name"), Tag: tag, Summary: "Everybody's name and place, for who records an activity: a lecturer or guest may be of another branch"},
		func(ctx context.Context, who httpd.Who, in *pickIn) (*pickOut, error) {
			out := &pickOut{}
			var err error
			out.Body.Items, err = s.Pick(ctx, who.Scope, in.Q, in.Branch)
			return out, err
		})
	httpd.Get(api, "/api/people/export", httpd.Op{Need: need("people", "export"), Tag: tag, Summary: "The roll as a workbook, as filtered; it can be imported again"},
		func(ctx context.Context, who httpd.Who, in *PersonFilterIn) (*huma.StreamResponse, error) {
			return workbook("人员花名册.xlsx", func(w io.Writer) error {
				return s.Export(ctx, who.Actor, who.Scope, in.filter(), w)
			})
		})
	httpd.Get(api, "/api/people/template", httpd.Op{Need: need("people", "import"), Tag: tag, Summary: "An empty roster to fill in"},
		func(_ context.Context, _ httpd.Who, _ *struct{}) (*huma.StreamResponse, error) {
			return workbook("花名册导入模板.xlsx", s.Template)
		})
	httpd.Get(api, "/api/people/{id}", httpd.Op{Need: read, Tag: tag, Summary: "One person, with history"},
		func(ctx context.Context, who httpd.Who, in *PersonIn) (*personOut, error) {
			return onePerson(s.Person(ctx, who.Scope, in.ID))
		})
	httpd.Get(api, "/api/people/{id}/phone", httpd.Op{Need: need("people", "reveal"), Tag: tag, Summary: "The telephone number in clear; audited"},
		func(ctx context.Context, who httpd.Who, in *PersonIn) (*phoneOut, error) {
			out := &phoneOut{}
			var err error
			out.Body.Phone, err = s.Phone(ctx, who.Actor, who.Scope, in.ID)
			return out, err
		})
	httpd.Post(api, "/api/people", httpd.Op{Need: write, Tag: tag, Summary: "Put a person on the roll", Status: http.StatusCreated},
		func(ctx context.Context, who httpd.Who, in *struct{ Body NewPerson }) (*personOut, error) {
			return onePerson(s.AddPerson(ctx, who.Actor, who.Scope, in.Body))
		})
	httpd.Put(api, "/api/people/{id}", httpd.Op{Need: write, Tag: tag, Summary: "Change what is not dated"},
		func(ctx context.Context, who httpd.Who, in *struct {
			PersonIn
			Body PersonEdit
		}) (*personOut, error) {
			return onePerson(s.EditPerson(ctx, who.Actor, who.Scope, in.ID, in.Body.RowVersion, in.Body.PersonInput))
		})
}
