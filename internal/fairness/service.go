package fairness

import (
	"context"
	"strconv"

	"github.com/google/uuid"
	"github.com/uptrace/bun"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/db"
	"xianfeng/internal/fault"
	"xianfeng/internal/points"
)

// Service reads the page.
type Service struct {
	db  *bun.DB
	now calendar.Clock
}

// NewService makes the service.
func NewService(d *bun.DB, now calendar.Clock) *Service { return &Service{d, now} }

// Page reads a quarter within the scope, from kept totals and an index over the
// entries that were cut: however many entries there are, four statements.
func (s *Service) Page(ctx context.Context, _ access.Actor, scope access.Scope, q calendar.Quarter) (Fairness, error) {
	p := Fairness{Quarter: q, Title: q.Chinese(), Branches: []Spread{}, Verifiers: []Verifier{}, FewPeople: fewPeople, FewClaims: fewClaims}
	if err := s.begun(q); err != nil {
		return p, err
	}
	err := db.Snapshot(ctx, s.db, func(ctx context.Context, tx bun.Tx) error {
		spreads, err := spreads(ctx, tx, scope, q)
		if err != nil {
			return err
		}
		for _, one := range spreads {
			if one.whole {
				p.Whole = one.Spread
			} else {
				p.Branches = append(p.Branches, one.Spread)
			}
		}
		if p.Verifiers, err = verifiers(ctx, tx, scope, q); err != nil {
			return err
		}
		entries, err := entriesOf(ctx, tx, scope, q)
		if err != nil {
			return err
		}
		cuts, err := cutsByRule(ctx, tx, scope, q)
		p.Cuts = laid(entries, cuts)
		return err
	})
	return p, err
}

// laid puts the rules under their dimensions.
func laid(entries map[string]int, cuts []cutRow) []DimensionCuts {
	out := []DimensionCuts{}
	for _, d := range points.Dimensions() {
		c := DimensionCuts{Dimension: string(d), Title: d.Title(), Entries: entries[string(d)], Rules: []RuleCut{}}
		for _, r := range cuts {
			switch {
			case r.dimension != string(d):
			case r.total:
				c.Cut, c.Lost, c.People = r.Cut, r.Lost, r.People
			default:
				r.Share = share(r.Cut, c.Entries)
				c.Rules = append(c.Rules, r.RuleCut)
			}
		}
		c.Share = share(c.Cut, c.Entries)
		if c.Entries > 0 || c.Cut > 0 {
			out = append(out, c)
		}
	}
	return out
}

// defaultRows and maxRows bound a page of a list.
const (
	defaultRows = 50
	maxRows     = 200
)

var errCursor = fault.Field("cursor", "翻页参数不对，请回到第一页")

// Cuts lists the entries of a quarter that caps cut, by voucher.
func (s *Service) Cuts(ctx context.Context, _ access.Actor, scope access.Scope, f CutFilter) (items []CutEntry, next string, err error) {
	if err := s.begun(f.Quarter); err != nil {
		return nil, "", err
	}
	if f.Limit < 1 || f.Limit > maxRows {
		f.Limit = defaultRows
	}
	after := int64(0)
	if f.Cursor != "" {
		if after, err = strconv.ParseInt(f.Cursor, 10, 64); err != nil || after < 1 {
			return nil, "", errCursor
		}
	}
	items, err = cutEntries(ctx, s.db, scope, f, after)
	if err == nil && len(items) > f.Limit {
		items = items[:f.Limit]
		next = strconv.FormatInt(items[f.Limit-1].Voucher, 10)
	}
	return items, next, err
}

// Decisions lists what a verifier decided about claims in a quarter, oldest first.
func (s *Service) Decisions(ctx context.Context, _ access.Actor, scope access.Scope, f DecisionFilter) (items []Decision, next string, err error) {
	if err := s.begun(f.Quarter); err != nil {
		return nil, "", err
	}
	if f.Limit < 1 || f.Limit > maxRows {
		f.Limit = defaultRows
	}
	after := uuid.Nil
	if f.Cursor != "" {
		if after, err = uuid.Parse(f.Cursor); err != nil {
			return nil, "", errCursor
		}
	}
	items, err = decisions(ctx, s.db, scope, f, after)
	if err == nil && len(items) > f.Limit {
		items = items[:f.Limit]
		next = items[f.Limit-1].id.String()
	}
	return items, next, err
}

func (s *Service) begun(q calendar.Quarter) error {
	switch {
	case q.IsZero():
		return fault.Field("quarter", "请写明季度，如 2026Q3")
	case calendar.QuarterOf(calendar.DateOf(s.now())).Before(q):
		return fault.Field("quarter", q.Chinese()+"还没有开始，请选择当前或以前的季度")
	}
	return nil
}
