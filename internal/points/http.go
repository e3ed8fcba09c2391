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

// verifyTime is what the ledgers of a large office may take.
const verifyTime = 5 * time.Minute

type nothing struct{}

type quartersOut struct {
	Body struct {
		Items []QuarterState `json:"items"`
	}
}

// QuarterIn is the quarter that a page is about.
type QuarterIn struct {
	Quarter string `query:"quarter" maxLength:"6" doc:"2026Q3; the current one when empty"`
}

func (in QuarterIn) quarter() (calendar.Quarter, error) {
	if in.Quarter == "" {
		return calendar.Quarter{}, nil
	}
	q, err := calendar.ParseQuarter(in.Quarter)
	if err != nil {
		return q, fault.Field("quarter", "季度应写作 2026Q3 的样式")
	}
	return q, nil
}

type rowsIn struct {
	QuarterIn
	Branch uuid.UUID `query:"branch"`
	Group  uuid.UUID `query:"group"`
	Text   string    `query:"q" maxLength:"60" doc:"In name, pinyin, initials or staff number"`
	Vetoed bool      `query:"vetoed" doc:"Only with a veto"`
	Sort   string    `query:"sort" maxLength:"20" doc:"place, name, staff_no; and where ranking is open sum, gained, deducted, with - before it for descending"`
	Cursor string    `query:"cursor" maxLength:"1000"`
	Limit  int       `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (in rowsIn) filter() (RowFilter, error) {
	q, err := in.quarter()
	return RowFilter{Quarter: q, Branch: in.Branch, Group: in.Group, Text: in.Text, Vetoed: in.Vetoed, Sort: in.Sort, Cursor: in.Cursor, Limit: in.Limit}, err
}

type rowsOut struct{ Body LedgerRows }

// PersonIn is whose ledger; "me" stands for the reader's own.
type PersonIn struct {
	Person string `path:"person" maxLength:"36" doc:"Id of a person, or me"`
}

func (in PersonIn) person(by access.Actor) (uuid.UUID, error) {
	if in.Person == "me" {
		return by.Person, nil
	}
	id, err := uuid.Parse(in.Person)
	if err != nil {
		return id, fault.Missing("台账")
	}
	return id, nil
}

// LinesIn narrows the lines of a ledger. Exported, like all that is embedded here:
// the OpenAPI layer does not read what is not.
type LinesIn struct {
	PersonIn
	QuarterIn
	Dimension string `query:"dimension" enum:"base,political,professional,discipline,conduct"`
	Cursor    string `query:"cursor" maxLength:"20"`
	Limit     int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

func (in LinesIn) filter() (LineFilter, error) {
	q, err := in.quarter()
	return LineFilter{Quarter: q, Dimension: Dimension(in.Dimension), Cursor: in.Cursor, Limit: in.Limit}, err
}

type pageOut struct{ Body LedgerPage }

type linesOut struct{ Body LedgerLines }

// EntryIn is the entry or scheme a route is about.
type EntryIn struct {
	ID uuid.UUID `path:"id"`
}

type detailOut struct{ Body EntryDetail }

type officeIn struct {
	Body struct {
		Person     uuid.UUID     `json:"person_id"`
		Rule       uuid.UUID     `json:"rule_id" doc:"A rule with trigger office of the scheme in force on fact_on"`
		Amount     int           `json:"amount,omitempty" doc:"Hundredths; only for a rule counted per amount"`
		FactOn     calendar.Date `json:"fact_on"`
		Reason     string        `json:"reason" maxLength:"200"`
		VerifiedBy uuid.UUID     `json:"verified_by" doc:"Who verified it; not the person"`
	}
}

type reversalIn struct {
	EntryIn
	Body struct {
		Reason string `json:"reason" maxLength:"200"`
	}
}

type reportOut struct{ Body VerifyReport }

// Mount mounts the routes of ledgers and schemes.
func Mount(api *httpd.API, s *Service) {
	read := access.Need{Resource: "ledger", Action: "read"}
	scheme := access.Need{Resource: "scheme", Action: "read"}
	mountClose(api, s)

	httpd.Get(api, "/api/quarters", httpd.Op{Need: scheme, Summary: "Quarters of the books, newest first", Tag: "points"},
		func(ctx context.Context, who httpd.Who, _ *nothing) (*quartersOut, error) {
			items, err := s.Quarters(ctx, who.Scope)
			out := &quartersOut{}
			out.Body.Items = items
			return out, err
		})
	httpd.Get(api, "/api/ledgers", httpd.Op{Need: read, Summary: "Everybody's sums of a quarter", Tag: "points"},
		func(ctx context.Context, who httpd.Who, in *rowsIn) (*rowsOut, error) {
			f, err := in.filter()
			if err != nil {
				return nil, err
			}
			rows, err := s.Ledgers(ctx, who.Actor, who.Scope, f)
			return &rowsOut{rows}, err
		})
	httpd.Get(api, "/api/ledgers/{person}", httpd.Op{Need: read, Summary: "A person's ledger of a quarter with its newest lines", Tag: "points"},
		func(ctx context.Context, who httpd.Who, in *LinesIn) (*pageOut, error) {
			person, err := in.person(who.Actor)
			if err != nil {
				return nil, err
			}
			f, err := in.filter()
			if err != nil {
				return nil, err
			}
			page, err := s.Ledger(ctx, who.Actor, who.Scope, person, f)
			return &pageOut{page}, err
		})
	httpd.Get(api, "/api/ledgers/{person}/entries", httpd.Op{Need: read, Summary: "Further lines of a ledger", Tag: "points"},
		func(ctx context.Context, who httpd.Who, in *LinesIn) (*linesOut, error) {
			person, err := in.person(who.Actor)
			if err != nil {
				return nil, err
			}
			f, err := in.filter()
			if err != nil {
				return nil, err
			}
			lines, err := s.Lines(ctx, who.Scope, person, f)
			return &linesOut{lines}, err
		})
	httpd.Get(api, "/api/points/entries/{id}", httpd.Op{Need: read, Summary: "One entry with its evidence and place in the chain", Tag: "points"},
		func(ctx context.Context, who httpd.Who, in *EntryIn) (*detailOut, error) {
			d, err := s.Entry(ctx, who.Scope, in.ID)
			return &detailOut{d}, err
		})
	httpd.Post(api, "/api/points/entries", httpd.Op{Need: needPost, Summary: "Post an entry by hand", Tag: "points", Status: 201},
		func(ctx context.Context, who httpd.Who, in *officeIn) (*detailOut, error) {
			b := in.Body
			d, err := s.PostByOffice(ctx, who.Actor, who.Scope, OfficePosting{Person: b.Person, Rule: b.Rule, Amount: b.Amount,
				FactOn: b.FactOn, Reason: b.Reason, VerifiedBy: b.VerifiedBy})
			return &detailOut{d}, err
		})
	httpd.Post(api, "/api/points/entries/{id}/reversal", httpd.Op{Need: needReverse, Summary: "Reverse an entry by hand; one that comes from an activity is better corrected in the activity's record", Tag: "points", Status: 201},
		func(ctx context.Context, who httpd.Who, in *reversalIn) (*detailOut, error) {
			d, err := s.Reverse(ctx, who.Actor, who.Scope, in.ID, in.Body.Reason)
			return &detailOut{d}, err
		})
	httpd.Post(api, "/api/points/verify", httpd.Op{Need: access.Need{Resource: "ledger", Action: "verify"}, Summary: "Recompute every ledger", Tag: "points", Timeout: verifyTime},
		func(ctx context.Context, who httpd.Who, _ *nothing) (*reportOut, error) {
			r, err := s.Verify(ctx, who.Actor, who.Scope)
			return &reportOut{r}, err
		})
	mountSchemes(api, s)
}
