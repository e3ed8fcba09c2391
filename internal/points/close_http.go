package points

import (
	"context"
	"time"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/httpd"
)

// closeTime is what noticing and closing may take in an office of ten thousand.
const closeTime = 2 * time.Minute

// QuarterPath is the quarter that a route is about.
type QuarterPath struct {
	Quarter string `path:"quarter" maxLength:"6" doc:"2026Q3"`
}

func (in QuarterPath) quarter() (calendar.Quarter, error) {
	q, err := calendar.ParseQuarter(in.Quarter)
	if err != nil {
		return q, fault.Missing("这个季度的账")
	}
	return q, nil
}

type checkListOut struct{ Body CheckList }

type totalsNoticeIn struct {
	QuarterPath
	Body struct {
		Branch *uuid.UUID `json:"branch_id,omitempty" doc:"Absent: every branch that has no notice yet"`
	}
}

type totalsNoticeOut struct {
	Body struct {
		Items []PublishedTotals `json:"items"`
	}
}

type closeIn struct {
	QuarterPath
	Body struct {
		Fingerprint  string `json:"fingerprint" maxLength:"64" doc:"Of the check list that was decided on"`
		Acknowledged bool   `json:"acknowledged" doc:"What the list names besides may stay open"`
	}
}

type quarterOut struct{ Body QuarterState }

// StatementIn is a month of somebody's ledger.
type StatementIn struct {
	PersonIn
	Month string `path:"month" maxLength:"7" doc:"2026-10"`
}

type statementOut struct{ Body Statement }

type voucherIn struct {
	Number int64 `path:"number" minimum:"1" doc:"凭证号"`
}

// mountClose mounts what belongs to closing: check list, notice of totals, close;
// and the statements and vouchers by which totals are looked into.
func mountClose(api *httpd.API, s *Service) {
	read := access.Need{Resource: "ledger", Action: "read"}

	httpd.Get(api, "/api/points/quarters/{quarter}/checklist", httpd.Op{Need: access.Need{Resource: "quarter", Action: "check"}, Summary: "What is open of a quarter", Tag: "points", Timeout: closeTime},
		func(ctx context.Context, who httpd.Who, in *QuarterPath) (*checkListOut, error) {
			q, err := in.quarter()
			if err != nil {
				return nil, err
			}
			list, err := s.CheckList(ctx, who.Scope, q)
			return &checkListOut{list}, err
		})
	httpd.Post(api, "/api/points/quarters/{quarter}/notices", httpd.Op{Need: access.Need{Resource: "quarter", Action: "notice"}, Summary: "Put the totals of a quarter on public notice, a list for each branch", Tag: "points", Status: 201, Timeout: closeTime},
		func(ctx context.Context, who httpd.Who, in *totalsNoticeIn) (*totalsNoticeOut, error) {
			q, err := in.quarter()
			if err != nil {
				return nil, err
			}
			var branch uuid.UUID
			if in.Body.Branch != nil {
				branch = *in.Body.Branch
			}
			out := &totalsNoticeOut{}
			out.Body.Items, err = s.NoticeTotals(ctx, who.Actor, who.Scope, q, branch)
			return out, err
		})
	httpd.Post(api, "/api/points/quarters/{quarter}/close", httpd.Op{Need: access.Need{Resource: "quarter", Action: "close"}, Summary: "Close a quarter for good, on the check list that was seen", Tag: "points", Timeout: closeTime},
		func(ctx context.Context, who httpd.Who, in *closeIn) (*quarterOut, error) {
			q, err := in.quarter()
			if err != nil {
				return nil, err
			}
			closed, err := s.CloseQuarter(ctx, who.Actor, who.Scope, q, Closing{Fingerprint: in.Body.Fingerprint, Acknowledged: in.Body.Acknowledged})
			return &quarterOut{closed}, err
		})
	httpd.Get(api, "/api/ledgers/{person}/statements/{month}", httpd.Op{Need: read, Summary: "A month of a ledger: opening balance, lines, closing balance", Tag: "points"},
		func(ctx context.Context, who httpd.Who, in *StatementIn) (*statementOut, error) {
			person, err := in.person(who.Actor)
			if err != nil {
				return nil, err
			}
			st, err := s.Statement(ctx, who.Actor, who.Scope, person, in.Month)
			return &statementOut{st}, err
		})
	httpd.Get(api, "/api/points/vouchers/{number}", httpd.Op{Need: read, Summary: "The entry of a voucher number", Tag: "points"},
		func(ctx context.Context, who httpd.Who, in *voucherIn) (*detailOut, error) {
			d, err := s.Voucher(ctx, who.Scope, in.Number)
			return &detailOut{d}, err
		})
}
