package duty

import (
	"bytes"
	"context"
	"io"
	"net/http"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

// PlanIn is the plan that a route is about. Exported, like all that is embedded here:
// the OpenAPI layer does not read what is not.
type PlanIn struct {
	Branch  uuid.UUID `path:"branch"`
	Quarter string    `path:"quarter" maxLength:"6" doc:"2026Q4"`
}

type plansIn struct {
	Quarter string `query:"quarter" maxLength:"6" doc:"2026Q4; the running one where left out"`
	Text    string `query:"q" maxLength:"60" doc:"In the branch's name"`
	State   string `query:"state" enum:"filed,unfiled,late"`
	Cursor  string `query:"cursor" maxLength:"400"`
	Limit   int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type makePlanIn struct {
	Body struct {
		Branch  uuid.UUID `json:"branch_id"`
		Quarter string    `json:"quarter" maxLength:"6" doc:"2026Q4: the running one, or the next"`
	}
}

type savePlanIn struct {
	PlanIn
	Body struct {
		Version int          `json:"version" minimum:"1"`
		Items   []PlanChange `json:"items" maxItems:"400"`
	}
}

type filePlanIn struct {
	PlanIn
	Body struct {
		Version int `json:"version" minimum:"1"`
	}
}

type dropPlanIn struct {
	PlanIn
	Version int `query:"version" minimum:"1" required:"true"`
}

type planOut struct{ Body Plan }

func readPlanQuarter(text string) (calendar.Quarter, error) {
	q, err := calendar.ParseQuarter(text)
	if err != nil {
		return q, fault.Field("quarter", "季度应写作 2026Q3 的样式")
	}
	return q, nil
}

func mountPlans(api *httpd.API, s *Service) {
	const tag = "duty plans"
	httpd.Get(api, "/api/duty-plans", httpd.Op{Need: needPlanRead(), Tag: tag, Summary: "Whether each branch within your reach has made and filed its plan of a quarter"},
		func(ctx context.Context, who httpd.Who, in *plansIn) (*struct{ Body PlanOverview }, error) {
			q := calendar.QuarterOf(calendar.DateOf(s.now()))
			if in.Quarter != "" {
				var err error
				if q, err = readPlanQuarter(in.Quarter); err != nil {
					return nil, err
				}
			}
			p, err := s.Plans(ctx, who.Actor, who.Scope, PlanFilter{Quarter: q, Text: in.Text, State: in.State, Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body PlanOverview }{p}, err
		})
	httpd.Post(api, "/api/duty-plans", httpd.Op{Need: needPlanWrite(), Tag: tag, Status: http.StatusCreated, Summary: "Make a branch's plan of a quarter out of the duties"},
		func(ctx context.Context, who httpd.Who, in *makePlanIn) (*planOut, error) {
			q, err := readPlanQuarter(in.Body.Quarter)
			if err != nil {
				return nil, err
			}
			p, err := s.MakePlan(ctx, who.Actor, who.Scope, in.Body.Branch, q)
			return &planOut{p}, err
		})
	httpd.Get(api, "/api/duty-plans/{branch}/{quarter}", httpd.Op{Need: needPlanRead(), Tag: tag, Summary: "One plan with how far each item is met"},
		func(ctx context.Context, who httpd.Who, in *PlanIn) (*planOut, error) {
			q, err := readPlanQuarter(in.Quarter)
			if err != nil {
				return nil, err
			}
			p, err := s.Plan(ctx, who.Actor, who.Scope, in.Branch, q)
			return &planOut{p}, err
		})
	httpd.Put(api, "/api/duty-plans/{branch}/{quarter}", httpd.Op{Need: needPlanWrite(), Tag: tag, Summary: "Replace the items of a plan; after it was filed the changes are marked"},
		func(ctx context.Context, who httpd.Who, in *savePlanIn) (*planOut, error) {
			q, err := readPlanQuarter(in.Quarter)
			if err != nil {
				return nil, err
			}
			p, err := s.SavePlan(ctx, who.Actor, who.Scope, in.Branch, q, in.Body.Version, in.Body.Items)
			return &planOut{p}, err
		})
	httpd.Delete(api, "/api/duty-plans/{branch}/{quarter}", httpd.Op{Need: needPlanWrite(), Tag: tag, Status: http.StatusNoContent, Summary: "Take away a plan that was not filed"},
		func(ctx context.Context, who httpd.Who, in *dropPlanIn) (*struct{}, error) {
			q, err := readPlanQuarter(in.Quarter)
			if err != nil {
				return nil, err
			}
			return nil, s.DropPlan(ctx, who.Actor, who.Scope, in.Branch, q, in.Version)
		})
	httpd.Post(api, "/api/duty-plans/{branch}/{quarter}/filing", httpd.Op{Need: needPlanWrite(), Tag: tag, Summary: "File a plan with the Party office"},
		func(ctx context.Context, who httpd.Who, in *filePlanIn) (*planOut, error) {
			q, err := readPlanQuarter(in.Quarter)
			if err != nil {
				return nil, err
			}
			p, err := s.FilePlan(ctx, who.Actor, who.Scope, in.Branch, q, in.Body.Version)
			return &planOut{p}, err
		})
	httpd.Get(api, "/api/duty-plans/{branch}/{quarter}/sheet.xlsx", httpd.Op{Need: needPlanRead(), Tag: tag, Summary: "The plan as a workbook to print and sign"},
		func(ctx context.Context, who httpd.Who, in *PlanIn) (*huma.StreamResponse, error) {
			q, err := readPlanQuarter(in.Quarter)
			if err != nil {
				return nil, err
			}
			var b bytes.Buffer
			if err := s.PlanSheet(ctx, who.Actor, who.Scope, in.Branch, q, &b); err != nil {
				return nil, err
			}
			return httpd.Send(httpd.File{Name: "支部季度计划.xlsx", MediaType: httpd.XLSX, Size: int64(b.Len()), Body: io.NopCloser(&b)}), nil
		})
}
