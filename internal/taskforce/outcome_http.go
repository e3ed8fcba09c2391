package taskforce

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/httpd"
)

const tag = "taskforces"

// TaskforceIn is the taskforce that a route is about. Exported, like all that is
// embedded here: the OpenAPI layer does not read what is not.
type TaskforceIn struct {
	ID uuid.UUID `path:"id"`
}

// ReasonBody says why.
type ReasonBody struct {
	Reason string `json:"reason" maxLength:"400"`
}

type outcomesOut struct{ Body Outcomes }

func mountOutcomes(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/taskforce-outcomes", httpd.Op{Need: need("read"), Tag: tag, Summary: "Outcomes of every taskforce in your reach, with their sums"},
		func(ctx context.Context, who httpd.Who, in *struct {
			Year      int       `query:"year" minimum:"0" maximum:"9999"`
			Kind      string    `query:"kind" maxLength:"40"`
			Taskforce uuid.UUID `query:"taskforce"`
			Q         string    `query:"q" maxLength:"60" doc:"Looks into title, reference and the taskforce's name"`
			Cursor    string    `query:"cursor" maxLength:"400"`
			Limit     int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*outcomesOut, error) {
			out, err := s.Register(ctx, who.Actor, who.Scope, OutcomeFilter{in.Year, in.Kind, in.Taskforce, in.Q, in.Cursor, in.Limit})
			return &outcomesOut{out}, err
		})
	httpd.Get(api, "/api/taskforces/{id}/outcomes", httpd.Op{Need: need("read"), Tag: tag, Summary: "What came of a taskforce"},
		func(ctx context.Context, who httpd.Who, in *TaskforceIn) (*outcomesOut, error) {
			out, err := s.Outcomes(ctx, who.Actor, who.Scope, in.ID)
			return &outcomesOut{out}, err
		})
	httpd.Post(api, "/api/taskforces/{id}/outcomes", httpd.Op{Need: need("log"), Tag: tag, Status: http.StatusCreated, Summary: "Enter an outcome"},
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body struct {
				Kind      string        `json:"kind" maxLength:"40"`
				Title     string        `json:"title" maxLength:"400"`
				Quantity  int64         `json:"quantity" doc:"Of the kind's measure; fen of money"`
				ReachedOn calendar.Date `json:"reached_on"`
				Reference string        `json:"reference,omitempty" maxLength:"400" doc:"文号, 刊名期号"`
			}
		}) (*struct{ Body Outcome }, error) {
			b := in.Body
			out, err := s.Achieve(ctx, who.Actor, who.Scope, in.ID, OutcomeInput{b.Kind, b.Title, b.Quantity, b.ReachedOn, b.Reference})
			return &struct{ Body Outcome }{out}, err
		})
	httpd.Post(api, "/api/taskforces/{id}/outcomes/{outcome}/void", httpd.Op{Need: need("log"), Tag: tag, Status: http.StatusNoContent,
		Summary: "Take an outcome out of every count; it stays to be read"},
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Outcome uuid.UUID `path:"outcome"`
			Body    ReasonBody
		}) (*struct{}, error) {
			return nil, s.VoidOutcome(ctx, who.Actor, who.Scope, in.ID, in.Outcome, in.Body.Reason)
		})
}
