package claim

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/file"
	"xianfeng/internal/httpd"
)

const tag = "claims"

// FormBody is the whole form in one piece. Exported, like all that is embedded here:
// the OpenAPI layer does not read what is not.
type FormBody struct {
	PersonID  uuid.UUID     `json:"person_id" doc:"Who gains by it: oneself, or a member of the group that one leads"`
	RuleCode  string        `json:"rule_code" maxLength:"60"`
	FactOn    calendar.Date `json:"fact_on" doc:"The day it happened"`
	Amount    int           `json:"amount,omitempty" doc:"Hundredths; only for a rule counted per amount"`
	Honour    string        `json:"honour,omitempty" maxLength:"400" doc:"Its full name; only for a rule with an honour's level"`
	Matter    string        `json:"matter" maxLength:"400" doc:"事项, as the ledger will print it"`
	Statement string        `json:"statement,omitempty" maxLength:"8000"`
	// What another capability attests.
	SourceKind string    `json:"source_kind,omitempty" enum:"appraisal" doc:"What the claim rests on besides its evidence"`
	SourceID   uuid.UUID `json:"source_id,omitzero" required:"false" doc:"The appraisal"`
}

func (b FormBody) input() Input {
	return Input{Person: b.PersonID, RuleCode: b.RuleCode, Honour: b.Honour, FactOn: b.FactOn, Amount: b.Amount, Matter: b.Matter, Statement: b.Statement,
		Source: Source{b.SourceKind, b.SourceID}}
}

// FilterIn is what narrows a list.
type FilterIn struct {
	Q       string    `query:"q" maxLength:"60" doc:"Looks into number, matter, honour, rule and the name (pinyin too)"`
	State   []State   `query:"state" maxItems:"9"`
	Mine    bool      `query:"mine" doc:"Only what you claimed or gain by"`
	Work    string    `query:"work" enum:"verify,notice" doc:"Only what waits for you: to be verified, to be put on notice"`
	Person  uuid.UUID `query:"person_id"`
	Rule    string    `query:"rule" maxLength:"60"`
	Branch  uuid.UUID `query:"branch_id"`
	Quarter string    `query:"quarter" maxLength:"6" doc:"2026Q3: of the fact"`
	Sort    string    `query:"sort" maxLength:"20" doc:"number, fact_on or requested, with - before it for descending; -number when empty"`
}

func (in FilterIn) filter() (f Filter, err error) {
	f = Filter{Text: in.Q, States: in.State, Mine: in.Mine, ToVerify: in.Work == "verify", ToNotice: in.Work == "notice", Person: in.Person, Rule: in.Rule,
		Branch: in.Branch, Sort: in.Sort}
	if in.Quarter != "" {
		if f.Quarter, err = calendar.ParseQuarter(in.Quarter); err != nil {
			return f, fault.Field("quarter", "季度应写作 2026Q3 的样式")
		}
	}
	return f, nil
}

type listIn struct {
	FilterIn
	Cursor string `query:"cursor" maxLength:"1000"`
	Limit  int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// IDIn is the claim a route is about.
type IDIn struct {
	ID uuid.UUID `path:"id"`
}

// VersionBody names the version that was seen.
type VersionBody struct {
	Version int `json:"version" doc:"Of the content that was seen"`
}

type stepIn struct {
	IDIn
	Body VersionBody
}

type reasonIn struct {
	IDIn
	Body struct {
		VersionBody
		Reason string `json:"reason" maxLength:"400"`
	}
}

type savedOut struct{ Body Saved }

func saved(out Saved, err error) (*savedOut, error) { return &savedOut{out}, err }

func op(action, summary string, status int) httpd.Op {
	return httpd.Op{Need: need(action), Tag: tag, Summary: summary, Status: status}
}

// Mount mounts the routes of claims.
func Mount(api *httpd.API, s *Service) {
	mountForm(api, s)
	mountLists(api, s)
	mountWay(api, s)
	mountEvidence(api, s)
}

// mountForm mounts what the form asks before there is a claim.
func mountForm(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/claims/rules", op("submit", "What can be claimed for a day", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			Day calendar.Date `query:"day" doc:"Of the fact; today when empty"`
		}) (*struct{ Body Rules }, error) {
			out, err := s.Rules(ctx, who.Scope, in.Day)
			return &struct{ Body Rules }{out}, err
		})
	httpd.Get(api, "/api/claims/beneficiaries", op("submit", "For whom you may claim", 0),
		func(ctx context.Context, who httpd.Who, _ *struct{}) (*struct {
			Body struct {
				Items []Beneficiary `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Beneficiary `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Beneficiaries(ctx, who.Actor, who.Scope)
			return out, err
		})
	httpd.Get(api, "/api/claims/honours", op("submit", "Honours that somebody claimed before", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			Person uuid.UUID `query:"person_id" required:"true"`
		}) (*struct {
			Body struct {
				Items []Honour `json:"items"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Items []Honour `json:"items"`
				}
			}{}
			var err error
			out.Body.Items, err = s.Honours(ctx, who.Actor, who.Scope, in.Person)
			return out, err
		})
	httpd.Get(api, "/api/claims/preview", op("submit", "What a claim would come to, before it is submitted", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			Claim  uuid.UUID     `query:"claim_id" doc:"The claim itself, where it is stored already"`
			Person uuid.UUID     `query:"person_id" required:"true"`
			Rule   string        `query:"rule_code" required:"true" maxLength:"60"`
			FactOn calendar.Date `query:"fact_on" required:"true"`
			Amount int           `query:"amount" doc:"Hundredths"`
			Honour string        `query:"honour" maxLength:"400"`
		}) (*struct{ Body Preview }, error) {
			out, err := s.Preview(ctx, who.Actor, who.Scope, Question{in.Claim, in.Person, in.Rule, in.FactOn, in.Amount, in.Honour})
			return &struct{ Body Preview }{out}, err
		})
}

func mountLists(api *httpd.API, s *Service) {
	httpd.Get(api, "/api/claims", op("read", "Claims in your reach, and your own drafts", 0),
		func(ctx context.Context, who httpd.Who, in *listIn) (*struct{ Body Page }, error) {
			f, err := in.filter()
			if err != nil {
				return nil, err
			}
			f.Cursor, f.Limit = in.Cursor, in.Limit
			out, err := s.List(ctx, who.Actor, who.Scope, f)
			return &struct{ Body Page }{out}, err
		})
	export := op("read", "The filtered list as a workbook", 0)
	export.Timeout = 110 * time.Second
	httpd.Get(api, "/api/claims/export", export,
		func(ctx context.Context, who httpd.Who, in *struct{ FilterIn }) (*huma.StreamResponse, error) {
			f, err := in.filter()
			if err != nil {
				return nil, err
			}
			var b bytes.Buffer
			if err := s.Export(ctx, who.Actor, who.Scope, f, &b); err != nil {
				return nil, err
			}
			return httpd.Send(httpd.File{Name: "积分申报.xlsx", MediaType: httpd.XLSX, Size: int64(b.Len()), Body: io.NopCloser(&b)}), nil
		})
	httpd.Get(api, "/api/claims/{id}", op("read", "One claim with its way, its evidence and what it posted", 0),
		func(ctx context.Context, who httpd.Who, in *struct{ IDIn }) (*struct{ Body Detail }, error) {
			out, err := s.Detail(ctx, who.Actor, who.Scope, in.ID)
			return &struct{ Body Detail }{out}, err
		})
}

// mountWay mounts the steps of a claim.
func mountWay(api *httpd.API, s *Service) {
	httpd.Post(api, "/api/claims", op("submit", "Draft a claim for oneself, or for a member of the group that one leads", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct{ Body FormBody }) (*savedOut, error) {
			return saved(s.Create(ctx, who.Actor, who.Scope, in.Body.input()))
		})
	httpd.Put(api, "/api/claims/{id}", op("submit", "Replace the content of a draft or of a returned claim", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Body struct {
				FormBody
				VersionBody
			}
		}) (*savedOut, error) {
			return saved(s.Save(ctx, who.Actor, who.Scope, in.ID, in.Body.Version, in.Body.input()))
		})
	httpd.Delete(api, "/api/claims/{id}", op("submit", "Delete a draft that was never submitted", http.StatusNoContent),
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			Version int `query:"version" required:"true"`
		}) (*struct{}, error) {
			return nil, s.Discard(ctx, who.Actor, in.ID, in.Version)
		})
	httpd.Post(api, "/api/claims/{id}/submit", op("submit", "Hand a claim to those who verify", 0),
		func(ctx context.Context, who httpd.Who, in *stepIn) (*savedOut, error) {
			return saved(s.Submit(ctx, who.Actor, who.Scope, in.ID, in.Body.Version))
		})
	httpd.Post(api, "/api/claims/{id}/recall", op("submit", "Take a claim back to change it, before it is verified", 0),
		func(ctx context.Context, who httpd.Who, in *stepIn) (*savedOut, error) {
			return saved(s.Recall(ctx, who.Actor, in.ID, in.Body.Version))
		})
	httpd.Post(api, "/api/claims/{id}/withdraw", op("submit", "Give a claim up, at any time before it is posted", 0),
		func(ctx context.Context, who httpd.Who, in *reasonIn) (*savedOut, error) {
			return saved(s.Withdraw(ctx, who.Actor, in.ID, in.Body.Version, in.Body.Reason))
		})
	httpd.Post(api, "/api/claims/verify", op("verify", "Verify claims, each in the version that was seen; those that do not stand are named", 0),
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				Items []Seen `json:"items" maxItems:"100"`
			}
		}) (*struct{ Body Verification }, error) {
			out, err := s.Verify(ctx, who.Actor, who.Scope, in.Body.Items)
			return &struct{ Body Verification }{out}, err
		})
	httpd.Post(api, "/api/claims/{id}/return", op("verify", "Give a claim back with the reason", 0),
		func(ctx context.Context, who httpd.Who, in *reasonIn) (*savedOut, error) {
			return saved(s.Return(ctx, who.Actor, who.Scope, in.ID, in.Body.Version, in.Body.Reason))
		})
	httpd.Post(api, "/api/claims/notice", op("notice", "Put verified claims on public notice, those of each branch on one", http.StatusCreated),
		func(ctx context.Context, who httpd.Who, in *struct {
			Body struct {
				IDs  []uuid.UUID `json:"ids" maxItems:"100"`
				Text string      `json:"body,omitempty" maxLength:"4000" doc:"What the notice says above its list"`
			}
		}) (*struct {
			Body struct {
				Notices []Published `json:"notices"`
			}
		}, error) {
			out := &struct {
				Body struct {
					Notices []Published `json:"notices"`
				}
			}{}
			var err error
			out.Body.Notices, err = s.Publish(ctx, who.Actor, who.Scope, in.Body.IDs, in.Body.Text)
			return out, err
		})
}

func mountEvidence(api *httpd.API, s *Service) {
	upload := op("submit", "Attach evidence to a draft or a returned claim", http.StatusCreated)
	upload.MaxBody, upload.Timeout = file.MaxSize+1<<20, 110*time.Second
	httpd.Post(api, "/api/claims/{id}/evidence", upload,
		func(ctx context.Context, who httpd.Who, in *struct {
			IDIn
			RawBody huma.MultipartFormFiles[struct {
				File    huma.FormFile `form:"file" required:"true"`
				Caption string        `form:"caption" required:"false" maxLength:"200"`
			}]
		}) (*struct{ Body Attached }, error) {
			form := in.RawBody.Data()
			defer func() { _ = form.File.Close() }()
			out, err := s.Attach(ctx, who.Actor, who.Scope, in.ID, form.File.Filename, form.Caption, form.File)
			return &struct{ Body Attached }{out}, err
		})
	download := op("read", "Download a piece of evidence", 0)
	download.Timeout = 110 * time.Second
	type fileIn struct {
		IDIn
		File uuid.UUID `path:"file"`
	}
	httpd.Get(api, "/api/claims/{id}/evidence/{file}", download,
		func(ctx context.Context, who httpd.Who, in *fileIn) (*huma.StreamResponse, error) {
			f, body, err := s.OpenEvidence(ctx, who.Actor, who.Scope, in.ID, in.File)
			if err != nil {
				return nil, err
			}
			return httpd.Send(httpd.File{Name: f.Name, MediaType: f.MediaType, Size: f.Size, Body: body}), nil
		})
	httpd.Delete(api, "/api/claims/{id}/evidence/{file}", op("submit", "Take a file off a draft or a returned claim", 0),
		func(ctx context.Context, who httpd.Who, in *fileIn) (*savedOut, error) {
			return saved(s.Detach(ctx, who.Actor, who.Scope, in.ID, in.File))
		})
}
