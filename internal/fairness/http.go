package fairness

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

type pageIn struct {
	Quarter string `query:"quarter" maxLength:"10" doc:"2026Q3"`
}

type cutsIn struct {
	Quarter   string `query:"quarter" maxLength:"10" doc:"2026Q3"`
	Dimension string `query:"dimension" enum:"base,political,professional,discipline,conduct,"`
	Rule      string `query:"rule" maxLength:"60" doc:"Its code"`
	Cursor    string `query:"cursor" maxLength:"40"`
	Limit     int    `query:"limit" minimum:"0" maximum:"200" doc:"50 when 0"`
}

type cutsOut struct {
	Body struct {
		Items []CutEntry `json:"items"`
		Next  string     `json:"next"`
	}
}

type decisionsIn struct {
	Quarter  string    `query:"quarter" maxLength:"10" doc:"2026Q3"`
	Verifier uuid.UUID `query:"verifier" required:"true" doc:"Person"`
	Step     string    `query:"step" enum:"verify,return,"`
	Cursor   string    `query:"cursor" maxLength:"40"`
	Limit    int       `query:"limit" minimum:"0" maximum:"200" doc:"50 when 0"`
}

type decisionsOut struct {
	Body struct {
		Items []Decision `json:"items"`
		Next  string     `json:"next"`
	}
}

func readQuarter(text string) (calendar.Quarter, error) {
	if text == "" {
		return calendar.Quarter{}, nil
	}
	q, err := calendar.ParseQuarter(text)
	if err != nil {
		return q, fault.Field("quarter", err.Error())
	}
	return q, nil
}

// Mount mounts the page and the lists behind its counts.
func Mount(api *httpd.API, s *Service) {
	need := access.Need{Resource: "fairness", Action: "read"}
	httpd.Get(api, "/api/fairness", httpd.Op{Need: need, Tag: "fairness", Summary: "How evenly a quarter's points fall"},
		func(ctx context.Context, who httpd.Who, in *pageIn) (*struct{ Body Fairness }, error) {
			q, err := readQuarter(in.Quarter)
			if err != nil {
				return nil, err
			}
			p, err := s.Page(ctx, who.Actor, who.Scope, q)
			return &struct{ Body Fairness }{p}, err
		})
	httpd.Get(api, "/api/fairness/cuts", httpd.Op{Need: need, Tag: "fairness", Summary: "Entries that caps cut, by voucher"},
		func(ctx context.Context, who httpd.Who, in *cutsIn) (*cutsOut, error) {
			q, err := readQuarter(in.Quarter)
			if err != nil {
				return nil, err
			}
			out := &cutsOut{}
			out.Body.Items, out.Body.Next, err = s.Cuts(ctx, who.Actor, who.Scope,
				CutFilter{Quarter: q, Dimension: in.Dimension, Rule: in.Rule, Cursor: in.Cursor, Limit: in.Limit})
			return out, err
		})
	httpd.Get(api, "/api/fairness/decisions", httpd.Op{Need: need, Tag: "fairness", Summary: "Claims that a verifier verified or returned, oldest first"},
		func(ctx context.Context, who httpd.Who, in *decisionsIn) (*decisionsOut, error) {
			q, err := readQuarter(in.Quarter)
			if err != nil {
				return nil, err
			}
			out := &decisionsOut{}
			out.Body.Items, out.Body.Next, err = s.Decisions(ctx, who.Actor, who.Scope,
				DecisionFilter{Quarter: q, Verifier: in.Verifier, Step: in.Step, Cursor: in.Cursor, Limit: in.Limit})
			return out, err
		})
}
