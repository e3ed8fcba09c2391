package selection

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

func readQuarter(text string) (calendar.Quarter, error) {
	if text == "" {
		return calendar.Quarter{}, nil
	}
	q, err := calendar.ParseQuarter(text)
	if err != nil {
		return q, fault.Field("quarter", "季度应写作 2026Q3 的样式")
	}
	return q, nil
}

// IDIn is the selection or honour that a route is about. Exported, like all that is
// embedded here: the OpenAPI layer does not read what is not.
type IDIn struct {
	ID uuid.UUID `path:"id"`
}

// CandidateIn is the candidate of a selection that a route is about.
type CandidateIn struct {
	IDIn
	Candidate uuid.UUID `path:"candidate"`
}

type listIn struct {
	Kind    string `query:"kind" enum:"pennant,pioneer_post,best_pair"`
	Quarter string `query:"quarter" maxLength:"6" doc:"2026Q3"`
	State   string `query:"state" enum:"open,noticed,heard,decided,cancelled"`
	Cursor  string `query:"cursor" maxLength:"400"`
	Limit   int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type openIn struct {
	Body struct {
		Kind     string      `json:"kind" enum:"pennant,pioneer_post,best_pair"`
		Quarter  string      `json:"quarter" maxLength:"6" doc:"2026Q3: finished, or running; of best pairs the last of the year"`
		Quota    int         `json:"quota,omitempty" minimum:"1" maximum:"10" doc:"Of best pairs: how many; 1 by default"`
		Criteria []Criterion `json:"criteria,omitempty" maxItems:"12" doc:"Of best pairs: the scoring sheet; a standard one by default"`
	}
}

type candidatesIn struct {
	IDIn
	Branch   uuid.UUID `query:"branch"`
	Group    uuid.UUID `query:"group"`
	Text     string    `query:"q" maxLength:"60" doc:"In name, pinyin or initials"`
	Proposed bool      `query:"proposed" doc:"Only who is proposed or nominated"`
	Standing string    `query:"standing" enum:"in,out" doc:"in: can be chosen; out: excluded"`
	Cursor   string    `query:"cursor" maxLength:"400"`
	Limit    int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

type nominateIn struct {
	CandidateIn
	Body struct {
		Reasons string `json:"reasons" maxLength:"500"`
	}
}

type reviewIn struct {
	CandidateIn
	Body struct {
		Opinion string `json:"opinion" enum:"agree,disagree"`
		Text    string `json:"text,omitempty" maxLength:"500"`
	}
}

// SeenIn is the state of the selection that the actor looked at; another one since
// then is a conflict.
type SeenIn struct {
	RowVersion int `json:"row_version" minimum:"1"`
}

type chooseIn struct {
	IDIn
	Body struct {
		SeenIn
		Candidate uuid.UUID `json:"candidate_id"`
		Reason    string    `json:"reason" maxLength:"500"`
	}
}

type publishIn struct {
	IDIn
	Body SeenIn
}

type decideIn struct {
	IDIn
	Body struct {
		SeenIn
		Awards   []uuid.UUID `json:"awards" maxItems:"2000" doc:"Heard candidates to honour"`
		Decision string      `json:"decision,omitempty" maxLength:"500" doc:"Needed where a heard candidate is passed over"`
	}
}

type reasonIn struct {
	IDIn
	Body struct {
		Reason string `json:"reason" maxLength:"500"`
	}
}

type detailOut struct{ Body Detail }

// Mount mounts the routes of selections and honours.
func Mount(api *httpd.API, s *Service) {
	mountReading(api, s)
	mountSteps(api, s)
	mountSheet(api, s)
	mountHonours(api, s)
}

func mountReading(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/selections", httpd.Op{Need: needRead(), Tag: "selections", Summary: "Selections with anything within your reach, newest quarter first"},
		func(ctx context.Context, who httpd.Who, in *listIn) (*struct{ Body Selections }, error) {
			q, err := readQuarter(in.Quarter)
			if err != nil {
				return nil, err
			}
			p, err := s.List(ctx, who.Actor, who.Scope, Filter{Kind: in.Kind, State: in.State, Quarter: q, Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body Selections }{p}, err
		})
	httpd.Get(api, "/api/selections/{id}", httpd.Op{Need: needRead(), Tag: "selections", Summary: "One selection and how it stands"},
		func(ctx context.Context, who httpd.Who, in *IDIn) (*detailOut, error) {
			d, err := s.Selection(ctx, who.Actor, who.Scope, in.ID)
			return &detailOut{d}, err
		})
	httpd.Get(api, "/api/selections/{id}/candidates", httpd.Op{Need: needRead(), Tag: "selections", Summary: "Its candidates within your reach with their arithmetic, in the order of the roll"},
		func(ctx context.Context, who httpd.Who, in *candidatesIn) (*struct{ Body Candidates }, error) {
			p, err := s.ListCandidates(ctx, who.Actor, who.Scope, in.ID, CandidateFilter{Branch: in.Branch, Group: in.Group, Text: in.Text,
				Proposed: in.Proposed, Standing: in.Standing, Cursor: in.Cursor, Limit: in.Limit})
			return &struct{ Body Candidates }{p}, err
		})
	httpd.Get(api, "/api/selections/{id}/candidates/{candidate}", httpd.Op{Need: needRead(), Tag: "selections", Summary: "A candidate's numbers opened: whose points, which vetoes"},
		func(ctx context.Context, who httpd.Who, in *CandidateIn) (*struct{ Body CandidateDetail }, error) {
			d, err := s.Candidate(ctx, who.Actor, who.Scope, in.ID, in.Candidate)
			return &struct{ Body CandidateDetail }{d}, err
		})
}

func mountSteps(api *httpd.API, s *Service) {
	answer := func(d Detail, err error) (*detailOut, error) { return &detailOut{d}, err }
	httpd.Post(api, "/api/selections", httpd.Op{Need: needOpen(), Tag: "selections", Summary: "Open a selection of a quarter", Status: http.StatusCreated},
		func(ctx context.Context, who httpd.Who, in *openIn) (*detailOut, error) {
			q, err := readQuarter(in.Body.Quarter)
			if err != nil {
				return nil, err
			}
			if in.Body.Kind == BestPair {
				if q.Q != 4 {
					return nil, fault.Field("quarter", "师徒最佳组合按年评选，请选择当年第四季度")
				}
				return answer(s.OpenPairs(ctx, who.Actor, who.Scope, q.Year, in.Body.Quota, in.Body.Criteria))
			}
			return answer(s.Open(ctx, who.Actor, who.Scope, in.Body.Kind, q))
		})
	httpd.Post(api, "/api/selections/{id}/computation", httpd.Op{Need: needOpen(), Tag: "selections", Summary: "Do the arithmetic again while it is open"},
		func(ctx context.Context, who httpd.Who, in *IDIn) (*detailOut, error) {
			return answer(s.Recompute(ctx, who.Actor, who.Scope, in.ID))
		})
	httpd.Put(api, "/api/selections/{id}/candidates/{candidate}/nomination", httpd.Op{Need: needNominate(), Tag: "selections", Summary: "Recommend a person of the group, in words"},
		func(ctx context.Context, who httpd.Who, in *nominateIn) (*detailOut, error) {
			return answer(s.Nominate(ctx, who.Actor, who.Scope, in.ID, in.Candidate, in.Body.Reasons))
		})
	httpd.Delete(api, "/api/selections/{id}/candidates/{candidate}/nomination", httpd.Op{Need: needNominate(), Tag: "selections", Summary: "Take a recommendation back"},
		func(ctx context.Context, who httpd.Who, in *CandidateIn) (*detailOut, error) {
			return answer(s.TakeBack(ctx, who.Actor, who.Scope, in.ID, in.Candidate))
		})
	httpd.Put(api, "/api/selections/{id}/candidates/{candidate}/opinion", httpd.Op{Need: needReview(), Tag: "selections", Summary: "What the branch committee says of a candidate"},
		func(ctx context.Context, who httpd.Who, in *reviewIn) (*detailOut, error) {
			return answer(s.Review(ctx, who.Actor, who.Scope, in.ID, in.Candidate, in.Body.Opinion, in.Body.Text))
		})
	httpd.Post(api, "/api/selections/{id}/choice", httpd.Op{Need: needDecide(), Tag: "selections", Summary: "Choose among candidates that the arithmetic leaves equal"},
		func(ctx context.Context, who httpd.Who, in *chooseIn) (*detailOut, error) {
			return answer(s.Choose(ctx, who.Actor, who.Scope, in.ID, in.Body.Candidate, in.Body.RowVersion, in.Body.Reason))
		})
	httpd.Post(api, "/api/selections/{id}/notice", httpd.Op{Need: needOpen(), Tag: "selections", Summary: "Put the proposed candidates on public notice"},
		func(ctx context.Context, who httpd.Who, in *publishIn) (*detailOut, error) {
			return answer(s.Publish(ctx, who.Actor, who.Scope, in.ID, in.Body.RowVersion))
		})
	httpd.Post(api, "/api/selections/{id}/decision", httpd.Op{Need: needDecide(), Tag: "selections", Summary: "Award the honours"},
		func(ctx context.Context, who httpd.Who, in *decideIn) (*detailOut, error) {
			return answer(s.Decide(ctx, who.Actor, who.Scope, in.ID, in.Body.RowVersion, in.Body.Awards, in.Body.Decision))
		})
	httpd.Post(api, "/api/selections/{id}/cancellation", httpd.Op{Need: needOpen(), Tag: "selections", Summary: "Cancel it before the decision, with the reason"},
		func(ctx context.Context, who httpd.Who, in *reasonIn) (*detailOut, error) {
			return answer(s.Cancel(ctx, who.Actor, who.Scope, in.ID, in.Body.Reason))
		})
}

// HonoursIn narrows the list of honours.
type HonoursIn struct {
	Kind    string    `query:"kind" enum:"pennant,pioneer_post,best_pair"`
	Quarter string    `query:"quarter" maxLength:"6" doc:"2026Q3"`
	Person  uuid.UUID `query:"person"`
	Text    string    `query:"q" maxLength:"60" doc:"In name, pinyin, number, branch or group"`
	Cursor  string    `query:"cursor" maxLength:"400"`
	Limit   int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (in HonoursIn) filter() (HonourFilter, error) {
	q, err := readQuarter(in.Quarter)
	return HonourFilter{Kind: in.Kind, Quarter: q, Person: in.Person, Text: in.Text, Cursor: in.Cursor, Limit: in.Limit}, err
}

func mountHonours(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/honours", httpd.Op{Need: needHonour(), Tag: "selections", Summary: "Honours, newest quarter first"},
		func(ctx context.Context, who httpd.Who, in *HonoursIn) (*struct{ Body Honours }, error) {
			f, err := in.filter()
			if err != nil {
				return nil, err
			}
			p, err := s.ListHonours(ctx, who.Actor, who.Scope, f)
			return &struct{ Body Honours }{p}, err
		})
	httpd.Get(api, "/api/honours/export", httpd.Op{Need: needHonour(), Tag: "selections", Summary: "The same list as a workbook, all pages"},
		func(ctx context.Context, who httpd.Who, in *HonoursIn) (*huma.StreamResponse, error) {
			f, err := in.filter()
			if err != nil {
				return nil, err
			}
			var b bytes.Buffer
			if err := s.ExportHonours(ctx, who.Actor, who.Scope, f, &b); err != nil {
				return nil, err
			}
			return httpd.Send(httpd.File{Name: "荣誉名册.xlsx", MediaType: httpd.XLSX, Size: int64(b.Len()), Body: io.NopCloser(&b)}), nil
		})
	httpd.Get(api, "/api/honours/{id}", httpd.Op{Need: needHonour(), Tag: "selections", Summary: "An honour as its certificate prints it"},
		func(ctx context.Context, who httpd.Who, in *IDIn) (*struct{ Body Certificate }, error) {
			c, err := s.Certificate(ctx, who.Actor, who.Scope, in.ID)
			return &struct{ Body Certificate }{c}, err
		})
}
