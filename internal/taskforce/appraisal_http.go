package taskforce

import (
	"context"

	"github.com/google/uuid"

	"xianfeng/internal/httpd"
)

// ServedList is who served in a taskforce.
type ServedList struct {
	Items []Served `json:"items"`
}

type servedOut struct{ Body ServedList }

func mountAppraisals(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/taskforces/{id}/appraisals", httpd.Op{Need: needAppraisal("read"), Tag: tag, Summary: "Who served, with their appraisals, written or not"},
		func(ctx context.Context, who httpd.Who, in *TaskforceIn) (*servedOut, error) {
			out, err := s.ServedIn(ctx, who.Actor, who.Scope, in.ID)
			return &servedOut{ServedList{out}}, err
		})
	httpd.Put(api, "/api/taskforces/{id}/appraisals", httpd.Op{Need: needAppraisal("write"), Tag: tag, Summary: "Write appraisals, all of them or none; each once"},
		func(ctx context.Context, who httpd.Who, in *struct {
			TaskforceIn
			Body struct {
				Items []struct {
					Person uuid.UUID `json:"person_id"`
					Grade  Grade     `json:"grade" enum:"excellent,good,fair,poor"`
					Text   string    `json:"text" maxLength:"4000"`
				} `json:"items" minItems:"1" maxItems:"500"`
			}
		}) (*servedOut, error) {
			items := make([]AppraisalItem, len(in.Body.Items))
			for i, it := range in.Body.Items {
				items[i] = AppraisalItem(it)
			}
			out, err := s.Appraise(ctx, who.Actor, who.Scope, in.ID, items)
			return &servedOut{ServedList{out}}, err
		})
	httpd.Get(api, "/api/appraisals", httpd.Op{Need: needAppraisal("read"), Tag: tag, Summary: "Appraisals in your reach"},
		func(ctx context.Context, who httpd.Who, in *struct {
			Mine       bool      `query:"mine" doc:"Only your own"`
			Branch     uuid.UUID `query:"branch"`
			Unreceived bool      `query:"unreceived"`
			Q          string    `query:"q" maxLength:"60"`
			Cursor     string    `query:"cursor" maxLength:"400"`
			Limit      int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
		}) (*struct{ Body Appraisals }, error) {
			out, err := s.Appraisals(ctx, who.Actor, who.Scope, AppraisalFilter{in.Mine, in.Branch, in.Unreceived, in.Q, in.Cursor, in.Limit})
			return &struct{ Body Appraisals }{out}, err
		})
	httpd.Post(api, "/api/appraisals/{id}/receipt", httpd.Op{Need: needAppraisal("receive"), Tag: tag, Summary: "Take an appraisal into the home branch"},
		func(ctx context.Context, who httpd.Who, in *struct {
			ID uuid.UUID `path:"id"`
		}) (*struct{ Body Appraisal }, error) {
			out, err := s.Receive(ctx, who.Actor, who.Scope, in.ID)
			return &struct{ Body Appraisal }{out}, err
		})
}
