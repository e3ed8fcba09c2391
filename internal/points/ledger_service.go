package points

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"xianfeng/internal/access"
	"xianfeng/internal/calendar"
	"xianfeng/internal/fault"
	"xianfeng/internal/org"
)

func (s *Service) today() calendar.Date { return calendar.DateOf(s.now()) }

// quarter is the one asked for, or the current one.
func (s *Service) quarter(q calendar.Quarter) calendar.Quarter {
	if q.IsZero() {
		return calendar.QuarterOf(s.today())
	}
	return q
}

// Ledger opens a person's ledger of a quarter with its newest lines: two
// statements, whatever it holds.
func (s *Service) Ledger(ctx context.Context, by access.Actor, scope access.Scope, person uuid.UUID, f LineFilter) (LedgerPage, error) {
	f.Quarter = s.quarter(f.Quarter)
	p, err := readPage(ctx, s.db, scope, person, f.Quarter, s.today())
	if errors.Is(err, sql.ErrNoRows) {
		return LedgerPage{}, fault.Missing("台账")
	}
	if err != nil {
		return LedgerPage{}, err
	}
	p.Own = person == by.Person
	if !p.Own && p.Exempt == "" {
		p.Tier = p.tier()
	}
	p.Entries, err = s.lines(ctx, scope, person, f)
	for _, d := range p.Dimensions {
		if f.Dimension == "" || f.Dimension == d.Dimension {
			p.Entries.Total += d.Entries
		}
	}
	return p, err
}

// Lines pages on through a ledger.
func (s *Service) Lines(ctx context.Context, scope access.Scope, person uuid.UUID, f LineFilter) (LedgerLines, error) {
	f.Quarter = s.quarter(f.Quarter)
	out, err := s.lines(ctx, scope, person, f)
	if err != nil {
		return LedgerLines{}, err
	}
	out.Total, err = countLines(ctx, s.db, scope, person, f, s.today())
	if errors.Is(err, sql.ErrNoRows) {
		return LedgerLines{}, fault.Missing("台账")
	}
	return out, err
}

func (s *Service) lines(ctx context.Context, scope access.Scope, person uuid.UUID, f LineFilter) (LedgerLines, error) {
	before, err := f.before()
	if err != nil {
		return LedgerLines{}, err
	}
	if f.Limit < 1 || f.Limit > 200 {
		f.Limit = 50
	}
	items, err := readLines(ctx, s.db, scope, person, f, before, s.today())
	if err != nil {
		return LedgerLines{}, err
	}
	out := LedgerLines{Items: items}
	if len(items) > f.Limit {
		out.Items = items[:f.Limit]
		out.Next = strconv.FormatInt(items[f.Limit-1].Seq, 10)
	}
	return out, nil
}

// Entry opens one entry with its evidence and its place in the chain (rule 17).
func (s *Service) Entry(ctx context.Context, scope access.Scope, id uuid.UUID) (EntryDetail, error) {
	d, err := readDetail(ctx, s.db, scope, id, s.today())
	if errors.Is(err, sql.ErrNoRows) {
		return EntryDetail{}, fault.Missing("分录")
	}
	return d, err
}

// Ledgers lists the people of the scope with their sums of a quarter, and exempt
// ones with the reason. Sorting by points is a ranking: refused where the settings
// do not open it to the reader.
func (s *Service) Ledgers(ctx context.Context, by access.Actor, scope access.Scope, f RowFilter) (LedgerRows, error) {
	set, err := org.Settings(ctx, s.db, scope.Unit())
	if err != nil {
		return LedgerRows{}, err
	}
	f.Quarter = s.quarter(f.Quarter)
	out := LedgerRows{Quarter: f.Quarter, Ranking: rankingFor(set, scope)}
	if f.Sort == "" {
		f.Sort = "place"
	}
	if !slices.Contains(RowSorts(), f.Sort) {
		return LedgerRows{}, fault.Field("sort", "排序方式只能是："+strings.Join(RowSorts(), "、"))
	}
	if ranks(f.Sort) && !out.Ranking {
		return LedgerRows{}, fault.New(fault.RuleBroken, "本单位没有对您开放积分排名，请按支部或姓名排列")
	}
	after, err := keyOf(f.Cursor)
	if err != nil {
		return LedgerRows{}, err
	}
	items, count, err := readRows(ctx, s.db, scope, f, after, s.today())
	if err != nil {
		return LedgerRows{}, err
	}
	if f.Limit > 0 && len(items) > f.Limit {
		items = items[:f.Limit]
		out.Next = cursorOf(items[f.Limit-1].key)
	}
	for i := range items {
		if r := &items[i]; r.Person != by.Person && r.Exempt == "" {
			r.Tier = r.tier()
		}
	}
	out.Items, out.Total = items, count
	return out, nil
}
